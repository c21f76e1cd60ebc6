"""Days at a desk, second by second, as a live session would tell them: made up, but with the habits of real ones.

Somebody sits in bouts of random length, creeps into a slump, shifts, gets up, stands at the desk for a while in the
afternoon. No number in here is a result; it is what the history is filled with to see how it bears a year.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import numpy as np

from posture_coach.activity.types import Activity
from posture_coach.measures.definitions import NAMES
from posture_coach.scoring.bands import Grade
from posture_coach.scoring.seconds import Second

SEEN = {
    "head_roll_deg": (0.0, 3.0), "shoulder_obliquity_deg": (1.0, 2.0), "lateral_trunk_lean_deg": (0.0, 3.0),
    "viewing_distance_cm": (62.0, 5.0), "neck_length_ratio": (0.97, 0.05), "slump_ratio": (0.97, 0.03),
    "head_yaw_deg": (0.0, 8.0), "head_pitch_deg": (4.0, 5.0), "trunk_inclination_est_deg": (4.0, 4.0),
    "neck_inclination_est_deg": (6.0, 6.0),
}  # fmt: skip
"""Mean and spread of what a desk webcam measures."""
BOUT_MIN, BREAK_MIN = (15.0, 75.0), (1.0, 12.0)
STANDS_AFTER, SHARE_STANDING = 0.6, 0.3
SHIFT_EVERY_S = (120, 900)
HELD_AGAINST = ("sitting_head_roll", "sitting_shoulder_level", "sitting_viewing_distance", "sitting_slump")


def working_days(first: date, count: int) -> Iterator[date]:
    """Yield days from Monday to Friday."""
    day = first
    while count:
        if day.weekday() < 5:
            yield day
            count -= 1
        day += timedelta(days=1)


def stretches(rng: np.random.Generator, length_s: int) -> Iterator[tuple[Activity, int]]:
    """Yield (activity, seconds) over a day."""
    at = 0
    while at < length_s:
        standing = at > STANDS_AFTER * length_s and rng.random() < SHARE_STANDING
        worked = int(rng.uniform(*BOUT_MIN) * 60)
        rested = int(rng.uniform(*BREAK_MIN) * 60)
        yield Activity.STANDING if standing else Activity.SITTING, min(worked, length_s - at)
        at += worked
        if at < length_s:
            yield (Activity.AWAY if rng.random() < 0.8 else Activity.WALKING), min(rested, length_s - at)
        at += rested


def seconds(rng: np.random.Generator, length_s: int) -> Iterator[Second]:
    """Yield a day's seconds."""
    where = [NAMES.index(name) for name in SEEN]
    mean, spread = (np.array([pair[k] for pair in SEEN.values()]) for k in range(2))
    at = 0
    for activity, lasted in stretches(rng, length_s):
        held, until = mean + spread * rng.standard_normal(len(mean)), 0
        for k in range(lasted):
            if k >= until:
                held, until = mean + spread * rng.standard_normal(len(mean)), k + int(rng.integers(*SHIFT_EVERY_S))
            value = np.full(len(NAMES), np.nan)
            seen = activity in (Activity.SITTING, Activity.STANDING)
            if seen:
                value[where] = held + 0.1 * spread * rng.standard_normal(len(mean))
            yield (
                _second(at, activity, value, rng)
                if seen
                else Second(float(at), activity, np.nan, np.nan, value, {}, {})
            )
            at += 1


def _second(at: int, activity: Activity, value: np.ndarray, rng: np.random.Generator) -> Second:
    lost = {name: float(cost) for name, cost in zip(HELD_AGAINST, rng.uniform(0, 8, len(HELD_AGAINST)), strict=True)}
    grade = {name: Grade.CAUTION if cost > 5 else Grade.GOOD for name, cost in lost.items()}
    return Second(float(at), activity, 100.0 - sum(lost.values()), 0.6, value, lost, grade)


def nine(day: date) -> datetime:
    """Return nine o'clock of a day, local time."""
    return datetime(day.year, day.month, day.day, 9).astimezone()
