"""Whether a camera stood still: drawn rooms that stay, move, grow, darken, and have nothing in them."""

from __future__ import annotations

import numpy as np
import pytest

from posture_coach.pose.opencv import opencv
from posture_coach.pose.still import moved
from posture_coach.pose.types import POINTS

WIDTH, HEIGHT = 640, 360


def room(seed=3):
    """Return a room wider than the picture, with things in it."""
    rng = np.random.default_rng(seed)
    wall = np.full((HEIGHT + 80, WIDTH + 440), 150, dtype=np.uint8)
    for _ in range(80):
        x, y = rng.integers(0, WIDTH + 400), rng.integers(0, HEIGHT + 50)
        opencv().rectangle(wall, (int(x), int(y)), (int(x + rng.integers(8, 60)), int(y + rng.integers(8, 60))),
                           int(rng.integers(20, 240)), -1)  # fmt: skip
    return wall


def seen(right=0, down=0, noise=2.0, wall=None, seed=0):
    """Return what a camera sees of the room, turned so many pixels."""
    wall = room() if wall is None else wall
    part = wall[40 + down : 40 + down + HEIGHT, 220 + right : 220 + right + WIDTH]
    return np.clip(part + np.random.default_rng(seed).normal(0, noise, part.shape), 0, 255).astype(np.uint8)


def with_person(picture, x):
    """Put somebody into a picture; return it with the points."""
    picture = picture.copy()
    box = (slice(60, 330), slice(x, x + 90))
    picture[box] = np.random.default_rng(9).integers(0, 255, picture[box].shape)
    points = np.random.default_rng(1).uniform((x, 60), (x + 90, 330), (POINTS, 2))
    points[0], points[1] = (x, 60), (x + 90, 330)
    return picture, points


def told(*pictures):
    return moved(list(pictures), np.full((len(pictures), POINTS, 2), np.nan))


def test_a_room_that_stays_has_not_moved():
    assert not told(*(seen(seed=k) for k in range(8)))


def test_a_person_who_walks_through_moves_no_camera():
    pictures, points = zip(*(with_person(seen(seed=k), 40 + 80 * k) for k in range(6)), strict=True)
    assert not moved(pictures, np.array(points))


@pytest.mark.parametrize("pixels", [-200, -40, -10, 10, 40, 200])
def test_a_camera_that_turns_is_noticed_and_so_is_one_that_comes_back(pixels):
    assert told(seen(), seen(right=pixels, seed=1))
    assert told(seen(), seen(right=pixels, seed=1), seen(seed=2))


def test_a_camera_that_follows_a_walker_is_noticed():
    pictures, points = zip(*(with_person(seen(right=20 * k - 60, seed=k), 270) for k in range(6)), strict=True)
    assert moved(pictures, np.array(points))


def test_a_hand_that_trembles_or_nods_is_not():
    assert not told(seen(), seen(right=3, seed=1), seen(right=-3, down=2, seed=2))
    assert not told(seen(), seen(down=12, seed=1))


def test_zooming_in_is_noticed():
    near = opencv().resize(seen()[30:-30, 53:-53], (WIDTH, HEIGHT))
    assert told(seen(), near)


def test_light_that_changes_moves_nothing():
    dim = (seen(seed=1) * 0.8).astype(np.uint8)
    assert not told(seen(), dim)


def test_another_room_is_another_place():
    assert told(seen(), seen(wall=room(11)))


def test_a_bare_wall_says_nothing():
    bare = np.full((HEIGHT, WIDTH), 200, dtype=np.uint8)
    assert not told(bare, bare)
    assert not told(seen())
    assert not moved([], np.zeros((0, POINTS, 2)))


def test_a_large_picture_is_judged_as_a_small_one():
    large = [opencv().resize(picture, None, fx=3.0, fy=3.0) for picture in (seen(), seen(right=20, seed=1))]
    assert told(*large)
    assert not told(large[0], large[0])
