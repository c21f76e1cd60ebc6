"""What other cameras do to the numbers: every rendered still as if taken askew, aside, dark, grey, small or blurred.

Each photo is changed as its line says and analysed by `posture-coach analyze`, from the file to the written table. Its
true angles stay what they are, but for sides in the mirror. Constants are those that are shipped, which were fitted on
these bodies: judged is what a line differs by from the first. Of real photos no angle is known; each is held against
itself as it was taken.

Errors are mean |found - true| in degrees, every photo the same; `inside` is the share of truths within the printed
interval, `none` that of measures without a number. All three take the line's measures together.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from pyarrow import parquet

from benchmarks.camera_roll import turned
from benchmarks.truth import DATA, Item, body_yaw_deg, frames, items, options, true_values
from posture_coach.pose.files import open_file
from posture_coach.pose.types import Model, Picture

Row = dict[str, float]
"""What was written of one photo, by column."""

TRUNK, NECK, HIP, KNEE = "trunk_inclination_deg", "neck_inclination_deg", "hip_flexion_{}_deg", "knee_flexion_{}_deg"
LEAN, SHOULDERS = "lateral_trunk_lean_deg", "shoulder_obliquity_deg"
PLACES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "side": (("side",), (TRUNK, NECK, HIP, KNEE)),
    "front and back": (("front", "back"), (LEAN, SHOULDERS)),
    "corner": (("oblique",), (TRUNK, NECK, HIP, KNEE)),
}
"""Camera places and what is judged there; of paired measures the near side."""
MIRRORED = (LEAN, SHOULDERS)
"""Measures whose sign changes in the mirror."""
OF_REAL = (TRUNK, NECK, HIP, KNEE, SHOULDERS)
FOCAL_OF_REAL = 1.0
"""Focal length that real photos are taken to have, in their longer sides: a phone's."""
DARK, NOISE = 0.25, 8.0
"""Share of the light, and the standard deviation of its noise, of 255."""
BLUR_PX = 3.0
WIDER = 0.75
"""Share of the focal length by which the person is still in view of a camera that is aimed elsewhere."""
BENT = (-0.15, 0.02, 0.0, 0.0)
"""Radial distortion of a wide webcam: edges of the picture are drawn in."""


class Taken(Protocol):
    """A photo: its name, and the focal length of its lens in pixels."""

    @property
    def id(self) -> str:
        """Name of the file, without its ending."""

    @property
    def focal_px(self) -> float:
        """In pixels."""


@dataclass(frozen=True, slots=True)
class Real:
    """A real photo, of which only the picture is known."""

    id: str
    picture: Picture

    @property
    def focal_px(self) -> float:
        """Assumed, in pixels."""
        return FOCAL_OF_REAL * max(self.picture.shape)


Change = Callable[[Picture, Taken], Picture]


def _way(item: Taken) -> float:
    """Return 1 for some photos and -1 for the others."""
    return 1.0 if sum(item.id.encode()) % 2 else -1.0


def _eye(picture: Picture, focal_px: float) -> NDArray[np.float64]:
    """Return the (3, 3) matrix of a camera that looks through the picture's middle."""
    height, width = picture.shape[:2]
    return np.array([[focal_px, 0.0, width / 2], [0.0, focal_px, height / 2], [0.0, 0.0, 1.0]])


def _turned(deg: float) -> Change:
    """Return what a camera rolled by so much sees, some photos the other way round; cut to where nothing is empty."""

    def change(picture: Picture, item: Taken) -> Picture:
        return turned(picture, np.empty((0, 2)), _way(item) * deg)[0]

    return change


def _aimed(aside_deg: float, up_deg: float) -> Change:
    """Return what a wider lens at the same place sees, aimed so far off; beyond the photo's edge the edge goes on."""

    def change(picture: Picture, item: Taken) -> Picture:
        turn, _ = cv2.Rodrigues(np.radians(_way(item) * np.array([up_deg, aside_deg, 0.0])))
        moved = _eye(picture, WIDER * item.focal_px) @ turn @ np.linalg.inv(_eye(picture, item.focal_px))
        return cv2.warpPerspective(
            picture, moved, picture.shape[1::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )  # fmt: skip

    return change


def _smaller(by: int) -> Change:
    return lambda picture, _: cv2.resize(picture, None, fx=1.0 / by, fy=1.0 / by, interpolation=cv2.INTER_AREA)


def dark(picture: Picture, item: Taken) -> Picture:
    """Return what is left in a quarter of the light, with the noise of it."""
    noise = np.random.default_rng(sum(item.id.encode())).normal(0.0, NOISE, picture.shape)
    return np.clip(DARK * picture + noise, 0.0, 255.0).astype(np.uint8)


def grey(picture: Picture, _item: Taken) -> Picture:
    """Return the picture without colour."""
    return np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)


def _bent(picture: Picture, item: Taken) -> Picture:
    height, width = picture.shape[:2]
    eye = _eye(picture, item.focal_px)
    rows, columns = np.indices((height, width)).astype(np.float32)
    at = np.stack([columns.ravel(), rows.ravel()], axis=1)[:, None]
    source = cv2.undistortPoints(at, eye, np.array(BENT), P=eye).reshape(height, width, 2).astype(np.float32)
    return cv2.remap(picture, source, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


CONDITIONS: dict[str, Change] = {
    "as rendered": lambda picture, _: picture,
    "in the mirror": lambda picture, _: np.ascontiguousarray(picture[:, ::-1]),
    "half as large": _smaller(2),
    "a third as large": _smaller(3),
    "out of focus": lambda picture, _: cv2.GaussianBlur(picture, (0, 0), BLUR_PX),
    "a quarter of the light, and noise": dark,
    "without colour": grey,
    "a lens that bends": _bent,
    "aimed 10° aside": _aimed(10.0, 0.0),
    "aimed 10° up or down": _aimed(0.0, 10.0),
    "rolled by 2°": _turned(2.0),
    "rolled by 4°": _turned(4.0),
    "rolled by 6°": _turned(6.0),
}
MIRROR = "in the mirror"
OTHER = {"left": "right", "right": "left", "": ""}
"""The side that a side is in the mirror."""


@dataclass(frozen=True, slots=True)
class Found:
    """(n,) errors of one measure and their half-widths, NaN where there is none."""

    error: NDArray[np.float64]
    half: NDArray[np.float64]


def analysed(pictures: Iterable[tuple[str, Picture]], model: Model) -> dict[str, Row]:
    """Return what is written of photos by their names; nothing of those that gave no table."""
    with tempfile.TemporaryDirectory() as folder:
        return _analysed(pictures, model, Path(folder))


def _analysed(pictures: Iterable[tuple[str, Picture]], model: Model, folder: Path) -> dict[str, Row]:
    photos, out = folder / "photos", folder / "out"
    photos.mkdir()
    for name, picture in pictures:
        cv2.imwrite(str(photos / f"{name}.png"), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    command = (sys.executable, "-m", "posture_coach", "analyze", str(photos), "--out", str(out), "--model", model.value)
    ended = subprocess.run(command, env=os.environ | {"NO_COLOR": "1"}, capture_output=True, text=True, check=False)
    tables = {path.stem: out / f"{path.stem}.frames.parquet" for path in photos.iterdir()}
    # Photos that cannot be read end it with 1; what it wrote of the others counts.
    if not any(path.exists() for path in tables.values()):
        raise RuntimeError(f"analyze wrote nothing and ended with {ended.returncode}: {ended.stderr}")
    return {name: parquet.read_table(path).to_pylist()[0] for name, path in tables.items() if path.exists()}


def found(stills: Sequence[Item], rows: dict[str, Row], measure: str, *, mirrored: bool) -> Found:
    """Hold one measure of some stills against the truth."""
    errors, halves = [], []
    for item in stills:
        near = "left" if body_yaw_deg(item)[0] > 0 else "right"
        seen = OTHER[near] if mirrored else near
        true = true_values(item)[measure.format(near)][0] * (-1.0 if mirrored and measure in MIRRORED else 1.0)
        row, name = rows.get(item.id, {}), measure.format(seen)
        value, half = (np.nan if (number := row.get(column)) is None else number for column in (name, f"{name}_err"))
        errors.append(value - true)
        halves.append(half)
    return Found(np.array(errors), np.array(halves))


def condition_lines(model: Model) -> Iterator[str]:
    """Yield the lines of the table."""
    heads = [f"{place}: {' / '.join(_title(name) for name in names)} | inside % | none %"
             for place, (_, names) in PLACES.items()]  # fmt: skip
    yield f"| photos | {' | '.join(heads)} |\n|---|{'--:|' * (3 * len(PLACES))}"
    stills = [item for item in items() if item.rate_hz is None and item.camera != "webcam"]
    for name, change in CONDITIONS.items():
        rows = analysed(((item.id, change(next(frames(item)).image, item)) for item in stills), model)
        cells = [_cells(stills, rows, place, mirrored=name == MIRROR) for place in PLACES]
        yield f"| {name} | {' | '.join(cells)} |"


def real_lines(model: Model) -> Iterator[str]:
    """Yield the lines of the table of real photos, each changed photo held against itself as it was taken."""
    shown = list(_real())
    first, *others = (
        (name, analysed(((photo.id, change(photo.picture, photo)) for photo in shown), model))
        for name, change in CONDITIONS.items()
    )
    yield f"| photos | {' / '.join(_title(one) for one in OF_REAL)} | apart | none % | other activity |"
    yield f"|---|{'--:|' * 4}"
    for name, rows in others:
        pairs = [_pairs(first[1], rows, measure, mirrored=name == MIRROR) for measure in OF_REAL]
        both = np.concatenate(pairs)
        means = " / ".join(f"{np.nanmean(np.abs(one[:, 0])):.1f}" for one in pairs)
        apart, told = int(np.sum(np.abs(both[:, 0]) > both[:, 1])), int(np.sum(~np.isnan(both[:, 0])))
        other = sum(first[1][photo]["activity"] != row["activity"] for photo, row in rows.items())
        none = 100.0 * np.mean(np.isnan(both[:, 0]))
        yield f"| {name} | {means} | {apart} of {told} | {none:.0f} | {other} of {len(rows)} |"


def _real() -> Iterator[Real]:
    for line in (DATA / "real" / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        path = DATA / "real" / json.loads(line)["file"]
        if path.parent.name == "photos":
            with open_file(path) as photo:
                yield Real(path.stem, next(iter(photo)).image)


def _pairs(as_taken: dict[str, Row], changed: dict[str, Row], measure: str, *, mirrored: bool) -> NDArray[np.float64]:
    """Return (n, 2): by how much a measure differs that a photo has as it was taken, and both half-widths together."""
    pairs = []
    for (photo, row), side in itertools.product(as_taken.items(), ("left", "right") if "{}" in measure else ("",)):
        name, seen = measure.format(side), measure.format(OTHER[side] if mirrored else side)
        if row[name] is not None:
            now = changed.get(photo, {})
            value, half = (np.nan if (at := now.get(column)) is None else at for column in (seen, f"{seen}_err"))
            sign = -1.0 if mirrored and measure in MIRRORED else 1.0
            pairs.append((sign * value - row[name], half + row[f"{name}_err"]))
    return np.array(pairs).reshape(-1, 2)


def _title(name: str) -> str:
    return {LEAN: "lean", SHOULDERS: "shoulders"}.get(name, name.split("_")[0])


def _cells(stills: Sequence[Item], rows: dict[str, Row], place: str, *, mirrored: bool) -> str:
    cameras, measures = PLACES[place]
    there = [item for item in stills if item.camera in cameras]
    each = [found(there, rows, measure, mirrored=mirrored) for measure in measures]
    error, half = (np.concatenate([getattr(one, part) for one in each]) for part in ("error", "half"))
    told = ~np.isnan(error)
    inside = 100.0 * np.mean(np.abs(error[told]) <= half[told])
    means = " / ".join(f"{np.nanmean(np.abs(one.error)):.1f}" for one in each)
    return f"{means} | {inside:.0f} | {100.0 * np.mean(~told):.0f}"


def main() -> None:
    """Print both tables."""
    model = options(__doc__ or "").parse_args().model
    for line in itertools.chain(condition_lines(model), [""], real_lines(model)):
        print(line, flush=True)


if __name__ == "__main__":
    main()
