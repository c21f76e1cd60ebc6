"""Measures that need no particular view. Each takes a `Skeleton` and returns (n,) values.

Angles here come from the world points, because the picture alone cannot tell an arm held out to the camera from
one that hangs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import angle_between_deg, direction_deg, middle, wrapped_deg
from posture_coach.measures.skeleton import Skeleton
from posture_coach.measures.types import Side
from posture_coach.pose.types import Landmark

Floats = NDArray[np.float64]


def head_yaw(s: Skeleton) -> Floats:
    """Face against the shoulder line: mean of the nose's and the ears' direction."""
    w = s.world
    shoulders = w[:, Landmark.RIGHT_SHOULDER] - w[:, Landmark.LEFT_SHOULDER]
    ears = w[:, Landmark.RIGHT_EAR] - w[:, Landmark.LEFT_EAR]
    nose = w[:, Landmark.NOSE] - middle(w[:, Landmark.LEFT_EAR], w[:, Landmark.RIGHT_EAR])
    trunk = direction_deg(shoulders[:, 2], -shoulders[:, 0])
    by_ears = wrapped_deg(direction_deg(ears[:, 2], -ears[:, 0]) - trunk)
    by_nose = wrapped_deg(direction_deg(-nose[:, 0], -nose[:, 2]) - trunk)
    # The mean of two directions, taken across the shorter way round.
    return wrapped_deg(by_ears + wrapped_deg(by_nose - by_ears) / 2.0)


def face_yaw(s: Skeleton) -> Floats:
    """Face against the camera, by the line between the ears."""
    ears = s.world[:, Landmark.RIGHT_EAR] - s.world[:, Landmark.LEFT_EAR]
    return direction_deg(ears[:, 2], -ears[:, 0])


def upper_arm_elevation(s: Skeleton, side: Side) -> Floats:
    """Upper arm against the trunk line prolonged downwards, without a sign."""
    w = s.world
    shoulder, elbow = (w[:, Landmark[f"{side.value}_{joint}".upper()]] for joint in ("shoulder", "elbow"))
    hips = middle(w[:, Landmark.LEFT_HIP], w[:, Landmark.RIGHT_HIP])
    shoulders = middle(w[:, Landmark.LEFT_SHOULDER], w[:, Landmark.RIGHT_SHOULDER])
    return angle_between_deg(elbow - shoulder, hips - shoulders)
