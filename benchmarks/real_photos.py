"""What the program says of real photos labelled upright, slouched or reclined, and whether the order is right.

The photos lie in the folder `real` beside the ground truth; nobody knows their true angles. Judged is the order alone,
by what each label is about: people who recline lean their trunks further back than upright ones, people who slouch
carry the head further forward.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.truth import DATA
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.measurer import Measurer
from posture_coach.measures.types import Measure
from posture_coach.pose.files import open_file
from posture_coach.pose.landmarker import Landmarker
from posture_coach.pose.passes import look_again
from posture_coach.pose.types import Mode, Model, PoseSeries

ORDERS = (
    ("reclined", "upright", "trunk_inclination_deg"),
    ("upright", "slouched", "neck_inclination_deg"),
)
"""Labels in the order that a measure should put them."""


@dataclass(frozen=True, slots=True)
class Photo:
    """One labelled photo and what was measured in it."""

    name: str
    label: str
    measures: dict[str, Measure]


def photos(model: Model, data: Path = DATA) -> Iterator[Photo]:
    """Measure every labelled photo of somebody who sits."""
    for line in (data / "real" / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        labels = row["labels"]
        if row["file"].startswith("photos/sit") and (label := _label(labels.get("posture") or "")):
            yield Photo(row["file"], label, measured(data / "real" / row["file"], model))


def _label(posture: str) -> str:
    """Return upright, slouched or reclined, or nothing."""
    return next((label for label in ("upright", "slouched", "reclined") if label in posture), "")


def measured(path: Path, model: Model) -> dict[str, Measure]:
    """Measure one photo as the product does."""
    with open_file(path) as source, Landmarker(model, Mode.DETECTED) as network:
        frame = next(iter(source))
        pose = look_again(network, frame)
    series = PoseSeries.of([pose], [(0.0, 0)], size=frame.size, mode=Mode.DETECTED, model=model)
    return Measurer(shipped_accuracy()).push(series).at(0)


def in_order(shown: Sequence[Photo], lower: str, higher: str, name: str) -> tuple[int, int]:
    """Return how many pairs of photos a measure puts in the order of their labels, and of how many."""
    values = {label: [p.measures[name].value for p in shown if p.label == label] for label in (lower, higher)}
    pairs = [(a, b) for a, b in product(values[lower], values[higher]) if not np.isnan([a, b]).any()]
    return sum(a < b for a, b in pairs), len(pairs)


def photo_lines(model: Model) -> Iterator[str]:
    """Yield the lines of the page: how often the order is right."""
    shown = list(photos(model))
    yield "| order | measure | pairs in order |\n|---|---|--:|"
    for lower, higher, name in ORDERS:
        right, of = in_order(shown, lower, higher, name)
        yield f"| {lower} below {higher} | `{name}` | {right} of {of} |"


def main() -> None:
    """Print every photo, and the orders."""
    for photo in photos(Model.FULL):
        told = "  ".join(
            f"{name.removesuffix('_deg')} {m.value:+.1f} ± {m.err:.1f}"
            if not np.isnan(m.value)
            else f"{name}: {m.reason}"
            for name, m in photo.measures.items()
            if name in {order[2] for order in ORDERS}
        )
        print(f"{photo.name:34}{photo.label:10}{told}")
    print("\n".join(photo_lines(Model.FULL)))


if __name__ == "__main__":
    main()
