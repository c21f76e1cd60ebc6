"""What several looks give: a second one, in the mirror, where somebody walks or exercises; six at each photo.

Of the second, mean error in degrees, one look -> both: `bodies weighed alike` is the mean over bodies and recordings as
in `benchmarks/accuracy.py`, `pooled` over pictures. Of the six, how many agree on a photo: the rendered stills as they
are and turned in the plane, and the real photos.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.accuracy import CELLS, figures
from benchmarks.camera_roll import turned
from benchmarks.errors import Bench, Errors, collect
from benchmarks.truth import DATA, MOVING, Item, items, options
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.pose.files import open_file
from posture_coach.pose.landmarker import Landmarker
from posture_coach.pose.passes import agreeing, every_look
from posture_coach.pose.types import Mode, Model

JOINTS = (
    "trunk_inclination_deg", "neck_inclination_deg", "hip_flexion_deg", "knee_flexion_deg", "lateral_trunk_lean_deg",
    "shoulder_obliquity_deg", "head_roll_deg",
)  # fmt: skip
IN_DEPTH = JOINTS[:4]
TURNS_DEG = (0.0, 2.0, 4.0, 6.0)
PHOTOS = ("*.jpg", "*.jpeg", "*.png", "*.webp")


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


def main() -> None:
    """Run from the command line."""
    args = options(__doc__ or "").parse_args()
    for row in photo_rows([item.path for item in items() if item.rate_hz is None], args.model):
        print(row, flush=True)
    moving = [item for item in items() if item.group in MOVING]
    for row in rows(moving, args.model, args.cache):
        print(row, flush=True)


if __name__ == "__main__":
    main()
