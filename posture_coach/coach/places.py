"""Which place this is, and whether what was taken there still holds: looked at before anything is scored against it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from posture_coach.errors import DataError
from posture_coach.measures.calibration import LEVEL, Camera, UprightFrom
from posture_coach.measures.measurer import Baseline
from posture_coach.measures.moved import how_moved
from posture_coach.measures.whereabouts import Where, unlike, whereabouts
from posture_coach.pose.camera import find_cameras, is_camera
from posture_coach.pose.landmarker import mode_for
from posture_coach.pose.sources import SourceInfo, is_url, without_password
from posture_coach.pose.types import Model, PoseSeries
from posture_coach.signals import Held
from posture_coach.store.files.profiles import Places, Profile, SeenBy, misfit

AGE = timedelta(weeks=4)
"""Bodies, chairs and desks change; after so long the upright is asked for again."""
SEEN_S = 3.0
"""How long to look before judging where somebody is: the median of it forgives a reach or a nod."""
MOVED_S = 60.0
"""How long somebody must be out of place, once the place was recognised: people bend and lean back for a while."""


def source_name(source: str) -> str:
    """Return what a source is known by from one start to the next: the camera's own name rather than its number."""
    if is_url(source):
        return without_password(source)
    if not is_camera(source):
        return str(Path(source).absolute())
    # Elsewhere listing cameras means opening them.
    cameras = find_cameras() if sys.platform == "linux" else []
    named = (c.name for c in cameras if source in (str(c.index), c.path) and c.name)
    return next(named, source)


def seen_by(
    source: str, info: SourceInfo, model: Model, fps: float | None, *, mirror: bool = False, rotate: int = 0
) -> SeenBy:
    """Return what an open source's pictures come from."""
    mode = mode_for(fps or info.rate_hz)
    return SeenBy(source_name(source), info.width, info.height, model, mode, mirror, rotate)


def stale(profile: Profile, now: datetime, shift: str = "") -> str:
    """Say why a profile should be taken anew before anything is scored against it; empty where it need not be.

    Parameters
    ----------
    now
        With its time zone.
    shift
        How the person sits elsewhere than for the upright; empty where he does not, or nobody has looked.
    """
    if shift:
        return (
            f"Camera or chair moved? At {profile.place} {shift} than when your upright was taken. Sit as you did then; "
            "if you do, calibrate again. Until then nothing is held against it."
        )
    if now - profile.taken_at > AGE:
        weeks = (now - profile.taken_at) // timedelta(weeks=1)
        return f"Your upright at {profile.place} is {weeks} weeks old. Calibrate again when it suits you."
    return ""


def fitting(places: Places, eye: SeenBy, place: str | None = None) -> tuple[list[Profile], list[str]]:
    """Return the profiles that hold for these pictures, newest first, and a sentence for each that is damaged.

    Parameters
    ----------
    place
        Name of the only one that is asked for.

    Raises
    ------
    DataError
        The named one is not there, is damaged, or does not hold here.
    """
    if place is None:
        profiles, problems = places.all()
        return [profile for profile in profiles if not misfit(profile, eye)], problems
    profile = places.get(place)
    why = misfit(profile, eye)
    if why:
        raise DataError(f"{why} Calibrate here under another name: `posture-coach calibrate --place NAME`.")
    return [profile], []


class Recognition:
    """Recognises the place from where the person sits, and goes on looking whether that is still so.

    Parameters
    ----------
    profiles
        Those that may hold, the likeliest first.
    now
        Time of day at the beginning, with its time zone.

    Attributes
    ----------
    profile
        What to hold against; None as long as nobody has been seen for three seconds, or if nothing holds.
    notice
        What to tell the person.
    judged
        Whether somebody has been seen for long enough.
    """

    def __init__(self, profiles: Sequence[Profile], now: datetime) -> None:
        self.profile: Profile | None = None
        self.notice = ""
        self.judged = False
        self._profiles, self._now = list(profiles), now
        self._parts: list[PoseSeries] = []
        self._place: Profile | None = None
        self._out_of_place: Held[bool] = Held(MOVED_S)

    @classmethod
    def of(cls, profile: Profile, now: datetime) -> Recognition:
        """Begin with a place that is known for sure."""
        known = cls([profile], now)
        known.profile = known._place = profile
        known.judged = True
        known._out_of_place.push(False, 0.0)
        return known

    @property
    def baseline(self) -> Baseline | None:
        """What to hold against."""
        return self.profile.neutral() if self.profile else None

    @property
    def camera(self) -> Camera:
        """How the camera stands and sees; of one that may have moved, only its lens is known."""
        if self.profile:
            return self.profile.camera
        seen = self._place.camera if self._place else LEVEL
        return replace(seen, roll_deg=0.0, pitch_deg=0.0, roll_err_deg=float("nan"), known_from=UprightFrom.ASSUMED)

    def push(self, poses: PoseSeries) -> bool:
        """Take in the next pictures; return whether what is to be held against has changed."""
        if not self._profiles or not poses.detected.any():
            return False
        self._parts.append(poses)
        if float(poses.time_s[-1]) - float(self._parts[0].time_s[0]) < SEEN_S:
            return False
        seen, now_s = PoseSeries.joined(self._parts), float(poses.time_s[-1])
        self._parts = []
        return self._judge(seen, now_s)

    def _judge(self, seen: PoseSeries, now_s: float) -> bool:
        before, self.judged = self.profile, True
        if before is None:
            self._place = _likeliest(self._profiles, whereabouts(seen))
        place = self._place
        assert place is not None
        shift = how_moved(place.where, place.own, place.camera, seen)
        shifted = bool(shift)
        if before is None and not shifted:
            self._out_of_place = Held(MOVED_S)
        out = self._out_of_place.push(shifted, now_s)
        if not shifted or out:
            self.notice = stale(place, self._now, shift)
        self.profile = None if out else place
        return self.profile is not before


def _likeliest(profiles: Sequence[Profile], seen: Where) -> Profile:
    """Return the profile whose person sat most like this one; of those that cannot be compared, the first."""
    differences = [(unlike(p.where, seen, p.own.view), i) for i, p in enumerate(profiles)]
    known = [(difference, i) for difference, i in differences if difference == difference]
    return profiles[min(known)[1] if known else 0]
