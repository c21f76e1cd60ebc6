"""An occasional look at the whole picture: who is in it, and how bright it is. Never feeds a measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from posture_coach.pose.checks import SAME_PERSON_TRUNKS
from posture_coach.pose.landmarker import LOOKING_CONFIDENCE, Landmarker
from posture_coach.pose.person import Person, distinct
from posture_coach.pose.sources import Closing
from posture_coach.pose.tracking import NEAR_TRUNKS
from posture_coach.pose.types import Floats, Frame, Mode, Model

LOOKS_AT_FIRST, LOOK_EVERY_AT_FIRST_S, LOOK_EVERY_S = 4, 1.0, 2.0
"""How often to look: at 30 pictures a second a fortieth of the work, and more in the first seconds, which may be all
there is."""
LOOK_SOON_S = 0.25
"""How often where several people are in view: somebody who walks by comes on by a trunk's length."""
PEOPLE_AT_MOST = 6
DARK_LEVEL = 40.0
"""Mean brightness of 255 below which noise outweighs the person."""
EVERY_NTH_PIXEL = 8
CLOSER = 1.5
"""A closer look takes in so many times the person's length."""
CLOSER_PX_LEAST = 32


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look found.

    Parameters
    ----------
    people
        How many.
    brightness
        Mean of all colours, 0 to 255.
    found
        The people themselves.
    """

    people: int
    brightness: float
    found: tuple[Person, ...] = ()

    @property
    def dark(self) -> bool:
        """Whether it is too dark to trust the numbers."""
        return self.brightness < DARK_LEVEL


class Lookout(Closing):
    """Looks at a picture now and then; hand it every picture of one source, in the order of time."""

    def __init__(self) -> None:
        self._network = Landmarker(
            Model.LITE, Mode.DETECTED, people=PEOPLE_AT_MOST, confidence=LOOKING_CONFIDENCE
        )  # fmt: skip
        self._close: Landmarker | None = None
        self._looks = 0
        self._looked_s = -np.inf

    def see(self, frame: Frame, known: Sequence[Person] = (), *, soon: bool = False, now: bool = False) -> Sight | None:
        """Return what is seen, None where it is not yet time to look again.

        Parameters
        ----------
        known
            Where people who were seen before should be by now: looked for more closely.
        soon, now
            Look again sooner than usual, or at once.
        """
        usual_s = LOOK_EVERY_AT_FIRST_S if self._looks < LOOKS_AT_FIRST else LOOK_EVERY_S
        if not now and frame.time_s < self._looked_s + (LOOK_SOON_S if soon else usual_s):
            return None
        self._looks += not now and frame.time_s >= self._looked_s + usual_s
        self._looked_s = frame.time_s
        found = self._people(frame, known)
        brightness = float(frame.image[::EVERY_NTH_PIXEL, ::EVERY_NTH_PIXEL].mean())
        return Sight(len(found), brightness, tuple(found))

    def close(self) -> None:
        """Give the network's memory back."""
        self._network.close()
        if self._close is not None:
            self._close.close()

    def _people(self, frame: Frame, known: Sequence[Person]) -> list[Person]:
        at_a_glance = distinct([Person.of(p.points_px, frame.image) for p in self._network.find_all(frame)])
        if len(at_a_glance) <= 1 and len(known) <= 1:
            return at_a_glance
        # At this confidence a tree is taken for somebody one time in three, but not from near by; and who is too
        # small, or stands in the others' shade, is found from near by where he was last.
        seen = [person for person in at_a_glance if (near := self._closer(frame, person)) and _same(near, person)]
        for person in known:
            if not any(other.apart(person) < NEAR_TRUNKS for other in seen):
                near = self._closer(frame, person)
                if near is not None and near.apart(person) < NEAR_TRUNKS:
                    seen.append(near)
        return distinct(seen)

    def _closer(self, frame: Frame, person: Person) -> Person | None:
        """Look at one place alone."""
        left, top, right, bottom = person.box
        reach = max(right - left, bottom - top) * CLOSER / 2.0
        centre = np.array([left + right, top + bottom]) / 2.0
        low = np.clip(centre - reach, 0, frame.size).astype(int)
        high = np.clip(centre + reach, 0, frame.size).astype(int)
        if (high - low).min() < CLOSER_PX_LEAST:
            return None
        if self._close is None:
            self._close = Landmarker(Model.LITE, Mode.DETECTED)
        part = np.ascontiguousarray(frame.image[low[1] : high[1], low[0] : high[0]])
        pose = self._close.find(Frame(part, frame.time_s, frame.index))
        return None if pose is None else _placed(pose.points_px, low, frame)


def _placed(points_px: Floats, corner: np.ndarray, frame: Frame) -> Person:
    return Person.of(points_px + corner, frame.image)


def _same(one: Person, other: Person) -> bool:
    return one.apart(other) < SAME_PERSON_TRUNKS
