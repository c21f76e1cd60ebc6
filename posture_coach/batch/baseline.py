"""Where the person's own neutral posture is taken from: seconds of the clip itself, or another file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from posture_coach.errors import DataError
from posture_coach.pose.types import Mode, PoseSeries

_SECONDS = re.compile(r"^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$")
SETTLING_S = 1.0
"""A tracked skeleton drifts by up to 3 degrees in its first second."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Seconds of the clip, half-open, from its first frame."""

    start_s: float
    end_s: float


def parse(choice: str) -> Stretch | Path:
    """Read what was typed after --baseline.

    Raises
    ------
    DataError
        It is neither a stretch like 0-5 nor a file that exists.
    """
    seconds = _SECONDS.match(choice)
    if seconds:
        start_s, end_s = float(seconds[1]), float(seconds[2])
        if start_s >= end_s:
            raise DataError(f"--baseline {choice}: the first second must come before the last, as in 0-5.")
        return Stretch(start_s, end_s)
    if not _is_file(choice):
        raise DataError(f"--baseline {choice}: neither seconds like 0-5 nor a photo or video that exists.")
    return Path(choice)


def _is_file(typed: str) -> bool:
    try:
        return Path(typed).is_file()
    except (OSError, ValueError):  # longer than any name may be; a zero byte
        return False


def within(series: PoseSeries, stretch: Stretch) -> PoseSeries:
    """Return the pictures of a stretch, without the first second of a tracked clip where more is left."""
    start_s = stretch.start_s
    if series.mode is Mode.TRACKED and start_s < SETTLING_S and stretch.end_s >= 2 * SETTLING_S:
        start_s = SETTLING_S
    first, behind = np.searchsorted(series.time_s, (start_s, stretch.end_s))
    return series.part(int(first), int(behind))
