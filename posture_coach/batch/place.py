"""A recording held against what was taken at a place: only where it is that camera's, and nothing has moved since."""

from __future__ import annotations

from dataclasses import replace

from posture_coach.measures.calibration import Camera
from posture_coach.measures.measurer import Baseline
from posture_coach.measures.moved import how_moved
from posture_coach.pose.sources import SourceInfo
from posture_coach.pose.types import PoseSeries
from posture_coach.store.files.profiles import Profile, SeenBy, misfit


def of_place(
    profile: Profile, series: PoseSeries, info: SourceInfo, told: Camera, *, mirror: bool, rotate: int
) -> tuple[Baseline | None, Camera, list[str]]:
    """Return what a recording is held against, how its camera stands, and what is to be said of it.

    A file does not tell which camera it came from: whoever names the place vouches for that. What can be seen is held
    to the profile. The own upright is held against with the camera that it was taken with, also where that was only
    taken to stand level.

    Parameters
    ----------
    told
        How the camera stands by the recording itself, for where nothing of the place is used.
    """
    # The source is the one thing that a recording cannot have in common with the live camera.
    eye = SeenBy(profile.seen_by.source, series.width, series.height, series.model, series.mode, mirror, rotate)
    why = misfit(profile, eye)
    if why:
        return None, told, [f"{why} It is not used here."]
    shift = how_moved(profile.where, profile.own, profile.camera, series)
    if shift:
        return None, told, [
            f"camera or chair moved: {shift} than when the upright at {profile.place} was taken, so it is not used here"
        ]  # fmt: skip
    camera = profile.camera
    return profile.neutral(), replace(camera, focal_px=camera.focal_px or info.focal_px), []
