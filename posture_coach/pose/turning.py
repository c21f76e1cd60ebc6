"""Pictures turned by quarters and in the mirror. NumPy copies them point by point, which takes twenty times as long."""

from __future__ import annotations

import numpy as np

from posture_coach.pose.opencv import opencv
from posture_coach.pose.types import Picture


def in_mirror(image: Picture) -> Picture:
    """Return the picture with left and right swapped, contiguous."""
    return np.asarray(opencv().flip(image, 1), dtype=np.uint8)


def by_quarters(image: Picture, quarters: int) -> Picture:
    """Return the picture turned counter-clockwise by so many quarters, contiguous."""
    if quarters % 4 == 0:
        return np.ascontiguousarray(image)
    cv2 = opencv()
    way = (cv2.ROTATE_90_COUNTERCLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE)[quarters % 4 - 1]
    return np.asarray(cv2.rotate(image, way), dtype=np.uint8)
