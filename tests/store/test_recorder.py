"""The recorder loses nothing that it need not, and never makes the coach wait."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from datetime import timedelta

import pytest

from posture_coach.errors import StoreBusyError
from posture_coach.store.history import retention
from posture_coach.store.history import sessions as history
from posture_coach.store.history.database import Database, address
from posture_coach.store.history.migrate import prepare
from posture_coach.store.history.recorder import WAITING_S
from posture_coach.store.history.tables import DAY_SCORES, EVENTS, SESSIONS, WINDOWS
from tests.store.kept import count, hand_over, offsets, plain
from tests.store.made import NOW, batches, origin
from tests.store.test_history import write

SOON_S = 20.0

# As it should be


def test_what_is_handed_over_is_kept_and_summed_up(url, recording):
    recorder = recording(url)
    given = list(batches(700, every_s=70))
    recorder.begin(origin())
    for batch in given[:-1]:
        for second in batch.seconds[:-1]:
            recorder.take(second)
        recorder.take(batch.seconds[-1], batch.windows, batch.events)
        assert recorder.flush().problem == ""
        assert count(url, DAY_SCORES) == 1, "of a session that goes on too"
    recorder.end(given[-1].windows, given[-1].events)
    recorder.begin(origin(NOW - timedelta(hours=2)))
    hand_over(recorder, 0, 30)
    how = recorder.close()
    assert (how.problem, how.waiting_s, how.lost_s, how.notice) == ("", 0, 0, "")
    assert offsets(url) == [*range(700), *range(30)]
    assert count(url, SESSIONS) == 2
    assert count(url, WINDOWS) == sum(len(batch.windows) for batch in given)
    assert count(url, EVENTS) == sum(len(batch.events) for batch in given)
    assert count(url, DAY_SCORES) == 1


def test_it_writes_by_itself(at, recording):
    recorder = recording(at, commit_s=0.05)
    recorder.begin(origin())
    hand_over(recorder, 0, 20)
    until = time.monotonic() + SOON_S
    while recorder.keeping.waiting_s and time.monotonic() < until:
        time.sleep(0.01)
    recorder.flush()
    assert offsets(at) == [*range(20)]


def test_a_session_with_nothing_in_it_leaves_no_trace(url, recording):
    recorder = recording(url)
    recorder.begin(origin(NOW - timedelta(hours=3)))
    recorder.end()
    recorder.begin(origin(NOW - timedelta(hours=2)))
    recorder.flush()
    hand_over(recorder, 0, 5)
    recorder.end()
    recorder.end()
    hand_over(recorder, 5, 9)
    recorder.begin(origin(NOW - timedelta(hours=1)))
    recorder.close()
    assert offsets(url) == [*range(5)]
    assert count(url, SESSIONS) == 1


def test_nothing_is_kept_of_what_comes_before_a_session(at, recording):
    recorder = recording(at)
    hand_over(recorder, 0, 5)
    assert recorder.flush().waiting_s == 0


def test_a_clock_that_is_put_back_doubles_and_loses_nothing(url, recording):
    recorder = recording(url)
    for started_at in (NOW - timedelta(hours=2), NOW - timedelta(hours=2, seconds=20)):
        recorder.begin(origin(started_at))
        hand_over(recorder, 0, 50)
        recorder.flush()
    recorder.close()
    assert offsets(url) == [*range(50), *range(50)]


def test_a_source_that_steps_back_tells_no_second_twice(url, recording):
    recorder = recording(url)
    recorder.begin(origin())
    for first, last in ((0, 10), (5, 12), (3, 15)):
        hand_over(recorder, first, last)
        assert recorder.flush().problem == ""
    recorder.close()
    assert offsets(url) == [*range(15)]


# Another one writes


@pytest.mark.parametrize("how", ["IMMEDIATE", "EXCLUSIVE"])
@pytest.mark.parametrize("opened", [True, False], ids=["while it writes", "before it opens"])
def test_what_comes_waits_while_another_program_holds_the_file(at, path, recording, how, opened):
    with Database(address(at)) as database:
        prepare(database, NOW)
    recorder = recording(at)
    recorder.begin(origin())
    hand_over(recorder, 0, 20)
    if opened:
        assert recorder.flush().problem == ""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(f"BEGIN {how}")
        for first in (20, 30):
            hand_over(recorder, first, first + 10)
            assert "is being written by another program. Close it" in recorder.flush().problem
        assert recorder.keeping.waiting_s == (20 if opened else 40)
        other.execute("ROLLBACK")
    hand_over(recorder, 40, 50)
    how_now = recorder.flush()
    assert (how_now.problem, how_now.waiting_s, how_now.lost_s) == ("", 0, 0)
    recorder.close()
    assert offsets(at) == [*range(50)]
    assert count(at, SESSIONS) == 1


def test_the_coach_does_not_wait_for_a_writer_that_waits(at, path, recording):
    recorder = recording(at, busy_s=60.0)
    recorder.begin(origin())
    hand_over(recorder, 0, 10)
    recorder.flush()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        recorder.take(plain(10))
        writing = threading.Thread(target=recorder.flush)
        writing.start()
        until = time.monotonic() + SOON_S
        # What waits is in the writer's hands as soon as it has begun.
        while recorder.keeping.waiting_s and time.monotonic() < until:
            time.sleep(0.001)
        hand_over(recorder, 11, 100)
        recorder.end()
        recorder.begin(origin(NOW - timedelta(hours=1)))
        hand_over(recorder, 0, 10)
        assert writing.is_alive()
        other.execute("ROLLBACK")
        writing.join()
    recorder.close()
    assert offsets(at) == [*range(100), *range(10)]


def test_what_comes_while_a_write_fails_is_kept_with_what_it_failed_to_write(at, recording, monkeypatch):
    recorder = recording(at)
    recorder.begin(origin())
    hand_over(recorder, 0, 10)
    assert recorder.flush().problem == ""
    hand_over(recorder, 10, 20)

    def in_vain(*_given):
        hand_over(recorder, 20, 30)
        raise StoreBusyError("held")

    with monkeypatch.context() as patched:
        patched.setattr(history, "keep", in_vain)
        how = recorder.flush()
    assert (how.problem, how.waiting_s) == ("held", 20)
    assert recorder.close().problem == ""
    assert offsets(at) == [*range(30)]


def test_a_sweep_that_finds_the_file_held_is_tried_again_the_same_day(at, path, recording, monkeypatch):
    with Database(address(at)) as database:
        prepare(database, NOW)
        write(database, origin(NOW - timedelta(days=400)), 60)
    recorder, sweep = recording(at), retention.sweep
    recorder.begin(origin())
    hand_over(recorder, 0, 20)

    def while_held(*given):
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            return sweep(*given)

    with monkeypatch.context() as patched:
        patched.setattr(retention, "sweep", while_held)
        how = recorder.flush()
    assert "another program" in how.problem
    assert (how.waiting_s, how.lost_s) == (0, 0), "what came is kept all the same"
    assert count(at, SESSIONS) == 2
    assert recorder.flush().problem == ""
    recorder.close()
    assert count(at, SESSIONS) == 1
    assert offsets(at) == [*range(20)]


def test_a_second_recorder_says_so_and_takes_over(at, recording):
    first, second = recording(at), recording(at)
    for number, recorder in enumerate((first, second)):
        recorder.begin(origin(NOW - timedelta(hours=4 - number)))
        hand_over(recorder, 0, 10)
        recorder.flush()
    assert first.keeping.problem == ""
    assert "Another posture-coach keeps the history already. Close it" in second.keeping.problem
    assert second.keeping.waiting_s == 10
    first.close()
    assert second.flush().problem == ""
    assert offsets(at) == [*range(10), *range(10)]


def test_an_hour_waits_and_what_is_older_is_counted_as_lost(at, path, recording):
    recorder = recording(at)
    recorder.begin(origin(NOW - timedelta(hours=5)))
    recorder.flush()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        hand_over(recorder, 0, 60)
        recorder.end()
        recorder.begin(origin())
        hand_over(recorder, 0, WAITING_S + 40)
        assert "another program" in recorder.flush().problem
        hand_over(recorder, WAITING_S + 40, WAITING_S + 50)
        assert (recorder.keeping.waiting_s, recorder.keeping.lost_s) == (WAITING_S, 110)
        other.execute("ROLLBACK")
    how = recorder.close()
    assert (how.problem, how.waiting_s, how.lost_s) == ("", 0, 110)
    assert offsets(at) == [*range(50, WAITING_S + 50)]


def test_what_could_not_be_written_is_told_at_the_end(at, path, recording):
    recorder = recording(at)
    recorder.begin(origin())
    recorder.flush()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        hand_over(recorder, 0, 10)
        how = recorder.close()
    assert (how.waiting_s, how.lost_s) == (0, 10)
    assert "another program" in how.problem
