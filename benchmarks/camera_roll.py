"""How well the camera's stand is known: roll and pitch from lines, roll from standing, its height, the floor's scale.

The rendered cameras have no roll, so every still is also turned in the plane by known angles, about its middle and cut
to where nothing is empty: that is what a rolled camera sees. The person is masked by the points that the network finds,
as in the product. Taking the camera as level would be wrong by the turn itself.

Error is told minus true; `cover` is the share whose 95 % interval holds the truth. The interval also allows for what
real rooms have and these have not: door frames out of plumb, lenses that bend. The last two tables of lines are of
those that are not used: what believing them would give, and so how much they may doubt a level camera.
"""

from __future__ import annotations

import functools
import json
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.truth import DATA, Item, even, frames, items, options, poses
from posture_coach.measures.calibration import LEVEL, Camera, UprightFrom, levelled
from posture_coach.measures.floor import camera_height_m, metres_per_px
from posture_coach.measures.upright import from_standing
from posture_coach.pose.types import Landmark, Model, Picture, PoseSeries
from posture_coach.pose.verticals import USUAL_ROLL_DEG, Doubt, Verticals, roll_from_lines

Floats = NDArray[np.float64]

TURNS_DEG = (-1.5, -0.7, 0.0, 0.7, 1.5)
BEYOND_DEG = (-6.0, -4.0, -3.0, 3.0, 4.0, 6.0)
"""Rolls for which more lines are asked."""
STANDING = ("neutral", "still")
HEADER = f"{'':18} {'n':>4} {'used':>6} {'median':>7} {'p95':>6} {'max':>6} {'half':>6} {'cover':>6}   refused because"


class Try(NamedTuple):
    """One answer: where, error, half-width, and why it is not to be used (empty where it is)."""

    cell: str
    error: float
    half_width: float
    refused: str


def main() -> None:
    """Print the tables."""
    args = options(__doc__ or "").parse_args()
    truth = items()
    stands = {item.id: stand_of(item) for item in truth}
    print(f"model {args.model} for the persons' points; degrees")
    told = list(_lines(truth, stands, args.model, args.cache, TURNS_DEG))
    table("Roll from upright lines", [roll for roll, _ in told])
    table("Pitch from upright lines, focal length known", [pitch for _, pitch in told])
    level = [Try(roll.cell, turn, math.nan, "") for (roll, _), turn in zip(told, _turns(truth), strict=True)]
    table("The same, taken as level", level)
    beyond = [roll for roll, _ in _lines(truth, stands, args.model, args.cache, BEYOND_DEG)]
    table(f"Roll of 3 to {BEYOND_DEG[-1]:g} degrees: beyond {USUAL_ROLL_DEG:g} more lines are asked", beyond)
    table("The same, if the usual number of lines were enough", list(_believing(Doubt.FAR, beyond)))
    doubted = [one for one in [*(roll for roll, _ in told), *beyond] if one.refused == _why(Doubt.CONTRADICTORY)]
    table("Lines that contradict each other: the largest bundle", list(_believing(Doubt.CONTRADICTORY, doubted)))
    table("Roll from a person standing", list(_standing(truth, args.model, args.cache)))
    _floor(truth, stands, args.model, args.cache)


@functools.cache
def _still_turns() -> dict[str, Floats]:
    rows = map(json.loads, (DATA / "truth" / "truth.jsonl").read_text(encoding="utf-8").splitlines())
    return {row["id"]: np.array(row["camera"]["R_world_to_cam"]) for row in rows}


def world_to_camera(item: Item) -> Floats:
    """Return the (3, 3) turn from world axes (z up) to the camera's (x right, y down, z ahead)."""
    if item.rate_hz is None:
        return _still_turns()[item.id]
    clip = json.loads(item.path.with_suffix(".json").read_text(encoding="utf-8"))
    return np.array(clip["camera_first_frame"]["R_world_to_cam"])


def stand_of(item: Item) -> Camera:
    """Return how the item's camera truly stands, as if somebody had measured it to half a degree."""
    up = world_to_camera(item) @ [0.0, 0.0, 1.0]
    roll_deg, pitch_deg = np.degrees([np.arctan2(-up[0], -up[1]), np.arcsin(up[2])]).tolist()
    return Camera(roll_deg, pitch_deg, 0.5, UprightFrom.CLICKED, item.focal_px, pitch_err_deg=0.5)


def turned(picture: Picture, points_px: Floats, deg: float) -> tuple[Picture, Floats]:
    """Return picture and points as a camera rolled clockwise by so much sees them."""
    if not deg:
        return picture, points_px
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), deg, 1.0)
    whole = cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_CUBIC)
    sine = math.sin(math.radians(abs(deg)))
    x, y = math.ceil(height / 2 * sine) + 2, math.ceil(width / 2 * sine) + 2
    return np.ascontiguousarray(whole[y : height - y, x : width - x]), points_px @ turn[:, :2].T + turn[:, 2] - [x, y]


def _turns(truth: Sequence[Item]) -> list[float]:
    return [deg for item in truth for deg in (TURNS_DEG if item.rate_hz is None else (0.0,))]


def _lines(
    truth: Sequence[Item], stands: dict[str, Camera], model: Model, cache: Path | None, turns_deg: Sequence[float]
) -> Iterator[tuple[Try, Try]]:
    """Yield roll and pitch of every still at every turn, and of every clip as it is."""
    for item in truth:
        series = poses(item, model, item.modes[0], cache)
        picked = set(even(len(series)).tolist())
        seen = [frame.image for frame in frames(item) if frame.index in picked]
        people = series.points_px[sorted(picked)]
        true = stands[item.id]
        for deg in turns_deg if item.rate_hz is None else [0.0] * (turns_deg is TURNS_DEG):
            pairs = [turned(picture, points, deg) for picture, points in zip(seen, people, strict=True)]
            told = roll_from_lines(
                [picture for picture, _ in pairs], people_px=np.array([points for _, points in pairs]),
                focal_px=item.focal_px,
            )  # fmt: skip
            yield _tries(_place(item), told, true, deg)


def _why(doubt: Doubt) -> str:
    return "" if doubt is Doubt.NONE else doubt.name.lower()


def _believing(doubt: Doubt, tries: Sequence[Try]) -> Iterator[Try]:
    """Yield the answers with those used that were refused for this."""
    for one in tries:
        yield one._replace(refused="") if one.refused == _why(doubt) else one


def _tries(cell: str, told: Verticals, true: Camera, deg: float) -> tuple[Try, Try]:
    why = _why(told.doubt)
    if told.doubt is Doubt.FEW:
        return Try(cell, math.nan, math.nan, why), Try(cell, math.nan, math.nan, why)
    return (
        Try(cell, told.roll_deg - true.roll_deg - deg, told.roll_err_deg, why),
        Try(cell, told.pitch_deg - true.pitch_deg, told.pitch_err_deg, why),
    )


def _place(item: Item) -> str:
    return f"{item.cell}{' clips' if item.rate_hz else ''}"


def table(title: str, tries: Sequence[Try]) -> None:
    """Print a table by camera place, and its sum."""
    print(f"\n{title}\n{HEADER}")
    cells: dict[str, list[Try]] = defaultdict(list)
    for one in tries:
        cells[one.cell].append(one)
    for cell, some in [*sorted(cells.items()), ("all", list(tries))]:
        print(_row(cell, some))


def _row(cell: str, tries: Sequence[Try]) -> str:
    used = [one for one in tries if not one.refused]
    reasons: dict[str, int] = defaultdict(int)
    for one in tries:
        if one.refused:
            reasons[one.refused] += 1
    because = ", ".join(f"{name} {count}" for name, count in sorted(reasons.items()))
    head = f"{cell:18} {len(tries):4d} {100 * len(used) / len(tries):5.0f}%"
    if not used:
        return f"{head}{'':36}   {because}"
    error, half = np.abs([one.error for one in used]), np.array([one.half_width for one in used])
    cover = f"{100 * np.mean(error <= half):5.0f}%" if not np.isnan(half).any() else f"{'-':>6}"
    numbers = f"{np.median(error):7.3f} {np.percentile(error, 95):6.3f} {error.max():6.3f} {np.median(half):6.2f}"
    return f"{head} {numbers} {cover}   {because}"


def _long(series: PoseSeries) -> PoseSeries:
    """Return ten seconds of a still."""
    if len(series) > 1:
        return series
    more = {name: np.repeat(getattr(series, name), 100, axis=0) for name in
            ("index", "points_px", "world", "visibility", "presence")}  # fmt: skip
    return replace(series, time_s=np.arange(100) / 10.0, **more)


def _standing(truth: Sequence[Item], model: Model, cache: Path | None) -> Iterator[Try]:
    for item in truth:
        if item.group == "B" and item.pose in STANDING:
            told = from_standing(_long(poses(item, model, item.modes[0], cache)), LEVEL)
            yield Try(
                _place(item), told.roll_deg, told.roll_err_deg, "not standing, or oblique" if told.refusal else ""
            )


def _floor(truth: Sequence[Item], stands: dict[str, Camera], model: Model, cache: Path | None) -> None:
    """Print the error of the camera's height (metres) and of the scale at the feet (percent), roll and pitch given."""
    bodies = json.loads((DATA / "truth" / "bodies.json").read_text(encoding="utf-8"))
    heights, scales = [], []
    for item in truth:
        if item.group != "C" and not (item.group == "B" and item.pose in STANDING):
            continue
        series = poses(item, model, item.modes[0], cache)
        height = camera_height_m(series, bodies[item.body]["stature_m"], stands[item.id])
        why = "no height" if height.reason else ""
        heights.append(Try(_place(item), height.value_m - item.camera_position[2], height.err_m, why))
        off = _scale_errors(item, series, height.of(stands[item.id]))
        scales += [Try(_place(item), error, math.nan, "") for error in off[~np.isnan(off)].tolist()]
    table("Height of the camera, metres", heights)
    table("Scale at the lower foot, percent", scales)


def _scale_errors(item: Item, series: PoseSeries, camera: Camera) -> Floats:
    """Return (n,) percent by which a pixel at the foot that stands is taken for too much."""
    ankles = [Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE]
    rows = levelled(series, camera).points_px[:, ankles, 1]
    lower = np.argmax(np.nan_to_num(rows), axis=1)
    told, _ = metres_per_px(camera, rows[np.arange(len(rows)), lower], (series.width, series.height))
    to_foot = item.world[series.index][np.arange(len(rows)), np.array(ankles)[lower]] - item.camera_position
    ahead = world_to_camera(item)[2] * [1.0, 1.0, 0.0]
    return np.asarray(100.0 * (told * item.focal_px / (to_foot @ ahead / np.linalg.norm(ahead)) - 1.0))


if __name__ == "__main__":
    main()
