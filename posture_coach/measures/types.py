"""What a measurement is: a value with its error, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class View(StrEnum):
    """From where the camera sees the person."""

    FRONT = "front"
    SIDE = "side"
    OBLIQUE = "oblique"
    BACK = "back"
    UNKNOWN = "unknown"


class Side(StrEnum):
    """The person's own side."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def column(self) -> int:
        """Its place where an array holds both sides."""
        return 0 if self is Side.LEFT else 1


class Reason(IntEnum):
    """Why a measure has no value. The words for the screen stand in `WORDS`."""

    NONE = 0
    NOBODY = 1
    NOT_FROM_HERE = 2
    FAR_SIDE = 3
    OUT_OF_PICTURE = 4
    NOT_SEEN = 5
    NO_BASELINE = 6
    NO_CAMERA_SCALE = 7
    SKEWED_DEPTH = 8
    UNDEFINED = 9
    IMPOSSIBLE = 10
    OTHER_RECORDING = 11
    MOVED = 12
    TOO_UNCERTAIN = 13
    UNKNOWN_ERROR = 14
    ASKEW = 15
    NOT_STANDING = 16


WORDS = {
    Reason.NONE: "",
    Reason.NOBODY: "nobody in the picture",
    Reason.NOT_FROM_HERE: "not visible from this side: turn the camera or yourself",
    Reason.FAR_SIDE: "far side hidden",
    Reason.OUT_OF_PICTURE: "a needed point is out of the picture: move back or tilt the camera",
    Reason.NOT_SEEN: "a needed point is hidden",
    Reason.NO_BASELINE: "needs your own upright first",
    Reason.NO_CAMERA_SCALE: "the camera's focal length is unknown",
    Reason.SKEWED_DEPTH: "the heavy model gives no usable depth: use --model full",
    Reason.UNDEFINED: "points coincide: no direction to measure",
    Reason.IMPOSSIBLE: "beyond what the joint can do: the points are misplaced",
    Reason.OTHER_RECORDING: "needs your own upright from this very recording: sizes in two pictures do not compare",
    Reason.MOVED: "chair or camera have moved since your own upright: take it again",
    Reason.TOO_UNCERTAIN: "too uncertain to be of use: come nearer, your side or your front squarely to the camera",
    Reason.UNKNOWN_ERROR: "its error from this side was never measured: turn your side or your front to the camera",
    Reason.ASKEW: "the camera may stand askew, and nobody knows by how much: put it level, or calibrate",
    Reason.NOT_STANDING: "only of somebody who stands",
}
"""The sentence shown where a value would stand, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measurement.

    Parameters
    ----------
    value
        In the unit that ends its name; NaN where it could not be measured.
    err
        95 % half-width of the value, same unit; NaN with it, or where the error is not known.
    reason
        Why there is no value; empty where there is one.
    """

    value: float
    err: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MeasureSeries:
    """All measures of one person over n pictures.

    Parameters
    ----------
    names
        m public names, the columns.
    value, err
        (n, m) in the unit that ends each name; NaN where not measured.
    reason
        (n, m) codes of `Reason`, 0 where measured.
    view
        (n,) of `View`.
    body_yaw_deg
        (n,) 0 faces the camera, + turned to the person's right, in (-180, 180].
    """

    names: tuple[str, ...]
    value: Floats
    err: Floats
    reason: NDArray[np.int8]
    view: NDArray[np.object_]
    body_yaw_deg: Floats

    def __len__(self) -> int:
        return len(self.value)

    def column(self, name: str) -> Floats:
        """Return the (n,) values of one measure."""
        return self.value[:, self.names.index(name)]

    def at(self, i: int) -> dict[str, Measure]:
        """Return the measures of picture i by name."""
        return {
            name: Measure(float(v), float(e), WORDS[Reason(int(r))])
            for name, v, e, r in zip(self.names, self.value[i], self.err[i], self.reason[i], strict=True)
        }

    def part(self, start: int, stop: int) -> MeasureSeries:
        """Return pictures start to stop, stop not included."""
        cut = slice(start, stop)
        return MeasureSeries(
            self.names, self.value[cut], self.err[cut], self.reason[cut], self.view[cut], self.body_yaw_deg[cut]
        )

    @classmethod
    def joined(cls, parts: Sequence[MeasureSeries]) -> MeasureSeries:
        """Put consecutive stretches of one person behind each other."""
        return cls(
            parts[0].names,
            np.concatenate([p.value for p in parts]),
            np.concatenate([p.err for p in parts]),
            np.concatenate([p.reason for p in parts]),
            np.concatenate([p.view for p in parts]),
            np.concatenate([p.body_yaw_deg for p in parts]),
        )
