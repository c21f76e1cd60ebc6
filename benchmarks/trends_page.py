"""The trends page in a real Chromium, over a year: how long until it can be read and used.

    python -m benchmarks.trends_page --url sqlite:///DIR/year.db [--times 5]

The year is one that `python -m benchmarks.store --folder DIR` has left. Each view is opened anew, in a browser that has
been there before; prints seconds, median and worst, from the address to the figures at its head, and to the last chart
drawn with no script running, from when on everything answers. Chromium.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time

from playwright.sync_api import Page, sync_playwright

from benchmarks.live import CLIP, FLAGS, Server
from posture_coach.store.history.database import URL_VARIABLE

VIEWS = ("Day", "Week", "Month", "Year", "Compare")
LIMIT_S = 2.0
READY = """
() => {
  const charts = document.querySelectorAll('[data-testid="stVegaLiteChart"]').length;
  const drawn = document.querySelectorAll('[data-testid="stVegaLiteChart"] svg.marks').length;
  return charts > 1 && charts === drawn && !document.querySelector('[data-testid="stStatusWidget"]');
}
"""
HEAD = ".pc-cards, .pc-verdicts"


def opened(page: Page, address: str) -> tuple[float, float]:
    """Return seconds until the figures stand there, and until all is drawn and answers."""
    begun = time.perf_counter()
    page.goto(address)
    page.locator(HEAD).first.wait_for()
    head_s = time.perf_counter() - begun
    page.wait_for_function(READY)
    return head_s, time.perf_counter() - begun


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True, help="of the year's database")
    parser.add_argument("--times", type=int, default=5, help="each view is opened")
    chosen = parser.parse_args()
    os.environ[URL_VARIABLE] = chosen.url
    with tempfile.TemporaryDirectory() as home, sync_playwright() as player:
        server = Server(CLIP, home)
        try:
            server.wait()
            path = shutil.which("chromium") or shutil.which("google-chrome")
            page = player.chromium.launch(executable_path=path, args=FLAGS).new_page()
            opened(page, f"{server.url}/trends")
            for view in VIEWS:
                took = [opened(page, f"{server.url}/trends?trends_view={view}") for _ in range(chosen.times)]
                head_s, all_s = ([one[k] for one in took] for k in range(2))
                verdict = "ok" if statistics.median(all_s) <= LIMIT_S else f"over {LIMIT_S:g}"
                print(
                    f"{view:8} figures {statistics.median(head_s):5.2f} (worst {max(head_s):5.2f})  "
                    f"everything {statistics.median(all_s):5.2f} (worst {max(all_s):5.2f})  {verdict}"
                )
        finally:
            server.process.terminate()
            server.process.wait(60)


if __name__ == "__main__":
    main()
