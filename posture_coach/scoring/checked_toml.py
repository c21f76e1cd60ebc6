"""Reads the data tables line by line.

Every fault is a `DataError` that names file, table and key, what was expected and what stands there.
"""

from __future__ import annotations

import math
import sys
import tomllib
from collections.abc import Collection
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from posture_coach.errors import DataError

SCHEMA_VERSION = 1

# Words that only describe; the heads of the two data files say what they mean.
WORDS = {
    "mdc_from": ("published", "camera_estimate"),
    "camera": ("high", "medium", "low"),
    "evidence": ("A", "B", "C", "D"),
    "provenance": ("seen", "secondary", "memory", "engineering"),
    "seen": ("abstract", "secondary", "code", "memory", "own"),
}

Band = tuple[float, float]
E = TypeVar("E", bound=StrEnum)


def fault(file: str, where: str, key: str, expected: str, got: object) -> DataError:
    """Return the error to raise."""
    return DataError(f"{file}: {where}: {key}: expected {expected}, got {got}")


def parsed(text: str | bytes, file: str) -> dict[str, Any]:
    """Read TOML of the known schema version."""
    try:
        top = tomllib.loads(text.decode() if isinstance(text, bytes) else text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{file} cannot be read as TOML: {error}") from error
    version = top.get("schema_version")
    if _number(version) != SCHEMA_VERSION:
        raise fault(file, "top level", "schema_version", str(SCHEMA_VERSION), repr(version))
    return top


class Fields:
    """One table of the file: knows its place, so that every fault can name it."""

    def __init__(
        self, table: object, file: str, where: str, required: Collection[str], optional: Collection[str] = ()
    ) -> None:
        self.file, self.where = file, where
        if not isinstance(table, dict):
            raise self.wrong("table", "keys with values", repr(table))
        self.all: dict[str, Any] = table
        legal = (*required, *optional)
        for key in table:
            if key not in legal:
                raise self.wrong(key, "a known key", f"an unknown one{_near(key, legal)}")
        for key in required:
            if key not in table:
                raise self.wrong(key, "a value", "nothing: the key is missing")

    def wrong(self, key: str, expected: str, got: object) -> DataError:
        """Return the error to raise for one key of this table."""
        return fault(self.file, self.where, key, expected, got)

    def items(self, key: str, what: str) -> list[Any]:
        """Return a list with something in it."""
        value = self.all[key]
        if not isinstance(value, list) or not value:
            raise self.wrong(key, f"a list of at least one {what}", repr(value))
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; an empty one only where it is the default."""
        value = self.all.get(key, default)
        if not isinstance(value, str) or (not value.strip() and default is None):
            raise self.wrong(key, "text", repr(value))
        return value

    def flag(self, key: str) -> bool:
        """Return true or false."""
        value = self.all[key]
        if not isinstance(value, bool):
            raise self.wrong(key, "true or false", repr(value))
        return value

    def number(self, key: str, *, above: float = -math.inf) -> float:
        """Return a finite number."""
        value = _number(self.all[key])
        if value is None or value <= above:
            wanted = "a number" if above == -math.inf else f"a number above {above:g}"
            raise self.wrong(key, wanted, repr(self.all[key]))
        return value

    def whole(self, key: str) -> int:
        """Return a whole number above 0."""
        value = self.number(key, above=0.0)
        if not value.is_integer():
            raise self.wrong(key, "a whole number", value)
        return int(value)

    def word(self, key: str, legal: Collection[str] = ()) -> str:
        """Return one of the legal words."""
        value, legal = self.all[key], legal or WORDS[key]
        if not isinstance(value, str) or value not in legal:
            raise self.wrong(key, "one of " + ", ".join(legal), repr(value))
        return value

    def choice(self, key: str, kind: type[E]) -> E:
        """Return a member of an enumeration."""
        return kind(self.word(key, [word.value for word in kind]))

    def names(self, key: str, known: Collection[str], what: str) -> tuple[str, ...]:
        """Return known names, each once."""
        value = self.items(key, what)
        for name in value:
            self.known(key, name, known, what)
        if len(set(value)) < len(value):
            raise self.wrong(key, f"each {what} once", repr(value))
        return tuple(value)

    def known(self, key: str, name: object, known: Collection[str], what: str) -> str:
        """Return a name that must be known."""
        if not isinstance(name, str) or name not in known:
            raise self.wrong(key, f"a known {what}", f"{name!r}{_near(name, known)}")
        return name

    def bands(self, key: str) -> tuple[Band, ...]:
        """Return bands in ascending order."""
        bands = [self._band(key, band) for band in self.items(key, "[low, high]")]
        if bands != sorted(bands):
            raise self.wrong(key, "bands in ascending order", bands)
        return tuple(bands)

    def pairs(self, key: str) -> tuple[tuple[float, float], ...]:
        """Return pairs of numbers."""
        pairs = []
        for value in self.items(key, "[number, number]"):
            match [_number(part) for part in value] if isinstance(value, list) else []:
                case [float(first), float(second)]:
                    pairs.append((first, second))
                case _:
                    raise self.wrong(key, "[number, number] pairs", repr(value))
        return tuple(pairs)

    def _band(self, key: str, value: object) -> Band:
        pair = value if isinstance(value, list) else []
        edges = tuple(edge for edge in map(_number, pair) if edge is not None)
        match edges:
            case (low, high) if low < high and len(pair) == len(edges):
                return low, high
        raise self.wrong(key, "[low, high], two numbers with low < high", repr(value))


def _near(word: object, legal: Collection[str]) -> str:
    """Suggest the legal word that was probably meant."""
    return "".join(f" (did you mean {near!r}?)" for near in get_close_matches(str(word), legal, n=1))


def _number(value: object) -> float | None:
    """Return a finite number, and None for anything else: true is not 1."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= sys.float_info.max else None
