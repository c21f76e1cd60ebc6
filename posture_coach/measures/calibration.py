"""How the camera stands, and what that does to the points: roll, pitch and lens are taken out before any measuring."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from posture_coach.pose.lens import USUAL_FOCAL_ERR, Lens, undistorted, usual_focal_px
from posture_coach.pose.types import PoseSeries

Floats = NDArray[np.float64]

_LEAST_DEPTH = 0.1
"""Of a sight ray along the level axis: 84 degrees off it nothing is seen, only guessed."""


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


ASSUMED_ROLL_HALF_WIDTH_DEG = 1.0
"""What a camera that was put down level may be off, where nothing tells."""


@dataclass(frozen=True, slots=True)
class Camera:
    """How one camera stands and sees.

    Parameters
    ----------
    roll_deg
        Turn about the optical axis, + clockwise as seen from behind the camera: uprights then lean to the left in
        the picture.
    pitch_deg
        Tilt of the optical axis, + looking up.
    roll_err_deg
        95 % half-width of the roll; where it is assumed, as far as witnesses that are doubted have it, or NaN.
    known_from
        What roll and pitch are known from.
    focal_px
        Focal length in pixels, where it is known without the lens being measured.
    lens
        The measured lens; its focal length goes before `focal_px`.
    height_m
        Height of the camera above the floor, where it is known: it gives lengths on the floor their scale.
    pitch_err_deg
        95 % half-width of the pitch; NaN where nobody measured it.
    focal_err
        95 % half-width of `focal_px` as a share of it; 0 where the camera itself has written it.
    height_err_m
        95 % half-width of the height; NaN where it is not known.
    """

    roll_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_err_deg: float = float("nan")
    known_from: UprightFrom = UprightFrom.ASSUMED
    focal_px: float | None = None
    lens: Lens | None = None
    height_m: float | None = None
    pitch_err_deg: float = float("nan")
    focal_err: float = 0.0
    height_err_m: float = float("nan")

    @property
    def roll_half_width_deg(self) -> float:
        """95 % half-width of the roll, also where nothing tells of it."""
        return ASSUMED_ROLL_HALF_WIDTH_DEG if np.isnan(self.roll_err_deg) else self.roll_err_deg

    @property
    def focal_known(self) -> bool:
        """Whether anything says the focal length."""
        return self.lens is not None or self.focal_px is not None

    @property
    def focal_half_width(self) -> float:
        """95 % half-width of the focal length as a share of it, also where nothing tells of it."""
        if self.lens is not None:
            return 0.0
        return USUAL_FOCAL_ERR if self.focal_px is None else self.focal_err

    def focal_at(self, width: int, height: int) -> float | None:
        """Return the focal length in pixels of pictures of this size, None where nothing says it.

        `focal_px` alone is taken as it is: it has no size of its own, and a profile of another size is refused before.

        Raises
        ------
        PictureError
            The lens was measured on pictures of another shape.
        """
        lens = self.at(width, height).lens
        return (lens.focal_x_px + lens.focal_y_px) / 2.0 if lens else self.focal_px

    def at(self, width: int, height: int) -> Camera:
        """Return the camera with its lens for pictures of this size.

        Raises
        ------
        PictureError
            The lens was measured on pictures of another shape.
        """
        return replace(self, lens=self.lens.scaled(width, height)) if self.lens else self


LEVEL = Camera()
"""A camera of which nothing is known, taken to stand level."""


def axis_px(camera: Camera, width: int, height: int) -> Floats:
    """Return (2,) where the optical axis meets pictures of this size."""
    lens = camera.at(width, height).lens
    return np.array([lens.centre_x_px, lens.centre_y_px] if lens else [width / 2.0, height / 2.0])


def straight_px(points_px: Floats, camera: Camera, size: tuple[int, int]) -> Floats:
    """Return (..., 2) pixels from the optical axis, square ones, without the lens's distortion.

    Outside the picture nobody measured the lens: guesses there are moved as the nearest point of its edge is.

    Parameters
    ----------
    size
        Width and height of the picture.
    """
    middle, lens = axis_px(camera, *size), camera.at(*size).lens
    if lens is None:
        return np.asarray(points_px - middle, dtype=np.float64)
    inside = np.clip(points_px, 0.0, size)
    moved = undistorted(inside, lens) + (points_px - inside)
    focal = (lens.focal_x_px + lens.focal_y_px) / 2.0
    square = np.array([focal / lens.focal_x_px, focal / lens.focal_y_px])
    return np.asarray((moved - middle) * square, dtype=np.float64)


def level_from(roll_deg: float, pitch_deg: float) -> Floats:
    """Return the (3, 3) turn of points (x right, y down, z ahead) of a tilted camera to those of a level one."""
    roll, pitch = np.radians([roll_deg, pitch_deg])
    # Clockwise on the screen, where y points down; then down again by as much as the camera looks up.
    unrolled = np.array([[np.cos(roll), -np.sin(roll), 0.0], [np.sin(roll), np.cos(roll), 0.0], [0.0, 0.0, 1.0]])
    lowered = np.array([[1.0, 0.0, 0.0], [0.0, np.cos(pitch), -np.sin(pitch)], [0.0, np.sin(pitch), np.cos(pitch)]])
    turn: Floats = lowered @ unrolled
    return turn


def levelled(series: PoseSeries, camera: Camera) -> PoseSeries:
    """Return the poses as a level camera without distortion would have seen them from the same place.

    The lens is taken out first, where it was measured; then roll and pitch, by turning the sight rays back. World
    points turn with the camera, roll about z and pitch about x. The level camera has square pixels and its axis where
    the lens has it, else in the middle of the picture. Where nothing says the focal length, the usual one is taken: a
    pitch that was read from lines by the same one still makes upright lines upright.

    Raises
    ------
    PictureError
        The lens was measured on pictures of another shape.
    """
    if not (camera.lens or camera.roll_deg or camera.pitch_deg):
        return series
    camera = camera.at(series.width, series.height)
    middle = axis_px(camera, series.width, series.height)
    focal = camera.focal_at(series.width, series.height) or usual_focal_px(series.width, series.height)
    straight = straight_px(series.points_px, camera, (series.width, series.height)) / focal
    back = level_from(camera.roll_deg, camera.pitch_deg)
    ahead = np.concatenate([straight, np.ones_like(straight[..., :1])], axis=-1) @ back.T
    # What lies that far outside the picture is a guess of the network's; it only must not fold over.
    points_px = focal * ahead[..., :2] / np.maximum(ahead[..., 2:], _LEAST_DEPTH) + middle
    return replace(series, points_px=points_px, world=series.world @ back.T)
