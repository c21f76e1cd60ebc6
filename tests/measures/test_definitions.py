"""Every row of the table against drawn people: its zero, its sign, its value over a grid, and the table itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from posture_coach.measures import baseline
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.calibration import Camera
from posture_coach.measures.definitions import BY_NAME, NAMES, TABLE, Relative
from posture_coach.measures.measurer import Baseline, Measurer, raw_values
from posture_coach.measures.skeleton import NO_OFFSETS, build
from posture_coach.measures.types import Side, View
from posture_coach.measures.view import body_yaw_deg, view_of
from posture_coach.pose.lens import Lens
from posture_coach.pose.types import Landmark, PoseSeries
from tests.drawn import SHANK_M, THIGH_M, TRUNK_M, Body, draw, mirrored, with_points
from tests.measures.exact import EXACT

SIDE_ON = (90.0, -90.0)
ASIDE = (*SIDE_ON, 36.0, -45.0, 65.0, -104.0)
"""Side-on, and from corners between which the picture is unfolded."""
FRONT, FRONT_AND_BACK = (0.0,), (0.0, 180.0)
ANYWHERE = (0.0, 25.0, 60.0, 90.0, 135.0, 180.0, -40.0, -90.0)
SIZES = ((640, 480), (1280, 720), (720, 1280))
LEG_M = THIGH_M + SHANK_M

# DESIGN.md, "The measures"; body_yaw_deg stands beside the table.
PUBLIC_NAMES = {
    "trunk_inclination_deg", "neck_inclination_deg", "neck_trunk_angle_deg", "head_pitch_deg",
    "head_trunk_flexion_deg", "hip_flexion_left_deg", "hip_flexion_right_deg", "knee_flexion_left_deg",
    "knee_flexion_right_deg", "ankle_dorsiflexion_left_deg", "ankle_dorsiflexion_right_deg",
    "upper_arm_elevation_left_deg", "upper_arm_elevation_right_deg", "hip_forward_offset_ratio",
    "elbow_flexion_left_deg", "elbow_flexion_right_deg", "shoulder_flexion_left_deg",
    "shoulder_flexion_right_deg", "body_lean_deg", "lateral_trunk_lean_deg", "shoulder_obliquity_deg",
    "pelvic_obliquity_deg", "head_roll_deg", "head_yaw_deg", "knee_valgus_left_deg", "knee_valgus_right_deg",
    "neck_length_ratio", "slump_ratio", "viewing_distance_cm", "trunk_inclination_est_deg", "neck_inclination_est_deg",
}  # fmt: skip
MEASURED = [row.name for row in TABLE if not row.estimated]
"""Rows that compute what they say; what the desk camera estimates is tested in `test_desk.py`."""


@dataclass(frozen=True)
class Case:
    """A measure, the body that should give `expected`, and from where."""

    name: str
    expected: float
    body: Callable[[float], Body]
    yaws: tuple[float, ...]

    def __str__(self) -> str:
        return f"{self.name}={self.expected:g}"


def steered(name: str, yaws: tuple[float, ...], grid: tuple[float, ...], **others: float) -> Iterator[Case]:
    """Cases where one joint angle of the drawn body is the measure itself."""
    for deg in grid:
        yield Case(name, deg, lambda yaw, deg=deg: Body(**{name: deg, **others}, yaw_deg=yaw), yaws)


def made(name: str, yaws: tuple[float, ...], expected: float, **angles: float) -> Case:
    return Case(name, expected, lambda yaw: Body(**angles, yaw_deg=yaw), yaws)


def _sagittal() -> Iterator[Case]:
    yield from steered("trunk_inclination_deg", ASIDE, (-30, -5, 0, 20, 60, 90, 120), neck_inclination_deg=30)
    yield from steered("neck_inclination_deg", ASIDE, (-20, 0, 15, 45, 90), trunk_inclination_deg=25)
    for trunk, neck in ((0, 0), (20, 20), (20, 50), (20, 5), (-10, 30), (100, 140)):
        angles = {"trunk_inclination_deg": trunk, "neck_inclination_deg": neck}
        yield made("neck_trunk_angle_deg", ASIDE, neck - trunk, **angles)
    # Before the person's own neutral is taken off.
    yield from steered("head_pitch_deg", SIDE_ON, (-40, 0, 10, 60), trunk_inclination_deg=25)
    for trunk, pitch in ((0, 0), (30, 30), (30, 70), (30, 0)):
        angles = {"trunk_inclination_deg": trunk, "head_pitch_deg": pitch}
        yield made("head_trunk_flexion_deg", SIDE_ON, pitch - trunk, **angles)
    for lean in (-15, 0, 10, 40):
        stiff = {"trunk_inclination_deg": lean, "neck_inclination_deg": lean}
        yield made("body_lean_deg", SIDE_ON, lean, **stiff)
    for hip in (-30, 0, 30, 90):
        chord_2 = TRUNK_M**2 + LEG_M**2 + 2 * TRUNK_M * LEG_M * math.cos(math.radians(hip))
        ahead = -TRUNK_M * LEG_M * math.sin(math.radians(hip)) / chord_2
        angles = {"hip_flexion_left_deg": hip, "hip_flexion_right_deg": hip}
        yield made("hip_forward_offset_ratio", SIDE_ON, ahead, trunk_inclination_deg=10, **angles)


def _limbs(side: str) -> Iterator[Case]:
    for trunk in (-15, 0, 60):
        own = {"trunk_inclination_deg": trunk}
        yield from steered(f"hip_flexion_{side}_deg", SIDE_ON, (-20, 0, 45, 90, 120), **own)
        yield from steered(f"shoulder_flexion_{side}_deg", SIDE_ON, (-50, 0, 90, 170, 180, 200), **own)
        yield from steered(
            f"knee_flexion_{side}_deg", SIDE_ON, (-10, 0, 5, 90, 140), **{f"hip_flexion_{side}_deg": 70}, **own
        )
        yield from steered(
            f"ankle_dorsiflexion_{side}_deg", SIDE_ON, (-40, 0, 20), **{f"knee_flexion_{side}_deg": 30}, **own
        )
        yield from steered(
            f"elbow_flexion_{side}_deg", SIDE_ON, (0, 10, 90, 150), **{f"shoulder_flexion_{side}_deg": 40}, **own
        )
    yield from steered(f"knee_valgus_{side}_deg", FRONT_AND_BACK, (-25, 0, 10, 30), shoulder_obliquity_deg=5)
    for flexion, abduction, elevation in ((0, 0, 0), (60, 0, 60), (-60, 0, 60), (0, 90, 90), (0, 180, 180)):
        arm = {f"shoulder_flexion_{side}_deg": flexion, f"shoulder_abduction_{side}_deg": abduction}
        yield made(f"upper_arm_elevation_{side}_deg", ANYWHERE, elevation, trunk_inclination_deg=20, **arm)


def _frontal() -> Iterator[Case]:
    yield from steered("lateral_trunk_lean_deg", FRONT_AND_BACK, (-20, 0, 5, 40), shoulder_obliquity_deg=8)
    yield from steered("shoulder_obliquity_deg", FRONT_AND_BACK, (-15, 0, 3, 30), lateral_trunk_lean_deg=8)
    yield from steered("pelvic_obliquity_deg", FRONT_AND_BACK, (-15, 0, 3, 30), shoulder_obliquity_deg=-4)
    yield from steered("head_roll_deg", FRONT_AND_BACK, (-40, 0, 4, 60), lateral_trunk_lean_deg=10)
    # Before the person's own is divided out: ears 0.20 m above shoulders 0.38 m wide.
    for neck in (0, 30, 60):
        ratio = 0.20 * math.cos(math.radians(neck)) / 0.38
        yield made("neck_length_ratio", FRONT, ratio, neck_inclination_deg=neck, shoulder_obliquity_deg=12)
    for turn in (-50, 0, 50):
        # One pixel of focal length: 270 px a metre is 1/270 m away.
        yield made("viewing_distance_cm", FRONT, 100 / 270, head_yaw_deg=turn)


def _any_view() -> Iterator[Case]:
    yield from steered("head_yaw_deg", ANYWHERE, (-80, -10, 0, 30, 120), trunk_inclination_deg=15)
    for trunk in (0, 60, 120):
        for yaw in (90.0, -90.0):
            yield made("slump_ratio", (yaw,), TRUNK_M * 270, trunk_inclination_deg=trunk)
        seen = abs(math.cos(math.radians(trunk))) * TRUNK_M * 270
        yield made("slump_ratio", FRONT_AND_BACK, seen, trunk_inclination_deg=trunk)


CASES = [*_sagittal(), *_limbs("left"), *_limbs("right"), *_frontal(), *_any_view()]
AROUND_STRAIGHT = ("elbow_flexion", "upper_arm_elevation", "ankle_dorsiflexion")
"""Angles out of an arc cosine, which has six digits less at 0 and 180 degrees."""


def computed(name: str, series: PoseSeries, seen: PoseSeries | None = None) -> float:
    """Return the raw value of the first picture, whatever the view allows; the body yaw is that of `seen`, or its own.

    The yaw comes from shoulders and hips and is in every sagittal measure, which only asks for its own points.
    """
    yaw = body_yaw_deg(seen or series)
    view = np.array([view_of(deg) for deg in yaw.tolist()], dtype=object)
    return float(BY_NAME[name].compute(build(series, yaw, view, NO_OFFSETS))[0])


def measured(name: str, body: Body, **how) -> float:
    """Return what the program says of one picture."""
    size = how.pop("size", (1280, 720))
    return float(Measurer(EXACT, **how).push(draw([body], size=size)).column(name)[0])


def neutral(body: Body) -> Baseline:
    value, view = raw_values(draw([body], scale_px=270), EXACT)
    return Baseline(dict(zip(NAMES, value[0].tolist(), strict=True)), view[0])


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_measure_is_the_angle_that_was_drawn(case):
    for yaw in case.yaws:
        series = draw([case.body(yaw)], scale_px=270)
        tolerance = 5e-6 if case.name.startswith(AROUND_STRAIGHT) else 1e-6
        assert computed(case.name, series) == pytest.approx(case.expected, abs=tolerance), f"yaw {yaw}"


@pytest.mark.parametrize("case", [c for c in CASES if "_left" in c.name], ids=str)
def test_the_left_measure_in_the_mirror_is_the_right_one(case):
    for yaw in case.yaws:
        series = draw([case.body(yaw)])
        twin = computed(case.name.replace("_left", "_right"), mirrored(series))
        assert twin == pytest.approx(computed(case.name, series), abs=1e-6)


def test_every_row_of_the_table_is_tested_at_zero_and_on_both_signs():
    assert {case.name for case in CASES} == set(MEASURED)
    for name in MEASURED:
        expected = {case.expected for case in CASES if case.name == name}
        assert len(expected) > 1 or name == "viewing_distance_cm"
        if BY_NAME[name].unit == "deg":
            assert 0 in expected
            assert min(expected) < 0 or "no sign" in BY_NAME[name].zero_and_sign or "elbow" in name


# What went wrong elsewhere, by name


@pytest.mark.parametrize(("side", "yaw"), [("left", 90), ("right", -90)])
def test_20_degrees_of_hip_extension_read_minus_20(side, yaw):
    name = f"hip_flexion_{side}_deg"
    assert measured(name, Body(**{name: -20}, yaw_deg=yaw)) == pytest.approx(-20, abs=1e-6)


@pytest.mark.parametrize(("side", "yaw"), [("left", 90), ("right", -90)])
def test_a_hyperextended_knee_is_negative(side, yaw):
    name = f"knee_flexion_{side}_deg"
    assert measured(name, Body(**{name: -8}, yaw_deg=yaw)) == pytest.approx(-8, abs=1e-6)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("yaw", SIDE_ON)
def test_a_lean_of_20_degrees_reads_20_in_any_shape_of_picture(size, yaw):
    body = Body(trunk_inclination_deg=20, yaw_deg=yaw)
    assert measured("trunk_inclination_deg", body, size=size) == pytest.approx(20, abs=1e-6)


@pytest.mark.parametrize("name", ["head_roll_deg", "lateral_trunk_lean_deg"])
@pytest.mark.parametrize("yaw", FRONT_AND_BACK)
def test_towards_the_persons_right_is_positive_from_the_front_and_from_behind(name, yaw):
    assert computed(name, draw([Body(**{name: 12}, yaw_deg=yaw)])) == pytest.approx(12, abs=1e-6)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("yaw", [35.01, 40, 50, 57, 60, 72, 78, 102, 104.99])
def test_a_lean_seen_from_a_corner_reads_as_it_is_and_not_shorter(yaw, sign):
    """Projection alone would make 12 of these 20 degrees at a yaw of 35."""
    read = measured("trunk_inclination_deg", Body(trunk_inclination_deg=20, yaw_deg=sign * yaw))
    assert read == pytest.approx(20, abs=1e-6)


@pytest.mark.parametrize("yaw", [21, 34.9, -34.9, 113, 121, -150])
def test_a_lean_is_not_read_nearer_to_the_front_or_from_behind(yaw):
    assert math.isnan(measured("trunk_inclination_deg", Body(trunk_inclination_deg=20, yaw_deg=yaw)))


@pytest.mark.parametrize("aside", [0.02, -0.02])
def test_a_head_turned_backwards_is_not_taken_for_straight(aside):
    """Nose and ears say +179 and -179: their mean is 180, not 0."""
    series = draw([Body(head_yaw_deg=180)])
    series.world[:, Landmark.NOSE, 0] += aside
    assert abs(computed("head_yaw_deg", series)) > 170


# Relative measures


@pytest.mark.parametrize(
    ("name", "yaw", "own", "now", "expected"),
    [
        ("head_pitch_deg", 90, {"head_pitch_deg": -12}, {"head_pitch_deg": 13}, 25),
        ("head_pitch_deg", -90, {"head_pitch_deg": 10}, {"head_pitch_deg": -5}, -15),
        (
            "head_trunk_flexion_deg", 90,
            {"head_pitch_deg": -12, "trunk_inclination_deg": 5},
            {"head_pitch_deg": 20, "trunk_inclination_deg": 30}, 7,
        ),
        ("neck_length_ratio", 0, {}, {"neck_m": 0.15}, 0.75),
        ("neck_length_ratio", 0, {}, {"neck_inclination_deg": 60}, 0.5),
        ("slump_ratio", 0, {}, {"trunk_inclination_deg": 60}, 0.5),
        ("slump_ratio", 180, {"trunk_inclination_deg": 60}, {}, 2.0),
    ],
)  # fmt: skip
def test_relative_measures_are_taken_against_the_persons_own(name, yaw, own, now, expected):
    series = draw([Body(**now, yaw_deg=yaw)], scale_px=270)
    value = Measurer(EXACT, baseline=neutral(Body(**own, yaw_deg=yaw))).push(series).column(name)[0]
    assert value == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", [row.name for row in TABLE if row.relative in (Relative.DIFFERENCE, Relative.RATIO)])
def test_the_own_neutral_itself_is_0_or_1(name):
    yaw = 90 if View.SIDE in BY_NAME[name].views else 0
    series = draw([Body(trunk_inclination_deg=12, neck_inclination_deg=33, head_pitch_deg=-20, yaw_deg=yaw)])
    value = Measurer(EXACT, baseline=baseline.neutral(series, EXACT, "here")).push(series).column(name)[0]
    assert value == pytest.approx(0 if BY_NAME[name].relative is Relative.DIFFERENCE else 1, abs=1e-9)


@pytest.mark.parametrize("distance_m", [0.4, 0.7, 1.5])
@pytest.mark.parametrize("head_yaw", [0, 40])
def test_viewing_distance_from_the_focal_length(distance_m, head_yaw):
    focal_px = 600.0
    series = draw([Body(head_yaw_deg=head_yaw)], size=(6000, 6000), scale_px=focal_px / distance_m)
    value = Measurer(EXACT, camera=Camera(focal_px=focal_px)).push(series).column("viewing_distance_cm")[0]
    assert value == pytest.approx(100 * distance_m, abs=1e-6)


def test_viewing_distance_by_a_lens_that_was_measured_on_larger_pictures():
    lens = Lens(1920, 1440, 810.0, 810.0, 960.0, 720.0)
    series = draw([Body()], size=(640, 480), scale_px=270)
    value = Measurer(EXACT, camera=Camera(lens=lens)).push(series).column("viewing_distance_cm")[0]
    assert value == pytest.approx(100, abs=1e-6)


def test_what_the_focal_length_may_be_off_the_distance_may_be_off_too():
    series = draw([Body()], scale_px=270)
    exact, maker = (
        Measurer(shipped_accuracy(), camera=Camera(focal_px=162, focal_err=err)).push(series).at(0)
        for err in (0.0, 0.12)
    )
    found, wider = exact["viewing_distance_cm"], maker["viewing_distance_cm"]
    assert wider.value == found.value == pytest.approx(60.0)
    assert wider.err == pytest.approx(math.hypot(found.err, 0.12 * 60.0))


@pytest.mark.parametrize(("body_yaw", "head_yaw"), [(19, 0), (19, -19), (-18, 10)])
def test_viewing_distance_of_a_body_that_is_turned_a_little(body_yaw, head_yaw):
    series = draw([Body(yaw_deg=body_yaw, head_yaw_deg=head_yaw)], scale_px=270)
    value = Measurer(EXACT, camera=Camera(focal_px=270)).push(series).column("viewing_distance_cm")[0]
    assert value == pytest.approx(100, abs=1e-6)


# The table itself


def test_the_public_names_are_those_of_the_design():
    assert set(NAMES) == PUBLIC_NAMES
    assert list(BY_NAME) == list(NAMES) == [row.name for row in TABLE]
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_row_declares_what_it_needs(row):
    assert row.name.endswith(f"_{row.unit}")
    assert row.unit in {"deg", "ratio", "cm"}
    assert row.views
    assert View.UNKNOWN not in row.views
    assert row.plane in {"sagittal", "frontal", "any"}
    assert row.landmarks
    assert all(isinstance(point, Landmark) for point in row.landmarks)
    assert len(set(row.landmarks)) == len(row.landmarks)
    assert all((row.title, row.definition, row.zero_and_sign, row.source))


def uses(name: str) -> set[Landmark]:
    """Return the points that change a measure when they are moved, side-on or else from the front."""
    odd = {field: 3.0 + i for i, field in enumerate(Body.__dataclass_fields__) if field.endswith("_deg")}
    odd["yaw_deg"] = 85.0 if View.SIDE in BY_NAME[name].views else 7.0
    series = draw([Body(**odd)])
    moved = set()
    for point in Landmark:
        points, space = series.points_px.copy(), series.world.copy()
        points[:, point] += (7.0, 11.0)
        space[:, point] += (0.07, 0.11, 0.05)
        other = with_points(series, points_px=points, world=space)
        if abs(computed(name, other, seen=series) - computed(name, series)) > 1e-9:
            moved.add(point)
    return moved


@pytest.mark.parametrize("name", MEASURED)
def test_a_measure_asks_for_the_points_it_uses_and_no_others(name):
    assert {point.name for point in uses(name)} == {point.name for point in BY_NAME[name].landmarks}


@pytest.mark.parametrize("row", [row for row in TABLE if row.side is Side.LEFT], ids=lambda row: row.name)
def test_left_and_right_rows_are_twins(row):
    twin = BY_NAME[row.name.replace("_left", "_right")]
    swapped = {Landmark[point.name.replace("LEFT", "RIGHT")] for point in row.landmarks if "LEFT" in point.name}
    assert twin.side is Side.RIGHT
    assert swapped <= set(twin.landmarks)
    assert (twin.views, twin.unit, twin.joint, twin.relative, twin.from_depth) == (
        row.views, row.unit, row.joint, row.relative, row.from_depth,
    )  # fmt: skip


def test_only_rows_with_a_side_in_their_name_have_one():
    for row in TABLE:
        sides = [side for side in Side if f"_{side.value}_" in row.name]
        assert sides == ([row.side] if row.side else [])
        assert row.joint == row.name.replace("_left", "").replace("_right", "")
