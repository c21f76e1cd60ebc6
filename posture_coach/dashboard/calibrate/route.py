"""The socket that brings the calibration to its page: the picture, and what to do, as one message."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import anyio.to_thread
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from posture_coach.coach.guide import Guide
from posture_coach.coach.watch import Shown, Status, Watch
from posture_coach.dashboard import camera
from posture_coach.dashboard.guard import guarded_socket
from posture_coach.dashboard.live.message import LENGTH_BYTES, packed
from posture_coach.dashboard.live.route import SHOWN_WITHIN_S, STATUS_EVERY_S

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


async def _lead(socket: WebSocket) -> None:
    await socket.accept()
    watch = camera.watch()
    with watch.viewing(), contextlib.suppress(WebSocketDisconnect):
        await _show(socket, watch)


async def _show(socket: WebSocket, watch: Watch) -> None:
    number = 0
    while True:
        shown = await anyio.to_thread.run_sync(watch.after, number, STATUS_EVERY_S)
        number = number if shown is None else shown.number
        await socket.send_bytes(message(watch.status, shown))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(socket.receive_text(), SHOWN_WITHIN_S)


ROUTE = WebSocketRoute(PATH, guarded_socket(_lead))
