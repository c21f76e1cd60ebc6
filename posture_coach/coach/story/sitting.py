"""What a story tells of sitting: the longest bout, breaks, and what went well; see `story`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from posture_coach.activity.types import Activity
from posture_coach.coach.story.whose import Whose
from posture_coach.coach.story.words import MINUTE_S, counted, lasting
from posture_coach.scoring.rules import Rules
from posture_coach.store.history.trends import Bout, Day

Habit = tuple[str, Callable[[Day], bool]]


def planned(days: Iterable[Day], rules: Rules) -> int:
    """Return how many breaks the sitting of some days makes, one for every good bout's length."""
    return round(sum(day.seconds.get(Activity.SITTING, 0) for day in days) / (good_min(rules) * MINUTE_S))


def taken(days: Iterable[Day]) -> int:
    """Return how many bouts of sitting a break has ended; where nobody was seen, nothing is counted."""
    return sum(bout.broken for day in days for bout in day.bouts)


def longest(bouts: Iterable[Bout]) -> Bout | None:
    """Return the longest bout of sitting, the first of them."""
    return max(bouts, key=lambda bout: (bout.seconds, -bout.at), default=None)


def longest_words(bout: Bout, when: str) -> str:
    """Tell the longest bout of sitting; one that no break was seen to end may have gone on."""
    least = "" if bout.broken else "at least "
    return f"The longest stretch of sitting was {least}{lasting(bout.seconds)}{f', {when}' if when else ''}."


def breaks_words(days: Sequence[Day], rules: Rules, whose: Whose) -> str:
    """Tell how many breaks were taken, and how many one at the good edge would make."""
    took, due = taken(days), planned(days, rules)
    words = whose.began(f"took {counted(took, 'break')} from sitting") if took else "No break from sitting was seen"
    return f"{words}; one every {good_min(rules):g} minutes would make {due}." if due else f"{words}."


def good_min(rules: Rules) -> float:
    """Return how long a good bout of sitting is, in minutes."""
    return rules.sitting_min.good[-1][1]


def habits(rules: Rules) -> tuple[Habit, ...]:
    """Return what may go well: words, and whether a day had it. What was not seen has not gone well."""
    over_min, up_s = rules.sitting_min.caution[-1][1], rules.days.up_s
    return (
        (
            f"as many breaks as one every {good_min(rules):g} minutes of sitting makes",
            lambda day: _sat(day, rules) and taken([day]) >= planned([day], rules),
        ),
        (
            f"no stretch of sitting over {over_min:g} minutes",
            lambda day: _sat(day, rules) and all(bout.seconds <= over_min * MINUTE_S for bout in day.bouts),
        ),
        (
            f"{lasting(up_s)} or more of standing and walking",
            lambda day: day.seconds.get(Activity.STANDING, 0) + day.seconds.get(Activity.WALKING, 0) >= up_s,
        ),
    )


def _sat(day: Day, rules: Rules) -> bool:
    """Tell whether enough sitting was seen, and clearly enough, to say anything good of it."""
    whole, needed = sum(day.seconds.values()), rules.days
    clear = whole - day.seconds.get(Activity.UNKNOWN, 0)
    return day.seconds.get(Activity.SITTING, 0) >= needed.sat_s and clear >= needed.clear * whole


def went_well(day: Day, rules: Rules) -> str:
    """Tell what a day had of what is good for anybody."""
    found = [words for words, so in habits(rules) if so(day)]
    return f"What went well: {'; '.join(found)}." if found else ""
