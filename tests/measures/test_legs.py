"""Left and right of the legs, exchanged in drawn walks on purpose, and by the network in rendered ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.measures.legs import untangled
from posture_coach.pose.types import MIRROR_ORDER, Landmark, PoseSeries
from tests.drawn import Body, draw, mirrored, with_points

STRIDE_S = 1.12
KNEES, FEET = (
    [Landmark[f"{side}_{joint}"] for joint in joints for side in ("LEFT", "RIGHT")]
    for joints in (("KNEE",), ("ANKLE", "HEEL", "FOOT_INDEX"))
)
AFTER_THE_FIRST = slice(1, None)
"""The first picture has none before it, and is taken as it comes."""
ARRAYS = ("points_px", "world", "visibility", "presence")


def step(time_s: float, yaw: float) -> Body:
    """Return somebody who walks: a knee bends most while its leg is brought forward."""
    turns = {side: 2.0 * math.pi * time_s / STRIDE_S + late for side, late in (("left", 0.0), ("right", math.pi))}
    bent = {f"knee_flexion_{side}_deg": 32.0 - 28.0 * math.sin(turn + 0.6) for side, turn in turns.items()}
    return Body(
        yaw_deg=yaw, hip_flexion_left_deg=10.0 + 22.0 * math.cos(turns["left"]),
        hip_flexion_right_deg=10.0 + 22.0 * math.cos(turns["right"]), **bent,
    )  # fmt: skip


def walk(n: int = 90, *, yaw: float = 90.0, hz: float = 30.0, gone: tuple[int, ...] = ()) -> PoseSeries:
    """Draw a walk in which each leg has looks of its own: what is exchanged is seen in every array."""
    series = draw([None if i in gone else step(i / hz, yaw) for i in range(n)], hz=hz)
    own = np.linspace(0.5, 1.0, len(Landmark))
    return with_points(series, visibility=series.visibility * own, presence=series.presence * own)


def confused(series: PoseSeries, rows, points) -> PoseSeries:
    """Return the series as a network would tell it that takes left for right there."""
    order = np.tile(np.arange(len(Landmark)), (len(series), 1))
    order[np.ix_(np.array(rows, dtype=int), points)] = MIRROR_ORDER[points]
    shaped = {name: order.reshape(*order.shape, *[1] * (getattr(series, name).ndim - 2)) for name in ARRAYS}
    return with_points(
        series, **{name: np.take_along_axis(getattr(series, name), shaped[name], axis=1) for name in ARRAYS}
    )


def same(one: PoseSeries, other: PoseSeries) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True) for name in ARRAYS)


def apart(series: PoseSeries, points) -> np.ndarray:
    """Return how far left and right are apart in each picture, as a share of the widest."""
    wide = np.linalg.norm(series.points_px[:, points[0]] - series.points_px[:, points[1]], axis=1)
    return wide / wide.max()


def told_apart(found: PoseSeries, true: PoseSeries, rows=...) -> bool:
    """Tell whether left and right are right wherever they are not in one place, where it makes no difference."""
    for points in (KNEES, FEET):
        clear = np.zeros(len(true), dtype=bool)
        clear[rows] = apart(true, points)[rows] > 0.25
        if not np.array_equal(found.points_px[clear][:, points], true.points_px[clear][:, points]):
            return False
    return True


@pytest.mark.parametrize("yaw", [90.0, -90.0, 70.0])
@pytest.mark.parametrize("points", [KNEES, FEET, KNEES + FEET], ids=["knees", "feet", "legs"])
def test_a_leg_taken_for_the_other_is_put_right(yaw, points):
    true = walk(yaw=yaw)
    for first in np.flatnonzero(apart(true, points) > 0.5)[5:-12:7]:
        seen = confused(true, range(first, first + 5), points)
        assert not told_apart(seen, true)
        assert told_apart(untangled(seen), true)


@given(st.sets(st.integers(2, 88), max_size=12), st.sets(st.integers(2, 88), max_size=12))
def test_single_pictures_are_put_right_whatever_is_exchanged_in_them(knees, feet):
    true = walk()
    seen = confused(confused(true, sorted(knees), KNEES), sorted(feet), FEET)
    assert told_apart(untangled(seen), true, np.setdiff1d(np.arange(len(true)), _long_runs(knees, feet)))


def _long_runs(*chosen: set[int]) -> list[int]:
    """Return pictures in or beside a run of more than three exchanged ones: a long one may be taken for the truth."""
    marks = np.zeros(92, dtype=bool)
    for rows in chosen:
        marks[[*rows]] = True
    edges = np.flatnonzero(np.diff(marks.astype(int), prepend=0, append=0))
    return [i for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 3 for i in range(a - 1, b + 1)]


@pytest.mark.parametrize("yaw", [0.0, 45.0, 90.0, -90.0, 180.0])
@pytest.mark.parametrize("hz", [30.0, 10.0, 5.0])
def test_what_is_right_stays(yaw, hz):
    series = walk(yaw=yaw, hz=hz)
    assert same(untangled(series), series)


def test_the_far_leg_is_put_right_with_the_near_one_in_a_mirror_too():
    seen = confused(walk(), range(20, 24), KNEES + FEET)
    assert same(untangled(mirrored(seen)), mirrored(untangled(seen)))


def test_from_the_front_the_networks_word_holds():
    seen = confused(walk(yaw=0.0), range(20, 24), KNEES)
    assert same(untangled(seen), seen)


def test_pictures_far_apart_are_taken_as_they_come():
    seen = confused(walk(hz=5.0), range(20, 24), KNEES)
    assert same(untangled(seen), seen)


def test_legs_that_are_guessed_are_taken_as_they_come():
    hidden = walk()
    hidden.visibility[:, FEET] = 0.3
    seen = confused(hidden, range(20, 24), KNEES)
    assert same(untangled(seen), seen)


def test_a_photo_is_taken_as_it_comes():
    seen = confused(walk(n=1), [0], KNEES)
    assert same(untangled(seen), seen)


def test_who_was_away_has_legs_before_and_after():
    true = walk(gone=(40, 41, 60, 61, 62, 63, 64, 65, 66))
    assert same(untangled(confused(true, [30, 31, 50, 80], KNEES + FEET)), true)
    nobody = draw([None] * 5)
    assert same(untangled(nobody), nobody)


def test_looks_of_several_passes_are_exchanged_too():
    true = walk()
    spread = np.tile(np.linspace(1.0, 2.0, len(Landmark)), (len(true), 1))
    seen = with_points(confused(true, [20, 21], FEET), spread_px=spread)
    found = untangled(seen)
    assert np.array_equal(found.spread_px[20, FEET], spread[20, MIRROR_ORDER[FEET]])
    assert np.array_equal(found.spread_px[19], spread[19])


@pytest.mark.parametrize("yaw", [90.0, -90.0])
def test_the_leg_that_is_drawn_larger_is_the_near_one(yaw):
    """Astride and still: no jump and no knee tells, only that what is nearer is drawn larger."""
    true = draw([Body(yaw_deg=yaw, hip_flexion_left_deg=40.0, hip_flexion_right_deg=-10.0)] * 60, hz=30.0)
    near = "LEFT" if yaw > 0 else "RIGHT"
    hip, leg = Landmark[f"{near}_HIP"], [p for p in KNEES + FEET if p.name.startswith(near)]
    true.points_px[:, leg] += 0.2 * (true.points_px[:, leg] - true.points_px[:, [hip]])
    assert same(untangled(true), true)
    assert told_apart(untangled(confused(true, range(60), KNEES + FEET)), true, AFTER_THE_FIRST)


def test_a_knee_that_stays_bent_backwards_is_put_right_however_long():
    """Kneeling on one knee: nothing moves, so that no jump tells."""
    kneeling = Body(
        yaw_deg=90.0, hip_flexion_left_deg=80.0, knee_flexion_left_deg=90.0, hip_flexion_right_deg=0.0,
        knee_flexion_right_deg=90.0,
    )  # fmt: skip
    true = draw([kneeling] * 60, hz=30.0)
    assert told_apart(untangled(confused(true, range(60), KNEES)), true, AFTER_THE_FIRST)
