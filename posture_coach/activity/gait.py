"""The figures of a walk: cadence, step times, how alike left and right are, stance, and how the body moves meanwhile.

Every figure has its 95 % half-width and how many steps or strides it rests on, or the reason why there is none. The
half-widths of times come from n and from the timing error of a single contact (`benchmarks/gait.py`): they are about
what this recording shows, not about how the person walks on other days.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from posture_coach.activity.events import gaps
from posture_coach.activity.gait_body import body_figures
from posture_coach.activity.gait_events import walk_events
from posture_coach.activity.gait_speed import NO_RULER, Ruler, speed_figures
from posture_coach.activity.gait_types import Contact, Figure, Gait, Step, Walk
from posture_coach.measures.calibration import LEVEL, Camera, levelled
from posture_coach.measures.types import MeasureSeries, Side, View
from posture_coach.pose.types import PoseSeries

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Chain = tuple[Contact, ...]

CADENCE_STEPS, SYMMETRY_STEPS, VERDICT_STEPS = 4, 6, 20
"""From how many steps on a figure is told, and from how many on left and right may be called alike or not: ten of
each foot."""
SYMMETRY_HZ = 23.5
"""Left and right differ by hundredths of a second: not below 24 pictures a second, which are never quite 24."""
LEAD_S = 0.25
"""How far before and behind what is told as walking is looked for contacts: half a step."""
Z95 = 1.96
TIMING_SD_S, TIMING_PICTURES = 0.009, 0.15
"""Standard deviation of one contact's time, and a part in pictures for what lies between them: together 0.010 at 30 a
second, where rendered people, looked at twice, gave 0.006 from the side and 0.007 from the front, over three models and
both modes."""
SIDE_SD_S = {View.SIDE: 0.005, View.FRONT: 0.009}
"""Standard deviation of what the contacts of one foot come late by as a whole against the other's: n does not help."""
STANCE_SD, STANCE_BIAS_SD = 0.03, 0.025
"""Standard deviation of one stride's share of stance, and of what all of them are off by."""


def gait(
    series: PoseSeries,
    walking: Bools,
    measures: MeasureSeries | None = None,
    camera: Camera = LEVEL,
    ruler: Ruler = NO_RULER,
) -> Gait | None:
    """Tell the gait of one person over n pictures; None where nobody walks.

    Parameters
    ----------
    series
        As they came, not smoothed (see `walk_events`).
    walking
        (n,) whether the person walks.
    measures
        Of the same n pictures: how trunk, legs and arms move.
    camera
        How it stands; with its height, speed is told too.
    ruler
        What else gives a scale.
    """
    level = levelled(series, camera)
    parts = [(cut, level.part(cut.start, cut.stop)) for cut in stretches(walking, series.time_s)]
    if not parts:
        return None
    walks = tuple(walk_events(part) for _, part in parts)
    times = _Times(tuple(walks))
    figures = times.figures()
    figures |= body_figures(walks, [part for _, part in parts], [cut for cut, _ in parts], measures)
    figures |= speed_figures(walks, [part for _, part in parts], camera, ruler)
    return Gait(walks, tuple(_steps(walks)), figures)


def stretches(walking: Bools, time_s: Floats) -> list[slice]:
    """Return the runs of pictures in which somebody walks, cut where nothing was recorded for long.

    Each is a little longer at both ends: walking is told from whole steps, and a contact just before shows its peak.
    """
    cuts = np.union1d(np.flatnonzero(walking[1:] != walking[:-1]), gaps(time_s)).astype(int) + 1
    edges = [0, *cuts.tolist(), len(walking)]
    holes = (gaps(time_s) + 1).tolist()
    found = []
    for a, b in pairwise(edges):
        if b - a > 1 and walking[a]:
            first = int(np.searchsorted(time_s, time_s[a] - LEAD_S))
            behind = int(np.searchsorted(time_s, time_s[b - 1] + LEAD_S, side="right"))
            before, after = [h for h in holes if h <= a], [h for h in holes if h >= b]
            found.append(slice(max([first, *before]), min([behind, *after])))
    return found


def around(doing: Bools, time_s: Floats) -> Bools:
    """Return (n,) which pictures `stretches` finds."""
    inside = np.zeros(len(doing), dtype=np.bool_)
    for cut in stretches(doing, time_s):
        inside[cut] = True
    return inside


def _steps(walks: Iterable[Walk]) -> Iterator[Step]:
    for number, walk in enumerate(walks, 1):
        for chain in walk.chains:
            for k, (before, contact) in enumerate(pairwise(chain), 1):
                after = chain[k + 2].time_s - contact.time_s if k + 2 < len(chain) else math.nan
                yield Step(
                    number, contact.side, before.time_s, contact.time_s, after,
                    (contact.toe_off_s - contact.time_s) / after, before.toe_off_s - contact.time_s,
                )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Times:
    """What follows from the times of the contacts.

    A mean of steps is a weighted sum of contacts, so that its error is that of the contacts times the weights' length:
    neighbouring steps share a contact, and its error goes out of their mean.
    """

    walks: tuple[Walk, ...]

    @property
    def chains(self) -> list[Chain]:
        return [chain for walk in self.walks for chain in walk.chains if len(chain) > 1]

    @property
    def reason(self) -> str:
        """Why no contact was found."""
        return next((walk.reason for walk in self.walks if walk.reason), "")

    def figures(self) -> dict[str, Figure]:
        """Return the figures of time."""
        steps = sum(len(chain) - 1 for chain in self.chains)
        if steps < CADENCE_STEPS:
            why = self.reason if not steps else ""
            return dict.fromkeys(TIMES, Figure.missing(why or _too_few(steps, CADENCE_STEPS), steps))
        stride = self._mean(2)
        if stride is None:
            return dict.fromkeys(TIMES, Figure.missing("no two steps follow each other without one missed", steps))
        value, err = stride
        return {
            "cadence_spm": Figure(120.0 / value, 120.0 / value**2 * err, steps),
            "step_time_s": Figure(value / 2.0, err / 2.0, steps),
            "step_time_left_s": self._of_one(Side.LEFT),
            "step_time_right_s": self._of_one(Side.RIGHT),
            "stride_time_s": Figure(value, err, self._count(2)),
            "step_time_asymmetry_pct": self._asymmetry(steps),
            **self._floor(),
        }

    def _pairs(self, apart: int, side: Side | None = None) -> list[tuple[Chain, int, int]]:
        """Return chain, first and last contact of every step (1 apart) or stride (2), of those that end on a side."""
        return [
            (chain, k, k + apart)
            for chain in self.chains
            for k in range(len(chain) - apart)
            if side is None or chain[k + apart].side is side
        ]

    def _count(self, apart: int, side: Side | None = None) -> int:
        return len(self._pairs(apart, side))

    def _mean(self, apart: int, side: Side | None = None) -> tuple[float, float] | None:
        pairs = self._pairs(apart, side)
        if not pairs:
            return None
        return self._sum([(pair, 1.0 / len(pairs)) for pair in pairs])

    def _sum(self, terms: Iterable[tuple[tuple[Chain, int, int], float]]) -> tuple[float, float]:
        """Return a weighted sum of times between contacts, and its half-width."""
        weights: dict[Contact, float] = {}
        total = 0.0
        for (chain, first, last), weight in terms:
            total += weight * (chain[last].time_s - chain[first].time_s)
            weights[chain[last]] = weights.get(chain[last], 0.0) + weight
            weights[chain[first]] = weights.get(chain[first], 0.0) - weight
        walked = [walk for walk in self.walks if walk.chains]
        timing = math.hypot(TIMING_SD_S, TIMING_PICTURES / min(walk.rate_hz for walk in walked))
        late = max(SIDE_SD_S[walk.view] for walk in walked)
        right = sum(weight for contact, weight in weights.items() if contact.side is Side.RIGHT)
        length = math.sqrt(sum(weight**2 for weight in weights.values()))
        return total, Z95 * math.hypot(timing * length, late * right)

    def _of_one(self, side: Side) -> Figure:
        found = self._mean(1, side)
        return Figure(*found, self._count(1, side)) if found else Figure.missing(NO_SIDES)

    def _asymmetry(self, steps: int) -> Figure:
        """Return 100 · 2 · |right - left| / (right + left) of the mean step times."""
        lefts, rights = self._pairs(1, Side.LEFT), self._pairs(1, Side.RIGHT)
        if not lefts or not rights:
            return Figure.missing(NO_SIDES, steps)
        if min(walk.rate_hz for walk in self.walks if walk.chains) < SYMMETRY_HZ:
            return Figure.missing(TOO_SLOW, steps)
        if steps < SYMMETRY_STEPS:
            return Figure.missing(_too_few(steps, SYMMETRY_STEPS), steps)
        terms = [(pair, 1.0 / len(rights)) for pair in rights] + [(pair, -1.0 / len(lefts)) for pair in lefts]
        difference, err = self._sum(terms)
        both = self._sum([(pair, abs(weight)) for pair, weight in terms])[0]
        note = "" if steps >= VERDICT_STEPS else f"a verdict needs {VERDICT_STEPS} steps, these are {steps}"
        return Figure(200.0 * abs(difference) / both, 200.0 * err / both, steps, note=note)

    def _floor(self) -> dict[str, Figure]:
        """Return how long the feet are on the floor, as shares of the stride."""
        side_on = [walk for walk in self.walks if walk.view is View.SIDE]
        if not side_on:
            return dict.fromkeys(FLOOR, Figure.missing(TOE_OFF_UNSEEN))
        if min(walk.rate_hz for walk in side_on) < SYMMETRY_HZ:
            return dict.fromkeys(FLOOR, Figure.missing(TOO_SLOW))
        chains = [chain for walk in side_on for chain in walk.chains]
        told = {"stance_ratio": _share(_stances(chains, None))}
        for side in Side:
            told[f"stance_{side.value}_ratio"] = _share(_stances(chains, side))
        told["double_support_ratio"] = _share(_double_supports(chains), parts=2)
        return told


def _stances(chains: Iterable[Chain], side: Side | None) -> list[float]:
    return _known(
        (a.toe_off_s - a.time_s) / (c.time_s - a.time_s)
        for chain in chains
        for a, c in zip(chain, chain[2:], strict=False)
        if side is None or a.side is side
    )


def _double_supports(chains: Iterable[Chain]) -> list[float]:
    """Return both spells of each stride: until the other foot leaves, and from its contact until this one leaves."""
    return _known(
        (before.toe_off_s - a.time_s + a.toe_off_s - b.time_s) / (c.time_s - a.time_s)
        for chain in chains
        for before, a, b, c in zip(chain, chain[1:], chain[2:], chain[3:], strict=False)
    )


def _known(values: Iterable[float]) -> list[float]:
    return [value for value in values if not math.isnan(value)]


def _share(values: list[float], parts: int = 1) -> Figure:
    if len(values) < CADENCE_STEPS - 1:
        words = f"{len(values)} strides with a toe-off were seen, 3 are needed: let the person walk on"
        return Figure.missing(words, len(values))
    err = Z95 * parts * math.hypot(STANCE_SD / math.sqrt(len(values)), STANCE_BIAS_SD)
    return Figure(float(np.mean(values)), err, len(values))


def _too_few(steps: int, needed: int) -> str:
    return f"{steps} steps in a row were seen, {needed} are needed: let the person walk on"


FLOOR = ("stance_ratio", "stance_left_ratio", "stance_right_ratio", "double_support_ratio")
TIMES = (
    *("cadence_spm", "step_time_s", "step_time_left_s", "step_time_right_s", "stride_time_s"),
    *("step_time_asymmetry_pct", *FLOOR),
)
TOO_SLOW = "hundredths of a second need at least 24 pictures a second: record at 30 or more, and analyse all of them"
TOE_OFF_UNSEEN = "when the toes leave the floor is not seen from the front: film from the side"
NO_SIDES = "left and right could not be told apart: film from nearer, with both legs in the light"
