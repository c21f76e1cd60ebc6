"""The one who reads: asks on both databases, makes nothing, and goes along when the file is another one."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest

from posture_coach.activity.types import Activity
from posture_coach.dashboard.trends.day_tables import bout_table, ribbon_table
from posture_coach.errors import StoreNewerError
from posture_coach.store.files.folder import FOLDER_VARIABLE
from posture_coach.store.history import reader, trends
from posture_coach.store.history import sessions as history
from posture_coach.store.history.migrate import prepare
from posture_coach.store.history.reader import Reader
from posture_coach.store.history.trends import About
from tests.store.made import DOCKED, NOW, RULES, batches, origin

ME, TODAY = About(), NOW.date()


@pytest.fixture
def asking(url):
    """Return a reader of the database of this test."""
    opened = Reader(url)
    yield opened
    opened.close()


def write(database, length_s=600, at=NOW - timedelta(hours=9)):
    begun = origin(at, place=DOCKED)
    with database.writing() as connection:
        session = history.begin(connection, begun)
        for batch in batches(length_s, every_s=length_s + 1):
            history.keep(connection, session, begun, batch)
        history.sum_up(connection, session)


def days(connection):
    return trends.days(connection, ME, TODAY, TODAY)


def test_a_day_is_read_whole(database, asking):
    write(database)
    one = asking.ask(lambda c: reader.one_day(c, ME, TODAY, RULES))
    assert one.day.day == TODAY
    assert sum(one.day.seconds.values()) == 600
    assert [hour.hour for hour in one.hours] == [9]
    assert sum(stretch.end_at - stretch.at for stretch in one.ribbon) == 600
    assert one.offset_s(one.ribbon[0].at) == 3600
    nothing = asking.ask(lambda c: reader.one_day(c, ME, TODAY.replace(day=1), RULES))
    assert (nothing.day, nothing.hours, nothing.ribbon) == (None, [], [])


def test_a_day_of_two_zones_is_told_by_the_clock_of_each_session(database, asking):
    write(database)
    write(database, 660, NOW.replace(hour=9, tzinfo=timezone(timedelta(hours=-5))))
    one = asking.ask(lambda c: reader.one_day(c, ME, TODAY, RULES))
    assert len({stretch.at // 3600 for stretch in one.ribbon}) == 2
    ribbon = ribbon_table(one.ribbon, one.day.seconds, one.offset_s, "Tuesday", "What you did")
    bouts = bout_table(one.day.bouts, one.offset_s, RULES, "Tuesday")
    for table in (ribbon, bouts):
        assert {start[:2] for start in table.column("from")} == {f"{hour.hour:02}" for hour in one.hours} == {"09"}


def test_several_days_are_read_closely_only_where_asked(database, asking):
    write(database)
    close, far = (
        asking.ask(lambda c, closely=closely: reader.several(c, ME, TODAY, TODAY, closely=closely))
        for closely in (True, False)
    )
    assert close.days == far.days
    assert close.ways == far.ways
    assert close.ways.places == ("docked",)
    assert len(close.windows) == 2
    assert Activity.SITTING in close.measured["head_roll_deg"]
    assert (far.windows, far.measured) == ([], {})


def test_without_a_table_there_is_no_answer(asking):
    assert asking.ask(days) is None


def test_a_newer_history_is_not_asked(database, asking):
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreNewerError):
        asking.ask(days)


def test_reading_makes_no_file(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "none"))
    opened = Reader()
    assert opened.ask(days) is None
    assert not (tmp_path / "none").exists()


def test_another_file_in_its_place_is_read_from_then_on(file):
    opened = Reader(f"sqlite:///{file.path}")
    write(file)
    assert len(opened.ask(days)) == 1
    file.close()
    for ending in ("", "-wal", "-shm"):
        file.path.with_name(file.path.name + ending).unlink(missing_ok=True)
    assert opened.ask(days) is None, "and a deleted one is not made again"
    opened.close()


def test_another_address_is_asked_from_then_on(tmp_path, opening, monkeypatch):
    opened = Reader()
    for name, length_s in (("one", 600), ("two", 900)):
        monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / name))
        database = opening(f"sqlite:///{tmp_path / name / 'history.db'}")
        prepare(database, NOW)
        write(database, length_s)
        (day,) = opened.ask(days)
        assert sum(day.seconds.values()) == length_s
    opened.close()
