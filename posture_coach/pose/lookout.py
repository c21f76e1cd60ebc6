"""An occasional look at the whole picture: how many people are in it, and how bright it is. Never feeds a measure."""

from __future__ import annotations

from dataclasses import dataclass

from posture_coach.pose.checks import people_among
from posture_coach.pose.landmarker import LOOKING_CONFIDENCE, Landmarker
from posture_coach.pose.sources import Closing
from posture_coach.pose.types import Frame, Mode, Model

LOOKS_AT_FIRST, LOOK_EVERY_AT_FIRST_S, LOOK_EVERY_S = 4, 1.0, 2.0
"""How often to look: at 30 pictures a second a fortieth of the work, and more in the first seconds, which may be all
there is."""
DARK_LEVEL = 40.0
"""Mean brightness of 255 below which noise outweighs the person."""
EVERY_NTH_PIXEL = 8


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look found.

    Parameters
    ----------
    people
        1 for one, 2 for more.
    brightness
        Mean of all colours, 0 to 255.
    """

    people: int
    brightness: float

    @property
    def dark(self) -> bool:
        """Whether it is too dark to trust the numbers."""
        return self.brightness < DARK_LEVEL


class Lookout(Closing):
    """Looks at a picture now and then; hand it every picture of one source, in the order of time."""

    def __init__(self) -> None:
        self._network = Landmarker(Model.LITE, Mode.DETECTED, people=2, confidence=LOOKING_CONFIDENCE)
        self._looks = 0
        self._next_s = 0.0

    def see(self, frame: Frame) -> Sight | None:
        """Return what is seen, None where it is not yet time to look again."""
        if frame.time_s < self._next_s:
            return None
        self._looks += 1
        self._next_s = frame.time_s + (LOOK_EVERY_AT_FIRST_S if self._looks < LOOKS_AT_FIRST else LOOK_EVERY_S)
        people = people_among(self._network.find_all(frame))
        return Sight(people, float(frame.image[::EVERY_NTH_PIXEL, ::EVERY_NTH_PIXEL].mean()))

    def close(self) -> None:
        """Give the network's memory back."""
        self._network.close()
