"""The person's own neutral: what may be typed, and what is averaged."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from posture_coach.batch.baseline import Stretch, parse, within
from posture_coach.errors import DataError
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.baseline import neutral
from posture_coach.measures.measurer import raw_values
from posture_coach.measures.types import View
from posture_coach.pose.types import Landmark, Mode
from tests.batch.made import SITTING, STANDING
from tests.drawn import Body, draw, with_points


@pytest.mark.parametrize(
    ("typed", "start_s", "end_s"), [("0-5", 0, 5), ("1.5-2.25", 1.5, 2.25), ("10-20", 10, 20), ("0-0.1", 0, 0.1)]
)
def test_seconds_are_read(typed, start_s, end_s):
    assert parse(typed) == Stretch(start_s, end_s)


def test_a_file_is_read(tmp_path):
    photo = tmp_path / "upright.jpg"
    photo.touch()
    assert parse(str(photo)) == photo


@pytest.mark.parametrize("typed", ["5-0", "5-5"])
def test_seconds_must_grow(typed):
    with pytest.raises(DataError, match=f"--baseline {typed}: the first second must come before the last, as in 0-5"):
        parse(typed)


@pytest.mark.parametrize("typed", ["", "5", "-1-5", "0-5s", "0 - 5", "1e3-1e4", "no_such.jpg", "a" * 300, "a\0b"])
def test_anything_else_is_refused_with_what_would_do(typed):
    with pytest.raises(DataError, match="neither seconds like 0-5 nor a photo or video that exists"):
        parse(typed)


@pytest.mark.parametrize(
    ("mode", "stretch", "first_s", "last_s"),
    [
        (Mode.TRACKED, Stretch(0, 5), 1.0, 4.9),
        (Mode.TRACKED, Stretch(0, 2), 1.0, 1.9),
        (Mode.TRACKED, Stretch(0, 1.9), 0.0, 1.8),
        (Mode.TRACKED, Stretch(2, 3), 2.0, 2.9),
        (Mode.TRACKED, Stretch(0.5, 4), 1.0, 3.9),
        (Mode.DETECTED, Stretch(0, 5), 0.0, 4.9),
        (Mode.DETECTED, Stretch(0, 100), 0.0, 9.9),
    ],
)
def test_a_stretch_is_half_open_and_a_tracked_one_settles_first(mode, stretch, first_s, last_s):
    part = within(draw([STANDING] * 100, mode=mode), stretch)
    assert (part.time_s[0], part.time_s[-1]) == pytest.approx((first_s, last_s))


def test_a_stretch_behind_the_end_is_empty_and_gives_no_baseline():
    part = within(draw([STANDING] * 10), Stretch(5, 9))
    assert len(part) == 0
    with pytest.raises(DataError, match="No baseline: there are no pictures in seconds 5 to 9"):
        neutral(part, shipped_accuracy(), "seconds 5 to 9")


def test_the_neutral_is_the_mean_of_what_was_seen():
    leans = [0.0, 2.0, 4.0, 10.0]
    series = draw([replace(STANDING, trunk_inclination_deg=lean) for lean in leans])
    found = neutral(series, shipped_accuracy(), "here")
    upright = neutral(draw([STANDING]), shipped_accuracy(), "here")
    assert found.view is View.SIDE
    assert found.values["trunk_inclination_deg"] - upright.values["trunk_inclination_deg"] == pytest.approx(
        np.mean(leans), abs=0.2
    )
    assert not any(math.isnan(value) for value in found.values.values())


def test_relative_measures_are_kept_before_anything_is_taken_off():
    nodding = replace(STANDING, head_pitch_deg=12.0)
    found = neutral(draw([nodding] * 3), shipped_accuracy(), "here")
    straight = neutral(draw([STANDING] * 3), shipped_accuracy(), "here")
    assert found.values["head_pitch_deg"] - straight.values["head_pitch_deg"] == pytest.approx(12.0, abs=1.0)


def test_a_measure_seen_in_less_than_half_of_the_pictures_has_no_neutral():
    series = draw([STANDING] * 10)
    often, rarely = series.visibility.copy(), series.visibility.copy()
    often[:5, Landmark.LEFT_ANKLE] = 0.0
    rarely[:6, Landmark.LEFT_ANKLE] = 0.0
    kept = neutral(with_points(series, visibility=often), shipped_accuracy(), "here")
    dropped = neutral(with_points(series, visibility=rarely), shipped_accuracy(), "here")
    assert "knee_flexion_left_deg" in kept.values
    assert "knee_flexion_left_deg" not in dropped.values
    assert "trunk_inclination_deg" in dropped.values


def test_pictures_without_a_person_count_as_not_seen_and_do_not_shift_the_mean():
    series = draw([STANDING, None, STANDING, None, STANDING])
    alone = neutral(draw([STANDING] * 3), shipped_accuracy(), "here")
    assert neutral(series, shipped_accuracy(), "here").values == pytest.approx(alone.values)


def test_only_the_usual_view_counts():
    series = draw([STANDING] * 30 + [Body(yaw_deg=0.0, lateral_trunk_lean_deg=9.0)] * 12)
    _, view = raw_values(series, shipped_accuracy())
    assert set(view) >= {View.SIDE, View.FRONT}
    found = neutral(series, shipped_accuracy(), "here")
    assert found.view is View.SIDE
    assert "lateral_trunk_lean_deg" not in found.values
    assert found.values["trunk_inclination_deg"] == pytest.approx(
        neutral(draw([STANDING] * 3), shipped_accuracy(), "here").values["trunk_inclination_deg"]
    )


def test_nobody_is_refused_with_what_to_do():
    with pytest.raises(DataError, match=r"No baseline: nobody is seen in me\.jpg\. Choose seconds or a photo"):
        neutral(draw([None, None]), shipped_accuracy(), "me.jpg")


def test_sitting_can_be_a_neutral_too():
    assert neutral(draw([SITTING]), shipped_accuracy(), "here").values["hip_flexion_left_deg"] == pytest.approx(
        90, abs=10
    )


def test_parse_gives_a_path_relative_to_where_it_was_typed(tmp_path, monkeypatch):
    (tmp_path / "me.jpg").touch()
    monkeypatch.chdir(tmp_path)
    assert parse("me.jpg") == Path("me.jpg")
