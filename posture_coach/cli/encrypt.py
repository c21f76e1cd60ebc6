"""`posture-coach data encrypt` and `decrypt`: the history's file as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from posture_coach.cli.secrets import file_of_history, history, new_passphrase, somebody_types
from posture_coach.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

LIMITS = (
    "What this cannot promise: a disk of flash cells (SSD) and a file system of snapshots keep old blocks where no "
    "program gets at them. Exports, and copies that you or a cloud have made, stay as they are: `posture-coach data "
    "where` lists those we know of."
)
NO_KEYRING = "This system has no keyring that could remember the key: leave --remember out. Nothing was changed."


def encrypt(
    change: Annotated[bool, typer.Option("--change", help="Give an encrypted history another passphrase.")] = False,
    remember: Annotated[
        bool, typer.Option("--remember", help="Put its key into the system's keyring: nothing is asked here then.")
    ] = False,
    delete_copies: Annotated[
        bool | None,
        typer.Option("--delete-copies/--keep-copies", help="Delete our own plain copies beside it; else it asks."),
    ] = None,
) -> None:
    """Encrypt the whole history file with a passphrase (SQLCipher); for one user's file, not for a server.

    The passphrase is typed, or told by POSTURE_COACH_NEW_PASSPHRASE; the present one by POSTURE_COACH_FILE_PASSPHRASE.

    Exit code 0: it is encrypted; 1: it could not be, and nothing was changed.
    """
    from posture_coach.store.carried.convert import clear_away, plain_copies
    from posture_coach.store.history import cipher
    from posture_coach.store.sealed import system_keyring

    path = _file()
    cipher.driver()
    if remember and not system_keyring.usable():
        raise StoreError(NO_KEYRING)
    clear_away(path)
    key = _key() if cipher.is_encrypted(path) else None
    if key is None or change:
        key = _anew(path, key)
    elif not remember:
        typer.echo(f"{path} is encrypted already. --change gives it another passphrase.")
    if remember:
        cipher.remember(key)
        typer.echo("Its key lies in the system's keyring: on this machine this user is not asked for the passphrase.")
    _copies(plain_copies(path), delete_copies)
    typer.echo(LIMITS)


def decrypt() -> None:
    """Make the history file a plain one again; names and diary stay sealed.

    Exit code 0: it is plain; 1: it could not be made so, and nothing was changed.
    """
    from posture_coach.store.carried.convert import clear_away, convert
    from posture_coach.store.history import cipher

    path = _file()
    clear_away(path)
    if not cipher.is_encrypted(path):
        typer.echo(f"{path} is not encrypted.")
        return
    key = _key()
    convert(path, key, None)
    typer.echo(f"{path} is plain: whoever can read the file can read the posture history. Names and diary stay sealed.")
    _let_go(path, key)


def _file() -> Path:
    path = file_of_history()
    if path is None:
        raise StoreError(
            "This history is on a server: whoever runs it encrypts the server's disk (LUKS, BitLocker). Names and "
            "diary are sealed there too."
        )
    return path


def _key() -> str | None:
    """Open the history, which is made where there is none yet; return what opens it."""
    with history() as database:
        return database.key


def _anew(path: Path, before: str | None) -> str:
    """Encrypt it with a new passphrase; return its key."""
    from posture_coach.store.carried.convert import convert
    from posture_coach.store.history import cipher

    key = cipher.new_key(new_passphrase(f"New passphrase of {path.name}"))
    if before is None:
        _key()  # so that there is a file, of this program's form
    reached = convert(path, before, key)
    typer.echo(f"{path} is encrypted. Nobody can open it without the passphrase, us included.")
    if before is not None:
        _let_go(path, before)
    elif not reached:
        typer.echo("The plain file was deleted, but could not be overwritten: its blocks may be found on the disk.")
    return key


def _let_go(path: Path, before: str | None) -> None:
    """Forget a key that neither the file nor a copy beside it needs any more; say what copies need."""
    from posture_coach.store.carried.convert import copies_with
    from posture_coach.store.history import cipher

    if before is None:
        return
    if copies_with(path, before):
        typer.echo("Copies made before still need the passphrase that they were made with.")
    elif not cipher.lose(before):
        typer.echo("The system's keyring may still hold the older key: it does not open now.", err=True)


def _copies(plain: list[Path], delete: bool | None) -> None:
    """Delete our own plain copies, or say that they are there."""
    from posture_coach.store.carried.convert import wipe

    if not plain:
        return
    typer.echo("Plain copies of the history, that anybody can read who has them:")
    for copy in plain:
        typer.echo(f"  {copy}")
    if delete is None and somebody_types():
        delete = typer.confirm("Delete them?", err=True)
    if delete:
        left = [copy for copy in plain if not wipe(copy)]
        typer.echo("They are deleted." if not left else f"Not wholly deleted: {', '.join(map(str, left))}.")
    else:
        typer.echo("They were left: delete them yourself, or with --delete-copies.")
