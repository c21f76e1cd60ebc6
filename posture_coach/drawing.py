"""Pictures with the skeleton, the angles and the score drawn in, and faces made unrecognisable.

Beside `pose/` the only room that uses OpenCV. Every function returns or changes RGB arrays; nothing is stored here.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import distance
from posture_coach.measures.definitions import BY_NAME
from posture_coach.measures.types import Measure, Side, View
from posture_coach.pose.types import Landmark, Picture
from posture_coach.scoring.assess import Reading
from posture_coach.scoring.bands import Grade

Floats = NDArray[np.float64]
Colour = tuple[int, int, int]

INK: Colour = (245, 245, 240)
PAPER: Colour = (28, 32, 38)
FAINT: Colour = (150, 156, 164)
# Okabe and Ito's palette: told apart by colour-blind eyes too.
GRADE_COLOUR: dict[Grade, Colour] = {
    Grade.GOOD: (0, 158, 115),
    Grade.CAUTION: (230, 159, 0),
    Grade.POOR: (213, 94, 0),
    Grade.NOT_SCORED: (86, 180, 233),
}
GRADE_WORD = {Grade.GOOD: "good", Grade.CAUTION: "caution", Grade.POOR: "poor", Grade.NOT_SCORED: ""}

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
_FACE = [point for point in Landmark if point <= Landmark.MOUTH_RIGHT]

SEEN = 0.5
FACE_REACH = 2.2
"""Half-width of what is blurred, in distances nose to ear or eye to mouth: hair and chin included."""
FACE_LEAST_PX = 8.0
MOSAIC = 6
"""Squares across a face: too few to know anybody by."""
TEXT_SHARE = 1 / 34
"""Height of a letter in picture heights: legible when the picture fills a laptop's screen."""
TEXT_LEAST_PX = 12
FIRST_LINE, LINE_STEP, DESCENT = 2.0, 1.7, 0.5
"""In heights of a letter: to the first base line, from one to the next, and below the last."""
LINES_A_MEASURE = 3
PANEL_LETTERS = 22
"""Width of the panel in heights of a letter."""
WEIGHT = 400
"""Of the font: regular."""
MEASURES_SHOWN = 5


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


def draw_skeleton(image: Picture, points_px: Floats, visibility: Floats, reading: Reading) -> None:
    """Draw the bones, in place: what is hidden on the far side stays faint.

    Parameters
    ----------
    points_px, visibility
        (33, 2) and (33,).
    """
    thick = max(2, round(image.shape[0] / 240))
    near = Side.LEFT if reading.body_yaw_deg > 0 else Side.RIGHT
    for side in sorted(Side, key=lambda s: s is near):
        far = reading.view is View.SIDE and side is not near
        for bone in _BONES[side]:
            _bone(image, points_px, visibility, bone, FAINT if far else INK, thick)
    for bone in _ACROSS if reading.view is not View.SIDE else ():
        _bone(image, points_px, visibility, bone, INK, thick)


def _bone(
    image: Picture, points: Floats, visibility: Floats, bone: tuple[Landmark, Landmark], colour: Colour, thick: int
) -> None:
    if min(visibility[list(bone)]) < SEEN:
        return
    start, end = (tuple(int(v) for v in np.rint(points[point])) for point in bone)
    cv2.line(image, start, end, PAPER, thick + 2, cv2.LINE_AA)
    cv2.line(image, start, end, colour, thick, cv2.LINE_AA)
    cv2.circle(image, end, thick + 1, colour, -1, cv2.LINE_AA)


def with_panel(image: Picture, reading: Reading | None) -> Picture:
    """Return the picture with a panel beside it that tells activity, score and the scored measures.

    Returns
    -------
    (height, width + `panel_width(width, height)`, 3): nothing of the picture is covered.
    """
    height, width = image.shape[:2]
    size = _text_px(width, height)
    font = cv2.FontFace("sans")
    panel = np.full((height, panel_width(width, height), 3), PAPER, dtype=np.uint8)
    room = int((height / size - FIRST_LINE - DESCENT) / LINE_STEP) + 1
    for i, (text, colour) in enumerate(_panel_lines(reading, room)):
        place = (size, round((FIRST_LINE + i * LINE_STEP) * size))
        cv2.putText(panel, text, place, colour, font, _fitting(text, font, size, panel.shape[1]), WEIGHT)
    return np.concatenate([image, panel], axis=1)


def _fitting(text: str, font: cv2.FontFace, size: int, width: int) -> int:
    """Return the size at which a line ends before the panel does: its own, or a smaller one."""
    _, _, needed, _ = cv2.getTextSize((0, 0), text, (0, 0), font, size, WEIGHT)
    return min(size, int(size * (width - 2 * size) / needed)) if needed else size


def panel_width(width: int, height: int) -> int:
    """Return the width in pixels of the panel beside a picture; even, as video needs it."""
    return 2 * round(_text_px(width, height) * PANEL_LETTERS / 2)


def _text_px(width: int, height: int) -> int:
    return max(TEXT_LEAST_PX, round(min(width, height) * TEXT_SHARE))


def _panel_lines(reading: Reading | None, room: int) -> list[tuple[str, Colour]]:
    if reading is None:
        return [("nobody in view", INK)]
    score = reading.score
    told = "no score" if np.isnan(score.value) else f"score {score.value:.0f} of 100"
    lines = [
        (f"{reading.activity.value}, seen from the {_VIEW_WORD[reading.view]}", INK),
        (f"{told}, from {score.scored} of {score.of} targets", INK),
    ]
    grades = {part.measure: part.grade for part in score.parts}
    measured = [name for name, measure in reading.measures.items() if not np.isnan(measure.value)]
    # What was scored comes first, then what was only measured, in the order of the table.
    shown = min(MEASURES_SHOWN, max(0, room - len(lines)) // LINES_A_MEASURE)
    for name in sorted(measured, key=lambda name: name not in grades)[:shown]:
        grade = grades.get(name, Grade.NOT_SCORED)
        lines += [("", INK), (BY_NAME[name].title, FAINT), _valued(name, reading.measures[name], grade)]
    return lines


def _valued(name: str, measure: Measure, grade: Grade) -> tuple[str, Colour]:
    unit = BY_NAME[name].unit
    err = "" if np.isnan(measure.err) else f" ± {measure.err:.{_DECIMALS[unit]}f}{_UNIT[unit]}"
    value = f"{measure.value:.{_DECIMALS[unit]}f}{_UNIT[unit]}"
    return f"{value}{err}   {GRADE_WORD[grade]}", GRADE_COLOUR[grade]


_VIEW_WORD = {
    View.FRONT: "front",
    View.SIDE: "side",
    View.BACK: "back",
    View.OBLIQUE: "corner",
    View.UNKNOWN: "unknown side",
}
_UNIT = {"deg": "°", "ratio": "", "cm": " cm"}
_DECIMALS = {"deg": 0, "ratio": 2, "cm": 0}
