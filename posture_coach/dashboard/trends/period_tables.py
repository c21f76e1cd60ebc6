"""What the trends page shows of days, as tables: no widget, no chart and no database here."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from posture_coach.activity.types import Activity
from posture_coach.coach.story.day import is_judged
from posture_coach.coach.story.sitting import good_min
from posture_coach.coach.story.words import HOUR_S, MINUTE_S, lasting
from posture_coach.dashboard.trends.period import Period
from posture_coach.dashboard.trends.table import Column, Table, columns, said
from posture_coach.measures.definitions import BY_NAME, UNIT_SIGN
from posture_coach.measures.types import Floats
from posture_coach.scoring.noise import score_limit
from posture_coach.scoring.rules import Rules
from posture_coach.scoring.targets import RelativeTo, Target, Targets
from posture_coach.store.history.trends import Day, Doing, MeasureDay, WindowScore

LEAST_DAYS = 3
"""Fewer days show no trend."""
QUARTILES = (25.0, 50.0, 75.0)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DIGITS = {"deg": 1, "ratio": 2, "cm": 0}
PART_TITLE = {"posture": "posture", "variety": "changes of position", "breaks": "breaks"}
SPREAD = (("low", "lower quartile"), ("high", "upper quartile"))


@dataclass(frozen=True, slots=True)
class Sat:
    """How somebody sat on one day or over several.

    Parameters
    ----------
    seconds
        Of sitting.
    taken, planned
        Breaks; planned is one for every good bout's length of sitting.
    longest_min, median_min
        Of the bouts; NaN without one.
    """

    seconds: float
    taken: int
    planned: float
    longest_min: float
    median_min: float


def without_glimpses(days: Iterable[Day], rules: Rules) -> list[Day]:
    """Return days, without the scores of those of which too little was seen: such a score is no day's."""
    return [
        day if is_judged(day, rules)
        else replace(day, score=math.nan, posture=math.nan, variety=math.nan, breaks=math.nan) for day in days
    ]  # fmt: skip


def sat(days: Iterable[Day], rules: Rules) -> Sat:
    """Sum up how somebody sat."""
    days = list(days)
    seconds = sum(day.seconds.get(Activity.SITTING, 0) for day in days)
    bouts = [bout for day in days for bout in day.bouts]
    minutes = [bout.seconds / MINUTE_S for bout in bouts]
    return Sat(
        seconds, sum(bout.broken for bout in bouts), seconds / MINUTE_S / good_min(rules),
        max(minutes, default=math.nan), float(np.median(minutes)) if minutes else math.nan,
    )  # fmt: skip


def quartiles(values: Iterable[float]) -> tuple[float, float, float]:
    """Return lower quartile, median and upper quartile of what is known; NaN of nothing."""
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return math.nan, math.nan, math.nan
    low, middle, high = (float(value) for value in np.percentile(known, QUARTILES))
    return low, middle, high


def figures(days: Sequence[Day], of: Callable[[Day], float]) -> Floats:
    """Return (n,) a figure of each day."""
    return np.array([of(day) for day in days], dtype=np.float64)


def _bucketed(days: Iterable[Day], period: Period) -> dict[date, list[Day]]:
    found: dict[date, list[Day]] = defaultdict(list)
    for day in days:
        found[period.bucket_of(day.day)].append(day)
    return dict(sorted(found.items()))


def _when(period: Period) -> Column:
    return Column(period.bucket, "week from" if period.by_weeks else "day")


def _over(period: Period) -> str:
    return f"{period.words}, {period.bucket} by {period.bucket}"


# Scores


def score_table(days: Sequence[Day], windows: Sequence[WindowScore], period: Period) -> Table:
    """Return the score: of a day with the quartiles of its five minutes, of a week with those of its days."""
    inside: dict[date, list[float]] = defaultdict(list)
    for window in windows:
        inside[window.day].append(window.score)
    rows = []
    for at, of in _bucketed(days, period).items():
        known = not math.isnan(of[0].score)
        low, middle, high = quartiles([day.score for day in of] if period.by_weeks else inside[at] if known else [])
        score = middle if period.by_weeks else of[0].score
        rows.append((at, score, low, middle, high, sum(day.judged_s for day in of) / HOUR_S))
    told = _spread_words("The score", [row[1] for row in rows], _over(period), 0)
    within = "days of the week" if period.by_weeks else "five minutes of the day"
    heads = columns(
        ("score", "score", 0), ("low", f"lower quartile of the {within}", 0), ("median", f"median of the {within}", 0),
        ("high", f"upper quartile of the {within}", 0), ("seen_h", "hours seen", 1),
    )  # fmt: skip
    return Table("score", "Score", told, (_when(period), *heads), tuple(rows))


def parts_table(days: Sequence[Day], period: Period) -> Table:
    """Return the three parts of the score."""
    rows = []
    for at, of in _bucketed(days, period).items():
        rows.append((at, *(quartiles([getattr(day, part) for day in of])[1] for part in PART_TITLE)))
    medians = [quartiles([getattr(day, part) for day in days])[1] for part in PART_TITLE]
    told = ", ".join(f"{PART_TITLE[part]} {said(value, 0)}" for part, value in zip(PART_TITLE, medians, strict=True))
    heads = columns(*((part, title, 0) for part, title in PART_TITLE.items()))
    known = sum(not math.isnan(day.score) for day in days)
    words = f"The parts of the score over {_over(period)}; {'median of the days' if known > 1 else 'one day'}: {told}."
    return Table("parts", "What the score is made of", words, (_when(period), *heads), tuple(rows))


def posture_table(doing: Sequence[Doing], activity: Activity, period: Period) -> Table:
    """Return how posture scored during one activity, and how long that was."""
    found: dict[date, list[Doing]] = defaultdict(list)
    for one in doing:
        found[period.bucket_of(one.day)].append(one)
    rows = []
    for at, of in sorted(found.items()):
        low, middle, high = quartiles([one.posture for one in of])
        spread = (low, high) if period.by_weeks else (math.nan, math.nan)
        rows.append((at, middle, *spread, sum(one.seconds for one in of) / HOUR_S / len(of)))
    words = _spread_words(f"The score of posture while {activity}", [row[1] for row in rows], _over(period), 0)
    heads = columns(
        ("score", "posture", 0), *((name, f"{label} of the days", 0) for name, label in SPREAD),
        ("hours", "hours a day", 1),
    )  # fmt: skip
    return Table("posture", f"Posture while {activity}", words, (_when(period), *heads), tuple(rows))


def _spread_words(what: str, values: Sequence[float], over: str, digits: int, unit: str = "") -> str:
    low, middle, high = quartiles(values)
    if math.isnan(middle):
        return f"{what} is not known over {over}."
    if sum(not math.isnan(value) for value in values) == 1:
        return f"{what} over {over}: {said(middle, digits)}{unit}, the only one known."
    told = ", ".join(f"{said(value, digits)}{unit}" for value in (low, middle, high))
    return f"{what} over {over}: lower quartile, median and upper quartile are {told}."


# Hours of the week


def hours_table(windows: Iterable[WindowScore], words: str, rules: Rules) -> Table:
    """Return the score by weekday and hour, weighted by how much of somebody was seen."""
    found: dict[tuple[int, int], list[WindowScore]] = defaultdict(list)
    for window in windows:
        found[window.day.weekday(), window.hour].append(window)
    rows = []
    for (weekday, hour), of in sorted(found.items()):
        weights = [window.judged_s for window in of]
        if sum(weights) >= rules.days.least_hour_s:
            score = float(np.average([window.score for window in of], weights=weights))
            rows.append((WEEKDAYS[weekday], f"{hour:02}:00", score, len({window.day for window in of})))
    heads = columns(("weekday", "day"), ("hour", "hour"), ("score", "score", 0), ("days", "days"))
    ends = extremes([(f"{day} {hour}", score) for day, hour, score, _ in rows], score_limit(rules))
    told = f"The score by weekday and hour, {words}. {ends.words if ends else ''}".strip()
    return Table("hours", "Best and worst hours", told, heads, tuple(rows))


@dataclass(frozen=True, slots=True)
class Extremes:
    """The best and the worst hour.

    Parameters
    ----------
    best, worst
        Their names.
    most, least
        Their scores.
    limit
        Points by which hours may differ with nothing but the measuring.
    """

    best: str
    most: float
    worst: str
    least: float
    limit: float

    @property
    def apart(self) -> bool:
        """Whether they differ by more than measuring may."""
        return self.most - self.least > self.limit

    @property
    def words(self) -> str:
        """The two as a sentence."""
        if self.apart:
            return f"Best: {self.best}, {self.most:.0f}. Worst: {self.worst}, {self.least:.0f}."
        return (
            f"No hour stands out: from {self.least:.0f} to {self.most:.0f} is within the {self.limit:.0f} points that "
            "measuring twice may differ."
        )


def extremes(hours: Sequence[tuple[str, float]], limit: float) -> Extremes | None:
    """Return the best and the worst of (name, score); None where there are too few to choose from."""
    if len(hours) < LEAST_DAYS:
        return None
    (best, most), (worst, least) = (end(hours, key=lambda hour: hour[1]) for end in (max, min))
    return Extremes(best, most, worst, least, limit)


# Sitting


def bouts_table(days: Sequence[Day], period: Period, rules: Rules) -> Table:
    """Return how long somebody sat, and in how long bouts."""
    rows = []
    for at, of in _bucketed(days, period).items():
        one = sat(of, rules)
        rows.append((at, one.median_min, one.longest_min, one.seconds / HOUR_S / len(of), len(_all_bouts(of))))
    longest = [row[2] for row in rows if not math.isnan(row[2])]
    told = f"Bouts of sitting over {_over(period)}: "
    told += f"the longest took {lasting(MINUTE_S * max(longest))}" if longest else "there were none"
    told += f"; good is up to {good_min(rules):.0f} minutes in one go."
    heads = columns(
        ("median_min", "median bout (min)", 0), ("longest_min", "longest bout (min)", 0),
        ("sitting_h", "sitting (h a day)", 1), ("bouts", "bouts"),
    )  # fmt: skip
    return Table("bouts", "Sitting in one go", told, (_when(period), *heads), tuple(rows))


def _all_bouts(days: Iterable[Day]) -> list[float]:
    return [bout.seconds / MINUTE_S for day in days for bout in day.bouts]


def breaks_table(days: Sequence[Day], period: Period, rules: Rules) -> Table:
    """Return breaks taken against planned; of a week a day's mean."""
    rows = []
    for at, of in _bucketed(days, period).items():
        one = sat(of, rules)
        rows.append((at, one.taken / len(of), one.planned / len(of)))
    whole = sat(days, rules)
    words = f"Breaks over {_over(period)}: {whole.taken} taken, {whole.planned:.0f} planned."
    heads = columns(("taken", "taken a day", 1), ("planned", "planned a day", 1))
    return Table("breaks", "Breaks taken and planned", words, (_when(period), *heads), tuple(rows))


def planned_words(rules: Rules) -> str:
    """Say what a planned break is."""
    return (
        f"Planned is one break for every {good_min(rules):g} minutes of sitting, as long as sitting in one go is "
        f"good for; a break is {rules.break_least_s / MINUTE_S:g} minute or more of something else."
    )


# Measures


def measure_table(days: Sequence[MeasureDay], name: str, activity: Activity, period: Period) -> Table:
    """Return a measure: of a day median and quartiles of its minutes, of a week those of its days' medians."""
    row_of, found = BY_NAME[name], defaultdict(list)
    for day in days:
        found[period.bucket_of(day.day)].append(day)
    rows = []
    for at, of in sorted(found.items()):
        low, middle, high = quartiles([day.median for day in of])
        if not period.by_weeks:
            low, high = of[0].low, of[0].high
        rows.append((at, middle, low, high, sum(day.minutes for day in of)))
    digits, sign = DIGITS[row_of.unit], UNIT_SIGN[row_of.unit]
    what = f"{row_of.title} while {activity}"
    words = _spread_words(what, [row[1] for row in rows], _over(period), digits, sign)
    within = "days of the week" if period.by_weeks else "minutes of the day"
    unit = f" ({sign.strip()})" if sign else ""
    heads = columns(
        ("median", f"median{unit}", digits), *((one, f"{label} of the {within}", digits) for one, label in SPREAD),
        ("minutes", "minutes measured"),
    )  # fmt: skip
    return Table(name, what, words, (_when(period), *heads), tuple(rows))


@dataclass(frozen=True, slots=True)
class Good:
    """What is good of a measure, in its unit, and what to say of it."""

    bands: tuple[tuple[float, float], ...]
    words: str


def good_of(targets: Targets, name: str, activity: Activity) -> Good:
    """Return the target band of a measure, as far as its values can be held against it."""
    held = [target for target in targets.of(activity) if name in target.measures]
    absolute = [target for target in held if target.relative_to is RelativeTo.NONE]
    if absolute:
        return Good(_both_sides(absolute[0]), f"good while {activity}{_whose(absolute[0])}")
    if held:
        low, high = held[0].good[0]
        sign = UNIT_SIGN[BY_NAME[name].unit]
        against = f"Good is {low:g} to {high:g}{sign} from the person's own upright, another one at every place"
        return Good((), f"{against}: no band is drawn.")
    return Good((), f"No target is set for it while {activity}.")


def _whose(target: Target) -> str:
    return ", own target" if target.own is not None else ""


def _both_sides(target: Target) -> tuple[tuple[float, float], ...]:
    if not target.magnitude:
        return target.good
    return tuple(
        band for low, high in target.good for band in ([(-high, high)] if low <= 0.0 else [(low, high), (-high, -low)])
    )


def main_activity(days: Iterable[Day], among: Iterable[Activity]) -> Activity:
    """Return what was done the longest of some activities; sitting where nothing was."""
    total: Counter[Activity] = Counter()
    for day in days:
        total.update(day.seconds)
    among = set(among)
    return max(among, key=lambda activity: (total[activity], activity), default=Activity.SITTING)
