"""Assessed pictures gathered by the second: what windows and events are made of, whatever the rate of pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from posture_coach.activity.types import Activity
from posture_coach.measures.types import Floats
from posture_coach.scoring.assess import Assessment
from posture_coach.scoring.bands import Grade
from posture_coach.scoring.score import ScoreSeries, grade_of_score
from posture_coach.scoring.targets import FULL_SCORE

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Second:
    """One second of one person.

    Parameters
    ----------
    start_s
        Whole seconds since the first picture.
    activity
        What held for most of it.
    score, coverage
        Means over its pictures; NaN where nothing was scored.
    value
        (m,) mean of each measure; NaN where it was not measured.
    lost
        By target id: by how many of 100 points it lowered the score; together 100 less the score.
    grade
        By target id: the grade whose points its mean points lie nearest to. Not the worst one: the more pictures
        there are, the worse the worst of them.
    """

    start_s: float
    activity: Activity
    score: float
    coverage: float
    value: Floats
    lost: dict[str, float]
    grade: dict[str, Grade]


class Gatherer:
    """Cuts assessments into seconds; feed them in the order of time, however they are cut."""

    def __init__(self) -> None:
        self._open: list[Assessment] = []
        self._slot: int | None = None

    def push(self, assessment: Assessment) -> Iterator[Second]:
        """Take the next pictures; yield every second that is complete."""
        # A sum of tenths may lie a hair below the whole it stands for.
        slots = np.floor(assessment.poses.time_s + _ROUNDING).astype(int)
        edges = [0, *(np.flatnonzero(np.diff(slots)) + 1).tolist(), len(slots)]
        for start, stop in pairwise(edges):
            if start == stop:
                continue
            if self._slot is not None and slots[start] != self._slot:
                yield self._closed()
            self._slot = int(slots[start])
            self._open.append(assessment.part(start, stop))

    def finish(self) -> Iterator[Second]:
        """Yield the last second, which nothing follows."""
        if self._slot is not None:
            yield self._closed()

    def _closed(self) -> Second:
        whole = Assessment.joined(self._open) if len(self._open) > 1 else self._open[0]
        slot, self._slot, self._open = self._slot, None, []
        assert slot is not None
        return _second(whole, float(slot))


def _second(pictures: Assessment, start_s: float) -> Second:
    activity = Activity(Counter(pictures.activity.tolist()).most_common(1)[0][0])
    lost, grade = _by_target(pictures.score)
    return Second(
        start_s, activity, _mean(pictures.score.score), _mean(pictures.score.coverage), _means(pictures.measures.value),
        lost, grade,
    )  # fmt: skip


def _by_target(score: ScoreSeries) -> tuple[dict[str, float], dict[str, Grade]]:
    """Return what each target cost, and its grade; the sides of a joint count as one, and so do pictures."""
    targets = [slot.target for slot in score.slots]
    start = [k for k, target in enumerate(targets) if k == 0 or target is not targets[k - 1]]
    graded = score.grade != Grade.NOT_SCORED
    sides = np.add.reduceat(graded, start, axis=1, dtype=np.intp)
    earned = np.add.reduceat(np.where(graded, score.points, 0.0), start, axis=1) / np.maximum(sides, 1)
    weight = np.where(sides > 0, np.array([targets[k].weight for k in start]), 0.0)
    counts = ~np.isnan(score.score)
    share = weight[counts] / weight[counts].sum(axis=1, keepdims=True)
    lost = (share * (FULL_SCORE - earned[counts])).sum(axis=0) / max(int(counts.sum()), 1)
    seen = (sides > 0).sum(axis=0)
    mean = earned.sum(axis=0, where=sides > 0) / np.maximum(seen, 1)
    names = [(column, targets[k].id) for column, k in enumerate(start) if seen[column]]
    return (
        {name: float(lost[column]) for column, name in names},
        {name: grade_of_score(float(mean[column]), score.targets.points) for column, name in names},
    )


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def _means(values: Floats) -> Floats:
    known = ~np.isnan(values)
    counts = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.where(counts > 0, total / np.maximum(counts, 1), np.nan)
