"""A live session: the newest picture of a camera in, a reading of it out, again and again."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

from posture_coach.errors import PictureError
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.calibration import LEVEL, Camera
from posture_coach.measures.definitions import NAMES
from posture_coach.measures.measurer import Baseline
from posture_coach.pose.camera import Live
from posture_coach.pose.checks import upside_down
from posture_coach.pose.landmarker import Landmarker, mode_for
from posture_coach.pose.sources import Grid, LiveState
from posture_coach.pose.types import Frame, Model, PoseSeries
from posture_coach.scoring.assess import Assessment, Assessor
from posture_coach.scoring.targets import shipped_targets

PATIENCE_S = 0.25
"""How long to wait for a picture before looking whether the source is still there, and still wanted."""
ORIENTATION_PICTURES = 30
"""So many pictures with somebody in them tell whether the camera stands on its head; a handstand later is one."""


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
    """

    def __init__(
        self,
        live: Live,
        model: Model,
        fps: float | None = None,
        *,
        going: Callable[[], bool] = lambda: True,
        baseline: Baseline | None = None,
    ) -> None:
        self._live, self._model, self._fps, self._going = live, model, fps, going
        self._first: list[PoseSeries] | None = []
        self.rebase(baseline)

    def rebase(self, baseline: Baseline | None, camera: Camera = LEVEL) -> None:
        """Judge against this neutral from the next picture on, seen by a camera that stands so."""
        self._assessor = Assessor(shipped_accuracy(), shipped_targets(NAMES), baseline, camera)

    def __iter__(self) -> Generator[tuple[Frame, Assessment]]:
        """Yield each picture with its assessment.

        Raises
        ------
        PictureError
            The pictures are upside down.
        """
        grid = Grid(self._fps)
        with Landmarker(self._model, mode_for(self._fps or self._live.info.rate_hz)) as network:
            while self._going() and self._live.state in (LiveState.WATCHING, LiveState.LOST):
                frame = self._live.read(timeout=PATIENCE_S)
                if frame is None or not grid.takes(frame.time_s):
                    continue
                series = _series(frame, network)
                self._check_orientation(series)
                yield frame, self._assessor.push(series)

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


def _series(frame: Frame, network: Landmarker) -> PoseSeries:
    return PoseSeries.of(
        [network.find(frame)],
        [(frame.time_s, frame.index)],
        size=frame.size,
        mode=network.mode,
        model=network.model,
    )
