"""What is typed. Every command imports what it needs when it runs, so that --help comes at once."""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from posture_coach import __version__
from posture_coach.cli.analyze import analyze
from posture_coach.cli.calibrate import calibrate
from posture_coach.cli.compare import compare
from posture_coach.cli.data import data_app
from posture_coach.cli.diary import diary_app
from posture_coach.cli.encrypt import decrypt, encrypt
from posture_coach.cli.keys import key_app
from posture_coach.cli.monitor import monitor
from posture_coach.cli.options import FAILED, UNUSABLE, KeepOption, PlaceOption, mute
from posture_coach.cli.people import people_app
from posture_coach.cli.secrets import open_file, typed_passphrase
from posture_coach.cli.targets import targets_app
from posture_coach.cli.today import today
from posture_coach.errors import DataError, PostureCoachError
from posture_coach.store.sealed.asking import ask_by

app = typer.Typer(
    help="Measure posture from a webcam, a photo or a video: angles with their error, held against targets. "
    "Nothing leaves this machine, unless you give a database's address. Without a command the dashboard opens in the "
    "browser.",
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


app.command()(analyze)
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
    except OSError as why:
        if why.errno != errno.ENOSPC:
            raise
        mute(sys.stdout)
        typer.echo("posture-coach: What is printed is sent to a disk that is full. Free some space there.", err=True)
        sys.exit(FAILED)
