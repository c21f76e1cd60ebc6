"""Stands from a chair in thirty seconds: counted on drawn people, and on a rendered one who stands up five times."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from posture_coach.activity.chair_stands import NONE_SEEN, TEST_S, chair_stands
from posture_coach.pose.types import PoseSeries
from tests.activity.walkers import lost
from tests.batch.made import SITTING, STANDING
from tests.drawn import draw, mirrored

HZ = 15.0


def sitter(
    seconds: float, every_s: float = 3.0, first_s: float = 2.0, yaw: float = 90.0, up: float = 1.0
) -> PoseSeries:
    """Draw somebody who begins to rise at first_s and every so often after; half of that he rises, half he sinks."""
    now_s = np.arange(round(seconds * HZ)) / HZ
    turn = np.where(now_s >= first_s, 2.0 * np.pi * (now_s - first_s) / every_s, 0.0)
    return straightened(up * (1.0 - np.cos(turn)) / 2.0, yaw)


def straightened(shares: np.ndarray, yaw: float = 90.0) -> PoseSeries:
    """Draw somebody from the seat (0) up to straight legs (1)."""
    bent = [f"{joint}_flexion_{side}_deg" for joint in ("hip", "knee") for side in ("left", "right")]
    return draw([replace(SITTING, yaw_deg=yaw, **dict.fromkeys(bent, 90.0 * (1.0 - s))) for s in shares], hz=HZ)


@pytest.mark.parametrize("yaw", [90.0, -90.0, 0.0])
@pytest.mark.parametrize("every_s", [2.5, 3.0, 3.7])
def test_drawn_stands_are_counted_up_to_thirty_seconds(yaw, every_s):
    found = chair_stands(sitter(40.0, every_s, yaw=yaw))
    # Half-way up a quarter of each round after its beginning.
    due = [k * every_s + every_s / 4.0 for k in range(30) if k * every_s + every_s / 4.0 <= TEST_S]
    assert len(found.up_s) == len(due)
    assert found.start_s == pytest.approx(2.0, abs=0.4)
    np.testing.assert_allclose(found.up_s, np.array(due) + 2.0, atol=0.35)
    assert (found.seen_s, found.reason) == (TEST_S, "")


def test_more_than_half_way_up_at_the_end_counts_and_less_does_not():
    # The eleventh rise is half-way up 29.2 s after the first one began, or 31.3 s after it.
    for every_s, stands in ((2.85, 11), (3.05, 10)):
        assert len(chair_stands(sitter(50.0, every_s)).up_s) == stands


def test_who_only_leans_or_only_sits_or_only_stands_has_stood_up_never():
    for series in (sitter(35.0, up=0.25), draw([SITTING] * 100, hz=HZ), draw([STANDING] * 100, hz=HZ)):
        found = chair_stands(series)
        assert (found.up_s, found.reason) == ((), NONE_SEEN)
    assert chair_stands(draw([None] * 100, hz=HZ)).reason == NONE_SEEN


def test_who_stands_at_first_is_counted_from_the_first_rise_from_the_seat():
    series = draw([STANDING] * 60 + [SITTING] * 30 + [STANDING] * 30 + [SITTING] * 30, hz=HZ)
    found = chair_stands(series)
    assert len(found.up_s) == 1
    assert found.start_s == pytest.approx(90 / HZ, abs=0.3)


@pytest.mark.parametrize(("lowest", "stands"), [(0.1, 6), (0.25, 6), (0.4, 1), (0.55, 1)])
def test_dips_that_never_come_half_way_down_are_no_stands(lowest, stands):
    dips = np.tile([*np.linspace(1.0, lowest, 20), *np.linspace(lowest, 1.0, 20)], 5)
    found = chair_stands(straightened(np.array([*np.zeros(30), *np.linspace(0.0, 1.0, 20), *dips, *np.ones(250)])))
    assert (len(found.up_s), found.reason) == (stands, "")


def test_a_recording_that_ends_early_says_so():
    found = chair_stands(sitter(20.0))
    assert len(found.up_s) == 6
    assert found.reason == "the recording ends 18 s after the first rise: 30 are needed"


def test_legs_that_were_not_seen_for_a_while_leave_no_whole_test():
    found = chair_stands(lost(sitter(40.0), list(range(150, 190))))
    assert found.reason.startswith("the legs were not seen for 2.7 s of the test")
    assert chair_stands(lost(sitter(40.0), list(range(150, 160)))).reason == ""


def test_legs_that_were_seen_no_more_are_no_end_of_the_recording():
    found = chair_stands(lost(sitter(40.0), list(range(300, 600))))
    assert found.reason.startswith("the legs were seen for 18 s after the first rise: film from the side")


def test_the_mirror_image_stands_up_as_often():
    series = sitter(40.0)
    assert chair_stands(mirrored(series)).up_s == pytest.approx(chair_stands(series).up_s)
