"""No network, and no picture on the disk: what the kernel saw the program do."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.typed import PROGRAM, environment
from tests.clips import SITTING, WALK, cut, must_have

CALLS = "socket,connect,bind,sendto,sendmsg,sendmmsg,openat,creat,mkdir,mkdirat,rename,renameat,renameat2"
LOOPBACK = re.compile(r'inet_addr\("127\.|"::1"')
WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT")
OPENED = re.compile(r'openat\(\S+, "(?P<path>[^"]*)", (?P<flags>\S+)')
NAME_FILES = ("/etc/resolv.conf", "/etc/hosts")
"""Read where a name is looked up."""
NOTHING_KEPT = ("/dev/", "/proc/", "/sys/")


def traced(command: list[str], log: Path) -> list[str]:
    """Run a command and return the lines of every network and file call, of all its processes and threads."""
    must_have(sys.platform == "linux" and shutil.which("strace"), "strace on Linux")
    done = subprocess.run(
        ["strace", "-f", "-qq", "-s", "4096", "-o", str(log), "-e", f"trace={CALLS}", *command],
        capture_output=True, text=True, check=False, timeout=600,
        env=environment(PYTHONDONTWRITEBYTECODE="1"),
    )  # fmt: skip
    must_have("ptrace" not in done.stderr.lower() or log.exists(), "the right to trace a process")
    assert done.returncode == 0, done.stderr
    return log.read_text(encoding="utf-8", errors="replace").splitlines()


def network_calls(lines: list[str]) -> list[str]:
    """Return the calls that could reach beyond this machine: internet sockets, and names looked up."""
    found = []
    for line in lines:
        if ("AF_INET" in line or "AF_PACKET" in line) and not LOOPBACK.search(line):
            found.append(line)
        opened = OPENED.search(line)
        if opened and opened["path"] in NAME_FILES:
            found.append(line)
    return found


def written(lines: list[str], place: Path) -> list[str]:
    """Return the files opened for writing, other than in a folder and where nothing is kept."""
    found = [match for line in lines if (match := OPENED.search(line)) and WRITES.search(match["flags"])]
    paths = {match["path"] for match in found}
    return sorted(path for path in paths if not path.startswith((str(place), *NOTHING_KEPT)))


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """A photo and a short clip."""
    folder = tmp_path_factory.mktemp("inputs")
    shutil.copy(SITTING, folder / "photo.jpg")
    cut(WALK, folder / "walk.mp4", 20, first=40)
    return folder


def test_analysis_opens_no_connection_and_writes_nothing_but_results(inputs, tmp_path):
    out = tmp_path / "results"
    command = [*PROGRAM, "analyze", str(inputs), "--out", str(out), "--csv", "--workers", "2"]
    lines = traced(command, tmp_path / "calls")
    assert sum("openat" in line for line in lines) > 100, "the trace is empty"
    assert network_calls(lines) == []
    assert written(lines, out) == []
    endings = {path.name.split(".", 1)[1] for path in out.iterdir()}
    assert endings == {"frames.parquet", "frames.csv", "summary.json", "csv"}


def test_watching_a_file_as_a_camera_opens_no_connection_and_writes_nothing(inputs, tmp_path):
    command = [*PROGRAM, "monitor", "--source", str(inputs / "walk.mp4"), "--seconds", "1", "--json-progress"]
    lines = traced(command, tmp_path / "calls")
    assert network_calls(lines) == []
    assert written(lines, tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 53))",
        "import socket; s = socket.socket(socket.AF_INET6); s.close()",
        "import socket\ntry: socket.getaddrinfo('posture.invalid', 80)\nexcept OSError: pass",
    ],
)
def test_the_trace_would_have_caught_it(code, tmp_path):
    assert network_calls(traced([sys.executable, "-c", code], tmp_path / "calls"))


def test_a_written_file_would_have_been_caught(tmp_path):
    code = f"open({str(tmp_path / 'frame.jpg')!r}, 'w')"
    lines = traced([sys.executable, "-c", code], tmp_path / "calls")
    assert written(lines, tmp_path / "nowhere") == [str(tmp_path / "frame.jpg")]
