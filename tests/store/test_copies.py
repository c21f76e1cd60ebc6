"""Copies of the history: made while it is written, put in its place, and never half."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from posture_coach.errors import StoreBusyError, StoreDamagedError, StoreError, StoreNewerError
from posture_coach.store.carried import copies
from posture_coach.store.carried.elsewhere import noted
from posture_coach.store.files.settings import Settings
from posture_coach.store.history import retention
from posture_coach.store.history.claim import alone
from posture_coach.store.history.database import Database, address
from posture_coach.store.history.migrate import BACKUPS, backup, prepare
from posture_coach.store.history.recorder import Recorder
from posture_coach.store.history.tables import EXPORTS, METADATA, SECONDS, SESSIONS
from tests.store.made import NOW, batches, origin
from tests.store.test_history import alike, rows, write
from tests.store.test_recorder_disk import fill, small_disk  # noqa: F401 - a fixture

NASTY = ["ein Übel 'x' \"y\" ; rm -rf $(x).db", "new\nline.db", "%2F?mode=memory&x=#.db", "-rf", "%Y %s {} 👍.db"]
TABLES = [table for table in METADATA.sorted_tables if table is not EXPORTS]


def everything(database):
    return [rows(database, table) for table in TABLES]


def same(database, path):
    """Whether a copy holds what the history does, and is sound."""
    with tempfile.TemporaryDirectory() as folder:
        return _same(database, shutil.copy(path, Path(folder) / "copy.db"))


def _same(database, path):
    with Database(address(f"sqlite:///{path}")) as copy, copy.bare() as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return all(map(alike, everything(database), everything(copy)))


def reopened(file):
    """Return the history after this program has let go of it."""
    file.close()
    return file


def drafts(folder):
    return [path for path in folder.rglob("*") if "draft" in path.name]


# Made


def test_a_copy_holds_everything_and_is_one_private_file(file, tmp_path):
    write(file, origin(), 700, every_s=700)
    copy = copies.copy_to(file, tmp_path / "a" / "copy.db", NOW)
    assert same(file, copy)
    assert [path.name for path in copy.parent.iterdir()] == ["copy.db"]
    assert os.name == "nt" or copy.stat().st_mode & 0o077 == 0
    with file.reading() as connection:
        assert [(one.path, one.there) for one in noted(connection)] == [(copy, True)]


def test_copies_beside_the_history_have_names_of_their_own_and_are_found(file):
    made = [copies.copy_to(file, None, NOW) for _ in range(3)]
    assert len(set(made)) == 3
    assert {copy.path for copy in copies.copies(file.path)} == set(made)
    assert all(copy.parent == file.path.parent / BACKUPS for copy in made)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("name", NASTY)
def test_any_name_will_do(file, tmp_path, name):
    write(file, origin(), 120)
    copy = copies.copy_to(file, tmp_path / name, NOW)
    assert same(file, copy)
    kept = everything(file)
    file.close()
    copies.restore(file.path, copy, NOW)
    assert all(map(alike, kept, everything(file)))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "mine"])


def test_a_copy_made_while_somebody_writes_is_of_one_moment(tmp_path):
    url = f"sqlite:///{tmp_path / 'history.db'}"
    given, stop = list(batches(1200, every_s=60)), threading.Event()
    recorder = Recorder(url, now=lambda: NOW, commit_s=1e6)
    recorder.begin(origin())
    assert recorder.flush().problem == "", "it is open before anybody copies it"

    def go_on():
        for batch in given:
            for second in batch.seconds:
                recorder.take(second)
            recorder.flush()
        stop.set()

    writer = threading.Thread(target=go_on)
    writer.start()
    made = []
    with Database(address(url)) as database:
        while not stop.is_set():
            if len(made) < 20:
                made.append(copies.copy_to(database, None, NOW))
        writer.join()
    recorder.close()
    held = []
    for copy in made:
        with Database(address(f"sqlite:///{copy}")) as opened, opened.bare() as raw:
            assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            if raw.execute("SELECT count(*) FROM sqlite_master WHERE name = 'seconds'").fetchone()[0]:
                held.append(len(rows(opened, SECONDS)))
    assert held == sorted(held)
    assert all(count % 60 == 0 for count in held), "never half a commit"
    assert recorder.keeping.problem == ""


def test_what_is_there_is_not_written_over(file, tmp_path):
    there = tmp_path / "there.db"
    there.write_text("mine")
    dangling = tmp_path / "link.db"
    dangling.symlink_to(tmp_path / "nowhere")
    for path in (there, dangling, tmp_path, file.path):
        with pytest.raises(StoreError, match="is there already"):
            copies.copy_to(file, path, NOW)
    assert there.read_text() == "mine"


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "there.db/copy.db"])
def test_what_cannot_be_written_is_explained(file, tmp_path, name):
    (tmp_path / "there.db").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        copies.copy_to(file, tmp_path / name, NOW)


def test_a_full_disk_leaves_no_half_copy(file, small_disk):  # noqa: F811
    write(file, origin(), 3600, every_s=3600)
    fill(small_disk / "filler")
    with pytest.raises(StoreError, match="cannot be written"):
        copies.copy_to(file, small_disk / "copy.db", NOW)
    assert [path.name for path in small_disk.iterdir()] == ["filler"]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_server_has_means_of_its_own(database, tmp_path):
    with pytest.raises(StoreError, match="pg_dump"):
        copies.copy_to(database, tmp_path / "copy.db", NOW)
    with pytest.raises(StoreError, match="pg_restore"):
        copies.file_at(database.url)


def test_of_copies_made_before_updates_as_many_stay_as_is_settled(file):
    made = [
        backup(file, NOW + timedelta(hours=hours), why)
        for hours, why in enumerate(("before-update", "by-hand", "before-update", "before-update"))
    ]
    retention.sweep(file, Settings(backups=5), NOW.date())
    assert [copy.path for copy in copies.copies(file.path)] == made
    retention.sweep(file, Settings(backups=1), NOW.date())
    assert [copy.path for copy in copies.copies(file.path)] == [made[1], made[3]]


# Put in the history's place


def test_a_copy_takes_the_place_and_what_was_there_is_kept(file):
    write(file, origin(), 300)
    copy = copies.copy_to(file, None, NOW)
    before = everything(file)
    write(file, origin(NOW - timedelta(hours=2)), 300)
    later = everything(file)
    aside = copies.restore(reopened(file).path, copy, NOW)
    assert all(map(alike, before, everything(file)))
    assert "before-restore" in aside.name
    copies.restore(reopened(file).path, aside, NOW)
    assert all(map(alike, later, everything(file)))
    assert copy.exists()
    assert not drafts(file.path.parent)


def test_into_an_empty_place(file, tmp_path):
    write(file, origin(), 120)
    copy = copies.copy_to(file, None, NOW)
    path = tmp_path / "new" / "history.db"
    assert copies.restore(path, copy, NOW) is None
    assert same(file, path)


def test_what_was_written_elsewhere_is_still_known(file, tmp_path):
    copy = copies.copy_to(file, None, NOW)
    copies.copy_to(file, tmp_path / "one.db", NOW)
    copies.restore(reopened(file).path, copy, NOW)
    with file.reading() as connection:
        assert [one.path.name for one in noted(connection)] == ["one.db"]


def test_the_log_of_the_old_one_is_not_played_into_the_new_one(file):
    write(file, origin(), 120)
    copy = copies.copy_to(file, None, NOW)
    write(file, origin(NOW - timedelta(hours=2)), 700, every_s=700)
    # As after a power cut: the log holds commits, and nobody has the file open.
    saved = {path: path.read_bytes() for path in (file.path, file.path.with_name("history.db-wal"))}
    file.close()
    for path, content in saved.items():
        path.write_bytes(content)
    copies.restore(file.path, copy, NOW)
    assert len(rows(file, SESSIONS)) == 1
    with file.bare() as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_while_somebody_writes_nothing_is_replaced(file):
    write(file, origin(), 120)
    copy = copies.copy_to(file, None, NOW)
    before = everything(file)
    with alone(file.path, "unused"), pytest.raises(StoreBusyError, match="Nothing was changed"):
        copies.restore(file.path, copy, NOW)
    assert all(map(alike, before, everything(file)))
    assert not drafts(file.path.parent)


def test_while_somebody_reads_nothing_is_replaced(file):
    write(file, origin(), 120)
    copy = copies.copy_to(file, None, NOW)
    file.close()
    with closing(sqlite3.connect(file.path)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM sessions").fetchone()
        with pytest.raises(StoreBusyError, match="Nothing was changed"):
            copies.restore(file.path, copy, NOW)
    assert [one.path for one in copies.copies(file.path)] == [copy]


@pytest.mark.parametrize("damage", ["page", "half", "text", "other", "empty", "newer", "orphans"])
def test_a_copy_that_is_none_is_refused(file, tmp_path, damage):
    write(file, origin(), 1500, every_s=1500)
    copy = copies.copy_to(file, tmp_path / "copy.db", NOW)
    spoil(copy, damage)
    before = everything(file)
    with pytest.raises(StoreNewerError if damage == "newer" else StoreDamagedError, match="Nothing was changed"):
        copies.restore(file.path, copy, NOW)
    assert all(map(alike, before, everything(file)))
    assert not drafts(tmp_path)
    assert not (file.path.parent / BACKUPS).exists()


def spoil(copy: Path, damage: str) -> None:
    if damage == "page":
        with copy.open("r+b") as raw:
            raw.seek(5 * 4096)
            raw.write(b"\x5a" * 4096)
    elif damage == "half":
        os.truncate(copy, copy.stat().st_size // 2)
    elif damage in ("text", "empty"):
        copy.write_bytes(b"holiday\n" * 1000 if damage == "text" else b"")
    else:
        statement = {
            "other": "DROP TABLE alembic_version",
            "newer": "UPDATE alembic_version SET version_num = '9999'",
            "orphans": "UPDATE sessions SET person_id = 77",
        }[damage]
        with closing(sqlite3.connect(copy)) as raw, raw:
            raw.execute(statement)


@pytest.mark.parametrize("name", ["nowhere.db", "mine", "a\0b", "mine/history.db"])
def test_what_is_no_file_or_the_history_itself_is_refused(file, tmp_path, name):
    with pytest.raises(StoreError, match="data where` lists the copies"):
        copies.restore(file.path, tmp_path / name, NOW)


def test_a_damaged_history_is_put_aside_byte_by_byte(file):
    write(file, origin(), 700, every_s=700)
    copy = copies.copy_to(file, None, NOW)
    before = everything(file)
    file.close()
    damaged = b"holiday\n" * 1000
    file.path.write_bytes(damaged)
    aside = copies.restore(file.path, copy, NOW)
    assert "damaged" in aside.name
    assert aside.read_bytes() == damaged
    assert all(map(alike, before, everything(file)))


def test_a_newer_history_gives_way_to_an_older_copy_and_is_kept(file):
    write(file, origin(), 120)
    copy = copies.copy_to(file, None, NOW)
    with closing(sqlite3.connect(file.path)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    aside = copies.restore(reopened(file).path, copy, NOW)
    prepare(file, NOW)
    with closing(sqlite3.connect(aside)) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


def test_a_full_disk_leaves_the_history(small_disk, tmp_path, opening):  # noqa: F811
    file = opening(f"sqlite:///{small_disk / 'history.db'}")
    prepare(file, NOW)
    write(file, origin(), 120)
    larger = opening(f"sqlite:///{tmp_path / 'larger.db'}")
    prepare(larger, NOW)
    write(larger, origin(), 3600, every_s=3600)
    copy = copies.copy_to(larger, tmp_path / "copy.db", NOW)
    before = everything(file)
    file.close()
    fill(small_disk / "filler")
    with pytest.raises(StoreError, match="Nothing was changed"):
        copies.restore(file.path, copy, NOW)
    (small_disk / "filler").unlink()
    assert all(map(alike, before, everything(file)))
    assert not drafts(small_disk)


KILLED = """
import sys
from pathlib import Path
from posture_coach.store.carried import copies
from posture_coach.store.history import retention
from tests.store.made import NOW
print("ready", flush=True)
sys.stdin.readline()
copies.restore(Path(sys.argv[1]), Path(sys.argv[2]), NOW)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_kill_leaves_one_of_the_two(file, tmp_path):
    write(file, origin(), 120)
    copy = copies.copy_to(file, tmp_path / "copy.db", NOW)
    write(file, origin(NOW - timedelta(hours=2)), 120)
    file.close()
    held = set()
    for wait_ms in (0, 5, 15, 30, 50, 100):
        child = subprocess.Popen(
            [sys.executable, "-c", KILLED, file.path, copy], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        child.stdout.readline()
        child.stdin.write("\n")
        child.stdin.flush()
        try:
            child.wait(wait_ms / 1000)
        except subprocess.TimeoutExpired:
            child.kill()
        child.communicate()
        with Database(address(f"sqlite:///{file.path}")) as found, found.bare() as raw:
            assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            held.add(len(rows(found, SESSIONS)))
    assert held <= {1, 2}
    for path in copies.remnants(file.path):
        assert path.suffix in (".db", ".draft") or path.name.endswith(copies.BESIDE)
