"""The chair stands in a summary: by the schema, in words, and from a clip of a rendered person who stands up."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import numpy as np
import pytest

from posture_coach.batch.analyse import Settings
from posture_coach.batch.chair_stand import NO_NORM, chair_stand
from posture_coach.batch.results import process
from posture_coach.batch.telling import standing_up
from posture_coach.resources import data_file, samples_folder
from posture_coach.scoring.chair_norms import Sex, Sitter
from tests.activity.test_chair_stands import sitter
from tests.batch.made import walk
from tests.cli.typed import summary, typed
from tests.clips import FAST, job

SCHEMA = json.loads(data_file("summary.schema.json").read_text(encoding="utf-8"))
CLIP = samples_folder() / "sit_to_stand_side_rendered.mp4"


def told_of(series, sex=Sex.WOMAN, age=66):
    return chair_stand(replace(walk(1.0), raw=series), Sitter(sex, age))


@pytest.mark.parametrize(
    ("every_s", "sex", "age", "stands", "words"),
    [
        (2.85, Sex.WOMAN, 66, 11, "not below average for a woman of 66, half of whom reach 11 to 16"),
        (3.05, Sex.WOMAN, 66, 10, "below average for a woman of 66, half of whom reach 11 to 16"),
        (2.40, Sex.MAN, 62, 13, "below average for a man of 62, half of whom reach 14 to 19"),
        (2.40, Sex.MAN, 45, 13, NO_NORM),
    ],
)
def test_the_evidences_people_are_told_what_the_evidence_says(every_s, sex, age, stands, words):
    told = told_of(sitter(45.0, every_s), sex, age)
    assert standing_up(told) == f"{stands} stands from a chair in 30 s: {words}"
    jsonschema.validate(told, {**SCHEMA["$defs"]["chair_stand"], "$defs": SCHEMA["$defs"]})


def test_half_a_test_has_no_verdict():
    told = told_of(sitter(20.0))
    assert told["below_average"] is None
    assert standing_up(told) == f"{told['stands']} stands from a chair in 18 s: {told['reason']}"


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """A rendered person who sits down and stands up, analysed as it is typed: the summary, and what was said."""
    out = tmp_path_factory.mktemp("rendered")
    ended = typed("analyze", CLIP, "--chair-stand", "man-62", "--model", "lite", "--out", out)
    assert ended.code == 0, ended.said
    return summary(out, CLIP.stem), ended


def test_a_rendered_person_is_counted_and_stands_in_the_summary(rendered):
    whole, _ = rendered
    assert whole["status"] == "ok"
    jsonschema.validate(whole, SCHEMA)
    told = whole["chair_stand"]
    assert told["stands"] == 5
    np.testing.assert_allclose(np.diff(told["up_s"]), 3.9, atol=0.15)
    assert told["reason"] == "the recording ends 20 s after the first rise: 30 are needed"


def test_who_was_not_named_as_tested_is_not_counted(tmp_path):
    outcome = process(job(CLIP, tmp_path, Settings(FAST.model, fps=2.0)))
    assert outcome.status == "ok"
    assert "chair_stand" not in outcome.summary


@pytest.mark.parametrize("who", ["girl-66", "woman", "woman-", "woman-6.5", "man-15", "man-²²", "66", ""])
def test_who_is_tested_must_be_told_rightly(who):
    ended = typed("analyze", CLIP, "--chair-stand", who)
    assert ended.code == 2
    assert "as woman-66 is" in " ".join(ended.said.replace("│", " ").split())


def test_the_terminal_tells_the_count(rendered):
    _, ended = rendered
    assert "5 stands from a chair in 20 s: the recording ends 20 s after" in " ".join(ended.out.split())
