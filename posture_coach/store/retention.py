"""Lets go of what has been kept long enough, in small steps between which others read and write."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Table, delete, exists, or_, select

from posture_coach.store.database import Database
from posture_coach.store.settings import Settings
from posture_coach.store.tables import DAY_SCORES, DAYS, EVENTS, MINUTES, SECONDS, SESSIONS, WINDOWS

PAGES_AT_ONCE = 2000
"""Free pages given back in one step: some 8 MB, which takes milliseconds."""


def sweep(database: Database, kept: Settings, today: date) -> int:
    """Delete by whole local days what is older than its time; return the number of rows.

    A day either has all its seconds, or all its minutes, or none: its sums can be made anew, or stay as they are.
    """
    gone = 0
    for tables, days in (((SECONDS,), kept.seconds_days), ((MINUTES, WINDOWS, EVENTS), kept.minutes_days)):
        before = today - timedelta(days=days)
        for session in _older(database, before, tables):
            with database.writing() as connection:
                gone += sum(_drop(connection, table, table.c.session_id == session) for table in tables)
    with database.writing() as connection:
        before = today - timedelta(days=kept.minutes_days)
        gone += _drop(connection, SESSIONS, (SESSIONS.c.day < before) & ~_in_use())
        if kept.days_days is not None:
            before = today - timedelta(days=kept.days_days)
            gone += sum(_drop(connection, table, table.c.day < before) for table in (DAYS, DAY_SCORES))
    if gone:
        give_back(database)
    return gone


def give_back(database: Database) -> None:
    """Return free pages to the system, some at a time; PostgreSQL does so by itself."""
    if database.path is None:
        return
    with database.bare() as connection:
        before = -1
        while (free := connection.execute("PRAGMA freelist_count").fetchone()[0]) and free != before:
            connection.execute(f"PRAGMA incremental_vacuum({PAGES_AT_ONCE})").fetchall()
            before = free


def _older(database: Database, before: date, tables: tuple[Table, ...]) -> list[int]:
    has = or_(*(exists().where(table.c.session_id == SESSIONS.c.id) for table in tables))
    with database.reading() as connection:
        return list(connection.execute(select(SESSIONS.c.id).where(SESSIONS.c.day < before, has)).scalars())


def _in_use() -> Any:
    return or_(*(exists().where(table.c.session_id == SESSIONS.c.id) for table in (SECONDS, MINUTES, WINDOWS, EVENTS)))


def _drop(connection: Connection, table: Table, which: Any) -> int:
    return connection.execute(delete(table).where(which)).rowcount
