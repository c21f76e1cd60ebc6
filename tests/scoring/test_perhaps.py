"""Which other grades a value may have: as likely as drawn values say, named beside its own, and steadily."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from posture_coach.measures.definitions import NAMES
from posture_coach.scoring.bands import Grade, chances, edges, grades
from posture_coach.scoring.perhaps import LEAST_CHANCE, STILL_CHANCE, Perhaps, grades_in, perhaps_words
from posture_coach.scoring.targets import shipped_targets

TARGETS = {target.id: target for target in shipped_targets(NAMES).targets}
G, C, P = Grade.GOOD, Grade.CAUTION, Grade.POOR


def others(id_: str, value: float, err: float) -> tuple[Grade, ...]:
    bands, values = edges([TARGETS[id_]]), np.array([[value]])
    code = Perhaps(1).push(chances(values, np.array([[err]]), bands), grades(values, bands))
    return grades_in(int(code[0, 0]))


@pytest.mark.parametrize(
    ("id_", "value", "err", "wanted"),
    [
        # Good up to 20, caution up to 60.
        ("sitting_upper_arm", 43.0, 17.0, ()),
        ("sitting_upper_arm", 43.0, 23.0, (P,)),
        ("sitting_upper_arm", 79.0, 24.0, (C,)),
        ("sitting_upper_arm", 40.0, 30.0, (G, P)),
        ("sitting_upper_arm", 20.0, 0.0, ()),
        ("sitting_upper_arm", 20.0, np.nan, ()),
        ("sitting_upper_arm", np.nan, 10.0, ()),
        # The size counts: good up to 3, caution up to 6.
        ("sitting_shoulder_level", 2.9, 4.0, (C, P)),
        ("sitting_shoulder_level", -2.9, 4.0, (C, P)),
        ("sitting_shoulder_level", 0.5, 1.5, ()),
        # Caution on both sides, each too unlikely by itself: good from 45, (low, high].
        ("sitting_hip", 67.5, 24.7, (C,)),
        ("sitting_hip", 45.0, 1.0, (G,)),
        # In no band there is no grade, so no other either.
        ("sitting_slump", 1.15, 0.2, ()),
    ],
)
def test_grades_that_the_interval_reaches_into_are_named(id_, value, err, wanted):
    assert others(id_, value, err) == wanted


@given(st.sampled_from(sorted(TARGETS)), st.floats(-150.0, 150.0), st.floats(0.5, 40.0))
def test_the_chances_are_those_of_drawn_values(id_, value, err):
    bands = edges([TARGETS[id_]])
    chance = chances(np.array([[value]]), np.array([[err]]), bands)[:, 0, 0]
    drawn = grades(np.random.default_rng(1).normal(value, err / 1.96, (20_000, 1)), bands)
    count = np.bincount(drawn[:, 0], minlength=len(Grade))
    assume(count[1:].sum() > 5000)  # mostly in no band: too few are left to compare with
    assert chance.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(chance[1:], count[1:] / count[1:].sum(), atol=0.03)


def named(poor):
    """Return whether poor is named beside caution, picture by picture."""
    chance = np.zeros((4, len(poor), 1))
    chance[P, :, 0], chance[C, :, 0] = poor, 1.0 - np.array(poor)
    return Perhaps(1).push(chance, np.full((len(poor), 1), C, dtype=np.int8))[:, 0].astype(bool).tolist()


def test_what_is_named_stays_until_the_interval_no_longer_reaches_it():
    between = (LEAST_CHANCE + STILL_CHANCE) / 2
    assert named([0.0, between, LEAST_CHANCE, between, between, 0.02, between, 0.3]) == [
        False, False, True, True, True, False, False, True,
    ]  # fmt: skip


@given(st.lists(st.tuples(st.floats(30.0, 70.0), st.floats(5.0, 25.0)), max_size=8), st.integers(0, 8))
def test_it_is_the_same_however_the_pictures_are_cut(pictures, cut):
    bands = edges([TARGETS["sitting_upper_arm"]])
    values, errs = np.array(pictures).reshape(-1, 2).T[..., np.newaxis]
    chance, grade = chances(values, errs, bands), grades(values, bands)
    follows = Perhaps(1)
    parts = [follows.push(chance[:, part], grade[part]) for part in (slice(cut), slice(cut, None))]
    assert np.concatenate(parts).tolist() == Perhaps(1).push(chance, grade).tolist()


def test_the_words_leave_it_open():
    assert perhaps_words([]) == ""
    assert perhaps_words(["good"]) == "perhaps good"
    assert perhaps_words(["good", "poor"]) == "perhaps good or poor"
