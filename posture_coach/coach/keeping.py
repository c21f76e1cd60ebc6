"""Hands what a live session tells, second by second, to the history, with time of day, place and targets.

What is shown of the last minutes goes on whatever is kept of them, so windows and events are made here once more, by
session: no number of another person, day or place, or of a time in which nothing was to be kept, is in them.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from posture_coach import __version__
from posture_coach.activity.types import Event
from posture_coach.errors import DataError, StoreError
from posture_coach.pose.camera import is_camera
from posture_coach.pose.sources import is_url
from posture_coach.scoring.happenings import Happenings
from posture_coach.scoring.rules import shipped_rules
from posture_coach.scoring.seconds import Second
from posture_coach.scoring.targets import Targets
from posture_coach.scoring.windows import Window, Windows
from posture_coach.store.files.own_targets import ME
from posture_coach.store.files.profiles import Places, SeenBy
from posture_coach.store.files.settings import settings
from posture_coach.store.history.recorder import Recorder
from posture_coach.store.history.records import Origin, PlaceKept
from posture_coach.store.sealed.known import number_of

DRIFT_S = 5.0
"""A clock that was put on, or a machine that slept, is told from pictures that take their time by so much."""


@dataclass(frozen=True, slots=True)
class _Circumstances:
    """What makes a session of its own when it changes."""

    place: str
    own_targets: str
    day: int
    person: int | None
    utc_offset_s: int


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose history it is.

    Parameters
    ----------
    person
        Number in the history; None: the one who uses the program on this machine.
    why_not
        Why nothing is kept of them: of others that is done only once they were added to the history.
    """

    name: str = ME
    person: int | None = None
    why_not: str = ""

    @property
    def history(self) -> str:
        """What to call it."""
        return "your history" if self.person is None else f"the history of {self.name}"


class Keeper:
    """Keeps one live source after the other in the history, with windows and events that do not leave their session.

    Parameters
    ----------
    recorder
        Writes.
    on
        Whether the person wants anything kept.
    why_not
        What to say where he does not, or where nobody knows.
    files
        Whether a file that is played as a camera is kept too.
    now
        Tells local time, with its time zone.

    Attributes
    ----------
    whose
        Whose history it is.
    """

    def __init__(
        self,
        recorder: Recorder,
        *,
        on: bool = True,
        why_not: str = "",
        files: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
        places: Callable[[], Places] = Places,
        number_of: Callable[[str], int | None] = number_of,
    ) -> None:
        # house: what a test must be able to set is a parameter
        self._recorder, self._now, self._places, self._number_of = recorder, now, places, number_of
        self.on, self._why_not, self._files = on, why_not, files
        self.whose = Whose()
        self._eye: SeenBy | None = None
        self._place: Callable[[], str] = str
        self._since: _Circumstances | None = None
        self._zero, self._first_s, self._rules = datetime.min, 0.0, shipped_rules()
        # Of the session that goes on; there are none before the first.
        self._windows: Windows
        self._happenings: Happenings

    @property
    def keeps(self) -> bool:
        """Whether what comes now is kept."""
        return self.on and self._eye is not None and not self.whose.why_not

    def find(self, name: str) -> Whose:
        """Look somebody up in the history, which may take a moment."""
        try:
            return Whose(name, self._number_of(name))
        except StoreError as why:
            return Whose(name, None, f"Nothing is kept of {name}: {why}")

    def takes(self, source: str) -> bool:
        """Return whether a source is kept where that is wanted: a recording shows another time."""
        return self._files or is_camera(source) or is_url(source)

    @property
    def problem(self) -> str:
        """Why nothing can be written now, or what has happened to what was kept; empty where all is well."""
        how = self._recorder.keeping
        if not self.keeps:
            return ""
        parts = [how.problem, how.notice]
        if how.problem and how.waiting_s:
            # Where all is well something waits too, for the next commit.
            parts.append(f"{_lasted(how.waiting_s)} wait in memory and follow when it can be written.")
        if how.lost_s:
            parts.append(f"{_lasted(how.lost_s)} could not be kept.")
        return " ".join(filter(None, parts))

    @property
    def words(self) -> str:
        """Say in a line whether anything is kept."""
        if not self.on:
            return self._why_not or "Nothing is kept."
        if self.whose.why_not:
            return self.whose.why_not
        if self._eye is None:
            return "A file is played: nothing of it is kept."
        where = "on this machine" if self.whose.person is None else f"in {self.whose.history}"
        return f"Numbers of each second are kept {where}, no picture."

    def watch(self, source: str, eye: SeenBy, place: Callable[[], str] = str) -> None:
        """Keep what comes from there from now on.

        Parameters
        ----------
        source
            As for `open_live`; a recording shows another time, and is kept only where that was asked for.
        place
            Tells the name of the place that is held against now; empty where none is.
        """
        self.end()
        self._eye = eye if self.takes(source) else None
        self._place = place

    def take(self, second: Second, targets: Targets) -> None:
        """Keep a second, and what is complete with it."""
        if not self.keeps:
            self.end()
            return
        now = self._now()
        since = self._circumstances(now, targets)
        late_s = (now - self._zero).total_seconds() - second.start_s - 1.0 if self._since else 0.0
        drifted = abs(late_s) > DRIFT_S
        if since != self._since or drifted:
            goes_on = self._since is not None and self._since.person == since.person and not drifted
            self.end()
            self._follow(targets, goes_on=goes_on)
            self._begin(second, now, since)
        windows = self._within(self._windows.take(second))
        self._recorder.take(second, list(windows), list(self._since_then(self._happenings.push(second))))

    def end(self) -> None:
        """Close the session, with what is complete only now."""
        if self._since is None:
            return
        self._since = None
        events = self._since_then(self._happenings.finish())
        self._recorder.end(list(self._within(self._windows.finish())), list(events))

    def close(self) -> None:
        """Write what waits, and let go of the history."""
        self._recorder.close()

    def _circumstances(self, now: datetime, targets: Targets) -> _Circumstances:
        # A session has one offset: by it the hours of all its rows are told.
        offset_s = int((now.utcoffset() or timedelta()).total_seconds())
        return _Circumstances(self._place(), digest(targets), now.toordinal(), self.whose.person, offset_s)

    def _follow(self, targets: Targets, *, goes_on: bool) -> None:
        """Begin windows and events anew; where the same person goes on, what is known of stillness and breaks stays."""
        if goes_on:
            self._happenings.begin()
            self._windows.hold_against(targets)
        else:
            self._happenings, self._windows = Happenings(self._rules), Windows(targets, self._rules)

    def _within(self, windows: Iterator[Window]) -> Iterator[Window]:
        # Windows are cut by the stream's time; the first one reaches back to before the session.
        return (replace(one, start_s=max(one.start_s, self._first_s)) for one in windows)

    def _since_then(self, events: Iterator[Event]) -> Iterator[Event]:
        # Who was still when the session began has been so for longer; that is in the one before.
        for one in events:
            since_s = max(one.start_s, self._first_s)
            if since_s > one.start_s:
                one = replace(one, start_s=since_s, evidence={**one.evidence, "lasted_s": one.end_s - since_s})
            yield one

    def _begin(self, second: Second, now: datetime, since: _Circumstances) -> None:
        assert self._eye is not None
        stream_s = math.floor(second.start_s)
        self._zero = now - timedelta(seconds=stream_s + 1)
        self._since, self._first_s = since, float(stream_s)
        origin = Origin(
            now - timedelta(seconds=1), self._eye.source, self._eye.model, self._eye.mode, __version__,
            self._kept(since.place), since.own_targets, since.person, stream_s,
        )  # fmt: skip
        if origin.day.toordinal() != since.day:
            # The last second of a day began before midnight, and is told after it.
            origin = replace(origin, started_at=now.replace(hour=0, minute=0, second=0, microsecond=0))
        self._recorder.begin(origin)

    def _kept(self, place: str) -> PlaceKept | None:
        try:
            return self._places().kept(place) if place else None
        except DataError:
            # Deleted or damaged since it was recognised: what is measured is kept all the same.
            return None


def keeper(asked: bool | None = None) -> Keeper:
    """Return one that keeps as this user has settled it.

    Parameters
    ----------
    asked
        What was asked for at the start: True keeps a played file too, False keeps nothing, None is as settled.
    """
    try:
        on, why_not = settings().keep, ""
    except StoreError as why:
        # It may have said that nothing is to be kept.
        on, why_not = False, f"Nothing is kept: {why}"
    return Keeper(Recorder(), on=on if asked is None else asked, why_not=why_not, files=bool(asked))


def digest(targets: Targets) -> str:
    """Return what own targets are told apart by; empty for the shipped ones."""
    return hashlib.sha256(repr(targets.own).encode()).hexdigest() if targets.own else ""


def _lasted(seconds: int) -> str:
    return f"{seconds} s" if seconds < 60 else f"{round(seconds / 60)} min"  # noqa: PLR2004 - a minute
