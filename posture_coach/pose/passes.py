"""Several looks at one photo: mirrored, and cut to the person at two sizes, each point the median of all looks.

A photo has no next frame that could even out the network's mistakes. Six looks take a sixth of a second more and lower
the error of trunk and side lean by a third (`benchmarks/accuracy.py`); where they disagree, the numbers are doubtful.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from posture_coach.pose.landmarker import Landmarker
from posture_coach.pose.types import Floats, Frame, Landmark, Picture, Pose

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
        """Return the photo seen this way; beyond its edge the edge goes on."""
        seen = photo if self.scale == 1.0 else self._cut(photo)
        return np.ascontiguousarray(seen[:, ::-1]) if self.mirrored else seen

    def _cut(self, photo: Picture) -> Picture:
        side = self.size[0] / self.scale
        low = np.floor(np.minimum(self.corner, 0.0)).astype(int)
        high = np.ceil(np.maximum(np.array(self.corner) + side - photo.shape[1::-1], 0.0)).astype(int)
        wide = np.pad(photo, ((-low[1], high[1]), (-low[0], high[0]), (0, 0)), mode="edge")
        x, y = np.array(self.corner) - low
        cut = Image.fromarray(wide).resize(self.size, Image.Resampling.BILINEAR, box=(x, y, x + side, y + side))
        return np.asarray(cut)

    def back(self, pose: Pose) -> tuple[Floats, Floats]:
        """Return points and world points as the photo has them."""
        seen = pose.mirrored() if self.mirrored else pose
        return seen.points_px / self.scale + np.array(self.corner), seen.world


SAME_PERSON_TRUNKS = 0.3
"""A look that puts the hips further off than this found somebody else, or nobody."""


def look_again(network: Landmarker, frame: Frame) -> Pose | None:
    """Find the person in a photo by several looks; None where the first finds nobody.

    Looks that found somebody else are left out.

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
        if pose is not None and _is_same(first.points_px, (again := look.back(pose))[0]):
            found.append(again)
    if len(found) < LEAST_LOOKS:
        return first
    points, world = (np.array(column) for column in zip(*found, strict=True))
    spread = np.linalg.norm(points.std(axis=0), axis=1)
    return replace(first, points_px=np.median(points, axis=0), world=np.median(world, axis=0), spread_px=spread)


def _is_same(one: Floats, other: Floats) -> bool:
    hips, shoulders = [Landmark.LEFT_HIP, Landmark.RIGHT_HIP], [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]
    trunk = float(np.linalg.norm(one[shoulders].mean(axis=0) - one[hips].mean(axis=0)))
    return bool(np.linalg.norm((other - one)[hips].mean(axis=0)) <= SAME_PERSON_TRUNKS * trunk)


def _looks(first: Pose, size: tuple[int, int]) -> list[_Look]:
    lowest, highest = first.points_px.min(axis=0), first.points_px.max(axis=0)
    middle, side = (lowest + highest) / 2.0, float((highest - lowest).max())
    looks = [_Look(1.0, (0.0, 0.0), size, mirrored=True)]
    for around in CUT_SIZES:
        x, y = (middle - side * around / 2.0).tolist()
        for mirrored in (False, True):
            looks.append(_Look(CUT_PX / (side * around), (x, y), (CUT_PX, CUT_PX), mirrored))
    return looks
