"""From grades to points: a score of 0 to 100, how much of it could be seen, and what it is made of.

A value that is missing counts neither as good nor as bad: it lowers the coverage, never the score.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import ArrayLike, NDArray

from posture_coach.activity.types import Activity
from posture_coach.measures.types import WORDS, Floats, MeasureSeries, Reason
from posture_coach.scoring.bands import DIGITS, Codes, Grade, chances, earned
from posture_coach.scoring.holding import Holding
from posture_coach.scoring.perhaps import Perhaps, grades_in, perhaps_words
from posture_coach.scoring.plan import Plan, Slot, Why, judged, plan
from posture_coach.scoring.targets import JUDGED, Points, RelativeTo, Target, Targets

_REASONS = {int(reason): words for reason, words in WORDS.items()}

REASONS_TOLD = 2
"""How many reasons `Score.words` gives: more would not be read, and count as others."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one measure adds to a score.

    Parameters
    ----------
    value
        As it was judged: less its bias, or less the own upright; in the unit that ends the measure's name.
    points
        Out of 100: those of its grade, near an edge the mean of both by where the value may truly lie.
    weight
        Of its target, shared equally where both sides were measured.
    perhaps
        Grades that it may have too, by where the value may truly lie.
    """

    target_id: str
    measure: str
    value: float
    grade: Grade
    points: float
    weight: float
    perhaps: tuple[Grade, ...] = ()

    @property
    def words(self) -> str:
        """Its grade, and those that it may have too."""
        return ", ".join(filter(None, (self.grade.name.lower(), self.perhaps_words)))

    @property
    def perhaps_words(self) -> str:
        """The grades that it may have too; empty where there is none."""
        return perhaps_words([grade.name.lower() for grade in self.perhaps])


@dataclass(frozen=True, slots=True)
class Score:
    """The score of one picture.

    Parameters
    ----------
    value
        0 to 100, the weighted mean of the points of its parts; NaN where too few targets were scored.
    coverage
        `scored / of`; NaN where the activity has no targets.
    scored, of
        Targets that were scored, and all of the activity; left and right of a joint are one.
    parts
        What was scored, in the order of the targets.
    not_scored
        (target id, why) of the others.
    """

    value: float
    coverage: float
    scored: int
    of: int
    parts: tuple[Part, ...]
    not_scored: tuple[tuple[str, str], ...]

    def by_measure(self) -> dict[str, Part]:
        """Return what was scored by measure; of one that several targets judge, as the first does."""
        return {part.measure: part for part in reversed(self.parts)}

    def words(self) -> str:
        """Say how much was scored, and the most frequent reasons why the rest was not; the numbers add up."""
        if not self.of:
            return "nothing to score"
        reasons = Counter(reason for _, reason in self.not_scored).most_common()
        others = sum(k for _, k in reasons[REASONS_TOLD:])
        told = [*reasons[:REASONS_TOLD], *([("other reasons", others)] if others else [])]
        scored = f"{self.scored} of {self.of} targets scored"
        if self.scored and math.isnan(self.value):
            scored += ", too few for a score"
        return "; ".join([scored, *(f"{reason} ({k})" for reason, k in told)])


@dataclass(frozen=True, slots=True, eq=False)
class ScoreSeries:
    """The scores of n pictures of one person.

    Parameters
    ----------
    score
        (n,) 0 to 100; NaN where too few targets were scored.
    coverage
        (n,) share of the activity's targets that were scored; NaN where it has none.
    activity
        (n,) of `Activity`.
    names
        m measures, as in the series that was scored.
    slots
        What the s columns below hold; those of one activity stand together, those of one target side by side.
    value
        (n, s) as judged, see `Part`; NaN where there is none, or the activity is another.
    grade
        (n, s) codes of `Grade`.
    perhaps
        (n, s) which grades it may be too, for `grades_in`.
    why
        (n, s) codes of `Reason` or `Why`, 0 where graded, or the activity is another.
    points
        (n, s) out of 100; 0 where not graded.
    targets
        What was held against.
    """

    score: Floats
    coverage: Floats
    activity: NDArray[np.object_]
    names: tuple[str, ...]
    slots: tuple[Slot, ...]
    value: Floats
    grade: Codes
    perhaps: Codes
    why: Codes
    points: Floats
    targets: Targets

    def __len__(self) -> int:
        return len(self.score)

    def part(self, start: int, stop: int) -> ScoreSeries:
        """Return pictures start to stop, stop not included."""
        cut = slice(start, stop)
        arrays = ("score", "coverage", "activity", "value", "grade", "perhaps", "why", "points")
        return replace(self, **{name: getattr(self, name)[cut] for name in arrays})

    @classmethod
    def joined(cls, parts: Sequence[ScoreSeries]) -> ScoreSeries:
        """Put consecutive stretches that one `Scorer` scored behind each other."""
        return replace(
            parts[0],
            score=np.concatenate([part.score for part in parts]),
            coverage=np.concatenate([part.coverage for part in parts]),
            activity=np.concatenate([part.activity for part in parts]),
            value=np.concatenate([part.value for part in parts]),
            grade=np.concatenate([part.grade for part in parts]),
            perhaps=np.concatenate([part.perhaps for part in parts]),
            why=np.concatenate([part.why for part in parts]),
            points=np.concatenate([part.points for part in parts]),
        )

    def explain(self, i: int) -> Score:
        """Return what the score of picture i is made of, and what it lacks."""
        parts: list[Part] = []
        lacking: list[tuple[str, str]] = []
        columns = [k for k, slot in enumerate(self.slots) if slot.target.activity == self.activity[i]]
        groups = [list(ks) for _, ks in groupby(columns, key=lambda k: self.slots[k].target.id)]
        for ks in groups:
            graded = [k for k in ks if self.grade[i, k]]
            parts += [self._part(i, k, len(graded)) for k in graded]
            if not graded:
                lacking.append((self.slots[ks[0]].target.id, self._reason(i, ks)))
        scored = len(groups) - len(lacking)
        return Score(float(self.score[i]), float(self.coverage[i]), scored, len(groups), tuple(parts), tuple(lacking))

    def measure_grades(self) -> Codes:
        """Return the (n, m) grade of each measure, by the first target of the activity that judges it."""
        codes = np.zeros((len(self), len(self.names)), dtype=np.int8)
        first: dict[tuple[Activity, str], int] = {}
        for k, slot in enumerate(self.slots):
            first.setdefault((slot.target.activity, slot.measure), k)
        for (_, measure), k in first.items():
            if measure in self.names:
                # Every picture has one activity, so the columns of the others hold 0 there.
                codes[:, self.names.index(measure)] += self.grade[:, k]
        return codes

    def _part(self, i: int, k: int, sides: int) -> Part:
        slot, grade = self.slots[k], Grade(int(self.grade[i, k]))
        value, points = float(self.value[i, k]), float(self.points[i, k])
        weight, others = slot.target.weight / sides, grades_in(int(self.perhaps[i, k]))
        return Part(slot.target.id, slot.measure, value, grade, points, weight, others)

    def _reason(self, i: int, ks: Sequence[int]) -> str:
        """Say why no measure of a target was graded."""
        return why_words(int(telling(self.why[i : i + 1, ks])[0]), self.slots[ks[0]].target)


class Scorer:
    """Scores pictures against one set of targets. Holds what does not change from picture to picture.

    Parameters
    ----------
    targets
        What to hold against.
    names
        The columns of every series that will be scored.
    """

    def __init__(self, targets: Targets, names: tuple[str, ...]) -> None:
        self.targets = targets
        self.names = names
        plans = [plan(targets.of(activity), names) for activity in JUDGED]
        self._plans = [one for one in plans if one.slots]
        self._slots = tuple(slot for one in self._plans for slot in one.slots)
        self._points = _points(targets)
        self._least = targets.points.least_targets
        self._holding = Holding([slot.target for slot in self._slots])
        self._perhaps = [Perhaps(len(one.slots)) for one in self._plans]

    def score(
        self,
        measures: MeasureSeries,
        activity: NDArray[np.object_],
        *,
        baseline: Mapping[str, float] | None = None,
        bias: ArrayLike = 0.0,
        time_s: Floats | None = None,
    ) -> ScoreSeries:
        """Score the next n pictures; see `score_series`.

        With their times, what was held before counts too.
        """
        n = len(measures)
        self._check(measures, activity)
        bias = np.broadcast_to(np.asarray(bias, dtype=np.float64), measures.value.shape)
        score, coverage = np.full(n, np.nan), np.full(n, np.nan)
        shape = (n, len(self._slots))
        value, half_width, points = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape)
        grade, others, why = (np.zeros(shape, dtype=np.int8) for _ in range(3))
        places = self._places(activity)
        for how, here, rows, _ in places:
            found = judged(how, measures, rows, baseline or {}, bias)
            value[rows, here], half_width[rows, here], grade[rows, here], why[rows, here] = found
        past = self._holding.push(value, grade, np.full(n, np.nan) if time_s is None else time_s)
        grade[past] = Grade.POOR
        for how, here, rows, named in places:
            chance = _chances(how, value[rows, here], half_width[rows, here], past[rows, here])
            points[rows, here] = np.where(grade[rows, here], earned(chance, self._points), 0.0)
            others[rows, here] = named.push(chance, grade[rows, here])
            score[rows], coverage[rows] = _weighed(how, grade[rows, here], points[rows, here], self._least)
        return ScoreSeries(
            score, coverage, activity, self.names, self._slots, value, grade, others, why, points, self.targets
        )

    def _check(self, measures: MeasureSeries, activity: NDArray[np.object_]) -> None:
        n = len(measures)
        if measures.names != self.names or activity.shape != (n,):
            raise ValueError(
                f"expected {len(self.names)} measures and one activity for each of {n} pictures, "
                f"got {len(measures.names)} measures and activities of shape {activity.shape}"
            )

    def _places(self, activity: NDArray[np.object_]) -> list[tuple[Plan, slice, NDArray[np.intp], Perhaps]]:
        """Return, of every activity that is shown, the plan, the columns of its slots, its pictures, and its words."""
        places, start = [], 0
        for how, named in zip(self._plans, self._perhaps, strict=True):
            here, start = slice(start, start + len(how.slots)), start + len(how.slots)
            rows = np.flatnonzero(activity == how.slots[0].target.activity)
            if rows.size:
                places.append((how, here, rows, named))
        return places


def score_series(
    measures: MeasureSeries,
    activity: NDArray[np.object_],
    targets: Targets,
    *,
    baseline: Mapping[str, float] | None = None,
    bias: ArrayLike = 0.0,
) -> ScoreSeries:
    """Score n pictures of one person.

    Parameters
    ----------
    measures
        n pictures, m measures.
    activity
        (n,) of `Activity`; what has no targets (away, unknown) is not scored.
    baseline
        The person's own upright by measure, bias not subtracted; None before the calibration.
    bias
        (n, m) declared bias of each measure in the view it was seen from, finite, 0 where none is known.
        It is subtracted, except from what is judged against the own upright, which errs alike.
    """
    return Scorer(targets, measures.names).score(measures, activity, baseline=baseline, bias=bias)


def _chances(how: Plan, value: Floats, half_width: Floats, past: NDArray[np.bool_]) -> Floats:
    """Return (4, r, s) how likely each grade is; of what is held past its limit, caution counts as poor."""
    chance = chances(value, half_width, how.bands)
    chance[Grade.POOR] += np.where(past, chance[Grade.CAUTION], 0.0)
    chance[Grade.CAUTION][past] = 0.0
    return chance


def _weighed(how: Plan, grade: Codes, points: Floats, least: int) -> tuple[Floats, Floats]:
    """Return (r,) scores and coverages from the (r, s) grades and points."""
    sides = np.add.reduceat(grade != Grade.NOT_SCORED, how.start, axis=1, dtype=np.intp)
    earned = np.add.reduceat(points, how.start, axis=1) / np.maximum(sides, 1)
    scored = sides > 0
    enough = scored.sum(axis=1) >= min(least, len(how.weight))
    weight = scored @ how.weight
    score = np.divide(earned @ how.weight, weight, out=np.full(len(grade), np.nan), where=enough & (weight > 0))
    return np.round(score, DIGITS), scored.mean(axis=1)


def grade_of_score(value: float, points: Points) -> Grade:
    """Return the grade whose points a whole score lies nearest to; of two equally near the better one."""
    if math.isnan(value):
        return Grade.NOT_SCORED
    by_grade = {Grade.GOOD: points.good, Grade.CAUTION: points.caution, Grade.POOR: points.poor}
    return min(by_grade, key=lambda grade: abs(by_grade[grade] - value))


def _points(targets: Targets) -> Floats:
    """Return the points by code of `Grade`; 0 where not scored, which no score ever counts."""
    return np.array([0.0, targets.points.good, targets.points.caution, targets.points.poor])


def telling(why: Codes) -> Codes:
    """Return of the (n, k) codes why none of a target's k measures was graded the (n,) that are told.

    It is the first of each: but that the far side is hidden is the last thing to tell.
    """
    first = (why != Reason.FAR_SIDE).argmax(axis=1)
    return np.asarray(why[np.arange(len(why)), first])


def why_words(code: int, target: Target) -> str:
    """Return the sentence for a code of `Reason` or `Why`."""
    if code == Why.CONDITION and target.only_when:
        condition = target.only_when
        name, _, unit = condition.measure.rpartition("_")
        own = " of own upright" if condition.relative_to is RelativeTo.OWN_UPRIGHT else ""
        within = f"{condition.low:g} to {condition.high:g} {unit}{own}"
        return f"only judged while {name.replace('_', ' ')} is within {within}"
    return "value outside every band" if code == Why.NO_BAND else _REASONS.get(code, "not measured")
