"""The desk webcam: how far trunk and neck have come from the person's own upright, estimated from in front.

From the front a slump is no angle in the picture: it shows as shoulders and head that come nearer and lower. This
module turns sizes back into distances (a pinhole camera: twice as near is twice as wide), takes out where the camera
stands, and reads posture off how shoulders and head have moved against each other. Three thoughts carry it:

- Shoulders that come forward about the hips mean a leaning trunk; the head that comes forward and down against the
  shoulders means a bent neck. A chair that rolls nearer moves both alike, and so bends no neck.
- No posture carries the shoulders forward without carrying the head at least as far round: the forward change of the
  trunk is never taken for more than that of the neck. This is what keeps a moved chair from reading as a lean.
- How steeply the camera looks is seen in the face of the upright person (eyes against ears), and better still in a
  deliberate slump, in which shoulders sink by a third of the way that they come forward.

All lengths are in the person's own shoulder widths. Values are estimates: changes from the own upright, with their
own error, and never held against bands of angles measured from the side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import direction_deg, wrapped_deg
from posture_coach.measures.desk_constants import Constants, PitchFrom, shipped_constants
from posture_coach.measures.desk_view import (
    EAR_X,
    EAR_Y,
    FEATURES,
    HEAD,
    HEAD_YAW,
    SHOULDER_X,
    SHOULDER_Y,
    SHOULDER_YAW,
    TILT,
    WIDTH,
    features,
)
from posture_coach.measures.types import Reason

__all__ = ["FEATURES", "NAMES", "Own", "estimate", "features", "moved", "own_upright", "shipped_constants"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NAMES = ("trunk_inclination_est_deg", "neck_inclination_est_deg")

FOCAL_ASSUMED = 0.7
"""Focal length over the picture's longer side where nothing says it: 71 degrees across, as webcams have (66-76)."""
EAR_DISTANCE_SHARE = 0.96
"""Ears are a little nearer to the camera than shoulders: distance of the upright head over that of the shoulders."""
HIP_DEPTH = 1.35
"""Hips below shoulders, in shoulder widths: what the trunk turns about."""

MAX_HEAD_TURN_DEG = 35.0
"""Further round from the own upright, one ear is hidden and the head's size is a guess."""
MAX_SHOULDER_TURN_DEG = 30.0
"""The shoulders' breadth is then an eighth less by the turn alone, which reads as 10 degrees of leaning back."""
# What a posture can do to the shoulders, in shoulder widths: beyond it chair, table or camera have moved.
MAX_RISE = 0.3
MAX_FALL = (0.25, 0.75)
"""Shoulders sink this far by themselves, and by this share of the way they come forward."""
MAX_BACK = 0.65
MAX_ASIDE = 0.8
MAX_NEARER_DEG = 30.0
"""Nearer than any lean explains by more than this the perspective is another one, and its own error grows too large."""
MIN_SLUMP = 0.15
"""A deliberate slump that brings the shoulders less far forward says nothing about the camera."""
MAX_SLUMP_CORRECTION_RAD = 0.3
MAX_PITCH_RAD = 0.7


@dataclass(frozen=True, slots=True)
class Own:
    """The person's own upright before this camera.

    Parameters
    ----------
    upright
        (k,) mean features.
    focal
        Focal length over the picture's longer side.
    pitch_rad
        Tilt of the optical axis, + looking up.
    pitch_from
        What that is known from.
    """

    upright: Floats
    focal: float
    pitch_rad: float
    pitch_from: PitchFrom


def own_upright(
    upright: Mapping[str, float],
    constants: Constants,
    slump: Mapping[str, float] | None = None,
    pitch_deg: float | None = None,
    focal: float | None = None,
) -> Own | None:
    """Settle what the estimates are held against.

    Parameters
    ----------
    upright
        Mean features by name, over some seconds of sitting upright; other names beside them do no harm.
    slump
        The same of a deliberate slump in the same place; it is only used to find the camera's tilt.
    pitch_deg
        Tilt of the camera where it was measured, + looking up; 0 where the points are already levelled.
    focal
        Focal length over the picture's longer side, where it is known.

    Returns
    -------
    None where a feature was not seen in the upright, or the upright was not facing the camera.
    """
    mean = _row(upright)
    if mean is None or mean[WIDTH] <= 0 or mean[HEAD] <= 0 or abs(mean[HEAD_YAW]) > MAX_HEAD_TURN_DEG:
        return None
    lens = FOCAL_ASSUMED if focal is None else focal
    if pitch_deg is not None:
        return Own(mean, lens, float(np.radians(pitch_deg)), PitchFrom.CAMERA)
    elevation = constants.elevation_deg + constants.elevation_per_tilt_deg * mean[TILT]
    pitch = _bounded(np.radians(elevation) + np.arctan2(mean[EAR_Y], lens), MAX_PITCH_RAD)
    seen = Own(mean, lens, pitch, PitchFrom.FACE)
    bent = _row(slump) if slump else None
    if bent is None:
        return seen
    moved = changes(bent[None], seen)
    if not moved.forward[0] >= MIN_SLUMP:
        return seen
    # A camera thought to look up by an angle too little sees what comes nearer sink by that angle too little.
    off = constants.slump_fall - moved.down_plain[0] / moved.forward[0]
    pitch += _bounded(constants.slump_trust * off, MAX_SLUMP_CORRECTION_RAD)
    return Own(mean, lens, _bounded(pitch, MAX_PITCH_RAD), PitchFrom.SLUMP)


def _row(values: Mapping[str, float]) -> Floats | None:
    row = np.array([values.get(name, np.nan) for name in FEATURES])
    return None if np.isnan(row).any() else row


def _bounded(angle: float, most: float) -> float:
    return float(np.clip(angle, -most, most))


@dataclass(frozen=True, slots=True)
class Changes:
    """How shoulders and head have moved from the own upright, (n,) each, in shoulder widths.

    Parameters
    ----------
    forward, down, aside
        Of the shoulders: towards the camera, lower (what a lean to the side lowers taken out), and to the right of
        the picture.
    down_plain
        Lower, side lean included.
    head_forward, head_down
        Of the ears against the shoulders; side lean of the neck taken out.
    """

    forward: Floats
    down: Floats
    aside: Floats
    down_plain: Floats
    head_forward: Floats
    head_down: Floats

    @property
    def lean_deg(self) -> Floats:
        """(n,) lean of a stiff trunk on hips that stay, which would bring the shoulders where they are."""
        return direction_deg(self.forward, HIP_DEPTH - self.down)

    @property
    def reach(self) -> Floats:
        """(n,) how far the shoulders have come or gone: what best tells how large the error is."""
        return np.abs(self.forward)


def changes(values: Floats, own: Own) -> Changes:
    """Turn (n, k) features into movements in space."""
    # The upright goes through the same reckoning, in the first row.
    shoulder, ear = _places(np.concatenate([own.upright[None], values]), own)
    moved, necks = shoulder[1:] - shoulder[0], ear - shoulder
    neck, neck_0 = necks[1:], necks[0]
    trunk = np.hypot(moved[:, 0], HIP_DEPTH + moved[:, 1])
    neck_length = np.hypot(neck[:, 0] - neck_0[0], neck[:, 1])
    return Changes(
        forward=-moved[:, 2],
        down=HIP_DEPTH - trunk,
        aside=moved[:, 0],
        down_plain=-moved[:, 1],
        head_forward=neck_0[2] - neck[:, 2],
        head_down=neck_0[1] - neck_length,
    )


def _places(values: Floats, own: Own) -> tuple[Floats, Floats]:
    """Return (n, 3) where shoulders and ears are from the camera: right of it, above it, and how far in front."""
    shoulder = own.focal / values[:, WIDTH]
    ear = EAR_DISTANCE_SHARE * own.focal / own.upright[WIDTH] * own.upright[HEAD] / values[:, HEAD]
    return (
        _levelled(values[:, [SHOULDER_X, SHOULDER_Y]], shoulder, own),
        _levelled(values[:, [EAR_X, EAR_Y]], ear, own),
    )


def _levelled(place: Floats, far: Floats, own: Own) -> Floats:
    """Return (n, 3) for points of the picture so far along the optical axis."""
    right, below = (place / own.focal * far[:, None]).T
    sine, cosine = np.sin(own.pitch_rad), np.cos(own.pitch_rad)
    return np.column_stack([right, far * sine - below * cosine, far * cosine + below * sine])


def neck_terms(c: Changes) -> Floats:
    """Return (n, 4) what the neck's change is the weighted sum of, in the order of the constants."""
    return np.column_stack([c.head_forward, c.head_down, c.down, np.minimum(c.forward, 0.0)])


@dataclass(frozen=True, slots=True)
class Estimate:
    """Changes from the own upright over n pictures, (n,) each.

    Parameters
    ----------
    trunk_deg, neck_deg
        + forward; NaN where not measurable.
    trunk_err_deg, neck_err_deg
        95 % half-widths; NaN with the values, or where the error of this mode and model is not known.
    reason
        Codes of `Reason`, 0 where measured.
    """

    trunk_deg: Floats
    neck_deg: Floats
    trunk_err_deg: Floats
    neck_err_deg: Floats
    reason: NDArray[np.int8]


def estimate(values: Floats, own: Own | None, constants: Constants, mode: str, model: str) -> Estimate:
    """Estimate the change of trunk and neck inclination from the own upright.

    Parameters
    ----------
    values
        (n, k) features.
    mode, model
        How the points were found: the error depends on it.
    """
    n = len(values)
    if own is None:
        unknown = np.full(n, np.nan)
        return Estimate(unknown, unknown, unknown, unknown, np.full(n, Reason.NO_BASELINE, dtype=np.int8))
    c = changes(values, own)
    trunk, neck = angles(c, constants)
    reason = _refusals(values, c, neck, own)
    refused = reason != Reason.NONE
    spread = constants.spread.get((str(mode), str(model), own.pitch_from.value))
    if spread is None:
        widths = np.full((2, n), np.nan)
    else:
        widths = np.array([np.interp(c.reach, spread.reach, w) for w in (spread.trunk_deg, spread.neck_deg)])
    found = [np.where(refused, np.nan, v) for v in (trunk, neck, *widths)]
    return Estimate(found[0], found[1], found[2], found[3], reason)


def angles(c: Changes, constants: Constants) -> tuple[Floats, Floats]:
    """Return (n,) change of trunk and of neck, in degrees, whatever the doubts."""
    k = constants
    neck = neck_terms(c) @ np.array([k.neck_forward, k.neck_down, k.neck_fall, k.neck_back])
    trunk = k.trunk_lean * c.lean_deg
    return np.where(trunk > 0, np.minimum(trunk, np.maximum(neck, 0.0)), trunk), neck


def _refusals(values: Floats, c: Changes, neck: Floats, own: Own) -> NDArray[np.int8]:
    """Return (n,) codes of `Reason`; the weightiest is written last."""
    why = np.zeros(len(values), dtype=np.int8)
    turn = np.abs(wrapped_deg(values[:, [HEAD_YAW, SHOULDER_YAW]] - own.upright[[HEAD_YAW, SHOULDER_YAW]]))
    with np.errstate(invalid="ignore"):
        why[_out_of_place(c) | (nearer_deg(c, neck) > MAX_NEARER_DEG)] = Reason.MOVED
        why[(turn[:, 0] > MAX_HEAD_TURN_DEG) | (turn[:, 1] > MAX_SHOULDER_TURN_DEG)] = Reason.NOT_FROM_HERE
    why[np.isnan(values).any(axis=1)] = Reason.UNDEFINED
    why[np.isnan(values[:, SHOULDER_X])] = Reason.OUT_OF_PICTURE
    why[np.isnan(values).all(axis=1)] = Reason.NOBODY
    return why


def nearer_deg(c: Changes, neck_deg: Floats) -> Floats:
    """Return (n,) by how much more the shoulders have come forward than the neck allows, as degrees of lean."""
    return np.asarray(c.lean_deg - np.maximum(neck_deg, 0.0))


def _out_of_place(c: Changes) -> Bools:
    """Return (n,) whether the shoulders are where no posture brings them."""
    lowest = MAX_FALL[0] + MAX_FALL[1] * np.maximum(c.forward, 0.0)
    return np.asarray(
        (c.down < -MAX_RISE) | (c.down > lowest) | (c.forward < -MAX_BACK) | (np.abs(c.aside) > MAX_ASIDE)
    )


MOVED_NEARER_DEG = 8.0
"""Shoulders nearer than the neck allows by this: on the rendered people it holds chairs rolled nearer by 10-15 cm
apart from nearly all postures (`benchmarks/desk.py` prints how many)."""
MIN_MOVED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Moved:
    """Whether chair or camera are no longer where they were for the own upright.

    Parameters
    ----------
    nearer_deg
        Median of how much nearer the shoulders are than posture allows, as degrees of lean; NaN where nothing is seen.
    out_of_place
        Share of the pictures in which the shoulders are where no posture brings them.
    """

    nearer_deg: float
    out_of_place: float

    def __bool__(self) -> bool:
        return self.nearer_deg > MOVED_NEARER_DEG or self.out_of_place > MIN_MOVED_SHARE


def moved(values: Floats, own: Own, constants: Constants) -> Moved:
    """Judge a stretch of some seconds, (n, k) features; head turns in it are left out.

    A chair rolled away looks like leaning back, and is told only when it goes further than backs lean.
    """
    turn = np.abs(wrapped_deg(values[:, HEAD_YAW] - own.upright[HEAD_YAW]))
    with np.errstate(invalid="ignore"):
        kept = values[(turn <= MAX_HEAD_TURN_DEG) & ~np.isnan(values).any(axis=1)]
    if not len(kept):
        return Moved(float("nan"), 0.0)
    c = changes(kept, own)
    _, neck = angles(c, constants)
    return Moved(float(np.median(nearer_deg(c, neck))), float(np.mean(_out_of_place(c))))
