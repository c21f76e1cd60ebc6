"""The analysed video once more, with skeleton, angles and score drawn in, as H.264 that every browser plays."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

from posture_coach.batch.analyse import Progress, Settings
from posture_coach.errors import OutputError
from posture_coach.pose.files import open_file
from posture_coach.pose.landmarker import LOOKING_CONFIDENCE, Landmarker
from posture_coach.pose.opencv import opencv
from posture_coach.pose.sources import Kind, Source
from posture_coach.pose.types import Frame, Mode, Model, Picture
from posture_coach.scoring.assess import Assessment

Floats = NDArray[np.float64]
Face = tuple[Floats, float]

CODEC = "libx264"
QUALITY = {"crf": "23", "preset": "veryfast"}
TICKS = Fraction(1, 90_000)
"""The time base of MPEG: fine enough for every camera's time stamps."""
FACES_AT_MOST = 4
JPEG_QUALITY = 90
FACE_MEMORY_S = 1.0
"""How long a face stays covered after the network has lost it."""


def annotate(
    path: Path,
    result: Assessment,
    settings: Settings,
    target: Path,
    *,
    show_face: bool = False,
    progress: Progress = lambda _: None,
) -> None:
    """Write the annotated video, or for a photo the annotated picture.

    Parameters
    ----------
    result
        What `analyse` made of the same file with the same settings.
    target
        Its ending decides the format: .mp4, or .jpg for a photo.
    show_face
        Leave faces as they are. Otherwise every face that the network finds is made unrecognisable; one that it
        does not find stays visible.

    Raises
    ------
    OutputError
        The video cannot be encoded.
    OSError
        The disk is full, or the file cannot be written for another reason.
    MissingSystemPartError
        OpenCV, which draws, lacks a system library.
    """
    opencv()  # before anything is decoded: a bare server lacks a library of it, and the message says which
    faces = nullcontext() if show_face else _Faces(settings.model)
    with (
        open_file(path, fps=settings.fps, mirror=settings.mirror, rotate=settings.rotate) as source,
        faces as covers,
    ):
        pictures = _pictures(source, result, covers)
        if source.info.kind is Kind.PHOTO:
            Image.fromarray(next(pictures)[1]).save(target, quality=JPEG_QUALITY)
            return
        try:
            _encode(pictures, source, target, progress)
        except av.error.FFmpegError as why:
            if why.errno == errno.ENOSPC:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from why
            raise OutputError(f"The annotated copy cannot be encoded: {why.strerror or why}.") from why


def annotated_suffix(kind: str) -> str:
    """Return the ending of the annotated file."""
    return ".annotated.jpg" if kind == Kind.PHOTO.value else ".annotated.mp4"


def _encode(pictures: Iterator[tuple[float, Picture]], source: Source, target: Path, progress: Progress) -> None:
    rate = Fraction(source.info.rate_hz or 1).limit_denominator(1001)
    with av.open(str(target), "w", format="mp4", options={"movflags": "faststart"}) as video:
        stream = cast(VideoStream, video.add_stream(CODEC, rate=rate, options=QUALITY))
        # The encoder's own time base is the one that counts: a frame's worth of time would be the default.
        stream.pix_fmt, stream.codec_context.time_base = "yuv420p", TICKS
        for done, (time_s, image) in enumerate(pictures, start=1):
            # H.264 halves the colour planes, so an odd last row or column is left out.
            even = np.ascontiguousarray(image[: image.shape[0] // 2 * 2, : image.shape[1] // 2 * 2])
            if done == 1:
                stream.height, stream.width = even.shape[:2]
            picture = av.VideoFrame.from_ndarray(even, format="rgb24")
            picture.pts, picture.time_base = round(time_s / TICKS), TICKS
            video.mux(stream.encode(picture))
            progress(done)
        video.mux(stream.encode(None))


def _pictures(source: Source, result: Assessment, covers: _Faces | None) -> Iterator[tuple[float, Picture]]:
    """Give (time_s, annotated picture) of every analysed frame."""
    rows = {int(index): i for i, index in enumerate(result.poses.index)}
    for frame in source:
        if frame.index in rows:
            yield frame.time_s, _drawn(frame, result, rows[frame.index], covers)


def lost(now: Sequence[Face], before: Sequence[tuple[Face, float]], time_s: float) -> list[tuple[Face, float]]:
    """Return the faces that are to stay covered though they are not found any more.

    Parameters
    ----------
    now
        The faces found at `time_s`; one that lies over the middle of an earlier face is the same, or covers it as well.
    before
        (face, when it was last seen in seconds) of earlier ones; those older than `FACE_MEMORY_S` are left out.
    """
    return [
        (face, seen_s)
        for face, seen_s in before
        if time_s - seen_s <= FACE_MEMORY_S and not any(_covers(new, face) for new in now)
    ]


def _covers(new: Face, old: Face) -> bool:
    (centre, reach), (middle, _) = new, old
    return bool(np.abs(centre - middle).max() <= reach)


class _Faces:
    """Finds the faces to cover: those of this picture, and those of the last second that the network has lost."""

    def __init__(self, model: Model) -> None:
        self._network = Landmarker(model, Mode.DETECTED, people=FACES_AT_MOST, confidence=LOOKING_CONFIDENCE)
        self._seen: list[tuple[Face, float]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._network.close()

    def at(self, frame: Frame, own: Floats | None) -> list[Face]:
        """Return the faces of everybody found or just lost, and of the measured person (33, 2)."""
        from posture_coach.drawing import face_of

        everybody = [pose.points_px for pose in self._network.find_all(frame)]
        faces = [face_of(points) for points in (*everybody, *([] if own is None else [own]))]
        self._seen = [*((face, frame.time_s) for face in faces), *lost(faces, self._seen, frame.time_s)]
        return [face for face, _ in self._seen]


def _drawn(frame: Frame, result: Assessment, row: int, covers: _Faces | None) -> Picture:
    # OpenCV wants a system library that a bare server lacks; only who draws needs it.
    from posture_coach import drawing

    image = frame.image.copy()
    own = result.poses.points_px[row] if result.poses.detected[row] else None
    if covers is not None:
        drawing.pixelate_faces(image, covers.at(frame, own))
    reading = None if own is None else result.reading(row)
    if own is not None and reading is not None:
        drawing.draw_skeleton(image, own, result.poses.sureness[row], reading)
        drawing.draw_angles(image, own, reading)
    return drawing.with_panel(image, reading)
