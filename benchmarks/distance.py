"""How large the network draws the faces of people before a desk camera: `FACE_CM` in measures/frontal.py.

    python -m benchmarks.distance --cache DIR [--model lite|full|heavy]

For three lengths of a face, by mode: what the drawn length measures in centimetres at the person's true distance, the
standard deviation of that between bodies and within them, in per cent, and by how much of the distance each body is
missed when it is judged by the length that the others have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.truth import Item, items, options, poses, true_values
from posture_coach.geometry import direction_deg, distance, middle
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.definitions import NAMES
from posture_coach.measures.measurer import raw_values
from posture_coach.measures.types import View
from posture_coach.pose.types import Landmark, Mode, Model, PoseSeries

Floats = NDArray[np.float64]

NAME = "viewing_distance_cm"


def lengths_px(series: PoseSeries) -> dict[str, Floats]:
    """Return (n,) lengths of a face in pixels, as they would be if it looked into the camera."""
    p, ears = series.points_px, series.world[:, Landmark.RIGHT_EAR] - series.world[:, Landmark.LEFT_EAR]
    turned = np.cos(np.radians(direction_deg(ears[:, 2], -ears[:, 0])))
    left, right = p[:, Landmark.LEFT_EYE], p[:, Landmark.RIGHT_EYE]
    mouth = middle(p[:, Landmark.MOUTH_LEFT], p[:, Landmark.MOUTH_RIGHT])
    wide, high = distance(left, right) / np.where(turned > 0, turned, np.nan), distance(middle(left, right), mouth)
    return {"spacing of the eyes": wide, "eyes to mouth": high, "geometric mean of both": np.sqrt(wide * high)}


def drawn_cm(truth: Sequence[Item], model: Model, mode: Mode, cache: Path | None) -> dict[str, dict[str, Floats]]:
    """Return what the lengths measure, by length and body, where the program measures a distance."""
    found: dict[str, dict[str, list[Floats]]] = {}
    for item in truth:
        if item.camera != "webcam" or mode not in item.modes:
            continue
        series = poses(item, model, mode, cache)
        away = true_values(item)[NAME][series.index]
        value, view = raw_values(series, shipped_accuracy())
        judged = ~np.isnan(value[:, NAMES.index(NAME)]) & ~np.isnan(away) & (view == View.FRONT)
        for name, length in lengths_px(series).items():
            found.setdefault(name, {}).setdefault(item.body, []).append((length * away / item.focal_px)[judged])
    return {name: {body: np.concatenate(parts) for body, parts in bodies.items()} for name, bodies in found.items()}


def line(name: str, mode: Mode, bodies: Mapping[str, Floats]) -> str:
    """Return one line of the table, of shares: every body counts the same."""
    shares = {body: np.log(lengths) for body, lengths in bodies.items()}
    means = {body: float(one.mean()) for body, one in shares.items()}
    missed = [
        np.exp(np.mean([means[other] for other in means if other != body]) - one) - 1.0 for body, one in shares.items()
    ]
    mae, within = (float(np.mean([how(np.abs(one)) for one in missed])) for how in (np.mean, _most))
    between, spread = np.std(list(means.values())), np.mean([one.std() for one in shares.values()])
    middle_cm = np.exp(np.mean(list(means.values())))
    return (
        f"| {name} | {mode.value} | {len(bodies)} | {middle_cm:.2f} | {100 * between:.0f} | {100 * spread:.0f} "
        f"| {100 * mae:.0f} | {100 * within:.0f} |"
    )


def _most(values: Floats) -> float:
    return float(np.quantile(values, 0.95))


def lines(truth: Sequence[Item], model: Model, cache: Path | None) -> Iterator[str]:
    """Yield the table."""
    yield "| length | mode | bodies | drawn, cm | between % | within % | missed % | 95 % within |"
    yield f"|---|---|{'--:|' * 6}"
    for mode in Mode:
        for name, bodies in drawn_cm(truth, model, mode, cache).items():
            yield line(name, mode, bodies)


def main() -> None:
    """Print the table."""
    args = options(__doc__ or "").parse_args()
    print("\n".join(lines(items(), args.model, args.cache)))


if __name__ == "__main__":
    main()
