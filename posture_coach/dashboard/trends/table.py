"""A chart's numbers as a table: what is drawn, downloaded and read aloud is one and the same."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from datetime import date
from typing import Any

from posture_coach.store.files.formulas import guarded

NOTHING = "\u2013"
"""Stands where a number would."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Parameters
    ----------
    name
        In the file and in the chart; its end is the unit.
    label
        For people.
    digits
        Behind the point, of numbers.
    hidden
        Left out of what people read: it only places what is drawn.
    """

    name: str
    label: str
    digits: int = 0
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers of a chart.

    Parameters
    ----------
    name
        Of the file.
    words
        What is to be seen, in a sentence.
    rows
        As long as `columns` each; NaN or None where nothing is known.
    """

    name: str
    title: str
    words: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]

    def column(self, name: str) -> list[Any]:
        """Return the values of one column."""
        k = [column.name for column in self.columns].index(name)
        return [row[k] for row in self.rows]

    @property
    def heads(self) -> list[str]:
        """What stands above the columns, for people."""
        return [column.label for column in self.columns if not column.hidden]

    def lines(self) -> list[list[str]]:
        """Return the rows for people."""
        return [
            [said(value, column.digits) for value, column in zip(row, self.columns, strict=True) if not column.hidden]
            for row in self.rows
        ]

    def csv(self) -> str:
        """Return it as a file: numbers to a thousandth, nothing where there is none, and no text that is a formula."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        shown = [k for k, column in enumerate(self.columns) if not column.hidden]
        writer.writerow([self.columns[k].name for k in shown])
        writer.writerows([[_plain(row[k]) for k in shown] for row in self.rows])
        return text.getvalue()


def said(value: Any, digits: int) -> str:
    """Write a value for people; a dash where there is none."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NOTHING
    if isinstance(value, float):
        # A zero that is a little less than none must not show a minus.
        return f"{round(value, digits) + 0.0:.{digits}f}"
    if isinstance(value, date):
        return f"{value:%a} {value.day} {value:%b %Y}"
    return str(value)


def columns(*given: tuple[str, str] | tuple[str, str, int]) -> tuple[Column, ...]:
    """Return columns of (name, label, digits)."""
    return tuple(Column(*one) for one in given)


def _plain(value: Any) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return guarded(value)
    return round(value, 3) if isinstance(value, float) else value
