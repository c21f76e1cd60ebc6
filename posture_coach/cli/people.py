"""`posture-coach people`: whose history is kept on this machine, beside one's own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from posture_coach.cli.options import FAILED
from posture_coach.cli.secrets import history, history_there_is, now_s, opened, ready

people_app = typer.Typer(
    name="people",
    help="Those whose history is kept beside your own, by name, which is sealed.",
    no_args_is_help=True,
)

NameArgument = Annotated[str, typer.Argument(help="Short, such as: anna.")]


@people_app.command()
def add(name: NameArgument) -> None:
    """Begin a history of somebody who wants it: `posture-coach monitor --of NAME` then keeps it.

    Exit code 0; 2 where the name is none or taken, or the key of names cannot be opened.
    """
    from posture_coach.store.files.own_targets import person_name
    from posture_coach.store.sealed import people

    person_name(name)
    with history() as database:
        sealer = ready(database)
        with database.writing() as connection:
            person = people.add(connection, sealer, name, now_s())
    typer.echo(f"{person.name} was added. To keep what a camera sees: posture-coach monitor --of {person.name}")


@people_app.command("list")
def list_() -> None:
    """Print the number and name of everybody whose history is kept, and since when.

    Exit code 0; 1 where a name cannot be opened, which is then said.
    """
    from posture_coach.errors import StoreKeyError
    from posture_coach.store.sealed import people

    with history_there_is() as database:
        if database is None:
            return
        sealer = None
        try:
            sealer = opened(database)
        except StoreKeyError as why:
            typer.echo(f"posture-coach: {why}", err=True)
        with database.reading() as connection:
            listed = people.listed(connection, sealer)
    for person in listed:
        since = datetime.fromtimestamp(person.made_at).date()
        typer.echo(f"{person.id:>4}  {person.words}  since {since}{f'  ({person.problem})' if person.problem else ''}")
    raise typer.Exit(FAILED if any(person.problem for person in listed) else 0)


@people_app.command()
def rename(name: NameArgument, to: Annotated[str, typer.Argument(metavar="NEW", help="The new name.")]) -> None:
    """Give somebody another name; what is kept stays.

    Exit code 0; 2 where nobody has the name, or somebody has the new one.
    """
    from posture_coach.errors import DataError
    from posture_coach.store.sealed import people

    with history() as database:
        sealer = ready(database)
        with database.writing() as connection:
            found = people.find(connection, sealer, name)
            if found is None:
                raise DataError(f"Nobody is called {name!r}. `posture-coach people list` prints everybody.")
            person = people.rename(connection, sealer, found.id, to)
    typer.echo(f"{found.words} is called {person.name} now.")
