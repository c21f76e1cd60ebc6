"""Turns a story into what its picture is drawn from."""

from __future__ import annotations

import math
from datetime import date, timedelta

from posture_coach.activity.types import Activity
from posture_coach.coach.story.day import Story
from posture_coach.coach.story.words import DAY_S, HOUR_S
from posture_coach.paper.story import Lane, Point, Sheet
from posture_coach.store.history.story import Told

FOOT = (
    "Measured with a camera by posture-coach. It describes what was seen and is no diagnosis; no posture has been "
    "shown to cause back pain. What was not seen counts neither way."
)
UNSEEN = (Activity.AWAY, Activity.UNKNOWN)
LEAST_HOURS, NOON = 4, 12


def sheet_of(told: Told, story: Story) -> Sheet:
    """Return what the picture of a story shows."""
    week = told.first != told.last
    lanes = tuple(_lane(told, day, week=week) for day in _days(told)) if any(told.ribbons.values()) else ()
    points = _day_points(told, story) if week else _hour_points(told)
    hours = _hours(lanes, () if week else points)
    return Sheet(
        story.title, story.subtitle, tuple((f.value, f.label, f.note) for f in story.figures), story.whose.done, lanes,
        hours, "Score by day" if week else "Score by hour",
        points if story.figures and any(not math.isnan(p.score) for p in points) else (),
        (0, len(points)) if week else hours, story.sentences,
        story.suggestion.grounds if story.suggestion is not None else "", FOOT,
    )  # fmt: skip


def hours_of(told: Told, day: date) -> tuple[tuple[float, float, Activity], ...]:
    """Return a day's ribbon in hours of its local day, by the clock of where each session was."""
    midnight = (day - date(1970, 1, 1)).days * DAY_S
    found = []
    for one in told.ribbons.get(day, ()):
        offset = told.offset_s(one.at) or 0
        start, end = (at + offset - midnight for at in (one.at, one.end_at))
        found.append((max(0.0, start / HOUR_S), min(24.0, end / HOUR_S), one.activity))
    return tuple(sorted((start, end, doing) for start, end, doing in found if start < end))


def _days(told: Told) -> list[date]:
    return [told.first + timedelta(days=k) for k in range((told.last - told.first).days + 1)]


def _lane(told: Told, day: date, *, week: bool) -> Lane:
    return Lane(_named(day) if week else "", hours_of(told, day))


def _named(day: date) -> str:
    return f"{day:%a} {day.day}"


def _hours(lanes: tuple[Lane, ...], points: tuple[Point, ...]) -> tuple[int, int]:
    """Return the hours that the ribbons span; what nobody was seen in at both ends is left out."""
    seen = [stretch for lane in lanes for stretch in lane.stretches if stretch[2] not in UNSEEN]
    starts = [start for start, _, _ in seen] + [point.at for point in points]
    ends = [end for _, end, _ in seen] + [point.at + 1 for point in points]
    if not starts:
        return 9, 18
    first, last = math.floor(min(starts)), math.ceil(max(ends))
    missing = max(0, LEAST_HOURS - (last - first))
    first = max(0, first - missing // 2)
    return first, min(24, max(last, first + LEAST_HOURS))


def _hour_points(told: Told) -> tuple[Point, ...]:
    return tuple(
        Point(one.hour, "", w.score, w.posture, w.variety, w.breaks) for one in told.hours for w in [one.window]
    )


def _day_points(told: Told, story: Story) -> tuple[Point, ...]:
    """Return a point for each day of the week; one that was hardly seen has none of its numbers."""
    by_day = {day.day: day for day in told.days if day.day in story.judged}
    found = []
    for number, day in enumerate(_days(told)):
        one = by_day.get(day)
        parts = (one.score, one.posture, one.variety, one.breaks) if one else (math.nan,) * 4
        found.append(Point(number, _named(day), *parts))
    return tuple(found)
