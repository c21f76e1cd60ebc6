"""`posture-coach monitor`: what a camera sees now, on the terminal."""

from __future__ import annotations

import math
import sys
from contextlib import closing, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from posture_coach.cli.interruption import until_stopped
from posture_coach.cli.options import (
    FAILED,
    FpsOption,
    KeepOption,
    MirrorOption,
    ModelOption,
    PersonOption,
    PlaceOption,
    RotateOption,
    SourceOption,
    TargetsOption,
    check_rotation,
    own_targets_of,
    own_targets_of_me,
    targets_from,
)
from posture_coach.cli.secrets import open_file

if TYPE_CHECKING:
    from posture_coach.coach.keeping import Keeper
    from posture_coach.coach.session import Session
    from posture_coach.coach.upright import Upright
    from posture_coach.pose.camera import Live
    from posture_coach.store.files.profiles import SeenBy


def monitor(
    source: SourceOption = "0",
    model: ModelOption = "full",
    fps: FpsOption = None,
    mirror: MirrorOption = False,
    rotate: RotateOption = 0,
    place: PlaceOption = None,
    targets: TargetsOption = None,
    of: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Somebody else's history and own targets; see people add and targets."),
    ] = None,
    person: PersonOption = "largest",
    keep: KeepOption = None,
    seconds: Annotated[float, typer.Option(min=0.0, help="Stop after so long.")] = math.inf,
    json_progress: Annotated[bool, typer.Option("--json-progress", help="One line of JSON a second instead.")] = False,
) -> None:
    # house: a parameter for each option
    """Watch live on the terminal: activity, score and angles of the newest picture. Ctrl-C or SIGTERM ends it.

    Exit code 0; 1 where nothing can be watched, or what should be kept could not be; 2 where what is named is no good.
    """
    from posture_coach.coach.keeping import keeper
    from posture_coach.coach.lock import only_one_process
    from posture_coach.coach.places import seen_by
    from posture_coach.coach.session import Session
    from posture_coach.coach.upright import Upright
    from posture_coach.pose.camera import is_camera, open_live
    from posture_coach.pose.roster import choice_of
    from posture_coach.pose.types import Model

    check_rotation(rotate)
    against = targets_from(targets) if targets else own_targets_of(of) if of else own_targets_of_me()
    if keep or (keep is None and is_camera(source)):
        open_file()
    held = only_one_process() if is_camera(source) else nullcontext()
    with (
        held,
        open_live(source, mirror=mirror, rotate=rotate) as live,
        closing(keeper(keep)) as kept,
        until_stopped(),
    ):
        eye = seen_by(source, live.info, Model(model), fps, mirror=mirror, rotate=rotate)
        session = Session(live, eye.model, fps, person=choice_of(person), targets=against, sink=kept)
        if of:
            _turn_to(kept, of)
        upright = Upright()
        upright.begin(session, eye, place)
        kept.watch(source, eye, lambda: upright.standing.place)
        _watch(live, session, eye, upright, kept, seconds, json_progress=json_progress)
    if kept.problem:
        typer.echo(f"posture-coach: {kept.problem}", err=True)
        raise typer.Exit(FAILED)


def _turn_to(kept: Keeper, name: str) -> None:
    """Keep somebody else's history; raises StoreError where it cannot be kept, though it is wanted."""
    from posture_coach.errors import StoreError
    from posture_coach.store.files.own_targets import person_name

    kept.whose = kept.find(person_name(name))
    if kept.on and kept.whose.why_not:
        raise StoreError(f"{kept.whose.why_not} With --no-keep only their targets hold.")


def _watch(
    live: Live, session: Session, eye: SeenBy, upright: Upright, kept: Keeper, seconds: float, *, json_progress: bool
) -> None:
    """Show what is seen until the source ends or it has been long enough."""
    from rich.console import Console

    from posture_coach.coach import terminal

    with closing(upright.watched(session)) as seen:
        if json_progress:
            terminal.write_lines(terminal.warned(seen, upright, sys.stderr), sys.stdout, seconds)
        else:
            how = f"kept in {kept.whose.history}" if kept.keeps else "not kept"
            title = f"{live.info.name}  {eye.width}x{eye.height}  {eye.model}   {how}   Ctrl-C ends"
            terminal.show(seen, Console(highlight=False), title, seconds, upright)
