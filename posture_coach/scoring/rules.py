"""How time is judged: lengths, thresholds and bands of `data/windows.toml`, checked line by line."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from posture_coach.resources import data_file
from posture_coach.scoring.checked_toml import Band, Fields, parsed
from posture_coach.scoring.targets import shipped_sources

_TOLD = ("provenance", "sources")
_BANDS = ("good", "caution", "poor", "half_width", "evidence", *_TOLD)


@dataclass(frozen=True, slots=True)
class Scale:
    """Bands of one figure of a window.

    Parameters
    ----------
    half_width
        How far the figure may be off, so that points do not jump at an edge.
    """

    good: tuple[Band, ...]
    caution: tuple[Band, ...]
    poor: tuple[Band, ...]
    half_width: float
    evidence: str
    provenance: str
    sources: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Shares:
    """Weights of the three parts of a window's score."""

    posture: float
    variety: float
    breaks: float


@dataclass(frozen=True, slots=True)
class Lasting:
    """From when on something that lasts is an event, in seconds, and thresholds; see the file."""

    slumped_s: float
    still_s: float
    near_s: float
    turned_deg: float
    turned_s: float
    break_due_s: float
    over_s: float


@dataclass(frozen=True, slots=True)
class Noise:
    """By how much a day may differ with nothing but the measuring: parts of its score, in points, and its bouts."""

    posture: float
    variety: float
    breaks: float
    bout_min: float


@dataclass(frozen=True, slots=True)
class Days:
    """From when on something is said of hours, days and weeks.

    Parameters
    ----------
    enough_s, least_hour_s
        Seconds of sitting, standing or walking that a day, and an hour, is judged from.
    usual_days, look_back_days
        How many days make the usual at most, and how old they may be.
    sat_s, clear, up_s, most_days
        What goes well needs so many seconds of sitting, and such a share of the day clear; or so many of standing and
        walking; and in a week such a share of its judged days.
    worth_points
        What cost less of the score gives no suggestion.
    """

    enough_s: float
    least_hour_s: float
    usual_days: int
    look_back_days: int
    sat_s: float
    clear: float
    up_s: float
    most_days: float
    worth_points: float


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that judges time.

    Parameters
    ----------
    length_s, least_seen_s
        Of a window, and of what must be seen of it.
    shift_deg, shift_ratio, shift_held_s
        What counts as a change of posture.
    horizon_s, variety_least_s
        Over how long changes are counted, at most and at least.
    break_least_s
        What ends a bout of sitting or of standing.
    """

    length_s: float
    least_seen_s: float
    shares: Shares
    shift_deg: float
    shift_ratio: float
    shift_held_s: float
    horizon_s: float
    variety_least_s: float
    shifts_per_h: Scale
    longest_still_min: Scale
    break_least_s: float
    sitting_min: Scale
    standing_min: Scale
    lasting: Lasting
    noise: Noise
    days: Days


def shipped_rules() -> Rules:
    """Read the rules that come with the program."""
    path = data_file("windows.toml")
    return load_rules(path.read_bytes(), known_sources=shipped_sources(), file=path.name)


def load_rules(text: str | bytes, *, known_sources: Collection[str], file: str = "windows.toml") -> Rules:
    """Check the text of a table of rules.

    Raises
    ------
    DataError
        At the first fault, naming file, table and key.
    """
    names = (
        "window", "score", "shift", "variety", "breaks", "events", "noise", "days", "usual", "well", "suggestion",
    )  # fmt: skip
    top = Fields(parsed(text, file), file, "top level", ("schema_version", *names))
    window = _table(top, "window", ("length_s", "least_seen_s"), known_sources)
    score = _table(top, "score", ("posture", "variety", "breaks", "evidence"), known_sources)
    shift = _table(top, "shift", ("lean_deg", "ratio", "held_s"), known_sources)
    variety = _table(top, "variety", ("horizon_s", "least_s", "shifts_per_h", "longest_still_min"), known_sources)
    breaks = _table(top, "breaks", ("least_s", "sitting_min", "standing_min"), known_sources)
    events = _table(top, "events", tuple(Lasting.__dataclass_fields__), known_sources)
    noise = _table(top, "noise", tuple(Noise.__dataclass_fields__), known_sources)
    return Rules(
        length_s=window.number("length_s", above=0.0),
        least_seen_s=window.number("least_seen_s", above=0.0),
        shares=Shares(**{name: score.number(name, above=0.0) for name in Shares.__dataclass_fields__}),
        shift_deg=shift.number("lean_deg", above=0.0),
        shift_ratio=shift.number("ratio", above=0.0),
        shift_held_s=shift.number("held_s", above=0.0),
        horizon_s=variety.number("horizon_s", above=0.0),
        variety_least_s=variety.number("least_s", above=0.0),
        shifts_per_h=_scale(variety, "shifts_per_h", known_sources),
        longest_still_min=_scale(variety, "longest_still_min", known_sources),
        break_least_s=breaks.number("least_s", above=0.0),
        sitting_min=_scale(breaks, "sitting_min", known_sources),
        standing_min=_scale(breaks, "standing_min", known_sources),
        lasting=Lasting(**{name: events.number(name, above=0.0) for name in Lasting.__dataclass_fields__}),
        noise=Noise(**{name: noise.number(name, above=0.0) for name in Noise.__dataclass_fields__}),
        days=_days(top, known_sources),
    )


def _days(top: Fields, known_sources: Collection[str]) -> Days:
    day = _table(top, "days", ("enough_s", "least_hour_s"), known_sources)
    usual = _table(top, "usual", ("days", "look_back_days"), known_sources)
    well = _table(top, "well", ("sat_s", "clear", "up_s", "most_days", "evidence"), known_sources)
    suggestion = _table(top, "suggestion", ("worth_points",), known_sources)
    return Days(
        day.number("enough_s", above=0.0), day.number("least_hour_s", above=0.0), usual.whole("days"),
        usual.whole("look_back_days"), well.number("sat_s", above=0.0), well.number("clear", above=0.0),
        well.number("up_s", above=0.0), well.number("most_days", above=0.0),
        suggestion.number("worth_points", above=0.0),
    )  # fmt: skip


def _table(top: Fields, name: str, keys: tuple[str, ...], known_sources: Collection[str]) -> Fields:
    table = Fields(top.all[name], top.file, name, (*keys, *_TOLD), ("note",))
    table.word("provenance")
    table.names("sources", known_sources, "source")
    return table


def _scale(table: Fields, name: str, known_sources: Collection[str]) -> Scale:
    f = Fields(table.all[name], table.file, f"{table.where}.{name}", _BANDS, ("note",))
    return Scale(
        f.bands("good"), f.bands("caution"), f.bands("poor"), f.number("half_width", above=0.0),
        f.word("evidence"), f.word("provenance"), f.names("sources", known_sources, "source"), f.text("note", ""),
    )  # fmt: skip
