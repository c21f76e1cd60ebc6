"""From where the camera sees the person: body yaw, view, and the side nearer to the camera.

The yaw comes from the shoulder and hip lines of the world points: on the rendered people of the ground truth it
never took left for right, which picture cues (nose against ear, knees, feet) do in up to half of deep bends.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import HALF_TURN_DEG, direction_deg, distance, middle
from posture_coach.measures.types import Side, View
from posture_coach.pose.types import Landmark, PoseSeries
from posture_coach.signals import Held

Floats = NDArray[np.float64]

_SHOULDERS = [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]
_HIPS = [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]

SIDE_ON_DEG = 90.0
SIDE_TOLERANCE_DEG = 30.0
"""Further from side-on, 20 degrees of forward lean read 17.5 and less: atan(tan(lean) · cos(turn))."""
FRONT_TOLERANCE_DEG = 20.0
"""Further from face-on, a third of any forward lean shows as side lean: tan(side) = tan(forward) · sin(turn)."""
SIDE_MAX_BREADTH = 0.22
"""Mean of shoulder and hip width over trunk length, in the picture. From the side it is below 0.15; the world points
take some seated people at 57 degrees for side-on, and their breadth (0.2-0.3) is what gives them away."""
HYSTERESIS_DEG = 5.0
"""About the error of the yaw itself, so that its noise cannot flip the view."""
DWELL_S = 0.5
"""A turn takes about a second; half of it separates a turn from a stumble of the network."""


def body_yaw_deg(series: PoseSeries) -> Floats:
    """Which way the trunk faces.

    Returns
    -------
    (n,) in (-180, 180]: 0 faces the camera, + turned to the person's right, ±90 side-on, 180 back to the camera.
    """
    w = series.world
    across = (w[:, Landmark.RIGHT_SHOULDER] - w[:, Landmark.LEFT_SHOULDER]) + (
        w[:, Landmark.RIGHT_HIP] - w[:, Landmark.LEFT_HIP]
    )
    return direction_deg(across[:, 2], -across[:, 0])


def breadth(series: PoseSeries) -> Floats:
    """Return (n,) how broad the trunk is in the picture: mean of shoulder and hip width over trunk length."""
    p = series.points_px
    shoulders, hips = (p[:, points] for points in (_SHOULDERS, _HIPS))
    width = (np.abs(shoulders[:, 0, 0] - shoulders[:, 1, 0]) + np.abs(hips[:, 0, 0] - hips[:, 1, 0])) / 2.0
    length = distance(middle(hips[:, 0], hips[:, 1]), middle(shoulders[:, 0], shoulders[:, 1]))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(length > 0, width / length, np.nan)


def view_of(yaw_deg: float, current: View | None = None) -> View:
    """Name the view of one yaw; the current view keeps 5 degrees more than its share."""
    if np.isnan(yaw_deg):
        return View.UNKNOWN
    away = abs(yaw_deg)
    # How far inside its own sector the yaw lies, by view; at most one is positive.
    inside = {
        View.FRONT: FRONT_TOLERANCE_DEG - away,
        View.SIDE: SIDE_TOLERANCE_DEG - abs(away - SIDE_ON_DEG),
        View.BACK: FRONT_TOLERANCE_DEG - (HALF_TURN_DEG - away),
    }
    if current in inside and inside[current] >= -HYSTERESIS_DEG:
        return current
    needed = HYSTERESIS_DEG if current is not None else 0.0
    return next((view for view, depth in inside.items() if depth >= needed), View.OBLIQUE)


class ViewTracker:
    """View, and the side towards the camera, over time: both change only when the new one lasts.

    Feed stretches of one person in the order of time; how they are cut changes nothing.
    """

    def __init__(self) -> None:
        self._view: Held[View] = Held(DWELL_S)
        self._near: Held[Side] = Held(DWELL_S)

    def push(
        self, yaw_deg: Floats, broad: NDArray[np.bool_], time_s: Floats
    ) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
        """Follow n pictures.

        Parameters
        ----------
        broad
            (n,) whether the trunk is too broad in the picture to be seen from the side, whatever the yaw says.

        Returns
        -------
        view, near
            (n,) of `View`, and (n,) of `Side`: the person's side nearer to the camera.
        """
        view = np.empty(len(yaw_deg), dtype=object)
        near = np.empty(len(yaw_deg), dtype=object)
        for i, (yaw, now) in enumerate(zip(yaw_deg.tolist(), time_s.tolist(), strict=True)):
            if np.isnan(yaw):
                view[i], near[i] = View.UNKNOWN, self._near.value or Side.LEFT
                continue
            seen = view_of(yaw, self._view.value)
            # Between two views, while a turn has not lasted yet, nothing in a plane can be measured.
            settled = self._view.push(seen, now) is seen
            view[i] = seen if settled and not (seen is View.SIDE and broad[i]) else View.OBLIQUE
            near[i] = self._near.push(Side.LEFT if yaw > 0 else Side.RIGHT, now)
        return view, near
