"""Brings a history to the form that this program knows, after a copy; one that a newer program made is left alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from posture_coach.errors import StoreError, StoreNewerError
from posture_coach.store.history import cipher
from posture_coach.store.history.database import FILE_MODE, Database

FOLDER = Path(__file__).with_name("migrations")
BACKUPS = "backups"
"""Folder of copies beside the history."""
BEFORE_UPDATE = "before-update"
"""Why a copy was made, in its name."""


def prepare(database: Database, now: datetime) -> Path | None:
    """Make or change the tables as this program needs them; return the copy that was made before a change.

    Parameters
    ----------
    now
        Local time, for the copy's name.

    Raises
    ------
    StoreNewerError
        A newer program has written it; nothing was touched.
    """
    at, newest = _stand(database)
    if at == newest:
        return None
    copy = backup(database, now, BEFORE_UPDATE) if at is not None and database.path else None
    with database.writing() as connection:
        command.upgrade(_config(connection), "head")
    return copy


def readable(database: Database) -> bool:
    """Return whether there is a history to read; nothing is changed.

    Raises
    ------
    StoreError
        A newer program has written it, or an older one and it waits to be brought up to date.
    """
    at, newest = _stand(database)
    if at is not None and at != newest:
        raise StoreError(
            f"{database.where} was written by an older posture-coach. It is brought up to date, after a copy, as soon "
            "as a session is kept: let the coach watch for a moment, then look again."
        )
    return at is not None


def _stand(database: Database) -> tuple[str | None, str | None]:
    """Return the form that the tables have, None where there are none yet, and the newest one.

    Raises
    ------
    StoreNewerError
        A newer program has written it.
    """
    with database.reading() as connection:
        steps = _steps(connection)
        at = MigrationContext.configure(connection).get_current_revision()
    if at is not None and at not in {step.revision for step in steps.walk_revisions()}:
        raise newer(database)
    return at, steps.get_current_head()


def form(connection: Connection) -> str:
    """Return the form of the tables as they are now."""
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())


def newer(database: Database) -> StoreNewerError:
    """Return what to say of a history that another program has brought to a form that this one does not know."""
    return StoreNewerError(
        f"{database.where} was written by a newer posture-coach. Install that one again "
        "(`pip install --upgrade posture-coach`), or choose another folder with POSTURE_COACH_DATA_DIR. "
        "Nothing was changed."
    )


def backup(database: Database, now: datetime, why: str, to: Path | None = None) -> Path:
    """Copy an SQLite history while others go on writing it; return the copy.

    Parameters
    ----------
    to
        The copy; None: a new file in the folder of copies.

    Raises
    ------
    StoreError
        It is on a server, which has means of its own, or the copy cannot be written; no half copy is left.
    """
    if database.path is None:
        raise StoreError("A PostgreSQL database is copied by its own means: `pg_dump` makes a copy.")
    target = to or database.path.parent / BACKUPS / f"{now:%Y-%m-%d-%H%M%S}-{why}.db"
    draft = target.with_name(f".{target.name}.draft")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.touch(mode=FILE_MODE)
        with database.bare() as source, closing(database.beside(draft)) as copy:
            _fill(copy, source, target)
        draft.replace(target)
    except cipher.errors(OSError, ValueError) as why_not:
        raise StoreError(f"{target} cannot be written: {why_not}. Nothing was changed.") from why_not
    finally:
        with suppress(OSError, ValueError):
            draft.unlink(missing_ok=True)
    return target


def _fill(copy: Any, source: Any, target: Path) -> None:
    try:
        source.backup(copy)
        # One file, that can be carried away: without a log beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
    except cipher.errors() as why:
        if getattr(why, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise
        # Of the copy, not of the history, which the one who called would take it for.
        raise StoreError(f"{target} cannot be written: {why}. Free some space there. Nothing was changed.") from why


def forms() -> list[str]:
    """Return the forms of a history that this program knows, the newest first."""
    return [step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()]


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _steps(connection: Connection) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(connection))
