"""The program as a user starts it: a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAM = [sys.executable, "-m", "posture_coach"]
PATIENCE_S = 300
"""A stuck process ends the test; nothing here comes near it."""


@dataclass(frozen=True)
class Ended:
    """What a run left behind."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Everything on the terminal, with line breaks as spaces, since a terminal breaks lines where it likes."""
        return " ".join(f"{self.out} {self.err}".split())


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a run: a wide terminal that shows no colours."""
    return {**os.environ, "COLUMNS": "400", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8", **more}


def typed(*arguments: str | Path, folder: Path | None = None, env: Mapping[str, str] | None = None) -> Ended:
    """Run the program to its end."""
    done = subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=PATIENCE_S,
        cwd=folder, env=environment(**(env or {})), stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return Ended(done.returncode, done.stdout, done.stderr)


def analysed(path: Path, out: Path, *options: str) -> Ended:
    """Analyse one input with the smallest model, in one process."""
    return typed("analyze", path, "--out", out, "--model", "lite", "--workers", "1", *options)


def summary(out: Path, stem: str) -> dict[str, Any]:
    """Return an input's summary."""
    return json.loads((out / f"{stem}.summary.json").read_text(encoding="utf-8"))
