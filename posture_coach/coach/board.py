"""The lens from files of the printed board: photos of it, or a video in which it is moved about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from posture_coach.errors import PictureError, PostureCoachError
from posture_coach.pose.board import MeasuredLens, measure_lens
from posture_coach.pose.files import open_file
from posture_coach.pose.types import Picture

LOOKS_PER_S = 2.0
"""Of a video: a hand moves the board by its own breadth in about a second."""
MAX_PICTURES = 120
"""A minute of video; of more, so many are taken evenly."""


def lens_of(files: Sequence[Path], *, mirror: bool = False, rotate: int = 0) -> MeasuredLens:
    """Measure the lens from photos and videos of the board.

    Parameters
    ----------
    mirror, rotate
        As the camera's own pictures are turned.

    Raises
    ------
    PostureCoachError
        A file gives no pictures, or the pictures do not do; the message says why, and what to do.
    """
    pictures: list[Picture] = []
    for file in files:
        with open_file(file, fps=LOOKS_PER_S, mirror=mirror, rotate=rotate) as source:
            pictures += [frame.image for frame in source]
    if len(pictures) > MAX_PICTURES:
        pictures = [pictures[i] for i in np.linspace(0, len(pictures) - 1, MAX_PICTURES).round().astype(int)]
    try:
        return measure_lens(pictures)
    except PictureError as why:
        raise PostureCoachError(f"The lens is not measured. {why}") from why
