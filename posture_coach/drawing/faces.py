"""Faces made unrecognisable."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import distance
from posture_coach.pose.types import Landmark, Picture

Floats = NDArray[np.float64]

_FACE = [point for point in Landmark if point <= Landmark.MOUTH_RIGHT]

FACE_REACH = 2.2
"""Half-width of what is blurred, in distances nose to ear or eye to mouth: hair and chin included."""
FACE_LEAST_PX = 8.0
MOSAIC = 6
"""Squares across a face: too few to know anybody by."""


def pixelate_faces(image: Picture, faces: Sequence[tuple[Floats, float]]) -> None:
    """Make faces unrecognisable, in place.

    Parameters
    ----------
    faces
        (centre (2,) in pixels, half-width in pixels) of each, see `face_of`.
    """
    height, width = image.shape[:2]
    for centre, reach in faces:
        left, top = (int(max(0.0, c - reach)) for c in centre)
        right, bottom = (int(min(edge, c + reach)) for c, edge in zip(centre, (width, height), strict=True))
        if right - left < 1 or bottom - top < 1:
            continue
        part = image[top:bottom, left:right]
        squares = cv2.resize(part, (MOSAIC, MOSAIC), interpolation=cv2.INTER_AREA)
        part[:] = cv2.resize(squares, (right - left, bottom - top), interpolation=cv2.INTER_NEAREST)


def face_of(points_px: Floats) -> tuple[Floats, float]:
    """Return centre and half-width, in pixels, of the face that belongs to (33, 2) points."""
    face = points_px[_FACE]
    centre = face.mean(axis=0)
    spread = max(float(distance(centre, point)) for point in face)
    return centre, max(FACE_LEAST_PX, FACE_REACH * spread)
