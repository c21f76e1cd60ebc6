"""The grades that are told live: a word beside a value stays until the value has been elsewhere for a while.

Only words and colours follow it; what is scored and kept is the grade of each picture.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from posture_coach.scoring.assess import Assessment, Reading
from posture_coach.scoring.bands import Grade
from posture_coach.scoring.score import Part
from posture_coach.scoring.targets import Targets

DWELL_S = 2.0
"""A grade is told on until no picture has shown it for so long; then the one that the newest picture shows."""


@dataclass(slots=True)
class _Told:
    """The grade that is told of one measure, when a picture showed it last, and when each grade was possible last."""

    grade: Grade
    seen_s: float
    possible_s: dict[Grade, float]


class Steady:
    """Follows what one live session tells; show it each picture, in order."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], _Told] = {}
        self._of: tuple[int, Targets] | None = None

    def push(self, assessment: Assessment) -> Reading:
        """Return the reading of the one picture of an assessment, with the grades that are to be told.

        Where the picture's own grade is another one, it is among those that the value may have too.
        """
        of = assessment.person, assessment.score.targets
        if of != self._of:
            self._told, self._of = {}, of
        reading = assessment.reading(0)
        parts = tuple(self._steadied(part, reading.time_s) for part in reading.score.parts)
        return replace(reading, score=replace(reading.score, parts=parts))

    def _steadied(self, part: Part, now_s: float) -> Part:
        told = self._told.setdefault((part.target_id, part.measure), _Told(part.grade, now_s, {}))
        if part.grade == told.grade or now_s - told.seen_s >= DWELL_S:
            told.grade, told.seen_s = part.grade, now_s
        told.possible_s |= dict.fromkeys((part.grade, *part.perhaps), now_s)
        lately = (grade for grade, last_s in told.possible_s.items() if now_s - last_s < DWELL_S)
        return replace(part, grade=told.grade, perhaps=tuple(sorted({*lately} - {told.grade})))
