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
from posture_coach.scoring.score import ScoreSeries

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
    points
        By target id: mean points out of 100, of the targets that were scored.
    worst
        By target id: the worst grade of the second.
    """

    start_s: float
    activity: Activity
    score: float
    coverage: float
    value: Floats
    points: dict[str, float]
    worst: dict[str, Grade]


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
    activity = Counter(pictures.activity.tolist()).most_common(1)[0][0]
    points, worst = _by_target(pictures.score)
    return Second(
        start_s, activity, _mean(pictures.score.score), _mean(pictures.score.coverage), _means(pictures.measures.value),
        points, worst,
    )  # fmt: skip


def _by_target(score: ScoreSeries) -> tuple[dict[str, float], dict[str, Grade]]:
    """Return mean points and worst grade of each target that was scored; the sides of a joint count as one."""
    graded = score.grade != Grade.NOT_SCORED
    points: dict[str, list[float]] = {}
    worst: dict[str, Grade] = {}
    for k in np.flatnonzero(graded.any(axis=0)).tolist():
        name, rows = score.slots[k].target.id, graded[:, k]
        points.setdefault(name, []).extend(score.points[rows, k].tolist())
        worst[name] = max(worst.get(name, Grade.GOOD), Grade(int(score.grade[rows, k].max())))
    return {name: float(np.mean(values)) for name, values in points.items()}, worst


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def _means(values: Floats) -> Floats:
    known = ~np.isnan(values)
    counts = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.where(counts > 0, total / np.maximum(counts, 1), np.nan)
