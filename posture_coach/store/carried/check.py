"""Looks whether the history is sound, and mends what can be made anew from what lies beneath it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from posture_coach.errors import StoreBusyError, StoreDamagedError, StoreError
from posture_coach.measures.definitions import NAMES
from posture_coach.scoring.rules import shipped_rules
from posture_coach.scoring.targets import shipped_targets
from posture_coach.store.history import rollups
from posture_coach.store.history import sessions as history
from posture_coach.store.history.claim import alone
from posture_coach.store.history.database import Database
from posture_coach.store.history.migrate import form, readable
from posture_coach.store.history.tables import DAY_SCORES, DAYS, MINUTES, SECONDS, SESSIONS

GOES_ON_S = 3600
"""A session that told something so lately may still go on: what waits in a recorder's memory for longer is given up."""
TOLD = 5
"""So many days are named, of those whose sums are wrong."""
BUSY = "Another posture-coach keeps the history. Close it, then mend. Nothing was changed."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    sound
        None: it could not be looked at, or is only worth knowing.
    """

    what: str
    sound: bool | None
    found: str


@dataclass(frozen=True, slots=True)
class Mended:
    """What was made anew: minutes and days that there are now, and windows that sessions had not got."""

    minutes: int
    days: int
    windows: int


class _TakeBack(Exception):  # noqa: N818 - it is no error
    """Ends a transaction without keeping anything of it."""


def check(database: Database, now: datetime) -> Iterator[Finding]:
    """Yield what is found, one thing after the other; nothing is changed."""
    try:
        if database.path:
            yield from _file(database)
        if not readable(database):
            yield Finding("form", None, "there is no history yet: it begins with the first session that is kept")
            return
        with database.reading() as connection:
            yield Finding("form", True, f"{form(connection)}, the newest that this program knows")
        yield _open_sessions(database, now)
        yield _sums(database, now)
    except StoreDamagedError as why:
        yield Finding("file", False, str(why))
    except StoreBusyError as why:
        yield Finding("sums", None, str(why))
    except StoreError as why:
        yield Finding("form", False, str(why))


def mend(database: Database, now: datetime) -> Mended:
    """Make all sums anew and finish what a killed program has left open, in one commit.

    Raises
    ------
    StoreBusyError
        Another program keeps the history.
    """
    if database.path is not None:
        with alone(database.path, BUSY):
            return _mend(database, None)
    return _mend(database, _going_on_since(now))


def _mend(database: Database, before: int | None) -> Mended:
    with database.writing() as connection:
        windows = history.mend(connection, shipped_targets(NAMES), shipped_rules(), before)
        minutes, days = rollups.rebuild(connection)
    return Mended(minutes, days, windows)


def _file(database: Database) -> Iterator[Finding]:
    with database.bare() as file:
        faults = [fault for (fault,) in file.execute("PRAGMA integrity_check(3)") if fault != "ok"]
        if faults:
            restore = "Bring back a copy with `posture-coach data restore`; `data where` lists them."
            yield Finding("file", False, f"damaged: {'; '.join(faults)}. {restore}")
            return
        yield Finding("file", True, "every page is where it belongs, every index agrees with its rows")
        lost = file.execute("PRAGMA foreign_key_check").fetchall()
        told = f"{len(lost)} rows refer to others that are not there: bring back a copy" if lost else "all there"
        yield Finding("references", not lost, told)


def _going_on_since(now: datetime) -> int:
    return math.floor(now.timestamp()) - GOES_ON_S


def _open_sessions(database: Database, now: datetime) -> Finding:
    going_on = select(func.count()).select_from(SESSIONS).where(SESSIONS.c.ended_at >= _going_on_since(now))
    with _tried(database) as connection:
        lately = connection.execute(going_on).scalar_one()
        missing = history.mend(connection, shipped_targets(NAMES), shipped_rules(), _going_on_since(now))
    if missing:
        told = f"a killed program left {_many(missing, 'window')} unmade: `posture-coach data check --mend` does it"
        return Finding("sessions", False, told)
    told = f"{lately} of the last hour may still go on, and are not looked at" if lately else "all finished"
    return Finding("sessions", True, told)


def _sums(database: Database, now: datetime) -> Finding:
    """Make each day's sums anew, hold them against what is there, and take it back: a day at a time, for a moment."""
    since = _going_on_since(now)
    with database.reading() as connection:
        of_day = (SESSIONS.c.person_id, SESSIONS.c.day)
        chosen = select(*of_day).group_by(*of_day).having(func.max(SESSIONS.c.ended_at) < since)
        days = [(row.person_id, row.day) for row in connection.execute(chosen.order_by(SESSIONS.c.day))]
    wrong = sorted({day for person, day in days if not _agrees(database, person, day)})
    if wrong:
        named = ", ".join(map(str, wrong[:TOLD])) + (" and others" if len(wrong) > TOLD else "")
        told = f"of {_many(len(wrong), 'day')} not those of what lies beneath ({named})"
        return Finding("sums", False, f"{told}: `posture-coach data check --mend` makes them anew")
    return Finding("sums", True, f"those of {_many(len(days), 'day')} agree with what lies beneath")


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _agrees(database: Database, person: int, day: date) -> bool:
    with _tried(database) as connection:
        before = _sums_of(connection, person, day)
        of_day = (SESSIONS.c.person_id == person, SESSIONS.c.day == day)
        span = select(SECONDS.c.session_id, func.min(SECONDS.c.at), func.max(SECONDS.c.at))
        span = span.join(SESSIONS, SESSIONS.c.id == SECONDS.c.session_id).where(*of_day)
        for session, first, last in connection.execute(span.group_by(SECONDS.c.session_id)).all():
            rollups.sum_minutes(connection, session, first, last)
        rollups.sum_day(connection, person, day)
        after = _sums_of(connection, person, day)
    return after == before


def _sums_of(connection: Connection, person: int, day: date) -> list[list[str]]:
    """Return a day's sums as text, NaN equal to NaN."""
    of_session = select(SESSIONS.c.id).where(SESSIONS.c.person_id == person, SESSIONS.c.day == day)
    chosen: list[Any] = [select(MINUTES).where(MINUTES.c.session_id.in_(of_session))]
    chosen += [select(of).where(of.c.person_id == person, of.c.day == day) for of in (DAYS, DAY_SCORES)]
    return [sorted(repr(tuple(row)) for row in connection.execute(one)) for one in chosen]


@contextmanager
def _tried(database: Database) -> Iterator[Connection]:
    """Write without keeping it."""
    with suppress(_TakeBack), database.writing() as connection:
        yield connection
        raise _TakeBack
