"""Whether the history is sound is looked at without a change, told with what to do, and mended; on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, text, update

from posture_coach.errors import StoreBusyError
from posture_coach.store.carried import check
from posture_coach.store.history.claim import alone
from posture_coach.store.history.tables import DAY_SCORES, DAYS, METADATA, MINUTES, SECONDS, SESSIONS, WINDOWS
from tests.store.made import DOCKED, NOW, origin
from tests.store.test_history import alike, rows, write

LATER = NOW + timedelta(hours=3)


@pytest.fixture
def filled(database):
    for hours, place in ((30, None), (9, None), (6, DOCKED)):
        write(database, origin(NOW - timedelta(hours=hours), place=place), 700, seed=hours, every_s=700)
    return database


def found(database, now=LATER):
    return {finding.what: finding for finding in check.check(database, now)}


def everything(database):
    return [rows(database, table) for table in METADATA.sorted_tables]


def test_a_sound_history_is_told_so_and_left_as_it_is(filled):
    before = everything(filled)
    looked_at = found(filled)
    assert {finding.sound for finding in looked_at.values()} == {True}
    assert "2 days agree" in looked_at["sums"].found
    assert {"form", "sessions", "sums"} <= set(looked_at)
    assert all(map(alike, before, everything(filled)))


def test_an_empty_history_is_not_called_wrong(database):
    assert all(finding.sound is not False for finding in found(database).values())


@pytest.mark.parametrize(
    "break_it",
    [
        update(MINUTES).where(MINUTES.c.seconds > 50).values(score=1.0),
        delete(MINUTES).where(MINUTES.c.at % 600 == 0),
        update(DAYS).values(seconds=DAYS.c.seconds + 1),
        update(DAY_SCORES).values(score=1.0),
        delete(DAYS),
    ],
    ids=["minutes", "minutes gone", "days", "score", "days gone"],
)
def test_sums_that_are_wrong_are_found_and_made_anew(filled, break_it):
    before = everything(filled)
    with filled.writing() as connection:
        connection.execute(break_it)
    finding = found(filled)["sums"]
    assert finding.sound is False
    assert str(NOW.date()) in finding.found
    assert "data check --mend" in finding.found
    check.mend(filled, LATER)
    assert found(filled)["sums"].sound is True
    assert all(map(alike, before, everything(filled)))


def test_what_a_killed_program_left_open_is_found_and_finished(filled):
    with filled.writing() as connection:
        connection.execute(delete(WINDOWS).where(WINDOWS.c.session_id == 2))
    finding = found(filled)["sessions"]
    assert finding.sound is False
    assert "3 windows" in finding.found
    assert check.mend(filled, LATER).windows == 3
    assert found(filled)["sessions"].sound is True
    assert found(filled)["sums"].sound is True


def test_a_session_that_may_still_go_on_is_not_called_unfinished(filled):
    with filled.writing() as connection:
        connection.execute(delete(WINDOWS).where(WINDOWS.c.session_id == 3))
    finding = found(filled, NOW - timedelta(hours=5, minutes=20))["sessions"]
    assert finding.sound is True
    assert "1 of the last hour may still go on" in finding.found


def test_days_whose_seconds_are_gone_are_held_against_their_minutes(filled):
    with filled.writing() as connection:
        connection.execute(delete(SECONDS))
    assert found(filled)["sums"].sound is True
    with filled.writing() as connection:
        connection.execute(update(DAYS).values(seconds=DAYS.c.seconds + 1))
    assert found(filled)["sums"].sound is False


def test_sums_alone_are_sound(filled):
    with filled.writing() as connection:
        for table in (SECONDS, MINUTES, WINDOWS, METADATA.tables["events"], SESSIONS):
            connection.execute(delete(table))
    before = everything(filled)
    assert found(filled)["sums"].sound is True
    check.mend(filled, LATER)
    assert all(map(alike, before, everything(filled)))


def test_mending_needs_to_be_alone(file):
    write(file, origin(), 300)
    with alone(file.path, "unused"), pytest.raises(StoreBusyError, match="Close it, then mend"):
        check.mend(file, LATER)


def test_a_page_of_something_else_is_found(file):
    write(file, origin(), 700, every_s=700)
    file.close()
    with file.path.open("r+b") as raw:
        raw.seek(8 * 4096)
        raw.write(b"\x5a" * 4096)
    finding = found(file)["file"]
    assert finding.sound is False
    assert "data restore" in finding.found


def test_rows_that_refer_to_none_are_found(file):
    write(file, origin(), 300)
    with file.bare() as raw:
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("UPDATE sessions SET person_id = 99")
        raw.execute("PRAGMA foreign_keys=ON")
    finding = found(file)["references"]
    assert finding.sound is False
    assert "1 rows refer to others" in finding.found


def test_a_newer_history_is_told_and_left(filled):
    with filled.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    finding = found(filled)["form"]
    assert finding.sound is False
    assert "newer posture-coach" in finding.found
