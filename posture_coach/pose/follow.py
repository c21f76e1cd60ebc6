"""The chosen person found in picture after picture, whoever else is in view: what live and recorded pictures share.

With one person in view a picture goes to the network as it is, and what the network finds is taken. With more, the
others are painted out, and a skeleton that is not the chosen one's counts as nobody.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from posture_coach.pose.checks import JUMP_MAX_S
from posture_coach.pose.landmarker import Landmarker
from posture_coach.pose.lookout import Lookout, Sight
from posture_coach.pose.painting import painted_out
from posture_coach.pose.person import Person, leaps
from posture_coach.pose.roster import Choice, Roster
from posture_coach.pose.sources import Closing
from posture_coach.pose.tracking import Track
from posture_coach.pose.types import Frame, Mode, Model, Pose


class Follower(Closing):
    """Finds one person in the pictures of one source, in the order of time.

    Parameters
    ----------
    choice
        Who is meant; or the roster of an earlier pass over the same pictures.
    again_s
        See `Roster`.
    how
        Finds somebody in one picture, as `Landmarker.find` does.
    """

    def __init__(
        self,
        model: Model,
        mode: Mode,
        choice: Choice | Roster = "largest",
        *,
        again_s: float = math.inf,
        how: Callable[[Landmarker, Frame], Pose | None] = Landmarker.find,
    ) -> None:
        self.roster = choice if isinstance(choice, Roster) else Roster(choice, again_s=again_s)
        self.sight: Sight | None = None
        """What the newest look saw."""
        self.model, self.mode, self._how = model, mode, how
        self._network = Landmarker(model, mode)
        try:
            self._lookout = Lookout()
        except BaseException:  # Ctrl-C too: nobody else could close the network that stands already
            self._network.close()
            raise
        self._astray = False
        self._chosen_anew = False

    def close(self) -> None:
        """Give the networks' memory back."""
        self._network.close()
        self._lookout.close()

    def find(self, frame: Frame) -> Pose | None:
        """Return the chosen person, None where he is not found."""
        looked, self._chosen_anew = self._look(frame, now=self._chosen_anew), False
        if not self.roster.crowded:
            pose = self._how(self._network, frame)
            if pose is None or not self._may_be_another(pose):
                return self._followed(pose)
            looked = self._look(frame, now=True)
            if not self.roster.crowded:
                return self._followed(pose)
        return self._among_others(frame, looked=looked)

    def choose(self, track: Track) -> None:
        """Find this one from now on."""
        self._astray |= track is not self.roster.chosen
        self._chosen_anew = True
        self.roster.choose(track)

    def _look(self, frame: Frame, *, now: bool = False) -> bool:
        """Look at the whole picture if it is time to; tell whether it was."""
        roster = self.roster
        sight = self._lookout.see(frame, roster.known(frame.time_s), soon=roster.unsure, now=now)
        if sight is None:
            return False
        self.sight = sight
        before = roster.chosen
        roster.look(sight.found, frame.time_s, np.array(frame.size) / 2.0)
        self._astray |= before is not None and roster.chosen is not before
        return True

    def _may_be_another(self, pose: Pose) -> bool:
        """Tell whether the only skeleton there is jumps as if to somebody else, or comes back after a while."""
        chosen = self.roster.chosen
        if chosen is None:
            return False
        gone_s = pose.time_s - chosen.seen_s
        jumps = gone_s <= JUMP_MAX_S and leaps(chosen.person, Person.of(pose.points_px), gone_s)
        return jumps or self.roster.returns(pose.time_s)

    def _followed(self, pose: Pose | None) -> Pose | None:
        if pose is not None:
            self.roster.follow(Person.of(pose.points_px), pose.time_s)
        return pose

    def _among_others(self, frame: Frame, *, looked: bool) -> Pose | None:
        if self._astray and not self._restarted(frame):
            return None
        pose = self._chosen_among(frame)
        if pose is None and self._astray and not looked:
            self._look(frame, now=True)
            pose = self._chosen_among(frame) if self._restarted(frame) else None
        return pose

    def _chosen_among(self, frame: Frame) -> Pose | None:
        roster, time_s = self.roster, frame.time_s
        if roster.chosen is None:
            return None
        image = painted_out(frame.image, roster.bystanders(time_s), roster.chosen.at(time_s))
        pose = self._how(self._network, replace(frame, image=image))
        if pose is None:
            return None
        person = Person.of(pose.points_px)
        self._astray = not roster.is_chosen(person, time_s)
        if self._astray:
            roster.lose(person, time_s)
            return None
        return self._followed(pose)

    def _restarted(self, frame: Frame) -> bool:
        """Let the network begin anew, if a look at this very picture has seen whom it should find."""
        chosen = self.roster.chosen
        if chosen is None or chosen.looked_s != frame.time_s:
            return False
        if self.mode is Mode.TRACKED:
            self._network.close()
            self._network = Landmarker(self.model, self.mode)
        self._astray = False
        return True
