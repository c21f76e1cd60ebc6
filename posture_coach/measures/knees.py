"""Knees that swing: the network draws them where they were a moment ago, seen from the hips.

It does so in single pictures, too, so that it is no delay; but it goes with the speed, and of every rendered walker,
with each of the three networks, hip and knee come out better with the knee that will be drawn 0.02 s later
(`benchmarks/fit_mixing.py --leads`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from posture_coach.pose.types import Landmark

Floats = NDArray[np.float64]

LONGEST_STEP_S = 1.0 / 15.0
"""Pictures further apart tell no speed: in a walk a thigh turns round within a fifth of a second."""
_HIPS = slice(Landmark.LEFT_HIP, Landmark.RIGHT_HIP + 1)
_KNEES = slice(Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE + 1)


def knee_lead(points: Floats, time_s: Floats, lead_s: Floats) -> Floats:
    """Return (n, 2, 2) how far the left and the right knee go meanwhile, by their way to the next picture.

    Against the hips, since whoever walks across the picture takes both along. 0 where nobody knows: in the last
    picture, before one without anybody, and before a gap.

    Parameters
    ----------
    points
        (n, 33, 2).
    lead_s
        (n,) how much later the knees are wanted.
    """
    ahead = np.zeros((len(points), 2, 2))
    if not lead_s.any():
        return ahead
    thigh = points[:, _KNEES] - points[:, _HIPS]
    step_s = np.diff(time_s)
    known = (step_s > 0.0) & (step_s <= LONGEST_STEP_S)
    share = np.where(known, lead_s[:-1] / np.where(known, step_s, 1.0), 0.0)
    ahead[:-1] = np.nan_to_num(np.diff(thigh, axis=0) * share[:, None, None])
    return ahead
