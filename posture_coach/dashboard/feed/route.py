"""The socket that brings live pictures to a page: one at a time, the next when the last was shown."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import anyio.to_thread
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from posture_coach.coach.watch import Shown, Status, Watch
from posture_coach.dashboard import camera
from posture_coach.dashboard.guard import guarded_socket

SHOWN = "shown"
"""What a page says when it has shown what it was sent."""
STATUS_EVERY_S = 0.5
"""Without pictures the page is told how things stand so often."""
SHOWN_WITHIN_S = 10.0
"""A page that does not say that it has shown a picture for so long is asleep: it is sent the next one all the same."""


def feed_route(
    path: str,
    message: Callable[[Status, Shown | None], bytes],
    *,
    first: Callable[[Watch], bytes] | None = None,
    hear: Callable[[Watch, str], None] | None = None,
) -> WebSocketRoute:
    """Return the route of a page that shows live pictures.

    Parameters
    ----------
    message
        Packs how the watch stands, with the newest picture where there is one.
    first
        Packs what a page that has just opened does not know.
    hear
        Takes in what a page says besides that it has shown a picture.
    """

    async def bring(socket: WebSocket) -> None:
        await socket.accept()
        watch = camera.watch()
        with watch.viewing(), contextlib.suppress(WebSocketDisconnect):
            if first is not None:
                await socket.send_bytes(first(watch))
                await socket.receive_text()
            await show(socket, watch)

    async def show(socket: WebSocket, watch: Watch) -> None:
        number = 0
        while True:
            shown = await anyio.to_thread.run_sync(watch.after, number, STATUS_EVERY_S)
            number = number if shown is None else shown.number
            await socket.send_bytes(message(watch.status, shown))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(until_shown(socket, watch), SHOWN_WITHIN_S)

    async def until_shown(socket: WebSocket, watch: Watch) -> None:
        while (said := await socket.receive_text()) != SHOWN:
            if hear is not None:
                hear(watch, said)

    return WebSocketRoute(path, guarded_socket(bring))
