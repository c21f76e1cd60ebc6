"""What is left on the disk of one input, and of a whole run."""

from __future__ import annotations

import csv
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from posture_coach.batch import summary
from posture_coach.batch.analyse import Analysis, Progress, Settings, analyse, as_text, named, unread
from posture_coach.batch.tables import frames_table, write_csv, write_parquet
from posture_coach.batch.writing import Drafts, written
from posture_coach.errors import OutputError, PostureCoachError
from posture_coach.measures.definitions import NAMES

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outputs:
    """What to write beside the table and the summary."""

    csv: bool = False
    landmarks: bool = False
    annotate: bool = False
    show_face: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """One input of a run.

    Parameters
    ----------
    stem
        What its results are called, distinct within the run.
    """

    path: Path
    stem: str
    out: Path
    settings: Settings
    outputs: Outputs


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one input ended.

    Parameters
    ----------
    status
        ok, partial or failed.
    message
        Why it failed; empty otherwise.
    summary
        What stands in its summary.json.
    """

    name: str
    stem: str
    status: str
    message: str
    summary: dict[str, Any]


def process(job: Job, progress: Progress = lambda _: None) -> Outcome:
    """Analyse one input and write its results; a failure is an outcome, not an exception."""
    try:
        analysis = analyse(job.path, job.settings, progress)
        done = _write(job, analysis, progress)
    except PostureCoachError as why:
        return failure(job, str(why))
    except Exception as why:
        log.exception("unforeseen fault in %s", job.stem)
        return failure(job, f"A fault in posture-coach itself, please report it: {type(why).__name__}: {why}")
    return Outcome(named(job.path), job.stem, done["status"], "", done)


def failure(job: Job, reason: str) -> Outcome:
    """Record that nothing came of an input; what an earlier run left under its name stays."""
    reason = as_text(reason)
    summed = summary.failed(unread(job.path), reason)
    target = _summary_path(job)
    try:
        if not target.exists():
            with written(target) as draft:
                _write_json(draft, summed)
    except OutputError as why:
        reason = f"{reason} {why}"
    return Outcome(named(job.path), job.stem, "failed", reason, summed)


def write_run(out: Path, outcomes: Sequence[Outcome]) -> Path:
    """Write summary.csv: one row an input, in the order given, failures named.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    target = out / "summary.csv"
    figures = [f"{name}.{statistic}" for name in NAMES for statistic in ("median", "coverage")]
    head = ["input", "results", "status", "message", "duration_s", "pictures", "score", "coverage", *figures]
    with written(target) as draft, draft.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, head, restval="")
        table.writeheader()
        table.writerows(_row(outcome) for outcome in outcomes)
    return target


def _row(outcome: Outcome) -> dict[str, Any]:
    told = outcome.summary
    row = {
        "input": outcome.name,
        "results": outcome.stem,
        "status": outcome.status,
        "message": outcome.message or "; ".join(told["warnings"]),
        "duration_s": told["source"].get("duration_s", ""),
        "pictures": told["pictures"]["analysed"],
    }
    if told["score"]:
        row |= {"score": told["score"]["mean"], "coverage": told["score"]["coverage"]}
    for name, figures in told["measures"].items():
        row |= {f"{name}.{statistic}": figures[statistic] for statistic in ("median", "coverage")}
    return {key: "" if value is None else value for key, value in row.items()}


def _write(job: Job, analysis: Analysis, progress: Progress) -> dict[str, Any]:
    """Write everything of one input, or nothing; the summary comes last: where it stands the rest stands too."""
    table = frames_table(analysis.assessment, landmarks=job.outputs.landmarks)
    status = "ok" if analysis.complete else "partial"
    done = summary.whole(analysis.source, analysis.assessment, status=status, warnings=analysis.warnings)
    with Drafts() as drafts:
        with drafts.of(job.out / f"{job.stem}.frames.parquet") as draft:
            write_parquet(table, draft)
        if job.outputs.csv:
            with drafts.of(job.out / f"{job.stem}.frames.csv") as draft:
                write_csv(table, draft)
        if job.outputs.annotate:
            _annotate(job, analysis, drafts, progress)
        with drafts.of(_summary_path(job)) as draft:
            _write_json(draft, done)
    return done


def _annotate(job: Job, analysis: Analysis, drafts: Drafts, progress: Progress) -> None:
    # Drawing is for those who ask for it: its libraries stay unloaded otherwise.
    from posture_coach.batch.annotate import annotate, annotated_suffix

    pictures = len(analysis.assessment)
    target = job.out / f"{job.stem}{annotated_suffix(analysis.source['kind'])}"
    with drafts.of(target) as draft:
        annotate(
            job.path, analysis.assessment, job.settings, draft,
            show_face=job.outputs.show_face, progress=lambda done: progress(pictures + done),
        )  # fmt: skip


def _summary_path(job: Job) -> Path:
    return job.out / f"{job.stem}.summary.json"


def _write_json(draft: Path, content: dict[str, Any]) -> None:
    draft.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
