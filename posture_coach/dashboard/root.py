"""Tells Streamlit's page where its server is.

Opened at the address of a page other than the first (a reload, a bookmark), it would look for its server below that
address first, and the browser would log an error for each look.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TITLE = b"<title>Streamlit</title>"
OWN_TITLE = b"<title>posture-coach</title>"
TOLD = (
    OWN_TITLE
    + b"""
    <script>window.__streamlit = { BACKEND_BASE_URL: location.origin + "/" };</script>"""
)


class BackendAtRoot:
    """Middleware that puts the server's address into HTML pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, HTML with one line more."""
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self._app(scope, receive, send)
            return
        # Compressed, the page could not be read here.
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await self._app({**scope, "headers": plain}, receive, _Teller(send).send)


class _Teller:
    """Holds a page back until it is whole."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_html(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        body = self._body.replace(TITLE, TOLD)
        headers = MutableHeaders(raw=list(start["headers"]))
        if "content-length" in headers:
            headers["content-length"] = str(len(body))
        await self._send({**start, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": body})


def _is_html(start: Message) -> bool:
    return Headers(raw=list(start["headers"])).get("content-type", "").startswith("text/html")
