"""The occasional look at the whole picture: often at first, then now and then; people counted, darkness seen."""

from __future__ import annotations

from dataclasses import replace

import av
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


def counted(path, every):
    """Look at every so many-th picture of a clip for the first time; return how many people each look found."""
    with av.open(str(path)) as clip, Lookout() as lookout:
        pictures = [picture.to_ndarray(format="rgb24") for picture in clip.decode(video=0)][::every]
        return [lookout.see(Frame(picture, 0.0, 0), now=True).people for picture in pictures]


def test_two_are_found_where_the_network_finds_the_one_or_the_other_alone(shared_folder, require):
    """A woman stands before a man who bends to the side: at a glance two are seen in one of five pictures."""
    people = counted(require(shared_folder / "real" / "multi" / "pose2sim_multi_cam02.mp4"), 24)
    assert len(people) == 5
    assert max(people) == 2
    assert people.count(2) >= 3


def test_what_is_left_of_somebody_painted_out_is_no_second_person(shared_folder, require):
    """Arms spread and legs apart, her clothes reach beyond the paint."""
    assert set(counted(require(shared_folder / "real" / "exercise" / "yoga_holds_side.mp4"), 15)) == {1}


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
