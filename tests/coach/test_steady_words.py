"""The words of the live page and the terminal on the real sample of a desk: they do not flip with every picture."""

from __future__ import annotations

import io
import itertools
import threading
from dataclasses import replace

from rich.console import Console

from posture_coach.coach import terminal
from posture_coach.coach.session import assessments
from posture_coach.coach.watch import Watch, Wish
from posture_coach.pose.camera import open_live
from posture_coach.pose.types import Model
from posture_coach.scoring.bands import Grade
from posture_coach.scoring.steady import DWELL_S, Steady
from tests.batch.made import SITTING, assessor
from tests.clips import DESK_CLIP, cut
from tests.coach.test_session import Pulled
from tests.drawn import draw

PATIENCE_S = 120.0
RATE_HZ = 10.0
AT_AN_EDGE, LEANING = (210, 130), (410, 60)
"""First picture, and how many: the shoulders rest near the edge of their band; then they slope for three seconds."""
LEVEL = "shoulder_obliquity_deg"


def part_of_desk(path, first, pictures):
    """Cut the sample, which has ten pictures a second."""
    return cut(DESK_CLIP, path, pictures, first=first, times_s=[i / RATE_HZ for i in range(pictures)])


def changes(words):
    return sum(a != b for a, b in itertools.pairwise(words))


def test_at_the_desk_words_rest_while_values_cross_an_edge(tmp_path):
    clip, clock, steady, told = part_of_desk(tmp_path / "desk.mp4", *AT_AN_EDGE), Pulled(1 / RATE_HZ), Steady(), []
    with open_live(str(clip), loop=False, clock=clock) as live:
        for assessment in clock.pulling(assessments(live, Model.LITE, RATE_HZ)):
            readings = assessment.reading(0), steady.push(assessment)
            own, shown = (reading.score.by_measure().get(LEVEL) for reading in readings)
            if own is not None and shown is not None:
                told.append((readings[0].time_s, own, shown))
    assert len(told) > AT_AN_EDGE[1] / 2
    assert changes([own.grade for _, own, _ in told]) >= 8, "the clip no longer shows what this is about"
    assert changes([shown.grade for _, _, shown in told]) <= 2
    assert changes([shown.words for _, _, shown in told]) < changes([own.words for _, own, _ in told]) / 2
    for time_s, own, shown in told:
        lately = {was.grade for at_s, was, _ in told if time_s - DWELL_S < at_s <= time_s}
        assert shown.grade in lately, "it was no longer so"
        assert own.grade in (shown.grade, *shown.perhaps)


def test_the_watch_tells_what_is_steady(tmp_path):
    clip, seen, enough = part_of_desk(tmp_path / "desk.mp4", *LEANING), [], threading.Event()

    def pack(_frame, assessment, reading, _status):
        seen.append((assessment, reading))
        if reading.time_s > (LEANING[1] - 5) / RATE_HZ:
            enough.set()
        return b""

    watch = Watch(Wish(str(clip), Model.LITE, RATE_HZ), pack)
    try:
        with watch.viewing():
            assert enough.wait(PATIENCE_S), "the clip is not watched to its end"
    finally:
        watch.close()
    again = Steady()
    assert [reading.score.parts for _, reading in seen] == [again.push(one).score.parts for one, _ in seen]
    assert any(
        part.grade != own.grade
        for one, reading in seen
        for part, own in zip(reading.score.parts, one.reading(0).score.parts, strict=True)
    ), "what is told is the picture's own"


def test_the_terminal_tells_the_same_steady_words():
    series = draw([replace(SITTING, hip_flexion_left_deg=degree) for degree in [60.0] * 5 + [110.0] * 5], hz=RATE_HZ)
    chain, stream = assessor(), io.StringIO()
    seen = [chain.push(series.part(i, i + 1)) for i in range(len(series))]
    own = seen[-1].reading(0).score.by_measure()["hip_flexion_left_deg"]
    assert own.grade == Grade.POOR
    terminal.show(seen, Console(file=stream, width=120, force_terminal=False), "camera 0", 60.0)
    (row,) = (line for line in stream.getvalue().splitlines() if line.startswith("Hip flexion, left"))
    assert row.rstrip().endswith("good, perhaps poor")
