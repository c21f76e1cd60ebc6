"""From a value to a grade: in which band of its target it lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from posture_coach.measures.types import Floats
from posture_coach.scoring.targets import Closed, Target

Codes = NDArray[np.int8]
Bands = Sequence[tuple[float, float]]


class Grade(IntEnum):
    """How a value compares with its target. `NOT_SCORED` is no judgement, neither good nor bad."""

    NOT_SCORED = 0
    GOOD = 1
    CAUTION = 2
    POOR = 3


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """The bands of t targets side by side, padded to b bands each, all of the form [low, high).

    Parameters
    ----------
    low, high
        (b, t) in the unit of each target; bands closed at the upper edge are mirrored (`sign` -1), so that
        (low, high] becomes [-high, -low). Padding is [inf, inf), which holds no number.
    grade
        (b, t) codes of `Grade`.
    sign
        (t,) 1, or -1 where the bands are mirrored.
    magnitude
        (t,) whether the size of the value is judged.
    """

    low: Floats
    high: Floats
    grade: Codes
    sign: Floats
    magnitude: NDArray[np.bool_]


def edges(targets: Sequence[Target]) -> Edges:
    """Lay out the bands of t targets for `grades`."""
    rows = [_banded(target) for target in targets]
    depth = max((len(row) for row in rows), default=0)
    padding = (np.inf, np.inf, float(Grade.NOT_SCORED))
    table = np.array([[*row, *[padding] * (depth - len(row))] for row in rows]).reshape(len(rows), depth, 3)
    low, high, grade = table.transpose(2, 1, 0)
    sign = np.array([_sign(target) for target in targets])
    magnitude = np.array([target.magnitude for target in targets], dtype=np.bool_)
    return Edges(low.copy(), high.copy(), grade.astype(np.int8), sign, magnitude)


def plain_edges(good: Bands, caution: Bands, poor: Bands) -> Edges:
    """Lay out the bands [low, high) of one thing that is no target."""
    bands = np.array(_flat(good, caution, poor), dtype=np.float64)
    low, high, grade = bands.T[..., np.newaxis]
    return Edges(low.copy(), high.copy(), grade.astype(np.int8), np.ones(1), np.zeros(1, dtype=np.bool_))


def grades(values: Floats, bands: Edges) -> Codes:
    """Grade t values of n pictures at once.

    Parameters
    ----------
    values
        (n, t) in the units of the targets; NaN where there is none.
    bands
        Of the t targets.

    Returns
    -------
    (n, t) codes of `Grade`; `NOT_SCORED` for NaN and for values in no band.
    """
    if bands.magnitude.any():
        values = np.where(bands.magnitude, np.abs(values), values)
    values = values * bands.sign
    codes = np.zeros(values.shape, dtype=np.int8)
    for low, high, grade in zip(bands.low, bands.high, bands.grade, strict=True):
        # Bands never overlap, so at most one of them adds its code.
        codes += ((values >= low) & (values < high)) * grade
    return codes


DIGITS = 9
_TO_SD = 1.0 / 1.96
"""From the half-width of a 95 % interval to a standard deviation."""


def expected_points(values: Floats, half_width: Floats, bands: Edges, points: Floats) -> Floats:
    """Return what t values of n pictures earn on average, over where they may truly lie.

    A value at the edge of two bands earns the mean of both, so that noise there moves the score smoothly.

    Parameters
    ----------
    values, half_width, bands
        As for `chances`.
    points
        (4,) by code of `Grade`.

    Returns
    -------
    (n, t), 0 where nothing of the value's interval lies in a band.
    """
    return earned(chances(values, half_width, bands), points)


def earned(chance: Floats, points: Floats) -> Floats:
    """Return the (n, t) mean points of (4, n, t) chances; see `expected_points`."""
    # Rounded, since how many pictures are summed at once changes the last digits.
    return np.asarray(np.round(np.tensordot(points, chance, 1), DIGITS), dtype=np.float64)


def chances(values: Floats, half_width: Floats, bands: Edges) -> Floats:
    """Return how likely each grade is, for t values of n pictures, of those whose bands the value may lie in.

    Parameters
    ----------
    values, half_width
        (n, t) in the units of the targets, half-widths of 95 % intervals; a value without one is taken as exact.

    Returns
    -------
    (4, n, t) by code of `Grade`; together 1, or 0 where nothing of the value's interval lies in a band.
    """
    deviation, here = np.nan_to_num(half_width) * _TO_SD, values * bands.sign
    low, high, code = bands.low[:, np.newaxis], bands.high[:, np.newaxis], bands.grade[:, np.newaxis]
    within = _between(low, high, here, deviation)
    if bands.magnitude.any():
        # The size of a value is judged: what lies on the other side of 0 counts with its mirror image.
        within += np.where(bands.magnitude, _between(low, high, -here, deviation), 0.0)
    chance = np.stack([np.where(code == grade, within, 0.0).sum(axis=0) for grade in Grade])
    inside = chance.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(inside > 0, chance / inside, 0.0), dtype=np.float64)


def _between(low: Floats, high: Floats, values: Floats, deviation: Floats) -> Floats:
    """Return (b, n, t) the chance that n normal values lie in each [low, high), of (b, 1, t) edges."""
    exact = (values >= low) & (values < high)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        below, above = ((edge - values) / deviation for edge in (low, high))
        chance = _normal(above) - _normal(below)
    return np.where(deviation > 0, chance, np.where(exact, 1.0, 0.0))


def _normal(x: Floats) -> Floats:
    """Return the chance that a standard normal value lies below x, within 0.0002 (Page 1977)."""
    return np.asarray(0.5 * (1.0 + np.tanh(np.clip(0.7978846 * x * (1.0 + 0.044715 * x * x), -20.0, 20.0))))


def grade(values: ArrayLike, target: Target) -> Codes:
    """Grade the (n,) values of one target; see `grades`."""
    return grades(np.asarray(values, dtype=np.float64)[..., np.newaxis], edges([target]))[..., 0]


def _sign(target: Target) -> float:
    return -1.0 if target.closed is Closed.HIGH else 1.0


def _banded(target: Target) -> list[tuple[float, float, float]]:
    """List (low, high, grade) of every band in the form [low, high)."""
    flat = _flat(target.good, target.caution, target.poor)
    if target.closed is Closed.LOW:
        return flat
    return [(-high, -low, grade) for low, high, grade in flat]


def _flat(good: Bands, caution: Bands, poor: Bands) -> list[tuple[float, float, float]]:
    named = ((Grade.GOOD, good), (Grade.CAUTION, caution), (Grade.POOR, poor))
    return [(low, high, float(grade)) for grade, bands in named for low, high in bands]
