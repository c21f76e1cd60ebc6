"""The half-width of a value: what each thing adds that predicts its error, and when there is none or it is too wide."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.measures.accuracy import OTHER_MODE_WIDENING, Accuracy, Error, shipped_accuracy
from posture_coach.measures.baseline import neutral
from posture_coach.measures.calibration import ASSUMED_ROLL_HALF_WIDTH_DEG, LEVEL, Camera
from posture_coach.measures.columns import VIEWS
from posture_coach.measures.definitions import BY_NAME, NAMES, TABLE
from posture_coach.measures.measurer import Measurer
from posture_coach.measures.scene import raw_measures, scene
from posture_coach.measures.skeleton import NO_OFFSETS
from posture_coach.measures.types import Reason, View
from posture_coach.measures.uncertainty import (
    OUT_OF_PLANE_DEG,
    PIXEL_HALF_WIDTH,
    SPREAD_TO_HALF_WIDTH,
    YAW_HALF_WIDTH_DEG,
    half_widths,
    lean,
    widths,
)
from posture_coach.measures.view import ViewTracker
from posture_coach.pose.types import POINTS, Landmark, Mode, Model, PoseSeries
from tests.drawn import FILL, TRUNK_M, Body, draw
from tests.measures.exact import EXACT

STEADY = Camera(roll_err_deg=0.0)
"""A camera whose roll is known exactly."""
HUGE = {"size": (64_000, 36_000)}
"""So large a picture that its pixels add next to nothing."""
SIDE = Body(yaw_deg=90)
TRUNK, KNEE, TILT = "trunk_inclination_deg", "knee_flexion_left_deg", "lateral_trunk_lean_deg"


def known(half_width: float = 0.0, growth: float = 0.0) -> Accuracy:
    """Return constants that say the same of every measure from everywhere."""
    return replace(EXACT, errors=dict.fromkeys(EXACT.errors, Error(0.0, half_width, growth)))


def looked_at_often(series: PoseSeries, **spread_px: float) -> PoseSeries:
    """Return the pictures as if several looks had put the named points so far apart."""
    spread = np.zeros((len(series), POINTS))
    for point, px in spread_px.items():
        spread[:, Landmark[point]] = px
    return replace(series, spread_px=spread)


def widths_of(series: PoseSeries, accuracy: Accuracy = EXACT, camera: Camera = STEADY) -> dict[str, float]:
    """Return every half-width of the first picture by name, refused or not."""
    here = scene(series, series, ViewTracker(), accuracy)
    constants = widths(accuracy, series.mode, series.model)
    wide = half_widths(constants, raw_measures(here), here.skeleton, series, here.number, camera)
    return dict(zip(NAMES, wide[0].tolist(), strict=True))


def shown(series: PoseSeries, name: str, accuracy: Accuracy = EXACT, camera: Camera = STEADY) -> tuple[float, Reason]:
    """Return the half-width that the program shows of the first picture, and the reason."""
    out = Measurer(accuracy, camera=camera).push(series)
    column = NAMES.index(name)
    return float(out.err[0, column]), Reason(int(out.reason[0, column]))


# Each part by itself


def test_of_exact_points_in_a_huge_picture_nothing_is_left():
    assert widths_of(draw([SIDE], **HUGE))[TRUNK] == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("half_width", [0.5, 4.0, 9.0])
def test_what_was_measured_of_the_error_is_shown(half_width):
    err, why = shown(draw([SIDE], **HUGE), TRUNK, known(half_width))
    assert err == pytest.approx(half_width, abs=0.01)
    assert why is Reason.NONE


@pytest.mark.parametrize("deg", [-20.0, 0.0, 10.0, 40.0])
def test_it_grows_with_the_value_in_squares(deg):
    series = draw([replace(SIDE, trunk_inclination_deg=deg)], **HUGE)
    assert widths_of(series, known(3.0, 0.2))[TRUNK] == pytest.approx(math.hypot(3.0, 0.2 * deg), abs=0.01)


@pytest.mark.parametrize("scale_px", [20.0, 60.0, 270.0])
def test_a_small_person_is_drawn_by_coarse_pixels(scale_px):
    expected = math.degrees(PIXEL_HALF_WIDTH / (scale_px * TRUNK_M))
    series = draw([SIDE], scale_px=scale_px)
    assert widths_of(series)[TRUNK] == pytest.approx(expected)
    assert widths_of(series)[KNEE] == pytest.approx(expected)
    assert widths_of(series)["hip_forward_offset_ratio"] == 0


def test_a_person_of_a_few_pixels_is_not_measured():
    err, why = shown(draw([SIDE], scale_px=5.0), TRUNK)
    assert math.isnan(err)
    assert why is Reason.TOO_UNCERTAIN


def test_a_trunk_without_length_gives_no_warning_and_no_value():
    series = draw([Body()])
    for side in ("LEFT", "RIGHT"):
        series.points_px[:, Landmark[f"{side}_HIP"]] = series.points_px[:, Landmark[f"{side}_SHOULDER"]]
    err, why = shown(series, "shoulder_obliquity_deg")
    assert math.isnan(err)
    assert why is Reason.TOO_UNCERTAIN


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("deg", [-30.0, 0.0, 10.0, 45.0])
@pytest.mark.parametrize("yaw", [36.0, 50.0, 59.0])
def test_from_a_corner_a_wrong_yaw_turns_the_unfolded_angle(yaw, deg, sign):
    series = draw([Body(yaw_deg=sign * yaw, trunk_inclination_deg=deg)], **HUGE)
    lean, turn = math.radians(deg), math.radians(yaw)
    # The picture shows tan(lean) · sin(yaw); unfolded by a yaw that is a little off it is another lean.
    step = 1e-6
    off = math.atan(math.tan(lean) * math.sin(turn) / math.sin(turn + step))
    expected = abs(off - lean) / step * YAW_HALF_WIDTH_DEG
    assert widths_of(series)[TRUNK] == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("body", [Body(yaw_deg=75, trunk_inclination_deg=40), Body(yaw_deg=10)], ids=["side", "front"])
def test_the_yaw_adds_nothing_from_the_side_or_the_front(body):
    of = widths_of(draw([body], **HUGE))
    assert of[TRUNK if body.yaw_deg == 75 else TILT] == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("name", ["head_yaw_deg", "upper_arm_elevation_left_deg"])
def test_what_is_not_unfolded_has_no_yaw_in_it(name):
    body = Body(yaw_deg=50, head_yaw_deg=30, shoulder_flexion_left_deg=40)
    assert widths_of(draw([body], **HUGE))[name] == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("yaw", [0.0, 20.5, 180.0])
def test_a_face_on_person_between_two_views_gives_no_warning(yaw):
    """While a turn has not lasted yet the view is a corner, whatever the yaw."""
    bodies = [Body(yaw_deg=90, trunk_inclination_deg=30)] * 3 + [Body(yaw_deg=yaw, trunk_inclination_deg=30)] * 2
    out = Measurer(EXACT).push(draw(bodies, hz=30))
    assert out.view[-1] is View.OBLIQUE
    assert out.reason[-1, NAMES.index(TRUNK)] == Reason.NOT_FROM_HERE


# A lean out of the plane that is measured


@pytest.mark.parametrize("yaw", [-140, -90, -50, 0, 30, 90, 180])
@pytest.mark.parametrize(("ahead", "aside"), [(30, 0), (-20, 0), (0, 25), (0, -15)])
def test_world_points_tell_both_leans_with_their_signs(yaw, ahead, aside):
    series = draw([Body(yaw_deg=yaw, trunk_inclination_deg=ahead, lateral_trunk_lean_deg=aside)])
    told = lean(scene(series, series, ViewTracker(), EXACT).skeleton)
    assert [float(one[0]) for one in told] == pytest.approx([ahead, aside], abs=0.01)


@pytest.mark.parametrize("aside", [-35.0, -25.0, 25.0, 35.0])
@pytest.mark.parametrize("yaw", [-50.0, 40.0, 50.0, 75.0, 90.0])
def test_from_a_corner_a_side_lean_looks_like_a_forward_one_and_is_allowed_for(yaw, aside):
    series = draw([Body(yaw_deg=yaw, lateral_trunk_lean_deg=aside)], **HUGE)
    here = scene(series, series, ViewTracker(), EXACT)
    wrong = abs(raw_measures(here)[0, NAMES.index(TRUNK)])
    assert wrong == pytest.approx(
        math.degrees(math.atan(math.tan(math.radians(abs(aside))) / math.tan(abs(math.radians(yaw)))))
    )
    wide = widths_of(series)
    assert wide[TRUNK] >= 0.75 * wrong
    near = "left" if yaw > 0 else "right"
    assert wide[f"hip_flexion_{near}_deg"] >= 0.75 * wrong
    assert wide[f"knee_flexion_{near}_deg"] == pytest.approx(0, abs=0.01), "it has no trunk in it"


@pytest.mark.parametrize("ahead", [25.0, 40.0])
@pytest.mark.parametrize("yaw", [-18.0, 10.0, 165.0])
def test_from_the_front_a_forward_lean_looks_like_a_side_one_and_is_allowed_for(yaw, ahead):
    series = draw([Body(yaw_deg=yaw, trunk_inclination_deg=ahead)], **HUGE)
    wrong = abs(raw_measures(scene(series, series, ViewTracker(), EXACT))[0, NAMES.index(TILT)])
    assert wrong > 1
    assert widths_of(series)[TILT] >= 0.75 * wrong


@pytest.mark.parametrize("aside", [-OUT_OF_PLANE_DEG, 0.0, 4.0])
def test_what_the_network_takes_upright_trunks_for_adds_nothing(aside):
    series = draw([Body(yaw_deg=45, lateral_trunk_lean_deg=aside)], **HUGE)
    upright = math.sin(
        math.radians(2 * raw_measures(scene(series, series, ViewTracker(), EXACT))[0, NAMES.index(TRUNK)])
    )
    assert widths_of(series)[TRUNK] == pytest.approx(abs(upright) / 2 * YAW_HALF_WIDTH_DEG, abs=0.01), (
        "of the yaw alone"
    )


def test_who_leans_far_to_the_side_is_not_measured_from_a_corner():
    err, why = shown(draw([Body(yaw_deg=45, lateral_trunk_lean_deg=25)]), TRUNK)
    assert math.isnan(err)
    assert why is Reason.TOO_UNCERTAIN


# How surely the camera's upright is known

ROLLED = [name for name, row in BY_NAME.items() if row.against_gravity]


def test_measures_against_the_vertical_or_the_horizontal_have_the_cameras_roll_in_them():
    assert set(ROLLED) == {
        "trunk_inclination_deg", "neck_inclination_deg", "body_lean_deg", "lateral_trunk_lean_deg",
        "shoulder_obliquity_deg", "pelvic_obliquity_deg", "head_roll_deg",
    }  # fmt: skip


@pytest.mark.parametrize("name", [row.name for row in TABLE if not row.estimated])
def test_a_roll_that_is_known_to_some_degrees_adds_those_and_an_assumed_one_its_own(name):
    aside = -90 if "_right_" in name else 90
    yaw = next(yaw for yaw, view in ((aside, View.SIDE), (0, View.FRONT)) if view in BY_NAME[name].views)
    series = draw([Body(yaw_deg=yaw)], **HUGE)
    two, assumed = (widths_of(series, known(3.0), camera)[name] for camera in (Camera(roll_err_deg=2.0), LEVEL))
    assert math.isnan(LEVEL.roll_err_deg)
    if name in ROLLED:
        assert two == pytest.approx(math.hypot(3.0, 2.0), abs=0.01)
        assert assumed == pytest.approx(math.hypot(3.0, ASSUMED_ROLL_HALF_WIDTH_DEG), abs=0.01)
    else:
        assert two == assumed == pytest.approx(3.0, abs=0.01)


# Several looks


@pytest.mark.parametrize("px", [1.0, 5.0, 12.0])
def test_looks_that_put_the_points_apart_turn_the_line_between_them(px):
    points = ("LEFT_HIP", "RIGHT_HIP", "LEFT_SHOULDER", "RIGHT_SHOULDER")
    series = looked_at_often(draw([SIDE], scale_px=270.0), **dict.fromkeys(points, px))
    coarse = math.degrees(PIXEL_HALF_WIDTH / (270.0 * TRUNK_M))
    apart = math.degrees(SPREAD_TO_HALF_WIDTH * px / (270.0 * TRUNK_M))
    assert widths_of(series)[TRUNK] == pytest.approx(math.hypot(coarse, apart))
    half = looked_at_often(series, LEFT_HIP=px, RIGHT_HIP=px)
    assert widths_of(half)[TRUNK] == pytest.approx(math.hypot(coarse, apart / math.sqrt(2)))


def test_points_that_a_measure_does_not_need_may_lie_anywhere():
    plain = draw([SIDE])
    apart = looked_at_often(plain, LEFT_ANKLE=100.0, NOSE=100.0)
    assert widths_of(apart)[TRUNK] == widths_of(plain)[TRUNK]
    assert widths_of(apart)[KNEE] > widths_of(plain)[KNEE]


def test_looks_that_agree_are_as_good_as_one_look():
    plain = draw([SIDE])
    assert widths_of(looked_at_often(plain)) == pytest.approx(widths_of(plain), nan_ok=True)


def test_looks_that_disagree_by_far_leave_nothing_to_show():
    err, why = shown(looked_at_often(draw([SIDE]), LEFT_HIP=60.0, RIGHT_HIP=60.0), TRUNK)
    assert math.isnan(err)
    assert why is Reason.TOO_UNCERTAIN


# All together


def test_the_parts_add_up_in_squares():
    body, yaw = Body(yaw_deg=50, trunk_inclination_deg=20), math.radians(50)
    points = ("LEFT_HIP", "RIGHT_HIP", "LEFT_SHOULDER", "RIGHT_SHOULDER")
    series = looked_at_often(draw([body], scale_px=100.0), **dict.fromkeys(points, 2.0))
    trunk_px = 100.0 * TRUNK_M * math.hypot(math.cos(math.radians(20)), math.sin(math.radians(20)) * math.sin(yaw))
    parts = (
        3.0, 0.1 * 20.0, 1.5, YAW_HALF_WIDTH_DEG * math.sin(math.radians(40)) / 2 / math.tan(yaw),
        math.degrees(PIXEL_HALF_WIDTH / trunk_px), math.degrees(SPREAD_TO_HALF_WIDTH * 2.0 / trunk_px),
    )  # fmt: skip
    wide = widths_of(series, known(3.0, 0.1), Camera(roll_err_deg=1.5))[TRUNK]
    assert wide == pytest.approx(math.sqrt(sum(part**2 for part in parts)))


@pytest.mark.parametrize(("step_deg", "share"), [(0.0, 0.0), (90.0, 1.0)])
def test_legs_apart_make_a_knee_less_sure(step_deg, share):
    series = draw([replace(SIDE, hip_flexion_right_deg=step_deg)], **HUGE)
    constants = replace(EXACT, errors=dict.fromkeys(EXACT.errors, Error(0.0, 3.0, apart=4.0)))
    assert widths_of(series, constants)[KNEE] == pytest.approx(math.hypot(3.0, 4.0 * share), abs=0.01)


def test_legs_apart_are_asked_about_from_the_side_alone():
    constants = replace(EXACT, errors=dict.fromkeys(EXACT.errors, Error(0.0, 3.0, apart=4.0)))
    apart = widths(constants, Mode.TRACKED, Model.FULL).apart
    side, elsewhere = apart[VIEWS.index(View.SIDE)], np.delete(apart, VIEWS.index(View.SIDE), axis=0)
    assert np.nanmax(side) == np.nanmin(side) == 4.0
    assert np.nanmax(elsewhere) == np.nanmin(elsewhere) == 0.0


some = st.floats(0, 20)
conditions = st.fixed_dictionaries({
    "half_width": some, "growth": st.floats(0, 0.5), "lean": st.floats(0, 40), "inward": st.floats(0, 50),
    "roll": st.floats(0, 5), "spread": some, "small": st.floats(1, 20),
})  # fmt: skip


def width_under(c: dict[str, float], name: str) -> float:
    """Return the half-width of one measure where each thing is so bad; `inward` is degrees of yaw off side-on."""
    bent = [TRUNK] if name == TRUNK else ["knee_flexion_left_deg", "knee_flexion_right_deg"]
    body = Body(yaw_deg=90 - c["inward"], **dict.fromkeys(bent, c["lean"]))
    series = draw([body], scale_px=270.0 / c["small"])
    series = replace(series, spread_px=np.full((1, POINTS), c["spread"]))
    return widths_of(series, known(c["half_width"], c["growth"]), Camera(roll_err_deg=c["roll"]))[name]


@pytest.mark.parametrize("name", [TRUNK, KNEE])
@pytest.mark.parametrize("worse", ["half_width", "growth", "lean", "inward", "roll", "spread", "small"])
@given(conditions, st.floats(0, 1))
def test_nothing_that_gets_worse_makes_a_value_surer(name, worse, conditions, share):
    bound = {"half_width": 30, "growth": 1, "lean": 45, "inward": 54, "roll": 8, "spread": 40, "small": 40}[worse]
    now = conditions[worse]
    before, after = (width_under({**conditions, worse: now + (bound - now) * s}, name) for s in (0, share))
    assert after >= before * (1 - 1e-9)
    assert before >= conditions["half_width"]


@given(conditions)
def test_a_half_width_is_never_negative(conditions):
    assert width_under(conditions, TRUNK) > 0


# What is not known

ONE = ("trunk_inclination_deg", View.SIDE, Mode.TRACKED, Model.FULL)


def only(**error: float) -> Accuracy:
    return Accuracy({ONE: Error(0.0, **error)}, NO_OFFSETS, {})


def test_without_a_measured_error_the_half_width_is_not_known_whatever_the_picture_adds():
    series = looked_at_often(draw([SIDE]), LEFT_HIP=5.0)
    of = widths_of(series, only(half_width=4.0))
    assert of[TRUNK] > 4.0
    assert all(math.isnan(wide) for name, wide in of.items() if name != TRUNK)
    assert shown(series, "neck_inclination_deg", only(half_width=4.0))[1] is Reason.UNKNOWN_ERROR


def test_an_error_measured_from_the_side_says_nothing_from_a_corner():
    err, why = shown(draw([Body(yaw_deg=50)]), TRUNK, only(half_width=4.0))
    assert math.isnan(err)
    assert why is Reason.UNKNOWN_ERROR


def test_the_other_modes_error_stands_in_and_is_wider():
    plain, other = (
        widths_of(draw([replace(SIDE, trunk_inclination_deg=10)], mode=mode, **HUGE), only(half_width=4.0, growth=0.3))
        for mode in Mode
    )
    assert other[TRUNK] == pytest.approx(plain[TRUNK] * OTHER_MODE_WIDENING, abs=0.01)


def test_nobody_has_neither_value_nor_half_width():
    out = Measurer(known(3.0)).push(looked_at_often(draw([None, SIDE])))
    assert np.isnan(out.err[0]).all()
    assert (out.reason[0] == Reason.NOBODY).all()


@pytest.mark.parametrize("name", [row.name for row in TABLE if not row.estimated and "_right_" not in row.name])
def test_every_measure_is_refused_beyond_what_is_of_use(name):
    row = BY_NAME[name]
    series = draw([Body(yaw_deg=90 if View.SIDE in row.views else 0)], **HUGE)
    own, camera = neutral(series, EXACT, "here"), Camera(roll_err_deg=0.0, focal_px=FILL * 36_000)
    for factor, why in ((0.95, Reason.NONE), (1.05, Reason.TOO_UNCERTAIN)):
        out = Measurer(known(row.useful * factor), own, camera).push(series)
        assert out.reason[0, NAMES.index(name)] == why


@pytest.mark.parametrize("model", Model)
@pytest.mark.parametrize("mode", Mode)
def test_the_shipped_errors_leave_an_upright_person_from_the_side_something_of_use(model, mode):
    err, why = shown(draw([SIDE], mode=mode, model=model), TRUNK, shipped_accuracy(), LEVEL)
    assert why is Reason.NONE
    assert 0 < err < BY_NAME[TRUNK].useful
