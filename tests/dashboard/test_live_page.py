"""The live page in a real browser, with a video played as the camera."""

from __future__ import annotations

import sys
import time

import numpy as np
import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from posture_coach.coach.watch import GRACE_S, Wish
from posture_coach.drawing import PAPER
from posture_coach.store.history.database import FILE_NAME, Database, address
from posture_coach.store.history.tables import SECONDS
from tests.cli.typed import typed
from tests.clips import SITTING, must_have, video
from tests.dashboard.conftest import STEP_S, press_until, serving, until, watch_page

LIVE = '.live[data-phase="watching"]'
LONGER_THAN_GRACE = round(GRACE_S * Wish("").fps) + 5
"""So many pictures do not come in the time for which the camera is kept when nobody looks any more."""
DECODE_SLOWLY = """() => {
    const decode = HTMLImageElement.prototype.decode;
    HTMLImageElement.prototype.decode = async function () {
        window.decoding = (window.decoding || 0) + 1;
        await new Promise((done) => setTimeout(done, 1500));
        await decode.call(this).finally(() => { window.decoded = (window.decoded || 0) + 1; });
    };
}"""
COUNT_CHANGES = """(root) => {
    window.changes = 0;
    new MutationObserver(() => { window.changes += 1; }).observe(root.querySelector('.measures'), { childList: true });
}"""
READ_VALUES = """(root) => Object.fromEntries([...root.querySelectorAll('[data-measure]')].map(
    (cell) => [cell.dataset.measure, parseFloat(cell.textContent)]))"""
READ_PIXELS = """async (root) => {
    const image = root.querySelector('img'), canvas = document.createElement('canvas');
    await image.decode().catch(() => {});
    if (!image.naturalWidth) return [255, 255, 255, 255];
    canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0);
    return [...pen.getImageData(0, 0, canvas.width / 4, 20).data];
}"""


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    """A man who sits and does not move, for three seconds, as a video."""
    from PIL import Image

    picture = np.asarray(Image.open(SITTING).convert("RGB"))[::2, ::2]
    even = np.ascontiguousarray(picture[: picture.shape[0] // 2 * 2, : picture.shape[1] // 2 * 2])
    return video(tmp_path_factory.mktemp("clips") / "still.mp4", [even] * 90, [i / 30 for i in range(90)])


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory, still):
    with serving(tmp_path_factory.mktemp("home") / "me", still) as running:
        yield running


@pytest.fixture
def live(dashboard, page):
    """The page, once it shows pictures."""
    page.goto(dashboard.url)
    page.wait_for_selector(LIVE)
    return page


def shown(page):
    return int(page.locator(".live").get_attribute("data-shown"))


# A clip is closed and opened anew wherever it begins again: what holds at one look alone says little.


def let_go(dashboard, path):
    """Look for half a second; tell whether the server never had the file open."""
    return most_open(dashboard, path, looks=10) == 0


def most_open(dashboard, path, looks):
    """Return how often the server had the file open at once, at most."""
    most = 0
    for _ in range(looks):
        most = max(most, dashboard.open_files().count(str(path)))
        time.sleep(STEP_S)
    return most


def says_nothing_of_now(page):
    """Whether score, angles, notes and what is kept are gone, and no list of what is lacking stands open or shut."""
    texts = {name: page.locator(f".{name}").inner_text() for name in ("number", "word", "doing", "words", "kept")}
    assert texts == {"number": "\u2013", "word": "no score", "doing": "", "words": "", "kept": ""}
    assert not page.locator(".lacking").is_visible()
    return page.locator(".notes li, .measures li").count() == 0


def test_the_values_are_those_of_the_files_own_table(live, still, tmp_path):
    assert typed("analyze", still, "--out", tmp_path, "--fps", "10").code == 0
    table = pq.read_table(tmp_path / "still.frames.parquet")
    until(lambda: shown(live) > 20, "no pictures come")
    values = live.locator(".live").evaluate(READ_VALUES)
    # The page shows whole degrees; a tracker that has followed for longer has settled by a degree or so.
    for name in ("trunk_inclination_deg", "neck_inclination_deg", "hip_flexion_left_deg", "knee_flexion_left_deg"):
        own = np.median([value for value in table[name].to_pylist() if value is not None])
        assert values[name] == pytest.approx(own, abs=2.5), name
    assert "hip_flexion_right_deg" not in values, "the far side"


def test_score_activity_view_and_reasons_are_told_in_words(live):
    until(lambda: shown(live) > 5, "no pictures come")
    assert live.locator(".word").inner_text() in ("good", "caution", "poor")
    assert live.locator(".doing").inner_text() == "sitting, seen from the side"
    assert "targets scored" in live.locator(".words").inner_text()
    assert "±" in live.locator('[data-measure="trunk_inclination_deg"]').inner_text()
    live.locator(".lacking summary").click()
    assert "far side hidden" in live.locator(".lacking").inner_text()


def test_the_numbers_stand_long_enough_to_be_read(live):
    """The picture follows the camera, the panel twice a second of it; the clip begins anew every three seconds."""
    until(lambda: shown(live) > 5, "no pictures come")
    live.locator(".live").evaluate(COUNT_CHANGES)
    before = shown(live)
    until(lambda: shown(live) > before + 60, "no pictures come")
    changes, pictures = live.evaluate("window.changes"), shown(live) - before
    seconds = pictures / Wish("").fps
    assert 1 <= changes <= (2 * seconds + 2) * 1.25 < pictures / 2


def test_pause_frees_the_camera_and_start_takes_it_again(live, dashboard, still):
    must_have(sys.platform == "linux", "/proc")
    until(lambda: str(still) in dashboard.open_files(), "the source is not open")
    live.get_by_role("button", name="Pause").click()
    live.wait_for_selector('.live[data-phase="paused"]')
    assert "The camera is off" in live.locator(".empty").inner_text()
    assert not live.locator(".picture img").is_visible()
    assert says_nothing_of_now(live)
    live.reload()
    live.wait_for_selector('.live[data-phase="paused"]')
    assert says_nothing_of_now(live)
    until(lambda: let_go(dashboard, still), "the source is still open")
    live.get_by_role("button", name="Start").click()
    live.wait_for_selector(LIVE)


def test_the_camera_is_freed_when_the_last_tab_closes(dashboard, chromium, still):
    must_have(sys.platform == "linux", "/proc")
    contexts = [chromium.new_context() for _ in range(2)]
    tabs = [context.new_page() for context in contexts]
    for tab in tabs:
        tab.goto(dashboard.url)
        tab.wait_for_selector(LIVE)
    contexts[0].close()
    before = shown(tabs[1])
    until(lambda: shown(tabs[1]) > before + LONGER_THAN_GRACE, "one tab is still open")
    until(lambda: str(still) in dashboard.open_files(), "the source is not open")
    contexts[1].close()
    until(lambda: let_go(dashboard, still), "the source is still open")


def test_two_tabs_see_one_camera(live, dashboard, chromium, still):
    context = chromium.new_context()
    other = context.new_page()
    errors, asked = [], set()
    watch_page(other, errors, asked)
    other.goto(dashboard.url)
    other.wait_for_selector(LIVE)
    before = shown(live), shown(other)
    until(lambda: shown(live) > before[0] + 3 and shown(other) > before[1] + 3, "one of the tabs stands still")
    if sys.platform == "linux":
        assert most_open(dashboard, still, looks=20) == 1
    context.close()
    assert errors == []


def test_skeleton_only_shows_nothing_of_the_picture(live):
    live.get_by_role("button", name="Camera and picture").click()
    live.get_by_text("Skeleton only").click()

    def hidden():
        pixels = np.array(live.locator(".live").evaluate(READ_PIXELS)).reshape(-1, 4)[:, :3]
        return np.abs(pixels - np.array(PAPER)).max() < 12

    until(hidden, "the picture still shows")
    live.get_by_text("Skeleton only").click()
    until(lambda: not hidden(), "the picture does not come back")


def test_the_own_upright_makes_the_trunk_scorable(live):
    entry = live.locator("li", has=live.locator('[data-measure="trunk_inclination_deg"]'))
    until(lambda: "needs your own upright" in entry.inner_text(), "it is scored without a baseline")
    live.get_by_role("button", name="Take my upright").click()
    live.wait_for_function(
        """() => [...document.querySelectorAll('*')].some((e) => e.shadowRoot
            && e.shadowRoot.textContent.includes('Your own upright is taken'))"""
    )
    until(lambda: "of your own upright" in entry.inner_text(), "it is still not scored")
    assert "good" in entry.inner_text()


def test_a_picture_that_arrives_after_the_page_was_left_disturbs_nobody(live):
    live.evaluate(DECODE_SLOWLY)
    live.wait_for_function("() => window.decoding")
    live.get_by_role("link", name="Targets").click()
    live.locator(".live").wait_for(state="detached")
    live.wait_for_function("() => window.decoded === window.decoding")
    live.get_by_role("link", name="Live").click()
    live.wait_for_selector(LIVE)


def test_a_page_left_open_over_a_restart_says_so_and_a_click_brings_the_pictures_back(tmp_path, still, chromium):
    context = chromium.new_context()
    page, sockets = context.new_page(), []
    page.on("websocket", lambda opened: sockets.append(opened.url) if "token=" in opened.url else None)
    with serving(tmp_path / "me", still) as first:
        page.goto(first.url)
        page.wait_for_selector(LIVE)
    page.wait_for_selector('.live[data-phase="problem"]')
    assert "tries again by itself" in page.locator(".empty").inner_text()
    with serving(tmp_path / "me", still, again_at=first.port):
        page.get_by_text("The program was started anew. Reload this page.").wait_for()
        press_until(
            page, page.get_by_role("button", name="Camera and picture"),
            lambda: page.get_by_text("Skeleton only").is_visible(), "the choices do not open",
        )  # fmt: skip
        page.get_by_text("Skeleton only").click()
        page.wait_for_selector(LIVE)
        opened, phases = len(sockets), set()
        for _ in range(30):
            phases.add(page.locator(".live").get_attribute("data-phase"))
            page.wait_for_timeout(100)
        assert (phases, len(sockets)) == ({"watching"}, opened), "an old feed goes on beside the new one"
        context.close()


def test_the_keyboard_reaches_pause(live):
    button, links = live.get_by_role("button", name="Pause"), []
    for _ in range(30):
        live.keyboard.press("Tab")
        links += live.locator("nav a:focus").evaluate_all("all => all.map(each => getComputedStyle(each).outlineStyle)")
        if button.evaluate("(element) => element === document.activeElement"):
            break
    else:
        pytest.fail("Tab does not come to the button")
    assert len(links) > 1
    assert set(links) == {"solid"}, "where the keyboard is looks like the page that is open"
    live.keyboard.press("Enter")
    live.wait_for_selector('.live[data-phase="paused"]')
    live.get_by_role("button", name="Start").click()
    live.wait_for_selector(LIVE)


@pytest.mark.parametrize("width", [400, 1000, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_cut_off_at_any_width(dashboard, chromium, width, scheme):
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(dashboard.url)
    page.wait_for_selector(LIVE)
    until(lambda: shown(page) > 3, "no pictures come")
    box = page.locator(".live").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    dark = page.locator(".live").evaluate("(root) => root.classList.contains('dark')")
    context.close()
    assert dark == (scheme == "dark")


def test_a_sample_played_as_the_camera_is_said_to_be_one(tmp_path, page):
    from posture_coach.dashboard import camera

    with serving(tmp_path / "me", camera.first_source() if not camera._cameras() else SITTING) as running:
        page.goto(running.url)
        page.wait_for_selector(LIVE)
        assert page.get_by_text("A bundled sample is played as if it were the camera").is_visible()
        page.goto("about:blank")  # before the server goes, and the page complains of it


def test_what_is_watched_is_kept_where_that_was_asked_for_and_the_page_says_so(tmp_path, page):
    home = tmp_path / "me"
    with serving(home, SITTING) as running:
        page.goto(running.url)
        page.wait_for_selector(LIVE)
        assert page.locator(".kept").inner_text() == "A file is played: nothing of it is kept."
        page.goto("about:blank")
    with serving(home, SITTING, "--keep") as running:
        page.goto(running.url)
        page.wait_for_selector(LIVE)
        assert "kept on this machine, no picture" in page.locator(".kept").inner_text()
        until(lambda: shown(page) > 25, "no pictures come")
        page.goto("about:blank")
    path = home / "data" / "posture-coach" / FILE_NAME
    with Database(address(f"sqlite:///{path}")) as database, database.reading() as connection:
        assert len(connection.execute(select(SECONDS)).all()) >= 2


def test_a_camera_that_is_not_there_is_told_with_what_to_do(tmp_path, page):
    must_have(sys.platform == "linux", "Linux device names")
    with serving(tmp_path / "me", "/dev/video97") as running:
        page.goto(running.url)
        page.wait_for_selector('.live[data-phase="problem"]')
        assert "There is no camera /dev/video97" in page.locator(".empty").inner_text()
        page.goto("about:blank")  # before the server goes, and the page complains of it


def test_nobody_in_view_is_told(tmp_path, page):
    grey = video(tmp_path / "grey.mp4", [np.full((240, 320, 3), 120, dtype=np.uint8)] * 30, [i / 30 for i in range(30)])
    with serving(tmp_path / "me", grey) as running:
        page.goto(running.url)
        page.wait_for_selector(LIVE)
        until(lambda: "Nobody is in view" in page.locator(".notes").inner_text(), "it is not told")
        assert page.locator(".word").inner_text() == "no score"
        page.goto("about:blank")  # before the server goes, and the page complains of it
