"""Turns a plain history file into an encrypted one, and back: whole, or not at all."""

from __future__ import annotations

import os
import re
from contextlib import closing
from pathlib import Path
from typing import Any

from posture_coach.errors import OutputError, StoreBusyError, StoreError
from posture_coach.store.files.whole import shred, sync_folder
from posture_coach.store.history import cipher
from posture_coach.store.history.claim import alone
from posture_coach.store.history.database import FILE_MODE
from posture_coach.store.history.migrate import BACKUPS

BUSY_S = 2.0
BESIDE = re.compile(r"-(wal|shm|journal)$")
"""What SQLite keeps beside a file, encrypted as that is."""
IN_USE = "Another posture-coach has the history open. Close it, and its pages in the browser, and try again."
CAN_REPLACE_OPEN_FILES = os.name != "nt"


def convert(path: Path, key: str | None, new: str | None) -> bool:
    """Write the history anew, and put it in the place of the old file in one step.

    This program itself must not have the file open: a file's locks do not hold between SQLite and SQLCipher in one
    process.

    Parameters
    ----------
    key
        What opens it now; None where it is plain.
    new
        What shall; None: it becomes plain.

    Returns
    -------
    :
        Whether what was there before is gone as far as a program can see to it: a plain file is overwritten before it
        is deleted, where the file system lets us get at it.

    Raises
    ------
    StoreBusyError
        Another program has it open.
    StoreError
        It cannot be done; nothing was changed.
    """
    with alone(path, IN_USE):
        _clear_away(path)
        try:
            reached = _converted(path, key, new)
        except cipher.errors(OSError) as why:
            raise _explained(path, why) from why
        finally:
            gone = _clear_away(path)
        if new is not None:
            cipher.opened(new)
        return gone and reached


def clear_away(path: Path) -> bool:
    """Overwrite and delete what an interrupted conversion has left; return whether it is gone.

    While another program keeps the history, or converts it, nothing is touched.
    """
    if not any(left.exists() for left in _left_of(path)):
        return True
    try:
        with alone(path, IN_USE):
            return _clear_away(path)
    except StoreBusyError:
        return False


def _clear_away(path: Path) -> bool:
    return all([wipe(left) for left in _left_of(path) if left.exists()])


def _left_of(path: Path) -> tuple[Path, Path, Path]:
    """Return the new file while it is written, its journal, and the old file once it was put aside."""
    draft, journal, aside = (path.with_name(f".{path.name}.{name}") for name in ("draft", "draft-journal", "before"))
    return draft, journal, aside


def wipe(path: Path) -> bool:
    """Overwrite a file, then delete it; return whether both could be done.

    One that has another name too is only deleted: that may be somebody's copy, or the history itself.
    """
    try:
        alone_in_name = path.stat().st_nlink == 1
        shred(path)
    except (OSError, OutputError):
        return False
    return alone_in_name


def plain_copies(path: Path) -> list[Path]:
    """Return our own copies beside a history that anybody can read who has them; drafts and logs of such ones too."""
    found = [copy for copy in _copies(path, "*.db*") if copy.is_file() and copy.stat().st_size]
    return [copy for copy in found if not cipher.is_encrypted(copy.with_name(BESIDE.sub("", copy.name)))]


def copies_with(path: Path, key: str) -> list[Path]:
    """Return our own copies beside a history that a key opens."""
    return [copy for copy in _copies(path, "*.db") if cipher.is_of(copy, key)]


def _copies(path: Path, named: str) -> list[Path]:
    return sorted((path.parent / BACKUPS).glob(named))


def _converted(path: Path, key: str | None, new: str | None) -> bool:
    draft, _, aside = _left_of(path)
    with closing(_opened(path, key)) as source:
        _be_alone_in(source)
        _write(source, draft, new)
        if CAN_REPLACE_OPEN_FILES:
            return _swap(path, draft, aside)
    return _swap(path, draft, aside)


def _opened(path: Path, key: str | None) -> Any:
    connection = cipher.driver().connect(str(path), timeout=BUSY_S, isolation_level=None)
    if key is not None:
        cipher.unlock(connection, key)
    return connection


def _be_alone_in(connection: Any) -> None:
    """See to it that nobody else can open the file, and that all of it is in one file."""
    # Only the last one that has the file open can leave the log beside it.
    (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    if mode != "delete":
        raise StoreBusyError(IN_USE)
    connection.execute("PRAGMA main.locking_mode=EXCLUSIVE").fetchone()
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("COMMIT")


def _write(source: Any, draft: Path, key: str | None) -> None:
    """Write all of a history into a new file, and hold the two against each other."""
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
    source.execute("ATTACH DATABASE ? AS made KEY ?", (str(draft), key or ""))
    source.execute("PRAGMA made.auto_vacuum=INCREMENTAL")
    source.execute("SELECT sqlcipher_export('made')").fetchone()
    tables = [name for (name,) in source.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")]
    for name in tables:
        counts = {source.execute(f'SELECT count(*) FROM {where}."{name}"').fetchone() for where in ("main", "made")}
        if len(counts) != 1:
            raise StoreError(f"{draft} came out incomplete ({name}). Nothing was changed.")
    if source.execute("PRAGMA made.integrity_check(1)").fetchone() != ("ok",):
        raise StoreError(f"{draft} came out damaged: look at the disk. Nothing was changed.")
    source.execute("DETACH DATABASE made")
    with draft.open("rb+") as file:
        os.fsync(file.fileno())


def _swap(path: Path, draft: Path, aside: Path) -> bool:
    """Put the new file in the place of the old one; return whether the old one can still be got at, to overwrite it."""
    aside.unlink(missing_ok=True)
    linked = True
    try:
        os.link(path, aside)
    except OSError:
        linked = False
    draft.replace(path)
    # The old file is overwritten next: a power cut must not bring its name back.
    sync_folder(path.parent)
    return linked


def _explained(path: Path, why: Exception) -> StoreError:
    if "locked" in str(why):
        return StoreBusyError(f"{IN_USE} Nothing was changed.")
    return StoreError(f"{path} cannot be written anew: {why}. It needs as much free space again. Nothing was changed.")
