"""Lets go of what has been kept long enough, in small steps between which others read and write."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, exists, or_, select

from posture_coach.errors import OutputError
from posture_coach.store.carried.copies import copies
from posture_coach.store.files.settings import Settings
from posture_coach.store.files.whole import shred
from posture_coach.store.history.database import Database
from posture_coach.store.history.migrate import BEFORE_UPDATE
from posture_coach.store.history.tables import DAY_SCORES, DAYS, EVENTS, MINUTES, SECONDS, SESSIONS, WINDOWS

PAGES_AT_ONCE = 2000
"""Free pages given back in one step: some 8 MB, which takes milliseconds."""
PAUSE_S = 0.12
"""Between two steps: a writer that waits for an SQLite file looks every tenth of a second whether it is free."""


def sweep(database: Database, kept: Settings, today: date) -> int:
    """Delete by whole local days what is older than its time; return the number of rows.

    A day goes in one commit: it either has all its seconds, or all its minutes, or none, so that its sums can be made
    anew, or stay as they are, also where the program was killed in between.
    """
    gone = 0
    for tables, days in (((SECONDS,), kept.seconds_days), ((MINUTES, WINDOWS, EVENTS), kept.minutes_days)):
        before = today - timedelta(days=days)
        for person, day in _older(database, before, tables):
            of_day = select(SESSIONS.c.id).where(SESSIONS.c.person_id == person, SESSIONS.c.day == day)
            with database.writing() as connection:
                gone += sum(_drop(connection, table, table.c.session_id.in_(of_day)) for table in tables)
            time.sleep(PAUSE_S)
    with database.writing() as connection:
        before = today - timedelta(days=kept.minutes_days)
        gone += _drop(connection, SESSIONS, (SESSIONS.c.day < before) & ~_in_use())
        if kept.days_days is not None:
            before = today - timedelta(days=kept.days_days)
            gone += sum(_drop(connection, table, table.c.day < before) for table in (DAYS, DAY_SCORES))
    if gone:
        give_back(database)
    if database.path is not None:
        _let_go_of_copies(database.path, kept.backups)
    return gone


def give_back(database: Database) -> None:
    """Return free pages to the system, some at a time; PostgreSQL does so by itself."""
    if database.path is None:
        return
    with database.bare() as connection:
        before = -1
        while (free := connection.execute("PRAGMA freelist_count").fetchone()[0]) and free != before:
            # Not `execute`, which ends with the first page: it takes this for a statement without rows.
            connection.executescript(f"PRAGMA incremental_vacuum({PAGES_AT_ONCE})")
            before = free
            time.sleep(PAUSE_S)


def _let_go_of_copies(path: Path, most: int) -> None:
    """Delete the oldest copies made before updates; one that cannot be deleted is tried again the next day."""
    made = [copy.path for copy in copies(path) if copy.path.stem.endswith(BEFORE_UPDATE)]
    for copy in made[: max(len(made) - most, 0)]:
        with suppress(OutputError):
            shred(copy)


def _older(database: Database, before: date, tables: tuple[Table, ...]) -> list[tuple[int, date]]:
    has = or_(*(exists().where(table.c.session_id == SESSIONS.c.id) for table in tables))
    chosen = select(SESSIONS.c.person_id, SESSIONS.c.day).where(SESSIONS.c.day < before, has).distinct()
    with database.reading() as connection:
        return [(person, day) for person, day in connection.execute(chosen.order_by(SESSIONS.c.day))]


def _in_use() -> Any:
    return or_(*(exists().where(table.c.session_id == SESSIONS.c.id) for table in (SECONDS, MINUTES, WINDOWS, EVENTS)))


def _drop(connection: Connection, table: Table, which: Any) -> int:
    return connection.execute(delete(table).where(which)).rowcount
