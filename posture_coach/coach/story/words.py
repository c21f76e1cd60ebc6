"""How a story writes durations, times of day, dates and lists."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400


def lasting(seconds: float) -> str:
    """Write a duration to the minute."""
    minutes = round(seconds / MINUTE_S)
    if not minutes:
        return "less than a minute" if seconds > 0 else "no time"
    hours, rest = divmod(minutes, MINUTE_S)
    parts = [counted(number, word) for number, word in ((hours, "hour"), (rest, "minute")) if number]
    return " ".join(parts)


def short(seconds: float) -> str:
    """Write a duration to the minute as briefly as a table needs it."""
    hours, minutes = divmod(round(seconds / MINUTE_S), MINUTE_S)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def counted(number: int, word: str) -> str:
    """Write a number of things."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def clock(at: float, utc_offset_s: int, *, ends: bool = False) -> str:
    """Write a time of day: the minute in which something began; of an end the minute in which it was over.

    Parameters
    ----------
    at
        Seconds since 1970 UTC.
    ends
        Whether it is an end: midnight is then 24:00 of the day that is over.
    """
    local = at + utc_offset_s
    minutes = math.ceil(local / MINUTE_S) if ends else math.floor(local / MINUTE_S)
    hour, minute = divmod(minutes % (DAY_S // MINUTE_S), MINUTE_S)
    return "24:00" if ends and not hour and not minute else f"{hour:02d}:{minute:02d}"


def between(start: float, end: float, utc_offset_s: int) -> str:
    """Write when something was: from … to …, or around a minute where it took no longer."""
    if end - start < MINUTE_S:
        return f"around {clock(start, utc_offset_s)}"
    return f"from {clock(start, utc_offset_s)} to {clock(end, utc_offset_s, ends=True)}"


def dated(day: date) -> str:
    """Write a date with its weekday."""
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def span(first: date, last: date) -> str:
    """Write a first and a last day."""
    if first.year != last.year:
        return f"{first.day} {first:%B} {first.year} to {last.day} {last:%B} {last.year}"
    month = "" if first.month == last.month else f" {first:%B}"
    return f"{first.day}{month} to {last.day} {last:%B} {last.year}"


def listed(parts: Sequence[str]) -> str:
    """Join words with commas and a last *and*."""
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def small(words: str) -> str:
    """Return words as they stand within a sentence."""
    return words[:1].lower() + words[1:]
