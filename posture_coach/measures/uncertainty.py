"""How far a value may lie from the truth: a 95 % half-width from what predicts the error, added up in squares.

What predicts it: the measure, view, mode and model (`data/accuracy.toml`), how far the value lies from neutral, how
far the legs are apart, how far the body is turned from side-on, how far the trunk leans out of the plane that is
measured, how far several looks at a photo disagree, how small the person is in the picture, and how surely the
camera's upright is known. Landmark visibility and the disagreement of picture and world points were tried and predict
nothing (`docs/accuracy.md`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import length
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
from posture_coach.pose.types import Landmark, Mode, Model, PoseSeries

Floats = NDArray[np.float64]

YAW_HALF_WIDTH_DEG = 16.0
"""95 % of body yaws from a corner lie within (`benchmarks/accuracy.py`)."""
SPREAD_TO_HALF_WIDTH = 1.0
"""From the standard deviation of several looks to what it adds."""
PIXEL_HALF_WIDTH = 0.7
"""Pixels by which a point is off because pixels are coarse."""
OUT_OF_PLANE_DEG = 15.0
"""Up to here the network's depth takes a trunk for leaning out of the plane that does not, 19 times of 20 and more, but
of who sits slumped (`python -m benchmarks.out_of_plane`); what it says beyond is believed, as an error."""
_OBLIQUE, _SIDE, _FRONT, _BACK = (VIEWS.index(view) for view in (View.OBLIQUE, View.SIDE, View.FRONT, View.BACK))
_SHOULDERS, _HIPS = (slice(Landmark[f"LEFT_{joint}"], Landmark[f"RIGHT_{joint}"] + 1) for joint in ("SHOULDER", "HIP"))
_OF_TRUNK = SAGITTAL & NEEDED[Landmark.LEFT_SHOULDER]
_SIDE_LEAN = np.array([row.name == "lateral_trunk_lean_deg" for row in TABLE])


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
        squares = coarse**2 + _of_yaw(value, body, view) ** 2 + _of_other_plane(body, view) ** 2
        if series.spread_px is not None:
            squares = squares + _of_spread(series.spread_px, body) ** 2
    squares = squares + np.where(AGAINST_GRAVITY, camera.roll_half_width_deg**2, 0.0)
    return np.where(DEGREES & ~np.isnan(squares), np.sqrt(squares), 0.0)


def _of_yaw(value: Floats, body: Skeleton, view: NDArray[np.intp]) -> Floats:
    """Return what a wrong yaw does to an unfolded angle: d angle / d yaw is sin(2 angle) / 2 · cot(yaw)."""
    yaw = np.radians(body.yaw_deg)
    steep = np.abs(np.sin(2.0 * np.radians(value)) / 2.0 * (np.cos(yaw) / np.sin(yaw))[:, None])
    return np.where((view == _OBLIQUE)[:, None] & SAGITTAL, steep * YAW_HALF_WIDTH_DEG, 0.0)


def _of_other_plane(body: Skeleton, view: NDArray[np.intp]) -> Floats:
    """Return what a lean out of the measured plane does in the picture.

    Seen with the yaw y, a trunk that leans forward by a and to the side by b is drawn with the slope tan a · sin y +
    tan b · cos y. From the side and from a corner that is taken for tan a · sin y, from the front and behind for tan b.
    """
    yaw, (ahead, aside) = np.radians(body.yaw_deg), lean(body)
    sagittal = ((view == _OBLIQUE) | (view == _SIDE))[:, None] & _OF_TRUNK
    frontal = ((view == _FRONT) | (view == _BACK))[:, None] & _SIDE_LEAN
    of_side = np.degrees(np.arctan(_beyond(aside) * np.abs(np.cos(yaw) / np.sin(yaw))))
    of_front = np.degrees(np.arctan(_beyond(ahead) * np.abs(np.sin(yaw))))
    return np.where(sagittal, of_side[:, None], np.where(frontal, of_front[:, None], 0.0))


def lean(body: Skeleton) -> tuple[Floats, Floats]:
    """Return how far world points have the trunk lean forward and to the own right: (n,) each, degrees."""
    hips, shoulders = body.world[:, _HIPS], body.world[:, _SHOULDERS]
    trunk = shoulders.mean(axis=1) - hips.mean(axis=1)
    across = (hips[:, 1] - hips[:, 0] + shoulders[:, 1] - shoulders[:, 0])[:, [0, 2]]
    right = across / length(across)[:, None]
    flat = trunk[:, [0, 2]] / length(trunk)[:, None]
    aside = np.add.reduce(flat * right, axis=1)
    ahead = flat[:, 1] * right[:, 0] - flat[:, 0] * right[:, 1]
    return np.degrees(np.arcsin(ahead)), np.degrees(np.arcsin(aside))


def _beyond(lean_deg: Floats) -> Floats:
    """Return the tangent of a lean as large as it may be beyond the network's own error; errors add up in squares."""
    return np.tan(np.radians(np.sqrt(np.fmax(lean_deg**2 - OUT_OF_PLANE_DEG**2, 0.0))))


def _of_spread(spread_px: Floats, body: Skeleton) -> Floats:
    """Return what several looks tell: points put apart turn the lines between them by about spread over length."""
    apart = np.sqrt(spread_px**2 @ NEEDED / POINTS_NEEDED)
    return np.asarray(np.degrees(SPREAD_TO_HALF_WIDTH * apart / body.trunk_px[:, None]), dtype=np.float64)
