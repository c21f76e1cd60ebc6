"""The posture of one picture after the other: what trunk, legs, feet and hands say by themselves.

A posture is kept until another is clear, so that somebody half risen is what he was before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from posture_coach.activity.types import Activity
from posture_coach.measures.sagittal import ON_FEET, ON_THIGHS, TUCKED_DEG

STANDING_DROP, SITTING_DROP = 0.54, ON_THIGHS
"""Height of the hip above the knee in trunk lengths. On the rendered people straight legs have at least 0.7, legs on a
chair at most 0.42, with the model lite once 0.51; real people before cameras high on a wall stand at 0.55 to 0.65."""
STRAIGHT_DEG = 40.0
"""In between, whose hips are this straight stands before a camera that looks down; half risen they bend by 50."""
TUCKED_DROP = 0.65
"""Up to here thighs slope where somebody sits on an edge with the feet drawn back under it, his knees bent beyond
`TUCKED_DEG`. The mean of both is asked, as drawn: it does not care which leg the network calls which, nor how far a
world point guesses; for a measure, where one side is near and put right, the straighter one is."""
KNEELING = 0.2
"""Who has the ankle hardly lower than the knee while the thigh hangs is on his knees, and neither sits nor stands."""
LEVEL_DEG, RAISED_DEG = 60.0, 50.0
"""Trunk tilt from which one can lie, and below which one no longer does. Reclined chairs stay below 45."""
LOW = 0.75
"""With a level trunk and the hips higher above the feet, one is bent down on a chair (0.95); a bridge and a plank have
at most 0.6."""
PROPPED_HANDS = 0.6
"""Hands so far below the shoulders of a level trunk carry it: about 1.1 on all fours and in a high plank, 0.1 lying."""
WIDE = 1.1
"""Ankles so many leg lengths apart: legs spread by 65 degrees. Walking reaches 0.9; nobody just stands so."""
RISEN, SAT = 0.6, 0.35
"""Rise of the shoulders above the own seated upright, in shoulder widths. Standing up lifts them by a thigh's length,
about 1.1; stretching by 0.3 at most (`measures/desk.py`)."""
KEEP_S = 2.0
"""Legs out of the picture for so long leave the posture as it was: somebody comes nearer, or passes a chair."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one picture shows, as in `Signals`."""

    time_s: float
    present: bool
    shoulders: bool
    tilt_deg: float
    hip_deg: float
    knee_drawn_deg: float
    drop: float
    feet: float
    hands: float
    apart: float
    rise: float


@dataclass(slots=True)
class Posture:
    """Follows one person's posture; feed pictures in the order of time.

    Parameters
    ----------
    now
        The posture in force; `EXERCISING` where the posture itself says so.
    assumed
        Whether sitting is only assumed, because the legs are not seen.
    floor
        Whether the trunk is level and low: lying, on all fours, in a plank.
    """

    now: Activity = Activity.UNKNOWN
    assumed: bool = False
    floor: bool = False
    _legs_s: float = -math.inf
    _feet_s: float = -math.inf
    _stood: bool | None = None

    def push(self, seen: Seen) -> Activity:
        """Take in a picture and return the posture in force."""
        self.assumed = False
        if not math.isnan(seen.feet):
            self._feet_s = seen.time_s
        if not seen.present:
            self.now, self.floor = Activity.AWAY, False
        elif not math.isnan(seen.drop):
            self._legs_s = seen.time_s
            self.now = self._of_legs(seen)
        elif seen.time_s - self._legs_s > KEEP_S or self.now in (Activity.AWAY, Activity.UNKNOWN):
            self.floor = False
            self.now = self._of_shoulders(seen)
        elif seen.time_s - self._feet_s > KEEP_S and math.isnan(seen.rise):
            # Kept from a knee that was guessed now and then: no whole leg was seen, so it is no better than assumed.
            self.assumed = seen.shoulders
        return self.now

    def _of_legs(self, seen: Seen) -> Activity:
        level = seen.tilt_deg > (RAISED_DEG if self.floor else LEVEL_DEG)
        on_feet = seen.drop > SITTING_DROP and seen.feet >= ON_FEET
        propped = seen.hands >= PROPPED_HANDS and (seen.drop > SITTING_DROP or seen.feet < LOW)
        lying = seen.feet < LOW and seen.drop < STANDING_DROP
        self.floor = level and not on_feet and (propped or lying)
        if self.floor:
            return Activity.EXERCISING if propped else Activity.LYING
        if seen.apart >= WIDE:
            return Activity.EXERCISING
        tucked = SITTING_DROP < seen.drop < TUCKED_DROP and seen.knee_drawn_deg > TUCKED_DEG
        if tucked and seen.feet - seen.drop >= KNEELING:
            return Activity.SITTING
        if seen.drop >= STANDING_DROP or (seen.drop > SITTING_DROP and seen.hip_deg < STRAIGHT_DEG):
            return Activity.STANDING if seen.feet - seen.drop >= KNEELING else Activity.UNKNOWN
        if seen.drop <= SITTING_DROP:
            return Activity.SITTING
        kept = self.now in (Activity.SITTING, Activity.STANDING)
        return self.now if kept else Activity.UNKNOWN

    def _of_shoulders(self, seen: Seen) -> Activity:
        """Tell by their height, where it was ever measured; without it, who shows no legs is taken to sit."""
        if not math.isnan(seen.rise):
            if seen.rise >= RISEN or seen.rise <= SAT:
                self._stood = seen.rise >= RISEN
            return Activity.STANDING if self._stood else Activity.SITTING
        self.assumed = seen.shoulders
        return Activity.SITTING if seen.shoulders else Activity.UNKNOWN
