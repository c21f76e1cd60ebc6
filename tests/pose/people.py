"""Drawn people as finds in a picture."""

from __future__ import annotations

import numpy as np

from posture_coach.pose.person import Person
from tests.drawn import Body, draw

RED, GREEN = (200.0, 40.0, 40.0), (40.0, 160.0, 60.0)


def someone(x_px: float, colour: tuple[float, ...] = RED, scale: float = 1.0, body: Body | None = None) -> Person:
    """A drawn person with his hip at x_px, in clothes of one colour."""
    points = draw([body or Body(yaw_deg=90.0)]).points_px[0] * scale
    person = Person(points, np.tile(colour, (2, 1)))
    return person.moved(np.array([x_px, 360.0]) - person.hip)
