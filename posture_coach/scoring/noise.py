"""By how many points a day's score may differ with nothing but the measuring."""

from __future__ import annotations

import math

from posture_coach.scoring.rules import Rules


def score_limit(rules: Rules) -> float:
    """Return that of the whole score, from those of its parts."""
    shares, noise = rules.shares, rules.noise
    parts = ((shares.posture, noise.posture), (shares.variety, noise.variety), (shares.breaks, noise.breaks))
    return math.sqrt(sum((share * limit) ** 2 for share, limit in parts))
