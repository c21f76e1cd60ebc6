"""Angles drawn on the body: the line they are measured from, dashed, and an arc in the colour of the grade.

The arc spans the network's own points; the number beside it is the measure, whose points are moved to the joints first,
so that the two may differ by a few degrees.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from posture_coach.drawing.colours import GRADE_COLOUR, INK, PAPER, Colour
from posture_coach.geometry import middle
from posture_coach.measures.types import Side
from posture_coach.pose.types import Landmark, Picture
from posture_coach.scoring.assess import Reading

Floats = NDArray[np.float64]

UP = np.array([0.0, -1.0])
REACH, RADIUS = 0.8, 0.45
"""Length of the dashed line and radius of the arc, in lengths of the line that is measured."""
DASHES = 6
NARROW_DEG, ASIDE_DEG = 20.0, 25.0
LETTER_SHARE = 1 / 28
LETTER_LEAST_PX = 13
WEIGHT = 600


@dataclass(frozen=True, slots=True)
class Corner:
    """Where an angle stands in the picture: its vertex, what it is measured from, and the line that is measured."""

    vertex: Floats
    reference: Floats
    line: Floats


def draw_angles(image: Picture, points_px: Floats, reading: Reading) -> None:
    """Draw the measured angles at their joints, in place.

    Parameters
    ----------
    points_px
        (33, 2).
    """
    parts = reading.score.by_measure()
    for name, corner in _corners(points_px):
        measure = reading.measures.get(name)
        if measure is not None and not np.isnan(measure.value):
            colour = GRADE_COLOUR[parts[name].grade] if name in parts else INK
            _draw(image, corner, f"{measure.value:z.0f}°", colour)


def _corners(p: Floats) -> Iterator[tuple[str, Corner]]:
    """Yield the place of every angle that has one, by the measure's name."""
    hips, shoulders, ears = (
        middle(p[Landmark[f"LEFT_{joint}"]], p[Landmark[f"RIGHT_{joint}"]]) for joint in ("HIP", "SHOULDER", "EAR")
    )
    yield "trunk_inclination_deg", Corner(hips, UP, shoulders - hips)
    yield "neck_inclination_deg", Corner(shoulders, UP, ears - shoulders)
    yield "lateral_trunk_lean_deg", Corner(hips, UP, shoulders - hips)
    right, left = p[Landmark.RIGHT_SHOULDER], p[Landmark.LEFT_SHOULDER]
    across = np.array([np.sign(left[0] - right[0]) or 1.0, 0.0])
    yield "shoulder_obliquity_deg", Corner(right, across, left - right)
    for side in Side:
        hip, knee, ankle = (p[Landmark[f"{side.value}_{joint}".upper()]] for joint in ("hip", "knee", "ankle"))
        yield f"hip_flexion_{side.value}_deg", Corner(hip, hips - shoulders, knee - hip)
        yield f"knee_flexion_{side.value}_deg", Corner(knee, knee - hip, ankle - knee)


DRAWN = frozenset(name for name, _ in _corners(np.zeros((len(Landmark), 2))))
"""The measures that are written on the body where they have a value."""


def _draw(image: Picture, corner: Corner, text: str, colour: Colour) -> None:
    length = float(np.linalg.norm(corner.line))
    if length < 1.0 or not np.linalg.norm(corner.reference):
        return
    thick = max(1, round(image.shape[0] / 360))
    start, turn = _heading_deg(corner.reference), _turn_deg(corner.reference, corner.line)
    end = corner.vertex + REACH * length * _unit(corner.reference)
    _dashed(image, corner.vertex, end, colour, thick)
    radius = round(RADIUS * length)
    for ink, width in ((PAPER, thick + 2), (colour, thick + 1)):
        cv2.ellipse(image, _at(corner.vertex), (radius, radius), start, 0.0, turn, ink, width, cv2.LINE_AA)
    # Beside a narrow angle, not on its lines.
    aside = start + turn / 2.0 if abs(turn) > NARROW_DEG else start - np.sign(turn or 1.0) * ASIDE_DEG
    _label(image, corner.vertex + 1.25 * radius * _direction(aside), text, colour)


def _label(image: Picture, centre: Floats, text: str, colour: Colour) -> None:
    size = max(LETTER_LEAST_PX, round(min(image.shape[:2]) * LETTER_SHARE))
    place = (round(centre[0] - size * len(text) / 4), round(centre[1] + size / 3))
    font = cv2.FontFace("sans")
    for shift in (-1, 1):  # a rim that keeps it legible on any ground
        for dx, dy in ((shift, 0), (0, shift)):
            cv2.putText(image, text, (place[0] + dx, place[1] + dy), PAPER, font, size, WEIGHT)
    cv2.putText(image, text, place, colour, font, size, WEIGHT)


def _dashed(image: Picture, start: Floats, end: Floats, colour: Colour, thick: int) -> None:
    marks = np.linspace(start, end, 2 * DASHES)
    for a, b in zip(marks[::2], marks[1::2], strict=True):
        cv2.line(image, _at(a), _at(b), PAPER, thick + 2, cv2.LINE_AA)
        cv2.line(image, _at(a), _at(b), colour, thick, cv2.LINE_AA)


def _heading_deg(v: Floats) -> float:
    """Direction as OpenCV counts: 0 to the right, clockwise, since y points down."""
    return float(np.degrees(np.arctan2(v[1], v[0])))


def _turn_deg(reference: Floats, line: Floats) -> float:
    """Return the shorter turn from one direction to the other, in [-180, 180)."""
    return (_heading_deg(line) - _heading_deg(reference) + 180.0) % 360.0 - 180.0


def _direction(heading_deg: float) -> Floats:
    return np.array([np.cos(np.radians(heading_deg)), np.sin(np.radians(heading_deg))])


def _unit(v: Floats) -> Floats:
    return np.asarray(v / np.linalg.norm(v), dtype=np.float64)


def _at(point: Floats) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))
