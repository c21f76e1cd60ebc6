"""Writing so that a result is either whole or not there: a full disk or a killed process leaves no half file."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from posture_coach.errors import OutputError

OUT = "--out"
"""What is typed before the folder of results."""


class Drafts:
    """Files that belong together: they take their places once all are written, one after the other.

    Used with `with`: leaving it without an error puts every draft in its target's place, in the order in which they
    were begun. So what tells that the others are there is begun last.

    Raises
    ------
    OutputError
        A folder cannot be written, or the disk is full: what stood at the targets before is still there. Or a target
        cannot be replaced: then those begun before it are new, and it and those after it are as they were.
    """

    def __init__(self, option: str = OUT) -> None:
        self._option = option
        self._drafts: dict[Path, Path] = {}

    @contextmanager
    def of(self, target: Path) -> Iterator[Path]:
        """Give a temporary path beside the target, to be written within the block."""
        with _explaining(target, self._option):
            handle, name = tempfile.mkstemp(prefix=".posture-coach-", suffix=target.suffix, dir=target.parent)
            os.close(handle)
            self._drafts[target] = draft = Path(name)
            yield draft
            _flush_to_disk(draft)
            draft.chmod(0o666 & ~_umask())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                for target, draft in self._drafts.items():
                    with _explaining(target, self._option):
                        draft.replace(target)
        finally:
            for draft in self._drafts.values():
                with suppress(OSError):
                    draft.unlink(missing_ok=True)


@contextmanager
def written(target: Path, option: str = OUT) -> Iterator[Path]:
    """Give a temporary path beside the target; it takes the target's place when the block ends without an error.

    Parameters
    ----------
    option
        The one that says where it is written, for the message.

    Raises
    ------
    OutputError
        The folder cannot be written, or the disk is full. What stood at the target before is still there.
    """
    with Drafts(option) as drafts, drafts.of(target) as draft:
        yield draft


def make_folder(folder: Path) -> None:
    """Create the folder for results and make sure that it can be written.

    Raises
    ------
    OutputError
        It cannot be created, is a file, or is not writable.
    """
    with _explaining(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass


def _flush_to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _umask() -> int:
    """Return the process's file mask; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def _explaining(target: Path, option: str = OUT) -> Iterator[None]:
    try:
        yield
    except OSError as why:
        raise _explained(target, why, option) from why


def _explained(target: Path, why: OSError, option: str) -> OutputError:
    if why.errno == errno.ENOSPC:
        return OutputError(f"{target} cannot be written: the disk is full. Free some space and run again.")
    if why.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutputError(f"{target} cannot be written: no permission. Choose another folder with {option}.")
    return OutputError(f"{target} cannot be written: {why.strerror or why}. Choose another folder with {option}.")
