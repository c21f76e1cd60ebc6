"""What a person can be seen doing, and what happens at a moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Activity(StrEnum):
    """What the person does. `UNKNOWN` is an honest answer."""

    SITTING = "sitting"
    STANDING = "standing"
    WALKING = "walking"
    EXERCISING = "exercising"
    LYING = "lying"
    AWAY = "away"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that began and ended.

    Parameters
    ----------
    kind
        A word of the field: `activity`, `stood_up`, `slumped`, `break_due` ….
    start_s, end_s
        Half-open interval [start_s, end_s) in seconds since the source's first frame.
    evidence
        What it was concluded from, plain values by name.
    """

    kind: str
    start_s: float
    end_s: float
    evidence: dict[str, str | float] = field(default_factory=dict)
