"""Knees that swing and are drawn where they were."""

from __future__ import annotations

import math

import numpy as np
import pytest

from posture_coach.measures import sagittal
from posture_coach.measures.knees import LONGEST_STEP_S
from posture_coach.measures.types import Side, View
from posture_coach.pose.types import Landmark, PoseSeries
from tests.drawn import Body, draw, with_points
from tests.measures.test_skeleton import SCALE_PX, built

LEAD_S, HZ = 0.02, 30.0


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
