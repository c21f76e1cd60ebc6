"""What is known of the estimates at the desk webcam: read from `data/desk.toml`, which `benchmarks/desk.py` writes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from posture_coach.errors import DataError
from posture_coach.resources import data_file


class PitchFrom(StrEnum):
    """What the tilt of the camera is known from."""

    FACE = "face"
    """The upright person's face: within some 6 degrees."""
    SLUMP = "slump"
    """The person's deliberate slump: within some 3 degrees."""
    CAMERA = "camera"
    """It was measured."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Error in one mode of one model, by how far the shoulders have come or gone from the own upright.

    Parameters
    ----------
    reach
        (k,) shoulder widths, growing.
    trunk_deg, neck_deg
        (k,) 95 % half-widths there; between them it grows evenly, beyond the last it stays.
    """

    reach: tuple[float, ...]
    trunk_deg: tuple[float, ...]
    neck_deg: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Constants:
    """What the fit found (`benchmarks/desk.py`).

    Parameters
    ----------
    elevation_deg, elevation_per_tilt_deg
        How far the head is above the camera, seen from it: this much, and this much more for each unit of face tilt.
    slump_fall, slump_trust
        How far shoulders sink in a slump, as a share of how far they come forward; how much that is believed against
        the face, 0-1.
    trunk_lean
        Share of the lean about the hips that is the trunk's: the pelvis slides forward in a slump.
    neck_forward, neck_down, neck_fall, neck_back
        Degrees of neck for each shoulder width that the head comes forward and down against the shoulders, that the
        shoulders sink, and that they go back (negative).
    spread
        By (mode, model, what the pitch is known from), as their plain words.
    """

    elevation_deg: float
    elevation_per_tilt_deg: float
    slump_fall: float
    slump_trust: float
    trunk_lean: float
    neck_forward: float
    neck_down: float
    neck_fall: float
    neck_back: float
    spread: Mapping[tuple[str, str, str], Spread] = field(default_factory=dict)


def parse(text: str, name: str) -> Constants:
    """Read the file of constants.

    Raises
    ------
    DataError
        A key is missing or has a wrong kind of value.
    """
    try:
        table: dict[str, Any] = tomllib.loads(text)
        rows = {
            (str(row["mode"]), str(row["model"]), str(PitchFrom(row["pitch"]))): Spread(
                tuple(map(float, row["reach"])), tuple(map(float, row["trunk_deg"])), tuple(map(float, row["neck_deg"]))
            )
            for row in table["error"]
        }
        return Constants(**{key: float(value) for key, value in table["constants"].items()}, spread=rows)
    except (tomllib.TOMLDecodeError, AttributeError, KeyError, TypeError, ValueError) as why:
        raise DataError(f"{name}: {why!r}. Reinstall posture-coach: this file is part of it.") from why


@cache
def shipped_constants() -> Constants:
    """Return the constants that come with the program."""
    path = data_file("desk.toml")
    return parse(path.read_text(encoding="utf-8"), path.name)
