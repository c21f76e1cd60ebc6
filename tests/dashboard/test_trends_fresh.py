"""An open trends page tells what another program keeps meanwhile, and leaves in peace who reads or types."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime

import pytest

from posture_coach.store.files.folder import FOLDER_VARIABLE
from posture_coach.store.history.database import FILE_NAME, Database, address
from posture_coach.store.history.migrate import prepare
from tests import PROJECT
from tests.cli.typed import PATIENCE_S, PROGRAM, environment
from tests.clips import LONG_WALK
from tests.dashboard.conftest import serving, until
from tests.dashboard.trends_made import write_day

DIARY = "Pain and comfort: your diary"
LATER = """
import sys
from datetime import date
from posture_coach.store.history.database import Database, address
from tests.dashboard.trends_made import write_day
with Database(address(sys.argv[1])) as database:
    write_day(database, date.today(), seed=2, length_s=3600, hour=11)
"""
FOLLOW_SCROLL = """() => {
  const main = document.querySelector('[data-testid=stMain]');
  window.least = main.scrollTop;
  const look = () => { window.least = Math.min(window.least, main.scrollTop); requestAnimationFrame(look); };
  look();
}"""


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "home" / "data" / "posture-coach"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def dashboard(tmp_path, data):
    """Start a server. It is asked for before the page, which would complain of a server that is gone."""
    assert data.is_dir()
    with serving(tmp_path / "home", LONG_WALK) as started:
        yield started


@pytest.fixture
def history(data):
    """Return the address of a history with this morning in it."""
    where = f"sqlite:///{data / FILE_NAME}"
    with Database(address(where)) as database:
        prepare(database, datetime.now().astimezone())
        write_day(database, date.today(), length_s=3000)
    return where


def begin_an_entry(page):
    page.get_by_text(DIARY).click()
    page.locator(".st-key-trends_pain").get_by_text("3", exact=True).click()
    note = page.get_by_label("Note", exact=True)
    note.click()
    page.keyboard.type("the left si")
    page.keyboard.press("ArrowLeft")
    return note


def test_an_open_page_tells_what_another_process_keeps_and_nothing_of_the_reader_is_lost(history, dashboard, page):
    page.goto(f"{dashboard.url}/trends")
    cards = page.locator(".pc-cards")
    cards.get_by_text("46 min", exact=True).first.wait_for()
    page.locator("label", has_text="Show it as a picture").click()
    page.get_by_role("img", name="Today").or_(page.locator("[data-testid=stImage] img")).first.wait_for()
    page.locator("summary", has_text="As a table").first.click()
    note = begin_an_entry(page)
    page.evaluate(FOLLOW_SCROLL)
    scrolled = page.evaluate("window.least")
    assert scrolled > 0
    subprocess.run([sys.executable, "-c", LATER, history], check=True, timeout=PATIENCE_S, cwd=PROJECT)
    cards.get_by_text("1 h 41 min", exact=True).wait_for(timeout=PATIENCE_S * 1000)
    rows = page.locator(".st-key-trends-figure-hours details[open] tbody tr")
    until(lambda: rows.count() == 2, "the open table is shut, or not new")
    page.keyboard.type("X")
    assert note.input_value() == "the left sXi", "the field was made anew: focus or place in it is lost"
    assert page.locator(".st-key-trends_pain [aria-checked=true]").all_inner_texts() == ["3"]
    assert page.locator("[data-testid=stImage] img").count() == 1, "what was switched on is off"
    assert page.evaluate("window.least") >= scrolled, "the page went up"
    assert note.evaluate("it => it.getBoundingClientRect().bottom <= innerHeight"), "the field went out of sight"


def test_a_page_that_says_nothing_is_kept_begins_to_show_the_day(dashboard, page, tmp_path, data):
    page.goto(f"{dashboard.url}/trends")
    page.get_by_text("Nothing is kept yet").wait_for()
    note = begin_an_entry(page)
    command = [*PROGRAM, "monitor", "--source", str(LONG_WALK), "--keep", "--seconds", "12", "--json-progress"]
    env = environment(HOME=str(tmp_path / "home"), **{FOLDER_VARIABLE: str(data)})
    subprocess.run(command, env=env, check=True, timeout=PATIENCE_S, stdout=subprocess.DEVNULL)
    assert (data / FILE_NAME).exists()
    page.get_by_role("heading", name="Today, ").wait_for(timeout=PATIENCE_S * 1000)
    assert note.input_value() == "the left si"
    page.locator(".pc-cards").wait_for()
