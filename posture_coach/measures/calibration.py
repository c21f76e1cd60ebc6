"""How the camera stands, and what that does to the points: roll, pitch and lens are taken out before any measuring."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from posture_coach.pose.lens import Lens
from posture_coach.pose.types import PoseSeries


class UprightFrom(StrEnum):
    """Where the vertical of the picture is known from."""

    ASSUMED = "assumed"
    """Nothing: the camera is taken to stand level."""
    LINES = "lines"
    """Near-vertical lines in the picture: door frames, shelves."""
    STANDING = "standing"
    """The person standing comfortably upright."""
    CLICKED = "clicked"
    """Two points of a vertical that somebody clicked."""
    RECORDED = "recorded"
    """The recording says so itself."""


@dataclass(frozen=True, slots=True)
class Camera:
    """How one camera stands and sees.

    Parameters
    ----------
    roll_deg
        Turn about the optical axis, + clockwise as seen from behind the camera: uprights then lean to the left in
        the picture.
    pitch_deg
        Tilt of the optical axis, + looking up. Taken out where the focal length is known.
    roll_err_deg
        95 % half-width of the roll; NaN where it is assumed.
    known_from
        What roll and pitch are known from.
    focal_px
        Focal length in pixels, where it is known without the lens being measured.
    lens
        The measured lens; its focal length goes before `focal_px`.
    height_m
        Height of the camera above the floor, where it is known: it gives lengths on the floor their scale.
    """

    roll_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_err_deg: float = float("nan")
    known_from: UprightFrom = UprightFrom.ASSUMED
    focal_px: float | None = None
    lens: Lens | None = None
    height_m: float | None = None

    @property
    def focal(self) -> float | None:
        """Focal length in pixels, None where nothing says it."""
        return (self.lens.focal_x_px + self.lens.focal_y_px) / 2.0 if self.lens else self.focal_px


LEVEL = Camera()
"""A camera of which nothing is known, taken to stand level."""


def levelled(series: PoseSeries, camera: Camera) -> PoseSeries:
    """Return the poses as a level camera at the same place would have seen them."""
    if not camera.roll_deg:
        return series
    turn = np.radians(camera.roll_deg)
    # Clockwise on the screen, where y points down.
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    centre = np.array([series.width, series.height]) / 2.0
    world = series.world.copy()
    world[..., :2] = series.world[..., :2] @ turned.T
    return replace(series, points_px=(series.points_px - centre) @ turned.T + centre, world=world)
