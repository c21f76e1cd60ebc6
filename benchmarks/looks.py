"""What several looks give: a second one, in the mirror, where somebody walks or exercises; six at each photo.

Of the second, mean error in degrees, one look -> both: `bodies weighed alike` is the mean over bodies and recordings as
in `benchmarks/accuracy.py`, `pooled` over pictures. Of the six, how many agree on a photo: the rendered stills as they
are and turned in the plane, and the real photos. And what a vague first look is worth: of photos in the dark or without
colour in which the network is not sure of anybody, how many of the other five agree, and how far the trunk's line then
lies from that of the photo as it was; and whether anybody is believed in pieces of the same rooms without people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.accuracy import CELLS, figures
from benchmarks.camera_roll import turned
from benchmarks.conditions import dark, grey
from benchmarks.errors import Bench, Errors, collect
from benchmarks.truth import DATA, MOVING, Item, frames, items, options
from posture_coach.geometry import inclination_deg, middle
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.pose.files import open_file
from posture_coach.pose.landmarker import Landmarker
from posture_coach.pose.passes import LEAST_LOOKS, VAGUE_LOOKS, agreeing, every_look
from posture_coach.pose.types import Frame, Landmark, Mode, Model, Pose

JOINTS = (
    "trunk_inclination_deg", "neck_inclination_deg", "hip_flexion_deg", "knee_flexion_deg", "lateral_trunk_lean_deg",
    "shoulder_obliquity_deg", "head_roll_deg",
)  # fmt: skip
IN_DEPTH = JOINTS[:4]
TURNS_DEG = (0.0, 2.0, 4.0, 6.0)
PHOTOS = ("*.jpg", "*.jpeg", "*.png", "*.webp")
LOOKS_AGAIN = 5
BESIDE, LEAST_PIECE = 0.1, 0.25
"""Of the person's height and of the photo's width: how far a piece of the room stays clear, and how wide it is."""


def rows(moving: Sequence[Item], model: Model, cache: Path | None) -> Iterator[str]:
    """Yield a row for each measure, camera place and mode."""
    offsets = shipped_accuracy().offsets
    bench = Bench(moving, model, list(Mode), cache, 1, lambda _: offsets)
    once, both = (collect(replace(bench, twice=twice))[0] for twice in (False, True))
    yield f"{'':26}{'':13}{'':10}{'pictures':>9}{'weighed alike':>17}{'pooled':>15}"
    for joint in JOINTS:
        for cell in CELLS:
            if ("front" in cell) == (joint in IN_DEPTH):
                continue
            for mode in Mode:
                ways = [_of(errors[joint], cell, mode) for errors in (once, both)]
                if all((~np.isnan(way.ours)).any() for way in ways):
                    alike = " -> ".join(f"{figures(way).mae:.2f}" for way in ways)
                    pooled = " -> ".join(f"{np.nanmean(np.abs(way.ours)):.2f}" for way in ways)
                    yield f"{joint:26}{cell:13}{mode:10}{len(ways[0].ours):9}{alike:>17}{pooled:>15}"


def _of(errors: Errors, cell: str, mode: Mode) -> Errors:
    return errors.of((errors.cell == cell) & (errors.mode == mode))


def agreement(photos: Iterable[Path], model: Model, turn_deg: float = 0.0) -> Counter[int]:
    """Count photos by how many looks agree on who is there; 0 where the first finds nobody."""
    count: Counter[int] = Counter()
    with Landmarker(model, Mode.DETECTED) as network:
        for path in photos:
            with open_file(path) as source:
                frame = next(iter(source))
            image, _ = turned(frame.image, np.empty((0, 2)), turn_deg)
            count[len(agreeing(every_look(network, replace(frame, image=image))[0]))] += 1
    return count


def photo_rows(stills: Sequence[Path], model: Model) -> Iterator[str]:
    """Yield a row for the stills at each turn, and one for the real photos."""
    real = sorted(path for kind in PHOTOS for path in (DATA / "real" / "photos").rglob(kind))
    looks = range(7)
    yield f"{'looks that agree':26}" + "".join(f"{n:5}" for n in looks)
    for name, paths, turns_deg in (("rendered", stills, TURNS_DEG), ("real photos", real, TURNS_DEG[:1])):
        for deg in turns_deg:
            counted = agreement(paths, model, deg)
            yield f"{name + (f', turned by {deg:g}' if deg else ''):26}" + "".join(f"{counted[n]:5}" for n in looks)


def vague_rows(stills: Sequence[Item], model: Model) -> Iterator[str]:
    """Yield a row for the dark and for the grey photos, and one for the rooms without people."""
    counts = range(LEAST_LOOKS, LOOKS_AGAIN + 1)
    yield f"{'not sure of anybody':26}{'photos':>8}{'sure':>6}" + "".join(f"{f'{n} agree: off':>20}" for n in counts)
    with Landmarker(model, Mode.DETECTED) as network:
        for name, change in (("dark", dark), ("grey", grey)):
            sure, off = 0, {n: [] for n in counts}
            for item in stills:
                frame = next(frames(item))
                found, vague = every_look(network, replace(frame, image=change(frame.image, item)))
                same = agreeing(found)
                if vague and len(same) in off:
                    clear = agreeing(every_look(network, frame)[0])
                    off[len(same)].append(abs(_trunk_deg(same) - _trunk_deg(clear)))
                sure += not vague
            yield f"{name:26}{len(stills):8}{sure:6}" + "".join(f"{_spread(off[n]):>20}" for n in counts)
        yield _room_row(stills, network)


def _spread(off: Sequence[float]) -> str:
    return f"{len(off)}: " + (f"{np.median(off):.1f}, {max(off):.1f} deg" if off else "-")


def _trunk_deg(same: Sequence[Pose]) -> float:
    points = np.median([pose.points_px for pose in same], axis=0)
    hip = middle(points[Landmark.LEFT_HIP], points[Landmark.RIGHT_HIP])
    shoulder = middle(points[Landmark.LEFT_SHOULDER], points[Landmark.RIGHT_SHOULDER])
    return float(inclination_deg(hip, shoulder, 1.0))


def _room_row(stills: Sequence[Item], network: Landmarker) -> str:
    pieces = [piece for item in stills for piece in _rooms(next(frames(item)), network)]
    agree = [len(agreeing(every_look(network, piece)[0])) for piece in pieces]
    told = ", ".join(f"{sum(n >= least for n in agree)} with {least}" for least in (1, LEAST_LOOKS, VAGUE_LOOKS))
    return f"pieces of rooms without anybody: {len(pieces)}; somebody found there: {told} looks or more"


def _rooms(frame: Frame, network: Landmarker) -> Iterator[Frame]:
    """Yield what lies beside the person, to the left and to the right."""
    points = np.concatenate([pose.points_px for pose in agreeing(every_look(network, frame)[0])])
    (low, top), (high, bottom) = points.min(axis=0), points.max(axis=0)
    clear, width = BESIDE * (bottom - top), frame.size[0]
    for start, end in ((0, int(low - clear)), (int(high + clear) + 1, width)):
        if end - start >= LEAST_PIECE * width:
            yield replace(frame, image=np.ascontiguousarray(frame.image[:, start:end]))


def main() -> None:
    """Run from the command line."""
    args = options(__doc__ or "").parse_args()
    stills = [item for item in items() if item.rate_hz is None]
    for row in photo_rows([item.path for item in stills], args.model):
        print(row, flush=True)
    for row in vague_rows([item for item in stills if item.camera != "webcam"], args.model):
        print(row, flush=True)
    moving = [item for item in items() if item.group in MOVING]
    for row in rows(moving, args.model, args.cache):
        print(row, flush=True)


if __name__ == "__main__":
    main()
