"""`posture-coach compare` as it is typed: what docs/inputs.md promises of it, row by row."""

from __future__ import annotations

import csv
import json
import shlex
import shutil
import subprocess

import pytest

from posture_coach.batch.compare import COLUMNS, ENDING
from tests.cli.typed import PROGRAM, environment, summary, typed
from tests.clips import SITTING, SLUMPED, fill, must_have, names_in, small_disk

OTHERS = {
    "two summaries, or folders with one each",
    "the same recording twice",
    "seen from other or changing sides, by another model or way of measuring",
    "measures relative to two own uprights",
    "another camera, another activity, another version",
}
"""What can be read: tests/batch/test_compare.py holds the words, the first tests below the exit code."""


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Two photos, analysed as a user would, each into a folder of its own."""
    folder = tmp_path_factory.mktemp("results")
    for name, photo in (("before", SITTING), ("after", SLUMPED)):
        ended = typed("analyze", photo, "--out", folder / name)
        assert ended.code == 0, ended.said
    return folder


def test_folders_are_compared_and_the_table_is_written(results, tmp_path):
    ended = typed("compare", "before", "after", "--csv", tmp_path / "change.csv", folder=results)
    assert (ended.code, ended.err.strip()) == (0, ""), ended.said
    assert ended.out.index("Changed") < ended.out.index("Trunk inclination") < ended.out.index("No change you can")
    with (tmp_path / "change.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["measure"]: row for row in csv.DictReader(file)}
    trunk = rows["trunk_inclination_deg"]
    assert (tuple(trunk), trunk["verdict"], trunk["unit"]) == (COLUMNS, "changed", "deg")
    stored = [summary(results / name, photo.stem) for name, photo in (("before", SITTING), ("after", SLUMPED))]
    for key, told in zip(("before", "after"), stored, strict=True):
        assert float(trunk[key]) == told["measures"]["trunk_inclination_deg"]["median"]
    assert rows["neck_inclination_deg"]["verdict"] == "changed"
    assert names_in(tmp_path) == ["change.csv"]


def test_the_same_recording_twice_has_not_changed(results):
    path = results / "before" / f"{SITTING.stem}{ENDING}"
    ended = typed("compare", path, results / "before")
    assert ended.code == 0
    assert "Changed" not in ended.out
    assert "No change you can be sure of" in ended.out
    assert "both are of the same recording" in ended.said


def test_two_that_have_nothing_in_common_are_no_fault(results, tmp_path):
    assert typed("analyze", SITTING, "--model", "lite", "--out", tmp_path).code == 0
    ended = typed("compare", results / "before", tmp_path)
    assert ended.code == 0
    assert "No measure can be compared." in ended.out
    assert "measured by different models (full and lite)" in ended.said


UNREADABLE = {
    "a file that is not there, a pipe or a device": [
        (["gone", "after"], "gone is neither a file nor a folder"),
        (["before", "/dev/null"], "/dev/null is no ordinary file"),
    ],
    "a folder without a summary, or with several": [
        (["empty", "after"], "There is no *.summary.json in the folder empty. Analyse a recording first"),
        (["both", "after"], "There are 2 summaries in the folder both. Name one of them, such as both/"),
    ],
    "a recording, or any other file": [
        (["before", SITTING], "is no summary. Analyse the recording first"),
        (["before", "other.json"], "other.json was not written by posture-coach"),
    ],
    "a summary that is damaged, or of another form": [
        (["cut.summary.json", "after"], "cut.summary.json is damaged: it is not JSON. Analyse the recording again"),
        (["before", "newer.summary.json"], "has form 2, and this posture-coach reads form 1"),
        (["before", "poorer.summary.json"], "is damaged, or of an older posture-coach (KeyError: 'mode')"),
    ],
    "the summary of an input that failed": [
        (["failed.summary.json", "after"], "nothing was measured in this recording: is empty. Analyse it again"),
    ],
    "no name": [
        (["", "after"], "A summary without a name: is a variable empty?"),
        (["before"], "Missing argument 'AFTER'"),
    ],
    "`--csv` that names a folder, lies in none, or is one of the summaries": [
        (["before", "after", "--csv", "empty"], "empty is not the name of a file in a folder that exists"),
        (["before", "after", "--csv", ""], "is not the name of a file"),
        (["before", "after", "--csv", "gone/x.csv"], "gone/x.csv is not the name of a file in a folder that exists"),
        (["newer.summary.json", "after", "--csv", "./newer.summary.json"], "is one of the summaries: it would be lost"),
    ],
}


@pytest.fixture(scope="module")
def folder(results):
    """A folder with everything that cannot be compared."""
    for name in ("empty", "both"):
        (results / name).mkdir()
    one = results / "before" / f"{SITTING.stem}{ENDING}"
    for path in (one, results / "after" / f"{SLUMPED.stem}{ENDING}"):
        shutil.copy(path, results / "both")
    told = json.loads(one.read_text(encoding="utf-8"))
    for name, content in (
        ("other.json", {"angles": [1, 2, 3]}),
        ("newer.summary.json", {**told, "schema_version": 2}),
        ("poorer.summary.json", {key: value for key, value in told.items() if key != "mode"}),
        ("failed.summary.json", {**told, "status": "failed", "warnings": ["is empty. Analyse it again"]}),
    ):
        (results / name).write_text(json.dumps(content), encoding="utf-8")
    (results / "cut.summary.json").write_bytes(one.read_bytes()[:2000])
    return results


@pytest.mark.parametrize(
    ("row", "arguments", "words"), [(row, *case) for row, cases in UNREADABLE.items() for case in cases]
)
def test_what_cannot_be_compared_ends_with_2_and_what_to_do(folder, row, arguments, words):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    ended = typed("compare", *arguments, folder=folder)
    assert (ended.code, words in ended.said) == (2, True), f"{row}: {ended.said}"
    assert "Traceback" not in ended.said
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_full_disk_is_told_and_an_earlier_table_stands(results, tmp_path):
    with small_disk(tmp_path / "disk", kib=64) as disk:
        target = disk / "change.csv"
        target.write_text("earlier", encoding="utf-8")
        fill(disk, leave_kib=0)
        ended = typed("compare", results / "before", results / "after", "--csv", target)
        assert ended.code == 1
        assert "the disk is full" in ended.said
        assert target.read_text(encoding="utf-8") == "earlier"


@pytest.mark.parametrize("redirected", [">&-", ">/dev/full", "| true"])
def test_nobody_who_reads_costs_no_table(results, tmp_path, redirected):
    must_have(shutil.which("bash"), "bash")
    target = tmp_path / "change.csv"
    words = shlex.join([*PROGRAM, "compare", str(results / "before"), str(results / "after"), "--csv", str(target)])
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{words} {redirected}"], capture_output=True, text=True, env=environment()
    )
    assert (done.returncode, done.stderr.strip()) == (0, "")
    assert target.stat().st_size > 0


def test_the_documented_table_is_the_one_that_is_tested(project):
    text = (project / "docs" / "inputs.md").read_text(encoding="utf-8").split("\n## Comparison\n")[1]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    promised = {name: code for name, code, _ in cells[2:]}
    can_be_read = dict.fromkeys([*OTHERS, "nobody reads what is printed"], "0")
    assert promised == can_be_read | dict.fromkeys(UNREADABLE, "2") | {"disk full": "1"}
