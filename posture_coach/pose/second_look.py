"""A second look at stretches of a video, in the mirror, and the mean of both looks.

The network errs to one side: one shoulder is drawn too high, one foot comes down too early. In the mirror it errs to
the other, so that little of it is left in the mean, and less of what is chance (`benchmarks/looks.py`). The second look
takes as long as the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import distance, middle
from posture_coach.pose.landmarker import Landmarker
from posture_coach.pose.passes import SAME_LOOK_TRUNKS
from posture_coach.pose.sides import LEG_PARTS, with_legs_exchanged
from posture_coach.pose.turning import in_mirror
from posture_coach.pose.types import Bools, Floats, Frame, Landmark, Pose, PoseSeries

LEAD_S = 1.0
"""So long a network looks on before what it finds is taken: it follows a person better than it finds one."""
_TRUNK = [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER, Landmark.LEFT_HIP, Landmark.RIGHT_HIP]


def in_the_mirror(
    frames: Iterable[Frame], first: PoseSeries, wanted: Bools, looked: Callable[[], None] = lambda: None
) -> PoseSeries:
    """Return the person as found in the mirrored pictures; nobody in those that are not wanted.

    Parameters
    ----------
    frames
        The pictures of the first look, in the order of time.
    first
        What it found, n pictures.
    wanted
        (n,) which of them to look at.
    looked
        Called after each picture that was looked at; may raise to stop.
    """
    found: dict[int, Pose] = {}
    wanted_s = first.time_s[wanted]
    with Landmarker(first.model, first.mode) as network:
        for frame in frames:
            following = int(np.searchsorted(wanted_s, frame.time_s))
            if following == len(wanted_s):
                break
            if wanted_s[following] - frame.time_s <= LEAD_S:
                pose = network.find(replace(frame, image=in_mirror(frame.image)))
                if pose is not None:
                    found[frame.index] = pose.mirrored()
                looked()
    told = [found.get(index) if asked else None for index, asked in zip(first.index.tolist(), wanted, strict=True)]
    seen = list(zip(first.time_s.tolist(), first.index.tolist(), strict=True))
    return PoseSeries.of(told, seen, size=(first.width, first.height), mode=first.mode, model=first.model)


def together(first: PoseSeries, second: PoseSeries) -> PoseSeries:
    """Return the mean of two looks at the same n pictures, in those in which both saw one person face one way.

    Elsewhere, and for how sure the network was, the first look holds; and which leg is the left one is its word, too.
    """
    both = np.flatnonzero(_same(first, second))
    second = with_legs_exchanged(second, both, _exchanged(first.points_px[both], second.points_px[both]))
    points, world = first.points_px.copy(), first.world.copy()
    points[both] = (points[both] + second.points_px[both]) / 2.0
    world[both] = (world[both] + second.world[both]) / 2.0
    return replace(first, points_px=points, world=world)


def _same(first: PoseSeries, second: PoseSeries) -> Bools:
    """Return (n,) whether both looks found one person, with left and right of the trunk on the same sides."""
    trunk, again = first.points_px[:, _TRUNK], second.points_px[:, _TRUNK]
    long = distance(middle(trunk[:, 0], trunk[:, 1]), middle(trunk[:, 2], trunk[:, 3]))
    across, across_again = (w[:, Landmark.LEFT_HIP] - w[:, Landmark.RIGHT_HIP] for w in (first.world, second.world))
    with np.errstate(invalid="ignore"):
        near = distance(trunk, again).mean(axis=1) <= SAME_LOOK_TRUNKS * long
        return np.asarray(near & ((across * across_again).sum(axis=1) > 0), dtype=np.bool_)


def _exchanged(first: Floats, second: Floats) -> NDArray[np.intp]:
    """Return (m, 2) 1 where the second look's knees, or feet, lie nearer to the first one's other way round."""
    turned = np.zeros((len(first), len(LEG_PARTS)), dtype=np.intp)
    for part, points in enumerate(LEG_PARTS):
        pair = points[:2]
        straight = distance(first[:, pair], second[:, pair]).sum(axis=1)
        turned[:, part] = distance(first[:, pair], second[:, pair[::-1]]).sum(axis=1) < straight
    return turned
