"""Where what is kept of this user lies."""

from __future__ import annotations

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
