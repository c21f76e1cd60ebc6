"""REBA (Hignett and McAtamney 2000) on a median posture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from posture_coach.activity.types import Activity
from posture_coach.measures.types import Side
from posture_coach.scoring.ergonomics.parts import (
    answered,
    either,
    load,
    looked,
    measured,
    neck_flexion,
    seen,
    static,
    upper_arm,
)
from posture_coach.scoring.ergonomics.scales import assessed
from posture_coach.scoring.ergonomics.tables import Ergonomics, Scale
from posture_coach.scoring.ergonomics.types import Answers, Part, Posture, Refused, Result, Step

BOUNDS = {
    "neck": (1, 3), "trunk": (1, 5), "legs": (1, 4), "load": (0, 3), "upper_arm": (1, 6), "lower_arm": (1, 2),
    "wrist": (1, 3), "coupling": (0, 3), "activity": (0, 3),
}  # fmt: skip
"""Least and most of each item: what the tables have rows and columns for."""


def reba(posture: Posture, answers: Answers, tables: Ergonomics) -> Result | Refused:
    """Return the REBA score of the more loaded side, or why there is none."""
    return assessed("REBA", tables.reba, tables, posture, answers, parts=reba_parts, steps=reba_steps, bounds=BOUNDS)


def reba_parts(posture: Posture, answers: Answers, tables: Ergonomics, side: str) -> list[Part]:
    """Collect the points of every item."""
    # house: rows of a table, no logic
    scale = tables.reba
    return [
        measured("neck", "neck", scale.rows["neck"], neck_flexion(posture, tables.neck)),
        either(
            looked("neck", "neck turned", scale, "neck_twisted", answers, posture),
            looked("neck", "bent to the side", scale, "neck_side_bent", answers, posture),
        ),
        measured("trunk", "trunk", scale.rows["trunk"], seen(posture, "trunk_inclination_deg")),
        either(
            answered("trunk", "trunk turned", scale, "trunk_twisted", answers),
            looked("trunk", "bent to the side", scale, "trunk_side_bent", answers, posture),
        ),
        answered("legs", "weight on one leg", scale, "on_one_leg", answers),
        *_knee(posture, scale),
        load("load", scale, answers),
        measured("upper_arm", "upper arm", scale.rows["upper_arm"], upper_arm(posture, side)),
        answered("upper_arm", "shoulder raised", scale, "shoulder_raised", answers),
        answered("upper_arm", "upper arm out to the side", scale, "arm_abducted", answers),
        answered("upper_arm", "arm supported", scale, "arm_supported", answers),
        measured("lower_arm", "elbow", scale.rows["lower_arm"], seen(posture, f"elbow_flexion_{side}_deg")),
        answered("wrist", "wrist", scale, "wrist", answers),
        either(
            answered("wrist", "hand bent sideways", scale, "wrist_sideways", answers),
            answered("wrist", "forearm turned", scale, "wrist_turned", answers),
        ),
        answered("coupling", "grip", scale, "coupling", answers),
        static("activity", scale, answers, posture, tables.window),
        answered("activity", "movement repeated", scale, "repeated", answers),
        answered("activity", "large, rapid changes", scale, "rapid", answers),
    ]


def _knee(posture: Posture, scale: Scale) -> list[Part]:
    """Return the points of the knee that is bent more; none when sitting, where bent knees are no load."""
    if posture.activity is Activity.SITTING:
        return []
    found = [seen(posture, f"knee_flexion_{side.value}_deg") for side in Side]
    parts = [measured("legs", "knee", scale.rows["knee"], at) for at in found if at.known]
    if not parts:
        return [measured("legs", "knee", scale.rows["knee"], found[0])]
    return [replace(either(*parts), what="knee")]


def reba_steps(scale: Scale, of: Mapping[str, int]) -> tuple[Step, ...]:
    """Walk through the tables."""
    a, b, c = scale.tables
    body = int(a[of["neck"] - 1, of["trunk"] - 1, of["legs"] - 1])
    arm = int(b[of["upper_arm"] - 1, of["lower_arm"] - 1, of["wrist"] - 1])
    rows, columns = c.shape
    both = int(c[min(body + of["load"], rows) - 1, min(arm + of["coupling"], columns) - 1])
    return (
        *(Step(item, score) for item, score in of.items()),
        Step("table A: neck, trunk and legs", body),
        Step("score A: with load", body + of["load"]),
        Step("table B: arm and wrist", arm),
        Step("score B: with grip", arm + of["coupling"]),
        Step("table C", both),
        Step("with activity: REBA", both + of["activity"]),
    )
