"""One watch over one camera, for everybody who looks: started, paused and configured from any thread.

A thread of its own opens the source, assesses pictures and hands each, drawn and packed by `pack`, to all who look.
It holds the camera only while somebody wants it to watch and somebody looks (or it was told to go on). It gives it back
within a second of a pause, and `GRACE_S` after the last one has gone who looked.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from enum import StrEnum

from posture_coach.coach.company import InView, Where
from posture_coach.coach.guide import Posture
from posture_coach.coach.guided import Guided
from posture_coach.coach.keeping import Keeper
from posture_coach.coach.lately import NOTHING_YET as NO_MINUTES
from posture_coach.coach.lately import Lately
from posture_coach.coach.places import seen_by
from posture_coach.coach.session import Session
from posture_coach.coach.upright import NOTHING_YET, Finish, Standing, Upright
from posture_coach.errors import in_words
from posture_coach.pose.camera import Live, is_camera, open_live
from posture_coach.pose.lookout import Sight
from posture_coach.pose.sources import LiveState
from posture_coach.pose.types import Frame, Model
from posture_coach.scoring.assess import Assessment, Reading
from posture_coach.scoring.steady import Steady
from posture_coach.store.files.own_targets import ME, Held

LOOK_AGAIN_S = 0.25
"""How often the thread looks whether it is wanted, when nobody tells it."""
GRACE_S = 3.0
"""A tab that reloads is gone for a moment: the camera is kept for so long."""
HISTORY_LENGTH = 1500
"""Pictures: two minutes at ten a second, and some more."""
RETRY_S = 5.0
"""After a problem that may pass, such as a camera in a call."""

Pack = Callable[[Frame, Assessment, Reading, "Status"], bytes]
"""Turns a picture, what was found in it and what is told of that into what is sent; called on the watch's thread."""
Lock = Callable[[], AbstractContextManager[object]]
"""Keeps other processes from the camera while it is held; raises CameraError where one holds it."""


class Phase(StrEnum):
    """What the watch is doing."""

    WATCHING = "watching"
    STARTING = "starting"
    PAUSED = "paused"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be watched, and how.

    Parameters
    ----------
    source
        As for `open_live`.
    fps
        Assess at most so many pictures a second.
    skeleton_only
        Show the drawn person on an empty ground instead of the picture.
    place
        Name of the place whose upright to hold against; None: the one that is recognised.
    """

    source: str
    model: Model = Model.FULL
    fps: float = 10.0
    mirror: bool = False
    rotate: int = 0
    skeleton_only: bool = False
    place: str | None = None

    @property
    def view(self) -> tuple[object, ...]:
        """What the own upright depends on."""
        return self.source, self.model, self.mirror, self.rotate, self.place

    def seen_as(self, other: Wish) -> bool:
        """Return whether the source need not be opened anew: what is drawn may change at any time."""
        return replace(self, skeleton_only=False) == replace(other, skeleton_only=False)


@dataclass(frozen=True, slots=True)
class Status:
    """How the watch stands, for those who look.

    Parameters
    ----------
    problem
        Why there are no pictures and what to do; empty while there are.
    upright
        What the person is held against, and how taking it stands.
    analysed
        Pictures assessed since the program started.
    sight
        What the last look at the whole picture found.
    people
        Everybody in the newest picture, from left to right, where more than one is in view.
    near
        Whether somebody is so near the measured person that they can be taken for each other.
    lately
        How the measured person's last minutes were.
    held
        Whose targets are held against, and what they are; None where the shipped ones are.
    keeper
        Tells what is kept of it; None where nothing ever is.
    """

    phase: Phase
    wish: Wish
    problem: str = ""
    upright: Standing = NOTHING_YET
    analysed: int = 0
    sight: Sight | None = None
    people: tuple[InView, ...] = ()
    near: bool = False
    lately: Lately = NO_MINUTES
    held: Held | None = None
    keeper: Keeper | None = None

    @property
    def neutral(self) -> str:
        """How taking the person's own upright stands, in words; empty where none was asked for lately."""
        return self.upright.words

    @property
    def has_neutral(self) -> bool:
        """Whether there is an own upright to hold against."""
        return self.upright.has


@dataclass(frozen=True, slots=True)
class Shown:
    """A packed picture and its number, which grows."""

    number: int
    packed: bytes


class Watch:
    """Owns the camera. Every method may be called from any thread.

    Parameters
    ----------
    wish
        What to watch at first.
    pack, lock
        See `Pack` and `Lock`; the lock is taken for cameras alone.
    held
        Reads what a person is held against; None: the shipped targets, whoever it is.
    """

    def __init__(
        self,
        wish: Wish,
        pack: Pack,
        lock: Lock = nullcontext,
        held: Callable[[str], Held] | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self._pack, self._lock, self._keeper = pack, lock, keeper
        self._reads, self._held = held, held(ME) if held is not None else None
        self._wish = wish
        self._wanted = True
        self._goes_on = False
        self._viewers = 0
        self._left_s = float("-inf")
        self._closed = False
        self._phase, self._problem = Phase.PAUSED, ""
        self._upright = Upright()
        self._session: Session | None = None
        self._history: deque[tuple[float, float]] = deque(maxlen=HISTORY_LENGTH)
        self._newest: Shown | None = None
        self._count = 0
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="watch", daemon=True)
        self._thread.start()

    # For those who look -------------------------------------------------------------------------------------------

    @property
    def status(self) -> Status:
        """How it stands now."""
        with self._news:
            told = self._phase, self._wish, self._problem, self._upright.standing, self._count
            session = self._session
            now = (session.sight, session.people, session.near, session.lately) if session is not None else _NOTHING
            return Status(*told, *now, self._held, self._keeper)

    @property
    def wanted(self) -> bool:
        """Whether it is to watch (as far as somebody looks)."""
        return self._wanted

    @property
    def goes_on(self) -> bool:
        """Whether it watches on when nobody looks."""
        return self._goes_on

    @contextmanager
    def viewing(self) -> Iterator[None]:
        """Count somebody who looks."""
        with self._news:
            self._viewers += 1
            self._news.notify_all()
        try:
            yield
        finally:
            with self._news:
                self._viewers -= 1
                self._left_s = time.monotonic()

    def after(self, number: int, timeout_s: float) -> Shown | None:
        """Wait for a picture newer than number; None if none comes in time, or the watch is closed."""
        with self._news:
            self._news.wait_for(lambda: self._closed or self._is_newer(number), timeout_s)
            return self._newest if self._is_newer(number) else None

    def history(self) -> list[tuple[float, float]]:
        """Return (time_s, score) of the last pictures of this session; NaN where there was no score."""
        with self._news:
            return list(self._history)

    def _is_newer(self, number: int) -> bool:
        return self._newest is not None and self._newest.number > number

    # For those who steer ------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Watch, as long as somebody looks."""
        self._set(_wanted=True, _problem="")

    def pause(self) -> None:
        """Give the camera back and show no more pictures until `start`."""
        self._set(_wanted=False, _newest=None, _problem="")

    def go_on(self, unseen: bool) -> None:
        """Watch on when nobody looks, or no longer."""
        self._set(_goes_on=unseen)

    def wish(self, **changes: object) -> None:
        """Change what is watched; the own upright is forgotten where the camera's view changes."""
        with self._news:
            wish = replace(self._wish, **changes)  # type: ignore[arg-type]
            if wish == self._wish:
                return
            if wish.view != self._wish.view:
                self._upright.forget()
            self._wish, self._problem = wish, ""
            self._news.notify_all()

    def choose(self, where: Where) -> None:
        """Measure the person there from the next picture on."""
        with self._news:
            if self._session is not None:
                self._session.choose(where)

    def hold_against(self, person: str | None = None) -> None:
        """Read targets anew, and score against them from the next picture on.

        Parameters
        ----------
        person
            Whose; None: of whom they were before.
        """
        if self._reads is None or self._held is None:
            return
        held = self._reads((before := self._held).person if person is None else person)
        whose = self._keeper.find(held.person) if self._keeper is not None else None
        with self._news:
            if person is None and self._held is not before:
                return  # somebody else was chosen while the file was read
            if held.targets != self._held.targets:
                self._history.clear()
            self._held = held
            if self._keeper is not None and whose is not None:
                self._keeper.whose = whose
            if self._session is not None:
                self._session.hold_against(held.targets)

    def keep(self, on: bool) -> None:
        """Keep what is measured from now on, or no longer."""
        if self._keeper is not None:
            self._keeper.on = on

    def take_neutral(self) -> None:
        """Take the next seconds as the person's own upright, for as long as the program runs."""
        self.calibrate(Guided((Posture.UPRIGHT,)))

    def calibrate(self, guided: Guided, finish: Finish | None = None) -> None:
        """Lead the person through a calibration; one that runs is given up."""
        with self._news:
            self._upright.take(guided, finish, self._wish.view)

    def look_again(self) -> None:
        """Read the places anew: one was renamed or deleted."""
        self._upright.look_again()

    def give_up(self) -> None:
        """End the calibration that runs: what was taken before still stands."""
        self._upright.stop()

    def close(self) -> None:
        """End the watch and give the camera back."""
        self._set(_closed=True)
        self._thread.join()
        if self._keeper is not None:
            self._keeper.close()

    def _set(self, **values: object) -> None:
        with self._news:
            for name, value in values.items():
                setattr(self, name, value)
            self._news.notify_all()

    # On the watch's own thread ------------------------------------------------------------------------------------

    def _work(self) -> None:
        while not self._closed:
            with self._news:
                self._news.wait_for(lambda: self._closed or self._is_due(), LOOK_AGAIN_S)
            if not self._is_due():
                if self._phase is not Phase.PAUSED:
                    self._set(_phase=Phase.PAUSED, _newest=None)
                continue
            wish = self._wish
            try:
                self._watch(wish)
            except Exception as why:  # noqa: BLE001 - a thread that ends would leave every page waiting for ever
                self._rest(wish, in_words(why))

    def _is_due(self) -> bool:
        looked_at = self._viewers > 0 or time.monotonic() - self._left_s < GRACE_S
        return not self._closed and self._wanted and (looked_at or self._goes_on)

    def _watch(self, wish: Wish) -> None:
        """Watch until it is no longer wanted so."""
        self._set(_phase=Phase.STARTING, _problem="")
        held = self._lock() if is_camera(wish.source) else nullcontext()
        with self._news:
            self._history.clear()
        with held, open_live(wish.source, mirror=wish.mirror, rotate=wish.rotate) as live:
            self.hold_against()  # its file may have been edited meanwhile
            session = Session(
                live, wish.model, wish.fps, targets=self._held.targets if self._held else None, sink=self._keeper,
                going=lambda: self._is_due() and self._wish.seen_as(wish) and self._notice(live),
            )  # fmt: skip
            eye = seen_by(wish.source, live.info, wish.model, wish.fps, mirror=wish.mirror, rotate=wish.rotate)
            self._upright.begin(session, eye, wish.place, wish.view)
            if self._keeper is not None:
                self._keeper.watch(wish.source, eye, lambda: self._upright.standing.place)
            self._set(_session=session)
            try:
                steady = Steady()
                with closing(iter(session)) as seen:
                    for frame, assessment in seen:
                        self._upright.push(session, frame, assessment.poses, session.sight)
                        self._publish(frame, assessment, steady.push(assessment))
            finally:
                self._set(_session=None)
        if live.state is LiveState.ENDED and self._is_due():
            self._rest(wish, f"{live.info.name} has ended.")

    def _notice(self, live: Live) -> bool:
        """Take over what the source says of itself."""
        lost = live.state is LiveState.LOST
        if lost or self._phase is Phase.PROBLEM:
            self._set(_phase=Phase.PROBLEM if lost else Phase.STARTING, _problem=live.problem or "")
        return True

    def _publish(self, frame: Frame, assessment: Assessment, told: Reading) -> None:
        self._set(_phase=Phase.WATCHING, _problem="")
        self._count += 1
        packed = self._pack(frame, assessment, told, self.status)
        with self._news:
            self._history.append((frame.time_s, float(assessment.score.score[0])))
            if self._wanted:  # asked with the lock: who has paused is shown nothing more
                self._newest = Shown(self._count, packed)
                self._news.notify_all()

    def _rest(self, wish: Wish, problem: str) -> None:
        """Tell the problem, and wait until something changes or it is time to try again."""
        self._set(_phase=Phase.PROBLEM, _problem=problem, _newest=None)
        with self._news:
            self._news.wait_for(lambda: not self._is_due() or self._wish != wish or not self._problem, RETRY_S)


_NOTHING = (None, (), False, NO_MINUTES)
"""What there is to tell of a session before there is one."""
