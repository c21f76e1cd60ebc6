"""Difficult inputs: what docs/inputs.md promises of each, row by row."""

from __future__ import annotations

import csv
import os
import re
import shutil
import sys
from dataclasses import dataclass

import pytest
from PIL import Image
from pyarrow import parquet

from posture_coach.pose.verticals import MAX_ROLL_DEG
from posture_coach.resources import samples_folder
from tests.cli.typed import analysed, summary, typed
from tests.clips import SITTING, SLUMPED, cut, fill, frames_of, must_have, names_in, small_disk


@dataclass(frozen=True)
class Row:
    """One row of the table for an input by itself.

    Parameters
    ----------
    file
        Below the folder of real clips, or a sample's name.
    words
        What must be said of it.
    pictures
        From which on, and how many are enough; None: all of the file itself.
    """

    name: str
    file: str
    status: str
    words: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    pictures: tuple[int, int] | None = None

    def __str__(self) -> str:
        return f"{self.name}: {self.file}"


SQUATS = "variants/squats5fps_"
BOTH_SEEN = (60, 60)
SELDOM = ("--fps", "1")
"""Every picture is decoded, and one a second is looked at: of the others nothing more is asked."""
FORMATS = "4K, 10 bit, HEVC, VP9, MJPEG, GIF, MKV, MOV"
ROWS = [
    Row("empty file", f"{SQUATS}empty_file.mp4", "failed", ("is empty (0 bytes)", "Copy it again")),
    Row("text file named .mp4", f"{SQUATS}text_named.mp4", "failed", ("is not a video",)),
    Row("audio only", f"{SQUATS}audio_only.mp4", "failed", ("only sound, no pictures",)),
    Row("container without frames", f"{SQUATS}zero_frames.mp4", "failed", ("holds no video track",)),
    Row("one frame", f"{SQUATS}one_frame.mp4", "ok"),
    Row("MP4 cut off, index missing", f"{SQUATS}truncated_no_index.mp4", "failed", ("cut off", "record anew")),
    Row("Matroska cut off, playable", f"{SQUATS}truncated_playable.mkv", "partial", ("of a declared 13.0 s",)),
    Row("damaged stretch in the middle", f"{SQUATS}corrupt_middle.mp4", "partial", ("of 65 declared frames",)),
    Row("black picture, nobody there", f"{SQUATS}nobody_black.mp4", "ok", ("very dark", "nobody was seen")),
    Row("person leaves halfway", f"{SQUATS}leaves_at_half.mp4", "ok", ("nobody was seen in 2",)),
    Row("upside down", f"{SQUATS}upside_down_no_metadata.mp4", "failed", ("--rotate 180",)),
    *(
        Row(FORMATS, f"{SQUATS}{ending}", "ok", options=SELDOM)
        for ending in ("4k.mp4", "10bit.mp4", "hevc.mov", "vp9.webm", "mjpeg.avi", "small.gif", "h264.mkv")
    ),
    Row("rotated by metadata (phone)", f"{SQUATS}rot90_metadata.mp4", "ok"),
    Row("variable frame rate, time not starting at 0", f"{SQUATS}vfr.mp4", "ok"),
    Row("variable frame rate, time not starting at 0", "variants/walk_offset_start_pts.mp4", "ok"),
    Row("far away", f"{SQUATS}far.mp4", "ok", ("nobody was seen: is the person in view, large enough",)),
    Row("small in the picture", f"{SQUATS}small.gif", "ok", ("the person is small",)),
    Row("dark and noisy", f"{SQUATS}dark.mp4", "ok", ("very dark",), SELDOM),
    Row("mirrored", f"{SQUATS}mirrored.mp4", "ok", options=SELDOM),
    Row("two people", "walk/sports2d_walk_side_left.mp4", "ok", ("more than one person in view", "from the left is")),
    Row(
        "two people, one of them chosen",
        "walk/sports2d_walk_side_left.mp4",
        "ok",
        ("person 2 from the left is measured",),
        ("--person", "2"),
        BOTH_SEEN,
    ),
    Row(
        "a person who is not there",
        "walk/sports2d_walk_side_left.mp4",
        "failed",
        ("there is no person 3, 2 at most were seen at once",),
        ("--person", "3"),
        BOTH_SEEN,
    ),
    Row("seen from a corner", "squats_front.mp4", "ok", ("seen from a corner", "turn the camera")),
    Row("hips out of the picture", f"{SQUATS}lower_half_hidden.mp4", "ok", ("legs are out of the picture",)),
]
CODES = {"ok": 0, "partial": 1, "failed": 1}
OTHERS = {
    "photo too dark, or without colour, to find somebody surely",
    "on its side, no metadata",
    "camera held askew, upright lines in view",
    "camera further askew than its lines are believed",
    "names with spaces, quotes, newlines, colons, unicode",
    "two inputs of one name",
    "a file and links to it",
    "hidden files and folders inside a named folder",
    "pipe or device",
    "missing file among good ones",
    "folder without media",
    "folder without media among good inputs",
    "a stream's address",
    "an empty name",
    "a choice that names nobody",
    "output folder not writable",
    "disk full",
    "Ctrl-C",
    "SIGTERM",
    "nobody reads what is printed",
}
"""Rows that are about more than one input's content; the tests below, those of test_interrupted.py and those of
test_commands.py hold them."""


@pytest.fixture
def inputs(shared_folder, require, tmp_path):
    """Find the file of a row, or end the test by name where the folder is absent."""

    def found(row):
        sample = samples_folder() / row.file
        path = sample if sample.exists() else require(shared_folder / "real" / row.file)
        return cut(path, tmp_path / path.name, row.pictures[1], first=row.pictures[0]) if row.pictures else path

    return found


def promised(project):
    """Return {row: (status, exit code)} of the documented table."""
    text = (project / "docs" / "inputs.md").read_text(encoding="utf-8")
    lines = text.split("\n## Calibration\n", maxsplit=1)[0].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return {name: (status, code) for name, status, code, _ in cells[2:]}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_difficult_input(row, inputs, once):
    path = inputs(row)
    out, ended = once(path, *row.options)
    told = summary(out, path.stem)
    assert (told["status"], ended.code) == (row.status, CODES[row.status]), ended.said
    for words in row.words:
        assert words in ended.said
        assert words in " ".join(told["warnings"])
    assert "Traceback" not in ended.said
    table = out / f"{path.stem}.frames.parquet"
    assert table.exists() == (row.status != "failed")
    read, declared = told["source"]["frames_read"], told["source"]["frames_declared"]
    assert row.status != "ok" or declared in (read, None), "not every picture was decoded"


def test_the_documented_table_is_the_one_that_is_tested(project):
    table = promised(project)
    assert set(table) == {row.name for row in ROWS} | OTHERS
    for row in ROWS:
        assert table[row.name] == (row.status, str(CODES[row.status])), row.name


def test_a_grey_photo_is_looked_at_more_closely_and_believed_less(shared_folder, require, tmp_path):
    """The network is sure of neither at first; of the second it finds nothing that looks agree on."""
    names = {"B_dev_d1_1_neutral": True, "A_dev_side_d6_0_upright": False}
    for name in names:
        with Image.open(require(shared_folder / "truth" / "stills" / f"{name}.jpg")) as still:
            still.convert("L").save(tmp_path / f"{name}.png")
    ended = analysed(tmp_path, tmp_path / "out")
    assert ended.code == 0, ended.said
    for name, found in names.items():
        told = summary(tmp_path / "out", name)
        trunk = told["measures"]["trunk_inclination_deg"]
        assert (trunk["median"] is not None) is found
        assert found or any("nobody was seen" in warning for warning in told["warnings"])
        if found:
            assert trunk["err"] > 7.0, "of a photo in colour it is 4"


def test_a_camera_held_askew_is_levelled_or_doubted(tmp_path):
    _, picture = next(iter(frames_of(samples_folder() / "sit_to_stand_side_rendered.mp4")))
    rolls = {"level": 0.0, "askew": 5.0, "far": MAX_ROLL_DEG + 2.0}
    for name, roll_deg in rolls.items():
        turned = Image.fromarray(picture).rotate(roll_deg, Image.Resampling.BICUBIC, fillcolor=(128, 128, 128))
        turned.save(tmp_path / f"{name}.png")
    ended = analysed(tmp_path, tmp_path / "out")
    assert ended.code == 0, ended.said
    told = {name: summary(tmp_path / "out", name) for name in rolls}
    trunk = {name: parquet.read_table(tmp_path / "out" / f"{name}.frames.parquet").to_pylist()[0] for name in rolls}
    value, err = ({name: trunk[name][f"trunk_inclination_deg{end}"] for name in rolls} for end in ("", "_err"))
    for name in ("level", "askew"):
        assert told[name]["source"]["camera"]["known_from"] == "lines"
        assert told[name]["source"]["camera"]["roll_deg"] == pytest.approx(rolls[name], abs=0.3)
        assert not any("rolled" in warning for warning in told[name]["warnings"])
    assert value["askew"] == pytest.approx(value["level"], abs=2.0)
    assert told["far"]["source"]["camera"]["known_from"] == "assumed"
    assert any("it is rolled by +10" in warning for warning in told["far"]["warnings"])
    assert err["far"] > rolls["far"] > 2.0 * err["askew"]
    assert abs(value["far"] - value["level"]) < err["far"]


def test_a_choice_that_names_nobody(tmp_path):
    ended = analysed(SITTING, tmp_path / "out", "--person", "left")
    assert ended.code == 2
    assert "give largest, centre, or a number from 1" in ended.said
    assert not (tmp_path / "out").exists()


def test_a_turned_phone_gives_the_numbers_of_the_upright_clip(inputs, once):
    rows = (Row("", f"{SQUATS}rot90_metadata.mp4", ""), Row("", "squats_front.mp4", ""))
    told = []
    for row in rows:
        path = inputs(row)
        out, _ = once(path)
        told.append(summary(out, path.stem))
    turned, upright = told
    assert (turned["source"]["width"], turned["source"]["height"]) == (
        upright["source"]["width"], upright["source"]["height"],
    )  # fmt: skip
    turned_s, upright_s = (told["activities"]["exercising"] for told in (turned, upright))
    assert turned_s == pytest.approx(upright_s, abs=1.0)


def test_time_starts_at_the_first_frame_and_the_containers_own_start_is_kept(inputs, once):
    path = inputs(Row("", "variants/walk_offset_start_pts.mp4", ""))
    out, _ = once(path)
    source = summary(out, path.stem)["source"]
    assert source["start_s"] == pytest.approx(1.87, abs=0.01)
    assert source["duration_s"] == pytest.approx(4.0, abs=0.05)


def test_upside_down_is_measured_once_turned(inputs, tmp_path):
    path = inputs(Row("", f"{SQUATS}upside_down_no_metadata.mp4", ""))
    ended = analysed(path, tmp_path, "--rotate", "180")
    assert ended.code == 0, ended.said
    assert summary(tmp_path, path.stem)["activities"]["exercising"] > 3


@pytest.mark.parametrize("sample", ["walk_side.mp4", "sitting_upright.jpg"])
def test_a_picture_on_its_side_is_told(sample, tmp_path):
    """Whatever is taken to be done in it: the walker on his side seems to do exercises."""
    path = samples_folder() / sample
    assert "--rotate" not in analysed(path, tmp_path / "upright", "--fps", "2").said
    ended = analysed(path, tmp_path / "turned", "--fps", "2", "--rotate", "90")
    assert ended.code == 0
    assert "if the person is upright, the picture lies on its side: try --rotate 90 or 270" in ended.said


HOSTILE = ["two words.jpg", "it's.jpg", 'say "hi".jpg', "line\nbreak.jpg", "a:b.jpg", "Größe 日本.jpg", "-rf.jpg",
           "\x1b[31mred.jpg", "$(touch gone).jpg", "%s%n.jpg", "file:x.jpg", "[bold]x.jpg"]  # fmt: skip


def test_hostile_names_are_read_and_their_results_named_safely(tmp_path):
    place = tmp_path / "inputs"
    place.mkdir()
    for name in HOSTILE:
        shutil.copy(SITTING, place / name)
    out = tmp_path / "out"
    ended = typed("analyze", "--out", out, "--model", "lite", "--workers", "1", "--", *HOSTILE, folder=place)
    assert ended.code == 0, ended.said
    made = [name for name in names_in(out) if name.endswith(".summary.json")]
    assert len(made) == len(HOSTILE)
    for name in made:
        assert not re.search(r'[\x00-\x1f<>:"/\\|?*]', name)
    assert "\x1b[31m" not in ended.out
    assert sorted(names_in(place)) == sorted(HOSTILE), "nothing was run, and nothing written beside them"
    assert {summary(out, name.removesuffix(".summary.json"))["source"]["name"] for name in made} == set(HOSTILE)


def test_the_list_of_a_run_holds_no_formula(tmp_path):
    name = "=HYPERLINK(1).jpg"
    shutil.copy(SITTING, tmp_path / name)
    ended = typed("analyze", name, "--out", tmp_path / "out", "--model", "lite", folder=tmp_path)
    assert ended.code == 0, ended.said
    with (tmp_path / "out" / "summary.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["input"], row["path"]) == (f"'{name}", f"'{name}")


def test_two_inputs_of_one_name_both_get_their_results(tmp_path):
    for place, photo in (("before", SLUMPED), ("after", SITTING)):
        (tmp_path / place).mkdir()
        shutil.copy(photo, tmp_path / place / "me.jpg")
    out = tmp_path / "out"
    ended = typed("analyze", tmp_path / "before", tmp_path / "after", "--out", out, "--model", "lite")
    assert ended.code == 0, ended.said
    with (out / "summary.csv").open(encoding="utf-8", newline="") as file:
        paths = [row["path"] for row in csv.DictReader(file)]
    assert paths == [(tmp_path / place / "me.jpg").as_posix() for place in ("before", "after")]
    made = [name for name in names_in(out) if name.endswith(".summary.json")]
    assert [bool(re.fullmatch(r"me-[0-9a-f]{8}\.summary\.json", name)) for name in made] == [True, True]


def test_a_missing_file_among_good_ones_is_named_and_the_others_are_done(tmp_path):
    ended = typed("analyze", tmp_path / "gone.mp4", SITTING, "--out", tmp_path / "out", "--model", "lite")
    assert ended.code == 1
    assert "There is no file" in ended.said
    assert summary(tmp_path / "out", SITTING.stem)["status"] == "ok"


def test_a_folder_without_media_is_told(tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "read.txt").write_text("me")
    ended = typed("analyze", tmp_path / "notes", "--out", tmp_path / "out")
    assert ended.code == 1
    assert "There is no video or photo in the folder" in ended.said


def test_a_folder_without_media_is_a_failed_row_among_good_inputs(tmp_path):
    (tmp_path / "empty").mkdir()
    ended = typed("analyze", tmp_path / "empty", SITTING, "--out", tmp_path / "out", "--model", "lite")
    assert ended.code == 1
    assert f"There is no video or photo in the folder {tmp_path / 'empty'}." in ended.said
    assert summary(tmp_path / "out", "empty")["status"] == "failed"
    assert summary(tmp_path / "out", SITTING.stem)["status"] == "ok"


def test_a_pipe_or_a_device_is_told_and_not_waited_for(tmp_path):
    must_have(hasattr(os, "mkfifo") and sys.platform == "linux", "pipes and devices")
    os.mkfifo(tmp_path / "pipe.mp4")
    ended = typed("analyze", "pipe.mp4", "/dev/zero", SITTING, "--out", "out", "--model", "lite", folder=tmp_path)
    assert ended.code == 1
    for name in ("pipe.mp4", "/dev/zero"):
        assert f"{name} is not an ordinary file. Give a video or a photo." in ended.said
    for name in ("summary.csv", "pipe.summary.json"):
        told = (tmp_path / "out" / name).read_text(encoding="utf-8")
        assert str(tmp_path) not in told, "called as it was typed"
    assert [summary(tmp_path / "out", stem)["source"]["sha256"] for stem in ("pipe", "zero")] == [None, None]
    assert summary(tmp_path / "out", SITTING.stem)["status"] == "ok"


def test_links_and_hidden_folders_inside_a_folder(tmp_path):
    place = tmp_path / "in"
    (place / ".hidden").mkdir(parents=True)
    for name in ("z.jpg", ".hidden/x.jpg"):
        shutil.copy(SITTING, place / name)
    (place / "a.jpg").symlink_to("z.jpg")
    ended = typed("analyze", place, "--out", tmp_path / "out", "--model", "lite")
    assert ended.code == 0, ended.said
    assert names_in(tmp_path / "out") == ["summary.csv", "z.frames.parquet", "z.summary.json"]


def test_an_output_folder_that_cannot_be_written_is_told_before_the_work():
    ended = typed("analyze", SITTING, "--out", "/proc/results")
    assert ended.code == 2
    assert "Choose another folder with --out" in ended.said


def test_a_full_disk_is_told_and_earlier_results_stand(tmp_path):
    with small_disk(tmp_path / "disk", kib=256) as disk:
        assert analysed(SITTING, disk).code == 0
        before = {name: (disk / name).read_bytes() for name in names_in(disk)}
        fill(disk, leave_kib=4)
        ended = analysed(SITTING, disk)
        assert ended.code == 1
        assert "the disk is full" in ended.said
        assert "Traceback" not in ended.said
        (disk / "filler").unlink()
        after = {name: (disk / name).read_bytes() for name in names_in(disk)}
        assert list(after) == list(before)
        # The run's own list names the failure; what was measured before is as it was.
        assert [name for name in after if after[name] != before[name]] == ["summary.csv"]
