"""Error of every measure against the ground truth, beside what plain landmarks give on the same pictures.

ref%    share of the pictures that were refused, where the limb was on the near side
px, wd  mean |error| of plain pixels and of plain world points, on the pictures that this program measured
px*, wd*  the same on all pictures with somebody in them, refused ones too
!       worse than plain pixels; for trunk, neck and hip from the side, worse than the better of the two

How pictures are weighed, and what relative measures are judged against, is told in `benchmarks/errors.py`.
The second table: flips counts pictures in which left and right were taken for each other (of those more than 30
degrees from face-on and from behind); right% the share seen in the view that the true yaw belongs to; unknown is
nobody found.
Lines `view ...` pool by the view that the program itself saw, as its users will; the others by where the camera was.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.errors import Bench, Errors, Look, as_live, collect
from benchmarks.fit_offsets import leave_one_body_out, side_samples, weighted_quantile, write_rows
from benchmarks.truth import DATA, Item, body_yaw_deg, items, options
from posture_coach import __version__
from posture_coach.geometry import wrapped_deg
from posture_coach.measures.accuracy import FILE, LIVE, shipped_accuracy
from posture_coach.measures.definitions import TABLE
from posture_coach.measures.types import View
from posture_coach.measures.view import view_of
from posture_coach.pose.landmarker import model_bytes
from posture_coach.pose.types import Mode, Model
from posture_coach.resources import data_file

Floats = NDArray[np.float64]

CELLS = ("A side", "A oblique", "A webcam", "B side", "B oblique", "B front", "B back", "C side", "C front",
         "D side", "D oblique", "E webcam")  # fmt: skip
COVERAGE = 0.95
MIN_BODIES = 2
"""Of one body nobody knows how much is its own."""
BOTH = ("trunk_inclination_deg", "neck_inclination_deg", "hip_flexion_deg")
DISTANCE = "viewing_distance_cm"
HELD_OUT = (*BOTH, "neck_trunk_angle_deg", "knee_flexion_deg")
SIDE_ON_DEG = (30.0, 150.0)
GROWTHS = np.linspace(0.0, 0.12, 13)
"""Tried for how the half-width grows with the value."""
OF_DISTANCE = [(growth, 0.0) for growth in np.linspace(0.0, 0.4, 41).tolist()]
"""The same of a distance, of which errors are a share."""
APARTS = (0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 15.0, 18.0)
"""Tried for what legs apart add to the half-width, in degrees."""
LEAST_CORNER_GROWTH = 0.1
"""From a corner angles are unfolded, and errors with them; few of the stills there are bent far enough to show it."""
NORMAL_RATIO = 2.46
"""From the mean of normal errors without their sign to what 95 % of them lie within: 1.96 times the square root of half
of pi."""


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


@dataclass(frozen=True, slots=True)
class Width:
    """What a half-width is made of, as the rows of `accuracy.toml` have it, and the median of what was found."""

    half_width: float
    growth: float
    apart: float
    typical: float = np.nan

    def of(self, e: Errors) -> Floats:
        """Return (n,) half-widths."""
        return np.asarray(np.sqrt(self.half_width**2 + self.more(e)), dtype=np.float64)

    def more(self, e: Errors) -> Floats:
        """Return (n,) squares of what comes on top of the half-width near 0."""
        return np.asarray((self.growth * e.value) ** 2 + (self.apart * e.apart) ** 2 + e.added**2, dtype=np.float64)

    def times(self, wide: float) -> Width:
        """Return a wider one."""
        return Width(self.half_width * wide, self.growth * wide, self.apart * wide, self.typical * wide)


def fit_error(e: Errors, *, distance: bool = False) -> Width:
    """Return what 95 % of the errors lie within.

    For every growth, and everything that legs apart may add, the half-width at 0 is the one that covers 95 %; of these
    the one with the least interval score is taken, which counts the width and, forty times over, what lies outside it
    (Gneiting and Raftery). A body that was not seen errs differently from those that were: its interval is wider by
    the root of one and one part in the number of bodies, as that of the next of any sample is.
    From a corner, where there are two dozen stills, the one or two worst of them are all that 95 % are told by: there
    it is wider by the whole of that part, and never less, on average, than what normal errors with that mean would
    need.
    """
    kept = e.of(~np.isnan(e.ours))
    error, weight = np.abs(kept.ours), kept.weight
    best, least_score = Width(0.0, 0.0, 0.0), np.inf
    # What the pictures add is not always there: never less than the mean error itself.
    floor = float(np.average(error, weights=weight)) ** 2
    corner = bool((e.view == View.OBLIQUE).all())
    ways = OF_DISTANCE if distance else _ways_to_grow(corner, legs=bool(kept.apart.any()))
    for growth, apart in ways:
        more = Width(0.0, growth, apart).more(kept)
        square = max(weighted_quantile(error**2 - more, weight, COVERAGE), floor)
        half = np.sqrt(square + more)
        score = float(np.average(2 * half + 2 / (1 - COVERAGE) * np.fmax(error - half, 0.0), weights=weight))
        if score < least_score:
            best, least_score = Width(square**0.5, growth, apart), score
    part = 1.0 / len(set(kept.body.tolist()))
    found = best.times(1.0 + part if corner else (1.0 + part) ** 0.5)
    if corner:
        needed = NORMAL_RATIO**2 * floor - float(np.average(found.more(kept), weights=weight))
        found = replace(found, half_width=max(found.half_width, max(needed, 0.0) ** 0.5))
    return replace(found, typical=weighted_quantile(found.of(kept), weight, 0.5))


def _ways_to_grow(corner: bool, legs: bool) -> Iterable[tuple[float, float]]:
    least = LEAST_CORNER_GROWTH if corner else 0.0
    return product(GROWTHS[least <= GROWTHS].tolist(), APARTS if legs else APARTS[:1])


def change_half_width(e: Errors) -> float:
    """Return within what 95 % of the errors of changes lie; NaN of fewer than two bodies."""
    kept = e.of(~np.isnan(e.change))
    if len(set(kept.body.tolist())) < MIN_BODIES:
        return float("nan")
    return weighted_quantile(np.abs(kept.change), kept.weight, COVERAGE)


def rows(errors: Mapping[str, Errors], model: Model, read: str) -> list[dict[str, Any]]:
    """Return the rows of `accuracy.toml`, by measure, view that was seen, and mode."""
    found: list[dict[str, Any]] = []
    views = {row.joint: row.views for row in TABLE}
    for joint, e in errors.items():
        for view in View:
            for mode in Mode:
                part = e.of((e.view == view) & (e.mode == mode))
                if view not in views[joint] or np.isnan(part.ours).all():
                    continue
                f = figures(part)
                if f.bodies >= MIN_BODIES:
                    width = fit_error(part, distance=joint == DISTANCE)
                    place = {"measure": joint, "view": view.value, "mode": mode.value, "model": model.value,
                             "read": read}  # fmt: skip
                    sizes = {key: round(getattr(f, key), 3) + 0.0 for key in ("bias", "sd")}
                    names = ["half_width", "growth", *(["apart"] if width.apart else []), "typical"]
                    widths = {name: round(getattr(width, name), 3) for name in names}
                    change = change_half_width(part)
                    if not np.isnan(change):
                        widths["change"] = round(change, 3)
                    found.append({**place, **sizes, **widths, "n": f.n, "bodies": f.bodies})
    return [_no_surer(row, found) for row in found]


def _no_surer(row: dict[str, Any], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a row; of too few bodies, with the widths of the other mode where it had more and they are wider.

    It is the bodies that make it surer then, not the mode.
    """
    same = ("measure", "view", "model", "read")
    other = next((one for one in rows if one is not row and all(one[key] == row[key] for key in same)), row)
    if row["bodies"] > MIN_BODIES or other["bodies"] <= MIN_BODIES or other["typical"] <= row["typical"]:
        return row
    return row | {name: other[name] for name in ("half_width", "growth", "apart", "typical") if name in other}


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
        # One look, since not everybody moves; the interval of who does is on the safe side.
        once, _ = collect(replace(bench, twice=False))
        as_they_come, _ = collect(as_live(bench))
        found = rows(once, args.model, FILE) + rows(as_they_come, args.model, LIVE)
        write_rows(data_file("accuracy.toml"), found, facts(truth))
        print(f"{len(found)} rows written")


if __name__ == "__main__":
    main()
