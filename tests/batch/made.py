"""Assessments of drawn people, and with values set by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from posture_coach.batch.analyse import Analysis
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.calibration import LEVEL
from posture_coach.measures.definitions import NAMES
from posture_coach.measures.measurer import Baseline
from posture_coach.measures.types import Reason
from posture_coach.scoring.assess import Assessment, Assessor
from posture_coach.scoring.targets import Targets, shipped_targets
from tests.activity.walkers import lifter, walker
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


SOURCE = {
    "name": "clip.mp4", "sha256": "0" * 64, "kind": "video", "width": 1280, "height": 720, "start_s": 0.0,
    "duration_s": 8.0, "frames_read": 240, "frames_declared": None,
}  # fmt: skip


def walk(seconds: float = 8.0, *, front: bool = False, **drawing: float) -> Analysis:
    """Analyse somebody drawn who walks: on the spot from the side, or towards the camera."""
    series = lifter(seconds, **drawing) if front else walker(seconds, **drawing)
    return Analysis(assessor().push(series), True, SOURCE, series, LEVEL)


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
