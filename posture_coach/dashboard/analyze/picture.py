"""The picture at the cursor: the one frame, found by its time stamp, with skeleton and angles drawn in."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from posture_coach import drawing
from posture_coach.batch.analyse import Settings
from posture_coach.batch.annotate import FACES_AT_MOST, Face, lost
from posture_coach.errors import UnreadableSourceError
from posture_coach.pose.files import open_file
from posture_coach.pose.landmarker import LOOKING_CONFIDENCE, Landmarker
from posture_coach.pose.types import Frame, Mode
from posture_coach.pose.video import Video
from posture_coach.scoring.assess import Assessment

LONGEST_PX, QUALITY = 1280, 88

_network_lock = threading.Lock()
_network: Landmarker | None = None


def picture(path: Path, settings: Settings, result: Assessment, row: int, *, show_faces: bool) -> bytes:
    """Return picture `row` of an analysed file as JPEG, with what was found in it drawn in.

    Raises
    ------
    PostureCoachError
        The file cannot be read any more, or a system library that draws is missing.
    """
    frame = frame_at(path, settings, int(result.poses.index[row]), float(result.poses.time_s[row]))
    image = frame.image.copy()
    if not show_faces:
        drawing.pixelate_faces(image, _faces(frame, result, row))
    if result.poses.detected[row]:
        reading, points = result.reading(row), result.poses.points_px[row]
        drawing.draw_skeleton(image, points, result.poses.sureness[row], reading)
        drawing.draw_angles(image, points, reading)
    return drawing.jpeg(image, QUALITY, LONGEST_PX)


def frame_at(path: Path, settings: Settings, index: int, time_s: float) -> Frame:
    """Return one frame: from the key frame before it where the time stamps allow, otherwise by reading up to it.

    Raises
    ------
    SourceError
        The file cannot be read any more.
    """
    with open_file(path, mirror=settings.mirror, rotate=settings.rotate) as source:
        found = source.frame_at(time_s, index) if isinstance(source, Video) and index else None
    if found is not None:
        return found
    with open_file(path, mirror=settings.mirror, rotate=settings.rotate) as source:
        for frame in source:
            if frame.index == index:
                return frame
    raise UnreadableSourceError("This picture cannot be read from the file any more.")


def _faces(frame: Frame, result: Assessment, row: int) -> list[Face]:
    """Return the faces to cover: everybody's, and the measured person's where he was lost within the last second."""
    global _network  # starting it takes longer than the picture; one is kept for all tabs
    with _network_lock:
        if _network is None or _network.model is not result.poses.model:
            _forget()
            _network = Landmarker(
                result.poses.model, Mode.DETECTED, people=FACES_AT_MOST, confidence=LOOKING_CONFIDENCE
            )
        faces = [drawing.face_of(pose.points_px) for pose in _network.find_all(frame)]
    poses = result.poses
    own = [(drawing.face_of(poses.points_px[k]), float(poses.time_s[k])) for k in _newest(result, row)]
    return [*faces, *(face for face, _ in (own if poses.detected[row] else lost(faces, own, frame.time_s)))]


def _newest(result: Assessment, row: int) -> NDArray[np.intp]:
    """Return the newest row up to this one in which the person was found; empty: there is none."""
    return np.flatnonzero(result.poses.detected[: row + 1])[-1:]


def close() -> None:
    """Give the network's memory back, when the server stops; safe to call twice."""
    with _network_lock:
        _forget()


def _forget() -> None:
    global _network
    if _network is not None:
        _network.close()
        _network = None
