"""Two recordings of one person held against each other, by the summaries that analysing them left."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from posture_coach.batch.compare_gait import Walked, held_walks, titles, walked_of
from posture_coach.batch.names import printable
from posture_coach.batch.rounding import DIGITS
from posture_coach.batch.summary import SCHEMA_VERSION
from posture_coach.batch.writing import written
from posture_coach.errors import DataError
from posture_coach.measures.accuracy import Accuracy
from posture_coach.measures.comparison import Comparison, Seen, Verdict, compare
from posture_coach.measures.definitions import BY_NAME, NAMES, Relative
from posture_coach.measures.types import Measure, View
from posture_coach.pose.types import Mode, Model

S = TypeVar("S", bound=StrEnum)

ENDING = ".summary.json"
MOST_BYTES = 64 * 2**20
"""No summary comes near it, and what is larger is the recording itself, or worse."""
ONE_VIEW = 0.8
"""With less than this share of its values from one view a median is between two views, whose errors differ."""
ONE_ACTIVITY = 0.8
"""With less than this share of the time in one activity a median is between two postures."""
AGAIN = "Analyse the recording again: posture-coach analyze FILE."
COLUMNS = (
    *("measure", "unit", "view", "before", "before_err", "after", "after_err"),
    *("difference", "limit", "verdict", "reason"),
)
"""Of the CSV file."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a summary tells of one measure.

    Parameters
    ----------
    median
        With the half-width of a single value; the reason for its absence where there is none.
    view
        From where most values were seen.
    share
        Of the values, those seen from there; NaN where there is no value.
    """

    median: Measure
    view: View
    share: float


NOTHING = Figures(Measure(math.nan, math.nan), View.UNKNOWN, math.nan)


@dataclass(frozen=True, slots=True)
class Recording:
    """What a summary tells of a recording.

    Parameters
    ----------
    sha256
        Of the recording itself.
    baseline
        What its own upright was taken from, as the summary says it; None: there was none.
    level_known
        Whether something told how the camera stood.
    activities
        Seconds of each.
    walked
        What is told of a walk; None where nobody walked.
    """

    name: str
    program: str
    mode: Mode
    model: Model
    sha256: str
    size: tuple[int, int]
    baseline: object
    level_known: bool
    warnings: tuple[str, ...]
    activities: Mapping[str, float]
    figures: Mapping[str, Figures]
    walked: Walked | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One measure, or figure of a walk, of both recordings."""

    name: str
    before: Figures
    after: Figures
    comparison: Comparison

    @property
    def title(self) -> str:
        """What people call it."""
        return BY_NAME[self.name].title if self.name in BY_NAME else titles()[self.name][0]

    @property
    def unit(self) -> str:
        """In which both values are."""
        return BY_NAME[self.name].unit if self.name in BY_NAME else titles()[self.name][1]


# Reading


def summary_at(typed: Path) -> Path:
    """Return the summary that was named, by itself or by the folder that holds it alone.

    Raises
    ------
    DataError
        There is none, or more than one.
    """
    shown = printable(str(typed))
    try:
        if typed.is_file():
            return typed
        if not typed.is_dir():
            what = "is no ordinary file" if typed.exists() else "is neither a file nor a folder"
            raise DataError(f"{shown} {what}. Name a *{ENDING} that posture-coach analyze has written, or its folder.")
    except OSError as why:  # too long a name, not permitted
        raise DataError(f"{shown} cannot be opened: {why.strerror or why}. Name another file or folder.") from why
    found = sorted(typed.glob(f"*{ENDING}"))
    if not found:
        raise DataError(
            f"There is no *{ENDING} in the folder {shown}. Analyse a recording first: posture-coach analyze FILE."
        )
    if len(found) > 1:
        raise DataError(
            f"There are {len(found)} summaries in the folder {shown}. Name one of them, such as "
            f"{printable(str(found[0]))}."
        )
    return found[0]


def read(path: Path) -> Recording:
    """Read a summary.

    Raises
    ------
    DataError
        It cannot be read, is not one that this program can read, or nothing came of its recording.
    """
    shown = printable(str(path))
    told = _json(path, shown)
    if not isinstance(told, dict) or _program(told) != "posture-coach":
        raise DataError(f"{shown} was not written by posture-coach. Name the *{ENDING} that analyze has written.")
    version = told.get("schema_version")
    if version != SCHEMA_VERSION:
        raise DataError(
            f"{shown} has form {printable(repr(version))}, and this posture-coach reads form {SCHEMA_VERSION}. "
            "Analyse both recordings with one version of posture-coach."
        )
    try:
        if _text(told["status"]) == "failed":
            why = printable("; ".join(map(str, told["warnings"])))
            raise DataError(f"{shown}: nothing was measured in this recording: {why}. {AGAIN}")
        return _recording(told)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as why:
        raise DataError(
            f"{shown} is damaged, or of an older posture-coach ({type(why).__name__}: {printable(str(why))}). {AGAIN}"
        ) from why


def _json(path: Path, shown: str) -> object:
    """Return what stands in a file."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError(f"{shown} is too large for a summary. Name the *{ENDING} that analyze has written.")
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as why:
        raise DataError(f"{shown} cannot be read: {why.strerror or why}. Check the file and its permissions.") from why
    except (ValueError, RecursionError) as why:
        if path.name.endswith(ENDING):
            raise DataError(f"{shown} is damaged: it is not JSON. {AGAIN}") from why
        raise DataError(
            f"{shown} is no summary. Analyse the recording first, posture-coach analyze FILE, and name its *{ENDING}."
        ) from why


def _program(told: Mapping[str, Any]) -> object:
    program = told.get("program")
    return program.get("name") if isinstance(program, dict) else None


def _recording(told: Mapping[str, Any]) -> Recording:
    source, settings = told["source"], told["settings"]
    mode, model = _one_of(Mode, told["mode"]), _one_of(Model, told["model"])
    return Recording(
        name=_text(source["name"]),
        program=_text(told["program"]["version"]),
        mode=mode,
        model=model,
        sha256=_text(source["sha256"]),
        size=(int(_number(source["width"])), int(_number(source["height"]))),
        baseline=settings["baseline"],
        level_known=_text(source["camera"]["known_from"]) != "assumed",
        warnings=tuple(_text(words) for words in told["warnings"]),
        activities={_text(name): _number(seconds) for name, seconds in told["activities"].items()},
        # A measure that only another version knows has no error here, and one that it did not know no value.
        figures={name: _figures(figures) for name, figures in told["measures"].items() if name in BY_NAME},
        walked=walked_of(told["gait"], mode, model) if "gait" in told else None,
    )


def _figures(told: Mapping[str, Any]) -> Figures:
    if told["median"] is None:
        reason = told["reason"]
        return Figures(Measure(math.nan, math.nan, "" if reason is None else _text(reason)), View.UNKNOWN, math.nan)
    err = math.nan if told["err"] is None else _number(told["err"])
    return Figures(Measure(_number(told["median"]), err), _one_of(View, told["view"]), _number(told["view_share"]))


def _number(told: object) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float) or not math.isfinite(told):
        raise ValueError(f"{told!r} where a number should be")
    return float(told)


def _text(told: object) -> str:
    if not isinstance(told, str):
        raise TypeError(f"{told!r} where a text should be")
    return printable(told)


def _one_of(kind: type[S], told: object) -> S:
    return kind(_text(told))


# Comparing


def held(before: Recording, after: Recording, accuracy: Accuracy) -> list[Row]:
    """Hold every measure that was seen in either recording against the other one, then their walks."""
    rows = []
    for name in NAMES:
        one, other = (told.figures.get(name, NOTHING) for told in (before, after))
        if math.isnan(one.median.value) and math.isnan(other.median.value):
            continue
        seen, again = Seen(one.view, before.mode, before.model), Seen(other.view, after.mode, after.model)
        compared = compare(name, one.median, other.median, seen, again, accuracy)
        # What it says where it cannot be goes first: it weighs more than how the statistics were made.
        why = "" if compared.reason else _mixed(one, other) or _other_upright(name, before, after)
        if why:
            compared = Comparison(name, math.nan, math.nan, Verdict.NOT_COMPARABLE, why)
        rows.append(Row(name, one, other, compared))
    for first, second, view, compared in held_walks(before.walked, after.walked):
        rows.append(Row(compared.name, Figures(first, view, 1.0), Figures(second, view, 1.0), compared))
    return rows


def _mixed(before: Figures, after: Figures) -> str:
    """Say which median is between two views; empty where none is."""
    for when, figures in (("before", before), ("after", after)):
        if figures.share < ONE_VIEW:
            return (
                f"seen from changing sides {when} (only {figures.share:.0%} from the {figures.view}): analyse a "
                "stretch of one"
            )
    return ""


def _other_upright(name: str, before: Recording, after: Recording) -> str:
    """Say where a measure is relative to two uprights, whose difference would be in the change."""
    if BY_NAME[name].relative not in (Relative.DIFFERENCE, Relative.RATIO) or _one_upright(before, after):
        return ""
    return "relative to own uprights that may differ: hold both against one place (analyze --place)"


def _one_upright(before: Recording, after: Recording) -> bool:
    """Tell whether both were held against the same upright: a place's, or the same seconds of the same file."""
    if before.baseline is None or before.baseline != after.baseline:
        return False
    return str(before.baseline).startswith("place ") or (
        isinstance(before.baseline, list) and before.sha256 == after.sha256
    )


def doubts(before: Recording, after: Recording) -> Iterator[str]:
    """Yield what may lie behind a difference other than the person's own change."""
    if before.sha256 == after.sha256:
        yield "both are of the same recording"
    if before.program != after.program:
        yield (
            f"analysed by two versions of posture-coach ({before.program} and {after.program}), which may measure "
            "differently: analyse both with one"
        )
    if before.size != after.size:
        one, other = ("x".join(map(str, told.size)) for told in (before, after))
        yield f"pictures of {one} before and {other} after: from another camera differences may be the camera's"
    if before.level_known != after.level_known:
        yield (
            f"how the camera stood is known {'before' if before.level_known else 'after'} alone: a camera that stood "
            "askew the other time is in every difference of an angle against the vertical"
        )
    yield from _of_activities(before, after)
    for when, told in (("before", before), ("after", after)):
        yield from (f"{when}: {words}" for words in told.warnings)


def _of_activities(before: Recording, after: Recording) -> Iterator[str]:
    done = [max(told.activities, key=lambda name: told.activities[name], default="") for told in (before, after)]
    if done[0] != done[1] and all(done):
        yield f"mostly {done[0]} before and mostly {done[1]} after: differences may be of that"
    for when, told, most in zip(("before", "after"), (before, after), done, strict=True):
        whole_s = sum(told.activities.values())
        if whole_s and told.activities[most] < ONE_ACTIVITY * whole_s:
            yield f"{when}: only {told.activities[most] / whole_s:.0%} of it is {most}; medians are over all of it"


# Writing


def write_csv(rows: list[Row], target: Path) -> None:
    """Write the comparison: a row for each measure that was seen in either recording; empty where there is no value.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    with written(target, "--csv") as draft, draft.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, COLUMNS)
        table.writeheader()
        table.writerows(_cells(row) for row in rows)


def _cells(row: Row) -> dict[str, str | float]:
    told = row.comparison
    one_view = row.before.view is row.after.view is not View.UNKNOWN
    view = row.before.view if one_view else ""
    cells: dict[str, str | float] = {"measure": row.name, "unit": row.unit, "view": view}
    cells |= {"verdict": told.verdict.value, "reason": told.reason}
    numbers = {
        "before": row.before.median.value, "before_err": row.before.median.err,
        "after": row.after.median.value, "after_err": row.after.median.err,
        "difference": told.difference, "limit": told.limit,
    }  # fmt: skip
    return cells | {key: "" if math.isnan(value) else round(value, DIGITS) for key, value in numbers.items()}
