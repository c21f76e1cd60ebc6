"""How far a person's own neutral is believed: the rest of it is drawn towards the neutral of everybody.

A measured neutral is the person's own plus what the look at him added. Of two people's difference the share
`between² / (between² + carried² + held² / n)` is their own (the reliability of a measurement), where `between` is the
standard deviation of neutrals between people, `carried` that of what a neutral leaves wrong for later pictures of the
same person at the same place, and `held` that of the n independent looks it was averaged from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from posture_coach.measures.measurer import Baseline
from posture_coach.measures.types import View

INDEPENDENT_EVERY_S = 1.0
"""Neighbouring pictures tell the same story; sway and the network's drift take about a second."""
PEOPLE_DEG = 4.5
"""Standard deviation between adults of how far the ear stands ahead (of the craniovertebral angle, 4 to 5, wp_cva; the
two move about 1:1). The rendered people hold themselves more alike than that."""


@dataclass(frozen=True, slots=True)
class Neutral:
    """What neutrals of many people are like.

    Parameters
    ----------
    mean, between
        Of the measure's own unit.
    carried
        See the module's head.
    """

    mean: float
    between: float
    carried: float


def _held_upright(mean: float, between: float, carried: float) -> Neutral:
    """Add how differently people hold themselves to how differently the network sees them."""
    return Neutral(mean, (between**2 + PEOPLE_DEG**2) ** 0.5, carried)


NEUTRALS: Mapping[tuple[str, View], Neutral] = {
    ("trunk_inclination_deg", View.SIDE): _held_upright(2.3, 2.6, 1.4),
    ("neck_inclination_deg", View.SIDE): _held_upright(8.9, 2.2, 2.8),
    ("neck_trunk_angle_deg", View.SIDE): _held_upright(6.6, 3.7, 2.8),
    ("head_pitch_deg", View.SIDE): _held_upright(-15.7, 6.5, 5.3),
    ("head_trunk_flexion_deg", View.SIDE): _held_upright(-18.0, 7.2, 5.7),
    ("body_lean_deg", View.SIDE): Neutral(3.8, 1.6, 0.7),
    ("hip_forward_offset_ratio", View.SIDE): Neutral(0.002, 0.021, 0.007),
    ("shoulder_obliquity_deg", View.FRONT): Neutral(0.1, 2.0, 0.8),
    ("head_roll_deg", View.FRONT): Neutral(1.1, 1.5, 1.0),
    ("neck_length_ratio", View.FRONT): Neutral(0.63, 0.06, 0.01),
}
"""Printed by `python -m benchmarks.own_neutral`: six rendered people, model full, tracked, neutrals of one second.
What is not here is taken as it was measured: lengths in the picture, limbs, and what too few people were seen in."""


def reliability(neutral: Neutral, held: float, seconds: float) -> float:
    """Return the share of a person's difference from the mean that is his own.

    Parameters
    ----------
    held
        Standard deviation of the pictures it was averaged from.
    seconds
        How long that was.
    """
    looks = max(1.0, seconds / INDEPENDENT_EVERY_S)
    own = neutral.between**2
    return own / (own + neutral.carried**2 + held**2 / looks)


def shrunk(own: Baseline, spread: Mapping[str, float], seconds: float) -> Baseline:
    """Return a neutral with each measure drawn towards everybody's by as much as it cannot be relied on.

    Parameters
    ----------
    spread
        Standard deviation of each measure while it was taken; 0 where it is not given.
    seconds
        How long it was taken.
    """
    values = dict(own.values)
    for name, value in own.values.items():
        everybody = NEUTRALS.get((name, own.view))
        if everybody is not None:
            kept = reliability(everybody, spread.get(name, 0.0), seconds)
            values[name] = everybody.mean + kept * (value - everybody.mean)
    return replace(own, values=values)
