"""What the commands of `posture-coach data` have in common: the history, who and which days are meant, asking first."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from posture_coach.cli.options import FAILED, SIGNALLED
from posture_coach.cli.secrets import opened, ready, somebody_types
from posture_coach.cli.whose import person_meant

if TYPE_CHECKING:
    from posture_coach.store.carried.export_form import Key
    from posture_coach.store.carried.selection import Selection
    from posture_coach.store.history.database import Database

OneOption = Annotated[
    str | None, typer.Option("--of", metavar="NAME", help="One person alone: me, a name, or a number, see people list.")
]
FromOption = Annotated[
    str | None, typer.Option("--from", metavar="DATE", help="First day, as 2026-11-24, today or yesterday.")
]
ToOption = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last day, itself included.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Days = tuple[date | None, date | None]


def now() -> datetime:
    """Return local time, with its time zone."""
    return datetime.now().astimezone()


# The history -------------------------------------------------------------------------------------------------------


def place() -> tuple[str, Path | None]:
    """Return where the history is or would be, for a person to read, and its file; None for one on a server."""
    from posture_coach.store.history.database import address

    url = address()
    if url.get_backend_name() == "sqlite" and url.database:
        return url.database, Path(url.database)
    return url.render_as_string(hide_password=True), None


@contextmanager
def history() -> Iterator[Database | None]:
    """Open the history; None where there is no file yet, and none is made."""
    from posture_coach.store.history.database import Database, address

    _, path = place()
    if path is not None and not path.exists():
        yield None
        return
    with Database(address()) as database:
        yield database


def say_nothing() -> None:
    """Say that there is no history."""
    typer.echo(f"Nothing is kept yet: there is no history at {place()[0]}. It begins with the first session kept.")


# What is typed -----------------------------------------------------------------------------------------------------


def days_typed(from_: str | None, to: str | None) -> Days:
    """Return the first and the last day."""
    first, last = _day(from_, "--from"), _day(to, "--to")
    if first and last and first > last:
        raise typer.BadParameter(f"{first} comes after {last}.", param_hint="--from")
    return first, last


def _day(typed: str | None, hint: str) -> date | None:
    if typed is None:
        return None
    today = now().date()
    known = {"today": today, "yesterday": today - timedelta(days=1)}
    try:
        return known.get(typed.strip().lower()) or date.fromisoformat(typed.strip())
    except ValueError:
        raise typer.BadParameter(
            f"{typed!r} is no day as 2026-11-24 is, nor today or yesterday.", param_hint=hint
        ) from None


def selection(database: Database, of: str | None, days: Days) -> tuple[Selection, Key | None]:
    """Return what is meant, and the key where it took one to know who that is; raises as `person_meant`."""
    from posture_coach.store.carried.selection import Selection
    from posture_coach.store.sealed.field_key import FieldKey

    if of is None:
        return Selection(None, *days), None
    person, sealer = person_meant(database, of)
    return Selection(person.id, *days), FieldKey(sealer) if sealer else None


def field_key(database: Database, *, make: bool = False) -> Key | None:
    """Return what opens names and diary; where it cannot be had that is said, and the command goes on without it.

    Parameters
    ----------
    make
        Whether to make one where there is none.
    """
    from posture_coach.errors import StoreKeyError
    from posture_coach.store.sealed.field_key import FieldKey

    try:
        sealer = ready(database) if make else opened(database)
    except StoreKeyError as why:
        typer.echo(f"posture-coach: {why}", err=True)
        return None
    return FieldKey(sealer) if sealer else None


# Asking ------------------------------------------------------------------------------------------------------------


def sure(question: str, otherwise: str, *, yes: bool) -> None:
    """Ask, and leave unless the answer is yes; where nobody can answer it is a no."""
    if yes:
        return
    if not somebody_types():
        typer.echo(f"{otherwise} Nobody can be asked here: add --yes to do it unasked.", err=True)
        raise typer.Exit(FAILED)
    if not agreed(question):
        typer.echo(otherwise)
        raise typer.Exit(FAILED)


def agreed(question: str) -> bool:
    """Ask; an end of the input is a no."""
    try:
        return typer.confirm(question)
    except typer.Abort:
        typer.echo()
        return False


class _Stopped(BaseException):
    """Somebody has stopped the command."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def told_when_stopped(told: str = "Nothing was changed.") -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the command in good order, and say what stands."""

    def stop(number: int, _frame: object) -> None:
        raise _Stopped(number)

    # What the caller wants ignored, as nohup does, stays so.
    numbers = [n for n in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(n) is not signal.SIG_IGN]
    before: dict[int, Callable[..., object] | int | None] = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    except _Stopped as why:
        typer.echo(f"Interrupted. {told}", err=True)
        raise typer.Exit(SIGNALLED + why.number) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
