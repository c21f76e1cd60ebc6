"""Whose history is meant: `--of NAME`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from posture_coach.cli.secrets import opened
from posture_coach.errors import StoreKeyError

if TYPE_CHECKING:
    from posture_coach.store.history.database import Database
    from posture_coach.store.sealed.people import Person
    from posture_coach.store.sealed.sealing import Sealer

OfOption = Annotated[
    str | None,
    typer.Option("--of", metavar="NAME", help="Whose: a name or a number, see people list; yours without it."),
]


def other_name(of: str | None) -> str | None:
    """Return who is meant, as typed; None for the one who uses the program, who need not be in the history yet.

    Raises
    ------
    DataError
        It is no name.
    """
    from posture_coach.store.files.own_targets import ME, person_name

    return None if of is None or person_name(of) == ME else of


def person_meant(database: Database, typed: str) -> tuple[Person, Sealer | None]:
    """Return whoever is meant by a name or a number, and what opens names where it took that.

    Raises
    ------
    DataError
        It is no name, or nobody in the history has it.
    StoreKeyError
        It is a name, and the key of names cannot be had; the message says which numbers there are, which need none.
    """
    from posture_coach.store.files.own_targets import ME, person_name
    from posture_coach.store.sealed import people

    name = person_name(typed)
    try:
        sealer = None if name == ME or name.isdecimal() else opened(database)
    except StoreKeyError as why:
        with database.reading() as connection:
            numbers = people.numbered(people.listed(connection))
        raise StoreKeyError(f"{why} A number says who is meant without it. There are: {numbers}.") from why
    with database.reading() as connection:
        return people.named(connection, sealer, name), sealer
