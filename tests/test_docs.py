"""What the documents say is what the program does: commands, options, files, columns."""

from __future__ import annotations

import json
import re
import tomllib

import pytest
import typer.main

from posture_coach.batch.results import FIGURES, HEAD, WALK
from posture_coach.cli.app import app
from posture_coach.measures.definitions import NAMES
from posture_coach.resources import data_file
from tests.conftest import PROJECT

DOCUMENTS = sorted(
    path
    for path in (*PROJECT.glob("*.md"), *PROJECT.glob("*/*.md"))
    if not path.is_relative_to(PROJECT / ".venv") and ".pytest_cache" not in path.parts
)
FENCED = re.compile(r"```sh\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
NAMED_FILE = re.compile(r"`((?:posture_coach|tests|benchmarks|docs|models|sample_videos|data)/[\w./*-]+\.\w+)`")
COMMAND = re.compile(r"`posture-coach ([a-z]+)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
ELSEWHERE = {"--write", "--cache", "--model", "--leave-one-body-out", "--mode", "--every", "--help", "--version"}
"""Options of the benchmarks and of the program itself."""


def text_of(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def commands() -> dict[str, set[str]]:
    """Return the options of every command."""
    group = typer.main.get_command(app)
    return {name: options_of(command) for name, command in group.commands.items()}


def options_of(command) -> set[str]:
    """Return the options of a command and of those below it."""
    below = getattr(command, "commands", {}).values()
    return {word for one in command.params for word in (*one.opts, *one.secondary_opts)}.union(*map(options_of, below))


def test_ci_runs_the_readmes_test_command_word_for_word():
    install, test = FENCED.findall(text_of("README.md"))
    assert text_of(".ci/run").splitlines()[-1] == test.strip()
    assert install.rstrip().endswith("/posture-coach"), "the first command opens the dashboard"


def test_the_readmes_first_screen_is_a_sentence_a_picture_and_the_commands():
    parts = [part for part in text_of("README.md").split("\n\n") if part.strip()]
    assert parts[0].startswith("# ")
    assert parts[1].count(". ") == 0, "one sentence"
    assert parts[2].startswith("![")
    assert len(text_of("README.md").splitlines()) <= 150


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_every_file_that_is_named_exists(document):
    text = document.read_text(encoding="utf-8")
    missing = [link for link in LINK.findall(text) if not (document.parent / link).exists()]
    for name in NAMED_FILE.findall(text):
        places = (PROJECT, PROJECT / "posture_coach", document.parent)
        if not any(list(place.glob(name)) for place in places):
            missing.append(name)
    assert missing == []


@pytest.mark.parametrize("document", ["README.md", "CHANGELOG.md", "docs/output.md", "docs/inputs.md"])
def test_every_command_and_option_that_is_named_exists(document):
    known, text = commands(), text_of(document)
    assert set(COMMAND.findall(text)) <= set(known)
    options = options_of(typer.main.get_command(app)) | ELSEWHERE
    assert {option for option in OPTION.findall(text) if option not in options} == set()


def test_the_documented_columns_and_keys_are_the_real_ones():
    text = text_of("docs/output.md")
    for column in (
        "time_s",
        "frame",
        "person",
        "activity",
        "view",
        "mode",
        "body_yaw_deg",
        "score",
        "coverage",
        "_err",
    ):
        assert f"`{column}`" in text, column
    schema = json.loads(data_file("summary.schema.json").read_text(encoding="utf-8"))
    for key in ("status", "warnings", "source", "activities", "events"):
        assert key in schema["properties"]
        assert f"`{key}`" in text, key


def test_the_documented_columns_of_the_list_are_the_real_ones():
    told = re.findall(r"`([\w.]+)`", text_of("docs/output.md").split("`summary.csv` has", 1)[1].split("\n\n", 1)[0])
    assert told == [*HEAD, *(f".{statistic}" for statistic in FIGURES), *WALK, "_err"]


def test_every_dependency_is_explained():
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    design = text_of("docs/design.md").split("## Dependencies", 1)[1].lower()
    extras = [name for names in project["optional-dependencies"].values() for name in names]
    for requirement in (*project["dependencies"], *extras):
        name = re.split(r"[=<>~!\[ ]", requirement, maxsplit=1)[0]
        assert re.search(rf"\b{re.escape(name)}\b", design), name


def test_nothing_that_a_webcam_cannot_measure_is_promised():
    """Section 1.3 of the evidence: no back's curve, no craniovertebral angle, among the measures."""
    for name in NAMES:
        assert not re.search(r"cva|craniovertebral|kyphosis|lordosis|spine", name)
