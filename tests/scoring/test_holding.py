"""How long a posture may be held, and points that move smoothly with a noisy value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.measures.definitions import NAMES
from posture_coach.scoring.bands import Grade, edges, expected_points, grade
from posture_coach.scoring.holding import Holding
from posture_coach.scoring.targets import shipped_targets

TARGETS = {target.id: target for target in shipped_targets(NAMES).targets}
TRUNK = TARGETS["sitting_trunk"]
POINTS = np.array([0.0, 100.0, 60.0, 20.0])


def held(angles_deg: np.ndarray, hz: float = 2.0, target=TRUNK) -> np.ndarray:
    value = np.asarray(angles_deg, dtype=float)[:, None]
    time_s = np.arange(len(value)) / hz
    return Holding([target]).push(value, grade(value[:, 0], target)[:, None], time_s)[:, 0]


def minutes_until_poor(angle_deg: float, target=TRUNK) -> float:
    past = held(np.full(60 * 2 * 10, angle_deg), target=target)
    return float(np.flatnonzero(past)[0]) / 2.0 / 60.0 if past.any() else np.inf


@pytest.mark.parametrize(
    ("angle_deg", "expected"),
    [(0, "GOOD"), (10, "GOOD"), (19.9, "GOOD"), (20.1, "CAUTION"), (60.1, "POOR")],
)
def test_the_trunk_lies_in_the_bands_of_the_standard(angle_deg, expected):
    assert Grade(int(grade([angle_deg], TRUNK)[0])) is Grade[expected]


@pytest.mark.parametrize(
    ("angle_deg", "minutes"), [(20, 4.0), (25, 3.625), (30, 3.25), (40, 2.5), (50, 1.75), (59.9, 1.0)]
)
def test_a_leaning_trunk_may_be_held_as_long_as_the_standard_says(angle_deg, minutes):
    assert minutes_until_poor(angle_deg) == pytest.approx(minutes, abs=0.02)


def test_thirty_degrees_for_three_point_two_minutes_are_caution_and_for_three_point_three_poor():
    past = held(np.full(60 * 10, 30.0), hz=2.0)
    assert not past[int(3.2 * 60 * 2)]
    assert past[int(3.3 * 60 * 2)]


@pytest.mark.parametrize(
    ("name", "angle_deg", "minutes"),
    [("sitting_head_pitch", 25, 8.0), ("sitting_head_pitch", 40, 6.25), ("sitting_upper_arm", 40, 2.0)],
)
def test_head_and_arms_have_limits_of_their_own(name, angle_deg, minutes):
    assert minutes_until_poor(angle_deg, TARGETS[name]) == pytest.approx(minutes, abs=0.02)


def test_a_good_posture_gives_back_what_was_used_as_fast_as_it_was_used():
    two, one = np.full(2 * 120, 30.0), np.full(2 * 60, 0.0)
    assert not held(np.concatenate([two, one, two])).any()
    assert not held(np.concatenate([two, one, one, two])).any()
    assert held(np.concatenate([two, one[:20], two])).any()


def test_missing_pictures_and_holes_neither_use_nor_give_back():
    angles = np.full(2 * 190, 30.0)
    gone = np.concatenate([angles, np.full(2 * 600, np.nan), angles[:20]])
    assert held(gone)[-1] == held(np.concatenate([angles, angles[:20]]))[-1]
    value, codes = angles[:, None], grade(angles, TRUNK)[:, None]
    times = np.arange(len(angles)) / 2.0
    times[200:] += 3600.0
    assert not Holding([TRUNK]).push(value, codes, times).any()


@given(cuts=st.lists(st.integers(1, 400), max_size=6))
def test_how_the_pictures_are_cut_changes_nothing(cuts):
    angles = np.concatenate([np.full(500, 35.0), np.full(100, 5.0), np.full(300, 45.0)])[:, None]
    codes, times = grade(angles[:, 0], TRUNK)[:, None], np.arange(900) / 2.0
    one, pieces = Holding([TRUNK]), []
    for start, stop in zip([0, *sorted(cuts)], [*sorted(cuts), 900], strict=True):
        pieces.append(one.push(angles[start:stop], codes[start:stop], times[start:stop]))
    np.testing.assert_array_equal(np.concatenate(pieces), Holding([TRUNK]).push(angles, codes, times))


def points_at(values, half_width: float, target=TRUNK) -> np.ndarray:
    values = np.asarray(values, dtype=float)[:, None]
    return expected_points(values, np.full(values.shape, half_width), edges([target]), POINTS)[:, 0]


def test_an_exact_value_earns_the_points_of_its_band():
    np.testing.assert_allclose(points_at([0, 19.9, 20.1, 60.1, -20, -40], 0.0), [100, 100, 60, 20, 60, 20])
    np.testing.assert_allclose(points_at([0.0], np.nan), [100])


def test_a_value_on_an_edge_earns_the_mean_of_both_bands():
    assert points_at([20.0], 4.0)[0] == pytest.approx(80.0, abs=0.1)
    assert points_at([60.0], 4.0)[0] == pytest.approx(40.0, abs=0.1)


@given(value=st.floats(-60, 90), step=st.floats(0.0, 0.5), half_width=st.floats(1.0, 15.0))
def test_points_never_jump_with_the_value(value, step, half_width):
    one, other = points_at([value, value + step], half_width)
    # Two edges of 40 points each may lie within a wide interval.
    assert abs(one - other) <= 80.0 * 0.4 / (half_width / 1.96) * step + 1e-6


def test_points_are_the_mean_over_where_the_value_may_lie():
    rng = np.random.default_rng(0)
    for value in (5.0, 18.0, 22.0, 57.0, -9.0):
        drawn = rng.normal(value, 5.0 / 1.96, 200_000)
        exact = points_at(drawn, 0.0).mean()
        assert points_at([value], 5.0)[0] == pytest.approx(exact, abs=0.3)


def test_a_size_is_judged_on_both_sides_of_nought():
    level = TARGETS["sitting_head_roll"]
    assert level.magnitude
    np.testing.assert_allclose(points_at([4.0], 3.0, level), points_at([-4.0], 3.0, level))
    rng = np.random.default_rng(0)
    drawn = rng.normal(1.0, 3.0 / 1.96, 200_000)
    assert points_at([1.0], 3.0, level)[0] == pytest.approx(points_at(drawn, 0.0, level).mean(), abs=0.3)


def test_a_limit_in_seconds_falls_in_a_straight_line():
    assert TRUNK.holding is not None
    assert [TRUNK.holding.seconds(v) for v in (20, 30, 60, 90)] == [240.0, 195.0, 60.0, 60.0]
    assert held(np.full(2000, 30.0), target=replace(TRUNK, holding=None)).any() == np.False_
