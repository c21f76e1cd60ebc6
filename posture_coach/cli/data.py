"""`posture-coach data`: where the history lies, whether it is sound, copies of it; with its other commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from posture_coach.cli.data_asked import YesOption, history, now, place, say_nothing, sure, told_when_stopped
from posture_coach.cli.data_delete import delete
from posture_coach.cli.data_export import export, import_
from posture_coach.cli.options import FAILED

data_app = typer.Typer(
    name="data",
    help="Your history: where it lies, whether it is sound; take it away, bring it back, delete it.",
    no_args_is_help=True,
)


@data_app.command()
def where() -> None:
    """Tell what is kept of you, where, for how long, and which copies and exports there are.

    Exit code 0; 1: the history or the settings cannot be read, with what to do.
    """
    from posture_coach.cli.data_shown import show_dropped, show_kept_for, show_overview
    from posture_coach.errors import StoreError
    from posture_coach.store.carried.overview import overview, retention_words
    from posture_coach.store.files.settings import settings

    found, problems = None, []
    address, path = place()
    try:
        with history() as database:
            found = overview(database) if database else None
    except StoreError as why:
        problems.append(str(why))
    show_overview(found, address, path, unreadable=bool(problems))
    show_dropped()
    try:
        show_kept_for(retention_words(settings()))
    except StoreError as why:
        problems.append(str(why))
    for problem in problems:
        typer.echo(f"posture-coach: {problem}", err=True)
    raise typer.Exit(FAILED if problems else 0)


@data_app.command()
def check(
    mend: Annotated[
        bool, typer.Option("--mend", help="Make all sums anew, and finish what a killed program left open.")
    ] = False,
) -> None:
    """Look whether the history is sound: its file, its form, its sums.

    Exit code 0: it is; 1: it is not, with what to do.
    """
    from posture_coach.cli.data_shown import show_finding, show_mended
    from posture_coach.store.carried import check as checking
    from posture_coach.store.history.migrate import prepare

    with told_when_stopped(), history() as database:
        if database is None:
            say_nothing()
            return
        if mend:
            prepare(database, now())
            show_mended(checking.mend(database, now()))
        sound = True
        for finding in checking.check(database, now()):
            show_finding(finding)
            sound = sound and finding.sound is not False
    raise typer.Exit(0 if sound else FAILED)


@data_app.command()
def backup(
    file: Annotated[
        Path | None, typer.Argument(help="The copy; without it a new one in the folder backups beside the history.")
    ] = None,
) -> None:
    """Copy the history, also while another posture-coach writes it. A copy holds everything, as the history does.

    Exit code 0: done; 1: not done, and no half copy is left.
    """
    from posture_coach.store.carried.copies import copy_to

    with told_when_stopped("No copy was made."), history() as database:
        if database is None:
            say_nothing()
            raise typer.Exit(FAILED)
        typer.echo(f"Copied to {copy_to(database, file, now())}")


@data_app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A copy; `posture-coach data where` lists those there are.")],
    yes: YesOption = False,
) -> None:
    """Put a copy in the history's place. The present one is moved aside, as a copy.

    Exit code 0: done; 1: not done, the present history still stands.
    """
    from posture_coach.store.carried import copies
    from posture_coach.store.history.cipher import is_encrypted
    from posture_coach.store.history.database import address

    path = copies.file_at(address())
    with told_when_stopped():
        copies.refuse_no_copy(path, file)
        if path.exists():
            question = f"Put {file} in the place of {path}? The present history is kept as a copy."
            sure(question, "Nothing was changed.", yes=yes)
        aside = copies.restore(path, file, now())
    typer.echo(f"{path} now holds what {file} does." + (f" What it held before: {aside}" if aside else ""))
    if is_encrypted(aside) and not is_encrypted(path):
        typer.echo("It is not encrypted any more: that copy was made before it was.")


data_app.command()(export)
data_app.command("import")(import_)
data_app.command()(delete)
