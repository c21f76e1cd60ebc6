"""The calibration that the page has asked for, and what came of the last one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from posture_coach.coach.guided import Guided, Vertical
from posture_coach.coach.watch import Watch
from posture_coach.pose.lens import Preset
from posture_coach.store.files.profiles import Places, Profile, SeenBy, place_name


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it.

    Parameters
    ----------
    notes
        What it lacks, and why.
    """

    profile: Profile
    notes: tuple[str, ...]


_last: Result | None = None


def last() -> Result | None:
    """Return what was taken last since the program started."""
    return _last


def forget() -> None:
    """Show no result any more."""
    global _last  # the server is one process with one camera, and so with one calibration
    _last = None


def begin(watch: Watch, place: str, stature_cm: float | None, vertical: Vertical | None, webcam: Preset | None) -> None:
    """Lead through a calibration, with the camera on, and keep what comes of it.

    Raises
    ------
    DataError
        The place has no name.
    OutputError
        What is taken could not be kept.
    """
    name = place_name(place)
    Places().open()

    def keep(guided: Guided, eye: SeenBy) -> Profile:
        global _last
        profile = guided.profile(name, eye, datetime.now(UTC), stature_cm)
        Places().save(profile)
        _last = Result(profile, guided.notes)
        return profile

    forget()
    # What is chosen by name would not be what is taken now.
    watch.wish(place=None)
    watch.calibrate(Guided(vertical=vertical, webcam=webcam), keep)
    watch.start()
