"""What is asked once, since a camera cannot see it: a small file with a line for each answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from posture_coach.scoring.checked_toml import SCHEMA_VERSION, Fields, parsed
from posture_coach.scoring.ergonomics.tables import Question
from posture_coach.scoring.ergonomics.types import Answers

HEAD = """# What the camera cannot see, for RULA and REBA. For the clinician: change what is different here.
# A line that is left out or begins with # counts as not asked; its value below is then assumed, and the result says so.
"""


def unanswered(questions: Sequence[Question]) -> Answers:
    """Return the defaults."""
    return Answers(**_defaults(questions))


def read_answers(text: str | bytes, questions: Sequence[Question], *, file: str) -> Answers:
    """Check the text of a file of answers.

    Raises
    ------
    DataError
        At the first fault, naming file and key, what was expected and what stands there.
    """
    keys = [question.key for question in questions]
    f = Fields(parsed(text, file), file, "answers", (), ("schema_version", *keys))
    given = {question.key: _answer(f, question) for question in questions if question.key in f.all}
    return Answers(**(_defaults(questions) | given), asked=frozenset(given))


def example(questions: Sequence[Question]) -> str:
    """Return a file of answers to fill in: every question, and its default behind a #."""
    lines = [HEAD, f"schema_version = {SCHEMA_VERSION}", ""]
    for question in questions:
        lines.append(f"# {question.ask}")
        if question.choices:
            lines.append(f"# One of: {', '.join(question.choices)}")
        lines += [f"# {question.key} = {_written(question.default)}", ""]
    return "\n".join(lines)


def _defaults(questions: Sequence[Question]) -> dict[str, Any]:
    return {question.key: question.default for question in questions}


def _answer(f: Fields, question: Question) -> bool | float | str:
    if question.choices:
        return f.word(question.key, question.choices)
    if isinstance(question.default, bool):
        return f.flag(question.key)
    value = f.number(question.key)
    if value < 0:
        raise f.wrong(question.key, "a number, 0 or more", value)
    return value


def _written(value: bool | float | str) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return str(value).lower() if isinstance(value, bool) else f"{value:g}"
