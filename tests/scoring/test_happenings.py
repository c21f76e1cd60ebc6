"""Events: each begins and ends where it was made to, and noise and gaps make none."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posture_coach.activity.types import Activity
from posture_coach.scoring.bands import Grade
from posture_coach.scoring.happenings import Happenings
from posture_coach.scoring.seconds import Gatherer
from tests.batch.made import SITTING, STANDING, assessor
from tests.drawn import draw
from tests.scoring.over_time import AWAY, PITCH, RULES, SIT, STAND, TRUNK, UNKNOWN, WALK, assessed, filmed, second

EXERCISE, LIE = Activity.EXERCISING, Activity.LYING


def told(*stretches, finish=True):
    """Feed stretches of (seconds, activity, values, targets in caution); None for a hole."""
    one, at_s, found = Happenings(RULES), 0.0, []
    for length_s, activity, values, caution in stretches:
        for _ in range(length_s):
            if activity is not None:
                grades = dict.fromkeys(caution, Grade.CAUTION)
                found += one.push(replace(second(at_s, activity, **values), grade=grades))
            at_s += 1.0
    return [*found, *(one.finish() if finish else one.going_on())]


def named(events, kind):
    return [(event.start_s, event.end_s) for event in events if event.kind == kind]


def gathered(assessment):
    one, gatherer, found = Happenings(RULES), Gatherer(), []
    for s in [*gatherer.push(assessment), *gatherer.finish()]:
        found += one.push(s)
    return [*found, *one.finish()]


GOOD, BENT = (SIT, {TRUNK: 5.0}, ()), (SIT, {TRUNK: 35.0}, ("sitting_trunk",))


def test_a_slump_of_a_minute_is_told_with_its_beginning_and_end():
    events = told((100, *GOOD), (90, *BENT), (100, *GOOD))
    assert named(events, "slumped") == [(100.0, 190.0)]
    assert next(e for e in events if e.kind == "slumped").evidence["lasted_s"] == 90.0


def test_a_slump_shorter_than_a_minute_is_none_and_a_short_look_up_ends_none():
    assert named(told((100, *GOOD), (59, *BENT), (100, *GOOD)), "slumped") == []
    assert named(told((100, *GOOD), (40, *BENT), (4, *GOOD), (40, *BENT), (100, *GOOD)), "slumped") == [(100, 184)]


def test_what_is_not_scored_makes_no_event():
    assert told((300, SIT, {}, ()), finish=True) == []
    assert named(told((300, STAND, {TRUNK: 35.0}, ("sitting_trunk",))), "slumped") == []


def test_leaning_back_is_no_slump():
    assert named(told((300, SIT, {TRUNK: -25.0}, ("sitting_trunk",))), "slumped") == []


def test_the_desk_cameras_estimate_tells_of_a_slump_too():
    events = told(
        (100, SIT, {"trunk_inclination_est_deg": 2.0}, ()), (80, SIT, {"trunk_inclination_est_deg": 12.0}, ())
    )
    (slump,) = [e for e in events if e.kind == "slumped"]
    assert (slump.start_s, slump.end_s, slump.evidence["mean"]) == (100.0, 180.0, 12.0)


def test_a_slump_tells_in_how_much_of_it_somebody_was_seen_to_go_forward():
    """From the front who leans back looks lower too."""
    estimate, low = "trunk_inclination_est_deg", ("sitting_slump",)
    for signs, share in (
        ((90, *BENT), 1.0),
        ((90, SIT, {TRUNK: 5.0}, ("sitting_neck_change",)), 1.0),
        ((90, SIT, {estimate: 12.0}, low), 1.0),
        ((90, SIT, {}, low), 0.0),
        ((90, SIT, {estimate: -12.0}, low), 0.0),
        ((90, SIT, {TRUNK: 5.0}, low), 0.0),
    ):
        (slump,) = told((100, *GOOD), signs, (100, *GOOD))
        assert (slump.kind, slump.evidence["forward_share"]) == ("slumped", share)
    (mixed,) = told((30, SIT, {}, low), (90, SIT, {estimate: 12.0}, low))
    assert mixed.evidence["forward_share"] == 0.75


def test_a_hole_in_the_recording_ends_what_went_on():
    assert named(told((80, *BENT), (3600, None, {}, ()), (70, *BENT)), "slumped") == [(0.0, 80.0), (3680.0, 3750.0)]
    assert named(told((40, *BENT), (3600, None, {}, ()), (40, *BENT)), "slumped") == []


def test_stillness_is_dated_from_when_it_began():
    events = told((100, SIT, {TRUNK: 0.0}, ()), (1300, SIT, {TRUNK: 20.0}, ()), (100, SIT, {TRUNK: 0.0}, ()))
    ((start_s, end_s),) = named(events, "still")
    assert (start_s, end_s) == (109.0, 1409.0)
    assert named(told((1199, SIT, {TRUNK: 0.0}, ())), "still") == []


def test_a_break_is_due_after_half_an_hour_and_no_longer_after_a_walk():
    events = told((2000, SIT, {}, ()), (120, WALK, {}, ()), (600, SIT, {}, ()))
    ((start_s, end_s),) = named(events, "break_due")
    assert start_s == 1799.0
    assert 2000.0 <= end_s <= 2060.0


@pytest.mark.parametrize(("yaw_deg", "kind"), [(25.0, "head_turned_right"), (-25.0, "head_turned_left")])
def test_a_head_turned_for_long_is_told_with_its_side(yaw_deg, kind):
    events = told((60, SIT, {"head_yaw_deg": 0.0}, ()), (75, SIT, {"head_yaw_deg": yaw_deg}, ()))
    assert [(e.kind, e.start_s, e.end_s) for e in events] == [(kind, 60.0, 135.0)]
    assert told((300, SIT, {"head_yaw_deg": yaw_deg * 0.7}, ())) == []


def test_too_near_is_told_by_the_target_and_in_centimetres():
    (event,) = told((70, SIT, {"viewing_distance_cm": 35.0}, ("sitting_viewing_distance",)))
    assert (event.kind, event.evidence["mean"]) == ("too_near", 35.0)


def test_standing_up_walking_and_sitting_down_follow_each_other():
    events = told((30, SIT, {}, ()), (10, STAND, {}, ()), (20, WALK, {}, ()), (5, STAND, {}, ()), (30, SIT, {}, ()))
    assert [(e.kind, e.start_s, e.end_s) for e in events] == [
        ("stood_up", 30.0, 30.0), ("walked", 40.0, 60.0), ("sat_down", 65.0, 65.0),
    ]  # fmt: skip
    assert events[0].evidence == {"before": "sitting", "after": "standing"}


def test_who_goes_and_comes_back_is_told_with_how_long_nobody_was_there():
    events = told((30, SIT, {}, ()), (int(RULES.shift_held_s), AWAY, {}, ()), (30, STAND, {}, ()))
    assert [(e.kind, e.start_s, e.evidence) for e in events] == [
        ("went_away", 30.0, {"before": "sitting", "after": "away"}),
        ("came_back", 40.0, {"before": "away", "after": "standing", "lasted_s": 10.0}),
    ]


def test_an_unclear_moment_hides_no_change_and_makes_none():
    assert [e.kind for e in told((30, SIT, {}, ()), (3, UNKNOWN, {}, ()), (30, STAND, {}, ()))] == ["stood_up"]
    assert told((30, SIT, {}, ()), (3, UNKNOWN, {}, ()), (30, SIT, {}, ())) == []
    assert told((30, SIT, {}, ()), (9, AWAY, {}, ()), (30, SIT, {}, ())) == []
    assert named(told((30, WALK, {}, ()), (50, UNKNOWN, {}, ()), (30, STAND, {}, ())), "walked") == [(0.0, 30.0)]


def test_what_goes_on_is_told_as_far_as_it_has_come():
    assert named(told((10, *GOOD), (59, *BENT), finish=False), "slumped") == []
    assert named(told((10, *GOOD), (61, *BENT), finish=False), "slumped") == [(10.0, 71.0)]


def test_the_rate_of_pictures_makes_no_events():
    """Near an edge, one picture in thirty lies beyond it in every second; that is no slump of ten minutes."""
    slow, fast = (
        filmed(10, hz, {TRUNK: lambda t: np.full(len(t), 17.0), PITCH: lambda t: np.zeros(len(t))}, noise_deg=1.5)
        for hz in (2.0, 30.0)
    )
    assert (fast.score.grade.max(axis=1) > Grade.GOOD).any()
    assert [e.kind for e in gathered(fast)] == [e.kind for e in gathered(slow)] == []


DAY = (
    (70, SIT), (3, UNKNOWN), (20, STAND), (9, AWAY), (15, STAND), (40, WALK), (2, UNKNOWN), (30, WALK), (25, AWAY),
    (90, SIT), (6, UNKNOWN), (30, EXERCISE), (12, LIE), (8, STAND), (80, SIT),
)  # fmt: skip
"""Somebody who comes and goes, in seconds."""


def coming_and_going(hz=10.0):
    kinds = np.array([kind for length_s, kind in DAY for _ in range(round(length_s * hz))], dtype=object)
    time_s = np.arange(len(kinds)) / hz
    trunk = np.where((time_s >= 310) & (time_s < 400), 35.0, 5.0)
    trunk[(kinds == AWAY) | (kinds == UNKNOWN)] = np.nan
    return assessed(time_s, {TRUNK: trunk, PITCH: 0.0}, kinds)


WHOLE = coming_and_going()
ALL = gathered(WHOLE)


def test_somebody_who_comes_and_goes_is_told_as_he_did():
    assert [(e.kind, e.start_s, e.end_s) for e in sorted(ALL, key=lambda e: e.start_s)] == [
        ("stood_up", 73.0, 73.0), ("walked", 117.0, 189.0), ("went_away", 189.0, 189.0), ("came_back", 214.0, 214.0),
        ("exercised", 310.0, 340.0), ("stood_up", 352.0, 352.0), ("sat_down", 360.0, 360.0),
    ]  # fmt: skip


@given(st.lists(st.integers(1, len(WHOLE) - 1), max_size=40))
@settings(max_examples=40, deadline=None)
def test_assessments_cut_anywhere_give_the_same_events(cuts):
    edges = [0, *sorted(cuts), len(WHOLE)]
    one, gatherer, found = Happenings(RULES), Gatherer(), []
    for start, stop in pairwise(edges):
        for s in gatherer.push(WHOLE.part(start, stop)):
            found += one.push(s)
    found += [event for s in gatherer.finish() for event in one.push(s)]
    found += one.finish()
    assert repr(found) == repr(ALL)


@pytest.mark.parametrize("hz", [2.0, 5.0, 30.0])
def test_the_rate_of_pictures_changes_no_change(hz):
    assert repr(gathered(coming_and_going(hz))) == repr(ALL)


def test_a_live_session_in_which_somebody_comes_and_goes_tells_the_same_however_it_is_cut():
    """The whole chain, from poses on: what is seen of somebody who leaves, returns and stands up."""
    bodies = [SITTING] * 150 + [None] * 150 + [SITTING] * 100 + [STANDING] * 100 + [None] * 120 + [STANDING] * 60
    series, told = draw(bodies), []
    for length in (1, 7, 33, 680):
        chain, gatherer, one, found = assessor(live=True), Gatherer(), Happenings(RULES), []
        for start in range(0, len(series), length):
            for s in gatherer.push(chain.push(series.part(start, min(start + length, len(series))))):
                found += one.push(s)
        found += [event for s in gatherer.finish() for event in one.push(s)]
        told.append(repr([*found, *one.finish()]))
    assert [e.kind for e in found] == ["went_away", "came_back", "stood_up", "went_away", "came_back"]
    assert len(set(told)) == 1
