"""What is handed over is kept, summed up, and comes back, on both databases."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import delete, func, select, text

from posture_coach.activity.types import Activity, Event
from posture_coach.errors import StoreError, StoreNewerError
from posture_coach.measures.definitions import NAMES
from posture_coach.scoring.seconds import Second
from posture_coach.scoring.windows import joined
from posture_coach.store.files.settings import Settings
from posture_coach.store.history import retention, rollups
from posture_coach.store.history import sessions as history
from posture_coach.store.history.database import address
from posture_coach.store.history.migrate import BACKUPS, prepare
from posture_coach.store.history.records import Batch, second_of, window_of
from posture_coach.store.history.tables import (
    ACTIVITY_CODE,
    DAY_SCORES,
    DAYS,
    EVENTS,
    MEASURES,
    METADATA,
    MINUTES,
    PEOPLE,
    PROFILES,
    SCORED,
    SECONDS,
    SESSIONS,
    WINDOWS,
    digits,
)  # fmt: skip
from tests.store.made import DOCKED, NOW, RULES, TARGETS, ZONE, batches, origin


def write(database, source, length_s, **how):
    """Keep a made-up session; return its number."""
    with database.writing() as connection:
        session = history.begin(connection, source)
    for batch in batches(length_s, **how):
        with database.writing() as connection:
            history.keep(connection, session, source, batch)
    with database.writing() as connection:
        history.sum_up(connection, session)
    return session


def rows(database, table, *where):
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(select(table).where(*where)).mappings()]


def alike(one, other):
    """Whether two lists of rows are equal, NaN with NaN, in any order."""
    return sorted(map(repr, one)) == sorted(map(repr, other))


# Its form


def test_every_scored_measure_has_a_column_of_its_own():
    scored = {name for target in TARGETS.targets for name in target.measures}
    assert scored <= set(SCORED)
    assert set(MEASURES) <= set(SECONDS.c.keys())
    assert set(MEASURES) <= set(MINUTES.c.keys())


def test_every_activity_has_a_number_and_none_has_two():
    assert set(ACTIVITY_CODE) == set(Activity)
    assert len(set(ACTIVITY_CODE.values())) == len(Activity)


def test_the_steps_lead_to_the_tables_that_the_program_knows(database):
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_a_newer_history_is_left_alone(database, url, opening):
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreNewerError, match="newer posture-coach"):
        prepare(opening(url), NOW)
    with database.reading() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"


def test_an_older_history_is_copied_before_it_is_changed(file, opening, tmp_path, monkeypatch):
    write(file, origin(), 60)
    with file.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    steps = tmp_path / "steps"
    _with_an_older_step(steps)
    monkeypatch.setattr("posture_coach.store.history.migrate.FOLDER", steps)
    copy = prepare(file, NOW)
    assert copy is not None
    assert copy.parent == file.path.parent / BACKUPS
    assert copy.stat().st_mode & 0o077 == 0
    kept = opening(f"sqlite:///{copy}")
    assert len(rows(kept, SECONDS)) == 60
    with kept.reading() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "0000"


def _with_an_older_step(steps):
    """Make steps in which another one, that did nothing, came first."""
    (steps / "versions").mkdir(parents=True)
    from posture_coach.store.history.migrate import FOLDER

    (steps / "env.py").write_text((FOLDER / "env.py").read_text())
    (steps / "versions" / "a.py").write_text("revision = '0000'\ndown_revision = None\ndef upgrade(): pass\n")
    (steps / "versions" / "b.py").write_text("revision = '0001'\ndown_revision = '0000'\ndef upgrade(): pass\n")


def test_nobody_else_may_read_the_file(file):
    write(file, origin(), 20)
    for path in file.path.parent.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


# Its content


def test_seconds_come_back_as_they_were_to_a_tenth(database):
    source = origin()
    session = write(database, source, 120)
    given = [second for batch in batches(120) for second in batch.seconds]
    with database.reading() as connection:
        kept = [second_of(row, source.second) for row in connection.execute(select(SECONDS)).mappings()]
    assert [second.start_s for second in kept] == [second.start_s for second in given]
    assert [second.activity for second in kept] == [second.activity for second in given]
    half = np.array([0.5 / (digits(name) if name in MEASURES else 100) for name in NAMES]) + 1e-9
    for was, now in zip(given, kept, strict=True):
        assert np.array_equal(np.isnan(was.value), np.isnan(now.value))
        assert np.all((np.abs(was.value - now.value) <= half) | np.isnan(was.value))
        assert math.isnan(was.score) == math.isnan(now.score)
    (row,) = rows(database, SESSIONS)
    assert (row["id"], row["started_at"], row["ended_at"]) == (session, source.second, source.second + 120)
    assert (row["day"], row["utc_offset_s"]) == (date(2026, 11, 24), 3600)


def test_windows_come_back_as_they_were(database):
    source = origin()
    write(database, source, 1500)
    given = [window for batch in batches(1500) for window in batch.windows]
    with database.reading() as connection:
        kept = [window_of(row) for row in connection.execute(select(WINDOWS).order_by(WINDOWS.c.at)).mappings()]
    assert len(kept) == len(given) == 5
    for was, now in zip(given, kept, strict=True):
        assert (now.start_s, now.end_s) == (source.second + was.start_s, source.second + was.end_s)
        for name in ("score", "posture", "variety", "breaks", "coverage"):
            assert getattr(now, name) == pytest.approx(getattr(was, name), abs=0.05, nan_ok=True)
        assert dict(now.seconds) == dict(was.seconds)
        assert [loss.what for loss in now.losses] == [loss.what for loss in was.losses]
        assert now.moves.sitting_s == was.moves.sitting_s


def test_events_come_back_as_they_were(database):
    given = [Event("slumped", 3.0, 70.5, {"lasted_s": 67.5, "mean": math.nan}), Event("stood_up", 80.0, 80.0)]
    with database.writing() as connection:
        session = history.begin(connection, origin())
        history.keep(connection, session, origin(), Batch(events=given))
    began = origin().second
    slumped, stood = rows(database, EVENTS)
    assert (slumped["kind"], slumped["at"], slumped["end_at"]) == ("slumped", began + 3.0, began + 70.5)
    assert slumped["evidence"] == {"lasted_s": 67.5, "mean": None}
    assert stood["evidence"] == {}


def test_values_that_do_not_fit_are_cut_and_not_lost(database):
    value = np.full(len(NAMES), np.nan)
    value[NAMES.index("viewing_distance_cm")] = 1e9
    value[NAMES.index("slump_ratio")] = -1e9
    with database.writing() as connection:
        session = history.begin(connection, origin())
        second = Second(0.0, Activity.SITTING, 50.0, 0.5, value, {}, {})
        history.keep(connection, session, origin(), Batch([second]))
    (row,) = rows(database, SECONDS)
    assert (row["viewing_distance_cm"], row["slump_ratio"]) == (3276.7, -32.767)


def test_a_place_is_kept_once_by_its_file(database):
    for _ in range(2):
        write(database, origin(place=DOCKED), 20)
    write(database, origin(), 20)
    assert [row["place"] for row in rows(database, PROFILES)] == ["docked"]
    assert [row["profile_id"] for row in rows(database, SESSIONS)] == [1, 1, None]
    assert len(rows(database, PEOPLE)) == 1


# Its sums


def test_a_minute_sums_up_its_seconds_by_activity(database):
    write(database, origin(), 3600)
    seconds = rows(database, SECONDS)
    minutes = rows(database, MINUTES)
    assert sum(row["seconds"] for row in minutes) == len(seconds) == 3600
    for minute in minutes[::7]:
        of = [
            row for row in seconds
            if row["at"] // 60 == minute["at"] // 60 and row["activity"] is minute["activity"]
        ]  # fmt: skip
        assert minute["seconds"] == len(of)
        rolls = [row["head_roll_deg"] for row in of]
        assert minute["head_roll_deg"] == pytest.approx(np.mean(rolls), abs=0.051, nan_ok=True)


def test_a_day_tells_medians_over_its_minutes_and_the_score_of_its_windows(database):
    write(database, origin(), 7200)
    sat = [row for row in rows(database, MINUTES, MINUTES.c.activity == Activity.SITTING) if row["seconds"] >= 15]
    (day,) = rows(database, DAYS, DAYS.c.activity == Activity.SITTING)
    median, low, high, count = day["measures"]["head_roll_deg"]
    rolls = [row["head_roll_deg"] for row in sat]
    assert (median, count) == (pytest.approx(np.median(rolls), abs=0.01), len(rolls))
    assert low <= median <= high
    (score,) = rows(database, DAY_SCORES)
    with database.reading() as connection:
        windows = [window_of(row) for row in connection.execute(select(WINDOWS)).mappings()]
    whole = joined([window for window in windows if not math.isnan(window.score)], RULES)
    assert score["score"] == pytest.approx(whole.score, abs=0.06)
    assert score["losses"][0]["what"] == whole.losses[0].what
    assert score["happened"]["sat_down"][0] == len(rows(database, EVENTS, EVENTS.c.kind == "sat_down"))


def test_two_places_of_a_day_are_told_apart(database):
    write(database, origin(place=DOCKED), 600)
    write(database, origin(NOW - timedelta(hours=2)), 300)
    assert {(row["profile_id"], row["seconds"]) for row in rows(database, DAYS)} == {(1, 600), (0, 300)}


def test_sums_made_anew_are_those_that_were_written_as_it_came(database):
    for hours, place in ((9, None), (6, DOCKED), (3, None)):
        write(database, origin(NOW - timedelta(hours=hours), place=place), 4000, seed=hours)
    before = [rows(database, table) for table in (MINUTES, DAYS, DAY_SCORES)]
    with database.writing() as connection:
        for table in (MINUTES, DAYS, DAY_SCORES):
            connection.execute(delete(table))
        rollups.rebuild(connection)
    after = [rows(database, table) for table in (MINUTES, DAYS, DAY_SCORES)]
    assert all(alike(one, other) for one, other in zip(before, after, strict=True))


def minute_rows(database, doings):
    """Write minutes that are each wholly of one activity."""
    value = np.full(len(NAMES), np.nan)
    seconds = [
        Second(float(60 * k + s), doing, 80.0, 0.5, value, {}, {})
        for k, doing in enumerate(doings) if doing is not None for s in range(60)
    ]  # fmt: skip
    start = datetime(2026, 11, 24, 9, tzinfo=ZONE)
    with database.writing() as connection:
        session = history.begin(connection, origin(start))
        history.keep(connection, session, origin(start), Batch(seconds))
    with database.reading() as connection:
        return connection.execute(select(MINUTES).order_by(MINUTES.c.at)).mappings().all(), origin(start).second


def test_a_bout_of_sitting_ends_with_a_break_a_hole_or_the_day(file):
    sit, away, unknown = Activity.SITTING, Activity.AWAY, Activity.UNKNOWN
    doings = [sit] * 5 + [away] + [sit] * 3 + [None] * 4 + [sit] * 2 + [unknown] + [sit]
    minutes, began = minute_rows(file, doings)
    assert list(rollups.sitting_bouts(minutes)) == [
        (began, 300, True), (began + 360, 180, False), (began + 13 * 60, 240, False)
    ]  # fmt: skip


# What a killed program leaves


def test_what_a_killed_program_left_open_is_finished(database):
    source = origin()
    with database.writing() as connection:
        session = history.begin(connection, source)
    given = list(batches(1000, every_s=60))
    for batch in given[:-5]:
        with database.writing() as connection:
            history.keep(connection, session, source, batch)
    known = rows(database, WINDOWS)
    assert [row["at"] - source.second for row in known] == [0, 300]
    with database.writing() as connection:
        assert history.mend(connection, TARGETS, RULES) == 1
    with database.writing() as connection:
        assert history.mend(connection, TARGETS, RULES) == 0
    *before, last = sorted(rows(database, WINDOWS), key=lambda row: row["at"])
    assert alike(before, known)
    assert (last["at"], last["end_at"]) == (source.second + 600, source.second + 720)
    scored = [row["score"] for row in rows(database, SECONDS) if row["at"] >= last["at"] and row["score"] > 0]
    assert last["posture"] == pytest.approx(np.mean(scored), abs=0.1)
    assert len(rows(database, DAY_SCORES)) == 1


# What is let go


def test_what_is_old_goes_and_its_sums_stay(database):
    for days in (100, 40, 1):
        write(database, origin(NOW - timedelta(days=days)), 300)
    before = rows(database, DAYS)
    assert retention.sweep(database, Settings(), NOW.date()) > 0
    today = origin().second
    assert {(today - row["at"]) // 86400 for row in rows(database, SECONDS)} == {0}
    assert {row["session_id"] for row in rows(database, MINUTES)} == {2, 3}
    assert {row["id"] for row in rows(database, SESSIONS)} == {2, 3}
    assert alike(rows(database, DAYS), before)
    assert retention.sweep(database, Settings(), NOW.date()) == 0
    with database.writing() as connection:
        rollups.rebuild(connection)
    assert alike(rows(database, DAYS), before)
    assert retention.sweep(database, Settings(days_days=50), NOW.date()) == 2
    assert len({row["day"] for row in rows(database, DAYS)}) == 2


def test_free_pages_are_given_back(file):
    write(file, origin(NOW - timedelta(days=40)), 7200, every_s=600)
    with file.reading() as connection:
        before = connection.execute(text("PRAGMA page_count")).scalar()
    retention.sweep(file, Settings(minutes_days=35), NOW.date())
    with file.reading() as connection:
        assert connection.execute(text("PRAGMA page_count")).scalar() < before / 2
        assert connection.execute(text("PRAGMA freelist_count")).scalar() == 0


# Addresses


@pytest.mark.parametrize("typed", ["nonsense", "mysterydb://host/x", "postgresql://host:port/x"])
def test_an_address_that_is_none_is_refused_without_showing_it(typed):
    with pytest.raises(StoreError, match="looks like postgresql") as said:
        address(typed + "?secret=hunter2")
    assert "hunter2" not in str(said.value)


def test_a_server_that_does_not_answer_is_explained(server, opening):
    gone = address(server).set(query={"host": "/nowhere"}, password="hunter2")
    with pytest.raises(StoreError, match="cannot be used") as said, opening(gone).reading():
        pass
    assert "hunter2" not in str(said.value)


def test_a_file_that_is_no_database_is_explained_and_left_alone(tmp_path, opening):
    path = tmp_path / "history.db"
    path.write_bytes(b"this is no database at all, but a text of some length" * 100)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="posture-coach data check"):
        prepare(opening(f"sqlite:///{path}"), NOW)
    assert path.read_bytes() == before


def test_counting_is_of_the_same_moment(database):
    write(database, origin(), 60)
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(SECONDS)).scalar() == 60
