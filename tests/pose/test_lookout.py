"""The occasional look at the whole picture: often at first, then now and then; people counted, darkness seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from posture_coach.pose.landmarker import Landmarker
from posture_coach.pose.lookout import DARK_LEVEL, Lookout, Sight
from posture_coach.pose.person import Person
from posture_coach.pose.types import Frame, Mode, Model
from tests.clips import SITTING

GREY = Frame(np.full((240, 320, 3), 120, dtype=np.uint8), 0.0, 0)


@pytest.fixture(scope="module")
def person():
    return Frame(np.asarray(Image.open(SITTING).convert("RGB")), 0.0, 0)


def test_it_looks_every_second_at_first_and_every_two_later():
    with Lookout() as lookout:
        seen = [i / 10 for i in range(101) if lookout.see(replace(GREY, time_s=i / 10)) is not None]
    assert seen == [0.0, 1.0, 2.0, 3.0, 5.0, 7.0, 9.0]


def test_it_looks_more_often_when_told_to_and_at_once_where_it_must():
    with Lookout() as lookout:
        seen = [i / 20 for i in range(21) if lookout.see(replace(GREY, time_s=i / 20), soon=True) is not None]
        assert seen == [0.0, 0.25, 0.5, 0.75, 1.0]
        assert lookout.see(replace(GREY, time_s=1.05)) is None
        assert lookout.see(replace(GREY, time_s=1.05), now=True) is not None


def test_a_picture_that_comes_late_is_looked_at_once():
    with Lookout() as lookout:
        assert lookout.see(replace(GREY, time_s=0.0)) is not None
        assert lookout.see(replace(GREY, time_s=60.0)) is not None
        assert lookout.see(replace(GREY, time_s=60.1)) is None


def test_nobody_one_and_two_are_told_apart(person):
    two = Frame(np.concatenate([person.image, person.image[:, ::-1]], axis=1), 0.0, 0)
    for frame, people in ((GREY, 0), (person, 1), (two, 2)):
        with Lookout() as lookout:
            assert lookout.see(frame).people == people


def test_the_people_are_handed_over_where_they_are(person):
    width = person.image.shape[1]
    two = Frame(np.concatenate([person.image, person.image[:, ::-1]], axis=1), 0.0, 0)
    with Lookout() as lookout:
        left, right = sorted(lookout.see(two).found, key=lambda found: found.hip[0])
    assert left.hip[0] < width < right.hip[0]
    assert left.hip[0] == pytest.approx(2 * width - right.hip[0], abs=0.2 * left.size_px)
    assert left.colours == pytest.approx(right.colours, abs=30.0), "the same clothes"


def test_somebody_who_is_known_is_looked_for_where_he_was(person):
    """Too small in the whole picture, and found from near by."""
    small = np.asarray(
        Image.fromarray(person.image).resize((120, round(120 * person.image.shape[0] / person.image.shape[1])))
    )
    image = np.full((1400, 2000, 3), 120, dtype=np.uint8)
    image[900 : 900 + len(small), 300:420] = small
    frame = Frame(image, 0.0, 0)
    with Lookout() as lookout, Landmarker(Model.LITE, Mode.DETECTED) as near:
        pose = near.find(Frame(np.ascontiguousarray(image[850:1100, 250:500]), 0.0, 0))
        known = Person.of(pose.points_px + np.array([250, 850]))
        elsewhere = known.moved(np.array([1200.0, -400.0]))
        assert lookout.see(frame).people == 0
        (found,) = lookout.see(frame, [known, elsewhere], now=True).found
    assert found.apart(known) < 0.5


def test_darkness_is_the_mean_of_the_picture(person):
    with Lookout() as lookout:
        assert lookout.see(GREY) == Sight(0, 120.0)
    night = Frame((person.image // 12).astype(np.uint8), 0.0, 0)
    with Lookout() as lookout:
        assert lookout.see(night).dark
    assert not Sight(1, DARK_LEVEL).dark
