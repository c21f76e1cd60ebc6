"""Pictures drawn on: faces nobody would know, the hidden side faint, and a panel from which nothing is cut off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from posture_coach.activity.types import Activity
from posture_coach.drawing import (
    FACE_LEAST_PX,
    FAINT,
    GRADE_COLOUR,
    INK,
    MEASURES_SHOWN,
    MOSAIC,
    PAPER,
    draw_skeleton,
    face_of,
    panel_width,
    pixelate_faces,
    with_panel,
)
from posture_coach.measures.definitions import BY_NAME, NAMES
from posture_coach.measures.types import Measure, View
from posture_coach.pose.types import Landmark
from posture_coach.scoring.bands import Grade
from tests.batch.made import SITTING, assessed
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
    shown = lines_in(values)
    assert shown <= MEASURES_SHOWN
    assert shown == MEASURES_SHOWN or size[1] < 360
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


def test_what_is_scored_comes_before_what_is_only_measured(sitting):
    graded = [part.measure for part in sitting.score.parts]
    measures = dict.fromkeys([name for name in NAMES if name not in graded][:MEASURES_SHOWN], Measure(1.0, 1.0))
    only = with_panel(grey((1280, 720)), replace(sitting, measures=measures))[:, 1280:]
    assert lines_in(near(only, GRADE_COLOUR[Grade.NOT_SCORED])) == MEASURES_SHOWN
    both = with_panel(grey((1280, 720)), replace(sitting, measures=measures | {graded[0]: Measure(1.0, 1.0)}))
    assert lines_in(near(both[:, 1280:], GRADE_COLOUR[Grade.NOT_SCORED])) == MEASURES_SHOWN - 1
