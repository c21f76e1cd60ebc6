"""What makes all numbers of a clip doubtful: upside down, another person, too small; and points outside the picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from posture_coach.pose.checks import EDGE_MARGIN, level, outside, person_changes_s, trunk_px, upside_down, whole
from posture_coach.pose.types import Landmark, PoseSeries
from tests.drawn import TRUNK_M, Body, draw

STANDING = Body(yaw_deg=90.0)


def moved(series: PoseSeries, first: int, by_px: tuple[float, float]) -> PoseSeries:
    """Put the person elsewhere from one picture on."""
    points = series.points_px.copy()
    points[first:] += by_px
    return replace(series, points_px=points)


def without(series: PoseSeries, start: int, stop: int) -> PoseSeries:
    """Lose the person for some pictures."""
    points = series.points_px.copy()
    points[start:stop] = np.nan
    return replace(series, points_px=points)


def turned(series: PoseSeries) -> PoseSeries:
    """Turn the pictures by 180 degrees."""
    return replace(series, points_px=np.array([series.width, series.height]) - series.points_px)


@pytest.mark.parametrize("body", [STANDING, Body(), Body(yaw_deg=90.0, hip_flexion_left_deg=90.0)])
def test_a_turned_picture_is_noticed_and_an_upright_one_is_not(body):
    series = draw([body] * 10)
    assert not upside_down(series)
    assert upside_down(turned(series))


def test_a_deep_bend_is_not_upside_down():
    bent = {"trunk_inclination_deg": 150.0, "hip_flexion_left_deg": 150.0, "hip_flexion_right_deg": 150.0}
    assert not upside_down(draw([Body(yaw_deg=90.0, **bent)] * 10))


def test_some_wrong_pictures_do_not_condemn_a_clip():
    series = draw([STANDING] * 10)
    points = series.points_px.copy()
    points[:5] = turned(series).points_px[:5]
    assert not upside_down(replace(series, points_px=points))


def test_nobody_is_not_upside_down():
    assert not upside_down(draw([None] * 5))


def sideways(series: PoseSeries) -> PoseSeries:
    """Turn the pictures by a quarter."""
    points = np.stack([series.height - series.points_px[..., 1], series.points_px[..., 0]], axis=-1)
    return replace(series, points_px=points, width=series.height, height=series.width)


@pytest.mark.parametrize("body", [STANDING, Body(), Body(yaw_deg=45.0, trunk_inclination_deg=20.0)])
def test_a_picture_that_lies_on_its_side_is_noticed(body):
    series = draw([body] * 10)
    assert not level(series)
    assert not level(turned(series))
    assert level(sideways(series))


@pytest.mark.parametrize("neck_deg", [85.0, 140.0])
def test_who_bends_down_is_not_level(neck_deg):
    bent = {f"hip_flexion_{side}_deg": 80.0 for side in ("left", "right")}
    body = Body(yaw_deg=90.0, trunk_inclination_deg=80.0, neck_inclination_deg=neck_deg, **bent)
    assert not level(draw([body] * 10))
    assert not level(draw([None] * 5))


def test_a_leap_to_another_place_is_another_person():
    series = draw([STANDING] * 30)
    away = 3 * trunk_px(series)
    assert person_changes_s(series) == []
    assert person_changes_s(moved(series, 10, (away, 0.0))) == [pytest.approx(series.time_s[10])]


def test_a_leap_over_pictures_without_anybody_is_another_person():
    series = draw([STANDING] * 30)
    step_s = series.time_s[1]
    gap = max(1, round(0.2 / step_s))
    away = 9 * trunk_px(series)
    lost = without(moved(series, 10 + gap, (away, 0.0)), 10, 10 + gap)
    assert person_changes_s(lost) == [pytest.approx(series.time_s[10 + gap])]


def test_walking_out_and_in_again_later_is_no_leap():
    series = draw([STANDING] * 60)
    series = replace(series, time_s=np.arange(60) / 30.0)
    returned = without(moved(series, 50, (5 * trunk_px(series), 0.0)), 10, 50)
    assert person_changes_s(returned) == []


def test_a_runner_is_one_person():
    """4 metres a second at 30 pictures a second."""
    series = draw([STANDING] * 30)
    series = replace(series, time_s=np.arange(30) / 30.0)
    step_px = 4.0 / 30.0 / TRUNK_M * trunk_px(series)
    points = series.points_px + np.arange(30)[:, None, None] * np.array([step_px, 0.0])
    assert person_changes_s(replace(series, points_px=points)) == []


def test_the_trunk_is_measured_where_somebody_is():
    series = draw([STANDING] * 4)
    p = series.points_px[0]
    hips, shoulders = (
        p[[Landmark[f"{side}_{joint}"] for side in ("LEFT", "RIGHT")]].mean(axis=0) for joint in ("HIP", "SHOULDER")
    )
    assert trunk_px(without(series, 0, 2)) == pytest.approx(float(np.linalg.norm(hips - shoulders)))
    assert np.isnan(trunk_px(draw([None])))


@pytest.mark.parametrize(
    ("at", "is_outside"),
    [
        ((0.5, 0.5), False), ((0.5 * EDGE_MARGIN, 0.5), True), ((0.5, 1.0 - 0.5 * EDGE_MARGIN), True),
        ((1.5 * EDGE_MARGIN, 0.5), False), ((0.5, -3.0), True), ((2.0, 0.5), True),
    ],
)  # fmt: skip
def test_a_point_at_the_edge_of_the_picture_or_beyond_is_outside(at, is_outside):
    series = draw([STANDING] * 3)
    points = np.full_like(series.points_px, 0.5 * min(series.width, series.height))
    points[1, Landmark.LEFT_EAR] = np.array(at) * [series.width, series.height]
    series = replace(series, points_px=points)
    assert outside(series)[1, Landmark.LEFT_EAR] == is_outside
    assert outside(series).sum() == is_outside
    assert whole(series, [Landmark.LEFT_EAR, Landmark.NOSE]).tolist() == [True, not is_outside, True]
    assert whole(series, [Landmark.NOSE]).all()


def test_nobodys_points_are_neither_outside_nor_whole():
    series = without(draw([STANDING] * 3), 1, 2)
    assert not outside(series)[1].any()
    assert not whole(series, [Landmark.LEFT_EAR])[1]
