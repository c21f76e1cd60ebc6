"""How trunk, legs and arms move in a walk, from the measures over each stride; and its speed, given a scale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from posture_coach.activity.gait_events import ANKLES
from posture_coach.activity.gait_types import Figure, Walk
from posture_coach.geometry import middle
from posture_coach.measures.calibration import Camera
from posture_coach.measures.floor import metres_per_px
from posture_coach.measures.types import WORDS, MeasureSeries, Reason, Side, View
from posture_coach.pose.types import Landmark, PoseSeries

Floats = NDArray[np.float64]

LEAST_STRIDES = 4
"""For angles, which differ from stride to stride."""
SEEN_SHARE = 0.8
"""Of a stride's pictures, in which a measure must have been seen for its excursion to be one."""
MEANS = {"trunk_lean_deg": "trunk_inclination_deg"}
SWAYS = {"lateral_trunk_sway_deg": "lateral_trunk_lean_deg"}
EXCURSIONS = {
    f"{name}_{side.value}_deg": f"{measure}_{side.value}_deg"
    for name, measure in (
        ("hip_excursion", "hip_flexion"), ("knee_excursion", "knee_flexion"), ("arm_swing", "shoulder_flexion"),
    )
    for side in Side
}  # fmt: skip
ERR_DEG = {"lateral_trunk_sway": 1.2, "hip_excursion": 10.0, "knee_excursion": 17.0, "arm_swing": 17.0}
"""95 % half-width of an excursion over some strides (`benchmarks/gait.py`); more strides do not help, since the network
errs in the same way in each. On rendered people knees bend and arms swing by 7 too little, hips move by 4 too much."""
SCALE_ERR = 0.08
"""Of the floor's scale at walking feet, 95 % (see `measures/floor.py`)."""
LEAST_WAY = 1.0
"""In leg lengths: who has not come further has walked on a treadmill, or on the spot."""

FROM_SIDE = "seen from the side alone: let the person walk across the picture"
FROM_FRONT = "seen from the front alone: let the person walk towards the camera"
ON_THE_SPOT = "the person stays in one place: a treadmill's speed is not seen"
NO_MEASURES = "the angles were not measured"


def body_figures(
    walks: Sequence[Walk],
    parts: Sequence[PoseSeries],
    cuts: Sequence[slice],
    measures: MeasureSeries | None,
    camera: Camera,
) -> dict[str, Figure]:
    """Return the figures of trunk, legs, arms and speed.

    Parameters
    ----------
    parts, cuts
        The levelled poses of each walk, and which pictures of the recording they are.
    measures
        Of the whole recording.
    """
    told: dict[str, Figure] = {}
    if measures is None:
        return dict.fromkeys((*MEANS, *SWAYS, *EXCURSIONS), Figure.missing(NO_MEASURES)) | {
            "speed_m_s": speed(walks, parts, camera)
        }
    strides = [
        rows for walk, part, cut in zip(walks, parts, cuts, strict=True) for rows in _strides(walk, part, cut.start)
    ]
    for name, measure in MEANS.items():
        told[name] = _mean(measures, measure, strides)
    for name, measure in SWAYS.items():
        told[name] = _excursion(measures, measure, strides, ERR_DEG["lateral_trunk_sway"], share=0.5)
    for name, measure in EXCURSIONS.items():
        told[name] = _excursion(measures, measure, strides, ERR_DEG[name.rsplit("_", 2)[0]])
    return told | {"speed_m_s": speed(walks, parts, camera)}


def _strides(walk: Walk, part: PoseSeries, first: int) -> Iterator[NDArray[np.intp]]:
    """Yield the pictures of each stride, of both feet."""
    for chain in walk.chains:
        for a, c in zip(chain, chain[2:], strict=False):
            yield np.arange(*np.searchsorted(part.time_s, (a.time_s, c.time_s))) + first


def _mean(measures: MeasureSeries, name: str, strides: Sequence[NDArray[np.intp]]) -> Figure:
    """Return a measure's mean; its half-width is a single value's, since the network errs alike all the time."""
    column = measures.names.index(name)
    seen = _whole(measures, column, strides)
    if len(seen) < LEAST_STRIDES:
        return Figure.missing(_why(measures, column, strides, len(seen)), len(seen))
    rows = np.concatenate(seen)
    return Figure(
        float(np.nanmean(measures.value[rows, column])), float(np.nanmedian(measures.err[rows, column])), len(seen)
    )


def _excursion(
    measures: MeasureSeries, name: str, strides: Sequence[NDArray[np.intp]], err: float, share: float = 1.0
) -> Figure:
    """Return the median over strides of how far a measure goes, times share."""
    column = measures.names.index(name)
    seen = _whole(measures, column, strides)
    if len(seen) < LEAST_STRIDES:
        return Figure.missing(_why(measures, column, strides, len(seen)), len(seen))
    ranges = [share * float(np.ptp(_known(measures.value[rows, column]))) for rows in seen]
    return Figure(float(np.median(ranges)), err, len(seen))


def _known(values: Floats) -> Floats:
    return values[~np.isnan(values)]


def _whole(measures: MeasureSeries, column: int, strides: Iterable[NDArray[np.intp]]) -> list[NDArray[np.intp]]:
    """Return the strides in which the measure was seen nearly all the time."""
    value = measures.value[:, column]
    return [rows for rows in strides if len(rows) and np.mean(~np.isnan(value[rows])) >= SEEN_SHARE]


def _why(measures: MeasureSeries, column: int, strides: Sequence[NDArray[np.intp]], seen: int) -> str:
    """Say why there are too few strides: what hid the measure in them, or too short a walk."""
    codes = measures.reason[np.concatenate(strides), column] if strides else np.zeros(0, dtype=np.int8)
    hidden = codes[codes != Reason.NONE]
    if len(hidden) > (1.0 - SEEN_SHARE) * len(codes):
        return WORDS[Reason(int(np.bincount(hidden).argmax()))]
    return f"{seen} whole strides were seen, {LEAST_STRIDES} are needed: let the person walk on"


def speed(walks: Sequence[Walk], parts: Sequence[PoseSeries], camera: Camera) -> Figure:
    """Return the mean speed over the floor, of the walks across the picture."""
    side_on = [(walk, part) for walk, part in zip(walks, parts, strict=True) if walk.view is View.SIDE and walk.chains]
    if not side_on:
        return Figure.missing(FROM_SIDE)
    way_m = time_s = 0.0
    steps, reason = 0, ON_THE_SPOT
    for walk, part in side_on:
        metres, seconds, why = _way(walk, part, camera)
        if why:
            reason = why
            continue
        way_m, time_s, steps = way_m + metres, time_s + seconds, steps + len(walk.contacts) - 1
    if time_s <= 0.0:
        return Figure.missing(reason)
    return Figure(way_m / time_s, SCALE_ERR * way_m / time_s, steps)


def _way(walk: Walk, part: PoseSeries, camera: Camera) -> tuple[float, float, str]:
    """Return how far the hips went between the first and the last contact, in metres and seconds, or why not."""
    p = part.points_px
    first, last = (int(np.abs(part.time_s - walk.contacts[k].time_s).argmin()) for k in (0, -1))
    hip = middle(p[:, Landmark.LEFT_HIP], p[:, Landmark.RIGHT_HIP])
    feet_y = np.fmax(p[:, ANKLES[0], 1], p[:, ANKLES[1], 1])
    moved_px = abs(float(hip[last, 0] - hip[first, 0]))
    if moved_px < LEAST_WAY * float(np.nanmedian(feet_y - hip[:, 1])):
        return 0.0, 0.0, ON_THE_SPOT
    scale, reason = metres_per_px(camera, feet_y[first : last + 1], (part.width, part.height))
    if reason:
        return 0.0, 0.0, reason
    return moved_px * float(np.nanmedian(scale)), float(part.time_s[last] - part.time_s[first]), ""
