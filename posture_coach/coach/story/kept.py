"""Tells a day, or a week, from the history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from posture_coach.coach.story.day import Story, day_story
from posture_coach.coach.story.suggestions import shipped_suggestions
from posture_coach.coach.story.week import WEEK_DAYS, week_story
from posture_coach.coach.story.whose import Whose
from posture_coach.scoring.rules import shipped_rules
from posture_coach.store.history import story as kept
from posture_coach.store.history.reader import Reader
from posture_coach.store.history.story import Told
from posture_coach.store.history.trends import About


class Span(StrEnum):
    """What a story is of."""

    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Telling:
    """A story with what it was told from."""

    told: Told
    story: Story


def telling(reader: Reader, about: About, last: date, of: Span, now: datetime, name: str = "") -> Telling | None:
    """Tell a day, or the seven days that end with it; None where nothing is kept of them.

    Parameters
    ----------
    now
        Local time.
    name
        Of the person that it is about, where it is at hand and not the one who reads it.

    Raises
    ------
    StoreError
        The history cannot be read.
    """
    rules = shipped_rules()
    first = last if of is Span.DAY else last - timedelta(days=WEEK_DAYS - 1)
    look_back = rules.days.look_back_days if of is Span.DAY else WEEK_DAYS
    found = reader.ask(lambda c: kept.told(c, about, first, last, look_back, rules, now))
    if found is None:
        return None
    tell = day_story if of is Span.DAY else week_story
    return Telling(found, tell(found, rules, shipped_suggestions(rules), Whose(about.person, name)))
