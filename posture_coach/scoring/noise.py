"""By how many points a day's score may differ with nothing but the measuring."""

from __future__ import annotations

import math

from posture_coach.scoring.rules import Rules

POSTURE_LIMIT = 8.0
"""Shifting every angle of a view by one standard deviation of its measured error of a change moves the posture score of
somebody who sits or stands by 2.1 to 4.6 points, on average over where the angles may lie: twice that for 95 in 100,
between the two.
"""
VARIETY_LIMIT = 8.0
"""Changes of position are counted from these angles at a threshold."""
BREAKS_LIMIT = 3.0
"""The ends of a bout are known to a minute or so of the thirty that are good."""


def score_limit(rules: Rules) -> float:
    """Return the same for the whole score."""
    shares = rules.shares
    parts = ((shares.posture, POSTURE_LIMIT), (shares.variety, VARIETY_LIMIT), (shares.breaks, BREAKS_LIMIT))
    return math.sqrt(sum((share * limit) ** 2 for share, limit in parts))
