"""Roll and pitch from upright lines: rooms that are drawn with a known camera, rendered ones, and real clips."""

from __future__ import annotations

import json
import math

import cv2
import numpy as np
import pytest

from posture_coach.pose.files import open_file
from posture_coach.pose.lens import Lens
from posture_coach.pose.types import POINTS, Landmark
from posture_coach.pose.verticals import MAX_ROLL_DEG, USUAL_ROLL_DEG, Doubt, roll_from_lines

WIDTH, HEIGHT, FOCAL_PX = 960, 720, 900.0
DOORS = ((-1.9, 0.5), (-1.0, 0.4), (-0.2, 0.5), (0.6, 0.3), (1.3, 0.6))
"""Left edge and width in metres, on a wall four metres away."""
TRUTH_STILLS = ("B_dev_d1_0_neutral", "B_dev_d4_2_fhead2", "B_dev_d6_7_hipL", "A_dev_side_d3_0_upright")


def drawn_through(points: np.ndarray, roll_deg: float, pitch_deg: float, bend: tuple[float, ...] = ()) -> np.ndarray:
    """Project (n, 3) points before a level camera (x right, y down, z ahead) through a pitched, then rolled one."""
    up = cv2.Rodrigues(np.array([-math.radians(pitch_deg), 0.0, 0.0]))[0]
    clockwise = cv2.Rodrigues(np.array([0.0, 0.0, -math.radians(roll_deg)]))[0]
    matrix = np.array([[FOCAL_PX, 0, WIDTH / 2], [0, FOCAL_PX, HEIGHT / 2], [0, 0, 1.0]])
    seen = (points @ (clockwise @ up).T)[:, None]
    return cv2.projectPoints(seen, np.zeros(3), np.zeros(3), matrix, np.array(bend or [0.0] * 5))[0].reshape(-1, 2)


def room(roll_deg: float = 0.0, pitch_deg: float = 0.0, *, lean_deg=(0.0,) * 5, bend: tuple[float, ...] = ()):
    """Draw five doors on a wall; `lean_deg` turns each in the wall's plane."""
    noise = np.random.default_rng(7)
    large = np.full((HEIGHT * 2, WIDTH * 2), 170, dtype=np.uint8)
    for k, ((left, wide), lean) in enumerate(zip(DOORS, lean_deg, strict=True)):
        t = np.linspace(0.0, 1.0, 40)
        side = np.concatenate([np.c_[0 * t, 1.1 - 2.0 * t], np.c_[0 * t + wide, -0.9 + 2.0 * t]])
        slope = math.tan(math.radians(lean))
        outline = np.c_[left - slope * side[:, 1] + side[:, 0], side[:, 1], np.full(len(side), 4.0)]
        corners = drawn_through(outline, roll_deg, pitch_deg, bend) * 2.0
        cv2.fillPoly(large, [np.rint(corners * 16).astype(np.int32)], 60 + 15 * k, cv2.LINE_AA, 4)
    small = cv2.resize(large, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float64)
    return np.clip(small + noise.normal(0.0, 2.0, small.shape), 0, 255).astype(np.uint8)


def colour(grey: np.ndarray) -> np.ndarray:
    return np.repeat(grey[..., None], 3, axis=2)


@pytest.mark.parametrize(("roll", "pitch"), [(0, 0), (1.3, 0), (-1.3, 6), (0.4, -12), (-1.8, -5), (0, 10), (1, -26)])
def test_it_reads_roll_and_pitch_with_their_signs(roll, pitch):
    told = roll_from_lines([room(roll, pitch)], focal_px=FOCAL_PX)
    assert told.usable
    assert told.roll_deg == pytest.approx(roll, abs=0.1)
    assert told.pitch_deg == pytest.approx(pitch, abs=0.5)
    assert 0.1 <= told.roll_err_deg < 0.5
    assert told.lines >= 8


def test_without_a_focal_length_the_roll_is_the_same_and_the_pitch_less_sure():
    sure, told = (roll_from_lines([colour(room(1.0, 8.0))], focal_px=focal) for focal in (FOCAL_PX, None))
    assert told.usable
    assert (told.roll_deg, told.roll_err_deg) == (sure.roll_deg, sure.roll_err_deg)
    assert abs(told.pitch_deg - 8.0) < told.pitch_err_deg
    assert told.pitch_err_deg > 1.5 > 1.0 > sure.pitch_err_deg


def test_the_measured_lens_straightens_what_it_bent():
    bend = (-0.28, 0.09, 0.001, -0.002, -0.01)
    lens = Lens(WIDTH, HEIGHT, FOCAL_PX, FOCAL_PX, WIDTH / 2, HEIGHT / 2, bend)
    told = roll_from_lines([room(1.0, -6.0, bend=bend)], lens=lens)
    assert told.usable
    assert told.roll_deg == pytest.approx(1.0, abs=0.1)
    assert told.pitch_deg == pytest.approx(-6.0, abs=0.5)


def test_a_large_picture_gives_the_same():
    large = cv2.resize(room(1.2, 5.0), (WIDTH * 3, HEIGHT * 3), interpolation=cv2.INTER_CUBIC)
    told = roll_from_lines([large], focal_px=FOCAL_PX * 3)
    assert told.roll_deg == pytest.approx(1.2, abs=0.1)
    assert told.pitch_deg == pytest.approx(5.0, abs=0.5)


# What is not believed


def test_no_lines_no_roll():
    told = roll_from_lines([np.full((HEIGHT, WIDTH), 128, dtype=np.uint8)])
    assert (told.doubt, told.lines) == (Doubt.FEW, 0)
    assert math.isnan(told.roll_deg)


def test_one_object_is_one_witness():
    picture = room(1.5)
    picture[:, : WIDTH // 2] = 170
    picture[:, WIDTH // 2 + 100 :] = 170
    assert roll_from_lines([picture]).doubt is Doubt.FEW


def test_lines_that_disagree_are_refused():
    assert roll_from_lines([room(lean_deg=(0.0, 3.0, -2.5, 5.0, -6.0))]).doubt in (Doubt.CONTRADICTORY, Doubt.FEW)


def bars(roll_deg: float, count: int) -> np.ndarray:
    """Draw upright bars before a wall, as a camera rolled by so much sees them."""
    rng = np.random.default_rng(3)
    picture = np.full((HEIGHT, WIDTH), 170, dtype=np.uint8)
    for x in np.linspace(150, WIDTH - 150, count).round().astype(int).tolist():
        cv2.rectangle(picture, (x, 200), (x + 14, HEIGHT - 200), int(rng.integers(20, 120)), -1)
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), roll_deg, 1.0)
    return cv2.warpAffine(picture, turn, (WIDTH, HEIGHT), borderValue=170)


@pytest.mark.parametrize("roll", [3.0, -4.0])
def test_a_few_lines_that_lean_far_are_told_and_not_taken(roll):
    assert roll_from_lines([bars(math.copysign(USUAL_ROLL_DEG - 0.3, roll), 4)]).usable
    told = roll_from_lines([bars(roll, 4)])
    assert told.doubt is Doubt.FAR
    assert told.roll_deg == pytest.approx(roll, abs=0.15)


@pytest.mark.parametrize("roll", [3.0, -6.0])
def test_more_lines_are_believed_beyond_two_degrees(roll):
    told = roll_from_lines([bars(roll, 6)])
    assert told.usable
    assert told.roll_deg == pytest.approx(roll, abs=0.15)


@pytest.mark.parametrize("roll", [MAX_ROLL_DEG + 1.0, -14.0, 27.0])
def test_however_many_there_are_nobody_holds_a_camera_so_askew_unless_he_means_to(roll):
    told = roll_from_lines([bars(roll, 20)])
    assert told.doubt is Doubt.FAR
    assert told.roll_deg == pytest.approx(roll, abs=0.2)


def test_what_the_person_wears_has_no_say():
    rng = np.random.default_rng(5)
    picture = room(0.0)
    stripes = np.zeros_like(picture)
    for x in range(330, 640, 12):
        cv2.line(stripes, (x + 30, 60), (x - 12, 660), 255, 4, cv2.LINE_AA)
    striped = np.where(stripes > 0, rng.integers(0, 40, picture.shape), picture).astype(np.uint8)
    person = np.full((1, POINTS, 2), np.nan)
    outline = [(360, 130), (600, 130), (330, 600), (620, 600)]
    person[0, : len(outline)] = outline
    person[0, [Landmark.LEFT_EAR, Landmark.RIGHT_EAR]] = [(450, 150), (510, 150)]
    person[0, [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]] = [(380, 230), (580, 230)]
    assert not roll_from_lines([striped]).usable or abs(roll_from_lines([striped]).roll_deg) > 1.0
    told = roll_from_lines([striped], people_px=person)
    assert told.usable
    assert told.roll_deg == pytest.approx(0.0, abs=0.1)


def test_the_bars_beside_an_upright_film_say_nothing():
    narrow = cv2.resize(room(1.6), (WIDTH // 2, HEIGHT))[:, : WIDTH // 2]
    narrow[:, 60:] = 170
    barred = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    barred[:, WIDTH // 4 : WIDTH // 4 * 3] = narrow
    assert not roll_from_lines([barred] * 3).usable


# Several pictures


def test_pictures_of_one_camera_are_one_answer_and_no_surer_than_one():
    one = roll_from_lines([room(1.0, 3.0)])
    many = roll_from_lines([room(1.0, 3.0)] * 20)
    assert many.usable
    assert many.roll_deg == pytest.approx(one.roll_deg, abs=0.02)
    assert many.roll_err_deg == pytest.approx(one.roll_err_deg, rel=0.2)
    assert many.lines == one.lines


def test_a_camera_that_moves_is_refused():
    assert not roll_from_lines([room(roll) for roll in (-1.5, -1.5, -1.5, 1.5)]).usable
    turning = [room(0.0)] * 6 + [room(1.5)] * 2
    assert roll_from_lines(turning).doubt in (Doubt.MOVED, Doubt.CONTRADICTORY)


# Pictures that were not made for this test


@pytest.mark.parametrize("name", TRUTH_STILLS)
@pytest.mark.parametrize("roll", [-1.5, 0.0, 0.8, 4.0, -6.0])
def test_rendered_rooms(shared_folder, require, name, roll):
    still = require(shared_folder / "truth" / "stills" / f"{name}.jpg")
    lines = (shared_folder / "truth" / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    row = next(row for row in map(json.loads, lines) if row["id"] == name)
    picture = cv2.imread(str(still), cv2.IMREAD_GRAYSCALE)
    height, width = picture.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), roll, 1.0)
    cut = math.ceil(abs(math.sin(math.radians(roll))) * max(height, width) / 2) + 2 if roll else 0
    turned = cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_CUBIC)
    turned = np.ascontiguousarray(turned[cut : height - cut, cut : width - cut])
    person = np.array(row["px"])[:POINTS] @ turn[:, :2].T + turn[:, 2] - cut
    told = roll_from_lines([turned], people_px=person[None], focal_px=row["camera"]["fx"])
    assert told.usable
    assert abs(told.roll_deg - roll) < told.roll_err_deg < 0.4
    assert told.pitch_deg == pytest.approx(row["camera"]["pitch_deg"], abs=1.0)


def test_nothing_absurd_is_believed_of_real_clips(shared_folder, require):
    labels = require(shared_folder / "real" / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, labels) if row["publishable"] and not row["file"].startswith("variants/")]
    believed = {}
    for row in rows:
        with open_file(shared_folder / "real" / row["file"]) as source:
            pictures = [frame.image for frame in source if frame.index % 20 == 0]
        told = roll_from_lines(pictures)
        if told.usable:
            believed[row["file"]] = told.roll_deg
    assert len(rows) > 10
    assert all(abs(roll) < USUAL_ROLL_DEG / 2 for roll in believed.values()), believed


def test_a_real_tidy_room_is_read(shared_folder, require):
    with open_file(require(shared_folder / "real" / "other" / "tfjs_dance_far.mp4")) as source:
        pictures = [frame.image for frame in source if frame.index % 20 == 0]
    dancer = np.full((len(pictures), POINTS, 2), np.nan)
    dancer[:, :4] = [(150, 150), (370, 150), (150, 470), (370, 470)]
    told = roll_from_lines(pictures, people_px=dancer)
    assert told.usable
    assert told.roll_deg == pytest.approx(0.0, abs=0.3)
