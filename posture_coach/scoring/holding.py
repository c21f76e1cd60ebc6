"""How long a posture may be held: past its limit caution counts as poor, and only then (ISO 11226).

The limit falls with the angle. What has been used of it is the sum of time over limit, so that a posture that changes
is followed too; a good posture gives it back as fast as it was used up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from posture_coach.measures.types import Floats
from posture_coach.scoring.bands import Grade
from posture_coach.scoring.targets import Target

Bools = NDArray[np.bool_]
Codes = NDArray[np.int8]

LONGEST_STEP_S = 2.0
"""Pictures further apart than this leave a hole, of which nobody knows how it was spent."""


class Holding:
    """Follows s graded targets over time; feed pictures in order, however they are cut."""

    def __init__(self, targets: Sequence[Target]) -> None:
        self._limits = [target.holding for target in targets]
        self._used = np.zeros(len(targets))
        self._held_s = np.zeros(len(targets))
        self._last_s = np.nan

    def push(self, value: Floats, grade: Codes, time_s: Floats) -> Bools:
        """Return (n, s) whether a posture has been held past its limit.

        Parameters
        ----------
        value, grade
            (n, s); a target of another activity, or one that was not scored, has no grade.
        """
        past = np.zeros(grade.shape, dtype=bool)
        columns = [k for k, limit in enumerate(self._limits) if limit is not None]
        for i, now_s in enumerate(time_s.tolist()):
            step_s = now_s - self._last_s
            self._last_s = now_s
            step_s = step_s if step_s <= LONGEST_STEP_S else 0.0
            for k in columns:
                self._advance(k, float(value[i, k]), int(grade[i, k]), step_s)
                past[i, k] = self._used[k] >= 1.0 and grade[i, k] == Grade.CAUTION
        return past

    def _advance(self, k: int, value: float, grade: int, step_s: float) -> None:
        limit = self._limits[k]
        if limit is None or not step_s > 0:
            return
        if grade == Grade.CAUTION and value >= limit.from_value:
            self._used[k] += step_s / limit.seconds(value)
            self._held_s[k] += step_s
        elif grade == Grade.GOOD and self._held_s[k] > 0:
            left_s = max(self._held_s[k] - step_s, 0.0)
            self._used[k] *= left_s / self._held_s[k]
            self._held_s[k] = left_s
