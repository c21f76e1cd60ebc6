"""Two walks of one person held against each other, by what their summaries tell of the gait."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from posture_coach.batch.names import printable
from posture_coach.measures.comparison import Comparison, Verdict
from posture_coach.measures.types import Measure, View
from posture_coach.pose.types import Mode, Model
from posture_coach.scoring.walking import FIGURES, Norm, shipped_norms

COUNTED = ("steps/min", "%", "ratio", "m/s")
"""Units of what comes from the times and places of contacts, whose half-widths hold for all models and both modes."""
PREFIX = "gait."
"""Of the figures' public names among those of the measures."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What a summary tells of the walking in a recording.

    Parameters
    ----------
    views
        From where it was seen, of walks in which steps were found.
    figures
        By public name: with the half-width, or with the reason for its absence.
    steps
        That each rests on; 0 where there is none.
    """

    mode: Mode
    model: Model
    views: frozenset[View]
    figures: Mapping[str, Measure]
    steps: Mapping[str, int]


def walked_of(told: Mapping[str, Any], mode: Mode, model: Model) -> Walked:
    """Read what stands under `gait` in a summary.

    Raises
    ------
    AttributeError, KeyError, TypeError, ValueError
        It is not what this program writes.
    """
    views = frozenset(View(walk["view"]) for walk in told["walks"] if int(walk["contacts"]))
    figures, steps = {}, {}
    for name in FIGURES:
        figure = told[name]
        if figure["value"] is None:
            figures[name], steps[name] = Measure(math.nan, math.nan, printable(figure["reason"])), 0
        else:
            figures[name], steps[name] = Measure(float(figure["value"]), float(figure["err"])), int(figure["n"])
            if not (math.isfinite(figures[name].value) and figures[name].err >= 0.0):
                raise ValueError(f"{name} is no number with an error")
    return Walked(mode, model, views, figures, steps)


@cache
def titles() -> dict[str, tuple[str, str]]:
    """Return title and unit of every figure, by its name among those of the measures."""
    return {f"{PREFIX}{name}": (norm.title, norm.unit) for name, norm in shipped_norms().items()}


def held_walks(before: Walked | None, after: Walked | None) -> Iterator[tuple[Measure, Measure, View, Comparison]]:
    """Yield every figure that was told of either of two walks: before, after, the view, and what the difference means.

    A difference is a change beyond the larger of what two walks of one person differ by and of both half-widths
    together: unlike the error of an angle, that of a count is new each time.
    """
    if before is None or after is None:
        return
    view = next(iter(before.views)) if before.views == after.views and len(before.views) == 1 else View.UNKNOWN
    for name, norm in shipped_norms().items():
        one, other = before.figures[name], after.figures[name]
        if math.isnan(one.value) and math.isnan(other.value):
            continue
        named = f"{PREFIX}{name}"
        why = _not_comparable(before, after, name, norm)
        if why:
            yield one, other, view, Comparison(named, math.nan, math.nan, Verdict.NOT_COMPARABLE, why)
            continue
        difference, limit = other.value - one.value, max(norm.mdc, math.hypot(one.err, other.err))
        verdict = Verdict.CHANGED if abs(difference) > limit else Verdict.NOT_SURE
        yield one, other, view, Comparison(named, difference, limit, verdict)


def _not_comparable(before: Walked, after: Walked, name: str, norm: Norm) -> str:
    for when, told in (("before", before), ("after", after)):
        if math.isnan(told.figures[name].value):
            return f"not told {when} ({told.figures[name].reason})"
        if told.steps[name] < norm.least_n:
            return f"{told.steps[name]} steps {when}, {norm.least_n} are needed to compare"
    if len(before.views) != 1 or before.views != after.views:
        return f"walks seen from different sides ({_sides(before)} before, {_sides(after)} after)"
    if norm.unit not in COUNTED and (before.model, before.mode) != (after.model, after.mode):
        return "measured by different models or in different ways"
    return ""


def _sides(walked: Walked) -> str:
    return " and ".join(sorted(view.value for view in walked.views))
