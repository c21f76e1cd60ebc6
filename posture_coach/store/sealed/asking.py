"""Asks whoever sits before the program for a passphrase, where somebody does: a terminal says how, a page does not."""

from __future__ import annotations

import threading
from collections.abc import Callable

_ways: list[Callable[[str], str]] = []


def ask_by(way: Callable[[str], str]) -> None:
    """Ask in this way from now on.

    Parameters
    ----------
    way
        Is told what for, and returns what was typed; nothing where nobody can be asked.
    """
    _ways[:] = [way]


def asked(what: str) -> str:
    """Return what somebody types, or nothing; a thread in the background never asks."""
    if not _ways or threading.current_thread() is not threading.main_thread():
        return ""
    return _ways[0](what)
