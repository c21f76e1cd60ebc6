"""Where what is kept of this user lies."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import platformdirs

FOLDER_VARIABLE = "POSTURE_COACH_DATA_DIR"
"""Environment variable: another folder for what is kept."""
FOLDER_MODE = 0o700


def data_folder() -> Path:
    """Return where this user's data lie."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("posture-coach"))


def way_out(why: OSError) -> str:
    """Say what to do where nothing can be written, by why that is."""
    another = f"hoose another folder with the environment variable {FOLDER_VARIABLE}."
    if why.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return f"Free some space, or c{another}"
    if why.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"You may not write there: c{another}"
    if why.errno in (errno.ENOENT, errno.ENOTDIR, errno.EEXIST):
        return f"There can be no such folder: c{another}"
    return f"C{another}"
