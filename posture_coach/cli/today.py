"""`posture-coach today`: how a day, or a week, went, in words and as a picture to keep."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from posture_coach.cli.options import FAILED, mute
from posture_coach.cli.whose import OfOption, other_name, person_meant

if TYPE_CHECKING:
    from posture_coach.coach.story.kept import Telling
    from posture_coach.store.history.reader import Reader
    from posture_coach.store.history.trends import About
    from posture_coach.store.sealed.people import Person

KINDS: tuple[Literal["png", "svg"], ...] = ("png", "svg")
BEGIN = (
    "Nothing is kept yet. Open the dashboard with `posture-coach`, or watch a camera with `posture-coach monitor`, and "
    "let it see you for a while: what it measures is kept on this machine, as numbers, without pictures."
)
NO_FOLDER = (
    " There is no folder {folder} yet, which {variable} names: `posture-coach doctor` tells whether it can be made."
)
NOTHING_OF = (
    "Nothing is kept of {who} yet: `posture-coach monitor --of NAME` keeps what a camera sees. Leave --of out for your "
    "own days."
)
OFF = "Nothing is kept: that is switched off in {path}. Set keep = true there to begin."

PictureOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Keep it as a picture too: a name ending in .png or .svg.")
]


def today(
    day: Annotated[str, typer.Option(metavar="DATE", help="Another day: 2026-11-24, or yesterday.")] = "today",
    week: Annotated[bool, typer.Option("--week", help="The seven days that end with it.")] = False,
    of: OfOption = None,
    place: Annotated[str | None, typer.Option(help="One place alone; empty: where no place was known.")] = None,
    picture: PictureOption = None,
    dark: Annotated[bool, typer.Option("--dark", help="The picture on a dark ground.")] = False,
) -> None:
    """Tell how the day went: what you did, the score with what lowered it, and what to try tomorrow.

    Exit code 0: told; 1: there is nothing to tell, the history cannot be read, or the picture not made; 2: unusable
    arguments.
    """
    from posture_coach.coach.story.kept import Span, telling
    from posture_coach.store.history.reader import Reader
    from posture_coach.store.history.trends import About

    now = datetime.now().astimezone()
    last = _day(day, now.date())
    _check_picture(picture, dark=dark)
    with closing(Reader()) as reader:
        somebody = _somebody(reader, of)
        about = About(somebody.id if somebody else None, place)
        found = telling(reader, about, last, Span.WEEK if week else Span.DAY, now, somebody.name if somebody else "")
        if found is None:
            _where_something(reader, about, somebody, last, week=week)
            if picture is not None:
                typer.echo(f"{picture} was not made: there is nothing to draw.", err=True)
            raise typer.Exit(FAILED)
    if picture is not None:
        _keep(picture, found, dark=dark)
    _show(found)


def _somebody(reader: Reader, of: str | None) -> Person | None:
    """Return whose day it is; None for the one who uses the program, or where nothing was ever kept."""
    from posture_coach.store.files.own_targets import ME
    from posture_coach.store.history.migrate import readable

    name, database = other_name(of), reader.database()
    if name is None or database is None or not readable(database):
        return None
    person, _ = person_meant(database, name)
    return None if person.name == ME else person


def _day(typed: str, today_is: date) -> date:
    days = {"today": today_is, "yesterday": today_is - timedelta(days=1)}
    try:
        day = days.get(typed.strip().lower()) or date.fromisoformat(typed.strip())
    except ValueError:
        raise typer.BadParameter(
            f"{typed!r} is no date as 2026-11-24 is, nor today or yesterday.", param_hint="--day"
        ) from None
    if day > today_is:
        raise typer.BadParameter(f"{day} has not come yet.", param_hint="--day")
    return day


def _check_picture(picture: Path | None, *, dark: bool) -> None:
    """Refuse a file that can only be a slip."""
    if picture is None:
        if dark:
            raise typer.BadParameter("It is for the picture: add --picture FILE.", param_hint="--dark")
        return
    if picture.suffix.lower() not in [f".{kind}" for kind in KINDS]:
        raise typer.BadParameter(f"{picture} does not end in .png or .svg.", param_hint="--picture")
    try:
        fits = picture.parent.is_dir() and (picture.is_file() or not picture.exists())
    except (OSError, ValueError):  # too long a name, not permitted, a zero in it
        fits = False
    if not fits:
        raise typer.BadParameter(
            f"{picture} is not the name of a file in a folder that exists.", param_hint="--picture"
        )


def _nothing_yet() -> str:
    from posture_coach.store.files.folder import FOLDER_VARIABLE, data_folder
    from posture_coach.store.files.settings import FILE_NAME, settings

    folder = data_folder()
    if not settings().keep:
        return OFF.format(path=folder / FILE_NAME)
    named = FOLDER_VARIABLE in os.environ and not folder.exists()
    return f"{BEGIN}{NO_FOLDER.format(folder=folder, variable=FOLDER_VARIABLE)}" if named else BEGIN


def _where_something(reader: Reader, about: About, somebody: Person | None, day: date, *, week: bool) -> None:
    """Say of what there is nothing, and where there is something."""
    from posture_coach.coach.story.words import dated
    from posture_coach.store.history import trends

    asked = reader.ask(lambda c: (trends.places(c, about.person), trends.reach(c, about)))
    known, reach = asked or ([], None)
    if not known:
        typer.echo(_nothing_yet() if somebody is None else NOTHING_OF.format(who=somebody.words), err=True)
        return
    if about.place is not None and about.place not in known:
        names = ", ".join(name or '"" (no known place)' for name in known)
        raise typer.BadParameter(
            f"{about.place!r} is no place in the history. There are: {names}.", param_hint="--place"
        )
    typer.echo(f"Nothing is kept of {'the week to ' if week else ''}{dated(day)}.", err=True)
    of = f"--of {somebody.name or somebody.id} " if somebody else ""
    if reach is not None:
        first, last = reach
        there = f"The history reaches from {first} to {last}: `posture-coach today {of}--day {last}` tells that day."
        typer.echo(there, err=True)


def _keep(picture: Path, found: Telling, *, dark: bool) -> None:
    from posture_coach.batch.writing import written
    from posture_coach.coach.story.sheet import sheet_of
    from posture_coach.paper.paper import DARK, LIGHT
    from posture_coach.paper.story import story_picture

    kind = next(kind for kind in KINDS if picture.suffix.lower() == f".{kind}")
    content = story_picture(sheet_of(found.told, found.story), kind, DARK if dark else LIGHT)
    with written(picture, "--picture") as draft:
        draft.write_bytes(content)


def _show(found: Telling) -> None:
    """Print the story, as far as somebody reads it."""
    from rich.console import Console

    from posture_coach.coach.story import terminal as story_terminal
    from posture_coach.scoring.rules import shipped_rules

    try:
        story_terminal.show(found.told, found.story, shipped_rules(), Console(highlight=False))
        typer.echo(nl=False)  # out with all of it, here where it may fail
    except (OSError, SystemExit):  # the second is what rich makes of a reader that has gone
        mute(sys.stdout)
