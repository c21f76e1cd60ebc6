"""The table of measures as arrays, one entry a column, so that pictures are judged for all measures at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from posture_coach.measures.definitions import TABLE, Relative
from posture_coach.measures.types import Side, View
from posture_coach.pose.types import POINTS

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

VIEWS: tuple[View, ...] = tuple(View)
_NUMBER = {view: number for number, view in enumerate(VIEWS)}


def view_numbers(view: NDArray[np.object_]) -> NDArray[np.intp]:
    """Return the (n,) places of views in `VIEWS`, by which arrays below are looked up."""
    return np.array([_NUMBER[one] for one in view.tolist()], dtype=np.intp)


def _needed() -> Bools:
    needed = np.zeros((POINTS, len(TABLE)), dtype=bool)
    for column, row in enumerate(TABLE):
        needed[list(row.landmarks), column] = True
    return needed


def _per_row(values: list[bool]) -> Bools:
    return np.array(values, dtype=bool)


NEEDED = _needed()
"""(33, m) whether a point is needed."""
POINTS_NEEDED = NEEDED.sum(axis=0)
"""(m,) how many."""
LOWEST, HIGHEST = (np.array([row.possible[end] for row in TABLE]) for end in (0, 1))
USEFUL = np.array([row.useful for row in TABLE])
SEEN_FROM = np.array([[view in row.views for row in TABLE] for view in VIEWS], dtype=bool)
"""(views, m)."""
SAGITTAL = _per_row([row.plane == "sagittal" for row in TABLE])
OF_LEFT, OF_RIGHT = (_per_row([row.side is side for row in TABLE]) for side in (Side.LEFT, Side.RIGHT))
FROM_DEPTH = _per_row([row.from_depth for row in TABLE])
IN_PIXELS = _per_row([row.in_pixels for row in TABLE])
STANDING = _per_row([row.standing for row in TABLE])
ESTIMATED = _per_row([row.estimated for row in TABLE])
DEGREES = _per_row([row.unit == "deg" for row in TABLE])
AGAINST_GRAVITY = _per_row([row.against_gravity for row in TABLE])
DIFFERENCE, RATIO, BY_FOCAL_LENGTH = (
    _per_row([row.relative is how for row in TABLE])
    for how in (Relative.DIFFERENCE, Relative.RATIO, Relative.FOCAL_LENGTH)
)
