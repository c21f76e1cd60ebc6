"""The back's contour on drawn outlines: two straight halves at a known angle, and whatever may lie in the way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.measures.contour import HIGHEST_DEG, LOWEST_DEG, back_contour
from posture_coach.pose.outline import HEIGHTS
from posture_coach.pose.types import Landmark

HIP, TRUNK_PX = np.array([300.0, 400.0]), 160.0
BACK, FRONT = 0.25, 0.3
SHARP = 0.01
"""Between the mask's edges at 0.3 and 0.5, and at 0.5 and 0.7."""


def drawn(lower_deg: float, upper_deg: float) -> np.ndarray:
    """Return (61,) of a back whose halves lean so far forward against the trunk line."""
    slopes = np.where(HEIGHTS < 0.5, -np.tan(np.radians(lower_deg)), -np.tan(np.radians(upper_deg)))
    return BACK + (HEIGHTS - 0.5) * slopes


def outlines(back: np.ndarray, forward: float, sharp: float | np.ndarray = SHARP) -> np.ndarray:
    """Return (1, 2, 3, 61): the back on the side away from where the person faces, a plain belly on the other."""
    sides = [np.full_like(back, FRONT), back] if forward > 0 else [back, np.full_like(back, FRONT)]
    return np.array([[[side + sharp, side, side - sharp] for side in sides]])


def points(forward: float, lean_deg: float = 0.0, arm_deg: float = 90.0, scale: float = 1.0) -> np.ndarray:
    """Return (1, 33, 2): a person seen from the side, both arms straight: 0 hanging, + forward."""
    p = np.tile(HIP, (33, 1))
    lean, arm = np.radians(lean_deg), np.radians(arm_deg)
    shoulder = HIP + TRUNK_PX * np.array([forward * np.sin(lean), -np.cos(lean)])
    along = np.array([forward * np.sin(arm), np.cos(arm)])
    for side in ("LEFT", "RIGHT"):
        p[Landmark[f"{side}_SHOULDER"]] = shoulder
        for joint, share in (("ELBOW", 0.6), ("WRIST", 1.1), ("INDEX", 1.3)):
            p[Landmark[f"{side}_{joint}"]] = shoulder + share * TRUNK_PX * along
    return p[None] * scale


def read(back: np.ndarray, forward: float = 1.0, sharp: float | np.ndarray = SHARP, **person: float) -> float:
    found = back_contour(outlines(back, forward, sharp), HEIGHTS, points(forward, **person), np.array([forward]))
    return float(found[0])


@pytest.mark.parametrize("forward", [1.0, -1.0], ids=["faces right", "faces left"])
@pytest.mark.parametrize(("lower", "upper"), [(0, 0), (-12, 8), (-5, 20), (10, -15), (-20, -20)])
def test_the_angle_between_the_halves_flexion_positive(lower, upper, forward):
    # The running median rounds the corner at half height by a little.
    assert read(drawn(lower, upper), forward) == pytest.approx(upper - lower, abs=1.0)


def test_only_the_back_counts():
    forward = np.array([1.0])
    belly = outlines(drawn(-10, 10), -1.0)
    assert back_contour(belly, HEIGHTS, points(1.0), forward)[0] == pytest.approx(0.0, abs=1e-9)


@given(lean=st.floats(-90, 90), scale=st.floats(0.2, 4.0), bend=st.floats(-20, 20))
def test_neither_lean_nor_size_matters(lean, scale, bend):
    back = drawn(-bend / 2, bend / 2)
    assert read(back, lean_deg=lean, arm_deg=90 - lean, scale=scale) == pytest.approx(read(back), abs=1e-9)


@pytest.mark.parametrize("forward", [1.0, -1.0])
def test_an_arm_behind_the_back_hides_it(forward):
    back = drawn(-8, 8)
    assert np.isfinite(read(back, forward, arm_deg=10.0))
    assert np.isnan(read(back, forward, arm_deg=-16.0))


def test_a_blurred_stretch_is_left_out_and_too_much_of_it_refused():
    back = drawn(-8, 8)
    for high, seen in ((0.15, True), (0.3, False)):
        blurred = (HEIGHTS >= 0) & (high > HEIGHTS)
        moved, sharp = back + 0.1 * blurred, np.where(blurred, 0.04, SHARP)
        found = read(moved, sharp=sharp)
        assert np.isfinite(found) == seen
        assert not seen or found == pytest.approx(16.0, abs=1.0)


def test_a_fold_of_cloth_is_smoothed_away():
    folded = drawn(-8, 8)
    folded[30:33] += 0.05
    assert read(folded) == pytest.approx(read(drawn(-8, 8)), abs=0.5)


@pytest.mark.parametrize("bend", [LOWEST_DEG - 4, HIGHEST_DEG + 4])
def test_no_back_is_bent_like_that(bend):
    assert np.isnan(read(drawn(-bend / 2, bend / 2)))
    assert np.isfinite(read(drawn(-bend / 4, bend / 4)))


def test_nobody_is_no_back():
    nothing = np.full((2, 2, 3, len(HEIGHTS)), np.nan)
    found = back_contour(nothing, HEIGHTS, np.full((2, 33, 2), np.nan), np.array([1.0, -1.0]))
    assert np.isnan(found).all()
