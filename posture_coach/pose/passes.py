"""Several looks at one photo: mirrored, and cut to the person at two sizes, each point the median of all looks.

A photo has no next frame that could even out the network's mistakes. Six looks take a sixth of a second more and lower
the error of trunk and side lean by a third (`benchmarks/accuracy.py`); where they disagree, the numbers are doubtful.
Where a desk or the photo's edge hides the hips, the network now and then draws a small body into the large one: such
looks are told by a face too large for the shoulders, and left out; and somebody whom no three of the six looks, or the
only two that are left, agree on is not believed. So the first look may be a vague one where the network is not
sure of anybody, as in the dark or without colour: it only says where to look, and the others must find him surely.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from posture_coach.geometry import distance
from posture_coach.pose.landmarker import LOOKING_CONFIDENCE, Landmarker
from posture_coach.pose.turning import in_mirror
from posture_coach.pose.types import Floats, Frame, Landmark, Mode, Picture, Pose

CUT_PX = 512
"""Side of the square cut-outs; the network itself sees 256."""
CUT_SIZES = (1.5, 2.1)
"""Side of the cut-out over the larger side of the box around the person's points."""
PARTS = (0.5, 0.0, 1.0)
"""Where along the longer side the squares lie that are searched where the whole photo shows nobody."""
LEAST_LOOKS = 3
"""So many must have found the same person: fewer have no spread worth the name, and one by itself may be no person."""
VAGUE_LOOKS = 4
"""So many of the other five where the first look was vague: of three that agree in the dark half err by 5 to 9°."""
VAGUE_SPREAD_TRUNKS = 0.12
"""By how much of the trunk's length such a person's points lie off beside what the looks differ by: dark and grey
stills (`benchmarks/conditions.py`), rounded."""

SHRUNKEN = 0.55, 0.4
"""Distance of the ears over that of the shoulders, and over the trunk's length, beyond both of which a body is too
small for its head. In people who face the camera they are 0.3 to 0.5 and 0.2 to 0.35, over the shoulders of those that
are drawn into a larger one 0.56 to 0.97. Who bends towards the camera has a short trunk, who turns has narrow
shoulders; hardly anybody both."""

_HIPS = [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]
_SHOULDERS = [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]
_EARS = [Landmark.LEFT_EAR, Landmark.RIGHT_EAR]


@dataclass(frozen=True, slots=True)
class _Look:
    """A way to see the photo: picture = scale * (photo - corner), mirrored afterwards or not."""

    scale: float
    corner: tuple[float, float]
    size: tuple[int, int]
    mirrored: bool

    def picture(self, photo: Picture) -> Picture:
        """Return the photo seen this way; beyond its edge the edge goes on."""
        whole = (1.0, (0.0, 0.0), photo.shape[1::-1])
        seen = photo if (self.scale, self.corner, self.size) == whole else self._cut(photo)
        return in_mirror(seen) if self.mirrored else seen

    def _cut(self, photo: Picture) -> Picture:
        """Resize the part of the photo, with as much more of its edge as the filter reads, then let the edge go on.

        A close-up's cut-outs lie mostly outside the photo: filled up before they are made small they take gigabytes.
        """
        step, size, extent = 1.0 / self.scale, np.array(self.size), np.array(photo.shape[1::-1])
        reach = max(step, 1.0)  # of the filter, to either side of a pixel's middle
        corner = np.clip(self.corner, -size * step - reach, extent + reach)
        # The pixels of the cut-out that see anything of the photo, and one more on either side: beyond all are like it.
        first = np.maximum(np.floor((-corner - reach) / step - 0.5), 0).astype(int)
        stop = np.minimum(np.ceil((extent - corner + reach) / step + 0.5), size).astype(int)
        beyond = np.stack([-corner, corner + size * step - extent])
        low, high = np.ceil(np.clip(beyond, 0.0, 3.0 * reach)).astype(int)
        edged = np.pad(photo, ((low[1], high[1]), (low[0], high[0]), (0, 0)), mode="edge")
        box = *(corner + first * step + low).tolist(), *(corner + stop * step + low).tolist()
        seen = Image.fromarray(edged).resize((stop - first).tolist(), Image.Resampling.BILINEAR, box=box)
        (left, top), (right, bottom) = first, size - stop
        return np.pad(np.asarray(seen), ((top, bottom), (left, right), (0, 0)), mode="edge")

    def back(self, pose: Pose, first: Pose) -> Pose:
        """Return who was found as the photo has him; `first` is the look at the photo as it is."""
        seen = pose.mirrored() if self.mirrored else pose
        points = seen.points_px / self.scale + np.array(self.corner)
        return replace(
            first, points_px=points, world=seen.world, visibility=seen.visibility, presence=seen.presence
        )  # fmt: skip


SAME_LOOK_TRUNKS = 0.3
"""A look that puts the hips further off than this found somebody else, or nobody."""


def look_again(network: Landmarker, frame: Frame) -> Pose | None:
    """Find the person in a photo by several looks; None where no three agree.

    Looks that found somebody else are left out: than the first look, or where hardly any found him, than the most.

    Parameters
    ----------
    network
        Finds in `Mode.DETECTED`.
    """
    found, vague = every_look(network, frame)
    sound = [pose for pose in found if not _shrunken(pose.points_px)]
    same = agreeing(sound)
    # Cut-outs of somebody who goes on beyond the edge may all be drawn small; then the photo as it is, and its mirror
    # image, must do.
    fewer = not vague and len(sound) < len(found) and bool(same) and same[0] is found[0]
    if len(same) < (VAGUE_LOOKS if vague else LEAST_LOOKS - fewer):
        return None
    points, world = np.array([pose.points_px for pose in same]), np.array([pose.world for pose in same])
    spread = np.linalg.norm(points.std(axis=0), axis=1)
    if vague or len(same) < LEAST_LOOKS:
        spread = np.hypot(spread, VAGUE_SPREAD_TRUNKS * _trunk_px(np.median(points, axis=0)))
    return replace(same[0], points_px=np.median(points, axis=0), world=np.median(world, axis=0), spread_px=spread)


def every_look(network: Landmarker, frame: Frame) -> tuple[list[Pose], bool]:
    """Return who each look found, as the photo has him, and whether the first was vague and so is none of them."""
    sure = network.find(frame)
    first = sure if sure is not None else _glimpsed(network, frame)
    if first is None:
        return [], True
    found = [sure] if sure is not None else []
    for look in _looks(first, frame.size):
        pose = network.find(replace(frame, image=look.picture(frame.image)))
        found += [look.back(pose, first)] if pose is not None else []
    return found, sure is None


def _glimpsed(network: Landmarker, frame: Frame) -> Pose | None:
    """Return whom the network takes for possible in the whole photo or in a square part of it."""
    width, height = frame.size
    side = min(width, height)
    whole = _Look(1.0, (0.0, 0.0), frame.size, mirrored=False)
    parts = (
        _Look(CUT_PX / side, ((width - side) * at, (height - side) * at), (CUT_PX, CUT_PX), mirrored=False)
        for at in PARTS
    )
    with Landmarker(network.model, Mode.DETECTED, confidence=LOOKING_CONFIDENCE) as vague:
        for look in (whole, *parts):
            pose = vague.find(replace(frame, image=look.picture(frame.image)))
            if pose is not None:
                return look.back(pose, replace(pose, width=width, height=height))
    return None


def agreeing(found: list[Pose]) -> list[Pose]:
    """Return the looks that found whom the first one found; where those are too few, the most that found one person."""
    groups = ([other for other in found if _is_same(one.points_px, other.points_px)] for one in found)
    of_first = next(groups, [])
    return of_first if len(of_first) >= LEAST_LOOKS else max((of_first, *groups), key=len)


def _is_same(one: Floats, other: Floats) -> bool:
    return bool(np.linalg.norm((other - one)[_HIPS].mean(axis=0)) <= SAME_LOOK_TRUNKS * _trunk_px(one))


def _shrunken(points_px: Floats) -> bool:
    """Tell whether the head is too large for the body."""
    ears, shoulders = (float(distance(*points_px[pair])) for pair in (_EARS, _SHOULDERS))
    return ears > SHRUNKEN[0] * shoulders and ears > SHRUNKEN[1] * _trunk_px(points_px)


def _trunk_px(points_px: Floats) -> float:
    return float(np.linalg.norm(points_px[_SHOULDERS].mean(axis=0) - points_px[_HIPS].mean(axis=0)))


def _looks(first: Pose, size: tuple[int, int]) -> list[_Look]:
    lowest, highest = first.points_px.min(axis=0), first.points_px.max(axis=0)
    middle, side = (lowest + highest) / 2.0, float((highest - lowest).max())
    looks = [_Look(1.0, (0.0, 0.0), size, mirrored=True)]
    for around in CUT_SIZES:
        x, y = (middle - side * around / 2.0).tolist()
        for mirrored in (False, True):
            looks.append(_Look(CUT_PX / (side * around), (x, y), (CUT_PX, CUT_PX), mirrored))
    return looks
