"""Frozen dataclasses to TOML and back; every key is checked on its way in, and every fault names it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

_WORDS: dict[object, str] = {
    float: "a number", int: "a whole number", str: "a text", bool: "true or false", datetime: "a date and time"
}  # fmt: skip


class FaultError(ValueError):
    """A key has a wrong kind of value, is missing, or is unknown; the message names it."""

    def __init__(self, at: str, expected: str, got: object) -> None:
        super().__init__(f"{at or 'top level'}: expected {expected}, got {got}")


def plain(value: Any) -> Any:
    """Return what a TOML writer takes: dataclasses become tables without what is None or NaN."""
    if is_dataclass(value):
        pairs = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: plain(part) for name, part in pairs if part is not None and part == part}
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    return value.value if isinstance(value, StrEnum) else value


def built(kind: type[T], table: object, at: str = "") -> T:
    """Make a dataclass of a table.

    Parameters
    ----------
    at
        Where the table stands in its file, for the message.

    Raises
    ------
    FaultError
        See there.
    """
    if not isinstance(table, dict):
        raise FaultError(at, "a table", repr(table))
    hints, known = get_type_hints(kind), fields(kind)  # type: ignore[arg-type]
    for key in table.keys() - {field.name for field in known}:
        raise FaultError(_below(at, key), "a known key", "an unknown one")
    values = {}
    for field in known:
        if field.name in table:
            values[field.name] = _value(hints[field.name], table[field.name], _below(at, field.name))
        elif field.default is MISSING and field.default_factory is MISSING:
            raise FaultError(_below(at, field.name), "a value", "nothing: the key is missing")
    return kind(**values)


def _value(hint: Any, raw: object, at: str) -> Any:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        (arm,) = (arm for arm in get_args(hint) if arm is not NoneType)
        return _value(arm, raw, at)
    if origin is tuple:
        return tuple(_number(part, at) for part in _of(list, raw, at, "a list of numbers"))
    if origin is Mapping:
        table = _of(dict, raw, at, "a table of numbers")
        return {name: _finite(_number(part, _below(at, name)), _below(at, name)) for name, part in table.items()}
    if is_dataclass(hint):
        return built(hint, raw, at)  # type: ignore[arg-type]
    if issubclass(hint, StrEnum):
        return _member(hint, raw, at)
    return _number(raw, at) if hint is float else _of(hint, raw, at, _WORDS[hint])


def _member(kind: type[StrEnum], raw: object, at: str) -> StrEnum:
    try:
        return kind(str(raw))
    except ValueError:
        raise FaultError(at, f"one of {', '.join(kind)}", repr(raw)) from None


def _number(raw: object, at: str) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise FaultError(at, "a number", repr(raw))
    return float(raw)


def _finite(value: float, at: str) -> float:
    if not math.isfinite(value):
        raise FaultError(at, "a finite number", value)
    return value


def _of(kind: type[T], raw: object, at: str, words: str) -> T:
    if not isinstance(raw, kind) or (isinstance(raw, bool) and kind is not bool):
        raise FaultError(at, words, repr(raw))
    return raw


def _below(at: str, key: str) -> str:
    return f"{at}.{key}" if at else key
