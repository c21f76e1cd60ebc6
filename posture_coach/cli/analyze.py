"""`posture-coach analyze`: files in, tables and summaries out."""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from posture_coach.cli.interruption import Interruption, interruptible
from posture_coach.cli.options import (
    FAILED,
    AnswersExampleOption,
    AnswersOption,
    ChairStandOption,
    ErgonomicsOption,
    FpsOption,
    HeightOption,
    MirrorOption,
    ModelName,
    ModelOption,
    PersonOption,
    PlaceOption,
    RotateOption,
    TargetsOption,
    check_rotation,
    ergonomics_answers,
    mute,
    sitter_from,
    targets_from,
)
from posture_coach.errors import PostureCoachError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Self, TextIO

    from posture_coach.batch.analyse import Settings
    from posture_coach.batch.many import Input
    from posture_coach.batch.progress import Progressing
    from posture_coach.batch.results import Job, Outcome, Outputs
    from posture_coach.store.files.profiles import Profile


def analyze(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Videos, photos, or folders of them.")],
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("results"),
    model: ModelOption = "full",
    fps: FpsOption = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes side by side; default: one a core.")] = None,
    baseline: Annotated[
        str | None, typer.Option(help="Your own upright: seconds of the clip (0-5), or a photo or video of it.")
    ] = None,
    place: PlaceOption = None,
    targets: TargetsOption = None,
    mirror: MirrorOption = False,
    rotate: RotateOption = 0,
    person: PersonOption = "largest",
    height_cm: HeightOption = None,
    csv: Annotated[bool, typer.Option("--csv", help="Write the table as CSV too.")] = False,
    landmarks: Annotated[bool, typer.Option("--landmarks", help="Add the 33 body points to the table.")] = False,
    annotate: Annotated[
        bool, typer.Option("--annotate", help="Write an annotated copy; faces that are found are unrecognisable.")
    ] = False,
    show_face: Annotated[
        bool, typer.Option("--show-face", help="Leave faces as they are in the annotated copy.")
    ] = False,
    ergonomics: ErgonomicsOption = False,
    answers: AnswersOption = None,
    chair_stand: ChairStandOption = None,
    answers_example: AnswersExampleOption = False,  # noqa: ARG001 - its callback has done all there is to do
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", help="Go on with an interrupted run: what --out holds of the same files and settings stays."
        ),
    ] = False,
    json_progress: Annotated[bool, typer.Option("--json-progress", help="Tell progress as lines of JSON.")] = False,
) -> None:
    # house: a parameter for each option
    """Turn videos and photos into tables of angles, activities and scores.

    Writes for each input NAME.frames.parquet and NAME.summary.json, and summary.csv for all. Exit code 0: every input
    gave a whole result; 1: one failed or is partial; 2: unusable arguments; 130: interrupted; 143: terminated.
    """
    from posture_coach.batch.many import workers_for
    from posture_coach.batch.results import Outputs

    asked = ergonomics_answers(ergonomics, answers)
    outputs = Outputs(csv=csv, landmarks=landmarks, annotate=annotate, show_face=show_face, ergonomics=asked)
    outputs = replace(outputs, sitter=sitter_from(chair_stand))
    with interruptible() as interruption:
        files = _files(paths)
        settings = _settings(model, fps, baseline, place, mirror=mirror, rotate=rotate, person=person)
        settings = replace(settings, targets=targets_from(targets), height_cm=height_cm)
        jobs = _jobs(files, out, settings, outputs)
        done = _done_before(jobs) if resume else {}
        workers = workers or workers_for(len(jobs) - len(done))
        code = _run(jobs, done, workers, interruption, json_progress=json_progress)
    raise typer.Exit(code)


def _settings(
    model: ModelName, fps: float | None, baseline: str | None, place: str | None, *, mirror: bool, rotate: int,
    person: str,
) -> Settings:  # fmt: skip
    from posture_coach.batch.analyse import Settings, upright_of
    from posture_coach.batch.baseline import parse
    from posture_coach.pose.roster import choice_of
    from posture_coach.pose.types import Model

    check_rotation(rotate)
    settings = Settings(Model(model), fps, None, mirror, rotate, choice_of(person))
    if place is not None:
        return replace(settings, baseline=_profile(place, baseline))
    if baseline is None:
        return settings
    _check_no_stream(baseline, "--baseline")
    chosen = parse(baseline)
    if isinstance(chosen, Path):
        upright = upright_of(chosen, settings)
        return replace(settings, baseline=upright)
    return replace(settings, baseline=chosen)


def _profile(place: str, baseline: str | None) -> Profile:
    from posture_coach.store.files.profiles import Places

    if baseline is not None:
        raise typer.BadParameter(
            "An own upright comes from a place or from --baseline, not from both.", param_hint="--place"
        )
    return Places().get(place)


def _files(typed: Sequence[str]) -> list[Input]:
    """Return the files that were typed; as text, since a path makes one slash of an address's two."""
    from posture_coach.batch.many import inputs

    for text in typed:
        if not text:
            raise typer.BadParameter("An input without a name: is a variable empty?", param_hint="PATH")
        _check_no_stream(text, "PATH")
    return inputs([Path(text) for text in typed])


def _check_no_stream(text: str, hint: str) -> None:
    from posture_coach.pose.sources import is_url, only_live

    if is_url(text):
        raise typer.BadParameter(only_live(text), param_hint=hint)


def _jobs(files: Sequence[Input], out: Path, settings: Settings, outputs: Outputs) -> list[Job]:
    from posture_coach.batch.names import stems
    from posture_coach.batch.results import Job
    from posture_coach.batch.writing import make_folder

    try:
        make_folder(out)
    except PostureCoachError as why:
        raise typer.BadParameter(str(why), param_hint="--out") from why
    names = stems([file.path.absolute() for file in files])
    return [Job(f.path, name, out, settings, outputs, f.listed) for f, name in zip(files, names, strict=True)]


def _done_before(jobs: Sequence[Job]) -> dict[str, Outcome]:
    """Return by stem what an earlier run has done; a list of it stands until all of it has been looked at."""
    from rich.console import Console

    from posture_coach.batch.resume import done_before

    with Console(stderr=True).status("Looking what is done already ..."):  # whole videos are read
        return {job.stem: outcome for job in jobs if (outcome := done_before(job)) is not None}


def _run(
    jobs: Sequence[Job], done: dict[str, Outcome], workers: int, interruption: Interruption, *, json_progress: bool
) -> int:
    """Process the jobs that are not done, show how far it is and what came of it, and return the exit code."""
    from posture_coach.batch.results import write_run

    try:
        _process(jobs, done, workers, json_progress=json_progress)
        interruption.over()
    except KeyboardInterrupt:
        interruption.over()
    outcomes = [done[job.stem] for job in jobs if job.stem in done]
    try:
        if outcomes:
            write_run(jobs[0].out, outcomes)
    finally:
        if outcomes and not json_progress:
            _show(outcomes)
    if interruption.code:
        told = f"Interrupted: {len(outcomes)} of {len(jobs)} inputs are done and written."
        typer.echo(f"{told} The same command with --resume goes on from there.", err=True)
        return interruption.code
    return 0 if all(outcome.status == "ok" for outcome in outcomes) else FAILED


def _process(jobs: Sequence[Job], done: dict[str, Outcome], workers: int, *, json_progress: bool) -> None:
    """Process the jobs that are not done, put what comes of them to the others, and show how far it is."""
    from rich.console import Console

    from posture_coach.batch.many import expected_pictures, run
    from posture_coach.batch.progress import Bar, JsonLines

    left = [job for job in jobs if job.stem not in done]
    expected = dict.fromkeys(done, 0) | expected_pictures(left)
    shown = JsonLines(expected, sys.stdout) if json_progress else Bar(expected, Console(stderr=True))
    with (
        _Heard(shown, sys.stdout if json_progress else sys.stderr) as heard,
        closing(run(left, workers, heard.pictures)) as coming,
    ):
        for outcome in chain(list(done.values()), coming):
            done[outcome.stem] = outcome
            heard.finished(outcome.stem, outcome.status)


def _show(outcomes: Sequence[Outcome]) -> None:
    """Print the tables, as far as somebody reads them: the results stand on the disk anyway."""
    from rich.console import Console

    from posture_coach.batch import terminal

    try:
        terminal.show(outcomes, Console(highlight=False))
        typer.echo(nl=False)  # out with all of it, here where it may fail
    except (OSError, SystemExit):  # the second is what rich makes of a reader that has gone
        mute(sys.stdout)


class _Heard:
    """Progress that is dropped where it can no longer be written, as when its reader has gone: the run goes on."""

    def __init__(self, shown: Progressing, stream: TextIO) -> None:
        self._shown, self._stream, self._heard = shown, stream, True

    def __enter__(self) -> Self:
        self._try(self._shown.__enter__)
        return self

    def __exit__(self, *_: object) -> None:
        self._try(lambda: self._shown.__exit__(None, None, None))

    def pictures(self, stem: str, done: int) -> None:
        self._try(lambda: self._shown.pictures(stem, done))

    def finished(self, stem: str, status: str) -> None:
        self._try(lambda: self._shown.finished(stem, status))

    def _try(self, tell: Callable[[], object]) -> None:
        try:
            if self._heard:
                tell()
        except (OSError, SystemExit):
            self._heard = False
            mute(self._stream)
