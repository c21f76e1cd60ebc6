"""Minutes and days, summed up from what is kept beneath them: written as it comes, and the same when made anew.

A minute has a row for each activity in it, a day one for each activity at each place. Both are always made from what
stands in the tables, never added to, so that what was cut short cannot leave a sum that is wrong.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import Connection, RowMapping, delete, func, insert, select

from posture_coach.activity.types import Activity
from posture_coach.scoring.rules import Rules, shipped_rules
from posture_coach.scoring.windows import joined
from posture_coach.store.history.records import judged_s, loss_row, window_of
from posture_coach.store.history.tables import DAY_SCORES, DAYS, EVENTS, MEASURES, MINUTES, SECONDS, SESSIONS, WINDOWS

MINUTE_S = 60
NO_PROFILE = 0
LEAST_S = 15
"""A minute counts for a day's median from so many seconds on: a shorter glimpse is mostly a transition."""
QUARTILES = (50.0, 25.0, 75.0)
_DECIMALS = 3
MOVING = (Activity.STANDING, Activity.WALKING, Activity.EXERCISING, Activity.AWAY)
"""What ends a bout of sitting as a break; what nobody saw ends it too, but is none."""

Rows = Sequence[RowMapping]


def sum_minutes(connection: Connection, session: int, first: int, last: int) -> None:
    """Make the minutes of a session anew, from the one that holds the second `first` to the one of `last`."""
    start, stop = first - first % MINUTE_S, last - last % MINUTE_S + MINUTE_S
    in_minutes = (MINUTES.c.session_id == session, MINUTES.c.at >= start, MINUTES.c.at < stop)
    connection.execute(delete(MINUTES).where(*in_minutes))
    chosen = select(SECONDS).where(SECONDS.c.session_id == session, SECONDS.c.at >= start, SECONDS.c.at < stop)
    groups: dict[tuple[int, Activity], list[RowMapping]] = defaultdict(list)
    for row in connection.execute(chosen.order_by(SECONDS.c.at)).mappings():
        groups[row["at"] - row["at"] % MINUTE_S, row["activity"]].append(row)
    if groups:
        connection.execute(insert(MINUTES), [_minute(session, at, doing, of) for (at, doing), of in groups.items()])


def _minute(session: int, at: int, activity: Activity, rows: Rows) -> dict[str, Any]:
    scores = [row["score"] for row in rows if row["score"] == row["score"]]
    more = {name: [row["more"][name] for row in rows if name in (row["more"] or ())] for name in _others(rows)}
    return {
        "session_id": session, "at": at, "activity": activity, "seconds": len(rows), "scored": len(scores),
        "score": _mean(scores), "coverage": _mean([row["coverage"] for row in rows]),
        **{name: _mean([row[name] for row in rows]) for name in MEASURES},
        "more": {name: round(_mean(values), 2) for name, values in more.items()} or None,
    }  # fmt: skip


def _others(rows: Rows) -> list[str]:
    return sorted({name for row in rows for name in row["more"] or ()})


def sum_day(connection: Connection, person: int, day: date) -> None:
    """Make a person's day anew from its minutes, windows and events; a day whose minutes are gone is left as it is."""
    minutes = _of_day(connection, MINUTES, person, day)
    if not minutes:
        return
    for table in (DAYS, DAY_SCORES):
        connection.execute(delete(table).where(table.c.person_id == person, table.c.day == day))
    windows, events = (_of_day(connection, table, person, day) for table in (WINDOWS, EVENTS))
    ways = _ways(connection, person, day)
    for profile in sorted({row["profile"] for row in minutes}):
        here = [[row for row in rows if row["profile"] == profile] for rows in (minutes, windows, events)]
        key = {"person_id": person, "day": day, "profile_id": profile}
        connection.execute(insert(DAYS), [key | part for part in _activities(here[0])])
        connection.execute(insert(DAY_SCORES), [key | _scores(*here) | {"ways": ways[profile]}])


def _ways(connection: Connection, person: int, day: date) -> dict[int, list[list[str]]]:
    """Return, by profile, how the sessions of a day measured: [model, mode, own targets]."""
    profile, own = func.coalesce(SESSIONS.c.profile_id, NO_PROFILE), func.coalesce(SESSIONS.c.own_targets, "")
    chosen = select(profile, SESSIONS.c.model, SESSIONS.c.mode, own).distinct()
    chosen = chosen.where(SESSIONS.c.person_id == person, SESSIONS.c.day == day)
    found: dict[int, list[list[str]]] = defaultdict(list)
    for number, *way in sorted(tuple(row) for row in connection.execute(chosen)):
        found[number].append(way)
    return found


def _of_day(connection: Connection, table: Any, person: int, day: date) -> Rows:
    profile = func.coalesce(SESSIONS.c.profile_id, NO_PROFILE).label("profile")
    chosen = select(table, profile).join(SESSIONS, SESSIONS.c.id == table.c.session_id)
    chosen = chosen.where(SESSIONS.c.person_id == person, SESSIONS.c.day == day).order_by(table.c.at)
    return connection.execute(chosen).mappings().all()


def _activities(minutes: Rows) -> Iterator[dict[str, Any]]:
    groups: dict[Activity, list[RowMapping]] = defaultdict(list)
    for row in minutes:
        groups[row["activity"]].append(row)
    for activity, rows in groups.items():
        yield {
            "activity": activity, "seconds": sum(row["seconds"] for row in rows),
            "scored": sum(row["scored"] for row in rows), "score": _weighted(rows, "score", "scored"),
            "coverage": _weighted(rows, "coverage", "seconds"), "measures": _spreads(rows),
        }  # fmt: skip


def _spreads(rows: Rows) -> dict[str, list[float]]:
    """Return [median, lower quartile, upper quartile, minutes] of each measure that was seen."""
    long = [row for row in rows if row["seconds"] >= LEAST_S]
    found = {}
    for name in (*MEASURES, *_others(long)):
        values = [row[name] if name in MEASURES else (row["more"] or {}).get(name, np.nan) for row in long]
        known = [value for value in values if value == value]
        if known:
            found[name] = [*(round(float(q), _DECIMALS) for q in np.percentile(known, QUARTILES)), len(known)]
    return found


def _scores(minutes: Rows, windows: Rows, events: Rows) -> dict[str, Any]:
    known = [window_of(row) for row in windows if row["score"] == row["score"]]
    whole = joined(known, _rules()) if known else None
    parts = {
        name: getattr(whole, name) if whole else np.nan
        for name in ("score", "posture", "variety", "breaks", "coverage")
    }
    return {
        **parts,
        "judged_s": sum(judged_s({row["activity"]: row["seconds"]}) for row in minutes),
        "losses": [loss_row(loss, 0) for loss in whole.losses] if whole else [],
        "bouts_s": [[at, length, int(broken)] for at, length, broken in sitting_bouts(minutes)],
        "happened": _happened(events),
    }


@cache
def _rules() -> Rules:
    return shipped_rules()


def sitting_bouts(minutes: Rows) -> Iterator[tuple[int, int, bool]]:
    """Yield (at, seconds, whether a break ended it) of each bout of sitting, to the minute."""
    main: dict[int, Counter[Activity]] = defaultdict(Counter)
    for row in minutes:
        main[row["at"]][row["activity"]] += row["seconds"]
    start = last = None
    for at in sorted(main):
        (doing, _), *_ = main[at].most_common(1)
        if start is not None and last is not None and (doing in MOVING or at - last > 2 * MINUTE_S):
            yield start, last + MINUTE_S - start, doing in MOVING and at - last <= 2 * MINUTE_S
            start = None
        if doing is Activity.SITTING:
            start, last = at if start is None else start, at
    if start is not None and last is not None:
        yield start, last + MINUTE_S - start, False


def _happened(events: Rows) -> dict[str, list[float]]:
    """Return {kind: [how often, seconds in all]}."""
    found: dict[str, list[float]] = {}
    for row in events:
        count, total = found.get(row["kind"], (0, 0.0))
        found[row["kind"]] = [count + 1, round(total + row["end_at"] - row["at"], 1)]
    return found


def rebuild(connection: Connection) -> tuple[int, int]:
    """Make every minute and day anew that what lies beneath them is still there for; return how many of each."""
    spans = select(SECONDS.c.session_id, func.min(SECONDS.c.at), func.max(SECONDS.c.at)).group_by(SECONDS.c.session_id)
    for session, first, last in connection.execute(spans).all():
        sum_minutes(connection, session, first, last)
    days = select(SESSIONS.c.person_id, SESSIONS.c.day).distinct()
    for person, day in connection.execute(days).all():
        sum_day(connection, person, day)
    counts = (connection.execute(select(func.count()).select_from(table)).scalar_one() for table in (MINUTES, DAYS))
    minutes, kept_days = counts
    return minutes, kept_days


def _mean(values: Iterable[float]) -> float:
    known = [value for value in values if value == value]
    return sum(known) / len(known) if known else np.nan


def _weighted(rows: Rows, name: str, by: str) -> float:
    known = [(row[name], row[by]) for row in rows if row[name] == row[name] and row[by]]
    return sum(value * weight for value, weight in known) / sum(weight for _, weight in known) if known else np.nan
