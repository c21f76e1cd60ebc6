"""Parts of the trends page that Streamlit has no element for, with the classes of `page.css`."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from html import escape
from pathlib import Path
from urllib.parse import quote

from posture_coach.activity.types import Activity
from posture_coach.coach.story.day import is_judged
from posture_coach.coach.story.words import MINUTE_S, short
from posture_coach.dashboard.trends.period_tables import PART_TITLE, Extremes, Sat, quartiles, sat
from posture_coach.dashboard.trends.table import NOTHING, said
from posture_coach.dashboard.trends.verdicts import Compared
from posture_coach.dashboard.words import message_html
from posture_coach.measures.comparison import Verdict
from posture_coach.scoring.rules import Rules
from posture_coach.scoring.windows import FAIR, SURE
from posture_coach.store.history.trends import Day

Card = tuple[str, str, str]
"""Title, figure, and what to say beneath it."""
SKETCH = Path(__file__).with_name("sketch.svg")
SKETCHED = (
    "A sketch without numbers, not your data. Above: a dot for each day's score, with a bar for how much it varied "
    "within the day, and a dashed line for the first two weeks. Below: what was done over a day, a lane each for "
    "sitting, standing and being away."
)


def sketch_html() -> str:
    """Return what the page will look like, without a number."""
    # As an image: what is drawn right inside a page's text, Streamlit takes away.
    source = f"data:image/svg+xml,{quote(SKETCH.read_text(encoding='utf-8'))}"
    return f'<figure class="pc-sketch"><img src="{source}" alt=""><figcaption>{escape(SKETCHED)}</figcaption></figure>'


def cards_html(cards: Iterable[Card]) -> str:
    """Return figures as cards."""
    told = "".join(
        f'<div><dt>{escape(title)}</dt><dd class="big">{escape(figure)}</dd><dd class="small">{escape(more)}</dd></div>'
        for title, figure, more in cards
    )
    return f'<dl class="pc-cards">{told}</dl>'


def day_cards(day: Day, extremes: Extremes | None, rules: Rules) -> list[Card]:
    """Return the figures of one day."""
    one = sat([day], rules)
    least = f"a day is judged from {minutes(rules.days.enough_s / MINUTE_S)} on, its hours as they come"
    whole = ("Score", said(day.score, 0), f"{parts_told(day)}; {_sure(day)}")
    found = [
        whole if is_judged(day, rules) else ("Score", NOTHING, least),
        ("Sitting", short(one.seconds), _standing(day)),
        ("Breaks taken", str(one.taken), f"planned {one.planned:.0f}"),
        ("Longest bout of sitting", minutes(one.longest_min), f"median {minutes(one.median_min)}"),
    ]
    if extremes and extremes.apart:
        worst = f"worst {extremes.worst}, {extremes.least:.0f}"
        found.append(("Best hour", extremes.best, f"score {extremes.most:.0f}; {worst}"))
    elif extremes:
        found.append(("Best hour", "none", f"scores of {extremes.least:.0f} to {extremes.most:.0f} are alike"))
    return found


def parts_told(day: Day) -> str:
    """Say what a day's score is made of."""
    return ", ".join(f"{title} {said(getattr(day, part), 0)}" for part, title in PART_TITLE.items())


def _sure(day: Day) -> str:
    if math.isnan(day.score):
        return "nothing could be judged"
    return "seen well" if day.coverage >= SURE else "seen in part" if day.coverage >= FAIR else "hardly seen"


def _standing(day: Day) -> str:
    told = [
        f"{activity} {short(day.seconds[activity])}"
        for activity in (Activity.STANDING, Activity.WALKING, Activity.EXERCISING)
        if day.seconds.get(activity)
    ]
    return ", ".join(told) or "nothing else seen"


def period_cards(days: list[Day], rules: Rules) -> list[Card]:
    """Return the figures of several days."""
    low, middle, high = quartiles([day.score for day in days])
    one: Sat = sat(days, rules)
    count = len(days)
    scored = sum(not math.isnan(day.score) for day in days)
    spread = f"half of the days lie between {said(low, 0)} and {said(high, 0)}"
    return [
        ("Score, median of the days", said(middle, 0), spread) if scored > 1
        else ("Score", said(middle, 0), "of the one day that could be judged" if scored else "no day could be judged"),
        (
            "Sitting a day",
            short(one.seconds / count),
            "on the one day with something kept" if count == 1 else f"over {count} days with something kept",
        ),
        ("Breaks a day", f"{one.taken / count:.1f}", f"planned {one.planned / count:.1f}"),
        ("Longest bout of sitting", minutes(one.longest_min), f"median {minutes(one.median_min)}"),
    ]  # fmt: skip


def minutes(value: float) -> str:
    """Write a time that is given in minutes, as every other: nobody thinks in 402 of them."""
    return NOTHING if math.isnan(value) else short(value * MINUTE_S)


def verdicts_html(found: Iterable[Compared]) -> str:
    """Return what has changed, figure by figure, in words; a reason that several share is for a sentence below."""
    found = list(found)
    reasons = Counter(one.change.reason for one in found if one.change.reason)
    lines = []
    for one in found:
        look = ' class="changed"' if one.change.verdict is Verdict.CHANGED else ""
        words = str(one.change.verdict) if reasons[one.change.reason] > 1 else one.words
        numbers = f"{one.number(one.change.before)} \u2192 {one.number(one.change.after)}"
        lines.append(
            f'<li><b>{escape(one.title)}</b><span class="numbers">{escape(numbers)}</span>'
            f"<span{look}>{escape(words)}</span></li>"
        )
    return f'<ul class="pc-verdicts" aria-label="What has changed">{"".join(lines)}</ul>'


def note_html(*sentences: str) -> str:
    """Return quiet sentences."""
    return "".join(f'<p class="pc-note">{message_html(words)}</p>' for words in sentences if words)
