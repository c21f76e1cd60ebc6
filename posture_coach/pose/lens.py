"""How a camera's lens draws: focal length, centre, and distortion."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lens:
    """A lens at one picture size, in OpenCV's pinhole model.

    Parameters
    ----------
    width, height
        Size of the pictures that it holds for, in pixels.
    focal_x_px, focal_y_px
        Focal lengths in pixels.
    centre_x_px, centre_y_px
        Where the optical axis meets the picture.
    distortion
        k1, k2, p1, p2, k3.
    """

    width: int
    height: int
    focal_x_px: float
    focal_y_px: float
    centre_x_px: float
    centre_y_px: float
    distortion: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.0)
