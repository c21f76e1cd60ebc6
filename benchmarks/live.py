"""The live page in a real Chromium, a video played as the camera: how much of it is seen, how late, at what cost.

    python -m benchmarks.live [--minutes 5] [--clip FILE]

Prints pictures shown against pictures analysed, latency from the picture's own time to the screen, processor time of
one tab and of two (side by side in one run), memory growth after the first minute, the time to the first picture after
the command and after a click on Start, and what the page asked for beyond this machine. Linux, for /proc; Chromium.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
CLIP = PROJECT / "sample_videos" / "sit_to_stand_side_rendered.mp4"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WATCHING = '.live[data-phase="watching"]'
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
CPU_S = 30.0
SETTLE_S = 60.0


class Server:
    """The dashboard in a process of its own."""

    def __init__(self, clip: Path, home: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        command = [
            sys.executable,
            "-m",
            "posture_coach",
            "--no-browser",
            "--port",
            str(self.port),
            "--source",
            str(clip),
        ]
        env = {**os.environ, "HOME": home}
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)

    def wait(self) -> None:
        """Return once it answers."""
        while True:
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1):
                return
            time.sleep(0.02)

    def cpu_s(self) -> float:
        """Return the processor time it has taken."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S

    def memory_mb(self) -> float:
        """Return its resident memory."""
        line = next(
            x for x in Path(f"/proc/{self.process.pid}/status").read_text().splitlines() if x.startswith("VmRSS")
        )
        return int(line.split()[1]) / 1024


def counts(page: Page) -> tuple[int, int]:
    """Return pictures shown on the page, and analysed by the program."""
    data: dict[str, str] = page.locator(".live").evaluate("(root) => ({...root.dataset})")
    return int(data["shown"]), int(data["analysed"])


def share_of_a_core(server: Server, page: Page) -> float:
    """Return processor time over wall time for a while."""
    cpu_s, begun = server.cpu_s(), time.perf_counter()
    page.wait_for_timeout(CPU_S * 1000)
    return (server.cpu_s() - cpu_s) / (time.perf_counter() - begun)


def watched(page: Page, minutes: float, server: Server) -> dict[str, float]:
    """Look for some minutes."""
    page.wait_for_timeout(SETTLE_S * 1000)
    shown, analysed = counts(page)
    memory_mb = server.memory_mb()
    latencies: list[float] = []
    end = time.monotonic() + 60 * minutes - SETTLE_S
    while time.monotonic() < end:
        page.wait_for_timeout(20_000)
        latencies += page.locator(".live").evaluate("(root) => root.latencies.splice(0)")
    shown_now, analysed_now = counts(page)
    latencies.sort()
    return {
        "pictures shown / analysed": (shown_now - shown) / (analysed_now - analysed),
        "analysed a second": (analysed_now - analysed) / (60 * minutes - SETTLE_S),
        "latency median ms": statistics.median(latencies),
        "latency p95 ms": latencies[int(0.95 * len(latencies))],
        "memory growth MB": server.memory_mb() - memory_mb,
    }


def click_to_picture_s(page: Page) -> float:
    """Pause, then return the time from a click on Start to a picture."""
    page.get_by_role("button", name="Pause").click()
    page.wait_for_selector('.live[data-phase="paused"]')
    start = page.get_by_role("button", name="Start")
    start.wait_for()
    page.wait_for_timeout(3000)
    begun = time.perf_counter()
    start.click()
    page.wait_for_selector(WATCHING)
    return time.perf_counter() - begun


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--clip", type=Path, default=CLIP)
    given = parser.parse_args()
    packages = ("posture-coach", "streamlit", "mediapipe", "opencv-python", "playwright")
    print("Python", platform.python_version(), *(f"{name} {version(name)}" for name in packages), sep="  ")
    errors: list[str] = []
    asked: set[str] = set()
    with tempfile.TemporaryDirectory() as home, sync_playwright() as player:
        browser = player.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        server = Server(given.clip, home)
        try:
            server.wait()
            page = opened(browser, errors, asked)
            page.goto(server.url)
            page.wait_for_selector(WATCHING)
            first_s = time.perf_counter() - server.begun
            found = watched(page, given.minutes, server)
            one = share_of_a_core(server, page)
            second = opened(browser, errors, asked)
            second.goto(server.url)
            second.wait_for_selector(WATCHING)
            two = share_of_a_core(server, page)
            found |= {"cores, one tab": one, "two tabs / one": two / one, "command to picture s": first_s}
            second.close()
            found |= {"click to picture s": click_to_picture_s(page)}
        finally:
            browser.close()
            server.process.terminate()
    for name, value in found.items():
        print(f"{name:<28}{value:8.2f}")
    print(f"{'hosts asked':<28}{', '.join(sorted(asked))}")
    print(f"{'console errors':<28}{len(errors)} {errors[:3]}")


def opened(browser: Any, errors: list[str], asked: set[str]) -> Page:
    """Return a new page that is listened to."""
    page: Page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.add(request.url.split("/")[2].split(":")[0]))
    page.on("websocket", lambda socket: asked.add(socket.url.split("/")[2].split(":")[0]))
    return page


if __name__ == "__main__":
    main()
