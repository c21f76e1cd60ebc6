"""Angles of lines and joints in the picture: arrays in, degrees out; NaN in, NaN out.

Points are (..., 2) pixels, x to the right, y down. `forward` is +1 where the person faces the right edge of the
picture and -1 where he faces the left one, so that flexion is positive whichever way he faces. Degrees are made
here and nowhere else. Zero-length lines give NaN: a direction that does not exist is not 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

HALF_TURN_DEG = 180.0
FULL_TURN_DEG = 360.0


def direction_deg(across: ArrayLike, along: ArrayLike) -> Floats:
    """Angle whose tangent is across / along, in (-180, 180]; NaN where both are zero."""
    across, along = np.asarray(across, dtype=np.float64), np.asarray(along, dtype=np.float64)
    # Adding 0 turns -0.0 into 0.0, whose half turn is +180.
    angle = np.asarray(np.degrees(np.arctan2(across + 0.0, along)))
    somewhere = np.logical_or(across, along)
    return angle if somewhere.all() else np.where(somewhere, angle, np.nan)


def wrapped_deg(angle: ArrayLike, lowest: float = -HALF_TURN_DEG) -> Floats:
    """Return the same direction in (lowest, lowest + 360]."""
    angle = np.asarray(angle, dtype=np.float64)
    turned: Floats = lowest + FULL_TURN_DEG - np.mod(lowest + FULL_TURN_DEG - angle, FULL_TURN_DEG)
    return turned


def inclination_deg(lower: Floats, upper: Floats, forward: Floats | float) -> Floats:
    """Lean of the line lower → upper against the vertical.

    Returns
    -------
    (...,) in (-180, 180]: 0 upright, + towards `forward`, 180 head down.
    """
    rise = upper - lower
    return direction_deg(rise[..., 0] * forward, -rise[..., 1])


def hanging_deg(upper: Floats, lower: Floats, forward: Floats | float) -> Floats:
    """Direction of a hanging segment upper → lower against straight down.

    Returns
    -------
    (...,) in (-180, 180]: 0 straight down, + swung towards `forward`.
    """
    drop = lower - upper
    return direction_deg(drop[..., 0] * forward, drop[..., 1])


def obliquity_deg(left: Floats, right: Floats) -> Floats:
    """Slope of the line between two paired points against the horizontal.

    Returns
    -------
    (...,) in [-90, 90]: 0 level, + the person's right point higher. The same seen from the front and from behind.
    """
    line = right - left
    return direction_deg(-line[..., 1], np.abs(line[..., 0]))


def angle_between_deg(a: Floats, b: Floats) -> Floats:
    """Unsigned angle between vectors (..., d), in [0, 180]; NaN where one has no length."""
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = np.add.reduce(a * b, axis=-1) / (length(a) * length(b))
    return np.asarray(np.degrees(np.arccos(np.minimum(np.maximum(cosine, -1.0), 1.0))), dtype=np.float64)


def offset_ratio(point: Floats, top: Floats, bottom: Floats, forward: Floats | float) -> Floats:
    """Distance of a point from the line top → bottom, over that line's length; + ahead of it (towards `forward`)."""
    line, to_point = bottom - top, point - top
    length_squared = np.add.reduce(line * line, axis=-1)
    crossed = to_point[..., 0] * line[..., 1] - to_point[..., 1] * line[..., 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(length_squared > 0, crossed * forward / length_squared, np.nan)


def middle(a: Floats, b: Floats) -> Floats:
    """Mid point of two points."""
    return (a + b) / 2.0


def distance(a: Floats, b: Floats) -> Floats:
    """Straight distance between two points, in their own unit."""
    return length(b - a)


def length(vector: Floats) -> Floats:
    """Length of vectors (..., d), in their own unit."""
    return np.asarray(np.sqrt(np.add.reduce(vector * vector, axis=-1)), dtype=np.float64)
