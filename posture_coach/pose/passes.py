"""Several looks at one photo: mirrored, and cut to the person at two sizes, each point the median of all looks.

A photo has no next frame that could even out the network's mistakes. Six looks take a sixth of a second more and lower
the error of trunk and side lean by a third (`benchmarks/accuracy.py`); where they disagree, the numbers are doubtful.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from posture_coach.pose.landmarker import Landmarker
from posture_coach.pose.types import MIRROR_ORDER, Floats, Frame, Picture, Pose

CUT_PX = 512
"""Side of the square cut-outs; the network itself sees 256."""
CUT_SIZES = (1.5, 2.1)
"""Side of the cut-out over the larger side of the box around the person's points."""
LEAST_LOOKS = 3
"""Fewer finds than this have no spread worth the name."""


@dataclass(frozen=True, slots=True)
class _Look:
    """A way to see the photo: picture = scale * (photo - corner), mirrored afterwards or not."""

    scale: float
    corner: tuple[float, float]
    size: tuple[int, int]
    mirrored: bool

    def picture(self, photo: Picture) -> Picture:
        """Return the photo seen this way."""
        seen = photo
        if self.scale != 1.0 or self.corner != (0.0, 0.0):
            x, y = self.corner
            shift = np.array([[self.scale, 0.0, -self.scale * x], [0.0, self.scale, -self.scale * y]])
            cut = cv2.warpAffine(photo, shift, self.size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            seen = np.asarray(cut, dtype=np.uint8)
        return np.ascontiguousarray(seen[:, ::-1]) if self.mirrored else seen

    def back(self, pose: Pose) -> tuple[Floats, Floats]:
        """Return points and world points as the photo has them."""
        points, world = pose.points_px.copy(), pose.world.copy()
        if self.mirrored:
            points[:, 0] = self.size[0] - points[:, 0]
            world[:, 0] = -world[:, 0]
            points, world = points[MIRROR_ORDER], world[MIRROR_ORDER]
        return points / self.scale + np.array(self.corner), world


def look_again(network: Landmarker, frame: Frame) -> Pose | None:
    """Find the person in a photo by several looks; None where the first finds nobody.

    Parameters
    ----------
    network
        Finds in `Mode.DETECTED`.
    """
    first = network.find(frame)
    if first is None:
        return None
    found = [(first.points_px, first.world)]
    for look in _looks(first, frame.size):
        pose = network.find(replace(frame, image=look.picture(frame.image)))
        if pose is not None:
            found.append(look.back(pose))
    if len(found) < LEAST_LOOKS:
        return first
    points, world = (np.array(column) for column in zip(*found, strict=True))
    spread = np.linalg.norm(points.std(axis=0), axis=1)
    return replace(first, points_px=np.median(points, axis=0), world=np.median(world, axis=0), spread_px=spread)


def _looks(first: Pose, size: tuple[int, int]) -> list[_Look]:
    lowest, highest = first.points_px.min(axis=0), first.points_px.max(axis=0)
    middle, side = (lowest + highest) / 2.0, float((highest - lowest).max())
    looks = [_Look(1.0, (0.0, 0.0), size, mirrored=True)]
    for around in CUT_SIZES:
        x, y = (middle - side * around / 2.0).tolist()
        for mirrored in (False, True):
            looks.append(_Look(CUT_PX / (side * around), (x, y), (CUT_PX, CUT_PX), mirrored))
    return looks
