"""The person as the measures need him: signs settled, and the network's points moved to the joints they stand for.

MediaPipe's points lie off the joint centres by a share of the trunk's length that is much the same from body to
body (`benchmarks/fit_offsets.py`): ear and hip too far forward, shoulder too high, and the hip too near the front
of the thigh. Seen from the side that alone is 3-10 degrees; the offsets take it back. From the front the offsets
point at the camera, so nothing is moved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import distance, middle
from posture_coach.measures.types import Side, View
from posture_coach.pose.types import Landmark, PoseSeries

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Offsets:
    """From the network's point to the joint, in trunk lengths (mid-hip to mid-shoulder), side view.

    Parameters
    ----------
    hip_forward, shoulder_up, ear_forward, ear_up
        Along the trunk (up) and across it (forward, the way the person faces).
    thigh_forward
        Of the hip, across the thigh, for the direction of the thigh alone.
    """

    hip_forward: float = 0.0
    shoulder_up: float = 0.0
    ear_forward: float = 0.0
    ear_up: float = 0.0
    thigh_forward: float = 0.0


NO_OFFSETS = Offsets()
"""For points that already lie on the joints, as drawn ones do."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """One person over n pictures, ready to be measured.

    Parameters
    ----------
    points_px, world
        (n, 33, 2) and (n, 33, 3) as the network gave them.
    forward
        (n,) +1 where the person faces the right edge of the picture, else -1.
    rightward
        (n,) +1 where the person's right is at the right of the picture (seen from behind), else -1.
    mid_hip, mid_shoulder, mid_ear
        (n, 2) pixels, moved by the offsets where the view is from the side.
    thigh_forward_px
        (n,) how far the hip moves across the thigh, in pixels.
    """

    points_px: Floats
    world: Floats
    forward: Floats
    rightward: Floats
    mid_hip: Floats
    mid_shoulder: Floats
    mid_ear: Floats
    thigh_forward_px: Floats

    def point(self, landmark: Landmark) -> Floats:
        """Return (n, 2) pixels of one point."""
        return self.points_px[:, landmark]

    def of_side(self, joint: str, side: Side) -> Floats:
        """Return (n, 2) pixels of a paired joint, such as 'knee'."""
        return self.point(Landmark[f"{side.value}_{joint}".upper()])

    def thigh_root(self, side: Side) -> Floats:
        """Return the (n, 2) pixels the thigh starts from: the hip, moved across the thigh."""
        hip, knee = self.of_side("hip", side), self.of_side("knee", side)
        length = distance(hip, knee)[:, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            down = np.where(length > 0, (knee - hip) / length, 0.0)
        return hip + _turned_forward(-down, self.forward) * self.thigh_forward_px[:, None]


def _turned_forward(up: Floats, forward: Floats) -> Floats:
    """Return unit vectors a quarter turn from `up`, towards the way the person faces."""
    return np.stack([-up[:, 1] * forward, up[:, 0] * forward], axis=1)


def build(series: PoseSeries, yaw_deg: Floats, view: NDArray[np.object_], offsets: Offsets) -> Skeleton:
    """Settle the signs and move the points.

    Parameters
    ----------
    yaw_deg
        (n,) body yaw; its sign gives the way the person faces in the picture.
    view
        (n,) of `View`; offsets apply where it is `View.SIDE`.
    """
    p = series.points_px
    hip = middle(p[:, Landmark.LEFT_HIP], p[:, Landmark.RIGHT_HIP])
    shoulder = middle(p[:, Landmark.LEFT_SHOULDER], p[:, Landmark.RIGHT_SHOULDER])
    ear = middle(p[:, Landmark.LEFT_EAR], p[:, Landmark.RIGHT_EAR])
    forward = np.where(yaw_deg > 0, -1.0, 1.0)
    trunk_px = distance(hip, shoulder)
    with np.errstate(invalid="ignore", divide="ignore"):
        up = np.where(trunk_px[:, None] > 0, (shoulder - hip) / trunk_px[:, None], 0.0)
    ahead = _turned_forward(up, forward)
    scale = np.where(view == View.SIDE, trunk_px, 0.0)[:, None]
    return Skeleton(
        points_px=p,
        world=series.world,
        forward=forward,
        rightward=np.where(np.cos(np.radians(yaw_deg)) < 0, 1.0, -1.0),
        mid_hip=hip + ahead * offsets.hip_forward * scale,
        mid_shoulder=shoulder + up * offsets.shoulder_up * scale,
        mid_ear=ear + (ahead * offsets.ear_forward + up * offsets.ear_up) * scale,
        thigh_forward_px=offsets.thigh_forward * scale[:, 0],
    )
