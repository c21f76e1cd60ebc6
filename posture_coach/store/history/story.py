"""What a day's or a week's story is told from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from posture_coach.activity.types import Activity
from posture_coach.scoring.rules import Rules
from posture_coach.store.history import trends
from posture_coach.store.history.trends import MINUTE_S, About, Day, Hour, Stretch, Ways


@dataclass(frozen=True, slots=True)
class Told:
    """Some days, and what came before them.

    Parameters
    ----------
    first, last
        The days; a day's story has one. The last may still be to come.
    days
        Those of them that have anything in them, in order.
    hours
        Of a single day, as far back as they are kept.
    ribbons
        By day, as far back as they are kept.
    clocks
        (from when on, how far local time was ahead of UTC), both in seconds, as far back as sessions are kept.
    measured
        Names of what was measured on any of the days, and during what.
    before
        Days before that were measured alike, in order.
    place_known
        Whether those before and the days were at one place that is known by name.
    place
        Name of the one that all of it is about, empty for none; None: all of them.
    now
        Local time.
    """

    first: date
    last: date
    days: tuple[Day, ...]
    hours: tuple[Hour, ...]
    ribbons: Mapping[date, tuple[Stretch, ...]]
    clocks: tuple[tuple[int, int], ...]
    measured: Mapping[str, Set[Activity]]
    before: tuple[Day, ...]
    place_known: bool
    place: str | None
    now: datetime

    @property
    def goes_on(self) -> bool:
        """Whether it is not over."""
        return self.now.date() <= self.last

    def offset_s(self, at: float) -> int | None:
        """Return how far local time was ahead of UTC at a moment of a session; None where that is no longer kept."""
        return offset_s(self.clocks, at)

    @property
    def length(self) -> int:
        """How many days it has so far."""
        return (min(self.last, self.now.date()) - self.first).days + 1


def offset_s(clocks: Sequence[tuple[int, int]], at: float) -> int | None:
    """Return how far local time was ahead of UTC at a moment of a session, by `trends.clocks`; None: not kept."""
    # Sums begin with the full minute before the session does.
    known = bisect_right(clocks, at + MINUTE_S, key=lambda clock: clock[0])
    return clocks[known - 1][1] if known else None


def told(
    connection: Connection, about: About, first: date, last: date, look_back: int, rules: Rules, now: datetime
) -> Told | None:
    """Read some days, and as many before them as are looked back; None where there is nothing of them.

    Parameters
    ----------
    now
        Local time.
    """
    days = trends.days(connection, about, first, last)
    if not days:
        return None
    before = trends.days(connection, about, first - timedelta(days=look_back), first - timedelta(days=1))
    ways = {day.day: trends.ways(connection, about, day.day, day.day) for day in (*before, *days)}
    return Told(
        first, last, tuple(days), tuple(trends.hours(connection, about, first, rules)) if first == last else (),
        {day.day: tuple(trends.ribbon(connection, about, day.day)) for day in days},
        tuple(trends.clocks(connection, about, first, last)), trends.measured(connection, about, first, last),
        alike(before, days, ways), all(ways[day.day].places != ("",) for day in days), about.place, now,
    )  # fmt: skip


def alike(before: Sequence[Day], days: Sequence[Day], ways: Mapping[date, Ways]) -> tuple[Day, ...]:
    """Return the days before that compare: by one model, in one mode, at one place, against one set of targets.

    Nothing compares with days that were not measured in one way themselves, or of which that is no longer kept.
    """
    kind, *others = {_kind(ways[day.day]) for day in days}
    if others or any(len(part) != 1 for part in kind):
        return ()
    return tuple(day for day in before if _kind(ways[day.day]) == kind)


def _kind(ways: Ways) -> tuple[tuple[str, ...], ...]:
    return ways.models, ways.modes, ways.places, ways.own_targets
