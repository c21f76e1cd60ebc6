"""Two values of one person: every verdict, every refusal, which limit counts, and the words."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.measures.accuracy import OTHER_MODE_WIDENING, Accuracy, Error, shipped_accuracy
from posture_coach.measures.comparison import Comparison, Seen, Verdict, compare, detectable
from posture_coach.measures.definitions import BY_NAME, NAMES
from posture_coach.measures.skeleton import NO_OFFSETS
from posture_coach.measures.types import WORDS, Measure, Reason, View
from posture_coach.pose.types import Mode, Model

TRUNK, SWAY, DISTANCE = "trunk_inclination_deg", "hip_forward_offset_ratio", "viewing_distance_cm"
SIDE = Seen(View.SIDE, Mode.TRACKED, Model.FULL)
NAN = math.nan


def known(*, mdc=None, change=NAN, half_width=4.0, apart=0.0, name=TRUNK, mode=Mode.TRACKED):
    """Return an accuracy file in which one measure, tracked from the side, is known so."""
    joint = BY_NAME[name].joint
    error = Error(0.0, half_width, change=change, apart=apart)
    return Accuracy(
        {(joint, View.SIDE, mode, Model.FULL): error}, NO_OFFSETS, {} if mdc is None else {joint: mdc}
    )  # fmt: skip


def compared(before, after, accuracy=None, one=SIDE, other=SIDE, name=TRUNK):
    values = (value if isinstance(value, Measure) else Measure(value, 1.0) for value in (before, after))
    return compare(name, *values, one, other, accuracy or known(mdc=5.0, change=3.0))


# The limit


def test_what_people_vary_counts_where_it_is_the_larger():
    assert detectable(TRUNK, SIDE, known(mdc=5.0, change=3.0)) == 5.0


def test_the_measured_error_of_a_change_counts_where_it_is_the_larger():
    assert detectable(TRUNK, SIDE, known(mdc=5.0, change=6.5)) == 6.5


def test_without_a_measured_change_both_values_err_by_themselves():
    assert detectable(TRUNK, SIDE, known(half_width=4.0)) == pytest.approx(4.0 * math.sqrt(2.0))
    assert detectable(TRUNK, SIDE, known(half_width=4.0, mdc=9.0)) == 9.0


def test_without_a_measured_change_legs_may_be_apart_both_times():
    assert detectable(TRUNK, SIDE, known(half_width=3.0, apart=4.0)) == pytest.approx(5.0 * math.sqrt(2.0))


def test_a_measured_change_goes_before_two_errors():
    assert detectable(TRUNK, SIDE, known(half_width=40.0, change=3.0)) == 3.0


def test_a_change_known_in_the_other_mode_alone_is_wider():
    assert detectable(TRUNK, SIDE, known(change=6.0, mode=Mode.DETECTED)) == pytest.approx(6.0 * OTHER_MODE_WIDENING)


@pytest.mark.parametrize(
    "seen", [Seen(View.FRONT, Mode.TRACKED, Model.FULL), Seen(View.SIDE, Mode.TRACKED, Model.LITE)]
)
def test_what_people_vary_is_not_enough_where_the_own_error_was_never_measured(seen):
    assert math.isnan(detectable(TRUNK, seen, known(mdc=5.0, change=3.0)))


def test_left_and_right_have_one_limit():
    accuracy = known(name="hip_flexion_left_deg", mdc=10.0, change=8.0)
    assert detectable("hip_flexion_left_deg", SIDE, accuracy) == 10.0
    assert detectable("hip_flexion_right_deg", SIDE, accuracy) == 10.0


def test_no_shipped_limit_is_below_what_people_vary_or_below_the_own_error():
    accuracy = shipped_accuracy()
    for (joint, view, mode, model), error in accuracy.errors.items():
        for name in (name for name in NAMES if BY_NAME[name].joint == joint):
            limit = detectable(name, Seen(view, mode, model), accuracy)
            assert limit >= error.change > 0
            assert limit >= accuracy.mdc.get(joint, 0.0)


# Verdicts


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (10.0, 10.0, Verdict.NOT_SURE),
        (10.0, 14.9, Verdict.NOT_SURE),
        (10.0, 15.0, Verdict.NOT_SURE),
        (10.0, 15.1, Verdict.CHANGED),
        (10.0, 4.9, Verdict.CHANGED),
        (-3.0, 3.0, Verdict.CHANGED),
    ],
)
def test_a_difference_counts_beyond_the_limit_in_either_direction(before, after, verdict):
    told = compared(before, after)
    assert (told.name, told.verdict, told.limit, told.reason) == (TRUNK, verdict, 5.0, "")
    assert told.difference == pytest.approx(after - before)


def test_an_error_of_a_single_value_that_is_not_known_hinders_nothing():
    assert compared(Measure(0.0, NAN), Measure(6.0, NAN)).verdict is Verdict.CHANGED


@given(*[st.floats(-180, 180)] * 2)
def test_the_other_way_round_it_is_the_same_with_the_other_sign(before, after):
    there, back = compared(before, after), compared(after, before)
    assert (back.difference, back.verdict, back.limit) == (-there.difference, there.verdict, there.limit)


# Refusals


def refused(told):
    assert isinstance(told, Comparison)
    assert told.verdict is Verdict.NOT_COMPARABLE
    assert math.isnan(told.difference)
    assert math.isnan(told.limit)
    return told.reason


HIDDEN = Measure(NAN, NAN, WORDS[Reason.FAR_SIDE])


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (HIDDEN, 5.0, "not measured before (far side hidden)"),
        (5.0, HIDDEN, "not measured after (far side hidden)"),
        (HIDDEN, HIDDEN, "not measured before (far side hidden)"),
        (Measure(NAN, NAN), 5.0, "not measured before"),
    ],
)
def test_what_was_not_measured_is_told_with_its_reason(before, after, reason):
    assert refused(compared(before, after)) == reason


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (Seen(View.OBLIQUE, Mode.TRACKED, Model.FULL), "seen from different sides (side and oblique)"),
        (Seen(View.SIDE, Mode.TRACKED, Model.HEAVY), "measured by different models (full and heavy)"),
        (Seen(View.SIDE, Mode.DETECTED, Model.FULL), "measured in different ways (tracked and detected)"),
    ],
)
def test_values_that_were_seen_otherwise_are_not_compared(other, words):
    # All of the file's rows are known, so that nothing but the difference in kind can be the reason.
    assert refused(compared(0.0, 90.0, shipped_accuracy(), SIDE, other)).startswith(words)


def test_of_several_reasons_the_first_is_told():
    other = Seen(View.OBLIQUE, Mode.DETECTED, Model.LITE)
    assert refused(compared(HIDDEN, 1.0, None, SIDE, other)).startswith("not measured before")
    assert refused(compared(1.0, 1.0, None, SIDE, other)).startswith("seen from different sides")


@pytest.mark.parametrize("view", [View.FRONT, View.UNKNOWN])
def test_an_error_that_is_not_known_from_this_side_is_told(view):
    seen = Seen(view, Mode.TRACKED, Model.FULL)
    assert "is not known from this side" in refused(compared(0.0, 90.0, known(mdc=5.0), seen, seen))


# Words


def test_the_words_of_a_change():
    words = "changed by +39.1°, more than the 5.0° that measuring twice may differ"
    assert compared(-6.8, 32.3).words == words
    assert "by -39.1°" in compared(32.3, -6.8).words


def test_the_words_of_no_sure_change():
    words = "no change you can be sure of: -2.0° is within the 5.0° that measuring twice may differ"
    assert compared(2.0, 0.0).words == words


def test_a_ratio_has_two_decimals_and_no_sign_of_a_unit():
    told = compared(0.05, -0.05, known(name=SWAY, mdc=0.03, change=0.026), name=SWAY)
    assert told.words == "changed by -0.10, more than the 0.03 that measuring twice may differ"


def test_a_length_keeps_its_unit():
    told = compared(60.0, 90.0, known(name=DISTANCE, change=25.2), name=DISTANCE)
    assert told.words == "changed by +30.0 cm, more than the 25.2 cm that measuring twice may differ"


def test_the_words_of_a_refusal_are_its_reason():
    assert compared(HIDDEN, 1.0).words == "cannot be compared: not measured before (far side hidden)"


def test_no_difference_is_never_minus_nothing():
    assert "+0.0°" in compared(0.04, 0.0).words
