"""The summary of one input: its figures against numpy's, its form against the schema, and no NaN."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from posture_coach import __version__
from posture_coach.activity.types import Activity
from posture_coach.batch import summary
from posture_coach.batch.analyse import unread
from posture_coach.batch.over_time import over_time
from posture_coach.measures.definitions import NAMES
from posture_coach.measures.types import WORDS, Reason
from posture_coach.pose.types import Landmark, Mode, Model
from posture_coach.resources import data_file
from tests.batch.made import SITTING, STANDING, assessed, assessor, with_values
from tests.drawn import Body, draw

TRUNK, NECK = "trunk_inclination_deg", "neck_inclination_deg"
SOURCE = {
    "name": "clip.mp4", "sha256": "0" * 64, "kind": "video", "width": 1280, "height": 720, "start_s": 0.5,
    "duration_s": 3.6, "frames_read": 36, "frames_declared": None,
}  # fmt: skip
STATISTICS = ("median", "mean", "sd", "min", "max", "p05", "p95")


@pytest.fixture(scope="module")
def result():
    """Somebody who sits down, and leaves."""
    return assessed([STANDING] * 14 + [SITTING] * 20 + [None] * 12)


@pytest.fixture(scope="module")
def told(result):
    return summary.whole(SOURCE, result, status="ok", warnings=["very dark"])


@pytest.fixture(scope="module")
def fits():
    schema = json.loads(data_file("summary.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema).validate


def figures_of(values, *, reasons=None, errs=None):
    """Return the figures of a trunk that was measured so."""
    plain = assessed([STANDING] * len(values))
    codes = [Reason.NOT_SEEN if math.isnan(v) else Reason.NONE for v in values] if reasons is None else reasons
    made = with_values(plain, {TRUNK: values}, reason={TRUNK: codes}, err=None if errs is None else {TRUNK: errs})
    return summary.measure_figures(made)[TRUNK]


def leaves(told):
    if isinstance(told, dict):
        return [leaf for inner in told.values() for leaf in leaves(inner)]
    return [leaf for inner in told for leaf in leaves(inner)] if isinstance(told, list) else [told]


# Figures


@pytest.mark.parametrize(
    "values",
    [
        [12.0],
        [1.0, 2.0, 4.0, 8.0, 16.0],
        [-5.5, 0.0, 5.5, float("nan"), 100.25],
        np.random.default_rng(1).normal(10, 30, 200).tolist(),
    ],
)
def test_the_statistics_are_numpys(values):
    known = np.array(values)[~np.isnan(values)]
    expected = {
        "median": np.median(known), "mean": known.mean(), "sd": known.std(), "min": known.min(), "max": known.max(),
        "p05": np.percentile(known, 5), "p95": np.percentile(known, 95),
    }  # fmt: skip
    figures = figures_of(values)
    assert {name: figures[name] for name in STATISTICS} == pytest.approx(expected, abs=5.1e-5)
    assert figures["coverage"] == pytest.approx(len(known) / len(values), abs=5e-5)


def test_the_figures_of_known_values_are_known():
    figures = figures_of([0.0, 10.0, 20.0, 30.0, 40.0], errs=[1.0, 2.0, 3.0, 4.0, 50.0])
    assert [figures[name] for name in STATISTICS] == [20.0, 20.0, 14.1421, 0.0, 40.0, 2.0, 38.0]
    assert (figures["err"], figures["coverage"], figures["reason"]) == (3.0, 1.0, None)


def test_an_error_that_is_not_known_is_none_and_others_count_without_it():
    nan = float("nan")
    assert figures_of([1.0, 2.0, 3.0], errs=[nan] * 3)["err"] is None
    assert figures_of([1.0, 2.0, 3.0], errs=[nan, 4.0, 6.0])["err"] == 5.0


def test_what_was_never_measured_is_none_with_its_reason():
    figures = figures_of([float("nan")] * 3, errs=[float("nan")] * 3, reasons=[Reason.FAR_SIDE] * 3)
    assert [figures[name] for name in (*STATISTICS, "err", "view", "view_share")] == [None] * 10
    assert (figures["coverage"], figures["reason"]) == (0.0, WORDS[Reason.FAR_SIDE])


def test_the_reason_is_the_most_frequent_one():
    nan = float("nan")
    codes = [Reason.NONE, Reason.NOT_SEEN, Reason.OUT_OF_PICTURE, Reason.NOT_SEEN, Reason.NONE, Reason.NONE]
    figures = figures_of([1.0, nan, nan, nan, 2.0, 3.0], reasons=codes)
    assert figures["reason"] == WORDS[Reason.NOT_SEEN]
    assert figures["coverage"] == 0.5


@pytest.mark.parametrize(("from_side", "view", "share"), [(30, "side", 1.0), (21, "side", 0.7), (12, "oblique", 0.6)])
def test_the_view_is_the_one_of_most_values(from_side, view, share):
    figures = summary.measure_figures(assessed([STANDING] * from_side + [Body(yaw_deg=50.0)] * (30 - from_side)))
    assert (figures[TRUNK]["view"], figures[TRUNK]["view_share"]) == (view, share)
    # This one can be seen from the side alone.
    assert (figures["body_lean_deg"]["view"], figures["body_lean_deg"]["view_share"]) == ("side", 1.0)


def test_pictures_without_a_value_have_no_say_in_the_view():
    whole = assessed([STANDING] * 12 + [Body(yaw_deg=50.0)] * 18)
    told = summary.measure_figures(with_values(whole, {TRUNK: [5.0] * 12 + [float("nan")] * 18}))[TRUNK]
    assert (told["view"], told["view_share"], told["coverage"]) == ("side", 1.0, 0.4)


def test_of_two_views_seen_alike_it_is_always_the_same():
    figures = summary.measure_figures(assessed([STANDING] * 15 + [Body(yaw_deg=50.0)] * 15))[TRUNK]
    assert (figures["view"], figures["view_share"]) == ("oblique", 0.5)


def test_every_measure_is_there_and_those_hidden_say_so(told):
    assert tuple(told["measures"]) == NAMES
    far = told["measures"]["hip_flexion_right_deg"]
    assert (far["median"], far["coverage"], far["share_good"]) == (None, 0.0, None)
    assert far["reason"] == WORDS[Reason.FAR_SIDE]
    near = told["measures"]["hip_flexion_left_deg"]
    assert near["coverage"] == pytest.approx(34 / 46, abs=5e-5)
    assert near["reason"] == WORDS[Reason.NOBODY]


def test_the_share_of_good_is_of_the_scored_pictures():
    upright, leaning = STANDING, Body(yaw_deg=90.0, trunk_inclination_deg=50.0)
    both = assessed([upright] * 30 + [leaning] * 10)
    codes = both.score.measure_grades()[:, NAMES.index(TRUNK)]
    figures = summary.measure_figures(both)[TRUNK]
    assert figures["share_good"] == pytest.approx((codes == 1).sum() / (codes != 0).sum(), abs=5e-5)
    assert 0 < figures["share_good"] < 1


# Score, activities, events


def test_the_score_is_the_mean_of_the_scored_pictures(result, told):
    scored = result.score.score[~np.isnan(result.score.score)]
    assert 0 < len(scored) < len(result)
    assert told["score"]["mean"] == pytest.approx(scored.mean(), abs=5e-5)
    assert told["score"]["median"] == pytest.approx(np.median(scored), abs=5e-5)
    seen = int(result.poses.detected.sum())
    assert told["score"]["share_of_pictures"] == pytest.approx(len(scored) / seen, abs=5e-5)
    assert told["score"]["coverage"] == pytest.approx(np.nanmean(result.score.coverage), abs=5e-5)
    assert "targets scored" in told["score"]["words"]


def test_the_seconds_of_the_activities_add_up_and_the_events_follow_each_other(result, told):
    lasted = max(SOURCE["duration_s"], result.poses.time_s[-1])
    assert sum(told["activities"].values()) == pytest.approx(lasted, abs=1e-3)
    assert set(told["activities"]) == {"standing", "sitting", "away"}
    events = [event for event in told["events"] if event["kind"] == "activity"]
    assert [event["activity"] for event in events] == ["standing", "sitting", "away"]
    assert events[0]["start_s"] == 0.0
    assert events[-1]["end_s"] == pytest.approx(lasted)
    for before, after in itertools.pairwise(events):
        assert before["end_s"] == after["start_s"]
    for event in events:
        assert event["end_s"] - event["start_s"] == pytest.approx(told["activities"][event["activity"]], abs=1e-3)


def test_an_activity_that_comes_twice_is_added_up():
    again = assessed([STANDING] * 20 + [SITTING] * 20 + [STANDING] * 21)
    seconds = summary.activity_seconds(again)
    assert seconds == {"sitting": pytest.approx(2.0, abs=0.25), "standing": pytest.approx(4.0, abs=0.25)}
    assert sum(seconds.values()) == pytest.approx(6.1)
    kinds = [event["kind"] for event in over_time(again)["events"]]
    assert sorted(kinds) == ["activity", "activity", "activity", "sat_down", "stood_up"]


def test_a_single_picture_lasts_no_time():
    assert summary.activity_seconds(assessed([SITTING])) == {"sitting": 0.0}


def test_times_are_those_of_the_pictures_and_not_their_number():
    slow = assessed([STANDING] * 5, hz=0.1, mode=Mode.DETECTED)
    assert summary.activity_seconds(slow) == {"standing": 50.0}


# The whole


def test_it_says_what_was_measured_by_whom(told):
    assert told["program"] == {"name": "posture-coach", "version": __version__}
    assert told["source"] == SOURCE
    assert (told["mode"], told["model"]) == ("tracked", "full")
    assert told["pictures"] == {"analysed": 46, "with_a_person": 34}
    lite = summary.whole(SOURCE, assessed([None], mode=Mode.DETECTED, model=Model.LITE), status="ok", warnings=[])
    assert (lite["mode"], lite["model"]) == ("detected", "lite")


@pytest.mark.parametrize("status", ["ok", "partial"])
@pytest.mark.parametrize("bodies", [[STANDING] * 3, [None] * 3, [Body()] * 2, [SITTING]])
def test_every_summary_fits_the_schema(fits, status, bodies):
    fits(summary.whole(SOURCE, assessed(bodies), status=status, warnings=["dark"]))


def test_a_failed_one_fits_the_schema_and_holds_its_reason(fits):
    failed = summary.failed(unread(Path("broken.mp4")), "is empty")
    fits(failed)
    assert failed["source"]["name"] == "broken.mp4"
    assert (failed["status"], failed["warnings"], failed["score"]) == ("failed", ["is empty"], None)
    assert failed["pictures"] == {"analysed": 0, "with_a_person": 0}


def test_the_schema_refuses_what_the_program_never_writes(told, fits):
    for broken in (
        {key: value for key, value in told.items() if key != "status"},
        {**told, "status": "fine"},
        {**told, "more": 1},
        {**told, "score": {**told["score"], "mean": 101}},
        {**told, "measures": {TRUNK: {"median": 1.0}}},
    ):
        with pytest.raises(jsonschema.ValidationError):
            fits(broken)


@pytest.mark.parametrize("bodies", [[None] * 4, [STANDING] * 4, [STANDING, None, SITTING]])
def test_nan_is_never_written(bodies):
    told = summary.whole(SOURCE, assessed(bodies), status="ok", warnings=[])
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    for leaf in leaves(told):
        assert leaf is None or type(leaf) in (str, int, float), "numpy's own types have no place in JSON"


def test_nobody_at_all_has_no_score_and_says_why(fits):
    told = summary.whole(SOURCE, assessed([None] * 5), status="ok", warnings=[])
    fits(told)
    assert told["score"] == {
        "mean": None, "median": None, "coverage": 0.0, "share_of_pictures": 0.0, "words": "nothing to score",
        "by_activity": {}, "targets": [],
    }  # fmt: skip
    assert told["activities"] == {"away": pytest.approx(SOURCE["duration_s"])}
    assert {figures["reason"] for figures in told["measures"].values()} == {WORDS[Reason.NOBODY]}


def test_an_unknown_activity_is_told_and_not_scored():
    plain = assessed([STANDING] * 5)
    label = np.full(5, Activity.UNKNOWN, dtype=object)
    assert summary.activity_seconds(replace(plain, activity=label)) == {"unknown": pytest.approx(0.5)}


# What is too little to be told


def glimpsed(seen, pictures=100):
    """Assess a clip in which the trunk was measured in so many pictures."""
    whole = assessed([STANDING] * pictures)
    return with_values(whole, {"trunk_inclination_deg": [5.0] * seen + [np.nan] * (pictures - seen)})


def test_a_glimpse_is_no_statistic_and_says_how_rare_it_was():
    figures = summary.measure_figures(glimpsed(9))["trunk_inclination_deg"]
    assert [figures[name] for name in (*STATISTICS, "err", "view", "view_share", "share_good")] == [None] * 11
    assert figures["coverage"] == 0.09


@pytest.mark.parametrize(("seen", "pictures"), [(10, 100), (25, 400), (1, 1)])
def test_a_tenth_of_the_pictures_or_two_seconds_are_a_statistic(seen, pictures):
    figures = summary.measure_figures(glimpsed(seen, pictures))["trunk_inclination_deg"]
    assert figures["median"] == 5.0


def with_scores(share, pictures=100):
    """Assess a clip in which so large a share of the pictures was scored."""
    whole = assessed([STANDING] * pictures)
    score = np.where(np.arange(pictures) < share * pictures, 80.0, np.nan)
    return replace(whole, score=replace(whole.score, score=score))


def test_a_score_of_a_few_pictures_is_none_of_the_whole_and_says_so():
    told = summary.score_figures(with_scores(0.2))
    assert (told["mean"], told["median"], told["share_of_pictures"]) == (None, None, 0.2)
    assert told["words"].startswith("scored in 20% of the pictures, too few for a score")
    assert summary.score_figures(with_scores(0.25))["mean"] == 80.0


def test_the_score_is_told_by_activity_and_by_target():
    both = assessed([STANDING] * 40 + [SITTING] * 40)
    told = summary.score_figures(both)
    assert set(told["by_activity"]) == {"standing", "sitting"}
    standing = both.score.score[both.activity == Activity.STANDING]
    assert told["by_activity"]["standing"]["mean"] == pytest.approx(np.nanmean(standing), abs=1e-4)
    by_id = {target["id"]: target for target in told["targets"]}
    trunk = by_id["sitting_trunk"]
    assert (trunk["share_scored"], trunk["not_scored"]) == (0.0, WORDS[Reason.NO_BASELINE])
    for target in by_id.values():
        shares = target["share_good"] + target["share_caution"] + target["share_poor"]
        assert shares == pytest.approx(target["share_scored"], abs=1e-3)
    assert any(target["share_scored"] == 1.0 for target in by_id.values())


@pytest.mark.parametrize("hidden", [Landmark.LEFT_KNEE, Landmark.LEFT_HIP, Landmark.LEFT_WRIST, Landmark.RIGHT_KNEE])
def test_a_target_of_both_sides_gives_the_reason_of_the_side_that_could_be_seen(hidden):
    series = draw([replace(SITTING, yaw_deg=90.0)] * 20)
    series.visibility[:, hidden] = 0.0
    one = assessor().push(series)
    by_id = {target["id"]: target for target in summary.score_figures(one)["targets"]}
    for target_id, why in one.score.explain(10).not_scored:
        assert by_id[target_id]["not_scored"] == why
    if hidden is Landmark.LEFT_KNEE:
        assert by_id["sitting_knee"]["not_scored"] == WORDS[Reason.NOT_SEEN]


def test_a_share_of_good_needs_a_quarter_to_be_scored():
    figures = summary.measure_figures(assessed([SITTING] * 90 + [STANDING] * 10))["trunk_inclination_deg"]
    assert figures["median"] is not None
    assert figures["share_scored"] < 0.25
    assert figures["share_good"] is None, "only the few standing pictures have a band without a baseline"
