"""What is typed. Every command imports what it needs when it runs, so that --help comes at once."""

from __future__ import annotations

import io
import math
import os
import signal
import sys
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from posture_coach import __version__
from posture_coach.cli_calibrate import calibrate
from posture_coach.cli_compare import compare
from posture_coach.cli_data import data_app
from posture_coach.cli_diary import diary_app
from posture_coach.cli_encrypt import decrypt, encrypt
from posture_coach.cli_keys import key_app
from posture_coach.cli_monitor import monitor
from posture_coach.cli_options import (
    FAILED,
    SIGNALLED,
    UNUSABLE,
    AnswersExampleOption,
    AnswersOption,
    ChairStandOption,
    ErgonomicsOption,
    FpsOption,
    HeightOption,
    KeepOption,
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
from posture_coach.cli_people import people_app
from posture_coach.cli_secrets import open_file, typed_passphrase
from posture_coach.cli_targets import targets_app
from posture_coach.cli_today import today
from posture_coach.errors import DataError, PostureCoachError
from posture_coach.store.asking import ask_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Self, TextIO

    from posture_coach.batch.analyse import Settings
    from posture_coach.batch.many import Input
    from posture_coach.batch.progress import Progressing
    from posture_coach.batch.results import Job, Outcome, Outputs
    from posture_coach.store.profiles import Profile

AGAIN_S = 1.0

app = typer.Typer(
    help="Measure posture from a webcam, a photo or a video: angles with their error, held against targets. "
    "Nothing leaves this machine. Without a command the dashboard opens in the browser.",
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"posture-coach {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 - its callback has done all there is to do
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
    source: Annotated[
        str | None, typer.Option(help="Camera number or device, stream address, or a file played as a camera.")
    ] = None,
    place: PlaceOption = None,
    keep: KeepOption = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of the dashboard, on this machine.")] = 8501,
    browser: Annotated[bool, typer.Option(help="Open the dashboard in the browser.")] = True,
) -> None:
    if context.invoked_subcommand is None:
        from posture_coach.dashboard.server import run

        open_file()
        run(port, source, place, keep, open_browser=browser)


@app.command()
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
        bool, typer.Option("--annotate", help="Write an annotated copy; faces found are blurred.")
    ] = False,
    show_face: Annotated[bool, typer.Option("--show-face", help="Do not blur faces in the annotated copy.")] = False,
    ergonomics: ErgonomicsOption = False,
    answers: AnswersOption = None,
    chair_stand: ChairStandOption = None,
    answers_example: AnswersExampleOption = False,  # noqa: ARG001 - its callback has done all there is to do
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
    with _interruption() as interruption:
        files = _files(paths)
        settings = _settings(model, fps, baseline, place, mirror=mirror, rotate=rotate, person=person)
        settings = replace(settings, targets=targets_from(targets), height_cm=height_cm)
        jobs = _jobs(files, out, settings, outputs)
        code = _run(jobs, workers or workers_for(len(jobs)), interruption, json_progress=json_progress)
    raise typer.Exit(code)


app.command()(monitor)
app.command()(calibrate)
app.command()(compare)
app.command()(today)
app.add_typer(targets_app)
app.add_typer(data_app)
data_app.add_typer(key_app)
data_app.command()(encrypt)
data_app.command()(decrypt)
app.add_typer(diary_app)
app.add_typer(people_app)


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
    from posture_coach.store.profiles import Places

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


def _run(jobs: Sequence[Job], workers: int, interruption: _Interruption, *, json_progress: bool) -> int:
    """Process the jobs, show how far it is and what came of it, and return the exit code."""
    from rich.console import Console

    from posture_coach.batch.many import expected_pictures, run
    from posture_coach.batch.progress import Bar, JsonLines
    from posture_coach.batch.results import write_run

    done: dict[str, Outcome] = {}
    try:
        expected = expected_pictures(jobs)
        shown = JsonLines(expected, sys.stdout) if json_progress else Bar(expected, Console(stderr=True))
        with (
            _Heard(shown, sys.stdout if json_progress else sys.stderr) as heard,
            closing(run(jobs, workers, heard.pictures)) as coming,
        ):
            for outcome in coming:
                done[outcome.stem] = outcome
                heard.finished(outcome.stem, outcome.status)
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
        typer.echo(f"Interrupted: {len(outcomes)} of {len(jobs)} inputs are done and written.", err=True)
        return interruption.code
    return 0 if all(outcome.status == "ok" for outcome in outcomes) else FAILED


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


class _Interruption:
    """What Ctrl-C and SIGTERM do: the first raises KeyboardInterrupt, later ones do not disturb the tidying up.

    Attributes
    ----------
    code
        Exit code; 0 as long as nothing has come.
    """

    def __init__(self) -> None:
        self.code = 0
        self._over, self._raised_s = False, -math.inf

    def __call__(self, number: int, _frame: object) -> None:
        if self._over:
            return
        self.code = self.code or SIGNALLED + number
        # One that came to nothing, because it hit a place where Python drops errors, must not have been the last.
        if time.monotonic() - self._raised_s > AGAIN_S:
            self._raised_s = time.monotonic()
            raise KeyboardInterrupt

    def over(self) -> None:
        """Raise no more: what is left to do takes no time."""
        self._over = True


@contextmanager
def _interruption() -> Iterator[_Interruption]:
    """Listen for Ctrl-C and SIGTERM, and end the command with their exit code where nothing else has done so."""
    interruption = _Interruption()
    # What the caller wants ignored, as nohup and a shell's & do, stays so.
    numbers = [n for n in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(n) is not signal.SIG_IGN]
    before = {number: signal.signal(number, interruption) for number in numbers}
    try:
        yield interruption
    except KeyboardInterrupt:
        raise typer.Exit(interruption.code or SIGNALLED + signal.SIGINT) from None
    finally:
        interruption.over()
        for number, handler in before.items():
            # On the way out Python gives signals back their own, deadly meaning, unless they are ignored.
            signal.signal(number, signal.SIG_IGN if interruption.code or handler is None else handler)


def _open_what_is_closed() -> None:
    """Give the program, and the workers it starts, the outputs that its caller has closed, leading nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
            os.set_inheritable(nowhere.fileno(), True)
            setattr(sys, name, nowhere)


def main() -> None:
    """Run the program; what goes wrong on purpose becomes one sentence and an exit code."""
    _open_what_is_closed()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal of few letters shows a question mark
    ask_by(typed_passphrase)
    try:
        app()
    except PostureCoachError as why:
        typer.echo(f"posture-coach: {why}", err=True)
        sys.exit(UNUSABLE if isinstance(why, DataError) else FAILED)


if __name__ == "__main__":
    main()
