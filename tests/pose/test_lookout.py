"""The occasional look at the whole picture: often at first, then now and then; people counted, darkness seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from posture_coach.pose.lookout import DARK_LEVEL, Lookout, Sight
from posture_coach.pose.types import Frame
from tests.clips import SITTING

GREY = Frame(np.full((240, 320, 3), 120, dtype=np.uint8), 0.0, 0)


@pytest.fixture(scope="module")
def person():
    return Frame(np.asarray(Image.open(SITTING).convert("RGB")), 0.0, 0)


def test_it_looks_every_second_at_first_and_every_two_later():
    with Lookout() as lookout:
        seen = [i / 10 for i in range(101) if lookout.see(replace(GREY, time_s=i / 10)) is not None]
    assert seen == [0.0, 1.0, 2.0, 3.0, 5.0, 7.0, 9.0]


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


def test_darkness_is_the_mean_of_the_picture(person):
    with Lookout() as lookout:
        assert lookout.see(GREY) == Sight(0, 120.0)
    night = Frame((person.image // 12).astype(np.uint8), 0.0, 0)
    with Lookout() as lookout:
        assert lookout.see(night).dark
    assert not Sight(1, DARK_LEVEL).dark
