"""The people whose history is kept: their names are sealed, and the one who uses the program has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from posture_coach.errors import DataError, StoreKeyError, StoreTamperedError
from posture_coach.store.files.own_targets import ME, person_name
from posture_coach.store.history import sessions as history
from posture_coach.store.history.tables import PEOPLE
from posture_coach.store.sealed.keys import NO_NAME, check_current, name_field
from posture_coach.store.sealed.sealing import Sealer


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose history is kept.

    Parameters
    ----------
    id
        Number in the history.
    name
        Short, as in the names of files; `ME` for the one who uses the program; empty where it is not known.
    made_at
        Seconds since 1970 UTC.
    problem
        Why the name is not known.
    """

    id: int
    name: str
    made_at: int
    problem: str = ""

    @property
    def words(self) -> str:
        """What to call somebody."""
        return self.name or f"person {self.id}"


def add(connection: Connection, sealer: Sealer, name: str, now: int) -> Person:
    """Add somebody.

    Raises
    ------
    DataError
        The name is none, or somebody has it.
    StoreKeyError
        The key has been changed meanwhile.
    """
    name = _free_name(connection, sealer, name)
    adding = insert(PEOPLE).values(name_sealed=NO_NAME, made_at=now).returning(PEOPLE.c.id)
    number = connection.execute(adding).scalar_one()
    _write(connection, sealer, number, name)
    return Person(number, name, now)


def rename(connection: Connection, sealer: Sealer, person: int, name: str) -> Person:
    """Give somebody another name; raises as `add`."""
    name = _free_name(connection, sealer, name, but=person)
    row = connection.execute(select(PEOPLE).where(PEOPLE.c.id == person)).first()
    if row is None or row.name_sealed is None:
        raise DataError(f"Nobody with the number {person} has a name that could be changed.")
    _write(connection, sealer, person, name)
    return Person(person, name, row.made_at)


def listed(connection: Connection, sealer: Sealer | None = None) -> list[Person]:
    """Return everybody, the one who uses the program first; without the key nobody else's name."""
    people = [_person(row, sealer) for row in connection.execute(select(PEOPLE).order_by(PEOPLE.c.id))]
    return sorted(people, key=lambda person: (person.name != ME, not person.name, person.name))


def find(connection: Connection, sealer: Sealer | None, name: str) -> Person | None:
    """Return whoever has this name; None where nobody does. `ME` needs no key."""
    name = person_name(name)
    return next((person for person in listed(connection, sealer) if person.name == name), None)


def named(connection: Connection, sealer: Sealer | None, typed: str) -> Person:
    """Return whoever has this number, or else this name; `ME` and numbers need no key.

    Raises
    ------
    DataError
        It is no name, or nobody has it; the message says who there is.
    """
    name, everybody = person_name(typed), listed(connection, sealer)
    known = {person.name: person for person in reversed(everybody)} | {str(person.id): person for person in everybody}
    if name not in known:
        nobody = f"has the number {name}" if name.isdecimal() else f"is called {name!r}"
        there = f"There are: {numbered(everybody)}." if everybody else "It holds nobody yet."
        raise DataError(f"Nobody in the history {nobody}. {there}")
    return known[name]


def numbered(everybody: Sequence[Person]) -> str:
    """Say by which numbers and names people are known."""
    return ", ".join(f"{person.id} ({person.name})" if person.name else f"{person.id}" for person in everybody)


def me(connection: Connection, now: int) -> Person:
    """Return the one who uses the program, who is added where not yet known."""
    number = history.me(connection, now)
    (person,) = (person for person in listed(connection) if person.id == number)
    return person


def _person(row: Any, sealer: Sealer | None) -> Person:
    if row.name_sealed is None:
        return Person(row.id, ME, row.made_at)
    if row.name_sealed == NO_NAME:
        return Person(row.id, "", row.made_at, "The name was given up with its key.")
    if sealer is None:
        return Person(row.id, "", row.made_at, "The name is sealed, and its key is not open.")
    try:
        return Person(row.id, str(sealer.open_json(row.name_sealed, name_field(row.id))), row.made_at)
    except (StoreTamperedError, StoreKeyError) as why:
        return Person(row.id, "", row.made_at, str(why))


def _free_name(connection: Connection, sealer: Sealer, name: str, but: int | None = None) -> str:
    """Return a name that nobody else has; whoever asks at the same time waits."""
    check_current(connection, sealer)
    name = person_name(name)
    if name == ME:
        raise DataError(f"{ME!r} is the one who uses the program on this machine. Choose another name.")
    if any(person.name == name and person.id != but for person in listed(connection, sealer)):
        raise DataError(f"There is somebody called {name!r} already. Choose another name.")
    return name


def _write(connection: Connection, sealer: Sealer, person: int, name: str) -> None:
    sealed = sealer.seal_json(name, name_field(person))
    connection.execute(update(PEOPLE).where(PEOPLE.c.id == person).values(name_sealed=sealed))
