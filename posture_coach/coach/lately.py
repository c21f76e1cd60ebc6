"""What a live session tells of the last minutes: the window's score with its causes, and what goes on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

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


class Sink(Protocol):
    """Takes what is complete, to keep it.

    It makes windows and events of its own: what is kept is cut where the history says, what is shown goes on.
    """

    def take(self, second: Second, targets: Targets) -> None:
        """Take a second, and what it was held against."""

    def end(self) -> None:
        """Take notice that the person is gone, or the source."""


class Minutes:
    """Follows the measured person of one session; begins anew when somebody else is measured.

    Parameters
    ----------
    sink
        Keeps what is complete; None: nobody does.
    """

    def __init__(self, sink: Sink | None = None) -> None:
        self._rules, self._sink = shipped_rules(), sink
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

    def finish(self) -> None:
        """Hand over what goes on: nothing more comes of this person."""
        if self._person is None:
            return
        for second in self._gatherer.finish():
            self._take(second)
        if self._sink is not None:
            self._sink.end()
        self._person = None

    def _begin(self, assessment: Assessment) -> None:
        self.finish()
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
        # What has ended is not shown.
        list(self._happenings.push(second))
        if self._sink is not None:
            self._sink.take(second, self._targets)
        so_far = self._windows.so_far()
        known = so_far if so_far is not None and so_far.confidence != "no score" else self.lately.window
        self.lately = Lately(known, tuple(self._happenings.going_on()))
