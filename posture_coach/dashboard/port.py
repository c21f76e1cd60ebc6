"""Whether the dashboard's port is free, and what to do where it is not."""

from __future__ import annotations

import errno
import socket
from contextlib import closing
from http.client import HTTPConnection, HTTPException

from posture_coach.dashboard.options import HOST
from posture_coach.dashboard.root import OWN_TITLE
from posture_coach.errors import PostureCoachError

ANSWER_S = 2.0
PAGE_BYTES = 16 * 1024
"""So much of a page is looked at: its title stands at the beginning."""
LAST_PORT = 65535


def check_port(port: int) -> None:
    """Look whether this machine lets a server listen there; somebody may still come in between.

    Raises
    ------
    PostureCoachError
        It does not; the message says what to do.
    """
    try:
        socket.create_server((HOST, port)).close()
    except OSError as why:
        raise PostureCoachError(_words(port, why)) from why


def _words(port: int, why: OSError) -> str:
    other = f"`posture-coach --port {port + 1 if port < LAST_PORT else port - 1}`"
    if why.errno != errno.EADDRINUSE:
        return f"Port {port} cannot be used here ({why.strerror}). Choose another one, as with {other}."
    if _is_ours(port):
        return f"Port {port} is in use: posture-coach runs there already. Open http://{HOST}:{port} in the browser."
    return f"Port {port} is in use by another program. Choose another one, as with {other}."


def _is_ours(port: int) -> bool:
    """Return whether it is a dashboard of this program that answers there."""
    with closing(HTTPConnection(HOST, port, timeout=ANSWER_S)) as asked:
        try:
            asked.request("GET", "/", headers={"Accept": "text/html"})
            return OWN_TITLE in asked.getresponse().read(PAGE_BYTES)
        except (OSError, HTTPException):
            return False
