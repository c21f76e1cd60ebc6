"""Five minutes, an hour, a day: the score is what its parts make it, can be taken apart, at any rate of pictures."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posture_coach.activity.types import Activity
from posture_coach.measures.legs import untangled
from posture_coach.pose.landmarker import Landmarker
from posture_coach.pose.smoothing import smoothed
from posture_coach.pose.types import Mode, Model, PoseSeries
from posture_coach.pose.video import open_video
from posture_coach.scoring.score import Scorer
from posture_coach.scoring.windows import (
    HOUR_S,
    MOMENTS_TOLD,
    PARTS,
    Loss,
    Windows,
    hours,
    joined,
    scale_points,
    united,
)
from tests.batch.made import assessor
from tests.clips import WALK as WALK_CLIP
from tests.scoring.over_time import (
    AWAY,
    NECK,
    PITCH,
    RULES,
    SIT,
    STAND,
    TARGETS,
    TRUNK,
    UNKNOWN,
    WALK,
    assessed,
    filmed,
    windows_of,
)  # fmt: skip

HEAD = "head_trunk_flexion_deg"


def swaying(t):
    """Return a trunk that leans for minutes at a time, so that it crosses edges of bands."""
    return 14.0 + 10.0 * np.sin(t / 37.0) + np.where((t // 400) % 2 > 0, 15.0, 0.0)


def nodding(t):
    """Return a head that nods slowly."""
    return 15.0 + 15.0 * np.sin(t / 23.0)


BUSY = {TRUNK: swaying, PITCH: nodding, NECK: lambda t: 6.0 + 4.0 * np.sin(t / 51.0)}


def steady(minutes, hz=2.0, activity=SIT, **values):
    time_s = np.arange(round(minutes * 60 * hz)) / hz
    return assessed(time_s, {TRUNK: 0.0, PITCH: 5.0, NECK: 0.0, **values}, activity)


# What a window is


def test_five_minutes_are_a_window_and_the_rest_is_one_too():
    found = windows_of(steady(12))
    assert [(w.start_s, w.end_s) for w in found] == [(0, 300), (300, 600), (600, 720)]
    assert [w.seconds for w in found] == [{SIT: 300}, {SIT: 300}, {SIT: 120}]


def test_upright_and_often_moving_is_a_hundred():
    trunk = np.where((np.arange(30 * 120) // 600) % 2 > 0, 12.0, -2.0)
    kinds = np.array([SIT] * (28 * 120) + [WALK] * (2 * 120), dtype=object)
    trunk[kinds == WALK] = 3.0
    time_s = np.arange(30 * 120) / 2.0
    found = windows_of(assessed(time_s, {TRUNK: trunk, PITCH: 5.0, NECK: 0.0}, kinds, err=1.0))
    assert found[-1].posture == pytest.approx(100.0, abs=0.5)
    assert found[-1].breaks == pytest.approx(100.0, abs=0.1)
    assert found[-1].variety == pytest.approx(100.0, abs=12.0)
    assert found[-1].confidence in ("sure", "fair", "a glimpse")


def test_before_twenty_minutes_variety_takes_its_weight_with_it():
    early, late = (windows_of(steady(minutes))[-1] for minutes in (10, 25))
    assert math.isnan(early.variety)
    assert early.score == pytest.approx((0.40 * early.posture + 0.35 * early.breaks) / 0.75)
    assert late.score == pytest.approx(0.40 * late.posture + 0.25 * late.variety + 0.35 * late.breaks)


def test_an_hour_without_moving_costs_variety_and_breaks_though_every_angle_is_good():
    last = windows_of(steady(65))[-1]
    assert last.posture == pytest.approx(100.0, abs=1.0)
    assert last.variety <= 30.0
    assert last.breaks <= 25.0
    assert last.score <= 60.0
    assert last.losses[0].what == "sitting_bout"
    assert {loss.what for loss in last.losses[1:3]} == {"shifts", "still"}


def test_less_than_a_minute_of_somebody_says_nothing():
    time_s = np.arange(600) / 2.0
    kinds = np.array([SIT] * 118 + [AWAY] * 482, dtype=object)
    found = windows_of(assessed(time_s, {TRUNK: 40.0, PITCH: 40.0}, kinds))
    assert all(math.isnan(number) for w in found for number in (w.score, w.posture, w.variety, w.breaks))
    assert found[0].losses == ()
    assert found[0].confidence == "no score"
    assert windows_of(steady(0.9))[0].why() == "Nothing could be judged here."
    assert not math.isnan(windows_of(steady(1))[0].score)


@pytest.mark.parametrize("kind", [AWAY, UNKNOWN, Activity.LYING])
def test_what_is_not_judged_is_neither_good_nor_bad(kind):
    values = {TRUNK: 30.0, PITCH: 5.0, NECK: 0.0}
    alone = windows_of(assessed(np.arange(300) / 2.0, values))[0]
    kinds = np.array([SIT] * 300 + [kind] * 300, dtype=object)
    with_gap = windows_of(assessed(np.arange(600) / 2.0, values, kinds))[0]
    assert with_gap.posture == pytest.approx(alone.posture)
    assert with_gap.coverage == pytest.approx(alone.coverage)


@given(share=st.floats(0.05, 0.9), seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_missing_measures_count_neither_as_good_nor_as_bad(share, seed):
    whole = filmed(5, 2.0, {name: lambda t, at=at: np.full(len(t), at) for name, at in ((TRUNK, 30.0), (PITCH, 5.0))})
    gone = np.random.default_rng(seed).random(len(whole)) < share
    value = whole.measures.value.copy()
    value[gone] = np.nan
    score = Scorer(TARGETS, whole.measures.names).score(
        replace(whole.measures, value=value), whole.activity, baseline={TRUNK: 0.0}, time_s=None
    )
    full = Scorer(TARGETS, whole.measures.names).score(whole.measures, whole.activity, baseline={TRUNK: 0.0})
    one, other = windows_of(replace(whole, score=score))[0], windows_of(replace(whole, score=full))[0]
    assert one.posture == pytest.approx(other.posture, abs=1e-6)
    assert one.coverage < other.coverage


def test_a_measure_that_is_never_seen_lowers_coverage_and_not_the_score():
    both = steady(5)
    fewer = windows_of(assessed(both.poses.time_s, {TRUNK: 0.0, PITCH: 5.0}))[0]
    assert fewer.coverage < windows_of(both)[0].coverage
    assert fewer.score == pytest.approx(windows_of(both)[0].score, abs=2.0)


def test_confidence_is_a_word_for_coverage():
    (window,) = windows_of(steady(5))
    words = [replace(window, coverage=coverage).confidence for coverage in (0.61, 0.6, 0.59, 0.3, 0.29, 0.0)]
    assert words == ["sure", "sure", "fair", "fair", "a glimpse", "a glimpse"]


# Why


@given(seed=st.integers(0, 999), minutes=st.integers(2, 40))
@settings(max_examples=25, deadline=None)
def test_what_was_lost_adds_up_to_what_is_missing_to_a_hundred(seed, minutes):
    rng = np.random.default_rng(seed)
    n = minutes * 60
    kinds = np.repeat(rng.choice(np.array([SIT, STAND, WALK, AWAY, UNKNOWN], dtype=object), n // 30 + 1), 30)[:n]
    values = {name: rng.normal(12, 15, n) for name in (TRUNK, NECK, PITCH, HEAD)}
    for column in values.values():
        column[rng.random(n) < 0.4] = np.nan
    found = windows_of(assessed(np.arange(n) / 1.0, values, kinds))
    for window in [*found, joined(found, RULES)]:
        if not math.isnan(window.score):
            assert sum(loss.points for loss in window.losses) == pytest.approx(100.0 - window.score, abs=1e-6)
            assert [loss.points for loss in window.losses] == sorted((x.points for x in window.losses), reverse=True)
            assert 0.0 <= window.score <= 100.0
            assert 0.0 <= window.coverage <= 1.0


def test_the_moments_lie_where_the_cause_was():
    time_s = np.arange(600) / 2.0
    trunk = np.where((time_s >= 60) & (time_s < 110), 35.0, 0.0)
    pitch = np.where((time_s >= 200) & (time_s < 240), 50.0, 5.0)
    (window,) = windows_of(assessed(time_s, {TRUNK: trunk, PITCH: pitch, NECK: 0.0}, err=2.0))
    moments = {loss.what: loss.moments for loss in window.losses}
    assert moments["sitting_trunk"] == ((60.0, 110.0),)
    assert moments["sitting_head_pitch"] == ((200.0, 240.0),)
    assert window.why().startswith(f"{window.score:.0f}: Trunk lean (-")


def test_a_long_still_spell_is_told_with_its_time_even_after_it():
    trunk = np.concatenate([np.zeros(60 * 45), np.tile(np.repeat([20.0, 0.0], 120), 4)])
    last = windows_of(assessed(np.arange(len(trunk)) / 1.0, {TRUNK: trunk, PITCH: 5.0, NECK: 0.0}))[-1]
    (still,) = [loss for loss in last.losses if loss.what == "still"]
    ((start_s, end_s),) = still.moments
    assert (start_s, end_s) == (0.0, 60 * 45 + 9.0)
    assert 0 < (last.start_s - end_s) < 900


def test_a_loss_by_a_bout_is_told_with_when_it_began():
    last = windows_of(steady(50))[-1]
    (bout,) = [loss for loss in last.losses if loss.part == "breaks"]
    assert bout.what == "sitting_bout"
    assert bout.moments == ((0.0, 3000.0),)


def test_figures_of_time_earn_points_without_jumps():
    points = TARGETS.points
    for scale in (RULES.shifts_per_h, RULES.longest_still_min, RULES.sitting_min, RULES.standing_min):
        earned = [scale_points(value, scale, points) for value in np.linspace(0, 120, 1201)]
        assert max(abs(b - a) for a, b in pairwise(earned)) < 4.0
    assert scale_points(0.0, RULES.sitting_min, points) == pytest.approx(points.good)
    assert scale_points(45.0, RULES.sitting_min, points) == pytest.approx(points.caution)
    assert scale_points(30.0, RULES.sitting_min, points) == pytest.approx((points.good + points.caution) / 2, abs=0.1)
    assert scale_points(90.0, RULES.standing_min, points) == pytest.approx(points.poor)
    assert scale_points(20.0, RULES.shifts_per_h, points) == pytest.approx(points.good)


# The same whichever way it comes


@given(cuts=st.lists(st.integers(1, 3599), max_size=6))
@settings(max_examples=15, deadline=None)
def test_how_the_pictures_are_cut_changes_no_window(cuts):
    whole = WHOLE
    edges = [0, *sorted(cuts), len(whole)]
    assert repr(windows_of(*(whole.part(a, b) for a, b in pairwise(edges)))) == repr(windows_of(whole))


WHOLE = filmed(30, 2.0, BUSY, noise_deg=1.0)


@pytest.mark.parametrize("noise_deg", [0.0, 1.0])
@pytest.mark.parametrize("hz", [3.0, 5.0, 7.3, 10.0, 30.0])
def test_the_rate_of_pictures_changes_a_window_by_two_points_at_most(hz, noise_deg):
    slow, fast = (windows_of(filmed(25, rate, BUSY, noise_deg)) for rate in (2.0, hz))
    assert [w.start_s for w in slow] == [w.start_s for w in fast]
    for one, other in zip(slow, fast, strict=True):
        assert one.score == pytest.approx(other.score, abs=2.0)
        assert one.posture == pytest.approx(other.posture, abs=2.0)


@pytest.mark.parametrize("at_deg", [19.0, 20.0, 21.0, 25.0, 59.0, 61.0])
def test_at_an_edge_the_rate_changes_no_window_either(at_deg):
    held = {TRUNK: lambda t: np.full(len(t), at_deg), PITCH: lambda t: np.full(len(t), 5.0)}
    slow, fast = (windows_of(filmed(10, rate, held, noise_deg=1.0)) for rate in (2.0, 30.0))
    for one, other in zip(slow, fast, strict=True):
        assert one.score == pytest.approx(other.score, abs=2.0)


@pytest.fixture(scope="module")
def walk() -> PoseSeries:
    """Poses of a real walk, as the network finds them."""
    with open_video(WALK_CLIP) as source, Landmarker(Model.LITE, Mode.TRACKED) as network:
        frames = list(source)
        poses = [network.find(frame) for frame in frames]
    at = [(frame.time_s, frame.index) for frame in frames]
    return PoseSeries.of(poses, at, size=frames[0].size, mode=Mode.TRACKED, model=Model.LITE)


def test_looking_back_alone_and_looking_both_ways_agree_on_a_real_walk(walk):
    looser = replace(RULES, least_seen_s=1.0)
    scores = []
    for series in (walk, smoothed(untangled(walk))):
        one = Windows(TARGETS, looser)
        scores.append(joined([*one.push(assessor().push(series)), *one.finish()], looser))
    causal, both = scores
    assert not np.array_equal(smoothed(walk).points_px, walk.points_px)
    assert causal.seconds[WALK] >= 2
    assert causal.score == pytest.approx(both.score, abs=2.0)
    assert causal.posture == pytest.approx(both.posture, abs=2.0)


# Hours and days


def restless(seed, minutes):
    """Return the windows of somebody who comes and goes, of whom not everything is seen all the time."""
    rng = np.random.default_rng(seed)
    n = minutes * 60
    kinds = np.repeat(rng.choice(np.array([SIT, SIT, STAND, WALK, AWAY, UNKNOWN], dtype=object), n // 60 + 1), 60)[:n]
    gone = rng.random(n // 300 + 1) < 0.3
    values = {name: rng.normal(12, 15, n) for name in (TRUNK, NECK, PITCH)}
    for column in values.values():
        column[np.repeat(gone, 300)[:n] | (rng.random(n) < 0.2)] = np.nan
    return windows_of(assessed(np.arange(n) / 1.0, values, kinds))


MANY = [restless(seed, minutes) for seed, minutes in ((1, 130), (2, 95), (3, 61), (4, 20), (5, 40))]


def assert_alike(one, other):
    for name in (*PARTS, "score", "coverage"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-9, nan_ok=True)
    assert (one.start_s, one.end_s, one.seconds, one.moves) == (other.start_s, other.end_s, other.seconds, other.moves)
    told, wanted = ({loss.what: loss for loss in window.losses} for window in (one, other))
    assert set(told) == set(wanted)
    for what, loss in told.items():
        assert loss.points == pytest.approx(wanted[what].points, abs=1e-9)
        assert loss.moments == wanted[what].moments


@given(windows=st.sampled_from(MANY), data=st.data())
@settings(max_examples=60, deadline=None)
def test_joining_in_any_grouping_gives_the_same(windows, data):
    whole, grouped = joined(windows, RULES), windows
    while len(grouped) > 1:
        cuts = data.draw(st.sets(st.integers(1, len(grouped) - 1), max_size=len(grouped) - 1))
        edges = [0, *sorted(cuts), len(grouped)]
        grouped = [joined(grouped[a:b], RULES) for a, b in pairwise(edges)]
        assert_alike(joined(grouped, RULES), whole)


@pytest.mark.parametrize("windows", MANY)
def test_a_part_is_the_mean_over_the_time_of_those_who_know_it(windows):
    whole = joined(windows, RULES)
    assert any(math.isnan(one.variety) for one in windows)
    for name in PARTS:
        known = [one for one in windows if not math.isnan(getattr(one, name))]
        judged = [sum(one.seconds.get(kind, 0.0) for kind in (SIT, STAND, WALK)) for one in known]
        if known:
            mean = np.average([getattr(one, name) for one in known], weights=judged)
            assert getattr(whole, name) == pytest.approx(mean)
    assert sum(loss.points for loss in whole.losses) == pytest.approx(100.0 - whole.score, abs=1e-6)


@pytest.mark.parametrize("windows", MANY)
def test_the_longest_moments_are_kept_and_what_overlaps_counts_once(windows):
    for loss in joined(windows, RULES).losses:
        left = [m for one in windows for other in one.losses if other.what == loss.what for m in other.moments]
        apart: list[tuple[float, float]] = []
        while left:
            start_s, end_s = left.pop()
            over = [m for m in apart if m[0] < end_s and start_s < m[1]]
            if over:
                apart = [m for m in apart if m not in over]
                left.append((min(start_s, *(m[0] for m in over)), max(end_s, *(m[1] for m in over))))
            else:
                apart.append((start_s, end_s))
        longest = sorted(apart, key=lambda m: (m[0] - m[1], m[0]))[:MOMENTS_TOLD]
        assert loss.moments == tuple(sorted(longest))


def test_a_bout_whose_beginning_wavers_by_less_than_it_lasts_is_one_moment():
    first, second = windows_of(steady(10))
    bouts = [((641.0, 36100.0),), ((641.0000001, 36400.0),)]
    told = [
        replace(one, losses=(Loss("breaks", "sitting_bout", "Sitting without a break", 10.0, moments),))
        for one, moments in zip((first, second), bouts, strict=True)
    ]
    (loss,) = joined(told, RULES).losses
    assert loss.moments == ((641.0, 36400.0),)
    assert united([(5.0, 6.0), (0.0, 2.0), (2.0, 3.0)]) == [(0.0, 2.0), (2.0, 3.0), (5.0, 6.0)]
    assert united([(5.0, 6.0), (0.0, 2.0), (2.0, 3.0)], apart_s=1.0) == [(0.0, 3.0), (5.0, 6.0)]
    assert united([]) == []


def test_one_window_joined_is_itself():
    (one,) = windows_of(steady(5))
    assert_alike(joined([one], RULES), one)


def test_a_recording_longer_than_an_hour_has_hours_that_make_the_whole():
    for windows in MANY[:3]:
        found = hours(windows, RULES)
        assert [one.start_s for one in found] == [HOUR_S * k for k in range(len(found))]
        assert all(one.end_s == following.start_s for one, following in pairwise(found))
        assert_alike(joined(found, RULES), joined(windows, RULES))
    assert [len(hours(windows, RULES)) for windows in MANY] == [3, 2, 2, 0, 0]
    assert hours([], RULES) == []
    assert hours(restless(6, 60), RULES) == []
