"""Repetitions of drawn people: a set is exercising from its first one on, one squat is none."""

from __future__ import annotations

import pytest

from posture_coach.activity.recognise import Recogniser, recognise
from posture_coach.activity.types import Activity
from tests.activity.moving import (
    HZ,
    ON_THE_FLOOR,
    STANDING_UP,
    all_fours,
    bridge,
    crunch,
    hinge,
    push_up,
    repeated,
    sit_to_stand,
    sit_up,
    squat,
    still,
)
from tests.drawn import Body, draw

EXERCISING, LYING = Activity.EXERCISING, Activity.LYING
SITTING, STANDING = Activity.SITTING, Activity.STANDING


def labels(bodies, hz=HZ):
    return recognise(draw(bodies, hz=hz)).label.tolist()


def live(bodies, hz=HZ):
    return Recogniser().push(draw(bodies, hz=hz)).label.tolist()


def stretch(seen, label=EXERCISING, hz=HZ):
    """Return when the label begins and ends, in seconds, and make sure that it is one stretch."""
    first, last = seen.index(label), len(seen) - seen[::-1].index(label)
    assert set(seen[first:last]) == {label}
    return first / hz, last / hz


@pytest.mark.parametrize("move", STANDING_UP)
@pytest.mark.parametrize("yaw", [0, 45, 90, -90])
def test_a_set_is_exercising_from_its_first_repetition_to_its_last(move, yaw):
    seen = labels([*still(move, 5, yaw=yaw), *repeated(move, 4, yaw=yaw), *still(move, 6, yaw=yaw)])
    start_s, end_s = stretch(seen)
    assert start_s == pytest.approx(5.0, abs=0.8)
    assert end_s == pytest.approx(5 + 4 * 3.6 - 0.6, abs=0.9)
    assert set(seen) == {EXERCISING, SITTING if move is sit_to_stand else STANDING}


@pytest.mark.parametrize("move", ON_THE_FLOOR)
def test_exercises_on_the_floor_are_exercising(move):
    seen = labels(repeated(move, 5, pause_s=0.3))
    assert seen[5:-5] == [EXERCISING] * (len(seen) - 10)


@pytest.mark.parametrize("move", [bridge, crunch, sit_up])
def test_who_lies_before_and_after_a_set_lies(move):
    seen = labels([*still(move, 5), *repeated(move, 4), *still(move, 6)])
    assert stretch(seen)[0] == pytest.approx(5, abs=0.8)
    assert set(seen) == {LYING, EXERCISING}


@pytest.mark.parametrize(
    "hold", [(push_up, 0.0), (all_fours, 0.0), (all_fours, 1.0)], ids=["plank", "fours", "bird dog"]
)
def test_a_plank_and_all_fours_are_exercises_even_when_held(hold):
    move, share = hold
    assert set(labels(still(move, 5, share=share))) == {EXERCISING}


def test_a_wide_stance_is_an_exercise_when_held():
    lunge = Body(hip_flexion_left_deg=75, knee_flexion_left_deg=65, hip_flexion_right_deg=-45, yaw_deg=90)
    assert set(labels([lunge] * 40)) == {EXERCISING}


@pytest.mark.parametrize("move", [squat, hinge])
@pytest.mark.parametrize("times", [1, 2])
def test_picking_something_up_once_or_twice_is_no_exercise(move, times):
    bodies = [*still(move, 5), *repeated(move, times), *still(move, 8)]
    assert EXERCISING not in labels(bodies)
    assert EXERCISING not in live(bodies)


def test_bending_down_now_and_then_is_no_exercise():
    bodies = [body for _ in range(5) for body in (*repeated(hinge, 1), *still(hinge, 12))]
    assert EXERCISING not in labels(bodies)


def test_slumping_and_straightening_on_a_chair_is_no_exercise():
    def slump(share, yaw):
        return Body(
            trunk_inclination_deg=25 * share, neck_inclination_deg=40 * share, yaw_deg=yaw,
            hip_flexion_left_deg=90 + 25 * share, hip_flexion_right_deg=90 + 25 * share,
            knee_flexion_left_deg=90, knee_flexion_right_deg=90,
        )  # fmt: skip

    assert set(labels(repeated(slump, 8))) == {SITTING}


@pytest.mark.parametrize("hz", [5.0, 15.0, 30.0])
@pytest.mark.parametrize("period_s", [1.5, 6.0])
def test_a_set_at_any_pace_and_frame_rate(hz, period_s):
    seen = labels(repeated(squat, 5, period_s=period_s, hz=hz), hz=hz)
    start_s, end_s = stretch(seen, hz=hz)
    assert start_s <= 1.0
    assert end_s >= 5 * (period_s + 0.6) - 1.8


def test_who_stays_down_when_the_clip_ends_is_still_at_it():
    bodies = [*repeated(squat, 2), *repeated(squat, 0.42), *still(squat, 2, share=1.0)]
    assert labels(bodies)[-1] is EXERCISING


def test_a_half_squat_belongs_to_the_set():
    def half(share, yaw):
        return squat(0.45 * share, yaw)

    seen = labels([*repeated(squat, 2), *repeated(half, 1), *repeated(squat, 2)])
    assert stretch(seen)[1] >= 16.5


def test_live_a_set_is_told_in_its_third_repetition_and_ends_soon():
    seen = live([*still(squat, 5), *repeated(squat, 6), *still(squat, 10)])
    start_s, end_s = stretch(seen)
    assert 5 + 2 * 3.6 < start_s < 5 + 3 * 3.6
    assert 5 + 6 * 3.6 <= end_s < 5 + 6 * 3.6 + 6
    assert seen[-1] is STANDING


def test_nobody_in_the_middle_of_a_set_is_away():
    bodies = [*repeated(squat, 4), *[None] * 60, *repeated(squat, 4)]
    seen = labels(bodies)
    assert set(seen[150:198]) == {Activity.AWAY}
    assert {EXERCISING} == set(seen[10:130]) == set(seen[220:330])
