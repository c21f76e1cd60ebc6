"""How the camera stood, read from photos that these tests write."""

from __future__ import annotations

import math
import struct

import pillow_heif
import pytest
from PIL import ExifTags, Image

from posture_coach.pose.files import open_file

BACK = "iPhone 12 back camera 4.2mm f/1.6"
FRONT = "iPhone 12 front camera 2.71mm f/2.2"


def apple_note(*axes: float, tag: int = 8, extra: int = 1) -> bytes:
    """Return a maker note as the phones write it: a header, entries, and behind them what they point at."""
    entries = [(1, 9, 1, 14)] * extra + [(tag, 10, len(axes), 0)]
    at = 16 + 12 * len(entries) + 4
    table = b"".join(struct.pack(">HHII", t, k, n, v if t != tag else at) for t, k, n, v in entries)
    values = b"".join(struct.pack(">ii", round(axis * 1_000_000), 1_000_000) for axis in axes)
    return b"Apple iOS\x00\x00\x01MM" + struct.pack(">H", len(entries)) + table + bytes(4) + values


def photo(path, *, note: bytes | None = None, orientation: int = 1, lens: str = BACK, xmp: str = "", size=(64, 48)):
    image, exif = Image.new("RGB", size), Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.LensModel] = lens
    if note is not None:
        details[ExifTags.Base.MakerNote] = note
    image = pillow_heif.from_pillow(image) if path.suffix == ".heic" else image
    image.save(path, exif=exif.tobytes(), **({"xmp": xmp.encode()} if xmp else {}))
    return path


def recorded(path, **how):
    with open_file(path, **how) as source:
        return source.info.recorded


def held(roll_deg: float, pitch_deg: float, orientation: int) -> tuple[float, float, float]:
    """Return what the accelerometer feels along right, top and out of the screen, from how the camera is held.

    Down in the upright picture goes to the right as the camera rolls clockwise, and against the sight as it looks up.
    """
    roll, pitch = math.radians(roll_deg), math.radians(pitch_deg)
    right, below, towards = math.sin(roll) * math.cos(pitch), math.cos(roll) * math.cos(pitch), math.sin(pitch)
    x, y = {1: (-below, -right), 3: (below, right), 6: (right, -below), 8: (-right, below)}[orientation]
    return x, y, towards


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize(("roll", "pitch"), [(0.0, 0.0), (3.0, -8.0), (-5.0, 12.0)])
@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "heic"])
def test_the_accelerometer_gives_roll_and_pitch_however_the_phone_was_held(tmp_path, orientation, roll, pitch, ending):
    note = apple_note(*held(roll, pitch, orientation))
    told = recorded(photo(tmp_path / f"a.{ending}", note=note, orientation=orientation))
    assert told.roll_deg == pytest.approx(roll, abs=0.01)
    assert told.pitch_deg == pytest.approx(pitch, abs=0.01)
    assert told.err_deg == 1.0
    assert "accelerometer" in told.by


def test_a_phone_that_stands_upright_feels_gravity_towards_its_bottom(tmp_path):
    """Portraits of phones hold (0, -1, 0), landscapes with the button at the right (-1, 0, 0)."""
    for axes, orientation in (((0.0, -1.0, 0.0), 6), ((-1.0, 0.0, 0.0), 1)):
        told = recorded(photo(tmp_path / "a.jpg", note=apple_note(*axes), orientation=orientation))
        assert (told.roll_deg, told.pitch_deg) == pytest.approx((0.0, 0.0), abs=1e-6)
    tipped = recorded(photo(tmp_path / "a.jpg", note=apple_note(0.0, -0.98, -0.19), orientation=6))
    assert tipped.pitch_deg == pytest.approx(-11.0, abs=0.2), "the screen faces up a little: it looks down"


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"note": b"Nikon\x00\x02\x10\x00\x00MM"},
        {"note": apple_note(0.0, -1.0, 0.0)[:40], "orientation": 6},
        {"note": apple_note(0.0, -1.0, 0.0, tag=9), "orientation": 6},
        {"note": apple_note(0.0, -1.0), "orientation": 6},
        {"note": apple_note(0.2, -1.2, 0.1), "orientation": 6},
        {"note": apple_note(0.0, -1.0, 0.0), "orientation": 1},
        {"note": apple_note(0.0, -1.0, 0.0), "orientation": 6, "lens": FRONT},
        {"note": apple_note(0.0, -1.0, 0.0), "orientation": 2},
    ],
    ids=["nothing", "other", "cut", "untold", "two", "moving", "sideways", "screen side", "mirrored"],
)
def test_what_does_not_fit_says_nothing(tmp_path, how):
    assert recorded(photo(tmp_path / "a.jpg", **how)) is None


PACKET = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description {}>{}</rdf:Description></x:xmpmeta>'


@pytest.mark.parametrize(
    "xmp",
    [
        PACKET.format('GPano:PoseRollDegrees="2.5" GPano:PosePitchDegrees="-4"', ""),
        PACKET.format(
            "",
            "<GPano:PoseRollDegrees>2.5</GPano:PoseRollDegrees><GPano:PosePitchDegrees>-4.0</GPano:PosePitchDegrees>",
        ),
    ],
)
@pytest.mark.parametrize("ending", ["jpg", "webp"])
def test_a_stated_pose_is_read(tmp_path, xmp, ending):
    told = recorded(photo(tmp_path / f"a.{ending}", xmp=xmp))
    assert (told.roll_deg, told.pitch_deg) == (2.5, -4.0)


def test_a_stated_roll_alone_leaves_the_pitch_unknown(tmp_path):
    told = recorded(photo(tmp_path / "a.jpg", xmp=PACKET.format('GPano:PoseRollDegrees="-1.5"', "")))
    assert told.roll_deg == -1.5
    assert math.isnan(told.pitch_deg)


@pytest.mark.parametrize(
    "attributes",
    [
        'GPano:PoseRollDegrees="2.5" GPano:ProjectionType="equirectangular"',
        'GPano:PoseRollDegrees="170"',
        'GPano:PoseRollDegrees="1.2.3"',
        'Camera:Roll="3.0" Camera:Pitch="90"',
    ],
)
def test_panoramas_pictures_on_their_head_and_drones_say_nothing(tmp_path, attributes):
    assert recorded(photo(tmp_path / "a.jpg", xmp=PACKET.format(attributes, ""))) is None


def test_what_the_user_turns_is_turned_too(tmp_path):
    path = photo(tmp_path / "a.jpg", note=apple_note(*held(3.0, -8.0, 6)), orientation=6)
    assert recorded(path, mirror=True).roll_deg == pytest.approx(-3.0, abs=0.01)
    assert recorded(path, mirror=True).pitch_deg == pytest.approx(-8.0, abs=0.01)
    assert recorded(path, rotate=90) is None
