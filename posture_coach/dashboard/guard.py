"""Who may use the dashboard's own routes: pages that this program served in this run, and nobody else.

Three locks, each for a way in that the others leave open: the `Host` must be this machine (a stranger's name pointed
here by DNS rebinding is not), the `Origin` must be the page's own (another page in the same browser is not), and the
token, made anew at every start, must be the one that the page was given.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.websockets import WebSocket

from posture_coach.dashboard.options import LOCAL_NAMES

TOKEN = secrets.token_urlsafe(32)
"""Of this run; pages get it with what Streamlit sends them."""
TOKEN_NAME = "token"
REFUSED_HTTP, REFUSED_SOCKET = 403, 1008

HttpHandler = Callable[[Request], Awaitable[Response]]
SocketHandler = Callable[[WebSocket], Awaitable[None]]


def allowed(connection: HTTPConnection) -> bool:
    """Return whether a request or a socket comes from a page of this run."""
    host = connection.headers.get("host", "")
    origin = connection.headers.get("origin")
    token = connection.query_params.get(TOKEN_NAME, "")
    return (
        _name(f"//{host}") in LOCAL_NAMES
        and (origin is None or urlsplit(origin).netloc == host)
        and hmac.compare_digest(token.encode(), TOKEN.encode())
    )


def guarded(handler: HttpHandler) -> HttpHandler:
    """Let a route answer to pages of this run alone."""

    async def answer(request: Request) -> Response:
        if not allowed(request):
            return PlainTextResponse("This is not a page of this program.", REFUSED_HTTP)
        return await handler(request)

    return answer


def guarded_socket(handler: SocketHandler) -> SocketHandler:
    """Let a socket open to pages of this run alone. A browser always says its origin here, so it must be there."""

    async def answer(socket: WebSocket) -> None:
        if not allowed(socket) or socket.headers.get("origin") is None:
            await socket.close(REFUSED_SOCKET)
            return
        await handler(socket)

    return answer


def _name(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
