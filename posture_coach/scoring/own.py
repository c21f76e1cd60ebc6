"""A person's own targets: a small table laid over the shipped ones.

A table of `[targets.ID]` changes a shipped target or adds one for a measure that its activity does not judge. What is
not named stays as it is shipped. Everything is checked as the shipped table is, and more: whoever writes it is no
programmer, and a band in the wrong place would score in silence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from posture_coach.activity.types import Activity
from posture_coach.measures.definitions import BY_NAME, NAMES, Definition, Relative
from posture_coach.scoring.checked_toml import SCHEMA_VERSION, Band, Fields, fault, parsed
from posture_coach.scoring.targets import (
    JUDGED,
    Closed,
    Limit,
    Own,
    Plane,
    RelativeTo,
    Target,
    Targets,
    graded_bands,
    limit_points,
)

OWN = "own"
"""Evidence and provenance of what a person has set: no published work."""
NO_LIMIT = "none"
"""Instead of points of `holding`: it may be held for as long as one likes."""
HEAVIEST = 10.0
"""A heavier target would be the whole score."""
LONGEST = 400
"""Letters of a note, a name, a reason: they stand on one line of tables and pages."""
EDGES = {"deg": (-181.0, 181.0), "ratio": (-1.0, 3.0), "cm": (0.0, 500.0)}
"""Where bands can lie; beyond it a number stands in the wrong unit."""
GRADES = ("good", "caution", "poor")
_WHO = ("set_by", "set_on", "reason")
CHANGES = (*GRADES, "relative_to", "holding", "weight", "used", "note", *_WHO)
NEEDED = ("activity", "measures", *GRADES)
ADDED = ("title", "closed", "magnitude", "relative_to", "holding", "weight", "note", *_WHO)
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
NOT_MEASURABLE = {
    ("cva", "craniovertebral"): "the craniovertebral angle needs a neck bone that no camera point marks",
    ("lordosis", "kyphosis", "curve", "spine", "spinal", "lumbar", "thoracic"): "no camera point lies on the spine",
    ("pelvic_tilt",): "no camera point lies on the front and back of the pelvis",
}
"""Words of what people ask for, and why one webcam cannot honestly measure it."""


def own_targets(text: str | bytes, shipped: Targets, mdc: Mapping[str, float], *, file: str) -> Targets:
    """Lay the text of a person's table (TOML; bytes are UTF-8) over the shipped targets; see `merged`."""
    return merged(parsed(text, file), shipped, mdc, file=file)


def merged(top: Mapping[str, Any], shipped: Targets, mdc: Mapping[str, float], *, file: str) -> Targets:
    """Lay a table over the shipped targets.

    Parameters
    ----------
    mdc
        Smallest change that counts, by joint: a target of one's own takes it from there.

    Raises
    ------
    DataError
        At the first fault, naming file, target and key, what was expected and what stands there.
    """
    place = Fields(dict(top), file, "top level", ("schema_version",), ("targets",))
    if place.all["schema_version"] != SCHEMA_VERSION:
        raise place.wrong("schema_version", f"{SCHEMA_VERSION}", repr(place.all["schema_version"]))
    tables = place.all.get("targets", {})
    if not isinstance(tables, dict):
        raise place.wrong("targets", "tables such as [targets.sitting_trunk]", repr(tables))
    by_id = {target.id: target for target in shipped.targets}
    found = {id_: _target(id_, table, by_id, mdc, file) for id_, table in tables.items()}
    _check_measures_once([target for id_, target in found.items() if id_ not in by_id], shipped, file)
    targets = [found.get(id_, target) for id_, target in by_id.items()]
    targets += [target for id_, target in found.items() if id_ not in by_id]
    used = tuple(target for target in targets if target.own is None or target.own.used)
    if not used:
        raise place.wrong("targets", "at least one target in use", "every one of them switched off")
    own = tuple(target.own for target in targets if target.own is not None)
    return Targets(used, shipped.points, own, tuple(target for target in targets if target not in used))


def _target(id_: str, table: object, by_id: Mapping[str, Target], mdc: Mapping[str, float], file: str) -> Target:
    where = f"target '{id_}'"
    if id_ in by_id:
        return _changed(Fields(table, file, where, (), CHANGES), by_id[id_])
    if not isinstance(table, dict) or not {"activity", "measures"}.intersection(table):
        top = Fields({}, file, "targets", ())
        top.known(id_, id_, by_id, "target (one of your own needs activity and measures)")
    if not _ID.fullmatch(id_):
        raise fault(file, where, "id", "small letters, digits and _, such as sitting_head_turn", repr(id_))
    return _added(Fields(table, file, where, NEEDED, ADDED), id_, mdc)


# A shipped target, changed


def _changed(f: Fields, shipped: Target) -> Target:
    """Return a shipped target with what a person has changed, or as it is where nothing differs."""
    relative_to = f.choice("relative_to", RelativeTo) if "relative_to" in f.all else shipped.relative_to
    if relative_to is not shipped.relative_to and not set(GRADES).issubset(f.all):
        raise f.wrong("relative_to", "good, caution and poor beside it, whose numbers now mean something else", "none")
    _check_relative(f, relative_to, shipped.measures)
    bands = _bands(f, shipped, shipped.measures, magnitude=shipped.magnitude, relative_to=relative_to)
    meant: dict[str, Any] = {
        **bands,
        "relative_to": relative_to,
        "weight": _weight(f, shipped.weight),
        "holding": _holding(f, shipped.holding, bands["caution"], magnitude=shipped.magnitude),
    }
    used = f.flag("used") if "used" in f.all else True
    changed = [name for name, value in meant.items() if value != getattr(shipped, name)]
    note = _text(f, "note")
    if note and note != shipped.note:
        changed.append("note")
    own = Own(shipped.id, shipped.activity, tuple(changed if used else (*changed, "used")), used, *_who(f), shipped)
    if not own.changed:
        return shipped
    if own.renumbered:
        # What is told of the shipped numbers, and the works they come from, does not hold for these.
        meant |= {"evidence": OWN, "provenance": OWN, "sources": (), "note": note}
    elif note:
        meant["note"] = note
    return replace(shipped, own=own, **meant)


def _who(f: Fields) -> tuple[str, str, str]:
    """Read who set it, on which day, and why."""
    day = f.all.get("set_on", "")
    day = day.isoformat() if hasattr(day, "isoformat") else day
    if not isinstance(day, str) or (day and not _DAY.fullmatch(day[:10])):
        raise f.wrong("set_on", "a day such as 2026-11-24", repr(f.all["set_on"]))
    return _text(f, "set_by"), day[:10], _text(f, "reason")


def _text(f: Fields, key: str) -> str:
    """Return a text of one line, empty where there is none."""
    text = " ".join(f.text(key, "").split())
    if len(text) > LONGEST or not text.isprintable():
        raise f.wrong(key, f"a text of up to {LONGEST} letters", repr(text[:LONGEST]))
    return text


def _weight(f: Fields, otherwise: float) -> float:
    weight = f.number("weight", above=0.0) if "weight" in f.all else otherwise
    if weight > HEAVIEST:
        raise f.wrong("weight", f"a number above 0, up to {HEAVIEST:g}", f"{weight:g}")
    return weight


def _holding(f: Fields, otherwise: Limit | None, caution: Sequence[Band], *, magnitude: bool) -> Limit | None:
    if "holding" not in f.all:
        return otherwise
    if f.all["holding"] == NO_LIMIT:
        return None
    if not isinstance(f.all["holding"], list):
        raise f.wrong("holding", '[[value, seconds], ...], or "none"', repr(f.all["holding"]))
    points = limit_points(f, "holding")
    if otherwise is not None and points == otherwise.points:
        return otherwise
    if magnitude:
        raise f.wrong("holding", "none, since the size to either side is judged", points)
    if not any(low <= points[0][0] <= high for low, high in caution):
        raise f.wrong("holding", "a first value that lies in caution, which is what may not be held", points[0][0])
    return Limit(points, OWN, ())


def _bands(
    f: Fields, shipped: Target | None, measures: Sequence[str], *, magnitude: bool, relative_to: RelativeTo
) -> dict[str, Any]:
    """Read the bands, those that are not given from the shipped target, and see that together they make sense."""
    rest = {name: [list(band) for band in getattr(shipped, name)] for name in GRADES} if shipped else {}
    whole = {**rest, **{name: f.all[name] for name in GRADES if name in f.all}, "magnitude": magnitude}
    bands = graded_bands(Fields(whole, f.file, f.where, (*GRADES, "magnitude")))
    rows = sorted((low, high, name) for name, of in bands.items() for low, high in of)
    _check_order(f, rows)
    lowest, highest = EDGES.get(BY_NAME[measures[0]].unit, (-float("inf"), float("inf")))
    for low, high, name in rows:
        if low < lowest or high > highest:
            raise f.wrong(name, f"numbers from {lowest:g} to {highest:g}", f"[{low:g}, {high:g}]")
    least, most = BY_NAME[measures[0]].possible
    if relative_to is RelativeTo.NONE and (bands["good"][0][0] >= most or bands["good"][-1][1] <= least):
        raise f.wrong("good", f"what a body can reach, {least:g} to {most:g}", [list(band) for band in bands["good"]])
    return bands


def _check_order(f: Fields, rows: Sequence[tuple[float, float, str]]) -> None:
    """Refuse gaps, whose values would not be scored, and grades that do not get worse away from good."""
    for (_, high, name), (low, _, next_name) in pairwise(rows):
        if low > high:
            key = next((key for key in (next_name, name) if key in f.all), name)
            told = f"nothing from {high:g} to {low:g}, between {name} and {next_name}"
            raise f.wrong(key, "bands that meet: write good, caution and poor together", told)
    ranks = [GRADES.index(name) for _, _, name in rows]
    best = ranks.index(0)
    falls = all(a >= b for a, b in pairwise(ranks[: best + 1])) and all(a <= b for a, b in pairwise(ranks[best:]))
    if not falls:
        order = ", ".join(name for _, _, name in rows)
        key = next((key for key in GRADES if key in f.all), "good")
        raise f.wrong(key, "good in the middle, then caution, then poor outwards", f"in ascending order: {order}")


def _check_relative(f: Fields, relative_to: RelativeTo, measures: Sequence[str]) -> None:
    if relative_to is RelativeTo.OWN_UPRIGHT and BY_NAME[measures[0]].relative in (Relative.DIFFERENCE, Relative.RATIO):
        already = f"{measures[0]} is taken against the own neutral already"
        raise f.wrong("relative_to", f"none: {already}", repr(relative_to.value))


# A target of one's own


def _added(f: Fields, id_: str, mdc: Mapping[str, float]) -> Target:
    """Return a target for a measure that its activity does not judge."""
    activity = Activity(f.word("activity", JUDGED))
    measures = _measures(f)
    row = BY_NAME[measures[0]]
    relative_to = f.choice("relative_to", RelativeTo) if "relative_to" in f.all else RelativeTo.NONE
    _check_relative(f, relative_to, measures)
    magnitude = f.flag("magnitude") if "magnitude" in f.all else False
    bands = _bands(f, None, measures, magnitude=magnitude, relative_to=relative_to)
    return Target(
        id=id_,
        activity=activity,
        measures=measures,
        title=_text(f, "title") or _title(row),
        view=Plane(row.plane),
        unit=row.unit,
        **bands,
        closed=f.choice("closed", Closed) if "closed" in f.all else Closed.LOW,
        magnitude=magnitude,
        relative_to=relative_to,
        weight=_weight(f, 1.0),
        mdc=mdc[row.joint],
        mdc_from="camera_estimate",
        camera="low",
        evidence=OWN,
        provenance=OWN,
        sources=(),
        note=_text(f, "note"),
        holding=_holding(f, None, bands["caution"], magnitude=magnitude),
        own=Own(id_, activity, tuple(key for key in f.all if key not in _WHO), True, *_who(f), None),
    )


def _title(row: Definition) -> str:
    return row.title.removesuffix(f", {row.side.value}") if row.side else row.title


def _measures(f: Fields) -> tuple[str, ...]:
    """Read what is judged: measured by one webcam, and not merely estimated."""
    for name in f.items("measures", "measure"):
        for words, why in NOT_MEASURABLE.items():
            if str(name) not in BY_NAME and any(word in str(name).lower() for word in words):
                raise f.wrong("measures", "what one webcam can measure", f"{name!r}: {why}")
    measures = f.names("measures", NAMES, "measure")
    if len({BY_NAME[name].joint for name in measures}) > 1:
        raise f.wrong("measures", "one measure, or left and right of the same", list(measures))
    if BY_NAME[measures[0]].estimated:
        told = f"{measures[0]!r}, an estimate of the desk camera, which is never held against bands"
        raise f.wrong("measures", "something measured", told)
    return measures


def _check_measures_once(added: Sequence[Target], shipped: Targets, file: str) -> None:
    """Refuse a second target of one activity for the same measure: it would count twice."""
    judged = {(target.activity, name): target.id for target in shipped.targets for name in target.measures}
    for target in added:
        for name in target.measures:
            other = judged.setdefault((target.activity, name), target.id)
            if other != target.id:
                told = f"{name}: change '{other}' instead"
                raise fault(
                    file, f"target '{target.id}'", "measures", f"one that {target.activity} does not judge yet", told
                )
