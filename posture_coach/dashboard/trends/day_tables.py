"""One day hour by hour and to the minute, as tables."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from posture_coach.activity.types import Activity
from posture_coach.coach.story.sitting import good_min
from posture_coach.coach.story.words import DAY_S, HOUR_S, MINUTE_S, clock, lasting, listed, short
from posture_coach.dashboard.trends.period_tables import PART_TITLE, Extremes, extremes
from posture_coach.dashboard.trends.table import Column, Table, columns
from posture_coach.scoring.noise import score_limit
from posture_coach.scoring.rules import Rules
from posture_coach.store.history.trends import Bout, Hour, Stretch

OffsetS = Callable[[float], int]
"""Tells how far local time was ahead of UTC, in seconds, at a moment in seconds since 1970 UTC."""


def hour_table(hours: Sequence[Hour], words: str, rules: Rules) -> Table:
    """Return the score and its parts, hour by hour."""
    rows = []
    for one in sorted(hours, key=lambda one: one.hour):
        window, seen = one.window, one.window.judged_s()
        parts = (window.posture, window.variety, window.breaks)
        rows.append((f"{one.hour:02}:00", window.score, *parts, seen / MINUTE_S, 100 * window.coverage))
    heads = columns(
        ("score", "score", 0), *((part, title, 0) for part, title in PART_TITLE.items()),
        ("seen_min", "minutes seen", 0), ("coverage_pct", "coverage (%)", 0),
    )  # fmt: skip
    ends = hour_extremes(hours, rules)
    more = ends.words if ends else "" if rows else "The first hour comes with its first five minutes."
    told = f"The score hour by hour on {words}. {more}".strip()
    return Table("hours", "Hour by hour", told, (Column("hour", "hour"), *heads), tuple(rows))


def hour_extremes(hours: Sequence[Hour], rules: Rules) -> Extremes | None:
    """Return the best and the worst hour, of those with enough seen of somebody."""
    seen = [one for one in hours if one.window.judged_s() >= rules.days.least_hour_s]
    scores = [(f"{one.hour:02}:00", one.window.score) for one in seen if not math.isnan(one.window.score)]
    return extremes(scores, score_limit(rules))


def hour_of(at: float, utc_offset_s: int) -> float:
    """Return a moment's local hour, with its minutes behind the point."""
    return (at + utc_offset_s) % DAY_S / HOUR_S


def ribbon_table(
    stretches: Sequence[Stretch], seconds: Mapping[Activity, int], offset_s: OffsetS, words: str, title: str
) -> Table:
    """Return what somebody did, to the minute.

    Parameters
    ----------
    seconds
        Of each activity over the day: a minute of the stretches is that of what it was spent with most.
    offset_s
        Tells how far local time was ahead of UTC, in seconds, at the start of a stretch, which ends by the same clock.
    title
        Who did it.
    """
    rows = []
    for one in stretches:
        minutes, offset = (one.end_at - one.at) / MINUTE_S, offset_s(one.at)
        start = hour_of(one.at, offset)
        rows.append(
            (
                clock(one.at, offset), clock(one.end_at, offset, ends=True), str(one.activity), minutes,
                start, start + minutes * MINUTE_S / HOUR_S,
            )
        )  # fmt: skip
    spent = [(activity, lasted) for activity, lasted in Counter(seconds).most_common() if round(lasted / MINUTE_S)]
    told = listed([f"{activity} {short(lasted)}" for activity, lasted in spent]) if spent else "less than a minute"
    heads = columns(("from", "from"), ("to", "to"), ("activity", "activity"), ("minutes", "minutes", 0))
    placed = (Column("start_h", "", hidden=True), Column("end_h", "", hidden=True))
    return Table("activities", title, f"{title} on {words}: {told}.", (*heads, *placed), tuple(rows))


def bout_table(bouts: Sequence[Bout], offset_s: OffsetS, rules: Rules, words: str) -> Table:
    """Return each bout of sitting; `offset_s` as for `ribbon_table`."""
    rows = []
    for one in bouts:
        offset, minutes = offset_s(one.at), one.seconds / MINUTE_S
        start = hour_of(one.at, offset)
        ended = "a break" if one.broken else "out of view"
        rows.append((clock(one.at, offset), minutes, ended, start, start + one.seconds / HOUR_S))
    good = good_min(rules)
    lasted = [minutes for _, minutes, *_ in rows]
    told = f"No bout of sitting on {words}."
    if len(lasted) == 1:
        told = f"1 bout of sitting on {words}; it took {lasting(MINUTE_S * lasted[0])}."
    elif lasted:
        longer = sum(minutes > good for minutes in lasted)
        told = f"{len(lasted)} bouts of sitting on {words}, {longer} of them longer than {good:.0f} minutes; "
        told += f"the longest took {lasting(MINUTE_S * max(lasted))}."
    heads = columns(("from", "from"), ("minutes", "minutes", 0), ("ended_by", "ended by"))
    placed = (Column("start_h", "", hidden=True), Column("end_h", "", hidden=True))
    return Table("bouts", "Sitting in one go", told, (*heads, *placed), tuple(rows))
