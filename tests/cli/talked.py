"""The program in a terminal, with somebody who types what it asks for."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.cli.typed import PATIENCE_S, Ended, environment

TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "posture_coach", *sys.argv[1:]])
"""
"""Makes the terminal that a process was started with its own, as a login does: passphrases are read from there."""
HIDDEN = ("assphrase", "Repeat")
"""What questions say of which the answer is not shown."""


def talked(
    *arguments: str | Path, answers: Sequence[tuple[str, str]] = (), env: Mapping[str, str] | None = None
) -> Ended:
    """Run the program to its end; all that a person sees is in `out`.

    Parameters
    ----------
    answers
        What is asked, a part of it, and what is typed then; in that order.
    """
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-c", TERMINAL, *map(str, arguments)],
        stdin=theirs, stdout=theirs, stderr=theirs, env=environment(**(env or {})), start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    shown, seen_to, left = "", 0, list(answers)
    until_s = time.monotonic() + PATIENCE_S
    try:
        while more := _more(ours, until_s, shown):
            shown += more.decode("utf-8", "replace")
            while left and left[0][0] in shown[seen_to:]:
                question, answer = left.pop(0)
                seen_to = shown.index(question, seen_to) + len(question)
                if any(word in question for word in HIDDEN):
                    _wait_until_it_is_hidden(ours, until_s)
                os.write(ours, f"{answer}\n".encode())
        code = running.wait(PATIENCE_S)
    finally:
        running.kill()
        running.wait()
        os.close(ours)
    assert not left, f"never asked: {left[0][0]!r}; shown: {shown}"
    return Ended(code, shown, "")


def _more(ours: int, until_s: float, shown: str) -> bytes:
    """Return what is shown next; nothing once nobody has the terminal open any more, which Linux tells as an error."""
    if not select.select([ours], [], [], max(until_s - time.monotonic(), 0.0))[0]:
        pytest.fail(f"neither goes on nor ends; shown: {shown}")
    try:
        return os.read(ours, 4096)
    except OSError:
        return b""


def _wait_until_it_is_hidden(ours: int, until_s: float) -> None:
    """Wait until what is typed is not shown: what was typed before that is thrown away."""
    while termios.tcgetattr(ours)[3] & termios.ECHO:
        assert time.monotonic() < until_s, "what is typed would be shown"
        time.sleep(0.01)
