"""What goes into the ergonomic scales, and what comes out of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from posture_coach.activity.types import Activity
from posture_coach.measures.types import Measure

NO_MEASURE = Measure(float("nan"), float("nan"), "not measured")


class Origin(StrEnum):
    """Where the points of a part come from."""

    MEASURED = "measured"
    ANSWERED = "answered"
    ASSUMED = "assumed"
    UNSEEN = "not measured"


UNKNOWN = (Origin.ASSUMED, Origin.UNSEEN)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a camera cannot see, asked once; the questions and their defaults stand in `data/ergonomics.toml`.

    Parameters
    ----------
    load_kg
        What is held, lifted or pushed.
    asked
        The keys that somebody answered; the others hold their defaults.
    """

    load_kg: float
    load_handling: str
    coupling: str
    wrist: str
    wrist_sideways: bool
    wrist_turned: bool
    shoulder_raised: bool
    arm_abducted: bool
    arm_supported: bool
    arm_across: bool
    neck_twisted: bool
    neck_side_bent: bool
    trunk_supported: bool
    trunk_twisted: bool
    trunk_side_bent: bool
    legs_supported: bool
    on_one_leg: bool
    static: bool
    repeated: bool
    rapid: bool
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Posture:
    """The median posture of a window.

    Parameters
    ----------
    start_s, end_s
        First and last picture that count.
    pictures
        How many there are.
    held_s
        The longest time without leaving the median by more than the smallest change that counts.
    measures
        Median and half-width of every measure by public name; NaN with its reason where it was not seen often enough.
    """

    start_s: float
    end_s: float
    activity: Activity
    pictures: int
    held_s: float
    measures: Mapping[str, Measure] = field(default_factory=dict)

    @property
    def length_s(self) -> float:
        """Time from the first to the last picture."""
        return self.end_s - self.start_s

    def of(self, name: str) -> Measure:
        """Return one measure; without a value where it has none or no known error."""
        measure = self.measures.get(name, NO_MEASURE)
        known = measure.value == measure.value and measure.err == measure.err
        return measure if known else Measure(float("nan"), float("nan"), measure.reason or NO_MEASURE.reason)


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the points of one item, and why.

    Parameters
    ----------
    item
        What they are added to: upper_arm, neck, load ….
    low, high
        Least and most points over the interval of what was measured.
    least, most
        The same, and over all that could stand in the place of what was neither measured nor answered.
    words
        The measure with its half-width, or the answer.
    ours
        The row is not a published one.
    """

    item: str
    what: str
    points: int
    low: int
    high: int
    least: int
    most: int
    origin: Origin
    words: str
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One score on the way to the last."""

    name: str
    score: int


@dataclass(frozen=True, slots=True)
class Result:
    """What a scale gives.

    Parameters
    ----------
    side
        Whose arm: left or right.
    low, high
        Range of the score over the intervals of what was measured.
    least, most
        Range over what was neither measured nor answered too.
    says
        What the scale says of this level, in our words.
    """

    scale: str
    side: str
    score: int
    low: int
    high: int
    least: int
    most: int
    level: int
    says: str
    steps: tuple[Step, ...]
    parts: tuple[Part, ...]

    @property
    def assumed(self) -> tuple[str, ...]:
        """What was taken as its default, because nobody answered."""
        return tuple(part.what for part in self.parts if part.origin is Origin.ASSUMED)

    @property
    def not_measured(self) -> tuple[str, ...]:
        """What the camera could have seen and did not, with the reason."""
        return tuple(f"{part.what}: {part.words}" for part in self.parts if part.origin is Origin.UNSEEN)


@dataclass(frozen=True, slots=True)
class Refused:
    """A scale that would be more guess than measurement, and why."""

    scale: str
    reason: str
