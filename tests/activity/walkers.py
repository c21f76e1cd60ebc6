"""Drawn people who walk: when their feet are furthest ahead, furthest behind and highest is known exactly."""

from __future__ import annotations

import math

import numpy as np

from posture_coach.measures.types import Side
from posture_coach.pose.types import Landmark, Mode, PoseSeries
from tests.drawn import Body, draw, with_points

STRIDE_S = 1.12
HIP_DEG, KNEE_DEG, ARM_DEG = 20.0, 60.0, 15.0
LEG_POINTS = ("KNEE", "ANKLE", "HEEL", "FOOT_INDEX")


def walker(
    seconds: float,
    *,
    yaw: float = 90.0,
    hz: float = 30.0,
    stride_s: float = STRIDE_S,
    late_s: float = 0.0,
    first_s: float = 0.3,
    mode: Mode = Mode.TRACKED,
    scale_px: float | None = None,
) -> PoseSeries:
    """Draw somebody who walks on the spot.

    The left foot is furthest ahead at first_s and every stride after, the right one half a stride and late_s later;
    each is furthest behind half a stride after.
    """
    bodies = []
    for i in range(round(seconds * hz)):
        since = {"left": i / hz - first_s, "right": i / hz - first_s - stride_s / 2.0 - late_s}
        turn = {side: 2.0 * math.pi * s / stride_s for side, s in since.items()}
        bodies.append(
            Body(
                yaw_deg=yaw,
                hip_flexion_left_deg=HIP_DEG * math.cos(turn["left"]),
                hip_flexion_right_deg=HIP_DEG * math.cos(turn["right"]),
                shoulder_flexion_left_deg=ARM_DEG * math.cos(turn["right"]),
                shoulder_flexion_right_deg=ARM_DEG * math.cos(turn["left"]),
            )
        )
    return draw(bodies, hz=hz, mode=mode, scale_px=scale_px)


def lifter(
    seconds: float,
    *,
    hz: float = 30.0,
    stride_s: float = STRIDE_S,
    late_s: float = 0.0,
    first_s: float = 0.3,
    mode: Mode = Mode.TRACKED,
) -> PoseSeries:
    """Draw somebody who walks towards the camera: the left foot is highest at first_s and every stride after."""
    bodies = []
    for i in range(round(seconds * hz)):
        bent = {}
        for side, late in (("left", 0.0), ("right", stride_s / 2.0 + late_s)):
            turn = 2.0 * math.pi * (i / hz - first_s - late) / stride_s
            bent[f"knee_flexion_{side}_deg"] = KNEE_DEG * math.exp(3.0 * (math.cos(turn) - 1.0))
        bodies.append(Body(yaw_deg=0.0, **bent))
    return draw(bodies, hz=hz, mode=mode)


def marcher(seconds: float, *, yaw: float = 90.0, hz: float = 30.0, stride_s: float = STRIDE_S) -> PoseSeries:
    """Draw somebody who lifts his knees on the spot."""
    bodies = []
    for i in range(round(seconds * hz)):
        bent = {}
        for side, late in (("left", 0.0), ("right", math.pi)):
            up = max(math.cos(2.0 * math.pi * i / hz / stride_s - late), 0.0)
            bent |= {f"hip_flexion_{side}_deg": 60.0 * up, f"knee_flexion_{side}_deg": 80.0 * up}
        bodies.append(Body(yaw_deg=yaw, **bent))
    return draw(bodies, hz=hz)


def expected(
    seconds: float, delay_s: float, *, stride_s: float = STRIDE_S, late_s: float = 0.0, first_s: float = 0.3
) -> list[tuple[float, Side]]:
    """Return the contacts so long after each foot's own moment, in order of time."""
    found = []
    for side, start_s in ((Side.LEFT, first_s), (Side.RIGHT, first_s + stride_s / 2.0 + late_s)):
        times = start_s + stride_s * np.arange(-1, int(seconds / stride_s) + 1)
        found += [(float(t) + delay_s, side) for t in times if 0.0 < t < seconds]
    return sorted(found)


def swapped(series: PoseSeries, rows: list[int]) -> PoseSeries:
    """Exchange the left and the right leg in some pictures, as the network does."""
    points, world = series.points_px.copy(), series.world.copy()
    for joint in LEG_POINTS:
        pair = [Landmark[f"LEFT_{joint}"], Landmark[f"RIGHT_{joint}"]]
        for array in (points, world):
            array[np.ix_(rows, pair)] = array[np.ix_(rows, pair[::-1])]
    return with_points(series, points_px=points, world=world)


def lost(series: PoseSeries, rows: list[int]) -> PoseSeries:
    """Take the person out of some pictures."""
    arrays = {name: getattr(series, name).copy() for name in ("points_px", "world", "visibility", "presence")}
    for array in arrays.values():
        array[rows] = np.nan
    return with_points(series, **arrays)
