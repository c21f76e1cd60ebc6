"""Opening a file that somebody else has just begun to write."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing

import pytest

from posture_coach.errors import StoreBusyError
from posture_coach.store.history.database import Database, address


@pytest.fixture
def written(tmp_path):
    """A file without a log yet, whose first writer has begun: SQLite itself does not wait with giving it one."""
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as first:
        first.execute("CREATE TABLE begun (it)")
        first.execute("BEGIN IMMEDIATE")
        first.execute("INSERT INTO begun VALUES (1)")
        yield path, first


def test_a_new_file_that_another_program_writes_is_waited_for(written):
    path, first = written

    def finish():
        time.sleep(0.5)
        first.execute("COMMIT")

    writer = threading.Thread(target=finish)
    writer.start()
    with Database(address(f"sqlite:///{path}"), busy_s=60.0) as database, database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    writer.join()


def test_it_is_not_waited_for_without_end(written):
    path, _ = written
    with (
        Database(address(f"sqlite:///{path}"), busy_s=0.2) as database,
        pytest.raises(StoreBusyError, match="another program"),
        database.reading(),
    ):
        pass
