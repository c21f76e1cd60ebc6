"""The whole chain: a file at once and a camera bit by bit give the same, and what is told of it is what was found."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from posture_coach.activity.types import Activity
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.baseline import neutral
from posture_coach.measures.definitions import BY_NAME, NAMES
from posture_coach.measures.types import WORDS, Reason, View
from posture_coach.pose.types import Mode, Model
from posture_coach.scoring import assess
from posture_coach.scoring.assess import PERSON, Assessment, declared_bias
from tests.batch.made import SITTING, STANDING, assessed, assessor, with_values
from tests.drawn import Body, draw

TRUNK = "trunk_inclination_deg"


def swaying(count=80):
    """Return somebody who stands, nods and turns, is lost for a moment, and comes back."""
    bodies = [
        Body(
            yaw_deg=90.0 - 1.5 * i,
            trunk_inclination_deg=20 * math.sin(i / 5),
            neck_inclination_deg=float(i % 30),
            shoulder_flexion_left_deg=float(i),
        )
        for i in range(count)
    ]
    return [None if 30 <= i < 33 else body for i, body in enumerate(bodies)]


def in_pieces(series, lengths):
    chain, start, parts = assessor(live=True), 0, []
    for length in itertools.cycle(lengths):
        if start >= len(series):
            return parts
        parts.append(chain.push(series.part(start, min(start + length, len(series)))))
        start += length
    return parts


def assert_same(one, other):
    for field in ("value", "err", "reason", "body_yaw_deg"):
        np.testing.assert_array_equal(getattr(one.measures, field), getattr(other.measures, field), field)
    assert one.measures.view.tolist() == other.measures.view.tolist()
    np.testing.assert_array_equal(one.poses.points_px, other.poses.points_px)
    np.testing.assert_array_equal(one.poses.time_s, other.poses.time_s)


# At once and in pieces


@pytest.mark.parametrize("lengths", [[1], [7], [1, 30, 2], [79], [80], [1000]])
def test_a_file_at_once_and_in_pieces_gives_the_same_measures(lengths):
    series = draw(swaying())
    assert_same(Assessment.joined(in_pieces(series, lengths)), assessor().push(series))


def test_a_long_file_is_measured_in_parts_that_change_nothing(monkeypatch):
    series = draw([*swaying(), *[SITTING] * 60])
    whole = assessor().push(series)
    monkeypatch.setattr(assess, "AT_ONCE", 7)
    parts = assessor().push(series)
    assert_same(parts, whole)
    assert parts.activity.tolist() == whole.activity.tolist()
    for field in ("score", "coverage", "value", "grade", "perhaps", "why", "points"):
        np.testing.assert_array_equal(getattr(parts.score, field), getattr(whole.score, field), field)


@pytest.mark.parametrize("lengths", [[1], [7], [1, 30, 2]])
@pytest.mark.parametrize("body", [STANDING, SITTING, None, Body(yaw_deg=0.0)])
def test_while_the_activity_stays_the_scores_are_the_same_too(lengths, body):
    series = draw([body] * 60)
    whole, pieces = assessor().push(series), Assessment.joined(in_pieces(series, lengths))
    assert_same(pieces, whole)
    assert pieces.activity.tolist() == whole.activity.tolist()
    assert pieces.assumed.tolist() == whole.assumed.tolist()
    for field in ("score", "coverage", "value", "grade", "why"):
        np.testing.assert_array_equal(getattr(pieces.score, field), getattr(whole.score, field), field)
    for i in (0, 31, 59):
        assert repr(pieces.reading(i)) == repr(whole.reading(i))


def test_where_the_activity_is_the_same_the_score_is_too():
    series = draw([STANDING] * 30 + [SITTING] * 30)
    whole, pieces = assessor().push(series), Assessment.joined(in_pieces(series, [1]))
    alike = whole.activity == pieces.activity
    assert 45 < alike.sum() < 60
    np.testing.assert_array_equal(whole.score.score[alike], pieces.score.score[alike])
    np.testing.assert_array_equal(whole.score.grade[alike], pieces.score.grade[alike])


def test_live_an_activity_comes_late_by_a_second_at_most():
    series = draw([STANDING] * 30 + [SITTING] * 30)
    live = Assessment.joined(in_pieces(series, [1])).activity.tolist()
    assert live[:30] == [Activity.STANDING] * 30
    assert live[41:] == [Activity.SITTING] * 19


def test_two_sources_do_not_mix():
    assessed([SITTING] * 30)
    alone = assessed([STANDING])
    assert alone.activity.tolist() == [Activity.STANDING]


# The own upright


def test_the_own_upright_is_held_against_and_the_measures_stay():
    bodies = [SITTING] * 20
    plain = assessed(bodies)
    own = assessed(bodies, neutral(plain.poses, shipped_accuracy(), "these pictures"))
    np.testing.assert_array_equal(plain.measures.column(TRUNK), own.measures.column(TRUNK))
    assert own.score.coverage[0] > plain.score.coverage[0]
    lacking = {why for _, why in plain.reading(0).score.not_scored}
    assert WORDS[Reason.NO_BASELINE] in lacking
    assert WORDS[Reason.NO_BASELINE] not in {why for _, why in own.reading(0).score.not_scored}


# One picture


def test_a_reading_tells_everything_of_its_picture():
    result = assessed([STANDING] * 14 + [SITTING] * 20 + [None] * 12)
    for i in (0, 25, 45):
        reading = result.reading(i)
        assert (reading.time_s, reading.index, reading.person) == (pytest.approx(i / 10), i, PERSON)
        assert (reading.activity, reading.view) == (result.activity[i], result.measures.view[i])
        assert reading.score.value == pytest.approx(result.score.score[i], nan_ok=True)
        assert tuple(reading.measures) == NAMES
        for k, measure in enumerate(reading.measures.values()):
            assert (measure.value, measure.err) == pytest.approx(
                (result.measures.value[i, k], result.measures.err[i, k]), nan_ok=True
            )
            assert math.isnan(measure.value) is bool(measure.reason)
    assert [result.reading(i).activity.value for i in (0, 25, 45)] == ["standing", "sitting", "away"]
    assert {measure.reason for measure in result.reading(45).measures.values()} == {WORDS[Reason.NOBODY]}
    assert math.isnan(result.reading(45).score.value)


def test_a_reading_says_that_sitting_is_assumed():
    desk = draw([Body()] * 5, size=(640, 480), scale_px=500.0, centre=(320, 500))
    reading = assessor().push(desk).reading(2)
    assert (reading.activity, reading.assumed) == (Activity.SITTING, True)
    assert assessed([SITTING]).reading(0).assumed is False


# Seconds


def test_there_is_a_record_a_second_with_the_means_of_it():
    result = assessed([STANDING] * 25)
    result = with_values(result, {TRUNK: np.arange(25.0)}, err={TRUNK: np.full(25, 2.0)})
    records = list(result.records())
    assert [(record.start_s, record.end_s) for record in records] == [(0, 1), (1, 2), (2, 3)]
    assert [record.measures[TRUNK].value for record in records] == [4.5, 14.5, 22.0]
    assert {record.measures[TRUNK].err for record in records} == {2.0}
    for number, record in enumerate(records):
        rows = slice(10 * number, 10 * number + 10)
        assert record.score == pytest.approx(result.score.score[rows].mean())
        assert record.coverage == pytest.approx(result.score.coverage[rows].mean())
        assert (record.person, record.activity, record.view) == (PERSON, Activity.STANDING, View.SIDE)


def test_what_is_missing_in_some_pictures_is_left_out_of_the_mean():
    nan = float("nan")
    result = with_values(assessed([STANDING] * 10), {TRUNK: [nan] * 8 + [10.0, 20.0]})
    (record,) = result.records()
    assert record.measures[TRUNK].value == 15.0
    (record,) = with_values(result, {TRUNK: [nan] * 10}).records()
    assert TRUNK not in record.measures
    assert "hip_flexion_right_deg" not in record.measures


def test_a_record_names_what_held_for_most_of_it():
    result = assessed([STANDING] * 10)
    label = np.array([Activity.SITTING] * 4 + [Activity.STANDING] * 6, dtype=object)
    (record,) = replace(result, activity=label).records()
    assert record.activity is Activity.STANDING
    (nobody,) = assessed([None] * 10).records()
    assert (nobody.activity, nobody.view, nobody.measures) == (Activity.AWAY, View.UNKNOWN, {})
    assert math.isnan(nobody.score)


def test_stretches_without_a_picture_have_no_record():
    series = draw([STANDING] * 3, hz=0.25)
    assert [record.start_s for record in assessor().push(series).records()] == [0, 4, 8]
    assert [(r.start_s, r.end_s) for r in assessor().push(series).records(every_s=5.0)] == [(0, 5), (5, 10)]


# Put together


def test_joined_stretches_are_the_whole_again():
    series = draw(swaying())
    parts = in_pieces(series, [13, 1, 20])
    whole = Assessment.joined(parts)
    assert len(whole) == len(series) == sum(map(len, parts))
    assert whole.poses.index.tolist() == series.index.tolist()
    row = 0
    for part in parts:
        for i in range(len(part)):
            assert repr(whole.reading(row)) == repr(part.reading(i))
            row += 1
    assert [r.start_s for r in whole.records()] == list(range(8))
    assert_same(Assessment.joined([whole]), whole)


# Bias


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("model", Model)
def test_the_declared_bias_is_that_of_the_view_and_zero_where_none_is_known(mode, model):
    accuracy = shipped_accuracy()
    views = list(View)
    bias = declared_bias(accuracy, np.array(views, dtype=object), mode, model)
    assert bias.shape == (len(views), len(NAMES))
    assert np.isfinite(bias).all()
    assert bias.any()
    for (i, view), (k, name) in itertools.product(enumerate(views), enumerate(NAMES)):
        error = accuracy.of(BY_NAME[name].joint, view, mode, model) if view in BY_NAME[name].views else None
        assert bias[i, k] == (error.bias if error else 0.0)
