"""`posture-coach targets`, and `--targets`: a right file changes the score and says so, a wrong one ends with 2."""

from __future__ import annotations

import json

import jsonschema
import pytest

from posture_coach.resources import data_file, samples_folder
from posture_coach.store.files.folder import FOLDER_VARIABLE
from tests.cli.typed import analysed, summary, typed

WALK = samples_folder() / "walk_side_rendered.mp4"
STRICT = """schema_version = 1
[targets.walking_trunk]
good = [[-5.0, -3.0]]
caution = [[-10.0, -5.0], [-3.0, -2.0]]
poor = [[-90.0, -10.0], [-2.0, 90.0]]
set_by = "Dr Meier"
set_on = 2026-11-24
"""
GAP = "schema_version = 1\n[targets.sitting_trunk]\ngood = [[-5.0, 15.0]]\n"


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_right_file_is_told_with_what_it_changes(file):
    ended = typed("targets", "check", file(STRICT))
    assert ended.code == 0
    assert "is right. Own targets: 1 changed." in ended.out
    assert "-5 to -3°" in ended.out
    assert "-5 to 8°" in ended.out, "the shipped one beside it"


@pytest.mark.parametrize(
    "command",
    [
        ["targets", "check", "FILE"],
        ["analyze", WALK, "--targets", "FILE"],
        ["monitor", "--source", WALK, "--targets", "FILE"],
    ],
    ids=lambda command: command[0],
)
def test_a_wrong_file_ends_with_2_and_names_file_key_and_reason(file, command, tmp_path):
    path = file(GAP)
    ended = typed(*[path if word == "FILE" else word for word in command], folder=tmp_path)
    assert ended.code == 2
    assert f"{path}: target 'sitting_trunk': good: expected bands that meet" in ended.said
    assert "Traceback" not in ended.said
    assert not (tmp_path / "results").exists() or not list((tmp_path / "results").iterdir())


def test_the_score_follows_and_the_summary_says_against_what(file, tmp_path):
    assert analysed(WALK, tmp_path / "shipped", "--fps", "10").code == 0
    ended = analysed(WALK, tmp_path / "own", "--fps", "10", "--targets", file(STRICT))
    assert ended.code == 0
    assert "held against own targets: walking_trunk" in ended.said
    shipped, own = (summary(tmp_path / name, WALK.stem) for name in ("shipped", "own"))
    schema = json.loads(data_file("summary.schema.json").read_text(encoding="utf-8"))
    for told in (shipped, own):
        jsonschema.validate(told, schema)
    assert shipped["own_targets"] == []
    (target,) = own["own_targets"]
    assert (target["id"], target["set_by"], target["set_on"]) == ("walking_trunk", "Dr Meier", "2026-11-24")
    assert target["changed"] == ["good", "caution", "poor"]
    assert target["now"]["good"] == [[-5.0, -3.0]]
    assert target["shipped"]["good"] == [[-5.0, 8.0]]
    assert own["score"]["mean"] < shipped["score"]["mean"] - 20
    assert own["measures"]["trunk_inclination_deg"]["median"] == shipped["measures"]["trunk_inclination_deg"]["median"]
    assert ",walking_trunk," in (tmp_path / "own" / "summary.csv").read_text(encoding="utf-8")


def test_where_and_show_tell_of_a_persons_file(tmp_path):
    def run(*arguments):
        return typed("targets", *arguments, env={"POSTURE_COACH_DATA_DIR": str(tmp_path), "COLUMNS": "200"})

    path = tmp_path / "targets" / "targets-anna.toml"
    assert run("where", "--of", "Anna").out.strip() == str(path)
    assert "No own targets of anna" in run("show", "--of", "anna").out
    path.parent.mkdir()
    path.write_text(STRICT, encoding="utf-8")
    shown = run("show", "--of", "anna")
    assert shown.code == 0
    assert "set by Dr Meier on 2026-11-24, no published source" in shown.out
    assert "sitting_trunk" not in shown.out
    assert "sitting_trunk" in run("show", "--of", "anna", "--all").out
    path.write_text(GAP, encoding="utf-8")
    shown = run("show", "--of", "anna")
    assert shown.code == 2
    assert "The shipped targets are used." in shown.err
    assert path.read_text(encoding="utf-8") == GAP
    assert run("show", "--of", "../x").code == 2


def test_the_live_terminal_says_that_it_holds_against_own_targets(file):
    watching = ["monitor", "--source", WALK, "--model", "lite", "--seconds", "2"]
    assert "own targets" not in typed(*watching).said
    assert "own targets" in typed(*watching, "--targets", file(STRICT)).said


def test_the_live_terminal_holds_the_user_against_the_users_own_targets(tmp_path):
    watching = ["monitor", "--source", WALK, "--model", "lite", "--seconds", "2"]
    home = {FOLDER_VARIABLE: str(tmp_path)}
    mine = tmp_path / "targets" / "targets-me.toml"
    mine.parent.mkdir()
    mine.write_text(STRICT, encoding="utf-8")
    assert "own targets" in typed(*watching, env=home).out
    mine.write_text(GAP, encoding="utf-8")
    damaged = typed(*watching, env=home)
    assert damaged.code == 0
    assert "own targets" not in damaged.out
    assert "The shipped targets are used." in damaged.err
