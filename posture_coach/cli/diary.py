"""`posture-coach diary`: pain, comfort and a note of a moment, sealed; beside posture, and never in its score."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from posture_coach.cli.options import FAILED
from posture_coach.cli.secrets import history, history_there_is, opened, ready, somebody_types
from posture_coach.cli.whose import OfOption, other_name
from posture_coach.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from posture_coach.store.sealed.diary import Entry

DAYS = 30
"""Shown where nobody says how many."""
STDIN = "-"
DAY, MINUTE = "%Y-%m-%d", "%Y-%m-%d %H:%M"
LEAST, MOST = 0, 10
"""As the diary has it, which checks it once more."""

diary_app = typer.Typer(
    name="diary",
    help="Pain, comfort and a note of a moment: sealed, and never part of the score.",
    no_args_is_help=True,
)


@diary_app.command()
def add(
    pain: Annotated[int | None, typer.Option(min=LEAST, max=MOST, help="0 (none) to 10 (as much as can be).")] = None,
    comfort: Annotated[
        int | None, typer.Option(min=LEAST, max=MOST, help="0 (none) to 10 (as much as can be).")
    ] = None,
    note: Annotated[
        str, typer.Option(help="In your words; - asks for it, so that it does not stand in the shell's history.")
    ] = "",
    at: Annotated[datetime | None, typer.Option(formats=[MINUTE], help="Local time; now where none is named.")] = None,
    of: OfOption = None,
) -> None:
    """Write down how it is, or was: at least one of the three; without any it asks.

    Exit code 0: it is kept; 1: the history or its key cannot be opened; 2: it is no entry, or nobody has the name.
    """
    from posture_coach.store.sealed import diary, people

    name = other_name(of)
    if pain is None and comfort is None and not note:
        pain, comfort, note = _asked()
    entry = diary.checked(diary.Entry(_moment(at), pain, comfort, _words(note)))
    with history() as database:
        sealer = ready(database)
        with database.writing() as connection:
            person = people.named(connection, sealer, name) if name else None
            kept = diary.add(connection, sealer, person.id if person else None, entry)
    typer.echo(f"Kept, sealed{f', of {person.words}' if person else ''}: {kept.at.strftime(MINUTE)}, {_told(kept)}.")


@diary_app.command("list")
def list_(
    first: Annotated[datetime | None, typer.Option("--from", formats=[DAY], help="First day.")] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=[DAY], help="Last day; today where none is named.")
    ] = None,
    of: OfOption = None,
) -> None:
    """Show what was written down, of the last 30 days or those named.

    Exit code 0; 1 where an entry cannot be read, which is then said; 2 where nobody has the name.
    """
    from rich.console import Console

    from posture_coach.store.sealed import diary, people

    name = other_name(of)
    to = last.date() if last else date.today()
    since = first.date() if first else to - timedelta(days=DAYS)
    if since > to:
        raise DataError(f"{since} comes after {to}.")
    with history_there_is() as database:
        if database is None:
            return
        sealer = opened(database)
        with database.reading() as connection:
            person = people.named(connection, sealer, name) if name else None
            found = diary.entries(connection, sealer, person.id if person else None, since, to)
    if not found:
        typer.echo(f"Nothing was written down{f' of {person.words}' if person else ''} from {since} to {to}.")
        return
    Console(highlight=False).print(_table(found))
    raise typer.Exit(FAILED if any(entry.problem for entry in found) else 0)


@diary_app.command()
def delete(number: Annotated[int, typer.Argument(help="Of the entry, as list shows it.")]) -> None:
    """Delete an entry; that needs no key.

    Exit code 0: it is gone; 2: there is none of that number.
    """
    from posture_coach.store.history.retention import give_back
    from posture_coach.store.sealed import diary

    with history_there_is() as database:
        gone = False
        if database is not None:
            with database.writing() as connection:
                gone = diary.remove(connection, number)
            give_back(database)
    if not gone:
        raise DataError(f"There is no diary entry {number}. `posture-coach diary list` shows them.")
    typer.echo(f"Entry {number} is deleted. Copies and exports made before still hold it.")


def _moment(at: datetime | None) -> datetime:
    """Return when it was, with its time zone."""
    now = datetime.now().astimezone()
    moment = at.astimezone() if at else now
    if moment > now:
        raise DataError(f"{moment.strftime(MINUTE)} has not come yet.")
    return moment


def _asked() -> tuple[int | None, int | None, str]:
    """Ask for the three; what is left empty is not said."""
    if not somebody_types():
        raise DataError("Say at least one of --pain, --comfort and --note.")
    typer.echo("Leave empty what you do not want to say.", err=True)
    pain, comfort = (_number_asked(f"{what}, 0 (none) to 10 (as much as can be)") for what in ("Pain", "Comfort"))
    return pain, comfort, _prompted("Note")


def _number_asked(what: str) -> int | None:
    while typed := _prompted(what).strip():
        if typed.isdecimal() and LEAST <= int(typed) <= MOST:
            return int(typed)
        typer.echo(f"A whole number from {LEAST} to {MOST}, or nothing.", err=True)
    return None


def _prompted(what: str) -> str:
    return str(typer.prompt(what, default="", show_default=False, err=True))


def _words(note: str) -> str:
    """Return a note as typed, or, for a lone hyphen, from the terminal or what is piped in."""
    if note != STDIN:
        return note
    return _prompted("Note") if somebody_types() else sys.stdin.read()


def _told(entry: Entry) -> str:
    told = [
        f"{what} {value}" for what, value in (("pain", entry.pain), ("comfort", entry.comfort)) if value is not None
    ]
    return ", ".join([*told, *(["a note"] if entry.note else [])])


def _table(found: Sequence[Entry]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("number", "when", "pain", "comfort", "note"):
        table.add_column(head, overflow="fold")
    for entry in found:
        numbers = ("" if value is None else str(value) for value in (entry.pain, entry.comfort))
        words = Text(entry.problem, style="yellow") if entry.problem else Text(entry.note)
        table.add_row(str(entry.id), entry.at.strftime(MINUTE), *numbers, words)
    return table
