"""What was written outside the data folder, exports and copies, so that whoever wants to delete it can find it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from posture_coach.store.history.tables import EXPORTS


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An export or a copy that was written somewhere else.

    Parameters
    ----------
    at
        Local time.
    there
        Whether it is still where it was written.
    """

    path: Path
    what: str
    at: datetime
    there: bool


def note(connection: Connection, path: Path, what: str, now: datetime) -> int:
    """Keep in mind what was written where; return the note's number."""
    row = {"at": int(now.timestamp()), "path": str(path.absolute()), "what": what}
    return int(connection.execute(insert(EXPORTS).values(row).returning(EXPORTS.c.id)).scalar_one())


def forget(connection: Connection, number: int) -> None:
    """Take a note back: what it tells of is no longer there, or has another name."""
    connection.execute(delete(EXPORTS).where(EXPORTS.c.id == number))


def noted(connection: Connection) -> tuple[Elsewhere, ...]:
    """Return what was written elsewhere, the oldest first."""
    return tuple(
        Elsewhere(Path(row.path), row.what, datetime.fromtimestamp(row.at).astimezone(), is_there(Path(row.path)))
        for row in connection.execute(select(EXPORTS).order_by(EXPORTS.c.at, EXPORTS.c.id))
    )


def is_there(path: Path) -> bool:
    """Return whether there is something of that name, and be it a link that leads nowhere."""
    try:
        return os.path.lexists(path)
    except (OSError, ValueError):
        return False
