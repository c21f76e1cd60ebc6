"""Knees that swing and are drawn where they were, and hips that are drawn before or behind each other."""

from __future__ import annotations

import math

import numpy as np
import pytest

from posture_coach.measures import sagittal, thighs
from posture_coach.measures.thighs import APART, LONGEST_STEP_S, TOGETHER, hip_shift
from posture_coach.measures.types import Side, View
from posture_coach.pose.types import Landmark, PoseSeries
from tests.drawn import HIP_WIDTH_M, SHANK_M, THIGH_M, TRUNK_M, Body, draw, with_points
from tests.measures.test_skeleton import SCALE_PX, built

LEAD_S, HZ = 0.02, 30.0
LEG_M = THIGH_M + SHANK_M


def swinging(late_s: float, hz: float = HZ, steps: int = 30, yaw: float = 90.0) -> tuple[PoseSeries, np.ndarray]:
    """Draw a leg that swings while the body goes across the picture, its knee where it was against the hip.

    Returns
    -------
    series, flexion
        The other leg stands still; (steps,) true hip flexion of the left leg.
    """

    def bodies(delay_s: float) -> list[Body]:
        time_s = np.arange(steps) / hz - delay_s
        return [Body(yaw_deg=yaw, hip_flexion_left_deg=25 * math.sin(2 * math.pi * t)) for t in time_s.tolist()]

    now, before = (draw(bodies(delay_s), scale_px=SCALE_PX, hz=hz) for delay_s in (0.0, late_s))
    points = now.points_px.copy()
    knee, hip = Landmark.LEFT_KNEE, Landmark.LEFT_HIP
    points[:, knee] = now.points_px[:, hip] + before.points_px[:, knee] - before.points_px[:, hip]
    points[..., 0] += 400.0 * now.time_s[:, None]
    return with_points(now, points_px=points), np.array([body.hip_flexion_left_deg for body in bodies(0.0)])


@pytest.mark.parametrize("yaw", [90.0, -90.0, 75.0])
def test_a_knee_that_is_drawn_where_it_was_is_moved_on(yaw):
    series, true = swinging(LEAD_S, yaw=yaw)
    within = slice(0, -1)
    late, led = (sagittal.hip_flexion(built(series, knee_lead_s=lead), Side.LEFT)[within] for lead in (0.0, LEAD_S))
    assert np.abs(late - true[within]).max() > 2.5
    np.testing.assert_allclose(led, true[within], atol=0.2)
    still = sagittal.hip_flexion(built(series, knee_lead_s=LEAD_S), Side.RIGHT)
    np.testing.assert_allclose(still, 0.0, atol=1e-6)


def test_the_shank_hangs_from_the_knee_that_was_moved_on_and_the_ankles_own_angle_keeps_the_drawn_one():
    series, _ = swinging(LEAD_S)
    straight = slice(0, -1)
    late, led = (built(series, knee_lead_s=lead) for lead in (0.0, LEAD_S))
    assert np.abs(sagittal.knee_flexion(late, Side.LEFT)[straight]).max() > 5
    np.testing.assert_allclose(sagittal.knee_flexion(led, Side.LEFT)[straight], 0.0, atol=0.5)
    ankles = [sagittal.ankle_dorsiflexion(body, Side.LEFT) for body in (late, led)]
    np.testing.assert_array_equal(*ankles)


def test_without_a_speed_a_knee_stays():
    series, _ = swinging(LEAD_S)
    plain = sagittal.hip_flexion(built(series), Side.LEFT)
    led = sagittal.hip_flexion(built(series, knee_lead_s=LEAD_S), Side.LEFT)
    assert (led[:-1] != plain[:-1]).all()
    assert led[-1] == plain[-1]
    photo = built(series.part(0, 1), knee_lead_s=LEAD_S)
    assert sagittal.hip_flexion(photo, Side.LEFT) == plain[:1]
    gone = series.points_px.copy()
    gone[10] = np.nan
    around = sagittal.hip_flexion(built(with_points(series, points_px=gone), knee_lead_s=LEAD_S), Side.LEFT)
    assert around[9] == plain[9]
    np.testing.assert_array_equal(around[[8, 11]], led[[8, 11]])


def test_pictures_far_apart_tell_no_speed():
    for hz, moved in ((1.01 / LONGEST_STEP_S, True), (0.99 / LONGEST_STEP_S, False)):
        series, _ = swinging(LEAD_S, hz=hz)
        lead_px = built(series, knee_lead_s=LEAD_S).knee_lead_px
        assert lead_px.any() == moved
    twice = with_points(series, time_s=np.zeros(len(series)))
    assert not built(twice, knee_lead_s=LEAD_S).knee_lead_px.any()


def test_from_the_front_no_knee_is_moved_on():
    series, _ = swinging(LEAD_S)
    assert not built(series, view=View.FRONT, knee_lead_s=LEAD_S).knee_lead_px.any()


# Hips that lie behind each other


def standing(yaw: float, near_forward: float = 0.0, **angles: float) -> PoseSeries:
    """Draw somebody whose near hip is misplaced forward, and whose far hip backward, by shares of the trunk."""
    series = draw([Body(yaw_deg=yaw, **angles)], scale_px=SCALE_PX)
    points = series.points_px.copy()
    right_of_left = near_forward * TRUNK_M * SCALE_PX * -1.0
    points[:, Landmark.LEFT_HIP, 0] += right_of_left
    points[:, Landmark.RIGHT_HIP, 0] -= right_of_left
    return with_points(series, points_px=points)


@pytest.fixture
def pelvis_as_drawn(monkeypatch):
    """Let the drawn people's pelvis, and a yaw seen without fail, be what is expected of everybody."""
    monkeypatch.setattr(thighs, "HALF_PELVIS", HIP_WIDTH_M / 2.0 / TRUNK_M)
    monkeypatch.setattr(thighs, "YAW_SHORT_DEG", 0.0)


@pytest.mark.usefixtures("pelvis_as_drawn")
@pytest.mark.parametrize("yaw", [90.0, -90.0, 75.0, -75.0, 105.0, -105.0])
@pytest.mark.parametrize("off", [0.05, -0.05])
def test_hips_of_legs_that_are_together_lie_apart_by_what_the_yaw_says(yaw, off):
    series = standing(yaw, off)
    for side in Side:
        drawn = sagittal.hip_flexion(built(series), side)[0]
        assert abs(drawn) > 2.5
        assert sagittal.hip_flexion(built(series, hips_from_yaw=1.0), side)[0] == pytest.approx(0.0, abs=1e-6)
        half = sagittal.hip_flexion(built(series, hips_from_yaw=0.5), side)[0]
        assert half == pytest.approx(drawn / 2.0, abs=0.05)


@pytest.mark.usefixtures("pelvis_as_drawn")
@pytest.mark.parametrize("yaw", [90.0, -70.0])
def test_of_hips_where_they_belong_nothing_is_taken(yaw):
    bent = {"hip_flexion_left_deg": 80.0, "hip_flexion_right_deg": 80.0}
    body = built(standing(yaw, **bent), hips_from_yaw=1.0)
    np.testing.assert_allclose(body.thigh_roots(), body.both("hip"), atol=1e-9)
    assert sagittal.hip_flexion(body, Side.LEFT)[0] == pytest.approx(80.0, abs=1e-6)


@pytest.mark.parametrize(
    ("apart_deg", "share"),
    [(0.0, 1.0), (math.degrees(math.asin((TOGETHER + APART) / 2 * TRUNK_M / LEG_M)), 0.5), (40.0, 0.0)],
)
def test_the_further_the_legs_are_apart_the_more_the_hips_stay(apart_deg, share):
    step = {"hip_flexion_left_deg": apart_deg}
    told = built(standing(90.0, 0.05, **step), hips_from_yaw=0.8)
    assert told.legs_together[0] == pytest.approx(share, abs=1e-6)
    moved = np.abs(told.thigh_roots() - told.both("hip")).max()
    whole = abs(hip_shift(told.points_px, told.yaw_deg, told.trunk_px)[0])
    assert moved == pytest.approx(0.8 * share * whole)
    assert whole > 0.03 * TRUNK_M * SCALE_PX


@pytest.mark.usefixtures("pelvis_as_drawn")
def test_in_depth_too_hips_lie_beside_each_other():
    series = draw([Body(yaw_deg=90.0)], scale_px=SCALE_PX)
    twisted = series.world.copy()
    twisted[:, Landmark.LEFT_HIP, 0] += 0.04
    twisted[:, Landmark.RIGHT_HIP, 0] -= 0.04
    shares = {"thigh_from_depth": 1.0}
    twist = with_points(series, world=twisted)
    astray, put = (built(twist, **shares, hips_from_yaw=share) for share in (0.0, 1.0))
    drawn, moved = (abs(sagittal.hip_flexion(body, Side.LEFT)[0]) for body in (astray, put))
    assert drawn > 4
    assert moved < drawn / 2  # what is left is the twist of the yaw, which shoulders and hips share


def test_only_thighs_begin_elsewhere():
    series = standing(90.0, 0.05)
    for read in (sagittal.trunk_inclination, sagittal.neck_inclination, sagittal.hip_forward_offset):
        np.testing.assert_array_equal(read(built(series, hips_from_yaw=1.0)), read(built(series)))


@pytest.mark.parametrize("view", [View.FRONT, View.OBLIQUE])
def test_from_elsewhere_the_hips_stay(view):
    body = built(standing(90.0, 0.05), view=view, hips_from_yaw=1.0)
    np.testing.assert_array_equal(body.legs_together, 0.0)
    np.testing.assert_array_equal(body.thigh_roots().mean(axis=1), body.both("hip").mean(axis=1))
