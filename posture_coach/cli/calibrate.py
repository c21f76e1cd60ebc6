"""`posture-coach calibrate`: takes the own upright at a place, lists the places, forgets one."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from posture_coach.cli.options import (
    FAILED,
    UNUSABLE,
    MirrorOption,
    ModelName,
    ModelOption,
    RotateOption,
    SourceOption,
    check_rotation,
)

if TYPE_CHECKING:
    from rich.console import Console

    from posture_coach.coach.guide import Guide
    from posture_coach.coach.guided import Guided
    from posture_coach.pose.lens import Preset
    from posture_coach.store.files.profiles import SeenBy

INTERRUPTED = 130
SOME_PLACE = "my place"
SHORTEST_CM, TALLEST_CM = 80.0, 250.0
STANDS = "What was taken before still stands."
LensOption = Annotated[
    list[Path] | None, typer.Option(help="Photo or video of the printed board, taken with this camera; repeat it.")
]
WebcamOption = Annotated[
    str | None, typer.Option(metavar="KEY", help="Which common webcam it is, where its lens was not measured.")
]


def calibrate(
    source: SourceOption = "0",
    place: Annotated[str, typer.Option(help="What you call this place, such as docked.")] = SOME_PLACE,
    height_cm: Annotated[
        float | None, typer.Option(min=SHORTEST_CM, max=TALLEST_CM, help="Your height: gives lengths their scale.")
    ] = None,
    model: ModelOption = "full",
    mirror: MirrorOption = False,
    rotate: RotateOption = 0,
    lens: LensOption = None,
    webcam: WebcamOption = None,
    list_: Annotated[bool, typer.Option("--list", help="List the places and leave.")] = False,
    delete: Annotated[str | None, typer.Option(metavar="NAME", help="Forget a place and leave.")] = None,
) -> None:
    """Take your own upright at this place: upright, slumped, and looking ahead, ten seconds each.

    Exit code 0: taken; 1: not taken, or the camera gives no pictures; 2: unusable arguments; 130: interrupted.
    Unless it is 0, what was taken before still stands.
    """
    from posture_coach.store.files.profiles import Places

    if list_:
        raise typer.Exit(_list())
    if delete is not None:
        Places().delete(delete)
        raise typer.Exit
    check_rotation(rotate)
    try:
        guided = _guided(lens or [], webcam, mirror=mirror, rotate=rotate)
        code = _take(source, place, height_cm, model, guided, mirror=mirror, rotate=rotate)
    except KeyboardInterrupt:
        typer.echo(f"Interrupted: nothing was taken. {STANDS}", err=True)
        code = INTERRUPTED
    raise typer.Exit(code)


def _list() -> int:
    """Show the places; a damaged file is told, and makes the exit code."""
    from datetime import UTC, datetime

    from rich.console import Console

    from posture_coach.coach.calibrate_terminal import show_places
    from posture_coach.store.files.profiles import Places

    profiles, problems = Places().all()
    show_places(profiles, datetime.now(UTC), Console(highlight=False))
    for problem in problems:
        typer.echo(f"posture-coach: {problem}", err=True)
    return UNUSABLE if problems else 0


def _guided(board: list[Path], webcam: str | None, *, mirror: bool, rotate: int) -> Guided:
    """Begin with what pictures of the printed board say about the lens, or the maker of the webcam, or nothing."""
    from posture_coach.coach.guided import Guided
    from posture_coach.measures.calibration import Camera

    if not board:
        return Guided(webcam=_preset(webcam) if webcam is not None else None)
    if webcam is not None:
        raise typer.BadParameter("a measured lens needs no --webcam: leave one of them out", param_hint="--lens")
    from posture_coach.coach.board import lens_of

    measured = lens_of(board, mirror=mirror, rotate=rotate)
    typer.echo(
        f"The lens is measured from {measured.views_used} views of the board: focal length "
        f"{measured.lens.focal_x_px:.0f} px, corners within {measured.rms_px:.2f} px of where it draws them."
    )
    return Guided(camera=Camera(lens=measured.lens))


def _preset(key: str) -> Preset:
    from posture_coach.pose.lens import shipped_presets

    presets = shipped_presets()
    if key not in presets:
        known = ", ".join(f"{one} ({preset.name})" for one, preset in presets.items())
        raise typer.BadParameter(f"{key} is none that is known. There are: {known}", param_hint="--webcam")
    return presets[key]


def _take(
    source: str, place: str, height_cm: float | None, model: ModelName, guided: Guided, *, mirror: bool, rotate: int
) -> int:
    """Lead through the calibration and keep what came of it; return the exit code."""
    from rich.console import Console

    from posture_coach.coach.calibrate_terminal import lead
    from posture_coach.coach.guide import Phase
    from posture_coach.coach.lock import only_one_process
    from posture_coach.coach.places import seen_by
    from posture_coach.coach.session import Session
    from posture_coach.pose.camera import is_camera, open_live
    from posture_coach.pose.types import Model
    from posture_coach.store.files.profiles import Places, place_name

    name, console = place_name(place), Console(highlight=False)
    Places().open()
    held = only_one_process() if is_camera(source) else nullcontext()
    with held, open_live(source, loop=False, mirror=mirror, rotate=rotate) as live:
        guide = lead(Session(live, Model(model)), guided, console)
        eye = seen_by(source, live.info, Model(model), None, mirror=mirror, rotate=rotate)
        ended = live.problem or f"{live.info.name} has ended before all was taken."
    if guide is not None and guide.phase is Phase.DONE:
        _keep(guided, name, eye, height_cm, console)
        return 0
    _tell_why(guide, ended)
    return FAILED


def _tell_why(guide: Guide | None, ended: str) -> None:
    from posture_coach.coach.guide import Phase

    why = [guide.problem] if guide is not None else []
    if guide is None or guide.phase is not Phase.FAILED:
        why += [ended, STANDS]
    typer.echo(" ".join(filter(None, ["Not taken.", *why])), err=True)


def _keep(guided: Guided, place: str, eye: SeenBy, height_cm: float | None, console: Console) -> None:
    """Keep what was taken, and say what it was."""
    from datetime import UTC, datetime

    from posture_coach.coach.calibrate_terminal import show_profile
    from posture_coach.store.files.profiles import Places

    profile = guided.profile(place, eye, datetime.now(UTC), height_cm)
    path = Places().save(profile)
    show_profile(profile, guided.notes, console)
    typer.echo(f"Kept in {path}")
