"""A recording's time in its summary: windows of five minutes, hours, the whole, and what happened in it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from posture_coach.activity.events import activity_events
from posture_coach.activity.types import Event
from posture_coach.batch.rounding import DIGITS, rounded
from posture_coach.scoring.assess import Assessment
from posture_coach.scoring.happenings import Happenings
from posture_coach.scoring.rules import Rules, shipped_rules
from posture_coach.scoring.seconds import Gatherer, Second
from posture_coach.scoring.targets import Targets
from posture_coach.scoring.windows import REASONS_TOLD, Loss, Window, Windows, hours, joined, united

SCORE_DIGITS = 1
"""Decimals kept of points: a score is no surer than a tenth."""
A_SECOND_S = 1.0
"""Time is judged second by second: less than one between two moments is none."""
_ROUNDING = 1e-6


def over_time(result: Assessment, end_s: float | None = None) -> dict[str, Any]:
    """Return `windows`, `hours` (of a longer recording than one), `session` and `events` of a recording.

    A photo has no windows, and a session of None.

    Parameters
    ----------
    end_s
        When the last picture ends; None: a usual step after it began.
    """
    rules = shipped_rules()
    seconds = list(_seconds(result)) if len(result) > 1 else []
    windows = list(_windows(seconds, result.score.targets, rules))
    activities = activity_events(result.activity, result.poses.time_s, end_s)
    happened = [*activities, *_happened(seconds, rules)]
    happened.sort(key=lambda event: event.start_s)
    over_s = _down(activities[-1].end_s) if activities else 0.0
    return {
        "windows": [_told(window, over_s) for window in windows],
        "hours": [_told(hour, over_s) for hour in hours(windows, rules)],
        "session": _told(joined(windows, rules), over_s) if windows else None,
        "events": [_event(event, over_s) for event in happened],
    }


def _down(seconds: float) -> float:
    """Round down to what is told, so that nothing ends after the recording."""
    parts = 10.0**DIGITS
    return math.floor(seconds * parts + _ROUNDING) / parts


def _seconds(result: Assessment) -> Iterator[Second]:
    gatherer = Gatherer()
    yield from gatherer.push(result)
    yield from gatherer.finish()


def _windows(seconds: Sequence[Second], targets: Targets, rules: Rules) -> Iterator[Window]:
    one = Windows(targets, rules)
    for second in seconds:
        yield from one.take(second)
    yield from one.finish()


def _happened(seconds: Sequence[Second], rules: Rules) -> Iterator[Event]:
    one = Happenings(rules)
    for second in seconds:
        yield from one.push(second)
    yield from one.finish()


def _told(window: Window, over_s: float) -> dict[str, Any]:
    """Return what is told of a window; its last second may be whole only on paper, and ends with the recording."""
    moves = window.moves
    return {
        "start_s": window.start_s,
        "end_s": min(window.end_s, over_s),
        **{name: rounded(getattr(window, name), SCORE_DIGITS) for name in ("score", "posture", "variety", "breaks")},
        "coverage": rounded(window.coverage),
        "confidence": window.confidence,
        "why": [_loss(loss, over_s) for loss in window.losses[:REASONS_TOLD] if round(loss.points, SCORE_DIGITS)],
        "shifts_per_h": rounded(moves.shifts_per_h, SCORE_DIGITS),
        "longest_still_s": rounded(min(moves.longest_still_s, over_s)),
        "sitting_bout_s": min(moves.sitting_s, over_s),
        "standing_bout_s": min(moves.standing_s, over_s),
    }


def _loss(loss: Loss, over_s: float) -> dict[str, Any]:
    return {
        "what": loss.what,
        "title": loss.title,
        "points": rounded(loss.points, SCORE_DIGITS),
        # Windows cut what goes on through them.
        "moments": [[start_s, min(end_s, over_s)] for start_s, end_s in united(loss.moments, apart_s=A_SECOND_S)],
    }


def _event(event: Event, over_s: float) -> dict[str, Any]:
    numbers = {"start_s": event.start_s, "end_s": min(event.end_s, over_s), **event.evidence}
    if event.end_s > over_s and "lasted_s" in event.evidence:
        numbers["lasted_s"] = over_s - event.start_s
    told = {name: value if isinstance(value, str) else rounded(value) for name, value in numbers.items()}
    return {"kind": event.kind, **told}
