"""Changes of posture, still spells and bouts: what a body does over an hour, second by second."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from posture_coach.activity.types import Activity
from posture_coach.measures.definitions import NAMES
from posture_coach.measures.types import Floats
from posture_coach.scoring.rules import Rules
from posture_coach.scoring.seconds import Second

LEANS = (
    "trunk_inclination_deg", "neck_inclination_deg", "head_pitch_deg", "lateral_trunk_lean_deg",
    "trunk_inclination_est_deg", "neck_inclination_est_deg",
)  # fmt: skip
RATIOS = ("slump_ratio",)
_LEANS, _RATIOS = ([NAMES.index(name) for name in names] for names in (LEANS, RATIOS))
SETTLED = (Activity.SITTING, Activity.STANDING)
"""Activities in which somebody can be still."""
UNSEEN = (Activity.AWAY, Activity.UNKNOWN)
"""What is no sign of moving by itself: the network loses people who sit still."""


@dataclass(frozen=True, slots=True)
class Moves:
    """How a person has moved up to some second.

    Parameters
    ----------
    shifts_per_h
        Changes of posture over the last hour or since the start; NaN before there is enough of it.
    longest_still_s, longest_spell
        Longest spell without a change within that time, and when it was: one (start_s, end_s), or none.
    still_s
        Since the last change.
    sitting_s, standing_s
        Length of the bout that goes on; 0 where none does.
    """

    shifts_per_h: float
    longest_still_s: float
    still_s: float
    sitting_s: float
    standing_s: float
    longest_spell: tuple[tuple[float, float], ...] = ()


class Mover:
    """Follows one person second by second."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._reference: Floats | None = None
        self._of: Activity | None = None
        self._differing: list[Floats] = []
        self._moved = False
        self._unseen_s = self._away_s = 0.0
        self._shifts: deque[float] = deque()
        self._spells: deque[tuple[float, float]] = deque()
        self._since_s: float | None = None
        self._seen: deque[float] = deque()
        self._last: Second | None = None
        self._bout: Activity | None = None
        self._bout_s = 0.0
        self._break_s = 0.0

    def push(self, second: Second) -> bool:
        """Take the next second; return whether a change of posture is now complete."""
        if self._last and second.start_s - self._last.start_s - 1.0 >= self._rules.break_least_s:
            self._leave(self._last.start_s + 1.0, moved=False)
        changed = second.activity in SETTLED and self._settled(second)
        if second.activity in UNSEEN:
            self._unseen(second)
        elif second.activity not in SETTLED:
            self._leave(second.start_s, moved=True)
        if changed:
            self._end_spell(second.start_s)
            self._shifts.append(second.start_s)
        if second.activity in SETTLED:
            self._seen.append(second.start_s)
            self._since_s = second.start_s if self._since_s is None else self._since_s
        self._advance_bout(second)
        self._forget(second.start_s)
        self._last = second
        return changed

    def moves(self) -> Moves:
        """Return how it stands now."""
        now_s = self._last.start_s + 1.0 if self._last else 0.0
        still_s = now_s - self._since_s if self._since_s is not None else 0.0
        enough = len(self._seen) >= self._rules.variety_least_s
        spells = [*self._spells, *([(self._since_s, now_s)] if self._since_s is not None else [])]
        longest = max(spells, key=lambda spell: spell[1] - spell[0], default=(0.0, 0.0))
        sitting, standing = (self._bout_s if self._bout is kind else 0.0 for kind in SETTLED)
        return Moves(
            3600.0 * len(self._shifts) / len(self._seen) if enough else float("nan"),
            longest[1] - longest[0] if enough else float("nan"),
            still_s, sitting, standing, (longest,) if enough and spells else (),
        )  # fmt: skip

    def _settled(self, second: Second) -> bool:
        """Tell whether a new posture, or another activity, has now lasted long enough."""
        self._unseen_s = self._away_s = 0.0
        if self._reference is None:
            changed = self._moved and bool(self._seen)
            self._reference, self._of, self._differing, self._moved = second.value, second.activity, [], False
            return changed
        if second.activity is self._of and not self._differs(second.value):
            self._differing = []
            # What was not seen at first is taken up when it is; what was seen keeps its value, so that creeping counts.
            self._reference = np.where(np.isnan(self._reference), second.value, self._reference)
            return False
        self._differing.append(second.value)
        if len(self._differing) < self._rules.shift_held_s:
            return False
        held = np.array(self._differing)
        known = ~np.isnan(held)
        total = np.where(known, held, 0.0).sum(axis=0)
        self._reference = np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)
        self._of, self._differing = second.activity, []
        return True

    def _unseen(self, second: Second) -> None:
        """Count on: nobody there for as long as a posture must be held has moved; what is unclear for long is lost."""
        self._unseen_s += 1.0
        self._away_s = self._away_s + 1.0 if second.activity is Activity.AWAY else 0.0
        if self._away_s >= self._rules.shift_held_s:
            self._leave(second.start_s + 1.0 - self._unseen_s, moved=True)
        elif self._unseen_s >= self._rules.break_least_s:
            self._leave(second.start_s + 1.0 - self._unseen_s, moved=False)

    def _leave(self, now_s: float, *, moved: bool) -> None:
        self._end_spell(now_s)
        self._reference, self._differing = None, []
        self._moved = self._moved or moved

    def _differs(self, value: Floats) -> bool:
        assert self._reference is not None
        off = np.abs(value - self._reference)
        with np.errstate(invalid="ignore"):
            return bool((off[_LEANS] >= self._rules.shift_deg).any() or (off[_RATIOS] >= self._rules.shift_ratio).any())

    def _end_spell(self, now_s: float) -> None:
        if self._since_s is not None:
            self._spells.append((self._since_s, now_s))
        self._since_s = None

    def _advance_bout(self, second: Second) -> None:
        """Count on: a bout goes on until something else has lasted for a break; what comes between counts to it."""
        step_s = second.start_s - self._last.start_s if self._last else 1.0
        if step_s >= self._rules.break_least_s:
            # Nobody knows how a hole in the recording was spent.
            self._bout, self._bout_s, self._break_s, step_s = None, 0.0, 0.0, 1.0
        if self._bout is second.activity:
            self._bout_s += self._break_s + step_s
            self._break_s = 0.0
            return
        self._break_s += step_s
        if self._bout is None or self._break_s >= self._rules.break_least_s:
            self._bout = second.activity if second.activity in SETTLED else None
            self._bout_s, self._break_s = (self._break_s if self._bout else 0.0), 0.0

    def _forget(self, now_s: float) -> None:
        oldest_s = now_s - self._rules.horizon_s
        while self._shifts and self._shifts[0] <= oldest_s:
            self._shifts.popleft()
        while self._seen and self._seen[0] <= oldest_s:
            self._seen.popleft()
        while self._spells and self._spells[0][1] <= oldest_s:
            self._spells.popleft()
