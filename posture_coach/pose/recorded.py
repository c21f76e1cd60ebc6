"""How the camera stood, where the photo itself says so.

Two places are read. Apple's maker note holds what the accelerometer felt (tag 8: in g, along the device's right, its
top, and out of its screen). XMP of Google's panorama namespace holds the pose in degrees: pitch above the horizon, roll
turning the picture's horizon counter-clockwise. It is passed over in panoramas, which no pinhole draws. The roll of
drones (Pix4D's namespace) turns about another axis and is left alone.

Videos are not read: their containers have no common place for it.
"""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass, replace

from PIL import ExifTags, Image

PHONE_HALF_WIDTH_DEG = 1.0
"""Of an accelerometer in a hand: its own zero is off by some hundredths of g, and hands are never quite still."""
STATED_HALF_WIDTH_DEG = 1.0
"""Of a stated pose: nearly always from the same kind of sensor."""
STILL_G = (0.95, 1.05)
"""Length of the acceleration where gravity is all of it; beyond, the hand was moving and the direction is not down."""
MOST_TILT_DEG = 45.0
"""Further from upright than this the picture lies on its side, or the numbers mean something else than thought."""

_APPLE = b"Apple iOS\x00\x00\x01MM"
_ACCELERATION = 8
_SIGNED_RATIONAL = 10
_ENTRY = struct.Struct(">HHII")
_AXES = 3
_DOWN_OF = {1: (1, -1, 0, -1), 3: (1, 1, 0, 1), 6: (0, 1, 1, -1), 8: (0, -1, 1, 1)}
"""By EXIF orientation: axis and sign of the device along the upright picture's right, then along its down."""
_PANORAMAS = re.compile(r"ProjectionType\W+(?:equirectangular|cylindrical|spherical)", re.IGNORECASE)
_XMP_NUMBER = r"{}(?:\s*=\s*[\"']|\s*>)\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)"
_PANO_ROLL = re.compile(_XMP_NUMBER.format("GPano:PoseRollDegrees"))
_PANO_PITCH = re.compile(_XMP_NUMBER.format("GPano:PosePitchDegrees"))


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a photo says of its camera, signs as `posture_coach.measures.calibration.Camera`.

    Parameters
    ----------
    roll_deg, pitch_deg
        + clockwise as seen from behind the camera; + looking up, NaN where it does not say.
    err_deg
        95 % half-width of both.
    by
        What said it.
    """

    roll_deg: float
    pitch_deg: float
    err_deg: float
    by: str

    def turned(self, *, turned: bool, mirror: bool) -> Recorded | None:
        """Return the same for the picture as the user wants it, None where he turns it: then it was not upright."""
        if turned:
            return None
        return replace(self, roll_deg=-self.roll_deg) if mirror else self


def recorded_stand(image: Image.Image) -> Recorded | None:
    """Return what an opened photo, not yet turned upright, says of its camera; None where it says nothing usable."""
    return _from_apple(image) or _from_xmp(image)


def _from_apple(image: Image.Image) -> Recorded | None:
    exif = image.getexif()
    details = exif.get_ifd(ExifTags.IFD.Exif)
    note = details.get(ExifTags.Base.MakerNote)
    down = _acceleration(note) if isinstance(note, bytes) else None
    # The reader of HEIC turns the picture itself, and keeps how it lay in a place of its own.
    stored = image.info.get("original_orientation") or exif.get(ExifTags.Base.Orientation, 1)
    axes = _DOWN_OF.get(stored)
    if down is None or axes is None or not STILL_G[0] <= math.hypot(*down) <= STILL_G[1]:
        return None
    # The camera in the screen looks the other way, and its pictures may be mirrored.
    if "front" in str(details.get(ExifTags.Base.LensModel, "")).lower():
        return None
    across, below = axes[1] * down[axes[0]], axes[3] * down[axes[2]]
    pitch_deg = math.degrees(math.asin(max(-1.0, min(1.0, down[2] / math.hypot(*down)))))
    return _checked(math.degrees(math.atan2(across, below)), pitch_deg, PHONE_HALF_WIDTH_DEG, "its accelerometer")


def _acceleration(note: bytes) -> tuple[float, float, float] | None:
    """Return the three numbers of the tag, None where the note has none or is cut off."""
    if not note.startswith(_APPLE):
        return None
    try:
        (count,) = struct.unpack_from(">H", note, len(_APPLE))
        for i in range(count):
            tag, kind, number, at = _ENTRY.unpack_from(note, len(_APPLE) + 2 + i * _ENTRY.size)
            if (tag, kind, number) == (_ACCELERATION, _SIGNED_RATIONAL, _AXES):
                values = struct.unpack_from(f">{2 * _AXES}i", note, at)
                x, y, z = (above / below for above, below in zip(values[::2], values[1::2], strict=True))
                return x, y, z
    except (struct.error, ZeroDivisionError):
        return None
    return None


def _from_xmp(image: Image.Image) -> Recorded | None:
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    text = packet.decode("utf-8", "replace") if isinstance(packet, bytes) else str(packet or "")
    roll, pitch = _number(_PANO_ROLL, text), _number(_PANO_PITCH, text)
    if roll is None or _PANORAMAS.search(text):
        return None
    return _checked(roll, math.nan if pitch is None else pitch, STATED_HALF_WIDTH_DEG, "its description (XMP)")


def _number(pattern: re.Pattern[str], text: str) -> float | None:
    found = pattern.search(text)
    try:
        return float(found[1]) if found else None
    except ValueError:
        return None


def _checked(roll_deg: float, pitch_deg: float, err_deg: float, by: str) -> Recorded | None:
    if abs(roll_deg) > MOST_TILT_DEG or abs(pitch_deg) > MOST_TILT_DEG:
        return None
    return Recorded(roll_deg, pitch_deg, err_deg, by)
