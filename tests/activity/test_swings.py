"""Turns of drawn curves: each found once, at its own moment, and runs that end when they end."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.activity.swings import Pattern, Runs, Swings

ANY = Pattern(shortest_s=0.3, longest_s=6.0, rest_s=4.0, swings=5, alike=3.0)
HZ = 20.0


def waves(n: float, period_s: float = 2.0, size: float = 10.0) -> list[float]:
    """Go up and down n times, beginning and ending low."""
    return [size / 2 * (1 - math.cos(2 * math.pi * i / HZ / period_s)) for i in range(round(n * period_s * HZ) + 1)]


def turned(values, least=5.0, hold_s=0.0):
    swings = Swings(least, hold_s)
    return [found for i, v in enumerate(values) if (found := swings.push(v, i / HZ))]


def spans(values, pattern=ANY, least=5.0, hold_s=0.0):
    runs = Runs(pattern, Swings(least, hold_s))
    going = [runs.push(v, i / HZ) for i, v in enumerate(values)]
    return runs.spans, going


def test_every_way_is_found_with_its_size_and_its_time():
    found = turned(waves(3) + [0.0] * 40)
    # The last way down has not turned yet.
    assert [round(swing.size) for swing in found] == [10] * 5
    for i, swing in enumerate(found):
        assert (swing.start_s, swing.end_s) == (pytest.approx(i + 0.2, abs=0.25), pytest.approx(i + 1, abs=0.3))


def test_what_is_smaller_than_the_least_is_nothing():
    assert turned(waves(5, size=4.9)) == []


def test_a_rest_before_a_way_is_no_part_of_it():
    (first, *_) = turned([0.0] * 100 + waves(2))
    assert first.start_s == pytest.approx(5.2, abs=0.2)


@given(st.lists(st.floats(-100, 100), max_size=80), st.floats(-50, 50))
def test_upside_down_or_elsewhere_it_is_the_same_movement(values, shift):
    plain = [(s.start_s, s.end_s) for s in turned(values, least=20.0)]
    assert [(s.start_s, s.end_s) for s in turned([-v for v in values], least=20.0)] == plain
    whole = [round(v) + round(shift) for v in values]
    assert [s.size for s in turned(whole, least=20.0)] == [
        s.size for s in turned([round(v) for v in values], least=20.0)
    ]


@given(st.lists(st.floats(-100, 100), max_size=60))
def test_what_is_not_seen_is_passed_over(values):
    swings = Swings(20.0)
    seen = [f for i, v in enumerate(values) for x in (math.nan, v) if (f := swings.push(x, i / HZ))]
    assert seen == turned(values, least=20.0)


def test_two_wrong_pictures_are_no_turn():
    values = np.array(waves(3))
    wrong = values.copy()
    wrong[[14, 15, 54, 55]] = -20.0
    assert len(turned(wrong.tolist(), hold_s=0.15)) == len(turned(values.tolist(), hold_s=0.15)) == 5


def test_a_run_lasts_from_its_first_way_to_its_last():
    ((start_s, end_s),), going = spans([0.0] * 60 + waves(4) + [0.0] * 200)
    assert start_s == pytest.approx(3.2, abs=0.2)
    assert end_s == pytest.approx(11.0, abs=0.3)
    # It is known from the third time on, and over four seconds after the last.
    assert going.index(True) / HZ == pytest.approx(3 + 4.5, abs=0.2)
    assert (len(going) - going[::-1].index(True)) / HZ == pytest.approx(15, abs=0.3)


SELDOM = [value for _ in range(5) for value in (*waves(1), *[0.0] * 120)]


@pytest.mark.parametrize(
    "values",
    [waves(2) + [0.0] * 200, waves(6, period_s=0.4), waves(4, period_s=14.0), SELDOM],
    ids=["too few", "too fast", "too slow", "too seldom"],
)
def test_these_make_no_run(values):
    assert spans(values)[0] == []


def test_a_way_out_of_all_proportion_ends_a_run_and_what_follows_is_a_new_one():
    both, _ = spans(waves(4) + waves(4, size=40.0))
    assert len(both) == 2
    assert both[0][1] <= both[1][0] + 1.0


def test_forgetting_keeps_the_run_that_goes_on():
    runs = Runs(ANY, Swings(5.0))
    for i, value in enumerate(waves(4) + [0.0] * 120 + waves(6)):
        runs.push(value, i / HZ)
        runs.forget()
    ((start_s, end_s),) = runs.spans
    assert (start_s, end_s) == (pytest.approx(14.2, abs=0.3), pytest.approx(26, abs=0.3))
