"""Photos and videos are opened here: which of the two a file is, and the reader for it.

::

    with open_file("squats.mp4", fps=15) as source:
        for frame in source:
            ...
    print(source.report.reasons)
"""

from __future__ import annotations

from pathlib import Path

from posture_coach.pose.photo import open_photo
from posture_coach.pose.sources import Kind, Source, check_file, head_of
from posture_coach.pose.video import open_video

_PHOTO_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM", b"II*\x00", b"MM\x00*")
_GIF_START = b"GIF8"
_BOX_NAME = slice(4, 8)
_BRAND = slice(8, 12)
_PHOTO_BRANDS = frozenset([b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"])
"""ISO media files whose main brand is one of these hold photos (HEIC, AVIF), all others video."""
_PHOTO_NAMES = frozenset([".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif", ".bmp", ".tif", ".tiff"])
_MOTION_JPEG_NAMES = frozenset([".mjpeg", ".mjpg"])
"""Each of their pictures is a JPEG photo, so that their first bytes are a photo's."""


def kind_of(path: str | Path) -> Kind:
    """Return whether a file is a photo or a video: by its content, by its name only where that tells nothing.

    Any GIF counts as video.

    Raises
    ------
    SourceError
        See `check_file`.
    """
    full = check_file(path)
    head, ending = head_of(full), full.suffix.lower()
    if ending in _MOTION_JPEG_NAMES or head.startswith(_GIF_START):
        return Kind.VIDEO
    if head.startswith(_PHOTO_STARTS) or (head.startswith(b"RIFF") and head[_BRAND] == b"WEBP"):
        return Kind.PHOTO
    if head[_BOX_NAME] == b"ftyp":
        return Kind.PHOTO if head[_BRAND] in _PHOTO_BRANDS else Kind.VIDEO
    if head.startswith((b"RIFF", b"\x1aE\xdf\xa3")):  # AVI; Matroska and WebM
        return Kind.VIDEO
    return Kind.PHOTO if ending in _PHOTO_NAMES else Kind.VIDEO


def open_file(path: str | Path, *, fps: float | None = None, mirror: bool = False, rotate: int = 0) -> Source:
    """Open a photo or a video file.

    Parameters
    ----------
    fps
        Give at most this many frames a second, None for all; nothing to a photo.
    mirror, rotate
        See `Turn`.

    Raises
    ------
    ValueError
        `fps` of a video is no number above 0, or `rotate` none of 0, 90, 180 and 270.
    SourceError
        It is not there, or no picture comes out of it; the message says why and what to do.
    """
    if kind_of(path) is Kind.PHOTO:
        return open_photo(path, mirror=mirror, rotate=rotate)
    return open_video(path, fps=fps, mirror=mirror, rotate=rotate)
