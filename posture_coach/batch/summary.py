"""The summary of one input: what was found over its whole length, and what could not be measured and why."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from posture_coach import __version__
from posture_coach.activity.recognise import activity_events
from posture_coach.batch.over_time import over_time
from posture_coach.batch.rounding import rounded
from posture_coach.measures.types import WORDS, Reason
from posture_coach.scoring.assess import Assessment
from posture_coach.scoring.bands import Grade
from posture_coach.scoring.score import telling, why_words
from posture_coach.scoring.targets import Target, Targets

SCHEMA_VERSION = 1
Floats = NDArray[np.float64]
RARE_SHARE, RARE_S = 0.1, 2.0
"""A measure seen in less than both, as a share of the pictures and in seconds, is a glimpse and no statistic."""
SCORED_SHARE = 0.25
"""Less than this share of the pictures that count says nothing of the whole: no score, no share of good."""
FINGERPRINT = "fingerprint"
"""Key of `fingerprint`, in the summary and in what the table says of itself."""


def measure_figures(result: Assessment) -> dict[str, dict[str, Any]]:
    """Return statistics of every measure by public name.

    Returns
    -------
    median, mean, sd, min, max, p05, p95
        Over the pictures in which it was measured, in the measure's unit; None where in none.
    err
        Median 95 % half-width of one value.
    view
        The view in which most of the values were seen; None where there are no statistics.
    view_share
        Share of the values seen in that view, 0-1.
    coverage
        Share of all pictures in which it was measured, 0-1.
    share_scored
        Share of the measured pictures in which it was held against a target, 0-1.
    share_good
        Share of good among the scored pictures, 0-1; None where too few were scored.
    reason
        The most frequent reason for its absence; None where it was always measured.
    """
    grades = result.score.measure_grades()
    return {name: _figures(result, k, grades[:, k]) for k, name in enumerate(result.measures.names)}


def _figures(result: Assessment, k: int, grade: NDArray[np.int8]) -> dict[str, Any]:
    value, err = result.measures.value[:, k], result.measures.err[:, k]
    measured = value[~np.isnan(value)]
    shown = measured if not _is_rare(len(measured), result) else measured[:0]
    scored = int((grade != Grade.NOT_SCORED).sum())
    enough = len(shown) > 0 and scored >= SCORED_SHARE * len(measured)
    known = err[~np.isnan(err)] if len(shown) else shown
    return {
        **_statistics(shown),
        "err": rounded(np.median(known)) if len(known) else None,
        **_seen(result.measures.view[~np.isnan(value)] if len(shown) else shown),
        "coverage": rounded(len(measured) / len(value)),
        "share_scored": rounded(scored / len(measured)) if len(measured) else 0.0,
        "share_good": rounded((grade == Grade.GOOD).sum() / scored) if enough and scored else None,
        "reason": _reason(result.measures.reason[:, k]),
    }


def _is_rare(measured: int, result: Assessment) -> bool:
    time_s = result.poses.time_s
    step_s = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.0
    return 0 < measured < RARE_SHARE * len(time_s) and measured * step_s < RARE_S


def _statistics(measured: Floats) -> dict[str, float | None]:
    if not len(measured):
        return dict.fromkeys(("median", "mean", "sd", "min", "max", "p05", "p95"))
    p05, median, p95 = np.percentile(measured, (5, 50, 95))
    return {
        "median": rounded(median),
        "mean": rounded(measured.mean()),
        "sd": rounded(measured.std()),
        "min": rounded(measured.min()),
        "max": rounded(measured.max()),
        "p05": rounded(p05),
        "p95": rounded(p95),
    }


def _seen(views: NDArray[Any]) -> dict[str, Any]:
    """Return the view of most values, and their share; of two equally frequent ones the first by name."""
    if not len(views):
        return {"view": None, "view_share": None}
    names, counts = np.unique([view.value for view in views], return_counts=True)
    return {"view": str(names[counts.argmax()]), "view_share": rounded(counts.max() / len(views))}


def score_figures(result: Assessment) -> dict[str, Any]:
    """Return the mean score, its coverage, what it rests on, and the same by activity."""
    told = _scored(result, result.poses.detected)
    kinds = dict.fromkeys(str(kind) for kind in result.activity)
    told["by_activity"] = {
        kind: _scored(result, result.activity == kind) for kind in sorted(kinds) if kind not in ("away", "unknown")
    }
    told["targets"] = list(_targets(result))
    return told


def _scored(result: Assessment, meant: NDArray[np.bool_]) -> dict[str, Any]:
    """Return the figures of some of the pictures."""
    score, coverage = result.score.score[meant], result.score.coverage[meant]
    rows = np.flatnonzero(meant & ~np.isnan(result.score.score))
    share = len(rows) / len(score) if len(score) else 0.0
    enough = len(rows) > 0 and share >= SCORED_SHARE
    counted = score[~np.isnan(score)]
    middle = rows[len(rows) // 2] if len(rows) else np.flatnonzero(meant)[len(score) // 2] if len(score) else 0
    words = result.score.explain(int(middle)).words()
    return {
        "mean": rounded(counted.mean()) if enough else None,
        "median": rounded(np.median(counted)) if enough else None,
        "coverage": rounded(np.nanmean(coverage)) if (~np.isnan(coverage)).any() else 0.0,
        "share_of_pictures": rounded(share),
        "words": words
        if enough or not len(rows)
        else f"scored in {share:.0%} of the pictures, too few for a score; {words}",
    }


def _targets(result: Assessment) -> Iterator[dict[str, Any]]:
    """Yield for each target of the activities that were seen what it gave, and why it gave nothing elsewhere."""
    scores = result.score
    for target_id, group in groupby(range(len(scores.slots)), key=lambda k: scores.slots[k].target.id):
        columns = list(group)
        target = scores.slots[columns[0]].target
        meant = result.activity == target.activity
        if not meant.any():
            continue
        grade = scores.grade[meant][:, columns].max(axis=1)
        why = telling(scores.why[meant][:, columns])[grade == Grade.NOT_SCORED]
        yield {
            "id": target_id,
            "activity": target.activity.value,
            "weight": target.weight,
            "share_scored": rounded((grade != Grade.NOT_SCORED).mean()),
            **{f"share_{g.name.lower()}": rounded((grade == g).mean()) for g in Grade if g is not Grade.NOT_SCORED},
            "not_scored": why_words(int(np.bincount(why).argmax()), target) if len(why) else None,
        }


def own_targets(targets: Targets) -> list[dict[str, Any]]:
    """Return what differed from the shipped targets, so that no two scores are compared unknowingly."""
    by_id = {target.id: target for target in targets.targets}
    return [
        {
            "id": own.id,
            "activity": own.activity.value,
            "changed": list(own.changed),
            "set_by": own.set_by or None,
            "set_on": own.set_on or None,
            "reason": own.reason or None,
            "now": _judging(by_id.get(own.id)),
            "shipped": _judging(own.shipped),
        }
        for own in targets.own
    ]


def _judging(target: Target | None) -> dict[str, Any] | None:
    """Return what a target judges by; None where there is none, or it is switched off."""
    if target is None:
        return None
    limit = target.holding
    return {
        "measures": list(target.measures),
        **{name: [list(band) for band in getattr(target, name)] for name in ("good", "caution", "poor")},
        "relative_to": target.relative_to.value,
        "weight": target.weight,
        "holding": [list(point) for point in limit.points] if limit else None,
    }


def activity_seconds(result: Assessment, end_s: float | None = None) -> dict[str, float | None]:
    """Return how long each activity lasted, in seconds; end_s as for `activity_events`."""
    seconds: dict[str, float] = {}
    for event in activity_events(result.activity, result.poses.time_s, end_s):
        name = str(event.evidence["activity"])
        seconds[name] = seconds.get(name, 0.0) + event.end_s - event.start_s
    return {name: rounded(total) for name, total in sorted(seconds.items())}


def whole(
    source: Mapping[str, Any],
    result: Assessment,
    *,
    status: str,
    warnings: list[str],
    settings: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Put the summary of an analysed input together; `settings` is what is needed to repeat it."""
    poses = result.poses
    return {
        "schema_version": SCHEMA_VERSION,
        "program": {"name": "posture-coach", "version": __version__},
        "status": status,
        "warnings": warnings,
        "source": dict(source),
        "settings": dict(settings) if settings is not None else None,
        "mode": poses.mode.value,
        "model": poses.model.value,
        "pictures": {"analysed": len(poses), "with_a_person": int(poses.detected.sum())},
        "score": score_figures(result),
        "own_targets": own_targets(result.score.targets),
        "measures": measure_figures(result),
        "activities": activity_seconds(result, source.get("duration_s")),
        **over_time(result, source.get("duration_s")),
    }


def failed(source: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """Put the summary of an input together from which nothing came."""
    return {
        "schema_version": SCHEMA_VERSION,
        "program": {"name": "posture-coach", "version": __version__},
        "status": "failed",
        "warnings": [reason],
        "source": dict(source),
        "settings": None,
        "mode": None,
        "model": None,
        "pictures": {"analysed": 0, "with_a_person": 0},
        "score": None,
        "own_targets": [],
        "measures": {},
        "activities": {},
        "windows": [],
        "hours": [],
        "session": None,
        "events": [],
    }


def fingerprint(told: Mapping[str, Any], *asked: Any) -> str:
    """Return a SHA-256 of a summary and of the dataclasses that say what was asked for.

    The summary cannot tell all of that in words, as the own upright of another recording; and one that was damaged, or
    changed by hand, no longer fits it.
    """
    content = {key: value for key, value in told.items() if key != FINGERPRINT}
    text = json.dumps([content, *map(asdict, asked)], default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> list[str] | str:
    return sorted(value) if isinstance(value, frozenset) else str(value)  # a set has no order of its own


def _reason(codes: NDArray[np.int8]) -> str | None:
    missing = codes[codes != Reason.NONE]
    return WORDS[Reason(int(np.bincount(missing).argmax()))] if len(missing) else None
