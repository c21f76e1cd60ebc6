"""How numbers stand in a summary and in the tables."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

DIGITS = 4
"""Decimals kept: ten times finer than the smallest error there is, and a tenth of a millisecond."""


def rounded(value: float | np.floating[Any], digits: int = DIGITS) -> float | None:
    """Round for the file; None for NaN, which has no place in JSON."""
    return None if math.isnan(value) else round(float(value), digits)
