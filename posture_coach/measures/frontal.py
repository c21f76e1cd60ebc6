"""Measures seen from the front or from behind. Each takes a `Skeleton` and returns (n,) values.

+ is towards the person's own right, or his right side higher. Definitions stand in `definitions.py`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import (
    distance,
    hanging_deg,
    inclination_deg,
    middle,
    obliquity_deg,
    wrapped_deg,
)
from posture_coach.measures.skeleton import Skeleton
from posture_coach.measures.types import Side
from posture_coach.pose.types import Landmark

Floats = NDArray[np.float64]

FACE_CM = 5.7
"""Geometric mean of the spacing of the eyes and their distance from the mouth, as the network draws faces before a desk
camera: a tenth smaller than they are (`benchmarks/distance.py`). Adults' pupils lie 6.3 cm apart, most people's within
11 % of that (Dodgson 2004)."""


def lateral_trunk_lean(s: Skeleton) -> Floats:
    """Mid-hip to mid-shoulder against the vertical, to the side: picture and world points err apart, so they share."""
    seen = inclination_deg(s.mid_hip, s.mid_shoulder, s.rightward)
    share = s.mixing.lean_from_depth
    if not share:
        return seen
    hip, shoulder = (
        middle(s.world[:, Landmark[f"LEFT_{joint}"], :2], s.world[:, Landmark[f"RIGHT_{joint}"], :2])
        for joint in ("HIP", "SHOULDER")
    )
    return wrapped_deg(seen + share * wrapped_deg(inclination_deg(hip, shoulder, s.rightward) - seen))


def shoulder_obliquity(s: Skeleton) -> Floats:
    """Slope of the shoulder line."""
    line = obliquity_deg(s.point(Landmark.LEFT_SHOULDER), s.point(Landmark.RIGHT_SHOULDER))
    return line * s.mixing.shoulder_line_gain


def pelvic_obliquity(s: Skeleton) -> Floats:
    """Slope of the line between the hips."""
    return obliquity_deg(s.point(Landmark.LEFT_HIP), s.point(Landmark.RIGHT_HIP))


def head_roll(s: Skeleton) -> Floats:
    """Mean tilt of four lines of the face: ears, outer eye corners, mouth corners, and eyes to mouth.

    Each alone wanders by degrees; their mean does less (`benchmarks/accuracy.py`).
    """
    lines = [
        -obliquity_deg(s.point(left), s.point(right))
        for left, right in (
            (Landmark.LEFT_EAR, Landmark.RIGHT_EAR),
            (Landmark.LEFT_EYE_OUTER, Landmark.RIGHT_EYE_OUTER),
            (Landmark.MOUTH_LEFT, Landmark.MOUTH_RIGHT),
        )
    ]
    eyes = middle(s.point(Landmark.LEFT_EYE_OUTER), s.point(Landmark.RIGHT_EYE_OUTER))
    mouth = middle(s.point(Landmark.MOUTH_LEFT), s.point(Landmark.MOUTH_RIGHT))
    # A head tilted to the right swings the chin to the left.
    lines.append(hanging_deg(eyes, mouth, -s.rightward))
    return np.asarray(np.mean(lines, axis=0), dtype=np.float64)


def knee_valgus(s: Skeleton, side: Side) -> Floats:
    """Thigh against shank in the frontal plane (projection angle), + knee inward."""
    hip, knee, ankle = (s.of_side(joint, side) for joint in ("hip", "knee", "ankle"))
    outward = s.rightward if side is Side.RIGHT else -s.rightward
    return wrapped_deg(hanging_deg(knee, ankle, outward) - hanging_deg(hip, knee, outward))


def neck_length(s: Skeleton) -> Floats:
    """Height of the ears above the shoulders over the shoulder width, before the person's own is divided out."""
    height = np.asarray(s.mid_shoulder[:, 1] - s.mid_ear[:, 1])
    width = distance(s.point(Landmark.LEFT_SHOULDER), s.point(Landmark.RIGHT_SHOULDER))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(width > 0, height / width, np.nan)


def viewing_distance(s: Skeleton, head_yaw_deg: Floats) -> Floats:
    """Distance from the camera to the eyes by the size of the face, in cm for each pixel of focal length.

    Spacing and height of the face err apart: a head that turns narrows the one, one that nods shortens the other.
    """
    left, right = s.point(Landmark.LEFT_EYE), s.point(Landmark.RIGHT_EYE)
    mouth = middle(s.point(Landmark.MOUTH_LEFT), s.point(Landmark.MOUTH_RIGHT))
    wide, high = distance(left, right), distance(middle(left, right), mouth)
    with np.errstate(invalid="ignore", divide="ignore"):
        square = np.cos(np.radians(head_yaw_deg)) / np.where(wide * high > 0, wide * high, np.nan)
        return np.asarray(FACE_CM * np.sqrt(square), dtype=np.float64)
