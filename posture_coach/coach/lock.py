"""One process at a time has the camera: two would get half of its pictures each, or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import platformdirs

from posture_coach.errors import CameraError
from posture_coach.store.files.folder import FOLDER_MODE, data_folder, way_out


def lock_file() -> Path:
    """Return where this user's processes meet."""
    return Path(platformdirs.user_data_dir("posture-coach")) / "camera.lock"


@contextmanager
def only_one_process() -> Iterator[None]:
    """Hold the camera for this process; the system lets go of it whatever way the process ends.

    Raises
    ------
    CameraError
        Another one holds it, or there is no place where it could be held.
    """
    try:
        lock = _acquired(lock_file())
    except OSError:
        # Only then: elsewhere two processes with other data folders would not meet.
        other = data_folder() / lock_file().name
        try:
            lock = _acquired(other)
        except OSError as why:
            raise CameraError(
                f"The camera cannot be kept from other programs: {other} cannot be written "
                f"({why.strerror or why}). {way_out(why)}"
            ) from why
    try:
        yield
    finally:
        lock.release()


def _acquired(path: Path) -> filelock.BaseFileLock:
    """Hold a file; raises CameraError where another process holds it, OSError where it cannot be made."""
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    lock = filelock.FileLock(path, timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout as why:
        raise CameraError("Another posture-coach on this computer uses the camera. Close it there first.") from why
    return lock
