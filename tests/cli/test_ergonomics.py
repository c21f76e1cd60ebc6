"""`posture-coach analyze --ergonomics`: the scales in the summary, from a file of answers."""

from __future__ import annotations

import jsonschema
import pytest

from posture_coach.resources import data_file
from tests.cli.test_analyze import SCHEMA
from tests.cli.typed import analysed, summary, typed
from tests.clips import SITTING


def test_the_scales_stand_in_the_summary_with_the_answers(tmp_path):
    example = typed("analyze", "--answers-example")
    assert example.code == 0
    file = tmp_path / "desk.toml"
    file.write_text(example.out.replace("# load_kg = 0", "load_kg = 12"), encoding="utf-8")
    ended = analysed(SITTING, tmp_path, "--ergonomics", "--answers", str(file))
    assert ended.code == 0, ended.said
    told = summary(tmp_path, SITTING.stem)
    jsonschema.Draft202012Validator(SCHEMA).validate(told)
    assert told["ergonomics"]["answers"] == {"load_kg": 12.0}
    (window,) = told["ergonomics"]["windows"]
    assert window["activity"] == "sitting"
    assert window["rula"]["range"][0] <= window["rula"]["score"] <= window["rula"]["range"][1]
    assert "load" in window["rula"]["assumed"], "how it is handled was not answered"
    assert window["rula"]["words"].startswith("For the clinician")


def test_without_the_option_the_summary_has_none(once):
    out, ended = once(SITTING)
    assert ended.code == 0
    assert "ergonomics" not in summary(out, SITTING.stem)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--answers", "desk.toml"], "add --ergonomics"),
        (["--ergonomics", "--answers", "nowhere.toml"], "--answers-example"),
        (["--ergonomics", "--answers", str(data_file("sources.toml"))], "expected"),
    ],
)
def test_unusable_answers_are_named_before_anything_is_analysed(tmp_path, arguments, said):
    ended = typed("analyze", SITTING, "--out", tmp_path / "out", *arguments)
    assert ended.code == 2
    assert said in ended.said
    assert "Traceback" not in ended.said
