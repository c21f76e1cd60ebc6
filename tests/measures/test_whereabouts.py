"""Where a person is in the picture, and what counts as moved."""

from __future__ import annotations

import dataclasses
import math

import pytest

from posture_coach.measures.types import View
from posture_coach.measures.whereabouts import moved, unlike, whereabouts
from posture_coach.pose.types import Landmark
from tests.drawn import Body, draw, with_points

FRONT, SIDE = Body(), Body(yaw_deg=90.0)


def test_it_is_the_median_in_shares_of_the_height():
    series = draw([FRONT, FRONT, FRONT, None], centre=(640.0, 500.0), scale_px=400.0)
    seen = whereabouts(series)
    assert (seen.hip_x, seen.hip_y) == pytest.approx((640 / 720, 500 / 720))
    assert seen.trunk_length == pytest.approx(0.5 * 400 / 720)
    assert seen.shoulder_width == pytest.approx(0.38 * 400 / 720)
    assert seen.shoulder_y == pytest.approx(500 / 720 - seen.trunk_length)
    assert seen.neck_ratio == pytest.approx(0.20 / 0.38)


def test_nobody_and_points_outside_are_nan():
    assert all(math.isnan(value) for value in dataclasses.astuple(whereabouts(draw([None, None]))))
    low = draw([FRONT] * 3, centre=(640.0, 760.0))
    assert math.isnan(whereabouts(low).hip_y)
    assert not math.isnan(whereabouts(low).shoulder_y)


@pytest.mark.parametrize("body", [FRONT, SIDE])
@pytest.mark.parametrize(
    ("scale", "centre", "words"),
    [
        (1.0, (640.0, 400.0), ""),
        (1.08, (640.0, 400.0), ""),
        (1.2, (640.0, 400.0), "20 % more of the picture"),
        (0.8, (640.0, 400.0), "20 % less of the picture"),
        (1.0, (840.0, 400.0), "further to the right"),
        (1.0, (440.0, 400.0), "further to the left"),
    ],
)
def test_a_moved_chair_is_told(body, scale, centre, words):
    view = View.FRONT if body is FRONT else View.SIDE
    before = whereabouts(draw([body] * 3, scale_px=260.0, centre=(640.0, 400.0)))
    now = whereabouts(draw([body] * 3, scale_px=260.0 * scale, centre=centre))
    said = moved(before, now, view)
    assert (words in said) if words else not said


def test_a_bent_body_is_no_moved_chair():
    before = whereabouts(draw([FRONT] * 3))
    bent = whereabouts(draw([dataclasses.replace(FRONT, neck_m=0.12)] * 3, scale_px=0.38 * 720 * 1.2))
    assert moved(before, bent, View.FRONT) == ""


def test_a_side_view_without_hips_tells_nothing():
    hidden = draw([SIDE] * 3)
    points = hidden.points_px.copy()
    points[:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP], 1] = 719.0
    unseen = whereabouts(with_points(hidden, points_px=points))
    assert moved(unseen, unseen, View.SIDE) == ""
    assert math.isnan(unlike(unseen, unseen, View.SIDE))


def test_unlike_orders_places():
    here = whereabouts(draw([FRONT] * 3))
    near = whereabouts(draw([FRONT] * 3, centre=(650.0, 360.0)))
    far = whereabouts(draw([FRONT] * 3, scale_px=0.38 * 720 * 1.5))
    assert unlike(here, here, View.FRONT) == 0.0
    assert unlike(here, near, View.FRONT) < unlike(here, far, View.FRONT)
    assert unlike(here, far, View.FRONT) > 1.0
