"""Error against the rate of analysis, tracked and detected: the curve behind `TRACKING_MIN_HZ` in pose/landmarker.py.

Every k-th picture of the moving side-view clips (walking and exercise) is shown to the network, so that the rate
falls from the clips' own 30 Hz; each clip counts the same. The tracked crop is laid where the person was one picture
ago, and lags when that is long ago; detection searches every picture anew and does not care.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.fit_offsets import ANGLES, errors, picked, samples_of
from benchmarks.truth import Item, items, options, poses
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.pose.landmarker import TRACKING_MIN_HZ
from posture_coach.pose.types import Mode, Model

STEPS = (1, 2, 3, 4, 6, 10, 15)
MOVING = ("C", "D")
SHOWN = ("trunk", "hip", "knee")


def moving_clips(truth: Sequence[Item]) -> list[Item]:
    """Return the side-view clips in which somebody moves."""
    return [item for item in truth if item.rate_hz and item.group in MOVING and item.camera == "side"]


def mean_errors(
    clips: Sequence[Item], model: Model, mode: Mode, step: int, cache: Path | None
) -> dict[str, list[float]]:
    """Return, by angle, the mean |error| of each clip when every `step`-th picture is analysed."""
    offsets = shipped_accuracy().offsets
    found: dict[str, list[float]] = {name: [] for name in ANGLES}
    for item in clips:
        if mode is Mode.TRACKED:
            series = poses(item, model, mode, cache, step)
        else:
            # A search gives the same whatever was searched before: one run serves all rates.
            series = picked(poses(item, model, mode, cache), slice(None, None, step))
        for name, error in errors(samples_of(item, series), offsets).items():
            found[name].append(float(np.mean(np.abs(error))))
    return found


def main() -> None:
    """Print the curve."""
    args = options(__doc__ or "").parse_args()
    clips = moving_clips(items())
    rate_hz = clips[0].rate_hz or 0.0
    print(f"model {args.model}, {len(clips)} clips of {rate_hz:g} Hz; MAE in degrees, near side; "
          f"TRACKING_MIN_HZ = {TRACKING_MIN_HZ:g}")  # fmt: skip
    print(f"{'rate Hz':>8}" + "".join(f"{f'{mode} {name}':>16}" for name in SHOWN for mode in Mode))
    for step in STEPS:
        means = {mode: mean_errors(clips, args.model, mode, step, args.cache) for mode in Mode}
        row = "".join(f"{np.mean(means[mode][name]):16.1f}" for name in SHOWN for mode in Mode)
        print(f"{rate_hz / step:8.1f}{row}", flush=True)


if __name__ == "__main__":
    main()
