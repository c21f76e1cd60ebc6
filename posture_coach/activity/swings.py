"""Movements to and fro in one signal: where it turns, and runs of turns that follow each other as steps or repetitions.

Everything here takes one value at a time and keeps a few numbers of the past, so that a file and a live camera count
the same, however the pictures come.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

PLATEAU = 0.25
"""Share of the least swing within which a value still rests: a swing begins when it leaves that."""


@dataclass(frozen=True, slots=True)
class Swing:
    """One way from a turn to the next.

    Parameters
    ----------
    start_s, end_s
        When the value left the one turn and reached the other.
    size
        How far it went, unsigned, in the signal's unit.
    """

    start_s: float
    end_s: float
    size: float


@dataclass(slots=True)
class Swings:
    """Finds the turns of a signal: where it has come back by `least` from its furthest.

    Parameters
    ----------
    least
        Smallest way that counts, in the signal's unit.
    hold_s
        How long it must stay back: left and right taken for each other in two pictures are no turn.
    """

    least: float
    hold_s: float = 0.0
    _way: int = 0
    _from: float = math.nan
    _left_s: float = 0.0
    _to: float = math.nan
    _near_s: float = 0.0
    _rest: float = math.nan
    _reached_s: float = 0.0
    _back: float = math.nan
    _back_since_s: float | None = None
    _back_reached_s: float = 0.0

    @property
    def under_way(self) -> Swing | None:
        """The swing that has not turned yet; None before the first."""
        return Swing(self._left_s, self._reached_s, abs(self._to - self._from)) if self._way else None

    def push(self, value: float, now_s: float) -> Swing | None:
        """Take in a value and return the swing that is now known to have ended."""
        if math.isnan(value):
            return None
        if not self._way:
            self._begin(value, now_s)
            return None
        behind = (self._to - value) * self._way
        if behind < PLATEAU * self.least:
            self._near_s = now_s
        if behind <= 0:
            self._go_on(value, now_s)
        if behind < self.least:
            self._back_since_s = None
            return None
        if self._back_since_s is None:
            self._back_since_s, self._back, self._back_reached_s = now_s, value, now_s
        elif (self._back - value) * self._way > 0:
            self._back, self._back_reached_s = value, now_s
        return self._turn() if now_s - self._back_since_s >= self.hold_s else None

    def _begin(self, value: float, now_s: float) -> None:
        """Wait for the first way; until then the lowest and the highest value are kept as its ends."""
        if math.isnan(self._rest):
            self._from = self._to = self._rest = value
        if abs(value - self._rest) < PLATEAU * self.least:
            self._left_s = now_s
        low, high = min(self._from, value), max(self._to, value)
        self._from, self._to = low, high
        if high - low >= self.least:
            self._way = 1 if value >= high else -1
            self._from, self._to = (low, high)[:: self._way]
            self._rest, self._reached_s, self._near_s = self._to, now_s, now_s

    def _go_on(self, value: float, now_s: float) -> None:
        self._to = value
        if abs(value - self._rest) >= PLATEAU * self.least:
            # What creeps on by hairs has arrived.
            self._rest, self._reached_s = value, now_s

    def _turn(self) -> Swing:
        ended = Swing(self._left_s, self._reached_s, abs(self._to - self._from))
        self._way = -self._way
        self._from, self._left_s = self._to, self._near_s
        self._to = self._rest = self._back
        self._near_s = self._reached_s = self._back_reached_s
        self._back_since_s = None
        return ended


@dataclass(frozen=True, slots=True)
class Pattern:
    """What swings must be like to belong together.

    Parameters
    ----------
    shortest_s, longest_s
        From the beginning of one to the beginning of the next.
    rest_s
        How long nothing may move before the run is over.
    swings
        How many make a run; the one under way counts.
    alike
        So many times larger or smaller than the one before a swing may be.
    comes_back
        Whether who stays where a way out has led is still at it: at the bottom of a squat, but not in a stride.
    """

    shortest_s: float
    longest_s: float
    rest_s: float
    swings: int
    alike: float
    comes_back: bool = False


@dataclass(slots=True)
class Runs:
    """Collects the swings of one signal into runs of a pattern.

    Parameters
    ----------
    spans
        [start, end] in seconds of every run so far; the last one grows while it goes on.
    """

    pattern: Pattern
    swings: Swings
    spans: list[list[float]] = field(default_factory=list)
    _count: int = 0
    _first_s: float = 0.0
    _before: Swing | None = None
    _open: bool = False

    def push(self, value: float, now_s: float) -> bool:
        """Take in a value and tell whether a run goes on at this moment."""
        ended = self.swings.push(value, now_s)
        if ended is not None:
            self._add(ended)
        going = self.swings.under_way
        if going is None or now_s - going.end_s > self.pattern.rest_s:
            self._end()
            return False
        if self._count + 1 >= self.pattern.swings and self._fits(going):
            out = self._count % 2 == 0
            self._paint(now_s if out and self.pattern.comes_back else going.end_s)
        return self._open

    def forget(self) -> None:
        """Drop all spans but the one that may still grow."""
        del self.spans[:-1]

    def _add(self, swing: Swing) -> None:
        if not self._fits(swing):
            self._end()
        if not self._count:
            self._first_s = swing.start_s
        self._before = swing
        self._count += 1

    def _end(self) -> None:
        self._count, self._before, self._open = 0, None, False

    def _fits(self, swing: Swing) -> bool:
        """Tell whether a swing continues the run."""
        if self._before is None:
            return True
        size = max(swing.size / self._before.size, self._before.size / swing.size)
        since_s = swing.start_s - self._before.start_s
        return self.pattern.shortest_s <= since_s <= self.pattern.longest_s and size <= self.pattern.alike

    def _paint(self, end_s: float) -> None:
        if self._open:
            self.spans[-1][1] = max(self.spans[-1][1], end_s)
        else:
            self.spans.append([self._first_s, end_s])
            self._open = True
