"""The person made ready: the sagittal plane unfolded, points moved to the joints, and two legs that count as one."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from posture_coach.measures import sagittal
from posture_coach.measures.skeleton import (
    FOOT_SEEN,
    FURTHEST_ON_FOOT,
    NO_OFFSETS,
    UNFOLDED_LEAST,
    Mixing,
    Offsets,
    Skeleton,
    arm_shift,
    build,
    unfold_gain,
)
from posture_coach.measures.thighs import ABREAST, ALIKE, ASTRIDE, UNLIKE
from posture_coach.measures.types import Side, View
from posture_coach.measures.view import body_yaw_deg, view_of
from posture_coach.pose.types import Landmark, Model, PoseSeries
from tests.drawn import FOOT_M, SHANK_M, THIGH_M, TRUNK_M, Body, draw, mirrored, with_points

SCALE_PX = 270.0
SIDE_ON = Body(yaw_deg=90)
LIMBS = ("hip_flexion_deg", "knee_flexion_deg")


def built(series: PoseSeries, offsets: Offsets = NO_OFFSETS, view: View | None = None, **mixing: float) -> Skeleton:
    """Make the skeleton of drawn people, seen from where their yaw says unless told otherwise."""
    yaw = body_yaw_deg(series)
    views = np.array([view or view_of(deg) for deg in yaw.tolist()], dtype=object)
    return build(series, yaw, views, offsets, Mixing(**mixing))


def skeleton(body: Body, offsets: Offsets = NO_OFFSETS, view: View | None = None, **mixing: float) -> Skeleton:
    return built(draw([body], scale_px=SCALE_PX), offsets, view, **mixing)


def both_legs(**angles: float) -> dict[str, float]:
    return {f"{joint}_flexion_{side}_deg": deg for joint, deg in angles.items() for side in ("left", "right")}


# Unfolding

from_aside = st.tuples(st.floats(35.0, 120.0), st.sampled_from([1.0, -1.0])).map(lambda pair: pair[0] * pair[1])
leans = st.floats(-60.0, 100.0)


def test_side_on_nothing_is_widened_and_nearer_to_the_front_no_more_than_at_35_degrees():
    gain = unfold_gain(np.array([90.0, -90.0, 30.0, -150.0, 35.0, 10.0, 0.0, 180.0]))
    np.testing.assert_allclose(gain, [1, 1, *[1 / math.sin(math.radians(35))] * 6])
    assert gain.max() == pytest.approx(1 / UNFOLDED_LEAST)
    assert gain.max() == pytest.approx(1.74, abs=0.01)
    assert unfold_gain(np.array([50.0]))[0] == pytest.approx(1 / math.sin(math.radians(50)))


@given(from_aside, leans, leans)
def test_trunk_and_neck_read_what_was_drawn_from_any_corner(yaw, trunk, neck):
    body = skeleton(Body(yaw_deg=yaw, trunk_inclination_deg=trunk, neck_inclination_deg=neck))
    assert sagittal.trunk_inclination(body)[0] == pytest.approx(trunk, abs=1e-6)
    assert sagittal.neck_inclination(body)[0] == pytest.approx(neck, abs=1e-6)
    assert sagittal.neck_trunk_angle(body)[0] == pytest.approx(neck - trunk, abs=1e-6)


@given(from_aside, st.floats(-30, 60), st.floats(-20, 120), st.floats(-10, 140))
def test_hips_and_knees_that_move_together_read_what_was_drawn_from_any_corner(yaw, trunk, hip, knee):
    body = skeleton(Body(yaw_deg=yaw, trunk_inclination_deg=trunk, **both_legs(hip=hip, knee=knee)))
    for side in Side:
        assert sagittal.hip_flexion(body, side)[0] == pytest.approx(hip, abs=1e-6)
        assert sagittal.knee_flexion(body, side)[0] == pytest.approx(knee, abs=1e-6)


@given(from_aside, leans)
def test_the_unfolded_picture_in_the_mirror_is_the_mirrored_one(yaw, trunk):
    series = draw([Body(yaw_deg=yaw, trunk_inclination_deg=trunk, shoulder_flexion_left_deg=40)], scale_px=SCALE_PX)
    offsets = Offsets(0.05, -0.08, -0.05, -0.01, 0.04, -0.02, 0.01, -0.01, 0.01)
    plain, other = built(series, offsets), built(mirrored(series), offsets)
    for name in ("mid_hip", "mid_shoulder", "mid_ear"):
        expected = getattr(plain, name) * [-1, 1] + [series.width, 0]
        np.testing.assert_allclose(getattr(other, name), expected, atol=1e-6)
    assert other.forward[0] == -plain.forward[0]


@pytest.mark.parametrize("view", [View.FRONT, View.BACK, View.UNKNOWN])
@pytest.mark.parametrize("yaw", [0.0, 50.0, 170.0])
def test_from_the_front_and_from_behind_the_picture_stays_as_it_is(view, yaw):
    series = draw([Body(yaw_deg=yaw, trunk_inclination_deg=20, lateral_trunk_lean_deg=10)])
    far_off = Offsets(*[0.1] * len(fields(Offsets)))
    body = built(series, far_off, view, thigh_from_depth=0.5, corner_leg_gain=1.5)
    np.testing.assert_array_equal(body.points_px, series.points_px)
    for name, joint in (("mid_hip", "HIP"), ("mid_shoulder", "SHOULDER"), ("mid_ear", "EAR")):
        pair = series.points_px[:, [Landmark[f"LEFT_{joint}"], Landmark[f"RIGHT_{joint}"]]]
        np.testing.assert_array_equal(getattr(body, name), pair.mean(axis=1))
    assert body.other_leg[0] == body.thigh_from_depth[0] == body.thigh_forward_px[0] == body.level_forward_px[0] == 0
    assert (body.ankle_along_foot == 0).all()
    assert body.leg_gain[0] == 1


@pytest.mark.parametrize("yaw", [90.0, 50.0, -36.0])
def test_the_trunks_length_is_that_of_the_picture_as_it_is(yaw):
    """Lengths compare with the person's own upright, which was not unfolded either."""
    body = skeleton(Body(yaw_deg=yaw, trunk_inclination_deg=40))
    up, ahead = math.cos(math.radians(40)), math.sin(math.radians(40)) * math.sin(math.radians(yaw))
    assert body.trunk_px[0] == pytest.approx(SCALE_PX * TRUNK_M * math.hypot(up, ahead))


def test_the_series_itself_is_not_changed():
    series = draw([Body(yaw_deg=50, trunk_inclination_deg=20)])
    before = series.points_px.copy(), series.world.copy()
    built(series, Offsets(0.1, 0.1, 0.1, 0.1, 0.1))
    np.testing.assert_array_equal(series.points_px, before[0])
    np.testing.assert_array_equal(series.world, before[1])


def test_nobody_stays_nobody():
    body = built(draw([None, Body(yaw_deg=90)]), Offsets(0.1, 0.1), view=View.SIDE)
    assert np.isnan(body.mid_shoulder[0]).all()
    assert not np.isnan(body.mid_shoulder[1]).any()


# The shoulders follow the arms

ARMS = Offsets(shoulder_up=-0.08, arm_forward=0.05, arm_up=0.03, raised_forward=-0.02, raised_up=0.07)
ASIDE = (90.0, -90.0, 60.0, -45.0)


def shift(body: Body, offsets: Offsets = ARMS) -> tuple[float, float]:
    """Return how far ahead and up the shoulders move, in trunk lengths, by where they end up."""
    moved, plain = skeleton(body, offsets, View.SIDE), skeleton(body, view=View.SIDE)
    trunk = math.radians(body.trunk_inclination_deg)
    ahead = np.array([math.cos(trunk) * plain.forward[0], math.sin(trunk)])
    up = np.array([math.sin(trunk) * plain.forward[0], -math.cos(trunk)])
    by = (moved.mid_shoulder - plain.mid_shoulder)[0] / (SCALE_PX * TRUNK_M)
    return float(by @ ahead), float(by @ up)


@pytest.mark.parametrize("yaw", ASIDE)
@pytest.mark.parametrize("trunk", [-20.0, 0.0, 70.0])
def test_hanging_arms_move_the_shoulders_along_the_trunk_alone(yaw, trunk):
    arms = {"shoulder_flexion_left_deg": 0.0, "shoulder_flexion_right_deg": 0.0}
    body = Body(yaw_deg=yaw, trunk_inclination_deg=trunk, **arms)
    assert shift(body) == pytest.approx((0.0, ARMS.shoulder_up), abs=1e-9)


@pytest.mark.parametrize("yaw", ASIDE)
@pytest.mark.parametrize("trunk", [0.0, 30.0])
@pytest.mark.parametrize(("left", "right"), [(90, 90), (180, 180), (45, 45), (-30, -30), (90, 0), (0, 90), (60, -20)])
def test_raised_arms_move_them_by_their_mean_elevation(yaw, trunk, left, right):
    arms = {"shoulder_flexion_left_deg": left, "shoulder_flexion_right_deg": right}
    sine = sum(math.sin(math.radians(deg)) for deg in (left, right)) / 2
    raised = sum(1 - math.cos(math.radians(deg)) for deg in (left, right)) / 2
    expected = (
        ARMS.arm_forward * sine + ARMS.raised_forward * raised,
        ARMS.shoulder_up + ARMS.arm_up * sine + ARMS.raised_up * raised,
    )
    assert shift(Body(yaw_deg=yaw, trunk_inclination_deg=trunk, **arms)) == pytest.approx(expected, abs=1e-9)


def test_an_arm_without_length_counts_as_hanging():
    points = draw([Body(yaw_deg=90)]).points_px
    points[:, Landmark.LEFT_ELBOW] = points[:, Landmark.LEFT_SHOULDER]
    up, forward = np.array([[0.0, -1.0]]), np.array([-1.0])
    ahead, rise = arm_shift(points, up, forward, ARMS)
    np.testing.assert_allclose([ahead[0, 0], rise[0, 0]], [0.0, ARMS.shoulder_up], atol=1e-9)


# The other points


@given(from_aside, st.floats(-30, 60))
def test_the_ears_offset_shrinks_with_the_sine_of_the_yaw(yaw, trunk):
    """From a corner the network puts the ear nearer to where it is."""
    body = Body(yaw_deg=yaw, trunk_inclination_deg=trunk, neck_inclination_deg=trunk)
    moved, plain = skeleton(body, Offsets(ear_forward=0.1)), skeleton(body)
    by = np.linalg.norm(moved.mid_ear - plain.mid_ear) / (SCALE_PX * TRUNK_M)
    assert by == pytest.approx(0.1 * abs(math.sin(math.radians(yaw))), abs=1e-9)
    ahead = sagittal.neck_inclination(moved)[0] - sagittal.neck_inclination(plain)[0]
    assert ahead > 0


@given(from_aside, st.floats(-30, 60))
def test_the_hips_offset_is_as_long_in_the_picture_from_a_corner_as_from_the_side(yaw, trunk):
    body = Body(yaw_deg=yaw, trunk_inclination_deg=trunk)
    read = sagittal.trunk_inclination(skeleton(body, Offsets(hip_forward=0.1)))[0]
    widened = 0.1 / abs(math.sin(math.radians(yaw)))
    assert read == pytest.approx(trunk - math.degrees(math.atan(widened)), abs=1e-6)


@given(from_aside, st.floats(0, 100))
def test_the_hip_moves_across_the_thigh_for_the_thigh_alone(yaw, hip):
    body = skeleton(Body(yaw_deg=yaw, **both_legs(hip=hip)), Offsets(thigh_forward=0.1))
    across = math.degrees(math.atan(0.1 * TRUNK_M / THIGH_M))
    for side in Side:
        assert sagittal.hip_flexion(body, side)[0] == pytest.approx(hip - across, abs=1e-6)
    assert sagittal.trunk_inclination(body)[0] == pytest.approx(0, abs=1e-6)


@given(from_aside, st.floats(0, 100))
def test_a_level_thighs_hip_moves_further_and_a_hanging_ones_not(yaw, hip):
    body = skeleton(Body(yaw_deg=yaw, **both_legs(hip=hip)), Offsets(level_forward=0.1))
    level = math.sin(math.radians(hip)) ** 2 if view_of(float(body.yaw_deg[0])) is View.SIDE else 0.0
    across = math.degrees(math.atan(0.1 * level * TRUNK_M / THIGH_M))
    for side in Side:
        assert sagittal.hip_flexion(body, side)[0] == pytest.approx(hip - across, abs=1e-6)
    assert sagittal.trunk_inclination(body)[0] == pytest.approx(0, abs=1e-6)


# The ankle on its foot

ON_FOOT = 0.25
"""Where drawn ankles lie along the foot."""
SHOD = Offsets(ankle_along_foot=ON_FOOT)


def slid(body: Body, by: float) -> PoseSeries:
    """Draw the ankles by so many lengths of the foot too far ahead along it."""
    series = draw([body], scale_px=SCALE_PX)
    points = series.points_px.copy()
    for side in ("LEFT", "RIGHT"):
        foot = points[:, Landmark[f"{side}_FOOT_INDEX"]] - points[:, Landmark[f"{side}_HEEL"]]
        points[:, Landmark[f"{side}_ANKLE"]] += by * foot
    return with_points(series, points_px=points)


@pytest.mark.parametrize("yaw", [90.0, -90.0, 70.0])
@pytest.mark.parametrize(("trunk", "knee", "ankle"), [(0, 0, 0), (0, 50, 20), (-15, 30, -25)])
def test_an_ankle_where_it_belongs_stays_there_however_the_foot_is_turned(yaw, trunk, knee, ankle):
    feet = {f"ankle_dorsiflexion_{side}_deg": ankle for side in ("left", "right")}
    series = draw([Body(yaw_deg=yaw, trunk_inclination_deg=trunk, **both_legs(knee=knee), **feet)], scale_px=SCALE_PX)
    for side in Side:
        assert sagittal.knee_flexion(built(series, SHOD), side)[0] == pytest.approx(knee, abs=1e-6)


@pytest.mark.parametrize("yaw", [90.0, -90.0])
@pytest.mark.parametrize("by", [0.05, -0.05])
def test_an_ankle_drawn_too_far_along_the_foot_comes_back_by_as_much_as_the_thigh_hangs(yaw, by):
    for hip, back in ((0, 1.0), (60, 0.5), (90, 0.0), (130, 0.0)):
        # The shank hangs straight, over a level foot.
        series = slid(Body(yaw_deg=yaw, **both_legs(hip=hip, knee=hip)), by)
        left = math.degrees(math.atan((1 - back) * by * FOOT_M / SHANK_M))
        for side in Side:
            assert sagittal.knee_flexion(built(series, SHOD), side)[0] == pytest.approx(hip - left, abs=1e-6)
            assert sagittal.hip_flexion(built(series, SHOD), side)[0] == pytest.approx(hip, abs=1e-6)


def test_an_ankle_further_off_than_people_differ_is_not_believed_further():
    left = math.degrees(math.atan((0.5 - FURTHEST_ON_FOOT) * FOOT_M / SHANK_M))
    assert sagittal.knee_flexion(built(slid(SIDE_ON, 0.5), SHOD), Side.LEFT)[0] == pytest.approx(-left, abs=1e-6)


@pytest.mark.parametrize("point", ["LEFT_HEEL", "LEFT_FOOT_INDEX"])
def test_a_foot_that_is_guessed_moves_no_ankle(point):
    series = slid(SIDE_ON, 0.05)
    series.visibility[:, Landmark[point]] = FOOT_SEEN - 0.01
    drawn, moved = (sagittal.knee_flexion(built(series, how), Side.LEFT)[0] for how in (NO_OFFSETS, SHOD))
    assert moved == drawn != pytest.approx(0, abs=0.5)
    series.visibility[:, Landmark[point]] = FOOT_SEEN
    assert sagittal.knee_flexion(built(series, SHOD), Side.LEFT)[0] == pytest.approx(0, abs=1e-6)


def test_a_foot_without_length_moves_no_ankle():
    series = draw([SIDE_ON], scale_px=SCALE_PX)
    series.points_px[:, Landmark.LEFT_FOOT_INDEX] = series.points_px[:, Landmark.LEFT_HEEL]
    assert sagittal.knee_flexion(built(series, SHOD), Side.LEFT)[0] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("yaw", [45.0, -50.0])
def test_from_a_corner_the_ankle_stays_where_the_network_puts_it(yaw):
    """A foot turned out points at the camera there."""
    series = slid(Body(yaw_deg=yaw), 0.05)
    drawn, moved = (sagittal.knee_flexion(built(series, how), Side.LEFT)[0] for how in (NO_OFFSETS, SHOD))
    assert moved == drawn


# Two legs as one


def together(body: Body) -> float:
    return float(skeleton(body).other_leg[0])


@given(from_aside, st.floats(0, 90), st.floats(0, 120))
def test_legs_that_move_together_count_as_one_more_so_the_more_the_body_faces_the_camera(yaw, hip, knee):
    assume(abs(abs(abs(yaw) - 90) - 30) > 1e-6)  # exactly on the edge of the side view, rounding decides
    expected = 0.0 if abs(abs(yaw) - 90) <= 30 else min(2 * math.cos(math.radians(yaw)) ** 2, 1.0)
    assert together(Body(yaw_deg=yaw, **both_legs(hip=hip, knee=knee))) == pytest.approx(expected, abs=1e-9)


def share(apart: float, alike: float, unlike: float) -> float:
    return float(np.clip((unlike - apart) / (unlike - alike), 0, 1))


@given(st.sampled_from([40.0, -50.0]), st.floats(-30, 120), st.floats(-30, 120))
@example(40.0, 65.0, 115.0)  # as far ahead as each other, and yet one above the other
def test_a_thigh_that_drops_or_reaches_much_further_than_the_other_stands_for_itself(yaw, left, right):
    both = np.radians([left, right])
    drops, reaches = (abs(np.diff(of(both))[0]) * THIGH_M / TRUNK_M for of in (np.cos, np.sin))
    body = Body(yaw_deg=yaw, hip_flexion_left_deg=left, hip_flexion_right_deg=right)
    expected = min(share(drops, ALIKE, UNLIKE), share(reaches, ABREAST, ASTRIDE))
    assert together(body) == pytest.approx(expected * together(Body(yaw_deg=yaw)), abs=1e-6)


@pytest.mark.parametrize("yaw", [40.0, -50.0, 36.0])
@pytest.mark.parametrize("swing", [25.0, -25.0, 15.0])
def test_a_walker_seen_from_a_corner_is_not_taken_for_one_who_stands(yaw, swing):
    """One thigh ahead and one behind drop alike: taken for one, they would hang straight."""
    body = skeleton(Body(yaw_deg=yaw, hip_flexion_left_deg=swing, hip_flexion_right_deg=-swing))
    assert sagittal.hip_flexion(body, Side.LEFT)[0] == pytest.approx(swing, abs=1e-6)
    assert sagittal.hip_flexion(body, Side.RIGHT)[0] == pytest.approx(-swing, abs=1e-6)


@pytest.mark.parametrize("yaw", [40.0, -50.0, 36.0])
def test_one_raised_leg_does_not_raise_the_other(yaw):
    near, far = ("left", "right") if yaw > 0 else ("right", "left")
    for raised, rests in ((near, far), (far, near)):
        body = skeleton(Body(yaw_deg=yaw, **{f"hip_flexion_{raised}_deg": 90, f"hip_flexion_{rests}_deg": 0}))
        assert body.other_leg[0] == 0
        assert sagittal.hip_flexion(body, Side(raised))[0] == pytest.approx(90, abs=1e-6)
        assert sagittal.hip_flexion(body, Side(rests))[0] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("yaw", [45.0, -45.0, 40.0])
@pytest.mark.parametrize("hip", [0.0, 30.0])
def test_knees_turned_out_to_the_sides_cancel(yaw, hip):
    """A thigh that points aside looks more bent from a corner, the other one as much less."""
    body = Body(yaw_deg=yaw, **both_legs(hip=hip), knee_valgus_left_deg=-30, knee_valgus_right_deg=-30)
    both, alone = skeleton(body), skeleton(body, view=View.SIDE)
    for side in Side:
        assert abs(sagittal.hip_flexion(both, side)[0] - hip) < 1
        assert abs(sagittal.hip_flexion(alone, side)[0] - hip) > 8


@pytest.mark.parametrize("yaw", [90.0, -90.0, 65.0])
def test_from_the_side_each_leg_is_measured_by_itself(yaw):
    body = skeleton(Body(yaw_deg=yaw, hip_flexion_left_deg=30, hip_flexion_right_deg=-30))
    assert body.other_leg[0] == 0
    assert sagittal.hip_flexion(body, Side.LEFT)[0] == pytest.approx(30, abs=1e-6)
    assert sagittal.hip_flexion(body, Side.RIGHT)[0] == pytest.approx(-30, abs=1e-6)


# Mixing


def deep_thighs(series: PoseSeries, hip_deg: float) -> PoseSeries:
    """Give the world points thighs of another flexion than the picture has."""
    other = draw([Body(yaw_deg=float(body_yaw_deg(series)[0]), **both_legs(hip=hip_deg))])
    space = series.world.copy()
    knees = [Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE]
    space[:, knees] = other.world[:, knees]
    return with_points(series, world=space)


@pytest.mark.parametrize("yaw", [90.0, -90.0, 70.0])
@pytest.mark.parametrize(("seen", "deep"), [(0, 20), (0, -20), (30, 50), (60, 40), (90, 20)])
def test_world_points_have_a_share_in_a_thigh_the_more_it_hangs(yaw, seen, deep):
    series = deep_thighs(draw([Body(yaw_deg=yaw, **both_legs(hip=seen))]), deep)
    share = 0.25 * math.cos(math.radians(seen)) ** 2
    for side in Side:
        read = sagittal.hip_flexion(built(series, thigh_from_depth=0.25), side)[0]
        assert read == pytest.approx(seen + share * (deep - seen), abs=1e-6)
        assert sagittal.hip_flexion(built(series), side)[0] == pytest.approx(seen, abs=1e-6)


def test_where_several_looks_agree_on_a_photo_world_points_have_a_share_of_their_own():
    series = deep_thighs(draw([Body(yaw_deg=90)]), 20)
    shares = {"thigh_from_depth": 0.25, "thigh_from_looks": 0.5}
    for spread_px, read in ((None, 5.0), (np.zeros((1, 33)), 5.0), (np.ones((1, 33)), 10.0)):
        looked = replace(series, spread_px=spread_px)
        assert sagittal.hip_flexion(built(looked, **shares), Side.LEFT)[0] == pytest.approx(read, abs=1e-6)


def test_the_heavy_models_depth_has_no_share_and_neither_has_any_from_a_corner():
    heavy = deep_thighs(draw([Body(yaw_deg=90)], model=Model.HEAVY), 40)
    corner = deep_thighs(draw([Body(yaw_deg=45)]), 40)
    for series in (heavy, corner):
        looked = replace(series, spread_px=np.ones((1, 33)))
        read = sagittal.hip_flexion(built(looked, thigh_from_depth=0.25, thigh_from_looks=0.5), Side.LEFT)[0]
        assert read == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(("yaw", "gain"), [(45.0, 1.1), (-40.0, 1.1), (90.0, 1.0), (-70.0, 1.0)])
def test_from_a_corner_thigh_and_shank_are_turned_further_from_hanging_and_the_trunk_is_not(yaw, gain):
    body = skeleton(Body(yaw_deg=yaw, trunk_inclination_deg=10, **both_legs(hip=60, knee=80)), corner_leg_gain=1.1)
    for side in Side:
        assert sagittal.hip_flexion(body, side)[0] == pytest.approx((60 - 10) * gain + 10, abs=1e-6)
        assert sagittal.knee_flexion(body, side)[0] == pytest.approx(80 * gain, abs=1e-6)
    assert sagittal.trunk_inclination(body)[0] == pytest.approx(10, abs=1e-6)


@pytest.mark.parametrize("yaw", [45.0, -40.0])
def test_a_bow_over_hanging_legs_is_multiplied_by_nothing(yaw):
    body = skeleton(Body(yaw_deg=yaw, trunk_inclination_deg=40, **both_legs(hip=40)), corner_leg_gain=1.1)
    for side in Side:
        assert sagittal.hip_flexion(body, side)[0] == pytest.approx(40, abs=1e-6)
        assert sagittal.knee_flexion(body, side)[0] == pytest.approx(0, abs=1e-6)
