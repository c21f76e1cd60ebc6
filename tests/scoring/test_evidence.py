"""The fixtures of the evidence, on drawn people: what a physiotherapist would look at first.

Its example of RULA stands in `test_ergonomics.py`, its symmetry index in `test_walking.py`, its chair
stands in `test_chair_norms.py`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.definitions import BY_NAME, NAMES
from posture_coach.measures.measurer import Baseline, raw_values
from posture_coach.measures.types import View
from posture_coach.scoring.assess import Assessment
from posture_coach.scoring.bands import Grade
from posture_coach.scoring.targets import Plane
from tests.batch.made import SITTING, assessor
from tests.batch.made import assessed as drawn
from tests.drawn import draw, mirrored
from tests.scoring.over_time import SIT, TRUNK

SCALE_PX = 270


def own_upright() -> Baseline:
    value, view = raw_values(draw([SITTING], scale_px=SCALE_PX), shipped_accuracy())
    return Baseline(dict(zip(NAMES, value[0].tolist(), strict=True)), view[0])


def leaning(trunk_deg: float, pictures: int, hz: float = 30.0) -> Assessment:
    """Assess somebody drawn who leans so far on a chair, held against his own upright."""
    bent = dict.fromkeys(("hip_flexion_left_deg", "hip_flexion_right_deg"), 90.0 + trunk_deg)
    body = replace(SITTING, trunk_inclination_deg=trunk_deg, **bent)
    return assessor(own_upright()).push(draw([body] * pictures, hz=hz, scale_px=SCALE_PX))


def trunk_grades(result: Assessment) -> np.ndarray:
    (column,) = (k for k, slot in enumerate(result.score.slots) if slot.target.id == "sitting_trunk")
    return result.score.grade[:, column]


@pytest.mark.parametrize(
    ("trunk_deg", "grade"),
    [(0.0, Grade.GOOD), (10.0, Grade.GOOD), (19.9, Grade.GOOD), (20.1, Grade.CAUTION), (60.1, Grade.POOR)],
)
def test_a_drawn_trunk_gets_the_grade_of_its_band(trunk_deg, grade):
    result = leaning(trunk_deg, 10)
    assert set(result.activity) == {SIT}
    assert set(trunk_grades(result).tolist()) == {grade}


def test_a_drawn_lean_of_thirty_degrees_is_caution_for_three_minutes_and_a_quarter():
    grades = trunk_grades(leaning(30.0, 4 * 60 * 2, hz=2.0))
    assert grades[round(3.2 * 60 * 2)] == Grade.CAUTION
    assert grades[round(3.3 * 60 * 2)] == Grade.POOR
    assert set(grades[: round(3.2 * 60 * 2)].tolist()) == {Grade.CAUTION}


def test_from_the_front_nothing_of_the_side_is_measured_or_scored():
    front = drawn([replace(SITTING, yaw_deg=0.0, trunk_inclination_deg=30.0)] * 10)
    assert set(front.measures.view) == {View.FRONT}
    side_only = [name for name, row in BY_NAME.items() if View.FRONT not in row.views]
    assert TRUNK in side_only
    assert all(np.isnan(front.measures.column(name)).all() for name in side_only)
    sagittal = [k for k, slot in enumerate(front.score.slots) if slot.target.view is Plane.SAGITTAL]
    assert sagittal
    assert not front.score.grade[:, sagittal].any()


def test_the_mirror_image_scores_the_same():
    series = draw(
        [replace(SITTING, trunk_inclination_deg=25.0, head_pitch_deg=30.0, shoulder_flexion_left_deg=40.0)] * 10
    )
    one, other = assessor().push(series), assessor().push(mirrored(series))
    np.testing.assert_allclose(other.score.score, one.score.score, atol=1e-6)
    np.testing.assert_allclose(other.score.coverage, one.score.coverage)


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (640, 480)])
def test_the_shape_of_the_picture_changes_no_score(size):
    bodies = [replace(SITTING, trunk_inclination_deg=25.0, head_pitch_deg=30.0)] * 5
    square, wide = drawn(bodies, size=(720, 720)), drawn(bodies, size=size)
    np.testing.assert_allclose(wide.measures.column(TRUNK), square.measures.column(TRUNK), atol=1e-6)
    np.testing.assert_allclose(wide.score.score, square.score.score, atol=1e-2)


def test_without_hips_what_needs_them_is_absent_and_not_nought():
    whole = leaning(30.0, 5)
    hidden = _without_hips(whole)
    for name in (TRUNK, "hip_flexion_left_deg", "slump_ratio"):
        assert not np.isnan(whole.measures.column(name)).any()
        assert np.isnan(hidden.measures.column(name)).all()
    needing = [k for k, slot in enumerate(hidden.score.slots) if slot.measure in (TRUNK, "hip_flexion_left_deg")]
    assert not hidden.score.grade[:, needing].any()


def _without_hips(assessment: Assessment) -> Assessment:
    visibility = assessment.poses.visibility.copy()
    visibility[:, 23:25] = 0.0
    presence = assessment.poses.presence.copy()
    presence[:, 23:25] = 0.0
    return assessor(own_upright()).push(replace(assessment.poses, visibility=visibility, presence=presence))
