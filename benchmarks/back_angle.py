"""How far the back is bent, read off its outline in side views: the upper half of the trunk against the lower.

This is the way that was chosen, and not shipped. Two straight lines are laid through the back's outline, one below and
one above half height. The angle between them is a sum of the person's shape, clothes and posture, but its change from
the person's own upright, in the same clothes, is the change of the spine's own bend, degree for degree
(`back_contour.py`): no constant is fitted.

Where an arm lies at the outline, or the mask is blurred there, as at a chair's back, the outline is not the back's and
is left out; with too little left nothing is estimated. That does not find every chair, and is why it is not shipped.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import middle
from posture_coach.measures.types import Side
from posture_coach.pose.types import Landmark

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LOWEST_DEG, HIGHEST_DEG = -45.0, 25.0
"""The rendered backs read -42 to +21, from bent backwards to deeply slumped, a real one in a loose shirt up to 21.
Beyond it is hardly a back: a real one with a chair's, which the mask took for the person's, read up to 35."""
ARM_RADIUS = 0.13
"""Trunk lengths from an arm's bones to its skin, and a little more for where the network puts the bones."""
BLURRED = 0.05
"""Trunk lengths between the mask's edges at 0.3 and 0.7 beyond which it does not know where the person ends."""
LEAST_SEEN = 0.6
"""Share of the outline below, and of that above half height, that must be the back's."""
HALF = 0.5
MEDIAN_OVER = 7
"""Neighbouring heights, 0.14 trunk lengths: takes folds and steps of the mask off."""
_ARM = ("shoulder", "elbow", "wrist", "index")
"""Joints along an arm."""


def back_contour(outlines: Floats, heights: Floats, points_px: Floats, forward: Floats) -> Floats:
    """Return (n,) how the back is bent, in degrees, + flexed, before the person's own upright is taken off.

    Upright reads -30 to +12, all of it shape and clothes; NaN where the back is not seen.

    Parameters
    ----------
    outlines
        (n, 2, 3, h) from the trunk line to the mask's end in trunk lengths, by side in the picture (that of somebody
        who faces right first), edge of the mask (sharpest in the middle) and height.
    heights
        (h,) in trunk lengths from the hips' level (0) to the shoulders' (1), rising.
    points_px
        (n, 33, 2) that the outlines were taken with.
    forward
        (n,) +1 where the person faces the right edge of the picture, else -1.
    """
    back = np.where(forward[:, None, None] > 0, outlines[:, 1], outlines[:, 0])
    hidden = by_an_arm(back[:, 1], heights, points_px, forward) | ~(back[:, 0] - back[:, 2] < BLURRED)
    angle = bend_deg(np.where(hidden, np.nan, back[:, 1]), heights)
    return np.where((angle >= LOWEST_DEG) & (angle <= HIGHEST_DEG), angle, np.nan)


def bend_deg(back: Floats, heights: Floats) -> Floats:
    """Return (n,) how much further forward the back leans above half height than below, in degrees, + flexed.

    Parameters
    ----------
    back
        (n, h) from the trunk line to the skin, NaN where that is not seen.
    """
    smooth = running_median(back)
    # Rounding must not decide whether a ray at the very level of the hips counts.
    rounded = heights.round(6)
    lower, upper = (rounded >= 0.0) & (rounded < HALF), (rounded >= HALF) & (rounded <= 1.0)
    lean = [np.degrees(np.arctan(_slope(heights[part], smooth[:, part]))) for part in (lower, upper)]
    return np.asarray(lean[0] - lean[1], dtype=np.float64)


def running_median(back: Floats) -> Floats:
    """Return (n, h), each the median of its neighbours that are seen; what is not seen stays so."""
    half = MEDIAN_OVER // 2
    wide = np.pad(back, ((0, 0), (half, half)), constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(wide, MEDIAN_OVER, axis=1)
    found, seen = np.full(back.shape, np.nan), np.isfinite(back)
    found[seen] = np.nanmedian(windows[seen], axis=1)
    return found


def _slope(heights: Floats, back: Floats) -> Floats:
    """Return (n,) slopes of the least squares lines; NaN where too little is seen."""
    seen = np.isfinite(back)
    count = np.fmax(seen.sum(axis=1), 1)[:, None]
    x, y = np.where(seen, heights, 0.0), np.where(seen, back, 0.0)
    x = np.where(seen, x - x.sum(axis=1, keepdims=True) / count, 0.0)
    enough = seen.mean(axis=1) >= LEAST_SEEN
    return np.where(enough, np.sum(x * y, axis=1) / np.where(enough, np.sum(x * x, axis=1), 1.0), np.nan)


def by_an_arm(back: Floats, heights: Floats, points_px: Floats, forward: Floats) -> Bools:
    """Return (n, h) whether an arm lies where the back's outline was found."""
    p = points_px
    hip, shoulder = (middle(p[:, Landmark[f"LEFT_{j}"]], p[:, Landmark[f"RIGHT_{j}"]]) for j in ("HIP", "SHOULDER"))
    trunk = shoulder - hip
    behind = np.stack([trunk[:, 1], -trunk[:, 0]], axis=1) * forward[:, None]
    at = hip[:, None] + heights[:, None] * trunk[:, None] + back[:, :, None] * behind[:, None]
    near = ARM_RADIUS * np.linalg.norm(trunk, axis=1)[:, None]
    hidden = np.zeros(back.shape, dtype=np.bool_)
    for side, (one, other) in itertools.product(Side, itertools.pairwise(_ARM)):
        start, end = (p[:, None, Landmark[f"{side.value}_{joint}".upper()]] for joint in (one, other))
        bone = end - start
        length = np.sum(bone * bone, axis=2)
        along = np.sum((at - start) * bone, axis=2) / np.where(length > 0, length, 1.0)
        gap = at - start - along.clip(0.0, 1.0)[..., None] * bone
        hidden |= np.linalg.norm(gap, axis=2) < near
    return hidden
