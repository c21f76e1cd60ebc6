"""A few pictures of a source, evenly apart, kept while it is read: for what is looked for afterwards."""

from __future__ import annotations

import numpy as np

from posture_coach.pose.types import POINTS, Floats, Frame, Picture, Pose

MOST = 8
"""Pictures kept: those of a fixed camera say much the same."""
GREY = np.array([77, 151, 28], dtype=np.uint16)
"""Shares of red, green and blue in brightness, of 256."""


class Album:
    """Keeps some of the pictures it is shown, as grey ones; show it all, in order.

    However many come, those kept lie evenly apart: whenever it is full, every other one is dropped and from then on
    only half as many are taken.
    """

    def __init__(self) -> None:
        self._kept: list[tuple[Picture, Floats]] = []
        self._shown, self._every = 0, 1

    def show(self, frame: Frame, pose: Pose | None) -> None:
        """Take a picture, or pass it over."""
        if self._shown % self._every == 0:
            if len(self._kept) == MOST:
                self._kept, self._every = self._kept[::2], 2 * self._every
            if self._shown % self._every == 0:
                points = np.full((POINTS, 2), np.nan) if pose is None else pose.points_px
                self._kept.append((_grey(frame.image), points))
        self._shown += 1

    @property
    def pictures(self) -> list[Picture]:
        """(height, width) each."""
        return [picture for picture, _ in self._kept]

    @property
    def people_px(self) -> Floats:
        """(n, 33, 2) the person's points in each; NaN where nobody was found."""
        return np.array([points for _, points in self._kept]).reshape(-1, POINTS, 2)


def _grey(image: Picture) -> Picture:
    return np.asarray(image.astype(np.uint16) @ GREY >> 8, dtype=np.uint8)
