"""What RULA and REBA have in common: from parts to a score with its ranges, and when a scale is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from posture_coach.measures.types import Side
from posture_coach.scoring.ergonomics.parts import totals
from posture_coach.scoring.ergonomics.tables import Ergonomics, Scale
from posture_coach.scoring.ergonomics.types import Answers, Origin, Part, Posture, Refused, Result, Step

Bounds = Mapping[str, tuple[int, int]]
Steps = Callable[[Scale, Mapping[str, int]], tuple[Step, ...]]

NEEDED = ("trunk", "upper arm")
"""What a part is called without which there is no score."""


class Parts(Protocol):
    """Collects the points of one scale for one side."""

    def __call__(self, posture: Posture, answers: Answers, tables: Ergonomics, side: str) -> list[Part]:
        """Return the parts; those called trunk and upper arm are what it cannot do without."""
        ...


def assessed(
    name: str,
    scale: Scale,
    tables: Ergonomics,
    posture: Posture,
    answers: Answers,
    *,
    parts: Parts,
    steps: Steps,
    bounds: Bounds,
) -> Result | Refused:
    """Return what a scale gives for the side that it gives more for, of those whose upper arm was measured.

    It is refused where the trunk or both upper arms were not measured, or the scale has no row for them: more than half
    of it would be a guess.
    """
    each = {side.value: parts(posture, answers, tables, side.value) for side in Side}
    known = {side: found for side, found in each.items() if not _unseen(found)}
    if not known:
        why = dict.fromkeys(words for found in each.values() for words in _unseen(found))
        return Refused(name, f"{'; '.join(why)}. Without trunk and an upper arm most of the scale would be a guess.")
    results = [_result(name, scale, found, side, steps, bounds) for side, found in known.items()]
    return max(results, key=lambda result: (result.score, result.high))


def _unseen(parts: Sequence[Part]) -> list[str]:
    """Return what is missing of what a scale cannot do without."""
    return [part.words for part in parts if part.what in NEEDED and part.origin is Origin.UNSEEN]


def _result(name: str, scale: Scale, parts: Sequence[Part], side: str, steps: Steps, bounds: Bounds) -> Result:
    """Put a result together. No cell of a table is below one before it, so that the ends give the ranges."""
    way = steps(scale, totals(parts, bounds, "points"))
    score = way[-1].score
    low, high, least, most = (
        steps(scale, totals(parts, bounds, which))[-1].score for which in ("low", "high", "least", "most")
    )
    level = scale.level(score)
    return Result(name, side, score, low, high, least, most, level.level, level.says, way, tuple(parts))
