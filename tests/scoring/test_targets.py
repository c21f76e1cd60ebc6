"""The shipped tables, and what the loader refuses."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from posture_coach.activity.types import Activity
from posture_coach.errors import DataError
from posture_coach.resources import data_file
from posture_coach.scoring.targets import (
    JUDGED,
    Closed,
    RelativeTo,
    Targets,
    load_sources,
    load_targets,
    shipped_sources,
    shipped_targets,
)

PROJECT = Path(__file__).resolve().parents[2]

# id here -> activity and measure in the clinical tables, and how the numbers change on the way.
ADOPTED = {
    "sitting_trunk": ("sitting", "trunk_inclination", "same"),
    "sitting_head_pitch": ("sitting", "head_inclination", "same"),
    "sitting_head_trunk": ("sitting", "neck_flexion", "same"),
    "sitting_neck_change": ("sitting", "ear_shoulder_inclination_change", "same"),
    "sitting_neck": ("sitting", "ear_shoulder_inclination", "same"),
    "sitting_slump": ("sitting", "trunk_length_ratio", "same"),
    "sitting_hip": ("sitting", "hip_angle", "180 - x"),
    "sitting_knee": ("sitting", "knee_angle", "180 - x"),
    "sitting_upper_arm": ("sitting", "upper_arm_elevation", "same"),
    "sitting_elbow": ("sitting", "elbow_angle", "180 - x"),
    "sitting_shoulder_hike": ("sitting", "shoulder_hike", "same"),
    "sitting_shoulder_level": ("sitting", "shoulder_tilt", "magnitude"),
    "sitting_head_roll": ("sitting", "head_roll", "magnitude"),
    "sitting_side_lean": ("sitting", "trunk_lateral_lean", "magnitude"),
    "sitting_viewing_distance": ("sitting", "viewing_distance", "same"),
    "standing_trunk": ("standing", "trunk_inclination", "same"),
    "standing_body_lean": ("standing", "body_lean", "same"),
    "standing_hip_offset": ("standing", "hip_forward_offset", "same"),
    "standing_neck": ("standing", "ear_shoulder_inclination", "same"),
    "standing_knee": ("standing", "knee_extension", "180 - x"),
    "standing_shoulder_level": ("standing", "shoulder_tilt", "magnitude"),
    "standing_pelvis_level": ("standing", "pelvic_tilt_frontal", "magnitude"),
    "standing_side_lean": ("standing", "trunk_lateral_shift", "magnitude"),
    "standing_knee_valgus": ("standing", "knee_frontal_angle", "same"),
    "walking_trunk": ("walking", "trunk_forward_lean", "same"),
}
# Of windows of time and of strides, not of one picture.
LATER = {
    "sit_bout_minutes",
    "posture_shifts_per_hour",
    "longest_static_minutes",
    "stand_bout_minutes",
    "cadence",
    "step_time_si",
    "stance_percent",
    "walking_speed",
    "trunk_lateral_sway",
    "pelvic_drop",
    "hip_rom",
    "knee_peak_swing_flexion",
    "arm_swing_rom",
}
WEIGHTS = {
    "sitting_trunk": 3,
    "standing_trunk": 3,
    "walking_trunk": 3,
    "sitting_head_pitch": 2,
    "sitting_head_trunk": 2,
    "sitting_neck_change": 2,
    "sitting_hip": 2,
}


def shipped_names() -> set[str]:
    """The measures that the shipped table speaks of."""
    table = tomllib.loads(data_file("targets.toml").read_text(encoding="utf-8"))
    return {name for target in table["target"] for name in target["measures"]}


@pytest.fixture(scope="module")
def targets() -> Targets:
    return shipped_targets(shipped_names())


@pytest.fixture(scope="module")
def clinical() -> dict:
    shared = Path(os.environ.get("POSTURE_COACH_DATA", PROJECT.parent / "shared"))
    path = shared / "clinical" / "targets.toml"
    if not path.is_file():
        pytest.skip("the clinical tables are not here: set POSTURE_COACH_DATA to the folder that holds clinical/")
    return tomllib.loads(path.read_text(encoding="utf-8"))


# -------------------- the shipped tables


def test_every_number_is_the_clinical_one(targets: Targets, clinical: dict) -> None:
    rows = {(row["activity"], row["measure"]): row for row in clinical["target"]}
    assert {target.id for target in targets.targets} == set(ADOPTED)
    for target in targets.targets:
        activity, measure, change = ADOPTED[target.id]
        row = rows[activity, measure]
        flip = change == "180 - x"
        for grade in ("good", "caution", "poor"):
            wanted = sorted((180 - hi, 180 - lo) if flip else (lo, hi) for lo, hi in row[grade])
            assert list(getattr(target, grade)) == wanted, (target.id, grade)
        assert target.closed is (Closed.HIGH if flip else Closed.LOW), target.id
        assert target.magnitude is (change == "magnitude"), target.id
        for key in ("activity", "unit", "mdc", "mdc_from", "camera", "evidence", "provenance"):
            assert getattr(target, key) == row[key], (target.id, key)
        assert list(target.sources) == row["sources"], target.id


def test_no_clinical_target_is_forgotten(clinical: dict) -> None:
    rows = {(row["activity"], row["measure"]) for row in clinical["target"] if row["activity"] in JUDGED}
    adopted = {(activity, measure) for activity, measure, _ in ADOPTED.values()}
    assert {measure for _, measure in rows - adopted} == LATER


def test_points_are_the_clinical_ones(targets: Targets, clinical: dict) -> None:
    score, points = clinical["session_score"], targets.points
    got = (points.good, points.caution, points.poor)
    assert got == tuple(score[f"band_points_{grade}"] for grade in ("good", "caution", "poor"))


def test_weights(targets: Targets) -> None:
    assert {target.id: target.weight for target in targets.targets} == {id_: WEIGHTS.get(id_, 1) for id_ in ADOPTED}


def test_only_the_two_changes_are_held_against_the_own_upright(targets: Targets) -> None:
    relative = {t.id for t in targets.targets if t.relative_to is RelativeTo.OWN_UPRIGHT}
    assert relative == {"sitting_trunk", "sitting_neck_change"}


def test_the_change_gives_the_neck_its_grade(targets: Targets) -> None:
    first = next(t for t in targets.of(Activity.SITTING) if t.measures == ("neck_inclination_deg",))
    assert first.id == "sitting_neck_change"


def test_every_shipped_source_is_cited() -> None:
    table = tomllib.loads(data_file("targets.toml").read_text(encoding="utf-8"))
    cited = {s for row in (*table["target"], table["points"], *table["holding"].values()) for s in row["sources"]}
    for name in ("windows.toml", "ergonomics.toml", "gait.toml", "functional.toml"):
        cited |= set(_sources_of(tomllib.loads(data_file(name).read_text(encoding="utf-8"))))
    assert cited == set(shipped_sources())


def _sources_of(table: object) -> Iterator[str]:
    """Yield every source named anywhere in a table."""
    if isinstance(table, dict):
        for key, value in table.items():
            yield from value if key == "sources" else _sources_of(value)


@pytest.mark.parametrize(
    "claim", ["kypho", "lordo", "lumbar", "diagnos", "slipped", "scolio", "injur", "wrong posture"]
)
def test_texts_for_people_claim_nothing_a_camera_cannot_see(targets: Targets, claim: str) -> None:
    texts = [f"{t.title} {t.note}" for t in targets.targets] + [targets.points.note]
    assert not [text for text in texts if claim in text.lower()]


# -------------------- what is refused

KNOWN = {"trunk_inclination_deg", "knee_flexion_left_deg", "knee_flexion_right_deg", "walking_speed_m_s"}
GOOD = """
schema_version = 1

[points]
good = 100
caution = 60.0
poor = 20
provenance = "engineering"
sources = ["mine"]

[[target]]
id = "lean"
activity = "sitting"
measures = ["trunk_inclination_deg"]
title = "Lean"
view = "sagittal"
unit = "deg"
good = [[-5.0, 5.0]]
caution = [[-10.0, -5.0], [5, 10]]
poor = [[10.0, 90.0]]
closed = "low"
magnitude = false
relative_to = "none"
weight = 1.0
mdc = 5.0
mdc_from = "camera_estimate"
camera = "low"
evidence = "D"
provenance = "engineering"
sources = ["mine"]
"""


def load(text: str) -> Targets:
    return load_targets(text, known_measures=KNOWN, known_sources={"mine"}, file="own.toml")


def test_a_good_table_loads_as_text_and_as_bytes() -> None:
    (target,) = load(GOOD).targets
    assert target.caution == ((-10.0, -5.0), (5.0, 10.0))
    assert target.only_when is None
    assert target.note == ""
    assert load(GOOD) == load_targets(GOOD.encode(), known_measures=KNOWN, known_sources={"mine"})


def test_left_and_right_are_one_target() -> None:
    text = GOOD.replace('"trunk_inclination_deg"', '"knee_flexion_left_deg", "knee_flexion_right_deg"')
    assert load(text).targets[0].measures == ("knee_flexion_left_deg", "knee_flexion_right_deg")


def test_a_unit_of_two_words() -> None:
    speed = GOOD.replace("trunk_inclination_deg", "walking_speed_m_s")
    assert load(speed.replace('unit = "deg"', 'unit = "m_s"')).targets[0].unit == "m_s"
    with pytest.raises(DataError, match="unit: expected the unit that ends"):
        load(speed.replace('unit = "deg"', 'unit = "s"'))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        # keys
        (
            "mdc = 5.0",
            "mdc = 5.0\nmdcs = 1",
            r"mdcs: expected a known key, got an unknown one \(did you mean 'mdc'",
        ),
        ("mdc = 5.0\n", "", "mdc: expected a value, got nothing"),
        ("schema_version = 1", "schema_version = 2", "schema_version: expected 1, got 2"),
        ("schema_version = 1", "", "schema_version: expected 1, got None"),
        ("schema_version = 1", "schema_version = 1\nbreaks = 3", "top level: breaks: expected a known key"),
        # words
        (
            'activity = "sitting"',
            'activity = "away"',
            "activity: expected one of sitting, standing, walking, got 'away'",
        ),
        ('view = "sagittal"', 'view = "side"', "view: expected one of sagittal, frontal, any"),
        ('closed = "low"', 'closed = "both"', "closed: expected one of low, high"),
        ('relative_to = "none"', 'relative_to = "neutral"', "relative_to: expected one of none, own_upright"),
        ('camera = "low"', 'camera = "superb"', "camera: expected one of high, medium, low"),
        ('evidence = "D"', 'evidence = "E"', "evidence: expected one of A, B, C, D"),
        ('mdc_from = "camera_estimate"', "mdc_from = 1", "mdc_from: expected one of published"),
        ('title = "Lean"', 'title = " "', "title: expected text"),
        ('title = "Lean"', 'title = "Lean"\nnote = 3', "note: expected text, got 3"),
        # names
        (
            "trunk_inclination_deg",
            "trunk_inclinaton_deg",
            "measures: expected a known measure, .*did you mean 'trunk",
        ),
        ('["trunk_inclination_deg"]', '"trunk_inclination_deg"', "measures: expected a list"),
        ('["trunk_inclination_deg"]', "[]", "measures: expected a list"),
        (
            '["trunk_inclination_deg"]',
            '["trunk_inclination_deg", "trunk_inclination_deg"]',
            "each measure once",
        ),
        (
            '["trunk_inclination_deg"]',
            '["trunk_inclination_deg", "knee_flexion_left_deg"]',
            "left and right of the same",
        ),
        ('sources = ["mine"]', 'sources = ["yours"]', "sources: expected a known source, got 'yours'"),
        (
            'unit = "deg"',
            'unit = "cm"',
            "unit: expected the unit that ends 'trunk_inclination_deg', got 'cm'",
        ),
        # numbers
        ("weight = 1.0", "weight = 0", "weight: expected a number above 0, got 0"),
        ("weight = 1.0", "weight = true", "weight: expected a number above 0, got True"),
        ("weight = 1.0", "weight = nan", "weight: expected a number above 0, got nan"),
        ("weight = 1.0", "weight = 1" + "0" * 400, "weight: expected a number above 0"),
        ("mdc = 5.0", 'mdc = "5"', "mdc: expected a number above 0, got '5'"),
        ("magnitude = false", "magnitude = 0", "magnitude: expected true or false, got 0"),
        # bands
        ("good = [[-5.0, 5.0]]", "good = []", "good: expected a list of at least one"),
        ("good = [[-5.0, 5.0]]", "good = [-5.0, 5.0]", r"good: expected \[low, high\]"),
        ("good = [[-5.0, 5.0]]", "good = [[-5.0, -5.0]]", "two numbers with low < high"),
        ("good = [[-5.0, 5.0]]", "good = [[5.0, -5.0]]", "two numbers with low < high"),
        ("good = [[-5.0, 5.0]]", "good = [[-5.0, nan]]", "two numbers with low < high"),
        ("good = [[-5.0, 5.0]]", "good = [[-5.0, inf]]", "two numbers with low < high"),
        ("good = [[-5.0, 5.0]]", "good = [[false, 5.0]]", "two numbers with low < high"),
        ("good = [[-5.0, 5.0]]", "good = [[-5.0, 0.0, 5.0]]", "two numbers with low < high"),
        ("good = [[-5.0, 5.0]]", 'good = [[-5.0, "x", 5.0]]', "two numbers with low < high"),
        (
            "good = [[-5.0, 5.0]]",
            "good = [[-5.0, 5.5]]",
            r"do not overlap, got \[-5, 5.5\] in good and \[5, 10\] in caution",
        ),
        (
            "[[-10.0, -5.0], [5, 10]]",
            "[[5, 10], [-10.0, -5.0]]",
            "caution: expected bands in ascending order",
        ),
        ("magnitude = false", "magnitude = true", "caution: expected bands from 0 up"),
        # the points
        ("good = 100\n", "good = 50\n", "points: good: expected 100 >= good >= caution >= poor >= 0"),
        ("poor = 20\n", "poor = -1\n", "points: good: expected 100"),
        ("good = 100\n", "good = 101\n", "points: good: expected 100"),
        ("poor = 20\n", "poor = 20\nleast_targets = 1.5\n", "points: least_targets: expected a whole number, got 1.5"),
        ("poor = 20\n", "poor = 20\nleast_targets = 0\n", "points: least_targets: expected a number above 0"),
        # the condition
        ("mdc = 5.0", "mdc = 5.0\nonly_when = 3", "only_when: table: expected keys with values, got 3"),
        (
            "mdc = 5.0",
            'mdc = 5.0\nonly_when = { measure = "trunk_inclination_deg", relative_to = "none", low = 1 }',
            "target 'lean': only_when: high: expected a value",
        ),
        (
            "mdc = 5.0",
            'mdc = 5.0\nonly_when = { measure = "hip", relative_to = "none", low = 1, high = 2 }',
            "only_when: measure: expected a known measure, got 'hip'",
        ),
        (
            "mdc = 5.0",
            'mdc = 5.0\nonly_when = {measure="trunk_inclination_deg", relative_to="none", low=2, high=2}',
            "only_when: low: expected less than high",
        ),
    ],
)
def test_a_broken_rule_is_named(old: str, new: str, words: str) -> None:
    assert old in GOOD
    with pytest.raises(DataError, match=words) as caught:
        load(GOOD.replace(old, new))
    assert str(caught.value).startswith("own.toml: ")


def test_the_faulty_target_is_named() -> None:
    head, body = GOOD.split("[[target]]")
    second = body.replace('"lean"', '"other"').replace("mdc = 5.0", "mdc = -1")
    with pytest.raises(DataError, match=r"own\.toml: target 'other': mdc: expected a number above 0, got -1"):
        load(f"{head}[[target]]{body}[[target]]{second}")
    nameless = second.replace('id = "other"\n', "")
    with pytest.raises(DataError, match="target number 2: id: expected a value"):
        load(f"{head}[[target]]{body}[[target]]{nameless}")


def test_two_targets_of_one_id() -> None:
    with pytest.raises(DataError, match="target 'lean': id: expected an id that no other target has, got 2"):
        load(GOOD + "[[target]]" + GOOD.split("[[target]]")[1])


@pytest.mark.parametrize("text", ["[[target", "schema_version = 1 1", b"\xff\xfe"])
def test_what_is_not_toml(text: str | bytes) -> None:
    with pytest.raises(DataError, match=r"own\.toml cannot be read as TOML"):
        load_targets(text, known_measures=KNOWN, known_sources={"mine"}, file="own.toml")


@pytest.mark.parametrize("text", ["schema_version = 1", GOOD.split("[points]")[0] + "points = 1\ntarget = []"])
def test_a_table_without_its_parts(text: str) -> None:
    with pytest.raises(DataError, match="points"):
        load(text)


SOURCE = 'schema_version = 1\n[a]\ncite = "A"\nyear = 2000\nwhere = "B"\nseen = "own"\n'


def test_a_good_source_loads() -> None:
    source = load_sources(SOURCE)["a"]
    assert (source.id, source.cite, source.year, source.where, source.doi) == ("a", "A", 2000, "B", "")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('seen = "own"', 'seen = "heard"', "source 'a': seen: expected one of"),
        ("year = 2000", "year = 2000.5", "year: expected a whole number"),
        ("year = 2000", "", "year: expected a value"),
        ("year = 2000", "year = 2000\npage = 3", "page: expected a known key"),
        ("[a]", "b = 3\n[a]", "source 'b': table: expected keys with values"),
    ],
)
def test_a_broken_source_is_named(old: str, new: str, words: str) -> None:
    with pytest.raises(DataError, match=re.escape(words)):
        load_sources(SOURCE.replace(old, new, 1))
