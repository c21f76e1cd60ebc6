"""`posture-coach monitor`: a file played as the camera, and what is said without one."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import cv2
import pytest
from sqlalchemy import func, select

from posture_coach.pose.verticals import MAX_ROLL_DEG
from posture_coach.resources import samples_folder
from posture_coach.store.files.folder import FOLDER_VARIABLE
from posture_coach.store.history.database import FILE_NAME, Database, address
from posture_coach.store.history.tables import DAYS, MINUTES, SECONDS, SESSIONS
from tests.cli.typed import PATIENCE_S, PROGRAM, environment, typed
from tests.clips import SITTING, WALK, cut, frames_of, video


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Two seconds of a walk."""
    return cut(WALK, tmp_path_factory.mktemp("clips") / "walk.mp4", 60, first=30)


def test_one_line_of_json_a_second_with_values_and_errors(clip):
    ended = typed("monitor", "--source", clip, "--model", "lite", "--seconds", "8", "--json-progress")
    assert ended.code == 0, ended.said
    lines = [json.loads(line) for line in ended.out.splitlines()]
    starts = [line["start_s"] for line in lines]
    assert starts == sorted(set(starts))
    # A busy machine may find the first picture late, and lives on with the newest.
    assert all(start == int(start) for start in starts)
    assert 2 <= len(lines) <= 9
    measured = {name for line in lines for name in line["measures"]}
    assert "trunk_inclination_deg" in measured
    for line in lines:
        for measure in line["measures"].values():
            assert isinstance(measure["value"], float)
    assert {line["activity"] for line in lines} & {"walking", "standing"}


def test_the_screen_shows_activity_view_and_values(clip):
    ended = typed("monitor", "--source", clip, "--model", "lite", "--seconds", "1")
    assert ended.code == 0, ended.said
    assert "view:" in ended.out
    assert "Trunk inclination" in ended.out
    assert ended.out.endswith("\n")


@pytest.fixture(scope="module")
def askew(tmp_path_factory):
    """Twenty seconds of a room seen by a camera that somebody holds at a slant."""
    turn = cv2.getRotationMatrix2D((320, 240), MAX_ROLL_DEG + 2.0, 1.0)
    room = samples_folder() / "sit_to_stand_side_rendered.mp4"
    pictures = [cv2.warpAffine(image, turn, image.shape[1::-1]) for _, image in islice(frames_of(room), 0, None, 3)]
    return video(tmp_path_factory.mktemp("clips") / "askew.mp4", pictures, [k / 10 for k in range(len(pictures))])


def test_a_camera_that_seems_to_stand_askew_is_told_once_with_what_to_do(askew):
    ended = typed("monitor", "--source", askew, "--model", "lite", "--seconds", "12", "--json-progress")
    assert ended.code == 0, ended.said
    assert ended.err.count("Put it level, or calibrate.") == 1
    last = json.loads(ended.out.splitlines()[-1])["measures"]
    assert last["trunk_inclination_deg"]["err"] > MAX_ROLL_DEG
    shown = typed("monitor", "--source", askew, "--model", "lite", "--seconds", "12")
    assert "Put it level" in " ".join(shown.out.split())


@pytest.mark.parametrize(("asked", "kept"), [("--keep", True), (None, False)])
def test_a_played_file_is_kept_where_that_was_asked_for(clip, tmp_path, asked, kept):
    home, began = {FOLDER_VARIABLE: str(tmp_path)}, time.monotonic()
    ended = typed(
        "monitor", "--source", clip, "--model", "lite", "--seconds", "8", *([asked] if asked else []), env=home
    )  # fmt: skip
    took_s = time.monotonic() - began
    assert ended.code == 0, ended.said
    assert ("kept in your history" in ended.out) is kept
    assert ("not kept" in ended.out) is not kept
    path = tmp_path / FILE_NAME
    assert path.exists() is kept
    if not kept:
        return
    with Database(address(f"sqlite:///{path}")) as database, database.reading() as connection:
        seconds = connection.execute(select(SECONDS).order_by(SECONDS.c.at)).all()
        (session,) = connection.execute(select(SESSIONS)).all()
        minutes = connection.execute(select(func.sum(MINUTES.c.seconds))).scalar()
        assert connection.execute(select(DAYS)).all()
    at = [second.at for second in seconds]
    assert len(at) == len(set(at)) == minutes >= 2
    # A busy machine may see no picture of a second, which then is missing.
    assert at[-1] - at[0] < took_s
    assert session.ended_at == at[-1] + 1
    assert abs(session.started_at - time.time()) < PATIENCE_S
    assert Path(session.source).name == clip.name
    assert any(row.trunk_inclination_deg == row.trunk_inclination_deg for row in seconds)


def test_a_history_that_cannot_be_written_is_told_at_the_end_with_what_is_lost(clip, tmp_path):
    damaged = tmp_path / FILE_NAME
    damaged.write_bytes(b"no history" * 1000)
    ended = typed(
        "monitor", "--source", clip, "--model", "lite", "--seconds", "8", "--keep", env={FOLDER_VARIABLE: str(tmp_path)}
    )  # fmt: skip
    assert ended.code == 1
    assert "could not be kept" in ended.err
    assert "wait in memory" not in ended.err
    assert "data restore" in ended.err
    assert damaged.read_bytes() == b"no history" * 1000


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_being_stopped_ends_it_quietly_with_all_of_it_kept(clip, tmp_path, number):
    process = subprocess.Popen(
        [*PROGRAM, "monitor", "--source", str(clip), "--model", "lite", "--json-progress", "--keep"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(**{FOLDER_VARIABLE: str(tmp_path)}),
    )  # fmt: skip
    try:
        assert process.stdout is not None
        for _ in range(3):
            assert process.stdout.readline()
        process.send_signal(number)
        _, err = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
    assert (process.returncode, err.strip()) == (0, "")
    told = typed("today", env={FOLDER_VARIABLE: str(tmp_path)})
    assert "You were in view" in told.out, told.said


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("97", "There is no camera /dev/video97"),
        ("/dev/null", "The camera /dev/null gives no picture"),
        ("gone.mp4", "There is no file gone.mp4"),
        ("foo://camera", "is no address of a stream"),
        (str(SITTING), ""),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="names Linux devices")
def test_a_source_that_gives_no_pictures_is_told(source, words):
    ended = typed("monitor", "--source", source, "--seconds", "1")
    assert words in ended.said
    assert "Traceback" not in ended.said
    assert ended.code == (1 if words else 0), ended.said


def test_a_camera_on_its_head_is_refused_with_what_to_do(clip):
    ended = typed("monitor", "--source", clip, "--model", "lite", "--rotate", "180", "--seconds", "20")
    assert ended.code == 1
    assert "--rotate 180" in ended.said
    assert "Traceback" not in ended.said
