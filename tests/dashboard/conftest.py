"""A real server in a process of its own, and a real Chromium to look at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from posture_coach.store.files.folder import FOLDER_VARIABLE
from tests.cli.typed import PATIENCE_S, PROGRAM, environment
from tests.clips import must_have

CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--host-resolver-rules=MAP stranger.test 127.0.0.1",
]  # fmt: skip
STEP_S = 0.05
LOOKS = 200
"""Ten seconds of looking whether a click has done what it is for, before it is repeated."""
STARTS = 3
PORT_TAKEN = ("is not available", "in use")
"""What a server's log says where somebody took the port between the look for a free one and the start."""


@dataclass(frozen=True)
class Dashboard:
    """A running server."""

    url: str
    port: int
    pid: int
    log: Path

    def open_files(self) -> list[str]:
        """Return what the server's process holds open (Linux)."""
        found = []
        for link in Path(f"/proc/{self.pid}/fd").iterdir():
            try:
                found.append(str(link.readlink()))
            except FileNotFoundError:
                continue
        return found


def until(done: Callable[[], object], what: str) -> None:
    """Wait until something holds."""
    end_s = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < end_s, what
        time.sleep(STEP_S)


def press_until(page: Any, button: Any, done: Callable[[], object], what: str) -> None:
    """Press until something holds: a click that falls where the page is built anew, or still moves, is lost."""

    def pressed() -> bool:
        button.click()
        return any(done() or page.wait_for_timeout(STEP_S * 1000) for _ in range(LOOKS))

    until(pressed, what)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def on_a_free_port(start: Callable[[int], subprocess.Popen[bytes]], log: Path) -> tuple[int, subprocess.Popen[bytes]]:
    """Start a server that logs there, and wait until it answers; on another port where somebody came in between."""
    for _ in range(STARTS):
        port = free_port()
        process = start(port)
        if runs(process, f"http://127.0.0.1:{port}"):
            return port, process
        told = log.read_text()
        if not any(words in told for words in PORT_TAKEN):
            break
    pytest.fail(told)


def runs(process: subprocess.Popen[bytes], url: str) -> bool:
    """Wait until a server answers or has ended; return whether it goes on."""
    try:
        until(lambda: answers(url) or process.poll() is not None, "the server does not answer")
    except BaseException:
        ended(process)
        raise
    return process.poll() is None


def ended(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(PATIENCE_S)


@contextmanager
def serving(home: Path, source: Path | str, *options: str, again_at: int | None = None) -> Iterator[Dashboard]:
    """Start the dashboard as a user does, with the source played as the camera; again at the port of one that ended."""
    home.mkdir(exist_ok=True)
    data, told = home / "data" / "posture-coach", home / "server.log"
    env = environment(HOME=str(home), XDG_CACHE_HOME=str(home / "cache"), **{FOLDER_VARIABLE: str(data)})

    def start(port: int) -> subprocess.Popen[bytes]:
        command = [*PROGRAM, "--no-browser", "--port", str(port), "--source", str(source), *options]
        with told.open("w") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, env=env, cwd=home)

    port, process = on_a_free_port(start, told) if again_at is None else (again_at, start(again_at))
    try:
        assert runs(process, f"http://127.0.0.1:{port}"), told.read_text()
        yield Dashboard(f"http://127.0.0.1:{port}", port, process.pid, told)
    finally:
        ended(process)


@pytest.fixture(scope="session", autouse=True)
def faces_network() -> Iterator[None]:
    """End the network that finds faces, as a server that stops does: tests of pages have no server."""
    yield
    from posture_coach.dashboard.analyze import picture as analyze_picture

    analyze_picture.close()


@pytest.fixture(scope="session")
def weeks(tmp_path_factory) -> Path:
    """Return the file of a history of some weeks: to be copied, not written."""
    from tests.dashboard.trends_made import write_weeks

    return write_weeks(tmp_path_factory.mktemp("weeks"))


class Patient:
    """A browser whose pages wait as long as all else here: its own thirty seconds go by while a machine is busy."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser

    def new_context(self, **options: Any) -> Any:
        context = self._browser.new_context(**options)
        context.set_default_timeout(PATIENCE_S * 1000)
        return context


@pytest.fixture(scope="session")
def chromium() -> Iterator[Patient]:
    """Start one browser for all tests; contexts keep them apart."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    must_have(path, "Chromium")
    from playwright.sync_api import sync_playwright

    with ExitStack() as stack:
        player = stack.enter_context(sync_playwright())
        browser = player.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        stack.callback(browser.close)
        yield Patient(browser)


@pytest.fixture
def page(chromium, request) -> Iterator[object]:
    """Open a page that must log no error, and ask nobody but this machine."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    errors: list[str] = []
    asked: set[str] = set()
    watch_page(opened, errors, asked)
    yield opened
    shots = os.environ.get("POSTURE_COACH_SCREENSHOTS")
    if shots:
        Path(shots).mkdir(parents=True, exist_ok=True)
        opened.screenshot(path=str(Path(shots) / f"{request.node.name}.png"))
    context.close()
    assert errors == []
    assert {host.rsplit(":", 1)[0] for host in asked} <= {"127.0.0.1", ""}


def watch_page(page, errors: list[str], asked: set[str]) -> None:
    """Note what a page complains of, and whom it asks."""
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.add(request.url.split("/")[2] if "://" in request.url else ""))
    page.on("websocket", lambda opened: asked.add(opened.url.split("/")[2]))
