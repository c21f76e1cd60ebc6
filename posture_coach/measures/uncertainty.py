"""How far a value may lie from the truth: a 95 % half-width from what predicts the error, added up in squares.

What predicts it: the measure, view, mode and model (`data/accuracy.toml`), how far the value lies from neutral, how
far the legs are apart, how far the body is turned from side-on, how far several looks at a photo disagree, how
small the person is in the picture, and how surely the camera's upright is known. Landmark visibility and the
disagreement of picture and world points were tried and predict nothing (`docs/accuracy.md`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posture_coach.measures.accuracy import Accuracy
from posture_coach.measures.calibration import Camera
from posture_coach.measures.columns import (
    AGAINST_GRAVITY,
    BY_FOCAL_LENGTH,
    DEGREES,
    NEEDED,
    POINTS_NEEDED,
    SAGITTAL,
    VIEWS,
)
from posture_coach.measures.definitions import TABLE
from posture_coach.measures.skeleton import Skeleton
from posture_coach.measures.types import View
from posture_coach.pose.types import Mode, Model, PoseSeries

Floats = NDArray[np.float64]

YAW_HALF_WIDTH_DEG = 16.0
"""95 % of body yaws from a corner lie within (`benchmarks/accuracy.py`)."""
SPREAD_TO_HALF_WIDTH = 1.0
"""From the standard deviation of several looks to what it adds."""
PIXEL_HALF_WIDTH = 0.7
"""Pixels by which a point is off because pixels are coarse."""
_OBLIQUE = VIEWS.index(View.OBLIQUE)


@dataclass(frozen=True, slots=True)
class Widths:
    """Half-width near 0, its growth, and what legs apart add: (views, m), in each column's unit; NaN where unknown."""

    half_width: Floats
    growth: Floats
    apart: Floats


def widths(accuracy: Accuracy, mode: Mode, model: Model) -> Widths:
    """Return what is known of every measure in one mode of one model."""
    half_width, growth, apart = np.full((3, len(VIEWS), len(TABLE)), np.nan)
    for column, row in enumerate(TABLE):
        for number, view in enumerate(VIEWS):
            error = accuracy.of(row.joint, view, mode, model)
            if error is not None:
                at = number, column
                half_width[at], growth[at] = error.half_width, error.growth
                # How far the legs are apart is told from the side alone.
                apart[at] = error.apart if view is View.SIDE else 0.0
    return Widths(half_width, growth, apart)


def half_widths(
    known: Widths, value: Floats, body: Skeleton, series: PoseSeries, view: NDArray[np.intp], camera: Camera
) -> Floats:
    """Return (n, m) 95 % half-widths, each in its column's unit; NaN where the error is not known.

    Parameters
    ----------
    value
        (n, m) as they will be printed.
    view
        (n,) places in `VIEWS`.
    """
    squares = known.half_width[view] ** 2 + (known.growth[view] * value) ** 2
    squares = squares + (known.apart[view] * (1.0 - body.legs_together)[:, None]) ** 2
    squares = squares + np.where(BY_FOCAL_LENGTH, camera.focal_half_width * value, 0.0) ** 2
    return np.asarray(np.sqrt(squares + added(value, body, series, view, camera) ** 2), dtype=np.float64)


def added(value: Floats, body: Skeleton, series: PoseSeries, view: NDArray[np.intp], camera: Camera) -> Floats:
    """Return (n, m) what these very pictures add to the half-widths of angles; 0 for other units."""
    with np.errstate(invalid="ignore", divide="ignore"):
        coarse = np.degrees(PIXEL_HALF_WIDTH / body.trunk_px)[:, None]
        squares = coarse**2 + _of_yaw(value, body, view) ** 2
        if series.spread_px is not None:
            squares = squares + _of_spread(series.spread_px, body) ** 2
    squares = squares + np.where(AGAINST_GRAVITY, camera.roll_half_width_deg**2, 0.0)
    return np.where(DEGREES & ~np.isnan(squares), np.sqrt(squares), 0.0)


def _of_yaw(value: Floats, body: Skeleton, view: NDArray[np.intp]) -> Floats:
    """Return what a wrong yaw does to an unfolded angle: d angle / d yaw is sin(2 angle) / 2 · cot(yaw)."""
    yaw = np.radians(body.yaw_deg)
    steep = np.abs(np.sin(2.0 * np.radians(value)) / 2.0 * (np.cos(yaw) / np.sin(yaw))[:, None])
    return np.where((view == _OBLIQUE)[:, None] & SAGITTAL, steep * YAW_HALF_WIDTH_DEG, 0.0)


def _of_spread(spread_px: Floats, body: Skeleton) -> Floats:
    """Return what several looks tell: points put apart turn the lines between them by about spread over length."""
    apart = np.sqrt(spread_px**2 @ NEEDED / POINTS_NEEDED)
    return np.asarray(np.degrees(SPREAD_TO_HALF_WIDTH * apart / body.trunk_px[:, None]), dtype=np.float64)
