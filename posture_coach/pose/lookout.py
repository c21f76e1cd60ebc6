"""An occasional look at the whole picture: who is in it, and how bright it is. Never feeds a measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from posture_coach.pose.checks import SAME_PERSON_TRUNKS
from posture_coach.pose.landmarker import LOOKING_CONFIDENCE, Landmarker
from posture_coach.pose.painting import painted_out
from posture_coach.pose.person import Person, distinct
from posture_coach.pose.sources import Closing
from posture_coach.pose.tracking import NEAR_TRUNKS
from posture_coach.pose.types import Floats, Frame, Mode, Model

LOOKS_AT_FIRST, LOOK_EVERY_AT_FIRST_S, LOOK_EVERY_S = 4, 1.0, 2.0
"""How often to look: at 30 pictures a second a few hundredths of the work, and more in the first seconds, which may be
all there is."""
LOOK_SOON_S = 0.25
"""How often where several people are in view: somebody who walks by comes on by a trunk's length."""
PEOPLE_AT_MOST = 6
DARK_LEVEL = 40.0
"""Mean brightness of 255 below which noise outweighs the person."""
EVERY_NTH_PIXEL = 8
CLOSER = 1.5
"""A closer look takes in so many times the person's length."""
CLOSER_PX_LEAST = 32
GLANCES_MORE = 2
"""So often, at most, those who were seen are painted out to see who else there is."""
COVERED = 0.5
"""Share of a find within another one's box, beyond which it is no second person."""


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
        at_a_glance = self._glance(frame)
        hidden = self._hidden(frame, at_a_glance)
        if len(at_a_glance) <= 1 and len(known) <= 1 and not hidden:
            return at_a_glance
        # At this confidence a tree is taken for somebody one time in three, but not from near by; and who is too
        # small, or stands in the others' shade, is found from near by where he was last.
        all_seen = [*at_a_glance, *hidden]
        seen = [
            one for one in at_a_glance if self._is_there(frame, one, [other for other in all_seen if other is not one])
        ]
        seen += hidden
        for person in known:
            if not any(other.apart(person) < NEAR_TRUNKS for other in seen):
                near = self._closer(frame, person)
                if near is not None and near.apart(person) < NEAR_TRUNKS:
                    seen.append(near)
        return distinct(seen)

    def _glance(self, frame: Frame) -> list[Person]:
        return distinct([Person.of(pose.points_px, frame.image) for pose in self._network.find_all(frame)])

    def _hidden(self, frame: Frame, seen: Sequence[Person]) -> list[Person]:
        """Return who shows only where the others are painted out: of several the network may find one alone."""
        hidden: list[Person] = []
        for _ in range(GLANCES_MORE if seen else 0):
            others = [*seen, *hidden]
            painted = replace(frame, image=painted_out(frame.image, others, None))
            more = [
                Person.of(person.points_px, frame.image)
                for person in self._glance(painted)
                if not any(_covers(other, person) for other in others) and self._is_there(painted, person)
            ]
            if not more:
                break
            hidden += more
        return hidden

    def _is_there(self, frame: Frame, person: Person, beside: Sequence[Person] = ()) -> bool:
        """Tell whether a closer look finds somebody too, with those beside him painted out."""
        if beside:
            frame = replace(frame, image=painted_out(frame.image, beside, person))
        near = self._closer(frame, person)
        return near is not None and _same(near, person)

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


def _covers(one: Person, other: Person) -> bool:
    """Tell whether most of somebody's box lies in another's: what is left of one painted out looks like a second."""
    (left, top), (right, bottom) = np.maximum(one.box[:2], other.box[:2]), np.minimum(one.box[2:], other.box[2:])
    width, height = other.box[2] - other.box[0], other.box[3] - other.box[1]
    return bool(max(right - left, 0.0) * max(bottom - top, 0.0) > COVERED * max(width * height, 1.0))


def _same(one: Person, other: Person) -> bool:
    return one.apart(other) < SAME_PERSON_TRUNKS
