"""How far an own neutral is believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.measures.definitions import BY_NAME
from posture_coach.measures.measurer import Baseline
from posture_coach.measures.shrinkage import NEUTRALS, Neutral, reliability, shrunk
from posture_coach.measures.types import View
from posture_coach.pose.types import Mode

POSITIVE = st.floats(0.01, 100.0)


@pytest.mark.parametrize(
    ("neutral", "held", "seconds", "expected"),
    [
        (Neutral(0.0, 2.0, 2.0), 0.0, 10.0, 0.5),
        (Neutral(0.0, 2.0, 0.0), 0.0, 10.0, 1.0),
        (Neutral(0.0, 2.0, 0.0), 2.0, 1.0, 0.5),
        (Neutral(0.0, 2.0, 0.0), 2.0, 0.1, 0.5),
        (Neutral(0.0, 1.0, 0.0), 3.0, 9.0, 0.5),
    ],
)
def test_the_share_that_is_the_persons_own(neutral, held, seconds, expected):
    assert reliability(neutral, held, seconds) == pytest.approx(expected)


@given(POSITIVE, POSITIVE, POSITIVE, POSITIVE)
def test_it_lies_between_0_and_1_and_grows_with_time(between, carried, held, seconds):
    neutral = Neutral(5.0, between, carried)
    short, long = reliability(neutral, held, seconds), reliability(neutral, held, 2 * seconds)
    assert 0.0 < short <= long < 1.0


def test_each_value_lies_between_everybodys_and_the_own_and_keeps_most_of_the_own():
    for (name, view), everybody in NEUTRALS.items():
        own = Baseline({name: everybody.mean + 10.0}, view, Mode.TRACKED)
        (value,) = shrunk(own, {}, 10.0).values.values()
        assert everybody.mean + 5.0 < value < everybody.mean + 10.0, name


def test_what_nobody_knows_stays_as_it_was_measured():
    own = Baseline({"slump_ratio": 200.0, "head_roll_deg": 9.0}, View.SIDE, slump={"head_roll_deg": 12.0})
    assert shrunk(own, {"head_roll_deg": 4.0}, 10.0) == own


def test_everybodys_neutrals_are_of_measures_that_can_be_seen_from_there():
    for name, view in NEUTRALS:
        assert view in BY_NAME[name].views
