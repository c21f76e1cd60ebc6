"""From poses to measures: why there is none, its error, the offsets, and what may not change a number."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.measures.accuracy import OTHER_MODE_WIDENING, Accuracy, Error, shipped_accuracy
from posture_coach.measures.calibration import Camera
from posture_coach.measures.definitions import BY_NAME, NAMES, Relative
from posture_coach.measures.measurer import Baseline, Measurer, raw_values
from posture_coach.measures.skeleton import NO_OFFSETS, Offsets
from posture_coach.measures.types import WORDS, MeasureSeries, Reason, Side, View
from posture_coach.pose.types import Landmark, Mode, Model, PoseSeries
from tests.drawn import THIGH_M, TRUNK_M, Body, draw, mirrored
from tests.measures.exact import EXACT

FOCAL_PX = 270.0
SIZES = ((640, 480), (1280, 720), (720, 1280))
CHANGE_SIGN = {
    "lateral_trunk_lean_deg", "shoulder_obliquity_deg", "pelvic_obliquity_deg", "head_roll_deg", "head_yaw_deg",
}  # fmt: skip


def neutral_of(series: PoseSeries, accuracy: Accuracy = EXACT) -> Baseline:
    value, view = raw_values(series, accuracy)
    return Baseline(dict(zip(NAMES, value[0].tolist(), strict=True)), view[0])


def measure(series: PoseSeries, **how) -> MeasureSeries:
    return Measurer(how.pop("accuracy", EXACT), **how).push(series)


def reason(series: PoseSeries, name: str, i: int = 0, **how) -> Reason:
    return Reason(int(measure(series, **how).reason[i, NAMES.index(name)]))


# Why there is no value

NOBODY, FRONT, SIDE = None, Body(), Body(yaw_deg=90)
HIDDEN = {"visibility": 0.3}
OUTSIDE = {"points_px": -40.0}
REASONS = [
    # name, body, what is done to which points, why
    ("trunk_inclination_deg", NOBODY, {}, (), Reason.NOBODY),
    ("head_yaw_deg", NOBODY, {}, (), Reason.NOBODY),
    ("trunk_inclination_deg", FRONT, {}, (), Reason.NOT_FROM_HERE),
    ("trunk_inclination_deg", Body(yaw_deg=45), {}, (), Reason.NONE),
    ("trunk_inclination_deg", Body(yaw_deg=34), {}, (), Reason.NOT_FROM_HERE),
    ("trunk_inclination_deg", Body(yaw_deg=-121), {}, (), Reason.NOT_FROM_HERE),
    ("head_pitch_deg", Body(yaw_deg=45), {}, (), Reason.NOT_FROM_HERE),
    ("hip_flexion_left_deg", Body(yaw_deg=45), {}, (), Reason.NONE),
    ("hip_flexion_right_deg", Body(yaw_deg=45), {}, (), Reason.FAR_SIDE),
    ("knee_flexion_left_deg", Body(yaw_deg=-50), {}, (), Reason.FAR_SIDE),
    ("trunk_inclination_deg", Body(yaw_deg=45), HIDDEN, ("RIGHT_HIP",), Reason.NOT_SEEN),
    ("lateral_trunk_lean_deg", SIDE, {}, (), Reason.NOT_FROM_HERE),
    ("head_roll_deg", Body(yaw_deg=180), {}, (), Reason.NOT_FROM_HERE),
    ("hip_flexion_right_deg", SIDE, {}, (), Reason.FAR_SIDE),
    ("hip_flexion_left_deg", Body(yaw_deg=-90), {}, (), Reason.FAR_SIDE),
    ("upper_arm_elevation_right_deg", SIDE, {}, (), Reason.FAR_SIDE),
    ("upper_arm_elevation_right_deg", FRONT, {}, (), Reason.NONE),
    ("knee_flexion_left_deg", SIDE, OUTSIDE, ("LEFT_ANKLE",), Reason.OUT_OF_PICTURE),
    ("knee_flexion_left_deg", SIDE, HIDDEN, ("LEFT_KNEE",), Reason.NOT_SEEN),
    ("knee_flexion_left_deg", SIDE, {"presence": 0.3}, ("LEFT_KNEE",), Reason.NOT_SEEN),
    ("hip_flexion_left_deg", SIDE, HIDDEN, ("LEFT_ANKLE",), Reason.NONE),
    ("trunk_inclination_est_deg", FRONT, {}, (), Reason.NO_BASELINE),
    ("neck_inclination_est_deg", SIDE, {}, (), Reason.NOT_FROM_HERE),
    ("neck_inclination_est_deg", FRONT, OUTSIDE, ("LEFT_EAR",), Reason.OUT_OF_PICTURE),
    ("trunk_inclination_deg", SIDE, HIDDEN, ("RIGHT_HIP", "RIGHT_SHOULDER"), Reason.NONE),
    ("trunk_inclination_deg", Body(yaw_deg=-90), HIDDEN, ("RIGHT_HIP",), Reason.NOT_SEEN),
    ("shoulder_obliquity_deg", FRONT, HIDDEN, ("RIGHT_SHOULDER",), Reason.NOT_SEEN),
    ("head_pitch_deg", SIDE, {}, (), Reason.NO_BASELINE),
    ("slump_ratio", FRONT, {}, (), Reason.NO_BASELINE),
    ("viewing_distance_cm", FRONT, {}, (), Reason.NO_CAMERA_SCALE),
    # The weightier one wins.
    ("knee_flexion_left_deg", SIDE, {**HIDDEN, **OUTSIDE}, ("LEFT_KNEE",), Reason.OUT_OF_PICTURE),
    ("knee_flexion_left_deg", FRONT, OUTSIDE, ("LEFT_KNEE",), Reason.NOT_FROM_HERE),
    ("knee_flexion_right_deg", SIDE, OUTSIDE, ("RIGHT_KNEE",), Reason.FAR_SIDE),
    ("head_pitch_deg", SIDE, HIDDEN, ("LEFT_EAR",), Reason.NOT_SEEN),
]


@pytest.mark.parametrize(("name", "body", "harm", "where", "why"), REASONS)
def test_why_a_measure_has_no_value(name, body, harm, where, why):
    series = draw([body])
    for array, value in harm.items():
        getattr(series, array)[:, [Landmark[point] for point in where]] = value
    assert reason(series, name) is why
    one = measure(series).at(0)[name]
    assert math.isnan(one.value) == (why is not Reason.NONE)
    assert one.reason == WORDS[why]


def test_points_in_one_place_give_no_angle_and_not_zero():
    series = draw([SIDE])
    series.points_px[:, Landmark.LEFT_ANKLE] = series.points_px[:, Landmark.LEFT_KNEE]
    assert reason(series, "knee_flexion_left_deg") is Reason.UNDEFINED


@pytest.mark.parametrize("name", ["head_yaw_deg", "upper_arm_elevation_left_deg"])
@pytest.mark.parametrize(("model", "why"), [(Model.HEAVY, Reason.SKEWED_DEPTH), (Model.FULL, Reason.NONE)])
def test_the_heavy_models_depth_is_not_used(name, model, why):
    assert reason(draw([FRONT], model=model), name) is why


@pytest.mark.parametrize("name", [name for name, row in BY_NAME.items() if row.relative is Relative.NOTHING])
def test_every_measure_but_the_relative_ones_is_there_from_one_of_the_four_sides(name):
    series = [draw([Body(yaw_deg=yaw)]) for yaw in (0, 90, 180, -90)]
    assert Reason.NONE in [reason(one, name) for one in series]


def needed_points() -> list[tuple[str, float, Landmark]]:
    """Every measure with every point it asks for, from the front, or from the side that is near."""
    needed = []
    for name, row in BY_NAME.items():
        if View.FRONT in row.views:
            needed += [(name, 0.0, point) for point in row.landmarks]
            continue
        for near, yaw in ((Side.LEFT, 90.0), (Side.RIGHT, -90.0)):
            if row.side in (None, near):
                needed += [(name, yaw, point) for point in row.landmarks if near.name in point.name]
    return needed


@pytest.mark.parametrize(("name", "yaw", "point"), needed_points())
def test_a_needed_point_out_of_the_picture_is_never_measured(name, yaw, point):
    series = draw([Body(yaw_deg=yaw)])
    series.points_px[:, point, 1] = series.height + 1
    assert reason(series, name) is Reason.OUT_OF_PICTURE


def test_a_length_in_the_picture_compares_within_one_recording_alone():
    own = neutral_of(draw([FRONT]))
    assert reason(draw([FRONT]), "slump_ratio", baseline=own) is Reason.NONE
    elsewhere = dataclasses.replace(own, same_recording=False)
    assert reason(draw([FRONT]), "slump_ratio", baseline=elsewhere) is Reason.OTHER_RECORDING
    assert reason(draw([FRONT]), "neck_length_ratio", baseline=elsewhere) is Reason.NONE


@pytest.mark.parametrize("edge", [(0.005, 0.5), (0.995, 0.5), (0.5, 0.005), (0.5, 0.995)])
def test_points_piled_up_at_the_edge_count_as_outside(edge):
    series = draw([SIDE])
    series.points_px[:, Landmark.LEFT_KNEE] = np.array(edge) * [series.width, series.height]
    assert reason(series, "knee_flexion_left_deg") is Reason.OUT_OF_PICTURE
    series.points_px[:, Landmark.LEFT_KNEE] = np.clip(edge, 0.02, 0.98) * [series.width, series.height]
    assert reason(series, "knee_flexion_left_deg") is not Reason.OUT_OF_PICTURE


@pytest.mark.parametrize(("joint", "deg"), [("hip", -60.0), ("hip", 170.0), ("knee", -40.0), ("knee", 178.0)])
def test_what_no_joint_can_do_is_refused_with_its_reason(joint, deg):
    body = dataclasses.replace(SIDE, **{f"{joint}_flexion_left_deg": deg})
    assert reason(draw([body]), f"{joint}_flexion_left_deg") is Reason.IMPOSSIBLE


@pytest.mark.parametrize(("deg", "why"), [(-64.0, Reason.IMPOSSIBLE), (30.0, Reason.NONE)])
def test_a_knee_of_guessed_legs_is_refused(deg, why):
    """Of a portrait that ends at the waist the network drew thighs across the belly: -64 degrees."""
    assert reason(draw([Body(knee_valgus_left_deg=deg)]), "knee_valgus_left_deg") is why


@pytest.mark.parametrize(("joint", "deg"), [("hip", -35.0), ("hip", 130.0), ("knee", -15.0), ("knee", 150.0)])
def test_the_ends_of_a_healthy_joints_range_are_measured(joint, deg):
    body = dataclasses.replace(SIDE, **{f"{joint}_flexion_left_deg": deg})
    assert reason(draw([body]), f"{joint}_flexion_left_deg") is Reason.NONE


def test_a_baseline_holds_for_its_own_view_alone():
    baseline = neutral_of(draw([FRONT]))
    assert reason(draw([FRONT]), "slump_ratio", baseline=baseline) is Reason.NONE
    assert reason(draw([SIDE]), "slump_ratio", baseline=baseline) is Reason.NO_BASELINE
    no_slump = Baseline({}, View.FRONT)
    assert reason(draw([FRONT]), "slump_ratio", baseline=no_slump) is Reason.NO_BASELINE


def test_a_value_stands_exactly_where_no_reason_does():
    bodies = [None, *(Body(yaw_deg=yaw, trunk_inclination_deg=20) for yaw in range(-180, 180, 10)), None]
    for how in ({}, {"baseline": neutral_of(draw([SIDE])), "camera": Camera(focal_px=FOCAL_PX)}):
        out = measure(draw(bodies, hz=1), **how)
        np.testing.assert_array_equal(np.isnan(out.value), out.reason != Reason.NONE)
        assert np.isnan(out.value[[0, -1]]).all()
        assert (out.reason[[0, -1]] == Reason.NOBODY).all()


def test_a_far_hip_lost_outside_the_picture_gives_no_wrong_trunk():
    series = draw([Body(yaw_deg=90, trunk_inclination_deg=20)])
    series.points_px[:, Landmark.RIGHT_HIP] = (-300, 900)
    value = measure(series).column("trunk_inclination_deg")[0]
    assert math.isnan(value) or value == pytest.approx(20, abs=2)


def test_who_turns_to_the_front_is_not_measured_from_the_side_any_more():
    turn = [Body(trunk_inclination_deg=20, yaw_deg=yaw) for yaw in [90] * 15 + list(range(90, 0, -3)) + [0] * 30]
    value = measure(draw(turn, hz=30)).column("trunk_inclination_deg")
    assert value[0] == pytest.approx(20)
    assert np.nanmin(value) > 15


# Its error


ERRORS = {
    ("trunk_inclination_deg", View.SIDE, Mode.TRACKED, Model.FULL): Error(0.5, 4.0),
    ("knee_flexion_deg", View.SIDE, Mode.TRACKED, Model.FULL): Error(0.0, 7.0),
    ("head_yaw_deg", View.FRONT, Mode.TRACKED, Model.FULL): Error(0.0, 9.0),
}
KNOWN = Accuracy(ERRORS, NO_OFFSETS, {})
NEAR = {"size": (64_000, 36_000)}
"""So large a picture that its pixels add nothing."""
STEADY = Camera(roll_err_deg=0.0)


@pytest.mark.parametrize(("yaw", "near", "far"), [(90, "left", "right"), (-90, "right", "left")])
def test_the_error_stands_beside_the_value_and_nowhere_else(yaw, near, far):
    out = measure(draw([Body(yaw_deg=yaw), None], **NEAR), accuracy=KNOWN, camera=STEADY)
    seen, nobody = out.at(0), out.at(1)
    assert seen["trunk_inclination_deg"].err == pytest.approx(4.0, abs=1e-3)
    assert seen[f"knee_flexion_{near}_deg"].err == pytest.approx(7.0, abs=1e-3)
    assert math.isnan(seen[f"knee_flexion_{far}_deg"].err)
    assert all(math.isnan(one.err) for one in nobody.values())
    assert math.isnan(measure(draw([FRONT]), accuracy=KNOWN).at(0)["trunk_inclination_deg"].err)
    np.testing.assert_array_equal(np.isnan(out.err), np.isnan(out.value))


@pytest.mark.parametrize("name", ["neck_inclination_deg", "head_yaw_deg"])
def test_a_value_of_which_no_error_was_ever_measured_from_here_is_not_shown(name):
    """The error of head yaw is known from the front alone."""
    assert reason(draw([SIDE]), name, accuracy=KNOWN) is Reason.UNKNOWN_ERROR
    assert math.isnan(measure(draw([SIDE]), accuracy=KNOWN).at(0)[name].value)
    assert reason(draw([FRONT]), "head_yaw_deg", accuracy=KNOWN) is Reason.NONE


def test_the_error_of_another_model_is_not_borrowed():
    assert reason(draw([SIDE], model=Model.LITE), "trunk_inclination_deg", accuracy=KNOWN) is Reason.UNKNOWN_ERROR


def test_the_error_of_the_other_mode_is_borrowed_and_widened():
    series = draw([SIDE], mode=Mode.DETECTED, **NEAR)
    one = measure(series, accuracy=KNOWN, camera=STEADY).at(0)["trunk_inclination_deg"]
    assert one.err == pytest.approx(4.0 * OTHER_MODE_WIDENING, abs=1e-3)
    assert one.value == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("more", "why"), [(-1.0, Reason.NONE), (1.0, Reason.TOO_UNCERTAIN)])
def test_a_value_too_uncertain_to_be_of_use_is_refused(more, why):
    half_width = BY_NAME["trunk_inclination_deg"].useful + more
    wide = {("trunk_inclination_deg", View.SIDE, Mode.TRACKED, Model.FULL): Error(0.0, half_width)}
    accuracy = dataclasses.replace(KNOWN, errors=wide)
    assert reason(draw([SIDE]), "trunk_inclination_deg", accuracy=accuracy) is why
    one = measure(draw([SIDE]), accuracy=accuracy).at(0)["trunk_inclination_deg"]
    assert math.isnan(one.err) == math.isnan(one.value) == (why is not Reason.NONE)


def test_where_the_camera_is_all_that_is_uncertain_it_is_told_to_be_put_level():
    for roll_err, why in ((14.0, Reason.NONE), (16.0, Reason.ASKEW)):
        told = reason(draw([SIDE]), "trunk_inclination_deg", accuracy=KNOWN, camera=Camera(roll_err_deg=roll_err))
        assert told is why
    assert "level" in WORDS[Reason.ASKEW]
    nearly = {("trunk_inclination_deg", View.SIDE, Mode.TRACKED, Model.FULL): Error(0.0, 14.99)}
    accuracy = dataclasses.replace(KNOWN, errors=nearly)
    assert reason(draw([SIDE]), "trunk_inclination_deg", accuracy=accuracy) is Reason.TOO_UNCERTAIN, "level as others"
    of_knees = reason(draw([SIDE]), "knee_flexion_left_deg", accuracy=KNOWN, camera=Camera(roll_err_deg=16.0))
    assert of_knees is Reason.NONE, "the camera's roll goes out of a joint's angle"


BENT = {"hip_flexion_left_deg": 130.0, "hip_flexion_right_deg": 130.0}


def _sitting(hip_deg: float, knee_deg: float) -> Body:
    """Draw both legs alike."""
    return Body(
        yaw_deg=90, hip_flexion_left_deg=hip_deg, hip_flexion_right_deg=hip_deg, knee_flexion_left_deg=knee_deg,
        knee_flexion_right_deg=knee_deg,
    )  # fmt: skip


SEATED = _sitting(90.0, 90.0)


@pytest.mark.parametrize(
    ("body", "stands"),
    [
        (SIDE, True),
        (dataclasses.replace(SIDE, trunk_inclination_deg=30.0), True),
        (dataclasses.replace(SIDE, knee_flexion_left_deg=50.0, hip_flexion_left_deg=20.0), True),
        (SEATED, False),
        (dataclasses.replace(SEATED, trunk_inclination_deg=40.0, **BENT), False),
        (_sitting(hip_deg=65.0, knee_deg=65.0), False),
        (_sitting(hip_deg=40.0, knee_deg=100.0), False),
        (_sitting(hip_deg=50.0, knee_deg=80.0), True),
        (dataclasses.replace(SIDE, trunk_inclination_deg=90.0, hip_flexion_left_deg=0.0), False),
    ],
    ids=[
        "upright",
        "leaning",
        "stepping",
        "sitting",
        "sitting, bent",
        "sitting on a high chair",
        "feet drawn back",
        "half squat",
        "lying",
    ],
)
def test_whole_body_lean_and_sway_are_of_who_stands(body, stands):
    for name in ("body_lean_deg", "hip_forward_offset_ratio"):
        told = reason(draw([body]), name, accuracy=KNOWN, camera=STEADY)
        assert (told is Reason.NOT_STANDING) is not stands, name
    assert reason(draw([body]), "trunk_inclination_deg", accuracy=KNOWN, camera=STEADY) is Reason.NONE


def test_a_weightier_reason_goes_before_an_uncertain_value():
    series = draw([Body(yaw_deg=90)])
    series.points_px[:, Landmark.LEFT_HIP] = -40
    assert reason(series, "trunk_inclination_deg", accuracy=dataclasses.replace(KNOWN, errors={})) is (
        Reason.OUT_OF_PICTURE
    )


@pytest.mark.parametrize("yaw", [90, 45, 0, 180])
def test_no_value_has_an_error_beyond_what_is_of_use(yaw):
    bodies = [Body(yaw_deg=yaw, trunk_inclination_deg=deg) for deg in range(0, 60, 5)]
    for scale_px in (8.0, 20.0, 270.0):
        out = measure(draw(bodies, scale_px=scale_px), accuracy=shipped_accuracy())
        useful = np.array([BY_NAME[name].useful for name in NAMES])
        assert not (out.err > useful).any()
        assert not np.isnan(out.err[out.reason == Reason.NONE]).any()


# What may not change a number

ANGLES = [field.name for field in dataclasses.fields(Body) if field.name not in ("yaw_deg", "neck_m")]
modest = st.integers(-25, 25).map(float)
BENDS = {
    joint: st.integers(0, 79).map(lambda deg, odd=odd: deg + odd)
    for joint, odd in (
        ("hip_flexion", 0.25),
        ("shoulder_flexion", 0.25),
        ("knee_flexion", 0.35),
        ("elbow_flexion", 0.35),
    )
}
"""Odd degrees, which never add up to a limb that points straight at the camera: of that rounding makes a direction."""
bodies = st.builds(
    Body,
    yaw_deg=st.sampled_from([0.0, 180.0, 90.0, -90.0, 12.0, 100.0, -75.0, 160.0, 45.0]),
    **{name: next((bend for joint, bend in BENDS.items() if joint in name), modest) for name in ANGLES},
)


def everything(body: Body, **picture) -> np.ndarray:
    """Measure with a baseline and a focal length of the same camera, so that every measure has a value."""
    series = draw([body], **picture)
    return measured_fully(series, body, **picture)


def measured_fully(series: PoseSeries, body: Body, change=lambda series: series, **picture) -> np.ndarray:
    upright = draw([Body(head_pitch_deg=-12, yaw_deg=body.yaw_deg)], **picture)
    focal_px = picture.get("scale_px", FOCAL_PX)
    return measure(series, baseline=neutral_of(change(upright)), camera=Camera(focal_px=focal_px)).value[0]


def same(a: np.ndarray, b: np.ndarray) -> None:
    np.testing.assert_allclose(a, b, atol=1e-5)


@given(bodies, st.integers(-60, 60), st.integers(-30, 30))
def test_where_the_person_stands_changes_nothing(body, dx, dy):
    picture = {"size": (2000, 2000), "scale_px": FOCAL_PX}
    same(everything(body, centre=(1000 + dx, 1000 + dy), **picture), everything(body, **picture))


@given(body=bodies, scale=st.integers(90, 260))
def test_how_large_the_person_is_changes_nothing(body, scale):
    same(everything(body, scale_px=float(scale)), everything(body, scale_px=FOCAL_PX))


@pytest.mark.parametrize("size", SIZES, ids=str)
@given(body=bodies)
def test_the_pictures_shape_changes_nothing(size, body):
    same(everything(body, size=size, scale_px=180.0), everything(body, size=(1000, 1000), scale_px=180.0))


@given(bodies)
def test_a_mirror_swaps_left_and_right_and_turns_the_frontal_signs(body):
    series = draw([body], scale_px=FOCAL_PX)
    plain = dict(zip(NAMES, measured_fully(series, body, scale_px=FOCAL_PX), strict=True))
    other = dict(zip(NAMES, measured_fully(mirrored(series), body, mirrored, scale_px=FOCAL_PX), strict=True))
    swap = {"left": "right", "right": "left"}
    expected = [
        plain[name.replace(row.side, swap[row.side]) if row.side else name] * (-1 if name in CHANGE_SIGN else 1)
        for name, row in BY_NAME.items()
    ]
    same(np.array(list(other.values())), np.array(expected))
    assert np.isfinite(expected).any()


def turning(n: int = 60) -> PoseSeries:
    """Draw somebody who turns round while bending, and is gone for a moment."""
    bodies = [Body(yaw_deg=-100 + 5 * i, trunk_inclination_deg=i % 40, knee_flexion_left_deg=i) for i in range(n)]
    return draw([None if i in (20, 21) else body for i, body in enumerate(bodies)])


@given(st.lists(st.integers(0, 60), max_size=6).map(sorted))
def test_how_a_video_is_cut_changes_nothing(cuts):
    series, measurer = turning(), Measurer(KNOWN, camera=Camera(focal_px=FOCAL_PX))
    parts = [measurer.push(series.part(a, b)) for a, b in zip([0, *cuts], [*cuts, 60], strict=True)]
    joined, whole = MeasureSeries.joined(parts), measure(series, accuracy=KNOWN, camera=Camera(focal_px=FOCAL_PX))
    assert len(joined) == len(whole) == 60
    for field in ("value", "err", "reason", "view", "body_yaw_deg"):
        np.testing.assert_array_equal(getattr(joined, field), getattr(whole, field))


@pytest.mark.parametrize("yaw", [0.0, 45.0, 90.0, -90.0, 180.0])
@pytest.mark.parametrize("model", [Model.FULL, Model.HEAVY])
def test_a_live_camera_reads_the_same_as_a_file(yaw, model):
    """All constants, an own upright and a tilted camera: whatever is shared within a picture is shared by no other."""
    bent = {
        "trunk_inclination_deg": 2,
        "neck_inclination_deg": 2,
        "hip_flexion_left_deg": 3,
        "knee_flexion_left_deg": 3,
    }
    bodies = [Body(yaw_deg=yaw, **{name: i * step for name, step in bent.items()}) for i in range(1, 20)]
    series, how = draw([*bodies[:9], None, *bodies[9:]], model=model), {"accuracy": shipped_accuracy()}
    how |= {"baseline": neutral_of(series.part(0, 1)), "camera": Camera(roll_deg=3, pitch_deg=-8, focal_px=FOCAL_PX)}
    live, whole = Measurer(**how), measure(series, **how)
    joined = MeasureSeries.joined([live.push(series.part(i, i + 1)) for i in range(len(series))])
    for field in ("reason", "view"):
        np.testing.assert_array_equal(getattr(joined, field), getattr(whole, field))
    for field in ("value", "err", "body_yaw_deg"):
        # Sums of products are rounded in the last place by how many there are at once.
        np.testing.assert_allclose(getattr(joined, field), getattr(whole, field), rtol=0, atol=1e-12)
    assert (whole.reason == Reason.NONE).sum() > len(series)


def test_a_video_of_nothing_gives_nothing():
    assert measure(draw([])).value.shape == (0, len(NAMES))


# Raw values, for a baseline


def test_raw_values_keep_what_the_relative_ones_lose():
    series = draw([Body(yaw_deg=90, head_pitch_deg=-12, trunk_inclination_deg=20), None])
    value, view = raw_values(series, EXACT)
    raw = dict(zip(NAMES, value[0], strict=True))
    assert view.tolist() == [View.SIDE, View.UNKNOWN]
    assert raw["head_pitch_deg"] == pytest.approx(-12)
    assert raw["head_trunk_flexion_deg"] == pytest.approx(-32)
    assert raw["trunk_inclination_deg"] == pytest.approx(20)
    assert raw["slump_ratio"] == pytest.approx(TRUNK_M * 0.38 * 720)
    assert np.isnan(raw["hip_flexion_right_deg"])
    assert np.isnan(raw["lateral_trunk_lean_deg"])
    assert np.isnan(value[1]).all()


# Offsets: in trunk lengths, from the network's point to the joint

OFFSET = 0.1
NECK_M = 0.20
ACROSS_TRUNK = math.degrees(math.atan(OFFSET))
ACROSS_NECK = math.degrees(math.atan(OFFSET * TRUNK_M / NECK_M))
ACROSS_THIGH = math.degrees(math.atan(OFFSET * TRUNK_M / THIGH_M))


@pytest.mark.parametrize(
    ("offset", "name", "moved_to"),
    [
        ("hip_forward", "trunk_inclination_deg", -ACROSS_TRUNK),
        ("hip_forward", "neck_inclination_deg", 0),
        ("ear_forward", "neck_inclination_deg", ACROSS_NECK),
        ("ear_forward", "trunk_inclination_deg", 0),
        ("thigh_forward", "hip_flexion_{near}_deg", -ACROSS_THIGH),
        ("thigh_forward", "knee_flexion_{near}_deg", -ACROSS_THIGH),
        ("thigh_forward", "trunk_inclination_deg", 0),
        ("shoulder_up", "trunk_inclination_deg", 0),
        ("ear_up", "neck_inclination_deg", 0),
    ],
)
@pytest.mark.parametrize(("yaw", "near"), [(90, "left"), (-90, "right")])
@pytest.mark.parametrize("sign", [1, -1])
def test_offsets_move_an_upright_person_by_their_own_angle(offset, name, moved_to, yaw, near, sign):
    accuracy = dataclasses.replace(EXACT, offsets=Offsets(**{offset: sign * OFFSET}))
    value = measure(draw([Body(yaw_deg=yaw)]), accuracy=accuracy).column(name.format(near=near))
    assert value[0] == pytest.approx(sign * moved_to, abs=1e-6)


@pytest.mark.parametrize(("offset", "steeper"), [("shoulder_up", False), ("ear_up", True)])
def test_offsets_along_the_trunk_change_how_far_a_bent_neck_leans(offset, steeper):
    """A higher ear makes a neck that leans forward steeper; a higher shoulder makes it flatter."""
    accuracy = dataclasses.replace(EXACT, offsets=Offsets(**{offset: 0.05}))
    neck = measure(draw([Body(yaw_deg=90, neck_inclination_deg=40)]), accuracy=accuracy)
    rise = NECK_M * math.cos(math.radians(40)) + (0.05 if steeper else -0.05) * TRUNK_M
    expected = math.degrees(math.atan2(NECK_M * math.sin(math.radians(40)), rise))
    assert neck.column("neck_inclination_deg")[0] == pytest.approx(expected, abs=1e-6)
    assert (expected < 40) == steeper


FAR_OFF = dataclasses.replace(EXACT, offsets=Offsets(*[0.1] * len(dataclasses.fields(Offsets))))


@pytest.mark.parametrize("yaw", [0, 19, -19, 161, 180])
def test_offsets_never_apply_from_the_front_or_from_behind(yaw):
    series = draw([Body(yaw_deg=yaw, lateral_trunk_lean_deg=10, shoulder_flexion_left_deg=50)])
    np.testing.assert_array_equal(measure(series, accuracy=FAR_OFF).value, measure(series).value)


@pytest.mark.parametrize("yaw", [90, -90, 36, 50, -45, 104])
@pytest.mark.parametrize("trunk", [0, 8])
def test_offsets_apply_from_the_side_and_from_a_corner(yaw, trunk):
    accuracy = dataclasses.replace(EXACT, offsets=Offsets(hip_forward=OFFSET, shoulder_up=0.1))
    series = draw([Body(yaw_deg=yaw, trunk_inclination_deg=trunk)])
    read = measure(series, accuracy=accuracy).column("trunk_inclination_deg")[0]
    hip_forward = OFFSET / abs(math.sin(math.radians(yaw)))
    assert read == pytest.approx(trunk - math.degrees(math.atan2(hip_forward, 1.1)), abs=1e-6)


def test_offsets_turn_with_the_trunk():
    accuracy = dataclasses.replace(EXACT, offsets=Offsets(hip_forward=OFFSET))
    bent = measure(draw([Body(yaw_deg=90, trunk_inclination_deg=70)]), accuracy=accuracy)
    assert bent.column("trunk_inclination_deg")[0] == pytest.approx(70 - ACROSS_TRUNK, abs=1e-6)
