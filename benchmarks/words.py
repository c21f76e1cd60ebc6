"""How often the words beside the measures of the live page change: picture by picture, and as they are told.

    python -m benchmarks.words [--clip FILE] [--model lite|full|heavy] [--rate 10]

A recording is played as the camera, no picture missed. Counted are changes between pictures that follow each other, of
measures that have a grade in both: of the grade, and of all words, which name the grades that are possible as well.
`stray` is the longest stretch in which the pictures' own grade was another than the told one. Then, over all measures,
how often a possible grade came or went with other limits than those of `scoring/perhaps.py`.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from posture_coach.coach.session import assessments
from posture_coach.pose.camera import open_live
from posture_coach.pose.types import Model
from posture_coach.scoring import perhaps
from posture_coach.scoring.score import Part
from posture_coach.scoring.steady import Steady

CLIP = Path(__file__).resolve().parent.parent / "sample_videos" / "desk_webcam_rendered.mp4"
LIMITS = ((0.05, 0.025), (0.05, 0.05), (0.025, 0.025))
"""Chances from which a grade is named, and below which it no longer is; those of the program first."""
HAIR_S = 1e-6
"""Sums of tenths fall short of the time stamps."""


@dataclass(frozen=True, slots=True)
class Told:
    """One measure in one picture: by the picture alone, and as it is told."""

    time_s: float
    own: Part
    steady: Part


class _Clock:
    """Goes on a step whenever the next picture is asked for."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def played(clip: Path, model: Model, rate_hz: float) -> list[list[Told]]:
    """Return the measures that have a grade, picture by picture."""
    clock, steady, pictures = _Clock(), Steady(), []
    with open_live(str(clip), loop=False, clock=clock) as live:
        for assessment in assessments(live, model, rate_hz):
            own, shown = assessment.reading(0), steady.push(assessment)
            both = zip(own.score.parts, shown.score.parts, strict=True)
            pictures.append([Told(own.time_s, *pair) for pair in both])
            clock.now_s += 1.0 / rate_hz + HAIR_S
    return pictures


def _pairs(pictures: Sequence[Sequence[Told]]) -> Iterator[tuple[Told, Told]]:
    """Yield every measure of two pictures that follow each other."""
    for before, after in itertools.pairwise(pictures):
        was = {told.own.measure: told for told in before}
        yield from ((was[now.own.measure], now) for now in after if now.own.measure in was)


def _stray_s(told: Sequence[Told]) -> float:
    """Return how long the pictures' own grade was another than the told one, at most."""
    runs = itertools.groupby(told, key=lambda one: one.own.grade == one.steady.grade)
    strays = [[one.time_s for one in run] for same, run in runs if not same]
    return max((times[-1] - times[0] for times in strays), default=0.0)


def change_lines(pictures: Sequence[Sequence[Told]]) -> Iterator[str]:
    """Yield the table: a line for each measure."""
    pairs = list(_pairs(pictures))
    yield "| measure | pictures | grade, own | told | words, own | told | stray |\n|---|--:|--:|--:|--:|--:|--:|"
    for name in sorted({now.own.measure for _, now in pairs}):
        of = [(a, b) for a, b in pairs if b.own.measure == name]
        counts = (
            sum(a.own.grade != b.own.grade for a, b in of),
            sum(a.steady.grade != b.steady.grade for a, b in of),
            sum(a.own.words != b.own.words for a, b in of),
            sum(a.steady.words != b.steady.words for a, b in of),
        )
        stray_s = _stray_s([b for _, b in of])
        yield f"| `{name}` | {len(of) + 1} | {' | '.join(map(str, counts))} | {stray_s:.1f} s |"


def limit_lines(clip: Path, model: Model, rate_hz: float) -> Iterator[str]:
    """Yield, for each pair of limits, how often a possible grade came or went by the pictures alone."""
    for least, still in LIMITS:
        with ExitStack() as stack:
            stack.enter_context(patch.object(perhaps, "LEAST_CHANCE", least))
            stack.enter_context(patch.object(perhaps, "STILL_CHANCE", still))
            pairs = list(_pairs(played(clip, model, rate_hz)))
        flips: dict[str, int] = {}
        for a, b in pairs:
            flips[b.own.measure] = flips.get(b.own.measure, 0) + len({*a.own.perhaps} ^ {*b.own.perhaps})
        shown = ", ".join(f"{name} {count}" for name, count in sorted(flips.items()))
        yield f"named from {least:.1%}, until {still:.1%}: {shown}"


def main() -> None:
    """Play, count, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clip", type=Path, default=CLIP)
    parser.add_argument("--model", type=Model, default=Model.FULL, choices=list(Model))
    parser.add_argument("--rate", type=float, default=10.0, help="pictures a second")
    args = parser.parse_args()
    pictures = played(args.clip, args.model, args.rate)
    print(f"{args.clip.name}, {args.model.value}, {len(pictures)} pictures at {args.rate:g} Hz")
    print("\n".join(change_lines(pictures)))
    for line in limit_lines(args.clip, args.model, args.rate):
        print(line, flush=True)


if __name__ == "__main__":
    main()
