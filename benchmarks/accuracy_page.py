"""Write `docs/accuracy.md`: how far each number lies from the truth, beside what plain landmarks and others give.

Everything on the page comes from this command but the figures of others, which carry their source. Whatever was fitted
is judged on bodies that it was not fitted on: landmark offsets, gains, half-widths, and the desk camera's constants.
Fourteen minutes with a filled cache.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import desk as desk_bench
from benchmarks.accuracy import DISTANCE, MIN_BODIES, Width, fit_error, head, mean
from benchmarks.conditions import condition_lines, real_lines
from benchmarks.errors import Bench, Errors, Look, as_live, collect
from benchmarks.fit_offsets import leave_one_body_out, side_samples
from benchmarks.real_clips import clip_lines
from benchmarks.real_photos import photo_lines
from benchmarks.truth import Item, as_photos, camera, frames, items, options, poses
from posture_coach.measures.accuracy import OTHER_MODE_WIDENING, shipped_accuracy
from posture_coach.measures.calibration import levelled
from posture_coach.measures.columns import VIEWS
from posture_coach.measures.definitions import NAMES, TABLE, UNIT_SIGN, Definition
from posture_coach.measures.desk_constants import PitchFrom
from posture_coach.measures.measurer import Measurer
from posture_coach.measures.scene import scene
from posture_coach.measures.skeleton import Offsets
from posture_coach.measures.view import ViewTracker
from posture_coach.pose.landmarker import Landmarker
from posture_coach.pose.smoothing import smoothed
from posture_coach.pose.types import Mode, Model
from posture_coach.resources import PACKAGE
from posture_coach.scoring.assess import Assessor
from posture_coach.scoring.targets import shipped_targets

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DOCS = PACKAGE.parent / "docs"
TEMPLATE = Path(__file__).with_suffix(".md")
SETTLED_S = 1.0
TIMED_PICTURES, TIMED_ROUNDS, FOUND_PICTURES = 300, 5, 60


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the first table: a joint, where it was looked at, and what the body did there."""

    joint: str
    where: str
    cells: tuple[str, ...]


def _lines(where: str, cells: tuple[str, ...], *joints: str) -> list[Line]:
    return [Line(f"{joint}_deg", where, cells) for joint in joints]


JOINTS = {row.joint: row for row in reversed(TABLE)}
TRUNK, NECK, HIP, KNEE = "trunk_inclination", "neck_inclination", "hip_flexion", "knee_flexion"
LINES: tuple[Line, ...] = (
    *_lines("side, sitting", ("A side",), TRUNK, NECK, HIP, KNEE),
    *_lines("side, standing", ("B side",), TRUNK, NECK, HIP, KNEE),
    *_lines("side, exercising", ("D side",), TRUNK, NECK, HIP, KNEE),
    *_lines("side, walking", ("C side",), TRUNK, NECK, HIP, KNEE),
    *_lines("front and back, standing", ("B front", "B back"), "lateral_trunk_lean", "shoulder_obliquity"),
    *_lines("front, standing", ("B front",), "head_roll"),
    *_lines("front, walking", ("C front",), "lateral_trunk_lean", "shoulder_obliquity", "head_roll"),
    *_lines("corner, sitting", ("A oblique",), TRUNK, NECK, HIP, KNEE),
    *_lines("corner, standing", ("B oblique",), TRUNK, NECK, HIP, KNEE),
    *_lines("corner, squatting", ("D oblique",), TRUNK, NECK, HIP, KNEE),
)
LINES_MOVING = [line for line in LINES if line.cells in (("D side",), ("C side",))]


def title(row: Definition) -> str:
    """Return a measure's name without its side."""
    return row.title.removesuffix(f", {row.side}")


# Half-widths that never saw the body they are judged on ------------------------------------------------------------


def held_out_half_widths(e: Errors, fitted_on: Errors, *, distance: bool = False) -> Floats:
    """Return (n,) half-widths, each from the bodies other than its own; NaN where those do not tell."""
    half = np.full(len(e.ours), np.nan)
    for view in VIEWS:
        for mode in Mode:
            here = (e.view == view) & (e.mode == mode)
            for body in set(e.body[here].tolist()):
                own = here & (e.body == body)
                half[own] = _of_others(fitted_on, view, mode, body, distance=distance).of(e.of(own))
    return half


def _of_others(e: Errors, view: object, mode: Mode, body: str, *, distance: bool) -> Width:
    """Fit on the other bodies; in the other mode, widened, where this one has too few, as the product does."""
    for how, wide in ((mode, 1.0), (_other(mode), OTHER_MODE_WIDENING)):
        others = e.of((e.view == view) & (e.mode == how) & (e.body != body) & ~np.isnan(e.ours))
        if len(set(others.body.tolist())) >= MIN_BODIES:
            return fit_error(others, distance=distance).times(wide)
    return Width(np.nan, np.nan, np.nan)


def _other(mode: Mode) -> Mode:
    return Mode.DETECTED if mode is Mode.TRACKED else Mode.TRACKED


@dataclass(frozen=True, slots=True)
class Judged:
    """Errors of one joint with their held-out half-widths; refused where there is no value or no useful one.

    Parameters
    ----------
    refused_by_product
        The same with the half-widths that are shipped, which all bodies made.
    """

    errors: Errors
    half: Floats
    refused: Bools
    refused_by_product: Bools

    def of(self, keep: Bools) -> Judged:
        """Return some of the pictures."""
        return Judged(self.errors.of(keep), self.half[keep], self.refused[keep], self.refused_by_product[keep])

    def at(self, line: Line, mode: Mode) -> Judged:
        """Return the pictures of one line of the first table."""
        return self.of(np.isin(self.errors.cell, line.cells) & (self.errors.mode == mode))

    @property
    def error(self) -> float:
        """The mean absolute error of what is not refused, when every body counts the same."""
        return mean(np.abs(np.where(self.refused, np.nan, self.errors.ours)), self.errors.weight)

    @property
    def inside_pct(self) -> float:
        """How much of what is not refused lies within its interval."""
        kept = self.of(~self.refused)
        return 100.0 * float(np.average(np.abs(kept.errors.ours) <= kept.half, weights=kept.errors.weight))


def judge(joint: str, e: Errors, fitted_on: Errors, model: Model, *, live: bool = False) -> Judged:
    """Refuse what the product would refuse, with half-widths from other bodies, and with those that are shipped."""
    useful = JOINTS[joint].useful
    held_out = held_out_half_widths(e, fitted_on, distance=joint == DISTANCE)
    widths = held_out, _shipped_half_widths(joint, e, model, live=live)
    with np.errstate(invalid="ignore"):
        refused, by_product = (np.isnan(e.ours) | np.isnan(half) | (half > useful) for half in widths)
    return Judged(e, widths[0], refused, by_product)


def _shipped_half_widths(joint: str, e: Errors, model: Model, *, live: bool) -> Floats:
    accuracy, half = shipped_accuracy(live=live), np.full(len(e.ours), np.nan)
    for view in VIEWS:
        for mode in Mode:
            here, known = (e.view == view) & (e.mode == mode), accuracy.of(joint, view, mode, model)
            if known is not None:
                half[here] = Width(known.half_width, known.growth, known.apart).of(e.of(here))
    return half


# Tables ----------------------------------------------------------------------------------------------------------


def _row(where: str, name: str, mode: str, j: Judged) -> str:
    e, kept = j.errors, ~j.refused
    ours = np.where(kept, e.ours, np.nan)
    row = JOINTS[name]
    sign, digits = UNIT_SIGN[row.unit], 3 if row.unit == "ratio" else 1
    cells = [
        where, title(row), mode,
        f"{kept.sum()}", f"{len(set(e.body[kept].tolist()))}",
        *(f"{mean(np.abs(v), e.weight):.{digits}f}" for v in (e.pixels, e.world)),
        f"**{j.error:.{digits}f}{sign}**", f"{np.nanmean(np.abs(ours)):.{digits}f}",
        f"{mean(np.abs(np.where(kept, e.change, np.nan)), e.weight):.{digits}f}",
        *(f"{100 * np.average(part, weights=e.weight):.0f}" for part in (j.refused_by_product, j.refused)),
        f"{j.inside_pct:.0f}", f"{np.median(j.half[kept]):.{digits}f}",
    ]  # fmt: skip
    return "| " + " | ".join(cells).replace("nan", "-") + " |"


COLUMNS = (
    "where", "measure", "mode", "n", "bodies", "pixels", "world", "ours", "pooled", "change", "refused %", "held out %",
    "inside %", "±",
)  # fmt: skip
HEADINGS = f"| {' | '.join(COLUMNS)} |\n|---|---|---|{'--:|' * (len(COLUMNS) - 3)}"


def first_table(judged: Mapping[str, Judged]) -> Iterator[str]:
    """Yield the lines of the table by what the body does."""
    yield HEADINGS
    for line in LINES:
        j = judged[line.joint]
        for mode in Mode:
            part = j.at(line, mode)
            if (~part.refused).any():
                yield _row(line.where, line.joint, mode.value, part)


def view_table(judged: Mapping[str, Judged]) -> Iterator[str]:
    """Yield every measure in every view that it can be seen from."""
    yield HEADINGS
    for joint, j in judged.items():
        row = JOINTS[joint]
        for view in VIEWS:
            for mode in Mode:
                part = j.of((j.errors.view == view) & (j.errors.mode == mode) & ~np.isnan(j.errors.ours))
                if view in row.views and (~part.refused).any():
                    yield _row(view.value, joint, mode.value, part)


def live_table(judged: Mapping[str, Judged], live: Mapping[str, Judged]) -> Iterator[str]:
    """Yield what is another matter live: who moves, seen from the side."""
    yield "| where | measure | mode | file | live | inside, live % |\n|---|---|---|--:|--:|--:|"
    for line in LINES_MOVING:
        for mode in Mode:
            file, as_it_comes = (of[line.joint].at(line, mode) for of in (judged, live))
            where = f"| {line.where} | {title(JOINTS[line.joint])} | {mode.value} "
            yield f"{where}| {file.error:.1f}° | {as_it_comes.error:.1f}° | {as_it_comes.inside_pct:.0f} |"


def coverage_table(judged: Mapping[str, Judged]) -> Iterator[str]:
    """Yield the share of truths inside the interval by view, over all angles of the first table."""
    yield "| view | mode | pictures | inside % |\n|---|---|--:|--:|"
    joints = sorted({line.joint for line in LINES})
    for view in VIEWS:
        for mode in Mode:
            inside, weight = [], []
            for joint in joints:
                j = judged[joint]
                part = j.of((j.errors.view == view) & (j.errors.mode == mode) & ~j.refused)
                inside.append(np.abs(part.errors.ours) <= part.half)
                weight.append(part.errors.weight)
            if sum(len(w) for w in weight):
                share = np.average(np.concatenate(inside), weights=np.concatenate(weight))
                yield f"| {view.value} | {mode.value} | {sum(len(w) for w in weight)} | {100 * share:.1f} |"


def folded(judged: Mapping[str, Judged]) -> str:
    """Say by how much knees of who stands are off, from the side, where their sign is not asked for."""
    line = next(line for line in LINES if line.joint == f"{KNEE}_deg" and line.cells == ("B side",))
    e = judged[line.joint].at(line, Mode.DETECTED).errors
    true = e.value - e.ours
    ours, pixels = (mean(np.abs(np.abs(true + off) - np.abs(true)), e.weight) for off in (e.ours, e.pixels))
    return (
        f"knees of who stands are off by {ours:.1f}° seen from the side, and plain ones in the picture by {pixels:.1f}°"
    )


def desk_table(truth: Sequence[Item], model: Model, cache: Path | None) -> Iterator[str]:
    """Yield the desk camera's estimates, with bodies, kinds of posture, or both left out."""
    yield (
        "| mode | left out | camera's tilt from | trunk | no change | neck | no change | inside % | ± | refused % | "
        "AUC upright | AUC chair |\n|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    )
    # Constants come from both modes of one model, as those that are shipped do.
    basis = [clip for mode in Mode for clip in desk_bench.clips_of(truth, Model.FULL, mode, cache)]
    folds = desk_bench.folds_of(basis, desk_bench.faces(truth, basis, cache))
    for mode in Mode:
        clips = desk_bench.clips_of(truth, model, mode, cache)
        heap = desk_bench.heap(clips)
        for pitch in (PitchFrom.FACE, PitchFrom.SLUMP):
            for fold in ("body", "kind", "both"):
                j = desk_bench.judge(clips, folds, pitch, fold)
                kept = desk_bench.judged_of(heap, j, pitch)
                yield _desk_row(mode, fold, pitch, heap, j, kept)


def _desk_row(mode: Mode, fold: str, pitch: PitchFrom, heap: desk_bench.Heap, j: desk_bench.Judged, kept: Bools) -> str:
    error, (half, inside) = np.abs(j.found - heap.truth), desk_bench.covered(heap, j, kept)
    held = kept & heap.held
    slumped, still, chair = (j.found[held & (heap.kind == kind)] for kind in ("slouch", "upright", "chair nearer"))
    cells = [mode.value, fold, pitch.value]
    for k in range(2):
        cells += [f"**{error[kept, k].mean():.1f}°**", f"{np.abs(heap.truth[kept, k]).mean():.1f}"]
    cells += [
        " / ".join(f"{100 * inside[kept, k].mean():.0f}" for k in range(2)),
        " / ".join(f"{np.median(half[kept, k]):.1f}" for k in range(2)),
        f"{100 * np.isnan(j.found).any(axis=1).mean():.1f}",
        *(f"{desk_bench.auc(slumped[:, 1], rest[:, 1]):.2f}" for rest in (still, chair)),
    ]
    return "| " + " | ".join(cells) + " |"


def still_table(truth: Sequence[Item], model: Model, cache: Path | None) -> Iterator[str]:
    """Yield the spread of values of people who do not move."""
    yield "| clip | mode | trunk SD | neck SD | trunk SD, smoothed | neck SD, smoothed |\n|---|---|--:|--:|--:|--:|"
    for item in (i for i in truth if i.pose == "still" and i.rate_hz):
        for mode in item.modes:
            series, spreads = poses(item, model, mode, cache), []
            for shown in (series, smoothed(series)):
                measured = Measurer(shipped_accuracy(), camera=camera(item, cache)).push(shown)
                for name in ("trunk_inclination_deg", "neck_inclination_deg"):
                    spreads.append(f"{np.nanstd(measured.column(name)[series.time_s >= SETTLED_S]):.2f}°")
            yield f"| `{item.id}` | {mode.value} | " + " | ".join(spreads) + " |"
        yield f"| `{item.id}` | {Mode.DETECTED.value}, photos | {_spreads_of_photos(item, model, cache)} | - | - |"


def _spreads_of_photos(item: Item, model: Model, cache: Path | None) -> str:
    measured = Measurer(shipped_accuracy(), camera=camera(item, cache)).push(as_photos(item, model))
    columns = (measured.column(f"{joint}_deg") for joint in (TRUNK, NECK))
    return " | ".join(f"{np.nanstd(column):.2f}°" for column in columns)


def cost(truth: Sequence[Item], model: Model, cache: Path | None) -> str:
    """Say the processor time to measure one picture, one at a time as a live camera hands them over, beside finding."""
    item = next(i for i in truth if i.rate_hz and i.camera == "side")
    series = poses(item, model, Mode.TRACKED, cache)
    accuracy, eye, tracker = shipped_accuracy(live=True), camera(item, cache), ViewTracker()
    parts = [series.part(i % len(series), i % len(series) + 1) for i in range(TIMED_PICTURES)]
    ways = (
        Assessor(accuracy, shipped_targets(NAMES), None, eye, live=True).push,
        Measurer(accuracy, camera=eye).push,
        lambda seen: scene(levelled(seen, eye), seen, tracker, accuracy),
    )
    all_s, measuring_s, fusing_s = (min(_seconds(way, parts) for _ in range(TIMED_ROUNDS)) for way in ways)
    with Landmarker(model, Mode.TRACKED) as network:
        finding_s = _seconds(network.find, list(islice(frames(item), FOUND_PICTURES)))
    share = f"{measuring_s / finding_s:.1%} of what finding the person in it takes"
    fused = f"{1000.0 * fusing_s:.1f} ms of it go into camera, view, side and joints, from picture and world points"
    acted = f"telling what is done and scoring it take {1000.0 * (all_s - measuring_s):.1f} ms more"
    return f"{1000.0 * measuring_s:.1f} ms of processor time, {share}; {fused}; {acted}"


def _seconds(work: Callable[[Any], object], pieces: Sequence[Any]) -> float:
    """Return the processor time of a piece; the first one warms up."""
    work(pieces[0])
    begun = time.process_time()
    for piece in pieces[1:]:
        work(piece)
    return (time.process_time() - begun) / (len(pieces) - 1)


# Pictures --------------------------------------------------------------------------------------------------------


def bland_altman(judged: Mapping[str, Judged], path: Path) -> None:
    """Draw found minus true over their mean, for the four angles of the side view, one colour a body."""
    import matplotlib  # only here: nothing else of the benchmarks needs it

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "posture-coach"
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(2, 2, figsize=(10, 7), constrained_layout=True)
    for panel, joint in zip(panels.flat, (TRUNK, NECK, HIP, KNEE), strict=True):
        j = judged[f"{joint}_deg"]
        part = j.of((j.errors.view == "side") & ~j.refused)
        e = part.errors
        true = e.value - e.ours
        for body in sorted(set(e.body.tolist())):
            own = np.flatnonzero(e.body == body)[::20]
            panel.scatter((e.value[own] + true[own]) / 2, e.ours[own], s=5, alpha=0.4, label=body, linewidths=0)
        bias, inside = mean(e.ours, e.weight), np.quantile(e.ours, (0.025, 0.975))
        for height, style in ((bias, "-"), *((limit, "--") for limit in inside)):
            panel.axhline(height, color="0.3", linestyle=style, linewidth=1)
        panel.set_title(title(JOINTS[f"{joint}_deg"]))
        panel.set_xlabel("mean of found and true, degrees")
        panel.set_ylabel("found minus true, degrees")
    panels[0, 0].legend(fontsize=7, markerscale=2, title="body", title_fontsize=7)
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    pyplot.close(figure)


# The page --------------------------------------------------------------------------------------------------------


def main() -> None:
    """Judge everything, draw, and write the page."""
    args = options(__doc__ or "").parse_args()
    truth, modes = items(), list(Mode)
    offsets = leave_one_body_out(side_samples(truth, Model.FULL, args.cache))
    bench = Bench(truth, args.model, modes, args.cache, 1, offsets=_of_body(offsets))
    errors, looks = collect(bench)
    once, _ = collect(replace(bench, twice=False))
    judged = {joint: judge(joint, e, once[joint], args.model) for joint, e in errors.items()}
    as_they_come, _ = collect(as_live(bench))
    live = {
        line.joint: judge(line.joint, as_they_come[line.joint], as_they_come[line.joint], args.model, live=True)
        for line in LINES_MOVING
    }
    bland_altman(judged, DOCS / "images" / "accuracy_bland_altman.svg")
    parts = {
        "head": [head(args.model, modes, "fitted without the body they are used on")],
        "looks": [_counted(looks)],
        "by posture": first_table(judged),
        "by view": view_table(judged),
        "live": live_table(judged, live),
        "inside": coverage_table(judged),
        "plot": ["![Found minus true over their mean](images/accuracy_bland_altman.svg)"],
        "folded": [folded(judged)],
        "conditions": condition_lines(args.model),
        "desk": desk_table(truth, args.model, args.cache),
        "still": still_table(truth, args.model, args.cache),
        "cost": [cost(truth, args.model, args.cache)],
        "photos": photo_lines(args.model),
        "changed photos": real_lines(args.model),
        "clips": clip_lines(args.model),
    }
    page = TEMPLATE.read_text(encoding="utf-8")
    for name, lines in parts.items():
        page = page.replace("{{" + name + "}}", "\n".join(lines))
    (DOCS / "accuracy.md").write_text(page, encoding="utf-8")
    print(f"written: {DOCS / 'accuracy.md'}")


def _of_body(offsets: Mapping[str, Offsets]) -> Callable[[str], Offsets]:
    shipped = shipped_accuracy().offsets
    return lambda body: offsets.get(body, shipped)


def _counted(looks: Sequence[Look]) -> str:
    pictures = sum(len(look.series) for look in looks)
    return f"{len({look.item.id for look in looks})} stills and clips, {pictures} looks at pictures"


if __name__ == "__main__":
    main()
