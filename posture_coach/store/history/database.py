"""Opens the history: a file of this user's (SQLite), or a clinic's PostgreSQL by an address in the environment.

SQLite writes ahead into a log of its own (WAL), so that readers never wait for the writer; `synchronous=FULL` has each
commit on the disk before it counts, so that a power cut takes nothing that was committed; what is deleted is
overwritten (`secure_delete`), and free pages are given back in small steps (`auto_vacuum=INCREMENTAL`).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from posture_coach.errors import StoreBusyError, StoreDamagedError, StoreError
from posture_coach.store.files.folder import FOLDER_MODE, data_folder, way_out
from posture_coach.store.history import cipher

URL_VARIABLE = "POSTURE_COACH_DATABASE_URL"
"""Environment variable: the address of a PostgreSQL database, or another SQLite file."""
FILE_NAME = "history.db"
FILE_MODE = 0o600
BUSY_S = 5.0
"""How long to wait for another writer, each of which holds the file for milliseconds."""
CONNECT_S = 5
"""How long to wait for a server."""
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "fullfsync=ON", "foreign_keys=ON", "secure_delete=ON")
"""`fullfsync`: without it a Mac counts as written what lies in the disk's own memory; other systems do not know it."""
WRITES = {"posture_coach_writes": True}
_BUSY_WAIT_S = 0.02
_BUSY_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_DAMAGED_CODES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_LOCK_NOT_AVAILABLE, _DISK_FULL = "55P03", "53100"
"""What PostgreSQL calls the two."""
_NO_ROOM = 2**16
"""Bytes: less than the smallest write that asks the system for room."""


class Database:
    """An open history.

    Parameters
    ----------
    url
        See `address`.
    busy_s
        How long to wait for another writer.

    Attributes
    ----------
    path
        The SQLite file; None for a server.
    key
        What opens the file; None where it is not encrypted.

    Raises
    ------
    StoreKeyError
        The file is encrypted, and nothing told opens it; see `cipher.key_of`.
    """

    def __init__(self, url: URL, busy_s: float = BUSY_S) -> None:
        self.url = url
        self.path = Path(url.database) if _is_file(url) and url.database else None
        self.key = cipher.key_of(self.path) if self.path and cipher.is_encrypted(self.path) else None
        self.engine = _engine(url, busy_s, self.key)
        self._file = _identity(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def where(self) -> str:
        """What it is, for a person to read; without a password."""
        return str(self.path) if self.path else self.url.render_as_string(hide_password=True)

    @property
    def gone(self) -> bool:
        """Whether its file was deleted, or another one put in its place: what is written then nobody finds again."""
        return self.path is not None and _identity(self.path) != self._file

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read, all from one moment."""
        # A server would otherwise show each question what others have committed since the one before.
        moment: dict[str, Any] = {} if self.path else {"isolation_level": "REPEATABLE READ"}
        with self.explaining(), self.engine.connect().execution_options(**moment) as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Write: all of it is kept when the block ends well, nothing of it when it does not."""
        with self.explaining(), self.engine.connect().execution_options(**WRITES) as connection, connection.begin():
            yield connection

    @contextmanager
    def bare(self) -> Iterator[Any]:
        """Hand out the driver's own connection, outside any transaction."""
        with self.explaining(), self.engine.connect() as connection:
            yield connection.connection.driver_connection

    def beside(self, path: Path) -> Any:
        """Open another file, for a copy, encrypted as this one is."""
        return cipher.connect(path, self.key)

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Turn what the database says into what to do about it."""
        try:
            yield
        except DBAPIError as why:
            raise _explained(why.orig, self.where) from why
        except cipher.errors() as why:
            raise _explained(why, self.where) from why
        except SQLAlchemyError as why:
            raise StoreError(f"The history ({self.where}) cannot be used: {why}.") from why

    def close(self) -> None:
        """Let go of it."""
        self.engine.dispose()


def address(typed: str | None = None) -> URL:
    """Return where the history is: what was typed, what the environment says, or this user's own file.

    Raises
    ------
    StoreError
        The address is none.
    """
    text = typed or os.environ.get(URL_VARIABLE)
    if not text:
        return URL.create("sqlite", database=str(data_folder().absolute() / FILE_NAME))
    try:
        url = make_url(text)
        if url.drivername in ("postgres", "postgresql"):
            url = url.set(drivername="postgresql+psycopg")
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError) as why:
        # The address itself may hold a password: it is not shown.
        raise StoreError(
            f"{URL_VARIABLE} is no address of a database. It looks like postgresql://name:password@host/database."
        ) from why
    return url


def refuse_a_damaged(path: Path) -> None:
    """Look through an SQLite file that no program let go of in good order, without writing to it.

    A cut file and one with a page of something else often open well, and tell only when that page is come upon: what is
    written until then would be lost with it.

    Raises
    ------
    StoreDamagedError
        It is damaged.
    """
    log = path.with_name(path.name + "-wal")
    in_good_order = not log.exists() or log.stat().st_size == 0
    if not in_good_order and path.stat().st_size == 0:
        # SQLite takes it for a new one, and throws the log away.
        raise _damaged(str(path), "it is empty, but its log is not")
    try:
        key = cipher.key_of(path) if cipher.is_encrypted(path) else None
        with closing(cipher.connect(f"{path.absolute().as_uri()}?mode=ro", key, uri=True, timeout=BUSY_S)) as file:
            pages, size = (file.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
            if in_good_order and pages * size == path.stat().st_size:
                return
            (found,) = file.execute("PRAGMA quick_check(1)").fetchone()
    except cipher.errors() as why:
        raise _explained(why, str(path)) from why
    if found != "ok":
        raise _damaged(str(path), found)


def _is_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _identity(path: Path | None) -> tuple[int, int] | None:
    """Return what tells a file from another one of that name; None where there is none."""
    with suppress(OSError):
        if path is not None:
            found = path.stat()
            return found.st_dev, found.st_ino
    return None


def _engine(url: URL, busy_s: float, key: str | None) -> Engine:
    if not _is_file(url):
        try:
            engine = create_engine(url, pool_pre_ping=True, connect_args=_patience(url, busy_s))
        except ModuleNotFoundError as why:
            raise StoreError(
                "PostgreSQL needs a driver: install it with `pip install 'posture-coach[postgres]'`."
            ) from why
        return engine
    path = Path(url.database or "")
    _make_private(path)
    how = {"timeout": busy_s, "isolation_level": None, "check_same_thread": False}
    engine = create_engine(url, connect_args=how, module=cipher.driver() if key else sqlite3)
    event.listen(engine, "connect", partial(_prepare, key=key, busy_s=busy_s))
    event.listen(engine, "begin", _begin)
    return engine


def _patience(url: URL, busy_s: float) -> dict[str, Any]:
    """Return how long to wait for a server: without limits one that was unplugged would be waited for for minutes."""
    limits = {
        "connect_timeout": CONNECT_S, "tcp_user_timeout": 1000 * CONNECT_S,
        "options": f"-c lock_timeout={round(1000 * busy_s)}",
    }  # fmt: skip
    return {name: limit for name, limit in limits.items() if name not in url.query}


def _make_private(path: Path) -> None:
    """Make the file, and its folder, so that this user alone may read them."""
    try:
        path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
            # A log that is there all the same belongs to a file that somebody has deleted.
            for ending in ("-wal", "-shm"):
                path.with_name(path.name + ending).unlink(missing_ok=True)
    except OSError as why:
        raise StoreError(f"{path} cannot be made: {why.strerror or why}. {way_out(why)}") from why


def _prepare(connection: Any, _record: object, key: str | None, busy_s: float) -> None:
    if key:
        cipher.unlock(connection, key)
    # Only an empty file takes this, and it must come before everything else.
    connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
    _patiently(partial(connection.execute, f"PRAGMA {PRAGMAS[0]}"), busy_s)
    for pragma in PRAGMAS[1:]:
        connection.execute(f"PRAGMA {pragma}")


def _patiently(work: Callable[[], object], busy_s: float) -> None:
    """Do what SQLite itself does not wait for: a new file takes its log only while nobody else writes to it."""
    end_s = time.monotonic() + busy_s
    while True:
        try:
            work()
        except cipher.errors() as why:
            busy = getattr(why, "sqlite_errorcode", 0) & 0xFF in _BUSY_CODES
            if not busy or time.monotonic() > end_s:
                raise
            time.sleep(_BUSY_WAIT_S)
        else:
            return


def _begin(connection: Connection) -> None:
    # A writer that has read first cannot wait for another one: it asks for the lock before.
    writes = connection.get_execution_options().get("posture_coach_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _explained(why: BaseException | None, where: str) -> StoreError:
    code, state = getattr(why, "sqlite_errorcode", 0) & 0xFF, getattr(why, "sqlstate", None)
    if code in _BUSY_CODES or state == _LOCK_NOT_AVAILABLE:
        return StoreBusyError(
            f"{where} is being written by another program. Close it (a second posture-coach, a backup, a viewer of "
            "databases), or wait."
        )
    if code in _DAMAGED_CODES:
        return _damaged(where, str(why))
    if code == sqlite3.SQLITE_FULL or state == _DISK_FULL or (code == sqlite3.SQLITE_IOERR and _is_full(where)):
        return StoreError(f"The disk is full: nothing more can be written to {where}. Free some space.")
    return StoreError(f"The history ({where}) cannot be used: {str(why).strip()}.")


def _damaged(where: str, what: str) -> StoreDamagedError:
    return StoreDamagedError(
        f"{where} is damaged: {what}. Look with `posture-coach data check`; bring back a copy with "
        "`posture-coach data restore`. The file is left as it is."
    )


def _is_full(where: str) -> bool:
    """Whether there is no room beside a file: SQLite names some writes that found none an error of the device."""
    with suppress(OSError):
        return shutil.disk_usage(Path(where).parent).free < _NO_ROOM
    return False
