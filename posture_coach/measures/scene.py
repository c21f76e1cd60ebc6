"""What of a person can be measured in which picture, and why not: the same question for every column of the table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posture_coach.measures import columns, sagittal
from posture_coach.measures.accuracy import Accuracy
from posture_coach.measures.definitions import MIN_VISIBILITY, TABLE
from posture_coach.measures.skeleton import Skeleton, build
from posture_coach.measures.types import Reason, Side, View
from posture_coach.measures.view import SIDE_MAX_BREADTH, ViewTracker, body_yaw_deg, breadth
from posture_coach.pose.checks import outside
from posture_coach.pose.types import Landmark, Model, PoseSeries

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int8]

UNFOLDED_FROM_DEG, UNFOLDED_TO_DEG = 35.0, 105.0
"""Body yaws from which sagittal measures are unfolded: nearer to the front every error more than doubles, and further
from behind than a yaw may be off nothing was compared with the truth but one man, whose trunk was 20 degrees wrong."""
_LEFT_POINTS, _RIGHT_POINTS = (
    np.array([side.name in point.name for point in Landmark]) for side in (Side.LEFT, Side.RIGHT)
)
_OBLIQUE, _SIDE = columns.VIEWS.index(View.OBLIQUE), columns.VIEWS.index(View.SIDE)
_SUREST = 1.0


@dataclass(frozen=True, slots=True)
class Scene:
    """One person over n pictures, levelled, with what every measure asks of them.

    Parameters
    ----------
    view, number
        (n,) of `View`, and their places in `columns.VIEWS`.
    far, elsewhere
        (n, m) whether a measure is of the side turned away, and whether it is none that is seen from there.
    nobody
        (n,) whether nobody was found.
    outside
        (n, 33) whether a point lies at the edge of the picture or beyond.
    sureness
        (n, 33) `PoseSeries.sureness`; full for points of a side turned away from the camera, which is
        hidden anyhow, so that nothing is asked of them.
    """

    skeleton: Skeleton
    view: NDArray[np.object_]
    number: NDArray[np.intp]
    far: Bools
    elsewhere: Bools
    nobody: Bools
    outside: Bools
    sureness: Floats


def scene(series: PoseSeries, seen: PoseSeries, tracker: ViewTracker, accuracy: Accuracy) -> Scene:
    """Settle view, side and points.

    Parameters
    ----------
    series
        Levelled.
    seen
        The same as the camera drew it: its edge is what cuts people off.
    """
    yaw = body_yaw_deg(series)
    with np.errstate(invalid="ignore"):
        broad = breadth(series) > SIDE_MAX_BREADTH
        unfolds = np.asarray((np.abs(yaw) >= UNFOLDED_FROM_DEG) & (np.abs(yaw) <= UNFOLDED_TO_DEG))
    view, near = tracker.push(yaw, broad, series.time_s)
    number, left_near = columns.view_numbers(view), (near == Side.LEFT)[:, None]
    side_on = (number == _SIDE)[:, None]
    turned_away = side_on & np.where(left_near, _RIGHT_POINTS, _LEFT_POINTS)
    sureness = np.where(turned_away, _SUREST, series.sureness)
    corner = (number == _OBLIQUE)[:, None] & columns.SAGITTAL
    far = (side_on | corner) & np.where(left_near, columns.OF_RIGHT, columns.OF_LEFT)
    elsewhere = (corner & ~unfolds[:, None]) | ~columns.SEEN_FROM[number]
    skeleton = build(series, yaw, view, accuracy.offsets, accuracy.mixing)
    return Scene(skeleton, view, number, far, elsewhere, ~series.detected, outside(seen), sureness)


def raw_measures(here: Scene) -> Floats:
    """Return (n, m) values before anything relative is taken off; NaN in the columns of estimates.

    What none of the pictures shows is not reckoned, which from the side is half of all: it stays NaN.
    """
    body, nothing = here.skeleton, np.full(len(here.number), np.nan)
    shown = ~((here.far | here.elsewhere).all(axis=0) | columns.ESTIMATED)
    return np.array([row.compute(body) if ask else nothing for row, ask in zip(TABLE, shown.tolist(), strict=True)]).T


def refusals(here: Scene, raw: Floats, model: Model) -> Codes:
    """Return (n, m) codes of `Reason`; the weightiest reason wins, so it is written last."""
    why = np.zeros(raw.shape, dtype=np.int8)
    with np.errstate(invalid="ignore"):
        why[(raw < columns.LOWEST) | (raw > columns.HIGHEST)] = Reason.IMPOSSIBLE
        why[np.isnan(raw)] = Reason.UNDEFINED
        if not (here.far | here.elsewhere)[:, columns.STANDING].all():
            why[~sagittal.stands(here.skeleton)[:, None] & columns.STANDING] = Reason.NOT_STANDING
        why[(here.sureness < MIN_VISIBILITY) @ columns.NEEDED] = Reason.NOT_SEEN
    # A far point may be hidden, but it is half of a mid point: guessed outside the picture, it would drag it along.
    why[here.outside @ columns.NEEDED] = Reason.OUT_OF_PICTURE
    if model is Model.HEAVY:
        why[:, columns.FROM_DEPTH] = Reason.SKEWED_DEPTH
    why[here.far] = Reason.FAR_SIDE
    why[here.elsewhere] = Reason.NOT_FROM_HERE
    why[here.nobody] = Reason.NOBODY
    return why
