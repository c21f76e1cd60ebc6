"""Things that need time: what must last before it counts. Time is an argument, never read from a clock."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


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
