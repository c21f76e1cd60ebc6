"""What one input leaves on the disk, and the list of the run: failures are results, and cost no earlier one."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet
import pytest
from PIL import Image

from posture_coach.batch import summary
from posture_coach.batch.analyse import unread
from posture_coach.batch.gait import gait_figures, gait_of
from posture_coach.batch.results import WALK as WALK_FIGURES
from posture_coach.batch.results import Outcome, failure, process, write_run
from posture_coach.errors import OutputError
from posture_coach.measures.definitions import NAMES
from tests.batch.made import SITTING as SITTING_DRAWN
from tests.batch.made import STANDING, assessed, walk
from tests.clips import FAST, SITTING, SLUMPED, WALK, fill, job, must_have, names_in, small_disk

FEW = replace(FAST, fps=2.0)
REASON = "No picture came of it."


def told_in(path):
    return json.loads(path.read_text(encoding="utf-8"))


def contents(folder):
    return {name: (folder / name).read_bytes() for name in names_in(folder) if name != "filler"}


# One input


@pytest.mark.parametrize(
    ("outputs", "endings"),
    [
        ({}, []),
        ({"csv": True}, [".frames.csv"]),
        ({"annotate": True}, [".annotated.jpg"]),
        ({"csv": True, "annotate": True}, [".annotated.jpg", ".frames.csv"]),
    ],
)
def test_what_is_asked_for_is_written_and_nothing_else(tmp_path, outputs, endings):
    outcome = process(job(SITTING, tmp_path, **outputs))
    assert (outcome.name, outcome.stem, outcome.status, outcome.message) == (
        "sitting_upright.jpg", "sitting_upright", "ok", "",
    )  # fmt: skip
    expected = [*endings, ".frames.parquet", ".summary.json"]
    assert names_in(tmp_path) == [f"sitting_upright{ending}" for ending in expected]
    assert told_in(tmp_path / "sitting_upright.summary.json") == outcome.summary


def test_the_landmarks_come_when_asked_for(tmp_path):
    for landmarks in (False, True):
        process(job(SITTING, tmp_path, landmarks=landmarks))
        columns = pyarrow.parquet.read_schema(tmp_path / "sitting_upright.frames.parquet").names
        assert ("nose_x_px" in columns) is landmarks


def test_progress_counts_the_pictures(tmp_path):
    counted = []
    outcome = process(job(WALK, tmp_path, FEW), counted.append)
    assert counted == list(range(1, outcome.summary["pictures"]["analysed"] + 1))
    assert len(counted) == 8


def test_the_same_input_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        process(job(WALK, tmp_path / name, FEW, csv=True))
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_an_interruption_is_passed_on_and_leaves_nothing(tmp_path):
    def interrupted(_done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        process(job(WALK, tmp_path, FEW), interrupted)
    assert names_in(tmp_path) == []


# What fails


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.mp4", None, "There is no file"),
        ("empty.mp4", b"", "is empty (0 bytes)"),
        ("text.mp4", b"no video at all", "text.mp4"),
        ("photo.jpg", b"\xff\xd8\xff", "photo.jpg"),
    ],
)
def test_a_failure_is_an_outcome_with_its_reason(tmp_path, name, content, words):
    out = tmp_path / "out"
    out.mkdir()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    outcome = process(job(tmp_path / name, out))
    assert (outcome.name, outcome.status) == (name, "failed")
    assert words in outcome.message
    stem = Path(name).stem
    assert names_in(out) == [f"{stem}.summary.json"]
    told = told_in(out / f"{stem}.summary.json")
    assert (told["status"], told["warnings"], told["measures"]) == ("failed", [outcome.message], {})


def test_a_person_upside_down_is_a_failure_that_says_what_to_do(tmp_path):
    with Image.open(SITTING) as image:
        image.rotate(180).save(tmp_path / "turned.png")
    outcome = process(job(tmp_path / "turned.png", tmp_path))
    assert outcome.status == "failed"
    assert "--rotate 180" in outcome.message
    again = process(replace(job(tmp_path / "turned.png", tmp_path, replace(FAST, rotate=180)), stem="again"))
    assert again.status == "ok"


def test_a_fault_of_the_program_is_told_as_such_and_ends_no_run(tmp_path, caplog):
    outcome = process(job(SITTING, tmp_path, replace(FAST, rotate=45)))  # which the command line never lets through
    assert outcome.status == "failed"
    assert outcome.message.startswith("A fault in posture-coach itself, please report it: ValueError: rotate must be")
    assert "sitting_upright" in caplog.text
    assert "Traceback" in caplog.text
    assert names_in(tmp_path) == ["sitting_upright.summary.json"]


def test_a_failure_leaves_what_an_earlier_run_made(tmp_path):
    good = job(SITTING, tmp_path, csv=True, annotate=True)
    process(good)
    before = contents(tmp_path)
    outcome = failure(good, REASON)
    assert (outcome.status, outcome.message, outcome.summary["warnings"]) == ("failed", REASON, [REASON])
    assert contents(tmp_path) == before


def test_a_failure_of_another_file_leaves_nothing_that_could_pass_for_its_own(tmp_path):
    (tmp_path / "out").mkdir()
    mine = tmp_path / "me.jpg"
    shutil.copy(SITTING, mine)
    process(job(mine, tmp_path / "out", csv=True, annotate=True))
    write_run(tmp_path / "out", [failed_of("x.mp4")])
    mine.write_bytes(b"another one, and broken")
    outcome = process(job(mine, tmp_path / "out"))
    assert outcome.status == "failed"
    assert names_in(tmp_path / "out") == ["me.summary.json", "summary.csv"]
    assert told_in(tmp_path / "out" / "me.summary.json") == outcome.summary


def test_a_failure_of_a_file_that_cannot_be_read_leaves_what_may_be_its_own(tmp_path):
    (tmp_path / "out").mkdir()
    mine = tmp_path / "me.jpg"
    shutil.copy(SITTING, mine)
    process(job(mine, tmp_path / "out", csv=True))
    before = contents(tmp_path / "out")
    mine.unlink()
    assert process(job(mine, tmp_path / "out")).status == "failed"
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize("stored", [b"{}", b"[1]", b"no JSON", b"\xff", b'{"status": "ok", "source": 1}'])
def test_a_failure_takes_the_place_of_what_is_no_summary(tmp_path, stored):
    (tmp_path / "missing.summary.json").write_bytes(stored)
    outcome = process(job(tmp_path / "missing.mp4", tmp_path))
    assert told_in(tmp_path / "missing.summary.json") == outcome.summary


def test_a_failure_takes_the_place_of_an_earlier_one(tmp_path):
    for reason in ("for one reason", "for another"):
        failure(job(SITTING, tmp_path), reason)
    assert told_in(tmp_path / "sitting_upright.summary.json")["warnings"] == ["for another"]


def test_a_run_that_writes_less_leaves_nothing_of_an_earlier_one(tmp_path):
    process(job(SITTING, tmp_path, csv=True, annotate=True))
    for name in ("sitting_upright.annotated.mp4", "sitting_upright.txt", "sitting_upright-2.frames.csv"):
        (tmp_path / name).touch()
    process(job(SITTING, tmp_path, annotate=True))
    others = ["sitting_upright-2.frames.csv", "sitting_upright.txt"]
    endings = [".annotated.jpg", ".frames.parquet", ".summary.json"]
    assert names_in(tmp_path) == sorted([*others, *(f"sitting_upright{ending}" for ending in endings)])
    process(job(SITTING, tmp_path))
    assert names_in(tmp_path) == sorted([*others, *(f"sitting_upright{ending}" for ending in endings[1:])])


def test_what_an_earlier_run_left_and_cannot_be_removed_is_told(tmp_path):
    (tmp_path / "sitting_upright.frames.csv").mkdir()
    outcome = process(job(SITTING, tmp_path))
    assert outcome.status == "failed"
    assert "sitting_upright.frames.csv is of an earlier run and cannot be removed" in outcome.message


def test_what_failed_is_called_as_it_was_typed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    Path("in/text.mp4").write_text("no video")
    outcomes = [process(job(Path(name), Path())) for name in ("in/text.mp4", "gone.mp4", "in")]
    write_run(Path(), outcomes)
    for outcome in outcomes:
        assert outcome.status == "failed"
    told = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir() if path.is_file())
    assert "in/text.mp4 is not a video" in told
    assert str(tmp_path) not in told


def test_a_failure_of_a_name_that_is_no_text_ends_no_run(tmp_path):
    must_have(sys.platform == "linux", "file names of any bytes")
    nameless = Path(os.fsdecode(bytes(tmp_path) + b"/caf\xe9.mp4"))
    nameless.touch()
    out = tmp_path / "out"
    out.mkdir()
    outcome = process(job(nameless, out))
    assert (outcome.name, outcome.stem, outcome.status) == ("caf?.mp4", "caf_", "failed")
    assert "is empty" in outcome.message
    write_run(out, [outcome])
    assert told_in(out / "caf_.summary.json")["status"] == "failed"


def test_a_folder_that_is_gone_is_a_failure_too(tmp_path):
    outcome = process(job(SITTING, tmp_path / "gone"))
    assert outcome.status == "failed"
    assert "No such file or directory" in outcome.message


# A full disk


def test_a_full_disk_leaves_earlier_results_whole(tmp_path):
    with small_disk(tmp_path / "disk", kib=512) as disk:
        process(job(SITTING, disk, csv=True))
        before = contents(disk)
        fill(disk, leave_kib=0)
        outcome = process(job(SITTING, disk, csv=True, landmarks=True))
        assert outcome.status == "failed"
        assert "the disk is full. Free some space" in outcome.message
        assert contents(disk) == before


def test_a_disk_that_fills_up_halfway_leaves_earlier_results_whole(tmp_path):
    with small_disk(tmp_path / "disk", kib=512) as disk:
        process(job(SITTING, disk))
        before = contents(disk)
        fill(disk, leave_kib=60)  # room for another table, and none for the picture
        outcome = process(job(SITTING, disk, replace(FAST, mirror=True), annotate=True))
        assert outcome.status == "failed"
        assert contents(disk) == before


@pytest.mark.parametrize(("path", "ending"), [(SITTING, ".annotated.jpg"), (WALK, ".annotated.mp4")])
def test_a_disk_too_small_for_the_annotated_copy_is_told(tmp_path, path, ending):
    with small_disk(tmp_path / "disk", kib=80) as disk:
        outcome = process(job(path, disk, FEW, annotate=True))
        assert outcome.status == "failed"
        assert "the disk is full" in outcome.message
        assert f"{path.stem}{ending}" in outcome.message
        assert f"{path.stem}{ending}" not in names_in(disk)


# The whole run


def outcome_of(bodies, name="clip.mp4", status="ok", warnings=(), duration_s=1.0):
    source = {"name": name, "duration_s": duration_s}
    told = summary.whole(source, assessed(bodies), status=status, warnings=[*warnings])
    return Outcome(name, Path(name).stem, status, "", told)


def failed_of(name, reason=REASON):
    return Outcome(name, Path(name).stem, "failed", reason, summary.failed(unread(Path(name)), reason))


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_list_has_a_row_for_each_input_in_the_order_given(tmp_path):
    outcomes = [outcome_of([STANDING] * 20, "z.mp4", duration_s=2.0), failed_of("m.mp4"), outcome_of([None], "a.jpg")]
    assert write_run(tmp_path, outcomes) == tmp_path / "summary.csv"
    rows = rows_of(tmp_path / "summary.csv")
    assert [(row["input"], row["results"], row["status"]) for row in rows] == [
        ("z.mp4", "z", "ok"), ("m.mp4", "m", "failed"), ("a.jpg", "a", "ok"),
    ]  # fmt: skip
    assert [row["message"] for row in rows] == ["", REASON, ""]
    assert [row["pictures"] for row in rows] == ["20", "0", "1"]
    assert [row["duration_s"] for row in rows] == ["2.0", "", "1.0"]
    assert names_in(tmp_path) == ["summary.csv"]


def test_the_figures_are_those_of_the_summary_and_empty_where_there_are_none(tmp_path):
    seen = outcome_of([STANDING] * 20)
    write_run(tmp_path, [seen, failed_of("m.mp4"), outcome_of([None] * 3, "nobody.mp4")])
    first, failed, nobody = rows_of(tmp_path / "summary.csv")
    assert float(first["score"]) == seen.summary["score"]["mean"]
    assert float(first["coverage"]) == seen.summary["score"]["coverage"]
    assert float(first["scored_share"]) == seen.summary["score"]["share_of_pictures"] > 0
    for name in NAMES:
        figures = seen.summary["measures"][name]
        for statistic in ("median", "err", "coverage"):
            told = first[f"{name}.{statistic}"]
            assert (None if told == "" else float(told)) == figures[statistic]
        assert failed[f"{name}.median"] == failed[f"{name}.coverage"] == nobody[f"{name}.median"] == ""
        assert float(nobody[f"{name}.coverage"]) == 0
    assert failed["score"] == nobody["score"] == failed["scored_share"] == ""
    assert any(first[f"{name}.err"] for name in NAMES)


def test_the_list_tells_mode_and_longest_activity(tmp_path):
    write_run(tmp_path, [outcome_of([SITTING_DRAWN] * 20 + [STANDING] * 100), failed_of("m.mp4")])
    seen, failed = rows_of(tmp_path / "summary.csv")
    assert (seen["mode"], seen["activity"]) == ("tracked", "standing")
    assert (failed["mode"], failed["activity"]) == ("", "")


def test_the_list_tells_a_walk_by_what_the_summary_says(tmp_path):
    walked = outcome_of([STANDING] * 20, "walk.mp4")
    walked.summary["gait"] = gait_figures(gait_of(walk()))
    slow = outcome_of([STANDING] * 20, "slow.mp4")
    slow.summary["gait"] = gait_figures(gait_of(walk(hz=15.0)))
    write_run(tmp_path, [walked, slow, outcome_of([STANDING] * 20), failed_of("m.mp4")])
    first, second, standing, failed = rows_of(tmp_path / "summary.csv")
    columns = [column for name in WALK_FIGURES for column in (name, f"{name}_err")]
    assert list(first)[-len(columns) :] == columns
    for row, outcome in ((first, walked), (second, slow)):
        for name in WALK_FIGURES:
            figure = outcome.summary["gait"][name]
            for column, told in ((name, figure["value"]), (f"{name}_err", figure.get("err"))):
                assert row[column] == ("" if told is None else str(told))
    assert first["cadence_spm"]
    assert first["step_time_asymmetry_pct_err"]
    assert second["cadence_spm"]
    assert second["step_time_asymmetry_pct"] == first["speed_m_s"] == "", "with its reason in the summary"
    assert all(row[column] == "" for row in (standing, failed) for column in columns)


def test_two_of_one_name_are_told_apart_by_their_paths(tmp_path):
    outcomes = []
    for place in ("before", "after"):
        (tmp_path / place).mkdir()
        one = replace(job(tmp_path / place / "me.mp4", tmp_path), stem=f"me-{place}", listed=f"{place}/me.mp4")
        outcomes.append(process(one))
    write_run(tmp_path, [*outcomes, failed_of("plain.mp4")])
    rows = rows_of(tmp_path / "summary.csv")
    assert list(rows[0])[:3] == ["input", "path", "results"]
    assert [(row["input"], row["path"]) for row in rows] == [
        ("me.mp4", "before/me.mp4"), ("me.mp4", "after/me.mp4"), ("plain.mp4", "plain.mp4"),
    ]  # fmt: skip


def test_warnings_stand_in_the_list(tmp_path):
    write_run(tmp_path, [outcome_of([STANDING], status="partial", warnings=["cut off", "very dark"])])
    (row,) = rows_of(tmp_path / "summary.csv")
    assert (row["status"], row["message"]) == ("partial", "cut off; very dark")


@pytest.mark.parametrize(
    "name",
    ["a,b;c.mp4", 'say "hi".mp4', "two\nlines.mp4", "cr\r\nlf.mp4", "Größe 日本 🙂.mp4", " spaces .mp4", "=1+1.mp4"],
)
def test_any_name_and_message_survive_the_list(tmp_path, name):
    write_run(tmp_path, [failed_of(name, f'{name}: broken,\n"really"'), failed_of("next.mp4")])
    first, second = rows_of(tmp_path / "summary.csv")
    guard = "'" * name.startswith("=")
    assert (first["input"], first["message"]) == (guard + name, f'{guard}{name}: broken,\n"really"')
    assert second["input"] == "next.mp4"


def test_a_full_disk_leaves_the_earlier_list(tmp_path):
    with small_disk(tmp_path / "disk") as disk:
        write_run(disk, [failed_of("earlier.mp4")])
        before = contents(disk)
        fill(disk, leave_kib=0)
        with pytest.raises(OutputError, match=r"summary\.csv cannot be written: the disk is full"):
            write_run(disk, [outcome_of([STANDING], f"{i}.mp4") for i in range(20)])
        assert contents(disk) == before


def test_a_photo_beside_a_photo_keeps_its_own_results(tmp_path):
    outcomes = [process(job(path, tmp_path)) for path in (SITTING, SLUMPED)]
    assert len({outcome.summary["source"]["sha256"] for outcome in outcomes}) == 2
    write_run(tmp_path, outcomes)
    upright, slumped = (float(row["neck_inclination_deg.median"]) for row in rows_of(tmp_path / "summary.csv"))
    assert slumped > upright
