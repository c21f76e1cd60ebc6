"""Zero, sign, range, NaN and degenerate lines of every function, and what moving a picture may not change."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach import geometry as g

RIGHT_EDGE, LEFT_EDGE = 1.0, -1.0
ORIGIN = np.zeros(2)
NOWHERE = np.full(2, np.nan)
GRID = (-179.0, -135.0, -90.0, -20.0, 0.0, 20.0, 90.0, 135.0, 180.0)

whole = st.integers(-2000, 2000)
points = st.tuples(whole, whole).map(lambda xy: np.array(xy, dtype=float))
ways = st.sampled_from([RIGHT_EDGE, LEFT_EDGE])


def px(x: float, y: float) -> np.ndarray:
    return np.array([x, y], dtype=float)


def leaning(deg: float, length: float = 100.0) -> np.ndarray:
    """Return where a line up from the origin ends that leans to the right of the picture."""
    return length * px(math.sin(math.radians(deg)), -math.cos(math.radians(deg)))


def dangling(deg: float, length: float = 100.0) -> np.ndarray:
    """Return where a line down from the origin ends that swings to the right of the picture."""
    return length * px(math.sin(math.radians(deg)), math.cos(math.radians(deg)))


# direction_deg, wrapped_deg


@pytest.mark.parametrize(
    ("across", "along", "deg"),
    [(0, 1, 0), (1, 1, 45), (1, 0, 90), (1, -1, 135), (0, -1, 180), (-1, -1, -135), (-1, 0, -90), (-1, 1, -45)],
)
def test_direction_goes_round_from_along_to_across(across, along, deg):
    assert g.direction_deg(across, along) == pytest.approx(deg, abs=1e-12)


def test_direction_of_nothing_is_nan_and_not_zero():
    assert np.isnan(g.direction_deg(0.0, 0.0))
    assert np.isnan(g.direction_deg(-0.0, 0.0))


@pytest.mark.parametrize(("across", "along"), [(np.nan, 1.0), (1.0, np.nan), (np.nan, 0.0), (np.nan, np.nan)])
def test_direction_of_nan_is_nan(across, along):
    assert np.isnan(g.direction_deg(across, along))


def test_direction_backwards_is_plus_180_from_either_side_of_zero():
    assert g.direction_deg(0.0, -1.0) == 180
    assert g.direction_deg(-0.0, -1.0) == 180


def test_direction_takes_arrays_of_any_shape():
    assert g.direction_deg(np.ones((3, 4)), np.ones((3, 4))).shape == (3, 4)


@pytest.mark.parametrize(
    ("angle", "wrapped"), [(0, 0), (180, 180), (-180, 180), (181, -179), (-181, 179), (360, 0), (540, 180), (725, 5)]
)
def test_wrapped_keeps_the_direction_in_the_half_open_turn(angle, wrapped):
    assert g.wrapped_deg(angle) == pytest.approx(wrapped, abs=1e-9)


@pytest.mark.parametrize(("angle", "wrapped"), [(-90, 270), (-89, -89), (200, 200), (270, 270), (271, -89)])
def test_wrapped_from_another_lowest(angle, wrapped):
    assert g.wrapped_deg(angle, lowest=-90) == pytest.approx(wrapped, abs=1e-9)


def test_wrapped_nan_stays_nan():
    assert np.isnan(g.wrapped_deg(np.nan))


@given(st.integers(-100_000, 100_000).map(lambda n: n / 8), st.sampled_from([-180.0, -90.0, 0.0]))
def test_wrapped_range_and_direction(angle, lowest):
    wrapped = float(g.wrapped_deg(angle, lowest))
    assert lowest < wrapped <= lowest + 360
    assert (wrapped - angle) % 360 == 0


# inclination_deg, hanging_deg


@pytest.mark.parametrize("deg", GRID)
def test_inclination_is_positive_towards_the_way_the_person_faces(deg):
    facing_right = float(g.inclination_deg(ORIGIN, leaning(deg), RIGHT_EDGE))
    facing_left = float(g.inclination_deg(ORIGIN, leaning(-deg), LEFT_EDGE))
    assert facing_right == pytest.approx(deg, abs=1e-9)
    assert facing_left == pytest.approx(deg, abs=1e-9)


@pytest.mark.parametrize("deg", GRID)
def test_hanging_is_positive_towards_the_way_the_person_faces(deg):
    assert g.hanging_deg(ORIGIN, dangling(deg), RIGHT_EDGE) == pytest.approx(deg, abs=1e-9)
    assert g.hanging_deg(ORIGIN, dangling(-deg), LEFT_EDGE) == pytest.approx(deg, abs=1e-9)


@pytest.mark.parametrize("forward", [RIGHT_EDGE, LEFT_EDGE])
def test_head_down_is_180_whichever_way_the_person_faces(forward):
    assert g.inclination_deg(ORIGIN, px(0, 1), forward) == 180
    assert g.hanging_deg(ORIGIN, px(0, -1), forward) == 180


@pytest.mark.parametrize("angle_of", [g.inclination_deg, g.hanging_deg])
def test_lines_without_length_or_end_have_no_angle(angle_of):
    assert np.isnan(angle_of(px(5, 5), px(5, 5), RIGHT_EDGE))
    assert np.isnan(angle_of(NOWHERE, px(5, 5), RIGHT_EDGE))
    assert np.isnan(angle_of(px(5, 5), px(5, np.nan), LEFT_EDGE))
    assert np.isnan(angle_of(px(5, 5), px(5, 6), np.nan))


@pytest.mark.parametrize("angle_of", [g.inclination_deg, g.hanging_deg])
def test_each_row_has_its_own_way_forward(angle_of):
    ends = np.array([[10.0, -10.0], [10.0, -10.0]])
    right, left = angle_of(np.zeros((2, 2)), ends, np.array([RIGHT_EDGE, LEFT_EDGE]))
    assert right == -left != 0


@pytest.mark.parametrize("angle_of", [g.inclination_deg, g.hanging_deg])
@given(a=points, b=points, forward=ways, shift=points, factor=st.integers(1, 50))
def test_shift_and_scale_change_no_angle_and_a_mirror_only_the_facing(angle_of, a, b, forward, shift, factor):
    angle = angle_of(a, b, forward)
    mirror = np.array([-1.0, 1.0])
    np.testing.assert_allclose(angle_of(a + shift, b + shift, forward), angle, atol=1e-9)
    np.testing.assert_allclose(angle_of(a * factor, b * factor, forward), angle, atol=1e-9)
    np.testing.assert_array_equal(g.wrapped_deg(angle_of(a * mirror, b * mirror, -forward)), g.wrapped_deg(angle))
    assert np.isnan(angle) or -180 <= angle <= 180


@given(points, points, ways)
def test_hanging_is_the_inclination_of_the_line_turned_round(a, b, forward):
    turned = g.wrapped_deg(180 - g.inclination_deg(a, b, forward))
    np.testing.assert_allclose(g.wrapped_deg(g.hanging_deg(a, b, forward)), turned, atol=1e-9)


# obliquity_deg


@pytest.mark.parametrize(
    ("left", "right", "deg"),
    [
        (px(100, 50), px(0, 50), 0),
        (px(100, 50), px(0, -50), 45),
        (px(100, 50), px(0, 150), -45),
        (px(0, 50), px(0, 0), 90),
        (px(0, 0), px(0, 50), -90),
    ],
)
def test_obliquity_is_positive_where_the_right_point_is_higher(left, right, deg):
    assert g.obliquity_deg(left, right) == pytest.approx(deg, abs=1e-9)


@given(points, points, points, st.integers(1, 50))
def test_obliquity_is_the_same_from_behind_and_of_either_sign_in_the_mirror(left, right, shift, factor):
    from_behind = np.array([-1.0, 1.0])
    slope = g.obliquity_deg(left, right)
    np.testing.assert_array_equal(g.obliquity_deg(left * from_behind, right * from_behind), slope)
    np.testing.assert_array_equal(-g.obliquity_deg(right, left), slope)
    np.testing.assert_allclose(g.obliquity_deg(left * factor + shift, right * factor + shift), slope, atol=1e-9)
    assert np.isnan(slope) or -90 <= slope <= 90


def test_obliquity_of_one_point_is_nan():
    assert np.isnan(g.obliquity_deg(px(3, 3), px(3, 3)))
    assert np.isnan(g.obliquity_deg(NOWHERE, px(3, 3)))


# angle_between_deg


@pytest.mark.parametrize("deg", [0, 1, 45, 90, 120, 179, 180])
@pytest.mark.parametrize("sign", [1, -1])
def test_angle_between_has_no_sign(deg, sign):
    assert g.angle_between_deg(leaning(30), leaning(30 + sign * deg, 7.0)) == pytest.approx(deg, abs=5e-6)


def test_angle_between_works_in_space():
    assert g.angle_between_deg(np.array([1.0, 0, 0]), np.array([0, 0, -3.0])) == pytest.approx(90)


def test_angle_with_a_vector_without_length_is_nan_and_not_ideal():
    assert np.isnan(g.angle_between_deg(ORIGIN, px(1, 0)))
    assert np.isnan(g.angle_between_deg(px(1, 0), ORIGIN))
    assert np.isnan(g.angle_between_deg(px(1, np.nan), px(1, 0)))


@given(points, points, st.integers(1, 50))
def test_angle_between_range_order_and_length(a, b, factor):
    angle = g.angle_between_deg(a, b)
    np.testing.assert_array_equal(g.angle_between_deg(b, a), angle)
    np.testing.assert_allclose(g.angle_between_deg(a * factor, b), angle, atol=5e-6)
    assert np.isnan(angle) or 0 <= angle <= 180


# offset_ratio


@pytest.mark.parametrize(("forward", "ratio"), [(RIGHT_EDGE, 0.2), (LEFT_EDGE, -0.2)])
def test_offset_is_positive_ahead_of_the_line(forward, ratio):
    assert g.offset_ratio(px(20, 40), px(0, 0), px(0, 100), forward) == pytest.approx(ratio)


def test_offset_is_zero_on_the_line_and_nan_where_there_is_none():
    assert g.offset_ratio(px(30, 30), px(0, 0), px(100, 100), RIGHT_EDGE) == 0
    assert np.isnan(g.offset_ratio(px(30, 30), px(1, 1), px(1, 1), RIGHT_EDGE))
    assert np.isnan(g.offset_ratio(NOWHERE, px(0, 0), px(1, 1), RIGHT_EDGE))
    assert np.isnan(g.offset_ratio(px(0, 0), px(0, 0), NOWHERE, RIGHT_EDGE))


@given(points, points, points, ways, points, st.integers(1, 50))
def test_offset_ratio_does_not_know_place_size_or_mirror(point, top, bottom, forward, shift, factor):
    ratio = g.offset_ratio(point, top, bottom, forward)
    mirror = np.array([-1.0, 1.0])
    moved = [p * factor + shift for p in (point, top, bottom)]
    np.testing.assert_allclose(g.offset_ratio(*moved, forward), ratio, atol=1e-9)
    np.testing.assert_allclose(g.offset_ratio(point * mirror, top * mirror, bottom * mirror, -forward), ratio)


# middle, distance


def test_middle_and_distance():
    np.testing.assert_array_equal(g.middle(px(0, 0), px(6, 8)), px(3, 4))
    assert g.distance(px(0, 0), px(6, 8)) == 10
    assert g.distance(px(2, 2), px(2, 2)) == 0
    np.testing.assert_array_equal(g.distance(np.zeros((2, 3)), np.array([[1.0, 2, 2], [0, 0, 1]])), [3, 1])


def test_middle_and_distance_of_an_unseen_point_are_nan():
    assert np.isnan(g.middle(px(0, np.nan), px(6, 8))).tolist() == [False, True]
    assert np.isnan(g.distance(NOWHERE, px(1, 1)))
