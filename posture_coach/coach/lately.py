"""What a live session tells of the last minutes: the window's score with its causes, and what goes on."""

from __future__ import annotations

from dataclasses import dataclass, replace

from posture_coach.activity.types import Event
from posture_coach.scoring.assess import Assessment
from posture_coach.scoring.happenings import Happenings
from posture_coach.scoring.rules import shipped_rules
from posture_coach.scoring.seconds import Gatherer, Second
from posture_coach.scoring.targets import Targets
from posture_coach.scoring.windows import Window, Windows


@dataclass(frozen=True, slots=True)
class Lately:
    """How the last minutes were.

    Parameters
    ----------
    window
        The one that goes on, or the one before while there is not yet enough of it; None in the first minute.
    going_on
        Events that have lasted long enough and have not ended.
    """

    window: Window | None = None
    going_on: tuple[Event, ...] = ()


NOTHING_YET = Lately()


class Minutes:
    """Follows the measured person of one session; begins anew when somebody else is measured."""

    def __init__(self) -> None:
        self._rules = shipped_rules()
        self._person: int | None = None
        self.lately = NOTHING_YET

    def push(self, assessment: Assessment) -> Lately:
        """Take the next pictures; return how the last minutes were, up to the last whole second."""
        if assessment.person != self._person:
            self._begin(assessment)
        elif assessment.score.targets != self._targets:
            self._hold_against(assessment.score.targets)
        for second in self._gatherer.push(assessment):
            self._take(second)
        return self.lately

    def _begin(self, assessment: Assessment) -> None:
        self._person, self.lately = assessment.person, NOTHING_YET
        self._gatherer, self._happenings = Gatherer(), Happenings(self._rules)
        self._targets = assessment.score.targets
        self._windows = Windows(self._targets, self._rules)

    def _hold_against(self, targets: Targets) -> None:
        """Tell no score of other targets any more; what goes on goes on."""
        self._targets, self._gatherer = targets, Gatherer()
        self._windows.hold_against(targets)
        self.lately = replace(self.lately, window=None)

    def _take(self, second: Second) -> None:
        for window in self._windows.take(second):
            self.lately = Lately(window)
        for _ in self._happenings.push(second):
            # What has ended is told by nobody here: only what goes on can still be changed.
            pass
        so_far = self._windows.so_far()
        known = so_far if so_far is not None and so_far.confidence != "no score" else self.lately.window
        self.lately = Lately(known, tuple(self._happenings.going_on()))
