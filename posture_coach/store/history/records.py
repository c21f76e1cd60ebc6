"""What is handed to the history, and how it becomes rows and comes back."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import RowMapping

from posture_coach.activity.types import Activity, Event
from posture_coach.measures.definitions import NAMES
from posture_coach.measures.types import Floats
from posture_coach.pose.types import Mode, Model
from posture_coach.scoring.seconds import Second
from posture_coach.scoring.targets import JUDGED
from posture_coach.scoring.variety import Moves
from posture_coach.scoring.windows import Loss, Window
from posture_coach.store.history.tables import MEASURES, OTHERS

_MEASURE_AT = {name: NAMES.index(name) for name in MEASURES}
_OTHER_AT = {name: NAMES.index(name) for name in OTHERS}
_DECIMALS = 3
_MOVES = ("shifts_per_h", "longest_still_s", "still_s", "sitting_s", "standing_s")


@dataclass(frozen=True, slots=True)
class PlaceKept:
    """A place's profile as the history refers to it: the file stays a file.

    Parameters
    ----------
    sha256
        Of the file's content.
    """

    place: str
    sha256: str
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a session's records come from.

    Parameters
    ----------
    started_at
        Local time of the first second, with its time zone; a session ends with its day.
    source
        Name of the camera or file.
    program
        Version that wrote it.
    own_targets
        SHA-256 of the person's own targets; empty where the shipped ones held.
    person
        Number in the history; None: the one who uses the program on this machine.
    stream_s
        What the stream's own time was then: records are told in that.
    """

    started_at: datetime
    source: str
    model: Model
    mode: Mode
    program: str
    place: PlaceKept | None = None
    own_targets: str = ""
    person: int | None = None
    stream_s: int = 0

    @property
    def began(self) -> int:
        """The second in which the stream's time was 0: what records' times are counted from."""
        return self.second - self.stream_s

    @property
    def second(self) -> int:
        """The whole second that it began in, since 1970 UTC."""
        return math.floor(self.started_at.timestamp())

    @property
    def day(self) -> date:
        """The local day."""
        return self.started_at.date()

    @property
    def utc_offset_s(self) -> int:
        """How far local time is ahead of UTC."""
        offset = self.started_at.utcoffset()
        return int((offset or timedelta()).total_seconds())


@dataclass(slots=True)
class Batch:
    """What has come since the last commit; times in seconds since the stream began (`Origin.began`)."""

    seconds: list[Second] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.seconds or self.windows or self.events)


def second_row(session: int, began: int, second: Second) -> dict[str, Any]:
    """Return the row of one second; `began` is `Origin.began`, from which the stream's time counts."""
    value = second.value.tolist()
    more = {name: round(value[k], 2) for name, k in _OTHER_AT.items() if value[k] == value[k]}
    return {
        "session_id": session, "at": began + int(second.start_s), "activity": second.activity, "score": second.score,
        "coverage": second.coverage, **{name: value[k] for name, k in _MEASURE_AT.items()}, "more": more or None,
    }  # fmt: skip


def second_of(row: RowMapping, began: int) -> Second:
    """Return a second as it was, but for what its targets cost and how they were graded: that is not kept."""
    value: Floats = np.full(len(NAMES), np.nan)
    for name, k in _MEASURE_AT.items():
        value[k] = row[name]
    for name, kept in (row["more"] or {}).items():
        if name in _OTHER_AT:
            value[_OTHER_AT[name]] = kept
    return Second(float(row["at"] - began), row["activity"], row["score"], row["coverage"], value, {}, {})


def window_row(session: int, began: int, window: Window) -> dict[str, Any]:
    """Return the row of one window."""
    return {
        "session_id": session, "at": began + int(window.start_s), "end_at": began + math.ceil(window.end_s),
        "judged_s": judged_s(window.seconds), "score": window.score, "posture": window.posture,
        "variety": window.variety, "breaks": window.breaks, "coverage": window.coverage,
        "seconds": {str(activity): int(count) for activity, count in window.seconds.items()},
        "moves": _moves_row(window.moves, began), "losses": [loss_row(loss, began) for loss in window.losses],
    }  # fmt: skip


def window_of(row: RowMapping) -> Window:
    """Return a window as it was; its times are now seconds since 1970 UTC."""
    kept: dict[str, Any] = row["moves"]
    spell = tuple((start, end) for start, end in kept["longest_spell"])
    moves = {name: math.nan if kept[name] is None else float(kept[name]) for name in _MOVES}
    return Window(
        float(row["at"]), float(row["end_at"]), {Activity(name): float(n) for name, n in row["seconds"].items()},
        row["posture"], row["variety"], row["breaks"], row["score"], row["coverage"],
        Moves(**moves, longest_spell=spell), tuple(loss_of(loss) for loss in row["losses"]),
    )  # fmt: skip


def judged_s(seconds: Mapping[Activity, float]) -> int:
    """Return for how many seconds somebody was there to be judged."""
    return int(sum(seconds.get(activity, 0.0) for activity in JUDGED))


def loss_row(loss: Loss, began: int) -> dict[str, Any]:
    """Return one loss for JSON."""
    return {
        "part": loss.part, "what": loss.what, "title": loss.title, "points": round(loss.points, _DECIMALS),
        "moments": _shifted(loss.moments, began),
    }  # fmt: skip


def loss_of(kept: Mapping[str, Any]) -> Loss:
    """Return one loss from JSON."""
    moments = tuple((start, end) for start, end in kept["moments"])
    return Loss(kept["part"], kept["what"], kept["title"], kept["points"], moments)


def event_row(session: int, began: int, event: Event) -> dict[str, Any]:
    """Return the row of one event."""
    return {
        "session_id": session, "kind": event.kind, "at": began + event.start_s, "end_at": began + event.end_s,
        "evidence": {name: _plain(value) for name, value in event.evidence.items()},
    }  # fmt: skip


def _moves_row(moves: Moves, began: int) -> dict[str, Any]:
    return {
        **{name: _plain(getattr(moves, name)) for name in _MOVES},
        "longest_spell": _shifted(moves.longest_spell, began),
    }


def _shifted(moments: Sequence[tuple[float, float]], began: int) -> list[list[float]]:
    return [[round(began + start, 1), round(began + end, 1)] for start, end in moments]


def _plain(value: Any) -> Any:
    """Return what JSON takes on every database: no NaN."""
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, _DECIMALS)
    return value
