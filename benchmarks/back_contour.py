"""Does the back's contour tell how far the spine is bent? Tried on side views; judged on bodies left out.

The truth is the renderer's `spinal_flex`: the upper half of the trunk against the lower, + flexed, 6-19 degrees in
neutral standing. The contour is where the network's segmentation mask ends behind the line mid-hip to mid-shoulder
(`back_outlines.py`); an angle is read off it by a sagitta, a parabola, a circle or two lines, over several stretches of
the back, smoothed in several ways, with and without (`clear`) leaving out what an arm or a blurred mask may hide.
Beside it stand what the landmarks alone say, the neck's angle against the trunk alone, and what both give together, on
the same pictures.

absolute   degrees of `spinal_flex`, against the mean of the other bodies.
change     from the person's own neutral (a photo's: that body's neutral or upright photo; a clip's: its first second),
           against "no change".
own mean   how far a picture lies from the mean of all this person's in the group, which is taken as known for truth and
           contour alike, against predicting that mean. What a person may hope for who measures himself often.

Every line is fitted on the other bodies; `kind unseen` has not seen the kind of posture either: rendered people bend by
recipe (slump, kyphosis, flexion ...), and landmarks learn recipes. A body counts 1 in each group, shared by its stills
and clips. Cells are mean |error|, the baseline's on the same pictures in brackets, and r. With `--photos` the chosen
estimate is also printed for the real photos of one man on a chair, whose true angles nobody knows. Against the chair's
back it reads the wrong way round, and that is why nothing of this is shipped.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.back_angle import HIGHEST_DEG, LOWEST_DEG, back_contour, running_median
from benchmarks.back_angle import bend_deg as chosen_bend_deg
from benchmarks.back_masks import EDGES, HEIGHTS, MaskedLandmarker, outline
from benchmarks.back_outlines import FORMS, GROUPS, LEAST_SEEN, SHARP, STRETCHES, Heap, bend_deg, heap_of
from benchmarks.fit_offsets import weighted_quantile
from benchmarks.truth import DATA, items, options
from posture_coach.measures.view import body_yaw_deg
from posture_coach.pose.types import Frame, Mode, Model, PoseSeries

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.str_]

NEUTRAL = ("neutral", "upright")
FIRST_S = 1.0
RIDGE = 0.05
"""Of the weight, on standardised features: fewer bodies than features would else be fitted exactly."""
SMOOTHINGS = ("plain", "median", "robust")
SHAPE_AT = np.linspace(0.0, 1.0, 9)


# From outlines to angles ---------------------------------------------------------------------------------------------


def contours(heap: Heap) -> dict[str, Floats]:
    """Return (n,) angles by way of reading the outline."""
    plain, clear = heap.back[:, SHARP], np.where(heap.hidden, np.nan, heap.back[:, SHARP])
    table = {}
    for form, stretch, smoothing in itertools.product(FORMS, STRETCHES, SMOOTHINGS):
        if form != "sagitta" or smoothing != "robust":
            table[f"{form}, {stretch}, {smoothing}"] = bend_deg(plain, form, stretch, smoothing)
            table[f"{form}, {stretch}, {smoothing}, clear"] = bend_deg(clear, form, stretch, smoothing)
    for i, edge in enumerate(EDGES):
        if i != SHARP:
            table |= {f"{form}, whole, median, edge {edge}": bend_deg(heap.back[:, i], form, "whole", "median")
                      for form in FORMS}  # fmt: skip
    return table


def shape(heap: Heap) -> Floats:
    """Return (n, 9) the outline itself, against its own mean; gaps are bridged."""
    rows = np.full((len(heap.truth), len(SHAPE_AT)), np.nan)
    for row, line in zip(rows, running_median(heap.back[:, SHARP]), strict=True):
        seen = np.isfinite(line)
        if seen.mean() >= LEAST_SEEN:
            row[:] = np.interp(SHAPE_AT, HEIGHTS[seen], line[seen])
    return np.asarray(rows - rows.mean(axis=1, keepdims=True), dtype=np.float64)


# The three questions -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Task:
    """A question: (n,) what is asked, and (n, n) how features are made relative; `intercept` where they are not."""

    name: str
    asked: Floats
    reference: Floats
    intercept: bool
    judged: Bools


def tasks(heap: Heap) -> list[Task]:
    """Return the three questions of the module's head."""
    n = len(heap.truth)
    nothing, everything = np.zeros((n, n)), np.ones(n, dtype=bool)
    neutral, judged = _neutral(heap)
    mean = _own_mean(heap)
    return [
        Task("absolute", heap.truth, nothing, True, everything),
        Task("change", heap.truth - neutral @ heap.truth, neutral, False, judged),
        Task("own mean", heap.truth - mean @ heap.truth, mean, False, everything),
    ]


def _neutral(heap: Heap) -> tuple[Floats, Bools]:
    """Return (n, n) weights of each picture's neutral, and which pictures have one and are not part of it."""
    weights = np.zeros((len(heap.truth),) * 2)
    photo: Bools = (np.char.find(heap.item, "_still_") < 0) & np.isin(heap.group, ("sitting", "standing"))
    rests = photo & np.isin(heap.kind, NEUTRAL)
    for i in range(len(weights)):
        if photo[i]:
            anywhere = rests & (heap.body == heap.body[i])
            here = anywhere & (heap.group == heap.group[i])
            own = here if here.any() else anywhere
        else:
            own = (heap.item == heap.item[i]) & (heap.mode == heap.mode[i]) & (heap.time_s <= FIRST_S)
        weights[i] = own / max(own.sum(), 1)
    return weights, (weights.sum(axis=1) > 0) & (np.diag(weights) == 0)


def _own_mean(heap: Heap) -> Floats:
    names = np.char.add(np.char.add(heap.body, heap.group), heap.mode)
    same = (names[:, None] == names[None, :]) * heap.weight[None, :]
    return np.asarray(same / same.sum(axis=1, keepdims=True), dtype=np.float64)


def judge(heap: Heap, task: Task, features: Floats, unseen: str = "body") -> tuple[Floats, Floats]:
    """Return (n,) predictions by features, and by the baseline, each body by the others; NaN where not measured."""
    seen: Bools = np.asarray(np.isfinite(features).all(axis=1), dtype=np.bool_)
    # A reference that is not seen in full makes do with what is seen of it.
    part = task.reference * seen
    total = part.sum(axis=1, keepdims=True)
    wanted = task.reference.sum(axis=1) > 0
    known = seen & task.judged & (~wanted | (total[:, 0] > 0))
    safe = np.where(seen[:, None], features, 0.0)
    x = safe - (part / np.fmax(total, 1e-12)) @ safe
    found, base = np.full((2, len(x)), np.nan)
    for body in np.unique(heap.body):
        for kind in np.unique(heap.kind[heap.body == body]) if unseen == "kind" else (None,):
            like = np.ones(len(x), dtype=np.bool_) if kind is None else np.asarray(heap.kind == kind)
            own, others = known & (heap.body == body) & like, known & (heap.body != body)
            others &= ~like if kind is not None else like
            found[own] = _predict(x, task, heap.weight, others, own)
            mean = np.average(task.asked[others], weights=heap.weight[others]) if task.intercept else 0.0
            base[own] = mean
    return found, base


def _predict(x: Floats, task: Task, weight: Floats, fit: Bools, use: Bools) -> Floats:
    w = weight[fit] / weight[fit].sum()
    centre = w @ x[fit] if task.intercept else np.zeros(x.shape[1])
    level = float(w @ task.asked[fit]) if task.intercept else 0.0
    scale = np.sqrt(w @ (x[fit] - centre) ** 2) + 1e-9
    z = (x[fit] - centre) / scale
    slopes = np.linalg.solve(z.T @ (z * w[:, None]) + RIDGE * np.eye(x.shape[1]), z.T @ (w * (task.asked[fit] - level)))
    return np.asarray(level + (x[use] - centre) / scale @ slopes, dtype=np.float64)


def error(heap: Heap, asked: Floats, found: Floats, keep: Bools) -> float:
    """Return the weighted mean |error| of what was measured."""
    keep = keep & np.isfinite(found)
    if not keep.any():
        return np.nan
    return float(np.average(np.abs(found - asked)[keep], weights=heap.weight[keep]))


def correlation(heap: Heap, asked: Floats, found: Floats, keep: Bools) -> float:
    """Return the weighted r of what was measured with what was asked."""
    keep = keep & np.isfinite(found)
    if keep.sum() < 3:
        return np.nan
    c = np.cov(np.stack([asked[keep], found[keep]]), aweights=heap.weight[keep])
    return float(c[0, 1] / np.sqrt(c[0, 0] * c[1, 1])) if c[0, 0] * c[1, 1] > 1e-9 else np.nan


# What is printed -----------------------------------------------------------------------------------------------------

CHOSEN = "chosen"
MOVING = ("sitting", "standing", "exercise")
"""Walkers keep their backs still."""
PHOTOS = ("sit_straight_flip", "sit_straight_hf", "sit_recline", "sit_recline_hf", "sit_kneeling", "sit_hunchback",
          "sit_hunchback_hf")  # fmt: skip


def chosen_angle(heap: Heap) -> Floats:
    """Return (n,) the angle between the two lines, as `back_angle.py` reads it."""
    angle = chosen_bend_deg(np.where(heap.hidden, np.nan, heap.back[:, SHARP]), HEIGHTS)
    return np.where((angle >= LOWEST_DEG) & (angle <= HIGHEST_DEG), angle, np.nan)


def _cell(heap: Heap, task: Task, pair: tuple[Floats, Floats], keep: Bools) -> str:
    found, base = pair
    mae, plain = (error(heap, task.asked, values, keep & np.isfinite(found)) for values in (found, base))
    return f"{mae:5.2f} ({plain:5.2f}) {correlation(heap, task.asked, found, keep):+.2f}"


def _print_ways(heap: Heap, ways: dict[str, Floats]) -> None:
    moving = np.isin(heap.group, MOVING)
    print(f"\nways to read the outline; {', '.join(MOVING)}, best in change first; share of the pictures\n")
    lines = []
    for name, angle in ways.items():
        pairs = [(task, judge(heap, task, angle[:, None])) for task in tasks(heap)]
        share = np.average(np.isfinite(angle[moving]), weights=heap.weight[moving])
        cells = "  ".join(_cell(heap, task, pair, moving) for task, pair in pairs)
        lines.append((_share_left(heap, pairs[1][0], pairs[1][1], moving), f"{name:38} {cells}  {share:4.0%}"))
    for _, line in sorted(lines):
        print(line)


def _share_left(heap: Heap, task: Task, pair: tuple[Floats, Floats], keep: Bools) -> float:
    """Return error over the baseline's."""
    keep = keep & np.isfinite(pair[0])
    return error(heap, task.asked, pair[0], keep) / error(heap, task.asked, pair[1], keep)


def _print_nested(heap: Heap, ways: dict[str, Floats]) -> None:
    """Say what comes of it when the way, too, is chosen without the body: best in change on the other five."""
    print("\nway chosen on the other bodies")
    for body in np.unique(heap.body).tolist():
        others = heap.body != body
        rest = heap.of(others)
        task, moving = tasks(rest)[1], np.isin(rest.group, MOVING)
        left = {name: _share_left(rest, task, judge(rest, task, angle[others][:, None]), moving)
                for name, angle in ways.items()}  # fmt: skip
        best = min(left, key=lambda name: left[name])
        own = (heap.body == body) & np.isin(heap.group, MOVING)
        cells = [_cell(heap, t, judge(heap, t, ways[best][:, None]), own) for t in tasks(heap)]
        print(f"  {body} {best:38} {'  '.join(cells)}")


def _print_predictors(heap: Heap, angle: Floats) -> None:
    g, on = angle[:, None], np.where(np.isfinite(angle), 1.0, np.nan)[:, None]
    predictors = {
        "contour": g, "neck": heap.marks[:, :1] * on, "landmarks": heap.marks * on,
        "neck + contour": np.hstack([heap.marks[:, :1], g]), "landmarks + contour": np.hstack([heap.marks, g]),
        "outline's shape": shape(heap),
    }  # fmt: skip
    cells = {group: heap.group == group for group in GROUPS.values()} | {"all": np.ones(len(heap.truth), np.bool_)}
    for unseen in ("body", "kind"):
        print(f"\n{unseen} unseen".ljust(32) + "".join(f"{name:21}" for name in cells))
        for task in tasks(heap):
            for name, features in predictors.items():
                pair = judge(heap, task, features, unseen)
                row = "  ".join(_cell(heap, task, pair, keep) for keep in cells.values())
                print(f"{task.name:10}{name:20} {row}")


def _print_modes(heap: Heap, angle: Floats) -> None:
    print("\ncontour by group and mode, and by body (body unseen); share of the pictures")
    pairs = [(task, judge(heap, task, angle[:, None])) for task in tasks(heap)]
    rows = [
        (f"{group} {mode}", (heap.group == group) & (heap.mode == mode)) for group in GROUPS.values() for mode in Mode
    ]
    moving = np.isin(heap.group, MOVING)
    rows += [(f"{body}, not walking", (heap.body == body) & moving) for body in np.unique(heap.body).tolist()]
    for name, keep in rows:
        if keep.any():
            share = np.average(np.isfinite(angle[keep]), weights=heap.weight[keep])
            print(f"{name:20} {'  '.join(_cell(heap, task, pair, keep) for task, pair in pairs)}  {share:4.0%}")


def _print_looks(heap: Heap) -> None:
    print("\nphotos: several looks, the first alone, and rays on the true joints; absolute, change, own mean")
    photos = heap.of(np.isin(heap.group, ("sitting", "standing")) & (np.char.find(heap.item, "_still_") < 0))
    for name in ("back", "single", "ideal"):
        lines = np.where(photos.hidden, np.nan, getattr(photos, name)[:, SHARP])
        angle, everything = chosen_bend_deg(lines, HEIGHTS), np.ones(len(photos.truth), dtype=np.bool_)
        cells = [_cell(photos, task, judge(photos, task, angle[:, None]), everything) for task in tasks(photos)]
        print(f"{name:20} {'  '.join(cells)}  {np.isfinite(angle).mean():4.0%}")


def _print_chosen(heap: Heap, angle: Floats) -> None:
    """Say how the change errs with nothing fitted: degrees of the outline as degrees of the spine."""
    seen = np.isfinite(angle)
    print(
        f"\nthe angle itself, no constant fitted; it lies between {angle[seen].min():.1f} and {angle[seen].max():.1f}"
    )
    for task in tasks(heap)[1:]:
        part = task.reference * seen
        total = part.sum(axis=1)
        own = part @ np.nan_to_num(angle) / np.where(total > 0, total, np.nan)
        found = np.where(task.judged, angle - own, np.nan)
        for group in GROUPS.values():
            keep = (heap.group == group) & np.isfinite(found)
            miss = (found - task.asked)[keep]
            wide = weighted_quantile(np.abs(miss), heap.weight[keep], 0.95)
            bias = np.average(miss, weights=heap.weight[keep])
            pair = (found, np.where(np.isfinite(found), 0.0, np.nan))
            print(f"{task.name:10}{group:10} {_cell(heap, task, pair, keep)}  bias {bias:+.1f}, 95 % within {wide:.1f}")
            if task.name == "change":
                bodies = {str(b): _cell(heap, task, pair, keep & (heap.body == b)) for b in np.unique(heap.body[keep])}
                print("    " + "; ".join(f"{body} {cell}" for body, cell in bodies.items()))


def _print_photos(model: Model) -> None:
    print("\nreal photos, one man: the angle, and what it would be with nothing refused")
    for name in PHOTOS:
        with Image.open(DATA / "real" / "photos" / f"{name}.jpg") as photo:
            frame = Frame(np.asarray(photo.convert("RGB")), 0.0, 0)
        with MaskedLandmarker(model, Mode.DETECTED) as network:
            found = network.find_masked(frame)
        if found is None:
            print(f"{name:20} nobody found")
            continue
        pose, mask = found
        series = PoseSeries.of([pose], [(0.0, 0)], size=frame.size, mode=pose.mode, model=model)
        forward = np.where(body_yaw_deg(series) > 0, -1.0, 1.0)
        lines = outline(mask, pose.points_px)[None]
        back = lines[:, 1 if forward[0] > 0 else 0, SHARP]
        estimate = back_contour(lines, HEIGHTS, series.points_px, forward)[0]
        print(f"{name:20} {estimate:6.1f} {chosen_bend_deg(back, HEIGHTS)[0]:6.1f}")


def main() -> None:
    """Gather, judge, print."""
    parser = options(__doc__ or "")
    parser.add_argument("--photos", action="store_true", help="also read the real photos")
    args = parser.parse_args()
    heap = heap_of(items(), args.model, args.cache)
    print(f"model {args.model}, {len(heap.truth)} pictures, {len(np.unique(heap.body))} bodies")
    angle, ways = chosen_angle(heap), contours(heap)
    _print_ways(heap, {CHOSEN: angle, **ways})
    _print_nested(heap, ways)
    _print_predictors(heap, angle)
    _print_modes(heap, angle)
    _print_looks(heap)
    _print_chosen(heap, angle)
    if args.photos:
        _print_photos(args.model)


if __name__ == "__main__":
    main()
