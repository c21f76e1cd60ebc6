"""A live session: a file played as a camera, assessed as it comes, shown as a calm page or a line of JSON a second."""

from __future__ import annotations

import io
import itertools
import json
import math
import time

import numpy as np
import pytest
from rich.console import Console

from posture_coach.activity.types import Activity
from posture_coach.coach import terminal
from posture_coach.coach.session import assessments
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.definitions import BY_NAME, NAMES
from posture_coach.pose.camera import open_live
from posture_coach.pose.landmarker import Landmarker
from posture_coach.pose.sources import Kind, LiveState, SourceInfo
from posture_coach.pose.types import Frame, Mode, Model
from posture_coach.scoring.assess import Assessment, Assessor
from posture_coach.scoring.targets import shipped_targets
from tests.batch.made import SITTING, STANDING, assessed, assessor, with_values
from tests.clips import SQUATS, WALK, frames_of
from tests.drawn import Body, draw


class Pulled:
    """A clock that goes on a step whenever the next assessment is asked for: no picture is missed, however slow."""

    def __init__(self, step_s):
        self.now_s, self._step_s = 0.0, step_s

    def __call__(self):
        return self.now_s

    def pulling(self, assessed):
        for assessment in assessed:
            yield assessment
            self.now_s += self._step_s + 1e-6  # sums of tenths fall short of the time stamps


class Quick:
    """A fast clock, that stands until the first assessment: while the network starts, nothing is played."""

    def __init__(self, times):
        self._times, self._zero_s = times, None

    def __call__(self):
        return 0.0 if self._zero_s is None else self._times * (time.monotonic() - self._zero_s)

    def pulling(self, assessed):
        for assessment in assessed:
            if self._zero_s is None:
                self._zero_s = time.monotonic()
            yield assessment


class Handed:
    """Hands over blank pictures of these times, and then has ended."""

    def __init__(self, times_s, rate_hz=30.0, state=LiveState.WATCHING):
        self.info = SourceInfo("handed", Kind.CAMERA, 64, 64, rate_hz=rate_hz)
        self._left = [Frame(np.zeros((64, 64, 3), dtype=np.uint8), t, i) for i, t in enumerate(times_s)]
        self._state = state

    @property
    def state(self):
        return self._state if self._left else LiveState.ENDED

    def read(self, timeout):
        assert timeout is not None, "a source that is lost must be noticed"
        frame = self._left.pop(0)
        return None if math.isnan(frame.time_s) else frame


def times_of(assessed):
    return [float(assessment.poses.time_s[0]) for assessment in assessed]


@pytest.fixture(scope="module")
def played():
    """Assess the first 3.2 seconds of a sample that is played as a camera, five pictures a second."""
    clock = Pulled(0.2)
    with open_live(str(SQUATS), loop=False, clock=clock) as live:
        return list(itertools.islice(clock.pulling(assessments(live, Model.LITE)), 17))


# What is assessed


def test_every_picture_of_a_slow_camera_is_assessed(played):
    assert times_of(played) == pytest.approx([i / 5 for i in range(17)])
    assert [int(assessment.poses.index[0]) for assessment in played] == list(range(17))
    assert {len(assessment) for assessment in played} == {1}
    assert {(assessment.poses.mode, assessment.poses.model) for assessment in played} == {(Mode.DETECTED, Model.LITE)}


def test_live_and_from_the_file_the_points_and_measures_are_the_same(played):
    frames = [Frame(image, time_s, i) for i, (time_s, image) in enumerate(itertools.islice(frames_of(SQUATS), 17))]
    with Landmarker(Model.LITE, Mode.DETECTED) as network:
        poses = [network.find(frame) for frame in frames]
    joined = Assessment.joined(played)
    assert joined.poses.detected.all()
    np.testing.assert_allclose(joined.poses.points_px, [pose.points_px for pose in poses], atol=0.01)
    whole = assessor().push(joined.poses)
    np.testing.assert_array_equal(whole.measures.value, joined.measures.value)
    live = Assessor(shipped_accuracy(live=True), shipped_targets(NAMES)).push(joined.poses)
    np.testing.assert_array_equal(live.measures.err, joined.measures.err)
    assert (np.nan_to_num(joined.measures.err - whole.measures.err) != 0).any(), "live errs otherwise than in a file"


def test_it_ends_with_the_source():
    # Ten times as fast: pictures are passed over, and the end comes all the same.
    clock = Quick(10)
    with open_live(str(WALK), loop=False, clock=clock) as live:
        seen = list(clock.pulling(assessments(live, Model.LITE)))
        assert live.state is LiveState.ENDED
    assert 1 <= len(seen) <= 119
    assert seen[0].poses.mode is Mode.TRACKED
    times = times_of(seen)
    assert times == sorted(set(times))


def test_it_ends_when_the_source_is_closed():
    clock = Pulled(0.2)
    with open_live(str(SQUATS), clock=clock) as live:
        seen = clock.pulling(assessments(live, Model.LITE))
        assert next(seen)
        live.close()
        assert list(seen) == []


def test_a_lost_camera_is_waited_for():
    nan = float("nan")
    assert times_of(assessments(Handed([0.0, nan, nan, 0.5], state=LiveState.LOST), Model.LITE)) == [0.0, 0.5]


@pytest.mark.parametrize(
    ("rate_hz", "fps", "mode"),
    [
        (30.0, None, Mode.TRACKED),
        (5.0, None, Mode.DETECTED),
        (None, None, Mode.DETECTED),
        (30.0, 10.0, Mode.TRACKED),
        (30.0, 2.0, Mode.DETECTED),
        (None, 15.0, Mode.TRACKED),
    ],
)
def test_the_mode_follows_the_rate_of_what_is_assessed(rate_hz, fps, mode):
    (only,) = assessments(Handed([0.0], rate_hz), Model.LITE, fps)
    assert only.poses.mode is mode


# How many


def at_30_hz(start_s, end_s):
    return [i / 30 for i in range(round(start_s * 30), round(end_s * 30))]


@pytest.mark.parametrize("fps", [1.0, 4.0, 7.0, 10.0, 25.0, 30.0, 60.0])
def test_no_more_pictures_are_assessed_than_asked_for_and_hardly_fewer(fps):
    times = times_of(assessments(Handed(at_30_hz(0, 3)), Model.LITE, fps))
    assert times[0] == 0.0
    assert len(times) == pytest.approx(3 * min(fps, 30), abs=2)
    assert len(times) <= math.ceil(3 * fps)
    assert set(times) <= set(at_30_hz(0, 3))


def test_without_a_limit_every_picture_is_assessed():
    assert times_of(assessments(Handed(at_30_hz(0, 1)), Model.LITE)) == at_30_hz(0, 1)


def test_a_late_picture_does_not_shift_the_next_ones():
    times = [0.0, 0.13, 0.21, 0.31, 0.42, 0.51]
    assert times_of(assessments(Handed(times), Model.LITE, 10.0)) == times


def test_a_camera_of_just_the_rate_asked_for_loses_no_picture():
    times = [i / 10 for i in range(30)]
    assert times_of(assessments(Handed(times, 10.0), Model.LITE, 10.0)) == times


def test_after_a_pause_the_pictures_come_no_faster_than_asked_for():
    times = times_of(assessments(Handed([*at_30_hz(0, 1), *at_30_hz(5, 7)]), Model.LITE, 10.0))
    after = [t for t in times if t >= 5]
    assert min(b - a for a, b in itertools.pairwise(after)) > 1 / 10 - 1 / 30 - 1e-9
    assert sum(t < 6 for t in after) <= 10


def test_a_played_file_keeps_to_the_limit():
    clock = Quick(3)  # faster, and no more pictures could be assessed than the limit lets through
    with open_live(str(SQUATS), loop=False, clock=clock) as live:
        times = times_of(clock.pulling(assessments(live, Model.LITE, 2.0)))
    assert times[0] == 0.0
    assert len(times) <= 2 * times[-1] + 2


# Lines for programs


def lines_of(assessed, until_s=math.inf):
    stream = io.StringIO()
    terminal.write_lines(assessed, stream, until_s)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def one_by_one(bodies, hz=10.0):
    """Assess drawn people as a camera would."""
    chain, series = assessor(), draw(bodies, hz=hz)
    return [chain.push(series.part(i, i + 1)) for i in range(len(series))]


def test_there_is_a_line_a_second(played):
    lines = lines_of(played)
    assert [(line["start_s"], line["end_s"]) for line in lines] == [(0, 1), (1, 2), (2, 3), (3, 4)]
    for line in lines:
        assert line["person"] == 1
        assert line["view"] in {"front", "oblique"}
        assert set(line["measures"]) <= set(NAMES)
    first = [assessment.measures.column("lateral_trunk_lean_deg")[0] for assessment in played[:5]]
    assert lines[0]["measures"]["lateral_trunk_lean_deg"]["value"] == pytest.approx(np.nanmean(first), abs=1e-3)


def test_a_line_comes_as_soon_as_its_second_is_over():
    stream = io.StringIO()
    counted = []

    def watched():
        for assessment in one_by_one([STANDING] * 25):
            counted.append(stream.getvalue().count("\n"))
            yield assessment

    terminal.write_lines(watched(), stream, math.inf)
    assert counted == [0] * 11 + [1] * 10 + [2] * 4
    assert stream.getvalue().count("\n") == 3


def test_a_line_holds_what_was_measured_and_null_for_what_was_not():
    (line,) = lines_of(one_by_one([STANDING] * 5))
    assert line["measures"]["trunk_inclination_deg"]["value"] == pytest.approx(0, abs=5)
    assert line["measures"]["trunk_inclination_deg"]["err"] > 0
    assert "hip_flexion_right_deg" not in line["measures"]
    (nobody,) = lines_of(one_by_one([None] * 5))
    assert (nobody["activity"], nobody["view"], nobody["score"]) == ("away", "unknown", None)
    assert nobody["measures"] == {}


def test_a_second_without_pictures_has_no_line():
    kept = [a for a in one_by_one([STANDING] * 40) if not 1 <= a.poses.time_s[0] < 3]
    assert [line["start_s"] for line in lines_of(kept)] == [0, 3]


def test_the_lines_end_at_the_time_asked_for():
    lines = lines_of(one_by_one([STANDING] * 40), until_s=1.5)
    assert [line["start_s"] for line in lines] == [0, 1]
    assert lines_of([]) == []


# The page for people


def page_of(assessed, until_s=math.inf, title="camera 0"):
    stream = io.StringIO()
    terminal.show(assessed, Console(file=stream, width=120, force_terminal=False), title, until_s)
    return stream.getvalue()


def test_the_page_shows_the_newest_reading():
    seen = one_by_one([STANDING] * 10 + [SITTING] * 20)
    page = page_of(seen)
    reading = seen[-1].reading(0)
    assert "camera 0" in page
    assert f"sitting, view: side, score {reading.score.value:.0f} of 100" in page
    hip = reading.measures["hip_flexion_left_deg"]
    assert f"{hip.value:.1f}" in page
    assert f"± {hip.err:.1f}" in page
    for name, measure in reading.measures.items():
        assert (f"{BY_NAME[name].title} " in page) is not math.isnan(measure.value), name


def test_the_page_says_when_nobody_is_there():
    assert "nobody in view" in page_of(one_by_one([None] * 3))


def test_the_page_never_shows_minus_nothing():
    nearly = {"hip_forward_offset_ratio": [-0.004], "body_lean_deg": [-0.04]}
    page = page_of([with_values(assessed([STANDING]), nearly)])
    rows = [line.split() for line in page.splitlines() if "Sway" in line or "Whole-body" in line]
    assert sorted(next(cell for cell in row if cell[:1] in "-0123456789") for row in rows) == ["0.0", "0.00"]


def test_the_page_tells_the_grade_of_what_is_scored():
    (seen,) = one_by_one([Body(yaw_deg=90.0, trunk_inclination_deg=40.0)])
    reading = seen.reading(0)
    assert reading.activity is Activity.STANDING
    page = page_of([seen])
    for part in reading.score.parts:
        (row,) = (line for line in page.splitlines() if line.startswith(BY_NAME[part.measure].title))
        assert row.rstrip().endswith(part.words)
    assert any("perhaps" in part.words for part in reading.score.parts)
    assert any("perhaps" not in part.words for part in reading.score.parts)


def test_a_title_is_shown_as_it_is():
    assert "[red]camera.mp4" in page_of(one_by_one([STANDING]), title="[red]camera.mp4")


def test_the_page_ends_at_the_time_asked_for():
    asked = iter(one_by_one([STANDING] * 40))
    page_of(asked, until_s=1.5)
    assert len(list(asked)) == 40 - 16


def test_an_assessment_of_nothing_shows_nothing():
    assert "nobody" not in page_of([])
    assert assessed([None]).reading(0).activity is Activity.AWAY
