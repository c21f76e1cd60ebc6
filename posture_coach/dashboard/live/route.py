"""What the live page is sent, and what it says: whom to measure."""

from __future__ import annotations

import json
import math

from posture_coach.coach.company import Where
from posture_coach.coach.watch import Shown, Status, Watch
from posture_coach.dashboard.feed.route import feed_route
from posture_coach.dashboard.live.message import beginning, without_picture

PATH = "/posture/live"


def message(status: Status, shown: Shown | None) -> bytes:
    """Return the newest picture with what was found in it, packed; without one how the watch stands."""
    return without_picture(status) if shown is None else shown.packed


def hear(watch: Watch, said: str) -> None:
    """Take in whom the page wants to be measured."""
    where = whom(said)
    if where is not None:
        watch.choose(where)


def whom(said: str) -> Where | None:
    """Read `[x, y]`, shares of the picture, or a place from the left; None for anything else."""
    try:
        told = json.loads(said)
    except ValueError:
        return None
    if isinstance(told, int) and not isinstance(told, bool):
        return told
    match told:
        case [int() | float() as x, int() | float() as y] if math.isfinite(x) and math.isfinite(y):
            return float(x), float(y)
    return None


ROUTE = feed_route(PATH, message, first=lambda watch: beginning(watch.status, watch.history()), hear=hear)
