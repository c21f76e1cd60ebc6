"""A day, or a week, in a few calm sentences.

Pure: everything, the time included, is handed in. The words describe what was seen and blame nobody; they say nothing
of health, since no posture has been shown to cause or to prevent pain. What was not seen is neither good nor bad.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from posture_coach.activity.types import Activity
from posture_coach.coach.story.sitting import (
    breaks_words,
    good_min,
    longest,
    longest_words,
    planned,
    taken,
    went_well,
)  # fmt: skip
from posture_coach.coach.story.suggestions import NOTHING, Suggestion
from posture_coach.coach.story.whose import YOU, Whose
from posture_coach.coach.story.words import (
    MINUTE_S,
    between,
    counted,
    dated,
    lasting,
    listed,
    short,
    small,
)  # fmt: skip
from posture_coach.measures.comparison import Verdict
from posture_coach.measures.periods import LEAST_DAYS, Change, one_more
from posture_coach.scoring.noise import score_limit
from posture_coach.scoring.rules import Rules
from posture_coach.scoring.windows import FAIR, MOMENTS_TOLD, SURE, Loss, united
from posture_coach.store.history.story import Told
from posture_coach.store.history.trends import Bout, Day, Hour

LEAST_GAP_S = 5 * MINUTE_S
"""Shorter times without a record are told by nobody."""
EVENING_H = 16
"""From this hour on a suggestion is for the next time, before it for the rest of the day."""
SEEN = (Activity.SITTING, Activity.STANDING, Activity.WALKING, Activity.EXERCISING, Activity.LYING)
DID = {
    Activity.SITTING: "sat", Activity.STANDING: "stood", Activity.WALKING: "walked", Activity.EXERCISING: "exercised",
    Activity.LYING: "lay",
}  # fmt: skip
PART_WORDS = {"posture": "posture", "variety": "changes of position", "breaks": "breaks"}
GLIMPSE = "With so little judged it is a glimpse: it says little about the day, and is compared with no other."
LEGS = ("hip_flexion", "knee_flexion")
LEANED, ESTIMATED = "trunk_inclination_deg", "trunk_inclination_est_deg"


@dataclass(frozen=True, slots=True)
class Figure:
    """One key figure: what stands large, what it is, and a word beneath."""

    value: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """What is told.

    Parameters
    ----------
    sentences
        In order; the suggestion is the last.
    figures
        Three; none where there was too little to judge.
    suggestion
        What the last sentence rests on; None where nothing is suggested.
    judged
        Of the days, those that were seen for long enough to be judged.
    """

    title: str
    subtitle: str
    sentences: tuple[str, ...]
    figures: tuple[Figure, ...] = ()
    suggestion: Suggestion | None = None
    judged: tuple[date, ...] = ()
    whose: Whose = YOU


def day_story(told: Told, rules: Rules, suggestions: Mapping[str, Suggestion], whose: Whose = YOU) -> Story:
    """Tell one day.

    Parameters
    ----------
    told
        With one day in it.
    suggestions
        By what they follow from.
    """
    (day,) = told.days
    title, where = dated(day.day), subtitle(told, whose)
    start = [_seen(day, told, whose), _did(day, whose), _gaps(day, told)]
    if not is_judged(day, rules):
        return Story(title, where, (*filter(None, start), _too_little(day.judged_s, rules)), whose=whose)
    chosen = suggested(day.losses, [day], suggestions, rules)
    sentences = [
        *start, _sitting(day, rules, told, whose), went_well(day, rules), *_judged(day, told, rules),
        next_time(chosen, _when_next(told), whose),
    ]  # fmt: skip
    return Story(title, where, tuple(filter(None, sentences)), _figures(day, rules, told), chosen, (day.day,), whose)


def confidence(coverage: float) -> str:
    """Say in a word how far a score can be relied on."""
    return "sure" if coverage >= SURE else "fair" if coverage >= FAIR else "a glimpse"


def sure_words(coverage: float) -> str:
    """Say how far a score can be relied on, and why: posture may be scored all the time, on few of its targets."""
    return f"{confidence(coverage)}: {coverage:.0%} of the targets judged, averaged over the time"


def is_judged(day: Day, rules: Rules) -> bool:
    """Tell whether enough of a day was seen for its score to say anything."""
    return day.judged_s >= rules.days.enough_s


def judged(days: Iterable[Day], rules: Rules) -> list[Day]:
    """Return the days that were seen for long enough and have a score."""
    return [day for day in days if is_judged(day, rules) and not math.isnan(day.score)]


def comparable(days: Iterable[Day], rules: Rules) -> list[Day]:
    """Return the judged days of which more than a glimpse was scored: what hardly was compares with nothing."""
    return [day for day in judged(days, rules) if day.coverage >= FAIR]


def best_hour(hours: Sequence[Hour], rules: Rules) -> Hour | None:
    """Return the hour with the highest score, of those seen for long enough; None where they hardly differ."""
    seen = [one for one in hours if one.window.judged_s() >= rules.days.least_hour_s]
    known = [one for one in seen if not math.isnan(one.window.score)]
    scores = [one.window.score for one in known]
    if not known or max(scores) - min(scores) <= score_limit(rules):
        return None
    return max(known, key=lambda one: (one.window.score, -one.hour))


def subtitle(told: Told, whose: Whose) -> str:
    """Say whose days it tells where they are not the reader's, where it was, and up to when it goes."""
    parts = [whose.called] if whose.called else []
    parts += [f"at {told.place}" if told.place else "where no place was known"] if told.place is not None else []
    parts += [f"up to {told.now:%H:%M}"] if told.goes_on else []
    words = ", ".join(parts)
    return words[:1].upper() + words[1:]


def when(told: Told, start: float, end: float) -> str:
    """Write when something was by the clock of where it was; empty where that is no longer known."""
    offset = told.offset_s(start)
    return "" if offset is None else between(start, end, offset)


def seen_s(day: Day) -> int:
    """Return for how long somebody was seen doing something."""
    return sum(day.seconds.get(activity, 0) for activity in SEEN)


def _seen(day: Day, told: Told, whose: Whose) -> str:
    whole = seen_s(day)
    if not whole:
        return "Nobody was in view."
    inside = [one for one in told.ribbons.get(day.day, ()) if one.activity in SEEN]
    span = when(told, inside[0].at, min(inside[-1].end_at, told.now.timestamp())) if inside else ""
    lasted = f"in view for {lasting(whole)}{f', {span}' if span else ''}"
    return f"{whose.was(lasted)}; {scored(day.scored_s, whole)}."


def scored(scored_s: int, whole_s: int) -> str:
    """Say how much of what was seen could be scored."""
    if not scored_s:
        return "posture could not be scored"
    if scored_s >= whole_s:
        return "posture could be scored all the time"
    return f"posture could be scored for {lasting(scored_s)} of it"


def _did(day: Day, whose: Whose) -> str:
    did = [f"{DID[kind]} for {lasting(day.seconds[kind])}" for kind in SEEN if day.seconds.get(kind, 0) >= MINUTE_S]
    away, unclear = (day.seconds.get(kind, 0) for kind in (Activity.AWAY, Activity.UNKNOWN))
    parts = [whose.began(listed(did))] if did else []
    gone = "away from the camera" if did else "nobody was there"
    parts += [f"{gone} for {lasting(away)}"] if away >= MINUTE_S else []
    parts += [f"for {lasting(unclear)} it was not clear what was done"] if unclear >= MINUTE_S else []
    words = "; ".join(parts)
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def _gaps(day: Day, told: Told) -> str:
    """Tell when nothing was recorded between the first minute and the last."""
    minutes = told.ribbons.get(day.day, ())
    found = [(one.end_at, other.at) for one, other in pairwise(minutes) if other.at - one.end_at >= LEAST_GAP_S]
    if not found:
        return ""
    where = "" if told.place is None else " here"
    spans = [words for gap in apart(found) if (words := when(told, *gap))]
    whole = f", {lasting(sum(end - start for start, end in found))} in all" if len(found) > 1 else ""
    more = "above all " if len(found) > MOMENTS_TOLD else ""
    return f"Nothing was recorded{where} {more}{listed(spans)}{whole}." if spans else ""


def _too_little(judged_s: int, rules: Rules) -> str:
    so_much = lasting(judged_s) if judged_s else "none"
    enough = lasting(rules.days.enough_s)
    return (
        f"A day is judged from {enough} of sitting, standing or walking on, and {so_much} of that was seen: "
        "too little to say how it went, which is neither good nor bad."
    )


def _sitting(day: Day, rules: Rules, told: Told, whose: Whose) -> str:
    """Tell the longest bout of sitting, and the breaks."""
    bout = longest(day.bouts)
    if bout is None:
        return ""
    return f"{longest_words(bout, when(told, bout.at, bout.at + bout.seconds))} {breaks_words([day], rules, whose)}"


def _judged(day: Day, told: Told, rules: Rules) -> list[str]:
    """Tell the score, what it leaves open, what lowered it, and how it compares."""
    if math.isnan(day.score):
        return ["Too little was in view for a score, which is neither good nor bad."]
    usual = _usual(told, day, rules) if comparable([day], rules) else ""
    return [_score(day, told, rules), unseen(told), _lowered(day, told), usual]


def _score(day: Day, told: Told, rules: Rules) -> str:
    best = best_hour(told.hours, rules) if comparable([day], rules) else None
    hour = f"; the best hour was {_hour(best)}, with {best.window.score:.0f}" if best else ""
    glimpse = "" if comparable([day], rules) else f" {GLIMPSE}"
    return f"The score is {score_words(day)}{hour}.{glimpse}"


def score_words(day: Day) -> str:
    """Write a day's score with how much was judged, and its parts."""
    sure = f"{day.score:.0f} of 100 ({sure_words(day.coverage)})"
    known = [f"{words} {getattr(day, name):.0f}" for name, words in PART_WORDS.items() if _known(day, name)]
    if known and _known(day, "breaks") and not _rested(day):
        known[-1] += " (there was nothing to take a break from)"
    unknown = [words for name, words in PART_WORDS.items() if not _known(day, name)]
    without = f"; {listed(unknown)} not judged" if unknown else ""
    return f"{sure}, from {listed(known)}{without}"


def _known(day: Day, part: str) -> bool:
    return not math.isnan(getattr(day, part))


def _rested(day: Day) -> bool:
    return any(day.seconds.get(kind, 0) for kind in (Activity.SITTING, Activity.STANDING))


def _hour(hour: Hour) -> str:
    return f"{hour.hour:02d}:00 to {hour.hour + 1:02d}:00"


def unseen(told: Told) -> str:
    """Say what a score of somebody who sat leaves open, because the camera did not see it."""
    during = {name for name, doing in told.measured.items() if Activity.SITTING in doing}
    if not during:
        return ""
    parts = [] if any(name.startswith(LEGS) for name in during) else ["hips and knees were not measured while sitting"]
    if LEANED not in during:
        parts.append(
            "the trunk's lean was estimated from the front" if ESTIMATED in during else "nor was the trunk's lean"
            if parts else "the trunk's lean was not measured"
        )  # fmt: skip
    words = "; ".join(parts)
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def _lowered(day: Day, told: Told) -> str:
    if not day.losses or round(day.losses[0].points) < 1:
        return "Nothing that was judged lowered it by a point or more."
    loss = day.losses[0]
    moments = [words for one in apart(loss.moments) if (words := when(told, *one))]
    above_all = f", above all {listed(moments)}" if moments else ""
    return f"What lowered it most: {small(loss.title)}, by {counted(round(loss.points), 'point')}{above_all}."


def apart(moments: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the longest of some moments in order, those less than a minute apart as one."""
    return sorted(sorted(united(moments, apart_s=MINUTE_S), key=lambda one: one[0] - one[1])[:MOMENTS_TOLD])


def _usual(told: Told, day: Day, rules: Rules) -> str:
    scores = np.array([one.score for one in comparable(told.before, rules)][-rules.days.usual_days :], dtype=np.float64)
    found = one_more(scores, day.score, score_limit(rules))
    if found.verdict is Verdict.NOT_COMPARABLE:
        it_takes = f"{LEAST_DAYS} days of more than a glimpse, measured alike at one place"
        return f"What is usual is not known yet: it takes {it_takes}."
    days = counted(len(scores), "scored day")
    return f"The {days} before averaged {found.before:.0f}: {verdict_words(found, told, 'this day')}."


def verdict_words(found: Change, told: Told, of: str) -> str:
    """Say whether a score differs for sure, and which way."""
    unsure = "" if told.place_known else ", and the camera may have stood elsewhere"
    if found.verdict is not Verdict.CHANGED:
        return f"no change you can be sure of{unsure}"
    way = "higher" if found.difference > 0 else "lower"
    return f"{of} is {way}, by more than measuring errs and days differ{unsure}"


def suggested(
    losses: Sequence[Loss], days: Sequence[Day], suggestions: Mapping[str, Suggestion], rules: Rules
) -> Suggestion | None:
    """Return what follows from the largest loss that something follows from; None where too little was judged."""
    known = judged(days, rules)
    if not known:
        return None
    seen, follows = bool(comparable(known, rules)), suggestions.keys() - {NOTHING}
    worth = [
        loss.what for loss in losses
        if loss.points >= rules.days.worth_points and loss.what in follows and (seen or loss.part != "posture")
    ]  # fmt: skip
    if worth:
        return suggestions[worth[0]]
    return suggestions[NOTHING] if any(_whole(day, rules) for day in known) else None


def _whole(day: Day, rules: Rules) -> bool:
    """Tell whether enough of a day was judged to say that it may go on like that."""
    parts = all(_known(day, name) for name in PART_WORDS)
    return parts and day.coverage >= FAIR and day.seconds.get(Activity.SITTING, 0) >= rules.days.sat_s


def _when_next(told: Told) -> str:
    return "for the rest of today" if told.goes_on and told.now.hour < EVENING_H else "for the next time"


def next_time(chosen: Suggestion | None, beginning: str, whose: Whose) -> str:
    """Write the suggestion."""
    return whose.may_try(beginning, chosen.words) if chosen is not None else ""


def _figures(day: Day, rules: Rules, told: Told) -> tuple[Figure, ...]:
    return (
        score_figure(day.score, day.coverage, "score of 100"),
        breaks_figure([day], rules),
        longest_figure(bout := longest(day.bouts), when(told, bout.at, bout.at + bout.seconds) if bout else ""),
    )


def score_figure(score: float, coverage: float, label: str) -> Figure:
    """Return the figure of a score."""
    if math.isnan(score):
        return Figure("none", label, "too little was in view")
    return Figure(f"{score:.0f}", label, f"{confidence(coverage)}: {coverage:.0%} judged")


def breaks_figure(days: Sequence[Day], rules: Rules) -> Figure:
    """Return the figure of breaks taken against what one at the good edge would make."""
    label, took, due = "breaks from sitting", taken(days), planned(days, rules)
    if not any(day.bouts for day in days):
        return Figure("none", label, "no sitting was seen")
    if not due:
        return Figure(f"{took}", label, "hardly any sitting was seen")
    return Figure(f"{took} of {due}", label, f"{due}: one every {good_min(rules):g} min")


def longest_figure(bout: Bout | None, note: str) -> Figure:
    """Return the figure of the longest bout of sitting; one that no break was seen to end may have gone on."""
    if bout is None:
        return Figure("none", "longest sitting", "no sitting was seen")
    return Figure(short(bout.seconds), "longest sitting" if bout.broken else "longest sitting, at least", note)
