"""From grades to points."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.activity.types import Activity
from posture_coach.measures.types import WORDS, MeasureSeries, Reason, View
from posture_coach.resources import data_file
from posture_coach.scoring.bands import Grade
from posture_coach.scoring.score import Score, Scorer, ScoreSeries, grade_of_score, score_series
from posture_coach.scoring.targets import (
    Closed,
    Condition,
    Plane,
    Points,
    RelativeTo,
    Target,
    Targets,
    shipped_targets,
)

SIT, STAND, AWAY, UNKNOWN = Activity.SITTING, Activity.STANDING, Activity.AWAY, Activity.UNKNOWN
POINTS = Points(100.0, 60.0, 20.0, "engineering", ("engineering",))


def target(id_: str, *measures: str, activity: Activity = SIT, weight: float = 1.0, **more: object) -> Target:
    """Good within [-10, 10), caution up to 20, poor up to 90."""
    plain = Target(
        id=id_,
        activity=activity,
        measures=measures,
        title=id_,
        view=Plane.ANY,
        unit="deg",
        good=((-10.0, 10.0),),
        caution=((10.0, 20.0),),
        poor=((20.0, 90.0),),
        closed=Closed.LOW,
        magnitude=False,
        relative_to=RelativeTo.NONE,
        weight=weight,
        mdc=5.0,
        mdc_from="camera_estimate",
        camera="low",
        evidence="D",
        provenance="engineering",
        sources=("engineering",),
    )
    return replace(plain, **more)


def series(rows: Sequence[Mapping[str, float | Reason]]) -> MeasureSeries:
    """Draw up a series; a `Reason` stands where there is no value."""
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    cells = [[row.get(name, Reason.NOT_SEEN) for name in names] for row in rows]
    reason = np.array([[c if isinstance(c, Reason) else 0 for c in row] for row in cells], dtype=np.int8)
    value = np.array([[math.nan if isinstance(c, Reason) else c for c in row] for row in cells], dtype=float)
    view = np.full(len(rows), View.SIDE, dtype=object)
    return MeasureSeries(names, value, np.zeros_like(value), reason, view, np.full(len(rows), 90.0))


def doing(*activities: Activity) -> np.ndarray:
    out = np.empty(len(activities), dtype=object)
    out[:] = activities
    return out


def one(
    targets: Sequence[Target],
    row: Mapping[str, float | Reason],
    activity: Activity = SIT,
    *,
    least_targets: int = 1,
    baseline: Mapping[str, float] | None = None,
    bias: Mapping[str, float] | None = None,
) -> Score:
    """Score one picture."""
    measures = series([row])
    errors = np.array([[(bias or {}).get(name, 0.0) for name in measures.names]])
    held = Targets(tuple(targets), replace(POINTS, least_targets=least_targets))
    return score_series(measures, doing(activity), held, baseline=baseline, bias=errors).explain(0)


TRUNK, HEAD = target("trunk", "trunk_deg", weight=3), target("head", "head_deg")
KNEE = target("knee", "knee_left_deg", "knee_right_deg")
CHANGE = target("change", "neck_deg", relative_to=RelativeTo.OWN_UPRIGHT)
GUARDED = target("guarded", "neck_deg", only_when=Condition("trunk_deg", RelativeTo.OWN_UPRIGHT, -10.0, 10.0))


# ---------------------------------------------------------------- the mean


def test_the_score_is_the_weighted_mean_of_the_points() -> None:
    score = one([TRUNK, HEAD], {"trunk_deg": 0.0, "head_deg": 30.0})
    assert score.value == pytest.approx((3 * 100 + 20) / 4)
    assert (score.scored, score.of, score.coverage) == (2, 2, 1.0)
    assert [(p.target_id, p.measure, p.value, p.grade, p.points, p.weight) for p in score.parts] == [
        ("trunk", "trunk_deg", 0.0, Grade.GOOD, 100.0, 3.0),
        ("head", "head_deg", 30.0, Grade.POOR, 20.0, 1.0),
    ]
    assert score.words() == "2 of 2 targets scored"


def test_what_is_missing_lowers_the_coverage_and_nothing_else() -> None:
    score = one([TRUNK, HEAD], {"trunk_deg": Reason.OUT_OF_PICTURE, "head_deg": 15.0})
    assert (score.value, score.coverage) == (60.0, 0.5)
    assert score.not_scored == (("trunk", WORDS[Reason.OUT_OF_PICTURE]),)


def test_one_target_of_several_is_too_few_for_a_score_but_tells_its_grade() -> None:
    hidden = {"trunk_deg": Reason.OUT_OF_PICTURE, "head_deg": 15.0}
    score = one([TRUNK, HEAD], hidden, least_targets=2)
    assert math.isnan(score.value)
    assert (score.coverage, score.scored) == (0.5, 1)
    assert [part.grade for part in score.parts] == [Grade.CAUTION]
    assert score.words().startswith("1 of 2 targets scored, too few for a score; ")
    assert one([TRUNK, HEAD], {"trunk_deg": 0.0, "head_deg": 15.0}, least_targets=2).value == pytest.approx(90.0)


@pytest.mark.parametrize(
    ("value", "grade"),
    [(100, Grade.GOOD), (80, Grade.GOOD), (79, Grade.CAUTION), (40, Grade.CAUTION), (39, Grade.POOR), (0, Grade.POOR)],
)
def test_a_whole_score_has_the_grade_whose_points_are_nearest(value: float, grade: Grade) -> None:
    assert grade_of_score(value, POINTS) is grade
    assert grade_of_score(math.nan, POINTS) is Grade.NOT_SCORED


def test_an_activity_with_a_single_target_is_scored_by_it() -> None:
    assert one([TRUNK], {"trunk_deg": 0.0}, least_targets=2).value == 100.0


def test_nothing_measured_is_no_score() -> None:
    score = one([TRUNK], {"trunk_deg": Reason.NOBODY})
    assert math.isnan(score.value)
    assert score.coverage == 0.0
    assert score.parts == ()


@pytest.mark.parametrize("activity", [AWAY, UNKNOWN, STAND])
def test_an_activity_without_targets_is_not_scored(activity: Activity) -> None:
    score = one([TRUNK], {"trunk_deg": 0.0}, activity)
    assert math.isnan(score.value)
    assert math.isnan(score.coverage)
    assert (score.scored, score.of, score.words()) == (0, 0, "nothing to score")


def test_a_value_in_no_band_is_not_scored() -> None:
    score = one([TRUNK, HEAD], {"trunk_deg": -11.0, "head_deg": 0.0})
    assert (score.value, score.coverage) == (100.0, 0.5)
    assert score.not_scored == (("trunk", "value outside every band"),)


def test_a_measure_that_is_no_column() -> None:
    score = one([TRUNK, HEAD], {"trunk_deg": 0.0})
    assert score.not_scored == (("head", "not measured"),)
    assert score.value == 100.0
    values = score_series(series([{"trunk_deg": 0.0}]), doing(SIT), Targets((TRUNK, HEAD), POINTS)).value
    np.testing.assert_array_equal(values, [[0.0, np.nan]])


def test_a_hole_without_a_reason_still_gets_words() -> None:
    assert one([TRUNK], {"trunk_deg": math.nan}).not_scored == (("trunk", "not measured"),)


# ---------------------------------------------------------------- left and right


def test_both_sides_share_the_weight_of_one_target() -> None:
    score = one([KNEE, HEAD], {"knee_left_deg": 0.0, "knee_right_deg": 30.0, "head_deg": 0.0})
    assert score.value == pytest.approx(((100 + 20) / 2 + 100) / 2)
    assert (score.scored, score.of) == (2, 2)
    assert [part.weight for part in score.parts] == [0.5, 0.5, 1.0]


def test_one_side_is_enough() -> None:
    score = one([KNEE], {"knee_left_deg": Reason.FAR_SIDE, "knee_right_deg": 15.0})
    assert (score.value, score.coverage) == (60.0, 1.0)
    assert [(part.measure, part.weight) for part in score.parts] == [("knee_right_deg", 1.0)]


def test_the_near_side_says_why_and_the_far_one_only_alone() -> None:
    row = {"knee_left_deg": Reason.FAR_SIDE, "knee_right_deg": Reason.OUT_OF_PICTURE}
    assert one([KNEE], row).not_scored == (("knee", WORDS[Reason.OUT_OF_PICTURE]),)
    row = {"knee_left_deg": Reason.FAR_SIDE, "knee_right_deg": Reason.FAR_SIDE}
    assert one([KNEE], row).not_scored == (("knee", WORDS[Reason.FAR_SIDE]),)


# ---------------------------------------------------------------- bias and own upright


def test_the_declared_bias_is_subtracted() -> None:
    score = one([HEAD], {"head_deg": 14.0}, bias={"head_deg": 8.0})
    assert (score.value, score.parts[0].value) == (100.0, 6.0)


def test_the_bias_is_subtracted_before_the_size_is_taken() -> None:
    score = one([replace(HEAD, magnitude=True, good=((0.0, 10.0),))], {"head_deg": -4.0}, bias={"head_deg": 8.0})
    assert (score.value, score.parts[0].value) == (60.0, -12.0)


def test_against_the_own_upright_the_bias_cancels() -> None:
    score = one([CHANGE], {"neck_deg": 30.0}, baseline={"neck_deg": 22.0}, bias={"neck_deg": 9.0})
    assert (score.value, score.parts[0].value) == (100.0, 8.0)


@pytest.mark.parametrize("baseline", [None, {}, {"trunk_deg": 1.0}, {"neck_deg": math.nan}])
def test_no_own_upright_is_no_score_of_a_change(baseline: dict[str, float] | None) -> None:
    score = one([CHANGE, HEAD], {"neck_deg": 5.0, "head_deg": 0.0}, baseline=baseline)
    assert score.not_scored == (("change", WORDS[Reason.NO_BASELINE]),)
    assert (score.value, score.coverage) == (100.0, 0.5)


def test_what_hides_the_measure_is_told_before_the_missing_upright() -> None:
    assert one([CHANGE], {"neck_deg": Reason.NOT_FROM_HERE}).not_scored == (("change", WORDS[Reason.NOT_FROM_HERE]),)


# ---------------------------------------------------------------- conditions


@pytest.mark.parametrize(("trunk", "judged"), [(-6.0, True), (14.0, True), (-6.1, False), (14.1, False)])
def test_a_condition_holds_up_to_its_edges(trunk: float, judged: bool) -> None:
    score = one([GUARDED], {"neck_deg": 5.0, "trunk_deg": trunk}, baseline={"trunk_deg": 4.0})
    assert score.scored == judged
    if not judged:
        words = "only judged while trunk is within -10 to 10 deg of own upright"
        assert score.not_scored == (("guarded", words),)


@pytest.mark.parametrize(
    ("row", "baseline", "words"),
    [
        ({"neck_deg": 5.0, "trunk_deg": 0.0}, None, WORDS[Reason.NO_BASELINE]),
        (
            {"neck_deg": 5.0, "trunk_deg": Reason.OUT_OF_PICTURE},
            {"trunk_deg": 0.0},
            WORDS[Reason.OUT_OF_PICTURE],
        ),
        ({"neck_deg": Reason.NOT_SEEN, "trunk_deg": 50.0}, {"trunk_deg": 0.0}, WORDS[Reason.NOT_SEEN]),
        ({"neck_deg": 5.0}, {"trunk_deg": 0.0}, "not measured"),
    ],
)
def test_a_condition_that_cannot_be_told(row: dict, baseline: dict | None, words: str) -> None:
    score = one([GUARDED], row, baseline=baseline)
    assert score.not_scored == (("guarded", words),)
    assert math.isnan(score.value)


def test_a_condition_on_the_value_itself_is_less_its_bias() -> None:
    plain = replace(GUARDED, only_when=Condition("trunk_deg", RelativeTo.NONE, -10.0, 10.0))
    assert one([plain], {"neck_deg": 5.0, "trunk_deg": 14.0}, bias={"trunk_deg": 5.0}).scored == 1
    assert one([plain], {"neck_deg": 5.0, "trunk_deg": 14.0}).scored == 0


# ---------------------------------------------------------------- many pictures


def test_each_picture_is_held_against_its_own_activity() -> None:
    targets = Targets((HEAD, target("upright", "trunk_deg", activity=STAND)), POINTS)
    rows = [{"trunk_deg": 30.0, "head_deg": 0.0}] * 4
    scores = score_series(series(rows), doing(SIT, STAND, AWAY, SIT), targets)
    np.testing.assert_array_equal(scores.score, [100.0, 20.0, np.nan, 100.0])
    np.testing.assert_array_equal(scores.coverage, [1.0, 1.0, np.nan, 1.0])
    assert scores.explain(1).parts[0].target_id == "upright"
    assert len(scores) == 4


def test_the_first_target_of_a_measure_gives_its_grade() -> None:
    strict = replace(CHANGE, id="strict", relative_to=RelativeTo.NONE, good=((-10.0, 1.0),), caution=((1.0, 20.0),))
    loose = replace(strict, id="loose", good=((-10.0, 10.0),), caution=((10.0, 20.0),))
    rows = [{"neck_deg": neck, "idle_deg": 1.0} for neck in (5.0, 0.0, 0.0, 0.0)]
    activity = doing(SIT, SIT, AWAY, SIT)
    scores = score_series(series(rows), activity, Targets((strict, loose), POINTS))
    assert scores.measure_grades().tolist() == [[Grade.CAUTION, 0], [Grade.GOOD, 0], [0, 0], [Grade.GOOD, 0]]
    other = score_series(series(rows), activity, Targets((loose, strict), POINTS))
    assert [codes[0] for codes in other.measure_grades().tolist()] == [Grade.GOOD, Grade.GOOD, 0, Grade.GOOD]


def test_a_part_says_what_it_may_be_too() -> None:
    measures = series([{"head_deg": value} for value in (0.0, 9.0, 15.0, Reason.NOT_SEEN)])
    measures = replace(measures, err=np.full_like(measures.value, 6.0))
    scores = score_series(measures, doing(SIT, SIT, SIT, SIT), Targets((HEAD,), POINTS))
    words = [[part.words for part in scores.explain(i).parts] for i in range(4)]
    assert words == [["good"], ["good, perhaps caution"], ["caution, perhaps good or poor"], []]


def test_past_its_limit_nothing_is_perhaps_caution() -> None:
    (trunk,) = (one for one in shipped_targets(NAMES).targets if one.id == "sitting_trunk")
    measures = series([{trunk.measures[0]: 25.0}] * 500)
    measures = replace(measures, err=np.full_like(measures.value, 10.0))
    scorer = Scorer(Targets((trunk,), POINTS), measures.names)
    upright = {trunk.measures[0]: 0.0}
    scores = scorer.score(measures, doing(*[SIT] * 500), baseline=upright, time_s=np.arange(500.0))
    first, last = (scores.explain(i).parts[0].words for i in (0, 499))
    assert (first, last) == ("caution, perhaps good", "poor, perhaps good")


def test_no_picture_and_no_target() -> None:
    none = np.empty((0, 1))
    empty = MeasureSeries(("head_deg",), none, none, none.astype(np.int8), doing(), none[:, 0])
    scores = score_series(empty, doing(), Targets((HEAD,), POINTS))
    assert len(scores) == 0
    assert scores.measure_grades().shape == (0, 1)
    assert math.isnan(score_series(series([{"head_deg": 0.0}]), doing(SIT), Targets((), POINTS)).score[0])


def test_columns_that_do_not_fit_are_refused() -> None:
    measures = series([{"head_deg": 0.0}])
    with pytest.raises(ValueError, match="expected 1 measures and one activity for each of 1 pictures"):
        Scorer(Targets((HEAD,), POINTS), ("head_deg",)).score(measures, doing(SIT, SIT))
    with pytest.raises(ValueError, match="got 1 measures"):
        Scorer(Targets((HEAD,), POINTS), ("neck_deg",)).score(measures, doing(SIT))
    with pytest.raises(ValueError, match="broadcast"):
        score_series(measures, doing(SIT), Targets((HEAD,), POINTS), bias=np.zeros((1, 5)))


# ---------------------------------------------------------------- words


def test_the_words_name_the_most_frequent_reasons() -> None:
    hidden = [target(f"t{k}", f"m{k}_deg") for k in range(6)]
    reasons = (Reason.FAR_SIDE, *[Reason.OUT_OF_PICTURE] * 3, Reason.NOT_SEEN)
    row = {f"m{k}_deg": cell for k, cell in enumerate((0.0, *reasons))}
    out, far = WORDS[Reason.OUT_OF_PICTURE], WORDS[Reason.FAR_SIDE]
    assert one(hidden, row).words() == f"1 of 6 targets scored; {out} (3); {far} (1); other reasons (1)"


# ---------------------------------------------------------------- the shipped targets


TABLE = tomllib.loads(data_file("targets.toml").read_text(encoding="utf-8"))
NAMES = tuple(sorted({name for row in TABLE["target"] for name in row["measures"]}))
SHIPPED = shipped_targets(NAMES)


FIXTURE = [(0.0, "GOOD"), (10.0, "GOOD"), (19.9, "GOOD"), (20.1, "CAUTION"), (60.1, "POOR")]


@pytest.mark.parametrize(("trunk", "grade"), FIXTURE)
def test_the_clinical_fixture(trunk: float, grade: str) -> None:
    upright = {"trunk_inclination_deg": 0.0}
    part = one(SHIPPED.targets, {"trunk_inclination_deg": trunk}, baseline=upright).parts[0]
    assert (part.target_id, part.grade.name) == ("sitting_trunk", grade)


def test_the_raw_neck_is_judged_only_near_the_own_upright() -> None:
    upright = {"trunk_inclination_deg": 3.0, "neck_inclination_deg": 12.0}
    bias = {"neck_inclination_deg": 8.0}
    for trunk, wanted in (
        (12.0, {"sitting_neck": 9.0, "sitting_neck_change": 5.0}),
        (14.0, {"sitting_neck_change": 5.0}),
    ):
        row = {"trunk_inclination_deg": trunk, "neck_inclination_deg": 17.0}
        score = one(SHIPPED.targets, row, baseline=upright, bias=bias)
        got = {part.target_id: part.value for part in score.parts if part.measure == "neck_inclination_deg"}
        assert got == wanted


def test_a_person_in_front_of_a_laptop() -> None:
    frontal = ("neck_length_ratio", "shoulder_obliquity_deg", "head_roll_deg", "viewing_distance_cm")
    row: dict[str, float | Reason] = dict.fromkeys(NAMES, Reason.NOT_FROM_HERE)
    score = one(SHIPPED.targets, row | dict(zip(frontal, (1.0, -2.0, 1.0, 60.0), strict=True)))
    assert (score.value, score.scored, score.of) == (100.0, 4, 15)
    assert score.words() == f"4 of 15 targets scored; {WORDS[Reason.NOT_FROM_HERE]} (11)"


cells = st.one_of(st.floats(-200, 200), st.just(Reason.NOT_SEEN))
pictures = st.lists(st.fixed_dictionaries(dict.fromkeys(NAMES, cells)), min_size=1, max_size=4)
whatever = st.sampled_from(list(Activity))
UPRIGHT = {"trunk_inclination_deg": 2.0, "neck_inclination_deg": 10.0}


def scored(rows: Sequence[Mapping[str, float | Reason]], activity: Activity, targets: Targets) -> ScoreSeries:
    return score_series(series(rows), doing(*[activity] * len(rows)), targets, baseline=UPRIGHT)


@given(pictures, whatever)
def test_scores_stay_between_the_points(rows: list[dict], activity: Activity) -> None:
    scores = scored(rows, activity, SHIPPED)
    seen = scores.score[~np.isnan(scores.score)]
    assert ((seen >= 20 - 1e-9) & (seen <= 100 + 1e-9)).all()
    if SHIPPED.of(activity):
        assert ((scores.coverage >= 0) & (scores.coverage <= 1)).all()
        targets = len(SHIPPED.of(activity))
        enough = np.rint(scores.coverage * targets) >= min(SHIPPED.points.least_targets, targets)
        np.testing.assert_array_equal(np.isnan(scores.score), ~enough)


@given(pictures, whatever, st.randoms(use_true_random=False))
def test_the_order_of_the_targets_does_not_matter(rows: list[dict], activity: Activity, random) -> None:
    shuffled = list(SHIPPED.targets)
    random.shuffle(shuffled)
    a, b = scored(rows, activity, SHIPPED), scored(rows, activity, Targets(tuple(shuffled), SHIPPED.points))
    np.testing.assert_allclose(a.score, b.score, rtol=1e-12)
    np.testing.assert_allclose(a.coverage, b.coverage)


@given(pictures, whatever)
def test_a_measure_that_nothing_judges_changes_nothing(rows: list[dict], activity: Activity) -> None:
    more = scored([row | {"body_yaw_deg": 5.0} for row in rows], activity, SHIPPED)
    less = scored(rows, activity, SHIPPED)
    np.testing.assert_array_equal(more.score, less.score)
    np.testing.assert_array_equal(more.coverage, less.coverage)


@given(pictures, whatever)
def test_a_target_that_is_never_measured_changes_the_coverage_alone(rows: list[dict], activity: Activity) -> None:
    unseen = [target(f"unseen_{a}", "unseen_deg", activity=a) for a in (SIT, STAND, Activity.WALKING)]
    hidden = [row | {"unseen_deg": Reason.OUT_OF_PICTURE} for row in rows]
    points = replace(SHIPPED.points, least_targets=1)
    more = scored(hidden, activity, Targets((*SHIPPED.targets, *unseen), points))
    less = scored(rows, activity, replace(SHIPPED, points=points))
    np.testing.assert_allclose(more.score, less.score, rtol=1e-12)
    k = len(SHIPPED.of(activity))
    np.testing.assert_allclose(more.coverage, less.coverage * k / (k + 1))


@given(pictures, st.lists(whatever, min_size=4, max_size=4))
def test_pictures_do_not_touch_each_other_and_the_parts_add_up(rows: list[dict], activities: list) -> None:
    activity = doing(*activities[: len(rows)])
    together = score_series(series(rows), activity, SHIPPED, baseline=UPRIGHT)
    for i, row in enumerate(rows):
        alone = score_series(series([row]), activity[i : i + 1], SHIPPED, baseline=UPRIGHT).explain(0)
        assert repr(together.explain(i)) == repr(alone)
        assert alone.scored + len(alone.not_scored) == alone.of
        assert len({part.target_id for part in alone.parts}) == alone.scored
        if not math.isnan(alone.value):
            weight = sum(part.weight for part in alone.parts)
            assert alone.value == pytest.approx(sum(p.points * p.weight for p in alone.parts) / weight)
