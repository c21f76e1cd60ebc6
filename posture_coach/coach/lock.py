"""One process at a time has the camera: two would get half of its pictures each, or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import platformdirs

from posture_coach.errors import CameraError


def lock_file() -> Path:
    """Return where this user's processes meet."""
    return Path(platformdirs.user_data_dir("posture-coach")) / "camera.lock"


@contextmanager
def only_one_process() -> Iterator[None]:
    """Hold the camera for this process; the system lets go of it whatever way the process ends.

    Raises
    ------
    CameraError
        Another one holds it.
    """
    path = lock_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(path, timeout=0):
            yield
    except filelock.Timeout as why:
        raise CameraError("Another posture-coach on this computer uses the camera. Close it there first.") from why
