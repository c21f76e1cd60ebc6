"""Two periods differ only beyond what measuring and days themselves vary."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.comparison import Verdict
from posture_coach.measures.periods import change, detectable_anywhere, one_more
from posture_coach.pose.types import Mode, Model


def test_a_difference_must_be_beyond_measuring_and_beyond_the_days():
    steady = np.array([5.0, 5.1, 4.9, 5.0])
    assert change(steady, steady + 9, 8.0).verdict is Verdict.CHANGED
    assert change(steady, steady + 7, 8.0).verdict is Verdict.NOT_SURE
    restless = np.array([-5.0, 15.0, -4.0, 14.0])
    assert change(restless, restless + 9, 8.0).verdict is Verdict.NOT_SURE


def test_it_is_welchs_interval():
    # Worked by hand: variances 1 and 4, three days each: sqrt(1/3 + 4/3), 2.94 degrees of freedom, rounded down to 2.
    found = change(np.array([0.0, 1.0, 2.0]), np.array([8.0, 10.0, 12.0]), 0.5)
    assert found.half_width == pytest.approx(4.30 * np.sqrt(5 / 3))
    assert (found.before, found.after, found.difference) == (1.0, 10.0, 9.0)
    assert found.verdict is Verdict.CHANGED


def test_too_few_days_are_no_period():
    found = change(np.array([1.0, 2.0, np.nan]), np.arange(9.0), 1.0)
    assert (found.verdict, found.reason) == (Verdict.NOT_COMPARABLE, "too few days: each period needs 3")
    assert change(np.arange(4.0), np.arange(4.0), np.nan).verdict is Verdict.NOT_COMPARABLE


def test_the_same_period_twice_has_not_changed():
    assert change(np.full(5, 3.0), np.full(5, 3.0), 0.0).verdict is Verdict.NOT_SURE


def test_noise_alone_is_called_a_change_no_oftener_than_one_time_in_twenty():
    rng = np.random.default_rng(0)
    found = [change(rng.normal(size=n), rng.normal(size=m), 0.0) for n in (4, 10) for m in (5, 20) for _ in range(500)]
    assert sum(one.verdict is Verdict.CHANGED for one in found) / len(found) < 0.06


@given(st.lists(st.floats(-90, 90), min_size=3, max_size=40), st.lists(st.floats(-90, 90), min_size=3, max_size=40))
@example([0.0, 0.0, 0.0], [0.0, 0.0, 1e-102])
def test_before_and_after_may_be_exchanged(one, other):
    there, back = change(np.array(one), np.array(other), 3.0), change(np.array(other), np.array(one), 3.0)
    assert there.verdict is back.verdict
    assert there.half_width == pytest.approx(back.half_width)


def test_the_limit_is_that_of_the_worst_side():
    accuracy = shipped_accuracy()
    assert detectable_anywhere("trunk_inclination_deg", Mode.TRACKED, Model.FULL, accuracy) >= 8.0
    assert detectable_anywhere("head_roll_deg", Mode.TRACKED, Model.FULL, accuracy) >= 3.0


def test_a_single_day_must_lie_outside_where_one_more_would():
    # Worked by hand: mean 2, variance 1, three days: 4.30 * sqrt(1 + 1/3) = 4.965.
    days = np.array([1.0, 2.0, 3.0, np.nan])
    assert one_more(days, 6.9, 1.0).half_width == pytest.approx(4.30 * np.sqrt(4 / 3))
    assert one_more(days, 6.9, 1.0).verdict is Verdict.NOT_SURE
    assert one_more(days, 7.0, 1.0).verdict is Verdict.CHANGED
    assert one_more(days, -3.0, 1.0).verdict is Verdict.CHANGED
    assert one_more(days, 7.0, 6.0).verdict is Verdict.NOT_SURE
    assert one_more(np.full(5, 3.0), 3.0, 0.0).verdict is Verdict.NOT_SURE


@pytest.mark.parametrize(
    ("before", "value", "limit", "why"),
    [([1.0, 2.0], 9.0, 1.0, "too few"), ([1.0, 2.0, 3.0], np.nan, 1.0, "no such figure"), ([], 1.0, 1.0, "too few")],
)
def test_a_single_day_is_not_compared_with_too_little(before, value, limit, why):
    found = one_more(np.array(before), value, limit)
    assert found.verdict is Verdict.NOT_COMPARABLE
    assert why in found.reason


def test_one_more_of_the_same_is_called_a_change_one_time_in_twenty():
    rng = np.random.default_rng(1)
    found = [one_more(rng.normal(size=n), float(rng.normal()), 0.0) for n in (4, 10) for _ in range(2000)]
    assert 0.03 < sum(one.verdict is Verdict.CHANGED for one in found) / len(found) < 0.07
