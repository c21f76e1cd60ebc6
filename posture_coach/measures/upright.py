"""What says how the camera stands, each with its error: upright lines, the person standing, a click, the photo itself.

Several of them are put together by how sure they are, and refused where they contradict each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import direction_deg, distance, middle
from posture_coach.measures.calibration import Camera, UprightFrom, straight_px
from posture_coach.measures.types import View
from posture_coach.measures.view import body_yaw_deg, view_of
from posture_coach.pose.checks import whole
from posture_coach.pose.lens import usual_focal_px
from posture_coach.pose.types import Landmark, PoseSeries
from posture_coach.pose.verticals import Doubt, Verticals

if TYPE_CHECKING:
    # Loads Pillow, which only photos need.
    from posture_coach.pose.recorded import Recorded

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MIN_STANDING_S = 3.0
"""Ten seconds are asked for; three of them must be usable, so that one sway of the body is averaged."""
FRONT_SPREAD_DEG = 1.0
"""95 % half-width of the line ankles to ears against the vertical, over people who stand comfortably, from the front.
Assumed: no survey of this line was found. It is 27 mm at the ear, beside 20 mm at the neck, beyond which surgeons call
a spine out of balance sideways. Of it the network's own share is 0.2 (rendered people, all of whom stand straight)."""
SIDE_LEAN_DEG = 3.7
"""How far that line leans forward in neutral standing as the network sees it: 2.7 in the rendered people (the bodies of
the ground truth, neutral standing), and 1.0 by which the network puts ears too far forward."""
SIDE_SPREAD_DEG = 3.0
"""95 % half-width over people: the band of whole-body lean that is called usual is -1 to 5 degrees."""
MAX_STANDING_ROLL_DEG = 5.0
"""More is no camera that was put down level, nor a person who stands upright."""
SUSPICIOUS_DEG = 3.0
"""Three times the spread over people: someone who leans so far over his feet falls over soon, or the camera leans."""
CLICK_PX = 2.0
"""95 % half-width of where somebody clicks, across the line."""
BUILT_DEG = 0.2
"""95 % half-width of what people take for upright: builders allow a few millimetres in two metres."""
MIN_CLICK_SHARE = 0.1
"""Of the picture's height, between two clicks: over less, two pixels are more than two degrees."""
CONTRADICTION = 1.3
"""Two witnesses contradict each other beyond this many of their common half-widths: 1 % of honest pairs do."""

_USUAL_PITCH_DEG = 10.0
"""95 % half-width of the pitch of a camera of which nothing is known: it bounds what perspective does to an upright
person beside the middle of the picture."""
_MAX_SWAY_DEG = 1.5
_MAX_BEND_DEG = 15.0
_MIN_LEG_SHARE = 0.48
"""Of the height from ankles to ears, that the hips are up: 0.55 standing, 0.35 sitting on a chair."""

_NOBODY_STANDS = (
    "Nobody stood still and upright in full view for three seconds. Stand comfortably upright for ten, head and feet "
    "in the picture, facing the camera, your back to it, or side-on."
)
_NOTHING = "Nothing says how the camera stands, so it is taken as level."


@dataclass(frozen=True, slots=True)
class Stand:
    """How a camera stands, according to one witness or to several that agree.

    Parameters
    ----------
    roll_deg, roll_err_deg
        As `Camera` has them, with the 95 % half-width; NaN where the witness says nothing.
    known_from
        Which witness; of several, the surest.
    pitch_deg, pitch_err_deg
        NaN where it does not say.
    refusal
        Why it must not be used, and what to do; empty where it may. The roll may be told all the same.
    doubtful_deg
        Of a refused one, how far from level the camera may stand; NaN where nothing says so.
    """

    roll_deg: float
    roll_err_deg: float
    known_from: UprightFrom
    pitch_deg: float = math.nan
    pitch_err_deg: float = math.nan
    refusal: str = ""
    doubtful_deg: float = math.nan

    def of(self, camera: Camera) -> Camera:
        """Return the camera with this stand; taken as level, and less surely so, where the stand was refused."""
        if self.refusal and not math.isnan(self.doubtful_deg):
            return replace(camera, roll_err_deg=np.fmax(self.doubtful_deg, camera.roll_half_width_deg).item())
        if self.refusal:
            return camera
        stood = replace(camera, roll_deg=self.roll_deg, roll_err_deg=self.roll_err_deg, known_from=self.known_from)
        if math.isnan(self.pitch_deg):
            return stood
        return replace(stood, pitch_deg=self.pitch_deg, pitch_err_deg=self.pitch_err_deg)


# Witnesses -----------------------------------------------------------------------------------------------------


def from_lines(verticals: Verticals) -> Stand:
    """Take what upright lines say; of many that are doubted, how far the largest bundle of them leans."""
    if verticals.usable:
        return Stand(
            verticals.roll_deg, verticals.roll_err_deg, UprightFrom.LINES, verticals.pitch_deg, verticals.pitch_err_deg
        )  # fmt: skip
    many = verticals.doubt in (Doubt.FAR, Doubt.CONTRADICTORY)
    doubtful_deg = abs(verticals.roll_deg) + verticals.roll_err_deg if many else math.nan
    # Those that contradict each other lean one way as well as another: there is no roll to tell anybody of.
    told = (verticals.roll_deg, verticals.roll_err_deg) if verticals.doubt is Doubt.FAR else (math.nan, math.nan)
    return Stand(*told, UprightFrom.LINES, refusal=verticals.doubt.value, doubtful_deg=doubtful_deg)


def from_recording(recorded: Recorded) -> Stand:
    """Take what the photo says of its camera."""
    pitch_err_deg = math.nan if math.isnan(recorded.pitch_deg) else recorded.err_deg
    return Stand(recorded.roll_deg, recorded.err_deg, UprightFrom.RECORDED, recorded.pitch_deg, pitch_err_deg)


def from_click(
    one_px: tuple[float, float], other_px: tuple[float, float], size: tuple[int, int], camera: Camera
) -> Stand:
    """Take two points of a vertical that somebody clicked.

    Parameters
    ----------
    size
        Width and height of the picture, in pixels.
    camera
        What is known of it: lens, focal length and pitch tell what perspective does to a vertical beside the middle.
    """
    ends = straight_px(np.array([one_px, other_px], dtype=np.float64), camera, size)
    upper, lower = ends[np.argsort(ends[:, 1])]
    length = float(distance(upper, lower))
    if length < MIN_CLICK_SHARE * size[1] or abs(lower[0] - upper[0]) > lower[1] - upper[1]:
        return Stand(
            math.nan, math.nan, UprightFrom.CLICKED,
            refusal="Click two points far apart, one above the other, along something upright such as a door frame.",
        )  # fmt: skip
    roll_deg, perspective_deg = _roll_of(lower, upper, size, camera)
    click_deg = math.degrees(math.sqrt(2.0) * CLICK_PX / length)
    err_deg = math.hypot(math.hypot(click_deg, BUILT_DEG), float(perspective_deg))
    return Stand(float(roll_deg), err_deg, UprightFrom.CLICKED)


def from_standing(series: PoseSeries, camera: Camera) -> Stand:
    """Take a person who stands comfortably upright, from the front, from behind, or from the side.

    From the front the line from between the ankles to between the ears is upright on average over people; from the side
    it leans forward by what neutral standing does. The pitch does not follow: the network's depth is too vague for it.

    Parameters
    ----------
    series
        Some ten seconds; pictures in which he does not stand, or is cut off, are passed over.
    camera
        As in `from_click`.
    """
    size = (series.width, series.height)
    ankle, hip, ear = (_mid(straight_px(series.points_px, camera, size), joint) for joint in ("ANKLE", "HIP", "EAR"))
    yaw = body_yaw_deg(series)
    views = np.array([view_of(one) for one in yaw.tolist()], dtype=object)
    stands = _stands(series, ankle, hip, ear)
    view = max((View.FRONT, View.BACK, View.SIDE), key=lambda one: int((stands & (views == one)).sum()))
    chosen = stands & (views == view)
    if chosen.sum() * _interval_s(series.time_s) < MIN_STANDING_S:
        return Stand(math.nan, math.nan, UprightFrom.STANDING, refusal=_NOBODY_STANDS)
    roll_deg, perspective_deg = _roll_of(ankle[chosen], ear[chosen], size, camera)
    spread = FRONT_SPREAD_DEG
    if view is View.SIDE:
        # Turned to the own right, a person faces the left edge.
        roll_deg, spread = roll_deg - np.sign(yaw[chosen]) * SIDE_LEAN_DEG, SIDE_SPREAD_DEG
    if float(np.std(roll_deg)) > _MAX_SWAY_DEG:
        return Stand(math.nan, math.nan, UprightFrom.STANDING, refusal=_NOBODY_STANDS)
    roll = float(np.median(roll_deg))
    stand = Stand(roll, math.hypot(spread, float(np.median(perspective_deg))), UprightFrom.STANDING)
    if abs(roll) > MAX_STANDING_ROLL_DEG:
        return replace(stand, refusal=_leaning(roll))
    return stand


def _mid(points_px: Floats, joint: str) -> Floats:
    """Return (n, 2) between the left and the right one of a joint."""
    return middle(points_px[:, Landmark[f"LEFT_{joint}"]], points_px[:, Landmark[f"RIGHT_{joint}"]])


def _interval_s(time_s: Floats) -> float:
    """Return the usual time between pictures, 0 of a single one."""
    return float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.0


def _stands(series: PoseSeries, ankle: Floats, hip: Floats, ear: Floats) -> Bools:
    """Tell in which of n pictures the person stands upright, whole in the picture."""
    points = [Landmark[f"{side}_{joint}"] for side in ("LEFT", "RIGHT") for joint in ("ANKLE", "HIP", "EAR")]
    with np.errstate(invalid="ignore", divide="ignore"):
        up = (ankle[:, 1] - hip[:, 1]) / (ankle[:, 1] - ear[:, 1]) > _MIN_LEG_SHARE
        trunk, leg = ear - hip, hip - ankle
        bend = direction_deg(trunk[:, 0], -trunk[:, 1]) - direction_deg(leg[:, 0], -leg[:, 1])
        return np.asarray(whole(series, points) & up & (np.abs(bend) < _MAX_BEND_DEG))


def _roll_of(lower: Floats, upper: Floats, size: tuple[int, int], camera: Camera) -> tuple[Floats, Floats]:
    """Return the roll that makes lines upright, and what of it an unknown pitch may be; degrees.

    Lines are (..., 2) pixels from the optical axis. How far an upright line leans for its place in the picture is what
    `posture_coach.pose.verticals` explains; where the pitch is not known, that is error.
    """
    drop = lower - upper
    slope = drop[..., 0] / drop[..., 1]
    crossing = upper[..., 0] - slope * upper[..., 1]
    focal = camera.focal_at(*size) or usual_focal_px(*size)
    rise = math.tan(math.radians(camera.pitch_deg)) / focal
    unknown_deg = _USUAL_PITCH_DEG if math.isnan(camera.pitch_err_deg) else camera.pitch_err_deg
    return np.degrees(np.arctan(slope - crossing * rise)), np.abs(crossing) / focal * unknown_deg


# Putting them together ----------------------------------------------------------------------------------------------


def combined(stands: Sequence[Stand]) -> Stand:
    """Put witnesses together, each by how sure it is; those that were refused have no say.

    Returns
    -------
    Refused where none may be used, with the first one's reason, and where two contradict each other. The camera may
    then be as far from level as any of them has it, but for the person, who is measured and may lean.
    """
    doubtful_deg = _furthest_deg(stands)
    usable = [stand for stand in stands if not stand.refusal]
    if not usable:
        refusal = next((stand.refusal for stand in stands), _NOTHING)
        return Stand(math.nan, math.nan, UprightFrom.ASSUMED, refusal=refusal, doubtful_deg=doubtful_deg)
    for one, other in combinations(usable, 2):
        if abs(one.roll_deg - other.roll_deg) > CONTRADICTION * math.hypot(one.roll_err_deg, other.roll_err_deg):
            refusal = _contradiction(one, other)
            return Stand(math.nan, math.nan, UprightFrom.ASSUMED, refusal=refusal, doubtful_deg=doubtful_deg)
    surest = min(usable, key=lambda stand: stand.roll_err_deg)
    roll_deg, roll_err_deg = _weighted([(stand.roll_deg, stand.roll_err_deg) for stand in usable])
    tilts = [(stand.pitch_deg, stand.pitch_err_deg) for stand in usable if not math.isnan(stand.pitch_deg)]
    return Stand(roll_deg, roll_err_deg, surest.known_from, *_weighted(tilts))


def _furthest_deg(stands: Sequence[Stand]) -> float:
    """Return how far from level the camera may be by what witnesses other than the person say, NaN of nothing."""
    room = [stand for stand in stands if stand.known_from is not UprightFrom.STANDING]
    told = [stand.doubtful_deg if stand.refusal else abs(stand.roll_deg) + stand.roll_err_deg for stand in room]
    return max((deg for deg in told if not math.isnan(deg)), default=math.nan)


def _weighted(told: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the mean by inverse variance and its half-width, NaN of nothing."""
    weights = [1.0 / err**2 for _, err in told]
    if not weights:
        return math.nan, math.nan
    mean = sum(weight * value for weight, (value, _) in zip(weights, told, strict=True)) / sum(weights)
    return mean, 1.0 / math.sqrt(sum(weights))


WITNESS = {
    UprightFrom.LINES: "upright lines in the picture",
    UprightFrom.STANDING: "the person standing upright",
    UprightFrom.CLICKED: "the vertical that was clicked",
    UprightFrom.RECORDED: "the photo's own data",
    UprightFrom.ASSUMED: "nothing",
}
"""Who says it, in a sentence."""


def _contradiction(one: Stand, other: Stand) -> str:
    said = " and ".join(
        f"{WITNESS[stand.known_from]}: {stand.roll_deg:+.1f} ± {stand.roll_err_deg:.1f}°" for stand in (one, other)
    )
    return f"The camera's roll is told in two ways ({said}), so it is taken as level. Put it level and try again."


def _leaning(roll_deg: float) -> str:
    return (
        f"Standing upright, the person leans by {abs(roll_deg):.0f}° in the picture. Put the camera level, or click "
        "along something that you know to be upright."
    )


def suspicion(camera: Camera, stands: Sequence[Stand]) -> str:
    """Return a warning where the camera is only taken as level and something says that it is not; else nothing.

    Something says so where a witness gives a roll that its own half-width does not reach level from, and it was refused
    all the same; or where a person who stands upright leans by more than three degrees.
    """
    if camera.known_from is not UprightFrom.ASSUMED:
        return ""
    for stand in stands:
        gated = bool(stand.refusal) and abs(stand.roll_deg) > stand.roll_err_deg
        if gated or (stand.known_from is UprightFrom.STANDING and abs(stand.roll_deg) > SUSPICIOUS_DEG):
            return (
                f"The camera is taken as level, but going by {WITNESS[stand.known_from]} it is rolled by "
                f"{stand.roll_deg:+.1f} ± {stand.roll_err_deg:.1f}°, and every lean may be off by that. Put it level, "
                "or calibrate."
            )
    return ""
