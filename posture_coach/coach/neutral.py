"""Taking the person's own upright from a live camera: settle first, then average."""

from __future__ import annotations

import math

from posture_coach.errors import DataError
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.baseline import neutral
from posture_coach.measures.measurer import Baseline
from posture_coach.pose.types import PoseSeries

SETTLING_S = 2.0
"""A tracked skeleton drifts by up to 3 degrees at first, and so does somebody who was just told to sit upright."""
TAKING_S = 10.0
LEAST_SHARE = 0.5
"""Of the pictures somebody must be seen in."""


class NeutralTaker:
    """Collects the pictures of ten seconds after two of settling; feed them in the order of time."""

    def __init__(self) -> None:
        self._begun_s: float | None = None
        self._parts: list[PoseSeries] = []
        self.done = False

    def push(self, poses: PoseSeries) -> tuple[str, Baseline | None]:
        """Take in one picture; return how it stands, in words, and the own upright once it is there."""
        now_s = float(poses.time_s[-1])
        if self._begun_s is None:
            self._begun_s = now_s
        spent_s = now_s - self._begun_s
        if spent_s < SETTLING_S:
            return "Sit comfortably upright, and look ahead …", None
        if spent_s < SETTLING_S + TAKING_S:
            self._parts.append(poses)
            return f"Stay like this: {math.ceil(SETTLING_S + TAKING_S - spent_s)} s", None
        self.done = True
        return self._result()

    def _result(self) -> tuple[str, Baseline | None]:
        try:
            taken = PoseSeries.joined(self._parts)
            if taken.detected.mean() < LEAST_SHARE:
                raise DataError("You were out of view for more than half of the time.")
            baseline = neutral(taken, shipped_accuracy(), "these ten seconds")
        except (DataError, IndexError) as why:
            return f"Not taken: {why} Try again.", None
        return "Your own upright is taken.", baseline
