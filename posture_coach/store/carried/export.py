"""Writes everything that is kept, or a part of it, into a folder of its own, that is there whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from posture_coach import __version__
from posture_coach.errors import OutputError, StoreError
from posture_coach.store.carried.about import TABLES
from posture_coach.store.carried.elsewhere import forget, note
from posture_coach.store.carried.export_files import AT_ONCE, FileKind, Told, Writing
from posture_coach.store.carried.export_form import EXPORTED, FORM, Key, cells, schema, told
from posture_coach.store.carried.selection import Selection
from posture_coach.store.history.database import Database
from posture_coach.store.history.migrate import forms
from posture_coach.store.history.tables import METADATA, SESSIONS

MANIFEST, SCHEMA, README = "export.json", "schema.json", "README.txt"
FORMAT = "posture-coach export"
_CHUNK = 2**20


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds.

    Parameters
    ----------
    rows
        Of each table.
    sealed
        Whether it holds fields that no key has opened.
    """

    folder: Path
    rows: Mapping[str, int]
    sealed: bool


def export(
    database: Database, folder: Path, kind: FileKind, which: Selection, now: datetime, key: Key | None = None
) -> Exported:
    """Write an export.

    Parameters
    ----------
    folder
        Is made; an empty one is taken.
    now
        Local time.
    key
        Opens sealed fields; None: they are exported sealed.

    Raises
    ------
    OutputError
        The folder holds something, or cannot be written; nothing is left of what was begun.
    """
    what = f"export ({kind}): {which.words}"
    with _drafted(folder) as draft, _noted(database, draft, f"unfinished {what}", now) as number:
        rows: dict[str, int] = {}
        sealed = False
        with database.reading() as connection:
            for name in EXPORTED:
                with Writing(kind, draft / f"{name}.{kind}", name) as file:
                    rows[name] = 0
                    for chunk in _told(connection, METADATA.tables[name], which, key):
                        file.write(chunk)
                        rows[name] += len(chunk)
                        sealed = sealed or _is_sealed(name, chunk)
        _describe(draft, kind, which, now, rows)
        with _taken_back(draft, folder), database.writing() as connection:
            # In one commit with the folder's taking its place: none that nobody could find again.
            forget(connection, number)
            note(connection, folder, what, now)
            _put(draft, folder)
    return Exported(folder, rows, sealed)


def _told(connection: Connection, table: Table, which: Selection, key: Key | None) -> Iterator[list[Told]]:
    """Yield a table's rows in the order of their keys, some at a time."""
    has_session = "session_id" in table.c
    of_session = (SESSIONS.c.utc_offset_s.label("session_offset_s"),) if has_session else ()
    chosen: Select[Any] = select(table, *of_session).where(which.of(table)).order_by(*table.primary_key.columns)
    if has_session:
        chosen = chosen.join(SESSIONS, SESSIONS.c.id == table.c.session_id)
    offset = "session_offset_s" if has_session else "utc_offset_s"
    found = connection.execution_options(yield_per=AT_ONCE).execute(chosen).mappings()
    for rows in found.partitions():
        yield [told(table.name, dict(row), row.get(offset), key) for row in rows]


def _is_sealed(table: str, rows: list[Told]) -> bool:
    """Whether rows hold something that was not opened."""
    opened = [cell.name for cell in cells(table) if not cell.column and f"{cell.name}_sealed" in rows[0]]
    return any(row[name] is None and row[f"{name}_sealed"] is not None for name in opened for row in rows)


def _describe(draft: Path, kind: FileKind, which: Selection, now: datetime, rows: Mapping[str, int]) -> None:
    """Write what the files are, and by what a damaged one is told."""
    files = {name: draft / f"{name}.{kind}" for name in EXPORTED}
    manifest = {
        "format": FORMAT, "form": FORM, "history": forms()[0], "program": __version__, "made_at": now.isoformat(),
        "files_as": kind, "what": which.words,
        "tables": {
            name: {"file": path.name, "rows": rows[name], "sha256": sha256(path)} for name, path in files.items()
        },
    }  # fmt: skip
    for name, text in ((MANIFEST, manifest), (SCHEMA, schema())):
        (draft / name).write_text(json.dumps(text, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (draft / README).write_text(_readme(kind, which, now, rows), encoding="utf-8")
    for path in draft.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())


def _readme(kind: FileKind, which: Selection, now: datetime, rows: Mapping[str, int]) -> str:
    listed = "\n".join(f"  {name + '.' + kind:<20} {rows[name]:>9}  {TABLES[name]}" for name in EXPORTED)
    return f"""What posture-coach {__version__} kept: {which.words}.
Exported on {now:%Y-%m-%d %H:%M}. Whoever gets these files can read them: delete the folder when you no longer need it.

  file                      rows  what it holds
{listed}

An empty cell: not seen, or not known. Times are in seconds since 1970, UTC (_s), and beside it in local time (_local).
Units stand at the end of a column's name: _deg degrees, _cm centimetres, _s seconds, _ratio a ratio, _points 0 to 100,
_share 0 to 1. Cells of several numbers are JSON. In CSV a text that a spreadsheet would take for a formula begins with
an apostrophe. {SCHEMA} explains every column; {MANIFEST} says what was exported.

Bring it back, also into another database: posture-coach data import FOLDER
"""


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, which need not fit into memory."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def _drafted(folder: Path) -> Iterator[Path]:
    """Give a folder beside the one that is wanted; nothing of it is left at the end of the block."""
    draft = None
    try:
        _check_free(folder)
        folder.absolute().parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name[:40]}-draft-", dir=folder.absolute().parent))
        yield draft
    except (OSError, ValueError) as why:
        reason = getattr(why, "strerror", None) or why
        raise OutputError(
            f"{folder} cannot be written: {reason}. Nothing was exported. Free some space, or name another folder."
        ) from why
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def _noted(database: Database, draft: Path, what: str, now: datetime) -> Iterator[int]:
    """Keep a draft in mind before anything is in it, so that what a killed program leaves can be found and deleted."""
    with database.writing() as connection:
        number = note(connection, draft, what, now)
    try:
        yield number
    except BaseException:
        with suppress(StoreError), database.writing() as connection:
            forget(connection, number)
        raise


def _check_free(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
        raise OutputError(f"{folder} holds something already. Name a folder that does not exist yet: it is made.")


@contextmanager
def _taken_back(draft: Path, folder: Path) -> Iterator[None]:
    """Take the folder away again where the commit fails after it has taken its place."""
    try:
        yield
    except BaseException:
        if not draft.exists():
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _put(draft: Path, folder: Path) -> None:
    with suppress(FileNotFoundError):
        folder.rmdir()
    draft.rename(folder)
