"""Windows, the whole and events of a recording in its summary: as the engine found them, and as the schema says."""

from __future__ import annotations

import json

import jsonschema
import numpy as np
import pytest

from posture_coach.activity.types import Activity
from posture_coach.batch import summary
from posture_coach.batch.over_time import over_time
from posture_coach.resources import data_file
from posture_coach.scoring.happenings import KINDS
from tests.scoring.over_time import AWAY, NECK, PITCH, RULES, SIT, TRUNK, WALK, assessed, windows_of

EXERCISING = Activity.EXERCISING
SCHEMA = json.loads(data_file("summary.schema.json").read_text(encoding="utf-8"))
SOURCE = {
    "name": "morning.mp4", "sha256": None, "start_s": 0.0, "duration_s": 2400.0, "frames_read": 4800,
    "frames_declared": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def morning():
    """Forty minutes at a desk: slumped for a while, a walk, and somebody who leaves."""
    time_s = np.arange(2 * 2400) / 2.0
    trunk = np.where((time_s >= 600) & (time_s < 900), 35.0, 2.0)
    kinds = np.array([SIT] * 4800, dtype=object)
    kinds[(time_s >= 1900) & (time_s < 1990)] = WALK
    kinds[time_s >= 2370] = AWAY
    trunk[time_s >= 2370] = np.nan
    return assessed(time_s, {TRUNK: trunk, PITCH: 5.0, NECK: 0.0}, kinds)


@pytest.fixture(scope="module")
def told(morning):
    return summary.whole(SOURCE, morning, status="ok", warnings=[])


def test_it_fits_the_schema_and_is_json(told):
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(told, allow_nan=False)))


def test_the_windows_are_the_engines(morning, told):
    found = windows_of(morning)
    assert [w["start_s"] for w in told["windows"]] == [w.start_s for w in found] == list(range(0, 2400, 300))
    for one, other in zip(told["windows"], found, strict=True):
        assert one["score"] == pytest.approx(other.score, abs=0.05)
        assert one["confidence"] == other.confidence
        assert one["sitting_bout_s"] == other.moves.sitting_s
    assert told["windows"][0]["variety"] is None
    assert told["windows"][0]["shifts_per_h"] is None
    assert told["windows"][5]["variety"] is not None


def test_why_names_the_cause_with_its_moments(told):
    worst = min(told["windows"][1:4], key=lambda window: window["posture"])
    assert worst["start_s"] == 600
    assert worst["why"][0]["what"] == "sitting_trunk"
    assert worst["why"][0]["moments"][0][1] == 900
    assert 0 < worst["why"][0]["points"] <= 100 - worst["score"] + 0.1


def test_the_session_is_the_whole(told):
    session = told["session"]
    assert (session["start_s"], session["end_s"]) == (0, 2400)
    scores = [window["score"] for window in told["windows"]]
    assert min(scores) < session["score"] < max(scores)
    shares = RULES.shares
    parts = (
        session["posture"] * shares.posture + session["variety"] * shares.variety + session["breaks"] * shares.breaks
    )
    assert session["score"] == pytest.approx(parts, abs=0.15)


def test_events_stand_in_order_with_what_they_were_concluded_from(told):
    events = told["events"]
    assert [e["start_s"] for e in events] == sorted(e["start_s"] for e in events)
    by_kind = {event["kind"]: event for event in events if event["kind"] != "activity"}
    assert set(by_kind) == {"slumped", "break_due", "stood_up", "walked", "sat_down", "went_away"}
    assert (by_kind["slumped"]["start_s"], by_kind["slumped"]["end_s"]) == (600, 900)
    assert by_kind["walked"]["lasted_s"] == 90
    assert (by_kind["went_away"]["start_s"], by_kind["went_away"]["before"]) == (2370, "sitting")
    assert by_kind["sat_down"]["start_s"] == by_kind["sat_down"]["end_s"] == 1990
    assert {"sitting", "walking", "away"} == {e["activity"] for e in events if e["kind"] == "activity"}


def test_a_recording_of_an_hour_or_less_has_no_hours(told):
    assert told["hours"] == []


def test_a_longer_one_has_its_hours():
    time_s = np.arange(2 * 5400) / 2.0
    long = assessed(time_s, {TRUNK: np.where(time_s > 3600, 35.0, 2.0), PITCH: 5.0, NECK: 0.0})
    whole = summary.whole({**SOURCE, "duration_s": 5400.0}, long, status="ok", warnings=[])
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(whole, allow_nan=False)))
    first, second = whole["hours"]
    assert (first["start_s"], first["end_s"], second["start_s"], second["end_s"]) == (0, 3600, 3600, 5400)
    assert first["posture"] > second["posture"]
    assert 2 * first["posture"] + second["posture"] == pytest.approx(3 * whole["session"]["posture"], abs=0.3)
    assert second["why"][0]["moments"]


def test_what_goes_on_through_several_windows_is_one_moment():
    time_s = np.arange(2 * 1500) / 2.0
    slumped = np.where((time_s >= 200) & (time_s < 1150), 35.0, 2.0)
    told = over_time(assessed(time_s, {TRUNK: slumped, PITCH: 5.0, NECK: 0.0}))
    (trunk,) = (loss for loss in told["session"]["why"] if loss["what"] == "sitting_trunk")
    assert len(told["windows"]) == 5
    (moment,) = trunk["moments"]
    assert moment[1] - moment[0] > 600, "longer than any window"


@pytest.mark.parametrize("duration_s", [90.4, 90.433333, 90.466667, None])
def test_nothing_ends_after_the_recording(duration_s):
    time_s = np.arange(900) / 10.0 + 0.4
    kinds = np.array([SIT] * 700 + [EXERCISING] * 200, dtype=object)
    result = assessed(time_s, {TRUNK: np.where(time_s < 70, 35.0, 2.0), PITCH: 5.0, NECK: 0.0}, kinds)
    told = over_time(result, duration_s)
    over_s = 90.4 if duration_s is None else duration_s
    (window,) = told["windows"]
    events = {event["kind"]: event for event in told["events"]}
    for one in (window, told["session"], *(events[kind] for kind in ("exercised", "activity"))):
        assert over_s - 1e-4 < one["end_s"] <= over_s + 1e-9
    exercised, slumped = events["exercised"], events["slumped"]
    assert exercised["start_s"] == 70
    assert exercised["lasted_s"] == pytest.approx(exercised["end_s"] - 70, abs=1e-9)
    assert (slumped["end_s"], slumped["lasted_s"]) == (70, 70), "what ends before it is as it was"


def test_no_moment_and_no_bout_is_longer_than_the_recording():
    time_s = np.arange(904) / 10.0
    told = over_time(assessed(time_s, {TRUNK: 35.0, PITCH: 5.0, NECK: 0.0}), 90.4)
    (loss,) = (loss for loss in told["session"]["why"] if loss["what"] == "sitting_trunk")
    assert loss["moments"] == [[0, 90.4]]
    assert told["session"]["sitting_bout_s"] == 90.4
    (slumped,) = (event for event in told["events"] if event["kind"] == "slumped")
    assert (slumped["end_s"], slumped["lasted_s"]) == (90.4, 90.4)


def test_less_than_a_minute_of_somebody_has_no_score():
    short = over_time(assessed(np.arange(100) / 2.0, {TRUNK: 0.0, PITCH: 0.0}))
    assert [window["score"] for window in short["windows"]] == [None]
    assert short["session"]["score"] is None
    assert short["session"]["confidence"] == "no score"
    assert short["session"]["why"] == []


def test_a_photo_has_no_time():
    photo = over_time(assessed(np.array([0.0]), {TRUNK: 0.0, PITCH: 0.0}))
    assert photo["windows"] == []
    assert photo["session"] is None
    assert photo["hours"] == []
    assert [event["kind"] for event in photo["events"]] == ["activity"]


def test_what_failed_has_none():
    told = summary.failed(dict(SOURCE), "broken")
    assert (told["windows"], told["hours"], told["session"], told["events"]) == ([], [], None, [])
    jsonschema.Draft202012Validator(SCHEMA).validate(told)


def test_every_kind_of_event_stands_in_the_schema():
    assert set(SCHEMA["properties"]["events"]["items"]["properties"]["kind"]["enum"]) == {"activity", *KINDS}
