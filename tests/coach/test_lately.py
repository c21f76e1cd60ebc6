"""The last minutes of a live session, picture by picture: a score once there is a minute, and what goes on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from posture_coach.coach.lately import NOTHING_YET, Minutes
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.scoring.own import merged
from tests.scoring.over_time import NECK, PITCH, TARGETS, TRUNK, assessed, windows_of

HZ = 2.0


def desk(minutes, slumped_from_s=1e9):
    time_s = np.arange(round(minutes * 60 * HZ) + 1) / HZ
    return assessed(time_s, {TRUNK: np.where(time_s >= slumped_from_s, 35.0, 0.0), PITCH: 5.0, NECK: 0.0})


def shown(assessment):
    """Push picture by picture; return what was told after each."""
    one = Minutes()
    return [one.push(assessment.part(i, i + 1)) for i in range(len(assessment))]


def test_there_is_no_score_in_the_first_minute_and_one_ever_after():
    told = shown(desk(6.5))
    first = next(i for i, lately in enumerate(told) if lately.window is not None)
    assert first == 60 * HZ
    assert all(lately.window is not None for lately in told[first:])
    assert told[0] == NOTHING_YET


def test_it_is_the_window_that_batch_tells():
    whole = desk(7, slumped_from_s=100)
    told = shown(whole)
    batch = windows_of(whole.part(0, len(whole) - 1))
    assert repr(told[-1].window) == repr(batch[1])
    just_begun = told[int(320 * HZ)].window
    assert repr(just_begun) == repr(batch[0])


def test_what_goes_on_is_told_while_it_does():
    told = shown(desk(4, slumped_from_s=60))
    kinds = [[event.kind for event in lately.going_on] for lately in told]
    assert kinds[int(115 * HZ)] == []
    assert kinds[-1] == ["slumped"]
    assert told[-1].going_on[0].start_s == 60.0


def test_somebody_else_begins_anew():
    one, assessment = Minutes(), desk(3)
    assert one.push(assessment).window is not None
    assert one.push(replace(desk(0.1), person=2)) == NOTHING_YET


@pytest.mark.parametrize("minutes", [35])
def test_a_due_break_goes_on_until_it_is_taken(minutes):
    (event,) = [e for e in shown(desk(minutes))[-1].going_on if e.kind == "break_due"]
    assert event.evidence["most"] == pytest.approx(minutes * 60, abs=2)


def test_other_targets_begin_the_score_anew_and_what_goes_on_goes_on():
    one, assessment = Minutes(), desk(40)
    for i in range(len(assessment)):
        one.push(assessment.part(i, i + 1))
    assert one.lately.window is not None
    before = next(e for e in one.lately.going_on if e.kind == "break_due")
    table = {"schema_version": 1, "targets": {"sitting_head_pitch": {"used": False}}}
    other = merged(table, TARGETS, shipped_accuracy().mdc, file="x")
    time_s = 2400.5 + np.arange(round(70 * HZ)) / HZ
    later = assessed(time_s, {TRUNK: 35.0, PITCH: 5.0, NECK: 0.0}, targets=other)
    assert one.push(later.part(0, 1)).window is None
    for i in range(1, len(later)):
        one.push(later.part(i, i + 1))
    window = one.lately.window
    assert window is not None
    assert all(start_s >= 2400.0 for loss in window.losses if loss.part == "posture" for start_s, _ in loss.moments)
    assert "sitting_head_pitch" not in {loss.what for loss in window.losses}
    after = next(e for e in one.lately.going_on if e.kind == "break_due")
    assert after.start_s == before.start_s
    assert after.evidence["most"] > before.evidence["most"]
