"""The two databases that the history lives in, both real."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import count

import pytest
from sqlalchemy import create_engine

from benchmarks.postgres import running
from posture_coach.store.history.database import Database, address
from posture_coach.store.history.migrate import prepare
from posture_coach.store.history.recorder import Recorder
from tests.store.made import NOW

_number = count(1)
NEVER_S = 1e6
"""The recorder's own thread sleeps, and the test says when to write."""


@contextmanager
def own_postgresql():
    """Start a PostgreSQL, which need not outlive a power cut: it does not wait for the disk."""
    with running() as started:
        for told in ("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"):
            started.psql(told)
        yield started


@pytest.fixture(scope="session")
def server():
    """Return the address of a PostgreSQL that this run started."""
    with own_postgresql() as started:
        yield started.get_uri()


@pytest.fixture
def own_server():
    """Return a PostgreSQL that a test may stop and start."""
    with own_postgresql() as started:
        yield started


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """Return the address of an empty database, on each of the two."""
    return _empty(request, request.param, tmp_path)


@pytest.fixture
def other_url(request, url, tmp_path):
    """Return the address of an empty database, on the one of the two that `url` is not on."""
    return _empty(request, "postgresql" if url.startswith("sqlite") else "sqlite", tmp_path / "other")


def _empty(request, kind, folder):
    if kind == "sqlite":
        return f"sqlite:///{folder / 'history.db'}"
    base = request.getfixturevalue("server")
    name = f"history_{next(_number)}"
    engine = create_engine(address(base), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return address(base).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def opening():
    """Open histories, and close them when the test is over."""
    opened = []

    def open_one(url):
        opened.append(Database(address(str(url))))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def database(url, opening):
    """Return an open history without a record."""
    opened = opening(url)
    prepare(opened, NOW)
    return opened


@pytest.fixture
def file(tmp_path, opening):
    """Return an open SQLite history without a record, in a folder of its own."""
    opened = opening(f"sqlite:///{tmp_path / 'mine' / 'history.db'}")
    prepare(opened, NOW)
    return opened


@pytest.fixture
def path(tmp_path):
    """Return where an SQLite history may be made, in a folder of its own."""
    return tmp_path / "mine" / "history.db"


@pytest.fixture
def at(path):
    """Return its address."""
    return f"sqlite:///{path}"


@pytest.fixture
def recording(tmp_path, monkeypatch):
    """Start recorders, away from a real folder and its settings; close them when the test is over."""
    monkeypatch.setenv("POSTURE_COACH_DATA_DIR", str(tmp_path / "data"))
    started = []

    def start(url, *, commit_s=NEVER_S, busy_s=0.1, now=lambda: NOW):
        started.append(Recorder(str(url), now, commit_s=commit_s, busy_s=busy_s))
        return started[-1]

    yield start
    for one in started:
        one.close()
