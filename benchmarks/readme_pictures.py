"""The two pictures of the README: the real dashboard in a real Chromium.

    python -m benchmarks.readme_pictures [--out docs/images]

*Live* with the rendered sample played as the camera, when the person sits; *Trends* with a month of made-up days
(`office_days`), after six weeks in which breaks were rarer. Look at both before they are kept. Chromium; five minutes.
"""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from unittest import mock

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import office_days
from benchmarks.live import CLIP, FLAGS, PROJECT, WATCHING, Server
from benchmarks.trends_page import READY
from posture_coach.measures.definitions import NAMES
from posture_coach.pose.types import Mode, Model
from posture_coach.scoring.happenings import Happenings
from posture_coach.scoring.rules import shipped_rules
from posture_coach.scoring.targets import shipped_targets
from posture_coach.scoring.windows import Windows
from posture_coach.store.files.folder import FOLDER_VARIABLE
from posture_coach.store.history import sessions as history
from posture_coach.store.history.database import FILE_NAME, Database, address
from posture_coach.store.history.migrate import prepare
from posture_coach.store.history.records import Batch, Origin

WIDTH_PX, LIVE_PX, TRENDS_PX = 1280, 800, 1100
QUALITY = 85
FIRST, MONTH, LAST = date(2026, 9, 15), date(2026, 11, 1), date(2026, 11, 27)
HOURS, WORKED = 6.0, 0.75
"""Length of a day, and share of the working days that were kept."""
SITS = """
(root) => {
  const trunk = root.querySelector('[data-measure="trunk_inclination_deg"]');
  return /^sitting/.test(root.querySelector(".doing").textContent) && trunk && parseFloat(trunk.textContent) < 8;
}
"""
LOOK_MS = 20
LONG_BOUTS_MIN = (40.0, 150.0)
"""Of sitting, before the month that is shown."""
CURVE_S = 7.0
"""So that the curve shows something; after some 15 s the clip's repetitions are exercising, without a score."""


def main() -> None:
    """Take both."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=PROJECT / "docs" / "images")
    chosen = parser.parse_args()
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as home, sync_playwright() as player:
        _write_days(Path(home))
        browser = player.chromium.launch(executable_path=path, args=FLAGS)
        with mock.patch.dict("os.environ", {FOLDER_VARIABLE: home}), _serving(home) as server:
            _live(_page(browser, LIVE_PX), server, chosen.out / "live.jpg")
            _trends(_page(browser, TRENDS_PX), server, chosen.out / "trends.jpg")
        browser.close()


def _write_days(folder: Path) -> None:
    """Write a history as live sessions would, a commit a day."""
    rng = np.random.default_rng(1)
    with Database(address(f"sqlite:///{folder / FILE_NAME}")) as database:
        prepare(database, office_days.nine(FIRST))
        for day in office_days.working_days(FIRST, (LAST - FIRST).days):
            if day <= LAST and rng.random() < WORKED:
                _write_day(database, day, rng)


def _write_day(database: Database, day: date, rng: np.random.Generator) -> None:
    windows, happenings, batch = Windows(shipped_targets(NAMES), shipped_rules()), Happenings(shipped_rules()), Batch()
    bouts = office_days.BOUT_MIN if day >= MONTH else LONG_BOUTS_MIN
    with mock.patch.object(office_days, "BOUT_MIN", bouts):
        for second in office_days.seconds(rng, round(3600 * HOURS)):
            batch.seconds.append(second)
            batch.windows += windows.take(second)
            batch.events += happenings.push(second)
    batch.windows += windows.finish()
    batch.events += happenings.finish()
    origin = Origin(office_days.nine(day), "Camera 0", Model.FULL, Mode.TRACKED, "0.1.0")
    with database.writing() as connection:
        session = history.begin(connection, origin)
        history.keep(connection, session, origin, batch)
        history.sum_up(connection, session)


@contextmanager
def _serving(home: str) -> Iterator[Server]:
    server = Server(CLIP, home)
    try:
        server.wait()
        yield server
    finally:
        server.process.terminate()
        server.process.wait()


def _page(browser: Browser, height_px: int) -> Page:
    return browser.new_context(viewport={"width": WIDTH_PX, "height": height_px}).new_page()


def _live(page: Page, server: Server, file: Path) -> None:
    """Take the live page while the person sits, once its curve shows something."""
    page.goto(server.url)
    page.wait_for_selector(WATCHING, timeout=60_000)
    page.wait_for_timeout(CURVE_S * 1000)
    live = page.locator(".live")
    while not live.evaluate(SITS):
        page.wait_for_timeout(LOOK_MS)
    _keep(page.screenshot(), file)


def _trends(page: Page, server: Server, file: Path) -> None:
    """Take the month, from its title on."""
    page.goto(f"{server.url}/trends?trends_view=Month&trends_day={LAST}")
    page.wait_for_function(READY)
    page.get_by_text("The first two weeks", exact=True).first.click()
    page.wait_for_timeout(1500)
    page.wait_for_function(READY)
    page.get_by_role("heading", name="November 2026").evaluate("(title) => title.scrollIntoView()")
    page.wait_for_timeout(500)
    _keep(page.screenshot(), file)


def _keep(png: bytes, file: Path) -> None:
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.save(file, quality=QUALITY, optimize=True)
    print(f"{file}: {picture.width} x {picture.height}, {file.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
