"""The ergonomic scales in the summary of one input: RULA, REBA and the camera's part of ROSA, for the clinician."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from posture_coach.activity.types import Activity
from posture_coach.errors import DataError
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.definitions import NAMES
from posture_coach.scoring.assess import Assessment, declared_bias
from posture_coach.scoring.ergonomics.answers import example, read_answers, unanswered
from posture_coach.scoring.ergonomics.reba import reba
from posture_coach.scoring.ergonomics.rosa import Observed, rosa_items
from posture_coach.scoring.ergonomics.rula import rula
from posture_coach.scoring.ergonomics.tables import Ergonomics, shipped_ergonomics
from posture_coach.scoring.ergonomics.types import Answers, Posture, Refused, Result
from posture_coach.scoring.ergonomics.windows import postures
from posture_coach.scoring.targets import shipped_sources

NOTE = (
    "For the clinician or the occupational health service alone. These scales were made for trained observers who "
    "screen tasks. They say where to look further; they diagnose nothing and say nothing of harm."
)
MARK = "For the clinician: "
DIGITS = 4


def tables() -> Ergonomics:
    """Return the tables that come with the program."""
    return shipped_ergonomics(NAMES, shipped_sources())


def answers_from(typed: str | None) -> Answers:
    """Read the answers from a file; without one, nobody was asked.

    Raises
    ------
    DataError
        The file cannot be read, or a line of it is wrong.
    """
    questions = tables().questions
    if typed is None:
        return unanswered(questions)
    try:
        with open(typed, "rb") as file:  # noqa: PTH123 - a path would make one slash of an address's two
            text = file.read()
    except (OSError, ValueError) as why:
        reason = getattr(why, "strerror", None) or why
        raise DataError(
            f"The answers in {typed} cannot be read: {reason}. `analyze --answers-example` prints a file to begin with."
        ) from why
    return read_answers(text, questions, file=typed)


def answers_example() -> str:
    """Return a file of answers to fill in."""
    return example(tables().questions)


def ergonomics(result: Assessment, answers: Answers) -> dict[str, Any]:
    """Return what stands under `ergonomics` in the summary: the scales for each window, and what they rest on."""
    known, poses = tables(), result.poses
    bias = declared_bias(shipped_accuracy(), result.measures.view, poses.mode, poses.model)
    found = postures(result.measures, result.activity, poses.time_s, bias, known.window)
    given = asdict(answers)
    return {
        "note": NOTE,
        "answers": {key: given[key] for key in sorted(answers.asked)},
        "windows": [_window(posture, answers, known) for posture in found],
    }


def _window(posture: Posture, answers: Answers, known: Ergonomics) -> dict[str, Any]:
    seated = posture.activity is Activity.SITTING  # it is a scale of chairs and screens
    return {
        "start_s": round(posture.start_s, DIGITS),
        "end_s": round(posture.end_s, DIGITS),
        "activity": posture.activity.value,
        "pictures": posture.pictures,
        "held_s": round(posture.held_s, DIGITS),
        "rula": _scale(rula(posture, answers, known)),
        "reba": _scale(reba(posture, answers, known)),
        "rosa": [_item(item) for item in rosa_items(posture, known)] if seated else [],
    }


def _item(found: Observed) -> dict[str, Any]:
    return asdict(found) | {"seen": list(found.seen)}


def _scale(found: Result | Refused) -> dict[str, Any]:
    if isinstance(found, Refused):
        return {"score": None, "words": f"{MARK}no {found.scale}. {found.reason}"}
    return {
        "score": found.score,
        "range": [found.low, found.high],
        "range_with_the_unknown": [found.least, found.most],
        "level": found.level,
        "words": _words(found),
        "side": found.side,
        "steps": [asdict(step) for step in found.steps],
        "parts": [asdict(part) for part in found.parts],
        "assumed": list(found.assumed),
        "not_measured": list(found.not_measured),
    }


def _words(found: Result) -> str:
    """Say score, ranges and level in one sentence."""
    return (
        f"{MARK}{found.scale} {found.score}, {_between(found.low, found.high)} within the camera's error, "
        f"{_between(found.least, found.most)} over what was neither seen nor answered too; level {found.level}: "
        f"{found.says}."
    )


def _between(low: int, high: int) -> str:
    return f"{low}" if low == high else f"{low} to {high}"
