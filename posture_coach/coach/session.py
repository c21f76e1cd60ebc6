"""A live session: the newest picture of a camera in, a reading of it out, again and again."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace

from posture_coach.coach.company import InView, Where, in_view, meant
from posture_coach.coach.lately import NOTHING_YET, Minutes, Sink
from posture_coach.coach.levelling import Levelling
from posture_coach.errors import PictureError
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.calibration import LEVEL, Camera
from posture_coach.measures.definitions import NAMES
from posture_coach.measures.measurer import Baseline
from posture_coach.pose.camera import Live
from posture_coach.pose.checks import upside_down
from posture_coach.pose.follow import Follower
from posture_coach.pose.landmarker import mode_for
from posture_coach.pose.lookout import Sight
from posture_coach.pose.roster import Choice
from posture_coach.pose.sources import Grid, LiveState
from posture_coach.pose.types import Frame, Model, Pose, PoseSeries
from posture_coach.scoring.assess import Assessment, Assessor
from posture_coach.scoring.targets import Targets, shipped_targets

PATIENCE_S = 0.25
"""How long to wait for a picture before looking whether the source is still there, and still wanted."""
ORIENTATION_PICTURES = 30
"""So many pictures with somebody in them tell whether the camera stands on its head; a handstand later is one."""
GONE_S = 10.0
"""The chosen person may leave the picture for so long; then somebody else who is there is measured."""


class Session:
    """Assesses the newest picture whenever there is one, until the source has ended or is closed.

    Runs in the thread that iterates; pictures that come while one is assessed are passed over, except for the newest.

    Parameters
    ----------
    fps
        Assess at most so many pictures a second; None: as many as the machine manages.
    going
        Asked at least every quarter of a second; False ends the session.
    baseline
        The person's own neutral; `rebase` exchanges it.
    person
        Who is measured where several people are in view; `choose` exchanges him.
    targets
        What is held against; None: the shipped ones. `hold_against` exchanges them.

    Attributes
    ----------
    sight
        What the newest look at the whole picture saw.
    people
        Everybody in the newest picture, from left to right, where more than one is in view.
    near
        Whether somebody is so near the measured person that they can be taken for each other.
    lately
        How the measured person's last minutes were.
    """

    def __init__(
        self,
        live: Live,
        model: Model,
        fps: float | None = None,
        *,
        going: Callable[[], bool] = lambda: True,
        baseline: Baseline | None = None,
        person: Choice = "largest",
        targets: Targets | None = None,
        sink: Sink | None = None,
    ) -> None:
        self._live, self._model, self._fps, self._going = live, model, fps, going
        self._person = person
        self._where: Where | None = None
        self._targets = targets or shipped_targets(NAMES)
        self._other_targets: Targets | None = None
        self.sight: Sight | None = None
        self.people: tuple[InView, ...] = ()
        self.near = False
        self._minutes = Minutes(sink)
        self.lately = NOTHING_YET
        self._first: list[PoseSeries] | None = []
        self._levelling = Levelling(live.info)
        self._stand = LEVEL
        self.rebase(baseline)

    def rebase(self, baseline: Baseline | None, camera: Camera | None = None) -> None:
        """Judge against this neutral from the next picture on, seen by a camera that stands so.

        Without a neutral and a camera, it stands as its own pictures tell.
        """
        self._follows_lines = baseline is None and camera in (None, LEVEL)
        camera = self._stand if self._follows_lines else camera or LEVEL
        self._assessor = Assessor(shipped_accuracy(live=True), self._targets, baseline, camera, live=True)

    @property
    def doubt(self) -> str:
        """What makes the stand of its camera doubtful; empty where it was taken with an own upright, or is known."""
        return self._levelling.doubt if self._follows_lines else ""

    def choose(self, where: Where) -> None:
        """Measure the person there from the next picture on; may be called from any thread."""
        self._where = where

    def hold_against(self, targets: Targets) -> None:
        """Score against these from the next picture on; may be called from any thread."""
        self._other_targets = targets

    def __iter__(self) -> Generator[tuple[Frame, Assessment]]:
        """Yield each picture with its assessment.

        Raises
        ------
        PictureError
            The pictures are upside down.
        """
        grid = Grid(self._fps)
        mode = mode_for(self._fps or self._live.info.rate_hz)
        with Follower(self._model, mode, self._person, again_s=GONE_S) as follower, self._finishing():
            while self._going() and self._live.state in (LiveState.WATCHING, LiveState.LOST):
                frame = self._live.read(timeout=PATIENCE_S)
                if frame is None or not grid.takes(frame.time_s):
                    continue
                series = self._series(frame, follower)
                self._check_orientation(series)
                self._take_targets()
                assessment = replace(self._assessor.push(series), person=follower.roster.number)
                self.lately = self._minutes.push(assessment)
                yield frame, assessment

    @contextmanager
    def _finishing(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._minutes.finish()

    def _take_targets(self) -> None:
        other, self._other_targets = self._other_targets, None
        if other is not None and other != self._targets:
            self._targets = other
            self._assessor.hold_against(other)

    def _series(self, frame: Frame, follower: Follower) -> PoseSeries:
        where, self._where = self._where, None
        roster = follower.roster
        if where is not None and (track := meant(roster, where, frame.time_s, frame.size)) is not None:
            follower.choose(track)
        pose = follower.find(frame)
        self.sight = follower.sight
        self.people = in_view(roster, frame.time_s, frame.size)
        self.near = roster.near(frame.time_s)
        self._level(frame, pose)
        frames = [(frame.time_s, frame.index)]
        return PoseSeries.of([pose], frames, size=frame.size, mode=follower.mode, model=follower.model)

    def _level(self, frame: Frame, pose: Pose | None) -> None:
        """Take over how the camera stands, as far as no own upright was taken with another stand."""
        stand = self._levelling.show(frame, pose)
        if stand is not None and stand != self._stand:
            self._stand = stand
            if self._follows_lines:
                self.rebase(None)

    def _check_orientation(self, series: PoseSeries) -> None:
        """Look at the first pictures with somebody in them."""
        if self._first is None or not series.detected.any():
            return
        self._first.append(series)
        if len(self._first) < ORIENTATION_PICTURES:
            return
        if upside_down(PoseSeries.joined(self._first)):
            raise PictureError(
                "The person is head down. Turn the picture by 180° (--rotate 180, or on the page: Turn clockwise)."
            )
        self._first = None


def assessments(live: Live, model: Model, fps: float | None = None) -> Iterator[Assessment]:
    """Assess a live source, see `Session`; yield assessments of one picture each."""
    for _, assessment in Session(live, model, fps):
        yield assessment
