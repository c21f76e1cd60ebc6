"""Roll and pitch of a camera from lines in its pictures that are upright in the world: door frames, windows, shelves.

Measured from the middle of the picture, an upright line that crosses the middle row at x leans, for a camera rolled by
r and pitched by p with the focal length f, by ::

    slope = dx / dy = tan r + x · tan p / (f · cos r)

which is exact: it is the condition that all of them meet in one point. So the slopes of the lines are one straight
line over x; its height in the middle is the roll, its rise the pitch. It is laid through the largest bundle of lines,
since rooms also hold chairs, plants and people, and is believed only where that bundle is large and has no rival.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from posture_coach.pose.lens import USUAL_FOCAL_ERR, Lens, undistorted, usual_focal_px
from posture_coach.pose.opencv import opencv
from posture_coach.pose.types import Landmark, Picture

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MAX_PICTURES = 8
"""Of a fixed camera: they show what a moving person hides, and a camera that moves. More say the same again."""
LONGEST_SIDE_PX = 1280
"""Larger pictures are made smaller: lines get no better, and finding them four times as slow."""
SHORTEST_SHARE = 0.05
"""Of the picture's height: shorter segments are books, leaves and letters, and their direction is poor."""
NEAR_DEG = 20.0
"""Lines within this of where the bundle has an upright one, or of the picture's own, could be upright: what share of
them is in the bundle counts."""
FURTHEST_DEG = 50.0
"""At the edge of a picture of a camera rolled by 30 degrees and pitched by 30, uprights lean by 50."""
PERSON_MARGIN = 0.12
"""By how much of the person's longer side in the picture his outline is widened: hands and clothes reach beyond."""
CROWN = 0.75
"""Head above the ears over the distance from shoulders to ears."""

USUAL_ROLL_DEG = 2.0
"""Further from the picture's own vertical a roll must have more lines for it: people put cameras down nearly level, and
what leans more may be a chair, a bar or a plank. Of 36 real clips and photos none leaned so by all that is asked."""
MORE_LINES = 1.5
"""Times as many lines, and as much length, are asked for then."""
MAX_ROLL_DEG = 8.0
"""Further it is never believed: who holds a camera so askew means to."""
MIN_LINES = 6
MIN_COLUMNS = 4
"""Places beside each other, a twentieth of the width apart: one shelf of books is one witness."""
MIN_LENGTH = 1.2
"""Summed length of the bundle, in picture heights."""
MIN_SHARE = 0.6
"""Of the length of all near-vertical segments, that must lie in the bundle."""
MAX_RIVAL = 0.75
"""What another roll would explain, over what this one does."""
MAX_HALF_WIDTH_DEG = 0.7
MOVED_DEG = 0.5
"""Pictures of a fixed camera agree better than this."""

FRAME_SHARE = 0.7
"""Of the picture's height, that an edge straight up the pixel rows may run: what runs further is the edge of a bar
beside an upright film, which says nothing about the room. Doors and shelves end before."""
_FRAME_SLOPE = 0.002
_FRAME_PX = 2.0

_BUNDLE_DEG = 0.4
"""Half-width of a bundle: edges of one room agree to a few tenths, and neighbours that lean by a degree are others."""
_APART_DEG = 1.2
"""From where on another roll is a rival: three half-widths, so that the two share no line by width alone."""
_ROLLS_DEG = np.arange(-300, 301) / 10.0
_PITCHES_DEG = np.arange(-30, 31).astype(np.float64)
"""Cameras on tripods look down by up to 25 degrees."""
_USUAL_PITCH_DEG = 10.0
"""Standard deviation of pitch before anything is seen: it bounds the roll where all lines stand on one side."""
_ROUNDS = 8
_END_PX = 0.25
"""How well a segment's ends are known across it, standard deviation, in the picture that was searched."""
_BUILT_DEG = 0.1
"""Standard deviation of a door frame or shelf from the vertical: builders allow a few millimetres in two metres."""
_FLOOR_DEG = 0.1
"""Least half-width: what all lines of a room share, such as the bend that an unmeasured lens gives them."""
_TWO_SIDED = 1.96
_COLUMNS = 20
_SAMPLES = 9


class Doubt(StrEnum):
    """Why the lines of a picture are not believed."""

    NONE = ""
    FEW = "Too few upright lines were seen. Let a door frame, a window or a shelf stand in the picture."
    CONTRADICTORY = (
        "The lines in the picture lean in different ways, so nothing says which are upright. Click along something "
        "that you know to be upright."
    )
    UNSURE = "The upright lines in the picture are too short or too close together to say how the camera stands."
    MOVED = "The camera moved while it filmed. Put it on something that stands still."
    FAR = (
        "What look like upright lines lean too far to be believed. Level the camera, or click along something that "
        "you know to be upright."
    )


@dataclass(frozen=True, slots=True)
class Verticals:
    """What the upright lines of a picture say.

    Parameters
    ----------
    roll_deg, roll_err_deg
        As `posture_coach.measures.calibration.Camera` has it, + clockwise as seen from behind the camera, and its
        95 % half-width; NaN where there were no lines at all. Also given where it is doubted, for a warning.
    pitch_deg, pitch_err_deg
        + looking up. Where the focal length is not known, it goes by the usual one, and its half-width by how far
        that may be off.
    lines
        Segments in the bundle, a picture.
    doubt
        Why it is not to be used; empty where it is.
    """

    roll_deg: float = math.nan
    roll_err_deg: float = math.nan
    pitch_deg: float = math.nan
    pitch_err_deg: float = math.nan
    lines: int = 0
    doubt: Doubt = Doubt.NONE

    @property
    def usable(self) -> bool:
        """Whether the roll may be taken out of the points without asking anybody."""
        return self.doubt is Doubt.NONE


@dataclass(frozen=True, slots=True)
class _Lines:
    """Near-vertical segments, (n,) each.

    Parameters
    ----------
    crossing, slope, length
        x where the middle row is crossed, dx / dy, and length: pixels of the picture, from its middle.
    spread
        Standard deviation of the slope.
    picture
        Which picture it was seen in.
    """

    crossing: Floats
    slope: Floats
    length: Floats
    spread: Floats
    picture: NDArray[np.int64]

    def of(self, chosen: Bools) -> _Lines:
        return _Lines(*(getattr(self, name)[chosen] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class _Bundle:
    """The straight line through the slopes: height in the middle and rise, with their variances.

    `inside` are its lines, `near` what could have been among them.
    """

    height: float
    rise: float
    height_var: float
    rise_var: float
    inside: Bools
    near: Bools
    rival: float

    @property
    def roll_deg(self) -> float:
        return math.degrees(math.atan(self.height))


def roll_from_lines(
    pictures: Sequence[Picture],
    *,
    people_px: Floats | None = None,
    focal_px: float | None = None,
    focal_err: float = 0.0,
    lens: Lens | None = None,
) -> Verticals:
    """Read roll and pitch from the upright lines of one picture, or of several of a camera that stands still.

    Parameters
    ----------
    pictures
        One or more, (height, width, 3) or (height, width) each, all of one size; of more than eight, eight are taken.
    people_px
        (n, 33, 2) the person's points in each picture, NaN where nobody is: lines on him do not count.
    focal_px
        Focal length; without it the usual one is taken, so that the pitch is known to a quarter of itself. A lens
        brings its own.
    focal_err
        Its 95 % half-width, as a share of it.
    lens
        The measured lens; without it lines near the edges of a wide picture are a little bent.

    Raises
    ------
    IndexError
        There is no picture.
    MissingSystemPartError
        OpenCV does not load.
    """
    taken = _evenly(len(pictures))
    height, width = pictures[taken[0]].shape[:2]
    scaled = lens.scaled(width, height) if lens else None
    found = [_segments(pictures[i], None if people_px is None else people_px[i]) for i in taken]
    lines = _lines(found, (width, height), scaled)
    focal = (scaled.focal_x_px + scaled.focal_y_px) / 2.0 if scaled else focal_px
    off = 0.0 if scaled else focal_err if focal_px else USUAL_FOCAL_ERR
    told = _told(lines, (width, height), len(taken), (focal or usual_focal_px(width, height), off))
    return _steady(told, lines, (width, height), len(taken)) if told.usable else told


def _evenly(count: int) -> list[int]:
    return sorted(set(np.linspace(0, count - 1, min(count, MAX_PICTURES)).round().astype(int).tolist()))


def _segments(picture: Picture, person_px: Floats | None) -> Floats:
    """Return (n, 5): ends of the segments beside the person, upper end first, and how well an end is known, pixels."""
    cv2 = opencv()
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) if picture.ndim > 2 else picture  # noqa: PLR2004
    height, width = grey.shape
    scale = min(1.0, LONGEST_SIDE_PX / max(height, width))
    if scale < 1.0:
        grey = cv2.resize(grey, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(np.ascontiguousarray(grey))[0]
    if found is None:
        return np.zeros((0, 5))
    ends = found.reshape(-1, 4).astype(np.float64) / scale
    hanging = ends[:, 3] < ends[:, 1]
    ends[hanging] = ends[hanging][:, [2, 3, 0, 1]]
    ends = ends[~_on_frame(ends, height)]
    if person_px is not None:
        ends = ends[~_on_person(ends, person_px, (width, height))]
    return np.column_stack([ends, np.full(len(ends), _END_PX / scale)])


def _on_frame(ends: Floats, height: int) -> Bools:
    """Tell which segments belong to an edge straight up and down nearly the whole picture."""
    down = ends[:, 3] - ends[:, 1]
    straight = np.abs(ends[:, 2] - ends[:, 0]) <= np.maximum(_FRAME_SLOPE * down, _FRAME_PX / 2.0)
    found = np.zeros(len(ends), dtype=bool)
    for i in np.flatnonzero(straight):
        beside = straight & (np.abs(ends[:, 0] - ends[i, 0]) <= _FRAME_PX)
        found[i] = down[beside].sum() > FRAME_SHARE * height
    return found


def _on_person(ends: Floats, person_px: Floats, size: tuple[int, int]) -> Bools:
    """Tell which segments touch the person: the hull of his points, with the crown of his head, widened."""
    cv2, (width, height) = opencv(), size
    ear, shoulder = (
        (person_px[left] + person_px[right]) / 2.0
        for left, right in (
            (Landmark.LEFT_EAR, Landmark.RIGHT_EAR),
            (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER),
        )
    )
    points = np.vstack([person_px, ear + CROWN * (ear - shoulder)])
    points = points[~np.isnan(points).any(axis=1)]
    if not len(points):
        return np.zeros(len(ends), dtype=bool)
    seen = np.clip(points, 0.0, [width, height])
    margin = PERSON_MARGIN * float(np.max(np.ptp(seen, axis=0)))
    hull = cv2.convexHull(points.astype(np.float32))
    t = np.linspace(0.0, 1.0, _SAMPLES)[:, None, None]
    along = (ends[None, :, :2] * (1.0 - t) + ends[None, :, 2:4] * t).reshape(-1, 2)
    depth = [cv2.pointPolygonTest(hull, (float(x), float(y)), True) for x, y in along]
    return np.asarray((np.array(depth).reshape(_SAMPLES, -1) > -margin).any(axis=0))


def _lines(found: Sequence[Floats], size: tuple[int, int], lens: Lens | None) -> _Lines:
    """Return the near-vertical segments of all pictures, without the lens's distortion."""
    width, height = size
    ends = np.vstack(found)
    picture = np.repeat(np.arange(len(found)), [len(part) for part in found])
    corners = ends[:, :4].reshape(-1, 2, 2)
    middle = np.array([width, height]) / 2.0
    if lens is not None:
        corners, middle = undistorted(corners, lens), np.array([lens.centre_x_px, lens.centre_y_px])
    across, down = (corners[:, 1] - corners[:, 0]).T
    length = np.hypot(across, down)
    steep = np.abs(across) < math.tan(math.radians(FURTHEST_DEG)) * down
    chosen = steep & (length > SHORTEST_SHARE * height)
    slope = across[chosen] / down[chosen]
    at = corners[chosen].mean(axis=1) - middle
    spread = np.hypot(math.sqrt(2.0) * ends[chosen, 4] / length[chosen], math.radians(_BUILT_DEG))
    return _Lines(at[:, 0] - slope * at[:, 1], slope, length[chosen], spread, picture[chosen])


def _told(lines: _Lines, size: tuple[int, int], pictures: int, focal_px: tuple[float, float]) -> Verticals:
    """Return what the lines say, with the first doubt that applies, by a focal length and its share of error."""
    (width, height), (focal, off) = size, focal_px
    if len(lines.slope) < MIN_LINES:
        return Verticals(lines=len(lines.slope) // pictures, doubt=Doubt.FEW)
    bundle = _bundle(lines, size, pictures)
    half_width = _TWO_SIDED * math.degrees(math.sqrt(bundle.height_var))
    inside = lines.of(bundle.inside)
    told = Verticals(bundle.roll_deg, math.hypot(half_width, _FLOOR_DEG), lines=round(len(inside.slope) / pictures))
    pitch = math.degrees(math.atan(bundle.rise * focal * math.cos(math.radians(told.roll_deg))))
    pitch_errs = (
        _TWO_SIDED * math.degrees(math.sqrt(bundle.rise_var)) * focal, _FLOOR_DEG,
        off * pitch,
    )  # fmt: skip
    told = replace(told, pitch_deg=pitch, pitch_err_deg=math.hypot(*pitch_errs))
    length = float(inside.length.sum()) / height / pictures
    share = float(inside.length.sum() / lines.length[bundle.near].sum())
    few = told.lines < MIN_LINES or len(_columns(inside, width)) < MIN_COLUMNS or length < MIN_LENGTH
    enough = told.lines >= MORE_LINES * MIN_LINES and length >= MORE_LINES * MIN_LENGTH
    most = MAX_ROLL_DEG if enough else USUAL_ROLL_DEG
    doubts = {
        Doubt.FEW: few,
        Doubt.CONTRADICTORY: share < MIN_SHARE or bundle.rival > MAX_RIVAL,
        Doubt.UNSURE: told.roll_err_deg > MAX_HALF_WIDTH_DEG,
        Doubt.FAR: abs(told.roll_deg) > most,
    }
    return replace(told, doubt=next((doubt for doubt, holds in doubts.items() if holds), Doubt.NONE))


def _steady(told: Verticals, lines: _Lines, size: tuple[int, int], pictures: int) -> Verticals:
    """Doubt a roll that single pictures contradict."""
    usual = usual_focal_px(*size), USUAL_FOCAL_ERR  # it matters for the pitch alone
    alone = [_told(lines.of(lines.picture == i), size, 1, usual) for i in range(pictures)]
    rolls = [one.roll_deg for one in alone if one.usable or one.doubt is Doubt.FAR]
    if any(abs(roll - told.roll_deg) > MOVED_DEG + told.roll_err_deg for roll in rolls):
        return replace(told, doubt=Doubt.MOVED)
    return told


def _columns(lines: _Lines, width: int) -> NDArray[np.int64]:
    """Return the different places, from left to right, at which lines cross the middle row."""
    return np.unique(np.floor(lines.crossing / width * _COLUMNS).astype(np.int64))


def _bundle(lines: _Lines, size: tuple[int, int], pictures: int) -> _Bundle:
    """Find the largest bundle and lay the straight line through it; lines beyond it have no say."""
    height, rise, rival = _searched(lines, size)
    reach = math.tan(math.radians(_BUNDLE_DEG))
    design = np.column_stack([np.ones_like(lines.crossing), lines.crossing])
    doubted = math.tan(math.radians(_USUAL_PITCH_DEG)) / usual_focal_px(*size)
    prior = np.diag([0.0, doubted**-2])
    weight = np.ones_like(lines.slope)
    for _ in range(_ROUNDS):
        off = lines.slope - height - rise * lines.crossing
        # Pictures of one room repeat each other: together they weigh as much as one.
        weight = np.clip(1.0 - (off / reach) ** 2, 0.0, None) ** 2 / lines.spread**2 / pictures
        normal = (design * weight[:, None]).T @ design + prior
        height, rise = np.linalg.solve(normal, (design * weight[:, None]).T @ lines.slope).tolist()
    off = lines.slope - height - rise * lines.crossing
    inside = np.abs(off) < reach
    leans = np.arctan(lines.slope)
    upright = np.abs(leans - np.array([np.arctan(height + rise * lines.crossing), np.zeros_like(leans)]))
    near = (upright < math.radians(NEAR_DEG)).any(axis=0)
    variance = _variance(design, weight * off, np.linalg.inv(normal).astype(np.float64), lines, size[0])
    return _Bundle(height, rise, *variance, inside, near, rival)


def _searched(lines: _Lines, size: tuple[int, int]) -> tuple[float, float, float]:
    """Return height and rise that most length agrees with, and what the best other roll has of that length."""
    reach = math.tan(math.radians(_BUNDLE_DEG))
    heights = np.tan(np.radians(_ROLLS_DEG))
    rises = np.tan(np.radians(_PITCHES_DEG)) / usual_focal_px(*size)
    agreed = np.empty((len(heights), len(rises)))
    for j, rise in enumerate(rises):
        off = (heights[:, None] - (lines.slope - rise * lines.crossing)[None]) / reach
        agreed[:, j] = np.clip(1.0 - off**2, 0.0, None) @ lines.length
    i, j = (int(at) for at in np.unravel_index(int(agreed.argmax()), agreed.shape))
    away = np.abs(_ROLLS_DEG - _ROLLS_DEG[i]) > _APART_DEG
    rival = float(agreed[away].max() / agreed[i, j]) if agreed[i, j] > 0 else 1.0
    return float(heights[i]), float(rises[j]), rival


def _variance(design: Floats, pull: Floats, covariance: Floats, lines: _Lines, width: int) -> tuple[float, float]:
    """Return the variances of height and rise: the larger of what the lines' own spread and their disagreement give.

    Lines of one place are one object and err together, so they are summed before they are squared.
    """
    place = np.floor(lines.crossing / width * _COLUMNS).astype(np.int64)
    pulls = design * pull[:, None]
    sums = np.array([pulls[place == one].sum(axis=0) for one in np.unique(place[pull != 0.0])]).reshape(-1, 2)
    spare = max(len(sums) - 2, 1)
    seen = covariance @ (sums.T @ sums) @ covariance * (len(sums) / spare)
    height, rise = np.maximum(np.diag(seen), np.diag(covariance)).tolist()
    return height, rise
