"""Pictures drawn on: faces nobody would know, the hidden side faint, and a panel from which nothing is cut off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from posture_coach.activity.types import Activity
from posture_coach.drawing import (
    DRAWN,
    FACE_LEAST_PX,
    FAINT,
    GRADE_COLOUR,
    INK,
    MOSAIC,
    PAPER,
    draw_skeleton,
    face_of,
    panel_width,
    pixelate_faces,
    with_panel,
)
from posture_coach.drawing.panel import _scored, _shown, _valued
from posture_coach.measures.definitions import BY_NAME, NAMES
from posture_coach.measures.types import Measure, View
from posture_coach.pose.types import Landmark
from posture_coach.scoring.bands import Grade
from posture_coach.scoring.targets import shipped_targets
from tests.batch.made import SITTING, STANDING, assessed, assessor
from tests.drawn import Body, draw

SIZES = [(1280, 720), (640, 480), (720, 1280), (1280, 374), (640, 360), (1921, 1081)]
GREY = 90


@pytest.fixture
def noise():
    return np.random.default_rng(1).integers(0, 256, (240, 320, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def sitting():
    return assessed([SITTING] * 3).reading(1)


def at(*centre):
    return np.array(centre, dtype=float)


# Faces


def test_a_face_becomes_a_few_squares_and_the_rest_stays(noise):
    before = noise.copy()
    pixelate_faces(noise, [(at(100, 120), 30.0)])
    face = noise[90:150, 70:130]
    assert len(np.unique(face.reshape(-1, 3), axis=0)) <= MOSAIC**2
    assert np.abs(face.astype(float) - before[90:150, 70:130]).mean() > 30
    before[90:150, 70:130] = face
    np.testing.assert_array_equal(noise, before)


@pytest.mark.parametrize(
    ("centre", "reach", "part"),
    [
        ((0, 0), 20.0, np.s_[:20, :20]),
        ((319, 239), 20.0, np.s_[219:, 299:]),
        ((160, -10), 20.0, np.s_[:10, 140:180]),
        ((160, 120), 1000.0, np.s_[:, :]),
    ],
)
def test_a_face_at_the_edge_is_covered_as_far_as_it_is_seen(noise, centre, reach, part):
    before = noise.copy()
    pixelate_faces(noise, [(at(*centre), reach)])
    assert len(np.unique(noise[part].reshape(-1, 3), axis=0)) <= MOSAIC**2
    before[part] = noise[part]
    np.testing.assert_array_equal(noise, before)


@pytest.mark.parametrize("centre", [(-50, 100), (400, 100), (100, -50), (100, 300), (-1e6, 1e6)])
def test_a_face_outside_the_picture_changes_nothing(noise, centre):
    before = noise.copy()
    pixelate_faces(noise, [(at(*centre), 20.0)])
    np.testing.assert_array_equal(noise, before)


def test_every_face_is_covered(noise):
    pixelate_faces(noise, [(at(50, 50), 20.0), (at(200, 150), 20.0)])
    for part in (noise[30:70, 30:70], noise[130:170, 180:220]):
        assert len(np.unique(part.reshape(-1, 3), axis=0)) <= MOSAIC**2


@pytest.mark.parametrize("reach", [0.6, 1.0, 2.0])
def test_a_tiny_face_is_no_error(noise, reach):
    pixelate_faces(noise, [(at(100, 100), reach)])


@pytest.mark.parametrize("yaw_deg", [0.0, 45.0, 90.0, -90.0, 180.0])
def test_a_face_reaches_beyond_all_its_points(yaw_deg):
    points = draw([Body(yaw_deg=yaw_deg)]).points_px[0]
    centre, reach = face_of(points)
    face = points[: Landmark.MOUTH_RIGHT + 1]
    assert np.abs(face - centre).max() < reach / 2, "hair and chin lie outside the points"
    assert centre == pytest.approx(face.mean(axis=0))


def test_a_face_far_away_is_still_covered():
    points = draw([Body()], scale_px=2.0).points_px[0]
    assert face_of(points)[1] == FACE_LEAST_PX


# The skeleton


def drawn(body, *, visibility=None, size=(1280, 720), shift=(0.0, 0.0)):
    """Return the picture with the skeleton, and where its points are."""
    result = assessed([body], size=size)
    points = result.poses.points_px[0] + np.array(shift)
    image = np.full((size[1], size[0], 3), GREY, dtype=np.uint8)
    draw_skeleton(image, points, result.poses.visibility[0] if visibility is None else visibility, result.reading(0))
    return image, points


def colour_at(image, point):
    x, y = np.rint(point).astype(int)
    return tuple(image[y, x].tolist())


def test_every_joint_of_the_near_side_is_drawn():
    image, points = drawn(Body(yaw_deg=0.0))
    for side in ("LEFT", "RIGHT"):
        for joint in ("SHOULDER", "ELBOW", "WRIST", "HIP", "KNEE", "ANKLE", "FOOT_INDEX"):
            assert colour_at(image, points[Landmark[f"{side}_{joint}"]]) == INK, joint
    assert colour_at(image, (points[Landmark.LEFT_HIP] + points[Landmark.RIGHT_HIP]) / 2) == INK


@pytest.mark.parametrize(("yaw_deg", "near", "far"), [(90.0, "LEFT", "RIGHT"), (-90.0, "RIGHT", "LEFT")])
def test_the_far_side_is_faint_from_the_side(yaw_deg, near, far):
    arms = {f"shoulder_flexion_{near.lower()}_deg": 30.0, f"shoulder_flexion_{far.lower()}_deg": 90.0}
    image, points = drawn(Body(yaw_deg=yaw_deg, **arms))
    assert colour_at(image, points[Landmark[f"{near}_WRIST"]]) == INK
    assert colour_at(image, points[Landmark[f"{far}_WRIST"]]) == FAINT
    assert colour_at(image, points[Landmark[f"{near}_HIP"]]) == INK, "the near side lies above the far one"


def test_what_is_not_seen_is_not_drawn():
    visibility = np.ones(33)
    visibility[Landmark.LEFT_WRIST] = 0.4
    body = Body(shoulder_abduction_left_deg=80.0)
    image, points = drawn(body, visibility=visibility)
    assert colour_at(image, points[Landmark.LEFT_WRIST]) == (GREY,) * 3
    assert colour_at(image, points[Landmark.LEFT_ELBOW]) == INK
    nothing, _ = drawn(body, visibility=np.zeros(33))
    assert (nothing == GREY).all()


@pytest.mark.parametrize("shift", [(-500.0, 0.0), (0.0, 600.0), (1e5, 1e5)])
def test_points_outside_the_picture_are_no_error(shift):
    image, _ = drawn(Body(), shift=shift)
    assert image.shape == (720, 1280, 3)


# The panel


def grey(size):
    return np.full((size[1], size[0], 3), GREY, dtype=np.uint8)


def near(panel, colour):
    """(height, width) which pixels bear a colour, but for the softness of edges."""
    return np.abs(panel.astype(int) - np.array(colour)).max(axis=2) < 40


def lines_in(marks):
    """Return how many lines of text there are: rows with marks, a letter's own gaps not counted."""
    rows = np.flatnonzero(marks.any(axis=1))
    return int((np.diff(rows, prepend=-100) > 5).sum())


def free_below(marks):
    return len(marks) - 1 - np.flatnonzero(marks.any(axis=1)).max(initial=0)


def step_between(marks):
    """Return how many rows there are from one line of text to the next; many where there is none."""
    rows = np.flatnonzero(marks.any(axis=1))
    starts = rows[np.diff(rows, prepend=-100) > 5]
    return np.diff(starts).min(initial=len(marks))


@pytest.mark.parametrize("size", SIZES)
def test_the_panel_stands_beside_the_picture_and_covers_nothing(size, sitting):
    picture = with_panel(grey(size), sitting)
    width = panel_width(*size)
    assert picture.shape == (size[1], size[0] + width, 3)
    assert picture.dtype == np.uint8
    assert (picture[:, : size[0]] == GREY).all()
    assert width % 2 == 0
    assert (picture[:, size[0] :] != np.array(PAPER)).any()


@pytest.mark.parametrize("size", [*SIZES, (480, 270), (320, 240), (320, 120)])
def test_a_value_and_its_name_are_shown_together_or_not_at_all(size, sitting):
    panel = with_panel(grey(size), sitting)[:, size[0] :]
    values = np.any([near(panel, GRADE_COLOUR[grade]) for grade in Grade], axis=0)
    names = near(panel, FAINT) & ~near(panel, INK)
    shown, measured = lines_in(values), [m for m in sitting.measures.values() if not np.isnan(m.value)]
    assert shown == len(measured) or free_below(values) < step_between(values) * 1.2, "there is room for one more"
    assert (panel[-1] == np.array(PAPER)).all(), "no line is cut in two"
    below = np.flatnonzero(names.any(axis=1)).max(initial=0)
    assert below <= np.flatnonzero(values.any(axis=1)).max(initial=0), "the last name has its value"


@pytest.mark.parametrize("name", NAMES)
def test_every_measure_fits_the_panel(name, sitting):
    one = replace(sitting, measures={name: Measure(-128.88, 28.88)})
    for size in ((1280, 720), (640, 480)):
        panel = with_panel(grey(size), one)[:, size[0] :]
        assert (panel[:, -2:] == np.array(PAPER)).all(), BY_NAME[name].title


@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("activity", Activity)
def test_every_activity_and_view_fits_the_panel(view, activity, sitting):
    panel = with_panel(grey((1280, 720)), replace(sitting, view=view, activity=activity))[:, 1280:]
    assert (panel[:, -2:] == np.array(PAPER)).all()


def test_nobody_is_told(sitting):
    nobody, somebody = (with_panel(grey((640, 480)), reading)[:, 640:] for reading in (None, sitting))
    assert lines_in(near(nobody, INK)) == 1
    assert lines_in(near(somebody, INK)) == 2


@pytest.mark.parametrize("grade", list(Grade))
def test_a_grade_has_its_colour(grade, sitting):
    scored = {part.grade: part.measure for part in sitting.score.parts}
    unscored = next(name for name in NAMES if name not in {part.measure for part in sitting.score.parts})
    if grade is not Grade.NOT_SCORED and grade not in scored:
        part = replace(sitting.score.parts[0], grade=grade)
        sitting = replace(sitting, score=replace(sitting.score, parts=(part,)))
        scored[grade] = part.measure
    name = unscored if grade is Grade.NOT_SCORED else scored[grade]
    panel = with_panel(grey((1280, 720)), replace(sitting, measures={name: Measure(10.0, 5.0)}))[:, 1280:]
    assert max(Grade, key=lambda other: int(near(panel, GRADE_COLOUR[other]).sum())) is grade


def test_what_is_scored_comes_first_then_what_is_drawn_then_the_rest(sitting):
    shown = _shown(sitting, room=len(NAMES))
    scored = {part.measure for part in sitting.score.parts}
    assert sorted(shown) == sorted(name for name, m in sitting.measures.items() if not np.isnan(m.value))
    ranks = [(name not in scored, name not in DRAWN) for name in shown]
    assert ranks == sorted(ranks)
    assert {(False, False), (True, False), (True, True)} <= set(ranks)


@pytest.mark.parametrize("yaw_deg", [0.0, 45.0, 90.0, 180.0])
@pytest.mark.parametrize("body", [SITTING, STANDING])
def test_no_angle_on_the_body_lacks_its_error_on_the_panel(body, yaw_deg):
    reading = assessed([replace(body, yaw_deg=yaw_deg)]).reading(0)
    drawn = {name for name in DRAWN if not np.isnan(reading.measures[name].value)}
    assert drawn
    assert drawn == set(_shown(reading, room=len(drawn)))


def test_what_is_never_scored_is_told_so(sitting):
    nothing = replace(sitting.score, value=np.nan, scored=0, of=0, parts=())
    told = {each: _scored(replace(sitting, activity=each, score=nothing)) for each in Activity}
    assert told[Activity.EXERCISING] == "no score while exercising"
    assert told[Activity.LYING] == "no score while lying"
    assert told[Activity.UNKNOWN] == "no score"
    assert told[Activity.AWAY] == "no score"
    few = replace(sitting.score, value=np.nan, scored=1, of=15)
    assert _scored(replace(sitting, score=few)) == "no score, 1 of 15 targets seen"


def test_what_a_person_has_no_target_left_for_is_told_so():
    shipped = shipped_targets(NAMES)
    kept = replace(shipped, targets=shipped.of(Activity.STANDING))
    reading = assessor(targets=kept).push(draw([SITTING] * 3)).reading(1)
    assert reading.activity is Activity.SITTING
    assert _scored(reading) == "no score while sitting"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("hip_forward_offset_ratio", -0.004, "0.00 ± 0.02"),
        ("hip_forward_offset_ratio", -0.006, "-0.01 ± 0.02"),
        ("body_lean_deg", -0.4, "0° ± 0°"),
    ],
)
def test_nothing_is_never_minus_nothing(name, value, text):
    assert _valued(name, Measure(value, 0.02), None)[0] == text
