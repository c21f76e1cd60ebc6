"""Body yaw, view and near side: right for every turn, steady under noise, following a real turn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.measures.skeleton import NO_OFFSETS, build
from posture_coach.measures.types import Side, View
from posture_coach.measures.view import DWELL_S, SIDE_MAX_BREADTH, ViewTracker, body_yaw_deg, breadth, view_of
from posture_coach.pose.types import Landmark
from tests.drawn import Body, draw, with_points

HZ = 10.0
TURNS = (*range(-175, 180, 25), -90, 0, 90, 180)


def followed(yaw_deg: list[float], hz: float = HZ) -> tuple[list[View], list[Side]]:
    slim = np.zeros(len(yaw_deg), dtype=bool)
    view, near = ViewTracker().push(np.array(yaw_deg, dtype=float), slim, np.arange(len(yaw_deg)) / hz)
    return view.tolist(), near.tolist()


# Body yaw


@pytest.mark.parametrize("yaw", TURNS)
@pytest.mark.parametrize(
    "bent",
    [
        {},
        {"trunk_inclination_deg": 100, "hip_flexion_left_deg": 100, "knee_flexion_left_deg": 40},
        {"lateral_trunk_lean_deg": 30, "head_yaw_deg": 70, "shoulder_obliquity_deg": 10},
    ],
    ids=["upright", "deep bend", "side lean, head turned"],
)
def test_body_yaw_is_the_turn_that_was_drawn(yaw, bent):
    assert body_yaw_deg(draw([Body(**bent, yaw_deg=yaw)]))[0] == pytest.approx(yaw, abs=1e-9)


def test_body_yaw_is_of_shoulders_and_hips_together():
    """A trunk that is twisted by 40 degrees faces somewhere in between."""
    twisted = draw([Body(yaw_deg=30)])
    hips = [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]
    twisted.world[:, hips] = draw([Body(yaw_deg=-10)]).world[:, hips]
    assert -5 < body_yaw_deg(twisted)[0] < 25


def test_nobody_has_no_yaw():
    assert np.isnan(body_yaw_deg(draw([None, Body()]))).tolist() == [True, False]


def test_points_all_in_one_place_have_no_yaw():
    series = draw([Body()])
    assert np.isnan(body_yaw_deg(with_points(series, world=np.zeros_like(series.world))))


@pytest.mark.parametrize(("yaw", "forward"), [(90, -1), (60, -1), (120, -1), (-90, 1), (-60, 1), (-120, 1)])
def test_turned_to_the_own_right_is_facing_the_left_edge(yaw, forward):
    series = draw([Body(yaw_deg=yaw)])
    skeleton = build(series, body_yaw_deg(series), np.array([View.SIDE], dtype=object), NO_OFFSETS)
    nose, ear = skeleton.points_px[0, 0, 0], skeleton.mid_ear[0, 0]
    assert skeleton.forward[0] == forward == np.sign(nose - ear)


@pytest.mark.parametrize(("yaw", "rightward"), [(0, -1), (30, -1), (-30, -1), (180, 1), (150, 1), (-150, 1)])
def test_the_persons_right_is_at_the_right_of_the_picture_only_from_behind(yaw, rightward):
    series = draw([Body(yaw_deg=yaw)])
    skeleton = build(series, body_yaw_deg(series), np.array([View.BACK], dtype=object), NO_OFFSETS)
    assert skeleton.rightward[0] == rightward


# Which view


@pytest.mark.parametrize(
    ("yaw", "view"),
    [
        (0, View.FRONT), (19.9, View.FRONT), (-19.9, View.FRONT), (20.1, View.OBLIQUE), (-45, View.OBLIQUE),
        (59.9, View.OBLIQUE), (60.1, View.SIDE), (90, View.SIDE), (-90, View.SIDE), (-119.9, View.SIDE),
        (120.1, View.OBLIQUE), (159.9, View.OBLIQUE), (160.1, View.BACK), (180, View.BACK), (-170, View.BACK),
        (float("nan"), View.UNKNOWN),
    ],
)  # fmt: skip
def test_the_bands_of_the_views(yaw, view):
    assert view_of(yaw) is view


@pytest.mark.parametrize(
    ("current", "yaw", "view"),
    [
        (View.FRONT, 24.9, View.FRONT), (View.FRONT, 25.1, View.OBLIQUE),
        (View.OBLIQUE, 15.1, View.OBLIQUE), (View.OBLIQUE, 14.9, View.FRONT),
        (View.SIDE, 55.1, View.SIDE), (View.SIDE, 54.9, View.OBLIQUE), (View.SIDE, -124.9, View.SIDE),
        (View.OBLIQUE, 64.9, View.OBLIQUE), (View.OBLIQUE, 65.1, View.SIDE),
        (View.BACK, 155.1, View.BACK), (View.BACK, -154.9, View.OBLIQUE), (View.OBLIQUE, 165.1, View.BACK),
        (View.FRONT, 90, View.SIDE), (View.SIDE, 0, View.FRONT),
    ],
)  # fmt: skip
def test_the_current_view_keeps_five_degrees_more(current, yaw, view):
    assert view_of(yaw, current) is view


# Over time


@pytest.mark.parametrize("edge", [20, 60, 120, 160, -20, -60, -120, -160])
@given(st.lists(st.floats(-4, 4), min_size=2, max_size=60))
def test_noise_around_an_edge_never_flips_the_view(edge, noise):
    view, _ = followed([edge + n for n in noise])
    assert len(set(view)) == 1


@pytest.mark.parametrize(
    ("before", "after", "view"),
    [(0, 90, View.SIDE), (90, 180, View.BACK), (-90, 0, View.FRONT)],
)
def test_a_real_turn_flips_after_the_dwell_and_not_before(before, after, view):
    seen, _ = followed([before] * 10 + [after] * 10)
    turned_after = seen.index(view) - 10
    assert turned_after / HZ == pytest.approx(DWELL_S)
    assert len(set(seen[:10])) == 1
    assert set(seen[10 + turned_after :]) == {view}
    # Until the turn has lasted, no plane holds: neither the one before nor the one after.
    assert set(seen[10 : 10 + turned_after]) == {View.OBLIQUE}


def test_a_turn_to_oblique_counts_at_once():
    seen, _ = followed([90] * 10 + [45] * 10)
    assert seen[10] is View.OBLIQUE


def test_a_stumble_shorter_than_the_dwell_is_refused_and_over():
    seen, near = followed([90] * 10 + [-90, 0, 0, -90] + [90] * 10)
    assert set(seen[:10]) == set(seen[14:]) == {View.SIDE}
    assert seen[11] is seen[12] is View.OBLIQUE
    assert set(near) == {Side.LEFT}


def test_the_dwell_is_time_and_not_pictures():
    assert View.SIDE not in followed([0] + [90] * 10, hz=30)[0]
    assert followed([0, 90, 90, 90], hz=2)[0][-1] is View.SIDE


@pytest.mark.parametrize(
    ("yaw", "near"), [(90, Side.LEFT), (60, Side.LEFT), (120, Side.LEFT), (-90, Side.RIGHT), (-120, Side.RIGHT)]
)
def test_the_near_side_is_nearer_to_the_camera(yaw, near):
    series = draw([Body(yaw_deg=yaw)])
    _, seen = ViewTracker().push(body_yaw_deg(series), np.zeros(len(series), dtype=bool), series.time_s)
    depth = series.world[0, :, 2]
    assert seen[0] is near
    assert near is (Side.LEFT if depth[11] < depth[12] else Side.RIGHT)


def test_who_turns_round_shows_the_other_side_after_the_dwell():
    _, near = followed([90] * 5 + [-90] * 10)
    assert near.index(Side.RIGHT) - 5 == round(DWELL_S * HZ)


def test_nobody_is_unknown_and_is_forgotten_by_nobody():
    view, near = followed([90, 90, np.nan, np.nan, 90])
    assert view == [View.SIDE, View.SIDE, View.UNKNOWN, View.UNKNOWN, View.SIDE]
    assert set(near) == {Side.LEFT}


def test_the_first_picture_counts_at_once():
    assert followed([-90]) == ([View.SIDE], [Side.RIGHT])
    assert followed([np.nan, 180])[0] == [View.UNKNOWN, View.BACK]


@given(st.lists(st.sampled_from([0.0, 40.0, 90.0, -90.0, 170.0, np.nan]), min_size=1, max_size=40), st.data())
def test_how_a_stretch_is_cut_changes_nothing(yaw, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(yaw)), max_size=5)))
    time_s = np.arange(len(yaw)) / HZ
    tracker = ViewTracker()
    slim = np.zeros(len(yaw), dtype=bool)
    pieces = zip([0, *cuts], [*cuts, len(yaw)], strict=True)
    parts = [tracker.push(np.array(yaw[a:b]), slim[a:b], time_s[a:b]) for a, b in pieces]
    assert ([v for view, _ in parts for v in view], [n for _, near in parts for n in near]) == followed(yaw)


def test_a_trunk_too_broad_is_not_seen_from_the_side_whatever_the_yaw_says():
    broad = np.array([False, True, False])
    view, _ = ViewTracker().push(np.full(3, 90.0), broad, np.arange(3) / HZ)
    assert list(view) == [View.SIDE, View.OBLIQUE, View.SIDE]


def test_breadth_grows_as_the_body_turns_to_the_camera():
    side, corner, front = (breadth(draw([Body(yaw_deg=yaw)]))[0] for yaw in (90, 50, 0))
    assert side < SIDE_MAX_BREADTH < corner < front
