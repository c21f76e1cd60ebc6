"""A lens measured from the printed board: the PDF itself, seen through cameras that are known exactly."""

from __future__ import annotations

import functools
import importlib.util
import math
import re
import zlib
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL.PdfParser import PdfParser

from posture_coach.errors import PictureError
from posture_coach.pose.board import COLUMNS, MIN_VIEWS, ROWS, SQUARE_MM, find_board, measure_lens
from posture_coach.pose.lens import Lens, undistorted
from tests.conftest import PROJECT

PAGES = {"board_a4.pdf": (297.0, 210.0), "board_letter.pdf": (279.4, 215.9)}
DOTS_PER_MM = 6
WEBCAM = Lens(960, 540, 742.0, 745.0, 487.3, 262.8, (0.08, -0.17, 0.001, -0.0015, 0.0))
WIDE = Lens(960, 540, 455.0, 455.0, 471.0, 276.0, (-0.26, 0.075, -0.0005, 0.0008, 0.0))
POSES = (
    # tilt about the picture's row and column, turn in the picture (degrees), place (share of the half picture), size
    (0, 0, 3, (0.0, 0.0), 0.75),
    (30, 5, -8, (-0.35, -0.3), 0.55),
    (-32, -8, 5, (0.35, 0.32), 0.55),
    (6, 35, 12, (0.4, -0.35), 0.6),
    (-5, -35, -6, (-0.42, 0.3), 0.6),
    (28, 25, 20, (-0.1, 0.35), 0.65),
    (-24, 28, -15, (0.1, -0.3), 0.6),
    (18, -30, 85, (-0.5, 0.0), 0.5),
    (-20, -18, -80, (0.52, 0.05), 0.5),
    (38, 0, 0, (0.0, -0.2), 0.6),
    (0, 40, -3, (-0.15, 0.1), 0.7),
    (-35, 12, 178, (0.2, -0.1), 0.65),
)


@pytest.fixture(scope="module")
def maker():
    """Load the script that draws the board."""
    spec = importlib.util.spec_from_file_location("make_board", PROJECT / "calibration" / "make_board.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def paper(name: str = "board_a4.pdf") -> np.ndarray:
    """Return the page of a PDF as (height, width) of greys, with its picture where the page says."""
    content = (PROJECT / "calibration" / name).read_bytes()
    head = re.search(rb"/Subtype /Image /Width (\d+) /Height (\d+).*?/Length (\d+) >>\nstream\n", content)
    width, height, length = (int(number) for number in head.groups())
    packed = zlib.decompress(content[head.end() : head.end() + length])
    dots = np.unpackbits(np.frombuffer(packed, dtype=np.uint8).reshape(height, -1), axis=1)[:, :width] * 255
    wide, high, left, low = placed_mm(content)
    page_wide, page_high = PAGES[name]
    page = np.full((round(page_high * DOTS_PER_MM), round(page_wide * DOTS_PER_MM)), 235, dtype=np.uint8)
    board = cv2.resize(dots, (round(wide * DOTS_PER_MM), round(high * DOTS_PER_MM)), interpolation=cv2.INTER_AREA)
    top = round((page_high - low - high) * DOTS_PER_MM)
    start = round(left * DOTS_PER_MM)
    page[top : top + board.shape[0], start : start + board.shape[1]] = np.clip(board, 18, 235)
    return page


def placed_mm(content: bytes) -> list[float]:
    """Return width, height, left and lower edge of the board on the page."""
    matrix = re.search(rb"q ([\d.]+) 0 0 ([\d.]+) ([\d.]+) ([\d.]+) cm /Board Do Q", content)
    return [float(number) / 72.0 * 25.4 for number in matrix.groups()]


@functools.cache
def sight_rays(lens: Lens) -> np.ndarray:
    """Return where the rays of every pixel go; twice as fine as the picture, to be averaged as a sensor does."""
    x, y = np.meshgrid((np.arange(lens.width * 2) + 0.5) / 2, (np.arange(lens.height * 2) + 0.5) / 2)
    matrix = np.array([[lens.focal_x_px, 0, lens.centre_x_px], [0, lens.focal_y_px, lens.centre_y_px], [0, 0, 1.0]])
    pixels = np.stack([x, y], axis=-1).reshape(-1, 1, 2)
    precise = (cv2.TERM_CRITERIA_COUNT, 60, 1e-9)
    rays = cv2.undistortPoints(pixels, matrix, np.array(lens.distortion), criteria=precise)
    return rays.reshape(lens.height * 2, lens.width * 2, 2).astype(np.float32)


def seen(page: np.ndarray, lens: Lens, pose, seed: int = 1) -> np.ndarray:
    """Look at the page through a lens, with blur and noise."""
    about_x, about_y, about_z, (across, down), size = pose
    turns = [
        cv2.Rodrigues(np.radians(angle) * np.array(axis, dtype=np.float64))[0]
        for angle, axis in ((about_z, (0, 0, 1)), (about_x, (1, 0, 0)), (about_y, (0, 1, 0)))
    ]
    turn = turns[2] @ turns[1] @ turns[0]
    page_mm = np.array(page.shape[::-1]) / DOTS_PER_MM
    away = lens.focal_x_px * page_mm[0] / (size * lens.width)
    place = np.array([across * lens.width / 2 / lens.focal_x_px, down * lens.height / 2 / lens.focal_y_px, 1.0]) * away
    rays = sight_rays(lens)
    to_page = np.linalg.inv(np.column_stack([turn[:, 0], turn[:, 1], place]))
    to_dots = np.diag([DOTS_PER_MM, DOTS_PER_MM, 1.0]) @ to_page
    to_dots[:2] += np.outer(page_mm / 2 * DOTS_PER_MM - 0.5, to_dots[2])
    maps = cv2.perspectiveTransform(rays, to_dots)
    soft = cv2.GaussianBlur(page, (0, 0), max(0.3, 0.35 * away * DOTS_PER_MM / lens.focal_x_px))
    fine = cv2.remap(soft, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR, borderValue=120)
    small = cv2.GaussianBlur(cv2.resize(fine, (lens.width, lens.height), interpolation=cv2.INTER_AREA), (0, 0), 0.7)
    noise = np.random.default_rng(seed).normal(0.0, 2.5, small.shape)
    return np.clip(small + noise, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def views():
    page = paper()
    return {lens: [seen(page, lens, pose, seed) for seed, pose in enumerate(POSES)] for lens in (WEBCAM, WIDE)}


# The paper


@pytest.mark.parametrize("name", list(PAGES))
def test_the_pdf_in_the_repository_is_what_the_script_draws(maker, name):
    assert (PROJECT / "calibration" / name).read_bytes() == maker.page(*maker.PAGES_MM[name])


@pytest.mark.parametrize("name", list(PAGES))
def test_the_board_is_exact_to_a_hundredth_of_a_millimetre_and_fits_the_paper(name):
    path = PROJECT / "calibration" / name
    page_wide, page_high = PAGES[name]
    with PdfParser(str(path)) as parser:
        (page,) = [parser.read_indirect(reference) for reference in parser.pages]
        box = [float(edge) / 72.0 * 25.4 for edge in page.MediaBox]
    assert box == pytest.approx([0.0, 0.0, page_wide, page_high], abs=0.01)
    wide, high, left, low = placed_mm(path.read_bytes())
    assert (wide, high) == pytest.approx((COLUMNS * SQUARE_MM, ROWS * SQUARE_MM), abs=0.01)
    assert min(left, low, page_wide - left - wide, page_high - low - high) > 12.0
    assert f"{COLUMNS * SQUARE_MM:g} mm wide and {ROWS * SQUARE_MM:g} mm high".encode() in path.read_bytes()


def test_a_board_of_other_proportions_is_not_drawn_off_its_grid(maker, monkeypatch):
    monkeypatch.setattr(maker, "MARKER_MM", 20.0)
    with pytest.raises(ValueError, match="grid"):
        maker.board_dots()


@pytest.mark.parametrize("name", list(PAGES))
def test_every_corner_of_the_board_is_found(name):
    view = find_board(seen(paper(name), WEBCAM, POSES[0]))
    assert len(view.ids) == (COLUMNS - 1) * (ROWS - 1)


# The lens


@pytest.mark.parametrize("lens", [WEBCAM, WIDE], ids=["webcam", "wide"])
def test_the_lens_comes_back(views, lens):
    told = measure_lens([np.repeat(picture[..., None], 3, axis=2) for picture in views[lens]])
    assert told.views_used >= MIN_VIEWS
    assert told.rms_px < 0.5
    assert told.lens.focal_x_px == pytest.approx(lens.focal_x_px, rel=0.01)
    assert told.lens.focal_y_px == pytest.approx(lens.focal_y_px, rel=0.01)
    x, y = np.meshgrid(np.linspace(30, lens.width - 30, 13), np.linspace(20, lens.height - 20, 9))
    points = np.stack([x, y], axis=-1)
    # Two lenses that draw alike may differ in centre and focal length together; where rays go is what counts.
    ours, true = (undistorted(points, one) for one in (told.lens, lens))
    rays = [(at - [one.centre_x_px, one.centre_y_px]) / [one.focal_x_px, one.focal_y_px] for at, one in
            ((ours, told.lens), (true, lens))]  # fmt: skip
    apart = np.linalg.norm(rays[0] - rays[1] - (rays[0] - rays[1]).mean(axis=(0, 1)), axis=-1) * lens.focal_x_px
    assert apart.max() < 0.5


def test_blurred_views_are_left_out(views):
    blurred = [cv2.GaussianBlur(np.roll(views[WEBCAM][0], 40 * k, axis=1), (0, 0), 4.0) for k in (1, 2)]
    told = measure_lens([*views[WEBCAM], *blurred])
    assert told.lens.focal_x_px == pytest.approx(WEBCAM.focal_x_px, rel=0.01)


def refused(pictures, word: str) -> None:
    with pytest.raises(PictureError, match=word):
        measure_lens(pictures)


def test_pictures_without_the_board_are_refused():
    refused([np.full((540, 960), 128, dtype=np.uint8)] * 10, "Print it")
    refused([], "Print it")


def test_pictures_of_different_sizes_are_refused(views):
    refused([views[WEBCAM][0], views[WEBCAM][1][:480]], "960 x 480 and 960 x 540")


def test_too_few_views_are_refused(views):
    refused(views[WEBCAM][:5], "5 different views")


def test_one_view_again_and_again_is_one_view():
    page = paper()
    still = [seen(page, WEBCAM, POSES[0], seed) for seed in range(9)]
    refused(still, "1 different view")


def test_a_board_that_always_faces_the_camera_is_refused():
    page = paper()
    places = [(x, y) for x in (-0.5, 0.0, 0.5) for y in (-0.45, 0.0, 0.45)]
    refused([seen(page, WEBCAM, (0, 0, 4 * k, place, 0.45), k) for k, place in enumerate(places)], "the same way")


def test_a_board_that_stays_in_the_middle_is_refused():
    page = paper()
    poses = [(*pose[:3], (0.08 * (k % 3 - 1), 0.06 * (k % 2)), 0.3) for k, pose in enumerate(POSES)]
    refused([seen(page, WEBCAM, pose, k) for k, pose in enumerate(poses)], "edges of the picture")


def test_a_bent_board_is_refused():
    page = paper()
    height, width = page.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    pictures = []
    for k, pose in enumerate(POSES):
        waves = 14.0 * np.sin(x / width * 2 * math.pi + k) * np.cos(y / height * math.pi + k)
        bent = cv2.remap(page, x, (y + waves).astype(np.float32), cv2.INTER_LINEAR, borderValue=235)
        pictures.append(seen(bent, WEBCAM, pose, k))
    refused(pictures, "stiff")


def test_a_view_is_like_itself_and_unlike_another(views):
    one, other = find_board(views[WEBCAM][0]), find_board(views[WEBCAM][1])
    assert one.like(one, WEBCAM.width)
    assert not one.like(other, WEBCAM.width)
    assert not one.like(replace(one, ids=one.ids[:5], corners_px=one.corners_px[:5]), WEBCAM.width)
