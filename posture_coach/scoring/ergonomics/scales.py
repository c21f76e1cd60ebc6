"""What RULA and REBA have in common: from parts to a score with its ranges, and when a scale is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from posture_coach.measures.types import Side
from posture_coach.scoring.ergonomics.parts import seen, totals, upper_arm
from posture_coach.scoring.ergonomics.tables import Ergonomics, Scale
from posture_coach.scoring.ergonomics.types import Answers, Part, Posture, Refused, Result, Step

Bounds = Mapping[str, tuple[int, int]]
Steps = Callable[[Scale, Mapping[str, int]], tuple[Step, ...]]


class Parts(Protocol):
    """Collects the parts of one scale for one side."""

    def __call__(self, posture: Posture, answers: Answers, tables: Ergonomics, side: str) -> list[Part]:
        """Return the parts; raise `LookupError` where the scale has no row for a posture."""
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

    It is refused where the trunk or both upper arms were not measured, which would leave more than half of it to
    guesses, and where it has no row for the posture.
    """
    trunk = seen(posture, "trunk_inclination_deg")
    if not trunk.known:
        return Refused(name, f"{trunk.words}. Without the trunk most of the scale would be a guess.")
    sides = [side.value for side in Side if upper_arm(posture, side.value).known]
    if not sides:
        words = "; ".join(upper_arm(posture, side.value).words for side in Side)
        return Refused(name, f"{words}. Without an upper arm half of the scale would be a guess.")
    try:
        found = [_result(name, scale, parts(posture, answers, tables, side), side, steps, bounds) for side in sides]
    except LookupError as hole:
        return Refused(name, f"{hole.args[0]}: the scale has no row for it.")
    return max(found, key=lambda result: (result.score, result.high))


def _result(name: str, scale: Scale, parts: Sequence[Part], side: str, steps: Steps, bounds: Bounds) -> Result:
    """Put a result together. No cell of a table is below one before it, so that the ends give the ranges."""
    way = steps(scale, totals(parts, bounds, "points"))
    score = way[-1].score
    low, high, least, most = (
        steps(scale, totals(parts, bounds, which))[-1].score for which in ("low", "high", "least", "most")
    )
    level = scale.level(score)
    return Result(name, side, score, low, high, least, most, level.level, level.says, way, tuple(parts))
