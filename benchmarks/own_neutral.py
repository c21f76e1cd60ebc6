"""How far a person's own neutral can be relied on: from a stretch of a clip to the rest of it, and to other recordings.

mean, between   of the neutrals of all people (between: of the neutral that would have made the later error 0)
carried         what the neutral leaves wrong for later pictures of the same clip, root of the mean square
kept            the factor that the program takes (`posture_coach/measures/shrinkage.py`)
0, half, kept, 1   mean |error| of changes from a neutral that keeps so much of what sets the person apart from the mean
               of the others; the person judged is never among those

From the front: the desk clips, neutral from their second second on; from the side: walks and exercises that begin
upright. `elsewhere` carries a neutral from one recording to the body's other recordings, stills too, from other camera
places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.truth import items, options, poses, true_values
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.definitions import NAMES
from posture_coach.measures.measurer import raw_values
from posture_coach.measures.shrinkage import NEUTRALS, reliability
from posture_coach.measures.types import View
from posture_coach.pose.types import Mode, Model

Floats = NDArray[np.float64]

GROUPS = {View.FRONT: ("E",), View.SIDE: ("C", "D")}
NOT_UPRIGHT = ("birddog", "bridge", "lean15", "sitstand")
"""Clips that do not begin with an upright person."""
MOVES_AFTER_S = 0.8
"""Exercises begin that soon; the other clips can do without their first second, in which the tracker settles."""
LATER_S = 0.5


@dataclass(frozen=True, slots=True)
class Seen:
    """One measure in one recording: what was found and what is true, in the recording's usual view."""

    id: str
    body: str
    group: str
    pose: str
    time_s: Floats
    found: Floats
    true: Floats


@dataclass(frozen=True, slots=True)
class Pair:
    """A neutral and later pictures of the same body."""

    body: str
    neutral: float
    held: float
    found: Floats
    change: Floats
    """True change from the neutral."""

    @property
    def ideal(self) -> float:
        """The neutral that would have made the mean error 0."""
        return float(np.mean(self.found - self.change))


def seen(name: str, view: View, mode: Mode, model: Model, cache: Path | None) -> Iterator[Seen]:
    """Yield one measure of every recording that is mostly seen from there."""
    column = NAMES.index(name)
    for item in items():
        if mode not in item.modes and item.rate_hz is not None:
            continue
        series = poses(item, model, mode if item.rate_hz else Mode.DETECTED, cache)
        found, views = raw_values(series, shipped_accuracy())
        truth = true_values(item)[name][series.index]
        kept = (views == view) & ~np.isnan(found[:, column]) & ~np.isnan(truth)
        if kept.sum() * 2 > len(series):
            yield Seen(
                item.id, item.body, item.group, item.pose, series.time_s[kept], found[kept, column], truth[kept]
            )  # fmt: skip


def begins(clip: Seen, seconds: float) -> NDArray[np.bool_]:
    """Return which pictures are the neutral."""
    if clip.group == "D":
        return clip.time_s < min(seconds, MOVES_AFTER_S)
    return (clip.time_s >= 1.0) & (clip.time_s < 1.0 + seconds)


def clips(of: Sequence[Seen], view: View) -> list[Seen]:
    """Return the clips that begin upright."""
    fit = (s for s in of if s.group in GROUPS[view] and len(s.time_s) > 1)
    return [s for s in fit if not any(word in s.id for word in NOT_UPRIGHT)]


def within(of: Sequence[Seen], view: View, seconds: float) -> Iterator[Pair]:
    """Yield a neutral and the rest of its clip."""
    for clip in clips(of, view):
        first = begins(clip, seconds)
        later = clip.time_s > clip.time_s[first].max(initial=0.0) + LATER_S
        if first.any() and later.any():
            yield _pair(clip, first, clip.found[later], clip.true[later])


def elsewhere(of: Sequence[Seen], view: View, seconds: float) -> Iterator[Pair]:
    """Yield a neutral and the other recordings of the same body."""
    for clip in clips(of, view):
        first = begins(clip, seconds)
        for other in of:
            if first.any() and other.body == clip.body and other.id != clip.id:
                yield _pair(clip, first, other.found, other.true)


def _pair(clip: Seen, first: NDArray[np.bool_], found: Floats, true: Floats) -> Pair:
    own = clip.found[first]
    return Pair(clip.body, float(own.mean()), float(own.std()), found, true - clip.true[first].mean())


def mean_error(pairs: Sequence[Pair], keep: float) -> float:
    """Return the mean |error| of changes with neutrals drawn towards that of the other bodies."""
    errors = []
    for pair in pairs:
        others = np.mean([p.neutral for p in pairs if p.body != pair.body])
        errors.append(np.mean(np.abs(pair.found - (others + keep * (pair.neutral - others)) - pair.change)))
    return float(np.mean(errors))


def main() -> None:
    """Print both tables."""
    args = options(__doc__ or "").parse_args()
    head = f"{'measure':<26}{'':<10}{'s':>4}{'n':>4}{'mean':>8}{'between':>8}{'carried':>8}{'kept':>6}"
    print(head + "".join(f"{way:>7}" for way in ("0", "half", "kept", "1")))
    for (name, view), row in NEUTRALS.items():
        found = list(seen(name, view, Mode.TRACKED, args.model, args.cache))
        for where, pairing in (("same place", within), ("elsewhere", elsewhere)):
            for seconds in (0.1, 1.0, 6.0):
                pairs = list(pairing(found, view, seconds))
                if len({pair.body for pair in pairs}) > 3:
                    _print(name, where, seconds, pairs, reliability(row, float(np.mean([p.held for p in pairs])), 10.0))


def _print(name: str, where: str, seconds: float, pairs: Sequence[Pair], kept: float) -> None:
    neutral, ideal = np.array([p.neutral for p in pairs]), np.array([p.ideal for p in pairs])
    carried = float(np.sqrt(np.mean((ideal - neutral) ** 2)))
    line = f"{name:<26}{where:<11}{seconds:>3g}{len(pairs):>4}{neutral.mean():>8.3g}{ideal.std(ddof=1):>8.2g}"
    print(line + f"{carried:>8.2g}{kept:>6.2f}" + "".join(f"{mean_error(pairs, k):>7.3g}" for k in (0, 0.5, kept, 1)))


if __name__ == "__main__":
    main()
