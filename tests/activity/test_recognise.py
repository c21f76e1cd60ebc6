"""Drawn people who sit, stand, walk, leave and lie down: each is called what it is, and doubt is called unknown."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.activity.body import signals
from posture_coach.activity.posture import SITTING_DROP, STANDING_DROP
from posture_coach.activity.recognise import activity_events, gaps, recognise
from posture_coach.activity.types import Activity
from posture_coach.pose.types import Landmark, Model, PoseSeries
from tests.drawn import Body, draw, with_points

HZ = 10.0
SITTING, STANDING, WALKING = Activity.SITTING, Activity.STANDING, Activity.WALKING
EXERCISING, LYING = Activity.EXERCISING, Activity.LYING
AWAY, UNKNOWN = Activity.AWAY, Activity.UNKNOWN
SIDES = ("left", "right")
YAWS = (0, 45, 90, -90, 180)
LEGS = [point for point in Landmark if any(part in point.name for part in ("KNEE", "ANKLE", "HEEL", "FOOT"))]
"""All that a desk hides."""


def seated(yaw: float = 90.0, **more: float) -> Body:
    legs = {f"{joint}_flexion_{side}_deg": 90.0 for joint in ("hip", "knee") for side in ("left", "right")}
    return Body(**{**legs, **more}, yaw_deg=yaw)


def standing(yaw: float = 90.0, **more: float) -> Body:
    return Body(yaw_deg=yaw, **more)


def stride(time_s: float, yaw: float, steps_hz: float, swing_deg: float = 25.0) -> Body:
    """Legs swing against each other: two steps are one full swing."""
    swing = swing_deg * math.sin(math.pi * steps_hz * time_s)
    return Body(hip_flexion_left_deg=swing, hip_flexion_right_deg=-swing, yaw_deg=yaw)


def walking(seconds: float, yaw: float = 90.0, steps_hz: float = 1.8, hz: float = HZ, **gait: float) -> list[Body]:
    return [stride(i / hz, yaw, steps_hz, **gait) for i in range(round(seconds * hz))]


def labels(bodies: list[Body | None], hz: float = HZ, **picture) -> list[Activity]:
    return recognise(draw(bodies, hz=hz, **picture)).label.tolist()


# One posture


@pytest.mark.parametrize("yaw", YAWS)
@pytest.mark.parametrize("n", [1, 30], ids=["photo", "video"])
def test_sitting_and_standing_from_any_side(yaw, n):
    assert labels([seated(yaw)] * n) == [SITTING] * n
    assert labels([standing(yaw)] * n) == [STANDING] * n


@pytest.mark.parametrize("trunk", [-20, 0, 30, 50])
def test_who_sits_leaning_still_sits(trunk):
    body = seated(trunk_inclination_deg=trunk, hip_flexion_left_deg=90 + trunk, hip_flexion_right_deg=90 + trunk)
    assert labels([body] * 10) == [SITTING] * 10


@pytest.mark.parametrize("n", [1, 30], ids=["photo", "video"])
def test_who_sits_on_an_edge_with_the_feet_drawn_back_sits(n):
    on_an_edge = {f"hip_flexion_{side}_deg": 45.0 for side in SIDES}
    tucked, squat = (
        seated(90.0, **on_an_edge, **{f"knee_flexion_{side}_deg": deg for side in SIDES}) for deg in (105.0, 75.0)
    )
    assert float(signals(draw([tucked])).drop[0]) > STANDING_DROP
    assert labels([tucked] * n) == [SITTING] * n
    assert labels([squat] * n) == [STANDING] * n


@pytest.mark.parametrize("raised", ["left", "right"])
@pytest.mark.parametrize("yaw", [0.0, 90.0])
def test_who_stands_on_one_leg_stands(yaw, raised):
    bent = {f"hip_flexion_{raised}_deg": 90.0, f"knee_flexion_{raised}_deg": 90.0}
    assert set(labels([standing(yaw, **bent)] * 20)) == {STANDING}


def test_who_stands_before_a_camera_high_up_stands():
    """The picture shows thigh and trunk shortened, the thigh more; the world points less so."""
    series = draw([standing(0.0)] * 20)
    points, middle = series.points_px.copy(), series.points_px[:, Landmark.LEFT_HIP, 1].mean()
    below = points[..., 1] > middle
    points[..., 1] = np.where(below, middle + 0.55 * (points[..., 1] - middle), points[..., 1])
    assert set(recognise(replace(series, points_px=points)).label.tolist()) == {STANDING}


def shortened(bodies, share: float):
    """Return them as a camera high up draws them to the heavy model, whose world points tell no heights."""
    series = draw(bodies, model=Model.HEAVY)
    points, middle = series.points_px.copy(), series.points_px[:, Landmark.LEFT_HIP, 1].mean()
    points[..., 1] = np.where(points[..., 1] > middle, middle + share * (points[..., 1] - middle), points[..., 1])
    return replace(series, points_px=points)


@pytest.mark.parametrize("share", [0.61, 0.63])
def test_between_sitting_and_standing_straight_hips_tell(share):
    low = shortened([standing(0.0)] * 20, share)
    assert SITTING_DROP < float(signals(low).drop[0]) < STANDING_DROP
    assert set(recognise(low).label.tolist()) == {STANDING}
    assert STANDING not in recognise(shortened([seated(90.0)] * 20, share)).label.tolist()


def test_between_sitting_and_standing_bent_hips_keep_what_was():
    """Half risen: the thighs hang by 52 degrees, and so far the hips are bent at least."""
    risen = [seated(90.0, hip_flexion_left_deg=52.0, hip_flexion_right_deg=52.0)] * 20
    assert SITTING_DROP < float(signals(draw(risen)).drop[0]) < STANDING_DROP
    assert set(labels([seated(90.0)] * 20 + risen)) == {SITTING}


def test_a_single_photo_of_a_stride_is_standing_because_walking_needs_time():
    assert labels([stride(0.28, 90, 1.8)]) == [STANDING]


@pytest.mark.parametrize("yaw", [90, -90, 60])
@pytest.mark.parametrize("trunk", [-88, 88], ids=["on the back", "on the front"])
def test_who_lies_lies(yaw, trunk):
    assert labels([standing(yaw, trunk_inclination_deg=trunk)] * 20) == [LYING] * 20


def test_who_lies_with_the_knees_up_lies():
    bent = {f"{joint}_{side}_deg": deg for side in SIDES for joint, deg in (("hip_flexion", 45), ("knee_flexion", 90))}
    assert labels([standing(trunk_inclination_deg=-88, **bent)] * 20) == [LYING] * 20


@pytest.mark.parametrize("yaw", [90, -90, 45])
def test_a_deep_bend_on_straight_legs_is_standing(yaw):
    bend = standing(yaw, trunk_inclination_deg=80, hip_flexion_left_deg=80, hip_flexion_right_deg=80)
    assert labels([bend] * 20) == [STANDING] * 20


def test_who_bends_down_to_the_shoes_on_a_chair_sits():
    bend = seated(trunk_inclination_deg=75, hip_flexion_left_deg=160, hip_flexion_right_deg=160)
    assert labels([bend] * 20) == [SITTING] * 20


@pytest.mark.parametrize("yaw", [0, 90, 180])
def test_on_the_knees_is_neither_sitting_nor_standing(yaw):
    assert labels([standing(yaw, knee_flexion_left_deg=90, knee_flexion_right_deg=90)] * 20) == [UNKNOWN] * 20


def test_a_skeleton_of_a_few_pixels_is_nobody():
    assert labels([standing()] * 20, scale_px=20.0) == [AWAY] * 20
    assert labels([standing()] * 20, scale_px=60.0) == [STANDING] * 20


@pytest.mark.parametrize("hole_s", [0.0, 3600.0])
def test_a_hole_in_the_recording_lets_nothing_last(hole_s):
    series = draw([standing()] * 40 + [seated()] * 2 + [standing()] * 40, hz=2.0)
    late = np.where(np.arange(82) >= 42, hole_s, 0.0)
    # Two pictures a second, of which the two that sit are a tenth apart.
    time_s = series.time_s + late - np.where(np.arange(82) >= 41, 0.4, 0.0)
    assert set(recognise(replace(series, time_s=time_s)).label.tolist()) == {STANDING}


def test_nobody_is_away():
    done = recognise(draw([None] * 20))
    assert done.label.tolist() == [AWAY] * 20
    assert not done.assumed.any()


def test_no_picture_at_all_gives_no_label():
    assert labels([]) == []


# What cannot be seen


def legs_hidden(series: PoseSeries, how: str) -> PoseSeries:
    points, seen, present = series.points_px.copy(), series.visibility.copy(), series.presence.copy()
    if how == "below the picture":
        points[:, LEGS, 1] += series.height
    elif how == "not visible":
        seen[:, LEGS] = 0.1
    else:
        present[:, LEGS] = 0.1
    return with_points(series, points_px=points, visibility=seen, presence=present)


@pytest.mark.parametrize("how", ["below the picture", "not visible", "not present"])
@pytest.mark.parametrize("body", [seated(0), standing(0)], ids=["sitting", "standing"])
def test_legs_out_of_sight_are_assumed_to_sit_and_it_says_so(how, body):
    done = recognise(legs_hidden(draw([body] * 20), how))
    assert done.label.tolist() == [SITTING] * 20
    assert done.assumed.all()


@pytest.mark.parametrize("body", [seated(), standing()])
def test_seen_legs_are_not_assumed(body):
    assert not recognise(draw([body] * 5)).assumed.any()


@pytest.mark.parametrize("hidden", ["LEFT", "RIGHT"])
def test_one_leg_is_enough(hidden):
    series = draw([standing(), seated()])
    series.visibility[:, [point for point in LEGS if hidden in point.name]] = 0.0
    done = recognise(series.part(0, 1)), recognise(series.part(1, 2))
    assert [one.label[0] for one in done] == [STANDING, SITTING]
    assert not any(one.assumed[0] for one in done)


def test_nothing_but_a_head_is_unknown():
    series = draw([standing(0)] * 5)
    series.visibility[:, Landmark.LEFT_SHOULDER :] = 0.1
    done = recognise(series)
    assert done.label.tolist() == [UNKNOWN] * 5
    assert not done.assumed.any()


# Walking


@pytest.mark.parametrize("yaw", [*YAWS, -135])
@pytest.mark.parametrize("steps_hz", [1.0, 1.8, 2.4])
def test_walking_from_any_side_and_at_any_pace(yaw, steps_hz):
    seen = labels(walking(6, yaw, steps_hz))
    assert seen[10:-10] == [WALKING] * (len(seen) - 20)


@pytest.mark.parametrize("hz", [8.0, 15.0, 30.0])
def test_walking_at_any_frame_rate(hz):
    seen = labels(walking(5, hz=hz), hz=hz)
    middle = seen[round(hz) : -round(hz)]
    assert middle == [WALKING] * len(middle)


def test_one_step_is_not_walking():
    assert WALKING not in labels([stride(min(i / HZ, 0.83), 90, 1.8) for i in range(40)])


def test_swaying_on_the_spot_is_not_walking():
    assert set(labels(walking(6, swing_deg=2.5))) == {STANDING}


LUNGE = standing(hip_flexion_left_deg=25, hip_flexion_right_deg=-25)
SWAPPED = standing(hip_flexion_left_deg=-25, hip_flexion_right_deg=25)
"""The same feet, left taken for right."""


def test_feet_swapped_by_the_network_for_a_moment_are_not_walking():
    assert WALKING not in labels([LUNGE] * 60 + [SWAPPED] * 2 + [LUNGE] * 60, hz=30)


@pytest.mark.parametrize("between", [2, 6, 24])
def test_feet_swapped_by_the_network_again_and_again_are_not_walking(between):
    flicker = ([SWAPPED] * 2 + [LUNGE] * between) * 8
    assert WALKING not in labels([LUNGE] * 60 + flicker + [LUNGE] * 60, hz=30)


def test_who_swings_the_legs_on_a_chair_sits():
    bodies = [
        seated(
            knee_flexion_left_deg=90 + 50 * math.sin(6 * i / HZ), knee_flexion_right_deg=90 - 50 * math.sin(6 * i / HZ)
        )
        for i in range(50)
    ]
    assert set(labels(bodies)) == {SITTING}


def test_who_steps_about_in_a_deep_bend_does_not_walk():
    swings = [25 * math.sin(math.pi * 1.8 * i / HZ) for i in range(50)]
    bodies = [
        standing(trunk_inclination_deg=80, hip_flexion_left_deg=80 + s, hip_flexion_right_deg=80 - s) for s in swings
    ]
    assert WALKING not in labels(bodies)


def march(time_s: float, yaw: float, steps_hz: float) -> Body:
    """Lift one knee after the other, the feet staying where they are."""
    lifts = [max(0.0, way * 70 * math.sin(math.pi * steps_hz * time_s)) for way in (1, -1)]
    legs = {
        f"{joint}_flexion_{side}_deg": up for side, up in zip(SIDES, lifts, strict=True) for joint in ("hip", "knee")
    }
    return Body(**legs, yaw_deg=yaw)


@pytest.mark.parametrize("yaw", [0, 45, 90, 180])
@pytest.mark.parametrize("steps_hz", [1.0, 2.0])
def test_marching_on_the_spot_is_walking(yaw, steps_hz):
    seen = labels([march(i / HZ, yaw, steps_hz) for i in range(80)])
    assert seen[15:-15] == [WALKING] * 50


def test_the_walk_begins_and_ends_near_its_first_and_last_step():
    seen = labels([standing()] * 30 + walking(5) + [standing()] * 30)
    first, last = seen.index(WALKING), len(seen) - seen[::-1].index(WALKING)
    assert first / HZ == pytest.approx(3, abs=0.6)
    assert last / HZ == pytest.approx(8, abs=0.6)
    assert set(seen[first:last]) == {WALKING}
    assert set(seen[:first] + seen[last:]) == {STANDING}


# Over time


def test_a_change_is_told_at_its_own_moment():
    seen = labels([seated()] * 20 + [standing()] * 20 + [None] * 20)
    assert seen == [SITTING] * 20 + [STANDING] * 20 + [AWAY] * 20


@pytest.mark.parametrize("flicker", [standing(), None], ids=["standing", "nobody"])
@pytest.mark.parametrize("n", [1, 2])
def test_a_flicker_of_two_pictures_is_smoothed_away(flicker, n):
    assert labels([seated()] * 15 + [flicker] * n + [seated()] * 15) == [SITTING] * (30 + n)


def test_half_risen_is_what_it_was_before():
    half = {f"{joint}_flexion_{side}_deg": 51.5 for joint in ("hip", "knee") for side in ("left", "right")}
    between = Body(**half, yaw_deg=90)
    assert labels([seated()] * 15 + [between] * 15) == [SITTING] * 30
    assert labels([standing()] * 15 + [between] * 15) == [STANDING] * 30
    assert labels([between] * 15) == [UNKNOWN] * 15


def test_only_sitting_is_ever_assumed():
    series = draw([standing(0)] * 30)
    series.visibility[14:16, LEGS] = 0.1
    done = recognise(series)
    assert set(done.label) == {STANDING}
    assert not done.assumed.any()


@given(st.integers(-150, 150), st.integers(-60, 60), st.sampled_from([120.0, 180.0, 200.0]))
def test_place_and_size_in_the_picture_change_no_label(dx, dy, scale):
    bodies = [seated()] * 12 + [standing()] * 12 + walking(3)
    moved = labels(bodies, scale_px=scale, centre=(640 + dx, 360 + dy))
    assert moved == labels(bodies)


# Stretches


def test_stretches_are_half_open_and_leave_no_gap():
    label = np.array([SITTING] * 3 + [STANDING] * 2 + [AWAY] + [SITTING] * 4, dtype=object)
    time_s = np.array([0.0, 0.1, 0.25, 0.3, 0.5, 0.9, 1.0, 1.1, 1.2, 1.5])
    events = activity_events(label, time_s)
    assert [(e.start_s, e.end_s, e.evidence["activity"]) for e in events] == [
        (0.0, 0.3, "sitting"), (0.3, 0.9, "standing"), (0.9, 1.0, "away"), (1.0, 1.6, "sitting"),
    ]  # fmt: skip
    assert {e.kind for e in events} == {"activity"}


@given(st.lists(st.sampled_from(list(Activity)), min_size=1, max_size=50))
def test_every_picture_lies_in_the_stretch_of_its_own_label(kinds):
    label, time_s = np.array(kinds, dtype=object), np.arange(len(kinds)) / 7
    events = activity_events(label, time_s)
    assert events[0].start_s == time_s[0]
    assert events[-1].end_s == pytest.approx(time_s[-1] + (1 / 7 if len(kinds) > 1 else 0.0))
    for before, after in pairwise(events):
        assert before.end_s == after.start_s
        assert before.evidence != after.evidence
    for kind, now in zip(kinds, time_s, strict=True) if len(kinds) > 1 else ():
        assert [e.evidence["activity"] for e in events if e.start_s <= now < e.end_s] == [kind]


def test_the_last_picture_lasts_to_the_end_of_the_source_where_that_is_known():
    label = np.array([SITTING] * 3, dtype=object)
    (event,) = activity_events(label, np.array([0.0, 0.2, 0.4]), end_s=0.55)
    assert event.end_s == 0.55


def test_a_hole_in_the_recording_belongs_to_nothing():
    label = np.array([STANDING] * 20, dtype=object)
    time_s = np.concatenate([np.arange(10) / 10, 11 + np.arange(10) / 10])
    assert [(e.start_s, pytest.approx(e.end_s)) for e in activity_events(label, time_s)] == [(0.0, 1.0), (11.0, 12.0)]
    assert gaps(time_s).tolist() == [9]
    assert gaps(np.arange(20) * 10.0).tolist() == [], "slow is not broken"


def test_a_photo_is_a_stretch_without_length_and_nothing_is_none():
    (photo,) = activity_events(np.array([STANDING], dtype=object), np.array([2.0]))
    assert (photo.start_s, photo.end_s) == (2.0, 2.0)
    assert activity_events(np.array([], dtype=object), np.array([])) == []
