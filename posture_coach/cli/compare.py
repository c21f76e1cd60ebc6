"""`posture-coach compare`: two recordings of one person held against each other."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from posture_coach.cli.options import mute

if TYPE_CHECKING:
    from collections.abc import Sequence

    from posture_coach.batch.compare import Recording, Row


def compare(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="NAME.summary.json, or a folder with one.")],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="The same of the later recording.")],
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write it as a CSV file too.")] = None,
) -> None:
    """Tell what has changed between two analysed recordings of one person, and what may be chance.

    Exit code 0: both could be read; 1: the CSV file could not be written; 2: unusable arguments.
    """
    from posture_coach.batch.compare import held, read, write_csv
    from posture_coach.measures.accuracy import shipped_accuracy

    paths = [_summary(typed, hint) for typed, hint in ((before, "BEFORE"), (after, "AFTER"))]
    if csv is not None:
        _check_csv(csv, paths)
    one, other = (read(path) for path in paths)
    rows = held(one, other, shipped_accuracy())
    if csv is not None:
        write_csv(rows, csv)
    _show(one, other, rows)


def _summary(typed: str, hint: str) -> Path:
    from posture_coach.batch.compare import summary_at

    if not typed:
        raise typer.BadParameter("A summary without a name: is a variable empty?", param_hint=hint)
    return summary_at(Path(typed))


def _check_csv(csv: Path, summaries: Sequence[Path]) -> None:
    """Refuse a file that can only be a slip."""
    try:
        fits = csv.parent.is_dir() and not csv.is_dir()
    except OSError:  # too long a name, not permitted
        fits = False
    if not fits:
        raise typer.BadParameter(f"{csv} is not the name of a file in a folder that exists.", param_hint="--csv")
    if csv.resolve() in [summary.resolve() for summary in summaries]:
        raise typer.BadParameter(f"{csv} is one of the summaries: it would be lost.", param_hint="--csv")


def _show(before: Recording, after: Recording, rows: Sequence[Row]) -> None:
    """Print the comparison, as far as somebody reads it."""
    from rich.console import Console

    from posture_coach.batch import compare_terminal

    try:
        compare_terminal.show(before, after, rows, Console(highlight=False))
        typer.echo(nl=False)  # out with all of it, here where it may fail
    except (OSError, SystemExit):  # the second is what rich makes of a reader that has gone
        mute(sys.stdout)
