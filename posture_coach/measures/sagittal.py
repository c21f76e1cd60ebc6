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

ON_FEET = 1.0
"""Height of the hips above the lower foot in trunk lengths: at least 1.2 standing, whatever the trunk does. Thigh or
shank alone are 0.8 to 0.95, but of a rounded back, whose length is drawn shorter, up to 1.3."""
ON_THIGHS = 0.5
"""The same above the lower knee: at least 0.55 standing, half squats too, and at most 0.42 on a chair."""
TUCKED_DEG = 90.0
"""Knees, the straighter one: who squats with the hips so far up bends them by no more than 50 degrees of the thigh and
40 of the ankle. Bent further, a chair carries him and his feet are drawn back under it."""
MAX_LEAN_DEG = 45.0
"""Of the line from ankles to ears: further over nobody stands, but lies or props himself up."""
RIGHT_ANGLE_DEG = 90.0
SHOULDER_LOWEST_DEG = -90.0
"""Shoulder flexion runs from about -60 (extension) past 180 (overhead): unwrap it where no arm can be."""


def trunk_inclination(s: Skeleton) -> Floats:
    """Mid-hip to mid-shoulder against the vertical."""
    return s.trunk_deg


def neck_inclination(s: Skeleton) -> Floats:
    """Mid-shoulder to mid-ear against the vertical."""
    return inclination_deg(s.mid_shoulder, s.mid_ear, s.forward)


def neck_trunk_angle(s: Skeleton) -> Floats:
    """Neck inclination minus trunk inclination."""
    return wrapped_deg(neck_inclination(s) - s.trunk_deg)


def head_pitch(s: Skeleton) -> Floats:
    """Ear to outer eye corner below the horizontal, before the person's own gaze-ahead is taken off."""
    ear = middle(s.point(Landmark.LEFT_EAR), s.point(Landmark.RIGHT_EAR))
    eye = middle(s.point(Landmark.LEFT_EYE_OUTER), s.point(Landmark.RIGHT_EYE_OUTER))
    line = eye - ear
    return direction_deg(line[:, 1], line[:, 0] * s.forward)


def head_trunk_flexion(s: Skeleton) -> Floats:
    """Head pitch minus trunk inclination, before the person's own neutral is taken off."""
    return wrapped_deg(head_pitch(s) - s.trunk_deg)


def hip_flexion(s: Skeleton, side: Side) -> Floats:
    """Thigh against the trunk line prolonged."""
    return wrapped_deg(s.thigh_deg[:, side.column] + s.trunk_deg)


def knee_flexion(s: Skeleton, side: Side) -> Floats:
    """Shank against the thigh prolonged."""
    return wrapped_deg(s.thigh_deg[:, side.column] - s.shank_deg[:, side.column])


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
    return wrapped_deg(arm + s.trunk_deg, lowest=SHOULDER_LOWEST_DEG)


def hip_forward_offset(s: Skeleton) -> Floats:
    """How far the hip lies ahead of the line shoulder-ankle, over its length."""
    return offset_ratio(s.mid_hip, s.mid_shoulder, _mid_ankle(s), s.forward)


def body_lean(s: Skeleton) -> Floats:
    """Mid-ankle to mid-ear against the vertical."""
    return inclination_deg(_mid_ankle(s), s.mid_ear, s.forward)


def stands(s: Skeleton) -> NDArray[np.bool_]:
    """Return (n,) whether the person stands, walks or half squats, as against sitting, lying or being on all fours."""
    foot, knee = (np.fmax.reduce(s.both(joint)[..., 1], axis=1) for joint in ("ankle", "knee"))
    bent = np.fmin.reduce(np.abs(wrapped_deg(s.thigh_deg - s.shank_deg)), axis=1)
    hip, trunk = s.mid_hip[:, 1], s.trunk_px
    with np.errstate(invalid="ignore"):
        on_feet = (foot - hip >= ON_FEET * trunk) & (knee - hip >= ON_THIGHS * trunk) & (bent < TUCKED_DEG)
        return np.asarray(on_feet & (np.abs(body_lean(s)) < MAX_LEAN_DEG))


def trunk_length(s: Skeleton) -> Floats:
    """Mid-hip to mid-shoulder in the picture, before it is divided by the person's own upright."""
    return s.trunk_px


def _mid_ankle(s: Skeleton) -> Floats:
    return middle(s.point(Landmark.LEFT_ANKLE), s.point(Landmark.RIGHT_ANKLE))
