"""Poses stacked into a series, cut, and mirrored."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from posture_coach.pose.types import (
    MIRROR_ORDER,
    POINTS,
    STACKED,
    Frame,
    Landmark,
    Mode,
    Model,
    Pose,
    PoseSeries,
    Stack,
)

SIZE = (640, 480)


def pose(value: float) -> Pose:
    """Return a pose whose arrays all tell it apart."""
    return Pose(
        9.9, 99, *SIZE, Mode.TRACKED, Model.LITE,
        np.full((POINTS, 2), value), np.full((POINTS, 3), value + 0.1),
        np.full(POINTS, value + 0.2), np.full(POINTS, value + 0.3),
    )  # fmt: skip


def series(*poses: Pose | None) -> PoseSeries:
    frames = [(i / 5, 3 * i) for i in range(len(poses))]
    return PoseSeries.of(poses, frames, size=SIZE, mode=Mode.TRACKED, model=Model.LITE)


def test_the_largest_network_doubts_twice_as_much_and_all_are_told_on_one_scale():
    believed = dict.fromkeys(("visibility", "presence"), np.full((2, POINTS), 0.3))
    two = replace(series(pose(1), None), **(believed | {"presence": np.tile([[0.9], [np.nan]], POINTS)}))
    assert np.array_equal(two.sureness[0], np.full(POINTS, 0.3))
    heavy = replace(two, model=Model.HEAVY)
    assert np.array_equal(heavy.sureness[0], np.full(POINTS, 0.6))
    assert replace(heavy, visibility=np.full((2, POINTS), 0.8)).sureness[0].max() == 0.9
    assert replace(heavy, presence=np.full((2, POINTS), 0.2)).sureness[0].max() == 0.2


def test_poses_are_stacked_with_the_frames_own_time_and_number():
    stacked = series(pose(1), None, pose(3))
    assert (stacked.width, stacked.height, stacked.mode, stacked.model) == (640, 480, Mode.TRACKED, Model.LITE)
    assert stacked.time_s.tolist() == [0.0, 0.2, 0.4]
    assert stacked.index.tolist() == [0, 3, 6]
    assert stacked.index.dtype == np.int64
    assert stacked.points_px.shape == (3, 33, 2)
    assert stacked.world.shape == (3, 33, 3)
    assert stacked.visibility.shape == stacked.presence.shape == (3, 33)
    assert [float(a[2].max()) for a in (stacked.points_px, stacked.world, stacked.visibility, stacked.presence)] == [
        3.0, 3.1, 3.2, 3.3,
    ]  # fmt: skip


def test_nobody_is_nan_in_every_array():
    stacked = series(pose(1), None)
    assert len(stacked) == 2
    assert stacked.detected.tolist() == [True, False]
    for array in (stacked.points_px, stacked.world, stacked.visibility, stacked.presence):
        assert np.isnan(array[1]).all()
        assert not np.isnan(array[0]).any()


def test_a_series_of_nothing_is_empty():
    empty = series()
    assert len(empty) == 0
    assert empty.detected.shape == (0,)
    assert empty.points_px.shape == (0, 33, 2)


@pytest.mark.parametrize(("start", "stop", "numbers"), [(0, 4, [0, 3, 6, 9]), (1, 3, [3, 6]), (2, 2, []), (3, 9, [9])])
def test_a_part_keeps_time_number_and_size(start, stop, numbers):
    whole = series(pose(0), None, pose(2), pose(3))
    part = whole.part(start, stop)
    assert part.index.tolist() == numbers
    assert (part.width, part.height, part.mode, part.model) == (640, 480, Mode.TRACKED, Model.LITE)
    for name in ("time_s", "points_px", "world", "visibility", "presence", "detected"):
        np.testing.assert_array_equal(getattr(part, name), getattr(whole, name)[start:stop])


def test_one_look_at_every_picture_leaves_no_spread():
    assert series(pose(1), None).spread_px is None
    assert PoseSeries.joined([series(pose(1)), series(None)]).spread_px is None
    assert series(pose(1), pose(2)).part(0, 1).spread_px is None


def test_the_spread_of_several_looks_goes_with_its_picture():
    often = replace(pose(2), spread_px=np.full(POINTS, 2.5))
    stacked = series(pose(1), often, None)
    assert stacked.spread_px.shape == (3, POINTS)
    # One look, and nobody, have no spread.
    assert stacked.spread_px[:, 0].tolist() == [0.0, 2.5, 0.0]
    assert stacked.part(1, 3).spread_px[:, 4].tolist() == [2.5, 0.0]


@pytest.mark.parametrize("often_first", [True, False])
def test_joined_stretches_keep_the_spread_of_either(often_first):
    parts = [series(replace(pose(2), spread_px=np.full(POINTS, 2.5)), None), series(pose(1))]
    joined = PoseSeries.joined(parts if often_first else parts[::-1])
    assert joined.spread_px[:, 7].tolist() == ([2.5, 0.0, 0.0] if often_first else [0.0, 2.5, 0.0])
    assert len(joined) == len(joined.spread_px) == 3


def test_the_mirror_swaps_every_left_point_with_its_right_twin():
    def other(name: str) -> str:
        return name.replace("LEFT", "?").replace("RIGHT", "LEFT").replace("?", "RIGHT")

    assert [Landmark(int(i)).name for i in MIRROR_ORDER] == [other(point.name) for point in Landmark]


def test_the_mirror_of_the_mirror_is_the_picture():
    assert MIRROR_ORDER[MIRROR_ORDER].tolist() == list(range(POINTS))


def test_a_frames_size_is_width_and_height():
    assert Frame(np.zeros((480, 640, 3), dtype=np.uint8), 0.0, 0).size == (640, 480)


@pytest.mark.parametrize("count", [0, 1, STACKED, STACKED + 1])
def test_poses_that_were_gathered_are_the_same_as_those_stacked_at_once(count):
    poses = [pose(i) if i % 3 else None for i in range(count)]
    stack = Stack(Mode.TRACKED, Model.LITE, SIZE)
    for i, one in enumerate(poses):
        stack.push(one, Frame(np.zeros((SIZE[1], SIZE[0], 1), dtype=np.uint8), i / 5, 3 * i))
    assert_alike(stack.series(), series(*poses))


def test_pictures_without_the_person_are_as_if_nobody_had_been_found():
    often = replace(pose(2), spread_px=np.full(POINTS, 2.5))
    rows = np.array([False, True, False])
    assert_alike(series(pose(1), often, often).without(rows), series(pose(1), None, often))
    assert_alike(series(pose(1), pose(2), None).without(rows), series(pose(1), None, None))


def assert_alike(one, other):
    assert (one.width, one.height, one.mode, one.model) == (other.width, other.height, other.mode, other.model)
    for name in ("time_s", "index", "points_px", "world", "visibility", "presence"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert (one.spread_px is None) == (other.spread_px is None)
    if one.spread_px is not None:
        np.testing.assert_array_equal(one.spread_px, other.spread_px)
