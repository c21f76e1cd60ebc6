"""The camera's height and the scale of the floor: drawn people, then rendered ones."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.measures.calibration import Camera
from posture_coach.measures.floor import ANKLE_M, EAR_SHARE, Height, camera_height_m, metres_per_px
from posture_coach.pose.lens import Lens
from posture_coach.pose.types import POINTS, Landmark
from tests.measures.test_calibration import BENT, HEIGHT, PLAIN, WIDTH, drawn, ideal, series_of, tilted

SIZE = (WIDTH, HEIGHT)
STATURE_M = 1.75
EARS = [Landmark.LEFT_EAR, Landmark.RIGHT_EAR]
ANKLES = [Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE]


def camera_of(roll=0.0, pitch=0.0, lens: Lens = PLAIN, **more) -> Camera:
    return Camera(roll, pitch, 0.2, lens=lens, pitch_err_deg=0.5, **more)


def upright(height_m: float, away_m: float, lens: Lens, roll=0.0, pitch=0.0, across_m=0.0):
    """Return pictures of a plain figure, a pole with ears and ankles, before a camera at that height."""
    above = np.full(POINTS, EAR_SHARE * STATURE_M)
    above[ANKLES] = ANKLE_M
    points = np.stack([np.full(POINTS, across_m), height_m - above, np.full(POINTS, away_m)], axis=1)[None]
    return series_of(drawn(points, lens, tilted(roll, pitch))), drawn(points, ideal(lens))[0]


@given(
    height=st.floats(0.6, 1.6), away=st.floats(3.2, 4.5), roll=st.floats(-5, 5), pitch=st.floats(-8, 2),
    across=st.floats(-0.5, 0.5), lens=st.sampled_from([PLAIN, BENT]),
)  # fmt: skip
def test_height_and_scale_come_back_whatever_the_camera(height, away, roll, pitch, across, lens):
    series, level = upright(height, away, lens, roll, pitch, across)
    camera = camera_of(roll, pitch, lens)
    told = camera_height_m(series, STATURE_M, camera)
    if told.reason:
        seen = series.points_px[0]
        assert ((seen < 0.011 * np.array(SIZE)) | (seen > 0.989 * np.array(SIZE))).any(), "only where he is cut off"
        return
    assert told.value_m == pytest.approx(height, abs=1e-3)
    assert 0.005 < told.err_m < 0.15
    scale, reason = metres_per_px(told.of(camera), level[ANKLES, 1], SIZE)
    assert reason == ""
    focal = (lens.focal_x_px + lens.focal_y_px) / 2
    np.testing.assert_allclose(scale, away / focal, rtol=2e-3)


def test_what_is_not_known_is_named():
    series, _ = upright(1.0, 4.0, PLAIN)
    rows = np.array([500.0])
    for camera, word in ((Camera(pitch_err_deg=0.5), "focal length"), (Camera(focal_px=900.0), "tilt")):
        told = camera_height_m(series, STATURE_M, camera)
        assert word in told.reason
        assert math.isnan(told.value_m)
        scale, reason = metres_per_px(camera, rows, SIZE)
        assert word in reason
        assert np.isnan(scale).all()
    assert "body height" in metres_per_px(camera_of(), rows, SIZE)[1]


def test_feet_out_of_the_picture_or_on_the_cameras_height_are_refused():
    series, _ = upright(1.0, 4.0, PLAIN)
    below = series.points_px.copy()
    below[:, ANKLES, 1] = HEIGHT + 40.0
    told = camera_height_m(series_of(below), STATURE_M, camera_of())
    assert "Put the camera further away" in told.reason
    assert told.of(camera_of()).height_m is None
    assert "higher" in camera_height_m(upright(0.15, 6.0, PLAIN)[0], STATURE_M, camera_of()).reason
    nobody = series_of(np.full((3, POINTS, 2), np.nan))
    assert "not both seen" in camera_height_m(nobody, STATURE_M, camera_of()).reason


def test_rows_at_and_above_the_horizon_have_no_scale():
    camera = Height(1.1, 0.02).of(camera_of())
    scale, reason = metres_per_px(camera, np.array([200.0, 361.0, 600.0]), SIZE, above_m=0.0)
    assert reason == ""
    assert np.isnan(scale[:2]).all()
    assert scale[2] == pytest.approx(1.1 / 240.0)
    assert "higher" in metres_per_px(camera, np.array([100.0]), SIZE)[1]


@pytest.mark.parametrize("name", ["B_dev_d1_0_neutral", "B_dev_d3_1_neutral", "B_dev_d6_1_neutral"])
def test_rendered_people_give_the_cameras_height(shared_folder, require, name):
    """From the true points; `benchmarks/camera_roll.py` measures with those that the network finds."""
    lines = require(shared_folder / "truth" / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    row = next(row for row in map(json.loads, lines) if row["id"] == name)
    bodies = json.loads((shared_folder / "truth" / "bodies.json").read_text(encoding="utf-8"))
    stands = row["camera"]
    size = (stands["width"], stands["height"])
    camera = Camera(pitch_deg=stands["pitch_deg"], pitch_err_deg=0.1, focal_px=stands["fx"])
    series = series_of(np.array(row["px"])[None, :POINTS], size=size)
    told = camera_height_m(series, bodies[row["body"]]["stature_m"], camera)
    assert told.value_m == pytest.approx(stands["position_world"][2], abs=0.05)
    assert abs(told.value_m - stands["position_world"][2]) < told.err_m
