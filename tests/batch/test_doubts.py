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
from posture_coach.pose.types import Mode
from tests.batch.made import STANDING, assessed
from tests.drawn import Body

CLEAR = [Sight(1, 120.0)] * 4


def said(result=None, sights=CLEAR, baseline=None):
    return " | ".join(doubts(result or assessed([STANDING] * 30), sights, baseline))


def test_a_clear_clip_of_one_person_gives_no_doubt():
    assert said() == ""


def test_darkness_and_more_than_one_person():
    assert "very dark" in said(sights=[Sight(1, 10.0)] * 3 + CLEAR[:1])
    assert "very dark" not in said(sights=[Sight(1, 10.0), *CLEAR])
    assert "more than one person in view in 1 of 5 looks" in said(sights=[Sight(2, 120.0), *CLEAR])


def test_nobody_and_now_and_then_nobody():
    assert "nobody was seen: is the person in view" in said(assessed([None] * 5))
    assert "nobody was seen in 2 of 30 pictures" in said(assessed([STANDING] * 28 + [None] * 2))


def test_a_hole_in_the_recording():
    whole = assessed([STANDING] * 30)
    time_s = np.where(np.arange(30) < 20, np.arange(30) / 10, 10 + np.arange(30) / 10)
    holed = replace(whole, poses=replace(whole.poses, time_s=time_s))
    assert "nothing was recorded from 1.9 to 12.0 s" in said(holed)


def test_seen_from_a_corner_and_lying():
    assert "seen from a corner" in said(assessed([Body(yaw_deg=45.0)] * 30))
    whole = assessed([STANDING] * 30)
    lying = replace(whole, activity=np.full(30, Activity.UNKNOWN, dtype=object))
    assert "--rotate 90 or 270" in said(lying)


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
