"""The page of the targets in a real browser: a band is changed, the score follows at once, and it is said so."""

from __future__ import annotations

import math
import tomllib
from datetime import date

import pytest

from posture_coach.dashboard.targets.edit import bands_between, edges_of, table_of
from posture_coach.dashboard.targets.html import bands_html, words_of
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.resources import samples_folder
from posture_coach.scoring.own import GRADES, merged
from posture_coach.scoring.targets import JUDGED
from posture_coach.store.files.own_targets import OwnTargets, shipped
from tests.dashboard.conftest import press_until, serving, until, watch_page

WATCHING = '.live[data-phase="watching"]'
WALK = samples_folder() / "walk_side_rendered.mp4"
TARGETS = {target.id: target for target in shipped().targets}
TODAY = date(2026, 11, 25)


# What the page makes of a target, without a browser


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_edges_that_nobody_touched_give_the_same_bands(target):
    edges = [edge.value for edge in edges_of(target)]
    assert edges == sorted(edges)
    assert bands_between(target, edges) == {name: [list(band) for band in getattr(target, name)] for name in GRADES}
    asked = [edge for edge in edges_of(target) if not edge.fixed]
    assert len({edge.label for edge in asked}) == len(asked), "every field has a name of its own"
    assert any(edge.label.startswith("Good") for edge in asked)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_saving_without_a_change_leaves_the_shipped_target(target):
    table = table_of({}, target, meant_of(target), TODAY)
    assert table == {"set_on": TODAY}


def meant_of(target, **changes):
    limit = target.holding
    return {
        **bands_between(target, [edge.value for edge in edges_of(target)]), "weight": target.weight,
        "holding": [list(point) for point in limit.points] if limit else None,
        "set_by": "", "reason": "", "note": "", "used": True, **changes,
    }  # fmt: skip


def test_what_the_page_does_not_ask_for_stays_in_the_file():
    trunk = TARGETS["sitting_trunk"]
    before = {"relative_to": "none", **{name: [list(b) for b in getattr(trunk, name)] for name in GRADES}}
    table = table_of(before, trunk, meant_of(trunk, weight=1.0), TODAY)
    assert table["relative_to"] == "none"
    assert table["good"] == [[-10.0, 20.0]]
    targets = merged({"schema_version": 1, "targets": {trunk.id: table}}, shipped(), shipped_accuracy().mdc, file="x")
    assert targets.own[0].changed == ("relative_to", "weight")
    endless = table_of({"holding": "none"}, trunk, meant_of(trunk, holding=None), TODAY)
    assert endless["holding"] == "none"


def test_bands_are_drawn_and_said():
    roll = TARGETS["sitting_head_roll"]
    drawn = bands_html(roll, TARGETS["sitting_side_lean"])
    assert words_of(roll) == "good 0° to 10°, to either side; caution 10° to 20°, to either side; poor above 20°, to " \
        "either side"  # fmt: skip
    assert drawn.count('role="img"') == 2
    assert ">Own<" in drawn
    assert ">Shipped<" in drawn


# In the browser


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home") / "me"


@pytest.fixture(scope="module")
def dashboard(home):
    with serving(home, WALK) as running:
        yield running


@pytest.fixture
def own(home):
    """The files of the person that the server serves; none before and after a test."""
    files = OwnTargets(home / "data" / "posture-coach" / "targets")
    yield files
    for path in files.folder.glob("*"):
        path.unlink()


@pytest.fixture
def targets(dashboard, page, own):  # noqa: ARG001 - no file of an earlier test
    page.goto(f"{dashboard.url}/targets")
    page.get_by_role("heading", name="Targets", exact=True).wait_for()
    page.get_by_role("tab", name="Walking").click()
    card(page).get_by_role("button", name="Change").wait_for()
    return page


def card(page, target_id="walking_trunk"):
    return page.locator(f".st-key-target-{target_id}")


def typed(page, label, value):
    field = card(page).get_by_label(label, exact=True)
    field.fill(value)
    field.press("Tab")


def change(page, good_to, caution_to):
    card(page).get_by_role("button", name="Change").click()
    card(page).get_by_role("button", name="Save").wait_for()
    typed(page, "Caution to (°)", caution_to)
    typed(page, "Good to (°)", good_to)


def score_of(live):
    """Return the score that the live page shows; NaN where it shows none."""
    text = live.locator(".number").inner_text()
    return float(text) if text.isdigit() else math.nan


def refused(page, words):
    """Save, and wait until it is said why not; a refused save may be repeated."""
    save, told = card(page).get_by_role("button", name="Save"), card(page).get_by_text(words)
    press_until(page, save, told.is_visible, f"it is not said: {words}")


def test_a_changed_band_changes_the_score_at_once_and_the_live_page_says_so(targets, own, dashboard, chromium):
    page = targets
    context = chromium.new_context()
    live = context.new_page()
    errors, asked = [], set()
    watch_page(live, errors, asked)
    live.goto(dashboard.url)
    live.wait_for_selector(WATCHING)
    until(lambda: score_of(live) > 90, "the walk does not score well")
    assert live.locator(".own").is_hidden()

    change(page, "-4", "-2")
    typed(page, "Set by", "Dr Meier")
    typed(page, "Why", "A test.")
    card(page).get_by_role("button", name="Save").click()
    page.get_by_text("Trunk lean while walking: kept, and held against from now on.").wait_for()
    assert page.get_by_role("tab", name="Walking").get_attribute("aria-selected") == "true"
    until(lambda: score_of(live) < 60, "the score does not follow")
    assert live.locator(".own").inner_text() == "Own targets: 1 changed"
    trunk = live.locator("li", has=live.locator('[data-measure="trunk_inclination_deg"]'))
    until(lambda: "good: -5 to -4° (own target)" in trunk.inner_text(), "the band is the old one")

    card(page).get_by_role("button", name="Back to shipped").wait_for()
    text = card(page).inner_text()
    assert "Good -5° to -4°" in text
    assert "Good -5° to 8°" in text, "the shipped one beside it"
    assert "no camera tells it surely" in text, "a degree is less than any camera tells"
    assert f"set by Dr Meier on {date.today().isoformat()}, no published source. A test." in text
    stands = tomllib.loads(own.path().read_text(encoding="utf-8"))["targets"]["walking_trunk"]
    assert stands["good"] == [[-5.0, -4.0]]

    page.get_by_role("link", name="How you are scored").click()
    page.get_by_role("heading", name="How you are scored", exact=True).wait_for()
    page.get_by_role("tab", name="Walking").click()
    page.get_by_text("shipped: -5 to 8°").wait_for()
    page.get_by_role("link", name="Targets").click()
    page.get_by_role("heading", name="Targets", exact=True).wait_for()
    page.get_by_role("tab", name="Walking").click()
    card(page).get_by_role("button", name="Back to shipped").click()
    page.get_by_text("Trunk lean while walking: as shipped again.").wait_for()
    until(lambda: score_of(live) > 90, "the score does not come back")
    assert live.locator(".own").is_hidden()
    context.close()
    assert errors == []


def test_an_edge_in_the_wrong_place_is_told_beside_its_field_and_cannot_be_saved(targets, own):
    page = targets
    change(page, "-7", "15")
    refused(page, "Must be above -5.")
    typed(page, "Good to (°)", "8")
    typed(page, "Caution to (°)", "90")
    refused(page, "Must be below 90.")
    card(page).get_by_text("Must be above").wait_for(state="detached")
    assert not own.path().exists()
    card(page).get_by_role("button", name="Cancel").click()
    card(page).get_by_role("button", name="Change").wait_for()
    assert not own.path().exists()


def test_nothing_typed_is_lost_when_a_save_is_refused(targets, own):
    page = targets
    change(page, "-7", "15")
    typed(page, "Weight", "2")
    typed(page, "Set by", "Dr Meier")
    typed(page, "Why", "A test.")
    refused(page, "Not kept: an edge above is in the wrong place.")
    kept = {"Good to (°)": "-7", "Caution to (°)": "15", "Weight": "2", "Set by": "Dr Meier", "Why": "A test."}
    assert {label: card(page).get_by_label(label, exact=True).input_value() for label in kept} == kept
    # Typed last and saved without leaving the field.
    card(page).get_by_label("Good to (°)", exact=True).fill("6")
    card(page).get_by_role("button", name="Save").click()
    page.get_by_text("Trunk lean while walking: kept, and held against from now on.").wait_for()
    table = tomllib.loads(own.path().read_text(encoding="utf-8"))["targets"]["walking_trunk"]
    assert (table["good"], table["weight"], table["set_by"]) == ([[-5.0, 6.0]], 2.0, "Dr Meier")


def test_what_the_reader_refuses_is_told_where_it_is_saved(targets, own):
    for id_ in TARGETS:
        if id_ != "walking_trunk":
            own.change(id_, {"used": False})
    page = targets
    card(page).get_by_role("button", name="Change").click()
    card(page).get_by_text("Judge by it").click()
    card(page).get_by_role("button", name="Save").click()
    card(page).get_by_text("at least one target in use").wait_for()


def test_one_is_switched_off_and_all_come_back(targets, own):
    page = targets
    card(page).get_by_role("button", name="Change").click()
    card(page).get_by_text("Judge by it").click()
    card(page).get_by_role("button", name="Save").click()
    card(page).get_by_text("switched off", exact=True).wait_for()
    page.get_by_text("Own targets: 1 switched off.").wait_for()
    page.get_by_role("button", name="Back to the shipped ones").click()
    page.get_by_role("button", name="Forget it all").click()
    page.get_by_text("All targets are the shipped ones again.").wait_for()
    assert not own.path().exists()


def test_a_damaged_file_is_explained_and_kept(dashboard, page, own):
    own.folder.mkdir(parents=True, exist_ok=True)
    own.path().write_text("schema_version = 1\n[targets.sitting_trunk]\ngood = [[-5, 15]]\n", encoding="utf-8")
    page.goto(f"{dashboard.url}/targets")
    page.get_by_text("expected bands that meet").wait_for()
    assert page.get_by_text("The shipped targets are used.").is_visible()
    assert page.get_by_role("button", name="Change").count() == 0
    page.get_by_role("link", name="Live").click()
    page.wait_for_selector(WATCHING)
    until(lambda: "The shipped targets are used." in page.locator(".notes").inner_text(), "Live does not say so")
    page.get_by_role("link", name="Targets").click()
    page.get_by_role("button", name="Put the file aside").click()
    page.get_by_text("These are the shipped targets.").wait_for()
    assert [path.name for path in own.folder.iterdir()] == ["targets-me.toml.damaged"]


def test_somebody_else_has_their_own(targets, own):
    own.change("walking_trunk", {"weight": 1.0, "set_by": "Dr Meier"}, "anna")
    page = targets
    who = page.get_by_role("combobox", name="Whose targets")
    who.click()
    who.fill("Anna")
    who.press("Enter")
    page.get_by_text("Own targets of anna: 1 changed.").wait_for()
    who.click()
    page.get_by_role("option", name="me", exact=True).click()
    page.get_by_text("These are the shipped targets.").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 768, 1280])
def test_nothing_is_cut_off_at_any_width(dashboard, chromium, own, width, scheme):
    own.change("sitting_trunk", {"weight": 1.0, "set_by": "Somebody", "reason": "W" * 200})
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    errors, asked = [], set()
    watch_page(page, errors, asked)
    page.goto(f"{dashboard.url}/targets")
    for activity in JUDGED:
        page.get_by_role("tab", name=activity.value.capitalize()).click()
        card(page, f"{activity.value}_trunk").get_by_role("button", name="Change").click()
        card(page, f"{activity.value}_trunk").get_by_role("button", name="Save").wait_for()
        wide = page.evaluate(
            "() => [...document.querySelectorAll('.pc-bands, .pc-who, input, button, h3')].filter((e) => "
            "e.offsetParent && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 99))"
        )
        assert wide == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
    assert errors == []
