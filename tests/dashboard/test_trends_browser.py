"""The trends page in a real browser: charts, tables and files alike, narrow screens, and the diary."""

from __future__ import annotations

import csv
import io
import shutil
from xml.etree import ElementTree

import pytest
from PIL import Image

from posture_coach.dashboard.trends.charts import FONT_PX
from posture_coach.store.history.database import FILE_NAME
from tests.clips import LONG_WALK
from tests.dashboard.conftest import serving, until, watch_page
from tests.dashboard.trends_made import LATER_WEEK, STILL_WEEK

CHART = '[data-testid="stVegaLiteChart"] svg.marks'
SECRET, NOTE = "a passphrase of some length", "the left side, after the long drive"
SVG = "{http://www.w3.org/2000/svg}"
IDLE = "!document.querySelector('[data-testid=stStatusWidget]')"


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory, weeks):
    """Start a server with a history of some weeks."""
    home = tmp_path_factory.mktemp("home")
    data = home / "data" / "posture-coach"
    data.mkdir(parents=True)
    shutil.copy(weeks, data / FILE_NAME)
    with serving(home, LONG_WALK) as started:
        yield started


@pytest.fixture
def new_dashboard(tmp_path):
    """Start a server without a history; return it, and where its data lie."""
    home = tmp_path / "home"
    with serving(home, LONG_WALK) as started:
        yield started, home / "data" / "posture-coach"


def look(page, dashboard, **chosen):
    """Open the page, and wait for its last chart."""
    asked = "&".join(f"trends_{name}={value}" for name, value in chosen.items())
    page.goto(f"{dashboard.url}/trends?{asked}")
    # The diary stands last.
    page.get_by_text("Pain and comfort: your diary").wait_for()
    settle(page)
    charts = page.locator('[data-testid="stVegaLiteChart"]')
    until(lambda: 1 < charts.count() == page.locator(CHART).count(), "every chart is drawn")


def settle(page):
    page.wait_for_function(IDLE)
    page.wait_for_timeout(300)
    page.wait_for_function(IDLE)


def figure(page, name):
    return page.locator(f".st-key-trends-figure-{name}")


@pytest.mark.parametrize("view", ["Day", "Week", "Month", "Year"])
def test_every_chart_is_drawn_in_letters_that_can_be_read(page, dashboard, view):
    look(page, dashboard, view=view, day=STILL_WEEK)
    sizes = page.evaluate(
        f"[...document.querySelectorAll('{CHART} text')].map(each => parseFloat(getComputedStyle(each).fontSize))"
    )
    assert min(sizes) >= FONT_PX


LUMINANCE = """(colour) => {
  const linear = (part) => { const v = part / 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const [r, g, b] = colour.match(/[0-9.]+/g).map(Number).map(linear);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}"""
CONTRASTS = f"""() => {{
  const luminance = {LUMINANCE}, mix = (a, b, share) => {{
    const [x, y] = [a, b].map((colour) => colour.match(/[0-9.]+/g).map(Number));
    return `rgb(${{[0, 1, 2].map((k) => x[k] * share + y[k] * (1 - share)).join(",")}})`;
  }};
  const ground = getComputedStyle(document.querySelector(".stApp")).backgroundColor, below = luminance(ground);
  const letters = '{CHART} :is(.role-axis-label, .role-axis-title, .role-legend-label) text';
  return [...document.querySelectorAll(letters)].map((each) => {{
    const look = getComputedStyle(each), lies = luminance(mix(look.fill, ground, look.opacity * look.fillOpacity));
    return (Math.max(lies, below) + 0.05) / (Math.min(lies, below) + 0.05);
  }});
}}"""
ENOUGH = 4.5
"""Of letters, by the guidelines for accessible pages."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_stand_out_from_the_page(chromium, dashboard, scheme):
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    try:
        look(page, dashboard, view="Week", day=STILL_WEEK)
        found = page.evaluate(CONTRASTS)
        assert len(found) > 20
        assert min(found) >= ENOUGH
    finally:
        context.close()


@pytest.mark.parametrize("view", ["Day", "Week", "Compare"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_is_not_scrolled_sideways(chromium, dashboard, view, scheme):
    context = chromium.new_context(viewport={"width": 400, "height": 800}, color_scheme=scheme)
    page, errors, asked = context.new_page(), [], set()
    watch_page(page, errors, asked)
    try:
        page.goto(f"{dashboard.url}/trends?trends_view={view}")
        page.locator(CHART).first.wait_for()
        settle(page)
        main = '[data-testid="stMain"]'
        assert page.evaluate(f"document.querySelector('{main}').scrollWidth") <= 400
        wide = "[...document.querySelectorAll('.stMain *')].filter(e => e.getBoundingClientRect().right > 401).length"
        page.locator("summary", has_text="As a table").first.click()
        assert page.evaluate(f"document.querySelector('{main}').scrollWidth") <= 400, "a wide table has its own scroll"
        assert page.evaluate(wide) == 0
        assert errors == []
    finally:
        context.close()


def test_table_chart_and_file_say_the_same(page, dashboard):
    look(page, dashboard, view="Week", day=STILL_WEEK)
    score = figure(page, "score")
    score.locator("summary").click()
    read = [row.all_inner_texts() for row in (line.locator("th, td") for line in score.locator("tbody tr").all())]
    assert [line[0] for line in read] == ["Mon 16 Mar 2026", "Tue 17 Mar 2026", "Wed 18 Mar 2026"]
    assert score.locator("thead th").first.get_attribute("scope") == "col"
    assert score.locator("tbody th").first.get_attribute("scope") == "row"
    with page.expect_download() as coming:
        score.get_by_role("button", name="Table (CSV)").click()
    assert coming.value.suggested_filename == "posture-coach-2026-03-16-2026-03-22-score.csv"
    rows = list(csv.reader(io.StringIO(coming.value.path().read_text("utf-8-sig"))))
    assert rows[0] == ["day", "score", "low", "median", "high", "seen_h"]
    assert [[day, round(float(value))] for day, value, *_ in rows[1:]] == [
        ["2026-03-16", int(read[0][1])], ["2026-03-17", int(read[1][1])], ["2026-03-18", int(read[2][1])],
    ]  # fmt: skip
    drawn = page.evaluate(f"document.querySelector('.st-key-trends-figure-score {CHART}').textContent")
    assert "Mon 16" in drawn


def test_a_picture_holds_title_words_and_chart(page, dashboard):
    look(page, dashboard, view="Week", day=STILL_WEEK)
    found = {}
    for kind in ("PNG", "SVG"):
        with page.expect_download() as coming:
            figure(page, "breaks").get_by_role("button", name=f"Picture ({kind})").click()
        found[kind] = coming.value.path()
        assert coming.value.suggested_filename.endswith(f"breaks.{kind.lower()}")
    drawn = ElementTree.parse(found["SVG"]).getroot()
    written = [each.text for each in drawn.iter(f"{SVG}text")]
    assert written[0] == "Breaks taken and planned"
    assert "Wed 18" in written
    assert "currentColor" not in found["SVG"].read_text(), "a file knows no page whose colour it could take"
    with Image.open(found["PNG"]) as picture:
        assert picture.size == tuple(round(2 * float(drawn.get(side))) for side in ("width", "height"))
        colours = picture.convert("RGB").getcolors(2**24)
        assert len(colours) > 20
        assert max(colours)[1] == (255, 255, 255), "the page's own ground"


def test_beside_the_pointer_stands_what_the_table_says(page, dashboard):
    look(page, dashboard, view="Day", day=STILL_WEEK)
    chart = figure(page, "bouts").locator(CHART)
    tip = page.locator("#vg-tooltip-element.visible")

    def beside_the_pointer():
        # Away first: a chart that was drawn anew under the pointer hears of it only when it moves.
        page.mouse.move(0, 0)
        chart.scroll_into_view_if_needed()
        chart.locator(".mark-rect path").first.hover()
        page.wait_for_timeout(300)
        return tip.is_visible()

    until(beside_the_pointer, "nothing stands beside the pointer")
    assert "09:00" in tip.inner_text()
    assert "90" in tip.inner_text()


def test_a_chart_says_in_words_what_it_shows(page, dashboard):
    look(page, dashboard, view="Week", day=STILL_WEEK)
    chart = page.locator('[data-testid="stVegaLiteChart"]').first
    words = chart.evaluate(
        "it => [it, ...it.querySelectorAll('[aria-label]')].map(each => each.getAttribute('aria-label')).join()"
    )
    assert "The score over 16 to 22 March 2026" in words


def test_changes_are_told_in_words_and_with_a_sign_beside_the_colour(page, dashboard):
    look(page, dashboard, view="Week", day=LATER_WEEK)
    changed = page.locator(".pc-verdicts .changed").first
    assert changed.inner_text().startswith("changed by")
    assert "\u25c6" in changed.evaluate("each => getComputedStyle(each, '::before').content")
    page.get_by_role("radio", name="The first two weeks").or_(
        page.get_by_role("button", name="The first two weeks")
    ).first.click()
    page.locator(".pc-note", has_text="Nothing has changed that you can be sure of").wait_for()


def test_going_earlier_changes_the_address_so_that_it_can_be_kept(page, dashboard):
    look(page, dashboard, view="Week", day=LATER_WEEK)
    page.get_by_role("button", name="Earlier").click()
    page.get_by_role("heading", name="16 to 22 March 2026").wait_for()
    until(lambda: "trends_day=2026-03-22" in page.url, page.url)
    assert "Stack" not in dashboard.log.read_text(), "it is complained of in the terminal"


# The diary


def open_diary(page):
    page.get_by_text("Pain and comfort: your diary").click()
    page.get_by_text("No posture has been shown to cause pain").wait_for()


def rate(page, what, value):
    page.locator(f".st-key-trends_{what}").get_by_text(str(value), exact=True).click()


def chosen(page, what):
    return page.locator(f".st-key-trends_{what} [aria-checked=true]").all_inner_texts()


def choose_passphrase(page, first, second):
    page.get_by_label("Passphrase for the diary", exact=True).fill(first)
    page.get_by_label("The same passphrase again", exact=True).fill(second)


def keep_entry(page):
    page.get_by_role("button", name="Keep this entry").click()


def test_a_diary_is_kept_sealed_asked_for_by_its_passphrase_and_deleted(chromium, page, new_dashboard):
    dashboard, data = new_dashboard
    page.goto(f"{dashboard.url}/trends")
    page.get_by_text("Nothing is kept yet").wait_for()
    drawn = page.locator(".pc-sketch img")
    until(lambda: drawn.evaluate("image => image.complete && image.naturalWidth") > 0, "the sketch is drawn")
    assert not (data / FILE_NAME).exists()
    open_diary(page)
    rate(page, "pain", 3)
    page.get_by_label("Note", exact=True).fill(NOTE)
    choose_passphrase(page, SECRET, SECRET)
    keep_entry(page)
    page.get_by_text("Kept.").wait_for()
    note = page.get_by_label("Note", exact=True)
    until(lambda: note.input_value() == "" and chosen(page, "pain") == [], "the form is empty again")
    page.locator(".pc-entries", has_text=NOTE).wait_for()
    kept = b"".join(each.read_bytes() for each in data.glob(f"{FILE_NAME}*"))
    assert kept
    assert NOTE.encode() not in kept
    assert SECRET.encode() not in kept
    in_another_tab(chromium, dashboard)
    page.get_by_role("button", name="Delete an entry").click()
    page.get_by_label("Entry", exact=True).click()
    page.get_by_role("option").first.click()
    page.get_by_role("button", name="Delete it for good").click()
    page.get_by_text("Deleted.").wait_for()
    until(lambda: page.locator(".pc-entries").count() == 0, "it is gone from the page")


def in_another_tab(chromium, dashboard):
    """Look as somebody who sits down at the same machine."""
    context = chromium.new_context()
    page, errors, asked = context.new_page(), [], set()
    watch_page(page, errors, asked)
    try:
        page.goto(f"{dashboard.url}/trends")
        open_diary(page)
        page.get_by_text("1 entry is in the diary, sealed").wait_for()
        for typed, answer in (("not it", "passphrase"), (SECRET, NOTE)):
            page.get_by_label("Passphrase", exact=True).fill(typed)
            page.get_by_role("button", name="Open the diary").click()
            page.locator(".pc-entries, [data-testid=stAlert]", has_text=answer).first.wait_for()
            assert (page.locator(".pc-entries").count() == 1) is (typed == SECRET)
        assert errors == []
    finally:
        context.close()


def test_an_entry_that_is_refused_stays_in_the_form_and_makes_no_key(page, new_dashboard):
    dashboard, data = new_dashboard
    page.goto(f"{dashboard.url}/trends")
    open_diary(page)
    choose_passphrase(page, SECRET, SECRET)
    keep_entry(page)
    page.get_by_text("A diary entry says something: pain, comfort, or a note.").wait_for()
    assert not (data / FILE_NAME).exists(), "the key was made for nothing"
    rate(page, "pain", 3)
    page.get_by_label("Note", exact=True).fill(NOTE)
    for *typed, words in ((SECRET, f"{SECRET}!", "are not the same"), ("short", "short", "A passphrase needs")):
        choose_passphrase(page, *typed)
        keep_entry(page)
        page.get_by_text(words).wait_for()
        settle(page)
        assert page.get_by_label("Note", exact=True).input_value() == NOTE
        assert chosen(page, "pain") == ["3"]
