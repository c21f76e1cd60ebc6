"""One program at a time keeps the history; the system lets go of the lock whatever way that program ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from posture_coach.errors import StoreBusyError, StoreError
from posture_coach.store.history.database import FILE_MODE

LOCK_ENDING = ".lock"
Lock = FileLock


def claim(path: Path, otherwise: str) -> Lock:
    """Be the only one who keeps this file, until the lock is released.

    Parameters
    ----------
    otherwise
        What to say where another program is.

    Raises
    ------
    StoreBusyError
        Another program is.
    """
    lock = Lock(path.with_name(path.name + LOCK_ENDING), mode=FILE_MODE)
    try:
        lock.acquire(timeout=0)
    except Timeout as why:
        raise StoreBusyError(otherwise) from why
    except OSError as why:
        raise StoreError(f"{lock.lock_file} cannot be made: {why.strerror or why}.") from why
    return lock


@contextmanager
def alone(path: Path, otherwise: str) -> Iterator[None]:
    """Be the only one within the block; raises as `claim`."""
    lock = claim(path, otherwise)
    try:
        yield
    finally:
        lock.release()


def is_claimed(path: Path) -> bool:
    """Return whether a program keeps this file now."""
    if not path.with_name(path.name + LOCK_ENDING).exists():
        return False
    try:
        with alone(path, ""):
            return False
    except StoreBusyError:
        return True
