"""What the measures are held against: targets by activity, checked line by line when they are loaded.

The numbers stand in `data/targets.toml`, the works they come from in `data/sources.toml`. What a person has changed
of them is laid over by `own.py` and passes the same checks. Only `shipped_targets` and `shipped_sources` open files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

import numpy as np

from posture_coach.activity.types import Activity
from posture_coach.resources import data_file
from posture_coach.scoring.checked_toml import Band, Fields, fault, parsed

FULL_SCORE = 100.0
UNITS = ("deg", "ratio", "cm", "m", "px", "s", "hz", "spm", "m_s")
JUDGED = (Activity.SITTING, Activity.STANDING, Activity.WALKING)


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
class Limit:
    """How long a posture may be held, falling in a straight line between points.

    Parameters
    ----------
    points
        (value, seconds), values ascending.
    """

    points: tuple[tuple[float, float], ...]
    provenance: str
    sources: tuple[str, ...]

    @property
    def from_value(self) -> float:
        """The value from which on there is a limit."""
        return self.points[0][0]

    def seconds(self, value: float) -> float:
        """Return the limit at one value; beyond the last point that of the last."""
        values, seconds = zip(*self.points, strict=True)
        return float(np.interp(value, values, seconds))


@dataclass(frozen=True, slots=True)
class Points:
    """Points out of 100 for each grade.

    Parameters
    ----------
    least_targets
        Fewer scored targets than this give no score, unless the activity has no more.
    """

    good: float
    caution: float
    poor: float
    provenance: str
    sources: tuple[str, ...]
    note: str = ""
    least_targets: int = 1


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
    holding
        How long caution may last before it counts as poor, or None.
    own
        What a person has changed of it; None: as it is shipped.
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
    holding: Limit | None = None
    own: Own | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """What a person has changed of a target, and by whom it was set.

    Parameters
    ----------
    id, activity
        Of the target.
    changed
        Its fields that differ from the shipped target; all that were given where there is none.
    used
        False where it is switched off.
    set_by, set_on, reason
        As they were written; the day as 2026-11-24; each empty where it was not told.
    shipped
        What stands there otherwise; None for a target of the person's own.
    """

    id: str
    activity: Activity
    changed: tuple[str, ...]
    used: bool
    set_by: str
    set_on: str
    reason: str
    shipped: Target | None

    @property
    def renumbered(self) -> bool:
        """Whether what it judges by is no longer what was published: a weight alone was always ours."""
        return self.shipped is None or not {"weight", "note", "used"}.issuperset(self.changed)

    @property
    def words(self) -> str:
        """Say by whom it was set, and that no work stands behind it."""
        on = f" on {self.set_on}" if self.set_on else ""
        source = ", no published source" if self.renumbered and self.used else ""
        return f"set by {self.set_by or 'hand'}{on}{source}"


@dataclass(frozen=True, slots=True)
class Targets:
    """All targets in the order of their file, and the points of the grades.

    Parameters
    ----------
    own
        What differs from the shipped ones, also what is switched off; empty where nothing does.
    off
        Those that are switched off, as they would be.
    """

    targets: tuple[Target, ...]
    points: Points
    own: tuple[Own, ...] = ()
    off: tuple[Target, ...] = ()

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
    top = parsed(text, file)
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
    top = parsed(text, file)
    place = Fields(top, file, "top level", ("schema_version", "points", "target"), ("holding",))
    points = _points(place.all["points"], file, known_sources)
    rows = place.items("target", "[[target]]")
    limits = _limits(place.all.get("holding", {}), file, known_sources)
    targets = tuple(_target(row, n, file, known_measures, known_sources, limits) for n, row in enumerate(rows, 1))
    id_, count = Counter(target.id for target in targets).most_common(1)[0]
    if count > 1:
        raise fault(file, f"target '{id_}'", "id", "an id that no other target has", f"{count} of them")
    return Targets(targets, points)


def _source(key: str, table: object, file: str) -> Source:
    more = ("doi", "url", "note")
    f = Fields(table, file, f"source '{key}'", ("cite", "year", "where", "seen"), more)
    texts = {name: f.text(name, "") for name in more}
    return Source(key, f.text("cite"), f.whole("year"), f.text("where"), f.word("seen"), **texts)


def _points(table: object, file: str, known_sources: Collection[str]) -> Points:
    f = Fields(table, file, "points", ("good", "caution", "poor", "provenance", "sources"), ("note", "least_targets"))
    good, caution, poor = f.number("good"), f.number("caution"), f.number("poor")
    if not FULL_SCORE >= good >= caution >= poor >= 0:
        falling = f"{FULL_SCORE:g} >= good >= caution >= poor >= 0"
        raise f.wrong("good", falling, f"{good:g}, {caution:g}, {poor:g}")
    sources = f.names("sources", known_sources, "source")
    least = f.whole("least_targets") if "least_targets" in f.all else 1
    return Points(good, caution, poor, f.word("provenance"), sources, f.text("note", ""), least)


def _limits(table: object, file: str, known_sources: Collection[str]) -> dict[str, Limit]:
    tables = Fields(table, file, "holding", (), table if isinstance(table, dict) else ())
    return {name: _limit(value, name, file, known_sources) for name, value in tables.all.items()}


def _limit(table: object, name: str, file: str, known_sources: Collection[str]) -> Limit:
    f = Fields(table, file, f"holding '{name}'", ("points", "provenance", "sources"))
    return Limit(limit_points(f, "points"), f.word("provenance"), f.names("sources", known_sources, "source"))


def limit_points(f: Fields, key: str) -> tuple[tuple[float, float], ...]:
    """Read how long what may be held."""
    points = f.pairs(key)
    if any(a >= b for (a, _), (b, _) in pairwise(points)) or min(seconds for _, seconds in points) <= 0:
        raise f.wrong(key, "[value, seconds], values ascending, seconds above 0", points)
    return points


_OPTIONAL = ("note", "only_when", "holding")
_REQUIRED = tuple(name for name in Target.__dataclass_fields__ if name not in (*_OPTIONAL, "own"))


def _target(
    table: object,
    n: int,
    file: str,
    known_measures: Collection[str],
    known_sources: Collection[str],
    limits: Mapping[str, Limit],
) -> Target:
    named = table.get("id") if isinstance(table, dict) else None
    where = f"target '{named}'" if named else f"target number {n}"
    f = Fields(table, file, where, _REQUIRED, _OPTIONAL)
    measures = f.names("measures", known_measures, "measure")
    return Target(
        id=f.text("id"),
        activity=Activity(f.word("activity", JUDGED)),
        measures=measures,
        view=f.choice("view", Plane),
        unit=_unit(f, measures),
        closed=f.choice("closed", Closed),
        magnitude=f.flag("magnitude"),
        relative_to=f.choice("relative_to", RelativeTo),
        weight=f.number("weight", above=0.0),
        mdc=f.number("mdc", above=0.0),
        only_when=_condition(f, known_measures),
        holding=limits[f.known("holding", f.all["holding"], limits, "limit")] if "holding" in f.all else None,
        **_described(f, known_sources),
        **graded_bands(f),
    )


def _described(f: Fields, known_sources: Collection[str]) -> dict[str, Any]:
    """Read what only describes: words and where they come from."""
    words = {key: f.word(key) for key in ("mdc_from", "camera", "evidence", "provenance")}
    sources = f.names("sources", known_sources, "source")
    return {"title": f.text("title"), "sources": sources, "note": f.text("note", ""), **words}


def _unit(f: Fields, measures: tuple[str, ...]) -> str:
    """Check that the measures are one, or left and right of one joint, and that the unit ends their name."""
    if len({name.replace("_left_", "_right_") for name in measures}) > 1:
        raise f.wrong("measures", "one measure, or left and right of the same", list(measures))
    unit = f.text("unit")
    endings = [known for known in UNITS if measures[0].endswith(f"_{known}")]
    if unit != max(endings, key=len, default=""):
        raise f.wrong("unit", f"the unit that ends {measures[0]!r}", repr(unit))
    return unit


def graded_bands(f: Fields) -> dict[str, Any]:
    """Read the bands of the three grades, which may touch but not overlap."""
    grades = {key: f.bands(key) for key in ("good", "caution", "poor")}
    rows = sorted((low, high, key) for key, bands in grades.items() for low, high in bands)
    for (low, high, key), (next_low, next_high, next_key) in pairwise(rows):
        if next_low < high:
            got = f"[{low:g}, {high:g}] in {key} and [{next_low:g}, {next_high:g}] in {next_key}"
            raise f.wrong(next_key, "bands that do not overlap", got)
    if f.flag("magnitude") and rows[0][0] < 0:
        raise f.wrong(rows[0][2], "bands from 0 up, since the magnitude is judged", f"{rows[0][0]:g}")
    return grades


def _condition(f: Fields, known_measures: Collection[str]) -> Condition | None:
    if "only_when" not in f.all:
        return None
    c = Fields(f.all["only_when"], f.file, f"{f.where}: only_when", Condition.__dataclass_fields__)
    low, high = c.number("low"), c.number("high")
    if low >= high:
        raise c.wrong("low", "less than high", f"{low:g} and {high:g}")
    measure = c.known("measure", c.all["measure"], known_measures, "measure")
    return Condition(measure, c.choice("relative_to", RelativeTo), low, high)
