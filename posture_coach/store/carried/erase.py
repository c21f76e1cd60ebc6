"""Deletes for good: rows, what the file still holds of them in free pages and in its log, and the same in copies."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, and_, delete, false, inspect, select, true
from sqlalchemy.engine import URL

from posture_coach.errors import StoreBusyError, StoreError
from posture_coach.store.carried.about import tables
from posture_coach.store.carried.copies import BESIDE, copies, remnants
from posture_coach.store.carried.export_form import NOT_EXPORTED
from posture_coach.store.carried.selection import Selection, rows_in, unused_profiles
from posture_coach.store.files.whole import shred
from posture_coach.store.history.claim import alone
from posture_coach.store.history.database import Database
from posture_coach.store.history.tables import PEOPLE, PROFILES
from posture_coach.store.sealed import keys

IN_USE = "Another posture-coach keeps the history. Close it, then delete once more."
TRIES, WAIT_S = 20, 0.25
"""Readers hold the log for milliseconds."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was deleted.

    Parameters
    ----------
    rows
        Of each table, in the history itself.
    cleaned
        Copies in which the same was deleted.
    removed
        Copies that were deleted whole: everything was to go, or they could not be opened.
    left
        Why something may still stand on a server; empty where nothing does.
    """

    rows: Mapping[str, int]
    cleaned: tuple[Path, ...]
    removed: tuple[Path, ...]
    left: str = ""


def counted(database: Database, which: Selection) -> dict[str, int]:
    """Return how many rows of each table would go."""
    with database.reading() as connection:
        return {table.name: rows_in(connection, table, which) for table in tables() if _concerns(table.name, which)}


def erase(database: Database, which: Selection) -> Erased:
    """Delete what is selected, here and in the copies; what is left holds nothing of it.

    Raises
    ------
    StoreBusyError
        It is deleted, but another program that reads keeps the file from being cleaned.
    StoreError
        It could not be deleted, or not cleaned; the message says which.
    """
    with database.writing() as connection:
        whose = _whose(connection, which)
        rows = _drop(connection, which)
    left = _clean(database)
    cleaned = [] if which.is_all else [copy.path for copy in copies(database.path) if _within(copy.path, which, whose)]
    removed = [copy.path for copy in copies(database.path) if copy.path not in cleaned]
    for path in (*removed, *(remnants(database.path) if database.path else ())):
        shred(path)
    return Erased(rows, tuple(cleaned), tuple(removed), left)


def erase_unread(path: Path) -> Erased:
    """Delete a history that cannot be read, with its copies: for whoever wants all of it gone.

    Raises
    ------
    StoreBusyError
        Another program keeps it.
    """
    with alone(path, f"{IN_USE} Nothing was deleted."):
        beside = [Path(f"{path}{ending}") for ending in BESIDE]
        removed = [copy.path for copy in copies(path)]
        for one in (path, *(one for one in beside if one.exists()), *removed, *remnants(path)):
            shred(one)
    return Erased({}, (), (path, *removed))


def forget_keys(database: Database) -> dict[str, int]:
    """Give up what seals names and diary, also in the system's keyring: what copies elsewhere hold of them is lost.

    Return how many rows of each table went with it.
    """
    there_was = keys.forget(database)
    return {"diary": there_was.entries, "keys": int(there_was.held_by != "")}


# Whose -------------------------------------------------------------------------------------------------------------


def _whose(connection: Connection, which: Selection) -> ColumnElement[bool]:
    """Return by what a person is found in a copy, where somebody else may have the same number."""
    person = connection.execute(select(PEOPLE).where(PEOPLE.c.id == which.person)).first()
    if person is None:
        return true() if which.person is None else false()
    if person.name_sealed is None:
        return PEOPLE.c.name_sealed.is_(None)
    return and_(PEOPLE.c.name_sealed.is_not(None), PEOPLE.c.made_at == person.made_at)


def _meant(connection: Connection, which: Selection, whose: ColumnElement[bool]) -> list[Selection]:
    if which.person is None:
        return [which]
    numbers = connection.execute(select(PEOPLE.c.id).where(whose)).scalars()
    return [Selection(number, which.first, which.last) for number in numbers]


# Rows --------------------------------------------------------------------------------------------------------------


def _concerns(table: str, which: Selection) -> bool:
    """Whether a table's rows go: exports and keys are nobody's, and a person stays whose other days do."""
    if table in NOT_EXPORTED or table == PROFILES.name:
        return which.is_all
    return which.all_days if table == PEOPLE.name else True


def _drop(connection: Connection, which: Selection) -> dict[str, int]:
    """Delete rows, those first that refer to others; return how many. A day goes whole, and its sums with it."""
    there = set(inspect(connection).get_table_names())
    gone = {}
    for table in reversed(tables()):
        if table.name in there and _concerns(table.name, which):
            gone[table.name] = connection.execute(delete(table).where(which.of(table))).rowcount
        if table is PROFILES and not which.is_all:
            gone[table.name] = connection.execute(delete(table).where(unused_profiles())).rowcount
    return {table.name: gone[table.name] for table in tables() if table.name in gone}


# What a file still holds -------------------------------------------------------------------------------------------


def _clean(database: Database) -> str:
    """Have nothing left of what was deleted; return what a server may still hold."""
    return _pack(database) if database.path else _pack_server(database)


def _pack(database: Database) -> str:
    """Write the file anew without its free pages, and empty its log.

    The log is emptied last: what was written before it was deleted stands in it too.
    """
    again = "It is deleted, but the file still holds remains of it. "
    try:
        with database.bare() as file:
            file.execute("VACUUM")
            for _ in range(TRIES):
                busy, *_rest = file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if not busy:
                    break
                time.sleep(WAIT_S)
            else:
                raise StoreBusyError(f"{again}Another program reads it: close that, then delete the same once more.")
            (free,) = file.execute("PRAGMA freelist_count").fetchone()
    except StoreBusyError:
        raise
    except StoreError as why:
        raise StoreError(f"{again}{why} Then delete the same once more.") from why
    if free:
        raise StoreError(f"{again}{free} pages of it are free, but not given back. Delete the same once more.")
    return ""


def _within(copy: Path, which: Selection, whose: ColumnElement[bool]) -> bool:
    """Delete the same in a copy; return whether that could be done."""
    try:
        with Database(URL.create("sqlite", database=str(copy))) as database:
            with database.writing() as connection:
                for meant in _meant(connection, which, whose):
                    _drop(connection, meant)
            _pack(database)
            with database.bare() as file:
                file.execute("PRAGMA journal_mode=DELETE")
    except StoreBusyError:
        raise
    except StoreError:
        return False
    for ending in BESIDE:
        Path(f"{copy}{ending}").unlink(missing_ok=True)
    return True


def _pack_server(database: Database) -> str:
    """Have a server write its tables anew; return what is beyond us."""
    with database.explaining(), database.engine.connect() as plain:
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        names = [table.name for table in tables()]
        ours = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND pg_has_role(tableowner, 'USAGE')"
        listed = ", ".join(f"'{name}'" for name in names)
        owned = connection.exec_driver_sql(f"{ours} AND tablename IN ({listed})").scalar_one()
        if owned < len(names):
            return "The tables belong to another role: ask whoever runs the server for VACUUM FULL."
        try:
            with database.explaining():
                for name in names:
                    connection.exec_driver_sql(f"VACUUM (FULL) {name}")
        except StoreBusyError:
            return "Others read it just now: what was deleted is gone once VACUUM FULL has run. Delete it once more."
    return ""
