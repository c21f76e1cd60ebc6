"""The socket that brings live pictures to the page: one at a time, the next when the last was shown."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math

import anyio.to_thread
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from posture_coach.coach.company import Where
from posture_coach.coach.watch import Watch
from posture_coach.dashboard import camera
from posture_coach.dashboard.guard import guarded_socket
from posture_coach.dashboard.live.message import beginning, without_picture

PATH = "/posture/live"
SHOWN = "shown"
"""What a page says when it has shown what it was sent."""
STATUS_EVERY_S = 0.5
"""Without pictures the page is told how things stand so often."""
SHOWN_WITHIN_S = 10.0
"""A page that does not say that it has shown a picture for so long is asleep: it is sent the next one all the same."""


async def _live(socket: WebSocket) -> None:
    await socket.accept()
    watch = camera.watch()
    with watch.viewing(), contextlib.suppress(WebSocketDisconnect):
        await _show(socket, watch)


async def _show(socket: WebSocket, watch: Watch) -> None:
    number = 0
    await socket.send_bytes(beginning(watch.status, watch.history()))
    await socket.receive_text()
    while True:
        shown = await anyio.to_thread.run_sync(watch.after, number, STATUS_EVERY_S)
        if shown is None:
            await socket.send_bytes(without_picture(watch.status))
        else:
            number = shown.number
            await socket.send_bytes(shown.packed)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(_until_shown(socket, watch), SHOWN_WITHIN_S)


async def _until_shown(socket: WebSocket, watch: Watch) -> None:
    """Wait for the page to say that it has shown a picture, and take in whom it wants to be measured."""
    while (said := await socket.receive_text()) != SHOWN:
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


ROUTE = WebSocketRoute(PATH, guarded_socket(_live))
