"""What a second look, in the mirror, gives where somebody walks or exercises: mean error in degrees, one look -> both.

`Bodies weighed alike` is the mean over bodies and recordings as in `benchmarks/accuracy.py`, `pooled` over pictures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.accuracy import CELLS, figures
from benchmarks.errors import Bench, Errors, collect
from benchmarks.truth import MOVING, Item, items, options
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.pose.types import Mode, Model

JOINTS = (
    "trunk_inclination_deg", "neck_inclination_deg", "hip_flexion_deg", "knee_flexion_deg", "lateral_trunk_lean_deg",
    "shoulder_obliquity_deg", "head_roll_deg",
)  # fmt: skip
IN_DEPTH = JOINTS[:4]


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


def main() -> None:
    """Run from the command line."""
    args = options(__doc__ or "").parse_args()
    moving = [item for item in items() if item.group in MOVING]
    for row in rows(moving, args.model, args.cache):
        print(row, flush=True)


if __name__ == "__main__":
    main()
