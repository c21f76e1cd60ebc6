"""What makes numbers doubtful is said, with what to do; where nothing is wrong, nothing is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from posture_coach.activity.types import Activity
from posture_coach.batch.doubts import doubts
from posture_coach.measures.measurer import Baseline
from posture_coach.measures.types import View
from posture_coach.pose.lookout import Sight
from posture_coach.pose.roster import Roster
from posture_coach.pose.types import Mode
from tests.batch.made import STANDING, assessed
from tests.drawn import Body
from tests.pose.people import someone

CLEAR = [Sight(1, 120.0)] * 4


def said(result=None, sights=CLEAR, baseline=None, roster=None):
    return " | ".join(doubts(result or assessed([STANDING] * 30), sights, baseline, roster))


def test_a_clear_clip_of_one_person_gives_no_doubt():
    assert said() == ""


def test_darkness():
    assert "very dark" in said(sights=[Sight(1, 10.0)] * 3 + CLEAR[:1])
    assert "very dark" not in said(sights=[Sight(1, 10.0), *CLEAR])


def company(seconds, apart=3.0):
    """Two people who stand so many trunks apart for so long, the left one chosen."""
    roster = Roster(1)
    size = someone(0).size_px
    for k in range(4 * seconds):
        roster.look([someone(300), someone(300 + apart * size)], k / 4, np.array([640.0, 360.0]))
    return roster


def test_others_in_view_are_named_with_what_was_done():
    told = said(roster=company(3))
    assert "more than one person in view from 0.0 to 2.8 s: person 1 from the left is measured" in told
    assert "painted out" in told
    assert "--person" in told
    assert "close" not in told


def test_who_comes_close_and_who_cannot_be_told_apart():
    near = company(1, apart=0.9)
    assert "somebody was close to the measured person at 0.0, 0.2, 0.5 s and more" in said(roster=near)
    near.mixed_s += [(0.5, 1.0), (0.2, 0.6), (4.0, 5.0)]
    told = said(roster=near)
    assert "could not be told apart from 0.2 to 1.0, 4.0 to 5.0 s: nothing is measured there" in told
    assert "close to the measured person at 0.0 s" in told


def test_not_found_among_others_is_not_called_nobody():
    gaps = assessed([STANDING] * 28 + [None] * 2)
    assert "the measured person was not found in 2 of 30 pictures" in said(gaps, roster=company(3))


def test_nobody_and_now_and_then_nobody():
    nobody, empty, doubtful = assessed([None] * 5), Sight(0, 120.0), Sight(1, 120.0)
    assert "nobody was seen: is the person in view" in said(nobody, [])
    assert "nobody was seen: is the person in view" in said(nobody, [empty])
    assert "though something there looks like a person" in said(nobody, [empty, doubtful])
    assert "nobody was seen in 2 of 30 pictures" in said(assessed([STANDING] * 28 + [None] * 2))


def test_a_hole_in_the_recording():
    whole = assessed([STANDING] * 30)
    time_s = np.where(np.arange(30) < 20, np.arange(30) / 10, 10 + np.arange(30) / 10)
    holed = replace(whole, poses=replace(whole.poses, time_s=time_s))
    assert "nothing was recorded from 1.9 to 12.0 s" in said(holed)


def test_seen_from_a_corner_and_neither_sitting_nor_standing():
    assert "seen from a corner" in said(assessed([Body(yaw_deg=45.0)] * 30))
    whole = assessed([STANDING] * 30)
    told = said(replace(whole, activity=np.full(30, Activity.UNKNOWN, dtype=object)))
    assert "mostly neither sitting, standing nor walking" in told
    assert "--rotate" not in told


def test_a_level_trunk_may_be_a_picture_on_its_side():
    lying = Body(yaw_deg=90.0, trunk_inclination_deg=88.0, neck_inclination_deg=88.0)
    assert "--rotate 90 or 270" in said(assessed([lying] * 30))
    assert "--rotate" not in said(assessed([STANDING] * 30))


@pytest.mark.parametrize(
    ("baseline", "words"),
    [
        (Baseline({}, View.FRONT), "another side (front)"),
        (Baseline({}, View.SIDE, Mode.DETECTED), "differ by one to three degrees"),
        (Baseline({}, View.SIDE, Mode.TRACKED), ""),
        (Baseline({}, View.SIDE), ""),
    ],
)
def test_an_own_upright_that_does_not_fit(baseline, words):
    told = said(baseline=baseline)
    assert words in told
    assert bool(told) == bool(words)
