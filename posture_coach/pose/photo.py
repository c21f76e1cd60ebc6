"""Photos through Pillow: upright, RGB, one frame."""

from __future__ import annotations

import importlib
import math
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageOps

from posture_coach.errors import MissingSystemPartError, UnreadableSourceError
from posture_coach.pose.recorded import recorded_stand
from posture_coach.pose.sources import Kind, ReadReport, Source, SourceInfo, Turn, check_file, head_of
from posture_coach.pose.types import Frame, Picture

FILM_DIAGONAL_MM = 43.27
"""Of 24 x 36 mm film, which the equivalent focal length in a photo refers to."""
_WIDE_TO_BYTE = 257
"""65535 / 255: sixteen bits to eight, white to white."""
_BYTE_MAX = 255
_ISO_BOX = slice(4, 8)
_SEVERAL = {
    **dict.fromkeys(("PNG", "WEBP"), "It is a moving picture; only its first picture was read."),
    "TIFF": "It has several pages; only the first was read.",
}
_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, RuntimeError)
"""What Pillow and pillow-heif raise on damaged files; Pillow's PNG reader does raise SyntaxError."""


class Photo(Source):
    """A photo as a `posture_coach.pose.sources.Source` of one frame, index 0, time 0."""

    def __init__(self, image: Picture, info: SourceInfo, notes: tuple[str, ...] = ()) -> None:
        self._image = image
        self._info = info
        self._notes = notes
        self._taken = False

    @property
    def info(self) -> SourceInfo:
        """What is known of it."""
        return self._info

    @property
    def report(self) -> ReadReport:
        """A photo is whole, or it could not be opened."""
        return ReadReport(frames_read=1, frames_declared=1, duration_s=0.0, warnings=self._notes)

    def __iter__(self) -> Iterator[Frame]:
        if not self._taken:
            self._taken = True
            yield Frame(self._image, 0.0, 0)


def open_photo(path: str | Path, *, mirror: bool = False, rotate: int = 0) -> Photo:
    """Read a photo: JPEG, PNG, WebP, HEIC, TIFF, BMP and what else Pillow knows.

    Parameters
    ----------
    mirror, rotate
        See `posture_coach.pose.sources.Turn`; applied after the orientation in the photo's own EXIF data.

    Raises
    ------
    SourceError
        It is not there, damaged, not a photo, or too large.
    MissingSystemPartError
        A HEIC photo, and its reader does not load here.
    """
    turn = Turn(rotate, mirror)
    full = check_file(path)
    # HEIC, HEIF and AVIF are the only photos in ISO boxes.
    if head_of(full)[_ISO_BOX] == b"ftyp":
        _load_heif_reader(path)
    try:
        with warnings.catch_warnings():
            # Pillow warns from 89 million pixels on, which a good phone reaches, and refuses at twice that.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(full)
        with opened:
            focal_mm = _focal_35_mm(opened)
            notes, recorded = _notes(opened), recorded_stand(opened)
            image = turn.upright(_rgb(ImageOps.exif_transpose(opened)))
    except Image.DecompressionBombError as error:
        raise UnreadableSourceError(
            f"{path} is too large a picture ({error}). Make it smaller, a few thousand pixels wide are plenty."
        ) from error
    except _UNREADABLE as error:
        raise UnreadableSourceError(
            f"{path} could not be read as a photo: it is damaged, cut off, or no photo whatever its name says "
            f"({error}). Copy it again from where it was taken, or save it as JPEG."
        ) from error
    height, width = image.shape[:2]
    focal_px = focal_mm * math.hypot(width, height) / FILM_DIAGONAL_MM if focal_mm else None
    info = SourceInfo(
        str(path), Kind.PHOTO, width, height, frames_declared=1, frames_expected=1, focal_px=focal_px,
        recorded=recorded.turned(turned=rotate != 0, mirror=mirror) if recorded else None,
    )  # fmt: skip
    return Photo(image, info, notes)


def _load_heif_reader(path: str | Path) -> None:
    try:
        reader = importlib.import_module("pillow_heif")
    except ImportError as error:
        raise MissingSystemPartError(
            f"{path} is a HEIC photo, and its reader does not load here ({error}). "
            "Run `pip install pillow-heif`, or save the photo as JPEG."
        ) from error
    reader.register_heif_opener()


def _focal_35_mm(image: Image.Image) -> float | None:
    """Return the focal length in mm of 35 mm film, None if the photo does not say."""
    stored = image.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.FocalLengthIn35mmFilm)
    try:
        focal_mm = float(stored or 0)
    except (TypeError, ValueError):
        return None
    return focal_mm if focal_mm > 0 and math.isfinite(focal_mm) else None


def _notes(image: Image.Image) -> tuple[str, ...]:
    several = getattr(image, "is_animated", False) and image.format in _SEVERAL
    return (_SEVERAL[str(image.format)],) if several else ()


def _rgb(image: Image.Image) -> Picture:
    """Return (height, width, 3): what is transparent as white, any depth as eight bits."""
    if image.mode.startswith(("I", "F")):
        image = _grey(image)
    elif image.has_transparency_data:
        see_through = image.convert("RGBA")
        white = Image.new("RGBA", see_through.size, "white")
        image = Image.alpha_composite(white, see_through)
    return np.asarray(image.convert("RGB"))


def _grey(image: Image.Image) -> Image.Image:
    """Return a deep grey picture (16 or 32 bit, or fractions) with eight bits."""
    values = np.asarray(image, dtype=np.float64)
    if image.mode == "F":
        # Fractions of white, unless they go beyond it.
        values = values * _BYTE_MAX if values.max() <= 1 else values
    elif image.mode != "I" or values.max() > _BYTE_MAX:
        values = values / _WIDE_TO_BYTE
    return Image.fromarray(np.clip(np.rint(values), 0, _BYTE_MAX).astype(np.uint8))
