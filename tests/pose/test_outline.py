"""Outlines of drawn masks: where they end is known; and masks of the real network on pictures of any width."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from posture_coach.pose.landmarker import Landmarker
from posture_coach.pose.outline import EDGES, HEIGHTS, REACH, SIDES, outline
from posture_coach.pose.types import Frame, Landmark, Mode, Model
from posture_coach.resources import samples_folder

SIZE = (480, 640)
SHARP = EDGES.index(0.5)
HIPS = [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]
SHOULDERS = [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]


def points(hip: tuple[float, float], shoulder: tuple[float, float]) -> np.ndarray:
    p = np.zeros((33, 2))
    p[HIPS], p[SHOULDERS] = hip, shoulder
    return p


def fading(edge_px: np.ndarray | float, over_px: float = 10.0) -> np.ndarray:
    """Return a mask that fades out to the right, from 1 to 0 over a stretch around `edge_px`."""
    x = np.arange(SIZE[1]) + 0.5
    return np.broadcast_to(np.clip(0.5 + (edge_px - x) / over_px, 0, 1), SIZE).astype(np.float32)


def test_an_edge_between_pixels_is_found_to_a_tenth_of_one():
    p = points((300.0, 400.0), (300.0, 250.0))
    right, left = outline(fading(340.3), p)
    np.testing.assert_allclose(right[SHARP] * 150, 40.3, atol=0.1)
    # Where the mask is taken to end moves the outline by that share of the stretch it fades over.
    np.testing.assert_allclose((right[0] - right[2]) * 150, 4.0, atol=0.2)
    assert np.isnan(left).all()


def test_rays_stand_at_right_angles_on_a_leaning_trunk():
    p = points((300.0, 400.0), (390.0, 280.0))
    right, _ = outline(fading(370.0), p)
    # To the right of the trunk line, which leans by 3:4, rays go down to the right.
    away = (370.0 - (300.0 + 90.0 * HEIGHTS)) / 120.0
    inside = (away > 0.02) & (away < REACH[-1] - 0.02)
    np.testing.assert_allclose(right[SHARP][inside], away[inside], atol=0.002)
    assert np.isnan(right[SHARP][away < -0.05]).all()


def test_the_first_side_is_where_somebody_faces_who_faces_right():
    mask = np.zeros(SIZE, dtype=np.float32)
    mask[:, 280:350] = 1.0
    right, left = outline(mask, points((300.0, 400.0), (300.0, 250.0)))
    assert SIDES == (1.0, -1.0)
    np.testing.assert_allclose(right[SHARP] * 150, 50, atol=0.2)
    np.testing.assert_allclose(left[SHARP] * 150, 20, atol=0.2)


def test_nobody_stands_beyond_the_picture():
    everywhere = np.ones(SIZE, dtype=np.float32)
    right, left = outline(everywhere, points((600.0, 400.0), (600.0, 250.0)))
    np.testing.assert_allclose(right[SHARP] * 150, 40, atol=0.6)
    assert np.isnan(left).all()


# The real network


@pytest.fixture(scope="module")
def picture():
    with Image.open(samples_folder() / "sitting_upright.jpg") as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("mode", Mode)
def test_a_mask_moves_no_point_and_covers_the_person(picture, mode):
    frame = Frame(picture, 0.0, 0)
    with Landmarker(Model.FULL, mode, masks=True) as network:
        pose, mask = network.find_masked(frame)
    with Landmarker(Model.FULL, mode) as network:
        plain = network.find(frame)
    np.testing.assert_array_equal(pose.points_px, plain.points_px)
    assert mask.shape == picture.shape[:2]
    middle = pose.points_px[HIPS + SHOULDERS].mean(axis=0).astype(int)
    assert mask[middle[1], middle[0]] > 0.9
    assert mask[:10].max() < 0.1
    sides = outline(mask, pose.points_px)[:, SHARP]
    assert np.isfinite(sides).all(axis=1).any()
    assert 0.1 < np.nanmedian(sides) < 0.4


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_pictures_of_any_width_have_a_mask(picture, cut):
    narrow = Frame(np.ascontiguousarray(picture[:, :-cut]), 0.0, 0)
    assert narrow.size[0] % 4
    with Landmarker(Model.LITE, Mode.DETECTED, masks=True) as network:
        pose, mask = network.find_masked(narrow)
        # One column less moves this network's points by up to 12 pixels: compare with the very picture it sees.
        widened = np.pad(narrow.image, ((0, 0), (0, 4 - narrow.size[0] % 4), (0, 0)), mode="edge")
        plain = network.find(Frame(widened, 0.0, 0))
    assert (pose.width, pose.height) == narrow.size
    assert mask.shape == narrow.image.shape[:2]
    np.testing.assert_array_equal(pose.points_px, plain.points_px)


def test_nobody_has_no_mask():
    with Landmarker(Model.LITE, Mode.DETECTED, masks=True) as network:
        assert network.find_masked(Frame(np.zeros((240, 321, 3), dtype=np.uint8), 0.0, 0)) is None
