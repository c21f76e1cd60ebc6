"""Started whichever way, the dashboard serves this machine alone and tells nobody."""

from __future__ import annotations

import ast
import tomllib

from posture_coach.dashboard.options import HOST, OPTIONS
from tests.conftest import PROJECT


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
