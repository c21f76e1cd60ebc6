"""What several commands are told with, and how they end."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from typing import TextIO

    from posture_coach.scoring.chair_norms import Sitter
    from posture_coach.scoring.ergonomics.types import Answers
    from posture_coach.scoring.targets import Targets

FAILED, UNUSABLE, SIGNALLED = 1, 2, 128
"""Exit codes; to the last one the signal's number is added: 130 for Ctrl-C, 143 for SIGTERM."""
FPS_AT_MOST = 1e6

ModelName = Literal["lite", "full", "heavy"]
ModelOption = Annotated[ModelName, typer.Option(help="Size of the pose network. Angles of different ones do not mix.")]


def _rate(fps: float | None) -> float | None:
    if fps is not None and not fps <= FPS_AT_MOST:
        raise typer.BadParameter(f"{fps:g} is not a number of pictures a second, as 10 is.")
    return fps


FpsOption = Annotated[
    float | None, typer.Option(min=0.1, callback=_rate, help="Look at no more than so many pictures a second.")
]
SourceOption = Annotated[
    str, typer.Option(help="Camera number or device, stream address, or a file played as a camera.")
]
MirrorOption = Annotated[bool, typer.Option("--mirror", help="Swap left and right, for a mirrored recording.")]
RotateOption = Annotated[int, typer.Option(help="Turn the pictures clockwise: 0, 90, 180 or 270 degrees.")]
PersonOption = Annotated[
    str,
    typer.Option(
        metavar="largest|centre|N",
        help="Whom to measure where several people are in view: the largest of the first seconds, the one nearest to "
        "the middle, or the N-th from the left, from 1, when that many are first seen at once.",
    ),
]


def _height(height_cm: float | None) -> float | None:
    if height_cm is None:
        return None
    from posture_coach.activity.gait_types import HEIGHT_CM

    low, high = HEIGHT_CM
    if not low <= height_cm <= high:
        raise typer.BadParameter(f"{height_cm:g} is not a person's height from {low:g} to {high:g} cm, as 172 is.")
    return height_cm


HeightOption = Annotated[
    float | None,
    typer.Option(callback=_height, metavar="CM", help="The person's height: gives walking its speed and step length."),
]
PlaceOption = Annotated[
    str | None,
    typer.Option(help="Place whose own upright to hold against; a live camera's is recognised where none is named."),
]


TargetsOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Own targets to hold against, laid over the shipped ones; see targets check."),
]


def targets_from(file: Path | None) -> Targets | None:
    """Return the targets of a file; None where none was named."""
    if file is None:
        return None
    from posture_coach.store.files.own_targets import from_file

    return from_file(file)


def own_targets_of_me() -> Targets:
    """Return the user's own targets, as the live page does; of a damaged file it says so, and the shipped ones hold."""
    from posture_coach.store.files.own_targets import OwnTargets

    held = OwnTargets().held()
    if held.problem:
        typer.echo(f"posture-coach: {held.problem}", err=True)
    return held.targets


def own_targets_of(person: str) -> Targets | None:
    """Return a person's own targets; None where there are none, so that the shipped ones hold.

    Raises
    ------
    DataError
        It is no name, or the file is damaged.
    """
    from posture_coach.store.files.own_targets import OwnTargets

    targets = OwnTargets().get(person)
    return targets if targets.own else None


def _answers_example(asked: bool) -> None:
    if asked:
        from posture_coach.batch.ergonomics import answers_example

        typer.echo(answers_example(), nl=False)
        raise typer.Exit


ErgonomicsOption = Annotated[
    bool, typer.Option("--ergonomics", help="Add RULA, REBA and what a camera sees of ROSA, for the clinician.")
]
AnswersOption = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="What the camera cannot see, for --ergonomics: load, wrists, support."),
]
AnswersExampleOption = Annotated[
    bool,
    typer.Option(
        "--answers-example", callback=_answers_example, is_eager=True, help="Print a file of answers and leave."
    ),
]


AGES = (16, 110)
"""Of who is tested; the norms hold from 60 to 94."""

ChairStandOption = Annotated[
    str | None,
    typer.Option(
        "--chair-stand",
        metavar="WHO",
        help="Count the stands from a chair in 30 s, against the norms of a woman or man of some age, as woman-66.",
    ),
]


def sitter_from(who: str | None) -> Sitter | None:
    """Return whose stands from a chair are counted, by what was typed."""
    from posture_coach.scoring.chair_norms import Sex, Sitter

    if who is None:
        return None
    sex, _, age = who.partition("-")
    if sex not in list(Sex) or not age.isascii() or not age.isdigit() or not AGES[0] <= int(age) <= AGES[1]:
        raise typer.BadParameter(
            f"{who!r} is not woman or man with an age from {AGES[0]} to {AGES[1]}, as woman-66 is.",
            param_hint="--chair-stand",
        )
    return Sitter(Sex(sex), int(age))


def ergonomics_answers(ergonomics: bool, answers: str | None) -> Answers | None:
    """Return what was answered for the ergonomic scales; None where they were not asked for."""
    from posture_coach.batch.ergonomics import answers_from

    if answers is not None and not ergonomics:
        raise typer.BadParameter("Answers are for the ergonomic scales: add --ergonomics.", param_hint="--answers")
    return answers_from(answers) if ergonomics else None


def check_rotation(rotate: int) -> None:
    """Refuse a turn that is no quarter of one."""
    from posture_coach.pose.sources import TURNS_DEG

    if rotate not in TURNS_DEG:
        raise typer.BadParameter(f"{rotate} is not one of {', '.join(map(str, TURNS_DEG))}.", param_hint="--rotate")


def mute(stream: TextIO) -> None:
    """Let what is still in a stream that cannot be written, and what comes, vanish instead of ending the program."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


KeepOption = Annotated[
    bool | None,
    typer.Option(
        "--keep/--no-keep",
        help="Keep the numbers of each second in your history, no picture. Default: of a camera as you have settled "
        "it, of a played file not.",
    ),
]
