"""One find of a person: size, proportions, clothes, and what is a second find of the same one."""

from __future__ import annotations

import numpy as np
import pytest

from posture_coach.pose.person import Person, distinct, leaps
from posture_coach.pose.types import Landmark
from tests.drawn import Body
from tests.pose.people import GREEN, RED, someone


def test_a_persons_proportions_do_not_depend_on_size_or_place():
    one, other = someone(300), someone(900, scale=0.5)
    assert other.size_px == pytest.approx(one.size_px / 2)
    assert other.shape == pytest.approx(one.shape)
    assert one.box[0] < 300 < one.box[2]


def test_the_size_holds_when_the_trunk_points_at_the_camera():
    upright, bowed = someone(300, body=Body()), someone(300, body=Body(trunk_inclination_deg=90.0))
    assert bowed.trunk_px < 0.3 * upright.trunk_px
    assert bowed.size_px > 0.6 * upright.size_px


def test_the_clothes_have_the_pictures_colour():
    points = someone(300).points_px
    image = np.full((720, 1280, 3), 10, dtype=np.uint8)
    knee = round(points[Landmark.LEFT_KNEE, 1])
    image[: round(points[Landmark.LEFT_HIP, 1])] = RED
    image[round(points[Landmark.LEFT_HIP, 1]) : knee] = GREEN
    trunk, thighs = Person.of(points, image).colours
    assert trunk == pytest.approx(RED, abs=1)
    assert thighs == pytest.approx(GREEN, abs=1)
    assert np.isnan(Person.of(points + 5000.0, image).colours).all()


def test_two_finds_of_one_person_count_once():
    one = someone(300)
    assert [len(distinct(found)) for found in ([], [one], [one, someone(310)], [one, someone(310), someone(600)])] == [
        0, 1, 1, 2,
    ]  # fmt: skip


def test_nobody_leaps():
    size = someone(0).size_px
    assert not leaps(someone(0), someone(0.9 * size), 0.03)
    assert leaps(someone(0), someone(1.1 * size), 0.03)
    assert not leaps(someone(0), someone(1.1 * size), 0.5)
