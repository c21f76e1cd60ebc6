"""Seconds are the same however the pictures are cut, and what each target cost adds up to what was lost."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.measures.definitions import NAMES
from posture_coach.scoring.bands import Grade
from posture_coach.scoring.seconds import Gatherer
from tests.scoring.over_time import NECK, PITCH, STAND, TRUNK, WALK, assessed


def gathered(*parts):
    one = Gatherer()
    found = [second for part in parts for second in one.push(part)]
    return [*found, *one.finish()]


def test_a_second_holds_the_means_of_its_pictures():
    time_s = np.arange(30) / 10.0
    found = gathered(assessed(time_s, {TRUNK: np.repeat([0.0, 10.0, 30.0], 10) + np.tile([-1.0, 1.0], 15), PITCH: 0.0}))
    assert [second.start_s for second in found] == [0.0, 1.0, 2.0]
    assert [second.value[NAMES.index(TRUNK)] for second in found] == pytest.approx([0.0, 10.0, 30.0])
    assert math.isnan(found[0].value[NAMES.index(NECK)])
    assert found[2].grade["sitting_trunk"] is Grade.CAUTION
    assert found[0].grade["sitting_trunk"] is Grade.GOOD
    assert "sitting_neck" not in found[0].grade


def test_one_bad_picture_of_thirty_does_not_grade_its_second():
    trunk = np.zeros(30)
    trunk[7] = 50.0
    (second,) = gathered(assessed(np.arange(30) / 30.0, {TRUNK: trunk, PITCH: 0.0}))
    assert second.grade["sitting_trunk"] is Grade.GOOD
    assert second.lost["sitting_trunk"] == pytest.approx(40.0 / 30.0 * 3.0 / 5.0, abs=0.2)


def test_what_the_targets_cost_adds_up_even_where_some_are_missing_now_and_then():
    rng = np.random.default_rng(1)
    time_s = np.arange(300) / 10.0
    values = {TRUNK: rng.normal(15, 10, 300), NECK: rng.normal(8, 5, 300), PITCH: rng.normal(20, 10, 300)}
    for column in values.values():
        column[rng.random(300) < 0.3] = np.nan
    for second in gathered(assessed(time_s, values)):
        assert sum(second.lost.values()) == pytest.approx(100.0 - second.score, abs=1e-6)


def test_the_activity_is_what_held_for_most_of_the_second():
    kinds = [STAND] * 14 + [WALK] * 16
    assert [s.activity for s in gathered(assessed(np.arange(30) / 10.0, {TRUNK: 0.0}, kinds))] == [STAND, WALK, WALK]


@given(cuts=st.lists(st.integers(1, 99), max_size=5))
def test_how_the_pictures_are_cut_changes_nothing(cuts):
    whole = assessed(np.arange(100) / 7.0, {TRUNK: np.linspace(0, 60, 100), PITCH: 10.0})
    edges = [0, *sorted(cuts), 100]
    pieces = [whole.part(start, stop) for start, stop in itertools.pairwise(edges)]
    assert repr(gathered(*pieces)) == repr(gathered(whole))


def test_a_sum_of_tenths_a_hair_below_a_whole_belongs_to_it():
    (before, after) = gathered(assessed(np.array([0.0, 1.0 - 1e-12]), {TRUNK: 0.0}))
    assert (before.start_s, after.start_s) == (0.0, 1.0)
