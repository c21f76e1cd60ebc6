"""Fit the two gains of `Mixing`, each with the body left out on which it is judged; `--write` puts them into the data.

shoulder_line_gain
    the slope of the shoulder line, true over found, from the front and from behind with the whole body in view;
corner_leg_gain
    direction of the thigh and knee flexion beyond 40 degrees, true over found, seen from a corner.

Both are weighted medians: a body counts 1 in each group, shared among its stills and clips. The two shares of `Mixing`
are not fitted: one half for the side lean is the mean of two witnesses, and a quarter of the world points in a hanging
thigh is what is printed here beside none and one half.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.fit_offsets import picked, weighted_quantile, write_table
from benchmarks.truth import Item, body_yaw_deg, camera, items, options, poses, true_values
from posture_coach.measures.accuracy import Accuracy, shipped_accuracy
from posture_coach.measures.calibration import levelled
from posture_coach.measures.definitions import NAMES
from posture_coach.measures.measurer import raw_values
from posture_coach.measures.skeleton import Mixing
from posture_coach.pose.types import Model
from posture_coach.resources import data_file

Floats = NDArray[np.float64]

EVERY = 5
SHARES = (0.0, 0.25, 0.5)
LEAST_FLEXION_DEG = 40.0
LEAST_SLOPE_DEG = 1.0
WHOLE_BODY = ("front", "back")
ASIDE = ("side", "oblique")


@dataclass(frozen=True, slots=True)
class Pairs:
    """(n,) found and true values of one kind, with whose they are."""

    found: Floats
    true: Floats
    weight: Floats
    body: NDArray[np.object_]
    cell: NDArray[np.object_]

    def of(self, keep: NDArray[np.bool_]) -> Pairs:
        """Return some of them."""
        return Pairs(*(getattr(self, name)[keep] for name in self.__slots__))

    @classmethod
    def joined(cls, parts: Sequence[Pairs]) -> Pairs:
        """Put many behind each other."""
        return cls(*(np.concatenate([getattr(p, name) for p in parts]) for name in cls.__slots__))


def pairs(
    truth: Sequence[Item], cameras: Sequence[str], names: Sequence[str], accuracy: Accuracy, cache: Path | None
) -> Pairs:
    """Measure with these constants; of paired names only the side towards the camera."""
    return Pairs.joined(list(_pairs([i for i in truth if i.camera in cameras], names, accuracy, cache)))


def _pairs(truth: Sequence[Item], names: Sequence[str], accuracy: Accuracy, cache: Path | None) -> Iterator[Pairs]:
    for item in truth:
        for mode in item.modes:
            series = levelled(picked(poses(item, Model.FULL, mode, cache), slice(None, None, EVERY)),
                              camera(item, cache))  # fmt: skip
            value, _ = raw_values(series, accuracy)
            table, left = true_values(item), bool(np.nanmedian(body_yaw_deg(item)) > 0)
            for name in names:
                found, true = _found_and_true(name, "left" if left else "right", value, table)
                true = true[series.index]
                n = len(found)
                whose, cell = np.full(n, item.body, dtype=object), np.full(n, item.cell, dtype=object)
                yield Pairs(found, true, np.full(n, 1.0 / n), whose, cell).of(~np.isnan(found) & ~np.isnan(true))


def _found_and_true(name: str, side: str, value: Floats, table: Mapping[str, Floats]) -> tuple[Floats, Floats]:
    """Return one measure, or the direction of the thigh: hip flexion less trunk inclination."""
    hip, trunk = f"hip_flexion_{side}_deg", "trunk_inclination_deg"
    if name == "thigh":
        found = value[:, NAMES.index(hip)] - value[:, NAMES.index(trunk)]
        return found, table[hip] - table[trunk]
    own = name.format(side)
    return value[:, NAMES.index(own)], table[own]


def gain(p: Pairs, least: float) -> float:
    """Return the weighted median of true over found, where the found value is large enough to have a ratio."""
    large = np.abs(p.found) > least
    return weighted_quantile(p.true[large] / p.found[large], (p.weight * np.abs(p.found))[large], 0.5)


def held_out(p: Pairs, least: float) -> tuple[list[float], float, float]:
    """Return the gains without each body, and the mean |error| on that body without and with its gain."""
    gains, before, after, heavy = [], [], [], []
    for body in np.unique(p.body):
        own = p.of(p.body == body)
        gains.append(gain(p.of(p.body != body), least))
        before.append(float(np.average(np.abs(own.found - own.true), weights=own.weight)))
        after.append(float(np.average(np.abs(own.found * gains[-1] - own.true), weights=own.weight)))
        heavy.append(own.weight.sum())
    return gains, float(np.average(before, weights=heavy)), float(np.average(after, weights=heavy))


def main() -> None:
    """Fit, print, and write where asked."""
    parser = options(__doc__ or "")
    parser.add_argument("--write", action="store_true", help="put the fit into the package's accuracy.toml")
    args = parser.parse_args()
    truth, shipped = items(), shipped_accuracy()
    plain = replace(shipped, mixing=replace(shipped.mixing, shoulder_line_gain=1.0, corner_leg_gain=1.0))
    fits: dict[str, tuple[Pairs, float]] = {
        "shoulder_line_gain": (
            pairs(truth, WHOLE_BODY, ["shoulder_obliquity_deg"], plain, args.cache), LEAST_SLOPE_DEG,
        ),
        "corner_leg_gain": (
            pairs(truth, ["oblique"], ["thigh", "knee_flexion_{}_deg"], plain, args.cache),
            LEAST_FLEXION_DEG,
        ),
    }  # fmt: skip
    mixing = shipped.mixing
    for name, (p, least) in fits.items():
        gains, before, after = held_out(p, least)
        print(f"{name}: {gain(p, least):.3f}; without each body {', '.join(f'{g:.2f}' for g in gains)}; "
              f"mean |error| on the body left out {before:.2f} without, {after:.2f} with")  # fmt: skip
        mixing = replace(mixing, **{name: round(gain(p, least), 2)})
    _print_shares(truth, shipped, args.cache)
    if args.write:
        write_table(data_file("accuracy.toml"), "mixing", asdict(mixing))
        print(f"written: {mixing}")


def _print_shares(truth: Sequence[Item], shipped: Accuracy, cache: Path | None) -> None:
    shared: dict[str, tuple[Sequence[str], str, Callable[[float], Mixing]]] = {
        "thigh_from_depth": (ASIDE, "hip_flexion_{}_deg", lambda x: replace(shipped.mixing, thigh_from_depth=x)),
        "lean_from_depth": (
            WHOLE_BODY, "lateral_trunk_lean_deg", lambda x: replace(shipped.mixing, lean_from_depth=x),
        ),
    }  # fmt: skip
    for label, (cameras, name, mixed) in shared.items():
        for share in SHARES:
            p = pairs(truth, cameras, [name], replace(shipped, mixing=mixed(share)), cache)
            cells = " ".join(
                f"{cell} {np.average(np.abs(p.found - p.true)[p.cell == cell], weights=p.weight[p.cell == cell]):.2f}"
                for cell in sorted(set(p.cell.tolist()))
            )
            print(f"{label} {share}: {cells}")


if __name__ == "__main__":
    main()
