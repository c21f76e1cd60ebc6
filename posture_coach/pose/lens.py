"""How a camera's lens draws: focal length, centre, and distortion.

Nothing here needs OpenCV, so that poses can be levelled where its system libraries are missing; a lens is measured in
`posture_coach.pose.board`.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from posture_coach.errors import DataError, PictureError
from posture_coach.resources import calibration_folder

Floats = NDArray[np.float64]

_ASPECT_TOLERANCE = 0.01
"""Of the ratio of width to height: 1366 x 768 is 16:9 for every purpose here."""
_ROUNDS = 30
_ENOUGH = 1e-9
"""In focal lengths: a millionth of a pixel."""
_FARTHEST = 3.0
"""In focal lengths from the axis, 72 degrees off it: no pinhole camera sees further, and the inverse may run away."""


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
        Where the optical axis meets the picture, counted from its corner as the points of poses are.
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

    def scaled(self, width: int, height: int) -> Lens:
        """Return the same lens for pictures of another size and the same shape.

        Raises
        ------
        PictureError
            The shape differs, so the camera cuts the picture somewhere, and where is not known.
        """
        if (width, height) == (self.width, self.height):
            return self
        ratio = (width / height) / (self.width / self.height)
        if abs(ratio - 1.0) > _ASPECT_TOLERANCE:
            raise PictureError(
                f"The lens was measured on pictures of {self.width} x {self.height}, these have {width} x {height}: "
                "another shape, of which nobody knows where the camera cuts it out. Measure the lens again with "
                "pictures of this shape, or set the camera to the other."
            )
        across, down = width / self.width, height / self.height
        return replace(
            self,
            width=width,
            height=height,
            focal_x_px=self.focal_x_px * across,
            focal_y_px=self.focal_y_px * down,
            centre_x_px=self.centre_x_px * across,
            centre_y_px=self.centre_y_px * down,
        )


USUAL_FOCAL = 0.9
"""Focal length of webcams and phones over the longer side of the picture: fields of view of 46 to 73 degrees."""
USUAL_FOCAL_ERR = 0.25
"""95 % half-width of that, over its value."""


def usual_focal_px(width: int, height: int) -> float:
    """Return the focal length in pixels to go by where nothing says it; never for a distance."""
    return USUAL_FOCAL * max(width, height)


def focal_of_view_px(width: int, height: int, *, diagonal_deg: float) -> float:
    """Return the focal length in pixels of a camera whose maker gives its diagonal field of view."""
    return math.hypot(width, height) / 2.0 / math.tan(math.radians(diagonal_deg) / 2.0)


@dataclass(frozen=True, slots=True)
class Preset:
    """Field of view of a common camera, as its maker states it.

    Parameters
    ----------
    name
        As people know it.
    diagonal_deg
        Across the corners of pictures of the camera's own shape.
    shape
        Width to height of those.
    err
        95 % half-width of the focal length that follows, as a share of it.
    source, url
        Who says so.
    """

    name: str
    diagonal_deg: float
    shape: tuple[int, int]
    err: float
    source: str
    url: str

    def focal_px(self, width: int, height: int) -> float:
        """Return the focal length for pictures of this size; of another shape, they are cut out of the camera's own.

        A camera that stands upright, or whose pictures are turned, sees as far as one that lies.
        """
        across, down = self.shape
        scale = max(max(width, height) / max(across, down), min(width, height) / min(across, down))
        return focal_of_view_px(across, down, diagonal_deg=self.diagonal_deg) * scale


_ROW = ("name", "diagonal_deg", "err", "source", "url")


def shipped_presets() -> dict[str, Preset]:
    """Return the cameras of `calibration/presets.toml` by their key.

    Raises
    ------
    DataError
        The file is damaged; the message names the line or the camera.
    """
    path = calibration_folder() / "presets.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        table.pop("schema_version")
        return {
            key: Preset(shape=tuple(row.pop("shape")), **{name: row[name] for name in _ROW})
            for key, row in table.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path} cannot be read ({error}). Install the program anew.") from error


def rays(points_px: Floats, lens: Lens) -> Floats:
    """Return (..., 2) where the sight rays of pixels cross a plane one focal length ahead, without distortion.

    Parameters
    ----------
    points_px
        (..., 2) as the camera drew them. NaN stays NaN; what lies further out than any lens draws is NaN too.
    """
    centre = np.array([lens.centre_x_px, lens.centre_y_px])
    drawn = (points_px - centre) / np.array([lens.focal_x_px, lens.focal_y_px])
    if not any(lens.distortion):
        return np.asarray(drawn, dtype=np.float64)
    found: Floats = drawn.copy()
    with np.errstate(invalid="ignore", over="ignore"):
        for _ in range(_ROUNDS):
            step = _newton(found, drawn, lens.distortion)
            found = found - step
            if not np.any(np.abs(step) > _ENOUGH):
                break
        settled = (np.abs(step) < np.sqrt(_ENOUGH)).all(axis=-1) & (np.hypot(*np.moveaxis(found, -1, 0)) < _FARTHEST)
    return np.where(settled[..., None], found, np.nan)


def undistorted(points_px: Floats, lens: Lens) -> Floats:
    """Return (..., 2) pixels where a lens without distortion, of the same focal lengths and centre, had drawn them."""
    focal = np.array([lens.focal_x_px, lens.focal_y_px])
    return np.asarray(rays(points_px, lens) * focal + [lens.centre_x_px, lens.centre_y_px], dtype=np.float64)


def bent(straight: Floats, distortion: tuple[float, ...]) -> Floats:
    """Return (..., 2) points of the plane one focal length ahead as the lens bends them (Brown's model)."""
    k1, k2, p1, p2, k3 = distortion
    x, y = straight[..., 0], straight[..., 1]
    r2 = x * x + y * y
    radial = 1.0 + r2 * (k1 + r2 * (k2 + r2 * k3))
    return np.stack(
        [
            x * radial + 2.0 * p1 * x * y + p2 * (r2 + 2.0 * x * x),
            y * radial + p1 * (r2 + 2.0 * y * y) + 2.0 * p2 * x * y,
        ],
        axis=-1,
    )


def _newton(found: Floats, drawn: Floats, distortion: tuple[float, ...]) -> Floats:
    """Return the step of Newton's method towards the point that is bent to where it was drawn."""
    k1, k2, p1, p2, k3 = distortion
    x, y = found[..., 0], found[..., 1]
    r2 = x * x + y * y
    radial = 1.0 + r2 * (k1 + r2 * (k2 + r2 * k3))
    swelling = 2.0 * (k1 + r2 * (2.0 * k2 + r2 * 3.0 * k3))
    xx = radial + x * x * swelling + 2.0 * p1 * y + 6.0 * p2 * x
    yy = radial + y * y * swelling + 6.0 * p1 * y + 2.0 * p2 * x
    xy = x * y * swelling + 2.0 * p1 * x + 2.0 * p2 * y
    off = bent(found, distortion) - drawn
    area = xx * yy - xy * xy
    return np.stack(
        [(yy * off[..., 0] - xy * off[..., 1]) / area, (xx * off[..., 1] - xy * off[..., 0]) / area], axis=-1
    )
