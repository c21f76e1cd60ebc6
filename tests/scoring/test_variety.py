"""Changes of posture, still spells and bouts: known movements give known figures."""

from __future__ import annotations

import math

import pytest

from posture_coach.scoring.variety import Mover
from tests.scoring.over_time import AWAY, RULES, SIT, STAND, TRUNK, UNKNOWN, WALK, second


def moved(*stretches, start_s=0.0):
    """Feed stretches of (seconds, activity, trunk in degrees); None for a hole in which nothing was recorded."""
    mover, at_s, changes = Mover(RULES), start_s, []
    for length_s, activity, trunk_deg in stretches:
        for _ in range(length_s):
            if activity is not None and mover.push(second(at_s, activity, **{TRUNK: trunk_deg})):
                changes.append(at_s)
            at_s += 1.0
    return mover.moves(), changes


def test_a_change_counts_once_it_has_lasted_ten_seconds():
    _, changes = moved((100, SIT, 0.0), (30, SIT, 10.0))
    assert changes == [109.0]


@pytest.mark.parametrize("excursion", [(9, SIT, 30.0), (500, SIT, 7.5)], ids=["short", "small"])
def test_what_is_short_or_small_is_no_change(excursion):
    moves, changes = moved((700, SIT, 0.0), excursion, (700, SIT, 0.0))
    assert changes == []
    assert moves.shifts_per_h == 0.0
    assert moves.still_s == moves.longest_still_s == 1400.0 + excursion[0]


def test_creeping_counts_when_it_has_come_far_enough():
    _, changes = moved(*((60, SIT, float(deg)) for deg in range(12)))
    assert changes == [8 * 60 + 9.0]


def test_three_changes_in_half_an_hour_are_six_an_hour():
    moves, changes = moved((450, SIT, 0.0), (450, SIT, 12.0), (450, SIT, 0.0), (450, SIT, 12.0))
    assert len(changes) == 3
    assert moves.shifts_per_h == pytest.approx(6.0)
    assert moves.longest_still_s == 459.0
    assert moves.longest_spell == ((0.0, 459.0),)


def test_variety_is_judged_from_twenty_minutes_on():
    assert math.isnan(moved((1199, SIT, 0.0))[0].shifts_per_h)
    assert math.isnan(moved((1199, SIT, 0.0), (600, WALK, 0.0))[0].longest_still_s)
    assert moved((1200, SIT, 0.0))[0].shifts_per_h == 0.0


def test_only_the_last_hour_counts():
    early = [(120, SIT, 0.0), (120, SIT, 20.0)] * 4
    moves, changes = moved(*early, (3700, SIT, 0.0))
    assert len(changes) == 8
    assert moves.shifts_per_h == 0.0


def test_standing_up_and_walking_off_are_changes_of_posture():
    assert moved((60, SIT, 0.0), (60, STAND, 0.0))[1] == [69.0]
    assert moved((60, SIT, 0.0), (20, WALK, 0.0), (60, SIT, 0.0))[1] == [80.0]
    assert moved((60, SIT, 0.0), (20, AWAY, math.nan), (60, SIT, 0.0))[1] == [80.0]


@pytest.mark.parametrize("unseen", [(5, AWAY, math.nan), (30, UNKNOWN, math.nan), (30, SIT, math.nan), (30, None, 0.0)])
def test_what_is_missing_is_neither_a_change_nor_an_end_of_stillness(unseen):
    moves, changes = moved((700, SIT, 0.0), unseen, (700, SIT, 0.0))
    assert changes == []
    assert moves.still_s == 1400.0 + unseen[0]


@pytest.mark.parametrize("unseen", [(1800, UNKNOWN, math.nan), (1800, None, 0.0)], ids=["unknown", "hole"])
def test_nobody_knows_how_a_long_gap_was_spent(unseen):
    moves, changes = moved((700, SIT, 0.0), unseen, (900, SIT, 0.0))
    assert changes == []
    assert moves.still_s == moves.longest_still_s == 900.0
    assert moves.sitting_s == 900.0


def test_after_a_short_gap_another_posture_is_a_change():
    assert moved((100, SIT, 0.0), (20, UNKNOWN, math.nan), (60, SIT, 15.0))[1] == [129.0]


def test_a_minute_of_something_else_ends_a_bout_and_less_does_not():
    assert moved((600, SIT, 0.0), (59, STAND, 0.0), (100, SIT, 0.0))[0].sitting_s == 759.0
    assert moved((600, SIT, 0.0), (60, WALK, 0.0), (100, SIT, 0.0))[0].sitting_s == 100.0
    standing = moved((600, SIT, 0.0), (90, STAND, 0.0))[0]
    assert (standing.sitting_s, standing.standing_s) == (0.0, 90.0)


def test_a_measure_that_comes_into_view_is_no_change():
    mover = Mover(RULES)
    changes = [mover.push(second(float(s), SIT, neck_inclination_deg=5.0)) for s in range(60)]
    both = {"neck_inclination_deg": 5.0, TRUNK: 40.0}
    changes += [mover.push(second(60.0 + s, SIT, **both)) for s in range(60)]
    assert not any(changes)
