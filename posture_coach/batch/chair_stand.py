"""The chair stands of one input: what of them stands in its summary."""

from __future__ import annotations

from typing import Any

from posture_coach.activity.chair_stands import chair_stands
from posture_coach.batch.analyse import Analysis
from posture_coach.batch.rounding import rounded
from posture_coach.scoring.chair_norms import Sitter, shipped_chair_norms

DIGITS = 2
NO_NORM = "there are norms from 60 to 94 years alone: compare with your own earlier tests"


def chair_stand(analysis: Analysis, sitter: Sitter) -> dict[str, Any]:
    """Return what stands under `chair_stand`: the count, and how it compares for age and sex where that can be told."""
    found, norms = chair_stands(analysis.raw, analysis.camera), shipped_chair_norms()
    norm = norms.of(sitter)
    stands, reason = len(found.up_s), found.reason or ("" if norm else NO_NORM)
    return {
        "sex": sitter.sex.value,
        "age": sitter.age,
        "stands": stands,
        "start_s": rounded(found.start_s, DIGITS),
        "seen_s": round(found.seen_s, DIGITS),
        "up_s": [round(at_s, DIGITS) for at_s in found.up_s],
        "average_from": norm.below if norm else None,
        "usual": list(norm.usual) if norm else None,
        "below_average": norm.is_below(stands) if norm and not reason else None,
        "change": norms.change,
        "reason": reason or None,
        "note": norms.note,
    }
