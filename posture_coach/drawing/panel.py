"""The panel beside an annotated picture: activity, score, and the measures with their errors."""

from __future__ import annotations

import cv2
import numpy as np

from posture_coach.activity.types import Activity
from posture_coach.drawing.angles import DRAWN
from posture_coach.drawing.colours import FAINT, GRADE_COLOUR, INK, PAPER, Colour
from posture_coach.measures.definitions import BY_NAME, NAMES, UNIT_SIGN
from posture_coach.measures.types import Measure, View
from posture_coach.pose.types import Picture
from posture_coach.scoring.assess import Reading
from posture_coach.scoring.bands import Grade
from posture_coach.scoring.score import Part

TEXT_SHARE = 1 / 34
"""Height of a letter in picture heights: legible when the picture fills a laptop's screen."""
TEXT_LEAST_PX = 12
FIRST_LINE, LINE_STEP, GAP, DESCENT = 2.0, 1.7, 1.0, 0.5
"""In heights of a letter: to the first base line, from one to the next, more before a measure, and below the last."""
HEAD, A_MEASURE = FIRST_LINE + LINE_STEP + DESCENT, 2 * LINE_STEP + GAP
"""What the lines about the whole take, and those of each measure."""
PANEL_LETTERS = 22
"""Width of the panel in heights of a letter."""
WEIGHT = 400
"""Of the font: regular."""
NO_ACTIVITY = (Activity.AWAY, Activity.UNKNOWN)
"""What nobody can be said to do."""

Line = tuple[float, str, Colour]
"""How far below the one before it stands, in heights of a letter."""


def with_panel(image: Picture, reading: Reading | None) -> Picture:
    """Return the picture with a panel beside it that tells activity, score and as many measures as there is room for.

    Returns
    -------
    (height, width + `panel_width(width, height)`, 3): nothing of the picture is covered.
    """
    height, width = image.shape[:2]
    size = _text_px(width, height)
    font = cv2.FontFace("sans")
    panel = np.full((height, panel_width(width, height), 3), PAPER, dtype=np.uint8)
    down = 0.0
    for step, text, colour in _panel_lines(reading, room=max(0, int((height / size - HEAD) / A_MEASURE))):
        down += step
        place = (size, round(down * size))
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


def _panel_lines(reading: Reading | None, room: int) -> list[Line]:
    """Return what is told of a picture, with `room` for so many measures."""
    if reading is None:
        return [(FIRST_LINE, "nobody in view", INK)]
    lines = [
        (FIRST_LINE, f"{reading.activity.value}, seen from the {_VIEW_WORD[reading.view]}", INK),
        (LINE_STEP, _scored(reading), INK),
    ]
    parts = reading.score.by_measure()
    for name in _shown(reading, room):
        lines.append((LINE_STEP + GAP, BY_NAME[name].title, FAINT))
        lines.append((LINE_STEP, *_valued(name, reading.measures[name], parts.get(name))))
    return lines


def _scored(reading: Reading) -> str:
    score = reading.score
    if not score.of:
        return "no score" if reading.activity in NO_ACTIVITY else f"no score while {reading.activity.value}"
    if np.isnan(score.value):
        return f"no score, {score.scored} of {score.of} targets seen"
    return f"score {score.value:.0f} of 100, from {score.scored} of {score.of} targets"


def _shown(reading: Reading, room: int) -> list[str]:
    """Return which measures are told: what was scored, then what else is drawn on the body, then the rest.

    Where they are too many, what is drawn comes before all else: no number without its error.
    """
    parts = reading.score.by_measure()
    measured = [name for name, measure in reading.measures.items() if not np.isnan(measure.value)]
    fitting = sorted(measured, key=lambda name: (name not in DRAWN, name not in parts))[:room]
    return sorted(fitting, key=lambda name: (name not in parts, name not in DRAWN, NAMES.index(name)))


def _valued(name: str, measure: Measure, part: Part | None) -> tuple[str, Colour]:
    unit = BY_NAME[name].unit
    err = "" if np.isnan(measure.err) else f" ± {measure.err:.{_DECIMALS[unit]}f}{UNIT_SIGN[unit]}"
    value = f"{measure.value:z.{_DECIMALS[unit]}f}{UNIT_SIGN[unit]}"
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
