"""What the history holds, and where: for whoever asks what this program knows of him."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, func, select

from posture_coach.store.carried.about import tables
from posture_coach.store.carried.copies import BESIDE
from posture_coach.store.carried.elsewhere import Elsewhere, noted
from posture_coach.store.carried.selection import Selection, rows_in
from posture_coach.store.files.settings import Settings
from posture_coach.store.history.database import Database
from posture_coach.store.history.migrate import readable
from posture_coach.store.history.tables import DAYS, SESSIONS


@dataclass(frozen=True, slots=True)
class Overview:
    """What there is.

    Parameters
    ----------
    size
        Bytes, with the log; on a server of its tables.
    rows
        Of each table.
    first, last
        Local days; None where there is none.
    encrypted
        As a whole.
    """

    where: str
    size: int
    encrypted: bool
    rows: Mapping[str, int]
    days: int
    first: date | None
    last: date | None
    elsewhere: tuple[Elsewhere, ...]


def overview(database: Database) -> Overview | None:
    """Return what there is; None where nothing was ever kept. Nothing is changed."""
    if not readable(database):
        return None
    with database.reading() as connection:
        rows = {table.name: rows_in(connection, table, Selection()) for table in tables()}
        days = select(SESSIONS.c.day).union(select(DAYS.c.day)).subquery()
        count, first, last = connection.execute(select(func.count(), func.min(days.c.day), func.max(days.c.day))).one()
        elsewhere = noted(connection)
        size = _size(database) if database.path else _size_on_server(connection)
    encrypted = database.key is not None
    return Overview(database.where, size, encrypted, rows, count, first, last, elsewhere)


def retention_words(kept: Settings) -> str:
    """Say how long what is kept."""
    if not kept.keep:
        return "Nothing new is kept."
    days = "until you delete them" if kept.days_days is None else f"{kept.days_days} days"
    return (
        f"Seconds are kept {kept.seconds_days} days, minutes, windows, events and sessions {kept.minutes_days} days, "
        f"sums of days {days}; of copies made before an update the last {kept.backups}."
    )


def _size(database: Database) -> int:
    files = (Path(f"{database.path}{ending}") for ending in ("", *BESIDE))
    return sum(path.stat().st_size for path in files if path.exists())


def _size_on_server(connection: Connection) -> int:
    return sum(
        connection.exec_driver_sql(f"SELECT pg_total_relation_size('{table.name}')").scalar_one() for table in tables()
    )
