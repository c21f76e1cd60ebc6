"""How often the network takes one leg for the other, seen from the side, and what telling them apart gives.

A pair of points counts as taken for each other where it lies nearer to the other legs' true points, by 0.3 of how far
the legs are apart. Before and after `posture_coach.measures.legs.untangled`, over the walks and exercises that are seen
from the side: pictures with knees, and with ankles, taken for each other, and the mean errors of near hip and knee once
the points are smoothed as in a file.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.errors import Bench, errors_of
from benchmarks.truth import Item, items
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.legs import untangled
from posture_coach.pose.smoothing import smoothed
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

    def read(self, series: PoseSeries) -> PoseSeries:
        """Return it smoothed alone."""
        return smoothed(series)


def taken_for_the_other(item: Item, series: PoseSeries, pair: Sequence[Landmark]) -> int:
    """Return the number of pictures in which a pair of points lies nearer to the other legs' true ones."""
    true, found = item.px[series.index][:, list(pair)], series.points_px[:, list(pair)]
    as_told, exchanged = (np.linalg.norm(found - side, axis=2).sum(axis=1) for side in (true, true[:, ::-1]))
    apart = np.linalg.norm(true[:, 0] - true[:, 1], axis=1)
    return int((exchanged < as_told - CLEARLY * apart).sum())


def figures(bench: Bench, item: Item, mode: Mode) -> Iterator[tuple[str, float]]:
    """Yield pictures taken for the other by pair, and mean errors by angle, of one clip."""
    found = bench.poses(item, mode)
    told = found if isinstance(bench, AsTold) else untangled(found)
    for name, pair in PAIRS.items():
        yield name, taken_for_the_other(item, told, pair)
    for joint, errors in errors_of(bench.look(item, mode, 1.0)):
        if joint in ANGLES and (~np.isnan(errors.ours)).any():
            yield ANGLES[joint], float(np.nanmean(np.abs(errors.ours)))


def rows(seen: Iterable[Item], model: Model, cache: Path | None) -> Iterator[str]:
    """Yield a row for each kind and mode: sums of pictures, means of clips, and the clips that came out worse."""
    clips = [item for item in seen if item.rate_hz and item.camera == "side" and item.group in KINDS]
    offsets = shipped_accuracy().offsets
    ways = [way(clips, model, list(Mode), cache, 1, lambda _: offsets) for way in (AsTold, Bench)]
    yield f"{'':12}{'':10}{'pictures':>9}{'knees':>15}{'ankles':>15}{'hip':>15}{'knee':>15}  worse"
    for group, kind in KINDS.items():
        for mode in Mode:
            of = [item for item in clips if item.group == group]
            table = [[dict(figures(way, item, mode)) for way in ways] for item in of]
            sums = [f"{sum(a[k] for a, _ in table):.0f} -> {sum(b[k] for _, b in table):.0f}" for k in PAIRS]
            means = [
                f"{np.mean([a[k] for a, _ in table]):.1f} -> {np.mean([b[k] for _, b in table]):.1f}"
                for k in ANGLES.values()
            ]
            worse = [
                f"{item.id} {k} {a[k]:.1f} -> {b[k]:.1f}"
                for item, (a, b) in zip(of, table, strict=True)
                for k in ANGLES.values()
                if b[k] > a[k] + NO_WORSE_DEG
            ]
            pictures = sum(len(item.px) for item in of)
            yield (
                f"{kind:12}{mode:10}{pictures:9}"
                + "".join(f"{c:>15}" for c in sums + means)
                + "  "
                + (", ".join(worse) or "none")
            )


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Model, choices=list(Model), default=Model.FULL)
    parser.add_argument("--cache", type=Path, help="folder that keeps what the network found")
    args = parser.parse_args()
    for row in rows(items(), args.model, args.cache):
        print(row, flush=True)


if __name__ == "__main__":
    main()
