"""The gait of one input: what of it stands in the summary, and the table of its steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from posture_coach.activity.gait import gait
from posture_coach.activity.gait_types import Contact, Figure, Gait, Walk
from posture_coach.activity.types import Activity
from posture_coach.batch.analyse import Analysis
from posture_coach.batch.rounding import rounded
from posture_coach.scoring.walking import Norm, shipped_norms, verdict


def gait_of(analysis: Analysis) -> Gait | None:
    """Return the gait in an analysed input, None where nobody walks."""
    result = analysis.assessment
    walking = np.asarray(result.activity == Activity.WALKING, dtype=np.bool_)
    return gait(analysis.raw, walking, result.measures, analysis.camera, analysis.ruler)


def gait_figures(walked: Gait) -> dict[str, Any]:
    """Return what stands under `gait` in the summary: walks, contacts, and each figure by its public name."""
    norms = shipped_norms()
    return {
        "walks": [_walk(walk) for walk in walked.walks],
        "contacts": [_contact(contact) for contact in walked.contacts],
        **{name: figure_of(figure, norms.get(name)) for name, figure in walked.figures.items()},
    }


def figure_of(figure: Figure, norm: Norm | None = None) -> dict[str, Any]:
    """Return a figure with its error and how it compares with its norm, or with the reason why there is none."""
    if figure.reason:
        return {"value": None, "reason": figure.reason}
    told: dict[str, Any] = {"value": rounded(figure.value), "err": rounded(figure.err), "n": figure.n}
    if grades := verdict(norm, figure.value, figure.err, figure.n) if norm else ():
        told["grades"] = [grade.name.lower() for grade in grades]
    return told | {"note": figure.note} if figure.note else told


def steps_table(walked: Gait) -> pa.Table:
    """Return one row a step; null where something was not seen."""
    columns = {
        "walk": pa.array([step.walk for step in walked.steps], pa.int64()),
        "side": pa.array([step.side.value if step.side else None for step in walked.steps], pa.string()),
    }
    for name in ("start_s", "contact_s", "step_time_s", "stride_time_s", "stance_ratio", "double_support_s"):
        columns[name] = pa.array([rounded(getattr(step, name)) for step in walked.steps], pa.float64())
    return pa.table(columns)


def _walk(walk: Walk) -> dict[str, Any]:
    return {
        "start_s": rounded(walk.start_s),
        "end_s": rounded(walk.end_s),
        "view": walk.view.value,
        "contacts": len(walk.contacts),
        "reason": walk.reason or None,
    }


def _contact(contact: Contact) -> dict[str, Any]:
    side = contact.side.value if contact.side else None
    return {"time_s": rounded(contact.time_s), "side": side, "toe_off_s": rounded(contact.toe_off_s)}
