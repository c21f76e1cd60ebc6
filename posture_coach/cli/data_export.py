"""`posture-coach data export` and `import`: everything that is kept as tables that other programs read, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from posture_coach.cli.data_asked import (
    FromOption,
    OneOption,
    ToOption,
    days_typed,
    field_key,
    history,
    now,
    say_nothing,
    selection,
    told_when_stopped,
)  # fmt: skip
from posture_coach.cli.data_shown import counts
from posture_coach.cli.options import FAILED

if TYPE_CHECKING:
    from posture_coach.store.carried.export import Exported
    from posture_coach.store.carried.import_export import Imported


def export(
    out: Annotated[Path, typer.Option(help="Folder to make; it must not exist yet, or be empty.")],
    format_: Annotated[
        Literal["csv", "parquet", "json"], typer.Option("--format", help="csv for spreadsheets, json, or parquet.")
    ] = "csv",
    of: OneOption = None,
    from_: FromOption = None,
    to: ToOption = None,
    sealed: Annotated[bool, typer.Option("--sealed", help="Leave names and diary sealed.")] = False,
) -> None:
    """Write everything that is kept, or a part, into a folder of tables that other programs read.

    Exit code 0: done; 1: not done, and nothing is left of it; 2: unusable arguments.
    """
    from posture_coach.store.carried.export import export as write
    from posture_coach.store.history.migrate import prepare

    days = days_typed(from_, to)
    with told_when_stopped("Nothing was exported."), history() as database:
        if database is None:
            say_nothing()
            raise typer.Exit(FAILED)
        prepare(database, now())
        which, key = selection(database, of, days)
        done = write(database, out, format_, which, now(), None if sealed else key or field_key(database))
    _show_exported(done)


def import_(folder: Annotated[Path, typer.Argument(help="A folder that was exported, in any format.")]) -> None:
    """Bring an export back, into an empty history or beside what is there; what is there already stays as it is.

    Exit code 0: done; 1: not done, and nothing was changed.
    """
    from posture_coach.store.carried.import_export import bring_back, opened
    from posture_coach.store.history.database import Database, address
    from posture_coach.store.history.migrate import prepare

    with told_when_stopped("Nothing was imported."):
        source = opened(folder)
        with Database(address()) as database:
            prepare(database, now())
            done = bring_back(database, source, field_key(database, make=True) if source.tells_sealed else None)
    _show_imported(done)


def _show_exported(done: Exported) -> None:
    typer.echo(f"Exported to {done.folder}: {counts(done.rows) or 'no rows'}.")
    typer.echo("Its README.txt explains the files. Whoever gets them can read them: delete the folder in time.")
    if done.sealed:
        typer.echo("Names and diary are in it as they are sealed: an import cannot take them.")


def _show_imported(done: Imported) -> None:
    typer.echo(f"Imported: {counts(done.rows) or 'nothing'}.")
    if sum(done.known.values()):
        typer.echo(f"Was there already, and stays as it is: {counts(done.known)}.")
    if done.sealed:
        typer.echo(
            f"Left out: {done.sealed} names or diary entries, which were exported sealed or cannot be sealed here. "
            "Export them with their key at hand, and import them again."
        )
