"""A recording's time in its summary: windows of five minutes, hours, the whole, and what happened in it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from posture_coach.activity.events import activity_events
from posture_coach.activity.types import Event
from posture_coach.scoring.assess import Assessment
from posture_coach.scoring.happenings import Happenings
from posture_coach.scoring.rules import Rules, shipped_rules
from posture_coach.scoring.seconds import Gatherer
from posture_coach.scoring.windows import REASONS_TOLD, Loss, Window, Windows, hours, joined, united

SCORE_DIGITS, DIGITS = 1, 4
"""Decimals kept of points, and of everything else: a score is no surer than a tenth."""
A_SECOND_S = 1.0
"""Time is judged second by second: less than one between two moments is none."""


def over_time(result: Assessment, end_s: float | None = None) -> dict[str, Any]:
    """Return `windows`, `hours` (of a longer recording than one), `session` and `events` of a recording.

    A photo has no windows, and a session of None.

    Parameters
    ----------
    end_s
        When the last picture ends; None: a usual step after it began.
    """
    rules = shipped_rules()
    lasts = len(result) > 1
    windows = list(_windows(result, rules)) if lasts else []
    happened = [
        *activity_events(result.activity, result.poses.time_s, end_s),
        *(_happened(result, rules) if lasts else ()),
    ]
    happened.sort(key=lambda event: event.start_s)
    return {
        "windows": [_told(window) for window in windows],
        "hours": [_told(hour) for hour in hours(windows, rules)],
        "session": _told(joined(windows, rules)) if windows else None,
        "events": [_event(event) for event in happened],
    }


def _windows(result: Assessment, rules: Rules) -> Iterator[Window]:
    one = Windows(result.score.targets, rules)
    yield from one.push(result)
    yield from one.finish()


def _happened(result: Assessment, rules: Rules) -> Iterator[Event]:
    gatherer, one = Gatherer(), Happenings(rules)
    for second in gatherer.push(result):
        yield from one.push(second)
    for second in gatherer.finish():
        yield from one.push(second)
    yield from one.finish()


def _told(window: Window) -> dict[str, Any]:
    moves = window.moves
    return {
        "start_s": window.start_s,
        "end_s": window.end_s,
        **{name: _number(getattr(window, name), SCORE_DIGITS) for name in ("score", "posture", "variety", "breaks")},
        "coverage": _number(window.coverage, DIGITS),
        "confidence": window.confidence,
        "why": [_loss(loss) for loss in window.losses[:REASONS_TOLD] if round(loss.points, SCORE_DIGITS)],
        "shifts_per_h": _number(moves.shifts_per_h, SCORE_DIGITS),
        "longest_still_s": _number(moves.longest_still_s, DIGITS),
        "sitting_bout_s": moves.sitting_s,
        "standing_bout_s": moves.standing_s,
    }


def _loss(loss: Loss) -> dict[str, Any]:
    return {
        "what": loss.what,
        "title": loss.title,
        "points": _number(loss.points, SCORE_DIGITS),
        # Windows cut what goes on through them.
        "moments": [[start_s, end_s] for start_s, end_s in united(loss.moments, apart_s=A_SECOND_S)],
    }


def _event(event: Event) -> dict[str, Any]:
    numbers = {"start_s": event.start_s, "end_s": event.end_s, **event.evidence}
    told = {name: value if isinstance(value, str) else _number(value, DIGITS) for name, value in numbers.items()}
    return {"kind": event.kind, **told}


def _number(value: float, digits: int) -> float | None:
    """Round for the file; NaN has no place in JSON."""
    return None if math.isnan(value) else round(float(value), digits)
