"""Median postures of windows of a recording: these scales describe a posture at work, not a moment."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from posture_coach.activity.types import Activity
from posture_coach.measures.types import WORDS, Floats, Measure, MeasureSeries, Reason
from posture_coach.scoring.ergonomics.tables import WindowRules
from posture_coach.scoring.ergonomics.types import Posture

AT_WORK = (Activity.SITTING, Activity.STANDING)
"""RULA and REBA describe postures that are held; nothing is said of walking and exercise."""
HELD = (
    *("trunk_inclination_deg", "neck_trunk_angle_deg"),
    *("upper_arm_elevation_left_deg", "upper_arm_elevation_right_deg"),
)
"""What must stay where it is for a posture to be held."""
LONGEST_BLINK_S = 2.0
"""A glance aside, or a hole in what was seen, that does not end a held posture."""


def postures(
    measures: MeasureSeries, activity: NDArray[np.object_], time_s: Floats, bias: Floats, rules: WindowRules
) -> list[Posture]:
    """Return the median posture of each window and activity, in order of time.

    Parameters
    ----------
    bias
        (n, m) known mean error of each value, which is subtracted.
    rules
        Sitting or standing for less than the least share of a window gives nothing.
    """
    number = np.floor((time_s - time_s[:1]) / rules.longest_s)
    found = []
    for one in np.unique(number):
        inside = number == one
        for kind in AT_WORK:
            rows = np.flatnonzero(inside & (activity == kind))
            if len(rows) and len(rows) >= rules.least_share * inside.sum():
                found.append(_posture(measures, kind, rows, time_s, bias, rules))
    return sorted(found, key=lambda posture: posture.start_s)


def _posture(
    measures: MeasureSeries,
    kind: Activity,
    rows: NDArray[np.intp],
    time_s: Floats,
    bias: Floats,
    rules: WindowRules,
) -> Posture:
    value = measures.value[rows] - bias[rows]
    median = {
        name: _median(value[:, k], measures.err[rows, k], measures.reason[rows, k], rules)
        for k, name in enumerate(measures.names)
    }
    columns = [measures.names.index(name) for name in HELD]
    off = np.abs(value[:, columns] - np.array([median[name].value for name in HELD]))
    # What was not seen does not end a posture, but it takes something seen to say that one is held.
    still = (np.isnan(off) | (off <= rules.static_within_deg)).all(axis=1) & ~np.isnan(off).all(axis=1)
    at = time_s[rows]
    return Posture(float(at[0]), float(at[-1]), kind, len(rows), _longest_s(at[still]), median)


def _median(value: Floats, err: Floats, reason: NDArray[np.int8], rules: WindowRules) -> Measure:
    """Return the median with the half-width of a single value: what a person's points err by does not average out."""
    seen = ~np.isnan(value) & ~np.isnan(err)
    if seen.sum() >= max(rules.least_share * len(value), 1):
        return Measure(float(np.median(value[seen])), float(np.median(err[seen])))
    missing = reason[reason != Reason.NONE]
    why = WORDS[Reason(int(np.bincount(missing).argmax()))] if len(missing) else "seen too seldom"
    return Measure(float("nan"), float("nan"), why)


def _longest_s(time_s: Floats) -> float:
    """Return the length of the longest stretch without a step longer than a blink."""
    return max(_lengths_s(time_s), default=0.0)


def _lengths_s(time_s: Floats) -> Iterator[float]:
    for stretch in np.split(time_s, np.flatnonzero(np.diff(time_s) > LONGEST_BLINK_S) + 1):
        if len(stretch):
            yield float(stretch[-1] - stretch[0])
