"""Error of every measure against the ground truth, beside what plain landmarks give on the same pictures.

ref%    share of the pictures that were refused, where the limb was on the near side
px, wd  mean |error| of plain pixels and of plain world points, on the pictures that this program measured
px*, wd*  the same on all pictures with somebody in them, refused ones too
!       worse than plain pixels; for trunk, neck and hip from the side, worse than the better of the two

Weights: the pictures of one body in one group and from one camera place count 1 together, shared equally among its
stills and clips, and within a clip among its frames; so neither long clips nor much-photographed bodies rule.
Measures that are taken against the person's own neutral are judged as changes: from the body's own first still
`upright` or `neutral` of the same group and camera place, or from the clip's own second second (the tracker
settles in the first); those pictures themselves are left out.
The second table: flips counts pictures in which left and right were taken for each other (of those more than 30
degrees from face-on and from behind); right% the share seen in the view that the true yaw belongs to; unknown is
nobody found.
Lines `view ...` pool by the view that the program itself saw, as its users will; the others by where the camera was.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.fit_offsets import leave_one_body_out, side_samples, weighted_quantile, write_rows
from benchmarks.truth import DATA, NEAR_VIEWS, Item, body_yaw_deg, camera, items, options, poses, true_values
from benchmarks.truth import plain_pixels as in_pixels
from benchmarks.truth import plain_world as in_world
from posture_coach import __version__
from posture_coach.geometry import wrapped_deg
from posture_coach.measures.accuracy import Accuracy, Error, shipped_accuracy
from posture_coach.measures.calibration import levelled
from posture_coach.measures.definitions import TABLE, Definition, Relative
from posture_coach.measures.measurer import Baseline, Measurer, raw_values
from posture_coach.measures.skeleton import Offsets
from posture_coach.measures.types import MeasureSeries, Side, View
from posture_coach.measures.view import view_of
from posture_coach.pose.landmarker import model_bytes
from posture_coach.pose.types import Mode, Model, PoseSeries
from posture_coach.resources import data_file

Floats = NDArray[np.float64]

CELLS = ("A side", "A oblique", "A webcam", "B side", "B oblique", "B front", "B back", "C side", "C front",
         "D side", "D oblique", "E webcam")  # fmt: skip
NEUTRAL_POSES = ("upright", "neutral")
NEUTRAL_S = (1.0, 2.0)
COVERAGE = 0.955
MIN_BODIES = 2
"""Of one body nobody knows how much is its own."""
BOTH = ("trunk_inclination_deg", "neck_inclination_deg", "hip_flexion_deg")
HELD_OUT = (*BOTH, "neck_trunk_angle_deg", "knee_flexion_deg")
SIDE_ON_DEG = (30.0, 150.0)
OPEN = {
    (row.joint, view, mode, model): Error(0.0, 0.0)
    for row in TABLE for view in View for mode in Mode for model in Model
}  # fmt: skip
"""As if every measure were exact, so that none is refused for its error before that is known."""
GROWTHS = np.linspace(0.0, 0.4, 41)
"""Tried for how the half-width grows with the value."""


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors of one joint in n pictures: found minus true, NaN where there is no value.

    `value` is what was found, `added` what the picture itself adds to the half-width.
    """

    ours: Floats
    pixels: Floats
    world: Floats
    value: Floats
    added: Floats
    weight: Floats
    view: NDArray[np.object_]
    cell: NDArray[np.object_]
    body: NDArray[np.object_]
    mode: NDArray[np.object_]

    def of(self, keep: NDArray[np.bool_]) -> Errors:
        """Return some of the pictures."""
        return Errors(*(getattr(self, f.name)[keep] for f in fields(self)))

    @classmethod
    def joined(cls, parts: Sequence[Errors]) -> Errors:
        """Put many behind each other."""
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))


@dataclass(frozen=True, slots=True)
class Look:
    """One item as the network saw it in one mode, with what it is compared with."""

    item: Item
    series: PoseSeries
    measured: MeasureSeries
    share: float


@dataclass(frozen=True, slots=True)
class Bench:
    """The truth, the network's answers, and the constants to judge."""

    items: Sequence[Item]
    model: Model
    modes: Sequence[Mode]
    cache: Path | None
    every: int
    offsets: Callable[[str], Offsets]

    def looks(self) -> list[tuple[Item, Mode]]:
        """Return what there is to judge."""
        return [(item, mode) for item in self.items for mode in item.modes if mode in self.modes]

    def poses(self, item: Item, mode: Mode) -> PoseSeries:
        """Return what the network found."""
        return poses(item, self.model, mode, self.cache)

    def reference(self, item: Item, mode: Mode) -> tuple[Item, PoseSeries] | None:
        """Return the person's own neutral: the item it is in and the pictures that show it."""
        if item.rate_hz is not None:
            series = self.poses(item, mode)
            start, stop = np.searchsorted(series.time_s, NEUTRAL_S)
            return item, series.part(int(start), int(stop))
        own = (i for i in self.items if i.rate_hz is None and (i.body, i.cell) == (item.body, item.cell))
        neutral = next((other for other in own if other.pose in NEUTRAL_POSES), None)
        return (neutral, self.poses(neutral, mode)) if neutral else None


def baseline(series: PoseSeries, accuracy: Accuracy) -> Baseline | None:
    """Average the neutral pictures over their usual view."""
    value, view = raw_values(series, accuracy)
    if not series.detected.any():
        return None
    usual = Counter(view[series.detected].tolist()).most_common(1)[0][0]
    names = [row.name for row in TABLE]
    kept = value[view == usual]
    seen = ~np.isnan(kept).all(axis=0)
    return Baseline({name: float(np.nanmean(kept[:, k])) for k, name in enumerate(names) if seen[k]}, usual)


def collect(bench: Bench) -> tuple[dict[str, Errors], list[Look]]:
    """Measure everything; return errors by joint name, and what was looked at."""
    count = Counter((item.body, item.cell, mode) for item, mode in bench.looks())
    shipped = shipped_accuracy()
    parts: dict[str, list[Errors]] = {}
    looks = []
    for item, mode in bench.looks():
        accuracy = replace(shipped, errors=OPEN, offsets=bench.offsets(item.body))
        reference = bench.reference(item, mode)
        own = baseline(levelled(reference[1], camera(reference[0], bench.cache)), accuracy) if reference else None
        series = bench.poses(item, mode)
        measured = Measurer(accuracy, own, camera(item, bench.cache)).push(series)
        look = Look(item, series, measured, 1.0 / count[item.body, item.cell, mode])
        looks.append(look)
        for joint, errors in errors_of(look, reference, bench.every):
            parts.setdefault(joint, []).append(errors)
    return {joint: Errors.joined(found) for joint, found in parts.items()}, looks


def errors_of(look: Look, reference: tuple[Item, PoseSeries] | None, every: int) -> Iterable[tuple[str, Errors]]:
    """Yield the errors of each measure of the table in every N-th picture."""
    item, series = look.item, look.series
    ways = {"true": true_values(item), "pixels": in_pixels(item, series), "world": in_world(item, series)}
    ways["true"] = {name: values[series.index] for name, values in ways["true"].items()}
    neutral = _neutral(reference) if reference else None
    for row in TABLE:
        if row.name not in ways["true"]:
            continue
        truth, pixels, world = (_settled(row, ways[way][row.name], way, neutral) for way in ways)
        if row.relative in (Relative.DIFFERENCE, Relative.RATIO) and reference and reference[0] is item:
            truth = np.where(np.isin(series.index, reference[1].index), np.nan, truth)
        wanted = ~np.isnan(truth) & _to_be_seen(row, item, series)
        wanted[np.arange(len(series)) % every != 0] = False
        ours, plain, deep = (_error(row, v, truth) for v in (look.measured.column(row.name), pixels, world))
        n = len(series)
        weight = np.full(n, look.share / len(range(0, n, every)))
        cell, body, mode = (np.full(n, text, dtype=object) for text in (item.cell, item.body, series.mode))
        found, added = look.measured.column(row.name), look.measured.err[:, look.measured.names.index(row.name)]
        yield (
            row.joint,
            Errors(ours, plain, deep, found, added, weight, look.measured.view, cell, body, mode).of(wanted),
        )


def _neutral(reference: tuple[Item, PoseSeries]) -> dict[str, dict[str, float]]:
    """Return the mean of truth and of both plain ways over the neutral pictures."""
    item, series = reference
    truth = {name: values[series.index] for name, values in true_values(item).items()}
    ways = {"true": truth, "pixels": in_pixels(item, series), "world": in_world(item, series)}
    return {
        way: {name: float(np.mean(v[~np.isnan(v)])) if (~np.isnan(v)).any() else np.nan for name, v in table.items()}
        for way, table in ways.items()
    }


def _settled(row: Definition, raw: Floats, way: str, neutral: dict[str, dict[str, float]] | None) -> Floats:
    if row.relative not in (Relative.DIFFERENCE, Relative.RATIO):
        return raw
    own = neutral[way][row.name] if neutral else np.nan
    return raw - own if row.relative is Relative.DIFFERENCE else raw / own


def _error(row: Definition, values: Floats, truth: Floats) -> Floats:
    return wrapped_deg(values - truth) if row.unit == "deg" else values - truth


def _to_be_seen(row: Definition, item: Item, series: PoseSeries) -> NDArray[np.bool_]:
    """Return (n,) whether the limb is one that can be asked for: the near one, by the true camera."""
    if row.side is None or item.camera not in NEAR_VIEWS:
        return np.ones(len(series), dtype=bool)
    near_left = body_yaw_deg(item)[series.index] > 0
    return near_left if row.side is Side.LEFT else ~near_left


# Figures ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figures:
    """What one line of the table says."""

    n: int
    bodies: int
    bias: float
    sd: float
    mae: float
    p90: float
    half_width: float
    refused: float
    pixels: float
    world: float
    pixels_all: float
    world_all: float


def mean(values: Floats, weight: Floats) -> float:
    """Return the weighted mean of what is not NaN."""
    kept = ~np.isnan(values)
    return float(np.average(values[kept], weights=weight[kept])) if kept.any() else np.nan


def figures(e: Errors) -> Figures:
    """Return the figures of some pictures."""
    kept = ~np.isnan(e.ours)
    ours, weight = e.ours[kept], e.weight[kept]
    bias = mean(ours, weight)
    p90, half_width = (weighted_quantile(np.abs(ours), weight, q) if kept.any() else np.nan for q in (0.9, COVERAGE))
    return Figures(
        int(kept.sum()), len(set(e.body[kept].tolist())), bias, mean((ours - bias) ** 2, weight) ** 0.5,
        mean(np.abs(ours), weight), p90, half_width, 1.0 - weight.sum() / e.weight.sum(),
        *(mean(np.abs(way[kept]), weight) for way in (e.pixels, e.world)),
        *(mean(np.abs(way), e.weight) for way in (e.pixels, e.world)),
    )  # fmt: skip


def table(errors: Mapping[str, Errors], modes: Sequence[Mode], joints: Sequence[str], cells: Sequence[str]) -> None:
    """Print the table."""
    print(f"\n{'measure':26}{'where':13}{'mode':9}{'n':>6}{'bod':>4}{'bias':>8}{'MAE':>7}{'p90':>7}{'ref%':>6}"
          f"{'px':>8}{'wd':>7}{'px*':>8}{'wd*':>7}")  # fmt: skip
    for joint in joints:
        for where, keep in _places(errors[joint], cells):
            for mode in modes:
                part = errors[joint].of(keep & (errors[joint].mode == mode))
                if (~np.isnan(part.ours)).any():
                    print(line(joint, where, mode, figures(part)))


def _places(e: Errors, cells: Sequence[str]) -> Iterable[tuple[str, NDArray[np.bool_]]]:
    yield from ((cell, e.cell == cell) for cell in cells)
    yield from ((f"view {view}", e.view == view) for view in View if view is not View.UNKNOWN)


def line(joint: str, where: str, mode: Mode, f: Figures) -> str:
    """Return one line of the table, marked where plain landmarks do better."""
    digits = 3 if joint.endswith("_ratio") else 1
    rival = f.pixels
    if joint in BOTH and "side" in where:
        rival = float(np.nanmin([f.pixels, f.world]))
    mark = " !" if round(f.mae, digits) > round(rival, digits) else ""
    plain = "".join(f"{v:{w}.{digits}f}" for v, w in zip((f.pixels, f.world, f.pixels_all, f.world_all), (8, 7, 8, 7),
                                                         strict=True))  # fmt: skip
    return (f"{joint:26}{where:13}{mode:9}{f.n:6}{f.bodies:4}{f.bias:+8.{digits}f}{f.mae:7.{digits}f}"
            f"{f.p90:7.{digits}f}{100 * f.refused:6.0f}{plain}{mark}").replace("nan", "  -")  # fmt: skip


def view_table(looks: Sequence[Look], every: int) -> None:
    """Print the error of body yaw, left and right taken for each other, and what view was seen."""
    rows: dict[tuple[str, Mode], list[tuple[NDArray[Any], ...]]] = {}
    for look in looks:
        true = body_yaw_deg(look.item)[look.series.index]
        right = np.array([view_of(yaw) == seen for yaw, seen in zip(true.tolist(), look.measured.view, strict=True)])
        weight = np.full(len(true), look.share / len(true))
        values = (look.measured.body_yaw_deg, true, weight, right, look.measured.view)
        rows.setdefault((look.item.cell, look.series.mode), []).append(tuple(v[::every] for v in values))
    names = [view.value for view in View]
    print(f"\n{'body yaw':13}{'mode':9}{'n':>6}{'bias':>7}{'MAE':>6}{'p90':>6}{'flips':>6}{'right%':>7}   seen as %: "
          + "".join(f"{name:>9}" for name in names))  # fmt: skip
    for (cell, mode), parts in sorted(rows.items()):
        yaw, true, weight, right, view = (np.concatenate(column) for column in zip(*parts, strict=True))
        there = ~np.isnan(true)
        seen = there & ~np.isnan(yaw)
        error = wrapped_deg(yaw - true)
        aside = (np.abs(true) > SIDE_ON_DEG[0]) & (np.abs(true) < SIDE_ON_DEG[1])
        flips = int((seen & aside & (yaw * true < 0)).sum())
        p90 = weighted_quantile(np.abs(error[seen]), weight[seen], 0.9)
        shares = "".join(f"{100 * np.average(view[there] == name, weights=weight[there]):9.1f}" for name in names)
        print(f"{cell:13}{mode:9}{seen.sum():6}{mean(error[seen], weight[seen]):+7.1f}"
              f"{mean(np.abs(error[seen]), weight[seen]):6.1f}{p90:6.1f}{flips:6}"
              f"{100 * np.average(right[there], weights=weight[there]):7.1f}{'':15}{shares}")  # fmt: skip


def fit_error(e: Errors) -> tuple[float, float, float]:
    """Return half-width at 0, growth, and the median half-width of what was found.

    For every growth the half-width at 0 is the one that covers 95 %; of these pairs the one with the least interval
    score is taken, which counts the width and, twenty times over its half, what lies outside (Gneiting and Raftery).
    """
    kept = ~np.isnan(e.ours)
    error, value, added, weight = (a[kept] for a in (np.abs(e.ours), e.value, e.added, e.weight))
    best = (np.inf, 0.0, 0.0, 0.0)
    for growth in GROWTHS.tolist():
        grown = (growth * value) ** 2 + added**2
        square = max(weighted_quantile(error**2 - grown, weight, COVERAGE), 0.0)
        half = np.sqrt(square + grown)
        score = float(np.average(2 * half + 2 / (1 - COVERAGE) * np.fmax(error - half, 0.0), weights=weight))
        if score < best[0]:
            best = (score, square**0.5, growth, weighted_quantile(half, weight, 0.5))
    return best[1:]


def rows(errors: Mapping[str, Errors], model: Model) -> list[dict[str, object]]:
    """Return the rows of `accuracy.toml`, by measure, view that was seen, and mode."""
    found: list[dict[str, object]] = []
    views = {row.joint: row.views for row in TABLE}
    for joint, e in errors.items():
        for view in View:
            for mode in Mode:
                part = e.of((e.view == view) & (e.mode == mode))
                if view not in views[joint] or np.isnan(part.ours).all():
                    continue
                f = figures(part)
                if f.bodies >= MIN_BODIES:
                    half_width, growth, typical = fit_error(part)
                    place = {"measure": joint, "view": view.value, "mode": mode.value, "model": model.value}
                    sizes = {key: round(getattr(f, key), 3) + 0.0 for key in ("bias", "sd")}
                    widths = {"half_width": round(half_width, 3), "growth": round(growth, 3),
                              "typical": round(typical, 3)}  # fmt: skip
                    found.append({**place, **sizes, **widths, "n": f.n, "bodies": f.bodies})
    return found


def facts(truth: Sequence[Item]) -> dict[str, object]:
    """Return what the data were."""
    stills = sum(item.rate_hz is None for item in truth)
    return {
        "digest": truth_digest()[:16], "bodies": len({item.body for item in truth}), "stills": stills,
        "clips": len(truth) - stills, "mediapipe": version("mediapipe"),
    }  # fmt: skip


def truth_digest() -> str:
    """Return the SHA-256 of the list of stills."""
    return hashlib.sha256((DATA / "truth" / "truth.jsonl").read_bytes()).hexdigest()


def head(model: Model, modes: Sequence[Mode], offsets: str) -> str:
    """Return what this run was made with."""
    return (f"posture-coach {__version__}, python {platform.python_version()}, mediapipe {version('mediapipe')}, "
            f"numpy {np.__version__}\nmodel {model}, SHA-256 {hashlib.sha256(model_bytes(model)).hexdigest()}\n"
            f"truth.jsonl SHA-256 {truth_digest()}\nmodes {', '.join(modes)}; offsets {offsets}")  # fmt: skip


def _arguments() -> argparse.Namespace:
    parser = options(__doc__ or "")
    parser.add_argument("--mode", choices=[*Mode, "both"], default="both")
    parser.add_argument("--every", type=int, default=1, help="judge every N-th picture; the network sees them all")
    held_out = "judge each body with offsets fitted on the others: trunk, neck, hip, knee from the side"
    parser.add_argument("--leave-one-body-out", action="store_true", help=held_out)
    parser.add_argument("--write", action="store_true", help="put this model's errors into the package's accuracy.toml")
    return parser.parse_args()


def main() -> None:
    """Judge, print, and write where asked."""
    args = _arguments()
    modes = list(Mode) if args.mode == "both" else [Mode(args.mode)]
    truth = items()
    shipped = shipped_accuracy().offsets
    held_out = args.leave_one_body_out or args.write
    by_body = leave_one_body_out(side_samples(truth, Model.FULL, args.cache)) if held_out else {}
    bench = Bench(truth, args.model, modes, args.cache, args.every, lambda body: by_body.get(body, shipped))
    errors, looks = collect(bench)
    print(head(args.model, modes, "fitted without the body they are used on" if held_out else f"as shipped, {shipped}"))
    if args.leave_one_body_out:
        table(errors, modes, HELD_OUT, [cell for cell in CELLS if "side" in cell])
    else:
        table(errors, modes, list(errors), CELLS)
        view_table(looks, args.every)
    if args.write:
        found = rows(errors, args.model)
        write_rows(data_file("accuracy.toml"), found, facts(truth))
        print(f"{len(found)} rows written")


if __name__ == "__main__":
    main()
