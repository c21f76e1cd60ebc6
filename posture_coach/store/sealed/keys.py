"""The history's key: made when the first name or diary entry is written, opened, changed, and given up.

The posture history itself needs none. All changes of the key happen in one transaction with what they seal anew, and
wait for each other.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, Connection, delete, func, insert, select, update

from posture_coach.errors import StoreError, StoreKeyError, StoreTamperedError
from posture_coach.store.history.database import Database
from posture_coach.store.history.tables import DIARY, KEYS, PEOPLE
from posture_coach.store.sealed import system_keyring
from posture_coach.store.sealed.asking import asked
from posture_coach.store.sealed.sealing import KEY_BYTES, Field, Sealer
from posture_coach.store.sealed.wrapping import (
    KEYRING,
    PASSPHRASE,
    Wrapped,
    by_keyring,
    by_passphrase,
    new_passphrase,
    unwrapped,
)

PASSPHRASE_VARIABLE = "POSTURE_COACH_PASSPHRASE"
"""Environment variable: the passphrase, where nobody is there to type it."""
NUMBERS = 2**31 - 1
NO_NAME = b""
"""Stands for a name that was given up: nothing at all would make somebody the one who uses the program."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with the key.

    Parameters
    ----------
    held_by
        `KEYRING`, `PASSPHRASE`, or empty: there is none yet, for nothing was sealed.
    made_at
        Seconds since 1970 UTC, of the present wrapping; 0 where there is no key.
    names, entries
        How many are sealed: names of people, entries of the diary.
    """

    held_by: str
    made_at: int
    names: int
    entries: int

    @property
    def asks(self) -> bool:
        """Whether somebody must type the passphrase."""
        return self.held_by == PASSPHRASE and not told_passphrase()


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change of the key has done.

    Parameters
    ----------
    sealed
        Fields sealed anew.
    unreadable
        Fields left as they are: they were damaged before.
    older_entry
        The keyring's entry that copies made before still need; empty where there was none.
    """

    sealed: int
    unreadable: int
    older_entry: str


def told_passphrase() -> str:
    """Return the passphrase that the environment tells, or nothing."""
    return os.environ.get(PASSPHRASE_VARIABLE, "")


def standing(connection: Connection) -> Standing:
    """Tell how it stands with the key; opens nothing."""
    held_by, made_at = connection.execute(select(KEYS.c.held_by, KEYS.c.made_at)).first() or ("", 0)
    names, entries = (_count(connection, column) for column in (PEOPLE.c.name_sealed, DIARY.c.answers_sealed))
    return Standing(held_by, made_at, names, entries)


def unlock(connection: Connection, passphrase: str = "") -> Sealer:
    """Return what opens names and diary.

    Parameters
    ----------
    passphrase
        As typed; empty: what the environment tells; else it is asked.

    Raises
    ------
    StoreKeyError
        There is no key yet, or what opens it is missing or wrong.
    """
    held = _held(connection)
    return Sealer(held.number, _opened(held, passphrase))


def ready(database: Database, now: int, passphrase: str = "") -> Sealer:
    """Return what seals names and diary, making the key where there is none yet.

    A new key is wrapped by the passphrase, where one is typed or told, else by the system's keyring.

    Raises
    ------
    StoreKeyError
        As `unlock`; or there is neither a passphrase nor a keyring.
    DataError
        The passphrase for a new key is too short.
    """
    with database.reading() as connection:
        if standing(connection).held_by:
            return unlock(connection, passphrase)
    return make(database, now, passphrase or told_passphrase())


def make(database: Database, now: int, passphrase: str = "") -> Sealer:
    """Make the key: held by the passphrase, or, without one, by the keyring; raises as `ready`."""
    number, key = _drawn()
    wrapped = _wrapped(number, key, passphrase)
    try:
        with database.writing() as connection:
            _alone(connection)
            if standing(connection).held_by:
                raise StoreKeyError("Another posture-coach has just made the key. Try again.")
            _insert(connection, wrapped, now)
    except BaseException:
        _drop_unless_held(database, wrapped)
        raise
    return Sealer(number, key)


def change(database: Database, now: int, old: str = "", new: str = "", *, data_key: bool = False) -> Changed:
    """Wrap the key anew; all of it is done, or nothing.

    Parameters
    ----------
    old
        The passphrase that opens it now, where one does; empty: what the environment tells.
    new
        The passphrase that shall; empty: the keyring.
    data_key
        Whether to draw a new key, and seal everything by it.

    Raises
    ------
    StoreKeyError
        As `unlock`, or there is no keyring.
    """
    with database.reading() as connection:
        held = _held(connection)
    before = Sealer(held.number, key := _opened(held, old))
    number, key = _drawn() if data_key else (held.number, key)
    wrapped = _wrapped(number, key, new)
    try:
        with database.writing() as connection:
            _alone(connection)
            if _held(connection) != held:
                raise StoreKeyError("Another posture-coach has just changed the key. Try again.")
            connection.execute(delete(KEYS))
            _insert(connection, wrapped, now)
            sealed, unreadable = _seal_anew(connection, before, Sealer(number, key)) if data_key else (0, 0)
    except BaseException:
        _drop_unless_held(database, wrapped)
        raise
    return Changed(sealed, unreadable, held.how["entry"] if held.held_by == KEYRING else "")


def forget(database: Database) -> Standing:
    """Give up the key and all that was sealed: the diary goes, people stay without their names; return what there was.

    Copies made before keep what they hold: with a key in the keyring they cannot be opened any more either.
    """
    with database.writing() as connection:
        _alone(connection)
        there_was = standing(connection)
        held = _held(connection) if there_was.held_by else None
        connection.execute(delete(DIARY))
        connection.execute(update(PEOPLE).where(PEOPLE.c.name_sealed.is_not(None)).values(name_sealed=NO_NAME))
        connection.execute(delete(KEYS))
    if held is not None:
        _drop(held)
    return there_was


def check_current(connection: Connection, sealer: Sealer) -> None:
    """Make sure that what is sealed now can be opened later: the key may have been changed meanwhile.

    Raises
    ------
    StoreKeyError
        It has been.
    """
    # Held until this transaction is over, so that a change of the key waits for it; SQLite writes one at a time anyway.
    known = connection.execute(select(KEYS.c.id).where(KEYS.c.id == sealer.number).with_for_update()).scalar()
    if known is None:
        raise StoreKeyError("The key of names and diary has been changed meanwhile. Start posture-coach again.")


def name_field(person: int) -> Field:
    """Return what a person's name is bound to."""
    return Field("people", "name_sealed", (person,))


def answers_field(person: int, at: int, day: date) -> Field:
    """Return what an entry of the diary is bound to: whose it is, and when it was."""
    return Field("diary", "answers_sealed", (person, at, day.toordinal()))


def _held(connection: Connection) -> Wrapped:
    row = connection.execute(select(KEYS.c.id, KEYS.c.held_by, KEYS.c.wrapped, KEYS.c.how)).first()
    if row is None:
        raise StoreKeyError("There is no key yet: it is made when the first name or diary entry is written.")
    return Wrapped(*row)


def _opened(held: Wrapped, passphrase: str) -> bytes:
    if held.held_by == PASSPHRASE:
        passphrase = passphrase or told_passphrase() or asked("Passphrase of names and diary")
    if held.held_by == PASSPHRASE and not passphrase:
        raise StoreKeyError(
            "Names and diary are sealed with a passphrase. Type it when posture-coach asks for it, or set "
            f"{PASSPHRASE_VARIABLE}."
        )
    return unwrapped(held, passphrase)


def _drawn() -> tuple[int, bytes]:
    return secrets.randbelow(NUMBERS) + 1, secrets.token_bytes(KEY_BYTES)


def _wrapped(number: int, key: bytes, passphrase: str) -> Wrapped:
    return by_passphrase(number, key, new_passphrase(passphrase)) if passphrase else by_keyring(number, key)


def _insert(connection: Connection, wrapped: Wrapped, now: int) -> None:
    row = {"id": wrapped.number, "held_by": wrapped.held_by, "wrapped": wrapped.wrapped, "how": dict(wrapped.how)}
    connection.execute(insert(KEYS).values(**row, made_at=now))


def _drop(wrapped: Wrapped) -> None:
    """Take a wrapping's secret out of the keyring; one that stays there opens nothing any more."""
    if wrapped.held_by == KEYRING:
        try:
            system_keyring.drop(wrapped.how["entry"])
        except StoreError:
            return


def _drop_unless_held(database: Database, wrapped: Wrapped) -> None:
    """Take it out after a commit that failed, unless it did not: a server may keep what it can no longer say so of."""
    try:
        with database.reading() as connection:
            held = connection.execute(select(KEYS.c.wrapped)).scalars().all()
    except StoreError:
        return
    if wrapped.wrapped not in held:
        _drop(wrapped)


def _alone(connection: Connection) -> None:
    """Have no other change of the key, nor anybody who seals, at the same time; SQLite sees to it by itself."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE keys IN EXCLUSIVE MODE")


def _seal_anew(connection: Connection, before: Sealer, after: Sealer) -> tuple[int, int]:
    sealed, unreadable = 0, 0
    fields = [
        (PEOPLE.c.name_sealed, row.id, row.name_sealed, name_field(row.id))
        for row in connection.execute(select(PEOPLE).where(_is_sealed(PEOPLE.c.name_sealed)))
    ]
    fields += [
        (DIARY.c.answers_sealed, row.id, row.answers_sealed, answers_field(row.person_id, row.at, row.day))
        for row in connection.execute(select(DIARY))
    ]
    for column, row_id, value, field in fields:
        try:
            anew = after.seal(before.open(value, field), field)
        except (StoreTamperedError, StoreKeyError):
            unreadable += 1
            continue
        table = column.table
        connection.execute(update(table).where(table.c.id == row_id).values({column.name: anew}))
        sealed += 1
    return sealed, unreadable


def _is_sealed(column: Column[Any]) -> Any:
    return column.is_not(None) & (func.length(column) > 0)


def _count(connection: Connection, column: Column[Any]) -> int:
    return int(
        connection.execute(select(func.count()).select_from(column.table).where(_is_sealed(column))).scalar_one()
    )
