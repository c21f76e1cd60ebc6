"""The comparison of two recordings on the terminal: what differs by how much, and what that means."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from posture_coach.batch.compare import Recording, Row, doubts
from posture_coach.batch.terminal import figure
from posture_coach.measures.comparison import Verdict
from posture_coach.measures.types import Measure

VERDICTS = (Verdict.CHANGED, Verdict.NOT_SURE)
"""In the order in which they are shown: what has changed is what is looked for."""
WIDTHS = {"measure": max(map(len, VERDICTS))}
"""Headings of the rows stay on one line."""
HOLDS = (
    "Beyond its limit a difference is more than measuring one person twice gives, if the person does the same before a "
    "camera at the same place."
)


def show(before: Recording, after: Recording, rows: Sequence[Row], console: Console) -> None:
    """Print what could be compared, what could not, and what else may lie behind a difference."""
    for when, told in (("before", before), ("after", after)):
        console.print(Text.assemble(f"{when:<8}", told.name, (f"  {told.mode}, model {told.model}", "dim")))
    compared = [row for row in rows if row.comparison.verdict is not Verdict.NOT_COMPARABLE]
    console.print(_table(compared) if compared else Text("No measure can be compared.", style="yellow"))
    _show_others([row for row in rows if row.comparison.verdict is Verdict.NOT_COMPARABLE], console)
    for words in doubts(before, after):
        console.print(Text(words, style="yellow"))
    if compared:
        console.print(Text(HOLDS, style="dim"))


def _table(rows: Sequence[Row]) -> Table:
    """Make the table; the rows of one verdict stand below it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("measure", "before", "after", "difference", "limit"):
        table.add_column(head, justify="left" if head == "measure" else "right", min_width=WIDTHS.get(head))
    for verdict in VERDICTS:
        told = [row for row in rows if row.comparison.verdict is verdict]
        if told:
            table.add_row(_heading(verdict))
        for row in told:
            table.add_row(*_cells(row))
    return table


def _cells(row: Row) -> tuple[str, ...]:
    told = row.comparison
    return (
        f"  {row.title} [dim]({row.unit})[/dim]",
        _with_error(row.before.median, row.unit),
        _with_error(row.after.median, row.unit),
        signed(told.difference, row.unit),
        figure(told.limit, row.unit),
    )


def _heading(verdict: Verdict) -> Text:
    return Text(verdict.capitalize(), style="bold")


def _show_others(rows: Iterable[Row], console: Console) -> None:
    """Print what cannot be compared, the measures of one reason together."""
    by_reason: dict[str, list[str]] = {}
    for row in rows:
        by_reason.setdefault(row.comparison.reason, []).append(row.title)
    if by_reason:
        console.print(_heading(Verdict.NOT_COMPARABLE))
    for reason, titles in by_reason.items():
        console.print(Text.assemble(f"  {'; '.join(titles)}: ", (reason, "dim")))


def _with_error(value: Measure, unit: str) -> str:
    err = "?" if math.isnan(value.err) else figure(value.err, unit)
    return f"{figure(value.value, unit)} ± {err}"


def signed(difference: float, unit: str) -> str:
    """Write a difference with its sign; none where it rounds to nothing."""
    written = figure(abs(difference), unit)
    return written if float(written) == 0.0 else f"{'+' if difference > 0 else '-'}{written}"
