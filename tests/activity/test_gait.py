"""The figures of drawn walks, whose pace and limp are known, and when there is none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.activity.gait import (
    FLOOR,
    SYMMETRY_STEPS,
    TIMES,
    TOE_OFF_UNSEEN,
    TOO_SLOW,
    VERDICT_STEPS,
    gait,
    stretches,
)
from posture_coach.activity.gait_body import EXCURSIONS, MEANS, SWAYS
from posture_coach.activity.gait_events import NOT_FROM_HERE, REACH_SHARE
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.calibration import Camera
from posture_coach.measures.measurer import Measurer
from posture_coach.measures.types import Side
from tests.activity.walkers import ARM_DEG, HIP_DEG, STRIDE_S, lifter, lost, swapped, walker


def told(series, walking=None, measured=False, camera=Camera()):  # noqa: B008 - frozen
    measures = Measurer(shipped_accuracy(), None, camera).push(series) if measured else None
    found = gait(series, np.ones(len(series), dtype=bool) if walking is None else walking, measures, camera)
    assert found is not None
    return found


# Times


@given(stride_s=st.floats(0.9, 1.6), late_s=st.floats(-0.06, 0.06))
def test_cadence_and_symmetry_of_any_walk(stride_s, late_s):
    figures = told(walker(12.0, stride_s=stride_s, late_s=late_s)).figures
    right_s, left_s = stride_s / 2 + late_s, stride_s / 2 - late_s
    assert figures["cadence_spm"].value == pytest.approx(120 / stride_s, rel=0.002)
    assert figures["stride_time_s"].value == pytest.approx(stride_s, abs=0.002)
    assert figures["step_time_s"].value == pytest.approx(stride_s / 2, abs=0.001)
    assert figures["step_time_right_s"].value == pytest.approx(right_s, abs=0.003)
    assert figures["step_time_left_s"].value == pytest.approx(left_s, abs=0.003)
    asymmetry = 100 * 2 * abs(right_s - left_s) / (right_s + left_s)
    assert figures["step_time_asymmetry_pct"].value == pytest.approx(asymmetry, abs=0.8)


@pytest.mark.parametrize("steps", [3, 4, 5, 6, 7, 19, 20, 21])
def test_how_many_steps_each_figure_needs(steps):
    found = told(walker(0.6 + steps * STRIDE_S / 2))
    assert len(found.contacts) == steps + 1
    cadence, symmetry = found.figures["cadence_spm"], found.figures["step_time_asymmetry_pct"]
    assert (cadence.n, symmetry.n) == (steps, steps)
    assert bool(cadence.reason) == (steps < 4)
    assert bool(symmetry.reason) == (steps < SYMMETRY_STEPS)
    if not symmetry.reason:
        assert (str(VERDICT_STEPS) in symmetry.note) == (steps < VERDICT_STEPS)
    else:
        assert f"{steps} steps" in symmetry.reason


def test_more_steps_make_the_figures_surer():
    short, long = told(walker(4.5)).figures, told(walker(24.0)).figures
    for name in ("cadence_spm", "stride_time_s", "step_time_asymmetry_pct", "stance_ratio"):
        assert 0.0 < long[name].err < short[name].err
    # What is off between left and right as a whole does not go away.
    assert long["step_time_asymmetry_pct"].err > 100 * 2 * 1.96 * 0.005 / (STRIDE_S / 2)


def test_fewer_pictures_make_them_less_sure():
    quick, slow = (told(walker(12.0, hz=hz)).figures["cadence_spm"] for hz in (60.0, 16.0))
    assert quick.err < slow.err


def test_the_floor_is_left_half_a_stride_after_the_furthest_reach():
    figures = told(walker(12.0)).figures
    for name in FLOOR[:3]:
        assert figures[name].value == pytest.approx(0.5 - REACH_SHARE, abs=0.004)
    assert figures["double_support_ratio"].value == pytest.approx(-2 * REACH_SHARE, abs=0.008)


def test_from_the_front_there_is_a_pace_but_no_stance():
    figures = told(lifter(12.0, late_s=0.03)).figures
    assert figures["cadence_spm"].value == pytest.approx(120 / STRIDE_S, rel=0.002)
    assert figures["step_time_asymmetry_pct"].value == pytest.approx(100 * 4 * 0.03 / STRIDE_S, abs=0.8)
    assert {figures[name].reason for name in FLOOR} == {TOE_OFF_UNSEEN}


def test_twenty_pictures_a_second_give_a_pace_and_no_symmetry():
    figures = told(walker(12.0, hz=20.0)).figures
    assert figures["cadence_spm"].value == pytest.approx(120 / STRIDE_S, rel=0.002)
    assert {figures[name].reason for name in ("step_time_asymmetry_pct", *FLOOR)} == {TOO_SLOW}


def test_a_corner_gives_nothing_and_says_so():
    found = told(walker(8.0, yaw=45.0))
    assert found.contacts == found.steps == ()
    assert {found.figures[name].reason for name in TIMES} == {NOT_FROM_HERE}


def test_legs_nobody_can_tell_apart_have_a_pace_and_no_sides():
    series = walker(8.0)
    figures = told(swapped(series, list(range(120)))).figures
    assert figures["cadence_spm"].value == pytest.approx(120 / STRIDE_S, rel=0.002)
    for name in ("step_time_left_s", "step_time_right_s", "step_time_asymmetry_pct"):
        assert "told apart" in figures[name].reason


def test_no_step_leads_across_a_hole():
    found = told(lost(walker(12.0), list(range(150, 230))))
    assert max(step.step_time_s for step in found.steps) < 0.7
    assert found.figures["cadence_spm"].value == pytest.approx(120 / STRIDE_S, rel=0.005)


def test_the_table_of_steps_is_that_of_the_contacts():
    found = told(walker(8.0, late_s=0.05))
    assert len(found.steps) == len(found.contacts) - 1
    for step, before, contact in zip(found.steps, found.contacts, found.contacts[1:], strict=False):
        assert (step.start_s, step.contact_s, step.side) == (before.time_s, contact.time_s, contact.side)
        late_s = 0.05 if step.side is Side.RIGHT else -0.05
        assert step.step_time_s == pytest.approx(STRIDE_S / 2 + late_s, abs=0.008)
    assert [math.isnan(step.stride_time_s) for step in found.steps][-2:] == [True, True]
    assert found.steps[0].stride_time_s == pytest.approx(STRIDE_S, abs=0.005)


# Where somebody walks


def test_nobody_walks_no_gait():
    series = walker(4.0)
    assert gait(series, np.zeros(len(series), dtype=bool)) is None


def test_two_walks_are_told_together():
    series = walker(20.0)
    walking = np.ones(len(series), dtype=bool)
    walking[240:360] = False
    found = told(series, walking)
    assert len(found.walks) == 2
    assert {step.walk for step in found.steps} == {1, 2}
    assert found.figures["cadence_spm"].n == len(found.contacts) - 2
    assert not any(8.5 < contact.time_s < 11.5 for contact in found.contacts)


def test_a_walk_reaches_a_little_further_but_not_across_a_hole():
    time_s = np.concatenate([np.arange(60), np.arange(60) + 300]) / 30
    walking = np.zeros(120, dtype=bool)
    walking[20:40] = walking[60:80] = True
    assert [(cut.start, cut.stop) for cut in stretches(walking, time_s)] == [(13, 47), (60, 87)]


# Trunk, legs and arms


def test_legs_and_arms_swing_as_drawn():
    figures = told(walker(8.0), measured=True).figures
    assert figures["hip_excursion_left_deg"].value == pytest.approx(2 * HIP_DEG, abs=3.0)
    assert figures["arm_swing_left_deg"].value == pytest.approx(2 * ARM_DEG, abs=3.0)
    assert figures["hip_excursion_right_deg"].reason == "far side hidden"
    assert not figures["trunk_lean_deg"].reason
    assert "turn" in figures["lateral_trunk_sway_deg"].reason


def test_short_walks_have_no_angles():
    figures = told(walker(2.5), measured=True).figures
    assert "strides" in figures["hip_excursion_left_deg"].reason


def test_without_measures_there_are_no_angles():
    figures = told(walker(8.0)).figures
    assert all(figures[name].reason for name in (*MEANS, *SWAYS, *EXCURSIONS))
