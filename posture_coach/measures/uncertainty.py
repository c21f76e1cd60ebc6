"""How far a value may lie from the truth: a 95 % half-width from what predicts the error, added up in squares.

What predicts it: the measure, view, mode and model (`data/accuracy.toml`), how far the value lies from neutral, how
far the body is turned from side-on, how far several looks at a photo disagree, how small the person is in the
picture, and how surely the camera's upright is known. Landmark visibility and the disagreement of picture and world
points were tried and predict nothing (`docs/accuracy.md`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from posture_coach.measures.accuracy import Accuracy
from posture_coach.measures.calibration import Camera
from posture_coach.measures.definitions import Definition
from posture_coach.measures.skeleton import Skeleton
from posture_coach.measures.types import View
from posture_coach.pose.types import PoseSeries

Floats = NDArray[np.float64]

YAW_HALF_WIDTH_DEG = 16.0
"""95 % of body yaws from a corner lie within (`benchmarks/accuracy.py`)."""
SPREAD_TO_HALF_WIDTH = 1.0
"""From the standard deviation of several looks to what it adds."""
PIXEL_HALF_WIDTH = 0.7
"""Pixels by which a point is off because pixels are coarse."""
ASSUMED_ROLL_HALF_WIDTH_DEG = 1.0
"""What a camera that was put down level may be off, where nothing in the picture tells."""


def half_width(
    row: Definition, raw: Floats, body: Skeleton, series: PoseSeries, view: NDArray[np.object_], camera: Camera,
    accuracy: Accuracy,
) -> Floats:  # fmt: skip
    """Return (n,) the 95 % half-width of one measure in its own unit; NaN where its error is not known.

    Parameters
    ----------
    raw
        (n,) values before anything relative is taken off.
    """
    squares = np.full(len(view), np.nan)
    for seen in row.views:
        error = accuracy.of(row.joint, seen, series.mode, series.model)
        if error is not None:
            here = view == seen
            squares[here] = error.half_width**2 + (error.growth * raw[here]) ** 2
    return np.asarray(np.sqrt(squares + added(row, raw, body, series, view, camera) ** 2), dtype=np.float64)


def added(
    row: Definition, raw: Floats, body: Skeleton, series: PoseSeries, view: NDArray[np.object_], camera: Camera
) -> Floats:
    """Return (n,) what this very picture adds to the half-width, in degrees; 0 for other units."""
    if row.unit != "deg":
        return np.zeros(len(raw))
    with np.errstate(invalid="ignore", divide="ignore"):
        coarse = np.degrees(PIXEL_HALF_WIDTH / body.trunk_px)
        parts = [_of_yaw(row, raw, body, view), _of_spread(row, body, series), coarse]
    if row.against_gravity:
        roll = ASSUMED_ROLL_HALF_WIDTH_DEG if np.isnan(camera.roll_err_deg) else camera.roll_err_deg
        parts.append(np.full(len(raw), roll))
    return np.asarray(np.sqrt(np.sum(np.nan_to_num(parts) ** 2, axis=0)), dtype=np.float64)


def _of_yaw(row: Definition, raw: Floats, body: Skeleton, view: NDArray[np.object_]) -> Floats:
    """Return what a wrong yaw does to an unfolded angle: d angle / d yaw is sin(2 angle) / 2 · cot(yaw)."""
    if row.plane != "sagittal":
        return np.zeros(len(raw))
    yaw = np.radians(body.yaw_deg)
    steep = np.abs(np.sin(2.0 * np.radians(raw)) / 2.0 * np.cos(yaw) / np.sin(yaw))
    return np.where(view == View.OBLIQUE, steep * YAW_HALF_WIDTH_DEG, 0.0)


def _of_spread(row: Definition, body: Skeleton, series: PoseSeries) -> Floats:
    """Return what several looks tell: points put apart turn the lines between them by about spread over length."""
    if series.spread_px is None:
        return np.zeros(len(series))
    apart = np.sqrt((series.spread_px[:, list(row.landmarks)] ** 2).mean(axis=1))
    return np.asarray(np.degrees(SPREAD_TO_HALF_WIDTH * apart / body.trunk_px), dtype=np.float64)
