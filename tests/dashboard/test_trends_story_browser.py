"""The story's picture in a real browser: shown to who asks, described in words, and kept whole."""

from __future__ import annotations

import shutil

import pytest
from PIL import Image

from posture_coach.store.history.database import FILE_NAME
from tests.clips import LONG_WALK
from tests.dashboard.conftest import serving
from tests.dashboard.trends_made import STILL_WEEK, write_weeks


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory):
    """Start a server with a history of some weeks."""
    home = tmp_path_factory.mktemp("home")
    data = home / "data" / "posture-coach"
    data.mkdir(parents=True)
    shutil.copy(write_weeks(tmp_path_factory.mktemp("weeks")), data / FILE_NAME)
    with serving(home, LONG_WALK) as started:
        yield started


def test_the_picture_is_shown_described_and_kept(page, dashboard, tmp_path):
    page.goto(f"{dashboard.url}/trends?trends_view=Day&trends_day={STILL_WEEK}")
    page.get_by_role("heading", name="The day in words").wait_for()
    words = page.locator(".pc-story p").first.inner_text()
    assert page.get_by_test_id("stImage").count() == 0
    page.get_by_text("Show it as a picture").click()
    shown = page.get_by_test_id("stImage").locator("img")
    shown.wait_for()
    assert words in shown.get_attribute("alt")
    with page.expect_download() as kept:
        page.get_by_role("button", name="Keep the picture").click()
    assert kept.value.suggested_filename == f"posture-coach-{STILL_WEEK}-story.png"
    kept.value.save_as(tmp_path / "story.png")
    with Image.open(tmp_path / "story.png") as image:
        image.load()
        assert words in image.info["Description"]
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth")
