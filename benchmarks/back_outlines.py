"""Where the back's skin lies in side views of the ground truth, by the segmentation mask, and ways to read it.

From the line mid-hip to mid-shoulder rays go out at right angles, to the side away from where the person faces and to
the other; an outline is how far along each the mask still says "person". The rays stand once on the network's points,
which is what a program has, and once on the true joints, which tells errors of the mask from errors of the points.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.back_angle import BLURRED, by_an_arm, running_median
from benchmarks.back_masks import EDGES, HEIGHTS, Mask, MaskedLandmarker, ends, sampled
from benchmarks.truth import Item, body_yaw_deg, frames
from posture_coach.geometry import distance
from posture_coach.measures import sagittal
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.skeleton import build
from posture_coach.measures.types import Side, View
from posture_coach.measures.view import body_yaw_deg as seen_yaw_deg
from posture_coach.pose.passes import LEAST_LOOKS, _looks
from posture_coach.pose.types import Frame, Mode, Model, Pose, PoseSeries

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.str_]

GROUPS = {"A": "sitting", "B": "standing", "C": "walking", "D": "exercise"}
EVERY = 10
"""Neighbouring frames of a clip tell the same story; followed, all are shown to the network and one in ten is kept."""
SHARP = EDGES.index(0.5)
LEAST_SEEN = 0.6
"""Share of a stretch's heights that must be seen for an angle."""
HUBER = 0.01
"""Trunk lengths: what lies further from the curve pulls no harder."""
ROUNDS = 10
STRETCHES = {"whole": (0.0, 1.0), "middle": (0.1, 0.9), "below hair": (0.05, 0.8)}


@dataclass(frozen=True, slots=True)
class Outlines:
    """One item as the network saw it, every tenth frame.

    Parameters
    ----------
    series
        The points found; a photo's are the median of several looks.
    back, front
        (n, 3, 61) from the trunk line to the skin of the back and of the belly, in trunk lengths, by edge of the mask
        and height; NaN where the line does not lie in the mask, or the mask goes on beyond the reach.
    single
        (n, 3, 61) of the back, by the first look alone, with that look's own points.
    ideal
        (n, 3, 61) of the back, with the rays on the true joints.
    """

    series: PoseSeries
    back: Floats
    front: Floats
    single: Floats
    ideal: Floats


@dataclass(frozen=True, slots=True)
class _Seen:
    """A mask, and how its picture was made from the item's own: scale * (own - corner), mirrored afterwards or not."""

    mask: Mask
    scale: float = 1.0
    corner: tuple[float, float] = (0.0, 0.0)
    mirrored: bool = False

    def at(self, places_px: Floats) -> Floats:
        """Read the mask at (..., 2) places of the item's own picture; outside of the mask's picture nobody is."""
        places = (places_px - np.array(self.corner)) * self.scale
        if self.mirrored:
            places[..., 0] = self.mask.shape[1] - places[..., 0]
        return sampled(self.mask, places)


def outlines(item: Item, model: Model, mode: Mode, cache: Path | None) -> Outlines:
    """Run the network over one side view, or read an earlier run from the cache folder."""
    stored = cache / _key(item, model, mode) if cache else None
    if stored and stored.exists():
        return _read(stored, model, mode)
    made = _run(item, model, mode)
    if stored:
        _write(stored, made)
    return made


def _run(item: Item, model: Model, mode: Mode) -> Outlines:
    found: list[Pose | None] = []
    lines: list[Floats] = []
    seen: list[tuple[float, int]] = []
    size = (0, 0)
    forward = np.where(body_yaw_deg(item) > 0, -1.0, 1.0)
    with MaskedLandmarker(model, mode) as network:
        for frame in frames(item, 1 if mode is Mode.TRACKED else EVERY):
            first = network.find_masked(frame)
            if frame.index % EVERY:
                continue
            pose, masks = _photo(network, frame, first) if item.rate_hz is None else _one(first)
            found.append(pose)
            lines.append(_all(pose, masks, first, item.px[frame.index], float(forward[frame.index])))
            seen.append((frame.time_s, frame.index))
            size = frame.size
    table = np.array(lines)
    series = PoseSeries.of(found, seen, size=size, mode=mode, model=model)
    return Outlines(series, table[:, 0], table[:, 1], table[:, 2], table[:, 3])


def _one(first: tuple[Pose, Mask] | None) -> tuple[Pose | None, list[_Seen]]:
    return (None, []) if first is None else (first[0], [_Seen(first[1])])


def _photo(network: MaskedLandmarker, frame: Frame, first: tuple[Pose, Mask] | None) -> tuple[Pose | None, list[_Seen]]:
    """Look several times, as the program does at photos."""
    if first is None:
        return None, []
    points, masks = [first[0].points_px], [_Seen(first[1])]
    for look in _looks(first[0], frame.size):
        again = network.find_masked(replace(frame, image=look.picture(frame.image)))
        if again is not None:
            points.append(look.back(again[0])[0])
            masks.append(_Seen(again[1], look.scale, look.corner, look.mirrored))
    if len(points) < LEAST_LOOKS:
        return _one(first)
    return replace(first[0], points_px=np.median(np.array(points), axis=0)), masks


def _all(
    pose: Pose | None, masks: Sequence[_Seen], first: tuple[Pose, Mask] | None, true_px: Floats, true_forward: float
) -> Floats:
    """Return (4, 3, 61): back, front, back by one look, back on the true joints."""
    if pose is None or first is None:
        return np.full((4, len(EDGES), len(HEIGHTS)), np.nan)
    forward = _faces(pose)
    return np.stack([
        _ends(pose.points_px, -forward, masks), _ends(pose.points_px, forward, masks),
        _ends(first[0].points_px, -_faces(first[0]), [_Seen(first[1])]), _ends(true_px, -true_forward, masks),
    ])  # fmt: skip


def _faces(pose: Pose) -> float:
    """Return +1 where the person faces the right edge of the picture, else -1, as the program tells it."""
    yaw = seen_yaw_deg(PoseSeries.of([pose], [(0.0, 0)], size=(1, 1), mode=pose.mode, model=pose.model))
    return -1.0 if yaw[0] > 0 else 1.0


def _ends(points_px: Floats, side: float, masks: Sequence[_Seen]) -> Floats:
    """Return (3, 61) from the trunk line to the end of the mask; the median of all masks."""
    return np.median([ends(seen.at, points_px, side) for seen in masks], axis=0)


def _key(item: Item, model: Model, mode: Mode) -> str:
    digest = hashlib.sha256(item.path.read_bytes()).hexdigest()[:16]
    return f"{model.value}-{mode.value}-outlines-mediapipe{version('mediapipe')}-{digest}.npz"


_SERIES = ("time_s", "index", "points_px", "world", "visibility", "presence")
_LINES = ("back", "front", "single", "ideal")


def _read(path: Path, model: Model, mode: Mode) -> Outlines:
    with np.load(path) as kept:
        width, height = kept["size"].tolist()
        series = PoseSeries(width, height, mode, model, **{name: kept[name] for name in _SERIES})
        return Outlines(series, **{name: kept[name] for name in _LINES})


def _write(path: Path, made: Outlines) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.npz")
    arrays = {name: getattr(made.series, name) for name in _SERIES} | {name: getattr(made, name) for name in _LINES}
    np.savez_compressed(part, size=np.array([made.series.width, made.series.height]), **arrays)
    part.replace(path)


# All side views in one heap ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heap:
    """Pictures of all side views.

    Parameters
    ----------
    back, single, ideal
        (n, 3, 61) outlines, as in `Outlines`.
    hidden
        (n, 61) whether an arm lies at the back's outline, or the mask is blurred there.
    marks
        (n, 6) what landmarks say; first the neck's angle against the trunk.
    """

    truth: Floats
    back: Floats
    single: Floats
    ideal: Floats
    hidden: Bools
    marks: Floats
    weight: Floats
    time_s: Floats
    item: Texts
    body: Texts
    group: Texts
    kind: Texts
    mode: Texts

    def of(self, keep: NDArray[Any]) -> Heap:
        """Return some of the pictures."""
        return Heap(**{f.name: getattr(self, f.name)[keep] for f in fields(self)})


def heap_of(truth: Sequence[Item], model: Model, cache: Path | None) -> Heap:
    """Gather all side views in which somebody was found; both modes."""
    parts = [_part(item, model, mode, cache) for item in truth if item.camera == "side" for mode in item.modes]
    heap = Heap(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Heap)})
    heap = heap.of(np.isfinite(heap.truth) & np.isfinite(heap.marks).all(axis=1))
    share = np.char.add(heap.body, heap.group)
    whole = {name: heap.weight[share == name].sum() for name in np.unique(share)}
    return replace(heap, weight=heap.weight / np.array([whole[name] for name in share.tolist()]))


def _part(item: Item, model: Model, mode: Mode, cache: Path | None) -> Heap:
    seen = outlines(item, model, mode, cache)
    n = len(seen.series)
    texts = (item.id, item.body, GROUPS[item.group], item.pose.rstrip("0123456789"), mode.value)
    return Heap(
        item.angles["spinal_flex"][seen.series.index], seen.back, seen.single, seen.ideal,
        _hidden(seen.series, seen.back), _marks(seen.series), np.full(n, 1.0 / n), seen.series.time_s,
        *(np.full(n, text) for text in texts),
    )  # fmt: skip


def _hidden(series: PoseSeries, back: Floats) -> Bools:
    """Return (n, 61) where the outline is an arm's, or blurred, as `back_angle.py` tells it."""
    forward = np.where(seen_yaw_deg(series) > 0, -1.0, 1.0)
    arm = by_an_arm(back[:, SHARP], HEIGHTS, series.points_px, forward)
    return np.asarray(arm | ~(back[:, 0] - back[:, -1] < BLURRED), dtype=np.bool_)


def _marks(series: PoseSeries) -> Floats:
    """Return (n, 6): angles in degrees, lengths as logarithms."""
    n, yaw, shipped = len(series), seen_yaw_deg(series), shipped_accuracy()
    s = build(series, yaw, np.full(n, View.SIDE, dtype=object), shipped.offsets, shipped.mixing)
    near_left = yaw > 0

    def near(compute: Callable[[Side], Floats]) -> Floats:
        return np.where(near_left, compute(Side.LEFT), compute(Side.RIGHT))

    thigh_px = near(lambda side: distance(s.of_side("hip", side), s.of_side("knee", side)))
    return np.column_stack([
        sagittal.neck_trunk_angle(s), sagittal.trunk_inclination(s), sagittal.head_trunk_flexion(s),
        near(lambda side: sagittal.hip_flexion(s, side)), np.log(s.trunk_px / thigh_px),
        np.log(distance(s.mid_shoulder, s.mid_ear) / s.trunk_px),
    ])  # fmt: skip


# From an outline to an angle -----------------------------------------------------------------------------------------


def bend_deg(back: Floats, form: str, stretch: str, smoothing: str) -> Floats:
    """Return (n,) how much further forward the upper half of the back leans than the lower, by (n, 61) outlines."""
    low, high = STRETCHES[stretch]
    rounded = HEIGHTS.round(6)
    inside = (rounded >= low) & (rounded <= high)
    lines = running_median(back) if smoothing == "median" else back
    return np.array([FORMS[form](HEIGHTS[inside], line[inside], smoothing == "robust") for line in lines])


def _fitted(regressors: Floats, values: Floats, robust: bool) -> Floats | None:
    """Return (k,) least squares coefficients, or Huber's; None where too little is seen at either end or in all."""
    seen = np.isfinite(values) & np.isfinite(regressors).all(axis=1)
    third = len(seen) // 3
    if min(seen.mean(), seen[:third].mean() + 0.2, seen[-third:].mean() + 0.2) < LEAST_SEEN:
        return None
    x, y, pull = regressors[seen], values[seen], np.ones(int(seen.sum()))
    found = np.linalg.lstsq(x, y, rcond=None)[0]
    for _ in range(ROUNDS if robust else 0):
        pull = np.sqrt(HUBER / np.fmax(np.abs(y - x @ found), HUBER))
        found = np.linalg.lstsq(x * pull[:, None], y * pull, rcond=None)[0]
    return np.asarray(found, dtype=np.float64)


def _sagitta(h: Floats, y: Floats, robust: bool) -> float:
    """How far the middle of the back stands out from the chord of its ends, as two straight halves."""
    del robust
    ends, low, high = (h[-1] - h[0]) / 10.0, h[0], h[-1]
    middle_of = [y[np.abs(h - at) <= ends] for at in (low + ends, (low + high) / 2.0, high - ends)]
    if any(not np.isfinite(part).any() for part in middle_of):
        return np.nan
    first, mid, last = (float(np.nanmedian(part)) for part in middle_of)
    half = (high - low - 2.0 * ends) / 2.0
    return float(np.degrees(np.arctan((mid - first) / half) - np.arctan((last - mid) / half)))


def _parabola(h: Floats, y: Floats, robust: bool) -> float:
    """Slope at a quarter of the stretch against that at three quarters."""
    found = _fitted(np.column_stack([np.ones_like(h), h, h * h]), y, robust)
    if found is None:
        return np.nan
    lower, upper = (found[1] + 2.0 * found[2] * (h[0] + share * (h[-1] - h[0])) for share in (0.25, 0.75))
    return float(np.degrees(np.arctan(lower) - np.arctan(upper)))


def _circle(h: Floats, y: Floats, robust: bool) -> float:
    """Half of the stretch, as an arc, on the circle through all points (algebraic fit)."""
    found = _fitted(np.column_stack([np.ones_like(h), h, y]), h * h + y * y, robust)
    if found is None:
        return np.nan
    x0, y0 = found[1] / 2.0, found[2] / 2.0
    radius = np.sqrt(max(found[0] + x0 * x0 + y0 * y0, 1e-9))
    outwards = 1.0 if np.nanmean(y) > y0 else -1.0
    return float(np.degrees((h[-1] - h[0]) / 2.0 / radius) * outwards)


def _two_lines(h: Floats, y: Floats, robust: bool) -> float:
    """Lower half against upper half."""
    low = h < (h[0] + h[-1]) / 2.0
    found = [_fitted(np.column_stack([np.ones_like(h[p]), h[p]]), y[p], robust) for p in (low, ~low)]
    if found[0] is None or found[1] is None:
        return np.nan
    return float(np.degrees(np.arctan(found[0][1]) - np.arctan(found[1][1])))


FORMS: dict[str, Callable[[Floats, Floats, bool], float]] = {
    "sagitta": _sagitta, "parabola": _parabola, "circle": _circle, "two lines": _two_lines,
}  # fmt: skip
