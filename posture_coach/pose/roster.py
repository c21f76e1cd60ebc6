"""Who is who: the people that looks at whole pictures found, told apart from look to look, and one of them chosen.

Pure: numbers in, numbers out. A `Track` is one human over time, made of finds (`Person`) in pictures; the `Roster`
knows all tracks and which of them is measured. As long as no two people were seen at once, whoever is in view is the
measured person.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from posture_coach.errors import DataError
from posture_coach.geometry import distance
from posture_coach.pose.checks import SAME_PERSON_TRUNKS
from posture_coach.pose.person import Person, leaps
from posture_coach.pose.tracking import LOST_S, NEAR_TRUNKS, STRANGER, Track, paired
from posture_coach.pose.types import Floats

SIZE_RATIO_MOST = 2.0
"""From one picture to the next nobody becomes larger or smaller than so many times."""
FORGOTTEN_S = 2.5
"""A bystander who was not seen for so long has gone; he may come back."""
FIRST_S = 3.0
"""The first seconds, in which `largest` and `centre` are decided: somebody seen for longer weighs more."""

Choice = Literal["largest", "centre"] | int
"""Who is measured: the largest of the first seconds, the one nearest to the middle, or the n-th from the left."""
_WORDS: dict[str, Choice] = {"largest": "largest", "centre": "centre"}


def choice_of(text: str) -> Choice:
    """Read `largest`, `centre` or a number from 1.

    Raises
    ------
    DataError
        It is none of them.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text.isascii() and text.isdecimal() and int(text) > 0:
        return int(text)
    raise DataError(f"{text!r} names nobody: give largest, centre, or a number from 1, counted from the left.")


class Roster:
    """Everybody who was seen, and the one who is measured. Feed it in the order of time.

    Parameters
    ----------
    choice
        See `Choice`.
    again_s
        Choose anew when the chosen one was not seen for so long; never by default.

    Attributes
    ----------
    chosen
        Who is measured; None as long as nobody was seen, or not yet as many as were counted.
    number
        His place from the left when he was chosen, from 1.
    most
        How many people were seen at once, at most.
    crowded_s
        Looks that saw more than one person.
    near_s
        Looks at which somebody was so near the chosen one that the two can be taken for each other.
    mixed_s
        From when to when the other one of a meeting was measured, as was seen afterwards.
    late
        Only now is it known who is meant, and he was in view before: the pictures so far have to be gone through again.
    """

    def __init__(self, choice: Choice = "largest", *, again_s: float = math.inf) -> None:
        self._choice, self._again_s = choice, again_s
        self._others: list[Track] = []
        self._first_s: float | None = None
        self._looked_s = -math.inf
        self._decided = False
        self.chosen: Track | None = None
        self.number = 1
        self.most = 0
        self.crowded_s: list[float] = []
        self.near_s: list[float] = []
        self.mixed_s: list[tuple[float, float]] = []
        self.late = False

    # What is known ------------------------------------------------------------------------------------------------

    @property
    def waits(self) -> bool:
        """Whether the one who is wanted has not come yet."""
        return self.chosen is None and self._choice not in ("largest", "centre", 1)

    @property
    def crowded(self) -> bool:
        """Whether whoever is found need not be the one who is wanted."""
        return self.waits or any(track.sure for track in self._others if not self._gone(track))

    @property
    def unsure(self) -> bool:
        """Whether the next look should come soon."""
        return self.waits or not all(map(self._gone, self._others))

    @property
    def tracks(self) -> list[Track]:
        """Everybody who is believed to be in view, from left to right."""
        chosen = [self.chosen] if self.chosen else []
        others = [track for track in self._others if track.sure and not self._gone(track)]
        return sorted([*chosen, *others], key=lambda track: float(track.person.hip[0]))

    def known(self, time_s: float) -> list[Person]:
        """Return where everybody who was seen should be by now."""
        others = [track for track in self._others if not self._gone(track)]
        return [track.at(time_s) for track in [*([self.chosen] if self.chosen else []), *others]]

    def bystanders(self, time_s: float) -> list[Person]:
        """Return where the others should be by now."""
        others = (track for track in self.tracks if track is not self.chosen)
        return [track.at(time_s) for track in others if track.seen_s <= time_s + LOST_S]

    def returns(self, time_s: float) -> bool:
        """Whether somebody who is found now comes back, and may be one who was a bystander before."""
        return bool(self._others) and self.chosen is not None and time_s - self.chosen.seen_s > LOST_S

    def near(self, time_s: float) -> bool:
        """Return whether somebody is so near the chosen one that the two can be taken for each other."""
        return self.chosen is not None and self._near(self.chosen, time_s)

    def mixed(self, time_s: float) -> bool:
        """Return whether the other one of a meeting may have been measured then."""
        return any(start_s < time_s <= end_s for start_s, end_s in self.mixed_s)

    def is_chosen(self, person: Person, time_s: float) -> bool:
        """Return whether a skeleton that was found among several people is the chosen one's."""
        chosen = self.chosen
        if chosen is None:
            return False
        gone_s = abs(time_s - chosen.seen_s)
        ratio = abs(math.log(person.size_px / chosen.person.size_px))
        if gone_s > LOST_S or ratio > math.log(SIZE_RATIO_MOST) or leaps(chosen.person, person, gone_s):
            return False
        own = chosen.at(time_s).apart(person)
        theirs = (other.apart(person) for other in self.bystanders(time_s))
        return all(apart > min(own, SAME_PERSON_TRUNKS) for apart in theirs)

    # What comes in ------------------------------------------------------------------------------------------------

    def follow(self, person: Person, time_s: float) -> None:
        """Note where measuring found the chosen one."""
        if self.chosen is None:
            self.chosen = Track.of(person, time_s, sure=True)
        else:
            self.chosen.move(person, time_s)

    def lose(self, person: Person, time_s: float) -> None:
        """Note that the skeleton is not the chosen one's."""
        chosen, others = self.chosen, self.bystanders(time_s)
        if chosen is not None and any(other.apart(person) < NEAR_TRUNKS for other in others):
            self._mixed(min(chosen.clear_s, chosen.seen_s), time_s)

    def look(self, people: Sequence[Person], time_s: float, middle_px: Floats) -> None:
        """Note everybody whom one look at the whole picture found."""
        if people and self._first_s is None:
            self._first_s = time_s
        self._looked_s = time_s
        self._others = [track for track in self._others if track.sure or not self._gone(track)]
        if len(people) == 1 and self.chosen is not None and all(map(self._gone, self._others)):
            self._see(self._alone(people[0], time_s, self.chosen), people[0], time_s)
        else:
            self._match(people, time_s)
        seen = [track for track in self.tracks if track.looked_s == time_s]
        self.most = max(self.most, len(seen))
        if len(seen) > 1:
            self.crowded_s.append(time_s)
        for track in seen:
            if not self._near(track, time_s):
                track.note(time_s)
        self._decide(seen, time_s, middle_px)
        if self.near(time_s):
            self.near_s.append(time_s)

    def choose(self, track: Track) -> None:
        """Measure this one from now on."""
        if track is not self.chosen:
            self._others = [other for other in [*self._others, self.chosen] if other and other is not track]
            self.chosen = track
        self.number, self._decided = 1 + self.tracks.index(track), True

    def settle(self) -> None:
        """Decide now: there is no more to see."""
        if self._decided or self.chosen is None:
            return
        best = max(self.tracks, key=lambda track: track.merit)
        self.late = best is not self.chosen
        self.choose(best)

    def begun_again(self) -> Roster:
        """Return a roster for the same pictures from their beginning that knows who is meant."""
        again = Roster(self._choice, again_s=self._again_s)
        again.chosen = self.chosen.begun_again() if self.chosen else None
        again._others = [track.begun_again() for track in self._others]
        again.number, again._first_s, again._decided = self.number, self._first_s, True
        return again

    def _gone(self, track: Track) -> bool:
        return self._looked_s - track.seen_s > FORGOTTEN_S

    def _alone(self, person: Person, time_s: float, chosen: Track) -> Track:
        """Tell who somebody is that is alone in view: the chosen one, or else a bystander who has come back."""
        if time_s - chosen.seen_s <= LOST_S or not self._others:
            return chosen
        other = min(self._others, key=lambda track: track.unlike(person))
        return other if other.unlike(person) < min(chosen.unlike(person), STRANGER) else chosen

    def _match(self, people: Sequence[Person], time_s: float) -> None:
        tracks = [*([self.chosen] if self.chosen else []), *self._others]
        costs = np.array([[track.cost(person, time_s) for person in people] for track in tracks])
        pairs = paired(costs.reshape(len(tracks), len(people)))
        for row, column in pairs:
            self._see(tracks[row], people[column], time_s)
        taken = {column for _, column in pairs}
        # At first sight everybody is believed; later somebody who was not there before must be seen twice.
        new = [Track.of(person, time_s, sure=not tracks) for k, person in enumerate(people) if k not in taken]
        self._others += new

    def _see(self, track: Track, person: Person, time_s: float) -> None:
        stray = track.at(time_s).apart(person) > NEAR_TRUNKS
        if track is self.chosen and stray and track.meets:
            self._mixed(track.clear_s, time_s)
        # Measuring says better than a look where he is, unless it has gone over to somebody else.
        if track is not self.chosen or stray or time_s - track.seen_s > LOST_S:
            track.move(person, time_s)
        track.looked, track.looked_s, track.sure = person, time_s, True

    def _mixed(self, start_s: float, end_s: float) -> None:
        if start_s < end_s:  # else he has not come yet
            self.mixed_s.append((start_s, end_s))

    def _near(self, track: Track, time_s: float) -> bool:
        others = (other for other in self.tracks if other is not track)
        return any(other.at(time_s).apart(track.at(time_s)) < NEAR_TRUNKS for other in others)

    def _decide(self, seen: Sequence[Track], time_s: float, middle_px: Floats) -> None:
        if self._decided:
            lost = self.chosen is not None and time_s - self.chosen.seen_s > self._again_s
            if lost and seen:
                self.choose(max(seen, key=lambda track: track.size))
        elif isinstance(self._choice, int):
            if len(seen) >= self._choice:
                wanted = seen[self._choice - 1]
                self.late = wanted is not self.chosen and wanted.first_s < time_s
                self.choose(wanted)
        elif seen:
            for track in seen:
                track.merit += self._merit(track.looked, middle_px)
            if self.chosen is None:
                best = max(seen, key=lambda track: track.merit)
                self.choose(best)
                self._decided = False
            if self._first_s is not None and time_s - self._first_s >= FIRST_S:
                self.settle()

    def _merit(self, person: Person, middle_px: Floats) -> float:
        if self._choice == "centre":
            return 1.0 - float(distance(person.hip, middle_px)) / (2.0 * float(np.linalg.norm(middle_px)))
        return person.size_px
