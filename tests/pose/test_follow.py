"""One person is kept among several, in real videos; and alone in view nothing is done to his pictures."""

from __future__ import annotations

import numpy as np
import pytest

from posture_coach.pose import follow
from posture_coach.pose.follow import Follower
from posture_coach.pose.landmarker import Landmarker
from posture_coach.pose.types import Frame, Landmark, Mode, Model
from posture_coach.resources import samples_folder
from tests.clips import LONG_WALK, SQUATS, WALK, beside, frames_of

SITTER = samples_folder() / "sit_to_stand_side_rendered.mp4"
WIDTH = 640
"""Of each half."""
FRAMES = 120


def frames(path):
    return [Frame(image, time_s, k) for k, (time_s, image) in enumerate(frames_of(path))]


def found_in(pictures, choice, mode=Mode.TRACKED):
    with Follower(Model.LITE, mode, choice) as follower:
        return [follower.find(frame) for frame in pictures], follower.roster


def hip_x(pose):
    return pose.points_px[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP], 0].mean()


def images(path):
    return [image for _, image in frames_of(path)][:FRAMES]


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Somebody who stands up and sits down, and to his right somebody who walks on the spot."""
    path = tmp_path_factory.mktemp("two") / "two.mp4"
    return frames(beside(images(SITTER), images(LONG_WALK), path, FRAMES))


@pytest.mark.parametrize(("clip", "count"), [(WALK, 119), (SQUATS, 40), (LONG_WALK, 60)])
def test_alone_in_view_every_number_is_what_the_network_alone_gives(clip, count):
    pictures = frames(clip)[:count]
    with Landmarker(Model.LITE, Mode.TRACKED) as network:
        plain = [network.find(frame) for frame in pictures]
    found, roster = found_in(pictures, "largest")
    assert [pose is None for pose in found] == [pose is None for pose in plain]
    for one, other in zip(plain, found, strict=True):
        if one is not None:
            assert np.array_equal(one.points_px, other.points_px)
            assert np.array_equal(one.world, other.world)
    assert (roster.number, roster.most, roster.crowded_s) == (1, 1, [])


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("choice", [1, 2])
def test_the_chosen_one_of_two_is_found_as_if_he_were_alone(two, choice, mode):
    pictures = two if mode is Mode.TRACKED else two[::6]
    half = slice((choice - 1) * WIDTH, choice * WIDTH)
    alone = [Frame(np.ascontiguousarray(frame.image[:, half]), frame.time_s, frame.index) for frame in pictures]
    with Landmarker(Model.LITE, mode) as network:
        plain = [network.find(frame) for frame in alone]
    found, roster = found_in(pictures, choice, mode)
    assert (roster.number, roster.most) == (choice, 2)
    both = [(a, b) for a, b in zip(plain, found, strict=True) if a is not None and b is not None]
    assert len(both) > 0.95 * len(pictures)
    apart = [np.linalg.norm(b.points_px - a.points_px - (half.start, 0), axis=1).mean() for a, b in both]
    assert np.median(apart) < 6.0
    assert max(abs(hip_x(b) - half.start - hip_x(a)) for a, b in both) < 40.0, "never the other one"


def test_who_has_left_is_nobody_and_not_the_other_one(two):
    grey = np.full_like(two[0].image[:, :WIDTH], 120)
    leaving = [
        frame if k < 60 else Frame(np.concatenate([grey, frame.image[:, WIDTH:]], axis=1), frame.time_s, frame.index)
        for k, frame in enumerate(two)
    ]
    found, _ = found_in(leaving, 1)
    assert all(pose is not None and hip_x(pose) < WIDTH for pose in found[:60])
    assert [pose for pose in found[66:] if pose is not None] == []


def test_who_is_wanted_and_comes_later_is_measured_from_then_on(two):
    grey = np.full_like(two[0].image[:, WIDTH:], 120)
    coming = [
        frame if k >= 40 else Frame(np.concatenate([frame.image[:, :WIDTH], grey], axis=1), frame.time_s, frame.index)
        for k, frame in enumerate(two)
    ]
    found, roster = found_in(coming, 2)
    assert [pose for pose in found[:40] if pose is not None] == []
    assert roster.late
    with Follower(Model.LITE, Mode.TRACKED, roster.begun_again()) as follower:
        found = [follower.find(frame) for frame in coming]
    assert [pose for pose in found[:30] if pose is not None] == []
    assert all(pose is not None and hip_x(pose) > WIDTH for pose in found[56:])


def test_a_choice_by_hand_takes_effect_with_the_next_picture(two):
    with Follower(Model.LITE, Mode.TRACKED, 1) as follower:
        before = [follower.find(frame) for frame in two[:20]][-1]
        follower.choose(follower.roster.tracks[1])
        after = [follower.find(frame) for frame in two[20:40]]
    assert hip_x(before) < WIDTH
    assert all(pose is None or hip_x(pose) > WIDTH for pose in after)
    assert sum(pose is not None for pose in after) > 10
    assert follower.roster.number == 2


def test_a_photo_of_two(two):
    for choice, inside in ((1, lambda x: x < WIDTH), (2, lambda x: x > WIDTH)):
        (pose,), _ = found_in(two[:1], choice, Mode.DETECTED)
        assert inside(hip_x(pose))


def test_ctrl_c_before_the_lookout_stands_leaves_no_network_open(monkeypatch):
    def pressed():
        raise KeyboardInterrupt

    closed, close = [], Landmarker.close
    monkeypatch.setattr(follow, "Lookout", pressed)
    monkeypatch.setattr(Landmarker, "close", lambda self: closed.append(close(self)))
    with pytest.raises(KeyboardInterrupt):
        Follower(Model.LITE, Mode.TRACKED)
    assert len(closed) == 1
