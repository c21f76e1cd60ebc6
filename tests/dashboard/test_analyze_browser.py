"""The analyze page in a real browser: from a dropped file to its figures, and what survives a reload."""

from __future__ import annotations

import csv
import io
import os
import re
from pathlib import Path

import pytest

from tests.clips import LONG_WALK, SITTING, WALK, cut
from tests.dashboard.conftest import press_until, serving, until, watch_page

CHOOSE = "input[type=file]"
READ_VALUES = """() => Object.fromEntries([...document.querySelectorAll('.pc-figures [data-measure]')].map(
    (row) => [row.dataset.measure, [...row.querySelectorAll('td')].map((cell) => parseFloat(cell.textContent))]))"""
CUT_ROWS = """() => {
    const edge = document.querySelector('.st-key-analyze_files').getBoundingClientRect().bottom;
    return [...document.querySelectorAll('[class*=st-key-analyze_row_]')].map((row) => row.getBoundingClientRect())
        .filter((row) => row.height > 41 || (row.top < edge - 2 && row.bottom > edge)).map((row) => row.y); }"""
TRUNK, HIP = "trunk_inclination_deg", "hip_flexion_left_deg"
PICTURES = 40


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home") / "me"


@pytest.fixture(scope="module")
def dashboard(home):
    with serving(home, SITTING) as running:
        yield running


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return cut(LONG_WALK, tmp_path_factory.mktemp("clips") / "walk.mp4", PICTURES)


def opened(page, dashboard):
    """Open the page, until files may be dropped."""
    page.goto(f"{dashboard.url}/analyze")
    page.wait_for_selector(CHOOSE, state="attached")
    # It stands there before its script has begun, and what is dropped until then is lost.
    until(lambda: page.locator(".drop").evaluate("root => Boolean(root.begun)"), "the drop zone does not begin")
    return page


@pytest.fixture
def analyze(dashboard, page):
    return opened(page, dashboard)


@pytest.fixture(scope="module")
def result(dashboard, clip, chromium):
    """The address of a result that all may look at, and nobody discards."""
    context = chromium.new_context()
    page = context.new_page()
    opened(page, dashboard).set_input_files(CHOOSE, clip)
    page.wait_for_selector(".pc-figures")
    yield page.url
    context.close()


def uploads(home):
    # Folders go while they are looked through: this passes over them, and `rglob` fails.
    return [Path(folder, name) for folder, _, names in os.walk(home) for name in names if name.startswith("upload")]


def values(page):
    return page.evaluate(READ_VALUES)


def column(rows, name):
    return [float(row[name]) for row in rows if row[name]]


def downloaded(page, label):
    came = []
    page.on("download", lambda download: came.append(download))
    press_until(page, page.get_by_role("button", name=label, exact=True), lambda: came, f"{label} does not come")
    return came[0].suggested_filename, Path(came[0].path()).read_text(encoding="utf-8")


def test_from_a_dropped_file_to_its_figures(analyze, clip, home, chromium):
    page, before = analyze, uploads(home)
    page.set_input_files(CHOOSE, clip)
    page.wait_for_selector(".pc-figures")
    name, text = downloaded(page, "CSV")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert (name, len(rows)) == ("walk.frames.csv", PICTURES)

    now, low, median, high, *_ = values(page)[TRUNK]
    trunk = column(rows, TRUNK)
    assert (now, low, high) == tuple(pytest.approx(v, abs=0.051) for v in (trunk[0], min(trunk), max(trunk)))
    assert median == pytest.approx(sorted(trunk)[PICTURES // 2], abs=0.5)

    slider = page.get_by_role("slider")
    slider.focus()
    for _ in range(20):
        slider.press("ArrowRight")
    seconds = float(slider.input_value())
    row = min(rows, key=lambda row: abs(float(row["time_s"]) - seconds))
    assert seconds == pytest.approx(20 / 30, abs=0.01)
    until(lambda: abs(values(page)[HIP][0] - float(row[HIP])) < 0.051, "the figures do not follow the cursor")
    page.get_by_text(f"At {float(row['time_s']):.2f} s").wait_for()

    page.reload()
    page.wait_for_selector(".pc-figures")
    assert values(page)[TRUNK][1:4] == [low, median, high]

    errors, asked = [], set()
    second = chromium.new_context().new_page()
    watch_page(second, errors, asked)
    second.goto(page.url)
    second.wait_for_selector(".pc-figures")
    assert values(second)[TRUNK][1:4] == [low, median, high]
    discard, empty = second.get_by_role("button", name="Discard"), second.get_by_text("From the side")
    press_until(second, discard, empty.count, "it is not discarded")
    until(lambda: uploads(home) == before, "the file is still there")
    second.context.close()
    assert errors == []


def test_a_walk_is_told_and_its_steps_come_as_a_table(analyze):
    page = analyze
    page.get_by_role("button", name="Options").click()
    height = page.get_by_role("spinbutton", name="Height of who walks (cm)")
    height.fill("165")
    height.press("Enter")
    page.get_by_text("a person of 165 cm").wait_for()
    # The drop zone is told a moment after the page says so.
    until(lambda: "height" in page.locator(".drop").evaluate("root => root.told.options"), "the zone is not told")
    page.set_input_files(CHOOSE, WALK)
    page.get_by_role("heading", name="Walking").wait_for()
    section = page.get_by_role("region", name="Walking")
    told = section.inner_text()
    assert " a minute, each of " in told, "six steps are too few for a verdict"
    assert "Left against right: step times differ by" in told
    steps = int(re.search(r"(\d+) steps, ", told)[1])
    assert re.search(r"Speed 1\.\d\d ± 0\.\d\d m/s \(good\)", told)
    page.get_by_text(f"Steps ({steps})").click()
    name, text = downloaded(page, "Steps (CSV)")
    assert name == "walk_side.steps.csv"
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == steps
    cadence = float(re.search(r"Cadence\s+([\d.]+) ±", told)[1])
    strides = column(rows, "stride_time_s")
    assert 120 / (sum(strides) / len(strides)) == pytest.approx(cadence, rel=0.03)
    for width in (400, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert section.evaluate("(s) => s.querySelector('table').getBoundingClientRect().right <= innerWidth")


def test_the_first_tab_sees_what_another_one_analyses(dashboard, chromium, analyze, clip, tmp_path):
    broken = [tmp_path / f"{k} minutes at the desk by the window, with the second screen.mp4" for k in range(5)]
    for path in broken:
        path.write_text("dear diary")
    # The first is no good: the next opens by itself.
    analyze.set_input_files(CHOOSE, [broken[0], clip, *broken[1:]])
    analyze.get_by_role("button", name="walk.mp4").first.wait_for()
    # While it is analysed the list is built anew twice a second, and a click in that moment is lost.
    analyze.wait_for_selector(".pc-figures")
    other = chromium.new_context(viewport={"width": 400, "height": 900}).new_page()
    other.goto(f"{dashboard.url}/analyze")
    other.get_by_text("Choose a file in the list above").wait_for()
    until(lambda: other.get_by_text("failed").count() >= len(broken), "they do not fail")
    assert other.evaluate(CUT_ROWS) == []
    other.get_by_role("button", name="walk.mp4").first.click()
    other.wait_for_selector(".pc-figures")
    assert other.url.split("job=")[1] == analyze.url.split("job=")[1]
    other.context.close()


def test_cancel_from_the_page_deletes_the_file(analyze, home):
    before = len(uploads(home))
    analyze.set_input_files(CHOOSE, LONG_WALK)
    analyze.get_by_role("button", name="Cancel", exact=True).click()
    analyze.get_by_text("Cancelled; the file has been deleted.").wait_for()
    until(lambda: len(uploads(home)) == before, "the file is still there")


def test_a_file_beyond_two_gigabytes_is_refused_before_it_is_sent(analyze, tmp_path, home):
    huge = tmp_path / "huge.mp4"
    with huge.open("wb") as file:
        os.truncate(file.fileno(), 2 * 1024**3 + 1)
    before = len(uploads(home))
    analyze.set_input_files(CHOOSE, huge)
    analyze.get_by_text("larger than 2 GB").wait_for()
    analyze.get_by_role("button", name="Dismiss huge.mp4").click()
    assert len(uploads(home)) == before


@pytest.mark.parametrize("width", [400, 1000, 1600])
def test_nothing_sticks_out_at_any_width(page, result, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(result)
    page.wait_for_selector(".pc-figures")
    page.wait_for_selector("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg")
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("(main) => main.scrollWidth <= main.clientWidth")
    table = page.locator(".pc-figures")
    assert table.evaluate("(t) => t.getBoundingClientRect().right <= innerWidth")
    wide, narrow = (
        table.locator(f"[data-measure={TRUNK}] {one}").first.is_visible() for one in (".pc-wide", ".pc-narrow")
    )
    assert (wide, narrow) == ((True, False) if width > 1200 else (False, True)), "told in columns, or below the title"


def test_the_keyboard_reaches_the_drop_zone_the_cursor_and_the_downloads(page, result):
    page.goto(result)
    page.wait_for_selector(".pc-figures")
    reached = set()
    for _ in range(250):
        if any("CSV" in each for each in reached):
            break
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("""() => {
                let at = document.activeElement;
                while (at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement;
                return at.getAttribute('aria-label') || at.getAttribute('role') || at.innerText.trim();
            }""").split("\n")[-1]
        )
    assert any("Choose videos or photos" in each for each in reached)
    assert any("Cursor" in each or each == "slider" for each in reached)
    assert any("CSV" in each for each in reached)
