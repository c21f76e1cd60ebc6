"""What is left on the disk of one input, and of a whole run."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from posture_coach.activity.gait_types import Gait
from posture_coach.batch import summary
from posture_coach.batch.analyse import Analysis, Progress, Settings, analyse, as_text, named, unread
from posture_coach.batch.chair_stand import chair_stand
from posture_coach.batch.ergonomics import ergonomics
from posture_coach.batch.gait import gait_figures, gait_of, steps_table
from posture_coach.batch.summary import FINGERPRINT, fingerprint
from posture_coach.batch.tables import frames_table, marked, write_csv, write_parquet
from posture_coach.batch.writing import Drafts, written
from posture_coach.errors import OutputError, SourceNotFoundError, in_words
from posture_coach.measures.definitions import NAMES
from posture_coach.scoring.chair_norms import Sitter
from posture_coach.scoring.ergonomics.types import Answers
from posture_coach.store.files.formulas import guarded

FRAMES, SUMMARY = ".frames.parquet", ".summary.json"
ENDINGS = (FRAMES, ".frames.csv", ".steps.csv", ".annotated.mp4", ".annotated.jpg", SUMMARY)
"""Everything that may stand under the name of one input."""
HEAD = (
    *("input", "path", "results", "status", "message", "mode", "activity"),
    *("duration_s", "pictures", "score", "coverage", "scored_share", "own_targets"),
)
"""The first columns of summary.csv; then come the figures of every measure."""
FIGURES = ("median", "err", "coverage")
WALK = ("cadence_spm", "step_time_s", "step_time_asymmetry_pct", "stance_ratio", "speed_m_s")
"""Of a walk, in the last columns, each with its `_err`."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """What to write beside the table and the summary.

    Parameters
    ----------
    ergonomics
        What was answered for the ergonomic scales, which then stand in the summary; None: without them.
    sitter
        Whose stands from a chair are counted; None: nobody's.
    """

    csv: bool = False
    landmarks: bool = False
    annotate: bool = False
    show_face: bool = False
    ergonomics: Answers | None = None
    sitter: Sitter | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One input of a run.

    Parameters
    ----------
    stem
        What its results are called, distinct within the run.
    listed
        What the list of the run calls it, distinct too; empty: its name.
    """

    path: Path
    stem: str
    out: Path
    settings: Settings
    outputs: Outputs
    listed: str = ""

    def result(self, ending: str) -> Path:
        """Return the path of one of the results."""
        return self.out / f"{self.stem}{ending}"


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
    listed
        See `Job`.
    before
        Whether an earlier run did it, and this one left it as it was.
    """

    name: str
    stem: str
    status: str
    message: str
    summary: dict[str, Any]
    listed: str = ""
    before: bool = False


def process(job: Job, progress: Progress = lambda _: None) -> Outcome:
    """Analyse one input and write its results; a failure is an outcome, not an exception."""
    try:
        if is_folder(job.path):
            raise without_media(job.path)
        analysis = analyse(job.path, job.settings, progress)
        done = _write(job, analysis, progress)
    except Exception as why:  # noqa: BLE001 - the other inputs of the run go on
        return failure(job, in_words(why, job.stem))
    return _outcome(job, done["status"], "", done)


def is_folder(path: Path) -> bool:
    """Whether a path is a folder; not where that cannot be told, since opening it will say why."""
    try:
        return path.is_dir()
    except OSError:  # too long a name, not permitted
        return False


def without_media(folder: Path) -> SourceNotFoundError:
    """Return what is wrong with a folder in which there is nothing to analyse."""
    return SourceNotFoundError(f"There is no video or photo in the folder {folder}.")


def failure(job: Job, reason: str) -> Outcome:
    """Record that nothing came of an input; what an earlier run made of the same file stays."""
    reason = as_text(reason)
    summed = summary.failed(unread(job.path), reason)
    target = job.result(SUMMARY)
    try:
        if not _is_of(target, summed["source"]["sha256"]):
            with written(target) as draft:
                write_json(draft, summed)
            _remove_others(job, {target})
    except OutputError as why:
        reason = f"{reason} {why}"
    return _outcome(job, "failed", reason, summed)


def _outcome(job: Job, status: str, message: str, summed: dict[str, Any]) -> Outcome:
    return Outcome(named(job.path), job.stem, status, message, summed, as_text(job.listed))


def _is_of(target: Path, digest: str | None) -> bool:
    """Whether a summary tells of results of this file, or may do so, since the file cannot be read."""
    try:
        stored = json.loads(target.read_text(encoding="utf-8"))
        return stored["status"] != "failed" and digest in (None, stored["source"]["sha256"])
    except (OSError, ValueError, TypeError, KeyError):  # not there, or no summary of ours
        return False


def _remove_others(job: Job, made: Collection[Path]) -> None:
    """Remove what an earlier run left under this name: it does not belong to what is there now.

    Raises
    ------
    OutputError
        It cannot be removed.
    """
    for ending in ENDINGS:
        left = job.result(ending)
        if left in made:
            continue
        try:
            left.unlink(missing_ok=True)
        except OSError as why:
            raise OutputError(
                f"{left} is of an earlier run and cannot be removed: {why.strerror or why}. Remove it yourself."
            ) from why


def write_run(out: Path, outcomes: Sequence[Outcome]) -> Path:
    """Write summary.csv: one row an input, in the order given, failures named.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    target = out / "summary.csv"
    figures = [f"{name}.{statistic}" for name in NAMES for statistic in FIGURES]
    with written(target) as draft, draft.open("w", newline="", encoding="utf-8") as file:
        walk = [column for name in WALK for column in (name, f"{name}_err")]
        table = csv.DictWriter(file, [*HEAD, *figures, *walk], restval="")
        table.writeheader()
        table.writerows(_row(outcome) for outcome in outcomes)
    return target


def _row(outcome: Outcome) -> dict[str, Any]:
    told = outcome.summary
    row = {
        "input": guarded(outcome.name),
        "path": guarded(outcome.listed or outcome.name),
        "results": outcome.stem,
        "status": outcome.status,
        "message": guarded(outcome.message or "; ".join(told["warnings"])),
        "mode": told["mode"],
        "activity": max(told["activities"], key=told["activities"].__getitem__, default=""),
        "duration_s": told["source"].get("duration_s", ""),
        "pictures": told["pictures"]["analysed"],
        "own_targets": " ".join(own["id"] for own in told["own_targets"]),
    }
    if told["score"]:
        score = told["score"]
        row |= {"score": score["mean"], "coverage": score["coverage"], "scored_share": score["share_of_pictures"]}
    for name, figures in told["measures"].items():
        row |= {f"{name}.{statistic}": figures[statistic] for statistic in FIGURES}
    for name in WALK if "gait" in told else ():
        row |= {name: told["gait"][name]["value"], f"{name}_err": told["gait"][name].get("err")}
    return {key: "" if value is None else value for key, value in row.items()}


def _write(job: Job, analysis: Analysis, progress: Progress) -> dict[str, Any]:
    """Write everything of one input; the summary comes last: where it is new the rest is new too.

    What an earlier run made and this one does not goes when the new files have taken their places.
    """
    table, walked = frames_table(analysis.assessment, landmarks=job.outputs.landmarks), gait_of(analysis)
    done = _summed(job, analysis, walked)
    done[FINGERPRINT] = fingerprint(done, *asked_of(job))
    made = [job.result(FRAMES), job.result(SUMMARY)]
    with Drafts() as drafts:
        with drafts.of(made[0]) as draft:
            write_parquet(marked(table, {FINGERPRINT: done[FINGERPRINT]}), draft)
        if job.outputs.csv:
            made.append(job.result(".frames.csv"))
            with drafts.of(made[-1]) as draft:
                write_csv(table, draft)
        if job.outputs.csv and walked is not None:
            made.append(job.result(".steps.csv"))
            with drafts.of(made[-1]) as draft:
                write_csv(steps_table(walked), draft)
        if job.outputs.annotate:
            made.append(_annotate(job, analysis, drafts, progress))
        with drafts.of(job.result(SUMMARY)) as draft:
            write_json(draft, done)
    _remove_others(job, made)
    return done


def asked_of(job: Job) -> tuple[Settings, Outputs]:
    """Return all that changes what stands in an input's results; not which files stand beside them: that is seen."""
    return job.settings, replace(job.outputs, csv=False, annotate=False)


def _summed(job: Job, analysis: Analysis, walked: Gait | None) -> dict[str, Any]:
    """Return what stands in the summary."""
    done = summary.whole(
        analysis.source, analysis.assessment,
        status="ok" if analysis.complete else "partial", warnings=analysis.warnings, settings=job.settings.told(),
    )  # fmt: skip
    if job.outputs.ergonomics is not None:
        done["ergonomics"] = ergonomics(analysis.assessment, job.outputs.ergonomics)
    if job.outputs.sitter is not None:
        done["chair_stand"] = chair_stand(analysis, job.outputs.sitter)
    if walked is not None:
        done["gait"] = gait_figures(walked)
    return done


def _annotate(job: Job, analysis: Analysis, drafts: Drafts, progress: Progress) -> Path:
    # Drawing is for those who ask for it: its libraries stay unloaded otherwise.
    from posture_coach.batch.annotate import annotate, annotated_suffix

    pictures = len(analysis.assessment)
    target = job.result(annotated_suffix(analysis.source["kind"]))
    with drafts.of(target) as draft:
        annotate(
            job.path, analysis.assessment, job.settings, draft,
            show_face=job.outputs.show_face, progress=lambda done: progress(pictures + done),
        )  # fmt: skip
    return target


def write_json(draft: Path, content: dict[str, Any]) -> None:
    """Write a summary's text."""
    draft.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
