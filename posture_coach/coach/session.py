"""A live session: the newest picture of a camera in, a reading of it out, again and again."""

from __future__ import annotations

from collections.abc import Iterator

from posture_coach.errors import PictureError
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.definitions import NAMES
from posture_coach.pose.camera import Live
from posture_coach.pose.checks import upside_down
from posture_coach.pose.landmarker import Landmarker, mode_for
from posture_coach.pose.sources import Grid, LiveState
from posture_coach.pose.types import Frame, Model, PoseSeries
from posture_coach.scoring.assess import Assessment, Assessor
from posture_coach.scoring.targets import shipped_targets

PATIENCE_S = 0.5
"""How long to wait for a picture before looking whether the source is still there."""
ORIENTATION_PICTURES = 30
"""So many pictures with somebody in them tell whether the camera stands on its head; a handstand later is one."""


def assessments(live: Live, model: Model, fps: float | None = None) -> Iterator[Assessment]:
    """Assess the newest picture whenever there is one, until the source has ended or is closed.

    Runs in the caller's thread; pictures that come while one is assessed are passed over, except for the newest.

    Parameters
    ----------
    fps
        Assess at most so many pictures a second; None: as many as the machine manages.

    Yields
    ------
    Of one picture each.

    Raises
    ------
    PictureError
        The pictures are upside down.
    """
    assessor = Assessor(shipped_accuracy(), shipped_targets(NAMES))
    first: list[PoseSeries] | None = []
    grid = Grid(fps)
    with Landmarker(model, mode_for(fps or live.info.rate_hz)) as network:
        while live.state in (LiveState.WATCHING, LiveState.LOST):
            frame = live.read(timeout=PATIENCE_S)
            if frame is None or not grid.takes(frame.time_s):
                continue
            series = _series(frame, network)
            first = _upright_so_far(first, series)
            yield assessor.push(series)


def _upright_so_far(first: list[PoseSeries] | None, series: PoseSeries) -> list[PoseSeries] | None:
    """Collect the first pictures with somebody in them; None once they were enough and upright."""
    if first is None or not series.detected.any():
        return first
    first = [*first, series]
    if len(first) < ORIENTATION_PICTURES:
        return first
    if upside_down(PoseSeries.joined(first)):
        raise PictureError("The person is head down. Turn the picture with --rotate 180 and start again.")
    return None


def _series(frame: Frame, network: Landmarker) -> PoseSeries:
    return PoseSeries.of(
        [network.find(frame)],
        [(frame.time_s, frame.index)],
        size=frame.size,
        mode=network.mode,
        model=network.model,
    )
