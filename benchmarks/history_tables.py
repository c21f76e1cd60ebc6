"""The tables of docs/data.md, from the tables themselves.

    python -m benchmarks.history_tables [--write]

A test holds the document against it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Table

from posture_coach.store.carried.about import TABLES, about, tables
from posture_coach.store.carried.export_form import EXPORTED, NAMES
from posture_coach.store.history.tables import MEASURES

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "data.md"
BEGIN, END = "<!-- tables -->\n", "<!-- /tables -->\n"


def text() -> str:
    """Return all tables as Markdown."""
    return "\n".join(line for table in tables() for line in _table(table))


def _table(table: Table) -> Iterator[str]:
    exported = table.name in EXPORTED
    yield f"**{table.name}**: {TABLES[table.name]}{'' if exported else ' Not exported.'}\n"
    yield "| column | unit | means |"
    yield "|---|---|---|"
    for column in table.columns:
        if column.name in MEASURES:
            continue
        unit, means = about(column)
        other = NAMES.get(column.name)
        name = f"`{column.name}` (`{other}`)" if exported and other else f"`{column.name}`"
        yield f"| {name} | {unit} | {means} |"
    if set(MEASURES) & set(table.columns.keys()):
        yield f"| {', '.join(f'`{name}`' for name in MEASURES)} | in the name | The page *Measures* explains each. |"
    yield ""


def written() -> str:
    """Return the document with its tables as they are now."""
    head, rest = DOCUMENT.read_text(encoding="utf-8").split(BEGIN)
    return f"{head}{BEGIN}\n{text()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        DOCUMENT.write_text(written(), encoding="utf-8")
    else:
        sys.stdout.write(text())
