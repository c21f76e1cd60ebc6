"""Stick people drawn from joint angles: the answer is known before anything is measured.

A `Body` is bent in three dimensions by rotation matrices, put before a camera without perspective, and handed over
as the network would: pixels, world points, visibility. Nothing here uses the package's geometry.

Body axes: forward, right, up. World axes as MediaPipe's: x right of the picture, y down, z away from the camera.
Body yaw 0 faces the camera; +90 is turned to the own right, so facing the left edge of the picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from posture_coach.pose.types import MIRROR_ORDER, POINTS, Landmark, Mode, Model, PoseSeries

TRUNK_M, THIGH_M, SHANK_M, UPPER_ARM_M, FOREARM_M = 0.50, 0.42, 0.40, 0.30, 0.26
HIP_WIDTH_M, SHOULDER_WIDTH_M, EAR_WIDTH_M, EYE_WIDTH_M = 0.25, 0.38, 0.15, 0.057
EYE_OUTER_WIDTH_M, MOUTH_WIDTH_M = 0.10, 0.05
FOOT_M = 0.2
FILL = 0.38
"""Pixels a metre, as a share of the picture's shorter side: any pose stays inside the picture."""
SIDES = (("left", -1.0), ("right", 1.0))
DOWN = np.array([0.0, 0.0, -1.0])
FORWARD = np.array([1.0, 0.0, 0.0])


@dataclass(frozen=True)
class Body:
    """Joint angles in degrees, named and signed as the measures they should give."""

    trunk_inclination_deg: float = 0.0
    neck_inclination_deg: float = 0.0
    lateral_trunk_lean_deg: float = 0.0
    shoulder_obliquity_deg: float = 0.0
    pelvic_obliquity_deg: float = 0.0
    head_pitch_deg: float = 0.0
    head_roll_deg: float = 0.0
    head_yaw_deg: float = 0.0
    hip_flexion_left_deg: float = 0.0
    hip_flexion_right_deg: float = 0.0
    knee_flexion_left_deg: float = 0.0
    knee_flexion_right_deg: float = 0.0
    ankle_dorsiflexion_left_deg: float = 0.0
    ankle_dorsiflexion_right_deg: float = 0.0
    knee_valgus_left_deg: float = 0.0
    knee_valgus_right_deg: float = 0.0
    shoulder_flexion_left_deg: float = 0.0
    shoulder_flexion_right_deg: float = 0.0
    shoulder_abduction_left_deg: float = 0.0
    shoulder_abduction_right_deg: float = 0.0
    elbow_flexion_left_deg: float = 0.0
    elbow_flexion_right_deg: float = 0.0
    neck_m: float = 0.20
    yaw_deg: float = 0.0


def pitched(deg: float) -> np.ndarray:
    """Turn about the axis to the right: up tips forward."""
    s, c = math.sin(math.radians(deg)), math.cos(math.radians(deg))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def rolled(deg: float) -> np.ndarray:
    """Turn about the axis forward: up tips to the right."""
    s, c = math.sin(math.radians(deg)), math.cos(math.radians(deg))
    return np.array([[1, 0, 0], [0, c, s], [0, -s, c]])


def yawed(deg: float) -> np.ndarray:
    """Turn about the axis up: forward turns to the right."""
    s, c = math.sin(math.radians(deg)), math.cos(math.radians(deg))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def joints(body: Body) -> np.ndarray:
    """Return (33, 3) metres: forward, right, up of the middle of the hips."""
    at: dict[str, np.ndarray] = {}
    trunk = pitched(body.trunk_inclination_deg)
    shoulders = trunk @ rolled(body.lateral_trunk_lean_deg) @ (-DOWN * TRUNK_M)
    _head(body, shoulders, at)
    for side, outward in SIDES:
        _leg(body, side, outward, trunk, at)
        _arm(body, side, outward, shoulders, trunk, at)
    return np.array([at[point.name] for point in Landmark])


def _angle(body: Body, joint: str, side: str) -> float:
    return getattr(body, f"{joint}_{side}_deg")


def _head(body: Body, shoulders: np.ndarray, at: dict[str, np.ndarray]) -> None:
    ears = shoulders + pitched(body.neck_inclination_deg) @ (-DOWN * body.neck_m)
    turn = yawed(body.head_yaw_deg) @ pitched(body.head_pitch_deg) @ rolled(body.head_roll_deg)
    at["NOSE"] = ears + turn @ np.array([0.11, 0.0, -0.02])
    for side, outward in SIDES:
        name, half = side.upper(), outward / 2
        at[f"{name}_EAR"] = ears + turn @ np.array([0.0, half * EAR_WIDTH_M, 0.0])
        at[f"{name}_EYE_OUTER"] = ears + turn @ np.array([0.09, half * EYE_OUTER_WIDTH_M, 0.0])
        at[f"{name}_EYE"] = ears + turn @ np.array([0.09, half * EYE_WIDTH_M, 0.0])
        at[f"{name}_EYE_INNER"] = ears + turn @ np.array([0.09, half * EYE_WIDTH_M / 2, 0.0])
        at[f"MOUTH_{name}"] = ears + turn @ np.array([0.09, half * MOUTH_WIDTH_M, -EYE_WIDTH_M])


def _leg(body: Body, side: str, outward: float, trunk: np.ndarray, at: dict[str, np.ndarray]) -> None:
    name = side.upper()
    valgus = outward * _angle(body, "knee_valgus", side)
    thigh = trunk @ rolled(valgus / 2) @ pitched(-_angle(body, "hip_flexion", side))
    shank = thigh @ pitched(_angle(body, "knee_flexion", side)) @ rolled(-valgus)
    foot = shank @ pitched(-_angle(body, "ankle_dorsiflexion", side))
    hip = rolled(-body.pelvic_obliquity_deg) @ np.array([0.0, outward * HIP_WIDTH_M / 2, 0.0])
    at[f"{name}_HIP"] = hip
    at[f"{name}_KNEE"] = hip + thigh @ DOWN * THIGH_M
    at[f"{name}_ANKLE"] = at[f"{name}_KNEE"] + shank @ DOWN * SHANK_M
    at[f"{name}_HEEL"] = at[f"{name}_ANKLE"] + foot @ (DOWN * 0.05 - FORWARD * FOOT_M / 4)
    at[f"{name}_FOOT_INDEX"] = at[f"{name}_HEEL"] + foot @ FORWARD * FOOT_M


def _arm(
    body: Body, side: str, outward: float, shoulders: np.ndarray, trunk: np.ndarray, at: dict[str, np.ndarray]
) -> None:
    name = side.upper()
    abducted = rolled(-outward * _angle(body, "shoulder_abduction", side))
    upper_arm = trunk @ abducted @ pitched(-_angle(body, "shoulder_flexion", side))
    forearm = upper_arm @ pitched(-_angle(body, "elbow_flexion", side)) @ DOWN
    girdle = rolled(-body.shoulder_obliquity_deg) @ np.array([0.0, outward * SHOULDER_WIDTH_M / 2, 0.0])
    at[f"{name}_SHOULDER"] = shoulders + girdle
    at[f"{name}_ELBOW"] = at[f"{name}_SHOULDER"] + upper_arm @ DOWN * UPPER_ARM_M
    at[f"{name}_WRIST"] = at[f"{name}_ELBOW"] + forearm * FOREARM_M
    for finger, length_m in (("PINKY", 0.08), ("INDEX", 0.09), ("THUMB", 0.05)):
        at[f"{name}_{finger}"] = at[f"{name}_WRIST"] + forearm * length_m


def world(body: Body) -> np.ndarray:
    """Return (33, 3) metres in MediaPipe's axes, origin between the hips."""
    forward, right, up = (joints(body) @ yawed(body.yaw_deg).T).T
    return np.stack([-right, -up, -forward], axis=1)


def draw(
    bodies: Sequence[Body | None],
    *,
    size: tuple[int, int] = (1280, 720),
    scale_px: float | None = None,
    centre: tuple[float, float] | None = None,
    hz: float = 10.0,
    mode: Mode = Mode.TRACKED,
    model: Model = Model.FULL,
) -> PoseSeries:
    """Return one picture a body, None for an empty one.

    `scale_px` is pixels a metre, `centre` where the middle of the hips stands in the picture.
    """
    width, height = size
    scale = FILL * min(size) if scale_px is None else scale_px
    middle = np.array((width / 2, height / 2) if centre is None else centre)
    nobody = np.full((POINTS, 3), np.nan)
    points = np.array([nobody if body is None else world(body) for body in bodies]).reshape(-1, POINTS, 3)
    sure = np.where(np.isnan(points[..., 0]), np.nan, 1.0)
    number = np.arange(len(bodies))
    return PoseSeries(
        width, height, mode, model, number / hz, number,
        points[..., :2] * scale + middle, points, sure, sure.copy(),
    )  # fmt: skip


def with_points(series: PoseSeries, **changed: np.ndarray) -> PoseSeries:
    """Return the series with some of its arrays exchanged."""
    return replace(series, **changed)


def mirrored(series: PoseSeries) -> PoseSeries:
    """Return the same pictures seen in a mirror: left becomes right."""
    flip = np.array([-1.0, 1.0, 1.0])
    return with_points(
        series,
        points_px=series.points_px[:, MIRROR_ORDER] * flip[:2] + np.array([series.width, 0.0]),
        world=series.world[:, MIRROR_ORDER] * flip,
        visibility=series.visibility[:, MIRROR_ORDER],
        presence=series.presence[:, MIRROR_ORDER],
        spread_px=None if series.spread_px is None else series.spread_px[:, MIRROR_ORDER],
    )
