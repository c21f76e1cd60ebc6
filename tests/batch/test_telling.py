"""What a summary holds of time and of walking, in sentences: of the engine's own summaries."""

from __future__ import annotations

import numpy as np
import pytest

from posture_coach.activity.gait import VERDICT_STEPS
from posture_coach.batch.gait import gait_figures, gait_of
from posture_coach.batch.over_time import over_time as summed
from posture_coach.batch.telling import over_time, symmetry, verdict, walking, with_err
from tests.batch.made import walk
from tests.scoring.over_time import AWAY, NECK, PITCH, SIT, TRUNK, assessed


def told_of(seconds=8.0, **drawing):
    return gait_figures(gait_of(walk(seconds, **drawing)))


def hour_and_half(kinds=SIT):
    """Ninety minutes at a desk, of which the last thirty leaning."""
    time_s = np.arange(2 * 5400) / 2.0
    return summed(assessed(time_s, {TRUNK: np.where(time_s > 3600, 35.0, 2.0), PITCH: 5.0, NECK: 0.0}, kinds))


# Time


def test_the_whole_and_each_hour_say_why_and_when():
    told = hour_and_half()
    whole, first, second = over_time(told)
    for words, window in zip((whole, first, second), (told["session"], *told["hours"]), strict=True):
        assert f": {window['score']:.0f} ({window['confidence']}): {window['why'][0]['title']} (-" in words
    assert whole.startswith("over its time: ")
    assert first.startswith("  0:00 to 1:00:00: ")
    assert second.startswith("  1:00:00 to 1:30:00: ")
    assert "longest 0:00 to 1:30:00)" in second, "sitting without a break"
    assert "Trunk lean (-" in second


def test_what_cost_less_than_half_a_point_is_not_told():
    told = hour_and_half()
    told["session"]["why"] = [{"what": "still", "title": "A long still spell", "points": 0.4, "moments": []}]
    assert next(iter(over_time(told))).endswith(": nothing much lowered it")
    told["session"]["why"][0]["points"] = 3.0
    assert next(iter(over_time(told))).endswith(": A long still spell (-3)")


def test_an_hour_of_nobody_has_no_score_and_a_glimpse_tells_nothing():
    kinds = np.array([AWAY] * 7200 + [SIT] * 3600, dtype=object)
    whole, first, second = over_time(hour_and_half(kinds))
    assert first == "  0:00 to 1:00:00: no score, too little of somebody was seen"
    assert "Trunk lean" in whole
    assert "Trunk lean" in second
    assert list(over_time(summed(assessed(np.arange(100) / 2.0, {TRUNK: 0.0, PITCH: 0.0})))) == []
    assert list(over_time(summed(assessed(np.array([0.0]), {TRUNK: 0.0, PITCH: 0.0})))) == []


# Walking


def test_a_walk_is_told_with_its_intervals_and_how_many_steps_they_rest_on():
    told = told_of(20.0)
    first, sides = walking(told, asked=False)
    cadence, step, stance = (told[name] for name in ("cadence_spm", "step_time_s", "stance_ratio"))
    assert first == (
        f"{cadence['n']} steps, {cadence['value']:.1f} ± {cadence['err']:.1f} a minute (good), each of "
        f"{step['value']:.3f} ± {step['err']:.3f} s, a foot is on the floor {100 * stance['value']:.0f} ± "
        f"{100 * stance['err']:.0f} % of the stride ({verdict(stance)})"
    )
    assert "grades" in stance
    assert sides.endswith("(good): no difference you can be sure of")


def test_a_verdict_says_where_a_figure_lies_and_where_it_may_lie():
    assert verdict({"value": 1.0, "grades": ["good"]}) == "good"
    assert verdict({"value": 1.0, "grades": ["caution", "good", "poor"]}) == "caution, perhaps good or poor"
    assert verdict({"value": 1.0}) == ""


def test_from_the_front_nothing_is_said_of_the_floor():
    told = told_of(20.0, front=True)
    assert told["stance_ratio"]["value"] is None
    first, _ = walking(told, asked=False)
    assert " a minute (good)" in first
    assert "floor" not in first


@pytest.mark.parametrize(
    ("seconds", "late_s", "ends"),
    [
        (20.0, 0.10, "the step onto the right foot takes longer"),
        (20.0, -0.10, "the step onto the left foot takes longer"),
        (20.0, 0.0, "no difference you can be sure of"),
        (8.0, 0.10, f"a verdict needs {VERDICT_STEPS}"),
        (3.2, 0.10, "let the person walk on"),
    ],
)
def test_left_against_right_has_a_verdict_only_of_enough_steps(seconds, late_s, ends):
    told = told_of(seconds, late_s=late_s)
    assert symmetry(told).endswith(ends)
    if seconds > 10:
        assert told["step_time_asymmetry_pct"]["n"] >= VERDICT_STEPS


def test_a_speed_that_was_asked_for_is_told_or_its_absence_explained():
    told = told_of(20.0)
    *_, last = walking(told, asked=True)
    assert last == f"speed: {told['speed_m_s']['reason']}"
    told["speed_m_s"] = {"value": 1.2617, "err": 0.0846, "n": 6}
    told["step_length_m"] = {"value": 0.7739, "err": 0.0519, "n": 6}
    for asked in (False, True):
        *_, last = walking(told, asked=asked)
        assert last == "speed 1.26 ± 0.08 m/s, steps of 0.77 ± 0.05 m"


def test_a_walk_without_steps_gives_the_reason_alone():
    told = told_of(20.0, yaw=45.0)
    assert list(walking(told, asked=True)) == [f"no steps are told: {told['cadence_spm']['reason']}"]


def test_nothing_is_never_minus_nothing():
    assert with_err({"value": -0.04, "err": 1.26}, 1) == "0.0 ± 1.3"
    assert with_err({"value": -0.06, "err": 1.26}, 1) == "-0.1 ± 1.3"
