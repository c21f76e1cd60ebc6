"""Every page opens at its own address without an error, and says what program it is."""

from __future__ import annotations

import urllib.request

import pytest

from tests.clips import LONG_WALK
from tests.dashboard.conftest import serving


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("home") / "me", LONG_WALK) as running:
        yield running


@pytest.mark.parametrize("path", ["", "analyze", "measures"])
def test_a_page_opens_at_its_address_and_again_when_reloaded(dashboard, page, path):
    """The page fixture ends with no error on the console."""
    page.goto(f"{dashboard.url}/{path}")
    for _ in range(2):
        page.get_by_role("link", name="Measures").first.wait_for(state="attached")
        page.wait_for_selector('[data-testid="stMainBlockContainer"] >> :text-matches("\\\\w+")')
        assert page.title() == "posture-coach"
        page.reload()


def test_pages_are_whole_html_and_other_answers_are_left_alone(dashboard):
    headers = {"Accept": "text/html,*/*", "Accept-Encoding": "gzip"}
    request = urllib.request.Request(f"{dashboard.url}/measures", headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        body = answer.read()
        assert int(answer.headers["Content-Length"]) == len(body)
        assert answer.headers.get("Content-Encoding") is None
    assert body.rstrip().endswith(b"</html>")
    assert body.count(b"BACKEND_BASE_URL") == 1
    with urllib.request.urlopen(f"{dashboard.url}/_stcore/health", timeout=30) as answer:
        assert answer.read() == b"ok"
