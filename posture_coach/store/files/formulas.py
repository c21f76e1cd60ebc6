"""Text in a file for spreadsheets that must not be taken for a formula: names and notes, whoever wrote them."""

from __future__ import annotations

FORMULAS, GUARD = ("=", "+", "-", "@", "\t", "\r"), "'"
"""What a spreadsheet takes for a formula, and what tells it not to."""


def guarded(text: str) -> str:
    """Return text as a spreadsheet takes it for text: `GUARD` before what it would not, or what begins with one."""
    return GUARD + text if text.startswith((*FORMULAS, GUARD)) else text
