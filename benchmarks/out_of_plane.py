"""What leaning out of the measured plane does: sideways where flexion is measured, forward where side lean is.

First, how far the network's depth has the trunks of rendered people lean to the side and forward, less the truth: what
it says beyond is believed, as an error (`OUT_OF_PLANE_DEG` in `posture_coach/measures/uncertainty.py`).

Then, with `--cameras FOLDER`, one real man filmed by four calibrated cameras at once while he walks on a treadmill and
bends far to the side on one leg: `Demo_SinglePerson` of the Python package pose2sim (0.10.49; BSD-3-Clause), which
`pip download --no-deps pose2sim` fetches and `unzip` opens. His joints are the points that the network finds in all
four, put together in space; the picture points miss them by 14 pixels, 3 cm, so they are a reference for errors of
more than three degrees alone, and share what the network always draws wrong. Each camera is analysed by itself, as it
stands (two are rolled by 13 and 26 degrees, which no line in the picture tells surely), and with its roll and pitch
as calibrated.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.truth import Item, camera, items, options, poses, true_values
from posture_coach.batch.analyse import Analysis, Settings, analyse
from posture_coach.geometry import HALF_TURN_DEG, angle_between_deg, direction_deg, middle
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.calibration import Camera, UprightFrom, levelled
from posture_coach.measures.measurer import Measurer
from posture_coach.measures.scene import scene
from posture_coach.measures.types import MeasureSeries, Side
from posture_coach.measures.uncertainty import lean
from posture_coach.measures.view import ViewTracker
from posture_coach.pose.types import Landmark, Model

Floats = NDArray[np.float64]

PICTURES = 50
"""Of a clip, evenly apart."""
SUBPIXELS = 64.0
"""In which Qualisys counts a camera's pixels."""
MM_PER_M = 1000.0
AGREE_PX = 25.0
"""A camera that sees a joint further off than this from where all four have it is left out of it."""
LEAST_CAMERAS = 4


def of_rendered(model: Model, cache: Path | None) -> Iterator[str]:
    """Yield, by group and camera place, the errors of both leans by world points."""
    errors: dict[str, list[Floats]] = {}
    for item in items():
        errors.setdefault(item.cell, []).extend(_lean_errors(item, model, cache))
    yield f"{'':12}{'pictures':>9}{'aside: median':>15}{'p90':>6}{'p95':>6}{'forward: median':>17}{'p90':>6}{'p95':>6}"
    for cell, found in sorted(errors.items()):
        aside, ahead = np.abs(np.vstack(found)).T
        told = [*np.nanpercentile(aside, (50, 90, 95)), *np.nanpercentile(ahead, (50, 90, 95))]
        widths = (15, 6, 6, 17, 6, 6)
        yield f"{cell:12}{len(aside):9}" + "".join(f"{one:{wide}.1f}" for one, wide in zip(told, widths, strict=True))


def _lean_errors(item: Item, model: Model, cache: Path | None) -> Iterator[Floats]:
    """Yield (n, 2) errors to the side and forward, where the trunk is within 60 degrees of upright."""
    truth = true_values(item)
    upright = np.abs(truth["trunk_inclination_deg"]) <= 60.0
    for mode in item.modes:
        series = poses(item, model, mode, cache)
        level = levelled(series, camera(item, cache))
        ahead, aside = lean(scene(level, series, ViewTracker(), shipped_accuracy()).skeleton)
        off = np.column_stack([aside - truth["lateral_trunk_lean_deg"], ahead - truth["trunk_inclination_deg"]])
        yield off[upright][:: max(1, len(off) // PICTURES)]


# Four cameras -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Calibrated:
    """One camera: pixels per unit of the image plane, distortion, and from the world's metres (z up) to its own."""

    matrix: Floats
    distortion: Floats
    turn: Floats
    shift: Floats

    @property
    def place(self) -> Floats:
        """(3,) where it stands."""
        return np.asarray(-self.turn.T @ self.shift)

    @property
    def stand(self) -> Camera:
        """Return its roll, pitch and focal length as the product has them."""
        x, y, z = (self.turn @ (0.0, 0.0, -1.0)).tolist()
        roll, pitch = np.degrees([np.arctan2(x, y), -np.arcsin(z)]).tolist()
        return Camera(
            roll, pitch, 0.3, UprightFrom.CLICKED, focal_px=float(self.matrix[0, 0]), pitch_err_deg=0.3,
        )  # fmt: skip


def calibrated(file: Path) -> list[Calibrated]:
    """Read a calibration that Qualisys wrote."""
    flip = np.diag([1.0, -1.0, -1.0])  # its cameras look along -z, y up
    found = []
    for row in ElementTree.parse(file).getroot().iter("camera"):
        inner, outer = (_numbers(row.find(name)) for name in ("intrinsic", "transform"))
        focal, centre = (
            np.array([inner[f"{what}U"], inner[f"{what}V"]]) / SUBPIXELS for what in ("focalLength", "centerPoint")
        )
        matrix = np.array([[focal[0], 0.0, centre[0]], [0.0, focal[1], centre[1]], [0.0, 0.0, 1.0]])
        bends = ("radialDistortion1", "radialDistortion2", "tangentalDistortion1", "tangentalDistortion2")
        turn = flip @ np.array([[outer[f"r{i}{j}"] for j in (1, 2, 3)] for i in (1, 2, 3)])
        place = np.array([outer[axis] for axis in "xyz"]) / MM_PER_M
        found.append(Calibrated(matrix, np.array([inner[name] for name in bends]) / SUBPIXELS, turn, -turn @ place))
    return found


def _numbers(row: Any) -> dict[str, float]:
    return {name: float(value) for name, value in row.attrib.items()}


def joints(cameras: Sequence[Calibrated], found: Sequence[Analysis]) -> tuple[Floats, Floats]:
    """Return (n, 33, 3) metres of every point, and (n, 33, cameras) pixels by which each camera's own point is off."""
    n = min(len(one.raw) for one in found)
    rays = np.array([
        cv2.undistortPoints(one.raw.points_px[:n].reshape(-1, 1, 2), of.matrix, of.distortion).reshape(n, -1, 2)
        for of, one in zip(cameras, found, strict=True)
    ])  # fmt: skip
    flat = np.moveaxis(rays, 0, 2).reshape(-1, len(cameras), 2)
    put = [_put_together(cameras, one) for one in flat]
    return np.array([at for at, _ in put]).reshape(n, -1, 3), np.array([off for _, off in put]).reshape(
        n, -1, len(cameras)
    )


def _put_together(cameras: Sequence[Calibrated], rays: Floats) -> tuple[Floats, Floats]:
    """Return (3,) the point nearest to all rays (cameras, 2), and (cameras,) pixels; one camera far off is left out."""
    seeing = ~np.isnan(rays).any(axis=1)
    if seeing.sum() < LEAST_CAMERAS:
        return np.full(3, np.nan), np.full(len(cameras), np.nan)
    at, off = _nearest(cameras, rays, seeing)
    if np.max(off) > AGREE_PX:
        seeing[np.argmax(off)] = False
        at, off = _nearest(cameras, rays, seeing)
    return at, off


def _nearest(cameras: Sequence[Calibrated], rays: Floats, seeing: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    planes = [np.column_stack([one.turn, one.shift]) for one in cameras]
    rows = [
        ray[i] * plane[2] - plane[i] for plane, ray, ok in zip(planes, rays, seeing, strict=True) if ok for i in (0, 1)
    ]
    last = np.linalg.svd(np.array(rows))[2][-1]
    at = last[:3] / last[3]
    seen = np.array([plane @ [*at, 1.0] for plane in planes])
    focal = np.array([one.matrix[0, 0] for one in cameras])
    return at, np.hypot(*(seen[:, :2] / seen[:, 2:] - rays).T) * focal


def reference(at: Floats) -> tuple[dict[str, Floats], Floats, Floats]:
    """Return (n,) angles of the joints (n, 33, 3) by public name, and (n, 3) the man's own left and forward."""
    hips, shoulders = (at[:, [Landmark[f"LEFT_{joint}"], Landmark[f"RIGHT_{joint}"]]] for joint in ("HIP", "SHOULDER"))
    across = [pair[:, 0] - pair[:, 1] for pair in (hips, shoulders)]
    left = np.sum([line / np.linalg.norm(line, axis=1)[:, None] for line in across], axis=0)
    left[:, 2] = 0.0
    left /= np.linalg.norm(left, axis=1)[:, None]
    forward = np.cross(left, (0.0, 0.0, 1.0))
    trunk = shoulders.mean(axis=1) - hips.mean(axis=1)
    angles = {
        "trunk_inclination_deg": direction_deg((trunk * forward).sum(axis=1), trunk[:, 2]),
        "lateral_trunk_lean_deg": direction_deg(-(trunk * left).sum(axis=1), trunk[:, 2]),
        "shoulder_obliquity_deg": direction_deg(-across[1][:, 2], np.hypot(across[1][:, 0], across[1][:, 1])),
        "pelvic_obliquity_deg": direction_deg(-across[0][:, 2], np.hypot(across[0][:, 0], across[0][:, 1])),
    }
    for side in Side:
        hip, knee, ankle = (at[:, Landmark[f"{side.name}_{joint}"]] for joint in ("HIP", "KNEE", "ANKLE"))
        angles[f"knee_flexion_{side.value}_deg"] = HALF_TURN_DEG - angle_between_deg(hip - knee, ankle - knee)
        angles[f"hip_flexion_{side.value}_deg"] = HALF_TURN_DEG - angle_between_deg(trunk, knee - hip)
    return angles, left, forward


def of_cameras(folder: Path, model: Model) -> Iterator[str]:
    """Yield what each camera alone says, beside what all four say together."""
    cameras = calibrated(next(folder.glob("calibration/*.qca.txt")))
    found = [analyse(video, Settings(model=model)) for video in sorted(folder.glob("videos/*.mp4"))]
    at, off_px = joints(cameras, found)
    angles, left, forward = reference(at)
    steps = [np.linalg.norm(at[:, one] - at[:, other], axis=1) for one, other in pairwise(_LEFT_LEG)]
    yield (
        f"Points in space miss the drawn ones by {np.nanmedian(off_px):.0f} px; thigh and shank change their length by "
        + (" and ".join(f"{100 * np.nanstd(one) / np.nanmean(one):.0f} %" for one in steps))
    )
    for name in ("trunk_inclination_deg", "lateral_trunk_lean_deg"):
        low, high = np.nanpercentile(angles[name], (0, 100))
        yield f"{name}: {low:.0f} to {high:.0f}"
    for number, (seen_by, one) in enumerate(zip(cameras, found, strict=True), 1):
        to_camera = seen_by.place - middle(at[:, Landmark.LEFT_HIP], at[:, Landmark.RIGHT_HIP])
        yaw = direction_deg((to_camera * left).sum(axis=1), (to_camera * forward).sum(axis=1))
        stand = seen_by.stand
        yield ""
        yield (
            f"Camera {number}: rolled by {stand.roll_deg:.1f}, pitched by {stand.pitch_deg:.1f}, sees the man turned "
            f"by {np.median(yaw):.0f}; told: {one.camera.known_from.value}, roll {one.camera.roll_deg:.1f}"
        )
        yield f"{'':26}{'by itself':>30}{'its stand known':>32}"
        by_itself = Measurer(shipped_accuracy(), None, one.camera).push(one.raw)
        known = Measurer(shipped_accuracy(), None, stand).push(one.raw)
        for name, true in angles.items():
            yield f"{name:26}{_beside(by_itself, name, true)}  {_beside(known, name, true)}"


_LEFT_LEG = (Landmark.LEFT_HIP, Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE)


def _beside(told: MeasureSeries, name: str, true: Floats) -> str:
    """Return in how many pictures a measure has a value, its mean error, its mean half-width and the share inside."""
    column = told.names.index(name)
    off, wide = np.abs(told.value[: len(true), column] - true), told.err[: len(true), column]
    measured = ~np.isnan(off)
    if not measured.any():
        return f"{0:6}{'':24}"
    inside = float(np.mean((off <= wide)[measured]))
    return f"{measured.sum():6}{np.mean(off[measured]):7.1f} ±{np.mean(wide[measured]):5.1f}{inside:8.0%}  "


def main() -> None:
    """Print the tables."""
    parser: argparse.ArgumentParser = options(__doc__)
    parser.add_argument("--cameras", type=Path, metavar="FOLDER", help="Demo_SinglePerson of pose2sim")
    asked = parser.parse_args()
    print(*of_rendered(asked.model, asked.cache), sep="\n")
    if asked.cameras:
        print("", *of_cameras(asked.cameras, asked.model), sep="\n")


if __name__ == "__main__":
    main()
