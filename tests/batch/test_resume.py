"""What counts as done before: only what would come out the same, and stands whole."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from posture_coach.batch import resume
from posture_coach.batch.baseline import Stretch
from posture_coach.batch.ergonomics import answers_from
from posture_coach.batch.results import Outputs, failure, process
from posture_coach.batch.resume import done_before
from posture_coach.measures.definitions import NAMES
from posture_coach.measures.measurer import Baseline
from posture_coach.measures.types import View
from posture_coach.pose.types import Model
from posture_coach.scoring.chair_norms import Sex, Sitter
from posture_coach.scoring.targets import shipped_targets
from tests.clips import FAST, SITTING, SLUMPED, job

UPRIGHT = Baseline({"trunk_inclination_deg": 2.0}, View.SIDE)
SETTINGS = replace(FAST, baseline=UPRIGHT, targets=shipped_targets(NAMES))
OUTPUTS = Outputs(csv=True, annotate=True, ergonomics=answers_from(None), sitter=Sitter(Sex.WOMAN, 66))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A photo, and all that was made of it."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "out").mkdir()
    shutil.copy(SITTING, folder / "me.jpg")
    return process(replace(job(folder / "me.jpg", folder / "out", SETTINGS), outputs=OUTPUTS)), folder


@pytest.fixture
def mine(made, tmp_path):
    """What was to be done, with its results, in a folder of its own."""
    shutil.copytree(made[1], tmp_path, dirs_exist_ok=True)
    return replace(job(tmp_path / "me.jpg", tmp_path / "out", SETTINGS), outputs=OUTPUTS)


def test_what_is_done_is_told_as_it_was(made, mine):
    assert done_before(mine) == replace(made[0], before=True)


@pytest.mark.parametrize(
    "changed",
    [
        {"model": Model.FULL},
        {"fps": 5.0},
        {"baseline": None},
        {"baseline": Stretch(0.0, 5.0)},
        {"baseline": replace(UPRIGHT, values={"trunk_inclination_deg": 2.5})},
        {"mirror": True},
        {"rotate": 180},
        {"person": 1},
        {"targets": None},
        {"height_cm": 172.0},
    ],
)
def test_another_setting_is_another_result(mine, changed):
    assert done_before(replace(mine, settings=replace(SETTINGS, **changed))) is None


def test_another_weight_among_the_own_targets_is_another_result(mine):
    first, *others = SETTINGS.targets.targets
    targets = replace(SETTINGS.targets, targets=(replace(first, weight=first.weight * 2), *others))
    assert done_before(replace(mine, settings=replace(SETTINGS, targets=targets))) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"landmarks": True},
        {"show_face": True},
        {"ergonomics": None},
        {"ergonomics": replace(OUTPUTS.ergonomics, load_kg=7.0)},
        {"sitter": Sitter(Sex.WOMAN, 67)},
    ],
)
def test_another_output_is_another_result(mine, changed):
    assert done_before(replace(mine, outputs=replace(OUTPUTS, **changed))) is None


def test_more_than_is_asked_for_may_stand_there_and_less_may_not(mine):
    fewer = replace(mine, outputs=replace(OUTPUTS, csv=False, annotate=False))
    assert done_before(fewer) is not None
    for ending in (".frames.csv", ".annotated.jpg"):
        content = mine.result(ending).read_bytes()
        mine.result(ending).write_bytes(b"")
        assert done_before(mine) is None, "empty"
        mine.result(ending).unlink()
        assert done_before(mine) is None
        assert done_before(fewer) is not None
        mine.result(ending).write_bytes(content)
    assert done_before(mine) is not None


def without_a_median(text: str) -> str:
    told = json.loads(text)
    del told["measures"]["trunk_inclination_deg"]["median"]
    return json.dumps(told)


@pytest.mark.parametrize(
    "damaged",
    [
        lambda text: text[:0],
        lambda text: text[:-20],
        lambda text: f"[{text}]",
        lambda text: text[0] + text[-2:],
        lambda text: "[" * len(text) * 10,
        without_a_median,
        lambda text: text.replace('"ok"', '"partial"', 1),
    ],
)
def test_a_damaged_summary_is_none(mine, damaged):
    summary = mine.result(".summary.json")
    text = summary.read_text(encoding="utf-8")
    summary.write_text(damaged(text), encoding="utf-8")
    assert done_before(mine) is None
    summary.write_text(json.dumps(json.loads(text)), encoding="utf-8")
    assert done_before(mine) is not None, "the same, however it is laid out"


def test_a_table_that_is_damaged_or_of_another_run_is_none(mine, tmp_path):
    table = mine.result(".frames.parquet")
    whole = table.read_bytes()
    for damaged in (b"", whole[:-30], b"no table"):
        table.write_bytes(damaged)
        assert done_before(mine) is None
    table.unlink()
    assert done_before(mine) is None
    # As where a run was killed that had put the table in its place, and not yet the summary.
    (tmp_path / "other").mkdir()
    other = replace(mine, out=tmp_path / "other", settings=replace(SETTINGS, mirror=True))
    process(other)
    shutil.copy(other.result(".frames.parquet"), table)
    assert done_before(mine) is None


def test_another_file_under_the_name_is_another_result(mine):
    shutil.copy(SLUMPED, mine.path)
    assert done_before(mine) is None
    mine.path.unlink()
    assert done_before(mine) is None
    shutil.copy(SITTING, mine.path)
    assert done_before(mine) is not None
    mine.path.rename(mine.path.with_suffix(".jpeg"))
    assert done_before(replace(mine, path=mine.path.with_suffix(".jpeg"))) is None, "the summary names another"


def test_another_version_of_the_program_is_another_result(mine, monkeypatch):
    monkeypatch.setattr(resume, "__version__", "0.0.1")
    assert done_before(mine) is None


def test_a_failure_is_tried_again(tmp_path):
    (tmp_path / "text.mp4").write_text("no video")
    broken = job(tmp_path / "text.mp4", tmp_path)
    failure(broken, "No picture came of it.")
    assert Path(tmp_path / "text.summary.json").exists()
    assert done_before(broken) is None
