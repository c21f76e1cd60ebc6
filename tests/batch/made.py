"""Assessments of drawn people, and with values set by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.definitions import NAMES
from posture_coach.measures.measurer import Baseline
from posture_coach.measures.types import Reason
from posture_coach.scoring.assess import Assessment, Assessor
from posture_coach.scoring.targets import Targets, shipped_targets
from tests.drawn import Body, draw

STANDING = Body(yaw_deg=90.0)
SITTING = Body(
    yaw_deg=90.0,
    hip_flexion_left_deg=90.0,
    hip_flexion_right_deg=90.0,
    knee_flexion_left_deg=90.0,
    knee_flexion_right_deg=90.0,
)


def assessor(baseline: Baseline | None = None, *, live: bool = False, targets: Targets | None = None) -> Assessor:
    """Return the chain with what is shipped."""
    return Assessor(shipped_accuracy(), targets or shipped_targets(NAMES), baseline, live=live)


def assessed(bodies: Sequence[Body | None], baseline: Baseline | None = None, **drawing: object) -> Assessment:
    """Assess drawn people as a file of them would be."""
    return assessor(baseline).push(draw(bodies, **drawing))


def with_values(
    result: Assessment,
    value: Mapping[str, Sequence[float]],
    *,
    err: Mapping[str, Sequence[float]] | None = None,
    reason: Mapping[str, Sequence[Reason]] | None = None,
) -> Assessment:
    """Return the assessment with some measures' columns exchanged."""
    arrays = {}
    for field, columns in (("value", value), ("err", err or {}), ("reason", reason or {})):
        arrays[field] = getattr(result.measures, field).copy()
        for name, column in columns.items():
            arrays[field][:, NAMES.index(name)] = np.asarray(column)
    return replace(result, measures=replace(result.measures, **arrays))
