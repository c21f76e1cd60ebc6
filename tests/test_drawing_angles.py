"""Angles drawn on the body: an arc of the right size at the right joint, in the colour of the grade."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from posture_coach.drawing import GRADE_COLOUR, INK, draw_angles
from posture_coach.drawing.angles import _corners, _turn_deg
from posture_coach.measures.types import Measure
from posture_coach.scoring.bands import Grade
from tests.batch.made import SITTING, STANDING, assessed
from tests.drawn import Body, draw

GREY = 90
BODIES = [
    Body(yaw_deg=yaw, trunk_inclination_deg=30.0, neck_inclination_deg=50.0, hip_flexion_left_deg=60.0,
         hip_flexion_right_deg=60.0, knee_flexion_left_deg=40.0, knee_flexion_right_deg=40.0)
    for yaw in (90.0, -90.0)
]  # fmt: skip


def blank():
    return np.full((720, 1280, 3), GREY, dtype=np.uint8)


def near(image, colour, within=25):
    return (np.abs(image.astype(int) - np.array(colour)).max(axis=2) < within).sum()


@pytest.mark.parametrize("body", BODIES)
def test_the_arc_spans_the_angle_that_is_measured(body):
    points = draw([body]).points_px[0]
    corners = dict(_corners(points))
    side = "left" if body.yaw_deg > 0 else "right"
    wanted = {
        "trunk_inclination_deg": 30.0, "neck_inclination_deg": 50.0,
        f"hip_flexion_{side}_deg": 60.0, f"knee_flexion_{side}_deg": 40.0,
    }  # fmt: skip
    for name, degrees in wanted.items():
        corner = corners[name]
        assert abs(_turn_deg(corner.reference, corner.line)) == pytest.approx(degrees, abs=0.5), name


def test_frontal_angles_have_their_place_too():
    points = draw([Body(lateral_trunk_lean_deg=15.0)]).points_px[0]
    corner = dict(_corners(points))["lateral_trunk_lean_deg"]
    assert abs(_turn_deg(corner.reference, corner.line)) == pytest.approx(15.0, abs=0.5)


def test_what_is_scored_is_drawn_in_the_colour_of_its_grade():
    result = assessed([SITTING])
    reading = result.reading(0)
    hip = next(part for part in reading.score.parts if part.measure == "hip_flexion_left_deg")
    only = replace(reading, measures={hip.measure: reading.measures[hip.measure]})
    image = blank()
    draw_angles(image, result.poses.points_px[0], only)
    assert near(image, GRADE_COLOUR[hip.grade]) > 50
    others = [GRADE_COLOUR[grade] for grade in Grade if grade is not hip.grade]
    assert not any(near(image, colour) for colour in others)


def test_what_is_not_scored_is_drawn_without_a_grade():
    result = assessed([SITTING])
    reading = result.reading(0)
    name = "trunk_inclination_deg"
    image = blank()
    draw_angles(image, result.poses.points_px[0], replace(reading, measures={name: reading.measures[name]}))
    assert near(image, INK) > 50
    assert not any(near(image, GRADE_COLOUR[grade]) for grade in Grade)


def test_what_is_not_measured_is_not_drawn():
    result = assessed([STANDING])
    missing = {name: Measure(np.nan, np.nan, "why") for name in result.measures.names}
    image = blank()
    draw_angles(image, result.poses.points_px[0], replace(result.reading(0), measures=missing))
    assert (image == GREY).all()


def test_points_on_one_spot_are_no_fault():
    result = assessed([SITTING])
    image = blank()
    draw_angles(image, np.full((33, 2), 100.0), result.reading(0))
    assert (image == GREY).all()


def test_a_point_far_outside_the_picture_is_no_fault():
    result = assessed([SITTING])
    draw_angles(blank(), result.poses.points_px[0] + 5000.0, result.reading(0))
