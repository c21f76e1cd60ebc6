"""What is done with a posture over time: steps make standing a walk, repetitions make anything an exercise."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from posture_coach.activity.body import Signals
from posture_coach.activity.posture import SITTING_DROP, Posture, Seen
from posture_coach.activity.swings import Pattern, Runs, Swings
from posture_coach.activity.types import Activity

STEPS = Pattern(shortest_s=0.2, longest_s=1.4, rest_s=1.2, swings=3, alike=4.0)
"""Two feet cannot pass each other faster, the network's left-right swaps can; slow walking takes 43 steps a minute. Two
swings are one step forward and back."""
LIFTS = Pattern(shortest_s=0.25, longest_s=1.4, rest_s=1.2, swings=4, alike=3.0)
"""From the front a walk shows as feet that rise in turn, by a few pixels: one swing more is asked of it."""
REPETITIONS = Pattern(shortest_s=0.45, longest_s=6.0, rest_s=4.0, swings=5, alike=3.0, comes_back=True)
"""There, back, there, back, and there again: the third repetition has begun. One squat picks something up, two may. A
half squat follows a whole one; one way and a hold at its end last six seconds at most. Each step of a walk opens and
closes the legs in 0.3 s a way."""
FLOOR_REPETITIONS = replace(REPETITIONS, shortest_s=0.3)
"""Nobody walks on the floor, and small movements are quick: crunches to either side take 0.4 s a way."""
SWING_HOLD_S, REPETITION_HOLD_S = 0.1, 0.2
"""How long a turn must stay turned: left and right are swapped for two or three pictures of thirty a second."""
WALKING_MAX_TILT_DEG = 55.0
"""Who steps about bent further down does not walk."""
LEAD = 0.5
"""Way of one ankle past the other in thigh lengths: about 2 in walking, a stray 0.4 in standing and squats."""
LIFT = 0.12
"""In trunk lengths, 6 cm: standing and squats stay within 0.1, slow walking towards the camera reaches 0.15 to 0.3."""
UPRIGHT = {"trunk_deg": 30.0, "hip_deg": 35.0, "knee_deg": 35.0, "hip_most_deg": 30.0, "apart": 0.5}
"""How far a signal must swing to be an exercise sitting or standing. Slumping, reaching and nodding at a desk move the
trunk by 10 to 25 degrees; half a squat bends the knees by 45; jumping jacks spread the legs by 0.6 leg lengths."""
FLOOR = {"trunk_deg": 6.0, "hip_deg": 10.0, "knee_deg": 15.0, "hip_most_deg": 15.0, "hip_least_deg": 15.0}
"""The same on the floor, where little else moves: a crunch lifts the trunk by 8 to 10 degrees."""


def _runs(pattern: Pattern, least: dict[str, float], hold_s: float) -> dict[str, Runs]:
    return {name: Runs(pattern, Swings(size, hold_s)) for name, size in least.items()}


@dataclass(slots=True)
class Doing:
    """Follows what one person does; feed pictures in the order of time.

    Parameters
    ----------
    posture
        What each picture says by itself.
    counted
        Whether what is done rests on steps or repetitions that were counted, and not on this one picture.
    """

    posture: Posture = field(default_factory=Posture)
    counted: bool = False
    _lead: Runs = field(default_factory=lambda: Runs(STEPS, Swings(LEAD, SWING_HOLD_S)))
    _lift: Runs = field(default_factory=lambda: Runs(LIFTS, Swings(LIFT, SWING_HOLD_S)))
    _upright: dict[str, Runs] = field(default_factory=lambda: _runs(REPETITIONS, UPRIGHT, REPETITION_HOLD_S))
    _floor: dict[str, Runs] = field(default_factory=lambda: _runs(FLOOR_REPETITIONS, FLOOR, SWING_HOLD_S))

    def push(self, seen: Signals, i: int, now_s: float) -> Activity:
        """Take in picture i and return what is done, as far as is known by then."""
        tilt, drop = float(seen.tilt_deg[i]), float(seen.drop[i])
        picture = Seen(
            now_s, bool(seen.present[i]), bool(seen.shoulders[i]), tilt, float(seen.hip_deg[i]),
            float(seen.knee_drawn_deg[i]), drop, float(seen.feet[i]), float(seen.hands[i]), float(seen.apart[i]),
            float(seen.rise[i]),
        )  # fmt: skip
        posture = self.posture.push(picture)
        legs = picture.present and drop >= SITTING_DROP and tilt <= WALKING_MAX_TILT_DEG
        walks = [
            run.push(float(signal[i]) if legs else math.nan, now_s)
            for run, signal in ((self._lead, seen.lead), (self._lift, seen.lift))
        ]
        exercises = [
            run.push(float(getattr(seen, name)[i]) if picture.present and there else math.nan, now_s)
            for runs, there in ((self._upright, True), (self._floor, self.posture.floor))
            for name, run in runs.items()
        ]
        return self._named(posture, any(walks), any(exercises))

    def _named(self, posture: Activity, walks: bool, exercises: bool) -> Activity:
        """Name what is done: a march lifts the knees again and again, and yet is a walk."""
        walks = walks and posture is Activity.STANDING
        self.counted = walks or (exercises and posture is not Activity.AWAY)
        if not self.counted:
            return posture
        return Activity.WALKING if walks else Activity.EXERCISING

    def forget(self) -> None:
        """Drop the walks and sets that are over: a live camera's day is long."""
        for run in (self._lead, self._lift, *self._upright.values(), *self._floor.values()):
            run.forget()

    def walks(self) -> list[list[float]]:
        """Return [start, end] in seconds of every walk so far."""
        return [*self._lead.spans, *self._lift.spans]

    def sets(self) -> list[list[float]]:
        """Return [start, end] in seconds of every set of repetitions so far."""
        return [span for runs in (self._upright, self._floor) for run in runs.values() for span in run.spans]
