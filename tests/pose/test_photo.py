"""Photos: upright, RGB, one frame, and a clear word when there is none."""

from __future__ import annotations

import math
import sys

import numpy as np
import pillow_heif
import pytest
from PIL import ExifTags, Image

from posture_coach.errors import MissingSystemPartError, SourceNotFoundError, UnreadableSourceError
from posture_coach.pose.files import kind_of, open_file
from posture_coach.pose.photo import open_photo
from posture_coach.pose.sources import Kind

WIDTH, HEIGHT = 120, 80
GREY, RED = (90, 90, 90), (220, 20, 20)
ORIENTATIONS = {
    1: (70, 10),
    3: (10, 110),
    6: (10, 10),
    8: (110, 70),
    2: (70, 110),
    4: (10, 10),
    5: (10, 70),
    7: (110, 10),
}
"""Where the red block at the stored bottom left belongs, row and column, for each EXIF orientation."""


def picture(red=True):
    image = np.full((HEIGHT, WIDTH, 3), GREY, dtype=np.uint8)
    if red:
        image[60:, :20] = RED
    return image


def one(path, **options):
    with open_file(path, **options) as source:
        frames = list(source)
    assert len(frames) == 1
    return frames[0], source.info, source.report


def near(pixel, colour, by=25):
    return np.abs(pixel.astype(int) - colour).max() <= by


def save(path, image=None, **options):
    (Image.fromarray(picture()) if image is None else image).save(path, **options)
    return path


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.bmp", "a.tif", "a.heic", "a.heif"])
def test_every_format_gives_one_upright_rgb_frame(tmp_path, name):
    if name.endswith(("heic", "heif")):
        pillow_heif.from_pillow(Image.fromarray(picture())).save(tmp_path / name)
    else:
        save(tmp_path / name)
    frame, info, report = one(tmp_path / name)
    assert (frame.image.shape, frame.image.dtype, frame.image.flags.c_contiguous) == (
        (HEIGHT, WIDTH, 3),
        np.uint8,
        True,
    )
    assert near(frame.image[70, 10], RED)
    assert near(frame.image[20, 60], GREY)
    assert (frame.time_s, frame.index) == (0.0, 0)
    assert (info.kind, info.width, info.height, info.frames_expected, info.rate_hz) == (
        Kind.PHOTO,
        WIDTH,
        HEIGHT,
        1,
        None,
    )
    assert (report.frames_read, report.partial, report.warnings) == (1, False, ())


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_the_photos_own_orientation_is_applied(tmp_path, orientation):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    frame, info, _ = one(save(tmp_path / "a.jpg", exif=exif, quality=95))
    stored = ORIENTATIONS[orientation]
    assert near(frame.image[stored], RED)
    assert frame.size == (info.width, info.height) == ((HEIGHT, WIDTH) if orientation > 4 else (WIDTH, HEIGHT))


def test_a_heic_photos_orientation_is_applied_once(tmp_path):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    pillow_heif.from_pillow(Image.fromarray(picture())).save(tmp_path / "a.heic", exif=exif.tobytes())
    frame, _, _ = one(tmp_path / "a.heic")
    assert frame.size == (HEIGHT, WIDTH)
    assert near(frame.image[10, 10], RED)


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"rotate": 90}, (10, 10)), ({"rotate": 180}, (10, 110)), ({"rotate": 270}, (110, 70)),
        ({"mirror": True}, (70, 110)), ({"rotate": 90, "mirror": True}, (10, 70)),
    ],
)  # fmt: skip
def test_the_users_turns(tmp_path, options, where):
    frame, info, _ = one(save(tmp_path / "a.png"), **options)
    assert near(frame.image[where], RED, by=0)
    assert frame.size == (info.width, info.height)
    assert frame.image.flags.c_contiguous


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "P"])
def test_what_is_transparent_is_white(tmp_path, mode):
    image = Image.new("RGBA", (40, 40), (200, 200, 200, 255))
    image.paste((0, 0, 0, 0), (0, 0, 20, 40))
    if mode == "P":
        path = save(tmp_path / "a.png", image.quantize(8))
    else:
        path = save(tmp_path / ("a.tif" if mode == "PA" else "a.png"), image.convert("LA" if mode == "PA" else mode))
    frame, _, _ = one(path)
    assert near(frame.image[20, 5], (255, 255, 255), by=2)
    assert near(frame.image[20, 35], (200, 200, 200), by=2)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("grey.png", np.array([[0, 128, 255]], np.uint8), [0, 128, 255]),
        ("sixteen.png", np.array([[0, 250 * 257, 65535]], np.uint16), [0, 250, 255]),
        ("sixteen.tif", np.array([[0, 32896, 65535]], np.uint16), [0, 128, 255]),
        ("whole.tif", np.array([[0, 32896, 65535]], np.int32), [0, 128, 255]),
        ("small.tif", np.array([[0, 128, 255]], np.int32), [0, 128, 255]),
        ("fraction.tif", np.array([[0, 0.5, 1]], np.float32), [0, 128, 255]),
        ("float.tif", np.array([[0, 128, 255]], np.float32), [0, 128, 255]),
    ],
)
def test_any_depth_of_grey(tmp_path, name, values, expected):
    frame, _, _ = one(save(tmp_path / name, Image.fromarray(values)))
    assert frame.image[0].tolist() == [[v] * 3 for v in expected]


def test_printers_colours(tmp_path):
    frame, _, _ = one(save(tmp_path / "a.jpg", Image.fromarray(picture()).convert("CMYK"), quality=95))
    assert near(frame.image[70, 10], RED, by=30)


def test_focal_length_in_pixels(tmp_path):
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.FocalLengthIn35mmFilm] = 26
    _, info, _ = one(save(tmp_path / "a.jpg", exif=exif))
    assert info.focal_px == pytest.approx(26 * math.hypot(WIDTH, HEIGHT) / 43.27)


@pytest.mark.parametrize("stored", [None, 0])
def test_an_unknown_focal_length_is_none(tmp_path, stored):
    exif = Image.Exif()
    if stored is not None:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.FocalLengthIn35mmFilm] = stored
    assert one(save(tmp_path / "a.jpg", exif=exif))[1].focal_px is None


def test_a_gif_of_one_picture_works(tmp_path):
    frame, _, report = one(save(tmp_path / "a.gif", Image.fromarray(picture()).quantize(16)))
    assert near(frame.image[70, 10], RED, by=40)
    assert not report.partial


def test_of_a_moving_picture_the_first_is_read_and_said(tmp_path):
    others = [Image.fromarray(picture(red=False))]
    frame, _, report = one(save(tmp_path / "a.webp", save_all=True, append_images=others))
    assert near(frame.image[70, 10], RED)
    assert "only its first picture" in report.warnings[0]


def test_of_several_pages_the_first_is_read_and_that_is_said(tmp_path):
    others = [Image.new("RGB", (40, 30), "white")]
    _, _, report = one(save(tmp_path / "a.tif", save_all=True, append_images=others))
    assert "It has several pages; only the first was read." in report.warnings
    _, _, report = one(save(tmp_path / "b.tif"))
    assert not report.warnings


def text(path):
    path.write_text("this is not a photo\n" * 20)


def empty(path):
    path.touch()


def cut(path):
    noise = np.random.default_rng(1).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    save(path, Image.fromarray(noise))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def cut_heic(path):
    noise = np.random.default_rng(1).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    pillow_heif.from_pillow(Image.fromarray(noise)).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def folder(path):
    path.mkdir()


@pytest.mark.parametrize(
    ("name", "make", "says"),
    [
        ("a.jpg", text, "could not be read as a photo"),
        ("a.jpg", empty, "is empty"),
        ("a.jpg", cut, "could not be read as a photo"),
        ("a.png", cut, "could not be read as a photo"),
        ("a.webp", cut, "could not be read as a photo"),
        ("a.heic", cut_heic, "could not be read as a photo"),
        ("a.jpg", folder, "is a folder"),
    ],
)
def test_what_is_no_photo_says_so(tmp_path, name, make, says):
    make(tmp_path / name)
    with pytest.raises(UnreadableSourceError, match=says) as error:
        open_file(tmp_path / name)
    assert str(tmp_path / name) in str(error.value)


def test_a_missing_photo_is_not_found(tmp_path):
    with pytest.raises(SourceNotFoundError, match="Check the spelling"):
        open_photo(tmp_path / "none.jpg")


def test_a_huge_picture_is_refused_before_it_fills_the_memory(tmp_path):
    Image.new("1", (20000, 20000)).save(tmp_path / "a.png")
    with pytest.raises(UnreadableSourceError, match="too large a picture"):
        open_file(tmp_path / "a.png")


def test_a_good_phones_photo_is_not_huge(tmp_path):
    """100 million pixels, at which Pillow warns already."""
    Image.new("1", (11600, 8700)).save(tmp_path / "a.png")
    assert one(tmp_path / "a.png")[1].width == 11600


def test_heic_without_its_reader_says_how_to_get_on(tmp_path, monkeypatch):
    pillow_heif.from_pillow(Image.fromarray(picture())).save(tmp_path / "a.heic")
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(MissingSystemPartError, match="save the photo as JPEG"):
        open_file(tmp_path / "a.heic")


def test_kind_goes_by_content_not_by_name(tmp_path):
    path = save(tmp_path / "a.jpg")
    assert kind_of(path) is Kind.PHOTO
    assert kind_of(path.rename(tmp_path / "a.mp4")) is Kind.PHOTO
    assert one(tmp_path / "a.mp4")[1].kind is Kind.PHOTO
    assert kind_of(save(tmp_path / "a", format="WEBP")) is Kind.PHOTO


def test_a_photo_is_read_once(tmp_path):
    with open_photo(save(tmp_path / "a.jpg")) as photo:
        assert [len(list(photo)), len(list(photo))] == [1, 0]


def test_real_photos_open(shared_folder, require):
    for path in sorted(require(shared_folder / "real" / "photos").iterdir()):
        frame, info, _ = one(path)
        assert frame.size == (info.width, info.height)
