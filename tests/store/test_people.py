"""Who is who: sealed names, on both databases."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import insert

from posture_coach.errors import DataError
from posture_coach.store.files.own_targets import ME
from posture_coach.store.history import sessions as history
from posture_coach.store.history import trends
from posture_coach.store.history.migrate import prepare
from posture_coach.store.history.tables import PEOPLE
from posture_coach.store.history.trends import About
from posture_coach.store.sealed import keys, people
from tests.store.made import NOW, origin

SECOND = origin().second


@pytest.fixture
def sealer(database):
    return keys.ready(database, SECOND, "four words that rhyme")


def test_somebody_is_added_found_and_renamed(database, sealer):
    with database.writing() as connection:
        anna = people.add(connection, sealer, "Anna  Lena", SECOND)
        assert anna == people.Person(anna.id, "anna-lena", SECOND)
        assert people.find(connection, sealer, "ANNA-lena") == anna
        assert people.find(connection, sealer, "berta") is None
        assert people.rename(connection, sealer, anna.id, "Berta").name == "berta"
        assert people.find(connection, sealer, "anna lena") is None
        assert people.rename(connection, sealer, anna.id, "berta").name == "berta", "one's own name is free"


def test_me_has_no_name_and_needs_no_key(database, sealer):
    with database.writing() as connection:
        me = people.me(connection, SECOND)
        assert (me.name, me.words) == (ME, ME)
        assert people.me(connection, SECOND + 9) == me
        people.add(connection, sealer, "anna", SECOND)
        assert history.begin(connection, origin()) == 1
        assert people.find(connection, None, ME) == me
        with pytest.raises(DataError, match="number"):
            people.rename(connection, sealer, me.id, "anna2")


def test_two_who_begin_at_once_are_one_me(url, opening):
    first, second = opening(url), opening(url)
    prepare(first, NOW)
    found = []

    def begin():
        with second.writing() as connection:
            found.append(history.me(connection, SECOND))

    with first.writing() as connection:
        found.append(history.me(connection, SECOND))
        other = threading.Thread(target=begin)
        other.start()
        other.join(0.5)
    other.join()
    assert found[0] == found[1]


def test_a_history_with_two_of_them_is_read_all_the_same(database):
    with database.writing() as connection:
        me = history.begin(connection, origin())
        connection.execute(insert(PEOPLE).values(made_at=SECOND))
    with database.reading() as connection:
        assert trends.clocks(connection, About(), NOW.date(), NOW.date())
        assert people.named(connection, None, ME).id == people.find(connection, None, ME).id == 1
    with database.writing() as connection:
        assert people.me(connection, SECOND).id == 1
    assert me == 1


def test_everybody_is_listed_and_without_the_key_nobody_by_name(database, sealer):
    with database.writing() as connection:
        for name in ("zoe", "anna"):
            people.add(connection, sealer, name, SECOND)
        people.me(connection, SECOND)
        assert [person.name for person in people.listed(connection, sealer)] == [ME, "anna", "zoe"]
        nameless = people.listed(connection)
    assert [person.words for person in nameless] == [ME, "person 1", "person 2"]
    assert all("key is not open" in person.problem for person in nameless[1:])


def test_somebody_is_meant_by_number_or_name_and_a_number_comes_first(database, sealer):
    with database.writing() as connection:
        anna, two, _ = (people.add(connection, sealer, name, SECOND) for name in ("anna", "1", "7"))
        me = people.me(connection, SECOND)
        for typed, meant in (("Anna", anna), ("1", anna), ("2", two), (f"{me.id}", me), ("me", me)):
            assert people.named(connection, sealer, typed) == meant, typed
        assert people.named(connection, sealer, "7").name == "7"
        assert people.named(connection, None, "1").words == "person 1"
        with pytest.raises(DataError, match=r"is called 'anna'\. There are: 4 \(me\), 1, 2, 3\."):
            people.named(connection, None, "anna")


def test_an_empty_history_says_that_it_holds_nobody(database):
    with database.reading() as connection, pytest.raises(DataError, match="It holds nobody yet"):
        people.named(connection, None, "1")


@pytest.mark.parametrize("name", ["", "me", " ME ", "a" * 41, "a/b", "anna"])
def test_a_name_that_is_none_or_taken_is_refused_and_leaves_nobody_behind(database, sealer, name):
    with database.writing() as connection:
        people.add(connection, sealer, "Anna", SECOND)
    with pytest.raises(DataError), database.writing() as connection:
        people.add(connection, sealer, name, SECOND)
    with database.reading() as connection:
        assert [person.name for person in people.listed(connection, sealer)] == ["anna"]


def test_nobody_can_be_renamed_who_is_not_there(database, sealer):
    with database.writing() as connection, pytest.raises(DataError, match="number 12"):
        people.rename(connection, sealer, 12, "anna")
