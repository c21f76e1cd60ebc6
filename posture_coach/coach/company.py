"""Who else is in the live picture, as the page shows it, and which of them a click means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from posture_coach.pose.person import Person
from posture_coach.pose.roster import Roster
from posture_coach.pose.tracking import Track

SHOWN_S = 1.0
"""A box where nobody was found for so long would point at nothing."""
BESIDE_TRUNKS = 0.5
"""A click beside somebody means him up to so far from his box."""
HEAD_TRUNKS, EDGE_TRUNKS = 0.3, 0.1
"""The topmost points are eyes and ears: room for the rest of the head, and an edge all around."""

Where = tuple[float, float] | int
"""A place in the picture, as shares of its width and height, or somebody's place from the left, from 1."""


@dataclass(frozen=True, slots=True)
class InView:
    """Somebody in the newest picture.

    Parameters
    ----------
    box
        Left, top, right, bottom, as shares of the picture's width and height, 0 to 1.
    measured
        Whether he is the one who is measured.
    """

    box: tuple[float, float, float, float]
    measured: bool


def in_view(roster: Roster, time_s: float, size: tuple[int, int]) -> tuple[InView, ...]:
    """Return everybody in view from left to right; nobody where no more than one is."""
    shown = _shown(roster, time_s)
    if not roster.crowded or not any(track is not roster.chosen for track in shown):
        return ()
    return tuple(InView(_box(track.at(time_s), size), track is roster.chosen) for track in shown)


def meant(roster: Roster, where: Where, time_s: float, size: tuple[int, int]) -> Track | None:
    """Return who is meant; None where nobody is near."""
    shown = _shown(roster, time_s)
    if isinstance(where, int):
        return shown[where - 1] if 1 <= where <= len(shown) else None
    point = np.array(where) * size
    near = [track for track in shown if _beside(track.at(time_s), point) <= BESIDE_TRUNKS]
    # Of several boxes over one another, he whose body is nearest.
    return min(near, key=lambda track: _from_body(track.at(time_s), point), default=None)


def _shown(roster: Roster, time_s: float) -> list[Track]:
    return [track for track in roster.tracks if time_s - track.seen_s <= SHOWN_S]


def _box(person: Person, size: tuple[int, int]) -> tuple[float, float, float, float]:
    left, top, right, bottom = person.box
    edge, head = EDGE_TRUNKS * person.size_px, HEAD_TRUNKS * person.size_px
    drawn = np.array([left - edge, top - head, right + edge, bottom + edge]) / (*size, *size)
    left, top, right, bottom = np.clip(drawn, 0.0, 1.0).tolist()
    return left, top, right, bottom


def _beside(person: Person, point: np.ndarray) -> float:
    """How far outside the box a place is, in trunk lengths."""
    low, high = np.array(person.box[:2]), np.array(person.box[2:])
    return float(np.linalg.norm(np.maximum(np.maximum(low - point, point - high), 0.0))) / person.size_px


def _from_body(person: Person, point: np.ndarray) -> float:
    return float(np.linalg.norm(person.points_px - point, axis=1).min()) / person.size_px
