"""Files that appear whole or not at all, files that go for good, and what is said where they cannot be written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from posture_coach.errors import OutputError
from posture_coach.store.files.folder import way_out

_ZEROS = bytes(2**20)


def write_whole(path: Path, text: str) -> None:
    """Put a whole file in the place of an older one; only this user may read it."""
    handle, name = tempfile.mkstemp(prefix=".draft-", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def try_folder(folder: Path, mode: int) -> None:
    """Make a folder if there is none, and write to it what vanishes again: before work that would be lost."""
    with explaining(folder):
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as draft:
            draft.write(b" ")


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk; a system that cannot be told to does so by itself."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def shred(path: Path) -> None:
    """Delete a file, zeros written over what it held.

    What has another name too, and what a link leads to, may be somebody's own: there only this name goes.
    """
    with explaining(path):
        if not path.is_symlink() and path.stat().st_nlink == 1:
            with path.open("r+b") as file:
                left = path.stat().st_size
                while left > 0:
                    left -= file.write(_ZEROS[:left])
                file.flush()
                os.fsync(file.fileno())
        path.unlink()


@contextmanager
def explaining(path: Path) -> Iterator[None]:
    """Say what to do where a file cannot be written.

    Raises
    ------
    OutputError
        It cannot be.
    """
    try:
        yield
    except OSError as why:
        raise OutputError(
            f"{path} cannot be written: {why.strerror or why}. What stood there before still does. {way_out(why)}"
        ) from why
