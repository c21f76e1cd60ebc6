"""Words that several pages use, and how pages show words that are not their own."""

from __future__ import annotations

import re
from html import escape

from posture_coach.coach.kept import SEEN as SEEN_FROM

__all__ = ["MODEL_HELP", "SEEN_FROM", "message_html", "plain"]

MODEL_HELP = (
    "Heavy: trunk and neck from the side a little more accurate, three times slower, and no head turn, upper-arm "
    "elevation or distance. Lite: a little faster, less accurate."
)

_SPECIAL = "\\`*_{}[]()<>#+-.!|~$:^="
_COMMAND = re.compile(r"`([^`\n]+)`")
"""Stands in backticks, as commands do in this program's messages."""


def plain(text: str) -> str:
    """Return text that Markdown shows as it is, commands as code: a file's name must not become a link or a picture."""
    return "".join(f"`{part}`" if k % 2 else _escaped(part) for k, part in enumerate(_COMMAND.split(text)))


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in _SPECIAL else c for c in text)


def message_html(text: str) -> str:
    """Return text that a page's HTML shows as it is, commands as code."""
    return _COMMAND.sub(r"<code>\1</code>", escape(text))
