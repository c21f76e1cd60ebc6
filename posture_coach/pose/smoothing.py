"""Points of a whole recording smoothed without delay; a live camera does without, since it cannot look ahead.

Live, the tracked network smooths by itself and lags by less than a picture at 30 a second: shifted by one picture its
angles fit the truth no better (`benchmarks/modes.py` tells what happens at lower rates). In a file the rest of the
jitter can go without any lag.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from posture_coach.pose.types import PoseSeries
from posture_coach.signals import zero_lag

CUTOFF_HZ = 6.0
"""What gait analysis smooths marker paths with (Winter's choice); movements of posture are slower still."""
LEAST_RATE_HZ = 15.0
"""Below two and a half times the cut-off there is nothing above it to take out."""
LONGEST_GAP_S = 0.5
"""A person who was away for longer is not smoothed across."""


def smoothed(series: PoseSeries) -> PoseSeries:
    """Return the poses smoothed; as they are where pictures are too far apart."""
    steps = np.diff(series.time_s)
    if not len(steps) or np.median(steps) > 1.0 / LEAST_RATE_HZ:
        return series
    parts = np.split(np.arange(len(series)), np.flatnonzero(steps > LONGEST_GAP_S) + 1)
    points, world = series.points_px.copy(), series.world.copy()
    for part in parts:
        time_s = series.time_s[part]
        points[part] = zero_lag(series.points_px[part], time_s, CUTOFF_HZ)
        world[part] = zero_lag(series.world[part], time_s, CUTOFF_HZ)
    return replace(series, points_px=points, world=world)
