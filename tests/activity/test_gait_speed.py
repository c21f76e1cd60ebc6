"""Speed and step length of drawn walkers whose way and height are known, and why there is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posture_coach.activity.gait import gait
from posture_coach.activity.gait_speed import (
    BODY_ERR,
    BODY_SHARE,
    CAMERA_MOVED,
    FROM_SIDE,
    NO_RULER,
    NO_SCALE,
    NOT_WHOLE,
    ON_THE_SPOT,
    SPEED,
    TURNED,
    Ruler,
    _length_px,
)
from posture_coach.measures.calibration import LEVEL, Camera
from posture_coach.pose.lens import usual_focal_px
from tests.activity.walkers import STRIDE_S, lifter, walker
from tests.drawn import with_points

STATURE_M = 1.75
RULER = Ruler(STATURE_M)
SCALED = Camera(focal_px=1000.0, pitch_err_deg=0.2, height_m=1.2)
SECONDS = 6.0


def told(series, camera=LEVEL, ruler=NO_RULER):
    found = gait(series, np.ones(len(series), dtype=bool), None, camera, ruler)
    assert found is not None
    return found.figures


def scaled_by_body(series):
    """Return metres a pixel of a drawn walker, as the person's height has it."""
    return BODY_SHARE * STATURE_M / float(np.median(_length_px(series)))


def across(speed_m_s, m_per_px, *, nearer_m_s=0.0, focal_px=None):
    """Let a walker come so many metres a second to the right, and nearer to the camera."""
    series = walker(SECONDS, yaw=-90.0, scale_px=120.0)
    middle = np.array([series.width / 2.0, series.height / 2.0])
    since_s = series.time_s - SECONDS / 2
    points = series.points_px - middle
    points[..., 0] += (since_s * speed_m_s / m_per_px)[:, None]
    if nearer_m_s:
        away_m = (focal_px or usual_focal_px(series.width, series.height)) * m_per_px
        points /= (1.0 - nearer_m_s * since_s / away_m)[:, None, None]
    return with_points(series, points_px=points + middle)


def by_body(speed_m_s, **more):
    return across(speed_m_s, scaled_by_body(walker(1.0, yaw=-90.0, scale_px=120.0)), **more)


# A scale


@given(st.floats(0.25, 0.9), st.sampled_from([-1.0, 1.0]))
@settings(max_examples=12, deadline=None)
def test_the_persons_height_gives_speed_and_step_length(speed_m_s, sign):
    figures = told(by_body(sign * speed_m_s), ruler=RULER)
    assert figures["speed_m_s"].value == pytest.approx(speed_m_s, rel=0.01)
    assert figures["step_length_m"].value == pytest.approx(speed_m_s * STRIDE_S / 2, rel=0.015)
    for name in SPEED:
        assert BODY_ERR < figures[name].err / figures[name].value < 0.11
        assert figures[name].n == figures["cadence_spm"].n


@pytest.mark.parametrize("focal_px", [None, 900.0])
def test_who_comes_nearer_meanwhile_is_no_slower_for_it(focal_px):
    series = by_body(0.6, nearer_m_s=0.2, focal_px=focal_px)
    found = told(series, Camera(focal_px=focal_px), RULER)["speed_m_s"]
    assert found.value == pytest.approx(np.hypot(0.6, 0.2), rel=0.03)
    straight = told(by_body(0.6), Camera(focal_px=focal_px), RULER)["speed_m_s"]
    surer = found.err / found.value <= 1.02 * straight.err / straight.value
    assert surer is (focal_px is not None), "how far it led nearer is known as well as the focal length"


def test_twice_as_tall_is_twice_as_fast():
    one, other = (told(by_body(0.5), ruler=Ruler(height))["speed_m_s"].value for height in (1.0, 2.0))
    assert other == pytest.approx(2.0 * one)


def test_the_cameras_own_scale_goes_first():
    series = walker(SECONDS, yaw=-90.0, scale_px=120.0)
    ankle_y = float(np.median(series.points_px[:, [27, 28], 1].max(axis=1)))
    m_per_px = (1.2 - 0.12) / (ankle_y - series.height / 2)
    found = told(across(0.5, m_per_px), SCALED, Ruler(9.0))["speed_m_s"]
    assert found.value == pytest.approx(0.5, rel=0.03)
    assert 0.08 < found.err / found.value < 0.1


def test_a_missed_step_makes_no_longer_steps():
    series = by_body(0.5)
    points = series.points_px.copy()
    points[80:95] = np.nan
    figures = told(with_points(series, points_px=points), ruler=RULER)
    assert len(gait(with_points(series, points_px=points), np.ones(len(series), dtype=bool)).walks[0].chains) == 2
    assert figures["step_length_m"].value == pytest.approx(0.5 * STRIDE_S / 2, rel=0.03)


# None


@pytest.mark.parametrize(
    ("series", "ruler", "reason"),
    [
        (by_body(0.5), NO_RULER, NO_SCALE),
        (by_body(0.0), RULER, ON_THE_SPOT),
        (by_body(0.02), RULER, ON_THE_SPOT),
        (lifter(8.0), RULER, FROM_SIDE),
        (by_body(0.5), Ruler(STATURE_M, camera_moved=True), CAMERA_MOVED),
        (by_body(0.0), Ruler(STATURE_M, camera_moved=True), ON_THE_SPOT),
    ],
    ids=["no scale", "treadmill", "drifting on it", "front", "moved", "followed by the camera"],
)
def test_what_cannot_be_told_has_a_reason(series, ruler, reason):
    figures = told(series, ruler=ruler)
    assert {figures[name].reason for name in SPEED} == {reason}
    assert not figures["cadence_spm"].reason


def test_who_turns_round_has_no_speed():
    series = by_body(0.8)
    points = series.points_px.copy()
    points[..., 0] += (2.0 * np.minimum(points[90, 24, 0] - points[:, 24, 0], 0.0))[:, None]
    assert told(with_points(series, points_px=points), ruler=RULER)["speed_m_s"].reason == TURNED


def test_a_head_out_of_the_picture_gives_no_scale():
    series = by_body(0.5)
    up = series.points_px - [0.0, series.points_px[0, 0, 1] + 20.0]
    assert told(with_points(series, points_px=up), ruler=RULER)["speed_m_s"].reason == NOT_WHOLE
