"""What a guided calibration says: what to do, how long still, and what is wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class Posture(StrEnum):
    """What is held."""

    UPRIGHT = "upright"
    SLUMP = "slump"
    GAZE = "gaze"


TITLES = {
    Posture.UPRIGHT: "Sit or stand comfortably upright",
    Posture.SLUMP: "Now let yourself slump",
    Posture.GAZE: "Upright again, and look straight ahead",
}
WORDS = {
    Posture.UPRIGHT: "As you would if somebody took your picture: shoulders loose, nothing forced.",
    Posture.SLUMP: "As late in the afternoon: let back and head sink. Stay where you are.",
    Posture.GAZE: "At something far away, level with your eyes. Not at the screen.",
}


class Phase(StrEnum):
    """What is going on."""

    WAITING = "waiting"
    SETTLING = "settling"
    HOLDING = "holding"
    EXPLAINING = "explaining"
    DONE = "done"
    FAILED = "failed"


ENDED = (Phase.DONE, Phase.FAILED)

NOBODY = "Nobody is in view. Move into the picture, or turn the camera towards you."
TWO = "More than one person is in view. Let only one be seen: it could be either whose posture is taken."
CORNER = "The camera sees you from a corner. Turn yourself or the camera until it sees you from the front or the side."
MOVED = "You moved while it was taken. Hold still: breathe and blink, but do not talk, reach or turn."
TURNED = "You have turned: the camera sees you from another side than at first. Turn back."
NO_SLUMP = "That was no different from upright. Let back and head sink as far as they like to."
CONTRADICTORY = (
    "You sat straighter for the slump than for upright, so one of the two is not what it is called. "
    "Let back and head sink, without leaning back."
)
STILL_SLUMPED = "You are still slumped. Sit or stand upright again, as at first, and look straight ahead."
HIPS = "Your hips are out of the picture: trunk and hips are not taken. Move back or tilt the camera if you want them."
DARK = "It is very dark: put a light in front of you."
GIVEN_UP = "Nothing was taken, and what was taken before still stands."


@dataclass(frozen=True, slots=True)
class Guide:
    """What to show.

    Parameters
    ----------
    number, of
        Which posture of how many, from 1.
    left_s
        Seconds that the posture is still to be held; 0 where none is.
    share
        How much of everything is done, 0 to 1.
    problem
        What is wrong and what to do; empty where nothing is.
    note
        What the result will lack, without stopping anything.
    """

    phase: Phase
    posture: Posture
    number: int
    of: int
    left_s: float = 0.0
    share: float = 0.0
    problem: str = ""
    note: str = ""

    @property
    def title(self) -> str:
        """What to do, in large words."""
        return {Phase.DONE: "Done", Phase.FAILED: "Not taken"}.get(self.phase, TITLES[self.posture])

    @property
    def words(self) -> str:
        """How it stands, in a sentence."""
        if self.phase is Phase.HOLDING:
            return f"Stay like this: {math.ceil(self.left_s)} s"
        if self.phase is Phase.DONE:
            return "Your own upright is taken."
        return self.problem or WORDS[self.posture]

    @property
    def line(self) -> str:
        """All of it in one line."""
        if self.phase is Phase.FAILED:
            return f"{self.title}: {self.words}"
        return f"{self.title}. {self.words}" if self.phase in (Phase.WAITING, Phase.SETTLING) else self.words
