"""How a camera stands, by what its pictures tell: a photo's own data, and upright lines in the room."""

from __future__ import annotations

from posture_coach.errors import MissingSystemPartError
from posture_coach.measures.calibration import Camera
from posture_coach.measures.upright import Stand, combined, from_lines, from_recording, suspicion
from posture_coach.pose.album import Album
from posture_coach.pose.sources import SourceInfo
from posture_coach.pose.verticals import roll_from_lines


def stand_of(album: Album, info: SourceInfo) -> tuple[Camera, list[str]]:
    """Return the camera, taken as level where nothing tells, and what is to be said of it.

    Finding lines takes half a second, of eight pictures.
    """
    camera = Camera(focal_px=info.focal_px)
    witnesses = [from_recording(info.recorded)] if info.recorded else []
    witnesses += _lines(album, info)
    told = combined(witnesses).of(camera) if witnesses else camera
    warning = suspicion(told, witnesses)
    return told, [warning] if warning else []


def _lines(album: Album, info: SourceInfo) -> list[Stand]:
    if not album.pictures:
        return []
    try:
        return [from_lines(roll_from_lines(album.pictures, people_px=album.people_px, focal_px=info.focal_px))]
    except MissingSystemPartError:  # a bare server without OpenCV's libraries: level is assumed, as without lines
        return []
