"""How fast somebody walks across the picture, and how long the steps are: pixels made metres by a known length.

Where the camera's height above the floor is known, the row that the feet stand in has a scale. Else the person's own
height gives one: from the ears along the body down to the foot on the floor is a nearly constant share of it. As the
person comes nearer that scale changes, so a straight line is laid through it, and what it says of the way towards the
camera is part of the speed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from posture_coach.activity.gait_events import ANKLES, steps_between, usual_stride_s
from posture_coach.activity.gait_types import Figure, Walk
from posture_coach.geometry import distance, middle
from posture_coach.measures.calibration import Camera, axis_px
from posture_coach.measures.floor import metres_per_px
from posture_coach.measures.types import View
from posture_coach.pose.checks import whole
from posture_coach.pose.lens import usual_focal_px
from posture_coach.pose.still import STILL_SHARE
from posture_coach.pose.types import Landmark, PoseSeries

Floats = NDArray[np.float64]

SCALE_ERR = 0.08
"""Of the floor's scale at walking feet, 95 % (see `measures/floor.py`)."""
BODY_SHARE, BODY_ERR = 0.87, 0.065
"""Of the height, from the ears over shoulders and hips to the lower ankle's row, and the 95 % relative half-width over
people (five rendered bodies, three models, both modes: 0.84 to 0.89; one of them leans by 15 degrees)."""
LEAST_WAY = 1.0
"""In leg lengths: who has not come further has walked on a treadmill, or on the spot."""
STRAIGHT = 0.9
"""Of how far the person was seen from left to right, that must lie between the first and the last contact."""
LEAST_SEEN = 0.5
"""Share of a walk's pictures in which head, hips and feet must be in the picture."""
_EARS, _SHOULDERS, _HIPS = (
    (Landmark[f"LEFT_{name}"], Landmark[f"RIGHT_{name}"]) for name in ("EAR", "SHOULDER", "HIP")
)

FROM_SIDE = "seen from the side alone: let the person walk across the picture"
ON_THE_SPOT = "on the spot: the speed is the treadmill's, and a camera does not see it"
TURNED = "the person turns round: let him walk straight across the picture"
CAMERA_MOVED = "the camera moved: put it on something that stands still"
NOT_WHOLE = "head and feet are not both seen: move the camera back until they are"
NO_SCALE = "nothing gives a scale: tell the person's height"
SPEED = ("speed_m_s", "step_length_m")


@dataclass(frozen=True, slots=True)
class Ruler:
    """What makes pixels metres.

    Parameters
    ----------
    stature_m
        The person's height; None where nobody told it.
    camera_moved
        Whether the camera moved while it filmed.
    """

    stature_m: float | None = None
    camera_moved: bool = False


NO_RULER = Ruler()


@dataclass(frozen=True, slots=True)
class _Way:
    """How far one walk led: metres, their relative half-width, seconds and steps; or why that is not known."""

    metres: float = 0.0
    err: float = 0.0
    seconds: float = 0.0
    steps: int = 0
    reason: str = ""


def speed_figures(
    walks: Sequence[Walk], parts: Sequence[PoseSeries], camera: Camera, ruler: Ruler
) -> dict[str, Figure]:
    """Return `speed_m_s` and `step_length_m`: means over the walks across the picture.

    Parameters
    ----------
    parts
        The levelled poses of each walk.
    """
    both = zip(walks, parts, strict=True)
    ways = [_way(*one, camera, ruler) for one in both if one[0].view is View.SIDE and len(one[0].contacts) > 1]
    led = [way for way in ways if not way.reason]
    if not led:
        return dict.fromkeys(SPEED, Figure.missing(ways[0].reason if ways else FROM_SIDE))
    metres, seconds, steps = (sum(getattr(way, name) for way in led) for name in ("metres", "seconds", "steps"))
    # One person, one camera: what the scale is off by is off in every walk.
    err = max(way.err for way in led)
    return {
        "speed_m_s": Figure(metres / seconds, err * metres / seconds, steps),
        "step_length_m": Figure(metres / steps, err * metres / steps, steps),
    }


def _way(walk: Walk, part: PoseSeries, camera: Camera, ruler: Ruler) -> _Way:
    """Return how far the hips went between the first and the last contact."""
    hips = _mid(part, _HIPS)
    seen = np.isfinite(hips[:, 0])
    ends_s = (walk.contacts[0].time_s, walk.contacts[-1].time_s)
    along = np.interp(ends_s, part.time_s[seen], hips[seen, 0])
    moved_px = abs(float(along[1] - along[0]))
    from_to_px = float(np.ptp(hips[seen, 0]))
    if from_to_px < LEAST_WAY * float(np.nanmedian(_lower(part) - hips[:, 1])):
        return _Way(reason=ON_THE_SPOT)
    if moved_px < STRAIGHT * from_to_px * (ends_s[1] - ends_s[0]) / (part.time_s[-1] - part.time_s[0]):
        return _Way(reason=TURNED)
    if ruler.camera_moved:
        return _Way(reason=CAMERA_MOVED)
    metres, err, reason = _metres(part, along, np.array(ends_s), camera, ruler)
    steps = _steps(walk)
    return _Way(metres, math.hypot(err, STILL_SHARE * part.width / moved_px), ends_s[1] - ends_s[0], steps, reason)


def _metres(
    part: PoseSeries, along_px: Floats, ends_s: Floats, camera: Camera, ruler: Ruler
) -> tuple[float, float, str]:
    """Return the way between two columns of the picture in metres, its relative half-width, or why there is none."""
    size = (part.width, part.height)
    scale, reason = metres_per_px(camera, _lower(part), size)
    if not reason:
        return float(np.ptp(along_px)) * float(np.nanmedian(scale)), SCALE_ERR, ""
    if ruler.stature_m is None:
        return 0.0, 0.0, NO_SCALE
    seen = whole(part, [*_EARS, *_HIPS, *ANKLES])  # from the ears to the feet
    if seen.mean() < LEAST_SEEN:
        return 0.0, 0.0, NOT_WHOLE
    slope, start = np.polyfit(part.time_s[seen], BODY_SHARE * ruler.stature_m / _length_px(part)[seen], 1)
    at_ends = start + slope * ends_s
    across = float(np.ptp((along_px - axis_px(camera, *size)[0]) * at_ends))
    nearer = (camera.focal_at(*size) or usual_focal_px(*size)) * float(np.ptp(at_ends))
    way = math.hypot(across, nearer)
    off = camera.focal_half_width * (nearer / way) ** 2
    return way, math.hypot(BODY_ERR, off), ""


def _steps(walk: Walk) -> int:
    """Return how many steps lie between the first and the last contact, those that were missed among them."""
    times = [contact.time_s for contact in walk.contacts]
    stride_s = usual_stride_s(times)
    if math.isnan(stride_s):
        return len(times) - 1
    return sum(steps_between(b - a, stride_s) for a, b in pairwise(times))


def _mid(part: PoseSeries, pair: tuple[Landmark, Landmark]) -> Floats:
    return middle(part.points_px[:, pair[0]], part.points_px[:, pair[1]])


def _lower(part: PoseSeries) -> Floats:
    """Return (n,) the row of the lower ankle: of the foot on the floor."""
    return np.fmax(part.points_px[:, ANKLES[0], 1], part.points_px[:, ANKLES[1], 1])


def _length_px(part: PoseSeries) -> Floats:
    """Return (n,) from the ears along the body to the hips, and down to the lower ankle: who leans is no shorter."""
    ears, shoulders, hips = (_mid(part, pair) for pair in (_EARS, _SHOULDERS, _HIPS))
    return distance(ears, shoulders) + distance(shoulders, hips) + _lower(part) - hips[:, 1]
