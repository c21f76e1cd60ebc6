"""From a value to a grade."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.resources import data_file
from posture_coach.scoring.bands import Grade, chances, edges, grade, grades
from posture_coach.scoring.targets import Closed, Target, Targets, shipped_targets

G, C, P, X = Grade.GOOD, Grade.CAUTION, Grade.POOR, Grade.NOT_SCORED


@pytest.fixture(scope="module")
def shipped() -> dict[str, Target]:
    return {target.id: target for target in everything().targets}


def everything() -> Targets:
    table = tomllib.loads(data_file("targets.toml").read_text(encoding="utf-8"))
    return shipped_targets({name for row in table["target"] for name in row["measures"]})


@pytest.mark.parametrize(
    ("id_", "values", "wanted"),
    [
        # The clinical fixture, then each edge: [low, high).
        ("sitting_trunk", [0, 10, 19.9, 20.1, 60.1], [G, G, G, C, P]),
        ("sitting_trunk", [-30.1, -30, -10.1, -10, 20, 60], [P, C, C, G, C, P]),
        # Interior angles turned round, (low, high]: 90 of interior is 90 of flexion and still good.
        ("sitting_hip", [90, 90.1, 100, 100.1, 45, 45.1, 30, 30.1], [G, C, C, P, C, G, P, C]),
        ("sitting_knee", [95, 95.1, 110, 110.1, 180, 180.1, 45, 20.1, 20], [G, C, C, P, P, X, C, C, X]),
        ("standing_knee", [-7, -6.9, 10, 10.1, 20, 20.1, -12, -11.9], [C, G, G, C, C, P, P, C]),
        # The size counts, whichever the side.
        ("standing_shoulder_level", [2.9, -2.9, 3, -3, 6, -6, 0], [G, G, C, C, P, P, G]),
        # Neither too good nor bad: outside all bands.
        ("sitting_neck_change", [-10, -10.1, 7, 15, 89.9, 90], [G, X, C, P, P, X]),
        ("sitting_slump", [0.95, 0.949, 0.9, 0.899, 1.1], [G, C, C, P, X]),
        ("sitting_viewing_distance", [39.9, 40, 50, 99.9, 100, 120], [P, C, G, G, C, P]),
        ("sitting_trunk", [np.nan, np.inf, -np.inf], [X, X, X]),
    ],
)
def test_known_values(shipped: dict[str, Target], id_: str, values: list[float], wanted: list[Grade]) -> None:
    codes = grade(np.array(values, dtype=float), shipped[id_])
    assert codes.dtype == np.int8
    assert [Grade(int(code)) for code in codes] == wanted


def test_no_value_is_no_picture(shipped: dict[str, Target]) -> None:
    assert grade(np.array([]), shipped["sitting_trunk"]).shape == (0,)
    assert grades(np.empty((3, 0)), edges([])).shape == (3, 0)


TARGETS = everything().targets
values = st.floats(-200, 200)
steps = st.integers(-1000, 1000)


@given(st.lists(values, max_size=5))
def test_targets_side_by_side_are_graded_as_each_alone(some: list[float]) -> None:
    targets = TARGETS
    column = np.array(some)
    table = np.repeat(column[:, np.newaxis], len(targets), axis=1)
    together = grades(table, edges(targets))
    assert together.tolist() == np.array([grade(column, target) for target in targets]).T.tolist()


@given(steps, steps, st.sampled_from([Closed.LOW, Closed.HIGH]))
def test_a_band_that_moves_with_the_value_gives_the_same_grade(value: int, shift: int, closed: Closed) -> None:
    target = replace(by_id("sitting_trunk"), closed=closed)
    moved = replace(
        target,
        **{g: tuple((lo + shift, hi + shift) for lo, hi in getattr(target, g)) for g in ("good", "caution", "poor")},
    )
    assert grade([float(value + shift)], moved) == grade([float(value)], target)


@given(steps)
def test_turning_an_interior_angle_round_turns_the_closed_edge_too(interior: int) -> None:
    flexion = by_id("sitting_hip")
    turned = {g: tuple((180 - hi, 180 - lo) for lo, hi in getattr(flexion, g)) for g in ("good", "caution", "poor")}
    as_interior = replace(flexion, closed=Closed.LOW, **turned)
    assert grade([180.0 - interior], flexion) == grade([float(interior)], as_interior)


@given(values)
def test_a_magnitude_does_not_know_the_side(value: float) -> None:
    target = by_id("standing_side_lean")
    assert grade([value], target) == grade([-value], target)


@pytest.mark.parametrize("closed", [Closed.LOW, Closed.HIGH])
@pytest.mark.parametrize("id_", ["sitting_trunk", "standing_side_lean"])
def test_a_sure_value_has_the_whole_chance_of_its_grade(id_: str, closed: Closed) -> None:
    target = replace(by_id(id_), closed=closed)
    edge = [at for bands in (target.good, target.caution, target.poor) for band in bands for at in band]
    some = np.array([*edge, *(-at for at in edge), *np.arange(-99.5, 99.5)])
    found = chances(some[:, np.newaxis], np.zeros((len(some), 1)), edges([target]))[:, :, 0]
    codes = grade(some, target)
    assert found[:, codes > 0].argmax(axis=0).tolist() == codes[codes > 0].tolist()
    assert found.sum(axis=0).tolist() == (codes > 0).astype(float).tolist()


@pytest.mark.parametrize("closed", [Closed.LOW, Closed.HIGH])
@pytest.mark.parametrize("value", [0.0, 0.5, -2.0, 3.0, -5.9, 8.0])
def test_the_chance_of_a_size_is_how_often_values_around_it_have_the_grade(value: float, closed: Closed) -> None:
    # Within the half-width the value may lie on either side of 0.
    target = replace(by_id("standing_shoulder_level"), closed=closed)
    drawn = grade(np.random.default_rng(1).normal(value, 4.0 / 1.96, 20_000), target)
    found = chances(np.array([[value]]), np.array([[4.0]]), edges([target]))[:, 0, 0]
    assert found == pytest.approx(np.bincount(drawn, minlength=4) / len(drawn), abs=0.015)


def by_id(id_: str) -> Target:
    return next(target for target in TARGETS if target.id == id_)
