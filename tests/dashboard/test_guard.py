"""The dashboard's own routes answer to its own pages alone: strangers' hosts, origins and tokens are refused."""

from __future__ import annotations

import http.server
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest
import websockets.exceptions
import websockets.sync.client

from posture_coach.dashboard.server import ROUTES
from tests.cli.typed import PATIENCE_S
from tests.clips import LONG_WALK
from tests.dashboard.conftest import serving

OPENS_SOCKET = """
<script>
  const socket = new WebSocket("ws://127.0.0.1:{port}/posture/live?token={token}");
  socket.onopen = () => document.title = "let in";
  socket.onclose = () => document.title = document.title === "let in" ? "let in" : "refused";
</script>
"""


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("home") / "me", LONG_WALK) as running:
        yield running


@pytest.fixture(scope="module")
def token(dashboard, chromium):
    """Read the token as the page itself does."""
    context = chromium.new_context()
    page = context.new_page()
    with page.expect_websocket(lambda socket: "/posture/live" in socket.url) as opened:
        page.goto(dashboard.url)
    context.close()
    return opened.value.url.split("token=")[1]


def enters(dashboard, token, *, host=None, origin="own"):
    """Return whether the live socket lets this in and sends a message."""
    headers = {"Host": host} if host else {}
    address = f"ws://127.0.0.1:{dashboard.port}/posture/live?token={token}"
    origin = dashboard.url if origin == "own" else origin
    try:
        with websockets.sync.client.connect(
            address, origin=origin, additional_headers=headers, open_timeout=PATIENCE_S
        ) as socket:
            return bool(socket.recv(timeout=PATIENCE_S))
    except (websockets.exceptions.InvalidStatus, websockets.exceptions.ConnectionClosed):
        return False


def test_the_page_itself_is_let_in(dashboard, token):
    assert enters(dashboard, token)


def test_without_the_token_nobody_is_let_in(dashboard, token):
    assert not enters(dashboard, "")
    assert not enters(dashboard, token[:-1])


def test_a_forged_host_is_refused(dashboard, token):
    forged = f"stranger.test:{dashboard.port}"
    assert not enters(dashboard, token, host=forged, origin=f"http://{forged}")
    assert not enters(dashboard, token, host="[::ffff:7f00:1", origin=dashboard.url)


@pytest.mark.parametrize("origin", ["http://stranger.test", "null", None, "http://127.0.0.1:1"])
def test_another_origin_or_none_is_refused(dashboard, token, origin):
    assert not enters(dashboard, token, origin=origin)


def test_every_own_http_route_is_guarded(dashboard):
    routes = [route for route in ROUTES if getattr(route, "methods", None)]
    for route in routes:
        for method in route.methods:
            data = b"" if method == "POST" else None
            request = urllib.request.Request(f"{dashboard.url}{route.path}", method=method, data=data)
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request, timeout=30)
            refused.value.close()
            assert refused.value.code == 403, route.path
    assert routes, "nothing was tried"


@contextmanager
def strangers_site(html):
    """Serve a page from another port of this machine."""

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_another_page_in_the_same_browser_is_refused_even_with_the_token(dashboard, token, chromium):
    context = chromium.new_context()
    page = context.new_page()
    with strangers_site(OPENS_SOCKET.replace("{port}", str(dashboard.port)).replace("{token}", token)) as url:
        page.goto(url)
        page.wait_for_function("document.title !== ''")
        assert page.title() == "refused"
    context.close()


def test_a_strangers_name_pointed_here_gets_no_picture(dashboard, token, chromium):
    """DNS rebinding: the page and the socket have one origin, but it is not this machine's name."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"http://stranger.test:{dashboard.port}/_stcore/health")
    let_in = page.evaluate(
        """(token) => new Promise((done) => {
            const socket = new WebSocket(`ws://${location.host}/posture/live?token=${token}`);
            socket.onopen = () => done(true);
            socket.onclose = () => done(false);
        })""",
        token,
    )
    context.close()
    assert let_in is False
