"""The panel beside an annotated picture: activity, score, and the measures with their errors."""

from __future__ import annotations

import cv2
import numpy as np

from posture_coach.drawing.colours import FAINT, GRADE_COLOUR, INK, PAPER, Colour
from posture_coach.measures.definitions import BY_NAME, UNIT_SIGN
from posture_coach.measures.types import Measure, View
from posture_coach.pose.types import Picture
from posture_coach.scoring.assess import Reading
from posture_coach.scoring.bands import Grade
from posture_coach.scoring.score import Part

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
    parts = score.by_measure()
    measured = [name for name, measure in reading.measures.items() if not np.isnan(measure.value)]
    # What was scored comes first, then what was only measured, in the order of the table.
    shown = min(MEASURES_SHOWN, max(0, room - len(lines)) // LINES_A_MEASURE)
    for name in sorted(measured, key=lambda name: name not in parts)[:shown]:
        lines += [("", INK), (BY_NAME[name].title, FAINT), _valued(name, reading.measures[name], parts.get(name))]
    return lines


def _valued(name: str, measure: Measure, part: Part | None) -> tuple[str, Colour]:
    unit = BY_NAME[name].unit
    err = "" if np.isnan(measure.err) else f" ± {measure.err:.{_DECIMALS[unit]}f}{UNIT_SIGN[unit]}"
    value = f"{measure.value:.{_DECIMALS[unit]}f}{UNIT_SIGN[unit]}"
    if part is None:
        return f"{value}{err}", GRADE_COLOUR[Grade.NOT_SCORED]
    return f"{value}{err}   {part.words}", GRADE_COLOUR[part.grade]


_VIEW_WORD = {
    View.FRONT: "front",
    View.SIDE: "side",
    View.BACK: "back",
    View.OBLIQUE: "corner",
    View.UNKNOWN: "unknown side",
}
_DECIMALS = {"deg": 0, "ratio": 2, "cm": 0}
