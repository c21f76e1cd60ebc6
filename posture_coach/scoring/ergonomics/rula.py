"""RULA (McAtamney and Corlett 1993) on a median posture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

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
    "upper_arm": (1, 6), "lower_arm": (1, 3), "wrist": (1, 4), "wrist_turned": (1, 2), "neck": (1, 6),
    "trunk": (1, 6), "legs": (1, 2), "muscle": (0, 1), "load": (0, 3),
}  # fmt: skip
"""Least and most of each item: what the tables have rows and columns for."""


def rula(posture: Posture, answers: Answers, tables: Ergonomics) -> Result | Refused:
    """Return the RULA score of the more loaded side, or why there is none."""
    return assessed("RULA", tables.rula, tables, posture, answers, parts=rula_parts, steps=rula_steps, bounds=BOUNDS)


def rula_parts(posture: Posture, answers: Answers, tables: Ergonomics, side: str) -> list[Part]:
    """Collect the points of every item."""
    scale = tables.rula
    held = static("muscle", scale, answers, posture, tables.window)
    return [
        measured("upper_arm", "upper arm", scale.rows["upper_arm"], upper_arm(posture, side)),
        answered("upper_arm", "shoulder raised", scale, "shoulder_raised", answers),
        answered("upper_arm", "upper arm out to the side", scale, "arm_abducted", answers),
        answered("upper_arm", "arm supported", scale, "arm_supported", answers),
        measured("lower_arm", "elbow", scale.rows["lower_arm"], seen(posture, f"elbow_flexion_{side}_deg")),
        answered("lower_arm", "hands across or out to the side", scale, "arm_across", answers),
        answered("wrist", "wrist", scale, "wrist", answers),
        answered("wrist", "hand bent sideways", scale, "wrist_sideways", answers),
        answered("wrist_turned", "forearm turned", scale, "wrist_turned", answers),
        measured("neck", "neck", scale.rows["neck"], neck_flexion(posture, tables.neck)),
        looked("neck", "neck turned", scale, "neck_twisted", answers, posture),
        looked("neck", "neck bent to the side", scale, "neck_side_bent", answers, posture),
        *_trunk(scale, answers, posture),
        answered("trunk", "trunk turned", scale, "trunk_twisted", answers),
        looked("trunk", "trunk bent to the side", scale, "trunk_side_bent", answers, posture),
        answered("legs", "legs supported", scale, "legs_supported", answers),
        either(held, answered("muscle", "movement repeated", scale, "repeated", answers)),
        load("load", scale, answers),
    ]


def _trunk(scale: Scale, answers: Answers, posture: Posture) -> list[Part]:
    """Return the points of the trunk, and what was said of a back rest, which chooses the rows."""
    at = seen(posture, "trunk_inclination_deg")
    free, leaning = (measured("trunk", "trunk", scale.rows[key], at) for key in ("trunk", "trunk_supported"))
    chosen = leaning if answers.trunk_supported else free
    if "trunk_supported" not in answers.asked and leaning.origin is free.origin:
        chosen = replace(chosen, least=min(free.least, leaning.least), most=max(free.most, leaning.most))
    return [chosen, answered("trunk", "back rest", scale, "trunk_supported", answers)]


def rula_steps(scale: Scale, of: Mapping[str, int]) -> tuple[Step, ...]:
    """Walk through the tables; muscle use and load count for the arm and for neck, trunk and legs alike."""
    a, b, c = scale.tables
    wrist = (of["wrist"] - 1) * 2 + of["wrist_turned"] - 1
    arm = int(a[of["upper_arm"] - 1, of["lower_arm"] - 1, wrist])
    body = int(b[of["neck"] - 1, of["trunk"] - 1, of["legs"] - 1])
    added = of["muscle"] + of["load"]
    rows, columns = c.shape
    last = int(c[min(arm + added, rows) - 1, min(body + added, columns) - 1])
    return (
        *(Step(item, score) for item, score in of.items()),
        Step("table A: arm and wrist", arm),
        Step("arm and wrist with muscle use and load", arm + added),
        Step("table B: neck, trunk and legs", body),
        Step("neck, trunk and legs with muscle use and load", body + added),
        Step("table C: RULA", last),
    )
