"""Whose history is kept beside that of the one who uses the program: only of those who were added to it."""

from __future__ import annotations

from contextlib import closing

from sqlalchemy import Connection

from posture_coach.errors import StoreError
from posture_coach.store.files.own_targets import ME
from posture_coach.store.history.reader import Reader
from posture_coach.store.sealed import keys, people

NO_ONE = "there is nobody of that name in the history. `posture-coach people add NAME` adds somebody who wants it kept."


def number_of(name: str) -> int | None:
    """Return somebody's number in the history; None for the one who uses the program.

    Raises
    ------
    StoreError
        Nobody of that name was added, or the history or its key cannot be opened.
    """
    if name == ME:
        return None
    with closing(Reader()) as reader:
        found = reader.ask(lambda connection: _found(connection, name))
    if found is None:
        raise StoreError(NO_ONE)
    return found.id


def _found(connection: Connection, name: str) -> people.Person | None:
    sealed = keys.standing(connection).held_by
    return people.find(connection, keys.unlock(connection), name) if sealed else None
