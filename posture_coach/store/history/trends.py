"""Questions to the history: an hour, a day, a year of one person, from sums alone, so that a year takes no longer.

Days and hours are local ones, as they were where the session ran.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, func, select

from posture_coach.activity.types import Activity, Event
from posture_coach.measures.types import Floats
from posture_coach.scoring.rules import Rules
from posture_coach.scoring.windows import Loss, Window, joined, longest
from posture_coach.store.history.records import loss_of, window_of
from posture_coach.store.history.rollups import NO_PROFILE
from posture_coach.store.history.tables import DAY_SCORES, DAYS, EVENTS, MINUTES, PEOPLE, PROFILES, SESSIONS, WINDOWS

PARTS = ("score", "posture", "variety", "breaks")
HOUR_S, MINUTE_S = 3600, 60


@dataclass(frozen=True, slots=True)
class About:
    """Whom and what a question is about.

    Parameters
    ----------
    person
        Number; None: the one who uses the program on this machine.
    place
        Name of one place; empty: what belongs to no place; None: all of them.
    """

    person: int | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Bout:
    """A stretch of sitting, to the minute, but no longer than was sat on its day in all.

    Parameters
    ----------
    at
        Seconds since 1970 UTC.
    broken
        Whether a break ended it; a bout also ends where nobody was seen, or with the day.
    """

    at: int
    seconds: int
    broken: bool


@dataclass(frozen=True, slots=True)
class Day:
    """One day.

    Parameters
    ----------
    judged_s
        Seconds of sitting, standing or walking.
    scored_s
        Seconds whose posture could be scored.
    score, posture, variety, breaks
        0 to 100; NaN where not known.
    coverage
        Share of the time and of the targets that posture was scored.
    seconds
        Of each activity.
    happened
        By kind of event: how often, and seconds in all.
    """

    day: date
    judged_s: int
    scored_s: int
    score: float
    posture: float
    variety: float
    breaks: float
    coverage: float
    seconds: Mapping[Activity, int]
    bouts: tuple[Bout, ...]
    happened: Mapping[str, tuple[int, float]]
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True)
class MeasureDay:
    """One measure on one day: median and quartiles over its minutes, in the measure's unit."""

    day: date
    median: float
    low: float
    high: float
    minutes: int


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of a day that somebody was seen in.

    Parameters
    ----------
    hour
        0 to 23, local.
    window
        Its windows as one; times in seconds since 1970 UTC.
    """

    day: date
    hour: int
    window: Window


@dataclass(frozen=True, slots=True)
class Stretch:
    """What somebody did, to the minute; [at, end_at) in seconds since 1970 UTC."""

    at: int
    end_at: int
    activity: Activity


@dataclass(frozen=True, slots=True)
class Doing:
    """One activity on one day.

    Parameters
    ----------
    seconds, scored_s
        How long, and how much of it posture was scored.
    posture
        0 to 100; NaN where it was not scored.
    """

    day: date
    seconds: int
    scored_s: int
    posture: float


@dataclass(frozen=True, slots=True)
class WindowScore:
    """The score of five minutes; `hour` is the local one that they began in."""

    day: date
    hour: int
    judged_s: int
    score: float


@dataclass(frozen=True, slots=True)
class Ways:
    """How the sessions of some days measured: only what was measured alike compares.

    Parameters
    ----------
    own_targets
        SHA-256 of each set of own targets; empty among them where the shipped ones held.
    """

    places: tuple[str, ...]
    models: tuple[str, ...]
    modes: tuple[str, ...]
    own_targets: tuple[str, ...]


def reach(connection: Connection, about: About) -> tuple[date, date] | None:
    """Return the first and the last day with anything in it; None where there is none."""
    chosen = select(func.min(DAY_SCORES.c.day), func.max(DAY_SCORES.c.day)).where(*_about(DAY_SCORES, about))
    first, last = connection.execute(chosen).one()
    return None if first is None else (first, last)


def places(connection: Connection, person: int | None = None) -> list[str]:
    """Return the names of the places in a person's history; empty for what belongs to none."""
    chosen = select(DAY_SCORES.c.profile_id).distinct().where(*_about(DAY_SCORES, About(person)))
    names = _place_names(connection)
    return sorted({names.get(number, "") for number in connection.execute(chosen).scalars()})


def days(connection: Connection, about: About, first: date, last: date) -> list[Day]:
    """Return the days from first to last, both included, that have anything in them."""
    scores, activities = (
        connection.execute(
            select(table).where(*_about(table, about), table.c.day.between(first, last)).order_by(table.c.day)
        ).all()
        for table in (DAY_SCORES, DAYS)
    )
    seconds: dict[date, Counter[Activity]] = defaultdict(Counter)
    scored_s: Counter[date] = Counter()
    for row in activities:
        seconds[row.day][row.activity] += row.seconds
        scored_s[row.day] += row.scored
    by_day: dict[date, list[Any]] = defaultdict(list)
    for row in scores:
        by_day[row.day].append(row)
    return [_day(day, rows, seconds[day], scored_s[day]) for day, rows in by_day.items()]


def _day(day: date, rows: Sequence[Row[Any]], seconds: Mapping[Activity, int], scored_s: int) -> Day:
    """Put the places of a day together."""
    judged = np.array([row.judged_s for row in rows], dtype=np.float64)
    score, posture, variety, breaks, coverage = (
        _weighted([getattr(row, name) for row in rows], judged) for name in (*PARTS, "coverage")
    )
    bouts = [Bout(at, min(s, seconds[Activity.SITTING]), bool(by)) for row in rows for at, s, by in row.bouts_s]
    happened: dict[str, tuple[int, float]] = {}
    for row in rows:
        for kind, (count, total) in row.happened.items():
            before = happened.get(kind, (0, 0.0))
            happened[kind] = (before[0] + int(count), before[1] + total)
    return Day(
        day, int(judged.sum()), scored_s, score, posture, variety, breaks, coverage, dict(seconds),
        tuple(sorted(bouts, key=_at)), happened, _losses(rows, judged),
    )  # fmt: skip


def _losses(rows: Sequence[Row[Any]], judged: Floats) -> tuple[Loss, ...]:
    scored = [(row, share) for row, share in zip(rows, judged.tolist(), strict=True) if row.score == row.score]
    whole = sum(share for _, share in scored)
    total: dict[tuple[str, str], Loss] = {}
    for row, share in scored if whole else ():
        for loss in map(loss_of, row.losses):
            known = total.get((loss.part, loss.what))
            points = loss.points * share / whole + (known.points if known else 0.0)
            moments = longest({*(known.moments if known else ()), *loss.moments})
            total[loss.part, loss.what] = Loss(loss.part, loss.what, loss.title, points, moments)
    return tuple(sorted(total.values(), key=lambda loss: -loss.points))


def measure(
    connection: Connection, about: About, name: str, activity: Activity, first: date, last: date
) -> list[MeasureDay]:
    """Return a measure day by day, while the person did one thing."""
    chosen = select(DAYS.c.day, DAYS.c.measures).where(
        *_about(DAYS, about), DAYS.c.activity == activity, DAYS.c.day.between(first, last)
    )
    by_day: dict[date, list[list[float]]] = defaultdict(list)
    for day, measures in connection.execute(chosen.order_by(DAYS.c.day)):
        if name in measures:
            by_day[day].append(measures[name])
    return [_measure_day(day, parts) for day, parts in by_day.items()]


def _measure_day(day: date, parts: list[list[float]]) -> MeasureDay:
    """Put the places of a day together, by their minutes: exact for one place, near enough for two."""
    minutes = np.array([part[3] for part in parts])
    median, low, high = (float(np.average([part[k] for part in parts], weights=minutes)) for k in range(3))
    return MeasureDay(day, median, low, high, int(minutes.sum()))


def measured(connection: Connection, about: About, first: date, last: date) -> dict[str, set[Activity]]:
    """Return which measures there are in some days, and in which activities."""
    chosen = select(DAYS.c.activity, DAYS.c.measures).where(*_about(DAYS, about), DAYS.c.day.between(first, last))
    found: dict[str, set[Activity]] = defaultdict(set)
    for activity, measures in connection.execute(chosen):
        for name in measures:
            found[name].add(activity)
    return dict(found)


def hours(connection: Connection, about: About, day: date, rules: Rules) -> list[Hour]:
    """Return the hours of one day with their causes, as far back as windows are kept.

    Each window is read whole, which would take seconds for a quarter: hours of several days come from `window_scores`.
    """
    groups: dict[int, list[Window]] = defaultdict(list)
    for row in _of_sessions(connection, WINDOWS, about, day, day):
        groups[(row["at"] + row["utc_offset_s"]) // HOUR_S % 24].append(window_of(row))
    return [Hour(day, hour, joined(windows, rules)) for hour, windows in groups.items()]


def doing(connection: Connection, about: About, activity: Activity, first: date, last: date) -> list[Doing]:
    """Return one activity day by day."""
    chosen = select(DAYS.c.day, DAYS.c.seconds, DAYS.c.scored, DAYS.c.score).where(
        *_about(DAYS, about), DAYS.c.activity == activity, DAYS.c.day.between(first, last)
    )
    by_day: dict[date, list[Any]] = defaultdict(list)
    for row in connection.execute(chosen.order_by(DAYS.c.day)):
        by_day[row.day].append(row)
    return [
        Doing(
            day, sum(row.seconds for row in rows), sum(row.scored for row in rows),
            _weighted([row.score for row in rows], np.array([row.scored for row in rows], dtype=np.float64)),
        )
        for day, rows in by_day.items()
    ]  # fmt: skip


def window_scores(connection: Connection, about: About, first: date, last: date) -> list[WindowScore]:
    """Return the score of every five minutes that have one, as far back as windows are kept."""
    chosen = select(SESSIONS.c.day, SESSIONS.c.utc_offset_s, WINDOWS.c.at, WINDOWS.c.judged_s, WINDOWS.c.score)
    chosen = chosen.join(SESSIONS, SESSIONS.c.id == WINDOWS.c.session_id).where(
        *_sessions(connection, about, first, last), WINDOWS.c.score.is_not(None)
    )
    return [
        WindowScore(row.day, (row.at + row.utc_offset_s) // HOUR_S % 24, row.judged_s, row.score)
        for row in connection.execute(chosen.order_by(WINDOWS.c.at))
    ]


def ribbon(connection: Connection, about: About, day: date) -> list[Stretch]:
    """Return what somebody did over a day, to the minute, as far back as minutes are kept."""
    main: dict[int, Counter[Activity]] = defaultdict(Counter)
    for row in _of_sessions(connection, MINUTES, about, day, day):
        main[row["at"]][row["activity"]] += row["seconds"]
    found: list[Stretch] = []
    for at in sorted(main):
        (doing, _), *_ = main[at].most_common(1)
        if found and found[-1].activity is doing and found[-1].end_at == at:
            found[-1] = Stretch(found[-1].at, at + MINUTE_S, doing)
        else:
            found.append(Stretch(at, at + MINUTE_S, doing))
    return found


def events(connection: Connection, about: About, first: date, last: date) -> list[Event]:
    """Return what happened; times in seconds since 1970 UTC."""
    return [
        Event(row["kind"], row["at"], row["end_at"], row["evidence"])
        for row in _of_sessions(connection, EVENTS, about, first, last)
    ]


def ways(connection: Connection, about: About, first: date, last: date) -> Ways:
    """Return how the sessions of some days measured."""
    names = _place_names(connection)
    chosen = select(DAY_SCORES.c.profile_id, DAY_SCORES.c.ways)
    rows = connection.execute(chosen.where(*_about(DAY_SCORES, about), DAY_SCORES.c.day.between(first, last))).all()
    models, modes, own = ({way[k] for row in rows for way in row.ways} for k in range(3))
    return Ways(
        tuple(sorted({names.get(row.profile_id, "") for row in rows})), tuple(sorted(models)), tuple(sorted(modes)),
        tuple(sorted(own)),
    )  # fmt: skip


def clocks(connection: Connection, about: About, first: date, last: date) -> list[tuple[int, int]]:
    """Return (from when on, how far local time was ahead of UTC), both in seconds, session by session."""
    chosen = select(SESSIONS.c.started_at, SESSIONS.c.utc_offset_s).where(*_sessions(connection, about, first, last))
    return [(at, offset) for at, offset in connection.execute(chosen.order_by(SESSIONS.c.started_at))]


def _of_sessions(connection: Connection, table: Any, about: About, first: date, last: date) -> Iterable[Any]:
    chosen = select(table, SESSIONS.c.day, SESSIONS.c.utc_offset_s).join(SESSIONS, SESSIONS.c.id == table.c.session_id)
    chosen = chosen.where(*_sessions(connection, about, first, last)).order_by(table.c.at)
    return connection.execute(chosen).mappings().all()


def _sessions(connection: Connection, about: About, first: date, last: date) -> list[Any]:
    """Return what sessions of a question must fulfil."""
    mine = [_person(SESSIONS.c.person_id, about.person), SESSIONS.c.day.between(first, last)]
    if about.place is None:
        return mine
    numbers = [number for number, place in _place_names(connection).items() if place == about.place]
    belongs = SESSIONS.c.profile_id.in_(numbers) if about.place else SESSIONS.c.profile_id.is_(None)
    return [*mine, belongs]


def _about(table: Any, about: About) -> list[Any]:
    mine = [_person(table.c.person_id, about.person)]
    if about.place is None:
        return mine
    if not about.place:
        return [*mine, table.c.profile_id == NO_PROFILE]
    return [*mine, table.c.profile_id.in_(select(PROFILES.c.id).where(PROFILES.c.place == about.place))]


def _person(column: Any, person: int | None) -> Any:
    me = select(func.min(PEOPLE.c.id)).where(PEOPLE.c.name_sealed.is_(None)).scalar_subquery()
    return column == (me if person is None else person)


def _place_names(connection: Connection) -> dict[int | None, str]:
    return {number: place for number, place in connection.execute(select(PROFILES.c.id, PROFILES.c.place))}


def _weighted(values: Sequence[float], weights: Floats) -> float:
    known = ~np.isnan(values) & (weights > 0)
    return float(np.average(np.array(values)[known], weights=weights[known])) if known.any() else math.nan


def _at(bout: Bout) -> int:
    return bout.at
