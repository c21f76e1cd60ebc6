"""The calibrate page in a real browser: led through to a place that is kept, and everything that ends it."""

from __future__ import annotations

import sys

import pytest

from posture_coach.store.files.profiles import Places
from tests.clips import SITTING, SLUMPED, must_have, still_video
from tests.dashboard.conftest import serving, until

VIEW = ".calibrate"
WATCHING = '.calibrate[data-phase="watching"]'
BUILT = '[data-test-script-state="notRunning"]'
LED_MS = 150_000
"""Sixty-seven seconds of the clip at most, in which two postures are begun anew; twice that on a slow machine."""


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Upright, slumped, upright again, each for longer than it is asked for: a slow start takes nothing from it.

    The network may need up to thirteen seconds to start, and no posture is begun more than twice.
    """
    path = tmp_path_factory.mktemp("clips") / "guided.mp4"
    return still_video(path, SITTING, SLUMPED, SITTING, seconds=(26.0, 25.0, 30.0))


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home") / "me"


@pytest.fixture(scope="module")
def dashboard(home, clip):
    with serving(home, clip) as running:
        yield running


@pytest.fixture
def places(home):
    return Places(home / "data" / "posture-coach" / "places")


@pytest.fixture
def calibrate(dashboard, page):
    page.goto(f"{dashboard.url}/calibrate")
    page.wait_for_selector(WATCHING)
    return page


def begin_with_the_clip(page, place):
    """Turn the camera off and begin: the clip is then played from its first picture."""
    page.get_by_role("link", name="Live").click()
    page.get_by_role("button", name="Pause").click()
    page.wait_for_selector('.live[data-phase="paused"]')
    page.get_by_role("link", name="Calibrate").click()
    page.wait_for_selector('.calibrate[data-phase="paused"]')
    assert "The camera is off. Begin turns it on." in page.locator(".empty").inner_text()
    named(page, place)
    page.get_by_role("button", name="Begin").click()


def named(page, place):
    """Type a name until it stays: what the page was building meanwhile still brings the old one."""
    field = page.get_by_label("Place", exact=True)

    def stays():
        field.fill(place)
        field.press("Enter")
        page.wait_for_timeout(500)
        page.wait_for_selector(BUILT)
        return field.input_value() == place

    until(stays, "the name does not stay")


def stop(page):
    """Return the page's own button: while a page is built, Streamlit's header has one of that name, too."""
    return page.get_by_test_id("stMainBlockContainer").get_by_role("button", name="Stop", exact=True)


def guide(page):
    return page.locator(VIEW).get_attribute("data-guide")


def test_it_leads_through_three_postures_and_keeps_them(calibrate, places):
    must_have(sys.platform == "linux", "where Linux keeps a program's data")
    page = calibrate
    page.get_by_text("You are in view", exact=True).wait_for()
    begin_with_the_clip(page, "Standing desk")
    page.wait_for_selector('.calibrate[data-guide="holding"]')
    assert page.locator(".title").inner_text() == "Sit or stand comfortably upright"
    seconds = int(page.locator(".seconds").inner_text())
    assert 1 <= seconds <= 10
    until(lambda: int(page.locator(".seconds").inner_text() or 0) < seconds, "it does not count down")
    assert page.locator(".steps .now").inner_text() == "Upright"
    page.get_by_role("button", name="Begin").wait_for(state="detached")
    page.get_by_text("Your upright at Standing desk is taken, seen from the side.").wait_for(timeout=LED_MS)
    profile = places.get("standing desk")
    assert profile.own.slump["trunk_inclination_deg"] - profile.own.values["trunk_inclination_deg"] > 20.0
    shown = page.get_by_role("table").inner_text()
    assert f"{profile.own.values['trunk_inclination_deg']:.1f}°" in shown
    assert "±" in shown
    page.get_by_text("From now on held against it:").wait_for()
    page.get_by_text("You are asked to take it again on").wait_for()
    page.get_by_role("button", name="Back").click()
    page.wait_for_selector(WATCHING)
    page.get_by_text("held against now").wait_for()

    # Another page of the same program, and the terminal, know it.
    page.get_by_role("link", name="Live").click()
    page.wait_for_selector('.live[data-phase="watching"]')
    pitch = page.locator("li", has=page.locator('[data-measure="head_pitch_deg"]'))
    until(lambda: "needs your own upright" not in pitch.inner_text(), "nothing is held against it")


def test_stop_keeps_what_was_there_and_an_unnamed_place_is_refused(calibrate, places):
    page = calibrate
    before = {path.name: path.read_bytes() for path in places.folder.glob("*")}
    named(page, "docked")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_function("() => document.querySelector('[data-testid=stMain]') !== null")
    stop(page).click()
    page.get_by_role("button", name="Begin").wait_for()
    until(lambda: guide(page) == "none", "it goes on")
    named(page, " ")
    page.get_by_role("button", name="Begin").click()
    page.get_by_text("A place needs a name of 1 to 60 letters").wait_for()
    assert {path.name: path.read_bytes() for path in places.folder.glob("*")} == before


def test_a_folder_that_cannot_be_written_is_told_before_anybody_sits_still(calibrate, places):
    page, aside = calibrate, places.folder.with_name("aside")
    had = places.folder.exists()
    if had:
        places.folder.rename(aside)
    places.folder.parent.mkdir(parents=True, exist_ok=True)
    places.folder.write_text("a file where the folder should be")
    try:
        named(page, "docked")
        page.get_by_role("button", name="Begin").click()
        page.get_by_text("cannot be written").wait_for()
        assert guide(page) == "none"
    finally:
        places.folder.unlink()
        if had:
            aside.rename(places.folder)


def test_a_vertical_is_marked_by_mouse_and_by_keyboard(calibrate):
    page = calibrate
    page.get_by_text("Mark something upright").click()
    mark = page.locator(".mark")
    mark.wait_for()
    box = mark.bounding_box()
    for share in (0.1, 0.9):
        page.mouse.click(box["x"] + 0.2 * box["width"], box["y"] + share * box["height"])
    until(lambda: page.locator(".line").get_attribute("d"), "no line is drawn")
    ends = [float(part) for part in page.locator(".line").get_attribute("d")[1:].replace("L", ",").split(",")]
    assert ends == pytest.approx([20.0, 10.0, 20.0, 90.0], abs=0.5)
    mark.focus()
    page.keyboard.press("Escape")
    until(lambda: not page.locator(".line").get_attribute("d"), "Escape does not clear it")
    for key in ("ArrowUp", "Enter", *["Shift+ArrowDown"] * 6, "Enter"):
        page.keyboard.press(key)
    ends = [float(part) for part in page.locator(".line").get_attribute("d")[1:].replace("L", ",").split(",")]
    assert ends == pytest.approx([50.0, 49.0, 50.0, 79.0])


def test_the_keyboard_reaches_begin_and_stop(calibrate):
    page = calibrate
    named(page, "docked")
    for button in (page.get_by_role("button", name="Begin"), stop(page)):
        button.wait_for()
        button.focus()
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Begin").wait_for()


def test_a_place_is_renamed_and_forgotten(calibrate, places):
    page = calibrate
    (profile,) = places.all()[0]
    card = page.locator(".st-key-place-0")
    card.get_by_role("button", name="Rename").click()
    page.get_by_label("New name").fill("Corner [desk](x)")
    page.get_by_label("New name").press("Enter")
    page.get_by_role("button", name="Rename", exact=True).last.click()
    until(lambda: places.has("Corner [desk](x)") and not places.has(profile.place), "it is not renamed")
    card.get_by_text("Corner [desk](x)", exact=True).wait_for()
    card.get_by_role("button", name="Delete").click()
    page.get_by_text("It cannot be had back").wait_for()
    page.get_by_role("button", name="Delete", exact=True).last.click()
    until(lambda: places.all() == ([], []), "it is not forgotten")


@pytest.mark.parametrize("width", [400, 1000, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_cut_off_at_any_width_while_it_leads(dashboard, chromium, width, scheme):
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{dashboard.url}/calibrate")
    page.wait_for_selector(WATCHING)
    page.get_by_role("button", name="Begin").click()
    stop(page).wait_for()
    until(lambda: page.locator(".steps .now").count() == 1, "it does not lead")
    for name in (VIEW, ".lead", ".title", ".words"):
        box = page.locator(name).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    dark = page.locator(VIEW).evaluate("(root) => root.classList.contains('dark')")
    stop(page).click()
    page.get_by_role("button", name="Begin").wait_for()
    context.close()
    assert dark == (scheme == "dark")


def test_a_named_place_that_does_not_hold_is_told_where_the_picture_would_be(tmp_path, page, clip):
    with serving(tmp_path / "me", clip, "--place", "gone") as running:
        page.goto(running.url)
        page.wait_for_selector('.live[data-phase="problem"]')
        assert "There is no place gone. There is none yet" in page.locator(".empty").inner_text()
        page.goto("about:blank")  # before the server goes, and the page complains of it
