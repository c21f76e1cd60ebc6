"""Whether two values of one person differ by more than measuring twice does.

A difference counts as a change beyond the largest of two limits. The minimal detectable change (`[mdc]` of
`data/accuracy.toml`) holds what people themselves vary from one session to the next, from test-retest studies. The
error of a change (`change` of its rows) is this program's own, measured on the ground truth: seen from the same place
by the same model and mode, most of the error of a value is the same both times and goes out of the difference.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from posture_coach.measures.accuracy import Accuracy
from posture_coach.measures.definitions import BY_NAME, UNIT_SIGN
from posture_coach.measures.types import Measure, View
from posture_coach.pose.types import Mode, Model


class Verdict(StrEnum):
    """What a difference between two values means."""

    CHANGED = "changed"
    NOT_SURE = "no change you can be sure of"
    NOT_COMPARABLE = "cannot be compared"


@dataclass(frozen=True, slots=True)
class Seen:
    """How a value was seen: two values compare where both were seen alike."""

    view: View
    mode: Mode
    model: Model


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values of one measure.

    Parameters
    ----------
    difference
        After minus before, in the measure's unit; NaN where they cannot be compared.
    limit
        What the difference must exceed to count as a change.
    reason
        Why they cannot be compared; empty where they can.
    """

    name: str
    difference: float
    limit: float
    verdict: Verdict
    reason: str = ""

    @property
    def words(self) -> str:
        """The verdict as a sentence: *changed by +5.0°, more than the 3.2° that measuring twice may differ*."""
        if self.verdict is Verdict.NOT_COMPARABLE:
            return f"{self.verdict}: {self.reason}"
        row = BY_NAME[self.name]
        digits, sign = (2, "") if row.unit == "ratio" else (1, UNIT_SIGN[row.unit])
        by, limit = f"{self.difference:+z.{digits}f}{sign}", f"{self.limit:.{digits}f}{sign}"
        if self.verdict is Verdict.CHANGED:
            return f"changed by {by}, more than the {limit} that measuring twice may differ"
        return f"{self.verdict}: {by} is within the {limit} that measuring twice may differ"


def compare(name: str, before: Measure, after: Measure, one: Seen, other: Seen, accuracy: Accuracy) -> Comparison:
    """Compare two values of one person, each a mean over seconds or a single value.

    Parameters
    ----------
    name
        Public name of the measure.
    one, other
        How the value before and the one after were seen.
    """
    why = _not_comparable(before, after, one, other)
    limit = math.nan if why else detectable(name, one, accuracy)
    if not why and math.isnan(limit):
        why = "how far two measurements differ by themselves is not known from this side"
    if why:
        return Comparison(name, math.nan, math.nan, Verdict.NOT_COMPARABLE, why)
    difference = after.value - before.value
    verdict = Verdict.CHANGED if abs(difference) > limit else Verdict.NOT_SURE
    return Comparison(name, difference, limit, verdict)


def detectable(name: str, seen: Seen, accuracy: Accuracy) -> float:
    """Return the least difference that counts as a change, in the measure's unit; NaN where nothing is known."""
    joint = BY_NAME[name].joint
    error = accuracy.of(joint, seen.view, seen.mode, seen.model)
    own = error.change if error else math.nan
    if error and math.isnan(own):
        # Without a measured change each of two values errs by itself.
        own = math.sqrt(2.0) * math.hypot(error.half_width, error.apart)
    known = [limit for limit in (accuracy.mdc.get(joint, math.nan), own) if not math.isnan(limit)]
    return max(known) if error and known else math.nan


def _not_comparable(before: Measure, after: Measure, one: Seen, other: Seen) -> str:
    for when, value in (("before", before), ("after", after)):
        if math.isnan(value.value):
            return f"not measured {when}" + (f" ({value.reason})" if value.reason else "")
    if one.view is not other.view:
        return f"seen from different sides ({one.view} and {other.view})"
    if one.model is not other.model:
        return f"measured by different models ({one.model} and {other.model})"
    if one.mode is not other.mode:
        return f"measured in different ways ({one.mode} and {other.mode}), which differ by one to three degrees"
    return ""
