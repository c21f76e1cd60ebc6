"""What the figures of a walk are held against: `data/gait.toml`, checked line by line.

They are told with a recording and are no part of any score: a score of seconds cannot hold what takes twenty steps.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from posture_coach.resources import data_file
from posture_coach.scoring.bands import Grade, chances, grades, plain_edges
from posture_coach.scoring.checked_toml import Band, Fields, parsed
from posture_coach.scoring.perhaps import Perhaps, grades_in
from posture_coach.scoring.targets import shipped_sources

FIGURES = ("cadence_spm", "step_time_asymmetry_pct", "stance_ratio", "speed_m_s", "lateral_trunk_sway_deg")
"""By public name: what is judged."""
UNITS = ("steps/min", "%", "ratio", "m/s", "deg")
_KEYS = (
    *("title", "unit", "good", "caution", "poor", "least_n", "mdc", "mdc_from"),
    *("evidence", "provenance", "sources"),
)


@dataclass(frozen=True, slots=True)
class Norm:
    """What one figure is held against.

    Parameters
    ----------
    good, caution, poor
        Bands [low, high) in `unit`.
    least_n
        Steps, or strides, from which on there is a verdict.
    mdc
        Smallest difference between two walks to call a change.
    """

    title: str
    unit: str
    good: tuple[Band, ...]
    caution: tuple[Band, ...]
    poor: tuple[Band, ...]
    least_n: int
    mdc: float
    evidence: str
    provenance: str
    sources: tuple[str, ...]
    note: str


def verdict(norm: Norm, value: float, err: float, n: int) -> tuple[Grade, ...]:
    """Return the grade of a figure, then those that it may have too; none from too few steps.

    Parameters
    ----------
    value, err
        In the norm's unit, with the 95 % half-width.
    n
        Steps, or strides, that it rests on.
    """
    if n < norm.least_n:
        return ()
    bands = plain_edges(norm.good, norm.caution, norm.poor)
    values = np.array([[value]])
    own = grades(values, bands)
    others = Perhaps(1).push(chances(values, np.array([[err]]), bands), own)
    return (Grade(int(own[0, 0])), *grades_in(int(others[0, 0]))) if own.any() else ()


def shipped_norms() -> dict[str, Norm]:
    """Read what comes with the program, by the figures' public names."""
    path = data_file("gait.toml")
    return load_norms(path.read_bytes(), known_sources=shipped_sources(), file=path.name)


def load_norms(text: str | bytes, *, known_sources: Collection[str], file: str = "gait.toml") -> dict[str, Norm]:
    """Check the text of a table of norms.

    Raises
    ------
    DataError
        At the first fault, naming file, table and key.
    """
    top = Fields(parsed(text, file), file, "top level", ("schema_version", *FIGURES))
    return {name: _norm(Fields(top.all[name], file, name, _KEYS, ("note",)), known_sources) for name in FIGURES}


def _norm(f: Fields, known_sources: Collection[str]) -> Norm:
    f.word("mdc_from")
    good, caution, poor = (f.bands(name) for name in ("good", "caution", "poor"))
    edges = sorted((*good, *caution, *poor))
    for (_, before), (after, _) in pairwise(edges):
        if before != after:
            raise f.wrong("good", "bands that meet those of caution and poor", f"an end at {before:g}, then {after:g}")
    return Norm(
        f.text("title"), f.word("unit", UNITS), good, caution, poor, f.whole("least_n"), f.number("mdc", above=0.0),
        f.word("evidence"), f.word("provenance"), f.names("sources", known_sources, "source"), f.text("note", ""),
    )  # fmt: skip
