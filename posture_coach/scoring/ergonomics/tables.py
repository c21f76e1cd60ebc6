"""The tables of the scales as data, checked line by line when they are read from `data/ergonomics.toml`."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from posture_coach.resources import data_file
from posture_coach.scoring.checked_toml import Fields, parsed

Ints = NDArray[np.intp]
RULA_SHAPES = ((6, 3, 8), (6, 6, 2), (8, 7))
REBA_SHAPES = ((3, 5, 4), (6, 2, 3), (12, 12))
NECK_FLEXION = "neck_flexion"
"""How far the neck is bent, from whichever measure tells it; see `parts.neck_flexion`."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an item: from which value to which it gives so many points.

    Parameters
    ----------
    low_in, high_in
        Whether the edge itself belongs to the row.
    ours
        Not a published row.
    """

    low: float
    high: float
    low_in: bool
    high_in: bool
    points: int
    ours: bool = False

    def meets(self, low: float, high: float) -> bool:
        """Tell whether any value from low to high lies in the row."""
        reaches = high > self.low or (self.low_in and high == self.low)
        begins = low < self.high or (self.high_in and low == self.high)
        return reaches and begins


Rows = tuple[Row, ...]


def row_of(rows: Rows, value: float) -> Row | None:
    """Return the row in which a value lies; None in a hole."""
    return next((row for row in rows if row.meets(value, value)), None)


@dataclass(frozen=True, slots=True)
class Level:
    """What a scale says of its scores from `low` to `high`."""

    low: int
    high: int
    level: int
    says: str


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """RULA or REBA.

    Parameters
    ----------
    tables
        A, B and C; counted from 0, so that score 1 stands in row 0.
    rows
        By item.
    load
        Rows in kilograms by how the load is handled.
    answers
        Points by key of the question and by answer, yes and no for true and false.
    """

    title: str
    provenance: str
    sources: tuple[str, ...]
    tables: tuple[Ints, Ints, Ints]
    levels: tuple[Level, ...]
    rows: Mapping[str, Rows]
    load: Mapping[str, Rows]
    answers: Mapping[str, Mapping[str, int]]

    def level(self, score: int) -> Level:
        """Return what is said of a score."""
        return next(level for level in self.levels if level.low <= score <= level.high)


@dataclass(frozen=True, slots=True)
class Limits:
    """Between which values one measure, or the left and right of one joint, meets an item of ROSA."""

    measures: tuple[str, ...]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RosaItem:
    """One item of ROSA that a camera can see."""

    id: str
    title: str
    limits: tuple[Limits, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Rosa:
    """What a camera can see of ROSA."""

    title: str
    provenance: str
    sources: tuple[str, ...]
    items: tuple[RosaItem, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked once; `choices` is empty for yes or no and for a number."""

    key: str
    ask: str
    default: bool | float | str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WindowRules:
    """How long a window is, how much of it one posture must fill, and what counts as static."""

    longest_s: float
    least_share: float
    static_within_deg: float
    static_s: float
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UsualNeck:
    """Neck against trunk of upright adults, and the half-width over people, in degrees."""

    usual_deg: float
    usual_err_deg: float
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ergonomics:
    """The whole file."""

    window: WindowRules
    neck: UsualNeck
    rula: Scale
    reba: Scale
    rosa: Rosa
    questions: tuple[Question, ...]


def shipped_ergonomics(known_measures: Collection[str], known_sources: Collection[str]) -> Ergonomics:
    """Read the tables that come with the program."""
    path = data_file("ergonomics.toml")
    return load_ergonomics(path.read_bytes(), known_measures, known_sources, file=path.name)


def load_ergonomics(
    text: str | bytes,
    known_measures: Collection[str],
    known_sources: Collection[str],
    *,
    file: str = "ergonomics.toml",
) -> Ergonomics:
    """Check the text of the tables and return them; raise `DataError` at the first fault."""
    keys = ("schema_version", "window", "neck", "rula", "reba", "rosa", "question")
    top = Fields(parsed(text, file), file, "top level", keys)
    questions = tuple(_question(row, n, file) for n, row in enumerate(top.items("question", "[[question]]"), 1))
    return Ergonomics(
        _window(top.all["window"], file, known_sources),
        _neck(top.all["neck"], file, known_sources),
        _scale(top.all["rula"], "rula", RULA_SHAPES, file, known_sources, questions),
        _scale(top.all["reba"], "reba", REBA_SHAPES, file, known_sources, questions),
        _rosa(top.all["rosa"], file, known_measures, known_sources),
        questions,
    )


def _window(table: object, file: str, known_sources: Collection[str]) -> WindowRules:
    numbers = ("longest_s", "least_share", "static_within_deg", "static_s")
    f = Fields(table, file, "window", (*numbers, "provenance", "sources"))
    f.word("provenance")
    longest_s, share, within_deg, static_s = (f.number(key, above=0.0) for key in numbers)
    return WindowRules(longest_s, share, within_deg, static_s, f.names("sources", known_sources, "source"))


def _neck(table: object, file: str, known_sources: Collection[str]) -> UsualNeck:
    f = Fields(table, file, "neck", ("usual_deg", "usual_err_deg", "provenance", "sources"))
    f.word("provenance")
    err = f.number("usual_err_deg", above=0.0)
    return UsualNeck(f.number("usual_deg"), err, f.names("sources", known_sources, "source"))


def _scale(
    table: object,
    name: str,
    shapes: tuple[tuple[int, ...], ...],
    file: str,
    known_sources: Collection[str],
    questions: tuple[Question, ...],
) -> Scale:
    grids = ("table_a", "table_b", "table_c")
    f = Fields(table, file, name, ("title", "provenance", "sources", *grids, "levels", "rows", "load", "answers"))
    a, b, c = (_grid(f, key, shape) for key, shape in zip(grids, shapes, strict=True))
    levels = tuple(_level(row, f"{name} level {n}", file) for n, row in enumerate(f.items("levels", "level"), 1))
    rows = {key: _rows(value, f"{name}.rows.{key}", file) for key, value in _table(f, "rows").items()}
    load = {key: _rows(value, f"{name}.load.{key}", file) for key, value in _table(f, "load").items()}
    legal = {question.key: question for question in questions}
    answers = {}
    for key, value in _table(f, "answers").items():
        question = legal[f.known("answers", key, legal, "question")]
        inner = Fields(value, file, f"{name}.answers.{key}", question.choices or ("yes", "no"))
        answers[key] = {word: _whole(inner, word) for word in inner.all}
    sources = f.names("sources", known_sources, "source")
    return Scale(f.text("title"), f.word("provenance"), sources, (a, b, c), levels, rows, load, answers)


def _table(f: Fields, key: str) -> dict[str, Any]:
    value = f.all[key]
    if not isinstance(value, dict) or not value:
        raise f.wrong(key, "a table", repr(value))
    return value


def _grid(f: Fields, key: str, shape: tuple[int, ...]) -> Ints:
    """Return a grid of whole numbers from 1 on."""
    wanted = "a grid of " + " x ".join(map(str, shape)) + " whole numbers above 0"
    try:
        found = np.array(f.items(key, "row"))
    except ValueError:  # rows of different length
        raise f.wrong(key, wanted, "rows of different length") from None
    if found.shape != shape or found.dtype.kind != "i" or found.min() < 1:
        raise f.wrong(key, wanted, f"{found.dtype} of shape {found.shape}")
    return found.astype(np.intp)


def _rows(value: object, where: str, file: str) -> Rows:
    if not isinstance(value, list) or not value:
        raise Fields({}, file, where, ()).wrong("rows", "a list of rows", repr(value))
    rows = tuple(_row(one, f"{where} row {n}", file) for n, one in enumerate(value, 1))
    for n, row in enumerate(rows):
        if any(row.meets(other.low, other.high) and other.meets(row.low, row.high) and _share(row, other)
               for other in rows[n + 1 :]):  # fmt: skip
            raise Fields({}, file, where, ()).wrong(f"row {n + 1}", "rows that do not overlap", value)
    return rows


def _share(row: Row, other: Row) -> bool:
    """Tell whether two rows have more in common than an edge that belongs to one of them alone."""
    low, high = max(row.low, other.low), min(row.high, other.high)
    return low < high or (low == high and row.meets(low, low) and other.meets(low, low))


def _row(value: object, where: str, file: str) -> Row:
    f = Fields(value, file, where, ("points",), ("from", "to", "above", "below", "ours"))
    if {"from", "above"} <= f.all.keys() or {"to", "below"} <= f.all.keys():
        raise f.wrong("from", "one lower and one upper edge at most", sorted(f.all))
    low = next((f.number(key) for key in ("from", "above") if key in f.all), -math.inf)
    high = next((f.number(key) for key in ("to", "below") if key in f.all), math.inf)
    if low >= high:
        raise f.wrong("from", "the lower edge first", f"{low:g}, {high:g}")
    return Row(low, high, "from" in f.all, "to" in f.all, _whole(f, "points"), "ours" in f.all and f.flag("ours"))


def _whole(f: Fields, key: str) -> int:
    """Return a whole number, which may be 0 or below."""
    value = f.number(key)
    if not value.is_integer():
        raise f.wrong(key, "a whole number", value)
    return int(value)


def _level(value: object, where: str, file: str) -> Level:
    f = Fields(value, file, where, ("from", "to", "level", "says"))
    return Level(_whole(f, "from"), _whole(f, "to"), _whole(f, "level"), f.text("says"))


def _rosa(table: object, file: str, known_measures: Collection[str], known_sources: Collection[str]) -> Rosa:
    f = Fields(table, file, "rosa", ("title", "provenance", "sources", "item"))
    known = (*known_measures, NECK_FLEXION)
    items = tuple(_rosa_item(row, n, file, known) for n, row in enumerate(f.items("item", "[[rosa.item]]"), 1))
    return Rosa(f.text("title"), f.word("provenance"), f.names("sources", known_sources, "source"), items)


def _rosa_item(value: object, n: int, file: str, known: Collection[str]) -> RosaItem:
    f = Fields(value, file, f"rosa item {n}", ("id", "title", "limits", "note"))
    limits = []
    for one in f.items("limits", "limit"):
        inner = Fields(one, file, f"{f.where} limits", ("measures",), ("from", "to"))
        low = inner.number("from") if "from" in inner.all else -math.inf
        high = inner.number("to") if "to" in inner.all else math.inf
        limits.append(Limits(inner.names("measures", known, "measure"), low, high))
    return RosaItem(f.text("id"), f.text("title"), tuple(limits), f.text("note"))


def _question(value: object, n: int, file: str) -> Question:
    f = Fields(value, file, f"question {n}", ("key", "ask", "default"), ("choices",))
    choices = tuple(f.items("choices", "answer")) if "choices" in f.all else ()
    default: bool | float | str
    if choices:
        default = f.word("default", choices)
    else:
        default = f.flag("default") if isinstance(f.all["default"], bool) else f.number("default")
    return Question(f.text("key"), f.text("ask"), default, choices)
