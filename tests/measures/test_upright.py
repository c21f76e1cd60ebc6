"""What says how the camera stands: each witness's sign and error, several together, and when there is a warning."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.measures.calibration import LEVEL, Camera, UprightFrom
from posture_coach.measures.upright import (
    FRONT_SPREAD_DEG,
    SIDE_LEAN_DEG,
    SIDE_SPREAD_DEG,
    Stand,
    combined,
    from_click,
    from_lines,
    from_recording,
    from_standing,
    suspicion,
)
from posture_coach.pose.lens import Lens
from posture_coach.pose.recorded import Recorded
from posture_coach.pose.types import Landmark
from posture_coach.pose.verticals import Doubt, Verticals
from tests.drawn import Body, draw, with_points
from tests.measures.test_calibration import HEIGHT, PLAIN, WIDTH, drawn, tilted

SIZE = (WIDTH, HEIGHT)
LINES = Stand(0.8, 0.2, UprightFrom.LINES, -4.0, 0.6)
STANDING = Stand(0.1, 1.0, UprightFrom.STANDING)


def standing(roll_deg: float = 0.0, *, seconds: float = 10.0, beside_px: float = 0.0, **body):
    """Draw a person who stands still, in pictures of a camera that is rolled clockwise."""
    series = draw([Body(**body)] * round(seconds * 10))
    turn = math.radians(roll_deg)
    # Clockwise roll turns what is seen counter-clockwise.
    turned = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    centre = np.array(SIZE) / 2
    return with_points(series, points_px=(series.points_px - centre) @ turned.T + centre + [beside_px, 0.0])


# Standing


@pytest.mark.parametrize("roll", [-3.0, 0.0, 2.0])
@pytest.mark.parametrize("yaw", [0.0, 180.0])
def test_from_the_front_and_from_behind_a_person_stands_upright(roll, yaw):
    told = from_standing(standing(roll, yaw_deg=yaw), LEVEL)
    assert told.refusal == ""
    assert told.roll_deg == pytest.approx(roll, abs=0.05)
    assert FRONT_SPREAD_DEG <= told.roll_err_deg < FRONT_SPREAD_DEG + 0.1
    assert math.isnan(told.pitch_deg)


@pytest.mark.parametrize("roll", [-3.0, 0.0, 2.0])
@pytest.mark.parametrize("yaw", [90.0, -90.0])
def test_from_the_side_he_leans_forward_by_what_neutral_standing_does(roll, yaw):
    upright = standing(roll, yaw_deg=yaw)
    points = upright.points_px.copy()
    ears, ankles = ([Landmark[f"{side}_{joint}"] for side in ("LEFT", "RIGHT")] for joint in ("EAR", "ANKLE"))
    line = points[:, ears].mean(axis=1) - points[:, ankles].mean(axis=1)
    # Turned to the own right (yaw +90) he faces the left edge; the line's normal points to the right.
    ahead = np.stack([-line[:, 1], line[:, 0]], axis=1) * -math.copysign(1.0, yaw)
    points[:, ears] += ahead[:, None] * math.tan(math.radians(SIDE_LEAN_DEG))
    told = from_standing(with_points(upright, points_px=points), LEVEL)
    assert told.refusal == ""
    assert told.roll_deg == pytest.approx(roll, abs=0.2)
    assert told.roll_err_deg >= SIDE_SPREAD_DEG


def test_beside_the_middle_an_unknown_pitch_widens_the_interval_and_a_known_one_is_taken_out():
    lens = replace(PLAIN, focal_x_px=800.0, focal_y_px=800.0)
    upright = np.linspace([1.0, 0.9, 4.0], [1.0, -0.65, 4.0], 33)[None]
    camera = Camera(pitch_deg=10.0, pitch_err_deg=0.5, lens=lens)
    seen = drawn(upright, lens, tilted(0.0, 10.0))[0]
    body = draw([Body()] * 100)
    points = np.broadcast_to(seen[-1], body.points_px.shape).copy()
    for joints, at in ((("LEFT_ANKLE", "RIGHT_ANKLE"), 0), (("LEFT_HIP", "RIGHT_HIP"), 18)):
        points[:, [Landmark[name] for name in joints]] = seen[at]
    series = with_points(body, points_px=points)
    knowing, guessing = from_standing(series, camera), from_standing(series, Camera(focal_px=800.0))
    assert knowing.roll_deg == pytest.approx(0.0, abs=0.1)
    assert abs(guessing.roll_deg) > 1.5
    assert abs(guessing.roll_deg) < guessing.roll_err_deg
    assert knowing.roll_err_deg < guessing.roll_err_deg


def test_the_lens_is_taken_out_first():
    bent = Lens(WIDTH, HEIGHT, 800.0, 800.0, 640.0, 360.0, (-0.35, 0.1, 0.0, 0.0, 0.0))
    series = standing(0.0, beside_px=420.0)
    assert from_standing(series, LEVEL).roll_deg == pytest.approx(0.0, abs=0.05)
    assert abs(from_standing(series, Camera(lens=bent)).roll_deg) > 0.3


@pytest.mark.parametrize(
    "series",
    [
        standing(seconds=2.0),
        standing(yaw_deg=45.0),
        standing(yaw_deg=90.0, trunk_inclination_deg=40.0, hip_flexion_left_deg=40.0, hip_flexion_right_deg=40.0),
        standing(yaw_deg=90.0, hip_flexion_left_deg=90.0, hip_flexion_right_deg=90.0, knee_flexion_left_deg=90.0,
                 knee_flexion_right_deg=90.0),
        draw([None] * 100),
        draw([Body()] * 100, scale_px=600.0),
        draw([Body()]),
    ],
    ids=["short", "oblique", "bent", "sitting", "nobody", "cut off", "a photo"],
)  # fmt: skip
def test_what_is_no_standing_is_refused_with_what_to_do(series):
    told = from_standing(series, LEVEL)
    assert "Stand comfortably upright" in told.refusal
    assert math.isnan(told.roll_deg)


def test_a_person_who_sways_widely_is_refused():
    parts = [standing(roll, seconds=2.0).points_px for roll in (-4, 0, 4, 0, -4)]
    series = with_points(standing(), points_px=np.concatenate(parts))
    assert "stood still" in from_standing(series, LEVEL).refusal


def test_leaning_too_far_is_told_and_refused():
    told = from_standing(standing(7.0), LEVEL)
    assert told.roll_deg == pytest.approx(7.0, abs=0.1)
    assert "7°" in told.refusal


# Clicks, lines, recordings


@given(roll=st.floats(-20.0, 20.0), length=st.floats(100.0, 700.0))
def test_a_clicked_vertical_gives_the_roll_as_well_as_one_clicks(roll, length):
    turn = math.radians(roll)
    half = np.array([math.sin(turn), math.cos(turn)]) * length / 2
    lower, upper = np.array(SIZE) / 2 + half, np.array(SIZE) / 2 - half
    told = from_click(tuple(lower), tuple(upper), SIZE, LEVEL)
    assert told == from_click(tuple(upper), tuple(lower), SIZE, LEVEL)
    assert told.roll_deg == pytest.approx(roll, abs=1e-6)
    assert told.roll_err_deg == pytest.approx(math.hypot(0.2, math.degrees(2 * math.sqrt(2) / length)), rel=0.01)


def test_a_vertical_beside_the_middle_is_less_sure_until_the_pitch_is_known():
    lens = PLAIN
    lower, upper = drawn(np.array([[[1.2, 0.9, 4.0], [1.2, -0.9, 4.0], *[[0.0, 0.0, 4.0]] * 31]]), lens,
                         tilted(1.5, 8.0))[0, :2]  # fmt: skip
    knowing = from_click(tuple(lower), tuple(upper), SIZE, Camera(pitch_deg=8.0, pitch_err_deg=0.3, focal_px=1000.0))
    guessing = from_click(tuple(lower), tuple(upper), SIZE, Camera(focal_px=1000.0))
    assert knowing.roll_deg == pytest.approx(1.5, abs=0.1)
    assert abs(guessing.roll_deg - 1.5) < guessing.roll_err_deg
    assert guessing.roll_err_deg > 2.0 > 0.6 > knowing.roll_err_deg


@pytest.mark.parametrize("clicks", [((600, 300), (602, 340)), ((100, 300), (900, 320)), ((5, 5), (5, 5))])
def test_clicks_too_close_or_along_the_floor_are_refused(clicks):
    assert "far apart" in from_click(*clicks, SIZE, LEVEL).refusal


def test_lines_and_photos_say_what_they_said():
    lines = from_lines(Verticals(0.7, 0.2, -5.0, 0.6, 12))
    assert (lines.roll_deg, lines.roll_err_deg, lines.pitch_deg, lines.refusal) == (0.7, 0.2, -5.0, "")
    assert from_lines(Verticals(3.4, 0.2, doubt=Doubt.FAR)).roll_deg == 3.4
    assert math.isnan(from_lines(Verticals(3.4, 0.2, doubt=Doubt.CONTRADICTORY)).roll_deg)
    assert from_lines(Verticals(doubt=Doubt.FEW)).refusal == Doubt.FEW.value
    photo = from_recording(Recorded(1.5, math.nan, 1.0, "its accelerometer"))
    assert (photo.roll_deg, photo.roll_err_deg, photo.known_from) == (1.5, 1.0, UprightFrom.RECORDED)
    assert math.isnan(photo.pitch_err_deg)


# Together


def test_two_that_agree_are_weighed_by_how_sure_they_are():
    both = combined([STANDING, LINES])
    assert both.roll_deg == pytest.approx((0.1 + 0.8 * 25) / 26)
    assert both.roll_err_deg == pytest.approx(1 / math.sqrt(26))
    assert (both.known_from, both.pitch_deg, both.pitch_err_deg) == (UprightFrom.LINES, -4.0, pytest.approx(0.6))


def test_two_that_contradict_each_other_are_refused_and_named():
    both = combined([replace(STANDING, roll_deg=-1.2), LINES])
    assert math.isnan(both.roll_deg)
    assert "-1.2 ± 1.0°" in both.refusal
    assert "+0.8 ± 0.2°" in both.refusal
    assert both.of(LEVEL).known_from is UprightFrom.ASSUMED


def test_a_camera_that_may_stand_askew_is_level_as_surely_as_the_worst_witness_has_it():
    far = from_lines(Verticals(-3.4, 0.2, pitch_deg=5.0, pitch_err_deg=0.5, doubt=Doubt.FAR))
    doubted = combined([far]).of(LEVEL)
    assert (doubted.roll_deg, doubted.pitch_deg, doubted.known_from) == (0.0, 0.0, UprightFrom.ASSUMED)
    assert doubted.roll_half_width_deg == pytest.approx(3.6)
    assert far.of(LEVEL) == doubted, "by itself as among others"
    photo = Stand(2.5, 1.0, UprightFrom.RECORDED)
    against = combined([photo, replace(LINES, roll_deg=-1.0)])
    assert against.refusal
    assert against.of(LEVEL).roll_half_width_deg == pytest.approx(3.5)
    near = combined([from_lines(Verticals(0.3, 0.2, doubt=Doubt.FAR))]).of(LEVEL)
    assert near.roll_half_width_deg == LEVEL.roll_half_width_deg, "never surer than of nothing"


def test_lines_that_contradict_each_other_make_level_less_sure_by_how_far_most_of_them_lean():
    split = from_lines(Verticals(-2.5, 0.3, doubt=Doubt.CONTRADICTORY))
    assert combined([split]).of(LEVEL).roll_half_width_deg == pytest.approx(2.8)
    assert combined([split, LINES]).roll_deg == pytest.approx(LINES.roll_deg)
    assert suspicion(combined([split]).of(LEVEL), [split]) == "", "nothing says that it leans"


def test_of_a_person_who_leans_and_of_lines_that_say_nothing_a_level_camera_gets_no_less_sure():
    leaning = Stand(6.0, 1.0, UprightFrom.STANDING, refusal="because")
    for silent in ([leaning], [from_lines(Verticals(doubt=Doubt.FEW))], []):
        assert combined(silent).of(LEVEL) is LEVEL


def test_the_refused_have_no_say():
    refused = Stand(4.0, 0.1, UprightFrom.STANDING, refusal="because")
    assert combined([refused, LINES]).roll_deg == pytest.approx(LINES.roll_deg)
    assert combined([refused, LINES]).known_from is UprightFrom.LINES
    assert combined([refused]).refusal == "because"
    assert "taken as level" in combined([]).refusal


@given(st.lists(st.tuples(st.floats(-0.2, 0.2), st.floats(0.3, 3.0)), min_size=1, max_size=4))
def test_together_is_never_less_sure_than_the_surest(told):
    stands = [Stand(roll, err, UprightFrom.LINES) for roll, err in told]
    both = combined(stands)
    assert both.refusal == ""
    assert both.roll_err_deg <= min(err for _, err in told) + 1e-9
    assert min(roll for roll, _ in told) - 1e-9 <= both.roll_deg <= max(roll for roll, _ in told) + 1e-9


def test_a_stand_becomes_the_cameras_and_leaves_the_rest():
    camera = Camera(pitch_deg=2.0, pitch_err_deg=0.4, focal_px=800.0, height_m=1.1)
    stood = LINES.of(camera)
    assert (stood.roll_deg, stood.roll_err_deg, stood.known_from) == (0.8, 0.2, UprightFrom.LINES)
    assert (stood.pitch_deg, stood.focal_px, stood.height_m) == (-4.0, 800.0, 1.1)
    assert STANDING.of(camera).pitch_deg == 2.0


# Unknown and suspicious


def test_a_level_camera_raises_no_suspicion():
    quiet = [from_lines(Verticals(doubt=Doubt.FEW)), replace(STANDING, roll_deg=2.0)]
    assert suspicion(LEVEL, quiet) == ""
    assert suspicion(LEVEL, []) == ""


def test_lines_that_were_gated_and_exclude_level_raise_one():
    far = from_lines(Verticals(3.4, 0.2, doubt=Doubt.FAR))
    assert "+3.4 ± 0.2°" in suspicion(LEVEL, [far])
    assert "upright lines" in suspicion(LEVEL, [far])
    assert suspicion(far.of(LEVEL), [far]), "refused, so the camera is still taken as level"
    assert suspicion(LINES.of(LEVEL), [far]) == "", "the roll is known"


@pytest.mark.parametrize("roll", [3.5, -6.0])
def test_a_person_who_stands_askew_raises_one(roll):
    assert "person" in suspicion(LEVEL, [from_standing(standing(roll), LEVEL)])
