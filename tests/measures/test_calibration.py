"""How the camera stands is taken out of the points exactly, whatever it is known from."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.errors import PictureError
from posture_coach.measures.calibration import LEVEL, Camera, levelled
from posture_coach.pose.lens import Lens, usual_focal_px
from posture_coach.pose.types import POINTS, Landmark, Mode, Model, PoseSeries
from tests.drawn import Body, joints

WIDTH, HEIGHT = 1280, 720
PLAIN = Lens(WIDTH, HEIGHT, 1000.0, 1000.0, 640.0, 360.0)
BENT = Lens(WIDTH, HEIGHT, 1010.0, 990.0, 655.0, 348.0, (-0.12, 0.05, 0.002, -0.001, -0.01))
NEAR_UPRIGHT = st.floats(-25.0, 25.0)


def series_of(points_px: np.ndarray, world: np.ndarray | None = None, size: tuple[int, int] = (WIDTH, HEIGHT)):
    n = len(points_px)
    ones = np.ones((n, POINTS))
    world = np.zeros((n, POINTS, 3)) if world is None else world
    times = np.arange(n) / 10.0
    return PoseSeries(*size, Mode.TRACKED, Model.FULL, times, np.arange(n), points_px, world, ones, ones)


def people() -> np.ndarray:
    """Return (3, 33, 3) metres before a level camera, x right, y down, z ahead: upright, bent, beside the middle."""
    at = []
    for body, place in (
        (Body(), (0.0, 0.0, 4.0)),
        (Body(trunk_inclination_deg=60.0, yaw_deg=90.0), (0.4, 0.2, 3.5)),
        (Body(yaw_deg=40.0), (-0.9, -0.1, 4.5)),
    ):
        forward, right, up = joints(body).T
        turn = math.radians(body.yaw_deg)
        # Yaw 0 faces the camera: forward is towards it, the right hand at the left of the picture.
        x = -right * math.cos(turn) - forward * math.sin(turn)
        z = -forward * math.cos(turn) + right * math.sin(turn)
        at.append(np.stack([x, -up, z], axis=-1) + place)
    return np.array(at)


def tilted(roll_deg: float, pitch_deg: float) -> np.ndarray:
    """Return the (3, 3) turn from a level camera's axes to those of one that was pitched up, then rolled clockwise."""
    up = cv2.Rodrigues(np.array([-math.radians(pitch_deg), 0.0, 0.0]))[0]
    clockwise = cv2.Rodrigues(np.array([0.0, 0.0, -math.radians(roll_deg)]))[0]
    return clockwise @ up


def drawn(points: np.ndarray, lens: Lens, turn: np.ndarray | None = None) -> np.ndarray:
    """Project (n, 33, 3) points of a level camera's axes by OpenCV, through a camera turned from it."""
    matrix = np.array([[lens.focal_x_px, 0, lens.centre_x_px], [0, lens.focal_y_px, lens.centre_y_px], [0, 0, 1.0]])
    turn = np.eye(3) if turn is None else turn
    flat = (points.reshape(-1, 3) @ turn.T)[:, None]
    return cv2.projectPoints(flat, np.zeros(3), np.zeros(3), matrix, np.array(lens.distortion))[0].reshape(-1, 33, 2)


def ideal(lens: Lens) -> Lens:
    focal = (lens.focal_x_px + lens.focal_y_px) / 2.0
    return replace(lens, focal_x_px=focal, focal_y_px=focal, distortion=(0.0,) * 5)


# Taking it out


@pytest.mark.parametrize("camera", [LEVEL, Camera(focal_px=900.0), Camera(height_m=1.0, roll_err_deg=0.2)])
def test_a_level_camera_gives_back_the_same_poses(camera):
    series = series_of(drawn(people(), PLAIN))
    assert levelled(series, camera) is series


@given(roll=NEAR_UPRIGHT, pitch=NEAR_UPRIGHT, lens=st.sampled_from([PLAIN, BENT]))
def test_points_come_back_to_what_a_level_camera_without_distortion_sees(roll, pitch, lens):
    points, turn = people(), tilted(roll, pitch)
    seen = drawn(points, lens, turn)
    series = series_of(seen, points @ turn.T)
    back = levelled(series, Camera(roll, pitch, lens=lens))
    inside = ((seen >= 0) & (seen <= [WIDTH, HEIGHT])).all(axis=-1)
    assert inside.sum() > 20
    off = np.linalg.norm(back.points_px - drawn(points, ideal(lens)), axis=-1)
    assert off[inside].max() < 0.05
    np.testing.assert_allclose(back.world, points, atol=1e-9)


@given(roll=NEAR_UPRIGHT, pitch=NEAR_UPRIGHT)
def test_a_focal_length_alone_takes_roll_and_pitch_out_too(roll, pitch):
    lens = replace(PLAIN, centre_x_px=WIDTH / 2, centre_y_px=HEIGHT / 2)
    points = people()
    back = levelled(series_of(drawn(points, lens, tilted(roll, pitch))), Camera(roll, pitch, focal_px=1000.0))
    np.testing.assert_allclose(back.points_px, drawn(points, lens), atol=1e-6)


@given(roll=NEAR_UPRIGHT)
def test_without_a_focal_length_the_picture_is_turned_by_the_roll(roll):
    points = people()
    seen = series_of(drawn(points, PLAIN, tilted(roll, 0.0)), points @ tilted(roll, 0.0).T)
    back = levelled(seen, Camera(roll))
    np.testing.assert_allclose(back.points_px, drawn(points, PLAIN), atol=1e-6)
    np.testing.assert_allclose(back.world, points, atol=1e-9)


@given(roll=st.floats(-5.0, 5.0), pitch=NEAR_UPRIGHT, across_m=st.floats(-1.5, 1.5))
def test_without_a_focal_length_a_pitch_from_lines_still_makes_upright_lines_upright(roll, pitch, across_m):
    true = replace(PLAIN, focal_x_px=800.0, focal_y_px=800.0)
    upright = np.linspace([across_m, 0.8, 4.0], [across_m, -0.8, 4.0], POINTS)[None]
    seen = drawn(upright, true, tilted(roll, pitch))
    # What the lines give is tan(pitch) / focal length, whichever focal length is put in.
    assumed = usual_focal_px(WIDTH, HEIGHT)
    found = math.degrees(math.atan(math.tan(math.radians(pitch)) / true.focal_x_px * assumed))
    (back,) = levelled(series_of(seen), Camera(roll, found)).points_px
    np.testing.assert_allclose(back[:, 0], back[0, 0], atol=1e-6)


def test_signs_are_those_of_the_docstring():
    foot, head = np.array([0.0, 0.8, 4.0]), np.array([0.0, -0.8, 4.0])
    upright = np.broadcast_to(np.linspace(foot, head, POINTS), (1, POINTS, 3))
    (rolled,) = drawn(upright, PLAIN, tilted(5.0, 0.0))
    assert rolled[-1, 0] < rolled[0, 0], "rolled clockwise, uprights lean to the left"
    (raised,) = drawn(upright, PLAIN, tilted(0.0, 5.0))
    assert raised[:, 1].mean() > 360.0, "looking up, what is level lies low in the picture"


@given(roll=NEAR_UPRIGHT, pitch=NEAR_UPRIGHT)
def test_lengths_of_world_points_stay(roll, pitch):
    points = people()
    back = levelled(series_of(drawn(points, PLAIN), points), Camera(roll, pitch, focal_px=1000.0))
    np.testing.assert_allclose(np.linalg.norm(back.world, axis=-1), np.linalg.norm(points, axis=-1))


def test_nobody_stays_nobody_and_guesses_far_outside_stay_finite():
    seen = drawn(people(), BENT)
    seen[0] = np.nan
    seen[1, Landmark.LEFT_ANKLE] = [400.0, 9000.0]
    back = levelled(series_of(seen), Camera(3.0, -12.0, lens=BENT))
    assert np.isnan(back.points_px[0]).all()
    assert np.isfinite(back.points_px[1:]).all()


def test_a_lens_serves_pictures_of_another_size_and_no_other_shape():
    points, turn = people(), tilted(2.0, -4.0)
    half = BENT.scaled(WIDTH // 2, HEIGHT // 2)
    camera = Camera(2.0, -4.0, lens=BENT)
    large = levelled(series_of(drawn(points, BENT, turn)), camera)
    small = levelled(series_of(drawn(points, half, turn), size=(WIDTH // 2, HEIGHT // 2)), camera)
    np.testing.assert_allclose(small.points_px * 2.0, large.points_px, atol=1e-3)
    with pytest.raises(PictureError, match="Measure the lens again"):
        levelled(series_of(drawn(points, BENT), size=(640, 480)), camera)
