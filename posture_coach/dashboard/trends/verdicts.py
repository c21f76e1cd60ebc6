"""Whether two periods differ, figure by figure, in words: beyond what measuring and days themselves vary, or not."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from posture_coach.activity.types import Activity
from posture_coach.coach.story.words import listed, small
from posture_coach.dashboard.trends.period_tables import DIGITS, figures, sat
from posture_coach.dashboard.trends.table import Table, columns, said
from posture_coach.measures.accuracy import Accuracy
from posture_coach.measures.comparison import Verdict
from posture_coach.measures.definitions import BY_NAME, UNIT_SIGN
from posture_coach.measures.periods import Change, change, detectable_anywhere
from posture_coach.measures.types import Floats
from posture_coach.pose.types import Mode, Model
from posture_coach.scoring.noise import score_limit
from posture_coach.scoring.rules import Rules
from posture_coach.store.history.trends import Day, MeasureDay, Ways

SHORT = {"": "no known place"}


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of two periods.

    Parameters
    ----------
    unit
        As it is written behind a number.
    """

    title: str
    unit: str
    digits: int
    change: Change

    @property
    def words(self) -> str:
        """The verdict as a sentence."""
        told = self.change
        if told.verdict is Verdict.NOT_COMPARABLE:
            return f"{told.verdict}: {told.reason}"
        by = f"{self.number(told.difference, sign=True)}"
        measuring = told.limit >= told.half_width
        limit = self.number(max(told.limit, told.half_width))
        what = "that measuring twice may differ" if measuring else "that days differ by themselves"
        if told.verdict is Verdict.CHANGED:
            return f"changed by {by}, more than the {limit} {what}"
        return f"{told.verdict}: {by} is within the {limit} {what}"

    def number(self, value: float, *, sign: bool = False) -> str:
        """Write one of its values."""
        if math.isnan(value):
            return said(value, self.digits)
        return f"{value:+z.{self.digits}f}{self.unit}" if sign else f"{said(value, self.digits)}{self.unit}"


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure of a day; `angles` says whether it rests on angles, which compare only where they were seen alike."""

    title: str
    unit: str
    digits: int
    limit: float
    of: Callable[[Day], float]
    angles: bool = True


def _figures(rules: Rules) -> tuple[_Figure, ...]:
    noise = rules.noise
    return (
        _Figure("Score", " points", 1, score_limit(rules), lambda day: day.score),
        _Figure("Posture", " points", 1, noise.posture, lambda day: day.posture),
        _Figure("Changes of position", " points", 1, noise.variety, lambda day: day.variety),
        _Figure("Breaks", " points", 1, noise.breaks, lambda day: day.breaks, angles=False),
        _Figure("Longest bout of sitting", " min", 0, noise.bout_min, lambda day: sat([day], rules).longest_min, False),
        _Figure("Share of sitting", " %", 0, 0.0, _share_of_sitting, angles=False),
    )


def _share_of_sitting(day: Day) -> float:
    return 100.0 * day.seconds.get(Activity.SITTING, 0) / day.judged_s if day.judged_s else math.nan


def compared(
    before: Sequence[Day], after: Sequence[Day], ways_before: Ways, ways_after: Ways, rules: Rules, *,
    one_place: bool = False,
) -> list[Compared]:  # fmt: skip
    """Compare the scores and habits of two periods; `one_place` says whether a single place was chosen."""
    why, found = unlike(ways_before, ways_after, one_place=one_place), []
    for figure in _figures(rules):
        told = change(figures(before, figure.of), figures(after, figure.of), figure.limit)
        found.append(Compared(figure.title, figure.unit, figure.digits, refused(told, why if figure.angles else "")))
    return found


def compared_measure(
    name: str, days: tuple[Sequence[MeasureDay], Sequence[MeasureDay]], ways: tuple[Ways, Ways], accuracy: Accuracy,
    *, one_place: bool = False,
) -> Compared:  # fmt: skip
    """Compare a measure, by its public name, between two periods."""
    row, (before, after) = BY_NAME[name], days
    values = [np.array([day.median for day in of], dtype=np.float64) for of in (before, after)]
    told = refused(_of_measure(name, values, ways[1], accuracy), unlike(*ways, one_place=one_place))
    return Compared(row.title, UNIT_SIGN[row.unit], max(1, DIGITS[row.unit]), told)


def _of_measure(name: str, values: Sequence[Floats], ways: Ways, accuracy: Accuracy) -> Change:
    limits = [
        detectable_anywhere(name, Mode(mode), Model(model), accuracy) for mode in ways.modes for model in ways.models
    ]
    return change(values[0], values[1], max(limits, default=math.nan))


def refused(told: Change, why: str) -> Change:
    """Return a change as one that cannot be judged, where there is a reason."""
    return replace(told, verdict=Verdict.NOT_COMPARABLE, reason=why) if why else told


def unlike(before: Ways, after: Ways, *, one_place: bool) -> str:
    """Return why angles of two periods do not compare; empty where they do."""
    models, modes, places = (
        sorted({*getattr(before, name), *getattr(after, name)}) for name in ("models", "modes", "places")
    )
    if len(models) > 1:
        return f"measured by different models ({listed(models)})"
    if len(modes) > 1:
        return f"measured in different ways ({listed(modes)}), which differ by one to three degrees"
    if len(places) > 1 and not one_place:
        named = listed([SHORT.get(place, place) for place in places])
        return f"seen from different places ({named}); choose one of them above"
    return ""


def cautions(before: Ways, after: Ways) -> list[str]:
    """Return what else may be in a difference."""
    found = []
    if set(before.own_targets) != set(after.own_targets) and before.own_targets and after.own_targets:
        found.append(
            "Own targets have changed in between: scores and posture were held against other bands, and part of "
            "their difference may be that."
        )
    if "" in {*before.places, *after.places}:
        found.append(
            "Some of it belongs to no known place: the camera may have stood elsewhere. The page Calibrate makes a "
            "place known."
        )
    return found


def shared_reasons(found: Sequence[Compared]) -> list[str]:
    """Return, for each reason that several figures cannot be compared for, a sentence that names them."""
    by_reason: dict[str, list[str]] = {}
    for one in found:
        if one.change.verdict is Verdict.NOT_COMPARABLE:
            by_reason.setdefault(one.change.reason, []).append(one.title)
    return [
        f"{listed([titles[0], *map(small, titles[1:])])} {Verdict.NOT_COMPARABLE}: {why}."
        for why, titles in by_reason.items() if len(titles) > 1
    ]  # fmt: skip


def verdict_table(found: Sequence[Compared], names: tuple[str, str]) -> Table:
    """Return the comparison as a table; `names` of the period before and the one after."""
    rows = tuple((one.title, one.number(one.change.before), one.number(one.change.after), one.words) for one in found)
    heads = columns(
        ("figure", "mean of the days"), ("before", names[0]), ("after", names[1]), ("verdict", "what that means")
    )
    judged = [one for one in found if one.change.verdict is not Verdict.NOT_COMPARABLE]
    changed = [one.title for one in found if one.change.verdict is Verdict.CHANGED]
    told = "Nothing has changed that you can be sure of." if judged else "Nothing of it can be compared."
    told = f"Changed: {listed([small(title) for title in changed])}." if changed else told
    return Table("changes", "What has changed", told, heads, rows)
