"""One human over time, made of finds in pictures: where he goes, what he looks like, and which find may be he.

Pure: numbers in, numbers out.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

import numpy as np

from posture_coach.pose.checks import JUMP_TRUNKS, JUMP_TRUNKS_PER_S
from posture_coach.pose.person import Person
from posture_coach.pose.types import Floats

LOST_S = 0.5
"""Who was not found for longer is taken up again by a look at the whole picture, not by the skeleton alone."""
NEAR_TRUNKS = 1.0
"""Whose hips are nearer than this can be taken for each other."""

SCATTER_SIZE, SCATTER_SHAPE, SCATTER_COLOUR = 0.25, 0.15, 30.0
"""How much one person differs from himself from look to look: logarithm of the size, of the proportions, levels of 255.
Proportions alone tell few people apart: the network draws everybody much alike."""
ALIKE, STRANGER = 2.0, 3.0
"""So many scatters from what somebody looked like on average weigh as much as a trunk's length from where he should
be; with the second number it is not he."""
MEMORY = 0.3
"""Weight of the newest look in what somebody looks like."""
AHEAD_S, STEADY_S = 0.5, 0.4
"""Nobody is believed to keep his course for longer than the first; it is averaged over the second."""
MEETING_S = 1.5
"""Except for passing somebody: so long it takes."""


@dataclass(slots=True, eq=False)
class Track:
    """One human over time.

    Parameters
    ----------
    person, seen_s
        The newest find, by a look or by measuring, and when it was.
    looked, looked_s
        The newest find by a look.
    clear, clear_s, clear_velocity_px_s
        The newest find by a look at which nobody else was near, and his way then.
    size, shape, colours
        What he looks like on average; the size as a logarithm.
    first, first_s
        The first find.
    velocity_px_s
        (2,) of the hip.
    sure
        Seen often enough to be believed.
    merit
        How much speaks for measuring him, by the choice that was made.
    """

    person: Person
    seen_s: float
    looked: Person
    looked_s: float
    clear: Person
    clear_s: float
    size: float
    shape: Floats
    colours: Floats
    first: Person
    first_s: float
    velocity_px_s: Floats
    clear_velocity_px_s: Floats
    sure: bool = False
    merit: float = 0.0

    @classmethod
    def of(cls, person: Person, time_s: float, *, sure: bool = False) -> Track:
        """Begin with a find."""
        return cls(
            person, time_s, person, time_s, person, time_s, math.log(person.size_px), person.shape, person.colours,
            person, time_s, np.zeros(2), np.zeros(2), sure,
        )  # fmt: skip

    def begun_again(self) -> Track:
        """Return him as he was first found, with all that is known of his looks and nothing of his way."""
        return replace(
            self, person=self.first, seen_s=self.first_s, looked=self.first, looked_s=self.first_s,
            clear=self.first, clear_s=self.first_s, velocity_px_s=np.zeros(2), clear_velocity_px_s=np.zeros(2),
        )  # fmt: skip

    def at(self, time_s: float) -> Person:
        """Return the newest find moved to where he should be by now."""
        return self.person.moved(self.velocity_px_s * min(max(time_s - self.seen_s, 0.0), AHEAD_S))

    def move(self, person: Person, time_s: float) -> None:
        """Note where he is."""
        step_s = time_s - self.seen_s
        if 0.0 < step_s <= AHEAD_S:
            velocity = (person.hip - self.person.hip) / step_s
            self.velocity_px_s = self.velocity_px_s + min(1.0, step_s / STEADY_S) * (velocity - self.velocity_px_s)
        elif step_s > 0.0:
            self.velocity_px_s = np.zeros(2)
        self.person, self.seen_s = person, time_s

    def note(self, time_s: float) -> None:
        """Note what he looks like and where he goes, with nobody near who could be taken for him."""
        person = self.clear = self.looked
        self.clear_s, self.clear_velocity_px_s = time_s, self.velocity_px_s
        self.size += MEMORY * (math.log(person.size_px) - self.size)
        self.shape = self.shape + MEMORY * (person.shape - self.shape)
        known = np.where(np.isnan(self.colours), person.colours, self.colours)
        self.colours = known + MEMORY * np.nan_to_num(person.colours - known)

    def unlike(self, person: Person) -> float:
        """Return by how many of one person's own scatters a find looks different."""
        colour = np.abs(self.colours - person.colours)
        parts = [
            abs(math.log(person.size_px) - self.size) / SCATTER_SIZE,
            float(np.abs(person.shape - self.shape).mean()) / SCATTER_SHAPE,
        ]
        if not np.isnan(colour).all():
            parts.append(float(np.nanmean(colour)) / SCATTER_COLOUR)
        return sum(parts) / len(parts)

    def cost(self, person: Person, time_s: float) -> float:
        """Return how little speaks for a find being he; infinite where it cannot be."""
        unlike = self.unlike(person)
        if self.meets:
            # Only now will be seen who of those who met is who: by where they were going, and by their looks.
            gone_s = time_s - self.clear_s
            apart = self.clear.moved(self.clear_velocity_px_s * min(gone_s, MEETING_S)).apart(person)
        else:
            gone_s = abs(time_s - self.seen_s)
            apart = self.at(time_s).apart(person)
        if apart > JUMP_TRUNKS + JUMP_TRUNKS_PER_S * gone_s or (gone_s > LOST_S and unlike > STRANGER):
            return math.inf
        return apart / (1.0 + gone_s / LOST_S) + unlike / ALIKE

    @property
    def meets(self) -> bool:
        """Whether somebody else was near when he was last seen."""
        return self.looked_s > self.clear_s


def paired(costs: Floats) -> list[tuple[int, int]]:
    """Pair rows with columns of an (n, m) table, as many as can be, cheaply in all; infinite pairs are left alone."""
    pairs: list[tuple[int, int]] = []
    left = costs.copy()
    while left.size and np.isfinite(left).any():
        row, column = (int(k) for k in np.unravel_index(int(left.argmin()), left.shape))
        pairs.append((row, column))
        left[row], left[:, column] = math.inf, math.inf
    # The cheapest first is not always the cheapest in all: two who crossed may have to be exchanged.
    for i, j in itertools.combinations(range(len(pairs)), 2):
        (a, x), (b, y) = pairs[i], pairs[j]
        if costs[a, y] + costs[b, x] < costs[a, x] + costs[b, y]:
            pairs[i], pairs[j] = (a, y), (b, x)
    return pairs
