"""What is read from each picture to tell what the person does: how trunk and legs stand, how the feet lie.

Lengths are in the person's own trunk, thigh or leg lengths, so that neither his size nor his distance matters. Where
picture and world points both tell a height, their mean is taken: a camera that looks down shortens the legs in the
picture, and the world points make up for some of that; the heavy model's are skewed, and left out of heights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import angle_between_deg, distance, inclination_deg, middle
from posture_coach.measures.calibration import LEVEL, Camera, levelled
from posture_coach.measures.desk_view import FEATURES, SHOULDER_Y, WIDTH, features
from posture_coach.pose.types import Landmark, Model, PoseSeries

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SEEN = 0.5
"""MediaPipe's own middle of visibility and presence."""
LEAST_TRUNK = 0.02
"""Trunk length over the picture's height below which there is nobody: the network makes skeletons a few pixels large
of table legs, and at this size a person of 1.7 m would stand fifteen metres away."""
_UP = np.array([0.0, -1.0, 0.0])
_SIDES = (
    (Landmark.LEFT_HIP, Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE),
    (Landmark.RIGHT_HIP, Landmark.RIGHT_KNEE, Landmark.RIGHT_ANKLE),
)
_SHOULDERS = (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER)
_WRISTS = (Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST)


@dataclass(frozen=True, slots=True)
class _Body:
    """The (n, 33, 2 or 3) points in the picture or in the world, with the middles of hips and shoulders.

    Parameters
    ----------
    trunk
        (n,) its length; NaN where it has none.
    """

    points: Floats
    hip: Floats
    shoulder: Floats
    trunk: Floats

    def lower(self, point: Landmark, than: Floats) -> Floats:
        """(n,) how far a point lies below another one, in trunk lengths."""
        return (self.points[:, point, 1] - than[:, 1]) / self.trunk


@dataclass(frozen=True, slots=True)
class Signals:
    """What n pictures show; NaN where it is not seen.

    Parameters
    ----------
    present
        Whether somebody is there.
    shoulders
        Whether both shoulders are seen.
    tilt_deg
        Trunk against the vertical, 0 upright, 90 level, more with the hips above the shoulders.
    drop
        Height of the hip above the knee in trunk lengths, of the leg that hangs lower: one straight leg is enough to
        stand on.
    feet
        Height of the hips above the lower ankle, in trunk lengths.
    hands
        Height of the shoulders above the lower wrist, in trunk lengths.
    trunk_deg, hip_deg, knee_deg
        What exercises bend: trunk against the vertical, and the mean of both hips and of both knees, 0 straight.
        Means, because the network swaps left and right, and a mean does not care.
    hip_most_deg, hip_least_deg
        The more and the less bent of both hips, for the same reason.
    knee_drawn_deg
        The mean of both knees as they are drawn in the picture: from the side what it is, from elsewhere less. World
        points now and then bend who stands far away.
    apart
        Distance of the ankles over the length of a leg.
    lead
        How far the left ankle leads the right one along the way the trunk faces, in thigh lengths.
    lift
        How far the left ankle lies below the right one in the picture, in trunk lengths.
    rise
        How far the shoulders have risen from the own upright, in its shoulder widths; NaN without one.
    """

    present: Bools
    shoulders: Bools
    tilt_deg: Floats
    drop: Floats
    feet: Floats
    hands: Floats
    trunk_deg: Floats
    hip_deg: Floats
    knee_deg: Floats
    hip_most_deg: Floats
    hip_least_deg: Floats
    knee_drawn_deg: Floats
    apart: Floats
    lead: Floats
    lift: Floats
    rise: Floats


def signals(series: PoseSeries, own: Mapping[str, float] | None = None, camera: Camera = LEVEL) -> Signals:
    """Read n pictures.

    Parameters
    ----------
    own
        What was measured of the own upright before this very camera, by name; None: nothing.
    camera
        How it stands, as when the own upright was taken.
    """
    p, w = series.points_px, series.world
    drawn, real = _body(p), _body(w)
    both = [drawn] if series.model is Model.HEAVY else [drawn, real]
    sure = series.sureness >= SEEN
    legs = np.stack([_seen(series, sure, side[:2]) for side in _SIDES])
    thighs = np.where(legs.any(axis=0), 1.0, np.nan)
    # Under a table the network guesses, and believes in a knee now and then, but hardly ever in a whole leg.
    whole = np.stack([_seen(series, sure, side) for side in _SIDES])
    feet = np.where(whole.any(axis=0), 1.0, np.nan)
    tilt = angle_between_deg(real.shoulder - real.hip, np.broadcast_to(_UP, real.hip.shape))
    hips = [angle_between_deg(real.hip - real.shoulder, w[:, knee] - w[:, joint]) for joint, knee, _ in _SIDES]
    knees = [_bent(w, side) for side in _SIDES]
    return Signals(
        present=series.detected & ~(drawn.trunk < LEAST_TRUNK * series.height),
        shoulders=_seen(series, sure, _SHOULDERS),
        tilt_deg=_tilt_in_picture(drawn) * thighs if series.model is Model.HEAVY else tilt * thighs,
        drop=np.fmax(*[np.where(seen, _drop(both, side), np.nan) for seen, side in zip(legs, _SIDES, strict=True)]),
        feet=np.fmax(*[_mean([one.lower(ankle, one.hip) for one in both]) for _, _, ankle in _SIDES]) * feet,
        hands=np.fmax(*[_mean([one.lower(wrist, one.shoulder) for one in both]) for wrist in _WRISTS]),
        trunk_deg=tilt * thighs,
        hip_deg=np.mean(hips, axis=0) * thighs,
        knee_deg=np.mean(knees, axis=0) * feet,
        hip_most_deg=np.maximum(*hips) * thighs,
        hip_least_deg=np.minimum(*hips) * thighs,
        knee_drawn_deg=np.mean([_bent(p, side) for side in _SIDES], axis=0) * feet,
        apart=_apart(w) * feet,
        lead=_lead(w) * thighs,
        lift=drawn.lower(Landmark.LEFT_ANKLE, p[:, Landmark.RIGHT_ANKLE]) * thighs,
        rise=_rise(series, own, camera),
    )


def _body(points: Floats) -> _Body:
    hip = middle(points[:, Landmark.LEFT_HIP], points[:, Landmark.RIGHT_HIP])
    shoulder = middle(points[:, Landmark.LEFT_SHOULDER], points[:, Landmark.RIGHT_SHOULDER])
    length = distance(hip, shoulder)
    return _Body(points, hip, shoulder, np.where(length > 0, length, np.nan))


def _mean(values: list[Floats]) -> Floats:
    """(n,) of what one or two bodies tell."""
    return np.asarray(sum(values) / len(values), dtype=np.float64)


def _drop(bodies: list[_Body], side: tuple[Landmark, Landmark, Landmark]) -> Floats:
    """(n,) how far a knee lies below its hip."""
    hip, knee, _ = side
    return _mean([body.lower(knee, body.points[:, hip]) for body in bodies])


def _bent(points: Floats, side: tuple[Landmark, Landmark, Landmark]) -> Floats:
    """(n,) degrees by which a knee is bent."""
    hip, knee, ankle = (points[:, joint] for joint in side)
    return angle_between_deg(knee - hip, ankle - knee)


def _tilt_in_picture(drawn: _Body) -> Floats:
    return np.abs(inclination_deg(drawn.hip, drawn.shoulder, 1.0))


def _apart(w: Floats) -> Floats:
    """(n,) distance of the ankles over the mean length of a leg."""
    length = sum(distance(w[:, a], w[:, b]) + distance(w[:, b], w[:, c]) for a, b, c in _SIDES) / 2.0
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(distance(w[:, Landmark.LEFT_ANKLE], w[:, Landmark.RIGHT_ANKLE]) / length)


def _lead(w: Floats) -> Floats:
    across = w[:, Landmark.RIGHT_HIP] - w[:, Landmark.LEFT_HIP]
    width = np.hypot(across[:, 0], across[:, 2])
    apart = w[:, Landmark.LEFT_ANKLE] - w[:, Landmark.RIGHT_ANKLE]
    thigh = distance(w[:, Landmark.LEFT_HIP], w[:, Landmark.LEFT_KNEE])
    with np.errstate(invalid="ignore", divide="ignore"):
        ahead = (across[:, 2] * apart[:, 0] - across[:, 0] * apart[:, 2]) / width
        return np.asarray(-ahead / thigh)


def _rise(series: PoseSeries, own: Mapping[str, float] | None, camera: Camera) -> Floats:
    """(n,) how far the shoulders are above the own upright's, in its shoulder widths."""
    height, width = ((own or {}).get(FEATURES[k], np.nan) for k in (SHOULDER_Y, WIDTH))
    if not width > 0:
        return np.full(len(series), np.nan)
    now = features(levelled(series, camera), series)[:, SHOULDER_Y]
    return np.asarray((height - now) / width, dtype=np.float64)


def _seen(series: PoseSeries, sure: Bools, points: tuple[Landmark, ...]) -> Bools:
    """(n,) whether all points are believed and inside the picture."""
    at = list(points)
    p = series.points_px[:, at]
    with np.errstate(invalid="ignore"):
        inside = (p >= 0) & (p < np.array([series.width, series.height]))
    return np.asarray(inside.all(axis=(1, 2)) & sure[:, at].all(axis=1), dtype=bool)
