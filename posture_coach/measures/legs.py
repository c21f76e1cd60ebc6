"""Which leg is which: seen from the side, the network takes left for right for a picture, for some, or for good.

Knees, and ankles with heel and toes, are exchanged by themselves or together. That turns the line from the right point
to the left one round, and nothing else. So which is which is found as the course through the four ways to read a
picture that costs least over a whole recording (Viterbi's algorithm, by shares of the trunk's length):

* a joint that jumps costs as much as it jumps: the line from right to left goes on as it went;
* a knee that bends forward costs, since none does;
* a near thigh drawn shorter than the far one costs, since what is nearer is drawn larger;
* and so does doubting the network.

From elsewhere than the side the last two say nothing, and the network errs less: there its word holds. So it does live,
where nothing is known of what comes (docs/design.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import distance, length, middle
from posture_coach.measures.view import SIDE_MAX_BREADTH, SIDE_ON_DEG, SIDE_TOLERANCE_DEG, body_yaw_deg, breadth
from posture_coach.pose.sides import with_legs_exchanged
from posture_coach.pose.types import Landmark, PoseSeries

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

DOUBT_PER_S = 2.0
"""What one exchanged joint costs, in trunk lengths a second: seldom longer than a quarter of one."""
BACKWARDS_PER_S = 60.0
"""The same of knees bent forward, for each radian beyond `BACKWARDS_FREE`: more than any doubt after a few degrees."""
BACKWARDS_FREE = float(np.radians(8.0))
"""Of each knee: some overstretch that far, and straight ones are misread by as much."""
SHORTER_PER_S = 60.0
"""The same of a near thigh drawn shorter, for each natural logarithm beyond `SHORTER_FREE`."""
SHORTER_FREE = 0.15
"""Near less far, less the same exchanged, is between 0.1 and 0.2, and postures make it differ by 0.1: as much below 0
happens by itself."""
LEAST_SEEN = 0.5
"""Sureness of the better seen knee, and ankle: below, legs are guesses, as under a desk."""
SHORTEST_PX = 1e-3
"""A thigh that points at the camera has no length whose logarithm could be taken."""
LONGEST_GAP_S = 0.15
"""Pictures further apart are taken as they come: meanwhile legs have gone where nothing tells which of them it is."""

_WAYS = np.array(list(product((0, 1), repeat=2)))
"""(4, 2) ways to read a picture: whether knees, and whether ankles are exchanged."""
_READ = np.array([[0, 1], [1, 0]])[_WAYS]
"""(4, 2, 2) by way, for knees and for ankles: which of the pair counts as the left one, and which as the right."""
_OTHER_KNEES = np.array([2, 3, 0, 1])
"""By way: the one with the same ankles and the knees exchanged."""
_TURNS = (_WAYS[:, None] != _WAYS[None, :]).astype(np.intp)
"""(4, 4, 2) from one way to another: whether knees, and whether ankles, turn round."""
_PAIRS = (Landmark.LEFT_SHOULDER, Landmark.LEFT_HIP, Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE)
"""The left one of each; the right one comes next in MediaPipe's order."""


def untangled(series: PoseSeries) -> PoseSeries:
    """Return a whole recording with left and right legs as they most likely are, by what came before and after.

    Parameters
    ----------
    series
        As the network found them, not smoothed: across an exchange that blends two legs.
    """
    row, yaw = _shown(series)
    if not len(row):
        return series
    seen = _seen(series.points_px[row], np.where(yaw > 0, 1.0, -1.0))
    return with_legs_exchanged(series, row, _WAYS[_course(seen, np.diff(series.time_s[row], prepend=-np.inf))])


@dataclass(frozen=True, slots=True)
class _Seen:
    """What m pictures tell of which leg is which.

    Parameters
    ----------
    across
        (m, 2, 2) from the right knee to the left one, and from ankle to ankle, in trunk lengths.
    cost_per_s
        (m, 4) of each way to read each picture.
    """

    across: Floats
    cost_per_s: Floats


def _shown(series: PoseSeries) -> tuple[Indices, Floats]:
    """Return (m,) places of the pictures that show somebody's legs from the side, and (m,) body yaws in them."""
    yaw = body_yaw_deg(series)
    with np.errstate(invalid="ignore"):
        side_on = (np.abs(np.abs(yaw) - SIDE_ON_DEG) <= SIDE_TOLERANCE_DEG) & (breadth(series) <= SIDE_MAX_BREADTH)
        knees, ankles = (series.sureness[:, left : left + 2].max(axis=1) >= LEAST_SEEN for left in _PAIRS[2:])
    row = np.flatnonzero(side_on & knees & ankles)
    return row, yaw[row]


def _seen(points: Floats, left_near: Floats) -> _Seen:
    """Look at (m, 33, 2) points; `left_near` (m,) is +1 where the left leg is the nearer one, else -1."""
    shoulders, hips, knees, ankles = (points[:, left : left + 2] for left in _PAIRS)
    trunk = distance(middle(hips[:, 0], hips[:, 1]), middle(shoulders[:, 0], shoulders[:, 1]))
    across = np.stack([pair[:, 0] - pair[:, 1] for pair in (knees, ankles)], axis=1) / trunk[:, None, None]
    below, foot = knees[:, _READ[:, 0]], ankles[:, _READ[:, 1]]
    thigh, shank = below - hips[:, None], foot - below
    cost = DOUBT_PER_S * _WAYS.sum(axis=1) + BACKWARDS_PER_S * _bent_forward(thigh, shank, -left_near)
    return _Seen(across, cost + SHORTER_PER_S * _shorter(thigh, left_near))


def _bent_forward(thigh: Floats, shank: Floats, forward: Floats) -> Floats:
    """Return (m, 4) how far both knees together bend the wrong way, in radians, by how the picture is read.

    Parameters
    ----------
    thigh, shank
        (m, 4, 2, 2) from hip to knee and on to the ankle, of the left leg and of the right one.
    forward
        (m,) +1 where the person faces the right edge of the picture, else -1.
    """
    cross = thigh[..., 0] * shank[..., 1] - thigh[..., 1] * shank[..., 0]
    bent = np.arctan2(cross, (thigh * shank).sum(axis=-1)) * forward[:, None, None]
    return np.asarray(np.maximum(-bent - BACKWARDS_FREE, 0.0).sum(axis=2))


def _shorter(thigh: Floats, left_near: Floats) -> Floats:
    """Return (m, 4) how much shorter the near thigh is drawn than the far one, by how the picture is read."""
    long = np.log(np.maximum(length(thigh), SHORTEST_PX))
    longer = left_near[:, None] * (long[..., 0] - long[..., 1])
    return np.asarray(np.maximum(longer[:, _OTHER_KNEES] - longer - SHORTER_FREE, 0.0))


def _course(seen: _Seen, gap_s: Floats) -> Indices:
    """Return (m,) of `_WAYS`: the course that costs least; `gap_s` (m,) is the time since the picture before."""
    alone = gap_s > LONGEST_GAP_S
    now = seen.cost_per_s * np.where(alone, 1.0, gap_s)[:, None]
    now[alone, 1:] = np.inf
    before = np.concatenate([seen.across[:1], seen.across[:-1]])
    jump = np.stack([length(seen.across - before), length(seen.across + before)])
    jump[:, alone] = 0.0
    cost, origin = np.zeros(len(_WAYS)), np.empty(now.shape, dtype=np.intp)
    for k, here in enumerate(now):
        reached = cost[:, None] + jump[_TURNS[..., 0], k, 0] + jump[_TURNS[..., 1], k, 1]
        origin[k] = reached.argmin(axis=0)
        cost = reached.min(axis=0) + here
    course = np.empty(len(now), dtype=np.intp)
    course[-1] = cost.argmin()
    for k in range(len(now) - 1, 0, -1):
        course[k - 1] = origin[k, course[k]]
    return course
