"""Measures seen from the side. Each takes a `Skeleton` and returns (n,) values; + is flexion or forward.

Definitions, zeros and signs stand in the table of `definitions.py`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import (
    HALF_TURN_DEG,
    angle_between_deg,
    direction_deg,
    hanging_deg,
    inclination_deg,
    middle,
    offset_ratio,
    wrapped_deg,
)
from posture_coach.measures.skeleton import Skeleton
from posture_coach.measures.types import Side
from posture_coach.pose.types import Landmark

Floats = NDArray[np.float64]

RIGHT_ANGLE_DEG = 90.0
SHOULDER_LOWEST_DEG = -90.0
"""Shoulder flexion runs from about -60 (extension) past 180 (overhead): unwrap it where no arm can be."""


def trunk_inclination(s: Skeleton) -> Floats:
    """Mid-hip to mid-shoulder against the vertical."""
    return inclination_deg(s.mid_hip, s.mid_shoulder, s.forward)


def neck_inclination(s: Skeleton) -> Floats:
    """Mid-shoulder to mid-ear against the vertical."""
    return inclination_deg(s.mid_shoulder, s.mid_ear, s.forward)


def neck_trunk_angle(s: Skeleton) -> Floats:
    """Neck inclination minus trunk inclination."""
    return wrapped_deg(neck_inclination(s) - trunk_inclination(s))


def head_pitch(s: Skeleton) -> Floats:
    """Ear to outer eye corner below the horizontal, before the person's own gaze-ahead is taken off."""
    ear = middle(s.point(Landmark.LEFT_EAR), s.point(Landmark.RIGHT_EAR))
    eye = middle(s.point(Landmark.LEFT_EYE_OUTER), s.point(Landmark.RIGHT_EYE_OUTER))
    line = eye - ear
    return direction_deg(line[:, 1], line[:, 0] * s.forward)


def head_trunk_flexion(s: Skeleton) -> Floats:
    """Head pitch minus trunk inclination, before the person's own neutral is taken off."""
    return wrapped_deg(head_pitch(s) - trunk_inclination(s))


def hip_flexion(s: Skeleton, side: Side) -> Floats:
    """Thigh against the trunk line prolonged."""
    return wrapped_deg(_thigh(s, side) + trunk_inclination(s))


def knee_flexion(s: Skeleton, side: Side) -> Floats:
    """Shank against the thigh prolonged."""
    shank = s.leg_gain * hanging_deg(s.of_leg("knee", side), s.of_leg("ankle", side), s.forward)
    return wrapped_deg(_thigh(s, side) - shank)


def _thigh(s: Skeleton, side: Side) -> Floats:
    """Direction of the thigh against straight down, + forward; world points have a share the more it hangs."""
    seen = hanging_deg(s.thigh_root(side), s.of_leg("knee", side), s.forward)
    hip, knee = (s.world[:, Landmark[f"{side.value}_{joint}".upper()]] for joint in ("hip", "knee"))
    thigh, yaw = knee - hip, np.radians(s.yaw_deg)
    deep = direction_deg(-thigh[:, 0] * np.sin(yaw) - thigh[:, 2] * np.cos(yaw), thigh[:, 1])
    share = s.thigh_from_depth * np.cos(np.radians(seen)) ** 2
    return s.leg_gain * np.where(share > 0, wrapped_deg(seen + share * wrapped_deg(deep - seen)), seen)


def ankle_dorsiflexion(s: Skeleton, side: Side) -> Floats:
    """Shank against the heel-toe line."""
    shank = s.of_side("knee", side) - s.of_side("ankle", side)
    foot = s.of_side("foot_index", side) - s.of_side("heel", side)
    return RIGHT_ANGLE_DEG - angle_between_deg(shank, foot)


def elbow_flexion(s: Skeleton, side: Side) -> Floats:
    """Forearm against the upper arm prolonged."""
    elbow = s.of_side("elbow", side)
    return HALF_TURN_DEG - angle_between_deg(s.of_side("shoulder", side) - elbow, s.of_side("wrist", side) - elbow)


def shoulder_flexion(s: Skeleton, side: Side) -> Floats:
    """Upper arm against the trunk line prolonged downwards."""
    arm = hanging_deg(s.of_side("shoulder", side), s.of_side("elbow", side), s.forward)
    return wrapped_deg(arm + trunk_inclination(s), lowest=SHOULDER_LOWEST_DEG)


def hip_forward_offset(s: Skeleton) -> Floats:
    """How far the hip lies ahead of the line shoulder-ankle, over its length."""
    return offset_ratio(s.mid_hip, s.mid_shoulder, _mid_ankle(s), s.forward)


def body_lean(s: Skeleton) -> Floats:
    """Mid-ankle to mid-ear against the vertical."""
    return inclination_deg(_mid_ankle(s), s.mid_ear, s.forward)


def trunk_length(s: Skeleton) -> Floats:
    """Mid-hip to mid-shoulder in the picture, before it is divided by the person's own upright."""
    return s.trunk_px


def _mid_ankle(s: Skeleton) -> Floats:
    return middle(s.point(Landmark.LEFT_ANKLE), s.point(Landmark.RIGHT_ANKLE))
