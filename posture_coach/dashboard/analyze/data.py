"""What the page shows of one analysed file, as figures: no widget and no chart here."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from posture_coach.dashboard.analyze.worker import ASSESSMENT, SUMMARY
from posture_coach.measures.definitions import BY_NAME, UNIT_SIGN, Definition
from posture_coach.measures.types import WORDS, Floats, Reason, View
from posture_coach.scoring.assess import Assessment
from posture_coach.scoring.plan import Slot
from posture_coach.scoring.score import Part

ROUNDED_S = 1e-4
"""Times in a summary are rounded to this."""
POINTS_AT_MOST = 2000
"""Points of one line in a chart: more than a screen has columns."""
POINTS_A_STRETCH = 3
KEPT_IN_MEMORY = 2
NOTHING = "\u2013"
"""Stands where a number would."""
DECIMALS = {"deg": 1, "ratio": 2, "cm": 0}

ADVICE = {
    Reason.NOBODY: "Film so that the whole person stays in the picture.",
    Reason.FAR_SIDE: "Film the other side too to have it.",
    Reason.OUT_OF_PICTURE: "",
    Reason.NOT_SEEN: "Keep arms, furniture and loose clothes away from it.",
    Reason.NO_BASELINE: "Choose seconds in which the person sits or stands upright under Options, and analyse again.",
    Reason.NO_CAMERA_SCALE: "Only a photo that names its lens has it.",
    Reason.SKEWED_DEPTH: "Choose the model full under Options, and analyse again.",
    Reason.UNDEFINED: "Film larger, and with the joint in free sight.",
    Reason.IMPOSSIBLE: "Film with the joint in free sight.",
}
"""What to do about a missing measure, beyond what the reason itself says."""
_BY_WORDS = {words: reason for reason, words in WORDS.items() if words}
_FROM = {View.SIDE: "the side", View.FRONT: "the front"}


@dataclass(frozen=True, slots=True)
class Result:
    """One analysed file."""

    assessment: Assessment
    summary: dict[str, Any]

    @property
    def time_s(self) -> Floats:
        """(n,) seconds from the first frame."""
        return self.assessment.poses.time_s

    @property
    def is_photo(self) -> bool:
        """Whether there is one picture and no time."""
        return len(self.assessment) == 1

    @property
    def end_s(self) -> float:
        """When the last picture ends."""
        return max(float(self.summary["source"]["duration_s"]), float(self.time_s[-1]))

    def row_at(self, time_s: float) -> int:
        """Return the row of the picture nearest to a time."""
        return int(np.abs(self.time_s - time_s).argmin())

    def measured(self) -> list[str]:
        """Return the names of the measures with a value anywhere, those that were scored first."""
        figures = self.summary["measures"]
        names = [name for name, figure in figures.items() if figure["median"] is not None]
        return sorted(names, key=lambda name: figures[name]["share_good"] is None)


@lru_cache(maxsize=KEPT_IN_MEMORY)
def load(folder: Path, stem: str) -> Result:
    """Read what the worker wrote; a folder belongs to one analysis, and is never written twice."""
    assessment = pickle.loads((folder / f"{stem}{ASSESSMENT}").read_bytes())  # this program's own, of this run
    return Result(assessment, json.loads((folder / f"{stem}{SUMMARY}").read_text(encoding="utf-8")))


def forget() -> None:
    """Keep nothing in memory of what was read."""
    load.cache_clear()


@dataclass(frozen=True, slots=True)
class Row:
    """One measure: at the cursor, there with its grade, and over the whole file. In its unit; NaN is no number."""

    name: str
    now: float
    err: float
    part: Part | None
    low: float
    median: float
    high: float
    coverage: float
    share_good: float | None

    @property
    def definition(self) -> Definition:
        """What it is."""
        return BY_NAME[self.name]

    def text(self, value: float) -> str:
        """Write one of its values."""
        return figure(value, self.definition.unit)

    def now_text(self) -> str:
        """Write its value at the cursor with the error."""
        if np.isnan(self.now):
            return NOTHING
        return self.text(self.now) if np.isnan(self.err) else f"{self.text(self.now)} ± {self.text(self.err)}"


def figure(value: float, unit: str) -> str:
    """Write a number with its unit; a dash where there is none."""
    return NOTHING if np.isnan(value) else f"{value:z.{DECIMALS[unit]}f}{UNIT_SIGN[unit]}"


def rows(result: Result, i: int) -> list[Row]:
    """Return one row for each measure that has a value anywhere, with picture i at the cursor."""
    reading = result.assessment.reading(i)
    parts = reading.score.by_measure()
    figures = result.summary["measures"]
    return [
        Row(
            name, reading.measures[name].value, reading.measures[name].err, parts.get(name),
            *_extremes(result.assessment.measures.column(name)),
            figures[name]["coverage"], figures[name]["share_good"],
        )
        for name in result.measured()
    ]  # fmt: skip


def _extremes(values: Floats) -> tuple[float, float, float]:
    return float(np.nanmin(values)), float(np.nanmedian(values)), float(np.nanmax(values))


def lacking(result: Result) -> list[tuple[str, list[str]]]:
    """Return why measures have no value anywhere and what to do, each with the titles it holds for."""
    found: dict[str, list[str]] = {}
    for name, told in result.summary["measures"].items():
        if told["median"] is None:
            found.setdefault(_why(BY_NAME[name], told["reason"] or ""), []).append(BY_NAME[name].title)
    return list(found.items())


def _why(row: Definition, words: str) -> str:
    reason = _BY_WORDS.get(words, Reason.NONE)
    if reason is Reason.NOT_FROM_HERE:
        sides = " or ".join(_FROM[view] for view in (View.SIDE, View.FRONT) if view in row.views)
        return f"Not visible from where the camera stood. Film from {sides}." if sides else words
    # What a page of an option's name says must not be the command line's.
    told = words.split(": use --")[0]
    return f"{told[:1].upper()}{told[1:]}. {ADVICE.get(reason, '')}".strip()


def thinned(values: Floats, most: int = POINTS_AT_MOST) -> NDArray[np.intp]:
    """Return the rows that a line needs: of each stretch the lowest, the highest, and a gap where there is one."""
    if len(values) <= most:
        return np.arange(len(values), dtype=np.intp)
    kept = {0, len(values) - 1}
    edges = np.linspace(0, len(values), (most - 2) // POINTS_A_STRETCH + 1).astype(int)
    for start, stop in pairwise(edges.tolist()):
        part = values[start:stop]
        missing = np.isnan(part)
        if missing.any():
            kept.add(start + int(missing.argmax()))
        if not missing.all():
            kept |= {start + int(np.nanargmin(part)), start + int(np.nanargmax(part))}
    return np.array(sorted(kept), dtype=np.intp)


@dataclass(frozen=True, slots=True)
class Good:
    """A band of good values, in a measure's own unit, and the seconds in which it was held against."""

    start_s: float
    end_s: float
    low: float
    high: float


def good_bands(result: Result, name: str) -> list[Good]:
    """Return what is good of a measure where it was judged: moved by the bias or the own upright that was taken off."""
    return [
        Good(stretch.start_s, stretch.end_s, low + offset, high + offset)
        for stretch in activities(result)
        for slot, offset in _judged(result, name, stretch)
        for low, high in _both_signs(slot)
    ]


def _judged(result: Result, name: str, stretch: Span) -> Iterator[tuple[Slot, float]]:
    """Yield the target that a measure is held against in a stretch, and by how much its values were moved for it."""
    score = result.assessment.score
    time_s = result.time_s + ROUNDED_S
    inside = (time_s >= stretch.start_s) & (time_s < stretch.end_s)
    for k, slot in enumerate(score.slots):
        if slot.measure == name and slot.target.activity == stretch.word:
            moved = result.assessment.measures.column(name)[inside] - score.value[inside, k]
            if not np.isnan(moved).all():
                yield slot, float(np.nanmedian(moved))
            return


def _both_signs(slot: Slot) -> Iterator[tuple[float, float]]:
    for low, high in slot.target.good:
        if slot.target.magnitude and low <= 0.0:
            yield -high, high
        else:
            yield low, high
            if slot.target.magnitude:
                yield -high, -low


@dataclass(frozen=True, slots=True)
class Span:
    """Something that lasted: what kind of thing, and its word."""

    kind: str
    word: str
    start_s: float
    end_s: float


def _spoken(kind: str) -> str:
    return kind.replace("_", " ")


def stretches(result: Result) -> list[Span]:
    """Return everything that lasted, in order of time."""
    told = [(_spoken(event["kind"]), event) for event in result.summary["events"]]
    return [Span(kind, str(event.get("activity", kind)), event["start_s"], event["end_s"]) for kind, event in told]


def activities(result: Result) -> list[Span]:
    """Return what the person did, in order of time."""
    return [stretch for stretch in stretches(result) if stretch.kind == "activity"]
