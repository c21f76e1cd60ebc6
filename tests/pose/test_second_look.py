"""A second look in the mirror: by the real network nothing prefers a side, and what the looks disagree on is left."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from posture_coach.pose.landmarker import Landmarker
from posture_coach.pose.second_look import LEAD_S, in_the_mirror, together
from posture_coach.pose.types import MIRROR_ORDER, Frame, Landmark, Mode, Model, PoseSeries
from tests.clips import LONG_WALK, SQUATS, frames_of
from tests.drawn import Body, draw, mirrored, with_points

LEGS = np.arange(Landmark.LEFT_KNEE, Landmark.RIGHT_FOOT_INDEX + 1)
KNEES = [Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE]
TRUNK = [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER, Landmark.LEFT_HIP, Landmark.RIGHT_HIP]


def pictures(path, count: int, *, flipped: bool = False) -> list[Frame]:
    shown = itertools.islice(frames_of(path), count)
    turned = (image[:, ::-1] if flipped else image for _, image in shown)
    return [Frame(np.ascontiguousarray(image), i / 30, i) for i, image in enumerate(turned)]


def looked(frames: list[Frame], mode: Mode) -> PoseSeries:
    with Landmarker(Model.LITE, mode) as network:
        found = [network.find(frame) for frame in frames]
    seen = [(frame.time_s, frame.index) for frame in frames]
    return PoseSeries.of(found, seen, size=frames[0].size, mode=mode, model=Model.LITE)


def everywhere(series: PoseSeries) -> np.ndarray:
    return np.ones(len(series), dtype=bool)


def both(frames: list[Frame], mode: Mode) -> tuple[PoseSeries, PoseSeries]:
    """Return the first look, and the mean of both."""
    first = looked(frames, mode)
    return first, together(first, in_the_mirror(frames, first, everywhere(first)))


def apart(one: PoseSeries, other: PoseSeries) -> np.ndarray:
    """Return how far points lie apart, and of legs their middle: which leg is which is the first look's word."""
    shown = [series.points_px.copy() for series in (one, other)]
    for points in shown:
        points[:, LEGS] = (points[:, LEGS] + points[:, MIRROR_ORDER[LEGS]]) / 2
    return np.linalg.norm(shown[0] - shown[1], axis=2)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("clip", [LONG_WALK, SQUATS], ids=["side", "front"])
def test_the_mean_of_both_looks_is_the_same_in_the_mirror(clip, mode):
    once, twice = both(pictures(clip, 12), mode)
    other_once, other_twice = both(pictures(clip, 12, flipped=True), mode)
    assert twice.detected.all()
    assert apart(mirrored(other_twice), twice).max() < 1e-6, "what one finds on the left, the other finds on the right"
    assert apart(mirrored(other_once), once).mean() > 1.0, "a single look prefers a side"


def test_only_what_is_wanted_is_looked_at_and_a_while_before():
    frames = pictures(LONG_WALK, 50)
    first = looked(frames, Mode.TRACKED)
    wanted = np.zeros(50, dtype=bool)
    wanted[[40, 41, 42]] = True
    looks = itertools.count(1)
    again = in_the_mirror(iter(frames), first, wanted, lambda: next(looks))
    assert np.flatnonzero(again.detected).tolist() == [40, 41, 42]
    assert next(looks) - 1 == round(30 * LEAD_S) + 3
    twice = together(first, again)
    changed = np.flatnonzero(np.abs(twice.points_px - first.points_px).max(axis=(1, 2)) > 0)
    assert changed.tolist() == [40, 41, 42]


def test_whoever_stops_it_stops_it_at_once():
    frames = pictures(LONG_WALK, 3)
    first = looked(frames, Mode.DETECTED)
    with pytest.raises(ZeroDivisionError):
        in_the_mirror(frames, first, everywhere(first), lambda: 1 // 0)


# What is taken from two looks


WALKING = draw([Body(yaw_deg=90.0, hip_flexion_left_deg=20.0, hip_flexion_right_deg=-20.0)] * 3)


def moved(series: PoseSeries, by: tuple[float, float], points: list[int] | slice = slice(None)) -> PoseSeries:
    found = series.points_px.copy()
    found[:, points] += np.array(by)
    return with_points(series, points_px=found)


def test_the_mean_lies_half_way():
    twice = together(WALKING, moved(WALKING, (4.0, -2.0)))
    np.testing.assert_allclose(twice.points_px - WALKING.points_px, np.broadcast_to([2.0, -1.0], (3, 33, 2)))
    world = together(WALKING, with_points(WALKING, world=WALKING.world + 0.02)).world
    np.testing.assert_allclose(world - WALKING.world, 0.01)
    np.testing.assert_array_equal(twice.visibility, WALKING.visibility)


def test_a_leg_taken_for_the_other_by_one_look_is_the_first_ones():
    tangled = WALKING.points_px.copy()
    tangled[:, KNEES] = tangled[:, KNEES[::-1]]
    twice = together(WALKING, with_points(WALKING, points_px=tangled))
    np.testing.assert_allclose(twice.points_px, WALKING.points_px)
    feet = [
        k for name in ("ANKLE", "HEEL", "FOOT_INDEX") for k in (Landmark[f"LEFT_{name}"], Landmark[f"RIGHT_{name}"])
    ]
    tangled[:, feet] = tangled[:, [k + 1 if k % 2 else k - 1 for k in feet]]
    twice = together(WALKING, with_points(WALKING, points_px=tangled))
    np.testing.assert_allclose(twice.points_px, WALKING.points_px)


def test_somebody_else_is_left_out():
    other = moved(WALKING, (0.5 * WALKING.width, 0.0))
    np.testing.assert_array_equal(together(WALKING, other).points_px, WALKING.points_px)


@pytest.mark.parametrize("yaw", [0.0, 90.0], ids=["front", "side"])
def test_whoever_faces_the_other_way_is_left_out(yaw):
    first = draw([Body(yaw_deg=yaw)] * 2)
    order = np.arange(33)
    order[TRUNK] = [TRUNK[k] for k in (1, 0, 3, 2)]
    turned = with_points(first, points_px=first.points_px[:, order], world=first.world[:, order])
    np.testing.assert_array_equal(together(first, turned).world, first.world)
    np.testing.assert_array_equal(together(first, turned).points_px, first.points_px)


def test_where_one_look_found_nobody_the_first_one_holds():
    nobody = {name: np.full_like(getattr(WALKING, name), np.nan) for name in ("points_px", "world")}
    missing = replace(WALKING, **nobody)
    np.testing.assert_array_equal(together(WALKING, missing).points_px, WALKING.points_px)
    assert not together(missing, WALKING).detected.any()
