"""What an export opens and an import seals again: for the row that it comes back to, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from posture_coach.store.history.tables import DIARY, PEOPLE
from posture_coach.store.sealed import diary, keys, people
from posture_coach.store.sealed.diary import Entry
from posture_coach.store.sealed.field_key import FieldKey
from posture_coach.store.sealed.keys import NO_NAME
from posture_coach.store.sealed.sealing import KEY_BYTES, Sealer
from tests.store.made import NOW, origin

SECOND = origin().second
NOTE = "stiff on the left"


@pytest.fixture
def sealer(database):
    """Return what seals a history with the user, anna, somebody whose name was given up, and an entry."""
    sealer = keys.ready(database, SECOND, "four words that rhyme")
    with database.writing() as connection:
        diary.add(connection, sealer, None, Entry(NOW, 3, None, NOTE))
        people.add(connection, sealer, "anna", SECOND)
        connection.execute(insert(PEOPLE).values(name_sealed=NO_NAME, made_at=SECOND))
    return sealer


def rows(database, table):
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()]


def test_names_and_answers_are_opened_as_they_were_said(database, sealer):
    key = FieldKey(sealer)
    assert [key.opens("people", row) for row in rows(database, PEOPLE)] == [None, "anna", None]
    (answers,) = (key.opens("diary", row) for row in rows(database, DIARY))
    assert (answers["pain"], answers["comfort"], answers["note"]) == (3, None, NOTE)


def test_what_cannot_be_opened_is_none_and_does_not_stop_the_rest(database, sealer):
    anna = rows(database, PEOPLE)[1]
    (entry,) = rows(database, DIARY)
    other = FieldKey(Sealer(sealer.number, bytes(KEY_BYTES)))
    assert other.opens("people", anna) is None
    assert FieldKey(Sealer(sealer.number + 1, bytes(KEY_BYTES))).opens("diary", entry) is None
    assert FieldKey(sealer).opens("diary", {**entry, "at": entry["at"] + 1}) is None
    assert FieldKey(sealer).opens("people", {**anna, "name_sealed": anna["name_sealed"][:-1]}) is None


def test_it_comes_back_sealed_for_its_new_row_alone(database, sealer):
    key, new = FieldKey(sealer), FieldKey(keys_of_another())
    (entry,) = rows(database, DIARY)
    answers = key.opens("diary", entry)
    moved = {**entry, "person_id": 77, "day": entry["day"] + timedelta(days=1)}
    sealed = new.seals("diary", moved, answers)
    assert NOTE.encode() not in sealed
    assert new.opens("diary", {**moved, "answers_sealed": sealed}) == answers
    assert new.opens("diary", {**entry, "answers_sealed": sealed}) is None
    assert key.opens("diary", {**moved, "answers_sealed": sealed}) is None


def test_what_was_sealed_again_is_read_by_the_diary(database, sealer):
    key = FieldKey(sealer)
    (entry,) = rows(database, DIARY)
    sealed = key.seals("diary", entry, key.opens("diary", entry))
    assert sealed != entry["answers_sealed"]
    with database.writing() as connection:
        connection.execute(update(DIARY).values(answers_sealed=sealed))
        (read,) = diary.entries(connection, sealer, None, NOW.date(), NOW.date())
    assert (read.pain, read.note, read.at) == (3, NOTE, NOW)


def keys_of_another():
    return Sealer(5, bytes(range(KEY_BYTES)))
