"""Metres on the floor: the camera's height from a person of known height, and from it the scale of every row.

In the levelled picture the horizon is the row of the optical axis, whatever the camera's height. What lies below the
camera by h and ahead by z is seen f · h / z below the horizon, so each row of floor has one distance and one scale: h
over the rows between. Two points of known height on a person who stands, ankles and ears, give h.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import middle
from posture_coach.measures.calibration import Camera, axis_px, levelled
from posture_coach.pose.checks import whole
from posture_coach.pose.types import Landmark, PoseSeries

Floats = NDArray[np.float64]

EAR_SHARE, EAR_SHARE_ERR = 0.945, 0.02
"""Height of the ears over that of the body, as the network finds them on people who stand in shoes, and its 95 %
half-width over people (rendered people: 0.930 to 0.962)."""
ANKLE_M, ANKLE_ERR_M = 0.12, 0.04
"""Height of the ankles above the floor, likewise (0.095 to 0.164)."""
LEAST_BELOW = 0.02
"""Of the picture's height, that feet must lie below the horizon: nearer to it, one row is metres of floor."""

_NO_FOCAL = "The camera's focal length is not known. Measure its lens with the printed board, or choose your webcam."
_NO_PITCH = "The camera's tilt is not known. Let door frames or shelves stand in the picture."
_NO_HEIGHT = "The camera's height is not known. Stand upright in full view, and give your body height."
_NO_FEET = "Feet and head are not both seen. Put the camera further away, or lower, until they are."
_TOO_LOW = "The feet lie on the camera's own height. Put the camera higher."


@dataclass(frozen=True, slots=True)
class Height:
    """Height of the camera above the floor.

    Parameters
    ----------
    value_m, err_m
        Metres, with the 95 % half-width; NaN where there is none.
    reason
        Why there is none, and what to do.
    """

    value_m: float
    err_m: float
    reason: str = ""

    def of(self, camera: Camera) -> Camera:
        """Return the camera with this height; as it was, where there is none."""
        return camera if self.reason else replace(camera, height_m=self.value_m, height_err_m=self.err_m)


def camera_height_m(series: PoseSeries, stature_m: float, camera: Camera) -> Height:
    """Find the camera's height above the floor from a person of known height who stands on it.

    Parameters
    ----------
    series
        Standing; the median over the pictures is taken.
    camera
        With focal length (or lens) and a pitch that somebody measured.
    """
    reason = _unknown(camera)
    rows = _rows(series, camera)
    if reason or rows is None:
        return Height(math.nan, math.nan, reason or _NO_FEET)
    ear, ankle = rows
    if ankle < LEAST_BELOW * series.height:
        return Height(math.nan, math.nan, _TOO_LOW)
    value = _height_m(ear, ankle, EAR_SHARE * stature_m, ANKLE_M)
    off = [
        _height_m(ear, ankle, (EAR_SHARE + EAR_SHARE_ERR) * stature_m, ANKLE_M),
        _height_m(ear, ankle, EAR_SHARE * stature_m, ANKLE_M + ANKLE_ERR_M),
    ]
    tilted = _rows(series, replace(camera, pitch_deg=camera.pitch_deg + camera.pitch_err_deg))
    if tilted is not None:
        off.append(_height_m(*tilted, EAR_SHARE * stature_m, ANKLE_M))
    return Height(value, math.hypot(*(one - value for one in off)))


def metres_per_px(
    camera: Camera, feet_y_px: Floats, size: tuple[int, int], *, above_m: float = ANKLE_M
) -> tuple[Floats, str]:
    """Return what a pixel across the picture measures where feet stand.

    Parameters
    ----------
    camera
        With its height, a focal length (or lens), and a pitch that somebody measured.
    feet_y_px
        (n,) rows of points at the feet, in the levelled picture.
    size
        Width and height of the pictures.
    above_m
        How high above the floor those points are: by default ankles, as the network finds them.

    Returns
    -------
    (n,) metres a pixel, NaN where the row is not below the horizon; and why there is none at all, else empty.
    """
    nothing = np.full(len(feet_y_px), np.nan)
    if reason := _unknown(camera) or ("" if camera.height_m else _NO_HEIGHT):
        return nothing, reason
    below = feet_y_px - axis_px(camera, *size)[1]
    seen = below > LEAST_BELOW * size[1]
    if not seen.any():
        return nothing, _TOO_LOW
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(seen, ((camera.height_m or math.nan) - above_m) / below, np.nan), ""


def _unknown(camera: Camera) -> str:
    """Return what of the camera is not known that the floor needs."""
    if not camera.focal_known:
        return _NO_FOCAL
    return _NO_PITCH if math.isnan(camera.pitch_err_deg) else ""


def _rows(series: PoseSeries, camera: Camera) -> tuple[float, float] | None:
    """Return how far below the horizon ears and ankles are, in pixels, None where they are not both in the picture."""
    joints = [Landmark[f"{side}_{joint}"] for joint in ("EAR", "ANKLE") for side in ("LEFT", "RIGHT")]
    seen = whole(series, joints)
    if not seen.any():
        return None
    y = levelled(series, camera).points_px[seen][:, joints, 1] - axis_px(camera, series.width, series.height)[1]
    return float(np.median(middle(y[:, 0], y[:, 1]))), float(np.median(middle(y[:, 2], y[:, 3])))


def _height_m(ear_px: float, ankle_px: float, ear_m: float, ankle_m: float) -> float:
    """Return the height from which two points of one upright line are seen so far below the horizon."""
    share = ear_px / ankle_px
    return (ear_m - share * ankle_m) / (1.0 - share)
