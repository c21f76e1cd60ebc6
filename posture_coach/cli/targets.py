"""`posture-coach targets`: what somebody is held against, and whether a file of own targets is right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from posture_coach.cli.options import UNUSABLE

if TYPE_CHECKING:
    from rich.table import Table

    from posture_coach.scoring.targets import Own, Target, Targets

MINUTE_S = 60.0

OfOption = Annotated[str, typer.Option("--of", metavar="NAME", help="Whose; me where nobody is named.")]

targets_app = typer.Typer(
    name="targets",
    help="Own targets: what they are, where they lie, and whether a file of them is right.",
    no_args_is_help=True,
)


@targets_app.command()
def check(file: Annotated[Path, typer.Argument(help="A file of own targets.")]) -> None:
    """Look whether a file of own targets is right, and say what it changes.

    Exit code 0: it is; 2: it is not, with file, key and reason.
    """
    from posture_coach.store.files.own_targets import Held, from_file

    targets = from_file(file)
    typer.echo(f"{file} is right. {Held('me', targets).words or 'It changes nothing'}.")
    _tell(targets)


@targets_app.command()
def show(
    of: OfOption = "me",
    all_: Annotated[bool, typer.Option("--all", help="The shipped ones too.")] = False,
) -> None:
    """Show what a person is held against: own targets beside the shipped ones.

    Exit code 0; 2 where the file is damaged: the shipped targets are then used.
    """
    from posture_coach.store.files.own_targets import OwnTargets

    held = OwnTargets().held(of)
    if held.problem:
        typer.echo(f"posture-coach: {held.problem}", err=True)
    else:
        typer.echo(f"{held.words or f'No own targets of {held.person}: the shipped ones hold'}.")
    _tell(held.targets, everything=all_)
    raise typer.Exit(UNUSABLE if held.problem else 0)


@targets_app.command()
def where(of: OfOption = "me") -> None:
    """Print where a person's own targets lie, whether there are any or not."""
    from posture_coach.store.files.own_targets import OwnTargets

    typer.echo(OwnTargets().path(of))


def _tell(targets: Targets, *, everything: bool = False) -> None:
    """Print a table of what differs, or of all."""
    from rich.console import Console

    if targets.own or everything:
        Console(highlight=False).print(_table(targets, everything=everything))


def _table(targets: Targets, *, everything: bool) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("target", "good", "caution", "weight", "whose"):
        table.add_column(head, overflow="fold")
    by_id = {target.id: target for target in targets.targets}
    for own in targets.own:
        if own.used:
            table.add_row(*map(Text, (own.id, *_numbers(by_id[own.id]), own.words)))
        if own.shipped is not None:
            whose = f"switched off, {own.words}" if not own.used else "shipped"
            name = own.id if not own.used else ""
            table.add_row(*map(Text, (name, *_numbers(own.shipped), whose)), style="dim")
        _more(table, own, by_id.get(own.id))
    for target in targets.targets if everything else ():
        if target.own is None:
            table.add_row(*map(Text, (target.id, *_numbers(target), "shipped")))
    return table


def _more(table: Table, own: Own, now: Target | None) -> None:
    """Add why it was set, and how long it may be held where that was changed."""
    from rich.text import Text

    told = [own.reason] if own.reason else []
    if now is not None and "holding" in own.changed:
        points = now.holding.points if now.holding else ()
        held = ", ".join(f"{seconds / MINUTE_S:g} min at {value:g}" for value, seconds in points)
        told.append(f"held at most {held}" if held else "held for as long as one likes")
    for words in told:
        table.add_row("", "", "", "", Text(words), style="dim")


def _numbers(target: Target) -> tuple[str, str, str]:
    from posture_coach.measures.definitions import UNIT_SIGN

    sign = UNIT_SIGN.get(target.unit, f" {target.unit}")
    size = "± " if target.magnitude else ""
    told = (
        size + ", ".join(f"{low:g} to {high:g}{sign}" for low, high in bands) for bands in (target.good, target.caution)
    )
    good, caution = told
    return good, caution, f"{target.weight:g}"
