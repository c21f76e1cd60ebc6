"""Changes of activity become events: stood up, sat down, walked."""

from __future__ import annotations

import numpy as np

from posture_coach.activity.events import activity_events, transitions
from posture_coach.activity.recognise import recognise
from posture_coach.activity.types import Activity
from tests.activity.test_recognise import seated, standing, walking
from tests.drawn import draw

A = Activity


def happened(*kinds: Activity, time_s=None):
    label = np.array([kind for kind in kinds for _ in range(20)], dtype=object)
    time_s = np.arange(len(label)) / 10 if time_s is None else time_s
    return [(e.kind, e.start_s, e.end_s) for e in transitions(activity_events(label, time_s))]


def test_who_gets_up_and_sits_down_again():
    assert happened(A.SITTING, A.STANDING, A.SITTING) == [("stood_up", 2.0, 2.0), ("sat_down", 4.0, 4.0)]


def test_who_gets_up_may_walk_off_at_once():
    assert happened(A.SITTING, A.WALKING, A.SITTING) == [
        ("stood_up", 2.0, 2.0),
        ("walked", 2.0, 4.0),
        ("sat_down", 4.0, 4.0),
    ]
    assert happened(A.LYING, A.STANDING) == [("stood_up", 2.0, 2.0)]


def test_a_walk_between_two_stands_is_a_walk_alone():
    assert happened(A.STANDING, A.WALKING, A.STANDING) == [("walked", 2.0, 4.0)]


def test_nobody_knows_how_who_went_away_or_was_not_made_out_got_up():
    assert happened(A.SITTING, A.AWAY, A.STANDING) == []
    assert happened(A.SITTING, A.UNKNOWN, A.STANDING) == []
    assert happened(A.SITTING, A.EXERCISING, A.STANDING) == []


def test_nor_what_happened_in_a_hole_of_the_recording():
    time_s = np.concatenate([np.arange(20) / 10, 60 + np.arange(20) / 10])
    assert happened(A.SITTING, A.STANDING, time_s=time_s) == []


def test_it_is_told_what_came_before_and_after():
    label = np.array([A.SITTING] * 20 + [A.STANDING] * 20, dtype=object)
    (up,) = transitions(activity_events(label, np.arange(40) / 10))
    assert up.evidence == {"from": "sitting", "to": "standing"}


def test_of_a_person_who_is_seen_to_do_it():
    series = draw([*[seated()] * 40, *[standing()] * 30, *walking(5), *[seated()] * 40])
    events = transitions(activity_events(recognise(series).label, series.time_s))
    assert [e.kind for e in events] == ["stood_up", "walked", "sat_down"]
    assert events[0].start_s == 4.0
