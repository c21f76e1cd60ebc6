"""Started whichever way, the dashboard serves this machine alone and tells nobody."""

from __future__ import annotations

import ast
import socket
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path

import pytest

from posture_coach.dashboard.options import HOST, OPTIONS
from posture_coach.dashboard.port import check_port
from posture_coach.errors import PostureCoachError
from tests.cli.typed import PATIENCE_S, environment, typed
from tests.conftest import PROJECT
from tests.dashboard.conftest import answers, free_port, until


def flat(table, before=""):
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def test_streamlit_run_reads_what_the_program_hands_over():
    written = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert dict(flat(written)) == OPTIONS


def test_it_serves_this_machine_alone_and_tells_nobody():
    assert OPTIONS["server.address"] == HOST == "127.0.0.1"
    assert OPTIONS["browser.gatherUsageStats"] is False
    assert set(OPTIONS["server.allowedHosts"]) == {"127.0.0.1", "localhost"}


def test_the_entry_is_one_statement():
    tree = ast.parse((PROJECT / "app.py").read_text(encoding="utf-8"))
    statements = [node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom | ast.Expr)]
    (statement,) = statements
    assert ast.unparse(statement).startswith("app = st.App(SCRIPT, lifespan=lifespan, routes=ROUTES")


def listening(port):
    """Return the local addresses that listen on a port, as the kernel writes them (Linux)."""
    lines = [
        line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    ]
    return {
        fields[1].split(":")[0] for fields in lines if fields[3] == "0A" and int(fields[1].split(":")[1], 16) == port
    }


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/net")
def test_streamlit_run_serves_the_same_on_this_machine_alone(tmp_path):
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        "--server.port",
        str(port),
        "--server.headless",
        "true",
    ]
    env = environment(HOME=str(tmp_path), XDG_DATA_HOME=str(tmp_path), XDG_CACHE_HOME=str(tmp_path))
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=PROJECT, env=env, stdout=log, stderr=log)
    try:
        url = f"http://{HOST}:{port}"
        until(lambda: answers(url) or process.poll() is not None, "it does not answer")
        assert process.poll() is None, (tmp_path / "log").read_text()
        assert listening(port) == {"0100007F"}, "127.0.0.1 alone"
        request = urllib.request.Request(url, headers={"Accept": "text/html"})
        with urllib.request.urlopen(request, timeout=30) as page:
            assert b"<title>posture-coach</title>" in page.read()
        with pytest.raises(PostureCoachError, match=f"runs there already. Open {url} in the browser"):
            check_port(port)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def test_a_port_in_use_is_refused_in_words():
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        ended = typed("--no-browser", "--port", str(port))
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(f"posture-coach: Port {port} is in use by another program.")
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("name", ["missing.mp4", "folder", "empty.mp4"])
def test_a_file_that_cannot_be_played_is_refused_as_monitor_refuses_it(tmp_path, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.mp4").touch()
    ended = typed("--no-browser", "--port", str(free_port()), "--source", tmp_path / name)
    assert ended == typed("monitor", "--source", tmp_path / name)
    assert ended.code == 1
    assert name in ended.err
