"""What is known of each measure's error: read from `data/accuracy.toml`, which `benchmarks/accuracy.py` writes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from posture_coach.errors import DataError
from posture_coach.measures.skeleton import PICTURE_ALONE, Mixing, Offsets
from posture_coach.measures.types import View
from posture_coach.pose.types import Mode, Model
from posture_coach.resources import data_file


@dataclass(frozen=True, slots=True)
class Error:
    """Error of one measure against ground truth: value minus truth, in the measure's own unit.

    Parameters
    ----------
    bias
        Mean error.
    half_width
        Half-width of the 95 % interval around a value near 0 as printed, bias included.
    growth
        By how much more, for each unit that the value lies from 0; they add up in squares.
    typical
        Median half-width, with all that single pictures add.
    change
        95 % half-width of a change seen from the same place; NaN where it is not known.
    apart
        By how much the half-width grows where the legs are not together, seen from the side: there the network takes
        one for the other. It adds up in squares as well.
    """

    bias: float
    half_width: float
    growth: float = 0.0
    typical: float = float("nan")
    change: float = float("nan")
    apart: float = 0.0


OTHER_MODE_WIDENING = 1.25
"""An error known in one mode alone is taken for the other, this much wider: between the two lie 1-3 degrees."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Error constants by (joint, view, mode, model), and the corrections they were measured with."""

    errors: Mapping[tuple[str, View, Mode, Model], Error]
    offsets: Offsets
    mdc: Mapping[str, float]
    mixing: Mixing = PICTURE_ALONE

    def of(self, joint: str, view: View, mode: Mode, model: Model) -> Error | None:
        """Return the error of one measure, or None where none was ever measured in either mode."""
        known = self.errors.get((joint, view, mode, model))
        if known is not None:
            return known
        other = Mode.DETECTED if mode is Mode.TRACKED else Mode.TRACKED
        near = self.errors.get((joint, view, other, model))
        if near is None:
            return None
        wide = OTHER_MODE_WIDENING
        widths = ("half_width", "growth", "typical", "change", "apart")
        return Error(near.bias, *(getattr(near, name) * wide for name in widths))


FILE, LIVE = "file", "live"
"""How poses are read: a file knows what comes, which a live camera does not."""


def parse(text: str, name: str, *, live: bool = False) -> Accuracy:
    """Read the accuracy file.

    Parameters
    ----------
    live
        Whether errors and corrections are those of poses as they come; of what has no errors of its own there, those
        of files.

    Raises
    ------
    DataError
        A key is missing or has a wrong kind of value.
    """
    try:
        table: dict[str, Any] = tomllib.loads(text)
        errors = {
            (row["measure"], View(row["view"]), Mode(row["mode"]), Model(row["model"])): _error(row)
            for read in ((FILE, LIVE) if live else (FILE,))
            for row in table["error"]
            if row.get("read", FILE) == read
        }
        offsets = Offsets(**{key: float(value) for key, value in table["offsets"].items()})
        mixing = Mixing(**{key: float(value) for key, value in table["mixing"].items()})
        mixing = replace(mixing, knee_lead_s=0.0) if live else mixing
        mdc = {joint: float(value) for joint, value in table["mdc"].items()}
    except (tomllib.TOMLDecodeError, AttributeError, KeyError, TypeError, ValueError) as why:
        raise DataError(f"{name}: {why!r}. Reinstall posture-coach: this file is part of it.") from why
    return Accuracy(errors, offsets, mdc, mixing)


def _error(row: Mapping[str, Any]) -> Error:
    half_width = float(row["half_width"])
    more = {"growth": 0.0, "typical": half_width, "change": "nan", "apart": 0.0}
    return Error(float(row["bias"]), half_width, *(float(row.get(name, usual)) for name, usual in more.items()))


@cache
def shipped_accuracy(*, live: bool = False) -> Accuracy:
    """Return the constants that come with the program: for files, or for poses as they come."""
    path = data_file("accuracy.toml")
    return parse(path.read_text(encoding="utf-8"), path.name, live=live)
