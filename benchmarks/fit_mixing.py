"""Fit the two gains of `Mixing`, each with the body left out on which it is judged; `--write` puts them into the data.

shoulder_line_gain
    the slope of the shoulder line, true over found, from the front and from behind with the whole body in view;
corner_leg_gain
    direction of the thigh and knee flexion beyond 40 degrees, true over found, seen from a corner.

Both are weighted medians: a body counts 1 in each group, shared among its stills and clips. The four shares of
`Mixing` are not fitted. Where hips lie behind each other the yaw counts in full; one half, for the side lean and for a
hanging thigh in photos, is the mean of two witnesses; and a quarter of the world points in a hanging thigh elsewhere
is what is printed here beside none and one half. No still is of a walk or an exercise: `--as-photos` looks at pictures
of those clips as at photos.

Neither is `knee_lead_s` fitted, a round number between the best of the three networks: `--leads` prints what others
would give in walks and exercises seen from the side, read as files are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.errors import Bench
from benchmarks.fit_offsets import leave_one_body_out, picked, side_samples, weighted_quantile, write_table
from benchmarks.truth import Item, as_photos, body_yaw_deg, camera, items, options, poses, true_values
from posture_coach.measures.accuracy import Accuracy, shipped_accuracy
from posture_coach.measures.calibration import levelled
from posture_coach.measures.definitions import NAMES
from posture_coach.measures.measurer import raw_values
from posture_coach.measures.skeleton import Mixing, Offsets
from posture_coach.pose.types import Mode, Model, PoseSeries
from posture_coach.resources import data_file

Floats = NDArray[np.float64]

EVERY = 5
SHARES = (0.0, 0.25, 0.5)
PHOTO_SHARES = (0.25, 0.5, 0.75)
LEADS_S = (0.0, 0.01, 0.02, 0.03, 0.04)
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
            table, near = true_values(item), _near_side(item)
            for name in names:
                found, true = _found_and_true(name, near, value, table)
                true = true[series.index]
                n = len(found)
                whose, cell = np.full(n, item.body, dtype=object), np.full(n, item.cell, dtype=object)
                yield Pairs(found, true, np.full(n, 1.0 / n), whose, cell).of(~np.isnan(found) & ~np.isnan(true))


def _near_side(item: Item) -> str:
    return "left" if np.nanmedian(body_yaw_deg(item)) > 0 else "right"


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
    parser.add_argument("--as-photos", action="store_true", help="only judge the thigh's share on moving people")
    parser.add_argument("--leads", action="store_true", help="only judge by how much swinging knees are moved on")
    args = parser.parse_args()
    truth, shipped = items(), shipped_accuracy()
    if args.leads:
        _print_leads(truth, shipped, args.model, args.cache)
        return
    if args.as_photos:
        _print_as_photos(truth, shipped, args.model, args.cache)
        return
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
        "thigh_from_looks": (ASIDE, "hip_flexion_{}_deg", lambda x: replace(shipped.mixing, thigh_from_looks=x)),
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


def _print_as_photos(truth: Sequence[Item], shipped: Accuracy, model: Model, cache: Path | None) -> None:
    seen = [(item, as_photos(item, model)) for item in truth if item.moves and item.camera == "side"]
    by_body = leave_one_body_out(side_samples(truth, Model.FULL, cache))
    for share in PHOTO_SHARES:
        mixing = replace(shipped.mixing, thigh_from_looks=share)
        print(f"thigh_from_looks {share}, {model}: {_errors_of_legs(seen, mixing, by_body, cache)}", flush=True)


def _print_leads(truth: Sequence[Item], shipped: Accuracy, model: Model, cache: Path | None) -> None:
    by_body = leave_one_body_out(side_samples(truth, Model.FULL, cache))
    moving = [item for item in truth if item.moves and item.camera == "side"]
    bench = Bench(moving, model, list(Mode), cache, 1, lambda body: by_body[body])
    for mode in Mode:
        seen = [(item, bench.read(item, bench.poses(item, mode))) for item in moving]
        for lead_s in LEADS_S:
            mixing = replace(shipped.mixing, knee_lead_s=lead_s)
            told = _errors_of_legs(seen, mixing, by_body, cache)
            print(f"knee_lead_s {lead_s}, {model}, {mode}: {told}", flush=True)


def _errors_of_legs(
    seen: Sequence[tuple[Item, PoseSeries]], mixing: Mixing, by_body: Mapping[str, Offsets], cache: Path | None
) -> str:
    """Return the mean |error| of the near hip and knee by cell, and behind it that of each clip."""
    errors: dict[str, list[float]] = {}
    for item, series in seen:
        accuracy = replace(shipped_accuracy(), offsets=by_body[item.body], mixing=mixing)
        value, _ = raw_values(series, accuracy, camera(item, cache))
        for joint in ("hip", "knee"):
            name = f"{joint}_flexion_{_near_side(item)}_deg"
            error = value[:, NAMES.index(name)] - true_values(item)[name][series.index]
            errors.setdefault(f"{item.cell} {joint}", []).append(float(np.nanmean(np.abs(error))))
    cells = (f"{cell} {np.mean(all_):.2f} ({' '.join(f'{e:.1f}' for e in all_)})" for cell, all_ in errors.items())
    return ", ".join(cells)


if __name__ == "__main__":
    main()
