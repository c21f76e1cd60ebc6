"""`posture-coach analyze --resume`: an interrupted run goes on, and gives what an uninterrupted one gives."""

from __future__ import annotations

import csv
import shutil
import signal
import sys

import pytest

from tests.cli.test_interrupted import interrupted
from tests.cli.typed import typed
from tests.clips import LONG_WALK, SITTING, SLUMPED, names_in

FAST = ("--model", "lite", "--fps", "3")


def analysed(*arguments, **env):
    return typed("analyze", *arguments, *FAST, env=env)


def contents(folder):
    return {name: (folder / name).read_bytes() for name in names_in(folder)}


def written(folder):
    """Return when each result was written."""
    return {name: (folder / name).stat().st_mtime_ns for name in names_in(folder) if name != "summary.csv"}


def statuses(out):
    with (out / "summary.csv").open(encoding="utf-8", newline="") as file:
        return [(row["path"], row["status"]) for row in csv.DictReader(file)]


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path):
    inputs, whole = (SITTING, LONG_WALK), tmp_path / "whole"
    assert analysed(*inputs, "--out", whole, "--workers", "2").code == 0
    for workers in ("1", "2"):
        out = tmp_path / workers
        assert interrupted(out, int(workers), signal.SIGINT, *FAST).code == 130
        before = written(out)
        assert set(before) == {f"{SITTING.stem}.frames.parquet", f"{SITTING.stem}.summary.json"}
        ended = analysed(*inputs, "--out", out, "--workers", workers, "--resume")
        assert ended.code == 0, ended.said
        assert ended.out.count("ok, done before") == 1
        assert contents(out) == contents(whole)
        assert before.items() <= written(out).items()
    before = written(out)
    ended = analysed(*inputs, "--out", out, "--workers", "2", "--resume", "--json-progress")
    assert (ended.code, ended.out.count('"finished"'), ended.out.count('"progress"')) == (0, 2, 0)
    assert (contents(out), written(out)) == (contents(whole), before)


def test_of_two_of_one_name_each_is_held_against_its_own_results(tmp_path):
    one, two, out = tmp_path / "a" / "p.jpg", tmp_path / "b" / "p.jpg", tmp_path / "out"
    for path, photo in ((one, SITTING), (two, SLUMPED)):
        path.parent.mkdir()
        shutil.copy(photo, path)
    assert analysed(one, two, "--out", out).code == 0
    whole, before = contents(out), written(out)
    ended = analysed(one, two, "--out", out, "--resume")
    assert (ended.code, ended.out.count("ok, done before"), written(out)) == (0, 2, before)
    for path, photo in ((one, SLUMPED), (two, SITTING)):
        shutil.copy(photo, path)
    ended = analysed(one, two, "--out", out, "--resume")
    assert (ended.code, ended.out.count("done before")) == (0, 0)
    for name in before:
        assert (out / name).read_bytes() != whole[name]


def test_what_failed_is_tried_again_and_the_exit_code_is_that_of_all(tmp_path):
    broken, out = tmp_path / "x.jpg", tmp_path / "out"
    broken.write_text("no photo")
    for _ in range(2):
        ended = analysed(SITTING, broken, "--out", out, "--resume")
        assert ended.code == 1
        assert statuses(out) == [(str(SITTING), "ok"), (str(broken), "failed")]
    assert ended.out.count("ok, done before") == 1
    shutil.copy(SLUMPED, broken)
    ended = analysed(SITTING, broken, "--out", out, "--resume")
    assert (ended.code, ended.out.count("ok, done before")) == (0, 1)
    assert [status for _, status in statuses(out)] == ["ok", "ok"]


def test_what_was_asked_for_otherwise_or_is_damaged_is_done_again(tmp_path):
    (tmp_path / "answers.toml").write_text('schema_version = 1\nwrist = "beyond_15"\nstatic = true\nload_kg = 3\n')
    ergonomic = ("--ergonomics", "--answers", tmp_path / "answers.toml")
    first, other = ("--baseline", SITTING, *ergonomic), ("--baseline", SLUMPED, *ergonomic)
    runs = [(first, False), (first, True), (other, False), (other, True), ((*other, "--csv"), False)]
    for seed, (options, done) in enumerate(runs):
        # Python orders a set anew in each process.
        ended = analysed(SITTING, "--out", tmp_path, *options, "--resume", PYTHONHASHSEED=str(seed))
        assert (ended.code, "ok, done before" in ended.out) == (0, done), ended.said
    summary = tmp_path / f"{SITTING.stem}.summary.json"
    whole = summary.read_bytes()
    summary.write_bytes(whole[:-200])
    ended = analysed(SITTING, "--out", tmp_path, *other, "--csv", "--resume")
    assert (ended.code, "done before" in ended.out, summary.read_bytes()) == (0, False, whole)


def test_without_it_all_is_done_again(tmp_path):
    assert analysed(SITTING, "--out", tmp_path).code == 0
    before = written(tmp_path)
    ended = analysed(SITTING, "--out", tmp_path)
    assert (ended.code, "done before" in ended.out) == (0, False)
    assert all(later > before[name] for name, later in written(tmp_path).items())
