"""The figures of the measures, read back from their SVG and measured anew."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from posture_coach.dashboard.figures import ACCENT, SIZE_PX, Sight, drawing, entry_title, figure
from posture_coach.geometry import HALF_TURN_DEG, angle_between_deg, hanging_deg, inclination_deg, wrapped_deg
from posture_coach.measures import sagittal
from posture_coach.measures.definitions import BY_NAME, SIDE_VIEW, TABLE, Definition
from posture_coach.measures.skeleton import NO_OFFSETS, build
from posture_coach.measures.types import Side, View
from posture_coach.pose.types import MIRROR_ORDER, POINTS, Landmark, Mode, Model, PoseSeries

SVG = "{http://www.w3.org/2000/svg}"
FACE = list(range(Landmark.MOUTH_RIGHT + 1))
ANGLES = [row for row in TABLE if row.unit == "deg"]
SIGNED = [row for row in ANGLES if "+" in row.zero_and_sign]
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def named(rows):
    return pytest.mark.parametrize("row", rows, ids=lambda row: row.name)


def marked(svg, kind):
    """Return the points of one kind of path, None where there is none."""
    path = ET.fromstring(svg).find(f"{SVG}path[@class='{kind}']")
    return None if path is None else np.array([float(n) for n in NUMBER.findall(path.get("d"))])


def arc(svg):
    """Return the corner, the start and the end of the arc."""
    numbers = marked(svg, "arc")
    return None if numbers is None else (numbers[0:2], numbers[2:4], numbers[-2:])


def plus(svg):
    """Return the middle of the + sign, None where there is none."""
    numbers = marked(svg, "plus")
    return None if numbers is None else numbers.reshape(-1, 2).mean(axis=0)


def dots(svg):
    return {
        (float(c.get("cx")), float(c.get("cy"))) for c in ET.fromstring(svg).iterfind(f"{SVG}circle[@class='point']")
    }


def measured(row, points_px, sight):
    """Measure drawn points by the way every picture goes; what is drawn flat is flat in the world."""
    x, y = points_px.T
    flat = np.zeros(POINTS)
    world = np.stack([-x, flat, y] if sight is Sight.ABOVE else [x, y, flat], axis=1)
    sure = np.ones((1, POINTS))
    series = PoseSeries(
        SIZE_PX, SIZE_PX, Mode.TRACKED, Model.FULL, np.zeros(1), np.zeros(1, dtype=np.int64),
        points_px[None], world[None], sure, sure,
    )  # fmt: skip
    yaw, view = (-90.0, View.SIDE) if sight is Sight.SIDE else (0.0, View.FRONT)
    skeleton = build(series, np.array([yaw]), np.array([view], dtype=np.object_), NO_OFFSETS)
    return float(row.compute(skeleton)[0])


def moved_with(points_px, end):
    """Return the points that swing with the end of a line: what lies there, both of a pair, or the whole face."""
    there = [int(point) for point in Landmark if np.allclose(points_px[point], end, atol=0.02)]
    if not there:
        left = next(p for p in Landmark if np.allclose(points_px[[p, MIRROR_ORDER[p]]].mean(axis=0), end, atol=0.02))
        there = [int(left), int(MIRROR_ORDER[left])]
    return FACE if set(there) & set(FACE) else there


def turned(points, about, degrees):
    s, c = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    return about + (points - about) @ np.array([[c, -s], [s, c]]).T


def heading(v):
    return float(np.degrees(np.arctan2(v[1], v[0])))


# Every row of the table


@named(TABLE)
def test_a_figure_is_valid_and_tells_what_it_shows(row):
    svg = figure(row)
    root = ET.fromstring(svg)
    assert (root.tag, root.get("role")) == (f"{SVG}svg", "img")
    assert root.find(f"{SVG}title").text == entry_title(row)
    assert row.definition in root.get("aria-label")
    assert row.zero_and_sign in root.get("aria-label")
    colours = {found.get(key) for found in root.iter() for key in ("fill", "stroke")} - {None, "none"}
    assert colours == {"currentColor", ACCENT}  # nothing that vanishes on a light or on a dark page


@named(TABLE)
def test_the_dots_are_the_points_that_the_measure_needs(row):
    at = drawing(row).points_px
    needed = [MIRROR_ORDER[point] if row.side is Side.RIGHT else point for point in row.landmarks]
    assert dots(figure(row)) == {(round(float(x), 2), round(float(y), 2)) for x, y in at[needed]}
    assert all(0 < n < SIZE_PX for place in dots(figure(row)) for n in place)


@named(ANGLES)
def test_the_arc_is_the_angle_that_is_measured(row):
    corner, start, end = arc(figure(row))
    one = drawing(row)
    value = measured(row, one.points_px, one.sight)
    assert angle_between_deg(start - corner, end - corner) == pytest.approx(abs(value), abs=0.01)
    assert abs(value) > 10
    clockwise = float(wrapped_deg(heading(end - corner) - heading(start - corner))) > 0
    numbers = marked(figure(row), "arc")
    assert numbers[8] == clockwise  # the drawn arc runs the short way
    assert np.linalg.norm(start - corner) == pytest.approx(numbers[4], abs=0.01)


@named(SIGNED)
def test_the_plus_is_where_the_value_grows(row):
    """The line swung to the + must read the angle up to there, as a positive value."""
    svg, one = figure(row), drawing(row)
    corner, start, _ = arc(svg)
    end = marked(svg, "line")[2:4]
    points = one.points_px.copy()
    swung = moved_with(points, end)
    points[swung] = turned(points[swung], corner, heading(plus(svg) - corner) - heading(end - corner))
    as_drawn = replace(row, compute=BY_NAME[row.name.replace("_right", "_left")].compute)
    assert measured(as_drawn, points, one.sight) == pytest.approx(
        float(angle_between_deg(plus(svg) - corner, start - corner)), abs=0.3
    )


@named([row for row in TABLE if row.estimated])
def test_an_estimate_is_drawn_at_the_angle_that_it_stands_for(row):
    """It needs shoulders and ears; the angle of the trunk stands at the hips all the same."""
    corner, _, _ = arc(figure(row))
    joint = "HIP" if row.name.startswith("trunk") else "SHOULDER"
    p = drawing(row).points_px
    np.testing.assert_allclose(corner, (p[Landmark[f"LEFT_{joint}"]] + p[Landmark[f"RIGHT_{joint}"]]) / 2, atol=0.02)


@named([row for row in TABLE if row not in SIGNED and row.joint != "hip_forward_offset_ratio"])
def test_what_has_no_sign_has_no_plus(row):
    assert plus(figure(row)) is None


@named([row for row in TABLE if row.side is Side.LEFT])
def test_left_and_right_share_a_figure(row):
    assert figure(row) == figure(BY_NAME[row.name.replace("_left", "_right")])
    assert "left" not in figure(row)


# Some by name


@pytest.mark.parametrize(
    ("name", "corner"),
    [
        ("trunk_inclination_deg", "HIP"),
        ("neck_inclination_deg", "SHOULDER"),
        ("neck_trunk_angle_deg", "SHOULDER"),
        ("head_pitch_deg", "EAR"),
        ("head_trunk_flexion_deg", "EAR"),
        ("body_lean_deg", "ANKLE"),
        ("hip_flexion_left_deg", "HIP"),
        ("knee_flexion_left_deg", "KNEE"),
        ("ankle_dorsiflexion_left_deg", "HEEL"),
        ("elbow_flexion_left_deg", "ELBOW"),
        ("shoulder_flexion_left_deg", "SHOULDER"),
        ("upper_arm_elevation_left_deg", "SHOULDER"),
    ],
)
def test_the_angle_stands_at_its_joint(name, corner):
    one, (at, _, _) = drawing(BY_NAME[name]), arc(figure(BY_NAME[name]))
    assert one.sight is Sight.SIDE
    assert at == pytest.approx(one.points_px[Landmark[f"LEFT_{corner}"]], abs=0.01)


@pytest.mark.parametrize(
    ("name", "sight", "reference"),
    [
        ("trunk_inclination_deg", Sight.SIDE, (0, -1)),
        ("head_pitch_deg", Sight.SIDE, (1, 0)),
        ("lateral_trunk_lean_deg", Sight.FRONT, (0, -1)),
        ("shoulder_obliquity_deg", Sight.FRONT, (-1, 0)),
        ("pelvic_obliquity_deg", Sight.FRONT, (-1, 0)),
        ("head_roll_deg", Sight.FRONT, (-1, 0)),
        ("head_yaw_deg", Sight.ABOVE, (0, -1)),
    ],
)
def test_the_dotted_line_is_what_is_measured_from(name, sight, reference):
    dotted = marked(figure(BY_NAME[name]), "reference")
    along = dotted[2:4] - dotted[0:2]
    assert along / np.linalg.norm(along) == pytest.approx(reference, abs=0.01)
    assert drawing(BY_NAME[name]).sight is sight


def test_the_dotted_line_prolongs_the_trunk_and_the_thigh():
    for name, (start, end) in {
        "hip_flexion_left_deg": (Landmark.LEFT_SHOULDER, Landmark.LEFT_HIP),
        "knee_flexion_left_deg": (Landmark.LEFT_HIP, Landmark.LEFT_KNEE),
    }.items():
        at, dotted = drawing(BY_NAME[name]).points_px, marked(figure(BY_NAME[name]), "reference")
        assert heading(dotted[2:4] - dotted[0:2]) == pytest.approx(heading(at[end] - at[start]), abs=0.1)
        assert dotted[0:2] == pytest.approx(at[end], abs=0.01)


def test_a_posture_shows_its_measure_well():
    hip = BY_NAME["hip_flexion_left_deg"]
    at = drawing(hip).points_px
    sitting = hanging_deg(at[Landmark.LEFT_HIP], at[Landmark.LEFT_KNEE], 1.0)
    assert sitting == pytest.approx(82, abs=5)
    at = drawing(BY_NAME["trunk_inclination_deg"]).points_px
    assert inclination_deg(at[Landmark.LEFT_HIP], at[Landmark.LEFT_SHOULDER], 1.0) == pytest.approx(30, abs=0.1)


def test_the_sway_is_drawn_from_the_plumb_line_to_the_hip():
    row = BY_NAME["hip_forward_offset_ratio"]
    svg, at = figure(row), drawing(row).points_px
    assert arc(svg) is None
    line, dotted = marked(svg, "line"), marked(svg, "reference")
    assert dotted == pytest.approx([*at[Landmark.LEFT_SHOULDER], *at[Landmark.LEFT_ANKLE]], abs=0.01)
    assert line[2:4] == pytest.approx(at[Landmark.LEFT_HIP], abs=0.01)
    share = np.linalg.norm(line[2:4] - line[0:2]) / np.linalg.norm(dotted[2:4] - dotted[0:2])
    assert share == pytest.approx(measured(row, at, Sight.SIDE), abs=0.001)
    assert plus(svg)[0] > at[Landmark.LEFT_HIP][0]


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("slump_ratio", "LEFT_HIP", "LEFT_SHOULDER"),
        ("viewing_distance_cm", "LEFT_EYE", "RIGHT_EYE"),
    ],
)
def test_lengths_are_drawn_from_point_to_point(name, start, end):
    at, line = drawing(BY_NAME[name]).points_px, marked(figure(BY_NAME[name]), "line")
    assert line[:4] == pytest.approx([*at[Landmark[start]], *at[Landmark[end]]], abs=0.01)


def test_the_length_of_the_neck_is_drawn_upright():
    at, line = drawing(BY_NAME["neck_length_ratio"]).points_px, marked(figure(BY_NAME["neck_length_ratio"]), "line")
    assert line[0] == line[2]
    assert (line[1], line[3]) == pytest.approx((at[Landmark.LEFT_SHOULDER][1], at[Landmark.LEFT_EAR][1]), abs=0.01)


# Rows that nobody has written yet


def wrist_flexion(s, side):
    hand = s.of_side("index", side) - s.of_side("wrist", side)
    return HALF_TURN_DEG - angle_between_deg(s.of_side("elbow", side) - s.of_side("wrist", side), hand)


def shank_inclination(s, side):
    return inclination_deg(s.of_side("ankle", side), s.of_side("knee", side), s.forward)


def new_row(name, landmarks, compute, **more):
    title = name.replace("_", " ").capitalize()
    given = {
        "plane": "sagittal",
        "views": SIDE_VIEW,
        "unit": "deg",
        "definition": "new",
        "zero_and_sign": "0 none, + some",
    }
    return Definition(name=name, title=title, landmarks=landmarks, compute=compute, **{**given, **more})


def test_a_new_angle_finds_its_place_by_itself():
    shank = new_row(
        "shank_inclination_left_deg",
        (Landmark.LEFT_ANKLE, Landmark.LEFT_KNEE),
        partial(shank_inclination, side=Side.LEFT),
    )
    svg, one = figure(shank), drawing(shank)
    corner, start, end = arc(svg)
    assert corner == pytest.approx(one.points_px[Landmark.LEFT_ANKLE], abs=0.01)
    assert angle_between_deg(start - corner, end - corner) == pytest.approx(abs(one.value), abs=0.01)
    assert abs(one.value) > 5
    assert dots(svg) == {tuple(round(float(n), 2) for n in one.points_px[point]) for point in shank.landmarks}


def test_a_measure_that_no_angle_has_shows_its_points_alone():
    row = new_row("riddle_deg", (Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE), lambda s: np.full(len(s.points_px), 123.4))
    svg = figure(row)
    assert arc(svg) is None
    assert plus(svg) is None
    assert len(dots(svg)) == 2


def test_an_unknown_plane_and_a_hostile_title_do_no_harm():
    points = (Landmark.LEFT_ELBOW, Landmark.LEFT_WRIST, Landmark.LEFT_INDEX)
    row = new_row("wrist_flexion_left_deg", points, partial(wrist_flexion, side=Side.LEFT), plane="transverse")
    root = ET.fromstring(figure(replace(row, title='<b>"&', definition='"><script>')))
    assert root.find(f"{SVG}title").text == '<b>"&'
    assert "<script>" in root.get("aria-label")


def test_a_value_with_the_other_sign_has_its_plus_on_the_other_side():
    row = BY_NAME["trunk_inclination_deg"]
    mirrored = figure(replace(row, compute=lambda s: -sagittal.trunk_inclination(s)))
    vertical = arc(figure(row))[0][0]
    assert plus(mirrored)[0] < vertical < plus(figure(row))[0]
