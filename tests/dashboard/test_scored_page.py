"""The page that explains the score: its numbers are the data's, and nothing is cut off at any width."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from posture_coach.activity.types import Activity
from posture_coach.dashboard.scored_page import needed, parts_html, targets_html, times_html, walk_html
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.definitions import NAMES
from posture_coach.scoring.own import merged
from posture_coach.scoring.rules import shipped_rules
from posture_coach.scoring.targets import JUDGED, shipped_sources, shipped_targets
from posture_coach.scoring.walking import shipped_norms
from tests.clips import SQUATS
from tests.dashboard.conftest import serving, watch_page

TARGETS, RULES, SOURCES = shipped_targets(NAMES), shipped_rules(), shipped_sources()


def script():
    from posture_coach.dashboard.scored_page import scored_page

    scored_page()


def words(html):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()


def rows_of(html):
    return [[words(cell) for cell in re.findall(r"<t[hd] .*?>(.*?)</t[hd]>", row)] for row in html.split("<tr>")[2:]]


def test_the_weights_on_the_page_are_those_of_the_rules():
    told = words(parts_html(RULES))
    assert told == "40% Posture 25% Changes of position 35% Breaks"


@pytest.mark.parametrize("activity", JUDGED)
def test_every_target_has_its_row_with_bands_and_evidence_in_words(activity):
    rows = rows_of(targets_html("x", TARGETS.of(activity), SOURCES))
    assert len(rows) == len(TARGETS.of(activity))
    weights = [float(row[1]) for row in rows]
    assert weights == sorted(weights, reverse=True)
    by_title = {row[0].split(" Seen from")[0]: row for row in rows}
    for target in TARGETS.of(activity):
        row = by_title[target.title]
        for low, high in target.good:
            assert f"{low:g} to {high:g}" in row[2]
        assert ("own upright" in row[2]) == (target.relative_to.value == "own_upright")
        assert "numbers" in row[4]


def test_the_bands_of_time_are_those_of_the_rules():
    rows = {row[0].split(" in ")[0]: row for row in rows_of(times_html(RULES, SOURCES))}
    assert rows["Shifts"][1] == "8 or more"
    assert rows["Sitting"][1:3] == ["0 to 30 min", "30 to 60 min"]


def test_a_walk_is_held_against_the_norms_of_the_data():
    norms = shipped_norms()
    rows = rows_of(walk_html(norms, SOURCES))
    assert len(rows) == len(norms)
    by_title = {row[0].split(" From ")[0]: row for row in rows}
    assert by_title["Cadence"][1:3] == ["95 to 130 steps/min", "80 to 95 steps/min and 130 to 145 steps/min"]
    assert by_title["Foot on the floor, share of the stride"][1] == "57 to 65 %"
    assert by_title["Sway of the trunk to each side"][1] == "0 to 5°"
    assert all("numbers" in row[3] for row in rows)


def test_the_page_says_that_it_is_no_diagnosis_and_what_the_camera_cannot_see():
    page = AppTest.from_function(script, default_timeout=60).run()
    assert not page.exception
    said = " ".join(element.value for element in page.markdown)
    assert "no diagnosis" in said
    assert "not about angles" in said
    assert "backrest" in said
    assert f"every {RULES.length_s / 60:g} minutes" in said
    assert [tab.label for tab in page.tabs] == [kind.value.capitalize() for kind in JUDGED]


def test_what_a_person_has_set_stands_beside_the_shipped_one():
    table = {
        "sitting_trunk": {
            "good": [[-10.0, 12.0]], "caution": [[-30.0, -10.0], [12.0, 60.0]], "set_by": "Dr <Meier>", "weight": 2.0,
        },
        "sitting_elbow": {"used": False},
        "sitting_knee": {"weight": 2.0},
    }  # fmt: skip
    own = merged({"schema_version": 1, "targets": table}, TARGETS, shipped_accuracy().mdc, file="x")
    off = [one for one in own.own if not one.used]
    rows = {row[0]: row for row in rows_of(targets_html("x", own.of(Activity.SITTING), SOURCES, off))}
    trunk = next(row for name, row in rows.items() if name.startswith("Trunk lean"))
    assert trunk[1] == "2 shipped: 3"
    assert "-10 to 12°" in trunk[2]
    assert "shipped: -10 to 20°" in trunk[2]
    assert trunk[4] == "Own target , set by Dr <Meier>, no published source."
    knee = next(row for name, row in rows.items() if name.startswith("Knee bend"))
    assert "shipped" not in knee[2]
    assert "numbers from memory" in knee[4], "only its weight is another"
    assert "Elbow bend Switched off." in rows


def own_targets(targets):
    return merged({"schema_version": 1, "targets": targets}, TARGETS, shipped_accuracy().mdc, file="x")


def a_target(measure, activity="walking", **more):
    bands = {"good": [[-5.0, 5.0]], "caution": [[5.0, 10.0]], "poor": [[10.0, 90.0]]}
    return {"activity": activity, "measures": [measure], **bands, **more}


def test_an_activity_with_fewer_values_than_a_score_asks_for_is_named_with_them():
    assert needed(TARGETS) == (
        "A picture needs 2 values to be scored. Of walking there is one alone (Trunk lean while walking): it is "
        "enough, and the score says no more."
    )


def test_an_activity_with_enough_values_of_somebodys_own_is_not_named():
    own = own_targets({"walking_head": a_target("head_roll_deg")})
    assert needed(own) == "A picture needs 2 values to be scored."


def test_an_activity_of_which_every_value_is_switched_off_has_no_score():
    own = own_targets({"walking_trunk": {"used": False}})
    assert needed(own) == "A picture needs 2 values to be scored. Of walking none is in use, and there is no score."
    three = replace(TARGETS, points=replace(TARGETS.points, least_targets=3))
    two = own_targets({"walking_head": a_target("head_roll_deg", title="Head *on* one side")})
    assert needed(replace(two, points=three.points)).endswith(
        "Of walking there are 2 alone (Trunk lean while walking and Head \\*on\\* one side): together they are enough, "
        "and the score says no more."
    )


def test_the_page_tells_what_walking_is_scored_by():
    page = AppTest.from_function(script, default_timeout=60).run()
    assert any(needed(TARGETS) in element.value for element in page.markdown)


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("home") / "home", SQUATS) as running:
        yield running


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 768, 1280, 1600])
def test_nothing_is_cut_off_at_any_width(dashboard, chromium, width, scheme):
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    errors, asked = [], set()
    watch_page(page, errors, asked)
    page.goto(f"{dashboard.url}/scored")
    page.get_by_role("heading", name="What is good, activity by activity").wait_for()
    page.get_by_role("tab", name="Standing").click()
    page.get_by_text("Hips ahead of the plumb line").wait_for()
    page.get_by_role("tab", name="Walking").click()
    page.get_by_text("A walk as a whole").wait_for()
    wide = page.evaluate(
        "() => [...document.querySelectorAll('.pc-held, .pc-parts, h1, h2')].filter((e) => e.offsetParent && "
        "e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.className || e.textContent)"
    )
    assert wide == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
    assert errors == []


def test_the_navigation_leads_to_it(dashboard, page):
    page.goto(dashboard.url)
    page.get_by_role("link", name="How you are scored").click()
    page.get_by_role("heading", name="How you are scored").wait_for()
    assert page.url.endswith("/scored")
