"""The bones of a person, drawn into the picture, or on an empty ground where nobody is to be recognised."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from posture_coach.drawing.colours import FAINT, INK, PAPER, Colour
from posture_coach.measures.types import Side, View
from posture_coach.pose.types import Landmark, Picture
from posture_coach.scoring.assess import Reading

Floats = NDArray[np.float64]

_L = Landmark
_BONES: dict[Side, Sequence[tuple[Landmark, Landmark]]] = {
    Side.LEFT: (
        (_L.LEFT_EAR, _L.LEFT_SHOULDER), (_L.LEFT_SHOULDER, _L.LEFT_ELBOW), (_L.LEFT_ELBOW, _L.LEFT_WRIST),
        (_L.LEFT_SHOULDER, _L.LEFT_HIP), (_L.LEFT_HIP, _L.LEFT_KNEE), (_L.LEFT_KNEE, _L.LEFT_ANKLE),
        (_L.LEFT_HEEL, _L.LEFT_FOOT_INDEX), (_L.LEFT_ANKLE, _L.LEFT_HEEL),
    ),
    Side.RIGHT: (
        (_L.RIGHT_EAR, _L.RIGHT_SHOULDER), (_L.RIGHT_SHOULDER, _L.RIGHT_ELBOW), (_L.RIGHT_ELBOW, _L.RIGHT_WRIST),
        (_L.RIGHT_SHOULDER, _L.RIGHT_HIP), (_L.RIGHT_HIP, _L.RIGHT_KNEE), (_L.RIGHT_KNEE, _L.RIGHT_ANKLE),
        (_L.RIGHT_HEEL, _L.RIGHT_FOOT_INDEX), (_L.RIGHT_ANKLE, _L.RIGHT_HEEL),
    ),
}  # fmt: skip
_ACROSS = ((_L.LEFT_SHOULDER, _L.RIGHT_SHOULDER), (_L.LEFT_HIP, _L.RIGHT_HIP))
SEEN = 0.5


def draw_skeleton(image: Picture, points_px: Floats, sureness: Floats, reading: Reading) -> None:
    """Draw the bones, in place: what is hidden on the far side stays faint.

    Parameters
    ----------
    points_px, sureness
        (33, 2) and (33,).
    """
    thick = max(2, round(image.shape[0] / 240))
    near = Side.LEFT if reading.body_yaw_deg > 0 else Side.RIGHT
    for side in sorted(Side, key=lambda s: s is near):
        far = reading.view is View.SIDE and side is not near
        for bone in _BONES[side]:
            _bone(image, points_px, sureness, bone, FAINT if far else INK, thick)
    for bone in _ACROSS if reading.view is not View.SIDE else ():
        _bone(image, points_px, sureness, bone, INK, thick)


def _bone(
    image: Picture, points: Floats, sureness: Floats, bone: tuple[Landmark, Landmark], colour: Colour, thick: int
) -> None:
    if min(sureness[list(bone)]) < SEEN:
        return
    start, end = (tuple(int(v) for v in np.rint(points[point])) for point in bone)
    cv2.line(image, start, end, PAPER, thick + 2, cv2.LINE_AA)
    cv2.line(image, start, end, colour, thick, cv2.LINE_AA)
    cv2.circle(image, end, thick + 1, colour, -1, cv2.LINE_AA)


def skeleton_ground(width: int, height: int) -> Picture:
    """Return an empty ground of a picture's size, to draw a person on without showing anybody."""
    return np.full((height, width, 3), PAPER, dtype=np.uint8)


def jpeg(image: Picture, quality: int, longest_px: int) -> bytes:
    """Return the picture as JPEG, made smaller where a side is longer than longest_px."""
    scale = longest_px / max(image.shape[:2])
    if scale < 1.0:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    _, data = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()
