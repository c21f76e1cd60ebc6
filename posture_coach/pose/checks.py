"""What is wrong with the pictures as a whole, so that no number made from them can be trusted without a word.

And which points lie outside of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import HALF_TURN_DEG, distance, inclination_deg, middle
from posture_coach.pose.types import Floats, Landmark, PoseSeries

Bools = NDArray[np.bool_]

INVERTED_MIN_DEG = 120.0
"""A trunk pointing this far down while the feet point up: nobody stands or sits like that."""
LEVEL_MIN_DEG = 50.0
"""From here on a trunk counts as level: nobody leans back so far. Who bends forward so far has upright shanks."""
PERSISTENT_SHARE = 0.5
JUMP_TRUNKS = 1.0
JUMP_TRUNKS_PER_S = 8.0
"""A hip that moves by more than a trunk length (half a metre), and faster than this (4 m/s, a runner), belongs to
somebody else."""
JUMP_MAX_S = 1.0
"""Who was lost for longer may have come back anywhere."""
SAME_PERSON_TRUNKS = 0.5
"""Two finds whose hips are nearer than this are one person found twice."""
EDGE_MARGIN = 0.01
"""Share of the picture at its edge where a point counts as outside: the network piles unseen points up there."""
SMALL_TRUNK_PX = 50.0
"""Below this a pixel is more than a degree of trunk lean."""


def outside(series: PoseSeries) -> Bools:
    """Return (n, 33) whether a point lies at the edge of the picture or beyond; nobody's does."""
    place = series.points_px / [series.width, series.height]
    with np.errstate(invalid="ignore"):
        return np.asarray(((place < EDGE_MARGIN) | (place > 1.0 - EDGE_MARGIN)).any(axis=2), dtype=np.bool_)


def whole(series: PoseSeries, points: Sequence[Landmark]) -> Bools:
    """Return (n,) whether all of these points lie in the picture, off its edge; nobody's do."""
    place = series.points_px[:, points] / [series.width, series.height]
    with np.errstate(invalid="ignore"):
        return np.asarray(((place > EDGE_MARGIN) & (place < 1.0 - EDGE_MARGIN)).all(axis=(1, 2)), dtype=np.bool_)


def upside_down(series: PoseSeries) -> bool:
    """Return whether the person is head down and feet up in most pictures: the picture is the wrong way round."""
    ankle, hip, shoulder = (_mid(series, joint) for joint in ("ANKLE", "HIP", "SHOULDER"))
    inverted = np.abs(inclination_deg(hip, shoulder, 1.0)) > INVERTED_MIN_DEG
    return _mostly(np.logical_and(inverted, ankle[:, 1] < hip[:, 1]))


def level(series: PoseSeries) -> bool:
    """Return whether the body lies level in most pictures: the person does, or the picture lies on its side.

    Trunk and shanks are asked, and the neck where the shanks are not in the picture.
    """
    joints = [_mid(series, joint) for joint in ("ANKLE", "KNEE", "HIP", "SHOULDER", "EAR")]
    shank, _, trunk, neck = (np.abs(inclination_deg(*pair, 1.0)) for pair in pairwise(joints))
    legs = whole(series, [Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE])[series.detected]
    leans = np.array([trunk, np.where(legs, shank, neck)])
    return _mostly(np.all((leans > LEVEL_MIN_DEG) & (leans < HALF_TURN_DEG - LEVEL_MIN_DEG), axis=0))


def _mid(series: PoseSeries, joint: str) -> Floats:
    """Return (n, 2) pixels between left and right, of those pictures in which somebody is."""
    points = series.points_px[series.detected]
    return middle(points[:, Landmark[f"LEFT_{joint}"]], points[:, Landmark[f"RIGHT_{joint}"]])


def _mostly(true: Bools) -> bool:
    return bool(len(true)) and float(true.mean()) > PERSISTENT_SHARE


def person_changes_s(series: PoseSeries) -> list[float]:
    """Return the times at which the network seems to have gone over to another person, also by way of losing one."""
    p, time_s = series.points_px[series.detected], series.time_s[series.detected]
    hip, trunk = _hip_and_trunk(p)
    step_s = np.diff(time_s)
    with np.errstate(invalid="ignore", divide="ignore"):
        leap = distance(hip[:-1], hip[1:]) / np.fmax(trunk[:-1], trunk[1:])
    jumps = (leap > np.fmax(JUMP_TRUNKS, JUMP_TRUNKS_PER_S * step_s)) & (step_s <= JUMP_MAX_S)
    return [float(t) for t in time_s[1:][jumps]]


def _hip_and_trunk(points_px: Floats) -> tuple[Floats, Floats]:
    """(n, 2) mid-hip and (n,) trunk length in pixels."""
    hip = middle(points_px[:, Landmark.LEFT_HIP], points_px[:, Landmark.RIGHT_HIP])
    shoulder = middle(points_px[:, Landmark.LEFT_SHOULDER], points_px[:, Landmark.RIGHT_SHOULDER])
    return hip, distance(hip, shoulder)


def trunk_px(series: PoseSeries) -> float:
    """Return the median trunk length in pixels; NaN where nobody was found."""
    _, trunk = _hip_and_trunk(series.points_px[series.detected])
    return float(np.median(trunk)) if len(trunk) else float("nan")
