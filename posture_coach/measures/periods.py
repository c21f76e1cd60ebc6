"""Whether a person's days before and after differ by more than measuring and days themselves vary."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from posture_coach.measures.accuracy import Accuracy
from posture_coach.measures.comparison import Seen, Verdict, detectable
from posture_coach.measures.definitions import BY_NAME
from posture_coach.measures.types import Floats
from posture_coach.pose.types import Mode, Model

LEAST_DAYS = 3
"""Fewer days of a period say nothing of how days vary."""
STUDENT_T = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13)
"""97.5 % points of Student's distribution for 1 to 15 degrees of freedom; above, the next value and the normal's."""
ABOVE_15, NORMAL = 2.12, 1.96
MANY = 60
UNKNOWN_LIMIT = "how far two measurements differ by themselves is not known"


@dataclass(frozen=True, slots=True)
class Change:
    """Two periods of one figure.

    Parameters
    ----------
    before, after
        Means over the days; NaN where there are none.
    half_width
        95 % half-width of the difference of the means, from how the days vary.
    limit
        What measuring itself may differ by.
    """

    before: float
    after: float
    half_width: float
    limit: float
    verdict: Verdict
    reason: str = ""

    @property
    def difference(self) -> float:
        """After minus before."""
        return self.after - self.before


def change(before: Floats, after: Floats, limit: float) -> Change:
    """Compare two periods.

    Parameters
    ----------
    before, after
        (n,), (m,) a figure of each day, NaN where unknown.
    limit
        See `Change`; NaN where it is not known.

    Returns
    -------
    *Changed* only beyond both: `limit` and what days vary by (Welch's interval).
    """
    one, other = (values[~np.isnan(values)] for values in (before, after))
    means = [float(values.mean()) if values.size else math.nan for values in (one, other)]
    few = min(len(one), len(other))
    why = f"too few days: each period needs {LEAST_DAYS}" if few < LEAST_DAYS else ""
    if not why and math.isnan(limit):
        why = UNKNOWN_LIMIT
    if why:
        return Change(means[0], means[1], math.nan, limit, Verdict.NOT_COMPARABLE, why)
    half_width = _half_width(one, other)
    beyond = abs(means[1] - means[0]) > max(limit, half_width)
    return Change(means[0], means[1], half_width, limit, Verdict.CHANGED if beyond else Verdict.NOT_SURE)


def one_more(before: Floats, value: float, limit: float) -> Change:
    """Compare a single day with days before it.

    Parameters
    ----------
    before
        (n,) a figure of each day, NaN where unknown.
    value
        Of the single day.
    limit
        See `Change`; NaN where it is not known.

    Returns
    -------
    *Changed* only beyond both: `limit`, and where one more of such days lies 19 times in 20 (its prediction interval).
    """
    known = before[~np.isnan(before)]
    mean, n = float(known.mean()) if known.size else math.nan, len(known)
    why = f"too few days: {LEAST_DAYS} are needed" if n < LEAST_DAYS else ""
    if not why and math.isnan(value):
        why = "the day has no such figure"
    if not why and math.isnan(limit):
        why = UNKNOWN_LIMIT
    if why:
        return Change(mean, value, math.nan, limit, Verdict.NOT_COMPARABLE, why)
    half_width = _t(n - 1) * float(known.std(ddof=1)) * math.sqrt(1.0 + 1.0 / n)
    beyond = abs(value - mean) > max(limit, half_width)
    return Change(mean, value, half_width, limit, Verdict.CHANGED if beyond else Verdict.NOT_SURE)


def detectable_anywhere(name: str, mode: Mode, model: Model, accuracy: Accuracy) -> float:
    """Return the least difference of a measure that counts from whatever side it was seen; NaN where none is known."""
    limits = [detectable(name, Seen(view, mode, model), accuracy) for view in BY_NAME[name].views]
    known = [limit for limit in limits if not math.isnan(limit)]
    return max(known) if known else math.nan


def _half_width(one: Floats, other: Floats) -> float:
    """Return Welch's 95 % half-width of the difference of two means."""
    parts = [float(values.var(ddof=1)) / len(values) for values in (one, other)]
    total = sum(parts)
    if total == 0:
        return 0.0
    # Shares of the total, since the square of a tiny variance is 0.
    freedom = 1 / sum((part / total) ** 2 / (len(v) - 1) for part, v in zip(parts, (one, other), strict=True))
    return _t(freedom) * math.sqrt(total)


def _t(freedom: float) -> float:
    whole = max(1, math.floor(freedom))
    if whole <= len(STUDENT_T):
        return STUDENT_T[whole - 1]
    return ABOVE_15 if whole < MANY else NORMAL
