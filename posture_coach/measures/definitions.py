"""The table of measures: what each is called, how it is defined, and what it needs to be seen.

`TABLE` is the one list that columns, pages, docs and reports are made from.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import numpy as np
from numpy.typing import NDArray

from posture_coach.measures import frontal, sagittal, whole
from posture_coach.measures.skeleton import Skeleton
from posture_coach.measures.types import Side, View
from posture_coach.pose.types import Landmark

Floats = NDArray[np.float64]

SIDE_VIEW = frozenset({View.SIDE})
SIDE_AND_CORNER = frozenset({View.SIDE, View.OBLIQUE})
"""The picture of the sagittal plane can be unfolded, from 35 degrees off the front on."""
FRONT_VIEW = frozenset({View.FRONT})
FRONT_AND_BACK = frozenset({View.FRONT, View.BACK})
FACE_SEEN = frozenset({View.FRONT, View.OBLIQUE, View.SIDE})
ANY_VIEW = frozenset(View) - {View.UNKNOWN}

UNIT_SIGN = {"deg": "°", "ratio": "", "cm": " cm"}
"""How a unit is written behind a number."""
MIN_VISIBILITY = 0.5
"""MediaPipe's own middle. It does not predict error; it only weeds out points guessed behind the picture's edge."""


ANYTHING = (-math.inf, math.inf)
# What healthy joints reach (norkin2016, soucie2011) and some 25 degrees more, for the camera's error.
HIP_POSSIBLE_DEG = (-45.0, 160.0)
KNEE_POSSIBLE_DEG = (-30.0, 170.0)
ANKLE_POSSIBLE_DEG = (-80.0, 50.0)
KNEE_VALGUS_POSSIBLE_DEG = (-45.0, 45.0)
SHOULDER_POSSIBLE_DEG = (-85.0, 210.0)
HEAD_YAW_POSSIBLE_DEG = (-100.0, 100.0)
SWAY_POSSIBLE_RATIO = (-0.35, 0.35)

USEFUL_LIMB_DEG = 25.0
"""Widest 95 % half-width of a limb's angle that is still of use: half a squat is told from a whole one within it."""
USEFUL = {
    # About what a slump takes (7-14 degrees), and half of a step from band to band of ISO 11226 at most.
    "trunk_inclination_deg": 15.0, "neck_inclination_deg": 15.0, "neck_trunk_angle_deg": 18.0, "body_lean_deg": 6.0,
    "trunk_inclination_est_deg": 15.0, "neck_inclination_est_deg": 20.0, "lateral_trunk_lean_deg": 6.0,
     "hip_forward_offset_ratio": 0.06, "slump_ratio": 0.1, "neck_length_ratio": 0.15,
    # What a glance sees (5 degrees), twice over.
    "shoulder_obliquity_deg": 10.0, "pelvic_obliquity_deg": 10.0, "knee_valgus_deg": 15.0,
    # Half of the 30 degrees between the steps that the scales know for the head.
    "head_pitch_deg": 20.0, "head_trunk_flexion_deg": 20.0, "head_roll_deg": 12.0, "head_yaw_deg": 25.0,
    # Half of the 40 cm between too near (below 40) and far enough (80) at a desk.
    "viewing_distance_cm": 20.0,
}  # fmt: skip
"""Widest 95 % half-width that is still of use, by joint, in the measure's own unit; a wider one is refused."""


class Relative(StrEnum):
    """What a value is taken against."""

    NOTHING = "nothing"
    DIFFERENCE = "difference from the person's own neutral"
    RATIO = "ratio to the person's own neutral"
    FOCAL_LENGTH = "the camera's focal length"


@dataclass(frozen=True, slots=True)
class Definition:
    """One row of the table.

    Parameters
    ----------
    name
        Public name; its end is the unit.
    zero_and_sign
        What 0 and + mean.
    landmarks
        Points that must be seen; from the side, only those of the near side.
    compute
        Skeleton to (n,) values, before anything relative is taken off.
    side
        For a limb, whose side; from the side view only the near one is measured.
    from_depth
        Computed from world points, which the heavy model gives skewed.
    against_gravity
        Taken against the vertical or the horizontal, so that a camera's roll is in it.
    possible
        Lowest and highest value that a body can have, before anything relative is taken off; beyond it the network
        has put a point where it is not.
    in_pixels
        A length in the picture, which compares within one recording alone.
    standing
        Means something of who stands alone, and is refused of everybody else.
    estimated
        Not measured but estimated from other things seen (`measures/desk.py`), never held against a band; `compute`
        then only tells which angle it stands for.
    """

    name: str
    title: str
    plane: str
    views: frozenset[View]
    unit: str
    definition: str
    zero_and_sign: str
    landmarks: tuple[Landmark, ...]
    compute: Callable[[Skeleton], Floats]
    side: Side | None = None
    relative: Relative = Relative.NOTHING
    from_depth: bool = False
    against_gravity: bool = False
    source: str = "neutral-zero method"
    possible: tuple[float, float] = ANYTHING
    in_pixels: bool = False
    standing: bool = False
    estimated: bool = False

    @property
    def useful(self) -> float:
        """Widest 95 % half-width with which a value is still worth a word; a wider one is refused."""
        return USEFUL.get(self.joint, USEFUL_LIMB_DEG)

    @property
    def joint(self) -> str:
        """The name without the side: left and right share one error."""
        return self.name.replace("_left", "").replace("_right", "")


_L = Landmark
_HIPS = (_L.LEFT_HIP, _L.RIGHT_HIP)
_SHOULDERS = (_L.LEFT_SHOULDER, _L.RIGHT_SHOULDER)
_EARS = (_L.LEFT_EAR, _L.RIGHT_EAR)
_EYES = (_L.LEFT_EYE_OUTER, _L.RIGHT_EYE_OUTER)
_ANKLES = (_L.LEFT_ANKLE, _L.RIGHT_ANKLE)
_MOUTH = (_L.MOUTH_LEFT, _L.MOUTH_RIGHT)


def _limb(side: Side, *joints: str) -> tuple[Landmark, ...]:
    return tuple(Landmark[f"{side.value}_{joint}".upper()] for joint in joints)


def _sagittal_trunk() -> Iterator[Definition]:
    # house: rows of a table, no logic
    yield Definition(
        "trunk_inclination_deg", "Trunk inclination", "sagittal", SIDE_AND_CORNER, "deg",
        "mid-hip to mid-shoulder against the vertical", "0 upright, + leaning forward",
        (*_HIPS, *_SHOULDERS), sagittal.trunk_inclination, source="iso11226", against_gravity=True,
    )  # fmt: skip
    yield Definition(
        "neck_inclination_deg", "Neck inclination", "sagittal", SIDE_AND_CORNER, "deg",
        "mid-shoulder to mid-ear against the vertical", "0 ear above shoulder, + ear ahead of it",
        (*_SHOULDERS, *_EARS), sagittal.neck_inclination, source="engineering", against_gravity=True,
    )  # fmt: skip
    yield Definition(
        "neck_trunk_angle_deg", "Neck against trunk", "sagittal", SIDE_AND_CORNER, "deg",
        "neck inclination minus trunk inclination", "0 in line, + neck bent forward",
        (*_HIPS, *_SHOULDERS, *_EARS), sagittal.neck_trunk_angle, source="engineering",
    )  # fmt: skip
    yield Definition(
        "head_pitch_deg", "Head pitch", "sagittal", SIDE_VIEW, "deg",
        "ear to outer eye corner, minus the person's own gaze-ahead", "0 gaze ahead, + nodding",
        (*_EARS, *_EYES), sagittal.head_pitch, relative=Relative.DIFFERENCE, source="iso11226",
    )  # fmt: skip
    yield Definition(
        "head_trunk_flexion_deg", "Neck flexion (head against trunk)", "sagittal", SIDE_VIEW, "deg",
        "head pitch minus trunk inclination, both against the person's own upright", "0 as upright, + chin to chest",
        (*_HIPS, *_SHOULDERS, *_EARS, *_EYES), sagittal.head_trunk_flexion,
        relative=Relative.DIFFERENCE, source="iso11226",
    )  # fmt: skip
    yield Definition(
        "body_lean_deg", "Whole-body lean", "sagittal", SIDE_VIEW, "deg",
        "mid-ankle to mid-ear against the vertical", "0 upright, + leaning forward",
        (*_ANKLES, *_EARS), sagittal.body_lean, source="kendall2005", standing=True, against_gravity=True,
    )  # fmt: skip
    yield Definition(
        "hip_forward_offset_ratio", "Sway (hip ahead of the plumb line)", "sagittal", SIDE_VIEW, "ratio",
        "distance of the hip from the line shoulder-ankle, over its length", "0 on the line, + hip ahead",
        (*_SHOULDERS, *_HIPS, *_ANKLES), sagittal.hip_forward_offset, source="kendall2005",
        possible=SWAY_POSSIBLE_RATIO, standing=True,
    )  # fmt: skip


def _sagittal_limbs(side: Side) -> Iterator[Definition]:
    # house: rows of a table, no logic
    word = side.value
    yield Definition(
        f"hip_flexion_{word}_deg", f"Hip flexion, {word}", "sagittal", SIDE_AND_CORNER, "deg",
        "thigh against the trunk line prolonged", "0 in line, + thigh forward, - extension",
        (*_HIPS, *_SHOULDERS, *_limb(side, "knee")), partial(sagittal.hip_flexion, side=side), side,
        possible=HIP_POSSIBLE_DEG,
    )  # fmt: skip
    yield Definition(
        f"knee_flexion_{word}_deg", f"Knee flexion, {word}", "sagittal", SIDE_AND_CORNER, "deg",
        "shank against the thigh prolonged", "0 straight, + bent, - hyperextended",
        _limb(side, "hip", "knee", "ankle"), partial(sagittal.knee_flexion, side=side), side,
        possible=KNEE_POSSIBLE_DEG,
    )  # fmt: skip
    yield Definition(
        f"ankle_dorsiflexion_{word}_deg", f"Ankle dorsiflexion, {word}", "sagittal", SIDE_VIEW, "deg",
        "shank against the line heel-toe", "0 at a right angle, + toes up",
        _limb(side, "knee", "ankle", "heel", "foot_index"), partial(sagittal.ankle_dorsiflexion, side=side), side,
        possible=ANKLE_POSSIBLE_DEG,
    )  # fmt: skip
    yield Definition(
        f"elbow_flexion_{word}_deg", f"Elbow flexion, {word}", "sagittal", SIDE_VIEW, "deg",
        "forearm against the upper arm prolonged", "0 straight, + bent",
        _limb(side, "shoulder", "elbow", "wrist"), partial(sagittal.elbow_flexion, side=side), side,
    )  # fmt: skip
    yield Definition(
        f"shoulder_flexion_{word}_deg", f"Shoulder flexion, {word}", "sagittal", SIDE_VIEW, "deg",
        "upper arm against the trunk line prolonged downwards", "0 arm along the trunk, + raised forward",
        (*_HIPS, *_SHOULDERS, *_limb(side, "elbow")), partial(sagittal.shoulder_flexion, side=side), side,
        possible=SHOULDER_POSSIBLE_DEG,
    )  # fmt: skip


def _frontal() -> Iterator[Definition]:
    # house: rows of a table, no logic
    yield Definition(
        "lateral_trunk_lean_deg", "Side lean", "frontal", FRONT_AND_BACK, "deg",
        "mid-hip to mid-shoulder against the vertical", "0 upright, + to the person's right",
        (*_HIPS, *_SHOULDERS), frontal.lateral_trunk_lean, source="en1005_4", against_gravity=True,
    )  # fmt: skip
    yield Definition(
        "shoulder_obliquity_deg", "Shoulder line", "frontal", FRONT_AND_BACK, "deg",
        "line of the two shoulders against the horizontal", "0 level, + right shoulder higher",
        _SHOULDERS, frontal.shoulder_obliquity, source="ferreira2011", against_gravity=True,
    )  # fmt: skip
    yield Definition(
        "pelvic_obliquity_deg", "Hip line", "frontal", FRONT_AND_BACK, "deg",
        "line of the two hips against the horizontal", "0 level, + right hip higher",
        _HIPS, frontal.pelvic_obliquity, source="ferreira2011", against_gravity=True,
    )  # fmt: skip
    yield Definition(
        "head_roll_deg", "Head tilt to the side", "frontal", FRONT_VIEW, "deg",
        "mean of ear, eye, mouth and eye-mouth lines against the horizontal", "0 level, + to the person's right",
        (*_EARS, *_EYES, *_MOUTH), frontal.head_roll, source="kin_neuro2020", against_gravity=True,
    )  # fmt: skip
    for side in Side:
        yield Definition(
            f"knee_valgus_{side.value}_deg", f"Knee projection angle, {side.value}", "frontal",
            FRONT_AND_BACK, "deg", "thigh against shank in the picture", "0 in line, + knee inward",
            _limb(side, "hip", "knee", "ankle"), partial(frontal.knee_valgus, side=side), side,
            source="ferreira2011", possible=KNEE_VALGUS_POSSIBLE_DEG,
        )  # fmt: skip
    yield Definition(
        "neck_length_ratio", "Neck length (raised shoulders, dropped head)", "frontal", FRONT_VIEW, "ratio",
        "height of the ears above the shoulders over shoulder width, against the person's own relaxed upright",
        "1 as relaxed, less = shoulders raised or head dropped",
        (*_EARS, *_SHOULDERS), frontal.neck_length, relative=Relative.RATIO, source="engineering",
    )  # fmt: skip
    yield Definition(
        "viewing_distance_cm", "Distance from the camera", "frontal", FRONT_VIEW, "cm",
        "from the spacing of the eyes, their distance from the mouth, and the camera's focal length", "0 at the camera",
        (_L.LEFT_EYE, _L.RIGHT_EYE, *_EARS, *_MOUTH), lambda s: frontal.viewing_distance(s, whole.face_yaw(s)),
        relative=Relative.FOCAL_LENGTH, from_depth=True, source="dodgson2004",
    )  # fmt: skip


def _any_view() -> Iterator[Definition]:
    # house: rows of a table, no logic
    yield Definition(
        "head_yaw_deg", "Head turn", "any", FACE_SEEN, "deg",
        "face against the shoulder line", "0 straight, + turned to the person's right",
        (_L.NOSE, *_EARS, *_SHOULDERS), whole.head_yaw, from_depth=True, source="engineering",
        possible=HEAD_YAW_POSSIBLE_DEG,
    )  # fmt: skip
    for side in Side:
        yield Definition(
            f"upper_arm_elevation_{side.value}_deg", f"Upper arm elevation, {side.value}", "any", ANY_VIEW, "deg",
            "upper arm against the trunk line prolonged downwards", "0 arm along the trunk, no sign",
            (*_HIPS, *_SHOULDERS, *_limb(side, "elbow")), partial(whole.upper_arm_elevation, side=side), side,
            from_depth=True, source="iso11226",
        )  # fmt: skip
    yield Definition(
        "slump_ratio", "Upper-body height", "any", ANY_VIEW, "ratio",
        "length mid-hip to mid-shoulder in the picture, against the person's own upright at the same place",
        "1 as upright, less = lower: slumped or, from the front, leaning either way",
        (*_HIPS, *_SHOULDERS), sagittal.trunk_length,
        relative=Relative.RATIO, source="engineering", in_pixels=True,
    )  # fmt: skip


def _from_the_desk() -> Iterator[Definition]:
    # house: rows of a table, no logic
    yield Definition(
        "trunk_inclination_est_deg", "Trunk, estimated by the desk camera", "sagittal", FRONT_VIEW, "deg",
        "change of trunk inclination from the person's own upright, estimated from shoulders and face seen from in "
        "front", "0 as upright, + leaning forward or slumped",
        (*_SHOULDERS, *_EARS), sagittal.trunk_inclination, relative=Relative.DIFFERENCE, source="engineering",
        in_pixels=True, estimated=True,
    )  # fmt: skip
    yield Definition(
        "neck_inclination_est_deg", "Neck, estimated by the desk camera", "sagittal", FRONT_VIEW, "deg",
        "change of neck inclination from the person's own upright, estimated from shoulders and face seen from in "
        "front", "0 as upright, + ear ahead",
        (*_SHOULDERS, *_EARS), sagittal.neck_inclination, relative=Relative.DIFFERENCE, source="engineering",
        in_pixels=True, estimated=True,
    )  # fmt: skip


TABLE: tuple[Definition, ...] = (
    *_sagittal_trunk(),
    *(row for side in Side for row in _sagittal_limbs(side)),
    *_frontal(),
    *_any_view(),
    *_from_the_desk(),
)
"""Every measure, in the order of the columns. `body_yaw_deg` stands beside them: it decides which can be seen."""

NAMES: tuple[str, ...] = tuple(row.name for row in TABLE)
BY_NAME: dict[str, Definition] = {row.name: row for row in TABLE}
