"""Accuracy for drawn people, whose points lie where they should: every error is known, and is none."""

from __future__ import annotations

from posture_coach.measures.accuracy import Accuracy, Error
from posture_coach.measures.definitions import TABLE
from posture_coach.measures.skeleton import NO_OFFSETS
from posture_coach.measures.types import View
from posture_coach.pose.types import Mode, Model

EXACT = Accuracy(
    {
        (row.joint, view, mode, model): Error(0.0, 0.0)
        for row in TABLE
        for view in View
        for mode in Mode
        for model in Model
    },
    NO_OFFSETS,
    {},
)
