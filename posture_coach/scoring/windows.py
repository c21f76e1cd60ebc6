"""Five minutes, an hour, a day: posture, variety and breaks in one score that can always be taken apart.

A part that cannot be judged takes its weight with it: what is missing is neither good nor bad; coverage tells of it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np

from posture_coach.activity.types import Activity
from posture_coach.measures.types import Floats
from posture_coach.scoring.assess import Assessment
from posture_coach.scoring.bands import expected_points, plain_edges
from posture_coach.scoring.rules import Rules, Scale, Shares
from posture_coach.scoring.seconds import Gatherer, Second
from posture_coach.scoring.targets import FULL_SCORE, JUDGED, Points, Targets
from posture_coach.scoring.variety import Mover, Moves

REASONS_TOLD = 3
MOMENTS_TOLD = 3
TELLING = 1.0
"""Points of a second's score: what cost less is the camera's doubt rather than a moment to look at."""
SURE, FAIR = 0.6, 0.3
"""Coverage from which on a score is called sure, or fair; below it is a glimpse."""
PARTS = ("posture", "variety", "breaks")
_MINUTE_S = 60.0
HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Loss:
    """What kept a score from 100.

    Parameters
    ----------
    part
        Of the score: `posture`, `variety` or `breaks`.
    what
        A target's id, or `shifts`, `still`, `sitting_bout`, `standing_bout`.
    title
        The same for people.
    points
        By how many of 100 it lowered the score.
    moments
        (start_s, end_s) the longest stretches it came from.
    """

    part: str
    what: str
    title: str
    points: float
    moments: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Window:
    """The score of a stretch of time.

    Parameters
    ----------
    seconds
        Of each activity.
    posture, variety, breaks
        0 to 100 each; NaN where it could not be judged.
    score
        Their weighted mean; NaN where nothing could be judged.
    coverage
        Share of the time of sitting, standing or walking that posture was scored, times the share of the targets.
    moves
        How the person had moved at its end.
    losses
        What lowered the score, the largest first.
    rests_on
        Of windows that were joined: by part, for how many seconds somebody was there in those that know it. Empty for
        one by itself.
    """

    start_s: float
    end_s: float
    seconds: Mapping[Activity, float]
    posture: float
    variety: float
    breaks: float
    score: float
    coverage: float
    moves: Moves
    losses: tuple[Loss, ...]
    rests_on: Mapping[str, float] = field(default_factory=dict)

    def judged_s(self) -> float:
        """Return for how long somebody was there to be judged."""
        return sum(self.seconds.get(activity, 0.0) for activity in JUDGED)

    def weight_s(self, part: str) -> float:
        """Return how much a part of it weighs among others: for how long somebody was there where it is known."""
        if self.rests_on:
            return self.rests_on[part]
        return 0.0 if math.isnan(getattr(self, part)) else self.judged_s()

    @property
    def confidence(self) -> str:
        """How far the score can be relied on, in a word."""
        if math.isnan(self.score):
            return "no score"
        return "sure" if self.coverage >= SURE else "fair" if self.coverage >= FAIR else "a glimpse"

    def why(self) -> str:
        """Answer why the score is what it is, with the three largest parts."""
        if math.isnan(self.score):
            return "Nothing could be judged here."
        if not self.losses:
            return f"{self.score:.0f}: nothing lowered it."
        told = "; ".join(f"{loss.title} (-{loss.points:.0f})" for loss in self.losses[:REASONS_TOLD])
        return f"{self.score:.0f}: {told}"


class Windows:
    """Scores windows of one person; feed assessments in the order of time, however they are cut."""

    def __init__(self, targets: Targets, rules: Rules) -> None:
        self._targets, self._rules = targets, rules
        self._gatherer, self._mover = Gatherer(), Mover(rules)
        self._open: list[Second] = []

    def hold_against(self, targets: Targets) -> None:
        """Let the window that goes on begin anew: seconds held against other targets do not mix. Movement goes on."""
        self._targets, self._gatherer, self._open = targets, Gatherer(), []

    def push(self, assessment: Assessment) -> Iterator[Window]:
        """Take the next pictures; yield every window that is complete."""
        for second in self._gatherer.push(assessment):
            yield from self.take(second)

    def finish(self) -> Iterator[Window]:
        """Yield the last window, which is shorter."""
        for second in self._gatherer.finish():
            yield from self.take(second)
        if self._open:
            yield self._closed(self._open[-1].start_s + 1.0)

    def so_far(self) -> Window | None:
        """Return the window that goes on, as far as it has come; None before the first second."""
        if not self._open:
            return None
        end_s = self._open[-1].start_s + 1.0
        return window(self._open, self._begins_s(), end_s, self._mover.moves(), self._targets, self._rules)

    def take(self, second: Second) -> Iterator[Window]:
        """Take a second that was gathered already, instead of pictures; yield every window that is complete."""
        number = math.floor(second.start_s / self._rules.length_s)
        if self._open and math.floor(self._open[0].start_s / self._rules.length_s) != number:
            yield self._closed(self._begins_s() + self._rules.length_s)
        self._mover.push(second)
        self._open.append(second)

    def _begins_s(self) -> float:
        return math.floor(self._open[0].start_s / self._rules.length_s) * self._rules.length_s

    def _closed(self, end_s: float) -> Window:
        start_s = self._begins_s()
        seconds, self._open = self._open, []
        return window(seconds, start_s, end_s, self._mover.moves(), self._targets, self._rules)


def window(
    seconds: Sequence[Second], start_s: float, end_s: float, moves: Moves, targets: Targets, rules: Rules
) -> Window:
    """Score some seconds of one person."""
    counts = Counter(second.activity for second in seconds)
    there = sum(counts[activity] for activity in JUDGED)
    posture, coverage, losses = _posture(seconds, targets, there)
    if there < rules.least_seen_s:
        nothing = (math.nan,) * 4
        return Window(start_s, end_s, dict(counts), *nothing, coverage, moves, ())
    variety, restless = _variety(moves, targets.points, rules)
    breaks, bouts = _breaks(moves, end_s, targets.points, rules)
    parts = {"posture": posture, "variety": variety, "breaks": breaks}
    score, share = weighed(parts, rules.shares)
    told = [replace(loss, points=loss.points * share[loss.part]) for loss in (*losses, *restless, *bouts)]
    return Window(
        start_s, end_s, dict(counts), posture, variety, breaks, score, coverage, moves, _sorted(told)
    )  # fmt: skip


def weighed(parts: Mapping[str, float], shares: Shares) -> tuple[float, dict[str, float]]:
    """Return the weighted mean of the parts that are known, and the share of each."""
    known = {name: getattr(shares, name) for name, value in parts.items() if not math.isnan(value)}
    total = sum(known.values())
    share = {name: known.get(name, 0.0) / total if total else 0.0 for name in parts}
    return sum(parts[name] * share[name] for name in known) if known else math.nan, share


def _sorted(losses: Sequence[Loss]) -> tuple[Loss, ...]:
    return tuple(sorted((loss for loss in losses if loss.points > 0), key=lambda loss: (-loss.points, loss.what)))


def _posture(seconds: Sequence[Second], targets: Targets, there: float) -> tuple[float, float, list[Loss]]:
    """Return the time-weighted mean of what was scored, its coverage, and what each target cost."""
    scored = [s for s in seconds if s.activity in JUDGED and not math.isnan(s.score)]
    if not scored:
        return math.nan, 0.0, []
    posture = float(np.mean([s.score for s in scored]))
    coverage = len(scored) / there * float(np.mean([s.coverage for s in scored]))
    titles = {target.id: target.title for target in targets.targets}
    names = dict.fromkeys(name for second in scored for name in second.lost)
    return posture, coverage, [_loss(name, titles[name], scored) for name in names]


def _loss(name: str, title: str, scored: Sequence[Second]) -> Loss:
    """Return what one target cost on average, and the longest stretches in which it cost at least half its most."""
    lost = [second.lost.get(name, 0.0) for second in scored]
    least = max(TELLING, max(lost) / 2.0)
    worst = [s.start_s for s, cost in zip(scored, lost, strict=True) if cost >= least]
    stretches: list[tuple[float, float]] = []
    for start_s in worst:
        if stretches and start_s - stretches[-1][1] <= 1.0:
            stretches[-1] = (stretches[-1][0], start_s + 1.0)
        else:
            stretches.append((start_s, start_s + 1.0))
    return Loss("posture", name, title, float(np.mean(lost)), longest(stretches))


def longest(stretches: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Return the longest ones in the order of time; a bout that still went on in a later window counts once.

    Those that only touch stay apart: which of them are kept must not depend on how windows are grouped.
    """
    return tuple(sorted(sorted(united(stretches), key=lambda s: (s[0] - s[1], s[0]))[:MOMENTS_TOLD]))


def united(stretches: Iterable[tuple[float, float]], *, apart_s: float = 0.0) -> list[tuple[float, float]]:
    """Return stretches of time in order, those that overlap as one.

    Parameters
    ----------
    apart_s
        Those less than this apart are one too.
    """
    found: list[tuple[float, float]] = []
    for start_s, end_s in sorted(stretches):
        if found and start_s - found[-1][1] < apart_s:
            found[-1] = (found[-1][0], max(end_s, found[-1][1]))
        else:
            found.append((start_s, end_s))
    return found


def _variety(moves: Moves, points: Points, rules: Rules) -> tuple[float, list[Loss]]:
    """Return the mean of two figures of the last hour, and what each cost; NaN before there is enough of it."""
    if math.isnan(moves.shifts_per_h):
        return math.nan, []
    shifts = scale_points(moves.shifts_per_h, rules.shifts_per_h, points)
    still = scale_points(moves.longest_still_s / _MINUTE_S, rules.longest_still_min, points)
    return (shifts + still) / 2.0, [
        Loss("variety", "shifts", "Few changes of posture", (FULL_SCORE - shifts) / 2.0, ()),
        Loss("variety", "still", "A long still spell", (FULL_SCORE - still) / 2.0, moves.longest_spell),
    ]


def _breaks(moves: Moves, end_s: float, points: Points, rules: Rules) -> tuple[float, list[Loss]]:
    """Return the points of the bout that goes on."""
    kinds = (
        ("sitting_bout", "Sitting without a break", moves.sitting_s, rules.sitting_min),
        ("standing_bout", "Standing without a change", moves.standing_s, rules.standing_min),
    )
    what, title, length_s, scale = max(kinds, key=lambda kind: kind[2])
    earned = scale_points(length_s / _MINUTE_S, scale, points)
    return earned, [Loss("breaks", what, title, FULL_SCORE - earned, _until(end_s, length_s))]


def _until(end_s: float, length_s: float) -> tuple[tuple[float, float], ...]:
    return ((max(end_s - length_s, 0.0), end_s),)


def scale_points(value: float, scale: Scale, points: Points) -> float:
    """Return what one figure earns on average, over where it may truly lie."""
    edges = plain_edges(scale.good, scale.caution, scale.poor)
    # What lies below the lowest band is as good as its lower end: nothing is shorter than nothing.
    edges.low[edges.low <= 0] = -np.inf
    codes: Floats = np.array([0.0, points.good, points.caution, points.poor])
    return float(expected_points(np.array([[value]]), np.array([[scale.half_width]]), edges, codes)[0, 0])


def joined(windows: Sequence[Window], rules: Rules) -> Window:
    """Put windows together, as an hour or a day: means by the time that somebody was there.

    Joining what was joined gives the same as joining all at once: each part keeps how much it rests on.
    """
    rests_on = {name: sum(one.weight_s(name) for one in windows) for name in PARTS}
    parts = {name: _mean([(getattr(one, name), one.weight_s(name)) for one in windows]) for name in PARTS}
    score, share = weighed(parts, rules.shares)
    counts: Counter[Activity] = Counter()
    for one in windows:
        counts.update(one.seconds)
    losses = [loss for name in PARTS for loss in _losses(name, windows, rests_on[name], share[name], rules.shares)]
    coverage = _mean([(one.coverage, one.judged_s()) for one in windows])
    return Window(
        windows[0].start_s, windows[-1].end_s, dict(counts), parts["posture"], parts["variety"], parts["breaks"], score,
        coverage, windows[-1].moves, _sorted(losses), rests_on,
    )  # fmt: skip


def hours(windows: Sequence[Window], rules: Rules) -> list[Window]:
    """Return the hours of a recording that is longer than one, each of its windows joined; none of a shorter one."""
    if not windows or windows[-1].end_s - windows[0].start_s <= HOUR_S:
        return []
    return [joined(list(of_hour), rules) for _, of_hour in groupby(windows, lambda one: one.start_s // HOUR_S)]


def _mean(weighted: Sequence[tuple[float, float]]) -> float:
    heavy = [(value, weight) for value, weight in weighted if weight > 0]
    return sum(value * weight for value, weight in heavy) / sum(weight for _, weight in heavy) if heavy else math.nan


def _losses(part: str, windows: Sequence[Window], whole_s: float, share: float, shares: Shares) -> Iterator[Loss]:
    """Yield what one part of several windows lost, each window by its weight among those that know the part."""
    total: dict[str, Loss] = {}
    for one in windows:
        # A window that lacks another part weighed this one more; here it weighs as in the whole.
        _, own = weighed({name: getattr(one, name) for name in PARTS}, shares)
        for loss in one.losses:
            if loss.part != part:
                continue
            before = total.get(loss.what, replace(loss, points=0.0, moments=()))
            points = before.points + loss.points / own[part] * share * one.weight_s(part) / whole_s
            total[loss.what] = replace(loss, points=points, moments=longest({*before.moments, *loss.moments}))
    yield from total.values()
