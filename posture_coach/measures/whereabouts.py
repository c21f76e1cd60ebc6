"""Where and how large a person is in the picture: enough to know a place again, and to notice that something moved.

No picture is kept for it: these are a handful of lengths.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import distance, middle
from posture_coach.measures.types import View
from posture_coach.pose.checks import outside
from posture_coach.pose.types import Landmark, PoseSeries

Floats = NDArray[np.float64]

NEARER, FURTHER = 1.12, 0.86
"""Size against that of the profile beyond which chair or camera has moved. On the rendered desks upright people stay
within 1 % of their size and lean their heads forward within 7 %; a chair that was moved up read 10 to 25 %."""
ASIDE = 0.5
"""Sideways shift, in sizes: leaning to the side moves the shoulders by 0.3 to 0.4 shoulder widths."""
BENT = 0.08
"""Change of neck length over shoulder width that tells a bent body from a moved chair: a chair that was moved up left
it within 7 %, all but the slightest slumps before a camera at eye level took more."""


@dataclass(frozen=True, slots=True)
class Where:
    """Medians over some seconds, in shares of the picture's height; NaN where the points are not seen.

    Parameters
    ----------
    shoulder_x, shoulder_y
        Middle of the shoulders.
    shoulder_width
        Between the shoulders.
    eye_y
        Height of the eyes' middle, + down.
    ear_width
        Between the ears.
    neck_height
        How far the ears stand above the shoulders.
    hip_x, hip_y
        Middle of the hips.
    trunk_length
        From the middle of the hips to that of the shoulders.
    """

    shoulder_x: float = math.nan
    shoulder_y: float = math.nan
    shoulder_width: float = math.nan
    eye_y: float = math.nan
    ear_width: float = math.nan
    neck_height: float = math.nan
    hip_x: float = math.nan
    hip_y: float = math.nan
    trunk_length: float = math.nan

    def size(self, view: View) -> float:
        """Return what tells how large the person is: the shoulders' width, or from the side the trunk's length."""
        return self.trunk_length if view is View.SIDE else self.shoulder_width

    @property
    def neck_ratio(self) -> float:
        """Neck height over shoulder width."""
        return self.neck_height / self.shoulder_width if self.shoulder_width > 0 else math.nan


def whereabouts(series: PoseSeries) -> Where:
    """Return where the person was in the median of n pictures; NaN throughout where nobody was found."""
    p = np.where(outside(series)[..., None], np.nan, series.points_px / series.height)[series.detected]
    left, right = p[:, Landmark.LEFT_SHOULDER], p[:, Landmark.RIGHT_SHOULDER]
    left_ear, right_ear = p[:, Landmark.LEFT_EAR], p[:, Landmark.RIGHT_EAR]
    shoulder, ear = middle(left, right), middle(left_ear, right_ear)
    eye = middle(p[:, Landmark.LEFT_EYE], p[:, Landmark.RIGHT_EYE])
    hip = middle(p[:, Landmark.LEFT_HIP], p[:, Landmark.RIGHT_HIP])
    columns = (
        shoulder[:, 0], shoulder[:, 1], distance(left, right), eye[:, 1], distance(left_ear, right_ear),
        shoulder[:, 1] - ear[:, 1], hip[:, 0], hip[:, 1], distance(hip, shoulder),
    )  # fmt: skip
    return Where(*(_median(column) for column in columns))


def moved(before: Where, now: Where, view: View) -> str:
    """Say in words how the person's place in the picture differs from before; empty where it does not, or nobody knows.

    A bent body is nearer to the camera too. It gives itself away by its neck, seen from the front; a slump before a
    camera that looks up at it does not, so that the words leave it open whether it is chair, camera or person.
    """
    size = now.size(view) / before.size(view) if before.size(view) > 0 else math.nan
    bent = view is View.FRONT and abs(now.neck_ratio / before.neck_ratio - 1.0) > BENT
    if bent or math.isnan(size):
        return ""
    if size > NEARER:
        return f"you fill {100 * (size - 1):.0f} % more of the picture"
    if size < FURTHER:
        return f"you fill {100 * (1 - size):.0f} % less of the picture"
    return moved_aside(before, now, view)


def moved_aside(before: Where, now: Where, view: View) -> str:
    """Say in words whether the person has moved to one side of the picture; empty where not, or nobody knows."""
    aside = (now.hip_x - before.hip_x) if view is View.SIDE else (now.shoulder_x - before.shoulder_x)
    return _aside(aside) if abs(aside) > ASIDE * before.size(view) else ""


def difference(before: Where, now: Where) -> str:
    """Say in words how the shoulders' place in the picture differs most; empty where they are not seen."""
    if not (before.shoulder_width > 0 and now.shoulder_width > 0):
        return ""
    size = now.shoulder_width / before.shoulder_width
    aside, lower = now.shoulder_x - before.shoulder_x, now.shoulder_y - before.shoulder_y
    by_size = abs(math.log(size)) * before.shoulder_width
    if by_size >= max(abs(aside), abs(lower)):
        return f"you fill {100 * abs(size - 1):.0f} % {'more' if size > 1 else 'less'} of the picture"
    if abs(aside) > abs(lower):
        return _aside(aside)
    return f"you are {'lower' if lower > 0 else 'higher'} in the picture"


def _aside(by: float) -> str:
    return f"you are further to the {'right' if by > 0 else 'left'} of the picture"


def unlike(before: Where, now: Where, view: View) -> float:
    """Return how unlike two whereabouts are: 0 alike, 1 about what counts as moved; NaN where nothing compares."""
    before_size, now_size = before.size(view), now.size(view)
    if not (before_size > 0 and now_size > 0):
        return math.nan
    shift = math.hypot(now.shoulder_x - before.shoulder_x, now.shoulder_y - before.shoulder_y)
    return abs(math.log(now_size / before_size)) / math.log(NEARER) + shift / (ASIDE * before_size)


def _median(column: Floats) -> float:
    """Return the median of what is seen, NaN where that is less than half."""
    seen = column[~np.isnan(column)]
    return float(np.median(seen)) if 2 * len(seen) >= len(column) > 0 else math.nan
