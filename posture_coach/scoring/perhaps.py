"""Which grades a value may have too, beside the one in whose band it lies: those that its interval reaches into."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from posture_coach.measures.types import Floats
from posture_coach.scoring.bands import Codes, Grade

LEAST_CHANCE, STILL_CHANCE = 0.05, 0.025
"""Another grade is named from the one on; once named, until the interval of 95 % no longer reaches it.

With one limit for both, words beside a value that rests near it would come and go several times a second.
"""


class Perhaps:
    """Follows t graded values over pictures; feed them in order, however they are cut."""

    def __init__(self, count: int) -> None:
        self._named = np.zeros((len(Grade), count), dtype=np.bool_)

    def push(self, chance: Floats, grade: Codes) -> Codes:
        """Return which other grades the values of the next n pictures may have.

        Parameters
        ----------
        chance
            (4, n, t) of `chances`.
        grade
            (n, t) codes of `Grade`.

        Returns
        -------
        (n, t) for `grades_in`; 0 where there is no other, or no grade at all.
        """
        codes = np.zeros(grade.shape, dtype=np.int8)
        step = np.arange(1, len(grade) + 1)[:, np.newaxis]
        for other in (Grade.GOOD, Grade.CAUTION, Grade.POOR):
            likely = chance[other] >= LEAST_CHANCE
            # In between, what was decided last holds: its place is 1 + its picture, 0 what was before them all.
            last = np.maximum.accumulate(np.where(likely | (chance[other] < STILL_CHANCE), step, 0), axis=0)
            named = np.take_along_axis(np.vstack([self._named[other], likely]), last, axis=0)
            self._named[other] = np.vstack([self._named[other], named])[-1]
            codes |= (named & (grade != other) & (grade != Grade.NOT_SCORED)).astype(np.int8) << other
        return codes


def grades_in(code: int) -> tuple[Grade, ...]:
    """Return the grades that a code of `Perhaps` holds, the best first."""
    return tuple(grade for grade in Grade if code >> grade & 1)


def perhaps_words(others: Sequence[str]) -> str:
    """Say which grades a value may have too; empty where there is no other."""
    return f"perhaps {' or '.join(others)}" if others else ""
