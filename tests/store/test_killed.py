"""A writer that is killed at any moment loses nothing that it has committed: a few dozen kills, of the many that
`benchmarks/store_kills.py` deals out, and proof that its look finds what it looks for.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from datetime import timedelta
from types import ModuleType

import pytest
from sqlalchemy import create_engine

from benchmarks import store_kills
from benchmarks.store_kills import Found, Told, kill_again_and_again
from posture_coach.store.history import sessions as history
from posture_coach.store.history.database import Database, address
from posture_coach.store.history.migrate import prepare
from posture_coach.store.history.tables import SECONDS
from tests.store.made import NOW, batches, origin


@pytest.fixture(autouse=True)
def _no_script_of_another_test(monkeypatch):
    """Hide what a test of a page has left as the main script: a new process would run it."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))


def test_forty_kills_lose_nothing_that_was_committed(tmp_path):
    found = kill_again_and_again(f"sqlite:///{tmp_path / 'history.db'}", trials=40, seed=7, longest_s=0.3)
    assert (found.lost, found.damaged, found.differing) == ([], [], [])
    assert found.trials == 40
    # Every other one waits for a first commit; how many the rest make is the machine's affair.
    assert found.killed_while["writing"] >= 20
    assert found.commits >= 20
    assert len(found.killed_while) == 2, "kills meet the opening and the writing"


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_server_whose_client_is_killed_loses_nothing_either(url):
    found = kill_again_and_again(url, trials=8, seed=7, longest_s=0.5)
    assert (found.lost, found.damaged, found.differing) == ([], [], [])
    assert found.killed_while["writing"] >= 4
    assert found.commits >= 4


@pytest.fixture
def written(at):
    """Write a session; return what its writer would have told of it."""
    source = origin(NOW - timedelta(hours=2))
    given = list(batches(400, every_s=400))
    with Database(address(at)) as database:
        prepare(database, NOW)
        with database.writing() as connection:
            session = history.begin(connection, source)
            for batch in given:
                history.keep(connection, session, source, batch)
    windows, events = (sum(len(getattr(batch, what)) for batch in given) for what in ("windows", "events"))
    return {source.second: Told(source.second, 400, windows, events)}


def looked(at, tmp_path, told):
    found = Found()
    store_kills._look(at, tmp_path, 0, told, found)
    return [name for name in ("lost", "damaged", "differing") if getattr(found, name)]


def test_the_look_finds_nothing_where_nothing_is_wrong(at, tmp_path, written):
    assert looked(at, tmp_path, written) == []


@pytest.mark.parametrize(
    ("done", "finds"),
    [
        ("DELETE FROM seconds WHERE at = (SELECT max(at) FROM seconds)", "lost"),
        ("DELETE FROM seconds WHERE at = (SELECT max(at) - 9 FROM seconds)", "lost"),
        ("DELETE FROM windows", "lost"),
        ("DELETE FROM events WHERE id = 1", "lost"),
        (";".join(f"DELETE FROM {table}" for table in ("events", "windows", "minutes", "seconds", "sessions")), "lost"),
        ("DELETE FROM sessions", "damaged"),
        ("UPDATE minutes SET score = score + 1", "differing"),
        ("UPDATE days SET seconds = seconds + 1", "differing"),
        ("DELETE FROM minutes WHERE at = (SELECT min(at) FROM minutes)", "differing"),
        ("INSERT INTO windows SELECT 99, at, end_at, judged_s, score, posture, variety, breaks, coverage, seconds, "
         "moves, losses FROM windows", "damaged"),
    ],
)  # fmt: skip
def test_the_look_finds_what_is_missing_or_wrong(at, path, tmp_path, written, done, finds):
    with closing(sqlite3.connect(path)) as file:
        file.executescript(done)
    assert finds in looked(at, tmp_path, written)


def test_the_look_finds_a_page_of_something_else(at, path, tmp_path, written):
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA journal_mode=DELETE")
        (page,) = file.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (SECONDS.name,)).fetchone()
    with path.open("r+b") as file:
        file.seek(4096 * (page - 1))
        file.write(b"something else" * 200)
    assert looked(at, tmp_path, written) == ["damaged"]


def test_a_history_that_is_gone_is_found_lost(at, tmp_path, written):
    create_engine(at).dispose()
    assert looked(f"sqlite:///{tmp_path / 'none.db'}", tmp_path, written) == ["lost"]
