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
from tests.cli.typed import environment, typed
from tests.clips import WALK
from tests.conftest import PROJECT
from tests.dashboard import conftest
from tests.dashboard.conftest import ended, free_port, on_a_free_port, serving


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


def streamlit_run(folder):
    """Start the dashboard as Streamlit does; return its port and process."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true", "--server.port"]
    env = environment(HOME=str(folder), XDG_DATA_HOME=str(folder), XDG_CACHE_HOME=str(folder))

    def start(port):
        with (folder / "log").open("w") as log:
            return subprocess.Popen([*command, str(port)], cwd=PROJECT, env=env, stdout=log, stderr=log)

    return on_a_free_port(start, folder / "log")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/net")
def test_streamlit_run_serves_the_same_on_this_machine_alone(tmp_path):
    port, process = streamlit_run(tmp_path)
    try:
        url = f"http://{HOST}:{port}"
        assert listening(port) == {"0100007F"}, "127.0.0.1 alone"
        request = urllib.request.Request(url, headers={"Accept": "text/html"})
        with urllib.request.urlopen(request, timeout=30) as page:
            assert b"<title>posture-coach</title>" in page.read()
        with pytest.raises(PostureCoachError, match=f"runs there already. Open {url} in the browser"):
            check_port(port)
    finally:
        ended(process)


@pytest.mark.parametrize("way", ["posture-coach", "streamlit run"])
def test_another_port_is_taken_where_somebody_came_in_between(tmp_path, monkeypatch, way):
    """What the helper of all browser tests relies on: both ways say that a port is taken, and a second start serves."""
    with socket.create_server((HOST, 0)) as taken:
        ports = iter([taken.getsockname()[1], free_port()])
        monkeypatch.setattr(conftest, "free_port", lambda: next(ports))
        if way == "posture-coach":
            with serving(tmp_path / "me", WALK) as running:
                assert running.port != taken.getsockname()[1]
        else:
            port, process = streamlit_run(tmp_path)
            ended(process)
            assert port != taken.getsockname()[1]
    assert list(ports) == []


def test_a_port_in_use_is_refused_in_words():
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        told = typed("--no-browser", "--port", str(port))
    assert (told.code, told.out) == (1, "")
    assert told.err.startswith(f"posture-coach: Port {port} is in use by another program.")
    assert told.err.count("\n") == 1


@pytest.mark.parametrize("name", ["missing.mp4", "folder", "empty.mp4"])
def test_a_file_that_cannot_be_played_is_refused_as_monitor_refuses_it(tmp_path, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.mp4").touch()
    told = typed("--no-browser", "--port", str(free_port()), "--source", tmp_path / name)
    assert told == typed("monitor", "--source", tmp_path / name)
    assert told.code == 1
    assert name in told.err
