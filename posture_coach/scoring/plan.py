"""How targets are laid out side by side, so that many pictures are graded at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from posture_coach.measures.types import Floats, MeasureSeries, Reason
from posture_coach.scoring.bands import Codes, Edges, Grade, edges, grades
from posture_coach.scoring.targets import Condition, RelativeTo, Target


class Why(IntEnum):
    """Why a target is not scored though nothing hides its measure; follows the codes of `Reason`."""

    NOT_MEASURED = 100
    NO_BAND = 101
    CONDITION = 102


@dataclass(frozen=True, slots=True)
class Slot:
    """One measure of one target: what is graded."""

    target: Target
    measure: str


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """The condition of a target: which slots it holds for, and where its measure stands (-1: nowhere)."""

    condition: Condition
    slots: list[int]
    column: int


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How the s slots of one activity's t targets are graded."""

    slots: tuple[Slot, ...]
    column: NDArray[np.intp]  # (s,) where the measure stands; 0 where absent
    absent: NDArray[np.bool_]  # (s,) the series has no such measure
    relative: NDArray[np.bool_]  # (s,) judged against the own upright
    bands: Edges
    start: NDArray[np.intp]  # (t,) first slot of each target
    weight: Floats  # (t,)
    guards: tuple[Guard, ...]


def plan(targets: Sequence[Target], names: Sequence[str]) -> Plan:
    """Lay out the targets of one activity for a series with these columns."""
    where = {name: k for k, name in enumerate(names)}
    slots = tuple(Slot(target, measure) for target in targets for measure in target.measures)
    column = np.array([where.get(slot.measure, -1) for slot in slots], dtype=np.intp)
    sides = [len(target.measures) for target in targets]
    guards = [
        Guard(target.only_when, _slots_of(target, slots), where.get(target.only_when.measure, -1))
        for target in targets
        if target.only_when
    ]
    return Plan(
        slots,
        np.maximum(column, 0),
        column < 0,
        np.array([slot.target.relative_to is RelativeTo.OWN_UPRIGHT for slot in slots], dtype=np.bool_),
        edges([slot.target for slot in slots]),
        np.cumsum([0, *sides[:-1]], dtype=np.intp),
        np.array([target.weight for target in targets]),
        tuple(guards),
    )


def _slots_of(target: Target, slots: Sequence[Slot]) -> list[int]:
    return [k for k, slot in enumerate(slots) if slot.target is target]


def judged(
    how: Plan, measures: MeasureSeries, rows: NDArray[np.intp], baseline: Mapping[str, float], bias: Floats
) -> tuple[Floats, Floats, Codes, Codes]:
    """Grade the s slots of r pictures: (r, s) values as judged, their half-widths, grades, and why there is none."""
    cells = (rows[:, np.newaxis], how.column)
    own = np.array([baseline.get(slot.measure, np.nan) for slot in how.slots])
    measured = measures.value[cells]
    value = measured - np.where(how.relative, own, bias[cells])
    value[:, how.absent] = np.nan
    grade = grades(value, how.bands)
    # From the weakest reason to the strongest: what hides the measure itself is told first.
    why = np.where(grade == Grade.NOT_SCORED, np.int8(Why.NO_BAND), np.int8(0))
    for guard in how.guards:
        stopped = _stopped(guard, measures, rows, baseline, bias)[:, np.newaxis]
        why[:, guard.slots] = np.where(stopped, stopped, why[:, guard.slots])
    why[:, how.relative & np.isnan(own)] = Reason.NO_BASELINE
    why = np.where(np.isnan(measured), _told(measures.reason[cells]), why)
    why[:, how.absent] = Why.NOT_MEASURED
    return value, measures.err[cells], np.where(why, np.int8(Grade.NOT_SCORED), grade), why


def _stopped(
    guard: Guard,
    measures: MeasureSeries,
    rows: NDArray[np.intp],
    baseline: Mapping[str, float],
    bias: Floats,
) -> Codes:
    """Return (r,) why a condition keeps its target from being judged, 0 where it does not."""
    if guard.column < 0:
        return np.full(len(rows), Why.NOT_MEASURED, dtype=np.int8)
    measured = measures.value[rows, guard.column]
    relative = guard.condition.relative_to is RelativeTo.OWN_UPRIGHT
    own = baseline.get(guard.condition.measure, np.nan)
    value = measured - (own if relative else bias[rows, guard.column])
    within = (value >= guard.condition.low) & (value <= guard.condition.high)
    without = Reason.NO_BASELINE if np.isnan(own) and relative else Why.CONDITION
    why = np.where(within, np.int8(0), np.int8(without))
    return np.where(np.isnan(measured), _told(measures.reason[rows, guard.column]), why)


def _told(reason: Codes) -> Codes:
    """Give a missing value that came without a reason one."""
    return np.where(reason == Reason.NONE, np.int8(Why.NOT_MEASURED), reason)
