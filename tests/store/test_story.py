"""What a story is told from, on both databases, held against what was written."""

from __future__ import annotations

from datetime import timedelta, timezone
from functools import cache

import pytest

from posture_coach.pose.types import Model
from posture_coach.store.history import sessions as history
from posture_coach.store.history.story import told
from posture_coach.store.history.trends import About, days
from tests.store.made import DOCKED, NOW, RULES, batches, origin

TODAY = NOW.date()
WEST_S = -7 * 3600


@cache
def made(length_s, seed):
    """Return a session's records, made once for both databases."""
    return list(batches(length_s, seed, every_s=length_s))


def write(database, source, length_s, seed):
    with database.writing() as connection:
        session = history.begin(connection, source)
        for batch in made(length_s, seed):
            history.keep(connection, session, source, batch)
        history.sum_up(connection, session)


@pytest.fixture
def filled(database):
    """Return a history of five days at the dock, one by another model; and of today, in two places and time zones."""
    for back in range(1, 6):
        model = Model.LITE if back == 2 else Model.FULL
        write(database, origin(NOW - timedelta(days=back, hours=9), place=DOCKED, model=model), 1500, back)
    write(database, origin(place=DOCKED), 1500, 11)
    later = (NOW - timedelta(hours=1)).astimezone(timezone(timedelta(seconds=WEST_S)))
    write(database, origin(later), 1200, 12)
    return database


def test_a_day_is_told_from_what_was_written_with_the_days_before_that_were_measured_alike(filled):
    with filled.reading() as connection:
        found = told(connection, About(place="docked"), TODAY, TODAY, 28, RULES, NOW)
        assert found.days == tuple(days(connection, About(place="docked"), TODAY, TODAY))
    assert [(TODAY - day.day).days for day in found.before] == [5, 4, 3, 1]
    assert (found.place, found.place_known, found.goes_on, found.length) == ("docked", True, True, 1)
    assert sum(one.end_at - one.at for one in found.ribbons[TODAY]) == 1500
    assert [hour.hour for hour in found.hours] == [9]
    assert "head_roll_deg" in found.measured


def test_two_places_compare_with_nothing_and_each_session_has_its_own_clock(filled):
    with filled.reading() as connection:
        assert not told(connection, About(place=""), TODAY, TODAY, 28, RULES, NOW).place_known
        found = told(connection, About(), TODAY, TODAY, 28, RULES, NOW)
    assert (found.before, found.days[0].day, found.place) == ((), TODAY, None)
    morning, later = (int((NOW - timedelta(hours=hours)).timestamp()) for hours in (9, 1))
    assert found.offset_s(morning - 3600) is None
    assert (found.offset_s(morning), found.offset_s(later)) == (3600, WEST_S)
    # A minute begins before the session that begins in it.
    assert found.offset_s(later - 59) == WEST_S


def test_nothing_is_told_of_days_without_a_record_and_a_week_has_its_days_so_far(filled):
    with filled.reading() as connection:
        assert told(connection, About(), TODAY - timedelta(days=9), TODAY - timedelta(days=9), 28, RULES, NOW) is None
        assert told(connection, About(person=7), TODAY, TODAY, 28, RULES, NOW) is None
        found = told(connection, About(place="docked"), TODAY, TODAY + timedelta(days=6), 7, RULES, NOW)
    assert (found.length, found.goes_on, len(found.days)) == (1, True, 1)
