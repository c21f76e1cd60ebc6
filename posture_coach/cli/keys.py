"""`posture-coach data key`: what names and diary are sealed by."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from posture_coach.cli.options import FAILED
from posture_coach.cli.secrets import (
    asked_passphrase,
    history,
    history_there_is,
    new_passphrase,
    now_s,
    opened,
    somebody_types,
)  # fmt: skip
from posture_coach.errors import DataError, StoreError

if TYPE_CHECKING:
    from posture_coach.store.history.database import Database
    from posture_coach.store.sealed.keys import Changed, Standing

key_app = typer.Typer(
    name="key",
    help="What names and diary are sealed by: a key in the system's keyring, or a passphrase.",
    no_args_is_help=True,
)

DropOldOption = Annotated[
    bool,
    typer.Option("--drop-old", help="Take the older key out of the keyring: copies made before lose names and diary."),
]


@key_app.command()
def status() -> None:
    """Say what is sealed, by what, and whether it opens.

    Exit code 0: it does, or nothing is sealed yet; 1: it does not.
    """
    from posture_coach.store.history import cipher

    with history_there_is() as database:
        if database is None:
            return
        standing = _standing(database)
        if cipher.is_encrypted(database.path):
            typer.echo(f"{database.where} is encrypted as a whole.")
        if not standing.held_by:
            typer.echo("Nothing is sealed yet. The key is made when the first name or diary entry is written.")
            return
        since = datetime.fromtimestamp(standing.made_at).strftime("%Y-%m-%d")
        typer.echo(f"Sealed by {_holder(standing)}, since {since}: {_amounts(standing)}.")
        try:
            opened(database)
        except StoreError as why:
            typer.echo(f"posture-coach: {why}", err=True)
            raise typer.Exit(FAILED) from None
        typer.echo("The key opens.")


@key_app.command()
def set_passphrase(drop_old: DropOldOption = False) -> None:
    """Have a passphrase open names and diary, instead of the keyring or another passphrase.

    It is typed, or told by POSTURE_COACH_NEW_PASSPHRASE; the older one by POSTURE_COACH_PASSPHRASE.
    """
    from posture_coach.store.sealed import keys

    with history() as database:
        old = asked_passphrase(database)
        new = new_passphrase("New passphrase")
        if _standing(database).held_by:
            _tell(keys.change(database, now_s(), old, new), drop_old=drop_old)
        else:
            keys.make(database, now_s(), new)
    typer.echo("Names and diary open with the passphrase from now on. Nobody can open them without it, us included.")
    if old:
        typer.echo("Copies made before still open with the older one.")
    if keys.told_passphrase() not in ("", new):
        typer.echo(f"{keys.PASSPHRASE_VARIABLE} still tells the older one: change it.", err=True)


@key_app.command()
def use_keyring() -> None:
    """Have a key in the system's keyring open names and diary, instead of a passphrase."""
    from posture_coach.store.sealed import keys
    from posture_coach.store.sealed.wrapping import KEYRING

    with history() as database:
        held_by = _standing(database).held_by
        if held_by == KEYRING:
            typer.echo("The key lies in the system's keyring already. `posture-coach data key rotate` makes a new one.")
            return
        if held_by:
            keys.change(database, now_s(), asked_passphrase(database))
        else:
            keys.make(database, now_s())
    typer.echo("The key lies in the system's keyring from now on, of this user on this machine alone.")
    if held_by:
        typer.echo("Copies made before open with the passphrase as before.")


@key_app.command()
def rotate(
    new_data_key: Annotated[
        bool, typer.Option("--new-data-key", help="Draw a new data key too, and seal every field by it.")
    ] = False,
    drop_old: DropOldOption = False,
) -> None:
    """Wrap the data key anew, by a new key in the keyring or the same passphrase.

    All of it is done, or nothing. Exit code 1: nothing was changed, or there is no key yet.
    """
    from posture_coach.store.sealed import keys

    with history_there_is() as database:
        if database is None:
            raise typer.Exit(FAILED)
        old = asked_passphrase(database)
        done = keys.change(database, now_s(), old, old, data_key=new_data_key)
        _tell(done, drop_old=drop_old)
    if new_data_key:
        typer.echo(f"Sealed anew by a new data key: {done.sealed} fields. Start a dashboard that runs again.")
    else:
        typer.echo("The data key is wrapped anew. Whoever had it before still has it: --new-data-key draws another.")


@key_app.command()
def forget(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Give up the key and all that was sealed: the diary goes, people stay without their names. Posture stays."""
    from posture_coach.store.history.retention import give_back
    from posture_coach.store.sealed import keys
    from posture_coach.store.sealed.wrapping import PASSPHRASE

    with history_there_is() as database:
        if database is None:
            return
        standing = _standing(database)
        if not (standing.held_by or standing.entries):
            typer.echo("Nothing is sealed.")
            return
        if not yes:
            _confirm(standing, database.where)
        gone = keys.forget(database)
        give_back(database)
    typer.echo(f"Gone: {_amounts(gone)}. The posture history is as it was.")
    if gone.held_by == PASSPHRASE:
        typer.echo(
            "Copies made before open with the passphrase still: `posture-coach data where` tells where they lie."
        )
    elif gone.held_by:
        typer.echo("Its key is no longer in the keyring: copies made before open no more either.")


def _standing(database: Database) -> Standing:
    from posture_coach.store.sealed import keys

    with database.reading() as connection:
        return keys.standing(connection)


def _confirm(standing: Standing, where: str) -> None:
    if not somebody_types():
        raise DataError("To give up what is sealed without being asked, add --yes.")
    typer.confirm(f"Delete for good: {_amounts(standing)}, in {where}?", abort=True, err=True)


def _tell(done: Changed, *, drop_old: bool) -> None:
    """Say what became of the older key, and of what could not be opened."""
    from posture_coach.store.sealed import system_keyring

    if done.unreadable:
        typer.echo(f"{done.unreadable} fields were damaged before and stay as they are.", err=True)
    if done.older_entry and drop_old:
        system_keyring.drop(done.older_entry)
        typer.echo("The older key is gone from the keyring: in copies made before, names and diary open no more.")
    elif done.older_entry:
        typer.echo("The older key stays in the keyring, for copies made before; --drop-old takes it out.")


def _holder(standing: Standing) -> str:
    from posture_coach.store.sealed.wrapping import KEYRING

    return "a key in the system's keyring" if standing.held_by == KEYRING else "a passphrase"


def _amounts(standing: Standing) -> str:
    names, entries = standing.names, standing.entries
    return f"{names} name{'' if names == 1 else 's'}, {entries} diary entr{'y' if entries == 1 else 'ies'}"
