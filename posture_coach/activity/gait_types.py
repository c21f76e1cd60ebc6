"""What is told of a walk: contacts, steps, and figures with their error or the reason why there are none."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from posture_coach.measures.types import Side, View

HEIGHT_CM = (100.0, 230.0)
"""Of whoever walks, at least and at most: what share of it a camera sees is known of grown people, and roughly of
children from school on."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A foot meets the floor.

    Parameters
    ----------
    time_s
        Seconds since the source's first frame, between two pictures.
    side
        The person's own; None where the network gave no clear answer.
    toe_off_s
        When the same foot leaves the floor again; NaN where that is not seen.
    """

    time_s: float
    side: Side | None
    toe_off_s: float = math.nan


@dataclass(frozen=True, slots=True)
class Walk:
    """One stretch of walking.

    Parameters
    ----------
    start_s, end_s
        First and last picture.
    view
        From where it was seen as a whole.
    rate_hz
        Pictures a second.
    chains
        Contacts in order of time, in runs without a missed step: neighbours are of different feet.
    reason
        Why there are none; empty where there are.
    """

    start_s: float
    end_s: float
    view: View
    rate_hz: float
    chains: tuple[tuple[Contact, ...], ...] = ()
    reason: str = ""

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """All contacts in order of time."""
        return tuple(contact for chain in self.chains for contact in chain)


@dataclass(frozen=True, slots=True)
class Step:
    """From the contact of one foot to the next one of the other, and the stride that begins with the latter.

    Parameters
    ----------
    walk
        Number of the stretch of walking, from 1.
    side
        The foot that the step ends with; None where left and right could not be told.
    start_s, contact_s
        Contact of the other foot, and of this one.
    stride_time_s
        From this contact to the same foot's next one; NaN where that was not seen.
    stance_ratio
        Share of that stride in which the foot was on the floor; NaN where its toe-off was not seen.
    double_support_s
        From this contact until the other foot left the floor; NaN likewise.
    """

    walk: int
    side: Side | None
    start_s: float
    contact_s: float
    stride_time_s: float = math.nan
    stance_ratio: float = math.nan
    double_support_s: float = math.nan

    @property
    def step_time_s(self) -> float:
        """How long the step took."""
        return self.contact_s - self.start_s


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a walk.

    Parameters
    ----------
    value, err
        In the unit that ends its name, with the 95 % half-width; NaN where there is none.
    n
        Steps, or strides, that it rests on.
    reason
        Why there is no value, and what to do; empty where there is one.
    note
        What must be known to read the value rightly; empty as a rule.
    """

    value: float
    err: float
    n: int
    reason: str = ""
    note: str = ""

    @classmethod
    def missing(cls, reason: str, n: int = 0) -> Figure:
        """Return a figure that could not be told."""
        return cls(math.nan, math.nan, n, reason)


@dataclass(frozen=True, slots=True)
class Gait:
    """All that is told of the walking in one recording.

    Parameters
    ----------
    figures
        By public name.
    """

    walks: tuple[Walk, ...]
    steps: tuple[Step, ...] = ()
    figures: dict[str, Figure] = field(default_factory=dict)

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """All contacts in order of time."""
        return tuple(contact for walk in self.walks for contact in walk.contacts)
