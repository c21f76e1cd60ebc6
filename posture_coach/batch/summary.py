"""The summary of one input: what was found over its whole length, and what could not be measured and why."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from posture_coach import __version__
from posture_coach.activity.recognise import activity_events
from posture_coach.measures.types import WORDS, Reason
from posture_coach.scoring.assess import Assessment

SCHEMA_VERSION = 1
Floats = NDArray[np.float64]
DIGITS = 4
"""Decimals kept: ten times finer than the smallest error there is."""


def measure_figures(result: Assessment) -> dict[str, dict[str, Any]]:
    """Return statistics of every measure by public name.

    Returns
    -------
    median, mean, sd, min, max, p05, p95
        Over the pictures in which it was measured, in the measure's unit; None where in none.
    err
        Median 95 % half-width of one value.
    coverage
        Share of all pictures in which it was measured, 0-1.
    share_good
        Share of good among the scored pictures, 0-1; None where none was scored.
    reason
        The most frequent reason for its absence; None where it was always measured.
    """
    share_good = result.score.share_good()
    figures = {}
    for k, name in enumerate(result.measures.names):
        value, code = result.measures.value[:, k], result.measures.reason[:, k]
        measured = value[~np.isnan(value)]
        err = result.measures.err[:, k]
        figures[name] = {
            **_statistics(measured),
            "err": _number(np.median(err[~np.isnan(err)])) if (~np.isnan(err)).any() else None,
            "coverage": _number(len(measured) / len(value)),
            "share_good": _number(share_good[name]),
            "reason": _reason(code),
        }
    return figures


def _statistics(measured: Floats) -> dict[str, float | None]:
    if not len(measured):
        return dict.fromkeys(("median", "mean", "sd", "min", "max", "p05", "p95"))
    p05, median, p95 = np.percentile(measured, (5, 50, 95))
    return {
        "median": _number(median),
        "mean": _number(measured.mean()),
        "sd": _number(measured.std()),
        "min": _number(measured.min()),
        "max": _number(measured.max()),
        "p05": _number(p05),
        "p95": _number(p95),
    }


def score_figures(result: Assessment) -> dict[str, Any]:
    """Return the mean score, its coverage, and the words that say what it rests on."""
    score, coverage = result.score.score, result.score.coverage
    scored = np.flatnonzero(~np.isnan(score))
    figures: dict[str, Any] = {
        "mean": _number(score[scored].mean()) if len(scored) else None,
        "median": _number(np.median(score[scored])) if len(scored) else None,
        "coverage": _number(np.nanmean(coverage)) if (~np.isnan(coverage)).any() else 0.0,
        "share_of_pictures": _number(len(scored) / len(score)),
    }
    middle = int(scored[len(scored) // 2]) if len(scored) else len(score) // 2
    figures["words"] = result.score.explain(middle).words()
    return figures


def activity_seconds(result: Assessment) -> dict[str, float | None]:
    """Return how long each activity lasted, in seconds."""
    seconds: dict[str, float] = {}
    for event in activity_events(result.activity, result.poses.time_s):
        name = str(event.evidence["activity"])
        seconds[name] = seconds.get(name, 0.0) + event.end_s - event.start_s
    return {name: _number(total) for name, total in sorted(seconds.items())}


def events(result: Assessment) -> list[dict[str, Any]]:
    """Return what happened, in order of time."""
    return [
        {"kind": e.kind, "start_s": _number(e.start_s), "end_s": _number(e.end_s), **e.evidence}
        for e in activity_events(result.activity, result.poses.time_s)
    ]


def whole(source: Mapping[str, Any], result: Assessment, *, status: str, warnings: list[str]) -> dict[str, Any]:
    """Put the summary of an analysed input together."""
    poses = result.poses
    return {
        "schema_version": SCHEMA_VERSION,
        "program": {"name": "posture-coach", "version": __version__},
        "status": status,
        "warnings": warnings,
        "source": dict(source),
        "mode": poses.mode.value,
        "model": poses.model.value,
        "pictures": {"analysed": len(poses), "with_a_person": int(poses.detected.sum())},
        "score": score_figures(result),
        "measures": measure_figures(result),
        "activities": activity_seconds(result),
        "events": events(result),
    }


def failed(source: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """Put the summary of an input together from which nothing came."""
    return {
        "schema_version": SCHEMA_VERSION,
        "program": {"name": "posture-coach", "version": __version__},
        "status": "failed",
        "warnings": [reason],
        "source": dict(source),
        "mode": None,
        "model": None,
        "pictures": {"analysed": 0, "with_a_person": 0},
        "score": None,
        "measures": {},
        "activities": {},
        "events": [],
    }


def _reason(codes: NDArray[np.int8]) -> str | None:
    missing = codes[codes != Reason.NONE]
    return WORDS[Reason(int(np.bincount(missing).argmax()))] if len(missing) else None


def _number(value: float | np.floating[Any]) -> float | None:
    """Round for the file; NaN has no place in JSON."""
    return None if math.isnan(value) else round(float(value), DIGITS)
