"""A live session: the newest picture of a camera in, a reading of it out, again and again."""

from __future__ import annotations

from collections.abc import Iterator

from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.definitions import NAMES
from posture_coach.pose.camera import Live
from posture_coach.pose.landmarker import Landmarker, mode_for
from posture_coach.pose.sources import LiveState
from posture_coach.pose.types import Frame, Model, PoseSeries
from posture_coach.scoring.assess import Assessment, Assessor
from posture_coach.scoring.targets import shipped_targets

PATIENCE_S = 0.5
"""How long to wait for a picture before looking whether the source is still there."""


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
    """
    assessor = Assessor(shipped_accuracy(), shipped_targets(NAMES))
    next_s = 0.0
    with Landmarker(model, mode_for(fps or live.info.rate_hz)) as network:
        while live.state in (LiveState.WATCHING, LiveState.LOST):
            frame = live.read(timeout=PATIENCE_S)
            if frame is None or (fps and frame.time_s < next_s):
                continue
            # A late picture does not make the next ones come too early.
            next_s = max(next_s + 1 / fps, frame.time_s) if fps else 0.0
            yield assessor.push(_series(frame, network))


def _series(frame: Frame, network: Landmarker) -> PoseSeries:
    return PoseSeries.of(
        [network.find(frame)],
        [(frame.time_s, frame.index)],
        size=frame.size,
        mode=network.mode,
        model=network.model,
    )
