"""What happens, as events: slumped, still, too near, head turned, break due, and what the person went over to.

Reminders, store and reports read these alone. Each has a beginning, an end and what it was concluded from.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from posture_coach.activity.events import CHANGES, Transitions
from posture_coach.activity.types import Activity, Event
from posture_coach.measures.definitions import NAMES
from posture_coach.scoring.bands import Grade
from posture_coach.scoring.rules import Rules
from posture_coach.scoring.seconds import Second
from posture_coach.scoring.variety import Mover

KINDS = ("slumped", "still", "too_near", "head_turned_left", "head_turned_right", "break_due", *CHANGES)
SLUMPED_BY = ("sitting_trunk", "sitting_neck_change", "sitting_slump")
"""Targets that a slump shows in."""
FORWARD_BY = SLUMPED_BY[:2]
"""Those of them that tell forward from back: from the front a body that leans either way only looks lower."""
SLUMPED_EST_DEG = 8.0
"""Change of the desk camera's trunk estimate that counts as slumped: more than two measurements differ by."""
TOO_NEAR = "sitting_viewing_distance"
_TRUNK, _TRUNK_EST, _HEAD_YAW, _DISTANCE = (
    NAMES.index(name)
    for name in ("trunk_inclination_deg", "trunk_inclination_est_deg", "head_yaw_deg", "viewing_distance_cm")
)


@dataclass(slots=True)
class _Lasting:
    """Something that must last before it counts, and be gone for a while before it has ended.

    Parameters
    ----------
    least_s, over_s
        How long it must last, and be gone.
    since_then
        What is given as its size is how long it has lasted already.
    asked, forward
        Seconds in which it was asked which way it goes, and those in which it was seen to go forward.
    """

    kind: str
    least_s: float
    over_s: float
    since_then: bool = False
    since_s: float = math.nan
    last_s: float = math.nan
    total: float = 0.0
    most: float = 0.0
    seen: int = 0
    asked: int = 0
    forward: int = 0

    def push(self, now_s: float, *, on: bool, size: float, forward: bool | None = None) -> Event | None:
        """Take the next second, and whether it was seen to go forward, where that is asked; return what has ended."""
        if on:
            # A hole in the recording ends what went on: nobody knows whether it did in between.
            ended = self.end() if now_s - self.last_s >= self.over_s else None
            if math.isnan(self.since_s):
                began_s = now_s + 1.0 - size if self.since_then else now_s
                self.since_s, self.total, self.most, self.seen = began_s, 0.0, 0.0, 0
                self.asked = self.forward = 0
            self.last_s = now_s + 1.0
            if forward is not None:
                self.asked, self.forward = self.asked + 1, self.forward + forward
            if not math.isnan(size):
                self.total, self.seen = self.total + size, self.seen + 1
                self.most = max(self.most, size, key=abs)
            return ended
        if math.isnan(self.since_s) or now_s - self.last_s < self.over_s:
            return None
        return self.end()

    def end(self) -> Event | None:
        """Close what goes on; return it if it lasted."""
        if math.isnan(self.since_s):
            return None
        event = self.now()
        self.since_s = math.nan
        return event

    def now(self) -> Event | None:
        """Return what goes on, as far as it has come; None while it is not long enough."""
        if math.isnan(self.since_s) or self.last_s - self.since_s < self.least_s:
            return None
        evidence: dict[str, str | float] = {"lasted_s": self.last_s - self.since_s}
        if self.seen and not self.since_then:
            evidence |= {"mean": self.total / self.seen, "most": self.most}
        if self.asked:
            evidence["forward_share"] = self.forward / self.asked
        return Event(self.kind, self.since_s, self.last_s, evidence)


class Happenings:
    """Follows one person second by second; yields events as they end, and tells what goes on."""

    def __init__(self, rules: Rules) -> None:
        self._rules, lasting = rules, rules.lasting
        self._mover = Mover(rules)
        self._break_due_s = lasting.break_due_s
        self._still_s, self._turned_deg = lasting.still_s, lasting.turned_deg
        self.begin()

    def begin(self) -> None:
        """Begin every event anew; what is known of stillness and breaks stays."""
        rules, lasting = self._rules, self._rules.lasting
        self._held = {
            kind: _Lasting(kind, least_s, lasting.over_s, since_then=kind == "still")
            for kind, least_s in (
                ("slumped", lasting.slumped_s),
                ("still", 1.0),
                ("too_near", lasting.near_s),
                ("head_turned_left", lasting.turned_s),
                ("head_turned_right", lasting.turned_s),
                ("break_due", 1.0),
            )
        }
        self._changes = Transitions(rules.shift_held_s, lasting.over_s)

    def push(self, second: Second) -> Iterator[Event]:
        """Take the next second; yield the events that it completes."""
        self._mover.push(second)
        yield from self._changes.push(second.activity, second.start_s, second.start_s + 1.0)
        for kind, (on, size) in self._signs(second).items():
            forward = _goes_forward(second) if kind == "slumped" else None
            event = self._held[kind].push(second.start_s, on=on, size=size, forward=forward)
            if event is not None:
                yield event

    def going_on(self) -> list[Event]:
        """Return what has lasted long enough and has not ended: what a reminder may speak of."""
        return [event for held in self._held.values() if (event := held.now()) is not None]

    def finish(self) -> Iterator[Event]:
        """Yield what goes on at the end."""
        for held in self._held.values():
            event = held.end()
            if event is not None:
                yield event
        yield from self._changes.finish()

    def _signs(self, second: Second) -> dict[str, tuple[bool, float]]:
        """Return by kind whether its sign is there this second, and how large it is."""
        moves = self._mover.moves()
        estimate, yaw = float(second.value[_TRUNK_EST]), float(second.value[_HEAD_YAW])
        bent = _bent(second, SLUMPED_BY)
        sits = second.activity is Activity.SITTING
        near = second.grade.get(TOO_NEAR, Grade.GOOD) > Grade.GOOD
        bout_s = max(moves.sitting_s, moves.standing_s)
        return {
            "slumped": (sits and (bent or estimate >= SLUMPED_EST_DEG), estimate),
            "still": (moves.still_s >= self._still_s, moves.still_s),
            "too_near": (near, float(second.value[_DISTANCE])),
            "head_turned_left": (yaw <= -self._turned_deg, yaw),
            "head_turned_right": (yaw >= self._turned_deg, yaw),
            "break_due": (bout_s >= self._break_due_s, bout_s),
        }


def _bent(second: Second, by: Sequence[str]) -> bool:
    # Leaning back is no slump, where it is seen.
    back = second.value[_TRUNK] < 0
    return not back and any(second.grade.get(name, Grade.GOOD) > Grade.GOOD for name in by)


def _goes_forward(second: Second) -> bool:
    return _bent(second, FORWARD_BY) or bool(second.value[_TRUNK_EST] >= SLUMPED_EST_DEG)
