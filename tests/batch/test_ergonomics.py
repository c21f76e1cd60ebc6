"""The ergonomic scales in the summary: for the clinician, only when asked for, and a page that cannot drift."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import chain

import jsonschema
import pytest

from benchmarks import ergonomics_page
from posture_coach.activity.types import Activity
from posture_coach.batch import summary
from posture_coach.batch.ergonomics import MARK, answers_example, answers_from, ergonomics
from posture_coach.errors import DataError
from posture_coach.resources import data_file
from tests.batch.made import SITTING, STANDING, assessed
from tests.drawn import Body

SCHEMA = json.loads(data_file("summary.schema.json").read_text(encoding="utf-8"))
SOURCE = {
    "name": "clip.mp4", "sha256": "0" * 64, "kind": "video", "width": 1280, "height": 720, "start_s": 0.0,
    "duration_s": 3.0, "frames_read": 30, "frames_declared": None,
}  # fmt: skip


def at_a_desk(trunk_deg: float = 0.0, arm_deg: float = 0.0, elbow_deg: float = 80.0) -> Body:
    return replace(
        SITTING, trunk_inclination_deg=trunk_deg, neck_inclination_deg=trunk_deg + 20.0,
        shoulder_flexion_left_deg=arm_deg, shoulder_flexion_right_deg=arm_deg,
        elbow_flexion_left_deg=elbow_deg, elbow_flexion_right_deg=elbow_deg,
    )  # fmt: skip


def told_of(*bodies: Body, **given: object) -> dict:
    asked = replace(answers_from(None), **given, asked=frozenset(given))
    return ergonomics(assessed(list(bodies)), asked)


def steps_of(scale: dict) -> dict:
    return {step["name"]: step["score"] for step in scale["steps"]}


def test_a_drawn_person_at_a_desk_gets_the_points_of_the_drawn_angles():
    (window,) = told_of(*[at_a_desk(trunk_deg=35.0, arm_deg=65.0)] * 12)["windows"]
    assert (window["activity"], window["pictures"]) == ("sitting", 12)
    told = steps_of(window["rula"])
    assert (told["upper_arm"], told["lower_arm"], told["trunk"]) == (3, 1, 3)
    assert steps_of(window["reba"])["trunk"] == 3
    assert window["rula"]["range"][0] <= window["rula"]["score"] <= window["rula"]["range"][1]


def test_answers_change_the_score_and_stand_in_the_summary():
    plain, heavy = told_of(at_a_desk()), told_of(at_a_desk(), load_kg=12.0, load_handling="sudden")
    assert heavy["answers"] == {"load_handling": "sudden", "load_kg": 12.0}
    assert plain["answers"] == {}
    assert heavy["windows"][0]["rula"]["score"] > plain["windows"][0]["rula"]["score"]
    assert "load" in plain["windows"][0]["rula"]["assumed"]


def test_seen_from_the_front_it_is_refused_in_words_and_rosa_says_what_it_sees():
    (window,) = told_of(*[replace(at_a_desk(), yaw_deg=0.0)] * 6)["windows"]
    assert window["rula"]["score"] is window["reba"]["score"] is None
    assert "turn the camera" in window["rula"]["words"]


def test_rosa_is_for_those_who_sit():
    sitting, standing = (told_of(*[body] * 6)["windows"][0] for body in (at_a_desk(), STANDING))
    assert len(sitting["rosa"]) == 6
    assert (standing["activity"], standing["rosa"]) == ("standing", [])


def test_nobody_at_work_gives_no_window():
    assert told_of(*[None] * 4)["windows"] == []
    walking = assessed([STANDING] * 4)
    walking.activity[:] = Activity.WALKING
    assert ergonomics(walking, answers_from(None))["windows"] == []


def test_every_sentence_is_marked_as_for_the_clinician_and_none_claims_harm():
    told = told_of(at_a_desk(), STANDING, replace(at_a_desk(), yaw_deg=0.0))
    assert told["note"].startswith("For the clinician")
    words = [window[scale]["words"] for window in told["windows"] for scale in ("rula", "reba")]
    assert words
    assert all(sentence.startswith(MARK) for sentence in words)
    assert not [w for w in words for claim in ("injur", "risk", "danger", "damage", "strain") if claim in w.lower()]


def test_the_summary_fits_its_schema_with_and_without():
    result = assessed([at_a_desk()] * 90 + [STANDING] * 90)
    told = summary.whole(SOURCE, result, status="ok", warnings=[])
    assert "ergonomics" not in told
    told["ergonomics"] = ergonomics(result, answers_from(None))
    assert {window["activity"] for window in told["ergonomics"]["windows"]} == {"sitting", "standing"}
    jsonschema.Draft202012Validator(SCHEMA).validate(told)
    json.dumps(told, allow_nan=False)


# Answers from a file


def test_the_example_is_read_back(tmp_path):
    (tmp_path / "a.toml").write_text(answers_example(), encoding="utf-8")
    assert answers_from(str(tmp_path / "a.toml")) == answers_from(None)


def test_a_file_that_is_not_there_says_how_to_make_one(tmp_path):
    with pytest.raises(DataError, match="--answers-example"):
        answers_from(str(tmp_path / "none.toml"))
    with pytest.raises(DataError, match="cannot be read"):
        answers_from(str(tmp_path))


# The page


def test_the_page_is_what_the_data_file_says():
    """`python -m benchmarks.ergonomics_page` writes it anew."""
    assert ergonomics_page.PAGE.read_text(encoding="utf-8") == ergonomics_page.page()
    assert "{{" not in ergonomics_page.page()


def test_the_page_shows_every_cell():
    text = ergonomics_page.page()
    assert "| 5 | 1 | 5 | 5 | 5 | 5 | 5 | 6 | 6 | 7 |" in text  # RULA A
    assert "| 4 | 3 | 6 | 7 |" in text  # RULA B
    assert "| 8 | 5 | 5 | 6 | 7 | 7 | 7 | 7 |" in text  # RULA C
    assert "| 3 | 1 | 3 | 3 | 5 | 6 |" in text  # REBA A
    assert "| 6 | 2 | 8 | 9 | 9 |" in text  # REBA B
    assert "| 7 | 7 | 7 | 7 | 8 | 9 | 9 | 9 | 10 | 10 | 11 | 11 | 11 |" in text  # REBA C
    for heads in chain(["## RULA", "## REBA", "## ROSA"], ["`load_kg`", "`coupling`"]):
        assert heads in text
