"""Changes of what is done become events: stood up, sat down, lay down, went away, came back, walked, exercised."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.activity.events import CHANGES, Transitions, activity_events
from posture_coach.activity.recognise import recognise
from posture_coach.activity.types import Activity
from tests.activity.test_recognise import seated, standing, walking
from tests.drawn import draw

A = Activity
AWAY_S, OVER_S = 10.0, 5.0


def events(*stretches, finish=True):
    """Follow stretches of (activity, seconds), second by second; None for a hole in the recording."""
    one, at_s, found = Transitions(AWAY_S, OVER_S), 0.0, []
    for activity, length_s in stretches:
        for _ in range(length_s):
            if activity is not None:
                found += one.push(activity, at_s, at_s + 1.0)
            at_s += 1.0
    return [*found, *(one.finish() if finish else ())]


def happened(*stretches, **more):
    return [(e.kind, e.start_s, e.end_s) for e in events(*stretches, **more)]


def test_who_gets_up_and_sits_down_again():
    assert happened((A.SITTING, 20), (A.STANDING, 20), (A.SITTING, 20)) == [
        ("stood_up", 20.0, 20.0),
        ("sat_down", 40.0, 40.0),
    ]


def test_who_gets_up_may_walk_off_at_once():
    assert happened((A.SITTING, 20), (A.WALKING, 20), (A.SITTING, 20)) == [
        ("stood_up", 20.0, 20.0),
        ("walked", 20.0, 40.0),
        ("sat_down", 40.0, 40.0),
    ]


@pytest.mark.parametrize("kind", [A.SITTING, A.STANDING, A.WALKING])
def test_who_lies_down_gets_up_again(kind):
    told = happened((kind, 20), (A.LYING, 20), (A.STANDING, 20))
    assert [e for e in told if e[0] != "walked"] == [("lay_down", 20.0, 20.0), ("stood_up", 40.0, 40.0)]


def test_sitting_up_has_no_name():
    assert happened((A.LYING, 20), (A.SITTING, 20)) == []


def test_a_walk_between_two_stands_is_a_walk_alone():
    assert happened((A.STANDING, 20), (A.WALKING, 20), (A.STANDING, 20)) == [("walked", 20.0, 40.0)]


def test_how_somebody_came_out_of_an_exercise_is_not_told():
    assert happened((A.SITTING, 20), (A.EXERCISING, 20), (A.STANDING, 20)) == [("exercised", 20.0, 40.0)]


def test_who_goes_is_told_once_he_has_been_gone_for_long_enough():
    assert happened((A.SITTING, 20), (A.AWAY, 9), finish=False) == []
    assert happened((A.SITTING, 20), (A.AWAY, 10), finish=False) == [("went_away", 20.0, 20.0)]
    assert happened((A.SITTING, 20), (A.AWAY, 900)) == [("went_away", 20.0, 20.0)]


def test_who_comes_back_is_told_with_how_long_he_was_gone():
    gone, back = events((A.SITTING, 20), (A.AWAY, 30), (A.STANDING, 20))
    assert (gone.kind, gone.start_s, gone.evidence) == ("went_away", 20.0, {"before": "sitting", "after": "away"})
    assert (back.kind, back.start_s) == ("came_back", 50.0)
    assert back.evidence == {"before": "away", "after": "standing", "lasted_s": 30.0}


def test_nobody_comes_back_who_was_not_there():
    assert happened((A.AWAY, 30), (A.SITTING, 20)) == []


def test_a_moment_without_sight_hides_no_change_and_makes_none():
    for unseen in (A.UNKNOWN, A.AWAY):
        assert happened((A.SITTING, 20), (unseen, 4), (A.SITTING, 20)) == []
        assert happened((A.SITTING, 20), (unseen, 4), (A.STANDING, 20)) == [("stood_up", 24.0, 24.0)]
        assert happened((A.WALKING, 20), (unseen, 4), (A.WALKING, 20)) == [("walked", 0.0, 44.0)]
        assert happened((A.WALKING, 20), (unseen, 6), (A.WALKING, 20)) == [
            ("walked", 0.0, 20.0),
            ("walked", 26.0, 46.0),
        ]


def test_somebody_nobody_can_make_out_is_there():
    flicker = [(A.AWAY, 2), (A.UNKNOWN, 30)] * 5
    assert happened((A.SITTING, 20), *flicker, (A.SITTING, 20)) == []


def test_a_walk_is_told_as_soon_as_it_is_over():
    assert happened((A.WALKING, 20), (A.STANDING, 1), finish=False) == [("walked", 0.0, 20.0)]
    assert happened((A.WALKING, 20), (A.UNKNOWN, 5), finish=False) == [("walked", 0.0, 20.0)]
    assert happened((A.WALKING, 20), finish=False) == []


def test_nobody_knows_what_happened_in_a_hole_of_the_recording():
    assert happened((A.SITTING, 20), (None, 60), (A.STANDING, 20)) == []
    assert happened((A.WALKING, 20), (None, 60), (A.WALKING, 20)) == [("walked", 0.0, 20.0), ("walked", 80.0, 100.0)]
    assert happened((A.SITTING, 20), (A.AWAY, 20), (None, 60), (A.SITTING, 20)) == [("went_away", 20.0, 20.0)]
    assert happened((A.SITTING, 20), (None, 4), (A.STANDING, 20)) == [("stood_up", 24.0, 24.0)]


@given(st.lists(st.tuples(st.sampled_from([*Activity, None]), st.integers(1, 30)), max_size=25))
def test_whatever_is_done_events_are_named_in_order_and_end_after_they_begin(stretches):
    found, end_s = events(*stretches), float(sum(length_s for _, length_s in stretches))
    assert {e.kind for e in found} <= set(CHANGES)
    assert all(0.0 <= e.start_s <= e.end_s <= end_s for e in found)
    for kind in CHANGES:
        starts = [e.start_s for e in found if e.kind == kind]
        assert starts == sorted(starts)
    gone = [e.kind for e in found if e.kind in ("went_away", "came_back")]
    if not any(activity is None for activity, _ in stretches):
        assert gone == (["went_away", "came_back"] * len(gone))[: len(gone)]


def test_of_a_person_who_is_seen_to_do_it():
    series = draw([*[seated()] * 40, *[standing()] * 30, *walking(5), *[seated()] * 40])
    one, found = Transitions(AWAY_S, OVER_S), []
    for stretch in activity_events(recognise(series).label, series.time_s):
        found += one.push(Activity(str(stretch.evidence["activity"])), stretch.start_s, stretch.end_s)
    assert [e.kind for e in [*found, *one.finish()]] == ["stood_up", "walked", "sat_down"]
    assert found[0].start_s == 4.0


def test_stretches_cover_the_recording_and_end_at_a_hole():
    label = np.array([A.SITTING] * 20 + [A.STANDING] * 20, dtype=object)
    time_s = np.concatenate([np.arange(30) / 10, 60 + np.arange(10) / 10])
    told = [(e.evidence["activity"], e.start_s, round(e.end_s, 3)) for e in activity_events(label, time_s)]
    assert told == [("sitting", 0.0, 2.0), ("standing", 2.0, 3.0), ("standing", 60.0, 61.0)]
