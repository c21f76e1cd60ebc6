"""The three kinds of files that an export is made of, written and read row by row, however many there are."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Protocol, Self, TextIO

from posture_coach.store.carried.export_form import Cell, FaultError, Kind, cells
from posture_coach.store.files.formulas import GUARD, guarded

FileKind = Literal["csv", "parquet", "json"]
AT_ONCE = 2000
"""Rows that are in memory at a time."""
MOST_LETTERS = 2**27
"""Of one cell of CSV: what lowered the score of a long day, moment by moment, is far below it."""

Told = Mapping[str, Any]
"""A row as `export_form.told` tells it."""


class Writer(Protocol):
    """Takes rows, some at a time."""

    def write(self, rows: list[Told]) -> None:
        """Add rows."""

    def close(self) -> None:
        """Finish the file."""


class CsvWriter:
    """Writes CSV: UTF-8, a comma between cells, nothing in a cell that is not known, no text that is a formula."""

    def __init__(self, path: Path, table: str) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._json, self._text = (
            [cell.name for cell in cells(table) if cell.kind is kind] for kind in (Kind.JSON, Kind.TEXT)
        )
        self._rows = csv.DictWriter(self._file, [cell.name for cell in cells(table)], lineterminator="\n")
        self._rows.writeheader()

    def write(self, rows: list[Told]) -> None:
        """Add rows."""
        for row in rows:
            text = {name: guarded(row[name]) for name in self._text if row[name] is not None}
            self._rows.writerow({**row, **_as_text(row, self._json), **text})

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class JsonWriter:
    """Writes one list, a row in a line, so that it can be read line by line as well as in one."""

    def __init__(self, path: Path, _table: str) -> None:
        self._file: TextIO = path.open("w", encoding="utf-8", newline="\n")
        self._file.write("[")
        self._first = True

    def write(self, rows: list[Told]) -> None:
        """Add rows."""
        for row in rows:
            self._file.write(("" if self._first else ",") + "\n" + _dumped(row))
            self._first = False

    def close(self) -> None:
        """Finish the file."""
        self._file.write("\n]\n")
        self._file.close()


class ParquetWriter:
    """Writes Parquet, compressed."""

    def __init__(self, path: Path, table: str) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._pa, self._cells = pa, cells(table)
        types = {Kind.WHOLE: pa.int64(), Kind.NUMBER: pa.float64(), Kind.DAY: pa.string()}
        self._schema = pa.schema(
            [
                pa.field(
                    cell.name, types.get(cell.kind, pa.string()), metadata={"unit": cell.unit, "means": cell.means}
                )
                for cell in self._cells
            ]
        )
        self._json = [cell.name for cell in self._cells if cell.kind is Kind.JSON]
        self._file = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._waiting: list[Told] = []

    def write(self, rows: list[Told]) -> None:
        """Add rows; they go out in larger groups, which are smaller and faster."""
        self._waiting += rows
        if len(self._waiting) >= 10 * AT_ONCE:
            self._out()

    def close(self) -> None:
        """Finish the file."""
        self._out()
        self._file.close()

    def _out(self) -> None:
        if self._waiting:
            rows = [{**row, **_as_text(row, self._json)} for row in self._waiting]
            self._file.write_table(self._pa.Table.from_pylist(rows, self._schema))
            self._waiting = []


WRITERS: Mapping[FileKind, type[CsvWriter] | type[JsonWriter] | type[ParquetWriter]] = {
    "csv": CsvWriter,
    "parquet": ParquetWriter,
    "json": JsonWriter,
}


class Writing:
    """A file that is closed whatever happens."""

    def __init__(self, kind: FileKind, path: Path, table: str) -> None:
        self._writer: Writer = WRITERS[kind](path, table)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()

    def write(self, rows: list[Told]) -> None:
        """Add rows."""
        self._writer.write(rows)


def rows_of(kind: FileKind, path: Path, table: str) -> Iterator[tuple[int, Told]]:
    """Yield the rows of a file with their numbers, from 1.

    Raises
    ------
    FaultError
        It is not what was written.
    """
    read = {"csv": _csv, "parquet": _parquet, "json": _json}[kind]
    yield from enumerate(read(path, table), 1)


def _csv(path: Path, table: str) -> Iterator[Told]:
    known = {cell.name: cell for cell in cells(table)}
    csv.field_size_limit(MOST_LETTERS)
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, strict=True)
        try:
            _check_names(rows.fieldnames or (), table)
            for row in rows:
                if None in row or None in row.values():
                    raise FaultError(f"line {rows.line_num} has not as many cells as there are columns")
                yield {name: _from_text(known[name], value) for name, value in row.items() if name in known}
        except (csv.Error, UnicodeDecodeError, ValueError) as why:
            raise FaultError(f"line {rows.line_num} is no row of CSV: {why}") from why


def _from_text(cell: Cell, text: str) -> Any:
    if text == "":
        return None if cell.empty or cell.kind is not Kind.TEXT else ""
    if cell.kind is Kind.WHOLE:
        return int(text)
    if cell.kind is Kind.NUMBER:
        return float(text)
    if cell.kind is Kind.JSON:
        return _loaded(text)
    return text.removeprefix(GUARD) if cell.kind is Kind.TEXT else text


def _json(path: Path, table: str) -> Iterator[Told]:
    with path.open(encoding="utf-8") as file:
        try:
            if next(file, "").strip() != "[":
                raise FaultError("it does not begin with a list, one row in a line")
            for line in file:
                if line.strip() == "]":
                    return
                row = _loaded(line.rstrip().removesuffix(","))
                if not isinstance(row, dict):
                    raise FaultError(f"a row is no object: {line:.60}")
                _check_names(row, table)
                yield row
        except (ValueError, RecursionError) as why:
            raise FaultError(f"it is no JSON with one row in a line: {why}") from why
    raise FaultError("it ends in the middle")


def _parquet(path: Path, table: str) -> Iterator[Told]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    inside = [cell.name for cell in cells(table) if cell.kind is Kind.JSON]
    try:
        with pq.ParquetFile(path) as file:
            _check_names(file.schema_arrow.names, table)
            for batch in file.iter_batches(AT_ONCE):
                for row in batch.to_pylist():
                    yield {**row, **{name: row[name] and _loaded(row[name]) for name in inside}}
    except (pa.ArrowException, ValueError, OSError) as why:
        raise FaultError(f"it cannot be read as Parquet: {why}") from why


def _check_names(names: Any, table: str) -> None:
    missing = [cell.name for cell in cells(table) if cell.column and cell.name not in names]
    if missing:
        raise FaultError(f"columns are missing: {', '.join(missing[:5])}")


def _as_text(row: Told, names: list[str]) -> dict[str, str | None]:
    return {name: None if row[name] is None else _dumped(row[name]) for name in names}


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _loaded(text: str) -> Any:
    return json.loads(text)
