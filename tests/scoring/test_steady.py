"""Words that are told live: they stay where a value rests near an edge, and follow where it has gone elsewhere."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.definitions import NAMES
from posture_coach.scoring.bands import Grade
from posture_coach.scoring.own import merged
from posture_coach.scoring.steady import DWELL_S, Steady
from posture_coach.scoring.targets import shipped_targets
from tests.batch.made import SITTING, assessed, assessor
from tests.drawn import draw

G, C, P = Grade.GOOD, Grade.CAUTION, Grade.POOR
HIP = "hip_flexion_left_deg"
HZ = 10.0


def hips(degrees, **how):
    """Assess somebody drawn who sits with these hips, as a camera would: good up to 90."""
    series = draw([replace(SITTING, hip_flexion_left_deg=degree) for degree in degrees], hz=HZ)
    chain = assessor(**how)
    return [chain.push(series.part(i, i + 1)) for i in range(len(series))]


def part_of(reading):
    (part,) = (part for part in reading.score.parts if part.measure == HIP)
    return part


GOOD, POOR = (hips([degree])[0] for degree in (60.0, 110.0))
BY_GRADE = {part_of(one.reading(0)).grade: one for one in (GOOD, POOR)}
AWAY = assessed([None])


def at(assessment, time_s):
    poses = assessment.poses
    return replace(assessment, poses=replace(poses, time_s=poses.time_s * 0 + time_s))


def told(pictures):
    """Return (grade told, others, grade of the picture) of each picture that has one."""
    steady, found = Steady(), []
    for k, picture in enumerate(pictures):
        reading = steady.push(at(picture, k / HZ))
        if reading.score.parts:
            part = part_of(reading)
            found.append((part.grade, part.perhaps, part_of(picture.reading(0)).grade))
    return found


DWELL = round(DWELL_S * HZ)


def test_the_drawn_hips_are_clearly_what_they_are():
    assert set(BY_GRADE) == {G, P}
    assert [part_of(one.reading(0)).perhaps for one in (GOOD, POOR)] == [(), ()]


def test_a_word_stays_until_the_value_has_been_elsewhere_for_the_dwell():
    seen = told([GOOD] * 3 + [POOR] * (DWELL + 5))
    assert [grade for grade, _, _ in seen] == [G] * (3 + DWELL - 1) + [P] * 6
    assert {others for grade, others, own in seen if grade != own} == {(P,)}, "meanwhile the other is named beside it"


def test_a_value_that_comes_and_goes_changes_no_word():
    seen = told([GOOD, POOR] * 50)
    assert {grade for grade, _, _ in seen} == {G}
    assert {others for _, others, _ in seen[1:]} == {(P,)}, "the other word would come and go"


def test_a_grade_that_is_no_longer_seen_is_named_no_longer():
    seen = told([POOR] + [GOOD] * (2 * DWELL + 5))
    assert seen[-1] == (G, (), G)


def test_a_measure_that_was_gone_for_long_begins_anew_and_one_that_was_missed_does_not():
    assert told([GOOD] + [AWAY] * 3 + [POOR])[-1][0] == G
    assert told([GOOD] + [AWAY] * DWELL + [POOR])[-1] == (P, (), P)


def test_somebody_else_and_other_targets_begin_anew():
    steady = Steady()
    steady.push(at(GOOD, 0.0))
    assert part_of(steady.push(at(replace(POOR, person=2), 0.1))).grade == P
    table = {"schema_version": 1, "targets": {"sitting_hip": {"weight": 1.0}}}
    own = merged(table, shipped_targets(NAMES), shipped_accuracy().mdc, file="x")
    (other,) = hips([60.0], targets=own)
    assert part_of(steady.push(at(replace(other, person=2), 0.2))).grade == G


def test_the_score_and_its_points_are_those_of_the_picture():
    steady = Steady()
    steady.push(at(GOOD, 0.0))
    own, reading = POOR.reading(0), steady.push(at(POOR, 0.1))
    assert part_of(reading).grade != part_of(own).grade
    assert (reading.score.value, reading.score.coverage) == (own.score.value, own.score.coverage)
    assert (part_of(reading).points, part_of(reading).value) == (part_of(own).points, part_of(own).value)
    assert part_of(POOR.reading(0)).grade == P, "what is kept is the picture's own"


@given(st.lists(st.sampled_from([GOOD, POOR, AWAY]), min_size=1, max_size=80))
def test_no_word_is_told_longer_than_the_dwell_after_its_value_has_gone(pictures):
    steady, seen_s, before = Steady(), {}, None
    for k, picture in enumerate(pictures):
        reading, now_s = steady.push(at(picture, k / HZ)), k / HZ
        if not reading.score.parts:
            continue
        own, part = part_of(picture.reading(0)).grade, part_of(reading)
        seen_s[own] = now_s
        assert now_s - seen_s[part.grade] < DWELL_S
        assert part.grade == own or own in part.perhaps, "the picture's own grade is always among the words"
        assert part.grade not in part.perhaps
        assert part.grade in (own, before), "only to what is seen now"
        before = part.grade


@pytest.mark.parametrize("grades", [(C, P), (P, C)])
def test_a_value_that_rests_at_another_edge_is_followed_all_the_same(grades):
    """Away from good, between caution and poor: neither lasts, but good is over."""
    between = [_graded(POOR, grades[k % 2]) for k in range(DWELL + 1)]
    steady = Steady()
    steady.push(at(GOOD, 0.0))
    seen = [part_of(steady.push(at(one, (k + 1) / HZ))).grade for k, one in enumerate(between)]
    assert seen[-1] in grades
    assert sum(a != b for a, b in itertools.pairwise(seen)) == 1


def _graded(assessment, grade):
    codes = assessment.score.grade.copy()
    codes[codes > 0] = grade
    return replace(assessment, score=replace(assessment.score, grade=codes))
