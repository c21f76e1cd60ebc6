"""What is wrong with the pictures as a whole, so that no number made from them can be trusted without a word."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import distance, inclination_deg, middle
from posture_coach.pose.types import Landmark, PoseSeries

Bools = NDArray[np.bool_]

INVERTED_MIN_DEG = 120.0
"""A trunk pointing this far down while the feet point up: nobody stands or sits like that."""
PERSISTENT_SHARE = 0.5
JUMP_TRUNKS = 1.0
JUMP_MAX_S = 0.12
"""A hip that moves by a trunk length (half a metre) within this time belongs to somebody else."""
SMALL_TRUNK_PX = 50.0
"""Below this a pixel is more than a degree of trunk lean."""


def upside_down(series: PoseSeries) -> bool:
    """Return whether the person is head down and feet up in most pictures: the picture is the wrong way round."""
    found = series.detected
    if not found.any():
        return False
    p = series.points_px[found]
    hip = middle(p[:, Landmark.LEFT_HIP], p[:, Landmark.RIGHT_HIP])
    shoulder = middle(p[:, Landmark.LEFT_SHOULDER], p[:, Landmark.RIGHT_SHOULDER])
    ankle = middle(p[:, Landmark.LEFT_ANKLE], p[:, Landmark.RIGHT_ANKLE])
    inverted = np.abs(inclination_deg(hip, shoulder, 1.0)) > INVERTED_MIN_DEG
    feet_up = ankle[:, 1] < hip[:, 1]
    return bool((inverted & feet_up).mean() > PERSISTENT_SHARE)


def person_changes_s(series: PoseSeries) -> list[float]:
    """Return the times at which the network seems to have gone over to another person."""
    p = series.points_px
    hip = middle(p[:, Landmark.LEFT_HIP], p[:, Landmark.RIGHT_HIP])
    shoulder = middle(p[:, Landmark.LEFT_SHOULDER], p[:, Landmark.RIGHT_SHOULDER])
    trunk = distance(hip, shoulder)
    with np.errstate(invalid="ignore", divide="ignore"):
        leap = distance(hip[:-1], hip[1:]) / np.fmax(trunk[:-1], trunk[1:]) > JUMP_TRUNKS
    close = np.diff(series.time_s) <= JUMP_MAX_S
    return [float(time_s) for time_s in series.time_s[1:][leap & close]]


def trunk_px(series: PoseSeries) -> float:
    """Return the median trunk length in pixels; NaN where nobody was found."""
    p = series.points_px[series.detected]
    hip = middle(p[:, Landmark.LEFT_HIP], p[:, Landmark.RIGHT_HIP])
    shoulder = middle(p[:, Landmark.LEFT_SHOULDER], p[:, Landmark.RIGHT_SHOULDER])
    return float(np.median(distance(hip, shoulder))) if len(p) else float("nan")
