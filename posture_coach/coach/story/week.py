"""A week in a few calm sentences; see `story`."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from posture_coach.activity.types import Activity
from posture_coach.coach.story.day import (
    PART_WORDS,
    SEEN,
    Figure,
    Story,
    breaks_figure,
    comparable,
    is_judged,
    judged,
    longest_figure,
    next_time,
    seen_s,
    subtitle,
    suggested,
    sure_words,
    unseen,
    verdict_words,
)  # fmt: skip
from posture_coach.coach.story.sitting import breaks_words, habits, longest, longest_words
from posture_coach.coach.story.suggestions import Suggestion
from posture_coach.coach.story.whose import YOU, Whose
from posture_coach.coach.story.words import MINUTE_S, counted, lasting, listed, small, span
from posture_coach.measures.comparison import Verdict
from posture_coach.measures.periods import LEAST_DAYS, change
from posture_coach.scoring.noise import score_limit
from posture_coach.scoring.rules import Rules
from posture_coach.scoring.windows import Loss
from posture_coach.store.history.story import Told
from posture_coach.store.history.trends import Day

WEEK_DAYS = 7
HAD = {
    Activity.SITTING: "of sitting", Activity.STANDING: "of standing", Activity.WALKING: "of walking",
    Activity.EXERCISING: "of exercise", Activity.LYING: "of lying", Activity.AWAY: "away from the camera",
}  # fmt: skip


def week_story(told: Told, rules: Rules, suggestions: Mapping[str, Suggestion], whose: Whose = YOU) -> Story:
    """Tell seven days.

    Parameters
    ----------
    told
        With at least one day in it.
    """
    title, where = span(told.first, told.last), subtitle(told, whose)
    known = judged(told.days, rules)
    if not known:
        return Story(title, where, (_seen(told, whose), _too_little(told.days, rules)), whose=whose)
    losses = lost(known)
    chosen = suggested(losses, known, suggestions, rules)
    sentences = [
        _seen(told, whose), _sitting(told.days, rules, whose), _habits(known, rules), _scores(known), unseen(told),
        _lowered(losses, known), _best(known, rules), _before(known, told, rules),
        next_time(chosen, "for the coming days", whose),
    ]  # fmt: skip
    return Story(
        title, where, tuple(filter(None, sentences)), _figures(told.days, known, rules), chosen,
        tuple(day.day for day in known), whose,
    )  # fmt: skip


def median(days: Sequence[Day], name: str) -> float:
    """Return the median of a part of the score over the days that have it; NaN where none has."""
    values = [value for day in days if not math.isnan(value := getattr(day, name))]
    return float(np.median(values)) if values else math.nan


def lost(days: Sequence[Day]) -> list[Loss]:
    """Return what the scores of some days lost on average, the largest first; a day that lost nothing counts too."""
    points: dict[tuple[str, str], float] = defaultdict(float)
    named: dict[tuple[str, str], Loss] = {}
    for loss in (loss for day in days for loss in day.losses):
        points[loss.part, loss.what] += loss.points / len(days)
        named.setdefault((loss.part, loss.what), loss)
    found = [replace(named[key], points=total, moments=()) for key, total in points.items()]
    return sorted(found, key=lambda loss: (-loss.points, loss.what))


def steady(days: Sequence[Day], rules: Rules) -> list[tuple[str, int]]:
    """Return what was so on most of at least three days, and on how many."""
    if len(days) < LEAST_DAYS:
        return []
    found = [(words, sum(map(so, days))) for words, so in habits(rules)]
    return [(words, count) for words, count in found if count >= rules.days.most_days * len(days)]


def _seen(told: Told, whose: Whose) -> str:
    """Tell on how many days somebody was in view, what such a day had on average, and how much could be scored."""
    days = [day for day in told.days if seen_s(day)]
    if not days:
        return "Nobody was in view on any of these days."
    means = {kind: sum(day.seconds.get(kind, 0) for day in days) / len(days) for kind in (*SEEN, Activity.AWAY)}
    had = [f"{lasting(means[kind])} {words}" for kind, words in HAD.items() if means[kind] >= MINUTE_S]
    such = "Such a day had on average" if len(days) > 1 else "That day had"
    whole, of = sum(map(seen_s, days)), sum(day.scored_s for day in days)
    share = f"posture could be scored for {lasting(of)} of {lasting(whole)} in view" if of else "posture was not scored"
    on = "the one day there is" if told.length == 1 else f"{len(days)} of {counted(told.length, 'day')}"
    inside = whose.was(f"in view on {on}; {share}.")
    return f"{inside} {such} {listed(had)}." if had else inside


def _too_little(days: Sequence[Day], rules: Rules) -> str:
    if any(is_judged(day, rules) for day in days):
        return "Too little was in view for a score on any of them, which is neither good nor bad."
    enough = lasting(rules.days.enough_s)
    return (
        f"A day is judged from {enough} of sitting, standing or walking on, and none of them had so much: "
        "too little to say how the week went, which is neither good nor bad."
    )


def _sitting(days: Sequence[Day], rules: Rules, whose: Whose) -> str:
    found = [(bout, day) for day in days if (bout := longest(day.bouts)) is not None]
    if not found:
        return ""
    bout, day = max(found, key=lambda one: (one[0].seconds, -one[0].at))
    return f"{longest_words(bout, f'on {_on(day.day)}')} {breaks_words(days, rules, whose)}"


def _on(day: date) -> str:
    return f"{day:%A}"


def _scores(days: Sequence[Day]) -> str:
    middle = f"{median(days, 'score'):.0f} of 100 ({sure_words(median(days, 'coverage'))})"
    parts = [
        f"{words} {value:.0f}" for name, words in PART_WORDS.items() if not math.isnan(value := median(days, name))
    ]
    unknown = [words for name, words in PART_WORDS.items() if math.isnan(median(days, name))]
    of = f"{listed(parts)}{f'; {listed(unknown)} not judged' if unknown else ''}"
    if len(days) == 1:
        return f"The one day with a score had {middle}, from {of}."
    low, high = (f"{edge(day.score for day in days):.0f}" for edge in (min, max))
    return f"The median of {len(days)} scored days is {middle}, the days between {low} and {high}: {of}."


def _lowered(losses: Sequence[Loss], days: Sequence[Day]) -> str:
    if not losses or round(losses[0].points) < 1:
        return "Nothing that was judged lowered it by a point or more."
    loss, mean = losses[0], " a day on average" if len(days) > 1 else ""
    return f"What lowered it most: {small(loss.title)}, by {counted(round(loss.points), 'point')}{mean}."


def _best(days: Sequence[Day], rules: Rules) -> str:
    """Tell the best day, where the days differ by more than measuring may err."""
    whole = comparable(days, rules)
    scores = [day.score for day in whole]
    if not whole or max(scores) - min(scores) <= score_limit(rules):
        return ""
    best = max(whole, key=lambda day: (day.score, day.day))
    return f"The best day was {_on(best.day)}, with {best.score:.0f}."


def _before(days: Sequence[Day], told: Told, rules: Rules) -> str:
    """Tell what differs from the week before."""
    before, now = (
        np.array([day.score for day in comparable(of, rules)], dtype=np.float64) for of in (told.before, days)
    )
    found = change(before, now, score_limit(rules))
    if found.verdict is Verdict.NOT_COMPARABLE:
        return (
            f"A week is held against the one before when each has {LEAST_DAYS} days of more than a glimpse, measured "
            "alike at one place."
        )
    words = f"The scored days averaged {found.after:.0f}, those of the week before {found.before:.0f}"
    return f"{words}: {verdict_words(found, told, 'this week')}."


def _habits(days: Sequence[Day], rules: Rules) -> str:
    found = steady(days, rules)
    if not found:
        return ""
    so_often = [f"{words} on {count} of {len(days)} days" for words, count in found]
    return f"What went well: {'; '.join(so_often)}."


def _figures(days: Sequence[Day], known: Sequence[Day], rules: Rules) -> tuple[Figure, ...]:
    bout = longest(bout for day in days for bout in day.bouts)
    day = next((day for day in days if bout in day.bouts), None)
    return (
        Figure(f"{median(known, 'score'):.0f}", "median score of 100", counted(len(known), "scored day")),
        breaks_figure(days, rules),
        longest_figure(bout, f"on {_on(day.day)}" if day else ""),
    )
