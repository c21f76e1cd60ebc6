"""What is said of a moment comes back as it was said, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from posture_coach.errors import DataError
from posture_coach.store.history.tables import DIARY
from posture_coach.store.sealed import diary, keys, people
from posture_coach.store.sealed.diary import MOST_LETTERS, Entry
from tests.store.made import NOW, ZONE, origin

SECOND = origin().second
TODAY = NOW.date()


@pytest.fixture
def sealer(database):
    return keys.ready(database, SECOND, "four words that rhyme")


def listed(connection, sealer, person=None, first=TODAY, last=TODAY):
    return diary.entries(connection, sealer, person, first, last)


@given(
    pain=st.none() | st.integers(0, 10),
    comfort=st.none() | st.integers(0, 10),
    note=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200).map(diary._note) | st.just("a\n\tb"),
    minutes=st.integers(-14 * 60, 14 * 60),
    seconds=st.integers(0, 2**31),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)  # fmt: skip
def test_whatever_is_said_comes_back(database, sealer, pain, comfort, note, minutes, seconds):
    at = datetime.fromtimestamp(seconds, timezone(timedelta(minutes=minutes)))
    entry = Entry(at, pain, comfort, note)
    with database.writing() as connection:
        if pain is None and comfort is None and not note:
            with pytest.raises(DataError, match="says something"):
                diary.add(connection, sealer, None, entry)
            return
        kept = diary.add(connection, sealer, None, entry)
        assert replace(kept, id=None) == entry
        assert kept.at.utcoffset() == at.utcoffset()
        assert kept in listed(connection, sealer, None, at.date(), at.date())


def test_entries_are_of_one_person_and_of_the_days_asked_for_by_time(database, sealer):
    days = [NOW - timedelta(days=ago) for ago in (0, 3, 1, 2)]
    with database.writing() as connection:
        anna = people.add(connection, sealer, "anna", SECOND)
        for at in days:
            diary.add(connection, sealer, None, Entry(at, pain=at.day % 10))
        theirs = diary.add(connection, sealer, anna.id, Entry(NOW, comfort=9))
        got = listed(connection, sealer, None, date(2026, 11, 22), date(2026, 11, 23))
        assert [(entry.at.day, entry.pain) for entry in got] == [(22, 2), (23, 3)]
        assert listed(connection, sealer, anna.id) == [theirs]
        assert listed(connection, sealer, 99) == []


def test_a_day_is_the_local_one(database, sealer):
    late = datetime(2026, 11, 24, 23, 59, 59, tzinfo=timezone(timedelta(hours=-8)))
    with database.writing() as connection:
        diary.add(connection, sealer, None, Entry(late, 1))
        assert [entry.at for entry in listed(connection, sealer)] == [late]
        assert listed(connection, sealer, None, date(2026, 11, 25), date(2026, 11, 25)) == []


def test_an_entry_is_changed_and_deleted(database, sealer):
    with database.writing() as connection:
        kept = diary.add(connection, sealer, None, Entry(NOW, 3, 6, "stiff"))
        other = diary.add(connection, sealer, None, Entry(NOW, 1))
        changed = diary.change(connection, sealer, replace(kept, pain=5, at=NOW - timedelta(hours=2)))
        assert listed(connection, sealer) == [changed, other]
        assert (changed.pain, changed.comfort, changed.note, changed.id) == (5, 6, "stiff", kept.id)
        assert diary.remove(connection, kept.id)
        assert not diary.remove(connection, kept.id)
        assert listed(connection, sealer) == [other]
        with pytest.raises(DataError, match="no diary entry"):
            diary.change(connection, sealer, changed)


def test_without_the_key_an_entry_says_so_and_can_be_deleted(database, sealer):
    with database.writing() as connection:
        kept = diary.add(connection, sealer, None, Entry(NOW, 3))
        (closed,) = listed(connection, None)
        assert (closed.pain, closed.id) == (None, kept.id)
        assert "key is not open" in closed.problem
        assert diary.remove(connection, kept.id)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (Entry(NOW, 11), "Pain is a whole number from 0"),
        (Entry(NOW, -1), "Pain"),
        (Entry(NOW, 2.5), "not 2.5"),
        (Entry(NOW, True), "Pain"),
        (Entry(NOW, comfort="7"), "Comfort"),
        (Entry(NOW, note="x" * (MOST_LETTERS + 1)), f"at most {MOST_LETTERS}"),
        (Entry(NOW, note="a\x1b[2Jb"), "control"),
        (Entry(NOW, note="\ud800"), "control"),
        (Entry(NOW, note="  \n "), "says something"),
        (Entry(NOW.replace(tzinfo=None), 3), "time zone"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_entry_is_refused_and_leaves_nothing(database, sealer, entry, said):
    with pytest.raises(DataError, match=said), database.writing() as connection:
        diary.add(connection, sealer, None, entry)
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(DIARY)).scalar() == 0


def test_the_longest_note_fits(database, sealer):
    with database.writing() as connection:
        kept = diary.add(connection, sealer, None, Entry(NOW.astimezone(ZONE), note="ß" * MOST_LETTERS))
        assert listed(connection, sealer) == [kept]
