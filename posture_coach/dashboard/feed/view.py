"""What the views of live pictures share in the browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

HERE = Path(__file__).parent


def picture_view(name: str, folder: Path) -> Callable[..., Any]:
    """Return a page's component that shows live pictures.

    Parameters
    ----------
    folder
        Of `view.html`, `view.css` and `view.js`; what all views share stands before style and script.
    """
    html, css, js = (_text(folder / f"view.{ending}") for ending in ("html", "css", "js"))
    return st.components.v2.component(
        name, html=html, css=_text(HERE / "feed.css") + css, js=_text(HERE / "feed.js") + js
    )  # fmt: skip


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
