"""When each foot meets the floor and leaves it, from poses of somebody who walks.

From the side a foot meets the floor just after it has come as far ahead of the hips as it ever does, and leaves it
where its toes are furthest behind (after Zeni and others, Gait & Posture 2008). From the front neither is seen; there
the foot's highest point in its swing is, and the contact comes a fixed share of the stride later. How high is asked
against the body's slow way alone: who limps dips more on one foot than on the other, and against hips that dip one foot
seems highest too late. `benchmarks/gait.py` holds these against others.

The network exchanges left and right for single pictures. So the pair of feet is taken without its names: of both the
one further ahead, or higher. Which foot it was is settled afterwards for the whole walk: contacts alternate, and the
names that the network gave most of them decide with which one the walk began.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from posture_coach.activity.gait_types import Contact, Walk
from posture_coach.geometry import distance, middle
from posture_coach.measures.types import Side, View
from posture_coach.measures.view import body_yaw_deg
from posture_coach.pose.smoothing import CUTOFF_HZ
from posture_coach.pose.types import Landmark, Mode, PoseSeries
from posture_coach.signals import zero_lag

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

ANKLES = (Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE)
TOES = (Landmark.LEFT_FOOT_INDEX, Landmark.RIGHT_FOOT_INDEX)

SIDE_ON_DEG, SIDE_TOLERANCE_DEG, FRONT_TOLERANCE_DEG = 90.0, 35.0, 25.0
"""Over a whole walk the median yaw counts, and not how the shoulders turn with each step: both are 5 degrees wider than
for a single picture."""
REACH_SHARE = 0.016
"""Of a stride, from where a foot is furthest ahead to its contact (rendered people: 0.011 to 0.019)."""
LIFT_SHARE = {Mode.TRACKED: 0.305, Mode.DETECTED: 0.32}
"""Of a stride, from the foot's highest point in its swing to its contact (rendered people: 0.30 to 0.31, and 0.315 to
0.32: tracked, the foot's way up and down lags by half a picture)."""
SLOW_HZ = 0.35
"""What the body does faster is its bob from step to step; slower, it comes nearer or sways. 0.25 and 0.5 do as well.
With the bob left in, left against right errs by 5 points instead of 3 (rendered people, all models, both modes), at
most by 16 instead of 7, and by 7 instead of 1 on the true points themselves."""
LEAST_RATE_HZ = 14.5
"""From 15 pictures a second on, which are never quite 15, a parabola through a peak finds its time; below, the
network's own smoothing and the distance of the pictures move it by more than a step may vary."""
LEAST_REACH, LEAST_LIFT = 0.12, 0.03
"""How far a foot goes ahead from step to step, in leg lengths, and how high it is lifted, in trunk lengths, at the
least: below it nothing is told from the network's noise."""
LEAST_BEHIND = 0.1
"""How far a foot comes behind the hips in each step, in leg lengths, at the least: 0.4 in walking, none where knees are
lifted on the spot, and there the foot furthest ahead is the one in the air."""
LEAST_STEP_S, LONGEST_STEP_S = 0.28, 1.5
"""From 214 steps a minute, which is running, to 40, which is standing in between."""
NEIGHBOURS = 2
"""Pictures on both sides that are asked too which foot it was."""
PROMINENCE = 0.35
"""Of the signal's span, by which a peak must stand above the valleys beside it."""
TURNED = 0.04
"""Of the signal's span, that it must have come down before the recording ends for its last peak to be one."""
FIT_S = 0.075
"""A parabola through so much on both sides of a peak gives its time to a fraction of a picture."""
EARLY = 0.125
"""Of a stride, by which toes may leave before the other foot's contact, as in running."""
LONGEST_GAP_S = 0.2
"""Pictures without the person that are bridged: six at 30 a second."""
AGREED = 0.7
"""Share of the contacts that must bear the name which alternation gives them, for the names to be believed."""
INSIDE = 0.8
"""Share of the pictures in which both feet must be in the picture."""

FEET_OUT = "the feet are not in the picture: move the camera back, or lower"
NOT_FROM_HERE = "gait is read from the side or from the front: let the person walk across the picture, or towards it"
TOO_SLOW = "the moment of a contact needs at least 15 pictures a second: record at 30, and analyse all of them"
ON_THE_SPOT = "steps on the spot land under the body: let the person walk, over the floor or on a treadmill"
NO_STEPS = "the feet do not pass each other in steps that can be told apart"


def walk_events(series: PoseSeries) -> Walk:
    """Find the contacts and toe-offs of one stretch of walking.

    Parameters
    ----------
    series
        Of one picture at least, levelled, and rather not smoothed: across an exchange of left and right that blends two
        feet.
    """
    view, forward = heading(series)
    walk = Walk(float(series.time_s[0]), float(series.time_s[-1]), view, rate_hz(series))
    if view not in (View.SIDE, View.FRONT):
        return replace(walk, reason=NOT_FROM_HERE)
    if not walk.rate_hz >= LEAST_RATE_HZ:
        return replace(walk, reason=TOO_SLOW)
    if not _feet_inside(series):
        return replace(walk, reason=FEET_OUT)
    chains: list[tuple[Contact, ...]] = []
    for part in whole_parts(series):
        chains += chained(_from_the_side(part, forward) if view is View.SIDE else _from_the_front(part))
    if chains and view is View.SIDE and not _comes_behind(series, forward):
        return replace(walk, reason=ON_THE_SPOT)
    return replace(walk, chains=tuple(chains), reason="" if chains else NO_STEPS)


def rate_hz(series: PoseSeries) -> float:
    """Return the pictures a second, NaN for a single one."""
    return 1.0 / float(np.median(np.diff(series.time_s))) if len(series) > 1 else math.nan


def heading(series: PoseSeries) -> tuple[View, float]:
    """Return from where the walk is seen as a whole, and +1 for a person who faces the right edge, else -1."""
    yaw = np.radians(body_yaw_deg(series))
    if np.isnan(yaw).all():
        return View.UNKNOWN, 1.0
    yaw_deg = math.degrees(math.atan2(np.nanmedian(np.sin(yaw)), np.nanmedian(np.cos(yaw))))
    forward = -1.0 if yaw_deg > 0 else 1.0
    if abs(abs(yaw_deg) - SIDE_ON_DEG) <= SIDE_TOLERANCE_DEG:
        return View.SIDE, forward
    if abs(yaw_deg) <= FRONT_TOLERANCE_DEG:
        return View.FRONT, forward
    return View.BACK if abs(yaw_deg) >= 2 * SIDE_ON_DEG - FRONT_TOLERANCE_DEG else View.OBLIQUE, forward


def _feet_inside(series: PoseSeries) -> bool:
    p = series.points_px[series.detected][:, [*ANKLES]]
    inside = ((p >= 0) & (p < np.array([series.width, series.height]))).all(axis=(1, 2))
    return len(p) > 0 and float(inside.mean()) >= INSIDE


def _comes_behind(series: PoseSeries, forward: float) -> bool:
    """Whether the foot further back comes well behind the hips."""
    return float(np.nanpercentile(-np.fmin(*ahead(series, ANKLES, forward).T), 95)) >= LEAST_BEHIND


def whole_parts(series: PoseSeries) -> list[PoseSeries]:
    """Cut a stretch where the person was not found for long; shorter gaps stay, and are bridged in each signal."""
    rows = np.flatnonzero(series.detected)
    cuts = np.flatnonzero(np.diff(series.time_s[rows]) > LONGEST_GAP_S) + 1
    return [series.part(int(run[0]), int(run[-1]) + 1) for run in np.split(rows, cuts) if len(run) > 2]  # noqa: PLR2004 - a peak has two sides


# Signals of the unnamed pair of feet ---------------------------------------------------------------------------


def ahead(series: PoseSeries, pair: tuple[Landmark, Landmark], forward: float) -> Floats:
    """Return (n, 2) how far each foot of the pair lies ahead of the hips, in leg lengths."""
    p = series.points_px
    hip = _mid_hip(series)
    leg = np.nanmedian(np.fmax(p[:, ANKLES[0], 1], p[:, ANKLES[1], 1]) - hip[:, 1])
    return forward * (p[:, [*pair], 0] - hip[:, :1]) / (leg if leg > 0.0 else np.nan)


def lifted(series: PoseSeries, pair: tuple[Landmark, Landmark]) -> Floats:
    """Return (n, 2) how high each foot of the pair lies against the hips' slow way, in trunk lengths."""
    p = series.points_px
    hip = _mid_hip(series)
    trunk = distance(hip, middle(p[:, Landmark.LEFT_SHOULDER], p[:, Landmark.RIGHT_SHOULDER]))
    hip_y, trunk = (zero_lag(values, series.time_s, SLOW_HZ) for values in (hip[:, 1], trunk))
    return (hip_y[:, None] - p[:, [*pair], 1]) / np.where(trunk > 0.0, trunk, np.nan)[:, None]


def _mid_hip(series: PoseSeries) -> Floats:
    return middle(series.points_px[:, Landmark.LEFT_HIP], series.points_px[:, Landmark.RIGHT_HIP])


def foremost(feet: Floats, time_s: Floats) -> Floats:
    """Return (n,) of both feet the larger value: which of them the network calls left does not matter.

    It is smoothed only now, since across an exchange of left and right smoothing would blend the two feet. Where
    nobody was found a straight line leads across.
    """
    more = np.fmax(feet[:, 0], feet[:, 1])
    known = np.isfinite(more)
    if not known.any():
        return np.full(len(more), np.nan)
    more = np.interp(time_s, time_s[known], more[known])
    return zero_lag(more, time_s, CUTOFF_HZ)


def foot_of(feet: Floats, i: int) -> int:
    """Return which foot has the larger value around picture i: 0 left, 1 right.

    Pictures without the person have no vote; where there are no others around, the nearest ones have. Where the votes
    are even, by how much decides.
    """
    by = feet[max(i - NEIGHBOURS, 0) : i + NEIGHBOURS + 1] @ [-1.0, 1.0]
    if np.isnan(by).all():
        by = feet @ [-1.0, 1.0]
        apart = np.where(np.isnan(by), np.inf, np.abs(np.arange(len(by)) - i))
        by = by[apart == apart.min()]
    by = by[~np.isnan(by)]
    return int((np.sign(by).sum() or by.sum()) > 0)


# Peaks ------------------------------------------------------------------------------------------------------------


def peaks(values: Floats, time_s: Floats, least: float) -> list[tuple[int, float]]:
    """Find the peaks of (n,) values that are a step apart.

    Parameters
    ----------
    least
        The span of the values, 5th to 95th percentile, below which there are none.

    Returns
    -------
    Of each the picture next to it and its own time, between pictures.
    """
    low, high = np.percentile(values, (5, 95))
    if not high - low >= least:
        return []
    turns = np.flatnonzero((values[1:-1] >= values[:-2]) & (values[1:-1] > values[2:])) + 1
    tops = [i for i in turns.tolist() if _prominence(values, i, high - low) >= PROMINENCE * (high - low)]
    kept: list[int] = []
    for i in sorted(tops, key=lambda i: -values[i]):
        place = bisect_left(kept, i)
        if all(abs(time_s[i] - time_s[k]) >= LEAST_STEP_S for k in kept[max(place - 1, 0) : place + 1]):
            kept.insert(place, i)
    return [(i, _summit_s(values, time_s, i)) for i in kept]


def _prominence(values: Floats, i: int, span: float) -> float:
    """How far one must come down from a peak, on the side where that is less, before it goes higher.

    A recording that ends soon after a peak does not show how far it would have come down: there the other side counts
    alone, if the values have turned at all.
    """
    higher = np.flatnonzero(values > values[i])
    first = int(higher[higher < i].max(initial=-1)) + 1
    behind = int(higher[higher > i].min(initial=len(values)))
    before, after = values[i] - values[first:i].min(), values[i] - values[i + 1 : behind].min()
    if first == 0 and before >= TURNED * span:
        before = math.inf
    if behind == len(values) and after >= TURNED * span:
        after = math.inf
    drop = min(before, after)
    return float(drop if math.isfinite(drop) else values[i] - values.min())


def _summit_s(values: Floats, time_s: Floats, i: int) -> float:
    """Return when the parabola through a peak's surroundings is highest."""
    first = min(int(np.searchsorted(time_s, time_s[i] - FIT_S)), i - 1)
    behind = max(int(np.searchsorted(time_s, time_s[i] + FIT_S, side="right")), i + 2)
    near = slice(first, behind)
    t = time_s[near] - time_s[i]
    bend, slope, _ = np.polyfit(t, values[near], 2)
    shift = -slope / (2.0 * bend) if bend < 0 else 0.0
    return float(time_s[i] + np.clip(shift, t[0], t[-1]))


# Contacts ---------------------------------------------------------------------------------------------------------


def _from_the_side(series: PoseSeries, forward: float) -> list[Contact]:
    feet = ahead(series, ANKLES, forward)
    furthest = peaks(foremost(feet, series.time_s), series.time_s, LEAST_REACH)
    tops = [time_s for _, time_s in furthest]
    sides = alternating([foot_of(feet, i) for i, _ in furthest], tops)
    stride_s = usual_stride_s(tops)
    if math.isnan(stride_s):
        return []
    times = [time_s + REACH_SHARE * stride_s for time_s in tops]
    behind = -ahead(series, TOES, forward)
    offs = [time_s for _, time_s in peaks(foremost(behind, series.time_s), series.time_s, LEAST_REACH)]
    last_s = float(series.time_s[-1])
    return [
        Contact(time_s, side, off)
        for time_s, side, off in zip(times, sides, toe_offs(times, offs), strict=True)
        if time_s <= last_s
    ]


def _from_the_front(series: PoseSeries) -> list[Contact]:
    feet = lifted(series, ANKLES)
    highest = peaks(foremost(feet, series.time_s), series.time_s, LEAST_LIFT)
    tops = [time_s for _, time_s in highest]
    sides = alternating([foot_of(feet, i) for i, _ in highest], tops)
    stride_s = usual_stride_s(tops)
    if math.isnan(stride_s):
        return []
    times = [time_s + LIFT_SHARE[series.mode] * stride_s for time_s in tops]
    last_s = float(series.time_s[-1])
    return [Contact(time_s, side) for time_s, side in zip(times, sides, strict=True) if time_s <= last_s]


def chained(contacts: list[Contact]) -> list[tuple[Contact, ...]]:
    """Cut contacts where a step was missed, or left follows left; of too few to know a stride by, none is left."""
    stride_s = usual_stride_s([contact.time_s for contact in contacts])
    if math.isnan(stride_s):
        return []
    chains: list[list[Contact]] = [contacts[:1]]
    for before, contact in pairwise(contacts):
        steps = steps_between(contact.time_s - before.time_s, stride_s)
        if steps != 1 or (contact.side is not None and contact.side is before.side):
            chains.append([])
        chains[-1].append(contact)
    return [tuple(chain) for chain in chains if chain]


def steps_between(apart_s: float, stride_s: float) -> int:
    """Return how many steps two contacts lie apart, at least one."""
    return max(round(2.0 * apart_s / stride_s), 1)


def toe_offs(contacts_s: list[float], offs_s: list[float]) -> list[float]:
    """Return for each contact when its foot leaves again: around the other foot's contact, and before its own next.

    In walking that is soon after the other foot's contact, in running before it.
    """
    found = [math.nan] * len(contacts_s)
    for k, (contact, other, own) in enumerate(zip(contacts_s, contacts_s[1:], contacts_s[2:], strict=False)):
        early = (own - contact) * EARLY
        first, behind = bisect_right(offs_s, other - early), bisect_left(offs_s, own - early)
        found[k] = offs_s[first] if behind - first == 1 else math.nan
    return found


def usual_stride_s(times_s: list[float]) -> float:
    """Return the median time from one event to the next but one; NaN without one."""
    strides = [b - a for a, b in zip(times_s, times_s[2:], strict=False) if b - a <= 2.0 * LONGEST_STEP_S]
    return float(np.median(strides)) if strides else math.nan


def alternating(feet: list[int], times_s: list[float]) -> list[Side | None]:
    """Name the foot of each contact.

    Parameters
    ----------
    feet
        What the network called each: 0 left, 1 right.
    times_s
        When they came: where one was missed, two contacts of one foot follow each other.
    """
    stride_s = usual_stride_s(times_s)
    if math.isnan(stride_s):
        return [None] * len(feet)
    steps = [steps_between(b - a, stride_s) for a, b in pairwise(times_s)]
    passed = np.cumsum([0, *steps]) % 2
    first_right = float(np.mean((np.array(feet) + passed) % 2))
    if max(first_right, 1.0 - first_right) < AGREED:
        return [None] * len(feet)
    names = (Side.LEFT, Side.RIGHT)
    return [names[(int(first_right > 0.5) + k) % 2] for k in passed.tolist()]  # noqa: PLR2004 - the majority
