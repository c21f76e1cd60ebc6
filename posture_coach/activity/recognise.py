"""Sitting, standing, walking, exercising, lying, away or unknown, from poses over time.

A file is looked at both ways: an exercise begins with its first repetition. A live camera knows the past alone: what is
seen counts after it has lasted, and an exercise from its third repetition on. Both count the same steps and swings.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posture_coach.activity.body import signals
from posture_coach.activity.doing import Doing
from posture_coach.activity.events import activity_events, gaps
from posture_coach.activity.types import Activity
from posture_coach.measures.calibration import LEVEL, Camera
from posture_coach.pose.types import PoseSeries

__all__ = ["DWELL_S", "Activities", "Recogniser", "activity_events", "gaps", "recognise"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Labels = NDArray[np.object_]

DWELL_S = 1.0
"""Nothing that lasts less is told: sitting down and standing up take about as long."""
ROUNDING_S = 1e-9
"""Sums of tenths lie a hair beside the whole they stand for."""


@dataclass(frozen=True, slots=True)
class Activities:
    """What was recognised.

    Parameters
    ----------
    label
        (n,) of `Activity`.
    assumed
        (n,) true where sitting is only assumed, because the legs are out of the picture.
    """

    label: Labels
    assumed: Bools


def recognise(series: PoseSeries, own: Mapping[str, float] | None = None, camera: Camera = LEVEL) -> Activities:
    """Name what the person does in each of n pictures, looking both ways in time.

    Parameters
    ----------
    own
        What was measured of the own seated upright before this very camera, by name: without legs in view it tells
        sitting from standing. None: sitting is assumed there.
    camera
        How it stands, as when that was taken.
    """
    doing, seen, time_s = Doing(), signals(series, own, camera), series.time_s
    label, assumed = _nothing(len(series))
    for i, now_s in enumerate(time_s.tolist()):
        doing.push(seen, i, now_s)
        label[i], assumed[i] = doing.posture.now, doing.posture.assumed
    there = label != Activity.AWAY
    standing = label == Activity.STANDING
    # A march lifts the knees again and again, and yet is a walk.
    label[_within(time_s, doing.sets()) & there] = Activity.EXERCISING
    label[_within(time_s, doing.walks()) & standing] = Activity.WALKING
    label = _lasting(_majority(label, time_s), time_s)
    return Activities(label, assumed & (label == Activity.SITTING))


class Recogniser:
    """Names what one person does as the pictures come; how they are cut into stretches changes nothing.

    Parameters
    ----------
    own, camera
        As for `recognise`.
    """

    def __init__(self, own: Mapping[str, float] | None = None, camera: Camera = LEVEL) -> None:
        self._own, self._camera = own, camera
        self._doing = Doing()
        self._settled = _Settled()

    def push(self, series: PoseSeries) -> Activities:
        """Name what the person does in the next n pictures.

        A change of posture is told a second after it was seen; steps and repetitions, which took longer to count, at
        once.
        """
        seen = signals(series, self._own, self._camera)
        label, assumed = _nothing(len(series))
        for i, now_s in enumerate(series.time_s.tolist()):
            label[i] = self._settled.push(self._doing.push(seen, i, now_s), now_s, self._doing.counted)
            assumed[i] = self._doing.posture.assumed and label[i] is Activity.SITTING
        self._doing.forget()
        return Activities(label, assumed)


@dataclass(slots=True)
class _Settled:
    """The label in force: it gives way to one that has been seen for a dwell, or was counted, never before a dwell."""

    value: Activity | None = None
    since_s: float = 0.0
    next: Activity | None = None
    next_since_s: float = 0.0

    def push(self, label: Activity, now_s: float, counted: bool) -> Activity:
        if self.value is None:
            self.value, self.since_s = label, now_s
        if label is not self.next:
            self.next, self.next_since_s = label, now_s
        seen_s = min(now_s - self.since_s, math.inf if counted else now_s - self.next_since_s)
        if label is not self.value and seen_s >= DWELL_S - ROUNDING_S:
            self.value, self.since_s = label, now_s
        return self.value


def _nothing(n: int) -> tuple[Labels, Bools]:
    return np.array([Activity.UNKNOWN] * n, dtype=object), np.zeros(n, dtype=bool)


def _within(time_s: Floats, spans: list[list[float]]) -> Bools:
    """(n,) whether a picture lies in one of the spans, ends included."""
    inside = np.zeros(len(time_s), dtype=bool)
    for start_s, end_s in spans:
        inside |= (time_s >= start_s) & (time_s <= end_s)
    return inside


def _majority(label: Labels, time_s: Floats) -> Labels:
    """Give each picture the label that most pictures within a dwell around it bear; a tie keeps its own."""
    first = np.searchsorted(time_s, time_s - DWELL_S / 2, side="left")
    behind = np.searchsorted(time_s, time_s + DWELL_S / 2, side="right")
    kinds = list(Activity)
    counts = np.zeros((len(kinds), len(label)))
    for row, kind in enumerate(kinds):
        own = label == kind
        total = np.concatenate([[0], np.cumsum(own)])
        counts[row] = total[behind] - total[first] + 0.5 * own
    smooth = np.empty(len(label), dtype=object)
    smooth[:] = [kinds[i] for i in counts.argmax(axis=0)]
    return smooth


def _lasting(label: Labels, time_s: Floats) -> Labels:
    """Give what lasts less than a dwell to its longer neighbour, the shortest first."""
    label = label.copy()
    step_s = np.median(np.diff(time_s)) if len(time_s) > 1 else 0.0
    picture_s = np.diff(np.append(time_s, time_s[-1:] + step_s))
    # Nobody knows what was done where nothing was recorded.
    picture_s[gaps(time_s)] = step_s
    while len(label):
        firsts = np.append(0, np.flatnonzero(label[1:] != label[:-1]) + 1)
        behind = np.append(firsts[1:], len(label))
        lasted_s = np.add.reduceat(picture_s, firsts)
        if len(firsts) < 2 or lasted_s.min() >= DWELL_S - ROUNDING_S:  # noqa: PLR2004 - no neighbour
            return label
        k = int(lasted_s.argmin())
        sides = [j for j in (k - 1, k + 1) if 0 <= j < len(firsts)]
        label[firsts[k] : behind[k]] = label[firsts[max(sides, key=lambda j: lasted_s[j])]]
    return label
