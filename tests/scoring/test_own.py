"""A person's own targets: laid over the shipped ones, or refused with file, key and reason."""

from __future__ import annotations

import math
from dataclasses import fields

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from posture_coach.activity.types import Activity
from posture_coach.errors import DataError
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.definitions import NAMES, TABLE
from posture_coach.scoring import own
from posture_coach.scoring.bands import Grade, grade
from posture_coach.scoring.own import own_targets
from posture_coach.scoring.targets import JUDGED, Plane, RelativeTo, shipped_targets

SHIPPED = shipped_targets(NAMES)
BY_ID = {target.id: target for target in SHIPPED.targets}
MDC = shipped_accuracy().mdc
NARROW = """
[targets.sitting_trunk]
good = [[-10.0, 12.0]]
caution = [[-30.0, -10.0], [12.0, 40.0]]
poor = [[-180.0, -30.0], [40.0, 180.0]]
set_by = "Dr Meier, physiotherapist"
set_on = 2026-11-24
reason = "After surgery"
"""
TURNED = """
[targets.sitting_head_turn]
activity = "sitting"
measures = ["head_yaw_deg"]
magnitude = true
good = [[0.0, 20.0]]
caution = [[20.0, 40.0]]
poor = [[40.0, 90.0]]
"""


def load(text):
    return own_targets("schema_version = 1\n" + text, SHIPPED, MDC, file="anna.toml")


def refused(text):
    with pytest.raises(DataError) as why:
        load(text)
    return str(why.value)


def test_nothing_changed_is_the_shipped_table():
    assert load("") == SHIPPED
    shipped = BY_ID["sitting_trunk"]
    same = f"[targets.sitting_trunk]\ngood = {[list(band) for band in shipped.good]}\nweight = 3"
    assert load(same) == SHIPPED


def test_what_is_named_is_changed_and_nothing_else():
    targets = load(NARROW)
    (changed,) = [target for target in targets.targets if target.own]
    assert changed.good == ((-10.0, 12.0),)
    assert [t for t in targets.targets if not t.own] == [t for t in SHIPPED.targets if t.id != "sitting_trunk"]
    assert [t.id for t in targets.targets] == [t.id for t in SHIPPED.targets]
    assert targets.points == SHIPPED.points
    shipped = BY_ID["sitting_trunk"]
    for field in fields(shipped):
        if field.name not in ("good", "caution", "poor", "evidence", "provenance", "sources", "note", "own"):
            assert getattr(changed, field.name) == getattr(shipped, field.name), field.name


def test_an_own_target_is_no_longer_the_published_one_and_says_who_set_it():
    target = next(t for t in load(NARROW).targets if t.own)
    assert (target.evidence, target.provenance, target.sources) == ("own", "own", ())
    assert "standard" not in target.note
    assert target.own.words == "set by Dr Meier, physiotherapist on 2026-11-24, no published source"
    assert target.own.reason == "After surgery"
    assert target.own.shipped == BY_ID["sitting_trunk"]
    assert target.own.changed == ("good", "caution", "poor")


def test_another_weight_or_note_leaves_the_published_numbers_their_source():
    target = next(t for t in load("[targets.sitting_trunk]\nweight = 1\nnote = 'Mine.'").targets if t.own)
    shipped = BY_ID["sitting_trunk"]
    assert (target.evidence, target.sources, target.note) == (shipped.evidence, shipped.sources, "Mine.")
    assert "no published source" not in target.own.words


def test_the_grade_of_a_value_follows():
    target = next(t for t in load(NARROW).targets if t.own)
    assert grade([11.0, 13.0, 41.0], target).tolist() == [Grade.GOOD, Grade.CAUTION, Grade.POOR]
    assert grade([13.0, 41.0], BY_ID["sitting_trunk"]).tolist() == [Grade.GOOD, Grade.CAUTION]


def test_one_that_is_switched_off_is_not_scored_and_still_told():
    targets = load("[targets.sitting_elbow]\nused = false\nset_by = 'me'")
    assert "sitting_elbow" not in {target.id for target in targets.targets}
    (told,) = targets.own
    assert (told.id, told.used, told.changed) == ("sitting_elbow", False, ("used",))


def test_how_long_it_may_be_held():
    targets = load("[targets.sitting_trunk]\nholding = [[20, 60], [60, 30]]")
    target = next(t for t in targets.targets if t.own)
    assert target.holding.seconds(40.0) == 45.0
    assert target.holding.provenance == "own"
    assert next(t for t in load("[targets.sitting_trunk]\nholding = 'none'").targets if t.own).holding is None


def test_absolute_instead_of_against_the_own_upright():
    target = next(t for t in load(NARROW + "relative_to = 'none'\n").targets if t.own)
    assert target.relative_to is RelativeTo.NONE
    assert "relative_to" in target.own.changed


def test_a_target_of_ones_own_for_a_measure_that_has_none():
    targets = load(TURNED)
    target = targets.targets[-1]
    assert (target.id, target.activity, target.title) == ("sitting_head_turn", Activity.SITTING, "Head turn")
    assert (target.view, target.unit, target.weight, target.mdc) == (Plane.ANY, "deg", 1.0, 15.0)
    assert (target.evidence, target.sources, target.own.shipped) == ("own", (), None)
    assert grade([-30.0], target).tolist() == [Grade.CAUTION]


SIDES = "[targets.walking_knee]\nactivity = 'walking'\nmeasures = ['knee_flexion_left_deg', 'knee_flexion_right_deg']\n"
BANDS = "good = [[0, 20]]\ncaution = [[20, 40]]\npoor = [[40, 90]]\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[targets.sitting_trnk]\nweight = 2", "sitting_trnk: expected a known target"),
        ("[targets.sitting_trnk]\nweight = 2", "did you mean 'sitting_trunk'?"),
        ("[targets.sitting_trunk]\ngod = [[0, 1]]", "'sitting_trunk': god: expected a known key, got an unknown one"),
        ("[targets.sitting_trunk]\nmeasures = ['head_pitch_deg']", "measures: expected a known key"),
        ("[tragets.sitting_trunk]\nweight = 2", "top level: tragets: expected a known key"),
        ("targets = 3", "top level: targets: expected tables"),
        ("[targets]\nsitting_trunk = 3", "'sitting_trunk': table: expected keys with values, got 3"),
        ("[targets.sitting_trunk]\nweight = 'much'", "weight: expected a number above 0, got 'much'"),
        ("[targets.sitting_trunk]\nweight = 0", "weight: expected a number above 0, got 0"),
        ("[targets.sitting_trunk]\nweight = inf", "weight: expected a number above 0, got inf"),
        ("[targets.sitting_trunk]\nweight = nan", "weight: expected a number above 0, got nan"),
        ("[targets.sitting_trunk]\nweight = ''", "weight: expected a number above 0, got ''"),
        ("[targets.sitting_trunk]\nweight = 11", "weight: expected a number above 0, up to 10, got 11"),
        ("[targets.sitting_trunk]\nweight = true", "weight: expected a number above 0, got True"),
        ("[targets.sitting_trunk]\nused = 0", "used: expected true or false"),
        ("[targets.sitting_trunk]\nnote = 3", "note: expected text"),
        ("[targets.sitting_trunk]\nnote = '" + "x" * 500 + "'", "note: expected a text of up to 400 letters"),
        ('[targets.sitting_trunk]\nset_by = "a\\u001bb"', "set_by: expected a text"),
        ("[targets.sitting_trunk]\nset_on = 'yesterday'", "set_on: expected a day such as 2026-11-24"),
        ("[targets.sitting_trunk]\nset_on = 0", "set_on: expected a day such as 2026-11-24, got 0"),
        ("[targets.sitting_trunk]\nset_on = 07:30:00", "set_on: expected a day such as 2026-11-24"),
        ("[targets.sitting_trunk]\ngood = [[20, -10]]", "good: expected [low, high], two numbers with low < high"),
        ("[targets.sitting_trunk]\ngood = [[-10, inf]]", "good: expected [low, high], two numbers"),
        ("[targets.sitting_trunk]\ngood = [[nan, 20]]", "good: expected [low, high], two numbers"),
        ("[targets.sitting_trunk]\ngood = [['a', 20]]", "good: expected [low, high], two numbers"),
        ("[targets.sitting_trunk]\ngood = []", "good: expected a list of at least one [low, high]"),
        ("[targets.sitting_trunk]\ngood = [[-10, 30]]", "caution: expected bands that do not overlap"),
        ("[targets.sitting_trunk]\ngood = [[-10, 10]]", "good: expected bands that meet: write good, caution and poor"),
        ("[targets.sitting_trunk]\ngood = [[-10, 10]]", "got nothing from 10 to 20, between good and caution"),
        (
            "[targets.sitting_trunk]\ngood = [[20, 60]]\ncaution = [[-30, 20]]\npoor = [[-180, -30], [60, 180]]\n"
            "relative_to = 'gravity'",
            "relative_to: expected one of none, own_upright, got 'gravity'",
        ),
        (
            "[targets.sitting_trunk]\ngood = [[-30, -10], [20, 60]]\ncaution = [[-10, 20]]",
            "good: expected good in the middle, then caution, then poor outwards",
        ),
        (
            "[targets.sitting_trunk]\ngood = [[-10, 20]]\ncaution = [[40, 180]]\npoor = [[-180, -10], [20, 40]]",
            "in ascending order: poor, good, poor, caution",
        ),
        (
            "[targets.sitting_trunk]\npoor = [[-180, -30], [60, 1800]]",
            "poor: expected numbers from -181 to 181, got [60, 1800]",
        ),
        (
            "[targets.standing_knee]\ngood = [[171, 175]]\ncaution = [[100, 171]]\npoor = [[0, 100]]",
            "good: expected what a body can reach, -30 to 170",
        ),
        (
            "[targets.sitting_head_roll]\ngood = [[-5, 5]]\ncaution = [[5, 20]]",
            "good: expected bands from 0 up, since the magnitude is judged",
        ),
        ("[targets.sitting_trunk]\nrelative_to = 'none'", "relative_to: expected good, caution and poor beside it"),
        (
            "[targets.sitting_slump]\nrelative_to = 'own_upright'\ngood = [[0.9, 1.1]]\ncaution = [[0.8, 0.9]]\n"
            "poor = [[0, 0.8]]",
            "slump_ratio is taken against the own neutral already",
        ),
        ("[targets.sitting_trunk]\nholding = 5", 'holding: expected [[value, seconds], ...], or "none"'),
        ("[targets.sitting_trunk]\nholding = [[20, 0]]", "holding: expected [value, seconds], values ascending"),
        ("[targets.sitting_trunk]\nholding = [[5, 60]]", "holding: expected a first value that lies in caution"),
        ("[targets.sitting_head_roll]\nholding = [[12, 60]]", "holding: expected none, since the size"),
        (TURNED.replace("sitting_head_turn", "Head-Turn"), "id: expected small letters, digits and _"),
        (TURNED.replace('activity = "sitting"\n', ""), "activity: expected a value, got nothing: the key is missing"),
        (TURNED.replace('"sitting"', '"swimming"'), "activity: expected one of sitting, standing, walking"),
        (TURNED.replace("head_yaw_deg", "head_pitch_deg"), "head_pitch_deg: change 'sitting_head_pitch' instead"),
        (TURNED + TURNED.replace("sitting_head_turn", "again"), "change 'sitting_head_turn' instead"),
        (TURNED.replace("head_yaw_deg", "cva_deg"), "the craniovertebral angle needs a neck bone"),
        (TURNED.replace("head_yaw_deg", "lumbar_lordosis_deg"), "no camera point lies on the spine"),
        (TURNED.replace("head_yaw_deg", "trunk_inclination_est_deg"), "an estimate of the desk camera, which is never"),
        (TURNED.replace("head_yaw_deg", "head_yw_deg"), "did you mean 'head_yaw_deg'?"),
        (TURNED.replace('["head_yaw_deg"]', '["head_yaw_deg", "head_roll_deg"]'), "left and right of the same"),
        (SIDES + BANDS + "used = false", "used: expected a known key"),
        ("".join(f"[targets.{id_}]\nused = false\n" for id_ in BY_ID), "at least one target in use, got every one"),
    ],
)
def test_what_is_wrong_is_refused_with_file_key_and_reason(text, words):
    said = refused(text)
    assert said.startswith("anna.toml: ")
    assert words in said


@pytest.mark.parametrize("text", ["[targets", b"\xff\xfe", "schema_version = 2"])
def test_what_is_no_such_file_is_refused(text):
    with pytest.raises(DataError, match=r"anna\.toml"):
        own_targets(text, SHIPPED, MDC, file="anna.toml")


def test_sides_are_one_target():
    target = load(SIDES + BANDS).targets[-1]
    assert target.title == "Knee flexion"
    assert target.measures == ("knee_flexion_left_deg", "knee_flexion_right_deg")


@pytest.mark.parametrize("row", [row for row in TABLE if not row.estimated], ids=lambda row: row.name)
@pytest.mark.parametrize("activity", JUDGED)
def test_every_measure_that_is_not_judged_can_be_and_no_other(row, activity):
    text = (
        f"[targets.mine]\nactivity = '{activity.value}'\nmeasures = ['{row.name}']\n"
        "good = [[0, 0.1]]\ncaution = [[0.1, 0.2]]\npoor = [[0.2, 0.3]]"
    )
    if any(row.name in target.measures for target in SHIPPED.of(activity)):
        assert "instead" in refused(text)
    else:
        assert load(text).targets[-1].unit == row.unit


@given(st.lists(st.floats(-200.0, 200.0), min_size=4, max_size=4))
def test_any_four_edges_are_refused_or_give_every_value_between_a_grade(edges):
    a, b, c, d = edges
    text = (
        f"[targets.sitting_trunk]\ngood = [[{b!r}, {c!r}]]\ncaution = [[{a!r}, {b!r}], [{c!r}, {d!r}]]\n"
        f"poor = [[-181.0, {a!r}], [{d!r}, 181.0]]"
    )
    try:
        target = next(t for t in load(text).targets if t.id == "sitting_trunk")
    except DataError:
        assert not -181.0 < a < b < c < d < 181.0
        return
    assert -181.0 < a < b < c < d < 181.0
    between = [math.nextafter(edge, -math.inf) for edge in (a, b, c, d)] + [b, c]
    assert all(code != Grade.NOT_SCORED for code in grade(between, target))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def refused_or_taken(tables):
    """Whether there are targets left, or a sentence that names the file."""
    try:
        return bool(own.merged({"schema_version": 1, "targets": tables}, SHIPPED, MDC, file="anna.toml").targets)
    except DataError as why:
        return str(why).startswith("anna.toml: ")


KEYS = sorted({*own.CHANGES, *own.NEEDED, *own.ADDED})


@given(
    st.sampled_from(["sitting_trunk", "sitting_head_roll", "mine", "Mine"]),
    st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=4),
    st.booleans(),
)
@example("mine", {"measures": [[]]}, True)
def test_whatever_stands_there_is_refused_in_words_or_taken(id_, table, whole):
    start = {"activity": "sitting", "measures": ["head_yaw_deg"], "good": [[0, 9]], "caution": [[9, 20]]}
    tables = {id_: {**start, "poor": [[20, 90]], **table} if whole else table}
    assert refused_or_taken(tables)


@given(ANYTHING)
def test_whatever_stands_in_place_of_the_targets_is_refused_in_words_or_taken(anything):
    assert refused_or_taken(anything)
