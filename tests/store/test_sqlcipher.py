"""A history's file encrypted as a whole: unreadable without the passphrase, and all of it works as before."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import keyring
import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import text

from posture_coach.errors import StoreBusyError, StoreDamagedError, StoreError, StoreKeyError
from posture_coach.store.carried.convert import clear_away, convert, copies_with, plain_copies
from posture_coach.store.files.settings import Settings
from posture_coach.store.history import cipher, retention
from posture_coach.store.history.claim import alone
from posture_coach.store.history.database import Database, address
from posture_coach.store.history.migrate import backup, prepare
from posture_coach.store.history.tables import METADATA, SECONDS, SESSIONS
from posture_coach.store.sealed import asking, diary, keys
from posture_coach.store.sealed.diary import Entry
from tests.store.made import NOW, origin
from tests.store.test_history import alike, rows, write
from tests.store.test_sealing import Locked, ring  # noqa: F401 - a keyring of this test's own

WORDS = "trüb 'quoted\" words; --"
PLAIN = (b"SQLite format", b"CREATE TABLE", b"trunk_inclination", b"Camera 0", b"longest_spell")


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    """Begin as a new program does: without a key in memory or the environment."""
    monkeypatch.delenv(cipher.FILE_VARIABLE, raising=False)
    monkeypatch.setattr(cipher, "_opened", {})


@pytest.fixture
def path(tmp_path):
    """Return a plain history of two minutes, with a diary, that nobody has open."""
    path = tmp_path / "mine" / "history.db"
    with Database(address(f"sqlite:///{path}")) as database:
        prepare(database, NOW)
        write(database, origin(), 120)
        sealer = keys.ready(database, 0)
        with database.writing() as connection:
            diary.add(connection, sealer, None, Entry(NOW, 3, 6, "stiff"))
    return path


@pytest.fixture
def encrypted(path):
    """Return the same, encrypted; this program has forgotten the key again."""
    assert convert(path, None, cipher.new_key(WORDS))
    cipher._opened.clear()
    return path


def everything(path):
    with Database(address(f"sqlite:///{path}")) as database:
        return {table.name: rows(database, table) for table in METADATA.sorted_tables}


def same(one, other):
    return all(alike(one[name], other[name]) for name in one)


def rest_of(path):
    """Return the other files in its folder."""
    return {other.name for other in path.parent.iterdir()} - {path.name, path.name + ".lock"}


def test_nothing_of_it_can_be_read_and_all_of_it_is_there(path):
    before = everything(path)
    assert all(plain in path.read_bytes() for plain in PLAIN)
    convert(path, None, cipher.new_key(WORDS))
    with Database(address(f"sqlite:///{path}")) as database:
        write(database, origin(NOW - timedelta(hours=3)), 60)
        written = [other for other in path.parent.iterdir() if other.suffix != ".lock"]
        assert {other.name for other in written} >= {"history.db", "history.db-wal"}
        for other in written:
            assert not any(plain in other.read_bytes() for plain in PLAIN), other
        with database.writing() as connection:
            connection.execute(SECONDS.delete().where(SECONDS.c.session_id == 2))
            for table in METADATA.sorted_tables[::-1]:
                if "session_id" in table.c and table is not SECONDS:
                    connection.execute(table.delete().where(table.c.session_id == 2))
            connection.execute(SESSIONS.delete().where(SESSIONS.c.id == 2))
    after = everything(path)
    for name in ("seconds", "minutes", "windows", "events", "diary", "keys", "sessions"):
        assert alike(before[name], after[name]), name
    assert path.stat().st_mode & 0o077 == 0
    assert rest_of(path) == set()


def test_a_plain_file_an_empty_one_and_a_text_are_not_taken_for_encrypted(path, tmp_path):
    empty, words = tmp_path / "empty.db", tmp_path / "words.db"
    empty.touch()
    words.write_bytes(b"this is no database at all, but a text of some length" * 200)
    assert not any(cipher.is_encrypted(file) for file in (path, empty, words, tmp_path / "none.db", None))
    convert(path, None, cipher.new_key(WORDS))
    assert cipher.is_encrypted(path)


def test_the_tools_of_sqlcipher_open_it_by_the_passphrase(encrypted):
    with closing(sqlcipher.connect(str(encrypted))) as connection:
        quoted = WORDS.replace('"', '""')
        connection.execute(f'PRAGMA key = "{quoted}"')
        assert connection.execute("SELECT count(*) FROM seconds").fetchone() == (120,)
    with closing(sqlite3.connect(encrypted)) as connection, pytest.raises(sqlite3.DatabaseError):
        connection.execute("SELECT count(*) FROM seconds")


def test_without_its_passphrase_it_is_explained_and_left_alone(encrypted, monkeypatch):
    before = encrypted.read_bytes()
    with pytest.raises(StoreKeyError, match=r"is encrypted, or damaged.*POSTURE_COACH_FILE_PASSPHRASE.*data restore"):
        everything(encrypted)
    with pytest.raises(StoreKeyError, match="does not open"):
        cipher.key_of(encrypted, "something else")
    monkeypatch.setenv(cipher.FILE_VARIABLE, "something else")
    with pytest.raises(StoreKeyError, match=r"does not open.*data restore"):
        everything(encrypted)
    assert encrypted.read_bytes() == before
    assert rest_of(encrypted) == set()


@pytest.mark.parametrize("variable", [cipher.FILE_VARIABLE, cipher.OTHER_VARIABLE])
def test_the_environment_tells_its_passphrase(encrypted, monkeypatch, variable):
    monkeypatch.setenv(variable, WORDS)
    assert len(everything(encrypted)["seconds"]) == 120


def test_another_variable_that_does_not_fit_is_not_held_against_it(encrypted, monkeypatch):
    monkeypatch.setenv(cipher.OTHER_VARIABLE, "that of names and diary")
    with pytest.raises(StoreKeyError, match="is encrypted"):
        everything(encrypted)


def test_who_can_be_asked_for_its_passphrase_is_asked_once(encrypted, monkeypatch):
    asked = []
    monkeypatch.setattr(asking, "_ways", [lambda what: asked.append(what) or WORDS])
    for _ in range(2):
        assert len(everything(encrypted)["seconds"]) == 120
    assert asked == [f"Passphrase of {encrypted}"]


def test_a_wrong_answer_is_no_reason_to_ask_for_ever(encrypted, monkeypatch):
    monkeypatch.setattr(asking, "_ways", [lambda _what: "something else"])
    with pytest.raises(StoreKeyError, match="does not open"):
        everything(encrypted)


def test_what_was_typed_once_holds_until_the_program_ends(encrypted):
    cipher.opened(cipher.key_of(encrypted, WORDS))
    assert len(everything(encrypted)["seconds"]) == 120


def test_the_keyring_remembers_it_until_it_is_lost(encrypted, ring):  # noqa: F811
    key = cipher.key_of(encrypted, WORDS)
    cipher.remember(key)
    assert WORDS not in repr(ring.kept)
    assert len(everything(encrypted)["seconds"]) == 120
    (entry,) = (entry for entry in ring.kept if entry[1].startswith("file-"))
    cipher._opened.clear()
    ring.kept[entry] = "x'; DROP TABLE seconds'"
    with pytest.raises(StoreKeyError, match="is encrypted"):
        everything(encrypted)
    assert cipher.lose(key)
    assert entry not in ring.kept


def test_a_keyring_that_is_locked_is_no_reason_to_fail_at_the_end(encrypted):
    keyring.set_keyring(Locked())
    assert not cipher.lose(cipher.key_of(encrypted, WORDS))


def test_copies_that_a_key_opens_are_known(encrypted):
    key = cipher.opened(cipher.key_of(encrypted, WORDS))
    with Database(address(f"sqlite:///{encrypted}")) as database:
        copy = backup(database, NOW, "test")
    new = cipher.new_key("something else")
    convert(encrypted, key, new)
    assert copies_with(encrypted, key) == [copy]
    assert copies_with(encrypted, new) == []


def test_back_to_plain_it_is_as_it_was(path):
    before = everything(path)
    key = cipher.new_key(WORDS)
    convert(path, None, key)
    convert(path, key, None)
    assert not cipher.is_encrypted(path)
    assert same(before, everything(path))
    assert rest_of(path) == set()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA auto_vacuum").fetchone() == (2,)


def test_another_passphrase_takes_the_place_of_the_first(encrypted):
    key, new = cipher.key_of(encrypted, WORDS), cipher.new_key("something else")
    convert(encrypted, key, new)
    cipher._opened.clear()
    with pytest.raises(StoreKeyError, match="does not open"):
        cipher.key_of(encrypted, WORDS)
    assert cipher.key_of(encrypted, "something else") == new


def test_it_is_opened_as_a_plain_one_is(encrypted):
    cipher.opened(cipher.key_of(encrypted, WORDS))
    with Database(address(f"sqlite:///{encrypted}")) as database, database.reading() as connection:
        told = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous",
                "foreign_keys", "secure_delete", "auto_vacuum")}  # fmt: skip
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "auto_vacuum": 2}


def test_free_pages_are_given_back_and_a_busy_file_is_explained(encrypted):
    cipher.opened(cipher.key_of(encrypted, WORDS))
    with Database(address(f"sqlite:///{encrypted}")) as database:
        write(database, origin(NOW - timedelta(days=40)), 3600, every_s=900)
        assert retention.sweep(database, Settings(minutes_days=35), NOW.date()) > 0
        with database.reading() as connection:
            assert connection.execute(text("PRAGMA freelist_count")).scalar() == 0
        impatient = Database(address(f"sqlite:///{encrypted}"), busy_s=0.1)
        with database.writing(), pytest.raises(StoreBusyError, match="another program"), impatient.writing():
            pass
        impatient.close()


def test_a_damaged_page_is_explained(encrypted):
    cipher.opened(cipher.key_of(encrypted, WORDS))
    with encrypted.open("r+b") as file:
        for page in range(3, encrypted.stat().st_size // cipher.PAGE_BYTES):
            file.seek(page * cipher.PAGE_BYTES + 100)
            file.write(b"\0" * 20)
    with pytest.raises(StoreDamagedError, match="data check"):
        everything(encrypted)


def test_a_copy_of_it_is_encrypted_too(encrypted, tmp_path):
    cipher.opened(cipher.key_of(encrypted, WORDS))
    with Database(address(f"sqlite:///{encrypted}")) as database:
        copy = backup(database, NOW, "test")
    assert cipher.is_encrypted(copy)
    assert plain_copies(encrypted) == []
    assert not any(plain in copy.read_bytes() for plain in PLAIN)
    away = shutil.copy(copy, tmp_path / "away.db")
    assert same(everything(away), everything(encrypted))


def test_plain_copies_are_named(path):
    with Database(address(f"sqlite:///{path}")) as database:
        copy = backup(database, NOW, "test")
    convert(path, None, cipher.new_key(WORDS))
    damaged = copy.with_name("2026-11-20-damaged.db-wal")
    damaged.write_bytes(b"the log of one that was moved aside")
    (copy.parent / "notes of my own.txt").write_text("not ours")
    assert plain_copies(path) == [damaged, copy]
    cipher.opened(cipher.key_of(path, WORDS))
    with Database(address(f"sqlite:///{path}")) as database:
        sealed = backup(database, NOW + timedelta(days=1), "test")
    Path(f"{sealed}-wal").write_bytes(b"its own log")
    assert plain_copies(path) == [damaged, copy]


def test_the_plain_file_is_overwritten_and_not_only_let_go(path):
    with path.open("rb") as kept:
        size = path.stat().st_size
        assert convert(path, None, cipher.new_key(WORDS))
        assert kept.read() == bytes(size)


def test_another_name_of_the_file_is_left_alone(path, tmp_path):
    mine = tmp_path / "my own copy.db"
    os.link(path, mine)
    before = mine.read_bytes()
    assert not convert(path, None, cipher.new_key(WORDS)), "it says that a plain one is left"
    assert cipher.is_encrypted(path)
    assert mine.read_bytes()[100:] == before[100:]
    with closing(sqlite3.connect(mine)) as connection:
        assert connection.execute("SELECT count(*) FROM seconds").fetchone() == (120,)


def test_what_was_put_aside_just_before_a_kill_is_the_history_itself(path):
    before = everything(path)
    os.link(path, path.with_name(f".{path.name}.before"))
    clear_away(path)
    assert same(before, everything(path))
    assert rest_of(path) == set()


def test_what_an_interrupted_one_has_left_is_overwritten_unless_one_is_at_work(path):
    left = [path.with_name(f".{path.name}.{name}") for name in ("draft", "draft-journal", "before")]
    for one in left:
        one.write_bytes(b"plain words")
    kept = [one.open("rb") for one in left]
    with alone(path, "at work"):
        assert not clear_away(path)
        assert all(one.exists() for one in left)
    assert clear_away(path)
    assert [one.read() for one in kept] == [bytes(11)] * 3
    for one in kept:
        one.close()
    assert rest_of(path) == set()


def test_where_blocks_cannot_be_got_at_it_says_so(path, monkeypatch):
    def no_links(*_):
        raise OSError("not on this file system")

    monkeypatch.setattr("posture_coach.store.carried.convert.os.link", no_links)
    assert not convert(path, None, cipher.new_key(WORDS))
    assert cipher.is_encrypted(path)


OTHER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
for _ in range(2):
    print(connection.execute("SELECT count(*) FROM seconds").fetchone()[0], flush=True)
    sys.stdin.readline()
connection.close()
"""


def test_while_another_has_it_open_nothing_is_changed(path):
    other = subprocess.Popen(
        [sys.executable, "-c", OTHER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout.readline() == "120\n"
    with pytest.raises(StoreBusyError, match="Close it"):
        convert(path, None, cipher.new_key(WORDS))
    assert not cipher.is_encrypted(path)
    assert rest_of(path) == {"history.db-wal", "history.db-shm"}
    assert other.communicate("again\n")[0] == "120\n"
    assert rest_of(path) == set()


def test_a_full_disk_changes_nothing(path, monkeypatch):
    before = everything(path)
    import resource

    was = resource.getrlimit(resource.RLIMIT_FSIZE)
    monkeypatch.setattr(signal, "signal", signal.signal)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size // 2, was[1]))
    try:
        with pytest.raises(StoreError, match="Nothing was changed"):
            convert(path, None, cipher.new_key(WORDS))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, was)
        signal.signal(signal.SIGXFSZ, ignored)
    assert same(before, everything(path))
    assert rest_of(path) == set()


TRIALS = 12
CHILD = """
import os, sys
from pathlib import Path
from posture_coach.store.history import cipher
from posture_coach.store.carried.convert import convert
cipher.driver()
for path in sys.stdin:
    child = os.fork()
    if not child:
        convert(Path(path.strip()), None, cipher.new_key(sys.argv[1]))
        os._exit(0)
    print(child, flush=True)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""
"""Converts a file a line, each in a process of its own: one that has imported everything can be killed in time."""


def test_a_program_killed_while_it_converts_leaves_one_whole_history(path, tmp_path):
    before, outcomes = everything(path), set()
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, WORDS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as programs:
        length_s = None
        for trial in range(TRIALS):
            own = Path(shutil.copytree(path.parent, tmp_path / f"trial{trial}")) / path.name
            programs.stdin.write(f"{own}\n")
            number, began_s = int(programs.stdout.readline()), time.monotonic()
            if length_s is not None:
                # From none of its time to all of it: the first of these ends before, however long that one seemed.
                time.sleep(length_s * (trial - 1) / (TRIALS - 2))
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            assert programs.stdout.readline() == "ended\n"
            length_s = length_s or time.monotonic() - began_s
            outcomes.add(cipher.is_encrypted(own))
            finish(own)
            assert same(before, everything(own))
            assert rest_of(own) == set()
            shutil.rmtree(own.parent)
    assert outcomes == {False, True}, "killed before and after"


def finish(path):
    """Do what the command does when it is typed again."""
    if cipher.is_encrypted(path):
        cipher.opened(cipher.key_of(path, WORDS))
        assert clear_away(path)
    else:
        convert(path, None, cipher.new_key(WORDS))


def test_without_sqlcipher_it_says_what_to_install(encrypted, monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlcipher3", None)
    monkeypatch.setenv(cipher.FILE_VARIABLE, WORDS)
    with pytest.raises(StoreError, match=r"posture-coach\[sqlcipher\]"):
        everything(encrypted)
