"""Parts of the trends page that Streamlit has no element for, with the classes of `page.css`."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from html import escape

from posture_coach.activity.types import Activity
from posture_coach.dashboard.trends.period_tables import HOUR_S, Extremes, Sat, quartiles, sat
from posture_coach.dashboard.trends.table import NOTHING, said
from posture_coach.dashboard.trends.verdicts import Compared
from posture_coach.measures.comparison import Verdict
from posture_coach.scoring.rules import Rules
from posture_coach.scoring.windows import FAIR, SURE
from posture_coach.store.trends import Day

Card = tuple[str, str, str]
"""Title, figure, and what to say beneath it."""
SKETCH = """
<svg viewBox="0 0 640 250" aria-hidden="true" fill="none" stroke="currentColor" stroke-linecap="round">
  <g opacity=".3" stroke-width="1"><path d="M60 30V130M60 130H610M60 80H610M60 30H610"/></g>
  <g fill="#2b938a" stroke="none" opacity=".3">
    <rect x="82" y="62" width="34" height="40" rx="4"/><rect x="162" y="52" width="34" height="46" rx="4"/>
    <rect x="242" y="70" width="34" height="38" rx="4"/><rect x="322" y="48" width="34" height="36" rx="4"/>
    <rect x="402" y="56" width="34" height="48" rx="4"/><rect x="482" y="44" width="34" height="34" rx="4"/>
    <rect x="562" y="50" width="34" height="40" rx="4"/></g>
  <path d="M99 84L179 74L259 90L339 66L419 80L499 60L579 70" stroke="#2b938a" stroke-width="2"/>
  <g fill="#2b938a" stroke="none"><circle cx="99" cy="84" r="6"/><circle cx="179" cy="74" r="6"/>
    <circle cx="259" cy="90" r="6"/><circle cx="339" cy="66" r="6"/><circle cx="419" cy="80" r="6"/>
    <circle cx="499" cy="60" r="6"/><circle cx="579" cy="70" r="6"/></g>
  <path d="M60 92H610" stroke-width="2" stroke-dasharray="7 6" opacity=".55"/>
  <g stroke="none"><g fill="#56b4e9"><rect x="60" y="165" width="120" height="18" rx="3"/>
    <rect x="215" y="165" width="90" height="18" rx="3"/><rect x="390" y="165" width="150" height="18" rx="3"/></g>
    <g fill="#009e73"><rect x="305" y="192" width="85" height="18" rx="3"/></g>
    <g fill="#9a9fa5"><rect x="180" y="219" width="35" height="18" rx="3"/>
    <rect x="540" y="219" width="70" height="18" rx="3"/></g></g>
</svg>"""
SKETCHED = (
    "A sketch without numbers, not your data. Above: a dot for each day's score, with a bar for how much it varied "
    "within the day, and a dashed line for your own first two weeks. Below: what you did over a day, a lane each for "
    "sitting, standing and being away."
)


def sketch_html() -> str:
    """Return what the page will look like, without a number."""
    return f'<figure class="pc-sketch">{SKETCH}<figcaption>{escape(SKETCHED)}</figcaption></figure>'


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
    parts = f"posture {said(day.posture, 0)}, changes {said(day.variety, 0)}, breaks {said(day.breaks, 0)}"
    found = [
        ("Score", said(day.score, 0), f"{parts}; {_sure(day)}"),
        ("Sitting", hours(one.seconds), _standing(day)),
        ("Breaks taken", str(one.taken), f"planned {one.planned:.0f}"),
        ("Longest bout of sitting", minutes(one.longest_min), f"median {minutes(one.median_min)}"),
    ]
    if extremes and extremes.apart:
        worst = f"worst {extremes.worst}, {extremes.least:.0f}"
        found.append(("Best hour", extremes.best, f"score {extremes.most:.0f}; {worst}"))
    elif extremes:
        found.append(("Best hour", "none", f"scores of {extremes.least:.0f} to {extremes.most:.0f} are alike"))
    return found


def _sure(day: Day) -> str:
    if math.isnan(day.score):
        return "nothing could be judged"
    return "seen well" if day.coverage >= SURE else "seen in part" if day.coverage >= FAIR else "hardly seen"


def _standing(day: Day) -> str:
    told = [
        f"{activity} {hours(day.seconds[activity])}"
        for activity in (Activity.STANDING, Activity.WALKING, Activity.EXERCISING)
        if day.seconds.get(activity)
    ]
    return ", ".join(told) or "nothing else seen"


def period_cards(days: list[Day], rules: Rules) -> list[Card]:
    """Return the figures of several days."""
    low, middle, high = quartiles([day.score for day in days])
    one: Sat = sat(days, rules)
    count = len(days)
    return [
        (
            "Score, median of the days",
            said(middle, 0),
            f"half of the days lie between {said(low, 0)} and {said(high, 0)}",
        ),
        (
            "Sitting a day",
            hours(one.seconds / count),
            f"over {count} {'day' if count == 1 else 'days'} with something kept",
        ),
        ("Breaks a day", f"{one.taken / count:.1f}", f"planned {one.planned / count:.1f}"),
        ("Longest bout of sitting", minutes(one.longest_min), f"median {minutes(one.median_min)}"),
    ]


def hours(seconds: float) -> str:
    """Write a time in hours and minutes."""
    whole = round(seconds / 60.0)
    return f"{whole // 60} h {whole % 60:02} min" if whole >= HOUR_S / 60.0 else f"{whole} min"


def minutes(value: float) -> str:
    """Write minutes."""
    return NOTHING if math.isnan(value) else f"{value:.0f} min"


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
    return "".join(f'<p class="pc-note">{escape(words)}</p>' for words in sentences if words)
