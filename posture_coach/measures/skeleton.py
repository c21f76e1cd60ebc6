"""The person as the measures need him: signs settled, and the network's points moved to the joints they stand for.

MediaPipe's points lie off the joint centres by a share of the trunk's length that is much the same from body to
body (`benchmarks/fit_offsets.py`): ear and hip too far forward, shoulder too high, more so with the arms raised, and
the hip too near the front of the thigh. Seen from the side that alone is 3-10 degrees; the offsets take it back. The
ankle is drawn now further ahead on the foot and now less, by who it is, and is put back to one place on it. A knee that
swings is drawn where it was a moment ago.

From a corner the picture shows the sagittal plane foreshortened by the sine of the body's yaw; it is unfolded by that
sine before anything else, so that one set of offsets serves from 35 degrees off the front to side-on. From the front
the offsets point at the camera, so nothing is moved.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import (
    direction_deg,
    distance,
    hanging_deg,
    inclination_deg,
    length,
    middle,
    wrapped_deg,
)
from posture_coach.measures.thighs import hip_shift, knee_lead, moves_alike, together
from posture_coach.measures.types import Side, View
from posture_coach.pose.types import Landmark, Model, PoseSeries

Floats = NDArray[np.float64]

UNFOLDED_LEAST = float(np.sin(np.radians(35.0)))
"""Sine of the least yaw that is unfolded in full."""
FURTHEST_ON_FOOT = 0.06
"""Lengths of the foot by which an ankle is moved along it at most: people differ by that much; further off, it is heel
or toes that are misplaced."""
FOOT_SEEN = 0.5
"""Visibility below which a foot is guessed, as behind the picture's edge."""

_PAIRED = {
    (point.name.split("_", 1)[1].lower(), side): point
    for side in Side for point in Landmark if point.name.startswith(side.name)
}  # fmt: skip
_BOTH = {
    joint: slice(_PAIRED[joint, Side.LEFT], _PAIRED[joint, Side.RIGHT] + 1)
    for joint in ("ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "foot_index")
}
"""Left and right lie beside each other in MediaPipe's order: both of a joint are one look, without a copy."""


@dataclass(frozen=True, slots=True)
class Offsets:
    """From the network's point to the joint, in trunk lengths (mid-hip to mid-shoulder), in the sagittal plane.

    Parameters
    ----------
    hip_forward, shoulder_up, ear_forward, ear_up
        Along the trunk (up) and across it (forward, the way the person faces).
    thigh_forward, level_forward
        Of the hip, across the thigh, for the direction of the thigh alone; the second times the square of the sine of
        that direction, so that a level thigh has it in full and a hanging one not at all, and from the side alone:
        from a corner the gain of the legs' directions does as much.
    arm_forward, arm_up
        Of the shoulder, times the sine of the arms' mean elevation (forward of the trunk line prolonged downwards).
    raised_forward, raised_up
        Of the shoulder, times 1 - cosine of that elevation.
    ankle_along_foot
        No offset but a place, in lengths of the foot: how far ahead of the heel, along the line to the toes, the ankle
        belongs, seen from the side. 0 leaves it where the network puts it.
    """

    hip_forward: float = 0.0
    shoulder_up: float = 0.0
    ear_forward: float = 0.0
    ear_up: float = 0.0
    thigh_forward: float = 0.0
    arm_forward: float = 0.0
    arm_up: float = 0.0
    raised_forward: float = 0.0
    raised_up: float = 0.0
    level_forward: float = 0.0
    ankle_along_foot: float = 0.0


NO_OFFSETS = Offsets()
"""For points that already lie on the joints, as drawn ones do."""


@dataclass(frozen=True, slots=True)
class Mixing:
    """How picture points and world points share a measure; the defaults leave the picture alone.

    Parameters
    ----------
    lean_from_depth
        Share of the world points in the side lean.
    thigh_from_depth
        Share of the world points in a hanging thigh, seen from the side; none in a level one, which they misplace.
    thigh_from_looks
        The same where several looks at one picture have evened out what they misplace by chance, as at a photo.
    shoulder_line_gain
        The network draws shoulders more level than they are; their slope is multiplied by this.
    corner_leg_gain
        Seen from a corner it draws thighs and shanks nearer to hanging than they are; their directions are multiplied
        by this.
    hips_from_yaw
        Share of the body's yaw, beside where they are drawn, in how far the hips of legs that are together lie apart.
    knee_lead_s
        Seconds by which a swinging knee is drawn where it was; it is moved on by so much of its speed against the hip.
        0 live, where its speed is not known without what comes next.
    """

    lean_from_depth: float = 0.0
    thigh_from_depth: float = 0.0
    thigh_from_looks: float = 0.0
    shoulder_line_gain: float = 1.0
    corner_leg_gain: float = 1.0
    hips_from_yaw: float = 0.0
    knee_lead_s: float = 0.0


PICTURE_ALONE = Mixing()


@dataclass(frozen=True, slots=True)
class Skeleton:
    """One person over n pictures, ready to be measured.

    Parameters
    ----------
    points_px, world
        (n, 33, 2), from the side and from a corner with the sagittal plane unfolded; (n, 33, 3) as the network gave
        them.
    yaw_deg
        (n,) body yaw.
    forward
        (n,) +1 where the person faces the right edge of the picture, else -1.
    rightward
        (n,) +1 where the person's right is at the right of the picture (seen from behind), else -1.
    mid_hip, mid_shoulder, mid_ear
        (n, 2) pixels, moved by the offsets from the side and from a corner.
    trunk_px
        (n,) mid-hip to mid-shoulder in the picture as it is.
    thigh_forward_px, level_forward_px
        (n,) how far the hip moves across the thigh, in pixels, and how much further where the thigh is level.
    ankle_along_foot
        (n, 2) where along the foot left and right ankle belong; 0 where they stay.
    other_leg
        (n,) 0-1, how far the other leg counts: where both move together, knees turned out to the sides cancel.
    thigh_from_depth
        (n,) share of the world points in a hanging thigh.
    leg_gain
        (n,) what the directions of thigh and shank are multiplied by.
    legs_together
        (n,) 0-1, seen from the side; 0 from elsewhere.
    hip_shift_px
        (n,) by how much further to the right of the picture the left thigh begins than the left hip is drawn, and the
        right one to the left.
    knee_lead_px
        (n, 2, 2) how far the left and the right knee are moved on for them.
    mixing
        The other shares.
    trunk_deg
        (n,) mid-hip to mid-shoulder against the vertical, + forward.
    thigh_deg, shank_deg
        (n, 2) of the left and of the right leg against straight down, + forward. Several measures share these three.
    """

    points_px: Floats
    world: Floats
    yaw_deg: Floats
    forward: Floats
    rightward: Floats
    mid_hip: Floats
    mid_shoulder: Floats
    mid_ear: Floats
    trunk_px: Floats
    thigh_forward_px: Floats
    level_forward_px: Floats
    ankle_along_foot: Floats
    other_leg: Floats
    thigh_from_depth: Floats
    leg_gain: Floats
    legs_together: Floats
    hip_shift_px: Floats
    knee_lead_px: Floats
    mixing: Mixing
    trunk_deg: Floats = field(init=False)
    thigh_deg: Floats = field(init=False)
    shank_deg: Floats = field(init=False)

    def __post_init__(self) -> None:
        """Settle what several measures ask for, once."""
        hip, knee = self.thigh_roots(), self._of_legs("knee") + self.knee_lead_px
        along, gain = _unit(knee - hip), self.leg_gain[:, None]
        shank = hanging_deg(knee, self._ankles(along[..., 1]), self.forward[:, None])
        object.__setattr__(self, "trunk_deg", inclination_deg(self.mid_hip, self.mid_shoulder, self.forward))
        object.__setattr__(self, "thigh_deg", gain * self._thighs_deg(hip, knee, along))
        object.__setattr__(self, "shank_deg", gain * shank)

    def point(self, landmark: Landmark) -> Floats:
        """Return (n, 2) pixels of one point."""
        return self.points_px[:, landmark]

    def of_side(self, joint: str, side: Side) -> Floats:
        """Return (n, 2) pixels of a paired joint, such as 'knee'."""
        return self.points_px[:, _PAIRED[joint, side]]

    def both(self, joint: str) -> Floats:
        """Return (n, 2, 2) pixels of a paired joint, the left one first."""
        return self.points_px[:, _BOTH[joint]]

    def thigh_roots(self) -> Floats:
        """Return (n, 2, 2) pixels of the hips, put to where thighs begin along the picture, the left one first."""
        hip = self._of_legs("hip")
        hip[..., 0] += self.hip_shift_px[:, None] * (1.0, -1.0)
        return hip

    def _of_legs(self, joint: str) -> Floats:
        """Return (n, 2, 2) pixels of a joint of both legs, drawn towards their middle where they move together."""
        own = self.both(joint)
        return own + (middle(own[:, :1], own[:, 1:]) - own) * self.other_leg[:, None, None]

    def _thighs_deg(self, hip: Floats, knee: Floats, along: Floats) -> Floats:
        """Return (n, 2) directions of the thighs; world points have a share the more one hangs."""
        yaw = np.radians(self.yaw_deg)[:, None]
        by = self.thigh_forward_px[:, None] + self.level_forward_px[:, None] * along[..., 0] ** 2
        root = hip + _turned_forward(-along, self.forward[:, None]) * by[..., None]
        seen = hanging_deg(root, knee, self.forward[:, None])
        apart = 1.0 - self.mixing.hips_from_yaw * self.legs_together
        thigh = self.world[:, _BOTH["knee"]] - self.world[:, _BOTH["hip"]] * _level(apart)
        deep = direction_deg(-thigh[..., 0] * np.sin(yaw) - thigh[..., 2] * np.cos(yaw), thigh[..., 1])
        share = self.thigh_from_depth[:, None] * np.cos(np.radians(seen)) ** 2
        return np.where(share > 0, wrapped_deg(seen + share * wrapped_deg(deep - seen)), seen)

    def _ankles(self, hangs: Floats) -> Floats:
        """Return (n, 2, 2) pixels of the ankles, moved along the foot by as much as the thighs hang (n, 2).

        A foot is stiff: its ankle keeps its place between heel and toes, however the network draws it.
        """
        ankle = self._of_legs("ankle")
        if not self.ankle_along_foot.any():
            return ankle
        heel = self._of_legs("heel")
        foot = self._of_legs("foot_index") - heel
        with np.errstate(invalid="ignore", divide="ignore"):
            place = np.add.reduce((ankle - heel) * foot, axis=-1) / np.add.reduce(foot * foot, axis=-1)
        off = np.minimum(np.maximum(self.ankle_along_foot - place, -FURTHEST_ON_FOOT), FURTHEST_ON_FOOT)
        moved = (self.ankle_along_foot > 0) & (hangs > 0) & ~np.isnan(place)
        return ankle + np.where(moved, off * hangs, 0.0)[..., None] * foot


def _level(share: Floats) -> Floats:
    """Return (n, 1, 3) a share for world points along the floor, and 1 for their height."""
    return np.stack([share, np.ones_like(share), share], axis=-1)[:, None]


def _unit(line: Floats) -> Floats:
    """Return lines (..., 2) of length 1; 0 where there is none."""
    long = length(line)[..., None]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(long > 0, line / long, 0.0)


def _turned_forward(up: Floats, forward: Floats) -> Floats:
    """Return unit vectors a quarter turn from `up`, towards the way the person faces."""
    return np.stack([-up[..., 1] * forward, up[..., 0] * forward], axis=-1)


def unfold_gain(yaw_deg: Floats) -> Floats:
    """Return (n,) by how much the picture of the sagittal plane is widened: 1 side-on, 1.74 at most."""
    return np.asarray(1.0 / np.fmax(np.abs(np.sin(np.radians(yaw_deg))), UNFOLDED_LEAST), dtype=np.float64)


def build(
    series: PoseSeries, yaw_deg: Floats, view: NDArray[np.object_], offsets: Offsets, mixing: Mixing = PICTURE_ALONE
) -> Skeleton:
    """Settle the signs, unfold the picture, and move the points.

    Parameters
    ----------
    yaw_deg
        (n,) body yaw; its sign gives the way the person faces in the picture.
    view
        (n,) of `View`; unfolding and offsets apply where it is `View.SIDE` or `View.OBLIQUE`.
    """
    side_on, corner = view == View.SIDE, view == View.OBLIQUE
    aside = side_on | corner
    forward = np.where(yaw_deg > 0, -1.0, 1.0)
    p = _unfolded(series.points_px, np.where(aside, unfold_gain(yaw_deg), 1.0))
    hip, shoulder, ear, trunk = _moved(p, aside, yaw_deg, forward, offsets)
    beside, shift = _beside(p, side_on, yaw_deg, trunk, mixing)
    return Skeleton(
        points_px=p,
        world=series.world,
        yaw_deg=yaw_deg,
        forward=forward,
        rightward=np.where(np.cos(np.radians(yaw_deg)) < 0, 1.0, -1.0),
        mid_hip=hip,
        mid_shoulder=shoulder,
        mid_ear=ear,
        trunk_px=distance(*(_middle_of(series.points_px, joint) for joint in ("hip", "shoulder"))),
        thigh_forward_px=offsets.thigh_forward * np.where(aside, trunk, 0.0),
        level_forward_px=offsets.level_forward * np.where(side_on, trunk, 0.0),
        ankle_along_foot=np.where(side_on[:, None] & _feet_seen(series), offsets.ankle_along_foot, 0.0),
        other_leg=np.where(corner, moves_alike(p, series.world, yaw_deg), 0.0) if corner.any() else np.zeros(len(p)),
        thigh_from_depth=_thigh_from_depth(series, side_on, mixing),
        leg_gain=np.where(corner, mixing.corner_leg_gain, 1.0),
        legs_together=beside,
        hip_shift_px=shift,
        knee_lead_px=knee_lead(p, series.time_s, np.where(aside, mixing.knee_lead_s, 0.0)),
        mixing=mixing,
    )


def _moved(
    points: Floats, aside: NDArray[np.bool_], yaw_deg: Floats, forward: Floats, offsets: Offsets
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return (n, 2) mid-hip, mid-shoulder and mid-ear, moved where seen from aside, and (n,) trunk lengths before."""
    hip, shoulder, ear = (_middle_of(points, joint) for joint in ("hip", "shoulder", "ear"))
    trunk, up = distance(hip, shoulder), _unit(shoulder - hip)
    ahead = _turned_forward(up, forward)
    scale = np.where(aside, trunk, 0.0)[:, None]
    arms_ahead, arms_up = arm_shift(points, up, forward, offsets)
    # Seen from a corner, the ear lies nearer to where the network puts it, and the hip as far off in the picture as
    # from the side: it is drawn at the body's visible front, which does not turn away with the sagittal plane.
    ear_forward = offsets.ear_forward * np.abs(np.sin(np.radians(yaw_deg)))[:, None]
    hip_forward = offsets.hip_forward * unfold_gain(yaw_deg)[:, None]
    return (
        hip + ahead * hip_forward * scale,
        shoulder + (ahead * arms_ahead + up * arms_up) * scale,
        ear + (ahead * ear_forward + up * offsets.ear_up) * scale,
        trunk,
    )


def _beside(
    points: Floats, side_on: NDArray[np.bool_], yaw_deg: Floats, trunk: Floats, mixing: Mixing
) -> tuple[Floats, Floats]:
    """Return (n,) 0-1, how far legs seen from the side are together, and the pixels by which their hips go apart."""
    if not side_on.any():
        return np.zeros(len(points)), np.zeros(len(points))
    beside = np.where(side_on, together(points, trunk), 0.0)
    shift = mixing.hips_from_yaw * beside * hip_shift(points, yaw_deg, trunk)
    return beside, np.where(beside > 0.0, shift, 0.0)


def _thigh_from_depth(series: PoseSeries, side_on: NDArray[np.bool_], mixing: Mixing) -> Floats:
    """Return (n,) the share of the world points in a hanging thigh; the largest network's are skewed."""
    if series.model is Model.HEAVY:
        return np.zeros(len(series))
    looks = False if series.spread_px is None else (series.spread_px > 0.0).any(axis=1)
    return np.where(side_on, np.where(looks, mixing.thigh_from_looks, mixing.thigh_from_depth), 0.0)


def _feet_seen(series: PoseSeries) -> NDArray[np.bool_]:
    """Return (n, 2) whether heel and toes of the left and of the right foot are more than a guess."""
    seen = series.sureness >= FOOT_SEEN
    return np.asarray(seen[:, _BOTH["heel"]] & seen[:, _BOTH["foot_index"]])


def _middle_of(points: Floats, joint: str) -> Floats:
    left = _BOTH[joint].start
    return middle(points[:, left], points[:, left + 1])


def _unfolded(points_px: Floats, gain: Floats) -> Floats:
    """Widen (n, 33, 2) points about the middle of the hips."""
    centre = _middle_of(points_px, "hip")[:, None, :1]
    wide = points_px.copy()
    wide[..., :1] = centre + (points_px[..., :1] - centre) * gain[:, None, None]
    return wide


def arm_shift(points: Floats, up: Floats, forward: Floats, offsets: Offsets) -> tuple[Floats, Floats]:
    """Return (n, 1) shifts of the shoulders ahead and up, in trunk lengths: they follow the arms' mean elevation."""
    trunk_deg = hanging_deg(up, np.zeros_like(up), forward)
    arms_deg = hanging_deg(points[:, _BOTH["shoulder"]], points[:, _BOTH["elbow"]], forward[:, None])
    # An arm without length in the picture, as one that points at the camera, counts as hanging.
    elevation = np.radians(arms_deg - trunk_deg[:, None])
    elevation = np.where(np.isnan(elevation), 0.0, elevation)
    sine = np.add.reduce(np.sin(elevation) / 2.0, axis=1)
    raised = np.add.reduce((1.0 - np.cos(elevation)) / 2.0, axis=1)
    ahead = offsets.arm_forward * sine + offsets.raised_forward * raised
    rise = offsets.shoulder_up + offsets.arm_up * sine + offsets.raised_up * raised
    return ahead[:, None], rise[:, None]
