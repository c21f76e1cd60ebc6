"""What the program finds on the ground truth, held against what is true: one heap of errors for each measure.

Weights: the pictures of one body in one group and from one camera place count 1 together, shared equally among its
stills and clips, and within a clip among its frames; so neither long clips nor much-photographed bodies rule.
Measures that are taken against the person's own neutral are judged as changes: from the body's own first still
`upright` or `neutral` of the same group and camera place, or from the clip's own second second (the tracker
settles in the first); those pictures themselves are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.truth import NEAR_VIEWS, Item, body_yaw_deg, camera, looked_twice, poses, true_values
from benchmarks.truth import plain_pixels as in_pixels
from benchmarks.truth import plain_world as in_world
from posture_coach.geometry import wrapped_deg
from posture_coach.measures.accuracy import Accuracy, Error, shipped_accuracy
from posture_coach.measures.baseline import neutral as neutral_of
from posture_coach.measures.calibration import levelled
from posture_coach.measures.definitions import TABLE, Definition, Relative
from posture_coach.measures.legs import untangled
from posture_coach.measures.measurer import Measurer
from posture_coach.measures.skeleton import Offsets, build
from posture_coach.measures.types import MeasureSeries, Side, View
from posture_coach.pose.smoothing import smoothed
from posture_coach.pose.types import Mode, Model, PoseSeries

Floats = NDArray[np.float64]

NEUTRAL_POSES = ("upright", "neutral")
NEUTRAL_S = (1.0, 2.0)
OF_LEGS = ("hip_flexion_deg", "knee_flexion_deg", "ankle_dorsiflexion_deg")
"""Measures that err more where the legs are apart."""
OPEN = {
    (row.joint, view, mode, model): Error(0.0, 0.0)
    for row in TABLE
    for view in View
    for mode in Mode
    for model in Model
}
"""As if every measure were exact, so that none is refused for its error before that is known."""


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors of one joint in n pictures: found minus true, NaN where there is no value.

    `value` is what was found, `added` what the picture itself adds to the half-width, `apart` how far the legs are,
    from 0 to 1 where that matters, `change` the error of the change from the body's own neutral, in which what errs
    alike has gone.
    """

    ours: Floats
    pixels: Floats
    world: Floats
    value: Floats
    added: Floats
    apart: Floats
    change: Floats
    weight: Floats
    view: NDArray[np.object_]
    cell: NDArray[np.object_]
    body: NDArray[np.object_]
    mode: NDArray[np.object_]
    item: NDArray[np.object_]

    def of(self, keep: NDArray[np.bool_]) -> Errors:
        """Return some of the pictures."""
        return Errors(*(getattr(self, f.name)[keep] for f in fields(self)))

    @classmethod
    def joined(cls, parts: Sequence[Errors]) -> Errors:
        """Put many behind each other."""
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))


@dataclass(frozen=True, slots=True)
class Look:
    """One item as the network saw it in one mode, with what it is compared with.

    Parameters
    ----------
    share
        Of the weight of its body, group and camera place.
    apart
        (n,) 0-1, how far the legs are, seen from the side.
    rest, at_rest
        The person's own neutral: item and pictures, and what was measured in them.
    """

    item: Item
    series: PoseSeries
    measured: MeasureSeries
    share: float
    apart: Floats
    rest: tuple[Item, PoseSeries] | None
    at_rest: MeasureSeries | None


@dataclass(frozen=True, slots=True)
class Bench:
    """The truth, the network's answers, and the constants to judge."""

    items: Sequence[Item]
    model: Model
    modes: Sequence[Mode]
    cache: Path | None
    every: int
    offsets: Callable[[str], Offsets]
    twice: bool = True
    """Whether who walks or exercises is looked at twice, as in files."""

    def looks(self) -> list[tuple[Item, Mode]]:
        """Return what there is to judge."""
        return [(item, mode) for item in self.items for mode in item.modes if mode in self.modes]

    def poses(self, item: Item, mode: Mode) -> PoseSeries:
        """Return what the network found."""
        return poses(item, self.model, mode, self.cache)

    def legs(self, series: PoseSeries) -> PoseSeries:
        """Return it with the legs told apart."""
        return untangled(series)

    def read(self, item: Item, series: PoseSeries) -> PoseSeries:
        """Return it as a file is read: legs told apart, who moves looked at twice, and smoothed.

        Plain landmarks are judged as they come.
        """
        told = self.legs(series)
        return smoothed(looked_twice(item, told, self.cache) if item.moves and self.twice else told)

    def constants(self) -> Accuracy:
        """Return what else the poses are measured with."""
        return shipped_accuracy()

    def rest(self, item: Item, mode: Mode) -> tuple[Item, PoseSeries] | None:
        """Return the person's own neutral: the item it is in and the pictures that show it."""
        if item.rate_hz is not None:
            series = self.poses(item, mode)
            start, stop = np.searchsorted(series.time_s, NEUTRAL_S)
            return item, series.part(int(start), int(stop))
        own = (i for i in self.items if i.rate_hz is None and (i.body, i.cell) == (item.body, item.cell))
        neutral = next((other for other in own if other.pose in NEUTRAL_POSES), None)
        return (neutral, self.poses(neutral, mode)) if neutral else None

    def look(self, item: Item, mode: Mode, share: float) -> Look:
        """Measure one item, as the product does."""
        accuracy = replace(self.constants(), errors=OPEN, offsets=self.offsets(item.body))
        series, rest = self.poses(item, mode), self.rest(item, mode)
        own, at_rest = None, None
        if rest and rest[1].detected.any():
            shown = self.read(*rest)
            own = neutral_of(shown, accuracy, "its own neutral", camera(rest[0], self.cache))
            at_rest = Measurer(accuracy, own, camera(rest[0], self.cache)).push(shown)
        shown, stand = self.read(item, series), camera(item, self.cache)
        measured = Measurer(accuracy, own, stand).push(shown)
        body = build(levelled(shown, stand), measured.body_yaw_deg, measured.view, accuracy.offsets)
        apart = np.where(measured.view == View.SIDE, 1.0 - body.legs_together, 0.0)
        return Look(item, series, measured, share, apart, rest, at_rest)


@dataclass(frozen=True, slots=True)
class Live(Bench):
    """Reads pictures as they come."""

    def read(self, item: Item, series: PoseSeries) -> PoseSeries:  # noqa: ARG002 - as it would be for any other
        """Return it as it is."""
        return series

    def constants(self) -> Accuracy:
        """Return what else live poses are measured with."""
        return shipped_accuracy(live=True)


def as_live(bench: Bench) -> Live:
    """Return the same bench for pictures as they come."""
    return Live(**{f.name: getattr(bench, f.name) for f in fields(bench)})


def collect(bench: Bench) -> tuple[dict[str, Errors], list[Look]]:
    """Measure everything; return errors by joint name, and what was looked at."""
    count = Counter((item.body, item.cell, mode) for item, mode in bench.looks())
    parts: dict[str, list[Errors]] = {}
    looks = [bench.look(item, mode, 1.0 / count[item.body, item.cell, mode]) for item, mode in bench.looks()]
    for look in looks:
        for joint, errors in errors_of(look, bench.every):
            parts.setdefault(joint, []).append(errors)
    return {joint: Errors.joined(found) for joint, found in parts.items()}, looks


def errors_of(look: Look, every: int = 1) -> Iterable[tuple[str, Errors]]:
    """Yield the errors of each measure of the table in every N-th picture."""
    item, series, n = look.item, look.series, len(look.series)
    ways = {"true": true_values(item), "pixels": in_pixels(item, series), "world": in_world(item, series)}
    ways["true"] = {name: values[series.index] for name, values in ways["true"].items()}
    neutral = _neutral(look.rest) if look.rest else None
    resting = np.isin(series.index, look.rest[1].index) if look.rest and look.rest[0] is item else np.zeros(n, bool)
    whose = [np.full(n, text, dtype=object) for text in (item.cell, item.body, series.mode, item.id)]
    weight = np.full(n, look.share / len(range(0, n, every)))
    for column, row in enumerate(TABLE):
        if row.name not in ways["true"]:
            continue
        truth, pixels, world = (_settled(row, ways[way][row.name], way, neutral) for way in ways)
        if row.relative in (Relative.DIFFERENCE, Relative.RATIO):
            truth = np.where(resting, np.nan, truth)
        wanted = ~np.isnan(truth) & _to_be_seen(row, item, series)
        wanted[np.arange(n) % every != 0] = False
        found, added = look.measured.value[:, column], look.measured.err[:, column]
        apart = look.apart if row.joint in OF_LEGS else np.zeros(n)
        ours, plain, deep = (_error(row, v, truth) for v in (found, pixels, world))
        change = np.where(resting, np.nan, ours - _error_at_rest(row, look))
        yield (
            row.joint,
            Errors(ours, plain, deep, found, added, apart, change, weight, look.measured.view, *whose).of(wanted),
        )


def _error_at_rest(row: Definition, look: Look) -> float:
    """Return the mean error of an absolute measure in the neutral pictures; relative ones have none there."""
    if row.relative in (Relative.DIFFERENCE, Relative.RATIO):
        return 0.0
    if look.rest is None or look.at_rest is None:
        return float("nan")
    truth = true_values(look.rest[0])[row.name][look.rest[1].index]
    error = _error(row, look.at_rest.column(row.name), truth)
    return float(np.nanmean(error)) if (~np.isnan(error)).any() else float("nan")


def _neutral(reference: tuple[Item, PoseSeries]) -> dict[str, dict[str, float]]:
    """Return the mean of truth and of both plain ways over the neutral pictures."""
    item, series = reference
    truth = {name: values[series.index] for name, values in true_values(item).items()}
    ways = {"true": truth, "pixels": in_pixels(item, series), "world": in_world(item, series)}
    return {
        way: {name: float(np.mean(v[~np.isnan(v)])) if (~np.isnan(v)).any() else np.nan for name, v in table.items()}
        for way, table in ways.items()
    }


def _settled(row: Definition, raw: Floats, way: str, neutral: dict[str, dict[str, float]] | None) -> Floats:
    if row.relative not in (Relative.DIFFERENCE, Relative.RATIO):
        return raw
    own = neutral[way][row.name] if neutral else np.nan
    return raw - own if row.relative is Relative.DIFFERENCE else raw / own


def _error(row: Definition, values: Floats, truth: Floats) -> Floats:
    return wrapped_deg(values - truth) if row.unit == "deg" else values - truth


def _to_be_seen(row: Definition, item: Item, series: PoseSeries) -> NDArray[np.bool_]:
    """Return (n,) whether the limb is one that can be asked for: the near one, by the true camera."""
    if row.side is None or item.camera not in NEAR_VIEWS:
        return np.ones(len(series), dtype=bool)
    near_left = body_yaw_deg(item)[series.index] > 0
    return near_left if row.side is Side.LEFT else ~near_left
