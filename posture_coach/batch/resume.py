"""What an earlier run has done already: only where everything that would change a result is as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from posture_coach import __version__
from posture_coach.batch.analyse import as_text, named, unread
from posture_coach.batch.results import FRAMES, SUMMARY, Job, Outcome, asked_of
from posture_coach.batch.summary import FINGERPRINT, fingerprint


def done_before(job: Job) -> Outcome | None:
    """Return how an input ended in an earlier run; None where that failed, differs, or does not stand whole.

    The program's version, the input's name and SHA-256, what its results are called and all that was asked for must be
    the same, and the files that are asked for be there; more files may be.
    """
    told = _told(job)
    # The input itself comes last: a long video takes seconds to read.
    if told is None or not _stands(job, told) or unread(job.path)["sha256"] != told["source"]["sha256"]:
        return None
    return Outcome(named(job.path), job.stem, told["status"], "", told, as_text(job.listed), before=True)


def _told(job: Job) -> dict[str, Any] | None:
    """Return the summary of an earlier run where it is whole and of the same version, name and settings."""
    try:
        told = json.loads(job.result(SUMMARY).read_text(encoding="utf-8"))
        mark = told.get(FINGERPRINT)  # a failure has none
    except (OSError, ValueError, AttributeError, RecursionError):  # not there, or no summary of ours
        return None
    if mark is None or mark != fingerprint(told, *asked_of(job)):
        return None
    return told if (told["program"]["version"], told["source"]["name"]) == (__version__, named(job.path)) else None


def _stands(job: Job, told: dict[str, Any]) -> bool:
    """Whether table, summary and what else is asked for are there, and not of two runs, one of which was killed."""
    try:
        about = pa.parquet.read_schema(job.result(FRAMES)).metadata or {}
        return about.get(FINGERPRINT.encode()) == told[FINGERPRINT].encode() and all(
            job.result(ending).stat().st_size for ending in _beside(job, told)
        )
    except (OSError, pa.ArrowException):
        return False


def _beside(job: Job, told: dict[str, Any]) -> Iterator[str]:
    """Yield the endings of what is asked for beside table and summary."""
    if job.outputs.csv:
        yield ".frames.csv"
        yield from (".steps.csv",) if "gait" in told else ()
    if job.outputs.annotate:
        from posture_coach.batch.annotate import annotated_suffix

        yield annotated_suffix(told["source"]["kind"])
