"""Writing so that a result is either whole or not there: a full disk or a killed process leaves no half file."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from posture_coach.errors import OutputError


@contextmanager
def written(target: Path) -> Iterator[Path]:
    """Give a temporary path beside the target; it takes the target's place when the block ends without an error.

    Raises
    ------
    OutputError
        The folder cannot be written, or the disk is full. What stood at the target before is still there.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=".posture-coach-", suffix=target.suffix, dir=target.parent)
        os.close(handle)
    except OSError as why:
        raise _explained(target, why) from why
    draft = Path(name)
    try:
        yield draft
        _flush_to_disk(draft)
        draft.chmod(0o666 & ~_umask())
        draft.replace(target)
    except OSError as why:
        raise _explained(target, why) from why
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Create the folder for results and make sure that it can be written.

    Raises
    ------
    OutputError
        It cannot be created, is a file, or is not writable.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as why:
        raise _explained(folder, why) from why


def _flush_to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _umask() -> int:
    """Return the process's file mask; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _explained(target: Path, why: OSError) -> OutputError:
    if why.errno == errno.ENOSPC:
        return OutputError(f"{target} cannot be written: the disk is full. Free some space and run again.")
    if why.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutputError(f"{target} cannot be written: no permission. Choose another folder with --out.")
    return OutputError(f"{target} cannot be written: {why.strerror or why}. Choose another folder with --out.")
