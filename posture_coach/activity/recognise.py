"""Sitting, standing, walking, away or unknown, from poses over time.

One function serves files and the live camera: a file hands over all its poses, the camera its last few seconds and
takes the last label. First form: exercises and lying count as unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from posture_coach.activity.types import Activity, Event
from posture_coach.geometry import distance, inclination_deg, middle
from posture_coach.pose.types import Landmark, Model, PoseSeries

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MEMORY_S = 4.0
"""How much of the past the live camera has to hand over for the same answer as a file."""
SEEN = 0.5
"""MediaPipe's own middle of visibility and presence."""
STANDING_DROP = 0.58
SITTING_DROP = 0.50
"""Height of the hip above the knee in trunk lengths, of the leg that hangs lower: at least 0.7 on straight legs, at
most 0.42 on a chair, on every picture of the ground truth; in between the last clear answer stays."""
UPRIGHT_MAX_DEG = 65.0
"""A trunk further from the vertical is lying or in a deep bend: not a posture to sit, stand or walk in."""
SMOOTHING_S = 1.0
"""A label is what holds for most of this time around a picture."""
SWING = 0.25
"""Lead of one ankle over the other, in thigh lengths, that counts as a step: about 1 in walking, and a stray 0.2 in
standing and squats, of the ground truth."""
STEP_MAX_S = 1.2
"""Longest step of slow walking (50 steps a minute)."""
STEP_MIN_S = 0.2
"""Two feet cannot pass each other faster; the network's left-right swaps can."""
MIN_PASSES = 2
GAP_S, GAP_STEPS = 1.0, 10.0
"""A step between pictures longer than both, in seconds and in usual steps, is a hole in the recording."""
_THIGHS = ((Landmark.LEFT_HIP, Landmark.LEFT_KNEE), (Landmark.RIGHT_HIP, Landmark.RIGHT_KNEE))


@dataclass(frozen=True, slots=True)
class Activities:
    """What was recognised.

    Parameters
    ----------
    label
        (n,) of `Activity`.
    assumed
        (n,) true where sitting is only assumed, because the legs are out of the picture.
    """

    label: NDArray[np.object_]
    assumed: Bools


def recognise(series: PoseSeries) -> Activities:
    """Name what the person does in each of n pictures."""
    posture, assumed = _posture(series)
    posture[_walking(series) & (posture == Activity.STANDING)] = Activity.WALKING
    label = _majority(posture, series.time_s)
    return Activities(label, assumed & (label == Activity.SITTING))


def activity_events(label: NDArray[np.object_], time_s: Floats, end_s: float | None = None) -> list[Event]:
    """Turn n labels into stretches; where nothing was recorded for long, one ends and another begins.

    Parameters
    ----------
    end_s
        When the last picture ends; None: a usual step after it began.
    """
    if len(label) == 0:
        return []
    step_s = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.0
    holes = gaps(time_s)
    firsts = np.union1d(np.flatnonzero(label[1:] != label[:-1]), holes) + 1
    changes = [0, *firsts.tolist(), len(label)]
    last_s = float(time_s[-1]) + step_s if end_s is None else max(end_s, float(time_s[-1]))
    ends = [
        float(time_s[behind - 1]) + step_s if behind - 1 in holes else float(time_s[behind]) for behind in changes[1:-1]
    ]
    return [
        Event("activity", float(time_s[first]), end, {"activity": str(label[first])})
        for (first, _), end in zip(pairwise(changes), [*ends, last_s], strict=True)
    ]


def gaps(time_s: Floats) -> NDArray[np.intp]:
    """Return the index of each picture after which nothing was recorded for long."""
    if len(time_s) < 2:  # noqa: PLR2004 - there is no step
        return np.zeros(0, dtype=np.intp)
    steps_s = np.diff(time_s)
    return np.flatnonzero(steps_s > max(GAP_S, GAP_STEPS * float(np.median(steps_s))))


def _posture(series: PoseSeries) -> tuple[NDArray[np.object_], Bools]:
    """Label each picture by itself."""
    p = series.points_px
    hip = middle(p[:, Landmark.LEFT_HIP], p[:, Landmark.RIGHT_HIP])
    shoulder = middle(p[:, Landmark.LEFT_SHOULDER], p[:, Landmark.RIGHT_SHOULDER])
    drop = _leg_drop(series)
    with np.errstate(invalid="ignore"):
        legs = ~np.isnan(drop)
        tilted = legs & (np.abs(inclination_deg(hip, shoulder, 1.0)) > UPRIGHT_MAX_DEG)
        assumed = series.detected & ~legs & _seen(series, (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER))
        label = np.full(len(series), Activity.UNKNOWN, dtype=object)
        label[drop >= STANDING_DROP] = Activity.STANDING
        label[(drop <= SITTING_DROP) | assumed] = Activity.SITTING
    between = legs & (drop > SITTING_DROP) & (drop < STANDING_DROP)
    for i in np.flatnonzero(between[1:]) + 1:
        label[i] = label[i - 1]
    label[tilted] = Activity.UNKNOWN
    label[~series.detected] = Activity.AWAY
    return label, assumed


def _leg_drop(series: PoseSeries) -> Floats:
    """(n,) height of hip above knee in trunk lengths, of the seen leg that hangs lower; NaN where none is seen.

    One straight leg is enough to stand on. A camera that looks down shortens the thigh in the picture, and the world
    points make up for some of that; the heavy model's are skewed, and left out.
    """
    spaces = [series.points_px] if series.model is Model.HEAVY else [series.points_px, series.world]
    drops = []
    for hip, knee in _THIGHS:
        drop = np.mean([_drop(points, hip, knee) for points in spaces], axis=0)
        drops.append(np.where(_seen(series, (hip, knee)), drop, np.nan))
    return np.asarray(np.fmax(*drops), dtype=np.float64)


def _drop(points: Floats, hip: Landmark, knee: Landmark) -> Floats:
    """(n,) how far the knee lies below the hip, over trunk length: points (n, 33, 2 or 3) with y down."""
    hips = middle(points[:, Landmark.LEFT_HIP], points[:, Landmark.RIGHT_HIP])
    trunk = distance(hips, middle(points[:, Landmark.LEFT_SHOULDER], points[:, Landmark.RIGHT_SHOULDER]))
    return np.asarray((points[:, knee, 1] - points[:, hip, 1]) / np.where(trunk > 0, trunk, np.nan))


def _seen(series: PoseSeries, points: tuple[Landmark, ...]) -> Bools:
    """(n,) whether all points are believed and inside the picture."""
    at = list(points)
    p = series.points_px[:, at]
    with np.errstate(invalid="ignore"):
        inside = (p >= 0) & (p < np.array([series.width, series.height]))
        believed = np.fmin(series.visibility[:, at], series.presence[:, at]) >= SEEN
    return np.asarray(inside.all(axis=(1, 2)) & believed.all(axis=1), dtype=bool)


def _walking(series: PoseSeries) -> Bools:
    """(n,) whether the feet pass each other in steps: the lead changes sides at least twice, a step apart."""
    lead = _foot_lead(series)
    passes = _passes(lead, series.time_s)
    walking = np.zeros(len(series), dtype=bool)
    run = passes[:1]
    for time_s in [*passes[1:], float("inf")]:
        if run and time_s - run[-1] <= STEP_MAX_S:
            run.append(time_s)
            continue
        if len(run) >= MIN_PASSES:
            # The step before the first pass and the one after the last belong to the walk: half of each is sure.
            half = (run[-1] - run[0]) / (len(run) - 1) / 2.0
            walking |= (series.time_s >= run[0] - half) & (series.time_s <= run[-1] + half)
        run = [time_s]
    return walking


def _foot_lead(series: PoseSeries) -> Floats:
    """(n,) how far the left ankle leads the right one along the way the trunk faces, in thigh lengths."""
    w = series.world
    across = w[:, Landmark.RIGHT_HIP] - w[:, Landmark.LEFT_HIP]
    width = np.hypot(across[:, 0], across[:, 2])
    apart = w[:, Landmark.LEFT_ANKLE] - w[:, Landmark.RIGHT_ANKLE]
    thigh = distance(w[:, Landmark.LEFT_HIP], w[:, Landmark.LEFT_KNEE])
    with np.errstate(invalid="ignore", divide="ignore"):
        ahead = (across[:, 2] * apart[:, 0] - across[:, 0] * apart[:, 2]) / width
        return np.where(_leg_drop(series) >= SITTING_DROP, -ahead / thigh, np.nan)


def _passes(lead: Floats, time_s: Floats) -> list[float]:
    """Return the times at which the lead has changed from one foot to the other by a whole swing."""
    times: list[float] = []
    ahead = 0
    for value, now in zip(lead.tolist(), time_s.tolist(), strict=True):
        foot = 1 if value > SWING else -1 if value < -SWING else 0
        if foot and foot != ahead:
            if times and now - times[-1] < STEP_MIN_S:
                times.pop()  # a swap of left and right, and back
            elif ahead:
                times.append(now)
            ahead = foot
    return times


def _majority(label: NDArray[np.object_], time_s: Floats) -> NDArray[np.object_]:
    """Give each picture the label that most pictures around it bear; a tie keeps its own."""
    first = np.searchsorted(time_s, time_s - SMOOTHING_S / 2, side="left")
    behind = np.searchsorted(time_s, time_s + SMOOTHING_S / 2, side="right")
    kinds = list(Activity)
    counts = np.zeros((len(kinds), len(label)))
    for row, kind in enumerate(kinds):
        own = label == kind
        total = np.concatenate([[0], np.cumsum(own)])
        counts[row] = total[behind] - total[first] + 0.5 * own
    smooth = np.empty(len(label), dtype=object)
    smooth[:] = [kinds[i] for i in counts.argmax(axis=0)]
    return smooth
