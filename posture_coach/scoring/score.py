"""From grades to points: a score of 0 to 100, how much of it could be seen, and what it is made of.

A value that is missing counts neither as good nor as bad: it lowers the coverage, never the score.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import groupby

import numpy as np
from numpy.typing import ArrayLike, NDArray

from posture_coach.activity.types import Activity
from posture_coach.measures.types import WORDS, Floats, MeasureSeries, Reason
from posture_coach.scoring.bands import Codes, Edges, Grade, edges, grades
from posture_coach.scoring.targets import JUDGED, Condition, Points, RelativeTo, Target, Targets

_REASONS = {int(reason): words for reason, words in WORDS.items()}

REASONS_TOLD = 2
"""How many reasons `Score.words` gives: more would not be read."""


class Why(IntEnum):
    """Why a target is not scored though nothing hides its measure; follows the codes of `Reason`."""

    NOT_MEASURED = 100
    NO_BAND = 101
    CONDITION = 102


@dataclass(frozen=True, slots=True)
class Part:
    """What one measure adds to a score.

    Parameters
    ----------
    value
        As it was judged: less its bias, or less the own upright; in the unit that ends the measure's name.
    points
        Of its grade, out of 100.
    weight
        Of its target, shared equally where both sides were measured.
    """

    target_id: str
    measure: str
    value: float
    grade: Grade
    points: float
    weight: float


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

    def words(self) -> str:
        """Say how much was scored, and the most frequent reasons why the rest was not."""
        if not self.of:
            return "nothing to score"
        reasons = Counter(reason for _, reason in self.not_scored).most_common(REASONS_TOLD)
        scored = f"{self.scored} of {self.of} targets scored"
        if self.scored and math.isnan(self.value):
            scored += ", too few for a score"
        return "; ".join([scored, *(f"{reason} ({k})" for reason, k in reasons)])


@dataclass(frozen=True, slots=True)
class Slot:
    """One measure of one target: what is graded."""

    target: Target
    measure: str


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
    why
        (n, s) codes of `Reason` or `Why`, 0 where graded, or the activity is another.
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
    why: Codes
    targets: Targets

    def __len__(self) -> int:
        return len(self.score)

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
            why=np.concatenate([part.why for part in parts]),
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
        points = float(_points(self.targets)[grade])
        value = float(self.value[i, k])
        return Part(slot.target.id, slot.measure, value, grade, points, slot.target.weight / sides)

    def _reason(self, i: int, ks: Sequence[int]) -> str:
        """Say why no measure of a target was graded: the far side being hidden is the last thing to tell."""
        codes = [int(self.why[i, k]) for k in ks]
        code = next((code for code in codes if code != Reason.FAR_SIDE), codes[0])
        return why_words(code, self.slots[ks[0]].target)


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
        plans = [_plan(targets.of(activity), names) for activity in JUDGED]
        self._plans = [plan for plan in plans if plan.slots]
        self._slots = tuple(slot for plan in self._plans for slot in plan.slots)
        self._points = _points(targets)
        self._least = targets.points.least_targets

    def score(
        self,
        measures: MeasureSeries,
        activity: NDArray[np.object_],
        *,
        baseline: Mapping[str, float] | None = None,
        bias: ArrayLike = 0.0,
    ) -> ScoreSeries:
        """Score n pictures; see `score_series`."""
        n = len(measures)
        if measures.names != self.names or activity.shape != (n,):
            raise ValueError(
                f"expected {len(self.names)} measures and one activity for each of {n} pictures, "
                f"got {len(measures.names)} measures and activities of shape {activity.shape}"
            )
        bias = np.broadcast_to(np.asarray(bias, dtype=np.float64), measures.value.shape)
        score, coverage = np.full(n, np.nan), np.full(n, np.nan)
        value = np.full((n, len(self._slots)), np.nan)
        grade, why = np.zeros(value.shape, dtype=np.int8), np.zeros(value.shape, dtype=np.int8)
        start = 0
        for plan in self._plans:
            here, start = slice(start, start + len(plan.slots)), start + len(plan.slots)
            rows = np.flatnonzero(activity == plan.slots[0].target.activity)
            if rows.size:
                judged = _judged(plan, measures, rows, baseline or {}, bias)
                value[rows, here], grade[rows, here], why[rows, here] = judged
                score[rows], coverage[rows] = _weighed(plan, judged[1], self._points, self._least)
        return ScoreSeries(score, coverage, activity, self.names, self._slots, value, grade, why, self.targets)


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


@dataclass(frozen=True, slots=True, eq=False)
class _Guard:
    """The condition of a target: which slots it holds for, and where its measure stands (-1: nowhere)."""

    condition: Condition
    slots: list[int]
    column: int


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """How the s slots of one activity's t targets are graded."""

    slots: tuple[Slot, ...]
    column: NDArray[np.intp]  # (s,) where the measure stands; 0 where absent
    absent: NDArray[np.bool_]  # (s,) the series has no such measure
    relative: NDArray[np.bool_]  # (s,) judged against the own upright
    bands: Edges
    start: NDArray[np.intp]  # (t,) first slot of each target
    weight: Floats  # (t,)
    guards: tuple[_Guard, ...]


def _plan(targets: Sequence[Target], names: Sequence[str]) -> _Plan:
    where = {name: k for k, name in enumerate(names)}
    slots = tuple(Slot(target, measure) for target in targets for measure in target.measures)
    column = np.array([where.get(slot.measure, -1) for slot in slots], dtype=np.intp)
    sides = [len(target.measures) for target in targets]
    guards = [
        _Guard(target.only_when, _slots_of(target, slots), where.get(target.only_when.measure, -1))
        for target in targets
        if target.only_when
    ]
    return _Plan(
        slots,
        np.maximum(column, 0),
        column < 0,
        np.array([slot.target.relative_to is RelativeTo.OWN_UPRIGHT for slot in slots], dtype=np.bool_),
        edges([slot.target for slot in slots]),
        np.cumsum([0, *sides[:-1]], dtype=np.intp),
        np.array([target.weight for target in targets]),
        tuple(guards),
    )


def _slots_of(target: Target, slots: Sequence[Slot]) -> list[int]:
    return [k for k, slot in enumerate(slots) if slot.target is target]


def _judged(
    plan: _Plan, measures: MeasureSeries, rows: NDArray[np.intp], baseline: Mapping[str, float], bias: Floats
) -> tuple[Floats, Codes, Codes]:
    """Grade the s slots of r pictures: (r, s) values as judged, grades, and why there is none."""
    cells = (rows[:, np.newaxis], plan.column)
    own = np.array([baseline.get(slot.measure, np.nan) for slot in plan.slots])
    measured = measures.value[cells]
    value = measured - np.where(plan.relative, own, bias[cells])
    value[:, plan.absent] = np.nan
    grade = grades(value, plan.bands)
    # From the weakest reason to the strongest: what hides the measure itself is told first.
    why = np.where(grade == Grade.NOT_SCORED, np.int8(Why.NO_BAND), np.int8(0))
    for guard in plan.guards:
        stopped = _stopped(guard, measures, rows, baseline, bias)[:, np.newaxis]
        why[:, guard.slots] = np.where(stopped, stopped, why[:, guard.slots])
    why[:, plan.relative & np.isnan(own)] = Reason.NO_BASELINE
    why = np.where(np.isnan(measured), _told(measures.reason[cells]), why)
    why[:, plan.absent] = Why.NOT_MEASURED
    return value, np.where(why, np.int8(Grade.NOT_SCORED), grade), why


def _stopped(
    guard: _Guard,
    measures: MeasureSeries,
    rows: NDArray[np.intp],
    baseline: Mapping[str, float],
    bias: Floats,
) -> Codes:
    """Return (r,) why a condition keeps its target from being judged, 0 where it does not."""
    if guard.column < 0:
        return np.full(len(rows), Why.NOT_MEASURED, dtype=np.int8)
    measured = measures.value[rows, guard.column]
    relative = guard.condition.relative_to is RelativeTo.OWN_UPRIGHT
    own = baseline.get(guard.condition.measure, np.nan)
    value = measured - (own if relative else bias[rows, guard.column])
    within = (value >= guard.condition.low) & (value <= guard.condition.high)
    without = Reason.NO_BASELINE if np.isnan(own) and relative else Why.CONDITION
    why = np.where(within, np.int8(0), np.int8(without))
    return np.where(np.isnan(measured), _told(measures.reason[rows, guard.column]), why)


def _told(reason: Codes) -> Codes:
    """Give a missing value that came without a reason one."""
    return np.where(reason == Reason.NONE, np.int8(Why.NOT_MEASURED), reason)


def _weighed(plan: _Plan, grade: Codes, points: Floats, least: int) -> tuple[Floats, Floats]:
    """Return (r,) scores and coverages from the (r, s) grades."""
    sides = np.add.reduceat(grade != Grade.NOT_SCORED, plan.start, axis=1, dtype=np.intp)
    earned = np.add.reduceat(points[grade], plan.start, axis=1) / np.maximum(sides, 1)
    scored = sides > 0
    enough = scored.sum(axis=1) >= min(least, len(plan.weight))
    weight = scored @ plan.weight
    score = np.divide(earned @ plan.weight, weight, out=np.full(len(grade), np.nan), where=enough & (weight > 0))
    return score, scored.mean(axis=1)


def grade_of_score(value: float, points: Points) -> Grade:
    """Return the grade whose points a whole score lies nearest to; of two equally near the better one."""
    if math.isnan(value):
        return Grade.NOT_SCORED
    by_grade = {Grade.GOOD: points.good, Grade.CAUTION: points.caution, Grade.POOR: points.poor}
    return min(by_grade, key=lambda grade: abs(by_grade[grade] - value))


def _points(targets: Targets) -> Floats:
    """Return the points by code of `Grade`; 0 where not scored, which no score ever counts."""
    return np.array([0.0, targets.points.good, targets.points.caution, targets.points.poor])


def why_words(code: int, target: Target) -> str:
    """Return the sentence for a code of `Reason` or `Why`."""
    if code == Why.CONDITION and target.only_when:
        condition = target.only_when
        name, _, unit = condition.measure.rpartition("_")
        own = " of own upright" if condition.relative_to is RelativeTo.OWN_UPRIGHT else ""
        within = f"{condition.low:g} to {condition.high:g} {unit}{own}"
        return f"only judged while {name.replace('_', ' ')} is within {within}"
    return "value outside every band" if code == Why.NO_BAND else _REASONS.get(code, "not measured")
