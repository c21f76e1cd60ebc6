"""Who is in the live picture, and whom a click or a number means."""

from __future__ import annotations

import numpy as np
import pytest

from posture_coach.coach.company import in_view, meant
from posture_coach.pose.roster import Roster
from tests.pose.people import someone

SIZE = (2000, 720)
MIDDLE = np.array([1000.0, 360.0])


@pytest.fixture
def roster():
    """Three people, the middle one measured."""
    roster = Roster(2)
    roster.look([someone(1600), someone(300), someone(900)], 0.0, MIDDLE)
    return roster


def x_of(track):
    return None if track is None else round(float(track.person.hip[0]))


def test_boxes_from_left_to_right_as_shares_of_the_picture(roster):
    people = in_view(roster, 0.1, SIZE)
    assert [each.measured for each in people] == [False, True, False]
    for each, x in zip(people, (300, 900, 1600), strict=True):
        left, top, right, bottom = each.box
        assert 0 <= left < x / SIZE[0] < right <= 1
        assert 0 <= top < 0.5 < bottom <= 1


def test_alone_in_view_nobody_is_boxed():
    alone = Roster()
    alone.look([someone(300)], 0.0, MIDDLE)
    assert in_view(alone, 0.1, SIZE) == ()


def test_who_was_not_seen_for_a_second_has_no_box(roster):
    roster.look([someone(300), someone(900)], 0.8, MIDDLE)
    assert len(in_view(roster, 1.2, SIZE)) == 2
    assert in_view(roster, 5.0, SIZE) == ()


@pytest.mark.parametrize(
    ("where", "x"),
    [
        (1, 300), (2, 900), (3, 1600), (0, None), (4, None), (-1, None),
        ((0.15, 0.5), 300), ((0.45, 0.4), 900), ((0.8, 0.5), 1600), ((0.62, 0.5), None), ((9.0, -3.0), None),
    ],
)  # fmt: skip
def test_a_place_or_a_number_means_somebody_or_nobody(roster, where, x):
    assert x_of(meant(roster, where, 0.1, SIZE)) == x


def test_of_two_boxes_over_one_another_the_nearer_body_is_meant():
    roster = Roster(1)
    roster.look([someone(300), someone(340)], 0.0, MIDDLE)
    hip = someone(345).hip / SIZE
    assert x_of(meant(roster, tuple(hip), 0.1, SIZE)) == 340
