"""The ground truth: rendered people whose joint angles are known exactly, and what the network finds in them.

An `Item` is one still or one clip. `poses` runs the network over it (or reads an earlier run from a cache folder);
`true_values` gives the truth under the product's public names and with its signs, which are not the renderer's.

The yardstick is what a program without this one's corrections gets. `plain_pixels`: the picture's points as they
come, forward taken from the true camera side. `plain_world`: the network's own three-dimensional points, the camera
taken as level, forward from the hip line.

Run `python -m benchmarks.truth --model heavy --cache DIR` to fill a cache ahead of the other commands.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from posture_coach.geometry import angle_between_deg, direction_deg, middle, obliquity_deg, wrapped_deg
from posture_coach.measures.calibration import Camera
from posture_coach.measures.definitions import TABLE
from posture_coach.measures.sagittal import MAX_LEAN_DEG, ON_FEET
from posture_coach.measures.skeleton import NO_OFFSETS, build
from posture_coach.measures.types import Side, View
from posture_coach.measures.upright import combined, from_lines
from posture_coach.pose.landmarker import Landmarker
from posture_coach.pose.passes import look_again
from posture_coach.pose.second_look import in_the_mirror, together
from posture_coach.pose.types import Frame, Landmark, Mode, Model, PoseSeries
from posture_coach.pose.verticals import MAX_PICTURES, Doubt, Verticals, roll_from_lines
from posture_coach.resources import PACKAGE

Floats = NDArray[np.float64]

DATA = Path(os.environ.get("POSTURE_COACH_DATA", PACKAGE.parent.parent / "shared"))
POINTS_IN_TRUTH = 45
HEAD_YAW_VALID_DEG = 60.0
"""With the face further up or down its heading is an accident of rounding (the data's own README)."""
NEAR_VIEWS = frozenset({"side", "oblique"})
"""Camera places from where only the near limbs can be asked for."""
MOVING = frozenset({"C", "D"})
"""Groups whose clips show somebody who walks or exercises: what the product looks at twice."""
PHOTOS = 25
"""Pictures of a clip that are looked at as photos."""
DESK_CM = 150.0
"""Distances from the camera are judged up to here: an error that grows with them is of no use from a metre on."""
NOT_IN_DEPTH = ("neck_length_ratio", "slump_ratio", "viewing_distance_cm")
"""Defined in the picture, or from where the camera is, which world points do not know."""


@dataclass(frozen=True, slots=True)
class Item:
    """One still (n = 1) or one clip of n frames.

    Parameters
    ----------
    group, camera
        Letter of the group (A sitting, B standing, C walking, D exercise, E desk) and where the camera stood.
    pose
        What the body does: the still's pose, the clip's kind.
    rate_hz
        None for a still.
    angles
        (n,) by the renderer's names and signs.
    world, px
        (n, 45, 3) metres, z up; (n, 45, 2) pixels. NaN where nobody is there.
    """

    id: str
    group: str
    camera: str
    body: str
    pose: str
    path: Path
    rate_hz: float | None
    focal_px: float
    camera_position: Floats
    angles: dict[str, Floats]
    world: Floats
    px: Floats

    @property
    def cell(self) -> str:
        """Group and camera place, as the tables name them."""
        return f"{self.group} {self.camera}"

    @property
    def moves(self) -> bool:
        """Whether it is a clip of somebody who walks or exercises."""
        return self.rate_hz is not None and self.group in MOVING

    @property
    def modes(self) -> tuple[Mode, ...]:
        """How the network can look at it: nothing can be followed through one picture."""
        return (Mode.DETECTED,) if self.rate_hz is None else (Mode.TRACKED, Mode.DETECTED)


def items(data: Path = DATA) -> list[Item]:
    """Return every still and every clip of the truth folder."""
    root = data / "truth"
    lines = (root / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    stills = [_still(json.loads(line), root) for line in lines]
    return stills + [_clip(path) for path in sorted((root / "clips").glob("*.json"))]


def _still(row: dict[str, Any], root: Path) -> Item:
    camera, angles = row["camera"], {name: np.array([value]) for name, value in row["angles"].items()}
    return Item(
        row["id"], row["group"], row["view"], row["body"], row["pose"], root / row["file"], None, camera["fx"],
        np.array(camera["position_world"]), angles, np.array([row["world"]]), np.array([row["px"]]),
    )  # fmt: skip


def _clip(path: Path) -> Item:
    clip = json.loads(path.read_text(encoding="utf-8"))
    camera = clip["camera_first_frame"]
    angles = {name: np.array(values, dtype=np.float64) for name, values in clip["angles"].items()}
    return Item(
        clip["id"], clip["group"], clip["view"], clip["body"], clip["kind"], path.with_suffix(".mp4"),
        float(clip["fps"]), camera["fx"], np.array(camera["position_world"]), angles,
        _filled(clip["world"], 3), _filled(clip["px"], 2),
    )  # fmt: skip


def _filled(frames: list[Any], width: int) -> Floats:
    """Return (n, 45, width): NaN where the person is away."""
    nobody = [[np.nan] * width] * POINTS_IN_TRUTH
    return np.array([nobody if frame is None else frame for frame in frames], dtype=np.float64)


# What the network sees -----------------------------------------------------------------------------------------


def poses(item: Item, model: Model, mode: Mode, cache: Path | None = None, step: int = 1) -> PoseSeries:
    """Run the network over one item, every `step`-th frame; the pictures left out are never shown to it."""
    stored = cache / _key(item, model, mode, step) if cache else None
    if stored and stored.exists():
        return _read(stored, model, mode)
    found, seen, size = [], [], (0, 0)
    with Landmarker(model, mode) as landmarker:
        for frame in frames(item, step):
            # As the product does: a photo is looked at several times.
            found.append(look_again(landmarker, frame) if item.rate_hz is None else landmarker.find(frame))
            seen.append((frame.time_s, frame.index))
            size = frame.size
    series = PoseSeries.of(found, seen, size=size, mode=mode, model=model)
    if stored:
        _write(stored, series)
    return series


def looked_twice(item: Item, first: PoseSeries, cache: Path | None = None, step: int = 1) -> PoseSeries:
    """Return the mean of what was found in pictures and in their mirror images, as in files of who moves.

    Parameters
    ----------
    first
        What was found in every `step`-th picture, or in some that follow each other.
    """
    stored = cache / _key(item, first.model, first.mode, step, "-mirror") if cache else None
    again = _read(stored, first.model, first.mode) if stored and stored.exists() else None
    if again is None:
        again = in_the_mirror(frames(item, step), first, np.ones(len(first), dtype=np.bool_))
        if stored and len(first) * step >= len(item.px):
            _write(stored, again)
    start = int(np.searchsorted(again.index, first.index[0]))
    return together(first, again.part(start, start + len(first)))


def as_photos(item: Item, model: Model) -> PoseSeries:
    """Return some pictures of a clip, evenly apart, each looked at as a photo is."""
    picked, found, seen, size = set(even(len(item.px), PHOTOS).tolist()), [], [], (0, 0)
    with Landmarker(model, Mode.DETECTED) as landmarker:
        for frame in frames(item):
            if frame.index in picked:
                found.append(look_again(landmarker, frame))
                seen.append((frame.time_s, frame.index))
                size = frame.size
    return PoseSeries.of(found, seen, size=size, mode=Mode.DETECTED, model=model)


def camera(item: Item, cache: Path | None = None) -> Camera:
    """Return how the camera stands, read from the upright lines of the item's own pictures as the product does."""
    stored = cache / _key(item, Model.FULL, Mode.DETECTED, 1).replace("-detected", "-stand") if cache else None
    if stored and stored.exists():
        with np.load(stored) as kept:
            lines = Verticals(*kept["numbers"].tolist(), doubt=Doubt[str(kept["doubt"])])
    else:
        lines = _lines(item, poses(item, Model.FULL, item.modes[0], cache))
        if stored:
            numbers = (lines.roll_deg, lines.roll_err_deg, lines.pitch_deg, lines.pitch_err_deg)
            np.savez_compressed(stored, numbers=np.array(numbers), doubt=lines.doubt.name)
    return combined([from_lines(lines)]).of(Camera(focal_px=item.focal_px))


def _lines(item: Item, series: PoseSeries) -> Verticals:
    picked = set(even(len(series)).tolist())
    pictures = [frame for frame in frames(item) if frame.index in picked]
    people = series.points_px[[frame.index for frame in pictures]]
    return roll_from_lines([frame.image for frame in pictures], people_px=people, focal_px=item.focal_px)


def even(n: int, most: int = MAX_PICTURES) -> NDArray[np.intp]:
    """Return the numbers of at most so many pictures out of n, evenly apart."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).astype(np.intp))


def frames(item: Item, step: int = 1) -> Iterator[Frame]:
    """Decode one item."""
    if item.rate_hz is None:
        with Image.open(item.path) as photo:
            yield Frame(np.asarray(photo.convert("RGB")), 0.0, 0)
        return
    with av.open(str(item.path)) as container:
        start_s = None
        for index, picture in enumerate(container.decode(video=0)):
            start_s = picture.time if start_s is None else start_s
            if index % step == 0:
                yield Frame(picture.to_ndarray(format="rgb24").astype(np.uint8), picture.time - start_s, index)


def _key(item: Item, model: Model, mode: Mode, step: int, how: str = "") -> str:
    digest = hashlib.sha256(item.path.read_bytes()).hexdigest()[:16]
    every = f"-every{step}" if step > 1 else "-looks" if item.rate_hz is None else ""
    return f"{model.value}-{mode.value}{every}{how}-mediapipe{version('mediapipe')}-{digest}.npz"


_ARRAYS = tuple(f.name for f in fields(PoseSeries) if f.name not in ("mode", "model"))


def _read(path: Path, model: Model, mode: Mode) -> PoseSeries:
    with np.load(path) as stored:
        table: dict[str, Any] = {name: stored[name] for name in _ARRAYS if name in stored}
    return PoseSeries(int(table.pop("width")), int(table.pop("height")), mode, model, **table)


def _write(path: Path, series: PoseSeries) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.npz")
    arrays = {name: getattr(series, name) for name in _ARRAYS}
    np.savez_compressed(part, **{name: values for name, values in arrays.items() if values is not None})
    part.replace(path)


# The truth under the product's names ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Axes:
    """The subject's own directions, (n, 3) each: the pelvis gives the heading, gravity the vertical."""

    left: Floats
    forward: Floats

    def sagittal(self, v: Floats) -> tuple[Floats, Floats]:
        """Return the parts of (n, 3) vectors to the front and up."""
        return np.sum(v * self.forward, axis=1), v[:, 2]

    def frontal(self, v: Floats) -> tuple[Floats, Floats]:
        """Return the parts to the person's left and up."""
        return np.sum(v * self.left, axis=1), v[:, 2]


def axes(item: Item) -> Axes:
    """Return the subject frame of every picture."""
    left = point(item, "left_hip") - point(item, "right_hip")
    left[:, 2] = 0.0
    left /= np.linalg.norm(left, axis=1, keepdims=True)
    return Axes(left, np.cross(left, (0.0, 0.0, 1.0)))


def point(item: Item, name: str) -> Floats:
    """Return (n, 3) metres of a point; `mid_hip` is the middle of left_hip and right_hip."""
    if name.startswith("mid_"):
        joint = name.removeprefix("mid_")
        return (point(item, f"left_{joint}") + point(item, f"right_{joint}")) / 2.0
    return item.world[:, Landmark[name.upper()]]


def body_yaw_deg(item: Item) -> Floats:
    """Return (n,) truth of `body_yaw_deg`: where the camera stands around the person, + at his left."""
    own = axes(item)
    to_camera = item.camera_position - point(item, "mid_hip")
    return direction_deg(np.sum(to_camera * own.left, axis=1), np.sum(to_camera * own.forward, axis=1))


def true_values(item: Item) -> dict[str, Floats]:
    """Return (n,) truth by public name, in the product's unit and sign, before anything relative is taken off."""
    a, own = item.angles, axes(item)
    valid = np.abs(a["head_pitch_down"]) <= HEAD_YAW_VALID_DEG
    hip, whole = point(item, "mid_hip"), point(item, "mid_ear") - point(item, "mid_ankle")
    foot = np.minimum(point(item, "left_ankle")[:, 2], point(item, "right_ankle")[:, 2])
    on_feet = hip[:, 2] - foot >= ON_FEET * np.linalg.norm(point(item, "mid_shoulder") - hip, axis=1)
    stands = on_feet & (whole[:, 2] > np.linalg.norm(whole, axis=1) * np.cos(np.radians(MAX_LEAN_DEG)))
    table = {
        "trunk_inclination_deg": a["trunk_sag"],
        "neck_inclination_deg": a["neck_sag"],
        "neck_trunk_angle_deg": a["neck_rel_trunk"],
        "head_pitch_deg": a["head_pitch_down"],
        "head_trunk_flexion_deg": a["head_pitch_down"] - a["trunk_sag"],
        "body_lean_deg": np.where(stands, direction_deg(*own.sagittal(whole)), np.nan),
        "hip_forward_offset_ratio": np.where(stands, _hip_forward_offset(item, own), np.nan),
        "lateral_trunk_lean_deg": -a["trunk_front"],
        "shoulder_obliquity_deg": -a["shoulder_obliq"],
        "pelvic_obliquity_deg": -a["hip_obliq"],
        "head_roll_deg": a["head_tilt"],
        "head_yaw_deg": np.where(valid, a["shoulder_axial_rot"] - a["head_yaw"], np.nan),
        "viewing_distance_cm": _viewing_distance_cm(item),
        **_in_the_picture(item),
    }
    for side in ("left", "right"):
        table |= {name.format(side): value for name, value in _limb_values(item, own, side).items()}
    return table


def _limb_values(item: Item, own: Axes, side: str) -> dict[str, Floats]:
    a, letter = item.angles, side[0].upper()
    arm = point(item, f"{side}_elbow") - point(item, f"{side}_shoulder")
    trunk = point(item, "mid_shoulder") - point(item, "mid_hip")
    ahead, rise = own.sagittal(arm)
    return {
        "hip_flexion_{}_deg": a[f"hip_flex_sag_{letter}"],
        "knee_flexion_{}_deg": a[f"knee_flex_{letter}"],
        "ankle_dorsiflexion_{}_deg": 90.0 - a[f"ankle_angle_{letter}"],
        "elbow_flexion_{}_deg": 180.0 - a[f"elbow_angle_{letter}"],
        "shoulder_flexion_{}_deg": wrapped_deg(direction_deg(ahead, -rise) + a["trunk_sag"], lowest=-90.0),
        "upper_arm_elevation_{}_deg": angle_between_deg(arm, -trunk),
        "knee_valgus_{}_deg": _knee_valgus(item, own, side),
    }


def _knee_valgus(item: Item, own: Axes, side: str) -> Floats:
    """Thigh against shank in the subject's frontal plane, + knee inward."""
    outward = 1.0 if side == "left" else -1.0
    hip, knee, ankle = (point(item, f"{side}_{joint}") for joint in ("hip", "knee", "ankle"))
    (thigh_left, thigh_up), (shank_left, shank_up) = own.frontal(knee - hip), own.frontal(ankle - knee)
    thigh = direction_deg(thigh_left * outward, -thigh_up)
    return wrapped_deg(direction_deg(shank_left * outward, -shank_up) - thigh)


def _hip_forward_offset(item: Item, own: Axes) -> Floats:
    """How far the hip lies ahead of the line shoulder-ankle in the sagittal plane, over its length."""
    shoulder = point(item, "mid_shoulder")
    line = np.stack(own.sagittal(point(item, "mid_ankle") - shoulder), axis=1)
    hip = np.stack(own.sagittal(point(item, "mid_hip") - shoulder), axis=1)
    ratio: Floats = (line[:, 0] * hip[:, 1] - line[:, 1] * hip[:, 0]) / np.sum(line * line, axis=1)
    return ratio


def _viewing_distance_cm(item: Item) -> Floats:
    eyes = (point(item, "left_eye") + point(item, "right_eye")) / 2.0
    away = 100.0 * np.asarray(np.linalg.norm(eyes - item.camera_position, axis=1), dtype=np.float64)
    return np.where(away <= DESK_CM, away, np.nan)


def _in_the_picture(item: Item) -> dict[str, Floats]:
    """Lengths that are defined in the picture: from the true points in pixels."""
    left, right = item.px[:, Landmark.LEFT_SHOULDER], item.px[:, Landmark.RIGHT_SHOULDER]
    shoulder, width = middle(left, right), np.linalg.norm(left - right, axis=1)
    ear = middle(item.px[:, Landmark.LEFT_EAR], item.px[:, Landmark.RIGHT_EAR])
    hip = middle(item.px[:, Landmark.LEFT_HIP], item.px[:, Landmark.RIGHT_HIP])
    return {
        "neck_length_ratio": (shoulder[:, 1] - ear[:, 1]) / width,
        "slump_ratio": np.asarray(np.linalg.norm(shoulder - hip, axis=1), dtype=np.float64),
    }


# What plain landmarks give: the yardstick -------------------------------------------------------------------------


def plain_pixels(item: Item, series: PoseSeries) -> dict[str, Floats]:
    """Return (n,) raw values by public name, from the picture's points: the same definitions, and the same signs.

    A knee is signed here too. Folding its sign, as an angle between two lines does, would hide every reading of a
    straight knee as overstretched, and no rendered person overstretches one.
    """
    nowhere = np.full(len(series), View.UNKNOWN, dtype=object)
    body = build(series, body_yaw_deg(item)[series.index], nowhere, NO_OFFSETS)
    values = {row.name: row.compute(body) for row in TABLE}
    eyes_px = np.linalg.norm(body.point(Landmark.LEFT_EYE) - body.point(Landmark.RIGHT_EYE), axis=1)
    values |= {
        "head_roll_deg": -obliquity_deg(body.point(Landmark.LEFT_EAR), body.point(Landmark.RIGHT_EAR)),
        "head_yaw_deg": np.full(len(series), np.nan),
        "viewing_distance_cm": 6.3 * item.focal_px / eyes_px,
    }
    for side in Side:
        shoulder, elbow = (body.of_side(joint, side) for joint in ("shoulder", "elbow"))
        trunk = body.mid_hip - body.mid_shoulder
        values[f"upper_arm_elevation_{side}_deg"] = angle_between_deg(elbow - shoulder, trunk)
    return values


def plain_world(item: Item, series: PoseSeries) -> dict[str, Floats]:
    """Return (n,) raw values by public name, from the network's world points."""
    x, down, away = np.moveaxis(series.world, 2, 0)
    level = np.stack([x, away, -down], axis=2)
    found = replace(item, world=level, px=item.px[series.index])
    values = true_values(replace(found, angles=angles_of_points(found)))
    return values | {name: np.full(len(series), np.nan) for name in NOT_IN_DEPTH}


def angles_of_points(item: Item) -> dict[str, Floats]:
    """Return (n,) by the renderer's names: its definitions, from points alone."""
    own = axes(item)
    trunk = point(item, "mid_shoulder") - point(item, "mid_hip")
    neck = point(item, "mid_ear") - point(item, "mid_shoulder")
    gaze = middle(point(item, "left_eye_outer"), point(item, "right_eye_outer")) - point(item, "mid_ear")
    face = point(item, "nose") - point(item, "mid_ear")
    ahead, rise = own.sagittal(gaze)
    table = {
        "trunk_sag": direction_deg(*own.sagittal(trunk)),
        "trunk_front": direction_deg(*own.frontal(trunk)),
        "neck_sag": direction_deg(*own.sagittal(neck)),
        "head_pitch_down": direction_deg(-rise, ahead),
        "head_yaw": direction_deg(own.frontal(face)[0], own.sagittal(face)[0]),
        "shoulder_axial_rot": _heading_deg(item, "shoulder") - _heading_deg(item, "hip"),
    }
    table["neck_rel_trunk"] = wrapped_deg(table["neck_sag"] - table["trunk_sag"])
    for name, pair in (("head_tilt", "ear"), ("shoulder_obliq", "shoulder"), ("hip_obliq", "hip")):
        line = point(item, f"left_{pair}") - point(item, f"right_{pair}")
        table[name] = direction_deg(line[:, 2], np.linalg.norm(line[:, :2], axis=1))
    for side in ("left", "right"):
        table |= _limb_angles(item, own, side, table["trunk_sag"])
    return table


def _limb_angles(item: Item, own: Axes, side: str, trunk_sag: Floats) -> dict[str, Floats]:
    hip, knee, ankle, heel, toe, shoulder, elbow, wrist = (
        point(item, f"{side}_{joint}")
        for joint in ("hip", "knee", "ankle", "heel", "foot_index", "shoulder", "elbow", "wrist")
    )
    ahead, rise = own.sagittal(knee - hip)
    letter = side[0].upper()
    return {
        f"hip_flex_sag_{letter}": wrapped_deg(direction_deg(ahead, -rise) + trunk_sag),
        f"knee_flex_{letter}": 180.0 - angle_between_deg(hip - knee, ankle - knee),
        f"ankle_angle_{letter}": angle_between_deg(knee - ankle, toe - heel),
        f"elbow_angle_{letter}": angle_between_deg(shoulder - elbow, wrist - elbow),
    }


def _heading_deg(item: Item, pair: str) -> Floats:
    """Return where the line right → left points, seen from above."""
    line = point(item, f"left_{pair}") - point(item, f"right_{pair}")
    return direction_deg(line[:, 1], line[:, 0])


def options(about: str) -> argparse.ArgumentParser:
    """Return the options that every command here has."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Model, default=Model.FULL, choices=list(Model))
    parser.add_argument("--cache", type=Path, help="folder that keeps what the network found")
    return parser


def main() -> None:
    """Fill a cache folder."""
    parser = options("Run the pose network over the ground truth and keep what it found.")
    parser.add_argument("--mode", type=Mode, choices=list(Mode), help="one mode; else both")
    args = parser.parse_args()
    for item in items():
        for mode in item.modes if args.mode is None else set(item.modes) & {args.mode}:
            start = time.perf_counter()
            found = poses(item, args.model, mode, args.cache)
            if item.moves:
                looked_twice(item, found, args.cache)
            print(f"{item.id} {mode} {len(found)} frames {time.perf_counter() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
