"""Labels turned into stretches of time, and the changes between them into events."""

from __future__ import annotations

import math
from collections.abc import Iterator
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
LASTING = {Activity.WALKING: "walked", Activity.EXERCISING: "exercised"}
"""What is told as one event, from its beginning to its end."""
CHANGES = ("stood_up", "sat_down", "lay_down", "went_away", "came_back", *LASTING.values())
"""All that `Transitions` tells."""


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


def gaps(time_s: Floats) -> NDArray[np.intp]:
    """Return the index of each picture after which nothing was recorded for long."""
    if len(time_s) < 2:  # noqa: PLR2004 - there is no step
        return np.zeros(0, dtype=np.intp)
    steps_s = np.diff(time_s)
    return np.flatnonzero(steps_s > max(GAP_S, GAP_STEPS * float(np.median(steps_s))))


class Transitions:
    """Follows what one person does; tells changes, and what was done for a while as soon as it is over.

    The one source of them, for a file and a camera: what is unclear, or not seen for a moment, hides no change and
    makes none, and after a hole in the recording nothing is known of what was before.

    Parameters
    ----------
    away_s
        Who is not seen for so long has gone: the network loses people who sit still, too.
    over_s
        For how long a walk or an exercise must be gone to be over, and nothing recorded for it to be a hole.
    """

    def __init__(self, away_s: float, over_s: float) -> None:
        self._away_s, self._over_s = away_s, over_s
        self._before: Activity | None = None
        self._since_s = self._seen_to_s = self._gone_s = self._to_s = math.nan

    def push(self, activity: Activity, start_s: float, end_s: float) -> Iterator[Event]:
        """Take what is done from one moment to another, in the order of time; yield what is now certain.

        Changes are moments, so they end when they begin, and tell what came before and after; `came_back` tells how
        long nobody was there. `walked` and `exercised` last.
        """
        if start_s - self._to_s >= self._over_s:
            yield from self.finish()
        self._to_s = end_s
        if activity is Activity.AWAY:
            yield from self._nobody(start_s, end_s)
        elif activity is not Activity.UNKNOWN:
            yield from self._somebody(activity, start_s, end_s)
        elif self._before is not Activity.AWAY:
            # Whatever it is that is done, somebody is there.
            self._gone_s = math.nan
        if end_s - self._seen_to_s >= self._over_s:
            yield from self._over()

    def finish(self) -> Iterator[Event]:
        """Yield what goes on, and forget it."""
        yield from self._over()
        self._before, self._gone_s = None, math.nan

    def _nobody(self, start_s: float, end_s: float) -> Iterator[Event]:
        self._gone_s = start_s if math.isnan(self._gone_s) else self._gone_s
        if self._before in (None, Activity.AWAY) or end_s - self._gone_s < self._away_s:
            return
        yield from self._over()
        yield _moment("went_away", self._gone_s, self._before, Activity.AWAY)
        self._before = Activity.AWAY

    def _somebody(self, activity: Activity, start_s: float, end_s: float) -> Iterator[Event]:
        before, gone_s = self._before, self._gone_s
        if before is not activity or math.isnan(self._since_s):
            yield from self._over()
            self._since_s = start_s
        self._before, self._gone_s, self._seen_to_s = activity, math.nan, end_s
        if before is Activity.AWAY:
            yield _moment("came_back", start_s, before, activity, lasted_s=start_s - gone_s)
        elif kind := _change(before, activity):
            yield _moment(kind, start_s, before, activity)

    def _over(self) -> Iterator[Event]:
        """Yield a walk or an exercise that went on."""
        kind = LASTING.get(self._before) if self._before else None
        if kind and not math.isnan(self._since_s):
            yield Event(kind, self._since_s, self._seen_to_s, {"lasted_s": self._seen_to_s - self._since_s})
        self._since_s = math.nan


def _moment(kind: str, at_s: float, before: Activity | None, after: Activity, **more: float) -> Event:
    return Event(kind, at_s, at_s, {"before": str(before or ""), "after": str(after), **more})


def _change(before: Activity | None, after: Activity) -> str:
    """Name the change from one activity to another; empty where it has no name."""
    if before in RESTING and after in UPRIGHT:
        return "stood_up"
    if before in UPRIGHT and after is Activity.SITTING:
        return "sat_down"
    return "lay_down" if before in (*UPRIGHT, Activity.SITTING) and after is Activity.LYING else ""
