"""What passes from the camera to the rest: a picture (`Frame`), one person in it (`Pose`), many (`PoseSeries`).

Pure: no camera, no file, no clock. Points are in pixels of the upright picture, origin at its top left corner,
x to the right, y down. World points are MediaPipe's own body-sized estimate: metres in name only, origin between
the hips, x to the right of the picture, y down, z away from the camera.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Picture = NDArray[np.uint8]

POINTS = 33
"""Number of body points, in MediaPipe's order."""
STACKED = 1000
"""So many pictures are gathered before their poses are laid out as arrays."""
HEAVY_DOUBTS = 2.0
"""How much more the largest network doubts what it sees: knees in full view may get 0.2 to 0.6 where the others give
0.9; hidden ones get less than 0.25 from it."""


class Landmark(IntEnum):
    """The 33 body points in MediaPipe's order; left and right are the person's own."""

    NOSE = 0
    LEFT_EYE_INNER = 1
    LEFT_EYE = 2
    LEFT_EYE_OUTER = 3
    RIGHT_EYE_INNER = 4
    RIGHT_EYE = 5
    RIGHT_EYE_OUTER = 6
    LEFT_EAR = 7
    RIGHT_EAR = 8
    MOUTH_LEFT = 9
    MOUTH_RIGHT = 10
    LEFT_SHOULDER = 11
    RIGHT_SHOULDER = 12
    LEFT_ELBOW = 13
    RIGHT_ELBOW = 14
    LEFT_WRIST = 15
    RIGHT_WRIST = 16
    LEFT_PINKY = 17
    RIGHT_PINKY = 18
    LEFT_INDEX = 19
    RIGHT_INDEX = 20
    LEFT_THUMB = 21
    RIGHT_THUMB = 22
    LEFT_HIP = 23
    RIGHT_HIP = 24
    LEFT_KNEE = 25
    RIGHT_KNEE = 26
    LEFT_ANKLE = 27
    RIGHT_ANKLE = 28
    LEFT_HEEL = 29
    RIGHT_HEEL = 30
    LEFT_FOOT_INDEX = 31
    RIGHT_FOOT_INDEX = 32


MIRROR_ORDER = np.array([0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9, *(i + 1 if i % 2 else i - 1 for i in range(11, POINTS))])
"""Index that swaps every left point with its right twin."""


class Mode(StrEnum):
    """How the points were found. The two are biased to each other by 1-3 degrees: never mix them in one trend."""

    TRACKED = "tracked"
    """The person is followed from picture to picture, and smoothed."""
    DETECTED = "detected"
    """The person is searched for anew in every picture."""


class Model(StrEnum):
    """The three sizes of the pose network."""

    LITE = "lite"
    FULL = "full"
    HEAVY = "heavy"


@dataclass(frozen=True, slots=True)
class Frame:
    """One upright picture.

    Parameters
    ----------
    image
        (height, width, 3), RGB, contiguous.
    time_s
        Seconds since the source's first frame.
    index
        Position in decode order, from 0; frames that were skipped count.
    """

    image: Picture
    time_s: float
    index: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.image.shape[1], self.image.shape[0]


@dataclass(frozen=True, slots=True)
class Pose:
    """One person in one picture.

    Parameters
    ----------
    points_px
        (33, 2) pixels. May lie outside the picture: the network guesses what it cannot see.
    world
        (33, 3), see the module's head.
    visibility, presence
        (33,) the network's own 0-1 figures. They do not predict the error of a point.
    spread_px
        (33,) how far apart several looks at the same picture put each point (standard deviation); None after one look.
    """

    time_s: float
    index: int
    width: int
    height: int
    mode: Mode
    model: Model
    points_px: Floats
    world: Floats
    visibility: Floats
    presence: Floats
    spread_px: Floats | None = None

    def mirrored(self) -> Pose:
        """Return who was found in a mirrored picture as the picture itself shows him."""
        points, world = self.points_px.copy(), self.world.copy()
        points[:, 0] = self.width - points[:, 0]
        world[:, 0] = -world[:, 0]
        points, world = points[MIRROR_ORDER], world[MIRROR_ORDER]
        sure, there = self.visibility[MIRROR_ORDER], self.presence[MIRROR_ORDER]
        return replace(self, points_px=points, world=world, visibility=sure, presence=there)


@dataclass(frozen=True, slots=True)
class PoseSeries:
    """One person over n pictures of one size; where nobody was found every number is NaN.

    Parameters
    ----------
    time_s, index
        (n,) seconds from the first frame, and frame number.
    points_px, world, visibility, presence
        (n, 33, 2), (n, 33, 3), (n, 33), (n, 33).
    spread_px
        (n, 33) how far apart several looks put each point; 0 where there was one look. None: one look at all.
    """

    width: int
    height: int
    mode: Mode
    model: Model
    time_s: Floats
    index: NDArray[np.int64]
    points_px: Floats
    world: Floats
    visibility: Floats
    presence: Floats
    spread_px: Floats | None = None

    def __len__(self) -> int:
        return len(self.time_s)

    @property
    def sureness(self) -> Floats:
        """(n, 33) how surely each point is in view, 0-1, on one scale: the lower of visibility and presence."""
        doubts = HEAVY_DOUBTS if self.model is Model.HEAVY else 1.0
        return np.asarray(np.fmin(np.fmin(self.visibility * doubts, 1.0), self.presence), dtype=np.float64)

    @property
    def detected(self) -> Bools:
        """(n,) whether somebody was found."""
        return ~np.isnan(self.points_px[:, 0, 0])

    def part(self, start: int, stop: int) -> PoseSeries:
        """Return frames start to stop, stop not included."""
        cut = slice(start, stop)
        return PoseSeries(
            self.width, self.height, self.mode, self.model, self.time_s[cut], self.index[cut],
            self.points_px[cut], self.world[cut], self.visibility[cut], self.presence[cut],
            None if self.spread_px is None else self.spread_px[cut],
        )  # fmt: skip

    def without(self, rows: Bools) -> PoseSeries:
        """Return the series with nobody in those of the (n,) pictures."""
        points, deep = rows[:, np.newaxis], rows[:, np.newaxis, np.newaxis]
        return replace(
            self,
            points_px=np.where(deep, np.nan, self.points_px),
            world=np.where(deep, np.nan, self.world),
            visibility=np.where(points, np.nan, self.visibility),
            presence=np.where(points, np.nan, self.presence),
            spread_px=None if self.spread_px is None else np.where(points, 0.0, self.spread_px),
        )

    @classmethod
    def joined(cls, parts: Sequence[PoseSeries]) -> PoseSeries:
        """Put consecutive stretches of one source behind each other; raises IndexError where there is none."""
        first = parts[0]
        names = ("time_s", "index", "points_px", "world", "visibility", "presence")
        arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
        if any(part.spread_px is not None for part in parts):
            spreads = [np.zeros(p.visibility.shape) if p.spread_px is None else p.spread_px for p in parts]
            arrays["spread_px"] = np.concatenate(spreads)
        return cls(first.width, first.height, first.mode, first.model, **arrays)

    @classmethod
    def of(
        cls,
        poses: Sequence[Pose | None],
        frames: Sequence[tuple[float, int]],
        *,
        size: tuple[int, int],
        mode: Mode,
        model: Model,
    ) -> PoseSeries:
        """Stack poses of one source.

        Parameters
        ----------
        poses
            One entry a picture, None where nobody was found.
        frames
            (time_s, index) of each picture.
        size
            Width and height of the pictures, in pixels.
        """
        return cls(
            *size, mode, model,
            np.array([t for t, _ in frames], dtype=np.float64),
            np.array([i for _, i in frames], dtype=np.int64),
            _stack([p.points_px if p else None for p in poses], (POINTS, 2)),
            _stack([p.world if p else None for p in poses], (POINTS, 3)),
            _stack([p.visibility if p else None for p in poses], (POINTS,)),
            _stack([p.presence if p else None for p in poses], (POINTS,)),
            _spreads(poses),
        )  # fmt: skip


class Stack:
    """Gathers the poses of one source as they come: as arrays they take half of what a list of them does."""

    def __init__(self, mode: Mode, model: Model, size: tuple[int, int]) -> None:
        self._how, self._size = (mode, model), size
        self._series: list[PoseSeries] = []
        self._poses: list[Pose | None] = []
        self._frames: list[tuple[float, int]] = []

    def push(self, pose: Pose | None, frame: Frame) -> None:
        """Take in the next picture, and who was found in it."""
        self._size = frame.size
        self._poses.append(pose)
        self._frames.append((frame.time_s, frame.index))
        if len(self._poses) == STACKED:
            self._stack()

    def series(self) -> PoseSeries:
        """Return all of them."""
        if self._poses or not self._series:
            self._stack()
        self._series = [PoseSeries.joined(self._series)]
        return self._series[0]

    def _stack(self) -> None:
        mode, model = self._how
        self._series.append(PoseSeries.of(self._poses, self._frames, size=self._size, mode=mode, model=model))
        self._poses, self._frames = [], []


def _spreads(poses: Sequence[Pose | None]) -> Floats | None:
    spreads = [np.zeros(POINTS) if p is None or p.spread_px is None else p.spread_px for p in poses]
    return np.stack(spreads) if any(p is not None and p.spread_px is not None for p in poses) else None


def _stack(rows: Sequence[Floats | None], shape: tuple[int, ...]) -> Floats:
    stacked = np.full((len(rows), *shape), np.nan)
    for i, row in enumerate(rows):
        if row is not None:
            stacked[i] = row
    return stacked
