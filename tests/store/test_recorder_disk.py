"""Disks without room, folders that disappear, histories that others change: what waits follows when it can."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress

import pytest
from sqlalchemy import delete, text

from posture_coach.activity.types import Event
from posture_coach.store.history.database import Database, address
from posture_coach.store.history.migrate import prepare
from posture_coach.store.history.recorder import WAITING_S
from posture_coach.store.history.tables import EVENTS, MINUTES, SECONDS, SESSIONS, WINDOWS
from tests.store.kept import count, hand_over, offsets, plain
from tests.store.made import NOW, batches, origin

# A disk without room


@pytest.fixture
def small_disk(tmp_path):
    """Return a folder on a disk of its own, of less than a megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    made = mount and subprocess.run([mount, "-t", "tmpfs", "-o", "size=800k", "tmpfs", folder], capture_output=True)
    if not made or made.returncode:
        pytest.skip("a small disk of its own needs root, and a system that permits it to mount one")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.parametrize("opened", [True, False], ids=["while it writes", "from the beginning"])
def test_a_full_disk_is_told_and_what_waited_follows(small_disk, recording, opened):
    url = f"sqlite:///{small_disk / 'mine' / 'history.db'}"
    recorder = recording(url)
    recorder.begin(origin())
    given = list(batches(3600, every_s=600))
    if opened:
        assert recorder.flush().problem == ""
    filler = small_disk / "filler"
    fill(filler)
    for batch in given:
        for second in batch.seconds:
            recorder.take(second)
        how = recorder.flush()
        assert "The disk is full" in how.problem or "Free some space" in how.problem
        assert how.waiting_s == recorder.keeping.waiting_s > 0
    filler.unlink()
    how = recorder.close()
    assert (how.problem, how.waiting_s, how.lost_s) == ("", 0, 0)
    assert offsets(url) == [*range(3600)]
    with closing(sqlite3.connect(small_disk / "mine" / "history.db")) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def fill(filler):
    """Take all the room that is left."""
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)


def test_a_disk_that_fills_up_keeps_what_was_committed(small_disk, recording):
    url = f"sqlite:///{small_disk / 'history.db'}"
    recorder, kept = recording(url), 0
    recorder.begin(origin())
    for second in range(WAITING_S):
        recorder.take(plain(second))
        if second % 60 == 59 and not recorder.flush().problem:
            kept = second + 1
        if second - kept > 300:
            break
    assert recorder.keeping.problem
    assert kept > 60
    assert offsets(url) == [*range(kept)]


@pytest.mark.skipif(os.name == "nt", reason="Windows sets no limit to the length of files")
def test_a_file_that_may_not_grow_is_told_of_and_what_waited_follows(at, path, recording):
    import resource

    recorder = recording(at)
    recorder.begin(origin())
    hand_over(recorder, 0, 60)
    assert recorder.flush().problem == ""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    longest = max(one.stat().st_size for one in path.parent.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (longest, before[1]))
    try:
        hand_over(recorder, 60, 600)
        how = recorder.flush()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "cannot be used" in how.problem
    assert how.waiting_s == 540
    assert recorder.flush().problem == ""
    recorder.close()
    assert offsets(at) == [*range(600)]


# A history of another form, one that disappears, one that is changed by others


def test_a_newer_history_is_told_of_and_not_written(url, recording):
    with Database(address(url)) as database:
        prepare(database, NOW)
        with database.writing() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    recorder = recording(url)
    recorder.begin(origin())
    hand_over(recorder, 0, 10)
    for _ in range(2):
        how = recorder.flush()
        assert "was written by a newer posture-coach" in how.problem
        assert how.waiting_s == 10
    assert (count(url, SESSIONS), count(url, SECONDS)) == (0, 0)


def test_a_history_that_a_newer_program_takes_over_is_not_written_any_more(url, recording):
    recorder = recording(url)
    recorder.begin(origin())
    hand_over(recorder, 0, 10)
    recorder.flush()
    with Database(address(url)) as database, database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    hand_over(recorder, 10, 20)
    for _ in range(2):
        assert "was written by a newer posture-coach" in recorder.flush().problem
    assert offsets(url) == [*range(10)]


@pytest.mark.skipif(os.name == "nt", reason="Windows deletes no file that is open")
@pytest.mark.parametrize("whole", [True, False], ids=["folder", "file"])
def test_a_history_that_is_deleted_is_begun_anew_and_told_of(at, path, recording, whole):
    recorder = recording(at)
    recorder.begin(origin())
    hand_over(recorder, 0, 10)
    assert recorder.flush().notice == ""
    if whole:
        shutil.rmtree(path.parent)
    else:
        path.unlink()
    hand_over(recorder, 10, 20)
    how = recorder.flush()
    assert how.problem == ""
    assert f"{path} was deleted" in how.notice
    assert offsets(at) == [*range(10, 20)]
    hand_over(recorder, 20, 30)
    recorder.close()
    assert offsets(at) == [*range(10, 30)]
    assert count(at, SESSIONS) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows deletes no file that is open")
def test_a_folder_that_cannot_be_made_again_is_told_of_until_it_can(at, path, recording):
    recorder = recording(at)
    recorder.begin(origin())
    hand_over(recorder, 0, 10)
    recorder.flush()
    shutil.rmtree(path.parent)
    path.parent.write_text("in the way")
    hand_over(recorder, 10, 20)
    for _ in range(2):
        how = recorder.flush()
        assert "cannot be made" in how.problem
        assert "There can be no such folder: choose another" in how.problem
        assert "Free some space" not in how.problem
        assert how.waiting_s == 10
    path.parent.unlink()
    assert recorder.close().problem == ""
    assert offsets(at) == [*range(10, 20)]


def test_a_session_that_is_deleted_meanwhile_goes_on_as_a_new_one(url, recording):
    recorder = recording(url)
    recorder.begin(origin())
    hand_over(recorder, 0, 10)
    recorder.flush()
    with Database(address(url)) as database, database.writing() as connection:
        for table in (SECONDS, MINUTES, WINDOWS, EVENTS, SESSIONS):
            connection.execute(delete(table))
    hand_over(recorder, 10, 20)
    assert recorder.flush().problem == ""
    recorder.close()
    assert offsets(url) == [*range(10, 20)]


def test_what_the_history_refuses_every_time_does_not_keep_the_rest_waiting(url, recording):
    recorder = recording(url)
    recorder.begin(origin())
    hand_over(recorder, 0, 10)
    recorder.take(plain(10), [], [Event("told", 1.0, 2.0, {"what": object()})])
    for _ in range(3):
        assert recorder.flush().problem
    hand_over(recorder, 11, 20)
    how = recorder.flush()
    assert (how.problem, how.lost_s) == ("", 11)
    assert offsets(url) == [*range(11, 20)]
