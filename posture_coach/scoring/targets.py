"""What the measures are held against: targets by activity, checked line by line when they are loaded.

The numbers stand in `data/targets.toml`, the works they come from in `data/sources.toml`. A user's own table
passes the same checks. Only `shipped_targets` and `shipped_sources` open files.
"""

from __future__ import annotations

import math
import sys
import tomllib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from itertools import pairwise
from typing import Any, TypeVar

from posture_coach.activity.types import Activity
from posture_coach.errors import DataError
from posture_coach.resources import data_file

SCHEMA_VERSION = 1
FULL_SCORE = 100.0
UNITS = ("deg", "ratio", "cm", "m", "px", "s", "hz", "spm", "m_s")
JUDGED = (Activity.SITTING, Activity.STANDING, Activity.WALKING)

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


class Plane(StrEnum):
    """From where a measure can be seen: side-on, face-on or from behind, or from anywhere."""

    SAGITTAL = "sagittal"
    FRONTAL = "frontal"
    ANY = "any"


class Closed(StrEnum):
    """Which edge belongs to a band: `LOW` is [low, high), `HIGH` is (low, high]."""

    LOW = "low"
    HIGH = "high"


class RelativeTo(StrEnum):
    """What is subtracted from a value before it is judged."""

    NONE = "none"
    OWN_UPRIGHT = "own_upright"


@dataclass(frozen=True, slots=True)
class Source:
    """A work that numbers come from; `doi`, `url` and `note` are empty where there is none."""

    id: str
    cite: str
    year: int
    where: str
    seen: str
    doi: str = ""
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """A target is judged only while `low <= measure <= high`, in the unit that ends the measure's name."""

    measure: str
    relative_to: RelativeTo
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Points:
    """Points out of 100 for each grade."""

    good: float
    caution: float
    poor: float
    provenance: str
    sources: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """One measure of one activity with its bands.

    Parameters
    ----------
    measures
        Public names: one, or left and right of the same joint.
    good, caution, poor
        Bands (low, high) in `unit`, ascending, not overlapping; `closed` says which edge belongs to them.
    magnitude
        The size of the signed value is judged.
    weight
        Share in the score.
    mdc
        Smallest change in `unit` to call a change.
    only_when
        A condition on another measure, or None.
    """

    id: str
    activity: Activity
    measures: tuple[str, ...]
    title: str
    view: Plane
    unit: str
    good: tuple[Band, ...]
    caution: tuple[Band, ...]
    poor: tuple[Band, ...]
    closed: Closed
    magnitude: bool
    relative_to: RelativeTo
    weight: float
    mdc: float
    mdc_from: str
    camera: str
    evidence: str
    provenance: str
    sources: tuple[str, ...]
    note: str = ""
    only_when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Targets:
    """All targets in the order of their file, and the points of the grades."""

    targets: tuple[Target, ...]
    points: Points

    def of(self, activity: Activity) -> tuple[Target, ...]:
        """Return the targets of one activity."""
        return tuple(target for target in self.targets if target.activity == activity)


def shipped_sources() -> dict[str, Source]:
    """Read the works that come with the program, by id."""
    path = data_file("sources.toml")
    return load_sources(path.read_bytes(), file=path.name)


def shipped_targets(known_measures: Collection[str]) -> Targets:
    """Read the targets that come with the program."""
    path = data_file("targets.toml")
    sources = shipped_sources()
    return load_targets(path.read_bytes(), known_measures=known_measures, known_sources=sources, file=path.name)


def load_sources(text: str | bytes, *, file: str = "sources.toml") -> dict[str, Source]:
    """Check the text of a table of sources and return them by id; raise `DataError` at the first fault."""
    top = _parsed(text, file)
    return {key: _source(key, value, file) for key, value in top.items() if key != "schema_version"}


def load_targets(
    text: str | bytes,
    *,
    known_measures: Collection[str],
    known_sources: Collection[str],
    file: str = "targets.toml",
) -> Targets:
    """Check the text of a table of targets (TOML; bytes are UTF-8).

    Raises
    ------
    DataError
        At the first fault, naming file, target and key, what was expected and what stands there.
    """
    top = _parsed(text, file)
    place = _Fields(top, file, "top level", ("schema_version", "points", "target"))
    points = _points(place.all["points"], file, known_sources)
    rows = place.items("target", "[[target]]")
    targets = tuple(_target(row, n, file, known_measures, known_sources) for n, row in enumerate(rows, 1))
    id_, count = Counter(target.id for target in targets).most_common(1)[0]
    if count > 1:
        raise _fault(file, f"target '{id_}'", "id", "an id that no other target has", f"{count} of them")
    return Targets(targets, points)


def _fault(file: str, where: str, key: str, expected: str, got: object) -> DataError:
    return DataError(f"{file}: {where}: {key}: expected {expected}, got {got}")


def _parsed(text: str | bytes, file: str) -> dict[str, Any]:
    try:
        top = tomllib.loads(text.decode() if isinstance(text, bytes) else text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{file} cannot be read as TOML: {error}") from error
    version = top.get("schema_version")
    if _number(version) != SCHEMA_VERSION:
        raise _fault(file, "top level", "schema_version", str(SCHEMA_VERSION), repr(version))
    return top


class _Fields:
    """One table of the file: knows its place, so that every fault can name it."""

    def __init__(
        self, table: object, file: str, where: str, required: Collection[str], optional: Collection[str] = ()
    ) -> None:
        self.file, self.where = file, where
        if not isinstance(table, dict):
            raise self.fault("table", "keys with values", repr(table))
        self.all: dict[str, Any] = table
        legal = (*required, *optional)
        for key in table:
            if key not in legal:
                raise self.fault(key, "a known key", f"an unknown one{_near(key, legal)}")
        for key in required:
            if key not in table:
                raise self.fault(key, "a value", "nothing: the key is missing")

    def fault(self, key: str, expected: str, got: object) -> DataError:
        return _fault(self.file, self.where, key, expected, got)

    def items(self, key: str, what: str) -> list[Any]:
        value = self.all[key]
        if not isinstance(value, list) or not value:
            raise self.fault(key, f"a list of at least one {what}", repr(value))
        return value

    def text(self, key: str, default: str | None = None) -> str:
        value = self.all.get(key, default)
        if not isinstance(value, str) or (not value.strip() and default is None):
            raise self.fault(key, "text", repr(value))
        return value

    def flag(self, key: str) -> bool:
        value = self.all[key]
        if not isinstance(value, bool):
            raise self.fault(key, "true or false", repr(value))
        return value

    def number(self, key: str, *, above: float = -math.inf) -> float:
        value = _number(self.all[key])
        if value is None or value <= above:
            wanted = "a number" if above == -math.inf else f"a number above {above:g}"
            raise self.fault(key, wanted, repr(self.all[key]))
        return value

    def word(self, key: str, legal: Collection[str] = ()) -> str:
        value, legal = self.all[key], legal or WORDS[key]
        if not isinstance(value, str) or value not in legal:
            raise self.fault(key, "one of " + ", ".join(legal), repr(value))
        return value

    def choice(self, key: str, kind: type[E]) -> E:
        return kind(self.word(key, [word.value for word in kind]))

    def names(self, key: str, known: Collection[str], what: str) -> tuple[str, ...]:
        value = self.items(key, what)
        for name in value:
            self.known(key, name, known, what)
        if len(set(value)) < len(value):
            raise self.fault(key, f"each {what} once", repr(value))
        return tuple(value)

    def known(self, key: str, name: object, known: Collection[str], what: str) -> str:
        if not isinstance(name, str) or name not in known:
            raise self.fault(key, f"a known {what}", f"{name!r}{_near(name, known)}")
        return name

    def bands(self, key: str) -> tuple[Band, ...]:
        bands = [self._band(key, band) for band in self.items(key, "[low, high]")]
        if bands != sorted(bands):
            raise self.fault(key, "bands in ascending order", bands)
        return tuple(bands)

    def _band(self, key: str, value: object) -> Band:
        pair = value if isinstance(value, list) else []
        edges = tuple(edge for edge in map(_number, pair) if edge is not None)
        match edges:
            case (low, high) if low < high and len(pair) == len(edges):
                return low, high
        raise self.fault(key, "[low, high], two numbers with low < high", repr(value))


def _near(word: object, legal: Collection[str]) -> str:
    """Suggest the legal word that was probably meant."""
    return "".join(f" (did you mean {near!r}?)" for near in get_close_matches(str(word), legal, n=1))


def _number(value: object) -> float | None:
    """Return a finite number, and None for anything else: true is not 1."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= sys.float_info.max else None


def _source(key: str, table: object, file: str) -> Source:
    more = ("doi", "url", "note")
    f = _Fields(table, file, f"source '{key}'", ("cite", "year", "where", "seen"), more)
    year = f.number("year")
    if not year.is_integer():
        raise f.fault("year", "a whole number", year)
    texts = {name: f.text(name, "") for name in more}
    return Source(key, f.text("cite"), int(year), f.text("where"), f.word("seen"), **texts)


def _points(table: object, file: str, known_sources: Collection[str]) -> Points:
    f = _Fields(table, file, "points", ("good", "caution", "poor", "provenance", "sources"), ("note",))
    good, caution, poor = f.number("good"), f.number("caution"), f.number("poor")
    if not FULL_SCORE >= good >= caution >= poor >= 0:
        falling = f"{FULL_SCORE:g} >= good >= caution >= poor >= 0"
        raise f.fault("good", falling, f"{good:g}, {caution:g}, {poor:g}")
    sources = f.names("sources", known_sources, "source")
    return Points(good, caution, poor, f.word("provenance"), sources, f.text("note", ""))


_OPTIONAL = ("note", "only_when")
_REQUIRED = tuple(name for name in Target.__dataclass_fields__ if name not in _OPTIONAL)


def _target(
    table: object, n: int, file: str, known_measures: Collection[str], known_sources: Collection[str]
) -> Target:
    named = table.get("id") if isinstance(table, dict) else None
    where = f"target '{named}'" if named else f"target number {n}"
    f = _Fields(table, file, where, _REQUIRED, _OPTIONAL)
    measures = f.names("measures", known_measures, "measure")
    return Target(
        id=f.text("id"),
        activity=Activity(f.word("activity", JUDGED)),
        measures=measures,
        title=f.text("title"),
        view=f.choice("view", Plane),
        unit=_unit(f, measures),
        closed=f.choice("closed", Closed),
        magnitude=f.flag("magnitude"),
        relative_to=f.choice("relative_to", RelativeTo),
        weight=f.number("weight", above=0.0),
        mdc=f.number("mdc", above=0.0),
        mdc_from=f.word("mdc_from"),
        camera=f.word("camera"),
        evidence=f.word("evidence"),
        provenance=f.word("provenance"),
        sources=f.names("sources", known_sources, "source"),
        note=f.text("note", ""),
        only_when=_condition(f, known_measures),
        **_bands(f),
    )


def _unit(f: _Fields, measures: tuple[str, ...]) -> str:
    """Check that the measures are one, or left and right of one joint, and that the unit ends their name."""
    if len({name.replace("_left_", "_right_") for name in measures}) > 1:
        raise f.fault("measures", "one measure, or left and right of the same", list(measures))
    unit = f.text("unit")
    endings = [known for known in UNITS if measures[0].endswith(f"_{known}")]
    if unit != max(endings, key=len, default=""):
        raise f.fault("unit", f"the unit that ends {measures[0]!r}", repr(unit))
    return unit


def _bands(f: _Fields) -> dict[str, Any]:
    """Read the bands of the three grades, which may touch but not overlap."""
    grades = {key: f.bands(key) for key in ("good", "caution", "poor")}
    rows = sorted((low, high, key) for key, bands in grades.items() for low, high in bands)
    for (low, high, key), (next_low, next_high, next_key) in pairwise(rows):
        if next_low < high:
            got = f"[{low:g}, {high:g}] in {key} and [{next_low:g}, {next_high:g}] in {next_key}"
            raise f.fault(next_key, "bands that do not overlap", got)
    if f.flag("magnitude") and rows[0][0] < 0:
        raise f.fault(rows[0][2], "bands from 0 up, since the magnitude is judged", f"{rows[0][0]:g}")
    return grades


def _condition(f: _Fields, known_measures: Collection[str]) -> Condition | None:
    if "only_when" not in f.all:
        return None
    c = _Fields(f.all["only_when"], f.file, f"{f.where}: only_when", Condition.__dataclass_fields__)
    low, high = c.number("low"), c.number("high")
    if low >= high:
        raise c.fault("low", "less than high", f"{low:g} and {high:g}")
    measure = c.known("measure", c.all["measure"], known_measures, "measure")
    return Condition(measure, c.choice("relative_to", RelativeTo), low, high)
