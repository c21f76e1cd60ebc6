"""Days, weeks, months and years as the trends page speaks of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

BASELINE_DAYS = 14
"""Days from the first one on that make somebody's own baseline."""
DECEMBER = 12
WEEK_DAYS = 7
MANY_DAYS = 62
"""More days than that are told by weeks: a line of hundreds of days shows noise."""


class Span(StrEnum):
    """How much time is looked at."""

    DAY = "Day"
    WEEK = "Week"
    MONTH = "Month"
    YEAR = "Year"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from first to last, both included."""

    first: date
    last: date

    @property
    def by_weeks(self) -> bool:
        """Whether it is told week by week."""
        return (self.last - self.first).days >= MANY_DAYS

    @property
    def bucket(self) -> str:
        """What one point stands for."""
        return "week" if self.by_weeks else "day"

    def bucket_of(self, day: date) -> date:
        """Return the day, or the Monday, that a day is told under."""
        return monday(day) if self.by_weeks else day

    def buckets(self) -> Iterator[date]:
        """Yield every point that there can be."""
        at, step = self.bucket_of(self.first), timedelta(days=WEEK_DAYS if self.by_weeks else 1)
        while at <= self.last:
            yield at
            at += step

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def words(self) -> str:
        """The days, for people."""
        if self.first == self.last:
            return f"{self.first:%A}, {_day(self.first)} {self.first.year}"
        if self == around(Span.YEAR, self.first):
            return str(self.first.year)
        if self == around(Span.MONTH, self.first):
            return f"{self.first:%B %Y}"
        year = f" {self.first.year}" if self.first.year != self.last.year else ""
        month = f" {self.first:%B}" if (self.first.month, year) != (self.last.month, "") else ""
        return f"{self.first.day}{month}{year} to {_day(self.last)} {self.last.year}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"


def monday(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def around(span: Span, day: date) -> Period:
    """Return the day, week, month or year that a day lies in."""
    if span is Span.WEEK:
        return Period(monday(day), monday(day) + timedelta(days=WEEK_DAYS - 1))
    if span is Span.MONTH:
        after = day.replace(day=1, month=day.month + 1) if day.month < DECEMBER else date(day.year + 1, 1, 1)
        return Period(day.replace(day=1), after - timedelta(days=1))
    if span is Span.YEAR:
        return Period(date(day.year, 1, 1), date(day.year, DECEMBER, 31))
    return Period(day, day)


def before(span: Span, period: Period) -> Period:
    """Return the one before."""
    return around(span, period.first - timedelta(days=1))


def after(span: Span, period: Period) -> Period:
    """Return the one after."""
    return around(span, period.last + timedelta(days=1))


def baseline(first: date) -> Period:
    """Return somebody's first two weeks."""
    return Period(first, first + timedelta(days=BASELINE_DAYS - 1))
