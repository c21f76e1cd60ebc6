"""A server that goes away, at whatever moment, and what is written when it is back."""

from __future__ import annotations

import shutil
import socket
import tempfile
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from posture_coach.activity.types import Event
from posture_coach.store.history.database import address
from posture_coach.store.history.tables import EVENTS, SESSIONS
from tests.store.kept import count, hand_over, offsets, plain
from tests.store.made import NOW, origin


class Relay:
    """Stands between a program and a server; where it is told to, it lets a commit through but not the answer to it."""

    def __init__(self, server):
        where = address(server)
        self._behind = str(Path(where.query["host"]) / f".s.PGSQL.{where.port or 5432}")
        self.folder = Path(tempfile.mkdtemp(prefix="pc-cut-"))
        self.swallow_next = threading.Event()
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(self.folder / ".s.PGSQL.5432"))
        self._door.listen()
        self._lines = []
        threading.Thread(target=self._open, daemon=True).start()

    def address_of(self, url):
        return address(url).set(host=None, port=None, query={"host": str(self.folder)}).render_as_string()

    def close(self):
        for end in (self._door, *self._lines):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        shutil.rmtree(self.folder)

    def _open(self):
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                backend = socket.socket(socket.AF_UNIX)
                self._lines += [client, backend]
                backend.connect(self._behind)
                lost = threading.Event()
                for ends in ((client, backend), (backend, client)):
                    threading.Thread(target=self._carry, args=(*ends, ends[0] is client, lost), daemon=True).start()

    def _carry(self, one, other, to_server, lost):
        with suppress(OSError):
            while data := one.recv(65536):
                if to_server and b"\x0bCOMMIT\x00" in data and self.swallow_next.is_set():
                    self.swallow_next.clear()
                    lost.set()
                elif not to_server and lost.is_set():
                    break
                other.sendall(data)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def relay(server):
    one = Relay(server)
    yield one
    one.close()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("opened", [True, False], ids=["in the middle", "its first one"])
def test_a_commit_whose_answer_is_lost_is_not_written_twice(url, recording, relay, opened):
    recorder = recording(relay.address_of(url))
    recorder.begin(origin())
    recorder.flush()
    if opened:
        hand_over(recorder, 0, 10)
        assert recorder.flush().problem == ""
    recorder.take(plain(10), [], [Event("slumped", 3.0, 7.5)])
    relay.swallow_next.set()
    assert "cannot be used" in recorder.flush().problem
    assert not relay.swallow_next.is_set()
    assert offsets(url) == ([*range(11)] if opened else [10])
    hand_over(recorder, 11, 20)
    assert recorder.flush().problem == ""
    recorder.close()
    assert offsets(url) == ([*range(20)] if opened else [*range(10, 20)])
    assert (count(url, SESSIONS), count(url, EVENTS)) == (1, 1)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_lines_that_the_server_cuts_lose_nothing(url, recording):
    recorder = recording(url)
    recorder.begin(origin())
    engine = create_engine(address(url))
    for k in range(3):
        hand_over(recorder, 10 * k, 10 * k + 10)
        recorder.flush()
        with engine.connect() as other:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            other.execute(text(others + " AND pid <> pg_backend_pid()"))
    engine.dispose()
    recorder.close()
    assert offsets(url) == [*range(30)]
    assert count(url, SESSIONS) == 1


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_table_that_is_locked_on_a_server_is_waited_for(url, recording):
    recorder = recording(url)
    recorder.begin(origin())
    hand_over(recorder, 0, 10)
    recorder.flush()
    engine = create_engine(address(url))
    with engine.connect() as other:
        other.execute(text("LOCK TABLE seconds IN ACCESS EXCLUSIVE MODE"))
        hand_over(recorder, 10, 20)
        assert "is being written by another program" in recorder.flush().problem
        assert recorder.keeping.waiting_s == 10
    engine.dispose()
    recorder.close()
    assert offsets(url) == [*range(20)]


def test_a_server_that_was_away_gets_what_waited(own_server, recording):
    url = own_server.get_uri()
    recorder = recording(url)
    recorder.begin(origin(NOW - timedelta(hours=3)))
    hand_over(recorder, 0, 10)
    assert recorder.flush().problem == ""
    own_server.stop()
    hand_over(recorder, 10, 20)
    assert "cannot be used" in recorder.flush().problem
    recorder.end()
    recorder.begin(origin())
    hand_over(recorder, 0, 10)
    assert "cannot be used" in recorder.flush().problem
    assert recorder.keeping.waiting_s == 20
    own_server.ensure_postgres_running()
    how = recorder.close()
    assert (how.problem, how.waiting_s, how.lost_s) == ("", 0, 0)
    assert offsets(url) == [*range(20), *range(10)]
    assert count(url, SESSIONS) == 2


def test_a_server_that_is_set_up_anew_is_written_from_there_on(own_server, recording):
    admin = create_engine(address(own_server.get_uri()), isolation_level="AUTOCOMMIT")
    with admin.connect() as one:
        one.exec_driver_sql("CREATE DATABASE clinic")
    url = own_server.get_uri("clinic")
    recorder = recording(url)
    recorder.begin(origin())
    hand_over(recorder, 0, 10)
    assert recorder.flush().problem == ""
    with admin.connect() as one:
        one.exec_driver_sql("DROP DATABASE clinic WITH (FORCE)")
    hand_over(recorder, 10, 20)
    assert "cannot be used" in recorder.flush().problem
    with admin.connect() as one:
        one.exec_driver_sql("CREATE DATABASE clinic")
    admin.dispose()
    assert recorder.close().problem == ""
    assert offsets(url) == [*range(10, 20)]
