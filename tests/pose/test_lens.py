"""The lens's own arithmetic: bending, unbending, other sizes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.errors import DataError, PictureError
from posture_coach.pose import lens as lens_module
from posture_coach.pose.lens import Lens, focal_of_view_px, rays, shipped_presets, undistorted, usual_focal_px

LENS = Lens(1280, 720, 900.0, 910.0, 650.0, 350.0)
BENDS = st.tuples(
    st.floats(-0.15, 0.2), st.floats(-0.05, 0.05), st.floats(-0.003, 0.003), st.floats(-0.003, 0.003),
    st.floats(-0.01, 0.01),
)  # fmt: skip
POINTS = np.stack(np.meshgrid(np.linspace(0, 1280, 9), np.linspace(0, 720, 7)), axis=-1)


def with_bend(bend) -> Lens:
    return Lens(1280, 720, 900.0, 910.0, 650.0, 350.0, tuple(bend))


def drawn(straight: np.ndarray, lens: Lens) -> np.ndarray:
    """Project rays by OpenCV."""
    matrix = np.array([[lens.focal_x_px, 0, lens.centre_x_px], [0, lens.focal_y_px, lens.centre_y_px], [0, 0, 1.0]])
    ahead = np.concatenate([straight.reshape(-1, 2), np.ones((straight.size // 2, 1))], axis=1)
    flat = cv2.projectPoints(ahead, np.zeros(3), np.zeros(3), matrix, np.array(lens.distortion))[0]
    return flat.reshape(straight.shape)


@given(BENDS)
def test_what_the_lens_bent_is_straightened(bend):
    lens = with_bend(bend)
    straight = (POINTS - [650.0, 350.0]) / [900.0, 910.0]
    np.testing.assert_allclose(rays(drawn(straight, lens), lens), straight, atol=1e-6)


@given(BENDS)
def test_a_straightened_point_is_drawn_where_it_was_seen(bend):
    lens = with_bend(bend)
    straight = (undistorted(POINTS, lens) - [650.0, 350.0]) / [900.0, 910.0]
    np.testing.assert_allclose(drawn(straight, lens), POINTS, atol=1e-3)


def test_a_lens_without_distortion_moves_nothing():
    np.testing.assert_allclose(undistorted(POINTS, LENS), POINTS)


def test_nothing_stays_nothing_and_what_no_lens_draws_is_nothing():
    points = np.array([[np.nan, np.nan], [640.0, 360.0], [1e6, 1e6]])
    found = undistorted(points, with_bend((-0.3, 0.1, 0.0, 0.0, 0.0)))
    assert np.isnan(found[[0, 2]]).all()
    assert np.isfinite(found[1]).all()


def test_another_size_of_the_same_shape_scales_everything_but_the_bend():
    lens = with_bend((-0.2, 0.05, 0.001, 0.0, 0.0))
    half = lens.scaled(640, 360)
    np.testing.assert_allclose(undistorted(POINTS / 2, half), undistorted(POINTS, lens) / 2)
    assert lens.scaled(1280, 720) is lens
    assert lens.scaled(1366, 768).width == 1366


def test_another_shape_is_refused_with_what_to_do():
    with pytest.raises(PictureError, match="1280 x 720, these have 640 x 480"):
        LENS.scaled(640, 480)


def test_focal_lengths_from_fields_of_view():
    assert focal_of_view_px(800, 600, diagonal_deg=90.0) == pytest.approx(500.0)
    assert focal_of_view_px(1920, 1080, diagonal_deg=78.0) == pytest.approx(1360.0, rel=0.01)
    assert usual_focal_px(1280, 720) == usual_focal_px(720, 1280) == pytest.approx(1152.0)


def test_every_preset_has_a_source_and_a_believable_field_of_view():
    presets = shipped_presets()
    assert len(presets) >= 8
    for preset in presets.values():
        assert 50.0 <= preset.diagonal_deg <= 100.0
        assert 0.05 <= preset.err <= 0.2
        assert preset.source
        assert preset.url.startswith("https://")
    assert len({preset.name for preset in presets.values()}) == len(presets)


def test_a_preset_gives_the_focal_length_of_any_size():
    c920 = shipped_presets()["logitech_c920"]
    assert c920.focal_px(1920, 1080) == pytest.approx(1360.38, rel=0.01), "70.42 degrees wide, by the same source"
    assert c920.focal_px(640, 360) == pytest.approx(c920.focal_px(1920, 1080) / 3)
    assert c920.focal_px(1080, 1920) == c920.focal_px(1920, 1080), "turned"
    assert c920.focal_px(640, 480) == pytest.approx(c920.focal_px(1920, 1080) * 480 / 1080), "the sides are cut off"


@pytest.mark.parametrize("text", ["schema_version = 1\n[a]\nname = 'x'", "no toml", "[a]\nname = 'x'", ""])
def test_damaged_presets_are_named(tmp_path, monkeypatch, text):
    (tmp_path / "presets.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(lens_module, "calibration_folder", lambda: tmp_path)
    with pytest.raises(DataError, match=r"presets\.toml"):
        shipped_presets()
