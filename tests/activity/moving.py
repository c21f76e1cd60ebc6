"""Drawn people who exercise: bodies over time, made of one movement to and fro."""

from __future__ import annotations

import math
from collections.abc import Callable

from tests.drawn import Body

HZ = 10.0
SIDES = ("left", "right")
Move = Callable[[float, float], Body]
"""From how far it has gone, 0 to 1, and the yaw, to the body."""


def both(**angles: float) -> dict[str, float]:
    """Give both sides the same angle."""
    return {f"{joint}_{side}_deg": angle for joint, angle in angles.items() for side in SIDES}


def squat(share: float, yaw: float = 90.0) -> Body:
    return Body(trunk_inclination_deg=30 * share, yaw_deg=yaw, **both(hip_flexion=100 * share, knee_flexion=95 * share))


def hinge(share: float, yaw: float = 90.0) -> Body:
    return Body(trunk_inclination_deg=65 * share, yaw_deg=yaw, **both(hip_flexion=60 * share, knee_flexion=8))


def sit_to_stand(share: float, yaw: float = 90.0) -> Body:
    """Begin on the chair."""
    down, lean = 1 - share, 30 * math.sin(math.pi * share)
    return Body(trunk_inclination_deg=lean, yaw_deg=yaw, **both(hip_flexion=90 * down + lean, knee_flexion=90 * down))


def leg_raise(share: float, yaw: float = 90.0) -> Body:
    """Stand on the right leg and bring the left thigh up."""
    return Body(hip_flexion_left_deg=80 * share, knee_flexion_left_deg=80 * share, yaw_deg=yaw)


def bridge(share: float, yaw: float = 90.0) -> Body:
    """Lie on the back, feet on the floor, and lift the hips."""
    return Body(
        trunk_inclination_deg=-(90 + 25 * share), yaw_deg=yaw,
        **both(hip_flexion=55 - 45 * share, knee_flexion=120 - 20 * share),
    )  # fmt: skip


def crunch(share: float, yaw: float = 90.0) -> Body:
    """Lie on the back with the knees up, and lift the shoulders a little."""
    return Body(
        trunk_inclination_deg=-88 + 12 * share, yaw_deg=yaw, **both(hip_flexion=50 + 12 * share, knee_flexion=110)
    )


def sit_up(share: float, yaw: float = 90.0) -> Body:
    return Body(
        trunk_inclination_deg=-90 + 80 * share, yaw_deg=yaw, **both(hip_flexion=30 + 80 * share, knee_flexion=95)
    )


def push_up(share: float, yaw: float = 90.0) -> Body:
    """Lean on straight arms, and bend them."""
    return Body(
        trunk_inclination_deg=68 + 17 * share, yaw_deg=yaw,
        **both(hip_flexion=5, shoulder_flexion=70 - 20 * share, elbow_flexion=90 * share),
    )  # fmt: skip


def all_fours(share: float, yaw: float = 90.0) -> Body:
    """Kneel on hands and knees and stretch the left leg back."""
    legs = both(hip_flexion=75, knee_flexion=90) | {
        "hip_flexion_left_deg": 75 - 80 * share, "knee_flexion_left_deg": 90 - 80 * share,
    }  # fmt: skip
    return Body(trunk_inclination_deg=78, yaw_deg=yaw, **legs, **both(shoulder_flexion=78))


STANDING_UP = (squat, hinge, sit_to_stand, leg_raise)
ON_THE_FLOOR = (bridge, crunch, sit_up, push_up, all_fours)


def repeated(
    move: Move, times: float, *, period_s: float = 3.0, pause_s: float = 0.6, hz: float = HZ, yaw: float = 90.0
) -> list[Body]:
    """Move there and back so often, with a pause after each."""
    n = round(times * (period_s + pause_s) * hz)
    phases = [math.fmod(i / hz, period_s + pause_s) / period_s for i in range(n)]
    return [move((1 - math.cos(2 * math.pi * min(phase, 1.0))) / 2, yaw) for phase in phases]


def still(move: Move, seconds: float, *, share: float = 0.0, hz: float = HZ, yaw: float = 90.0) -> list[Body]:
    return [move(share, yaw)] * round(seconds * hz)
