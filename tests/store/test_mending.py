"""What a killed program left is finished by the next one, and what is old goes without stopping the writer."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text

from posture_coach.store.files.settings import Settings
from posture_coach.store.history import retention, rollups
from posture_coach.store.history import sessions as history
from posture_coach.store.history.database import Database, address
from posture_coach.store.history.migrate import prepare
from posture_coach.store.history.records import Batch
from posture_coach.store.history.tables import DAYS, MINUTES, SECONDS, WINDOWS
from tests.store.kept import hand_over, offsets
from tests.store.made import NOW, RULES, TARGETS, batches, origin

LONGEST_S = 2.5
"""What a commit may take on a busy machine while another program sweeps: a quarter of the time between two."""


def killed_after(database, source, length_s):
    """Leave a session as a program that was killed leaves it; return its number and all its windows."""
    given = list(batches(length_s))
    with database.writing() as connection:
        session = history.begin(connection, source)
        for batch in given[:-1]:
            history.keep(connection, session, source, batch)
    return session, [window for batch in given for window in batch.windows]


def test_what_still_goes_on_elsewhere_is_not_finished(database):
    killed_after(database, origin(), 720)
    ended = origin().second + 720
    with database.writing() as connection:
        assert history.mend(connection, TARGETS, RULES, before=ended) == 0
        assert history.mend(connection, TARGETS, RULES, before=ended + 1) == 1


def test_a_window_that_was_finished_too_early_gives_way_to_the_whole_one(database):
    session, windows = killed_after(database, origin(), 720)
    with database.writing() as connection:
        history.mend(connection, TARGETS, RULES)
        history.keep(connection, session, origin(), Batch(windows=windows[-1:]))
    with database.reading() as connection:
        rows = connection.execute(select(WINDOWS.c.at, WINDOWS.c.end_at).order_by(WINDOWS.c.at)).all()
    began = origin().second
    assert rows == [(began + w.start_s, began + w.end_s) for w in windows]


def test_windows_that_are_finished_go_on_where_the_last_one_ended(database):
    source = origin(stream_s=130)
    given = [second for batch in batches(1000) for second in batch.seconds][130:]
    _, *windows = [window for batch in batches(1000) for window in batch.windows]
    with database.writing() as connection:
        session = history.begin(connection, source)
        history.keep(connection, session, source, Batch(given, windows[:-2]))
        assert history.mend(connection, TARGETS, RULES) == 2
        at = connection.execute(select(WINDOWS.c.at, WINDOWS.c.end_at).order_by(WINDOWS.c.at)).all()
    assert at == [(source.began + w.start_s, source.began + w.end_s) for w in windows]


def test_a_sweep_that_is_cut_short_leaves_no_day_by_half(database, monkeypatch):
    for hours in (6, 3):
        killed_after(database, origin(NOW - timedelta(days=100, hours=hours)), 360)
    with database.writing() as connection:
        history.mend(connection, TARGETS, RULES)
        before = list(map(repr, connection.execute(select(DAYS).order_by(DAYS.c.activity))))
    dropped, drop = [], retention._drop

    def cut_short(connection, table, which):
        dropped.append(table)
        if len(dropped) > 2:
            raise KeyboardInterrupt
        return drop(connection, table, which)

    monkeypatch.setattr(retention, "_drop", cut_short)
    with pytest.raises(KeyboardInterrupt):
        retention.sweep(database, Settings(), NOW.date())
    monkeypatch.undo()
    with database.writing() as connection:
        rollups.rebuild(connection)
        assert list(map(repr, connection.execute(select(DAYS).order_by(DAYS.c.activity)))) == before
    assert retention.sweep(database, Settings(), NOW.date()) > 0


def test_free_pages_are_given_back_many_at_once(file):
    old_sessions(file, 2)
    with file.writing() as connection:
        connection.execute(delete(SECONDS))
    told = []
    with file.bare() as connection:
        (free,) = connection.execute("PRAGMA freelist_count").fetchone()
        connection.set_trace_callback(told.append)
    retention.give_back(file)
    with file.bare() as connection:
        connection.set_trace_callback(None)
        assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)
    assert free > 100
    # It looks what is left before and after each step.
    assert sum("freelist_count" in one for one in told) == 2


def test_sweeping_by_another_program_never_stops_the_writer(at, recording):
    with Database(address(at)) as database:
        prepare(database, NOW)
        old_sessions(database, 12)
        recorder = recording(at, commit_s=0.01, busy_s=5.0)
        recorder.begin(origin())
        assert recorder.flush().problem == "", "it is open before anybody sweeps"
        problems, took_s, begun, done = [], [], threading.Event(), threading.Event()

        def write():
            at_s = 0
            while not done.wait(0.02):
                hand_over(recorder, at_s, at_s + 10)
                at_s += 10
                began = time.monotonic()
                problems.append(recorder.flush().problem)
                took_s.append(time.monotonic() - began)
                begun.set()

        writer = threading.Thread(target=write)
        writer.start()
        assert begun.wait(60)
        began = time.monotonic()
        gone = retention.sweep(database, Settings(seconds_days=7, minutes_days=9), NOW.date())
        swept_s = time.monotonic() - began
        done.set()
        writer.join()
    assert gone > 15_000
    assert len(problems) > 3, "the writer got its turn while it swept"
    assert set(problems) == {""}
    assert max(took_s) < max(LONGEST_S, swept_s / 3), "the sweeper holds the file for too long"
    recorder.close()
    kept = offsets(at)
    assert kept[-10 * len(problems) :] == [*range(10 * len(problems))]
    with closing(sqlite3.connect(address(at).database)) as file:
        assert file.execute("PRAGMA freelist_count").fetchone() == (0,)


def old_sessions(database, number):
    """Fill a history with hours of the last days: one is kept, the others are copies of it."""
    source = origin(NOW - timedelta(days=1))
    with database.writing() as connection:
        session = history.begin(connection, source)
        for batch in batches(3600, every_s=3600):
            history.keep(connection, session, source, batch)
        for days in range(2, number + 2):
            copy = history.begin(connection, origin(NOW - timedelta(days=days)))
            for table in (SECONDS, MINUTES):
                names = ", ".join(column.name for column in table.c if column.name != "session_id")
                connection.execute(text(
                    f"INSERT INTO {table.name} (session_id, {names}) "
                    f"SELECT {copy}, {names} FROM {table.name} WHERE session_id = {session}"
                ))  # fmt: skip
