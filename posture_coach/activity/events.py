"""Labels turned into stretches of time, and the changes between them into events."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from posture_coach.activity.types import Activity, Event

Floats = NDArray[np.float64]

GAP_S, GAP_STEPS = 1.0, 10.0
"""A step between pictures longer than both, in seconds and in usual steps, is a hole in the recording."""
UPRIGHT = (Activity.STANDING, Activity.WALKING)
"""On one's feet: who gets up may walk off at once."""
RESTING = (Activity.SITTING, Activity.LYING)


def activity_events(label: NDArray[np.object_], time_s: Floats, end_s: float | None = None) -> list[Event]:
    """Turn n labels into stretches; where nothing was recorded for long, one ends and another begins.

    Parameters
    ----------
    end_s
        When the last picture ends; None: a usual step after it began.
    """
    if len(label) == 0:
        return []
    step_s = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.0
    holes = gaps(time_s)
    firsts = np.union1d(np.flatnonzero(label[1:] != label[:-1]), holes) + 1
    changes = [0, *firsts.tolist(), len(label)]
    last_s = float(time_s[-1]) + step_s if end_s is None else max(end_s, float(time_s[-1]))
    ends = [
        float(time_s[behind - 1]) + step_s if behind - 1 in holes else float(time_s[behind]) for behind in changes[1:-1]
    ]
    return [
        Event("activity", float(time_s[first]), end, {"activity": str(label[first])})
        for (first, _), end in zip(pairwise(changes), [*ends, last_s], strict=True)
    ]


def transitions(stretches: list[Event]) -> list[Event]:
    """Name what happened between and in stretches of activity: `stood_up`, `sat_down`, `walked`.

    Parameters
    ----------
    stretches
        What `activity_events` returns.

    Returns
    -------
    In the order of time. Standing up and sitting down are moments, so they end when they begin, and tell what came
    before and after; they need stretches that touch, since nobody knows what happened in a hole. A walk lasts.
    """
    found = []
    for before, after in pairwise(stretches):
        kind = _change(_doing(before), _doing(after))
        if kind and before.end_s == after.start_s:
            told: dict[str, str | float] = {"from": str(_doing(before)), "to": str(_doing(after))}
            found.append(Event(kind, after.start_s, after.start_s, told))
    found += [Event("walked", e.start_s, e.end_s) for e in stretches if _doing(e) is Activity.WALKING]
    return sorted(found, key=lambda e: e.start_s)


def gaps(time_s: Floats) -> NDArray[np.intp]:
    """Return the index of each picture after which nothing was recorded for long."""
    if len(time_s) < 2:  # noqa: PLR2004 - there is no step
        return np.zeros(0, dtype=np.intp)
    steps_s = np.diff(time_s)
    return np.flatnonzero(steps_s > max(GAP_S, GAP_STEPS * float(np.median(steps_s))))


def _change(before: Activity, after: Activity) -> str:
    if before in RESTING and after in UPRIGHT:
        return "stood_up"
    return "sat_down" if before in UPRIGHT and after is Activity.SITTING else ""


def _doing(stretch: Event) -> Activity:
    return Activity(str(stretch.evidence["activity"]))
