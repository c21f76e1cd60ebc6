"""`posture-coach data delete`: everything, a person, or days, for good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from posture_coach.cli.data_asked import (
    Days,
    FromOption,
    OneOption,
    ToOption,
    YesOption,
    agreed,
    days_typed,
    history,
    now,
    place,
    say_nothing,
    selection,
    sure,
    told_when_stopped,
)  # fmt: skip
from posture_coach.cli.data_shown import counts, many, told
from posture_coach.cli.secrets import somebody_types
from posture_coach.errors import StoreBusyError, StoreError

if TYPE_CHECKING:
    from posture_coach.store.carried.elsewhere import Elsewhere
    from posture_coach.store.carried.erase import Erased
    from posture_coach.store.carried.selection import Selection
    from posture_coach.store.history.database import Database

SERVER = (
    "On a server its own logs and backups may still hold what was deleted: docs/data.md says what to ask whoever runs "
    "it for."
)
WRITING = (
    "Another posture-coach keeps the history at this moment: what it has seen in the last seconds, and what it sees "
    "from now on, is kept. Close it and delete once more, or set keep = false in settings.toml."
)
QUESTION, UNCHANGED = "Delete it for good?", "Nothing was deleted."


def delete(
    all_: Annotated[bool, typer.Option("--all", help="Everything that the history holds.")] = False,
    of: OneOption = None,
    from_: FromOption = None,
    to: ToOption = None,
    files: Annotated[
        bool | None,
        typer.Option(
            "--files/--no-files", help="With --all: places, targets, settings, dropped files too; else it asks."
        ),
    ] = None,
    yes: YesOption = False,
) -> None:
    """Delete for good: everything, a person, or days; in the copies beside the history too.

    Exit code 0: done; 1: not done, or not to the end, with what to do; 2: unusable arguments.
    """
    days = days_typed(from_, to)
    _check_named(all_, of, days, files)
    with told_when_stopped("It may be deleted in part: delete the same once more."):
        try:
            with history() as database:
                if database is None:
                    say_nothing()
                else:
                    _delete(database, of, days, yes=yes)
        except StoreBusyError:
            raise
        except StoreError as why:
            if not all_:
                raise
            _delete_unread(why, yes=yes)
        if all_:
            _delete_files(files, yes=yes)


def _check_named(all_: bool, of: str | None, days: Days, files: bool | None) -> None:
    part = of is not None or any(days)
    if all_ == part:
        named = "either everything, or a part" if all_ else "--all, --of NAME, or days by --from DATE and --to DATE"
        raise typer.BadParameter(f"Say what to delete: {named}.")
    if files is not None and not all_:
        raise typer.BadParameter("Places, own targets and settings are deleted with --all only.", param_hint="--files")


def _delete(database: Database, of: str | None, days: Days, *, yes: bool) -> None:
    from posture_coach.store.carried.elsewhere import noted
    from posture_coach.store.carried.erase import counted, erase, forget_keys
    from posture_coach.store.history.migrate import prepare

    prepare(database, now())
    which, _ = selection(database, of, days)
    with database.reading() as connection:
        elsewhere = noted(connection)
    _say_what_goes(counted(database, which), which, database.path)
    sure(QUESTION, UNCHANGED, yes=yes)
    sealed = forget_keys(database) if which.is_all else {}
    done = erase(database, which)
    _show_erased(done, Counter(done.rows) + Counter(sealed), elsewhere, database.path)


def _delete_unread(why: StoreError, *, yes: bool) -> None:
    """Delete a history that cannot be read, where all of it is to go."""
    from posture_coach.store.carried.erase import erase_unread

    _, path = place()
    if path is None or not path.exists():
        raise why
    typer.echo(f"posture-coach: {why}", err=True)
    typer.echo(f"{path} cannot be read. It can be deleted as it is, with the copies beside it.")
    sure(QUESTION, UNCHANGED, yes=yes)
    done = erase_unread(path)
    typer.echo(f"Deleted: {_list(done.removed)}. What was exported from it is not known: look for it yourself.")


def _delete_files(files: bool | None, *, yes: bool) -> None:
    """Delete places, own targets, settings and what is left of dropped files, where that is wanted too."""
    from posture_coach.dashboard.analyze.store import default_root, runs, sweep
    from posture_coach.store.files.own_files import erase_own_files, own_files

    mine, dropped = own_files(), runs(default_root())
    if not mine and not dropped:
        return
    if files is None and not yes and somebody_types():
        typer.echo("\n".join(["There is more of yours on this machine:", *(f"  {path}" for path in mine + dropped)]))
        files = agreed("Delete these too?")
    if not files:
        stay = many(len(mine), "file") if mine else "none"
        typer.echo(f"Places, own targets, settings ({stay}) and dropped files stay. Delete with --all --files.")
        return
    mine, (gone, stuck) = erase_own_files(), sweep(default_root())
    if mine or gone:
        typer.echo(f"Deleted: {_list(mine + gone)}.")
    if set(runs(default_root())) - set(stuck):
        typer.echo("A dashboard that runs holds what was dropped on Analyze: discard it there, or end the dashboard.")
    if stuck:
        raise StoreError(f"What was dropped on Analyze cannot be deleted: {_list(stuck)}. Delete it yourself.")


# What is said ------------------------------------------------------------------------------------------------------


def _say_what_goes(rows: Mapping[str, int], which: Selection, path: Path | None) -> None:
    from posture_coach.store.carried.copies import copies

    typer.echo(f"This deletes, of {which.words}: {counts(rows) or 'nothing that is kept here'}.")
    beside = len(copies(path))
    if beside:
        fate = "They go whole" if which.is_all else "The same goes in them; one that cannot be opened goes whole"
        typer.echo(f"Copies beside the history: {beside}. {fate}.")
    if which.is_all:
        typer.echo("An empty history stays, so that a posture-coach that runs can go on.")
    else:
        typer.echo("Places, own targets and settings stay.")


def _show_erased(
    done: Erased, rows: Mapping[str, int], elsewhere: Sequence[Elsewhere], path: Path | None
) -> None:  # fmt: skip
    from posture_coach.store.history.claim import is_claimed

    typer.echo(f"Deleted: {counts(rows) or 'nothing'}.")
    if done.cleaned:
        typer.echo(f"The same was deleted in: {_list(done.cleaned)}.")
    if done.removed:
        typer.echo(f"Copies deleted whole: {_list(done.removed)}.")
    if path is None:
        typer.echo(" ".join(filter(None, (done.left, SERVER))))
    elif is_claimed(path):
        typer.echo(WRITING)
    there = [one for one in elsewhere if one.there]
    if there:
        typer.echo("These were written elsewhere and may hold it too. Delete them yourself:")
        for one in there:
            typer.echo(f"  {told(one)}")


def _list(paths: Sequence[Path]) -> str:
    return ", ".join(map(str, paths))
