"""What the calibrate page is sent: the picture, and what to do, as one message."""

from __future__ import annotations

import json
from typing import Any

from posture_coach.coach.guide import Guide
from posture_coach.coach.watch import Shown, Status
from posture_coach.dashboard.feed.route import feed_route
from posture_coach.dashboard.live.message import LENGTH_BYTES, packed

PATH = "/posture/calibrate"
TAKEN_OVER = ("person", "view", "notes")
"""What the page shows of what the live picture tells."""


def message(status: Status, shown: Shown | None) -> bytes:
    """Pack how the calibration stands, with the newest picture where there is one."""
    told: dict[str, Any] = {
        "phase": status.phase.value,
        "problem": status.problem,
        "guide": _told(status.upright.guide),
    }
    if shown is None:
        return packed(told, b"")
    end = LENGTH_BYTES + int.from_bytes(shown.packed[:LENGTH_BYTES], "big")
    live = json.loads(shown.packed[LENGTH_BYTES:end])
    return packed({**told, **{key: live[key] for key in TAKEN_OVER}}, shown.packed[end:])


def _told(guide: Guide | None) -> dict[str, Any] | None:
    if guide is None:
        return None
    return {
        "phase": guide.phase.value,
        "title": guide.title,
        "words": guide.words,
        "number": guide.number,
        "left_s": round(guide.left_s, 2),
        "share": round(guide.share, 4),
        "problem": bool(guide.problem),
        "note": guide.note,
    }


ROUTE = feed_route(PATH, message)
