"""Whether a camera stood still while it filmed, by what lies behind the person."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from posture_coach.pose.opencv import opencv
from posture_coach.pose.types import Floats, Picture

STILL_SHARE = 0.01
"""Of the picture's width, that the background may lie further left or right: a hand that keeps a telephone still moves
it by half as much, and of somebody's way across the picture it is little."""
LEAST_FOLLOWED = 0.5
"""Share of the background's points that must be found again; the rest may lie behind people, or in trees."""
LEAST_POINTS = 12
"""Fewer say nothing: a bare wall shows no movement."""
MOST_POINTS, QUALITY, APART_SHARE = 200, 0.02, 0.02
"""Points that are followed, how distinct they are against the most distinct one, and how far apart, of the width."""
LONGEST_SIDE_PX = 640
THERE_AND_BACK_PX = 1.0
"""A point that is followed there and back must come out where it began."""
PERSON_MARGIN = 0.1
"""Of the person's own height, around his points: hair, clothes, shadows."""


def moved(pictures: Sequence[Picture], people_px: Floats) -> bool:
    """Tell whether the background lies further left or right in any of the pictures than in the first, or larger.

    Parameters
    ----------
    pictures
        (height, width) each, all of one size, in the order of time.
    people_px
        (n, 33, 2) the person's points in each, NaN where nobody was found.

    Raises
    ------
    MissingSystemPartError
        OpenCV does not load.
    """
    small, scale = _small(pictures)
    masks = [_behind(picture, points * scale) for picture, points in zip(small, people_px, strict=True)]
    return any(
        _elsewhere(small[0], picture, masks[0], mask) for picture, mask in zip(small[1:], masks[1:], strict=True)
    )


def _small(pictures: Sequence[Picture]) -> tuple[list[Picture], float]:
    """Return the pictures in the size in which they are compared, and its scale."""
    scale = min(1.0, LONGEST_SIDE_PX / max(max(picture.shape[:2]) for picture in pictures)) if pictures else 1.0
    cv2 = opencv()
    return [cv2.resize(p, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) for p in pictures], scale


def _behind(picture: Picture, points: Floats) -> NDArray[np.uint8]:
    """Return (height, width) 255 where the person is not."""
    mask = np.full(picture.shape[:2], 255, dtype=np.uint8)
    known = points[~np.isnan(points).any(axis=1)]
    if len(known):
        margin = PERSON_MARGIN * float(np.ptp(known[:, 1]))
        left, top = np.maximum(known.min(axis=0) - margin, 0.0).astype(int)
        right, bottom = np.maximum(known.max(axis=0) + margin, 0.0).astype(int)
        mask[top : bottom + 1, left : right + 1] = 0
    return mask


def _elsewhere(one: Picture, other: Picture, behind: NDArray[np.uint8], behind_too: NDArray[np.uint8]) -> bool:
    """Follow the background's points from one picture to the other."""
    cv2, width = opencv(), one.shape[1]
    found = cv2.goodFeaturesToTrack(one, MOST_POINTS, QUALITY, APART_SHARE * width, mask=behind & behind_too)
    if found is None or len(found) < LEAST_POINTS:
        return False
    there, seen, _ = cv2.calcOpticalFlowPyrLK(one, other, found, None)
    back, seen_back, _ = cv2.calcOpticalFlowPyrLK(other, one, there, None)
    same = np.linalg.norm(back - found, axis=2)[:, 0] <= THERE_AND_BACK_PX
    kept = same & (seen[:, 0] > 0) & (seen_back[:, 0] > 0)
    if kept.mean() < LEAST_FOLLOWED:
        return True
    return bool(np.median(np.abs((there - found)[kept, 0, 0])) > STILL_SHARE * width)
