"""OpenCV, or the line that installs what it lacks: the one door through which everybody loads it."""

from __future__ import annotations

from types import ModuleType

from posture_coach.errors import MissingSystemPartError

INSTALL = "sudo apt-get install -y libgl1 libglib2.0-0"
"""What a bare Debian or Ubuntu server lacks."""


def opencv() -> ModuleType:
    """Load OpenCV, silent.

    Raises
    ------
    MissingSystemPartError
        A system library is missing; the message holds the line that installs it.
    """
    try:
        import cv2
    except ImportError as error:
        raise MissingSystemPartError(f"OpenCV does not load ({error}). Run: {INSTALL}") from error
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    return cv2
