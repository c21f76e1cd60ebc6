"""What is typed. Every command imports what it needs when it runs, so that --help comes at once."""

from __future__ import annotations

import math
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from posture_coach import __version__
from posture_coach.errors import DataError, PostureCoachError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from posture_coach.batch.analyse import Settings
    from posture_coach.batch.results import Job, Outcome

FAILED, UNUSABLE, INTERRUPTED = 1, 2, 130

app = typer.Typer(
    help="Measure posture from a webcam, a photo or a video: angles with their error, held against targets. "
    "Nothing leaves this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

ModelName = Literal["lite", "full", "heavy"]
ModelOption = Annotated[ModelName, typer.Option(help="Size of the pose network. Angles of different ones do not mix.")]
MirrorOption = Annotated[bool, typer.Option("--mirror", help="Swap left and right, for a mirrored recording.")]
RotateOption = Annotated[int, typer.Option(help="Turn the pictures clockwise: 0, 90, 180 or 270 degrees.")]


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"posture-coach {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    pass


@app.command()
def analyze(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Videos, photos, or folders of them.")],
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("results"),
    model: ModelOption = "full",
    fps: Annotated[float | None, typer.Option(min=0.1, help="Analyse at most so many pictures a second.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes side by side; default: one a core.")] = None,
    baseline: Annotated[
        str | None, typer.Option(help="Your own upright: seconds of the clip (0-5), or a photo or video of it.")
    ] = None,
    mirror: MirrorOption = False,
    rotate: RotateOption = 0,
    csv: Annotated[bool, typer.Option("--csv", help="Write the table as CSV too.")] = False,
    landmarks: Annotated[bool, typer.Option("--landmarks", help="Add the 33 body points to the table.")] = False,
    annotate: Annotated[bool, typer.Option("--annotate", help="Write an annotated copy; faces are blurred.")] = False,
    show_face: Annotated[bool, typer.Option("--show-face", help="Do not blur faces in the annotated copy.")] = False,
    json_progress: Annotated[bool, typer.Option("--json-progress", help="Tell progress as lines of JSON.")] = False,
) -> None:
    """Turn videos and photos into tables of angles, activities and scores.

    Writes for each input NAME.frames.parquet and NAME.summary.json, and summary.csv for all. Exit code 0: every input
    gave a whole result; 1: one failed or is partial; 2: unusable arguments; 130: interrupted.
    """
    from posture_coach.batch.many import inputs, workers_for
    from posture_coach.batch.names import stems
    from posture_coach.batch.results import Job, Outputs
    from posture_coach.batch.writing import make_folder

    files = inputs(paths)
    settings = _settings(model, fps, baseline, mirror=mirror, rotate=rotate)
    try:
        make_folder(out)
    except PostureCoachError as why:
        raise typer.BadParameter(str(why), param_hint="--out") from why
    outputs = Outputs(csv=csv, landmarks=landmarks, annotate=annotate, show_face=show_face)
    jobs = [Job(path, stem, out, settings, outputs) for path, stem in zip(files, stems(files), strict=True)]
    raise typer.Exit(_run(jobs, workers or workers_for(len(jobs)), json_progress=json_progress))


@app.command()
def monitor(
    source: Annotated[
        str, typer.Option(help="Camera number or device, stream address, or a file played as a camera.")
    ] = "0",
    model: ModelOption = "full",
    fps: Annotated[float | None, typer.Option(min=0.1, help="Assess at most so many pictures a second.")] = None,
    mirror: MirrorOption = False,
    rotate: RotateOption = 0,
    seconds: Annotated[float, typer.Option(min=0.0, help="Stop after so long.")] = math.inf,
    json_progress: Annotated[bool, typer.Option("--json-progress", help="One line of JSON a second instead.")] = False,
) -> None:
    """Watch live on the terminal: activity, score and angles of the newest picture. Ctrl-C ends it."""
    from rich.console import Console

    from posture_coach.coach import terminal
    from posture_coach.coach.session import assessments
    from posture_coach.pose.camera import open_live
    from posture_coach.pose.types import Model

    _check_rotation(rotate)
    with open_live(source, mirror=mirror, rotate=rotate) as live, suppress(KeyboardInterrupt):
        seen = assessments(live, Model(model), fps)
        if json_progress:
            terminal.write_lines(seen, sys.stdout, seconds)
        else:
            title = f"{live.info.name}  {live.info.width}x{live.info.height}  {model}   Ctrl-C ends"
            terminal.show(seen, Console(highlight=False), title, seconds)


@app.command()
def doctor(
    out: Annotated[Path, typer.Option(help="Folder in which results would be written.")] = Path("results"),
) -> None:
    """Look whether this machine has what it takes; the exit code tells."""
    from rich.console import Console
    from rich.text import Text

    from posture_coach.doctor import examine

    console = Console(highlight=False)
    sound = True
    for finding in examine(out):
        mark, style = {True: ("ok", "green"), False: ("WRONG", "bold red"), None: ("note", "yellow")}[finding.ok]
        console.print(Text.assemble((f"{mark:<6}", style), f"{finding.what:<16} ", finding.found))
        sound = sound and finding.ok is not False
    raise typer.Exit(0 if sound else FAILED)


def _settings(model: ModelName, fps: float | None, baseline: str | None, *, mirror: bool, rotate: int) -> Settings:
    from posture_coach.batch import baseline as own
    from posture_coach.batch.analyse import Settings, poses_of
    from posture_coach.measures.accuracy import shipped_accuracy
    from posture_coach.pose.types import Model

    _check_rotation(rotate)
    settings = Settings(Model(model), fps, None, mirror, rotate)
    if baseline is None:
        return settings
    chosen = own.parse(baseline)
    if isinstance(chosen, Path):
        neutral = own.neutral(poses_of(chosen, settings), shipped_accuracy(), chosen.name)
        return Settings(Model(model), fps, neutral, mirror, rotate)
    return Settings(Model(model), fps, chosen, mirror, rotate)


def _check_rotation(rotate: int) -> None:
    from posture_coach.pose.sources import TURNS_DEG

    if rotate not in TURNS_DEG:
        raise typer.BadParameter(f"{rotate} is not one of {', '.join(map(str, TURNS_DEG))}.", param_hint="--rotate")


def _run(jobs: Sequence[Job], workers: int, *, json_progress: bool) -> int:
    """Process the jobs, show how far it is and what came of it, and return the exit code."""
    from rich.console import Console

    from posture_coach.batch import terminal
    from posture_coach.batch.many import expected_pictures, run
    from posture_coach.batch.progress import Bar, JsonLines
    from posture_coach.batch.results import write_run

    expected = expected_pictures(jobs)
    shown = JsonLines(expected, sys.stdout) if json_progress else Bar(expected, Console(stderr=True))
    done: dict[str, Outcome] = {}
    interrupted = False
    try:
        with shown:
            for outcome in run(jobs, workers, shown.pictures):
                done[outcome.stem] = outcome
                shown.finished(outcome.stem, outcome.status)
    except KeyboardInterrupt:
        interrupted = True
    outcomes = [done[job.stem] for job in jobs if job.stem in done]
    if not json_progress:
        terminal.show(outcomes, Console(highlight=False))
    if outcomes:
        write_run(jobs[0].out, outcomes)
    if interrupted:
        typer.echo(f"Interrupted: {len(outcomes)} of {len(jobs)} inputs are done and written.", err=True)
        return INTERRUPTED
    return 0 if all(outcome.status == "ok" for outcome in outcomes) else FAILED


def main() -> None:
    """Run the program; what goes wrong on purpose becomes one sentence and an exit code."""
    try:
        app()
    except PostureCoachError as why:
        typer.echo(f"posture-coach: {why}", err=True)
        sys.exit(UNUSABLE if isinstance(why, DataError) else FAILED)


if __name__ == "__main__":
    main()
