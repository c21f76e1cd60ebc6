"""Passphrases that are typed, and the history that they open."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from posture_coach.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from posture_coach.store.history.database import Database
    from posture_coach.store.sealed.sealing import Sealer

NEW_VARIABLE = "POSTURE_COACH_NEW_PASSPHRASE"
"""Environment variable: the passphrase that shall hold from now on, where nobody is there to type it."""


def now_s() -> int:
    """Return this second, since 1970 UTC."""
    return int(datetime.now().timestamp())


# What is typed -----------------------------------------------------------------------------------------------------


def somebody_types() -> bool:
    """Return whether somebody can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def typed_passphrase(what: str) -> str:
    """Ask for a passphrase, which is not shown; empty where nobody can be asked."""
    if not somebody_types():
        return ""
    return str(typer.prompt(what, hide_input=True, err=True, default="", show_default=False))


def new_passphrase(what: str) -> str:
    """Return the passphrase that shall hold from now on: as the environment tells it, or typed twice.

    Raises
    ------
    DataError
        It is too short, or nobody can be asked.
    """
    from posture_coach.store.sealed.wrapping import new_passphrase as checked

    told = os.environ.get(NEW_VARIABLE, "")
    if not told and not somebody_types():
        raise DataError(f"A new passphrase is typed in a terminal, or told by {NEW_VARIABLE}. Nothing was changed.")
    return checked(told or str(typer.prompt(what, hide_input=True, confirmation_prompt=True, err=True)))


# The history -------------------------------------------------------------------------------------------------------


def file_of_history() -> Path | None:
    """Return the history's file, which need not be there yet; None for one on a server."""
    from pathlib import Path

    from posture_coach.store.history.database import address

    url = address()
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def open_file() -> None:
    """Have an encrypted history opened while somebody can be asked: what writes it later asks nobody.

    Raises
    ------
    StoreKeyError
        It is not opened by what was typed.
    """
    from posture_coach.store.history import cipher

    path = file_of_history()
    if path is not None and cipher.is_encrypted(path) and somebody_types():
        cipher.key_of(path)


@contextmanager
def history() -> Iterator[Database]:
    """Open the history, asking for what opens it, and bring it to the form that this program knows."""
    from posture_coach.store.history.database import Database, address
    from posture_coach.store.history.migrate import prepare

    with Database(address()) as database:
        prepare(database, datetime.now().astimezone())
        yield database


@contextmanager
def history_there_is() -> Iterator[Database | None]:
    """Open the history; None where there is none yet, which is said, and none is made."""
    path = file_of_history()
    if path is not None and not path.exists():
        typer.echo(f"Nothing is kept yet: there is no history at {path}.")
        yield None
        return
    with history() as database:
        yield database


# Names and diary ---------------------------------------------------------------------------------------------------


def asked_passphrase(database: Database) -> str:
    """Return what opens names and diary, where that is a passphrase: as the environment tells it, or typed.

    Raises
    ------
    StoreKeyError
        It does not open them.
    """
    from posture_coach.store.sealed import keys
    from posture_coach.store.sealed.wrapping import PASSPHRASE

    with database.reading() as connection:
        if keys.standing(connection).held_by != PASSPHRASE:
            return ""
        passphrase = keys.told_passphrase() or typed_passphrase("Passphrase of names and diary")
        keys.unlock(connection, passphrase)
    return passphrase


def opened(database: Database) -> Sealer | None:
    """Return what opens names and diary; None where nothing is sealed yet."""
    from posture_coach.store.sealed import keys

    with database.reading() as connection:
        return keys.unlock(connection) if keys.standing(connection).held_by else None


def ready(database: Database) -> Sealer:
    """Return what seals names and diary; where there is no key yet it is made, and told where it lies."""
    from posture_coach.store.sealed import keys, system_keyring

    known = opened(database)
    if known is not None:
        return known
    passphrase = keys.told_passphrase()
    if not passphrase and somebody_types() and not system_keyring.usable():
        typer.echo("Names and diary are sealed. This system has no keyring for the key: choose a passphrase.", err=True)
        passphrase = new_passphrase("New passphrase")
    made = keys.ready(database, now_s(), passphrase)
    where = "opens with your passphrase" if passphrase else "lies in the system's keyring"
    typer.echo(
        f"Names and diary are sealed from now on. The key {where}; `posture-coach data key` changes that.", err=True
    )
    return made
