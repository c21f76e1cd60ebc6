"""A calibration with its camera: keeps a few pictures of the upright to read how the camera stands, and no longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from posture_coach.coach.calibrating import Calibration
from posture_coach.coach.guide import Guide, Phase, Posture
from posture_coach.measures.calibration import LEVEL, Camera, UprightFrom
from posture_coach.measures.definitions import BY_NAME
from posture_coach.measures.measurer import Baseline
from posture_coach.measures.shrinkage import shrunk
from posture_coach.measures.types import View
from posture_coach.pose.lookout import Sight
from posture_coach.pose.types import Frame, PoseSeries
from posture_coach.pose.verticals import MAX_PICTURES, roll_from_lines
from posture_coach.store.profiles import Profile, SeenBy

PICTURE_EVERY_S = 10.0 / MAX_PICTURES
"""Spread over the seconds of the upright."""


class Guided:
    """Leads through the postures, and makes a profile of what came of them.

    Parameters
    ----------
    postures
        See `Calibration`.
    camera
        What is known of the camera beforehand: a measured lens, a vertical that somebody clicked.
    """

    def __init__(self, postures: Sequence[Posture] = tuple(Posture), camera: Camera = LEVEL) -> None:
        self._calibration = Calibration(postures)
        self.camera = camera
        self._kept: list[tuple[Frame, PoseSeries]] = []
        self._doubt = ""

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to push."""
        return self._calibration.ended

    def push(self, frame: Frame, poses: PoseSeries, sight: Sight | None = None) -> Guide:
        """Take in one picture and the pose in it."""
        guide = self._calibration.push(poses, sight)
        if guide.posture is Posture.UPRIGHT:
            self._keep(frame, poses, guide.phase)
        if guide.phase is Phase.DONE and self.camera.known_from is UprightFrom.ASSUMED and self._kept:
            self._read_lines()
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
        taken = self._calibration.taken(self.camera)
        return Profile(
            place, now, eye, taken.own, taken.where, taken.seconds, self.camera, taken.spread, stature_cm
        )  # fmt: skip

    def told(self) -> Told:
        """Return what came of it in plain words.

        Raises
        ------
        DataError
            It has not come to its end.
        """
        taken = self._calibration.taken(self.camera)
        values = [
            (BY_NAME[name].title, name, value, taken.spread.get(name, float("nan")))
            for name, value in taken.own.values.items()
            if name in BY_NAME and not BY_NAME[name].in_pixels
        ]
        return Told(
            taken.own.view,
            tuple(values),
            bool(taken.own.slump),
            self.camera,
            tuple(filter(None, (*taken.notes, self._doubt))),
        )

    def _keep(self, frame: Frame, poses: PoseSeries, phase: Phase) -> None:
        """Keep a picture now and then while the upright is held; a new try starts anew."""
        if phase is not Phase.HOLDING:
            self._kept = self._kept if phase in (Phase.DONE, Phase.SETTLING) else []
        elif not self._kept or frame.time_s - self._kept[-1][0].time_s >= PICTURE_EVERY_S:
            self._kept.append((replace(frame, image=frame.image.copy()), poses))

    def _read_lines(self) -> None:
        """Take roll and pitch from upright lines in the room, where they say something."""
        people = np.concatenate([poses.points_px for _, poses in self._kept])
        lens, focal = self.camera.lens, self.camera.focal_px
        told = roll_from_lines([f.image for f, _ in self._kept], people_px=people, focal_px=focal, lens=lens)
        if not told.usable:
            self._doubt = f"How the camera stands is not known: {told.doubt}"
            return
        self.camera = replace(
            self.camera, roll_deg=told.roll_deg, roll_err_deg=told.roll_err_deg, known_from=UprightFrom.LINES
        )  # fmt: skip
        if not np.isnan(told.pitch_deg):
            self.camera = replace(self.camera, pitch_deg=told.pitch_deg, pitch_err_deg=told.pitch_err_deg)


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a calibration, for a person to read.

    Parameters
    ----------
    values
        (title, name, value, standard deviation while it was held) of each measure of the upright.
    slump
        Whether the deliberate slump was taken.
    notes
        What it lacks, and why.
    """

    view: View
    values: tuple[tuple[str, str, float, float], ...]
    slump: bool
    camera: Camera
    notes: tuple[str, ...]
