"""How trunk, legs and arms move in a walk, from the measures over each stride."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from posture_coach.activity.gait_types import Figure, Walk
from posture_coach.measures.types import WORDS, MeasureSeries, Reason, Side
from posture_coach.pose.types import PoseSeries

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

NO_MEASURES = "the angles were not measured"


def body_figures(
    walks: Sequence[Walk],
    parts: Sequence[PoseSeries],
    cuts: Sequence[slice],
    measures: MeasureSeries | None,
) -> dict[str, Figure]:
    """Return the figures of trunk, legs and arms.

    Parameters
    ----------
    parts, cuts
        The levelled poses of each walk, and which pictures of the recording they are.
    measures
        Of the whole recording.
    """
    told: dict[str, Figure] = {}
    if measures is None:
        return dict.fromkeys((*MEANS, *SWAYS, *EXCURSIONS), Figure.missing(NO_MEASURES))
    strides = [
        rows for walk, part, cut in zip(walks, parts, cuts, strict=True) for rows in _strides(walk, part, cut.start)
    ]
    for name, measure in MEANS.items():
        told[name] = _mean(measures, measure, strides)
    for name, measure in SWAYS.items():
        told[name] = _excursion(measures, measure, strides, ERR_DEG["lateral_trunk_sway"], share=0.5)
    for name, measure in EXCURSIONS.items():
        told[name] = _excursion(measures, measure, strides, ERR_DEG[name.rsplit("_", 2)[0]])
    return told


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
