"""What an export looks like: one file a table, words instead of codes, units in the names of columns.

Made from the tables themselves, so that a new column is exported without a line of code here.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from functools import cache
from typing import Any, Protocol

from sqlalchemy import JSON, BigInteger, Date, Float, Integer, LargeBinary, SmallInteger, String, Table
from sqlalchemy.types import TypeEngine

from posture_coach.activity.types import Activity
from posture_coach.store.carried.about import TABLES, about
from posture_coach.store.history.tables import METADATA, Coded, Parts

FORM = 1
"""Grows when an older program could no longer read an export."""
NOT_EXPORTED = ("exports", "keys")
"""They speak of this history on this machine, and of nobody."""
EXPORTED = tuple(name for name in TABLES if name not in NOT_EXPORTED)
NAMES = {
    "at": "at_s", "end_at": "end_at_s", "started_at": "started_at_s", "ended_at": "ended_at_s", "made_at": "made_at_s",
    "taken_at": "taken_at_s", "score": "score_points", "posture": "posture_points", "variety": "variety_points",
    "breaks": "breaks_points", "coverage": "coverage_share", "seconds": "seconds_s", "scored": "scored_s",
}  # fmt: skip
"""What columns without a unit in their name are called in an export."""
LOCAL = {name: f"{name.removesuffix('_s')}_local" for name in NAMES.values() if name.endswith("at_s")}
"""Local times that stand behind moments, for people to read; an import does not look at them."""
SEALED = "_sealed"
"""How the names of columns end whose content is sealed; what they hold stands before them, where a key opens it."""
_LONGEST = 2**20
"""Letters of one text: far more than any name or path has."""
GIVEN_UP = "===="
"""Stands for a name that was given up with its key: an empty cell is the one who uses the program."""


class Kind(StrEnum):
    """What a cell holds."""

    WHOLE = "whole number"
    NUMBER = "number"
    TEXT = "text"
    ACTIVITY = "activity"
    DAY = "day"
    JSON = "JSON"
    SEALED = "base64"


class Key(Protocol):
    """What opens and seals the fields that are sealed: one in each row of people and of the diary."""

    def opens(self, table: str, row: Mapping[str, Any]) -> Any:
        """Return what the sealed field of a row holds; None where it cannot be opened."""

    def seals(self, table: str, row: Mapping[str, Any], value: Any) -> bytes:
        """Return what `opens` told, sealed for this row, which has its number already where it is bound to one."""


class FaultError(Exception):
    """A cell of an export is not what it should be; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of an export.

    Parameters
    ----------
    column
        Of the table; empty for one that is only there for people, or in the clear.
    least, most
        Of whole numbers; of a text's length.
    """

    name: str
    column: str
    kind: Kind
    empty: bool
    unit: str = ""
    means: str = ""
    least: int = 0
    most: int = 0


@cache
def cells(table: str) -> tuple[Cell, ...]:
    """Return the columns of a table's file."""
    made = []
    for column in METADATA.tables[table].columns:
        name, (unit, means) = NAMES.get(column.name, column.name), about(column)
        kind = _kind(column.type)
        if kind is Kind.SEALED:
            opened = Kind.TEXT if table == "people" else Kind.JSON
            told = "Opened, where the export was made with the key."
            made.append(Cell(name.removesuffix(SEALED), "", opened, empty=True, means=told))
        empty = bool(column.nullable) or isinstance(column.type, Parts)
        made.append(Cell(name, column.name, kind, empty, unit, means, *_limits(column.type)))
        if name in LOCAL:
            made.append(Cell(LOCAL[name], "", Kind.TEXT, empty=False, means="The same, in local time (ISO 8601)."))
    return tuple(made)


def _kind(of: TypeEngine[Any]) -> Kind:
    for kind, types in (
        (Kind.ACTIVITY, Coded), (Kind.NUMBER, (Parts, Float)), (Kind.WHOLE, Integer), (Kind.DAY, Date),
        (Kind.JSON, JSON), (Kind.SEALED, LargeBinary),
    ):  # fmt: skip
        if isinstance(of, types):
            return kind
    return Kind.TEXT


def _limits(of: TypeEngine[Any]) -> tuple[int, int]:
    if isinstance(of, String):
        return 0, of.length or _LONGEST
    bits = 16 if isinstance(of, SmallInteger) else 64 if isinstance(of, BigInteger) else 32
    return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1


# Out ---------------------------------------------------------------------------------------------------------------


def told(table: str, row: Mapping[str, Any], utc_offset_s: int | None, key: Key | None) -> dict[str, Any]:
    """Return a row as an export tells it: numbers, text, None, and what JSON is made of.

    Parameters
    ----------
    utc_offset_s
        Of the session; None: local time of this machine.
    """
    out: dict[str, Any] = {}
    for cell in cells(table):
        if cell.column:
            out[cell.name] = _plain(cell.kind, row[cell.column])
        elif cell.kind is Kind.TEXT and cell.name.endswith("_local"):
            out[cell.name] = _local(out[cell.name.removesuffix("_local") + "_s"], utc_offset_s)
        else:
            out[cell.name] = key.opens(table, row) if key else None
    return out


def _plain(kind: Kind, value: Any) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if kind in (Kind.ACTIVITY, Kind.DAY):
        return str(value)
    if kind is Kind.SEALED:
        return base64.b64encode(value).decode("ascii") or GIVEN_UP
    return value


def _local(at: float, utc_offset_s: int | None) -> str:
    if utc_offset_s is None:
        return datetime.fromtimestamp(at).astimezone().isoformat(timespec="seconds")
    zone = timezone(timedelta(seconds=utc_offset_s))
    return datetime.fromtimestamp(at, zone).isoformat(timespec="seconds")


# In ----------------------------------------------------------------------------------------------------------------


def kept(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of an export as the table takes it; what is only there for people is left out.

    Raises
    ------
    FaultError
        A cell is not what it should be.
    """
    return {cell.column: _checked(cell, row.get(cell.name)) for cell in cells(table) if cell.column}


def _checked(cell: Cell, value: Any) -> Any:
    if value is None:
        if not cell.empty:
            raise FaultError(f"{cell.name} is empty")
        return math.nan if cell.kind is Kind.NUMBER else None
    try:
        return _READ[cell.kind](cell, value)
    except (ValueError, TypeError, OverflowError, binascii.Error) as why:
        raise FaultError(f"{cell.name}: expected {cell.kind}, got {value!r:.60}") from why


def _whole(cell: Cell, value: Any) -> int:
    if type(value) is not int or not cell.least <= value <= cell.most:
        raise ValueError
    return value


def _number(_cell: Cell, value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError
    return float(value)


def _text(cell: Cell, value: Any) -> str:
    if not isinstance(value, str) or "\0" in value or len(value) > (cell.most or _LONGEST):
        raise ValueError
    value.encode()
    return value


def _json(_cell: Cell, value: Any) -> Any:
    if not isinstance(value, dict | list):
        raise ValueError
    return value


_READ: Mapping[Kind, Callable[[Cell, Any], Any]] = {
    Kind.WHOLE: _whole,
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
    Kind.ACTIVITY: lambda _cell, value: Activity(value),
    Kind.DAY: lambda _cell, value: date.fromisoformat(value),
    Kind.JSON: _json,
    Kind.SEALED: lambda _cell, value: b"" if value == GIVEN_UP else base64.b64decode(value, validate=True),
}


# For others --------------------------------------------------------------------------------------------------------

_SCHEMA: Mapping[Kind, dict[str, Any]] = {
    Kind.WHOLE: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.TEXT: {"type": "string"},
    Kind.ACTIVITY: {"enum": [str(activity) for activity in Activity]},
    Kind.DAY: {"type": "string", "format": "date"},
    Kind.JSON: {"type": ["object", "array"]},
    Kind.SEALED: {"type": "string", "contentEncoding": "base64"},
}


def schema() -> dict[str, Any]:
    """Return the JSON schema of the rows of each table: `$defs` has one a table."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"posture-coach export, form {FORM}",
        "description": "Each file TABLE.json is a list of rows as `$defs` describes them. TABLE.csv and "
        "TABLE.parquet have the same columns; there, what is an object or a list here is a text of JSON.",
        "$defs": {name: _rows(METADATA.tables[name]) for name in EXPORTED},
    }


def _rows(table: Table) -> dict[str, Any]:
    known = cells(table.name)
    row = {
        "type": "object", "additionalProperties": False, "required": [cell.name for cell in known],
        "properties": {cell.name: _described(cell) for cell in known},
    }  # fmt: skip
    return {"description": TABLES[table.name], "type": "array", "items": row}


def _described(cell: Cell) -> dict[str, Any]:
    kind = _SCHEMA[cell.kind]
    described = {"anyOf": [kind, {"type": "null"}]} if cell.empty else dict(kind)
    return described | {"description": f"{cell.means} [{cell.unit}]" if cell.unit else cell.means}
