"""A drawn figure for every measure: a person in a posture that shows it, with the angle where it is measured.

Nothing here is drawn by hand for one measure. A small body is bent into a posture, the measure's own function is asked
what it reads there, and the angle (or length) between the measure's own points that has exactly this value is marked.
Where there is none, only the points are: a figure never shows an angle that is not the one measured.

Pure. Lines of the body take the colour of the text around them, so that the figure suits light and dark pages.
"""

# house: a body, its postures, the search for the angle and the pen are of no use to any other file

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from html import escape
from itertools import combinations, permutations, product

import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import direction_deg, distance, middle, offset_ratio, wrapped_deg
from posture_coach.measures.definitions import BY_NAME, Definition
from posture_coach.measures.frontal import FACE_CM
from posture_coach.measures.skeleton import NO_OFFSETS, Skeleton, build
from posture_coach.measures.types import Side, View
from posture_coach.measures.view import SIDE_ON_DEG
from posture_coach.pose.types import MIRROR_ORDER, POINTS, Landmark, Mode, Model, PoseSeries

Floats = NDArray[np.float64]
Line = tuple[Floats, Floats]

SIZE_PX = 240
"""Width and height of the drawing's own coordinates."""
ACCENT = "#2b938a"
"""Stands out from white (3.7 : 1) and from a dark page (4.9 : 1)."""


@dataclass(frozen=True, slots=True)
class Posture:
    """How the body is bent, in degrees, signed as the measures are.

    Parameters
    ----------
    trunk, head
        Against the vertical and the horizontal; neck and hip against the trunk.
    lean, shoulders, hips, roll, yaw
        Side lean, shoulder line, hip line, head tilt and head turn.
    seated
        Draw a seat under the thigh.
    """

    trunk: float = 0.0
    neck: float = 0.0
    head: float = 0.0
    hip: float = 0.0
    knee: float = 0.0
    ankle: float = 0.0
    shoulder: float = 0.0
    elbow: float = 0.0
    arms_out: float = 0.0
    lean: float = 0.0
    shoulders: float = 0.0
    hips: float = 0.0
    roll: float = 0.0
    yaw: float = 0.0
    knees_in: float = 0.0
    seated: bool = False


SIDEWAYS = Posture(trunk=16, neck=14, head=9, hip=43, knee=52, ankle=25, shoulder=37, elbow=61, yaw=21)
FACING = Posture(lean=4, shoulders=5, hips=6, roll=11, knees_in=9, arms_out=13, yaw=21)
"""For measures without a posture of their own: everything a little bent, and nothing as much as anything else."""
_SITTING = Posture(trunk=6, hip=88, knee=82, seated=True, shoulder=26, elbow=58)
_STANDING = Posture(arms_out=12, shoulder=12, elbow=16)
POSTURES: tuple[tuple[str, Posture], ...] = (
    ("neck_trunk", Posture(trunk=18, neck=30, hip=18, shoulder=34, elbow=20, head=20)),
    ("head_trunk", Posture(trunk=10, neck=12, hip=10, shoulder=26, elbow=20, head=42)),
    ("trunk_lean", replace(_STANDING, lean=15)),
    ("trunk_inclination", Posture(trunk=30, hip=30, shoulder=38, elbow=14)),
    ("neck_inclination", Posture(trunk=4, neck=30, hip=4, shoulder=20, elbow=20)),
    ("head_pitch", Posture(neck=8, head=27, shoulder=14, elbow=20)),
    ("body_lean", Posture(trunk=12, ankle=12, shoulder=24, elbow=14)),
    ("hip_forward", Posture(trunk=-12, neck=16, hip=-24, ankle=12, shoulder=-14, elbow=10)),
    ("hip_flexion", _SITTING),
    ("knee_flexion", replace(_SITTING, knee=58)),
    ("ankle", replace(_SITTING, hip=100, knee=80, ankle=16)),
    ("elbow", Posture(shoulder=14, elbow=78)),
    ("shoulder_flexion", Posture(trunk=3, hip=3, shoulder=66, elbow=9)),
    ("upper_arm", replace(_SITTING, shoulder=52, elbow=22)),
    ("shoulder_obliquity", replace(_STANDING, shoulders=12)),
    ("pelvic", replace(_STANDING, hips=13)),
    ("head_roll", replace(_STANDING, roll=20)),
    ("head_yaw", Posture(yaw=36)),
    ("valgus", replace(_STANDING, knees_in=24)),
    ("neck_length", _STANDING),
    ("distance", _STANDING),
    ("slump", _SITTING),
)
"""Part of a measure's name, and the posture that shows it; the first that fits."""


class Sight(Enum):
    """From where the person is drawn; the rows turn (forward, right, up) into x to the right and y down."""

    SIDE = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0))
    FRONT = ((0.0, -1.0, 0.0), (0.0, 0.0, -1.0))
    ABOVE = ((0.0, 1.0, 0.0), (-1.0, 0.0, 0.0))


_SIGHTS = {"sagittal": (Sight.SIDE,), "frontal": (Sight.FRONT,)}


@dataclass(frozen=True, slots=True)
class Corner:
    """An angle.

    Parameters
    ----------
    vertex, reference, line
        Where it stands, and the directions it is measured from and to.
    base
        The part of the body that the reference is taken from; None for the vertical and the horizontal.
    positive
        1 where it grows beyond the line, -1 where it shrinks, 0 without a sign.
    """

    vertex: Floats
    reference: Floats
    line: Floats
    base: Line | None
    positive: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """A length from one point to another, the line it is taken from, and whether + lies beyond its end (1, -1, 0)."""

    start: Floats
    end: Floats
    base: Line | None = None
    positive: int = 0


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn of one measure.

    Parameters
    ----------
    points_px
        (33, 2) in the drawing's own coordinates.
    value
        What the measure's own function reads on this body.
    mark
        The angle or length with this value between the measure's points; None where none has it.
    """

    sight: Sight
    posture: Posture
    points_px: Floats
    head_px: float
    shown: tuple[Landmark, ...]
    value: float
    mark: Corner | Span | None


TRUNK_M, NECK_M, THIGH_M, SHANK_M, UPPER_ARM_M, FOREARM_M = 0.50, 0.22, 0.43, 0.42, 0.29, 0.25
HALF_HIPS_M, HALF_SHOULDERS_M, HEAD_M = 0.11, 0.18, 0.11
_FACE_M = {"EAR": (0.0, 0.09, 0.0), "EYE": (0.09, 0.035, 0.0), "EYE_INNER": (0.09, 0.02, 0.0),
           "EYE_OUTER": (0.085, 0.05, 0.0), "MOUTH": (0.09, 0.03, -0.06), "NOSE": (0.14, 0.0, -0.01)}  # fmt: skip
_HAND_M = {"PINKY": 0.08, "INDEX": 0.09, "THUMB": 0.05}
_HEEL_M, _TOE_M = (-0.05, 0.0, -0.06), (0.16, 0.0, -0.06)
NOISE = 1e-3


@cache
def drawing(definition: Definition) -> Drawing:
    """Pose the body for a measure and find what it measures. A limb is drawn on the left and stands for both."""
    sights = _SIGHTS.get(definition.plane, tuple(Sight) if definition.from_depth else (Sight.SIDE, Sight.FRONT))
    drawn = [_drawing(definition, sight) for sight in sights]
    return next((one for one in drawn if one.mark), drawn[0])


def figure(definition: Definition) -> str:
    """Return the figure of a measure as SVG text, the same for left and right."""
    drawn = drawing(definition)
    title = escape(entry_title(definition))
    told = escape(f"{definition.definition}; {definition.zero_and_sign}")
    parts = [part for draw in (_surroundings, _body, _marked, _points) for part in draw(drawn)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE_PX} {SIZE_PX}" role="img" '
        f'aria-label="Drawing of {title}: {told}" fill="none" stroke-linecap="round" stroke-linejoin="round" '
        f'width="100%" height="100%"><title>{title}</title>{"".join(parts)}</svg>'
    )


def entry_title(definition: Definition) -> str:
    """Return the title without the side: left and right are one entry."""
    side = definition.side
    return definition.title.removesuffix(f", {side.value}") if side else definition.title


def _drawing(definition: Definition, sight: Sight) -> Drawing:
    ordinary = SIDEWAYS if sight is Sight.SIDE else FACING
    posture = next((posture for part, posture in POSTURES if part in definition.joint), ordinary)
    body, shown, ends = _joints(posture), definition.landmarks, _ends(definition)
    points = body @ np.array(sight.value).T
    centre, across = _window(points, (*shown, *ends), sight)
    scale = SIZE_PX / across
    points_px = (points - centre) * scale + SIZE_PX / 2
    value = float(definition.compute(_skeleton(body, points_px, sight))[0])
    if definition.side is Side.RIGHT:
        shown = tuple(Landmark(int(MIRROR_ORDER[point])) for point in shown)
    mark = _mark(definition, _parts(ends or shown, points_px), points_px, value, sight)
    return Drawing(sight, posture, points_px, HEAD_M * scale, shown, value, mark)


def _ends(definition: Definition) -> tuple[Landmark, ...]:
    """Return the points of the angle that an estimate stands for: it is not estimated from them. Nothing for others."""
    meant = BY_NAME.get(definition.name.replace("_est_", "_")) if definition.estimated else None
    return meant.landmarks if meant else ()


# The body


def _turn(forward_deg: float, right_deg: float = 0.0, round_deg: float = 0.0) -> Floats:
    """Return the matrix that tips up forward, then to the right, then turns all to the right."""
    (s, c), (t, d), (u, e) = ((np.sin(a), np.cos(a)) for a in np.radians((forward_deg, right_deg, round_deg)))
    pitch = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    roll = np.array([[1, 0, 0], [0, d, t], [0, -t, d]])
    yaw = np.array([[e, -u, 0], [u, e, 0], [0, 0, 1]])
    return np.asarray(yaw @ roll @ pitch, dtype=np.float64)


def _joints(p: Posture) -> Floats:
    """Return (33, 3) metres: forward, right, up of the middle of the hips."""
    shoulders = _turn(p.trunk, p.lean)[:, 2] * TRUNK_M
    ears = shoulders + _turn(p.trunk + p.neck, p.lean)[:, 2] * NECK_M
    face = _turn(p.head, p.roll, p.yaw)
    at: dict[str, Floats] = {}
    for side, outward in ((Side.LEFT, -1.0), (Side.RIGHT, 1.0)):
        name, to_side = side.name, np.array([1.0, outward, 1.0])
        for part, place in _FACE_M.items():
            key = {"MOUTH": f"MOUTH_{name}", "NOSE": "NOSE"}.get(part, f"{name}_{part}")
            at[key] = ears + face @ (np.array(place) * to_side)
        at |= {f"{name}_{joint}": place for joint, place in _leg(p, outward)}
        at |= {f"{name}_{joint}": shoulders + place for joint, place in _arm(p, outward)}
    return np.array([at[point.name] for point in Landmark])


def _leg(p: Posture, outward: float) -> Iterator[tuple[str, Floats]]:
    swing = p.hip - p.trunk
    hip = _turn(0.0, -p.hips)[:, 1] * outward * HALF_HIPS_M
    knee = hip - _turn(-swing, outward * p.knees_in / 2)[:, 2] * THIGH_M
    ankle = knee - _turn(p.knee - swing, -outward * p.knees_in / 2)[:, 2] * SHANK_M
    foot = _turn(p.knee - swing - p.ankle)
    yield from (("HIP", hip), ("KNEE", knee), ("ANKLE", ankle))
    yield from (("HEEL", ankle + foot @ np.array(_HEEL_M)), ("FOOT_INDEX", ankle + foot @ np.array(_TOE_M)))


def _arm(p: Posture, outward: float) -> Iterator[tuple[str, Floats]]:
    swing = p.shoulder - p.trunk
    shoulder = _turn(0.0, -p.shoulders)[:, 1] * outward * HALF_SHOULDERS_M
    elbow = shoulder - _turn(-swing, -outward * p.arms_out)[:, 2] * UPPER_ARM_M
    along = -_turn(-swing - p.elbow, -outward * p.arms_out / 2)[:, 2]
    wrist = elbow + along * FOREARM_M
    yield from (("SHOULDER", shoulder), ("ELBOW", elbow), ("WRIST", wrist))
    yield from ((finger, wrist + along * length) for finger, length in _HAND_M.items())


def _skeleton(body: Floats, points_px: Floats, sight: Sight) -> Skeleton:
    """Hand the body to the measures: seen from the side it faces right, from the front its right is at the left."""
    forward_right_up = body.T
    world = np.stack([-forward_right_up[1], -forward_right_up[2], -forward_right_up[0]], axis=1)[None]
    aside = sight is Sight.SIDE
    nothing, sure = np.zeros(1), np.ones((1, POINTS))
    drawn = PoseSeries(
        1, 1, Mode.DETECTED, Model.FULL, nothing, np.zeros(1, dtype=np.int64), points_px[None], world, sure, sure
    )
    view = np.array([View.SIDE if aside else View.FRONT], dtype=object)
    return build(drawn, np.array([-SIDE_ON_DEG if aside else 0.0]), view, NO_OFFSETS)


def _middle_of(points_px: Floats, joint: str) -> Floats:
    return middle(points_px[Landmark[f"LEFT_{joint}"]], points_px[Landmark[f"RIGHT_{joint}"]])


AROUND_M, ROOM, NEARLY_WHOLE, HEAD_WINDOW_M = 0.5, 1.35, 0.78, 0.66
"""What is shown: the spread of the measure's points so many times and so much around it; all, where that is near it."""
MARGIN_M = 0.14


def _window(points: Floats, shown: Sequence[Landmark], sight: Sight) -> tuple[Floats, float]:
    """Return the middle and the width in metres of the square that is drawn: all of the body, or a part of it."""
    if sight is Sight.ABOVE:
        return _middle_of(points, "EAR"), HEAD_WINDOW_M
    low, high = points.min(axis=0), points.max(axis=0)
    whole = float(max(high - low)) + 2 * MARGIN_M
    near_low, near_high = points[list(shown)].min(axis=0), points[list(shown)].max(axis=0)
    part = AROUND_M + ROOM * float(max(near_high - near_low))
    return (middle(near_low, near_high), part) if part < NEARLY_WHOLE * whole else (middle(low, high), whole)


# What is measured on it


def _joint_name(point: Landmark) -> str:
    return point.name.replace("LEFT", "").replace("RIGHT", "").strip("_")


def _parts(shown: Sequence[Landmark], points_px: Floats) -> list[Floats]:
    """Return the places of the measure's joints in its own order: the middle of both sides, or the one it names."""
    names = dict.fromkeys(_joint_name(point) for point in shown)
    return [points_px[[point for point in shown if _joint_name(point) == name]].mean(axis=0) for name in names]


def _mark(
    definition: Definition, parts: list[Floats], points_px: Floats, value: float, sight: Sight
) -> Corner | Span | None:
    sign = int(np.sign(value)) if "+" in definition.zero_and_sign else 0
    pairs = [(points_px[a], points_px[b]) for a, b in _pairs(definition.landmarks)]
    if definition.unit == "deg":
        corners = _corners(parts, pairs, sight)
        return next((replace(one, positive=sign) for one in corners if _has(one, value)), None)
    found = (span for length, span in _lengths(parts, pairs) if abs(length - value) < NOISE * abs(value))
    span = next(found, None)
    return span and replace(span, positive=sign if span.base else 0)


def _pairs(shown: Sequence[Landmark]) -> Iterator[tuple[Landmark, Landmark]]:
    """Yield left and right of every joint of which the measure needs both."""
    for left, right in combinations(shown, 2):
        if _joint_name(left) == _joint_name(right):
            yield left, right


def _has(corner: Corner, value: float) -> bool:
    return abs(abs(turn_deg(corner.reference, corner.line)) - abs(value)) < NOISE


_UP, _RIGHT = np.array([0.0, -1.0]), np.array([1.0, 0.0])


def _corners(parts: list[Floats], pairs: list[Line], sight: Sight) -> Iterator[Corner]:
    """Yield every angle that a measure of these points may mean."""
    for i, j, k in permutations(range(len(parts)), 3):
        if k > max(i, j):  # the segment that moves is named last
            a, b, c = parts[i], parts[j], parts[k]
            yield Corner(b, b - a, c - b, (a, b))
            yield Corner(b, a - b, c - b, (a, b))
    steps = list(combinations(parts, 2))
    if sight is Sight.ABOVE:
        ahead = [step if step[1] @ _UP > step[0] @ _UP else step[::-1] for step in steps]
        yield from _squared(pairs, ahead)
        return
    if sight is Sight.FRONT:
        yield from (Corner(left, -_RIGHT, right - left, None) for left, right in pairs)
    yield from _squared(steps, steps)
    for (a, b), along in product(steps, (_UP, -_UP, _RIGHT, -_RIGHT)):
        yield Corner(a, along, b - a, None)


def _squared(bases: Sequence[Line], lines: Sequence[Line]) -> Iterator[Corner]:
    """Yield the angles of lines against what stands square on a base."""
    for (a, b), (c, d) in product(bases, lines):
        across = np.array([b[1] - a[1], a[0] - b[0]])
        if across.any():
            yield Corner(c, across * (np.sign(across @ (d - c)) or 1.0), d - c, (a, b))


def _lengths(parts: list[Floats], pairs: list[Line]) -> Iterator[tuple[float, Span]]:
    """Yield every length that a measure of these points may mean, with the value it would have."""
    for a, b in combinations(parts, 2):
        yield float(distance(a, b)), Span(a, b)
    for point, top, bottom in permutations(parts, 3):
        if (line := bottom - top).any():  # seen from the front, ears and eyes have one middle
            foot = top + line * ((point - top) @ line) / (line @ line)
            yield float(offset_ratio(point, top, bottom, 1.0)), Span(foot, point, (top, bottom))
    for (a, b), (left, right) in product(permutations(parts, 2), pairs):
        width = float(distance(left, right)) or np.nan
        yield float(b[1] - a[1]) / width, Span(np.array([a[0], b[1]]), a)
    for (left, right), other in permutations(pairs, 2):
        square = float(distance(left, right) * distance((left + right) / 2.0, (other[0] + other[1]) / 2.0))
        yield FACE_CM / (square**0.5 or np.nan), Span(left, right)


def heading_deg(v: Floats) -> float:
    """Return a direction in the drawing: 0 to the right, clockwise, since y points down."""
    return float(direction_deg(v[1], v[0]))


def turn_deg(reference: Floats, line: Floats) -> float:
    """Return the shorter turn from one direction to the other, + clockwise."""
    return float(wrapped_deg(heading_deg(line) - heading_deg(reference)))


# The drawing of it

_BONES = (("SHOULDER", "ELBOW"), ("ELBOW", "WRIST"), ("HIP", "KNEE"), ("KNEE", "ANKLE"), ("ANKLE", "HEEL"),
          ("HEEL", "FOOT_INDEX"))  # fmt: skip
BODY_PX, LINE_PX, POINT_PX = 7, 4, 5
LEAST_RADIUS_PX, MOST_RADIUS_PX = 20.0, 44.0
PLUS_AWAY_PX, PLUS_PX, ROOMY_DEG, TICK_PX = 13.0, 5.0, 30.0, 6.0


def _body(d: Drawing) -> Iterator[str]:
    """Yield the person: lines for the limbs, a circle for the head, a stroke for the nose."""
    at, across = d.points_px, d.sight is not Sight.SIDE
    hips, shoulders, ears = (_middle_of(at, joint) for joint in ("HIP", "SHOULDER", "EAR"))
    lines = [(at[Landmark[f"LEFT_{joint}"]], at[Landmark[f"RIGHT_{joint}"]]) for joint in ("HIP", "SHOULDER") if across]
    if d.sight is Sight.ABOVE:
        lines = lines[1:]
    else:
        sides = (side.name for side in Side)
        lines += [tuple(at[Landmark[f"{s}_{joint}"]] for joint in bone) for s, bone in product(sides, _BONES)]
        lines += [(hips, shoulders), (shoulders, ears + _unit(shoulders - ears) * d.head_px)]
    if d.sight is not Sight.FRONT:
        nose = at[Landmark.NOSE]
        lines.append((ears + _unit(nose - ears) * d.head_px, nose))
    yield f'<g class="body" stroke="currentColor" stroke-width="{BODY_PX}" opacity="0.45">'
    yield f'{_path("", *lines)}<circle cx="{ears[0]:.2f}" cy="{ears[1]:.2f}" r="{d.head_px:.2f}"/></g>'


def _surroundings(d: Drawing) -> Iterator[str]:
    """Yield what the person stands or sits on."""
    if d.sight is Sight.ABOVE:
        return
    low = float(d.points_px[:, 1].max()) + BODY_PX / 2
    lines = [(np.array([0.0, low]), np.array([SIZE_PX, low]))]
    if d.posture.seated:
        hip, thigh = d.points_px[Landmark.LEFT_HIP], d.points_px[Landmark.LEFT_KNEE] - d.points_px[Landmark.LEFT_HIP]
        under = hip + np.array([0.0, BODY_PX + max(float(thigh[1]), 0.0)])
        lines.append((under - 0.25 * thigh[0] * _RIGHT, under + 0.7 * thigh[0] * _RIGHT))
    yield _path('class="ground" stroke="currentColor" stroke-width="2" opacity="0.3"', *lines)


def _marked(d: Drawing) -> Iterator[str]:
    if isinstance(d.mark, Corner):
        yield from _corner(d.mark)
    elif d.mark:
        yield from _span(d.mark)


def _corner(c: Corner) -> Iterator[str]:
    length = float(np.linalg.norm(c.line))
    radius = min(max(length / 2, LEAST_RADIUS_PX), MOST_RADIUS_PX)
    start, turn = heading_deg(c.reference), turn_deg(c.reference, c.line)
    (x, y), (ax, ay), (bx, by) = c.vertex, *(c.vertex + radius * _towards(a) for a in (start, start + turn))
    arc = f"A {radius:.3f} {radius:.3f} 0 0 {int(turn > 0)} {bx:.3f} {by:.3f}"
    yield f'<path class="arc" d="M {x:.3f} {y:.3f} L {ax:.3f} {ay:.3f} {arc} Z" fill="{ACCENT}" fill-opacity="0.35"/>'
    reach = max(length, radius + PLUS_AWAY_PX)
    yield _path(_DASHED, (c.vertex, c.vertex + reach * _towards(start)))
    yield _path(_BASE, *([c.base] if c.base else []))
    yield _path(_LINE, (c.vertex, c.vertex + c.line))
    if c.positive:
        away = radius + PLUS_AWAY_PX
        beside = abs(turn) / 2 if abs(turn) > ROOMY_DEG else abs(turn) + float(np.degrees(PLUS_AWAY_PX / away))
        yield _plus(c.vertex + away * _towards(start + np.copysign(beside, turn * c.positive)))


def _span(s: Span) -> Iterator[str]:
    along = _unit(s.end - s.start)
    tick = np.array([-along[1], along[0]]) * TICK_PX
    yield _path(_DASHED, *([s.base] if s.base else []))
    yield _path(_LINE, (s.start, s.end), *((end - tick, end + tick) for end in (s.start, s.end)))
    if s.positive:
        yield _plus(s.end + along * s.positive * (PLUS_AWAY_PX + POINT_PX))


def _points(d: Drawing) -> Iterator[str]:
    for x, y in dict.fromkeys((f"{x:.2f}", f"{y:.2f}") for x, y in d.points_px[list(d.shown)]):
        yield f'<circle class="point" cx="{x}" cy="{y}" r="{POINT_PX}" fill="{ACCENT}"/>'


_LINE = f'class="line" stroke="{ACCENT}" stroke-width="{LINE_PX}"'
_BASE = f'class="base" stroke="{ACCENT}" stroke-width="2"'
_DASHED = 'class="reference" stroke="currentColor" stroke-width="2" stroke-dasharray="1 6" opacity="0.9"'


def _plus(at: Floats) -> str:
    right, down = np.array([PLUS_PX, 0.0]), np.array([0.0, PLUS_PX])
    return _path(f'class="plus" stroke="{ACCENT}" stroke-width="3"', (at - right, at + right), (at - down, at + down))


def _path(attributes: str, *lines: Sequence[Floats]) -> str:
    d = " ".join(f"M {a[0]:.2f} {a[1]:.2f} L {b[0]:.2f} {b[1]:.2f}" for a, b in lines)
    return f'<path {attributes} d="{d}"/>' if lines else ""


def _towards(heading: float) -> Floats:
    return np.array([np.cos(np.radians(heading)), np.sin(np.radians(heading))])


def _unit(v: Floats) -> Floats:
    return np.asarray(v / np.linalg.norm(v), dtype=np.float64)
