"""Left and right exchanged: of legs that were taken for each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from posture_coach.pose.types import MIRROR_ORDER, Floats, Landmark, PoseSeries

LEG_PARTS = tuple(
    np.array([Landmark[f"{side}_{joint}"] for joint in joints for side in ("LEFT", "RIGHT")])
    for joints in (("KNEE",), ("ANKLE", "HEEL", "FOOT_INDEX"))
)
"""What is exchanged with the knees, and what with the ankles: the network exchanges one without the other, too."""


def with_legs_exchanged(series: PoseSeries, row: NDArray[np.intp], turned: NDArray[np.intp]) -> PoseSeries:
    """Return the series with knees, and feet, exchanged in those of the (m,) pictures where (m, 2) `turned` is 1."""
    order = np.tile(np.arange(len(MIRROR_ORDER)), (len(series), 1))
    for part, points in enumerate(LEG_PARTS):
        order[np.ix_(row[turned[:, part] > 0], points)] = MIRROR_ORDER[points]

    def exchanged(values: Floats) -> Floats:
        return np.take_along_axis(values, order.reshape(*order.shape, *[1] * (values.ndim - 2)), axis=1)

    return replace(
        series,
        points_px=exchanged(series.points_px),
        world=exchanged(series.world),
        visibility=exchanged(series.visibility),
        presence=exchanged(series.presence),
        spread_px=None if series.spread_px is None else exchanged(series.spread_px),
    )
