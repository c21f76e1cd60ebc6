"""A chart with its title, what it shows in a sentence, and below it picture and table to take along or to be read."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from posture_coach.dashboard.trends.table import Table

HERE = Path(__file__).parent


def _part(ending: str) -> str:
    return (HERE / f"figure{ending}").read_text(encoding="utf-8")


tools = st.components.v2.component("posture_coach_figure", html=_part(".html"), css=_part(".css"), js=_part(".js"))


def show(
    table: Table, chart: dict[str, Any] | None, keys: Sequence[str] = (), file: str = "", *, headed: bool = True
) -> None:
    """Show a chart and what belongs to it.

    Parameters
    ----------
    chart
        In Vega-Lite's words; None: there is the table alone.
    keys
        What the marks mean, a sentence each.
    file
        What the files' names begin with.
    headed
        Whether title and sentence stand above; else something else on the page says them.
    """
    with st.container(key=f"trends-figure-{table.name}", gap="small"):
        if headed:
            st.html(head_html(table, keys))
        if chart is not None:
            st.vega_lite_chart(chart, width="stretch", alt=table.words, key=f"trends_chart_{table.name}")
        tools(
            key=f"trends_tools_{table.name}",
            data={
                "name": f"{file}{table.name}", "title": table.title, "words": table.words, "keys": list(keys),
                "heads": table.heads, "lines": table.lines(), "csv": table.csv(), "drawn": chart is not None,
            },
        )  # fmt: skip


def head_html(table: Table, keys: Sequence[str]) -> str:
    """Return the title of a chart, what it shows, and what its marks mean."""
    meant = "".join(f"<span>{escape(key)}</span>" for key in keys)
    return (
        f'<div class="pc-fig"><h3>{escape(table.title)}</h3><p>{escape(table.words)}</p>'
        f'<p class="pc-keys">{meant}</p></div>'
    )
