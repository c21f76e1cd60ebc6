"""What is deleted is nowhere any more: not in the file, its free pages, its log, nor in the copies beside it."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from posture_coach.errors import StoreBusyError
from posture_coach.store.carried import check, copies
from posture_coach.store.carried.erase import counted, erase, erase_unread, forget_keys
from posture_coach.store.carried.selection import Selection
from posture_coach.store.history.claim import alone
from posture_coach.store.history.database import Database, address
from posture_coach.store.history.migrate import BACKUPS
from posture_coach.store.history.recorder import Recorder
from posture_coach.store.history.records import PlaceKept
from posture_coach.store.history.tables import (
    DAYS,
    DIARY,
    EVENTS,
    EXPORTS,
    KEYS,
    METADATA,
    PEOPLE,
    PROFILES,
    SECONDS,
    SESSIONS,
    WINDOWS,
)  # fmt: skip
from posture_coach.store.sealed import diary, keys, people
from tests.store.made import DOCKED, NOW, batches, origin
from tests.store.test_history import rows, write

ON_A_FILE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""A server's files are its own."""
LATER = NOW + timedelta(hours=3)
YESTERDAY, TODAY = NOW.date() - timedelta(days=1), NOW.date()
PASSPHRASE = "correct horse battery staple"
PLACES = {name: PlaceKept(f"Zebrastreifen-{name}", name * 32, DOCKED.taken_at) for name in ("a1", "b2", "c3")}


@pytest.fixture
def sealer(database):
    return keys.make(database, 1, PASSPHRASE)


@pytest.fixture
def filled(database, sealer):
    """Return a history of two people and two days, each with a source, a place, events and notes that tell it apart."""
    with database.writing() as connection:
        ana = people.add(connection, sealer, "ana", 1_700_000_000).id
    for hours, person, mark in ((30, None, "a1"), (9, None, "b2"), (8, ana, "c3")):
        at = NOW - timedelta(hours=hours)
        source = origin(at, person=person, place=PLACES[mark], source=f"Xylophon-{mark}")
        session = write(database, source, 310, seed=hours, every_s=310)
        with database.writing() as connection:
            marked = update(EVENTS).where(EVENTS.c.session_id == session)
            connection.execute(marked.values(evidence={f"quagga_{mark}": 1.25}))
            second = select(SECONDS.c.at).where(SECONDS.c.session_id == session).limit(1).scalar_subquery()
            of_it = update(SECONDS).where(SECONDS.c.session_id == session, SECONDS.c.at == second)
            connection.execute(of_it.values(more={f"okapi_{mark}": 2.5}))
            diary.add(connection, sealer, person, diary.Entry(at, pain=3, note=f"Nashorn {mark}"))
    check.mend(database, LATER)
    return database


def marks(database, *names):
    """Return what tells some sessions' values apart in a file: texts, and how names and notes are sealed."""
    found = [
        f"{word}{name}".encode() for name in names for word in ("Zebrastreifen-", "Xylophon-", "quagga_", "okapi_")
    ]
    sources = select(SESSIONS.c.started_at, SESSIONS.c.person_id).where(
        SESSIONS.c.source.in_([f"Xylophon-{name}" for name in names])
    )
    with database.reading() as connection:
        for at, person in connection.execute(sources).all():
            sealed = select(DIARY.c.answers_sealed).where(DIARY.c.at == at, DIARY.c.person_id == person)
            found += connection.execute(sealed).scalars().all()
        named = select(PEOPLE.c.name_sealed).where(PEOPLE.c.name_sealed.is_not(None))
        found += connection.execute(named).scalars().all() if "c3" in names else []
    return found


def held(folder, values):
    """Return which values stand in which file of a folder, byte by byte."""
    files = {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    return {(value, path.name) for path, content in files.items() for value in values if value in content}


def in_any(folder, values):
    return {value for value, _ in held(folder, values)}


@pytest.fixture
def folder(filled):
    """Return the data folder; with copies in which everything stands, one of them made before the last day."""
    copies.copy_to(filled, None, NOW)
    copies.copy_to(filled, None, NOW)
    shutil.copy(copies.copy_to(filled, None, NOW), filled.path.parent / BACKUPS / ".left.db.draft")
    return filled.path.parent


PARTS = {
    "person": ("c3", lambda ana: Selection(ana)),
    "me": ("a1 b2", lambda _ana: Selection(1 if _ana != 1 else 2)),
    "day": ("a1", lambda _ana: Selection(None, YESTERDAY, YESTERDAY)),
    "days of one": ("b2", lambda ana: Selection(3 - ana, TODAY, None)),
    "until": ("a1", lambda _ana: Selection(None, None, YESTERDAY)),
}


def ana_of(database):
    with database.reading() as connection:
        return connection.execute(select(PEOPLE.c.id).where(PEOPLE.c.name_sealed.is_not(None))).scalar_one()


@ON_A_FILE
@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_nowhere_any_more_and_the_rest_stays(filled, folder, part):
    going, which = PARTS[part][0].split(), PARTS[part][1](ana_of(filled))
    staying = sorted({"a1", "b2", "c3"} - set(going))
    gone, kept = marks(filled, *going), marks(filled, *staying)
    assert in_any(folder, gone) == set(gone), "the test would not find them"
    before = counted(filled, which)
    done = erase(filled, which)
    assert held(folder, gone) == set()
    assert in_any(folder, kept) == set(kept)
    for copy in (filled.path, *done.cleaned):
        assert in_any(folder, kept) == {value for value in kept if value in copy.read_bytes()}, copy
    assert len(done.cleaned) == 3
    assert done.removed == ()
    assert done.rows["sessions"] == len(going)
    assert {name: done.rows[name] for name in before} == before
    assert {finding.sound for finding in check.check(filled, LATER)} == {True}
    assert {path.name for path in (folder / BACKUPS).iterdir()} == {path.name for path in done.cleaned}


@ON_A_FILE
def test_everything_is_nowhere_any_more(filled, folder):
    copies.copy_to(filled, folder.parent / "elsewhere" / "copy.db", NOW)
    gone = marks(filled, "a1", "b2", "c3")
    forget_keys(filled)
    done = erase(filled, Selection())
    assert held(folder, gone) == set()
    assert len(done.removed) == 3
    assert all(not rows(filled, table) for table in METADATA.sorted_tables)
    assert list((folder / BACKUPS).iterdir()) == []
    assert in_any(folder.parent / "elsewhere", gone), "what lies elsewhere is the user's"


@ON_A_FILE
def test_while_others_have_the_file_open_and_write_it(filled, folder):
    gone = marks(filled, "a1")
    with Database(address(f"sqlite:///{filled.path}")) as reader:
        rows(reader, SESSIONS)
        recorder = Recorder(f"sqlite:///{filled.path}", now=lambda: NOW, commit_s=1e6)
        recorder.begin(origin(NOW - timedelta(hours=1)))
        (batch, *_) = batches(60)
        for second in batch.seconds:
            recorder.take(second)
        recorder.flush()
        erase(filled, Selection(None, YESTERDAY, YESTERDAY))
        assert held(folder, gone) == set()
        assert recorder.flush().problem == ""
        recorder.close()
    assert len(rows(filled, SESSIONS)) == 3


@ON_A_FILE
def test_a_reader_in_the_middle_of_something_is_told_of_and_once_more_does_it(filled, folder, monkeypatch):
    monkeypatch.setattr("posture_coach.store.carried.erase.TRIES", 2)
    gone = marks(filled, "a1")
    which = Selection(None, YESTERDAY, YESTERDAY)
    with Database(address(f"sqlite:///{filled.path}")) as reader, reader.reading() as connection:
        connection.execute(select(SECONDS)).first()
        with pytest.raises(StoreBusyError, match="It is deleted, but the file still holds remains"):
            erase(filled, which)
    assert len(rows(filled, SESSIONS)) == 2
    erase(filled, which)
    assert held(folder, gone) == set()


# On both databases


@pytest.mark.parametrize("part", PARTS)
def test_the_rows_go_and_the_rest_stays(filled, part):
    going, which = PARTS[part][0].split(), PARTS[part][1](ana_of(filled))
    done = erase(filled, which)
    assert {row["source"] for row in rows(filled, SESSIONS)} == {
        f"Xylophon-{m}" for m in {"a1", "b2", "c3"} - set(going)
    }
    assert {row["place"] for row in rows(filled, PROFILES)} == {
        f"Zebrastreifen-{m}" for m in {"a1", "b2", "c3"} - set(going)
    }
    assert len(rows(filled, DIARY)) == 3 - len(going)
    assert len(rows(filled, PEOPLE)) == (1 if which.person and which.all_days else 2)
    assert len(rows(filled, KEYS)) == 1
    assert done.left == ""
    assert {finding.sound for finding in check.check(filled, LATER)} == {True}


def test_nothing_is_left_of_everything(filled):
    forget_keys(filled)
    done = erase(filled, Selection())
    assert all(not rows(filled, table) for table in METADATA.sorted_tables)
    assert done.left == ""
    assert done.rows["seconds"] == 930


def test_days_of_which_only_sums_are_kept_go_too(filled):
    with filled.writing() as connection:
        for table in (SECONDS, METADATA.tables["minutes"], WINDOWS, EVENTS, SESSIONS):
            connection.execute(delete(table))
    erase(filled, Selection(None, YESTERDAY, YESTERDAY))
    assert {row["day"] for row in rows(filled, DAYS)} == {TODAY}


def test_exports_that_were_noted_are_still_known_after_a_part(file, tmp_path):
    copies.copy_to(file, tmp_path / "copy.db", NOW)
    erase(file, Selection(None, TODAY, TODAY))
    assert len(rows(file, EXPORTS)) == 1


# Copies


@ON_A_FILE
def test_somebody_else_with_the_same_number_in_a_copy_stays(filled, folder):
    """A history that was brought back from an export numbers people anew."""
    ana, kept = ana_of(filled), marks(filled, "c3")
    copy = next((folder / BACKUPS).glob("*.db"))
    with filled.writing() as connection:
        connection.execute(update(PEOPLE).where(PEOPLE.c.id == ana).values(made_at=1_800_000_000))
    done = erase(filled, Selection(ana))
    assert copy in done.cleaned
    assert all(value in copy.read_bytes() for value in kept)


@ON_A_FILE
def test_a_copy_that_cannot_be_opened_goes_whole(filled, folder):
    copy = folder / BACKUPS / "2020-01-01-000000-damaged.db"
    copy.write_bytes(b"holiday\n" * 1000)
    done = erase(filled, Selection(None, YESTERDAY, YESTERDAY))
    assert done.removed == (copy,)
    assert not copy.exists()


@ON_A_FILE
@pytest.mark.skipif(os.name == "nt", reason="Windows gives links to some users only")
def test_what_a_link_or_another_name_leads_to_is_left_to_the_user(filled, folder):
    mine = folder.parent / "mine.db"
    mine.write_bytes(b"holiday\n" * 1000)
    (folder / BACKUPS / "link.db").symlink_to(mine)
    os.link(mine, folder / BACKUPS / "second name.db")
    forget_keys(filled)
    erase(filled, Selection())
    assert list((folder / BACKUPS).iterdir()) == []
    assert mine.read_bytes() == b"holiday\n" * 1000


def test_a_history_that_cannot_be_read_can_still_go(file):
    write(file, origin(), 120)
    copies.copy_to(file, None, NOW)
    file.close()
    file.path.write_bytes(b"holiday\n" * 1000)
    with alone(file.path, "unused"), pytest.raises(StoreBusyError, match="Nothing was deleted"):
        erase_unread(file.path)
    done = erase_unread(file.path)
    assert len(done.removed) == 2
    assert [path.name for path in file.path.parent.rglob("*") if path.is_file()] == ["history.db.lock"]
