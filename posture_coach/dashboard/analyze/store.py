"""Where dropped files and their results lie: a folder of this run, for this user alone, gone when the run is.

A run holds a lock beside its folder. The system lets go of it whatever way the run ends, so that the next start can
tell what a killed run left from what a second dashboard is using.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import IO

import filelock
import platformdirs

FOLDER_MODE, FILE_MODE = 0o700, 0o600
NAME_BYTES = 8
LOCK_ENDING = ".lock"
_ENDING = re.compile(r"\.[a-z0-9]{1,5}")


def default_root() -> Path:
    """Return where the folders of all runs of this user lie."""
    return Path(platformdirs.user_cache_dir("posture-coach")) / "analyze"


class Store:
    """The private folder of one run; made at once, and what killed runs left is deleted."""

    def __init__(self, root: Path) -> None:
        root.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        root.chmod(FOLDER_MODE)
        sweep(root)
        self.path = root / f"run-{secrets.token_hex(NAME_BYTES)}"
        # The lock comes first: a folder without a held one is taken for a killed run's.
        self._lock = _locked(_lock_of(self.path))
        self.path.mkdir(mode=FOLDER_MODE)

    def room(self, ending: str) -> Path:
        """Make a folder for one upload, and return the path that it is to have, which keeps of its name the ending."""
        folder = self.path / secrets.token_hex(NAME_BYTES)
        folder.mkdir(mode=FOLDER_MODE)
        return folder / f"upload{ending if _ENDING.fullmatch(ending) else ''}"

    def close(self) -> None:
        """Delete everything; safe to call twice."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            self._lock.release()
            self._lock = None
        with suppress(OSError):
            _lock_of(self.path).unlink(missing_ok=True)


def create(path: Path) -> IO[bytes]:
    """Open a new file that only this user may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), FILE_MODE), "wb")


def runs(root: Path) -> list[Path]:
    """Return the folders of the runs that go on, and of those that were killed."""
    return sorted(folder for folder in root.glob("run-*") if folder.is_dir())


def sweep(root: Path) -> tuple[list[Path], list[Path]]:
    """Delete the folders of runs that have ended without doing so; return what went, and what could not be deleted."""
    gone: list[Path] = []
    stuck: list[Path] = []
    for folder in runs(root):
        lock = _locked(_lock_of(folder))
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            lock.release()
            with suppress(OSError):
                _lock_of(folder).unlink(missing_ok=True)
            (stuck if folder.exists() else gone).append(folder)
    return gone, stuck


def _lock_of(folder: Path) -> Path:
    return folder.with_name(folder.name + LOCK_ENDING)


def _locked(path: Path) -> filelock.BaseFileLock | None:
    """Lock a file; None where somebody else holds it."""
    lock = filelock.FileLock(path, timeout=0, mode=FILE_MODE)
    try:
        lock.acquire()
    except filelock.Timeout:
        return None
    return lock
