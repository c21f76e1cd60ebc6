"""The stand of a live camera, read from its pictures beside the watching: now and then, on a thread of its own."""

from __future__ import annotations

import threading

from posture_coach.measures.calibration import Camera
from posture_coach.measures.stand import stand_of
from posture_coach.pose.album import Album
from posture_coach.pose.sources import SourceInfo
from posture_coach.pose.types import Frame, Pose

GATHERING_S = 5.0
"""Pictures of so long show what a moving person hides."""
AGAIN_S = 600.0
"""Laptops are tilted and tables raised; half a second of work in ten minutes is nothing."""


class Levelling:
    """Show it every picture of one live source; it hands back a camera whenever the stand is read anew.

    Attributes
    ----------
    doubt
        What is to be said of the camera that was handed back last; empty where nothing is.
    """

    def __init__(self, info: SourceInfo) -> None:
        self._info = info
        self._album = Album()
        self._begun_s: float | None = None
        self._at_work: threading.Thread | None = None
        self._found: tuple[Camera, list[str]] | None = None
        self.doubt = ""

    def show(self, frame: Frame, pose: Pose | None) -> Camera | None:
        """Take a picture; return how the camera stands, once, when that is known."""
        if self._begun_s is None:
            self._begun_s = frame.time_s
        if self._at_work is None:
            gathered = frame.time_s - self._begun_s >= GATHERING_S
            if frame.time_s - self._begun_s >= 0.0:
                self._album.show(frame, pose)
            if gathered:
                # Ended with the program in the middle of OpenCV's work, it would take the whole process down with it.
                self._at_work = threading.Thread(target=self._read, name="levelling", daemon=False)
                self._at_work.start()
            return None
        if self._at_work.is_alive() or self._found is None:
            return None
        (found, said), self._found, self._at_work = self._found, None, None
        self.doubt = " ".join(said)
        self._album, self._begun_s = Album(), frame.time_s + AGAIN_S
        return found

    def _read(self) -> None:
        self._found = stand_of(self._album, self._info)
