"""How often the network takes one leg for the other, seen from the side, and what telling them apart gives.

A pair of points counts as taken for each other where it lies nearer to the other legs' true points, by 0.3 of how far
the legs are apart. Before and after `posture_coach.measures.legs.untangled`, over the walks and exercises that are seen
from the side: pictures with knees, and with ankles, taken for each other, and the mean errors of near hip and knee once
the points are smoothed as in a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.errors import Bench, errors_of
from benchmarks.truth import Item, items, options
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.pose.types import Landmark, Mode, Model, PoseSeries

CLEARLY = 0.3
PAIRS = {
    "knees": (Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE),
    "ankles": (Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE),
}
ANGLES = {"hip_flexion_deg": "hip", "knee_flexion_deg": "knee"}
KINDS = {"C": "walking", "D": "exercising"}
NO_WORSE_DEG = 0.05


@dataclass(frozen=True, slots=True)
class AsTold(Bench):
    """Takes the network's word for which leg is which."""

    def legs(self, series: PoseSeries) -> PoseSeries:
        """Return it as it is."""
        return series


def taken_for_the_other(item: Item, series: PoseSeries, pair: Sequence[Landmark]) -> int:
    """Return the number of pictures in which a pair of points lies nearer to the other legs' true ones."""
    true, found = item.px[series.index][:, list(pair)], series.points_px[:, list(pair)]
    as_told, exchanged = (np.linalg.norm(found - side, axis=2).sum(axis=1) for side in (true, true[:, ::-1]))
    apart = np.linalg.norm(true[:, 0] - true[:, 1], axis=1)
    return int((exchanged < as_told - CLEARLY * apart).sum())


def figures(bench: Bench, item: Item, mode: Mode) -> Iterator[tuple[str, float]]:
    """Yield pictures taken for the other by pair, and mean errors by angle, of one clip."""
    told = bench.legs(bench.poses(item, mode))
    for name, pair in PAIRS.items():
        yield name, taken_for_the_other(item, told, pair)
    for joint, errors in errors_of(bench.look(item, mode, 1.0)):
        if joint in ANGLES and (~np.isnan(errors.ours)).any():
            yield ANGLES[joint], float(np.nanmean(np.abs(errors.ours)))


def rows(seen: Iterable[Item], model: Model, cache: Path | None) -> Iterator[str]:
    """Yield a row for each kind and mode."""
    clips = [item for item in seen if item.rate_hz and item.camera == "side" and item.group in KINDS]
    offsets = shipped_accuracy().offsets
    ways = [way(clips, model, list(Mode), cache, 1, lambda _: offsets) for way in (AsTold, Bench)]
    yield f"{'':12}{'':10}{'pictures':>9}" + "".join(f"{name:>15}" for name in (*PAIRS, *ANGLES.values())) + "  worse"
    for group, kind in KINDS.items():
        of = [item for item in clips if item.group == group]
        for mode in Mode:
            found = {item.id: (dict(figures(ways[0], item, mode)), dict(figures(ways[1], item, mode))) for item in of}
            yield f"{kind:12}{mode:10}{sum(len(item.px) for item in of):9}" + _compared(found)


def _compared(found: Mapping[str, tuple[dict[str, float], dict[str, float]]]) -> str:
    """Return sums of pictures and means of clips, before -> after, and the angles that came out worse."""
    ways = list(zip(*found.values(), strict=True))
    cells = [" -> ".join(f"{sum(told[name] for told in way):.0f}" for way in ways) for name in PAIRS]
    cells += [" -> ".join(f"{np.mean([told[name] for told in way]):.1f}" for way in ways) for name in ANGLES.values()]
    worse = [
        f"{clip} {name} {before[name]:.1f} -> {after[name]:.1f}"
        for clip, (before, after) in found.items()
        for name in ANGLES.values()
        if after[name] > before[name] + NO_WORSE_DEG
    ]
    return "".join(f"{cell:>15}" for cell in cells) + "  " + (", ".join(worse) or "none")


def main() -> None:
    """Run from the command line."""
    args = options(__doc__ or "").parse_args()
    for row in rows(items(), args.model, args.cache):
        print(row, flush=True)


if __name__ == "__main__":
    main()
