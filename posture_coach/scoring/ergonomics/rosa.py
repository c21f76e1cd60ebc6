"""The six items of ROSA (Sonne et al. 2012) that a camera can see; its score is not computed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from posture_coach.scoring.ergonomics.parts import Seen, neck_flexion, seen
from posture_coach.scoring.ergonomics.tables import NECK_FLEXION, Ergonomics, Limits, RosaItem
from posture_coach.scoring.ergonomics.types import Posture


class Verdict(StrEnum):
    """How a posture stands to what an item calls neutral."""

    WITHIN = "within"
    OUTSIDE = "outside"
    UNCLEAR = "unclear"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Observed:
    """One item, and what was seen of it, in words with the half-widths."""

    id: str
    title: str
    verdict: Verdict
    seen: tuple[str, ...]
    note: str


def rosa_items(posture: Posture, tables: Ergonomics) -> list[Observed]:
    """Return what the camera saw of each item; from where it could not see, nothing is said."""
    return [_observed(item, posture, tables) for item in tables.rosa.items]


def _observed(item: RosaItem, posture: Posture, tables: Ergonomics) -> Observed:
    found = [(limits, at) for limits in item.limits for at in _measures(limits, posture, tables)]
    each = [[_held(limits, at) for one, at in found if one is limits] for limits in item.limits]
    verdicts = [_joined([v for v in side if v is not Verdict.NOT_MEASURED]) for side in each]
    verdict = _joined(verdicts)
    if Verdict.NOT_MEASURED in verdicts and verdict is Verdict.WITHIN:
        verdict = Verdict.UNCLEAR  # half of the item was not seen
    return Observed(item.id, item.title, verdict, tuple(at.words for _, at in found), item.note)


def _measures(limits: Limits, posture: Posture, tables: Ergonomics) -> list[Seen]:
    """Return the measures of a limit that have a value; where none has, the first with its reason."""
    found = [neck_flexion(posture, tables.neck) if name == NECK_FLEXION else seen(posture, name)
             for name in limits.measures]  # fmt: skip
    return [at for at in found if at.known] or found[:1]


def _held(limits: Limits, at: Seen) -> Verdict:
    if not at.known:
        return Verdict.NOT_MEASURED
    low, high = at.measure.value - at.measure.err, at.measure.value + at.measure.err
    if limits.low <= low and high <= limits.high:
        return Verdict.WITHIN
    return Verdict.OUTSIDE if high < limits.low or low > limits.high else Verdict.UNCLEAR


def _joined(verdicts: list[Verdict]) -> Verdict:
    """Return the verdict over several: any outside is outside, any unclear is unclear."""
    order = (Verdict.OUTSIDE, Verdict.UNCLEAR, Verdict.WITHIN, Verdict.NOT_MEASURED)
    return next((one for one in order if one in verdicts), Verdict.NOT_MEASURED)
