"""A change of the key that is killed half-way leaves a history that opens: by the older key, or by the newer one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta

import keyring
import pytest
from sqlalchemy import select

from posture_coach.errors import StoreKeyError
from posture_coach.store.history.tables import KEYS
from posture_coach.store.sealed import diary, keys, people
from posture_coach.store.sealed.diary import Entry
from tests.file_keyring import VARIABLE, FileKeyring, environment, kept
from tests.store.made import NOW, origin

SECOND = origin().second
OLD, NEW = "four words that rhyme", "a wholly other sentence"
ENTRIES = 1000
"""So many that sealing them anew can be hit."""
TRIALS = 5
CHILD = """
import os, sys
from posture_coach.store.sealed import keys, system_keyring, wrapping
from posture_coach.store.history.database import Database, address
data_key, new = sys.argv[2] == "data_key", sys.argv[3]
for _ in sys.stdin:
    child = os.fork()
    if not child:
        with Database(address(sys.argv[1])) as database:
            keys.change(database, 1, new=new, data_key=data_key)
        os._exit(0)
    print(child, flush=True)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""
"""Changes the key for each line it reads, each time in a process of its own."""


@pytest.fixture
def ring(tmp_path, monkeypatch):
    """Use a keyring that other processes see too."""
    file = tmp_path / "keyring.json"
    monkeypatch.setenv(VARIABLE, str(file))
    monkeypatch.delenv(keys.PASSPHRASE_VARIABLE, raising=False)
    before = keyring.get_keyring()
    keyring.set_keyring(FileKeyring())
    yield file
    keyring.set_keyring(before)


def fill(database):
    sealer = keys.ready(database, SECOND)
    with database.writing() as connection:
        people.add(connection, sealer, "anna", SECOND)
        for minute in range(ENTRIES):
            diary.add(connection, sealer, None, Entry(NOW - timedelta(minutes=minute), minute % 11, None, str(minute)))


def check_all_opens(database):
    """Open everything with the key that the history has now; return which one that is."""
    with database.reading() as connection:
        number, held_by = connection.execute(select(KEYS.c.id, KEYS.c.held_by)).one()
        sealer = keys.unlock(connection, NEW)
        told = diary.entries(connection, sealer, None, NOW.date() - timedelta(days=2), NOW.date())
        assert [entry.note for entry in told] == [str(minute) for minute in range(ENTRIES)][::-1]
        assert [person.name for person in people.listed(connection, sealer)] == ["me", "anna"]
    return number, held_by


@pytest.mark.parametrize("what", ["data_key", "wrapping"])
def test_killed_at_any_time_it_opens_and_can_be_done_again(database, url, ring, what):
    fill(database)
    seen = {check_all_opens(database)}
    arguments = [sys.executable, "-c", CHILD, url, what, "" if what == "data_key" else NEW]
    env = {**os.environ, **environment(ring), keys.PASSPHRASE_VARIABLE: NEW}
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env=env
    ) as programs:
        length_s = None
        for trial in range(TRIALS + 1):
            programs.stdin.write("again\n")
            number, began_s = int(programs.stdout.readline()), time.monotonic()
            if length_s is not None:
                time.sleep(length_s * trial / TRIALS)
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            assert programs.stdout.readline() == "ended\n"
            length_s = length_s or time.monotonic() - began_s
            seen.add(check_all_opens(database))
    assert len(seen) > 1, "the first one was not killed"
    keys.change(database, SECOND, NEW, NEW, data_key=True)
    check_all_opens(database)


def test_what_a_killed_change_leaves_in_the_keyring_opens_nothing(database, url, ring):
    fill(database)
    before = kept(ring)
    env = {**os.environ, **environment(ring)}
    child = CHILD.replace("keys.change(", "keys._insert = lambda *_: os.kill(os.getpid(), 9); keys.change(")
    done = subprocess.run(
        [sys.executable, "-c", child, url, "data_key", ""],
        input="once\n", capture_output=True, text=True, env=env, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "ended", done.stderr
    after = kept(ring)
    assert before.items() < after.items(), "the newer key had been put there"
    check_all_opens(database)
    ring.write_text(json.dumps(dict(after.items() - before.items())), encoding="utf-8")
    with database.reading() as connection, pytest.raises(StoreKeyError, match="no longer there"):
        keys.unlock(connection)
