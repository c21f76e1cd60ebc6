"""The own upright of a live session: recognised as that of a place, or taken now."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from posture_coach.coach.guide import ENDED, GIVEN_UP, Guide, Phase
from posture_coach.coach.guided import Guided
from posture_coach.coach.places import Recognition, fitting
from posture_coach.coach.session import Session
from posture_coach.errors import DataError, OutputError
from posture_coach.measures.calibration import Camera
from posture_coach.measures.measurer import Baseline
from posture_coach.pose.lookout import Sight
from posture_coach.pose.types import Frame, PoseSeries
from posture_coach.scoring.assess import Assessment
from posture_coach.store.files.profiles import Places, Profile, SeenBy

NEWS_S = 30.0
"""How long it is told in a line that a calibration has ended."""

Finish = Callable[[Guided, SeenBy], Profile]
"""Keeps a calibration that has come to its end and returns what was kept; called on the session's thread."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands.

    Parameters
    ----------
    guide
        What the calibration that runs, or the last one, shows; None where there was none.
    has
        Whether there is something to hold against.
    place
        Whose upright that is; empty for one that belongs to this session alone.
    notice
        What the person should know before trusting it.
    doubt
        What makes the camera's stand doubtful, where it is read from its pictures.
    ended_s
        When the calibration ended, in seconds of `time.monotonic`; infinite while one runs.
    """

    guide: Guide | None = None
    has: bool = False
    place: str = ""
    notice: str = ""
    doubt: str = ""
    ended_s: float = math.inf

    @property
    def words(self) -> str:
        """How the calibration stands, in a line; empty where there was none, or none that is still news."""
        is_news = time.monotonic() < self.ended_s + NEWS_S
        return self.guide.line if self.guide is not None and is_news else ""

    def led(self, guide: Guide) -> Standing:
        """Return it with what the calibration shows now."""
        return replace(self, guide=guide, ended_s=time.monotonic() if guide.phase in ENDED else math.inf)


NOTHING_YET = Standing()


class Upright:
    """What a session holds the person against. `standing`, `take` and `forget` may be used from any thread."""

    def __init__(self, places: Callable[[], Places] = Places) -> None:
        self.standing = NOTHING_YET
        self._steered = threading.Lock()
        self._places = places
        self._guided: Guided | None = None
        self._asked: object = None
        self._view: object = None
        self._finish: Finish | None = None
        self._taken: tuple[Baseline, Camera] | None = None
        self._recognition = Recognition((), datetime.now(UTC))
        self._eye: SeenBy | None = None
        self._place: str | None = None
        self._again = False

    def take(self, guided: Guided, finish: Finish | None = None, view: object = None) -> None:
        """Begin a calibration with the next picture; one that runs is given up.

        Parameters
        ----------
        view
            Of which view it is asked, as given to `begin`: pictures of another one are none of its own.
        """
        with self._steered:
            self._finish, self._asked, self._guided = finish, view, guided
            self.standing = replace(self.standing, guide=None)

    def stop(self) -> None:
        """Give up the calibration that runs: what was taken before still stands."""
        with self._steered:
            self._guided = None
            self.standing = replace(self.standing, guide=None)

    def forget(self) -> None:
        """Forget what was taken in this session."""
        with self._steered:
            self._guided, self._taken = None, None
            self.standing = NOTHING_YET

    def begin(self, session: Session, eye: SeenBy, place: str | None = None, view: object = None) -> None:
        """Begin to watch what comes from there.

        Parameters
        ----------
        place
            Name of the place; None: the one that is recognised.
        view
            What the session sees, told apart from other views by being unequal.

        Raises
        ------
        DataError
            The named place is not there, is damaged, or does not hold here.
        """
        self._eye, self._place, self._view = eye, place, view
        if self._guided is not None and self._guided.begun:
            self._interrupted()
        self._recognise(eye)
        if self._taken is not None:
            session.rebase(*self._taken)

    def look_again(self) -> None:
        """Read the places anew with the next picture: one was renamed or deleted."""
        self._again = True

    def _recognise(self, eye: SeenBy) -> None:
        # Cleared first: where the named place is not there, nothing of an earlier one may stand.
        self._recognition = Recognition((), datetime.now(UTC))
        self.standing = replace(self.standing, has=self._taken is not None, place="", notice="")
        profiles, problems = fitting(self._places(), eye, self._place)
        self._recognition = Recognition(profiles, datetime.now(UTC))
        self.standing = replace(self.standing, notice="" if profiles else " ".join(problems))

    def _interrupted(self) -> None:
        """End a calibration whose pictures ended: what comes now is another time, and may be another camera."""
        self._guided = None
        if self.standing.guide is not None:
            ended = replace(self.standing.guide, phase=Phase.FAILED, problem=f"The pictures broke off. {GIVEN_UP}")
            self.standing = self.standing.led(ended)

    def push(self, session: Session, frame: Frame, poses: PoseSeries, sight: Sight | None) -> None:
        """Take in the next picture, and let the session hold against what holds from now on."""
        if self._again and self._eye is not None:
            self._again = False
            self._recognise(self._eye)
            session.rebase(*(self._taken or (None,)))
        guided = self._guided
        # A picture that was in work while the view changed comes after the calibration that waits for the new view.
        if guided is not None and self._asked == self._view:
            self._advance(guided, session, frame, poses, sight)
        elif self._taken is None and self._recognition.push(poses):
            session.rebase(self._recognition.baseline, self._recognition.camera)
        if self._taken is None and self._recognition.judged:
            here = self._recognition.profile
            self.standing = replace(
                self.standing, has=here is not None, place=here.place if here else "", notice=self._recognition.notice
            )  # fmt: skip
        if session.doubt != self.standing.doubt:
            self.standing = replace(self.standing, doubt=session.doubt)

    def watched(self, session: Session) -> Generator[Assessment]:
        """Yield a session's assessments, held against what is recognised on the way."""
        for frame, assessment in session:
            yield assessment
            self.push(session, frame, assessment.poses, session.sight)

    def _advance(self, guided: Guided, session: Session, frame: Frame, poses: PoseSeries, sight: Sight | None) -> None:
        guide = guided.push(frame, poses, sight)
        if guide.phase is Phase.DONE:
            guide = self._end(guided, session, guide)
        with self._steered:
            if self._guided is guided:  # nobody has given it up meanwhile
                self.standing = self.standing.led(guide)
                self._guided = None if guided.ended else guided

    def _end(self, guided: Guided, session: Session, guide: Guide) -> Guide:
        """Hold against what was taken, and hand it on."""
        try:
            taken = guided.neutral(), guided.camera
            kept = self._finish(guided, self._eye) if self._finish is not None and self._eye is not None else None
        except (DataError, OutputError) as why:
            return replace(guide, phase=Phase.FAILED, problem=str(why))
        session.rebase(*taken)
        self._taken = taken if kept is None else None
        if kept is not None:
            self._recognition = Recognition.of(kept, datetime.now(UTC))
        self.standing = replace(self.standing, has=True, place=kept.place if kept else "", notice="")
        return guide
