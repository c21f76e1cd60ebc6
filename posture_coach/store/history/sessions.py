"""Writes sessions into the history: what is handed over, and the sums above it, in one commit."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text, update

from posture_coach.scoring.rules import Rules
from posture_coach.scoring.targets import Targets
from posture_coach.scoring.windows import Windows
from posture_coach.store.history.records import (
    Batch,
    Origin,
    PlaceKept,
    event_row,
    second_of,
    second_row,
    window_row,
)  # fmt: skip
from posture_coach.store.history.rollups import sum_day, sum_minutes
from posture_coach.store.history.tables import EVENTS, PEOPLE, PROFILES, SECONDS, SESSIONS, WINDOWS


def begin(connection: Connection, origin: Origin) -> int:
    """Open a session; return its number."""
    person = me(connection, origin.second) if origin.person is None else origin.person
    row = {
        "person_id": person, "profile_id": _profile(connection, origin.place), "day": origin.day,
        "utc_offset_s": origin.utc_offset_s, "started_at": origin.second, "ended_at": origin.second,
        "source": origin.source, "model": str(origin.model), "mode": str(origin.mode), "program": origin.program,
        "own_targets": origin.own_targets or None,
    }  # fmt: skip
    return _key(connection.execute(insert(SESSIONS).values(row)))


def me(connection: Connection, now: int) -> int:
    """Return the number of the one who uses the program on this machine, whose name is not kept."""
    nameless = select(func.min(PEOPLE.c.id)).where(PEOPLE.c.name_sealed.is_(None))
    known = connection.execute(nameless).scalar()
    if known is None and connection.dialect.name == "postgresql":
        # A file has one writer at a time; on a server another one may be adding them at this moment.
        connection.execute(text("LOCK TABLE people IN SHARE ROW EXCLUSIVE MODE"))
        known = connection.execute(nameless).scalar()
    return int(known) if known is not None else _key(connection.execute(insert(PEOPLE).values(made_at=now)))


def keep(connection: Connection, session: int, origin: Origin, batch: Batch) -> None:
    """Add what has come; sum up the minutes that it touches, and with each window the day, which is made of them."""
    began = origin.began
    if batch.windows:
        # A window that another program finished too early (`mend`) gives way to the whole one.
        since = began + int(batch.windows[0].start_s)
        connection.execute(delete(WINDOWS).where(WINDOWS.c.session_id == session, WINDOWS.c.at >= since))
    for table, rows in (
        (SECONDS, [second_row(session, began, second) for second in batch.seconds]),
        (WINDOWS, [window_row(session, began, window) for window in batch.windows]),
        (EVENTS, [event_row(session, began, event) for event in batch.events]),
    ):
        if rows:
            connection.execute(insert(table), rows)
    if batch.seconds:
        first, last = (began + int(second.start_s) for second in (batch.seconds[0], batch.seconds[-1]))
        sum_minutes(connection, session, first, last)
        connection.execute(update(SESSIONS).where(SESSIONS.c.id == session).values(ended_at=last + 1))
    if batch.windows:
        sum_day(connection, *_day_of(connection, session))


def kept_to(connection: Connection, session: int, origin: Origin) -> int | None:
    """Return the second up to which a session is kept; None where it is not there, or not there any more."""
    is_it = (SESSIONS.c.id == session, SESSIONS.c.started_at == origin.second, SESSIONS.c.source == origin.source)
    return connection.execute(select(SESSIONS.c.ended_at).where(*is_it)).scalar()


def missing(connection: Connection, session: int, origin: Origin, batch: Batch) -> Batch:
    """Return what of a batch is not kept yet, where it is not known whether its commit came through."""
    began, told_to = origin.began, kept_to(connection, session, origin)
    chosen = select(EVENTS.c.kind, EVENTS.c.at).where(EVENTS.c.session_id == session)
    known = {(kind, at) for kind, at in connection.execute(chosen)} if batch.events else set()
    seconds = [second for second in batch.seconds if told_to is None or began + int(second.start_s) >= told_to]
    events = [event for event in batch.events if (event.kind, began + event.start_s) not in known]
    return Batch(seconds, batch.windows, events)


def mend(connection: Connection, targets: Targets, rules: Rules, before: int | None = None) -> int:
    """Finish what a program that was killed left open: windows of seconds that have none; return how many.

    Parameters
    ----------
    before
        Sessions that have told something since then may still go on, elsewhere; None: none of them does.
    """
    last_window = select(func.max(WINDOWS.c.end_at)).where(WINDOWS.c.session_id == SESSIONS.c.id).scalar_subquery()
    open_ends = func.coalesce(last_window, SESSIONS.c.started_at)
    unfinished = select(SESSIONS, open_ends.label("told_to")).where(open_ends < SESSIONS.c.ended_at)
    if before is not None:
        unfinished = unfinished.where(SESSIONS.c.ended_at < before)
    mended = 0
    for session in connection.execute(unfinished).mappings().all():
        rows = _windows_of(connection, session, targets, rules)
        if rows:
            connection.execute(insert(WINDOWS), rows)
            mended += len(rows)
        sum_day(connection, session["person_id"], session["day"])
    return mended


def sum_up(connection: Connection, session: int) -> None:
    """Sum up the day of a session."""
    sum_day(connection, *_day_of(connection, session))


def _day_of(connection: Connection, session: int) -> tuple[int, date]:
    person, day = connection.execute(select(SESSIONS.c.person_id, SESSIONS.c.day).where(SESSIONS.c.id == session)).one()
    return person, day


def _windows_of(connection: Connection, session: Any, targets: Targets, rules: Rules) -> list[dict[str, Any]]:
    windows = Windows(targets, rules)
    # Windows go on where the last one ended: they are cut by the stream's time, which had begun before the session.
    told = math.ceil((session["told_to"] - session["started_at"]) / rules.length_s)
    began = int(session["told_to"] - told * rules.length_s)
    chosen = select(SECONDS).where(SECONDS.c.session_id == session["id"]).order_by(SECONDS.c.at)
    # From the first second on, though the first windows are there: still spells and bouts began in them.
    seconds = [second_of(row, began) for row in connection.execute(chosen).mappings()]
    made = [window for second in seconds for window in windows.take(second)] + list(windows.finish())
    return [window_row(session["id"], began, w) for w in made if began + math.floor(w.start_s) >= session["told_to"]]


def _profile(connection: Connection, place: PlaceKept | None) -> int | None:
    if place is None:
        return None
    known = connection.execute(select(PROFILES.c.id).where(PROFILES.c.sha256 == place.sha256)).scalar()
    if known is not None:
        return int(known)
    row = {"place": place.place, "sha256": place.sha256, "taken_at": math.floor(place.taken_at.timestamp())}
    return _key(connection.execute(insert(PROFILES).values(row)))


def _key(result: Any) -> int:
    (key,) = result.inserted_primary_key
    return int(key)
