"""Things that need time: what must last before it counts, smoothing. Time is an argument, never read from a clock."""

from __future__ import annotations

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
T = TypeVar("T")

_HALF_POWER = 0.1325
"""Standard deviation of a Gaussian times its cut-off frequency: sqrt(ln 2) / (2 pi)."""
_REACH = 4.0
"""Standard deviations on either side beyond which nothing counts."""


class Held(Generic[T]):
    """A label that changes only after the new one has lasted.

    Parameters
    ----------
    dwell_s
        How long a new label must be seen without a break before it is taken over, in seconds.
    """

    def __init__(self, dwell_s: float) -> None:
        self._dwell_s = dwell_s
        self._value: T | None = None
        self._candidate: T | None = None
        self._candidate_since_s = 0.0
        self._since_s = 0.0

    @property
    def value(self) -> T | None:
        """The label in force; None before the first."""
        return self._value

    @property
    def since_s(self) -> float:
        """When the label in force was first seen."""
        return self._since_s

    def push(self, label: T, time_s: float) -> T:
        """Take in what is seen at time_s and return the label in force."""
        if self._value is None:
            self._value, self._since_s = label, time_s
        elif label == self._value:
            self._candidate = None
        elif label != self._candidate:
            self._candidate, self._candidate_since_s = label, time_s
        if self._candidate is not None and time_s - self._candidate_since_s >= self._dwell_s:
            self._value, self._since_s, self._candidate = self._candidate, self._candidate_since_s, None
        return self._value


def zero_lag(values: Floats, time_s: Floats, cutoff_hz: float) -> Floats:
    """Smooth without delay: a Gaussian over time, which looks as far ahead as back.

    Parameters
    ----------
    values
        (n, ...); what is NaN counts for nothing and stays NaN.
    time_s
        (n,) growing; it need not be even.
    cutoff_hz
        Where half of the power is left.
    """
    width_s = _HALF_POWER / cutoff_hz
    total, weight = np.zeros(values.shape), np.zeros(values.shape)
    furthest = 0  # pictures between two that count for each other anywhere; one short step alone says nothing of it
    while (time_s[furthest + 1 :] - time_s[: -furthest - 1]).min(initial=np.inf) <= _REACH * width_s:
        furthest += 1
    for shift in range(-furthest, furthest + 1):
        here = slice(max(0, -shift), len(values) - max(0, shift))
        there = slice(max(0, shift), len(values) - max(0, -shift))
        share = np.exp(-0.5 * ((time_s[there] - time_s[here]) / width_s) ** 2)
        share = share.reshape(-1, *[1] * (values.ndim - 1))
        known = ~np.isnan(values[there])
        total[here] += np.where(known, values[there] * share, 0.0)
        weight[here] += np.where(known, share, 0.0)
    return np.where(np.isnan(values), np.nan, total / np.where(weight > 0, weight, 1.0))
