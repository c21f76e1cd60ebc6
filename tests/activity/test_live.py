"""Live and file: how the pictures come changes nothing, and nothing flickers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.activity.recognise import DWELL_S, Recogniser, recognise
from posture_coach.activity.types import Activity
from posture_coach.measures.desk_view import FEATURES, features
from posture_coach.pose.types import Landmark, PoseSeries
from tests.activity.moving import HZ, bridge, repeated, squat, still
from tests.activity.test_recognise import legs_hidden, seated, standing, walking
from tests.drawn import draw, with_points

SITTING, STANDING, WALKING = Activity.SITTING, Activity.STANDING, Activity.WALKING
AWAY, LYING = Activity.AWAY, Activity.LYING
KINDS = {
    "sits": lambda n: [seated()] * n,
    "stands": lambda n: [standing()] * n,
    "walks": lambda n: walking(n / HZ),
    "squats": lambda n: repeated(squat, n / HZ / 3.6),
    "lies": lambda n: still(bridge, n / HZ),
    "is away": lambda n: [None] * n,
}
plots = st.lists(st.tuples(st.sampled_from(list(KINDS)), st.integers(1, 60)), min_size=1, max_size=6)


def played(plot) -> PoseSeries:
    return draw([body for kind, n in plot for body in KINDS[kind](n)] or [None], hz=HZ)


def in_pieces(series: PoseSeries, cuts: list[int]) -> list[Activity]:
    recogniser, seen = Recogniser(), []
    for start, stop in pairwise([0, *sorted({cut for cut in cuts if cut < len(series)} - {0}), len(series)]):
        seen += recogniser.push(series.part(start, stop)).label.tolist()
    return seen


def runs_s(seen: list[Activity]) -> list[float]:
    changes = [0, *(i for i in range(1, len(seen)) if seen[i] != seen[i - 1]), len(seen)]
    return [(stop - start) / HZ for start, stop in pairwise(changes)]


@given(plots, st.lists(st.integers(0, 360), max_size=8))
def test_how_the_pictures_are_cut_changes_nothing_live(plot, cuts):
    series = played(plot)
    assert in_pieces(series, cuts) == Recogniser().push(series).label.tolist()


@given(plots)
def test_no_label_is_shorter_than_a_dwell(plot):
    series = played(plot)
    whole, live = recognise(series).label.tolist(), Recogniser().push(series).label.tolist()
    assert len(runs_s(whole)) == 1 or min(runs_s(whole)) >= DWELL_S - 1e-9
    # What began a moment ago may not have had its time yet.
    assert all(lasted >= DWELL_S - 1e-9 for lasted in runs_s(live)[:-1])


@given(st.lists(st.sampled_from([*KINDS]), min_size=2, max_size=80))
def test_not_even_a_network_that_sees_something_else_in_every_picture_makes_it_flicker(kinds):
    series = draw([KINDS[kind](1)[0] if KINDS[kind](1) else None for kind in kinds], hz=HZ)
    for seen in (recognise(series).label.tolist(), Recogniser().push(series).label.tolist()[:-1]):
        assert all(lasted >= DWELL_S - 1e-9 for lasted in runs_s(seen)[:-1])


def test_live_the_future_is_not_known():
    series = draw([*[seated()] * 40, *walking(6), *repeated(squat, 4)], hz=HZ)
    whole = Recogniser().push(series).label.tolist()
    for n in (20, 45, 60, 110, 150):
        assert Recogniser().push(series.part(0, n)).label.tolist() == whole[:n]


def test_live_a_posture_is_told_after_a_second_and_a_walk_after_its_third_step():
    seen = Recogniser().push(draw([*[seated()] * 50, *[standing()] * 50, *walking(5)], hz=HZ)).label.tolist()
    assert seen.index(STANDING) / HZ == pytest.approx(6.0, abs=0.11)
    assert 11.0 < seen.index(WALKING) / HZ < 12.2


def test_a_day_live_keeps_no_more_than_it_needs():
    recogniser = Recogniser()
    for start in range(0, 6000, 150):
        series = draw([*walking(5), *[standing()] * 50, *[seated()] * 50], hz=HZ)
        recogniser.push(with_points(series, time_s=series.time_s + start / HZ))
    assert max(len(spans) for spans in ([recogniser._doing.walks()], [recogniser._doing.sets()])) <= 2
    assert len(recogniser._doing.walks()) <= 2


# The desk: no legs


def at_the_desk(rise_widths: list[float]) -> PoseSeries:
    """Draw head and shoulders that stand so many shoulder widths above where they were."""
    series = legs_hidden(draw([seated(0.0)] * len(rise_widths), hz=HZ), "below the picture")
    points = series.points_px.copy()
    across = points[0, Landmark.LEFT_SHOULDER] - points[0, Landmark.RIGHT_SHOULDER]
    points[..., 1] -= np.array(rise_widths)[:, None] * np.linalg.norm(across)
    return with_points(series, points_px=points)


def own_upright() -> dict[str, float]:
    return dict(zip(FEATURES, features(at_the_desk([0.0]))[0].tolist(), strict=True))


def test_with_an_own_upright_height_tells_standing_from_sitting():
    series = at_the_desk([0.0] * 40 + [1.0] * 40 + [0.0] * 40)
    done = recognise(series, own_upright())
    assert done.label.tolist() == [SITTING] * 40 + [STANDING] * 40 + [SITTING] * 40
    assert not done.assumed.any()
    live = Recogniser(own_upright()).push(series)
    assert live.label.tolist()[50:80] == [STANDING] * 30
    assert not live.assumed.any()


@pytest.mark.parametrize("rise", [-0.6, -0.2, 0.3])
def test_slumping_and_stretching_is_sitting(rise):
    assert set(recognise(at_the_desk([0.0] * 20 + [rise] * 40), own_upright()).label) == {SITTING}


def test_between_both_heights_the_last_clear_one_holds():
    up, down = recognise(at_the_desk([1.0] * 30 + [0.5] * 30), own_upright()), at_the_desk([0.0] * 30 + [0.5] * 30)
    assert set(up.label) == {STANDING}
    assert set(recognise(down, own_upright()).label) == {SITTING}


def test_without_an_own_upright_sitting_is_assumed_and_said():
    done = recognise(at_the_desk([0.0] * 20 + [1.0] * 20))
    assert set(done.label) == {SITTING}
    assert done.assumed.all()


def test_legs_that_leave_the_picture_for_a_moment_change_nothing():
    series = draw([standing(0.0)] * 60)
    series.visibility[20:35, Landmark.LEFT_KNEE :] = 0.1
    assert set(recognise(series).label) == {STANDING}


def test_a_knee_guessed_under_a_table_makes_nobody_lie_or_exercise():
    """The world points tip over, a knee is believed in now and then, the ankles never."""
    series = draw([seated(0.0)] * 60, hz=15.0)
    away = np.array([0.0, 0.0, 1.0]) * np.abs(np.sin(np.arange(60)))[:, None, None]
    series = with_points(series, world=series.world + away * series.world[..., 1:2] * -3.0)
    series.visibility[:, Landmark.LEFT_KNEE :] = 0.1
    series.visibility[::2, Landmark.RIGHT_KNEE] = 0.7
    for seen in (recognise(series), Recogniser().push(series)):
        assert set(seen.label) == {SITTING}


def test_legs_that_stay_hidden_are_assumed_to_sit():
    series = draw([standing(0.0)] * 100)
    series.visibility[30:, Landmark.LEFT_KNEE :] = 0.1
    done = recognise(series)
    assert done.label[-40:].tolist() == [SITTING] * 40
    assert done.assumed[-40:].all()
