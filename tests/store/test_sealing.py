"""What is sealed opens with its key, in its place, unchanged; and with nothing else, on both databases."""

from __future__ import annotations

import os
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.backends.chainer import ChainerBackend
from keyring.errors import KeyringLocked, PasswordDeleteError
from sqlalchemy import func, select, update

from posture_coach.errors import DataError, StoreError, StoreKeyError, StoreTamperedError
from posture_coach.store.history.database import Database
from posture_coach.store.history.migrate import backup
from posture_coach.store.history.tables import DIARY, KEYS, PEOPLE, SECONDS
from posture_coach.store.sealed import asking, diary, keys, people, wrapping
from posture_coach.store.sealed.diary import Entry
from posture_coach.store.sealed.sealing import KEY_BYTES, Field, Sealer
from tests.store.made import NOW, origin
from tests.store.test_history import write

SECOND = origin().second
DAY = NOW.date()
WORDS = "four words that rhyme"
NOTE = "stabbing between the shoulder blades"
FIELD = Field("diary", "answers_sealed", (1, 2, 3))
SEALER = Sealer(7, bytes(range(KEY_BYTES)))


class InMemory(KeyringBackend):
    """A keyring as the systems have them, in memory."""

    priority = 5

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        if (service, username) not in self.kept:
            raise PasswordDeleteError("no such password")
        del self.kept[service, username]


class Locked(InMemory):
    """One whose owner did not let us in."""

    def get_password(self, *_):
        raise KeyringLocked("the request was dismissed")

    set_password = delete_password = get_password


@pytest.fixture(autouse=True)
def ring(monkeypatch):
    """Use a keyring of this test's own."""
    monkeypatch.delenv(keys.PASSPHRASE_VARIABLE, raising=False)
    before, own = keyring.get_keyring(), InMemory()
    keyring.set_keyring(own)
    yield own
    keyring.set_keyring(before)


def fill(database, passphrase=""):
    """Keep two people and three entries."""
    sealer = keys.ready(database, SECOND, passphrase)
    with database.writing() as connection:
        anna = people.add(connection, sealer, "Anna", SECOND)
        people.add(connection, sealer, "Bert", SECOND)
        diary.add(connection, sealer, None, Entry(NOW, 3, 6, NOTE))
        diary.add(connection, sealer, None, Entry(NOW + timedelta(seconds=1), 7))
        diary.add(connection, sealer, anna.id, Entry(NOW, None, 2, "better"))
    return sealer


def told(database, sealer):
    """Return all that is sealed, opened."""
    with database.reading() as connection:
        everybody = people.listed(connection, sealer)
        return [
            (person.name, [(e.pain, e.comfort, e.note) for e in diary.entries(connection, sealer, person.id, DAY, DAY)])
            for person in everybody
        ]


ALL = [("me", [(3, 6, NOTE), (7, None, "")]), ("anna", [(None, 2, "better")]), ("bert", [])]


def opened(database, passphrase=""):
    with database.reading() as connection:
        return keys.unlock(connection, passphrase)


# Single fields


@given(st.binary(max_size=300))
def test_what_is_sealed_comes_back(value):
    sealed = SEALER.seal(value, FIELD)
    assert SEALER.open(sealed, FIELD) == value
    assert SEALER.seal(value, FIELD) != sealed, "the same value twice does not look the same"


@given(st.text(max_size=100), st.data())
def test_a_single_bit_that_differs_is_refused(value, data):
    sealed = bytearray(SEALER.seal_json(value, FIELD))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((StoreTamperedError, StoreKeyError)):
        SEALER.open_json(bytes(sealed), FIELD)


@given(st.data())
def test_what_is_cut_or_longer_is_refused(data):
    sealed = SEALER.seal(b"seven", FIELD)
    cut = data.draw(st.integers(0, len(sealed) - 1))
    for changed in (sealed[:cut], sealed + b"\0"):
        with pytest.raises(StoreTamperedError, match="The others are not touched"):
            SEALER.open(changed, FIELD)


@given(
    st.builds(
        Field, st.sampled_from(["diary", "people"]), st.sampled_from(["answers_sealed", "name_sealed"]),
        st.lists(st.integers(0, 99999), min_size=1, max_size=4).map(tuple),
    )
)  # fmt: skip
def test_a_value_does_not_open_in_another_place(other):
    sealed = SEALER.seal(b"seven", FIELD)
    if other == FIELD:
        assert SEALER.open(sealed, other) == b"seven"
    else:
        with pytest.raises(StoreTamperedError):
            SEALER.open(sealed, other)


@given(st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES), st.integers(1, keys.NUMBERS))
def test_another_key_does_not_open_it(key, number):
    sealed = SEALER.seal(b"seven", FIELD)
    with pytest.raises(StoreKeyError if number != SEALER.number else StoreTamperedError):
        Sealer(number, key).open(sealed, FIELD)


def test_lengths_tell_little():
    short, long = (
        len(SEALER.seal_json({"pain": pain, "note": note}, FIELD)) for pain, note in ((1, ""), (10, "x" * 30))
    )
    assert short == long


# The key


def test_the_key_is_made_when_first_needed_and_lies_in_the_keyring(database, ring):
    with database.reading() as connection:
        assert keys.standing(connection) == keys.Standing("", 0, 0, 0)
        with pytest.raises(StoreKeyError, match="no key yet"):
            keys.unlock(connection)
    sealer = fill(database)
    assert told(database, sealer) == told(database, opened(database)) == ALL
    with database.reading() as connection:
        assert keys.standing(connection) == keys.Standing(wrapping.KEYRING, SECOND, 2, 3)
        row = connection.execute(select(KEYS)).one()
    assert list(ring.kept) == [("posture-coach", row.how["entry"])]


def test_posture_is_kept_without_any_key(database, ring):
    write(database, origin(), 60)
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(SECONDS)).scalar() == 60
        assert connection.execute(select(func.count()).select_from(KEYS)).scalar() == 0
        assert [person.name for person in people.listed(connection)] == ["me"]
        assert diary.entries(connection, None, None, DAY, DAY) == []
    assert ring.kept == {}


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring], ids=["none", "one that keeps nothing"])
def test_without_a_keyring_a_passphrase_is_offered(database, backend):
    keyring.set_keyring(backend())
    with pytest.raises(StoreKeyError, match="set-passphrase"):
        keys.ready(database, SECOND)
    with database.reading() as connection:
        assert keys.standing(connection).held_by == ""
    sealer = fill(database, WORDS)
    assert told(database, sealer) == ALL


@pytest.mark.parametrize(("priorities", "sound"), [((0.5, 0.6), False), ((0.5, 5), True)])
def test_keyrings_that_are_chained_count_as_the_one_that_would_keep_it(priorities, sound, monkeypatch):
    rings = [type("Ring", (InMemory,), {"priority": priority})() for priority in priorities]
    monkeypatch.setattr("keyring.backend.get_all_keyring", lambda: rings)
    keyring.set_keyring(chained := ChainerBackend())
    assert chained.priority > wrapping.system_keyring.SOUND, "whatever it is made of"
    assert wrapping.system_keyring.usable() is sound


def test_a_locked_keyring_is_explained(database):
    keyring.set_keyring(Locked())
    with pytest.raises(StoreKeyError, match="Unlock it"):
        keys.ready(database, SECOND)


def test_a_passphrase_opens_it_typed_or_told(database, monkeypatch, ring):
    fill(database, WORDS)
    assert ring.kept == {}
    with database.reading() as connection:
        assert keys.standing(connection).asks
        with pytest.raises(StoreKeyError, match="Type it"):
            keys.unlock(connection)
        with pytest.raises(StoreKeyError, match="does not open what is sealed"):
            keys.unlock(connection, WORDS + "!")
    assert told(database, opened(database, WORDS)) == ALL
    monkeypatch.setenv(keys.PASSPHRASE_VARIABLE, WORDS)
    assert told(database, opened(database)) == ALL
    with database.reading() as connection:
        assert not keys.standing(connection).asks


def test_who_can_be_asked_for_the_passphrase_is_and_nobody_in_the_background(file, monkeypatch):
    fill(file, WORDS)
    asked = []
    monkeypatch.setattr(asking, "_ways", [lambda what: asked.append(what) or WORDS])
    assert told(file, opened(file)) == ALL
    assert asked == ["Passphrase of names and diary"]
    with ThreadPoolExecutor() as others, pytest.raises(StoreKeyError, match="Type it"):
        others.submit(opened, file).result()
    assert len(asked) == 1


def test_a_key_in_the_keyring_asks_for_nothing(file, monkeypatch):
    fill(file)
    monkeypatch.setattr(asking, "_ways", [lambda _what: pytest.fail("asked")])
    assert told(file, opened(file)) == ALL


def test_a_passphrase_is_the_same_however_its_letters_are_composed(file):
    fill(file, "schöne grüße")
    assert told(file, opened(file, "scho\u0308ne gru\u0308ße")) == ALL


@pytest.mark.parametrize("typed", ["short", " " * 40, "x" * 2000])
def test_a_passphrase_that_protects_nothing_is_refused(file, typed):
    with pytest.raises(DataError, match="four words"):
        keys.ready(file, SECOND, typed)
    with file.reading() as connection:
        assert keys.standing(connection).held_by == ""


def test_the_cost_of_a_passphrase_stands_beside_it_and_is_bounded(database):
    fill(database, WORDS)
    with database.reading() as connection:
        how = connection.execute(select(KEYS.c.how)).scalar_one()
    assert {name: how[name] for name in wrapping.COST} == wrapping.COST
    for wrong in ({**how, "memory_kib": 2**40}, {**how, "passes": 0}, {**how, "salt": "x"}, {}):
        with database.writing() as connection:
            connection.execute(update(KEYS).values(how=wrong))
        with pytest.raises(StoreTamperedError, match="data restore"):
            opened(database, WORDS)


def test_a_lost_or_foreign_key_is_said_plainly(database, ring):
    fill(database)
    (entry,) = ring.kept
    ring.kept[entry] = "A" * 43 + "="
    with pytest.raises(StoreKeyError, match=r"not the one .* cannot be opened by anybody.*data key forget"):
        opened(database)
    ring.kept.clear()
    with pytest.raises(StoreKeyError, match=r"no longer there.*data key forget"):
        opened(database)
    keyring.set_keyring(fail.Keyring())
    with pytest.raises(StoreKeyError, match="no usable keyring"):
        opened(database)


def test_two_histories_have_keys_of_their_own(database, tmp_path, opening, ring):
    from posture_coach.store.history.migrate import prepare

    other = opening(f"sqlite:///{tmp_path / 'other' / 'history.db'}")
    prepare(other, NOW)
    mine, theirs = fill(database), fill(other)
    assert len(ring.kept) == 2
    with other.reading() as connection:
        name = connection.execute(select(PEOPLE.c.name_sealed).where(PEOPLE.c.id == 1)).scalar()
    with database.writing() as connection:
        connection.execute(update(PEOPLE).where(PEOPLE.c.id == 1).values(name_sealed=name))
    with database.reading() as connection:
        assert "another history" in next(p for p in people.listed(connection, mine) if p.id == 1).problem
    keys.forget(database)
    assert told(other, opened(other)) == told(other, theirs) == ALL


# Its changes


def test_from_keyring_to_passphrase_and_back(database, ring):
    first = fill(database)
    done = keys.change(database, SECOND + 1, new=WORDS)
    assert ("posture-coach", done.older_entry) in ring.kept, "copies made before still open"
    assert told(database, opened(database, WORDS)) == ALL
    assert told(database, first) == ALL, "the data key is the same"
    with pytest.raises(StoreKeyError, match="does not open"):
        keys.change(database, SECOND + 2, old="not these words")
    assert keys.change(database, SECOND + 2, old=WORDS).older_entry == ""
    assert told(database, opened(database)) == ALL


def test_a_new_passphrase_takes_the_place_of_the_old(database):
    fill(database, WORDS)
    keys.change(database, SECOND, WORDS, "a wholly other sentence")
    with pytest.raises(StoreKeyError, match="does not open"):
        opened(database, WORDS)
    assert told(database, opened(database, "a wholly other sentence")) == ALL


def test_a_new_data_key_seals_everything_anew(database):
    before = fill(database)
    with database.reading() as connection:
        old = set(connection.execute(select(DIARY.c.answers_sealed)).scalars())
    assert keys.change(database, SECOND, data_key=True).sealed == 5
    after = opened(database)
    assert after.number != before.number
    assert told(database, after) == ALL
    with database.reading() as connection:
        assert not old & set(connection.execute(select(DIARY.c.answers_sealed)).scalars())
    with database.writing() as connection, pytest.raises(StoreKeyError, match="changed meanwhile"):
        diary.add(connection, before, None, Entry(NOW, 1))


class Interrupted(BaseException):
    """As Ctrl-C is."""


@pytest.mark.parametrize("data_key", [False, True])
def test_an_interrupted_change_changes_nothing(database, ring, monkeypatch, data_key):
    fill(database)
    kept = dict(ring.kept)
    with database.reading() as connection:
        rows = [connection.execute(select(table)).all() for table in (KEYS, PEOPLE, DIARY)]

    def interrupt(*_):
        raise Interrupted

    monkeypatch.setattr(keys, "_seal_anew" if data_key else "_insert", interrupt)
    with pytest.raises(Interrupted):
        keys.change(database, SECOND, data_key=data_key)
    monkeypatch.undo()
    with database.reading() as connection:
        assert rows == [connection.execute(select(table)).all() for table in (KEYS, PEOPLE, DIARY)]
    assert ring.kept == kept
    assert told(database, opened(database)) == ALL


@pytest.mark.parametrize("reachable", [True, False], ids=["asked again", "out of reach"])
def test_a_commit_that_went_through_though_it_seemed_to_fail_takes_no_key_away(database, monkeypatch, reachable):
    fill(database)
    writing = Database.writing

    @contextmanager
    def cut_off(self):
        with writing(self) as connection:
            yield connection
        if not reachable:
            monkeypatch.setattr(Database, "reading", cut_off_too)
        raise StoreError("the server closed the connection")

    def cut_off_too(_self):
        raise StoreError("the server closed the connection")

    monkeypatch.setattr(Database, "writing", cut_off)
    with pytest.raises(StoreError, match="closed the connection"):
        keys.change(database, SECOND, data_key=True)
    monkeypatch.undo()
    assert told(database, opened(database)) == ALL


def test_a_changed_field_is_explained_and_the_others_stay(database):
    sealer = fill(database)
    with database.writing() as connection:
        rows = connection.execute(select(DIARY).order_by(DIARY.c.id)).all()
        swapped = {rows[0].id: rows[1].answers_sealed, rows[1].id: rows[0].answers_sealed}
        for row, value in swapped.items():
            connection.execute(update(DIARY).where(DIARY.c.id == row).values(answers_sealed=value))
        connection.execute(update(PEOPLE).where(PEOPLE.c.id == 1).values(name_sealed=os.urandom(93)))
    with database.reading() as connection:
        mine = diary.entries(connection, sealer, None, DAY, DAY)
        assert [(entry.pain, entry.note) for entry in mine] == [(None, "")] * 2
        assert all("changed outside this program" in entry.problem for entry in mine)
        assert [entry.note for entry in diary.entries(connection, sealer, 1, DAY, DAY)] == ["better"]
        named = {person.id: person for person in people.listed(connection, sealer)}
    assert named[1].words == "person 1"
    assert named[1].problem
    assert named[2].name == "bert"
    done = keys.change(database, SECOND, data_key=True)
    assert (done.sealed, done.unreadable) == (2, 3)


def test_forgetting_leaves_posture_and_people_without_names(database, ring):
    write(database, origin(), 60)
    fill(database)
    assert keys.forget(database) == keys.Standing(wrapping.KEYRING, SECOND, 2, 3)
    assert ring.kept == {}
    with database.reading() as connection:
        assert keys.standing(connection) == keys.Standing("", 0, 0, 0)
        everybody = people.listed(connection)
        assert [person.words for person in everybody] == ["me", "person 2", "person 3"]
        assert connection.execute(select(func.count()).select_from(SECONDS)).scalar() == 60
    sealer = keys.ready(database, SECOND)
    with database.writing() as connection:
        assert people.rename(connection, sealer, 2, "Carla").name == "carla"
    assert keys.forget(database).names == 1
    assert keys.forget(database).held_by == ""


def test_a_lost_key_does_not_stand_in_the_way_of_forgetting(database, ring):
    fill(database)
    keyring.set_keyring(Locked())
    assert keys.forget(database).entries == 3
    keyring.set_keyring(ring)
    assert told(database, fill(database))[0] == ALL[0]


def test_a_key_made_twice_at_once_is_made_once(database, ring):
    first = keys.ready(database, SECOND)
    with pytest.raises(StoreKeyError, match="Another posture-coach"):
        keys.make(database, SECOND)
    assert opened(database).number == first.number
    assert len(ring.kept) == 1


# What lies on the disk


def test_neither_names_nor_notes_nor_numbers_stand_in_the_file(file, tmp_path):
    sealer = keys.ready(file, SECOND)
    with file.writing() as connection:
        people.add(connection, sealer, "Wilhelmina", SECOND)
        for minute in range(200):
            diary.add(connection, sealer, None, Entry(NOW + timedelta(minutes=minute), 7, 4, f"{NOTE} {minute}"))
    copy = backup(file, NOW, "test")
    raw = {path: path.read_bytes() for path in tmp_path.rglob("*.db*")}
    assert len(raw) >= 3, "the file, its log, its copy"
    for path, content in raw.items():
        for plain in ("wilhelmina", NOTE, "stabbing", '"pain"', '"comfort"', '"note"'):
            for code in ("utf-8", "utf-16-le"):
                assert plain.encode(code) not in content.lower(), (path, plain)
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM diary").fetchone() == (200,)
        columns = {row[1] for row in connection.execute("PRAGMA table_info(diary)")}
    assert columns == {"id", "person_id", "at", "day", "answers_sealed"}, "no number beside what is sealed"


def test_a_copy_opens_with_the_same_key(file, opening, tmp_path):
    fill(file, WORDS)
    away = tmp_path / "elsewhere" / "history.db"
    away.parent.mkdir()
    shutil.copy(backup(file, NOW, "test"), away)
    assert told(opening(f"sqlite:///{away}"), opened(opening(f"sqlite:///{away}"), WORDS)) == ALL


def test_the_secret_is_never_in_the_database(database, ring):
    fill(database)
    with database.reading() as connection:
        row = connection.execute(select(KEYS)).one()
    (secret,) = ring.kept.values()
    assert secret not in repr(row)
    assert WORDS not in repr(row)
    assert len(row.wrapped) == 5 + 12 + KEY_BYTES + 16
