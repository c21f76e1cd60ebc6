"""Copies of the history's file: which there are, and how one takes the history's place."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from posture_coach.errors import StoreBusyError, StoreDamagedError, StoreError, StoreKeyError, StoreNewerError
from posture_coach.store.carried.elsewhere import Elsewhere, is_there, note, noted
from posture_coach.store.files.folder import FOLDER_MODE
from posture_coach.store.files.whole import sync_folder
from posture_coach.store.history import cipher
from posture_coach.store.history.claim import alone
from posture_coach.store.history.database import FILE_MODE, Database
from posture_coach.store.history.migrate import BACKUPS, backup, forms, prepare

BESIDE = ("-wal", "-shm", "-journal")
"""How the names of files end that SQLite keeps beside one of its own."""
ASIDE, BY_HAND = "before-restore", "by-hand"
"""Why a copy was made, in its name."""
DRAFT = ".draft-"
IN_USE = (
    "Another posture-coach keeps or reads this history. Close it (the dashboard, monitor), then do this again. "
    "Nothing was changed."
)


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy beside the history.

    Parameters
    ----------
    made_at
        Local time, of its last change.
    """

    path: Path
    size: int
    made_at: datetime


def copies(path: Path | None) -> list[Copy]:
    """Return the copies beside a history's file, the oldest first; a server's (None) are its own."""
    found = []
    for copy in sorted((path.parent / BACKUPS).glob("*.db")) if path else ():
        with suppress(OSError):
            stat = copy.stat()
            found.append(Copy(copy, stat.st_size, datetime.fromtimestamp(stat.st_mtime).astimezone()))
    return found


def remnants(path: Path) -> list[Path]:
    """Return what a killed program has left beside a history's file and its copies: drafts, logs without their file."""
    beside = [*path.parent.glob(f"{DRAFT}*.db*"), *path.parent.glob(f".{path.name}.*")]
    copied = (path.parent / BACKUPS).glob("*")
    beside += [one for one in copied if one.name.startswith(".") or one.name.endswith(BESIDE)]
    return sorted(one for one in beside if one.is_file())


def file_at(url: URL) -> Path:
    """Return the file that an address names.

    Raises
    ------
    StoreError
        It is on a server.
    """
    if url.get_backend_name() != "sqlite" or not url.database:
        raise StoreError("A PostgreSQL database is brought back by its own means: `pg_restore`, or `psql < FILE`.")
    return Path(url.database)


def copy_to(database: Database, file: Path | None, now: datetime) -> Path:
    """Copy the history; one that goes elsewhere is kept in mind, for whoever wants to delete it. Return the copy.

    Raises
    ------
    StoreError
        There is something of that name, it cannot be written, or the history is on a server.
    """
    folder = database.path.parent / BACKUPS if database.path else None
    if file is None:
        return backup(database, now, BY_HAND, folder and free_name(folder, now, BY_HAND))
    if is_there(file):
        raise StoreError(f"{file} is there already. Name a file that does not exist yet.")
    copy = backup(database, now, BY_HAND, file)
    if file.absolute().parent != folder:
        try:
            with database.writing() as connection:
                note(connection, file, "copy of the whole history", now)
        except BaseException:
            # One that nobody could find again is worse than none.
            copy.unlink(missing_ok=True)
            raise
    return copy


def refuse_no_copy(path: Path, copy: Path) -> None:
    """Raise `StoreError` where there is no such copy, or it is the history itself."""
    try:
        found = copy.is_file()
    except (OSError, ValueError):
        found = False
    if not found:
        raise StoreError(f"There is no file {copy}. `posture-coach data where` lists the copies.")
    if path.exists() and copy.samefile(path):
        raise StoreError(f"{copy} is the history itself. `posture-coach data where` lists the copies.")


def restore(path: Path, copy: Path, now: datetime) -> Path | None:
    """Put a copy in the history's place; return where the present one was moved to, None where there was none.

    The copy is looked through before anything is touched, and stays as it is. Whatever fails, the history is the one
    that was there before, or the copy, whole. What was written elsewhere is still known afterwards.

    Raises
    ------
    StoreError
        It is no copy of a history, damaged or newer; or another program keeps the history.
    """
    refuse_no_copy(path, copy)
    with _draft(path, copy) as draft, alone(path, IN_USE):
        aside = _aside(path, now)
        elsewhere = _elsewhere(path) if aside else ()
        try:
            _only_the_file(path)
        except StoreBusyError:
            if aside is not None:
                aside.unlink(missing_ok=True)
            raise
        draft.replace(path)
        sync_folder(path.parent)
    with _opened(path) as anew:
        prepare(anew, now)
        with anew.writing() as connection:
            known = {(one.path, one.at) for one in noted(connection)}
            for one in elsewhere:
                if (one.path, one.at) not in known:
                    note(connection, one.path, one.what, one.at)
    return aside


def _opened(path: Path) -> Database:
    return Database(URL.create("sqlite", database=str(path)))


def _elsewhere(path: Path) -> tuple[Elsewhere, ...]:
    """Return what was written elsewhere; nothing where the history is damaged."""
    with suppress(StoreError), _opened(path) as database, database.reading() as connection:
        return noted(connection)
    return ()


@contextmanager
def _draft(path: Path, copy: Path) -> Iterator[Path]:
    """Give a whole, looked-through copy beside the history; it is gone at the end of the block."""
    draft = None
    try:
        path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f"{DRAFT}restore-", suffix=".db", dir=path.parent)
        os.close(handle)
        draft = Path(name)
        _copy_whole(copy, draft)
        yield draft
    except OSError as why:
        raise StoreError(f"{path} cannot be replaced: {why.strerror or why}. Nothing was changed.") from why
    finally:
        for ending in ("", *BESIDE) if draft else ():
            with suppress(OSError):
                Path(f"{draft}{ending}").unlink(missing_ok=True)


def _copy_whole(copy: Path, draft: Path) -> None:
    """Copy a copy, encrypted as it is, and look through what came of it."""
    key = cipher.key_of(copy) if cipher.is_encrypted(copy) else None
    try:
        with (
            closing(cipher.connect(f"{copy.absolute().as_uri()}?mode=ro", key, uri=True)) as source,
            closing(cipher.connect(draft, key)) as target,
        ):
            source.backup(target)
            _look_through(target, copy)
            target.execute("PRAGMA journal_mode=DELETE")
    except cipher.errors() as why:
        if getattr(why, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
            raise StoreError(f"The disk is full. Free some space beside {draft.parent}. Nothing was changed.") from why
        raise StoreDamagedError(
            f"{copy} is damaged, or no copy of a history: {why}. Nothing was changed. `posture-coach data where` lists "
            "the copies there are."
        ) from why


def _look_through(file: Any, copy: Path) -> None:
    """Raise where a copy is damaged or of a form that this program does not know."""
    (found,) = file.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(found)
    if file.execute("PRAGMA foreign_key_check").fetchone():
        raise sqlite3.DatabaseError("rows refer to others that are not there")
    (form,) = file.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
    if form not in forms():
        raise StoreNewerError(
            f"{copy} was written by a newer posture-coach. Bring this one up to date "
            "(`pip install --upgrade posture-coach`), then restore it. Nothing was changed."
        )


def _aside(path: Path, now: datetime) -> Path | None:
    """Copy the present history to the copies, byte by byte where it is damaged, with the log that belongs to it."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    folder = path.parent / BACKUPS
    try:
        with _opened(path) as database:
            return backup(database, now, ASIDE, free_name(folder, now, ASIDE))
    except StoreBusyError:
        raise
    except StoreError:
        return _aside_as_it_is(path, folder, free_name(folder, now, f"{ASIDE}-damaged"))


def _aside_as_it_is(path: Path, folder: Path, aside: Path) -> Path:
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    endings = [ending for ending in ("", "-wal") if Path(f"{path}{ending}").exists()]
    try:
        for ending in endings:
            shutil.copyfile(f"{path}{ending}", f"{aside}{ending}")
            Path(f"{aside}{ending}").chmod(FILE_MODE)
    except BaseException:
        for ending in endings:
            Path(f"{aside}{ending}").unlink(missing_ok=True)
        raise
    return aside


def free_name(folder: Path, now: datetime, why: str) -> Path:
    """Return a name for a copy that no other one has."""
    stem = f"{now:%Y-%m-%d-%H%M%S}-{why}"
    names = chain([f"{stem}.db"], (f"{stem}-{number}.db" for number in count(2)))
    return next(folder / name for name in names if not (folder / name).exists())


def _only_the_file(path: Path) -> None:
    """Have nothing but the file itself: a log that belongs to the old one would be played into the new one."""
    with suppress(StoreKeyError, *cipher.errors()):
        key = cipher.key_of(path) if cipher.is_encrypted(path) else None
        with closing(cipher.connect(path, key, timeout=1.0, isolation_level=None)) as file:
            try:
                # Only somebody who is alone with the file may do this, whatever the others do with it.
                file.execute("PRAGMA journal_mode=DELETE")
            except cipher.errors() as why:
                if getattr(why, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise StoreBusyError(IN_USE) from why
    for ending in BESIDE:
        Path(f"{path}{ending}").unlink(missing_ok=True)
