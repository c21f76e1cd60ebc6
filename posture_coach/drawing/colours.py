"""The colours of everything that is drawn."""

from __future__ import annotations

from posture_coach.scoring.bands import Grade

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
