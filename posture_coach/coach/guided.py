"""A calibration with its camera: keeps a few pictures of the upright to read how the camera stands, and no longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from posture_coach.coach.calibrating import Calibration
from posture_coach.coach.guide import Guide, Phase, Posture
from posture_coach.measures.calibration import LEVEL, Camera
from posture_coach.measures.floor import camera_height_m
from posture_coach.measures.measurer import Baseline
from posture_coach.measures.shrinkage import shrunk
from posture_coach.measures.upright import Stand, combined, from_click, from_lines, from_standing
from posture_coach.pose.lens import Preset
from posture_coach.pose.lookout import Sight
from posture_coach.pose.types import Frame, PoseSeries
from posture_coach.pose.verticals import MAX_PICTURES, roll_from_lines
from posture_coach.store.files.profiles import Profile, SeenBy

Vertical = tuple[float, float, float, float]

CM_PER_M = 100.0
PICTURE_EVERY_S = 10.0 / MAX_PICTURES
"""Spread over the seconds of the upright."""


class Guided:
    """Leads through the postures, and makes a profile of what came of them.

    Parameters
    ----------
    postures
        See `Calibration`.
    camera
        What is known of the camera beforehand, such as its measured lens.
    vertical
        Two points of something upright that somebody clicked: x, y, x, y in shares of the picture's width and height.
    webcam
        Which common camera it is: its field of view stands in for a measured lens.
    """

    def __init__(
        self,
        postures: Sequence[Posture] = tuple(Posture),
        camera: Camera = LEVEL,
        vertical: Vertical | None = None,
        webcam: Preset | None = None,
    ) -> None:
        self._calibration = Calibration(postures)
        self.camera = camera
        self._vertical, self._webcam = vertical, webcam
        self._settled = self._begun = False
        self._kept: list[tuple[Frame, PoseSeries]] = []
        self._doubt = self._lacking = ""

    @property
    def begun(self) -> bool:
        """Whether a picture has been pushed."""
        return self._begun

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to push."""
        return self._calibration.ended

    def push(self, frame: Frame, poses: PoseSeries, sight: Sight | None = None) -> Guide:
        """Take in one picture and the pose in it."""
        if not self._begun and self._webcam is not None:
            focal_px, focal_err = self._webcam.focal_px(*frame.size), self._webcam.err
            self.camera = replace(self.camera, focal_px=focal_px, focal_err=focal_err)
        self._begun = True
        guide = self._calibration.push(poses, sight)
        if guide.posture is Posture.UPRIGHT:
            self._keep(frame, poses, guide.phase)
        if guide.phase is Phase.DONE and not self._settled:
            self._settled = True
            self._settle_camera()
        if self.ended:
            self._kept = []
        return guide

    def neutral(self) -> Baseline:
        """Return what later pictures are held against: the own upright, as far as it can be relied on.

        Raises
        ------
        DataError
            It has not come to its end.
        """
        taken = self._calibration.taken(self.camera)
        return shrunk(taken.own, taken.spread, taken.seconds)

    def profile(self, place: str, eye: SeenBy, now: datetime, stature_cm: float | None = None) -> Profile:
        """Return what came of it.

        Raises
        ------
        DataError
            It has not come to its end.
        """
        taken, camera = self._calibration.taken(self.camera), self.camera
        if stature_cm is not None:
            height = camera_height_m(self._calibration.upright, stature_cm / CM_PER_M, camera)
            camera, self._lacking = height.of(camera), height.reason
        return Profile(place, now, eye, taken.own, taken.where, taken.seconds, camera, taken.spread, stature_cm)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the result lacks, and why."""
        return tuple(note for note in (*self._calibration.notes, self._doubt, self._lacking) if note)

    def _keep(self, frame: Frame, poses: PoseSeries, phase: Phase) -> None:
        """Keep a picture now and then while the upright is held; a new try starts anew."""
        if phase is not Phase.HOLDING:
            self._kept = self._kept if phase in (Phase.DONE, Phase.SETTLING) else []
        elif not self._kept or frame.time_s - self._kept[-1][0].time_s >= PICTURE_EVERY_S:
            self._kept.append((replace(frame, image=frame.image.copy()), poses))

    def _settle_camera(self) -> None:
        """Put together what says how the camera stands: a click, upright lines in the room, the person standing."""
        upright = self._calibration.upright
        stands = (
            [] if self._vertical is None else [_clicked(self._vertical, (upright.width, upright.height), self.camera)]
        )
        if self._kept:
            people = np.concatenate([poses.points_px for _, poses in self._kept])
            pictures = [frame.image for frame, _ in self._kept]
            told = roll_from_lines(
                pictures, people_px=people, focal_px=self.camera.focal_px, focal_err=self.camera.focal_err,
                lens=self.camera.lens,
            )  # fmt: skip
            stands.append(from_lines(told))
        stands.append(from_standing(upright, self.camera))
        stand = combined(stands)
        self.camera = stand.of(self.camera)
        self._doubt = stand.refusal


def _clicked(vertical: Vertical, size: tuple[int, int], camera: Camera) -> Stand:
    one_x, one_y, other_x, other_y = vertical
    width, height = size
    return from_click((one_x * width, one_y * height), (other_x * width, other_y * height), size, camera)
