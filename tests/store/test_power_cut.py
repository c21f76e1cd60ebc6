"""What is left of a history when the power goes: files as a disk holds them that had not yet written everything.

A power cut is played by mixing, 512 bytes by 512 bytes, what the disk had been made to write (each commit ends with
that) with what was on its way. All that was committed before must be there, of the commit on its way all or nothing.
A disk that does not even keep its word leaves files that are cut short: what is lost then is the end, or it is told. Of
one that forgets a log after the file was made of it nothing is promised; making the sums anew brings them together.
"""

from __future__ import annotations

import random
import shutil
from itertools import pairwise

import pytest
from sqlalchemy import select, text

from posture_coach.errors import StoreDamagedError
from posture_coach.store.history import rollups
from posture_coach.store.history import sessions as history
from posture_coach.store.history.database import Database, address, refuse_a_damaged
from posture_coach.store.history.migrate import backup, prepare
from posture_coach.store.history.tables import DAYS, MINUTES, SECONDS
from tests.store.kept import hand_over, offsets, plain
from tests.store.made import NOW, RULES, TARGETS, batches, origin

SECTOR = 512
"""Bytes that every disk writes as a whole."""
EVERY_S = 40
CHECKPOINT_AFTER = (4, 5, 9)
"""Commits after which the log is brought into the file: the next one begins the log anew, over what stands in it."""


class Disk:
    """A history's two files at one moment, and how many seconds were committed by then."""

    def __init__(self, path, seconds):
        self.seconds = seconds
        self.file = path.read_bytes()
        log = path.with_name(path.name + "-wal")
        self.log = log.read_bytes() if log.exists() else b""

    def put(self, path, *, file=None, log=None):
        shutil.rmtree(path.parent, ignore_errors=True)
        path.parent.mkdir()
        path.write_bytes(self.file if file is None else file)
        path.with_name(path.name + "-wal").write_bytes(self.log if log is None else log)
        return path


@pytest.fixture(scope="module")
def disks(tmp_path_factory):
    """Return what lay on the disk after each commit, and after each checkpoint."""
    path = tmp_path_factory.mktemp("power") / "history.db"
    taken = []
    with Database(address(f"sqlite:///{path}")) as database:
        with database.reading():
            taken.append(Disk(path, None))
        prepare(database, NOW)
        with database.writing() as connection:
            session = history.begin(connection, origin())
        taken.append(Disk(path, 0))
        for number, batch in enumerate(batches(600, every_s=EVERY_S), 1):
            with database.writing() as connection:
                history.keep(connection, session, origin(), batch)
            taken.append(Disk(path, min(600, EVERY_S * number)))
            if number in CHECKPOINT_AFTER:
                with database.bare() as file:
                    assert file.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[0] == 0
                taken.append(Disk(path, min(600, EVERY_S * number)))
    return taken


def mixed(rng, before, after):
    """Return what a disk may hold that was about to write `after` where `before` stood."""
    longest = max(len(before), len(after))
    before, whole = before.ljust(longest, b"\0"), after.ljust(longest, b"\0")
    share = rng.random()
    sectors = range(0, longest, SECTOR)
    made = b"".join((whole if rng.random() < share else before)[at : at + SECTOR] for at in sectors)
    shortest = min(len(after), len(before.rstrip(b"\0")))
    # A file's length may have been written, or not.
    return made[: rng.randrange(shortest, longest + 1)] if longest > shortest and rng.random() < 0.5 else made


def rows(connection, table):
    return sorted(map(repr, connection.execute(select(table))))


def found(path):
    """Open a history as the program does; return how many seconds it holds, having looked through it."""
    refuse_a_damaged(path)
    with Database(address(f"sqlite:///{path}")) as database:
        with database.bare() as file:
            assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert file.execute("PRAGMA foreign_key_check").fetchall() == []
        prepare(database, NOW)
        with database.writing() as connection:
            there = connection.execute(select(SECONDS.c.at).order_by(SECONDS.c.at)).scalars().all()
            assert there == [*range(origin().second, origin().second + len(there))]
            as_it_lay = rows(connection, MINUTES)
            history.mend(connection, TARGETS, RULES)
            days = rows(connection, DAYS)
            rollups.rebuild(connection)
            assert (rows(connection, MINUTES), rows(connection, DAYS)) == (as_it_lay, days)
    return len(there)


def test_every_connection_has_each_commit_on_the_disk_before_it_counts(file):
    with file.reading() as one, file.writing() as other:
        for connection in (one, other):
            told = [connection.execute(text(f"PRAGMA {what}")).scalar() for what in ("journal_mode", "synchronous")]
            assert told == ["wal", 2]
            assert connection.execute(text("PRAGMA fullfsync")).scalar() == 1


def test_the_disks_hold_what_is_needed_here(disks):
    assert [disk.seconds for disk in disks[:3]] == [None, 0, EVERY_S]
    began_anew = [a for b, a in pairwise(disks) if a.log[:32] != b.log[:32] and b.log]
    assert len(began_anew) >= len(CHECKPOINT_AFTER) - 1
    changed = [a for b, a in pairwise(disks) if a.file != b.file]
    assert len(changed) >= len(CHECKPOINT_AFTER)


@pytest.mark.parametrize("seed", range(5))
def test_a_power_cut_in_a_commit_takes_all_of_it_or_nothing_and_nothing_before_it(disks, tmp_path, seed):
    rng, seen = random.Random(seed), set()
    for before, after in rng.sample([*pairwise(disks)], 8):
        path = before.put(tmp_path / "cut" / "history.db", log=mixed(rng, before.log, after.log))
        if before.file != after.file and before.seconds is not None:
            # A checkpoint: the log is whole, and the file on its way.
            path.write_bytes(mixed(rng, before.file, after.file))
            path.with_name(path.name + "-wal").write_bytes(before.log)
        there = found(path)
        assert there in {before.seconds or 0, after.seconds}
        seen.add(there == after.seconds)
    assert seen == {True, False}


@pytest.mark.parametrize("seed", range(3))
def test_a_log_that_is_cut_anywhere_loses_whole_commits_from_its_end_only(disks, tmp_path, seed):
    rng = random.Random(seed)
    known = {disk.seconds for disk in disks if disk.seconds is not None}
    not_yet_in_the_file = [after for before, after in pairwise(disks[1:]) if before.file == after.file]
    for disk in rng.sample(not_yet_in_the_file, 4):
        in_file = found(disk.put(tmp_path / "cut" / "history.db", log=b""))
        at = rng.randrange(len(disk.log))
        there = found(disk.put(tmp_path / "cut" / "history.db", log=disk.log[:at]))
        assert there in known
        assert in_file <= there <= disk.seconds


@pytest.mark.parametrize("seed", range(4))
def test_a_file_that_is_cut_anywhere_is_whole_by_its_log_or_told_of(disks, tmp_path, seed):
    rng, told = random.Random(seed), []
    for disk in rng.sample(disks[8:], 5):
        path = disk.put(tmp_path / "cut" / "history.db", file=disk.file[: rng.randrange(len(disk.file))])
        try:
            assert found(path) == disk.seconds
        except StoreDamagedError as why:
            told.append(str(why))
    assert told
    assert all("`posture-coach data restore`" in one and str(path) in one for one in told)


@pytest.mark.parametrize("seed", range(4))
def test_a_page_that_was_never_written_is_told_of(disks, tmp_path, seed):
    rng, disk = random.Random(seed), disks[-1]
    page = rng.choice([at for at in range(4096, len(disk.file), 4096) if disk.file[at] in (2, 5, 10, 13)])
    path = disk.put(tmp_path / "cut" / "history.db", file=disk.file[:page] + bytes(4096) + disk.file[page + 4096 :])
    with Database(address(f"sqlite:///{path}")) as database, database.bare() as file:
        # A page that stands in the log as well is read from there.
        in_log = file.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    if not in_log:
        disk.put(path, file=path.read_bytes())
        with pytest.raises(StoreDamagedError, match="posture-coach data restore"):
            refuse_a_damaged(path)


def test_a_file_that_is_empty_beside_its_log_is_no_new_history(disks, tmp_path):
    path = disks[-1].put(tmp_path / "cut" / "history.db", file=b"")
    with pytest.raises(StoreDamagedError, match="it is empty, but its log is not"):
        refuse_a_damaged(path)
    assert path.with_name(path.name + "-wal").read_bytes() == disks[-1].log


def test_a_log_whose_file_was_deleted_is_no_damage(disks, tmp_path):
    path = disks[-1].put(tmp_path / "cut" / "history.db")
    path.unlink()
    with Database(address(f"sqlite:///{path}")) as database:
        refuse_a_damaged(path)
        prepare(database, NOW)
    assert found(path) == 0


def test_the_recorder_leaves_a_damaged_history_as_it_is_and_goes_on_with_a_copy(disks, tmp_path, recording):
    path = disks[-1].put(tmp_path / "cut" / "history.db")
    url = f"sqlite:///{path}"
    with Database(address(url)) as database:
        copy = backup(database, NOW, "by-hand", tmp_path / "copy.db")
    damaged = disks[-1].file[: len(disks[-1].file) // 3]
    disks[-1].put(path, file=damaged, log=b"")
    recorder = recording(url)
    recorder.begin(origin(NOW))
    hand_over(recorder, 0, 30)
    for _ in range(2):
        how = recorder.flush()
        assert "is damaged" in how.problem
        assert "posture-coach data restore" in how.problem
        assert how.waiting_s == 30
    assert path.read_bytes() == damaged
    shutil.copyfile(copy, path)
    recorder.take(plain(30))
    assert recorder.flush().problem == ""
    recorder.close()
    assert offsets(url) == [*range(600), *range(31)]
