"""How often somebody stands up from a chair in thirty seconds, by the height of the hips over the knees."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from posture_coach.activity.body import Floats, signals
from posture_coach.activity.posture import SITTING_DROP, STANDING_DROP
from posture_coach.activity.swings import Swing, Swings
from posture_coach.measures.calibration import LEVEL, Camera
from posture_coach.pose.types import PoseSeries

TEST_S = 30.0
LEAST = 0.3
"""Way of the hips in trunk lengths: from a chair to straight legs they rise by 0.65, shifting on the seat by 0.1."""
HOLD_S = 0.2
LONGEST_GAP_S = 1.0
"""Nobody stands up and sits down again in so short a time unseen."""
NONE_SEEN = "nobody was seen to stand up from a chair: film from the side, seat and feet in view, seated at first"


@dataclass(frozen=True, slots=True)
class ChairStands:
    """One test.

    Parameters
    ----------
    start_s
        When the first rise began; NaN where there was none.
    seen_s
        For how much of the thirty seconds from then on legs were filmed.
    up_s
        When the person was half-way up, once for each stand that counts.
    reason
        Why the count is not that of a whole test, and what to do; empty where it is.
    """

    start_s: float
    seen_s: float
    up_s: tuple[float, ...]
    reason: str = ""


def chair_stands(series: PoseSeries, camera: Camera = LEVEL) -> ChairStands:
    """Count the stands from the first rise on.

    Parameters
    ----------
    series
        Of one person, as they came.
    camera
        How it stands.
    """
    drop = signals(series, None, camera).drop
    seen = ~np.isnan(drop)
    drop, time_s = drop[seen], series.time_s[seen]
    rises = [rise for rise in _swings(drop, time_s) if _at(rise.end_s, drop, time_s) > _at(rise.start_s, drop, time_s)]
    whole = [rise for rise in rises if _is_whole(rise, drop, time_s)]
    if not whole:
        return ChairStands(math.nan, 0.0, (), NONE_SEEN)
    # Half-way between this person's own seat and own straight legs, as this camera shows them.
    ends = [(_at(rise.start_s, drop, time_s), _at(rise.end_s, drop, time_s)) for rise in whole]
    halfway = float(np.median(ends, axis=0).mean())
    start_s = whole[0].start_s
    later = [rise for rise in rises if rise.start_s >= start_s]
    # Who dips and comes up again without having been half-way down was up all the time.
    before_s = [start_s, *(rise.end_s for rise in later)]
    up_s = [_passes(rise, since_s, halfway, drop, time_s) for rise, since_s in zip(later, before_s, strict=False)]
    counted = tuple(at_s for at_s in up_s if at_s <= start_s + TEST_S)
    seen_s = min(float(time_s[-1]) - start_s, TEST_S)
    return ChairStands(start_s, seen_s, counted, _reason(start_s, seen_s, time_s, float(series.time_s[-1])))


def _swings(drop: Floats, time_s: Floats) -> list[Swing]:
    """Return every way of the hips, also the one that is not over yet."""
    swings = Swings(LEAST, HOLD_S)
    found = [swing for value, now_s in zip(drop.tolist(), time_s.tolist(), strict=True)
             if (swing := swings.push(value, now_s)) is not None]  # fmt: skip
    last = swings.under_way
    return [*found, last] if last is not None else found


def _at(now_s: float, drop: Floats, time_s: Floats) -> float:
    return float(drop[min(int(np.searchsorted(time_s, now_s)), len(drop) - 1)])


def _is_whole(rise: Swing, drop: Floats, time_s: Floats) -> bool:
    return _at(rise.start_s, drop, time_s) <= SITTING_DROP and _at(rise.end_s, drop, time_s) >= STANDING_DROP


def _passes(rise: Swing, since_s: float, halfway: float, drop: Floats, time_s: Floats) -> float:
    """Return when a rise came to half of the way up; infinity where it did not, or was never below it since."""
    below = (time_s >= since_s) & (time_s <= rise.end_s) & (drop <= halfway)
    above = np.flatnonzero((time_s >= rise.start_s) & (time_s <= rise.end_s) & (drop > halfway))
    return float(time_s[above[0]]) if below.any() and len(above) else math.inf


def _reason(start_s: float, seen_s: float, time_s: Floats, end_s: float) -> str:
    within = time_s[(time_s >= start_s) & (time_s <= start_s + seen_s)]
    gap_s = float(np.diff(within).max(initial=0.0))
    if gap_s > LONGEST_GAP_S:
        return f"the legs were not seen for {gap_s:.1f} s of the test: film from the side, seat and feet in view"
    if seen_s >= TEST_S - 2.0 * float(np.median(np.diff(time_s))):
        return ""
    if end_s - start_s - seen_s > LONGEST_GAP_S:
        return f"the legs were seen for {seen_s:.0f} s after the first rise: film from the side, seat and feet in view"
    return f"the recording ends {seen_s:.0f} s after the first rise: {TEST_S:.0f} are needed"
