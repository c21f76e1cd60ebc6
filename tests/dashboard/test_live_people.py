"""Several people before the camera: one is chosen on the live page, by a click or by a button."""

from __future__ import annotations

import itertools

import pytest

from posture_coach.resources import samples_folder
from tests.clips import LONG_WALK, beside, frames_of
from tests.dashboard.conftest import serving, until

LIVE = '.live[data-phase="watching"]'
FRAMES = 180


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory):
    """Somebody sits on the left, somebody walks on the spot on the right."""
    folder = tmp_path_factory.mktemp("people")
    _, sitting = next(frames_of(samples_folder() / "sit_to_stand_side_rendered.mp4"))
    walking = (image for _, image in frames_of(LONG_WALK))
    with serving(folder / "me", beside(itertools.repeat(sitting), walking, folder / "two.mp4", FRAMES)) as running:
        yield running


@pytest.fixture
def live(dashboard, page):
    """The page, once it shows that two are in view."""
    page.goto(dashboard.url)
    page.wait_for_selector(LIVE)
    until(lambda: page.locator(".choice button").count() == 2, "two people are not seen")
    return page


def measured(page):
    """Return the place from the left of the one who is marked, and what he is said to do."""
    marked = page.locator(".people div").evaluate_all(
        "(boxes) => boxes.map((box) => [parseFloat(box.style.left), box.classList.contains('measured')])"
    )
    places = [k for k, (_, chosen) in enumerate(sorted(marked)) if chosen]
    return (places[0] if places else None), page.locator(".doing").inner_text()


def shown(page):
    return int(page.locator(".live").get_attribute("data-shown"))


def click(page, x, y=0.6):
    box = page.locator(".picture img").bounding_box()
    page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def left_sits(page):
    return measured(page)[0] == 0 and "sitting" in measured(page)[1]


def right_walks(page):
    place, doing = measured(page)
    return place == 1 and ("walking" in doing or "standing" in doing)


def test_two_in_view_are_told_calmly_with_what_to_do(live):
    # All at once: one of them may not be found in a picture or two.
    until(
        lambda: (
            "click the person to measure" in live.locator(".choice").inner_text()
            and live.locator(".choice button").all_inner_texts() == ["Left person", "Right person"]
            and "only the marked person is measured" in live.locator(".notes").inner_text()
            and live.locator(".people div").count() == 2
        ),
        "it is not told",
    )


def test_a_click_on_a_person_chooses_him_and_he_is_kept(live):
    click_until(live, 0.75, lambda: right_walks(live))
    click_until(live, 0.25, lambda: left_sits(live))
    click(live, 0.5, 0.02)  # on nobody
    before, seen = shown(live), set()

    def pictures_later():
        seen.add(measured(live)[0])
        return shown(live) > before + 10

    until(pictures_later, "no pictures come")
    assert 1 not in seen
    until(lambda: left_sits(live), "the left one is not measured any more")


def test_the_keyboard_chooses_too(live):
    for label, holds in (("Right person", right_walks), ("Left person", left_sits)):
        button = live.get_by_role("button", name=label)

        def chosen(button=button, holds=holds):
            button.focus()
            live.keyboard.press("Enter")
            live.wait_for_timeout(400)
            kept = button.evaluate("(element) => element.getRootNode().activeElement === element")
            return holds(live) and button.get_attribute("aria-pressed") == "true" and kept

        until(chosen, f"{label} is not measured, or the focus is not kept")


def test_in_a_mirrored_picture_a_click_means_whom_it_hits(live):
    def mirror():
        live.get_by_role("button", name="Camera and picture").click()
        live.get_by_text("Mirror", exact=True).click()
        live.keyboard.press("Escape")

    mirror()
    try:
        click_until(live, 0.25, lambda: measured(live)[0] == 0 and "sitting" not in measured(live)[1])
        click_until(live, 0.75, lambda: measured(live)[0] == 1 and "sitting" in measured(live)[1])
    finally:
        mirror()
    click_until(live, 0.75, lambda: right_walks(live))


def click_until(page, x, holds):
    """Click until it holds: a picture that is turned, or in which one is not found, takes a moment."""

    def chosen():
        click(page, x)
        page.wait_for_timeout(400)
        return holds()

    until(chosen, "the one who is clicked is not measured")
