"""Contacts and toe-offs of drawn walkers, whose moments are known, and of rendered and filmed ones."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from posture_coach.activity.gait_events import (
    FEET_OUT,
    LIFT_SHARE,
    NO_STEPS,
    NOT_FROM_HERE,
    ON_THE_SPOT,
    REACH_SHARE,
    TOO_SLOW,
    alternating,
    chained,
    foot_of,
    peaks,
    toe_offs,
    usual_stride_s,
    walk_events,
)
from posture_coach.activity.gait_types import Contact
from posture_coach.batch.analyse import Settings, analyse
from posture_coach.batch.gait import gait_of
from posture_coach.measures.types import Side, View
from posture_coach.pose.types import Landmark, Mode
from tests.activity.walkers import STRIDE_S, expected, lifter, lost, marcher, swapped, walker
from tests.drawn import Body, draw, mirrored, with_points

DELAY_S = REACH_SHARE * STRIDE_S
EXACT_S = 0.004
FRAME_S = 1 / 30


def told(walk):
    return [(contact.time_s, contact.side) for contact in walk.contacts]


def inner(contacts, seconds):
    """Return those whose peak has pictures on both sides."""
    return [(t, side) for t, side in contacts if 0.2 < t < seconds - 0.2]


def assert_same(found, wanted, within_s=EXACT_S):
    assert [side for _, side in found] == [side for _, side in wanted]
    assert [t for t, _ in found] == pytest.approx([t for t, _ in wanted], abs=within_s)


# From the side


@pytest.mark.parametrize("yaw", [90.0, -90.0, 70.0, -115.0])
@pytest.mark.parametrize("hz", [25.0, 30.0, 60.0])
def test_a_contact_follows_the_foots_furthest_reach(yaw, hz):
    walk = walk_events(walker(6.0, yaw=yaw, hz=hz))
    assert walk.view is View.SIDE
    assert_same(inner(told(walk), 6.0), inner(expected(6.0, DELAY_S), 6.0))


def test_the_toes_leave_where_they_are_furthest_behind():
    contacts = walk_events(walker(6.0)).contacts
    ahead_s = [t for t, _ in expected(6.0, 0.0)]
    assert [c.toe_off_s for c in contacts[:-2]] == pytest.approx([t + STRIDE_S / 2 for t in ahead_s[:-2]], abs=EXACT_S)
    assert all(np.isnan(c.toe_off_s) for c in contacts[-2:])


@settings(max_examples=25, deadline=None)
@given(
    stride_s=st.floats(0.85, 1.7),
    late_s=st.floats(-0.08, 0.08),
    first_s=st.floats(0.2, 0.6),
    yaw=st.sampled_from([-90.0, 90.0]),
)
def test_any_pace_any_limp(stride_s, late_s, first_s, yaw):
    found = told(walk_events(walker(7.0, yaw=yaw, stride_s=stride_s, late_s=late_s, first_s=first_s)))
    wanted = expected(7.0, REACH_SHARE * stride_s, stride_s=stride_s, late_s=late_s, first_s=first_s)
    assume(all(abs(t - edge) > 0.006 for t, _ in wanted for edge in (0.2, 6.8)))
    assert_same(inner(found, 7.0), inner(wanted, 7.0), 0.006)


@settings(max_examples=20, deadline=None)
@given(st.sets(st.integers(0, 179), max_size=12), st.sampled_from([-90.0, 90.0]))
def test_exchanged_legs_change_nothing(rows, yaw):
    straight = walker(6.0, yaw=yaw)
    assert_same(told(walk_events(swapped(straight, sorted(rows)))), told(walk_events(straight)), 1e-9)


def test_in_a_mirror_left_is_right():
    series = walker(6.0, late_s=0.05)
    seen = [(t, Side.LEFT if side is Side.RIGHT else Side.RIGHT) for t, side in told(walk_events(series))]
    assert_same(told(walk_events(mirrored(series))), seen, 1e-9)


def test_later_is_the_same_later():
    series = walker(6.0)
    later = told(walk_events(with_points(series, time_s=series.time_s + 1234.5)))
    assert_same(later, [(t + 1234.5, side) for t, side in told(walk_events(series))], 1e-6)


def test_a_few_lost_pictures_are_bridged_and_many_are_not():
    series = walker(9.0)
    whole = told(walk_events(series))
    assert_same(told(walk_events(lost(series, [100, 101, 102, 103]))), whole, 0.02)
    walk = walk_events(lost(series, list(range(90, 170))))
    assert len(walk.chains) == 2
    assert_same(told(walk), [(t, side) for t, side in whole if not 2.9 < t < 5.8], 0.02)


def test_sides_nobody_can_tell_are_not_told():
    series = walker(6.0)
    walk = walk_events(swapped(series, list(range(0, 90))))
    assert {side for _, side in told(walk)} == {None}
    assert [t for t, _ in told(walk)] == pytest.approx([t for t, _ in told(walk_events(series))])


# From the front


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("hz", [25.0, 30.0, 60.0])
def test_from_the_front_a_contact_follows_the_foots_highest_point(mode, hz):
    walk = walk_events(lifter(6.0, hz=hz, mode=mode, late_s=0.04))
    assert walk.view is View.FRONT
    delay_s = LIFT_SHARE[mode] * STRIDE_S
    assert_same(told(walk), [(t, side) for t, side in expected(6.0, delay_s, late_s=0.04) if t < 6.0], 0.006)
    assert all(np.isnan(contact.toe_off_s) for contact in walk.contacts)


@pytest.mark.parametrize("dip", [-1.0, 1.0])
def test_a_body_that_dips_on_one_foot_makes_no_limp(dip):
    """Hips that go down a few centimetres once a stride move no contact against the other foot's."""
    series = lifter(12.0)
    points = series.points_px.copy()
    trunk_px = points[0, Landmark.LEFT_HIP, 1] - points[0, Landmark.LEFT_SHOULDER, 1]
    above = [point for point in Landmark if point <= Landmark.RIGHT_HIP]
    points[:, above, 1] += 0.05 * dip * trunk_px * np.sin(2 * np.pi * (series.time_s - 0.3) / STRIDE_S)[:, None]
    dipping, steady = (told(walk_events(one))[2:-2] for one in (with_points(series, points_px=points), series))
    assert_same(dipping, steady, 0.002)


# Refused


def standing(seconds=4.0, **more):
    return draw([Body(**more)] * round(30 * seconds), hz=30.0)


@pytest.mark.parametrize(
    ("series", "reason"),
    [
        (walker(6.0, yaw=45.0), NOT_FROM_HERE),
        (walker(6.0, yaw=180.0), NOT_FROM_HERE),
        (walker(6.0, hz=10.0), TOO_SLOW),
        (walker(6.0, scale_px=600.0), FEET_OUT),
        (marcher(6.0), ON_THE_SPOT),
        (standing(yaw_deg=90.0), NO_STEPS),
        (standing(yaw_deg=0.0), NO_STEPS),
        (lost(standing(), list(range(120))), NOT_FROM_HERE),
    ],
    ids=["corner", "behind", "10 Hz", "feet out", "marches", "stands, side", "stands, front", "nobody"],
)
def test_what_cannot_be_told_has_a_reason(series, reason):
    walk = walk_events(series)
    assert walk.contacts == ()
    assert walk.reason == reason


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 90.0]), st.floats(0.0, 200.0))
def test_noise_never_ends_in_a_fault(seed, yaw, noise_px):
    random = np.random.default_rng(seed)
    series = walker(4.0, yaw=yaw)
    points = np.where(random.random(series.points_px.shape) < 0.3, 320.0, series.points_px)
    noisy = with_points(series, points_px=points + random.normal(0.0, noise_px, points.shape))
    walk = walk_events(lost(noisy, random.integers(0, len(series), 20).tolist()))
    times = [contact.time_s for contact in walk.contacts]
    assert times == sorted(times)
    assert all(walk.start_s <= t <= walk.end_s for t in times)
    assert bool(walk.reason) == (not times)


@pytest.mark.parametrize("yaw", [0.0, 90.0])
def test_a_walk_may_end_at_any_picture(yaw):
    """Also between a foot's highest point, or its furthest, and the contact that follows."""
    whole = (lifter if yaw == 0.0 else walker)(4.0, **({} if yaw == 0.0 else {"yaw": yaw}))
    counts = [len(walk_events(whole.part(0, n)).contacts) for n in range(2, len(whole))]
    assert counts[0] == 0
    assert counts[-1] >= 5
    assert not {1, 2} & set(counts), "so few contacts tell no stride"


# The parts


def test_peaks_are_found_between_pictures():
    time_s = np.arange(90) / 30
    found = peaks(np.cos(2 * np.pi * (time_s - 0.711) / 0.6), time_s, 0.1)
    assert [t for _, t in found] == pytest.approx([0.111, 0.711, 1.311, 1.911, 2.511], abs=0.002)


def test_small_and_hasty_peaks_are_none():
    time_s = np.arange(90) / 30
    wave = np.cos(2 * np.pi * time_s / 0.6)
    assert peaks(0.04 * wave, time_s, 0.1) == []
    assert len(peaks(wave + 0.2 * np.cos(2 * np.pi * time_s / 0.15), time_s, 0.1)) == len(peaks(wave, time_s, 0.1))


def test_a_missed_contact_does_not_exchange_the_sides():
    times = [0.0, 0.5, 1.0, 2.0, 2.5, 3.0]
    sides = alternating([0, 1, 0, 0, 1, 0], times)
    assert [side.value for side in sides] == ["left", "right", "left", "left", "right", "left"]
    chains = chained([Contact(t, side) for t, side in zip(times, sides, strict=True)])
    assert [len(chain) for chain in chains] == [3, 3]


@pytest.mark.parametrize("gone", [[], [4], [4, 5], [3, 4, 5], [3, 4, 5, 6], [2, 3, 4, 5, 6, 7]])
def test_pictures_without_the_person_have_no_vote_which_foot_it_was(gone):
    """Left and right are treated alike: exchanged, they give the other foot."""
    feet = np.stack([np.full(10, 0.1), np.full(10, 0.4)], axis=1)
    feet[6] = 0.3, 0.2
    feet[gone] = np.nan
    assert [foot_of(feet, 5), foot_of(feet[:, ::-1], 5)] == [1, 0]


def test_the_majority_names_the_feet():
    sides = alternating([0, 1, 0, 0, 0, 1, 0, 1], [0.5 * k for k in range(8)])
    assert [side.value for side in sides] == ["left", "right"] * 4


def test_a_toe_off_belongs_between_the_next_two_contacts():
    assert toe_offs([0.0, 0.5, 1.0, 1.5], [0.6, 1.2])[:2] == [0.6, 1.2]
    assert np.isnan(toe_offs([0.0, 0.5, 1.0, 1.5], [0.6, 0.7])).all()


def test_no_stride_has_no_length():
    assert np.isnan(usual_stride_s([]))
    assert np.isnan(usual_stride_s([0.0, 1.0, 9.0]))


# Rendered and filmed people


@pytest.mark.parametrize("name", ["C_dev_walk12_sym_side_d4", "C_dev_walk12_asym16_front_d1"])
def test_contacts_of_rendered_people_are_found_within_a_picture_and_with_them_who_limps(shared_folder, require, name):
    path = require(shared_folder / "truth" / "clips" / f"{name}.mp4")
    true = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["events"]
    walked = gait_of(analyse(path, Settings()))
    found, last_s = told(walked), true["heel_strikes"][-1]["t"]
    asked = [(strike["t"], strike["side"]) for strike in true["heel_strikes"] if 0.25 <= strike["t"] <= last_s - 0.25]
    hits = [any(abs(f - t) <= FRAME_S and s.value[0].upper() == side for f, s in found) for t, side in asked]
    assert np.mean(hits) >= 0.9
    true_s = np.array([strike["t"] for strike in true["heel_strikes"]])
    assert all(np.abs(true_s - t).min() < 0.1 for t, _ in found if 0.25 <= t <= last_s - 0.25)
    asymmetry = walked.figures["step_time_asymmetry_pct"].value
    assert asymmetry == pytest.approx(true["step_time_asymmetry_pct"], abs=3.0)


def test_every_contact_of_a_filmed_walk_is_found(shared_folder, require):
    name = "variants/walk_side_clean_crop.mp4"
    require(shared_folder / "real" / name)
    lines = (shared_folder / "real" / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    label = next(row for row in map(json.loads, lines) if row["file"] == name)["labels"]["gait_events"]
    frames = [contact.time_s * 30 for contact in walk_events(_filmed(shared_folder / "real" / name)).contacts]
    assert len(frames) == len(label["heel_strike_frames"])
    assert np.abs(np.array(frames) - label["heel_strike_frames"]).max() <= label["tolerance_frames"]


def _filmed(path):
    return analyse(path, Settings()).raw
