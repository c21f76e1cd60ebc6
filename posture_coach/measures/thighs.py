"""Where a thigh begins and ends, seen from the side: what the network misplaces there, and what is known of it.

**Hips.** Seen from the side both hips lie behind each other, but for as much as the body is turned. The network draws
the near one up to 0.05 of the trunk's length before or behind the far one, by who stands there, and the thigh leans
with it. Their middle is right to a third of that. So where both legs are together, the hips are put to either side of
their middle by what the body's yaw says; in a step the pelvis turns by itself, and they stay.

**Knees** that swing are drawn where they were a moment ago, seen from the hips. It is so in single pictures, too, so
that it is no delay; but it goes with the speed, and with the knee that will be drawn 0.02 s later hip and knee of every
rendered walker come out better or the same, with each of the three networks (`benchmarks/fit_mixing.py --leads`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import distance, middle
from posture_coach.pose.types import Landmark

Floats = NDArray[np.float64]

HALF_PELVIS = 0.17
"""From the middle of both hip joints to either, in trunk lengths."""
YAW_SHORT_DEG = 5.0
"""By so much the network sees people from the side turned towards the camera, when they are not."""
ALIKE, UNLIKE = 0.2, 0.5
"""Thighs move together whose drops differ by less than the first share of the trunk's length, and beyond the second not
at all."""
ABREAST, ASTRIDE = 0.2, 0.35
"""The same of how far ahead the thighs' world points reach: a stride lowers both knees alike, one ahead and one behind.
Thighs that moved together stayed within 0.2 on the rendered people; walkers' are 0.33 apart in the median."""
TOGETHER, APART = 0.15, 0.3
"""Trunk lengths that knees and feet are apart, to the side of the picture: up to the first both legs count as together,
beyond the second not at all."""
LONGEST_STEP_S = 1.0 / 15.0
"""Pictures further apart tell no speed: in a walk a thigh turns round within a fifth of a second."""
_HIPS = slice(Landmark.LEFT_HIP, Landmark.RIGHT_HIP + 1)
_KNEES = slice(Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE + 1)
_LEFT_OF_PAIRS = slice(Landmark.LEFT_KNEE, Landmark.RIGHT_ANKLE, 2)
_RIGHT_OF_PAIRS = slice(Landmark.RIGHT_KNEE, Landmark.RIGHT_ANKLE + 1, 2)


def together(points: Floats, trunk: Floats) -> Floats:
    """Return (n,) 0-1, how far both legs are together, seen from the side: knee by knee and foot by foot.

    Parameters
    ----------
    points
        (n, 33, 2), the sagittal plane unfolded.
    trunk
        (n,) lengths from mid-hip to mid-shoulder there.
    """
    x = points[..., 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = np.maximum.reduce(np.abs(x[:, _LEFT_OF_PAIRS] - x[:, _RIGHT_OF_PAIRS]), axis=1) / trunk
    # Of a number and none, fmax takes the number.
    share: Floats = np.fmin(np.fmax((APART - apart) / (APART - TOGETHER), 0.0), 1.0)
    return share


def hip_shift(points: Floats, yaw_deg: Floats, trunk: Floats) -> Floats:
    """Return (n,) pixels by which the left hip goes to the right of the picture, and the right one to the left.

    That puts them to either side of their middle by what the yaw says.

    Parameters
    ----------
    points
        (n, 33, 2), the sagittal plane unfolded.
    yaw_deg
        (n,) body yaw, about 90 or -90.
    trunk
        (n,) lengths from mid-hip to mid-shoulder there.
    """
    drawn = (points[:, Landmark.LEFT_HIP, 0] - points[:, Landmark.RIGHT_HIP, 0]) / 2.0
    yaw = np.radians(np.abs(yaw_deg))
    # From the side the sine is 0.87 at least; elsewhere nobody asks.
    widened = HALF_PELVIS * trunk / np.fmax(np.sin(yaw), 0.5)
    return np.asarray(widened * np.cos(yaw + np.radians(YAW_SHORT_DEG)) - drawn, dtype=np.float64)


def knee_lead(points: Floats, time_s: Floats, lead_s: Floats) -> Floats:
    """Return (n, 2, 2) how far the left and the right knee go meanwhile, by their way to the next picture.

    Against the hips, since whoever walks across the picture takes both along. 0 where nobody knows: in the last
    picture, before one without anybody, and before a gap.

    Parameters
    ----------
    points
        (n, 33, 2).
    lead_s
        (n,) how much later the knees are wanted.
    """
    ahead = np.zeros((len(points), 2, 2))
    if not lead_s.any():
        return ahead
    thigh = points[:, _KNEES] - points[:, _HIPS]
    step_s = np.diff(time_s)
    known = (step_s > 0.0) & (step_s <= LONGEST_STEP_S)
    share = np.where(known, lead_s[:-1] / np.where(known, step_s, 1.0), 0.0)
    ahead[:-1] = np.nan_to_num(np.diff(thigh, axis=0) * share[:, None, None])
    return ahead


def moves_alike(points: Floats, world: Floats, yaw_deg: Floats) -> Floats:
    """Return (n,) how far both legs count as one.

    Fully at 45 degrees of yaw and less towards side-on; not at all where one thigh drops much further than the other,
    or reaches much further ahead.
    """
    thighs = [
        [of[:, Landmark[f"{side}_KNEE"]] - of[:, Landmark[f"{side}_HIP"]] for side in ("LEFT", "RIGHT")]
        for of in (points, world)
    ]
    drops, reaches = [thigh[:, 1] for thigh in thighs[0]], [_ahead(thigh, yaw_deg) for thigh in thighs[1]]
    level = _alike(drops, _trunk(points), ALIKE, UNLIKE)
    turned = np.fmin(2.0 * np.cos(np.radians(yaw_deg)) ** 2, 1.0)
    return np.asarray(np.fmin(level, _alike(reaches, _trunk(world), ABREAST, ASTRIDE)) * turned, dtype=np.float64)


def _alike(both: list[Floats], trunk: Floats, alike: float, unlike: float) -> Floats:
    """Return (n,) 1 where two lengths differ by less than a share of the trunk's, 0 beyond another one."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.clip((unlike - np.abs(both[0] - both[1]) / trunk) / (unlike - alike), 0.0, 1.0))


def _ahead(line: Floats, yaw_deg: Floats) -> Floats:
    """Return (n,) how far world vectors (n, 3) reach the way the person faces."""
    yaw = np.radians(yaw_deg)
    return np.asarray(-line[:, 0] * np.sin(yaw) - line[:, 2] * np.cos(yaw), dtype=np.float64)


def _trunk(points: Floats) -> Floats:
    """Return (n,) lengths from mid-hip to mid-shoulder."""
    hip, shoulder = (
        middle(points[:, left], points[:, left + 1]) for left in (Landmark.LEFT_HIP, Landmark.LEFT_SHOULDER)
    )
    return distance(hip, shoulder)
