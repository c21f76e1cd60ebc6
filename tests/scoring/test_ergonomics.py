"""RULA and REBA against the published tables, rows and worked examples; ranges, answers, refusals, windows, ROSA."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.activity.types import Activity
from posture_coach.errors import DataError
from posture_coach.measures.definitions import NAMES
from posture_coach.measures.types import Measure, MeasureSeries, Reason, View
from posture_coach.resources import data_file
from posture_coach.scoring.ergonomics.answers import example, read_answers, unanswered
from posture_coach.scoring.ergonomics.reba import BOUNDS as REBA_BOUNDS
from posture_coach.scoring.ergonomics.reba import reba, reba_steps
from posture_coach.scoring.ergonomics.rosa import Verdict, rosa_items
from posture_coach.scoring.ergonomics.rula import BOUNDS as RULA_BOUNDS
from posture_coach.scoring.ergonomics.rula import rula, rula_steps
from posture_coach.scoring.ergonomics.tables import load_ergonomics, row_of, shipped_ergonomics
from posture_coach.scoring.ergonomics.types import Origin, Posture, Refused, Result
from posture_coach.scoring.ergonomics.windows import postures
from posture_coach.scoring.targets import shipped_sources

TABLES = shipped_ergonomics(NAMES, shipped_sources())
NOBODY_ASKED = unanswered(TABLES.questions)

# As the evidence prints them, typed here once more: RULA A by upper arm, then lower arm 1 | 2 | 3; wrist and twist
# along the line.
RULA_A = """
1 2 2 2 2 3 3 3 | 2 2 2 2 3 3 3 3 | 2 3 3 3 3 3 4 4
2 3 3 3 3 4 4 4 | 3 3 3 3 3 4 4 4 | 3 4 4 4 4 4 5 5
3 3 4 4 4 4 5 5 | 3 4 4 4 4 4 5 5 | 4 4 4 4 4 5 5 5
4 4 4 4 4 5 5 5 | 4 4 4 4 4 5 5 5 | 4 4 4 5 5 5 6 6
5 5 5 5 5 6 6 7 | 5 6 6 6 6 7 7 7 | 6 6 6 7 7 7 7 8
7 7 7 7 7 8 8 9 | 8 8 8 8 8 9 9 9 | 9 9 9 9 9 9 9 9
"""
# By neck; trunk along the line, legs 1/2.
RULA_B = """
1/3 2/3 3/4 5/5 6/6 7/7
2/3 2/3 4/5 5/5 6/7 7/7
3/3 3/4 4/5 5/6 6/7 7/7
5/5 5/6 6/7 7/7 7/7 8/8
7/7 7/7 7/8 8/8 8/8 8/8
8/8 8/8 8/8 8/9 9/9 9/9
"""
RULA_C = """
1 2 3 3 4 5 5
2 2 3 4 4 5 5
3 3 3 4 4 5 6
3 3 3 4 5 6 6
4 4 4 5 6 7 7
4 4 5 6 6 7 7
5 5 6 6 7 7 7
5 5 6 7 7 7 7
"""
# By neck; trunk 1 to 5 between the bars, legs 1 to 4 along the line.
REBA_A = """
1 2 3 4 | 2 3 4 5 | 2 4 5 6 | 3 5 6 7 | 4 6 7 8
1 2 3 4 | 3 4 5 6 | 4 5 6 7 | 5 6 7 8 | 6 7 8 9
3 3 5 6 | 4 5 6 7 | 5 6 7 8 | 6 7 8 9 | 7 8 9 9
"""
# By upper arm; lower arm 1 | 2, wrist along the line.
REBA_B = """
1 2 2 | 1 2 3
1 2 3 | 2 3 4
3 4 5 | 4 5 5
4 5 5 | 5 6 7
6 7 8 | 7 8 8
7 8 8 | 8 9 9
"""
REBA_C = """
1 1 1 2 3 3 4 5 6 7 7 7
1 2 2 3 4 4 5 6 6 7 7 8
2 3 3 3 4 5 6 7 7 8 8 8
3 4 4 4 5 6 7 8 8 9 9 9
4 4 4 5 6 7 8 8 9 9 9 9
6 6 6 7 8 8 9 9 10 10 10 10
7 7 7 8 9 9 9 10 10 11 11 11
8 8 8 9 10 10 10 10 10 11 11 11
9 9 9 10 10 10 11 11 11 12 12 12
10 10 10 11 11 11 11 12 12 12 12 12
11 11 11 11 12 12 12 12 12 12 12 12
12 12 12 12 12 12 12 12 12 12 12 12
"""


def grid(text: str, *shape: int) -> np.ndarray:
    return np.array(text.replace("|", " ").replace("/", " ").split(), dtype=int).reshape(shape)


def posture(activity: Activity = Activity.SITTING, held_s: float = 0.0, err: float = 0.0, **values: float) -> Posture:
    """Return a photo's posture, seen from the left, of the medians given by short name."""
    names = {
        "trunk": "trunk_inclination_deg", "neck": "head_trunk_flexion_deg", "arm": "shoulder_flexion_left_deg",
        "elbow": "elbow_flexion_left_deg", "knee": "knee_flexion_left_deg",
    }  # fmt: skip
    standard = {"trunk": 0.0, "neck": 5.0, "arm": 0.0, "elbow": 80.0, "knee": 0.0} | values
    measures = {names.get(short, short): Measure(value, err) for short, value in standard.items()}
    return Posture(0.0, held_s, activity, 1, held_s, measures)


def answers(**given: object):
    return replace(NOBODY_ASKED, **given, asked=frozenset(given))


def steps_of(found: Result) -> dict[str, int]:
    return {step.name: step.score for step in found.steps}


def part_of(found: Result, what: str):
    return next(part for part in found.parts if part.what == what)


# The tables


@pytest.mark.parametrize(
    ("found", "text"),
    [
        *zip(TABLES.rula.tables, (RULA_A, RULA_B, RULA_C), strict=True),
        *zip(TABLES.reba.tables, (REBA_A, REBA_B, REBA_C), strict=True),
    ],
    ids=["RULA A", "RULA B", "RULA C", "REBA A", "REBA B", "REBA C"],
)
def test_every_cell_is_the_published_one(found, text):
    assert found.tolist() == grid(text, *found.shape).tolist()


@pytest.mark.parametrize("scale", [TABLES.rula, TABLES.reba], ids=["RULA", "REBA"])
def test_no_cell_is_below_one_before_it(scale):
    """The ranges rest on this: the least of every item gives the least score, and the most the most."""
    for table in scale.tables:
        for axis in range(table.ndim):
            assert (np.diff(table, axis=axis) >= 0).all()


def test_every_score_of_rula_follows_from_the_tables():
    a, b, c = grid(RULA_A, 6, 3, 4, 2), grid(RULA_B, 6, 6, 2), grid(RULA_C, 8, 7)
    rng = np.random.default_rng(5)
    tops = {item: high for item, (_, high) in RULA_BOUNDS.items()}
    lows = {item: low for item, (low, _) in RULA_BOUNDS.items()}
    for _ in range(2000):
        of = {item: int(rng.integers(lows[item], tops[item] + 1)) for item in tops}
        arm = a[of["upper_arm"] - 1, of["lower_arm"] - 1, of["wrist"] - 1, of["wrist_turned"] - 1]
        body = b[of["neck"] - 1, of["trunk"] - 1, of["legs"] - 1]
        arm, body = arm + of["muscle"] + of["load"], body + of["muscle"] + of["load"]
        assert rula_steps(TABLES.rula, of)[-1].score == c[min(arm, 8) - 1, min(body, 7) - 1]


def test_every_score_of_reba_follows_from_the_tables():
    a, b, c = grid(REBA_A, 3, 5, 4), grid(REBA_B, 6, 2, 3), grid(REBA_C, 12, 12)
    rng = np.random.default_rng(6)
    for _ in range(2000):
        of = {item: int(rng.integers(low, high + 1)) for item, (low, high) in REBA_BOUNDS.items()}
        body = a[of["neck"] - 1, of["trunk"] - 1, of["legs"] - 1] + of["load"]
        arm = b[of["upper_arm"] - 1, of["lower_arm"] - 1, of["wrist"] - 1] + of["coupling"]
        assert reba_steps(TABLES.reba, of)[-1].score == c[body - 1, arm - 1] + of["activity"]


def test_the_bounds_are_the_tables_shapes():
    assert TABLES.rula.tables[0].shape == (6, 3, 4 * 2)
    assert [RULA_BOUNDS[i][1] for i in ("upper_arm", "lower_arm", "wrist", "wrist_turned")] == [6, 3, 4, 2]
    assert [RULA_BOUNDS[i][1] for i in ("neck", "trunk", "legs")] == list(TABLES.rula.tables[1].shape)
    assert [REBA_BOUNDS[i][1] for i in ("neck", "trunk", "legs")] == list(TABLES.reba.tables[0].shape)
    assert [REBA_BOUNDS[i][1] for i in ("upper_arm", "lower_arm", "wrist")] == list(TABLES.reba.tables[1].shape)


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        ("rula", [1, 1, 2, 2, 3, 3, 4]),
        ("reba", [0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4, 4]),
    ],
)
def test_the_levels_cover_every_score_once(scale, expected):
    found = getattr(TABLES, scale)
    assert [found.level(score).level for score in range(1, len(expected) + 1)] == expected


# The rows: the published ones, and our tolerance at their holes

ARM = [(-90, 2), (-20.1, 2), (-20, 1), (0, 1), (20, 1), (20.1, 2), (45, 2), (45.1, 3), (90, 3), (90.1, 4), (170, 4)]
ELBOW = [(-10, 2), (0, 2), (59.9, 2), (60, 1), (100, 1), (100.1, 2), (140, 2)]
RULA_NECK = [(-40, 4), (-5.1, 4), (-5, 1), (-1, 1), (0, 1), (10, 1), (10.1, 2), (20, 2), (20.1, 3), (60, 3)]
RULA_TRUNK = [(-70, 4), (-30, 3), (-10, 2), (-5, 1), (0, 1), (5, 1), (5.1, 2), (20, 2), (20.1, 3), (60, 3), (60.1, 4)]
RESTING = [(-30, 1), (-10, 1), (0, 1), (5, 1), (5.1, 2), (20, 2), (20.1, 3), (60, 3), (60.1, 4)]
REBA_NECK = [(-30, 2), (-5.1, 2), (-5, 1), (0, 1), (20, 1), (20.1, 2)]
REBA_TRUNK = [(-40, 3), (-20, 2), (-2.1, 2), (-2, 1), (0, 1), (2, 1), (2.1, 2), (20, 2), (20.1, 3), (60, 3), (60.1, 4)]
KNEE = [(-5, 0), (0, 0), (29.9, 0), (30, 1), (60, 1), (60.1, 2), (140, 2)]


@pytest.mark.parametrize(
    ("scale", "item", "expected"),
    [
        ("rula", "upper_arm", ARM), ("rula", "lower_arm", ELBOW), ("rula", "neck", RULA_NECK),
        ("rula", "trunk", RULA_TRUNK), ("rula", "trunk_supported", RESTING),
        ("reba", "upper_arm", ARM), ("reba", "lower_arm", ELBOW), ("reba", "neck", REBA_NECK),
        ("reba", "trunk", REBA_TRUNK), ("reba", "knee", KNEE),
    ],
)  # fmt: skip
def test_rows(scale, item, expected):
    rows = getattr(TABLES, scale).rows[item]
    assert [(value, row_of(rows, value).points) for value, _ in expected] == expected


def test_holes_that_no_tolerance_covers():
    assert row_of(TABLES.rula.rows["trunk_supported"], -30.1) is None
    assert row_of(TABLES.rula.rows["lower_arm"], -10.1) is None
    found = rula(posture(elbow=-12.0), NOBODY_ASKED, TABLES)
    assert part_of(found, "elbow").origin is Origin.UNSEEN
    assert "no row" in part_of(found, "elbow").words
    lying = rula(posture(trunk=-40.0), answers(trunk_supported=True), TABLES)
    assert isinstance(lying, Refused)
    assert "no row" in lying.reason


@pytest.mark.parametrize(("kg", "expected"), [(0, 0), (1.9, 0), (2, 1), (10, 1), (10.1, 3)])
def test_load_of_rula(kg, expected):
    assert steps_of(rula(posture(), answers(load_kg=kg), TABLES))["load"] == expected
    held = answers(load_kg=kg, load_handling="held_or_repeated")
    assert steps_of(rula(posture(), held, TABLES))["load"] == (2 if expected == 1 else expected)
    assert steps_of(rula(posture(), answers(load_kg=kg, load_handling="sudden"), TABLES))["load"] == 3


@pytest.mark.parametrize(("kg", "expected"), [(0, 0), (4.9, 0), (5, 1), (10, 1), (10.1, 2)])
def test_load_of_reba(kg, expected):
    assert steps_of(reba(posture(), answers(load_kg=kg), TABLES))["load"] == expected
    assert steps_of(reba(posture(), answers(load_kg=kg, load_handling="sudden"), TABLES))["load"] == expected + 1


# Worked examples


def test_the_example_of_the_evidence():
    """Upper arm 2, lower arm 1, wrist 1, twist 1, neck 2, trunk 2, legs 1: A 2, B 2, C 2; static: C 3."""
    at = posture(arm=30.0, elbow=80.0, neck=15.0, trunk=10.0)
    plain = rula(at, answers(static=False), TABLES)
    told = steps_of(plain)
    assert [told[i] for i in ("upper_arm", "lower_arm", "wrist", "wrist_turned", "neck", "trunk", "legs")] == [
        2, 1, 1, 1, 2, 2, 1,
    ]  # fmt: skip
    assert (told["table A: arm and wrist"], told["table B: neck, trunk and legs"], plain.score) == (2, 2, 2)
    held = rula(at, answers(static=True), TABLES)
    assert (held.score, held.level) == (3, 2)
    assert steps_of(held)["arm and wrist with muscle use and load"] == 3


def test_reba_by_hand():
    """Bent to 70, neck 30, knee 45 on both legs, 12 kg, arms hanging forward at 100 with a poor grip."""
    at = posture(Activity.STANDING, trunk=70.0, neck=30.0, knee=45.0, arm=100.0, elbow=10.0)
    found = reba(at, answers(load_kg=12, coupling="poor", repeated=True, static=False), TABLES)
    told = steps_of(found)
    # Trunk 4, neck 2, legs 1 + 1: A 6, + 2; upper arm 4, lower arm 2, wrist 1: B 5, + 2; C(8, 7) 10, + 1.
    assert [told[i] for i in ("trunk", "neck", "legs", "upper_arm", "lower_arm")] == [4, 2, 2, 4, 2]
    assert [told[i] for i in ("score A: with load", "score B: with grip", "table C")] == [8, 7, 10]
    assert (found.score, found.level) == (11, 4)


def test_bent_knees_count_standing_but_not_sitting():
    at = {"knee": 90.0}
    assert steps_of(reba(posture(**at), NOBODY_ASKED, TABLES))["legs"] == 1
    assert steps_of(reba(posture(Activity.STANDING, **at), NOBODY_ASKED, TABLES))["legs"] == 3


def test_twist_and_side_bend_add_two_in_rula_and_one_in_reba():
    both = answers(trunk_twisted=True, trunk_side_bent=True, neck_twisted=True, neck_side_bent=True)
    plain, bent = (steps_of(rula(posture(), a, TABLES)) for a in (NOBODY_ASKED, both))
    assert [bent[i] - plain[i] for i in ("trunk", "neck")] == [2, 2]
    plain, bent = (steps_of(reba(posture(), a, TABLES)) for a in (NOBODY_ASKED, both))
    assert [bent[i] - plain[i] for i in ("trunk", "neck")] == [1, 1]


def test_nothing_leaves_its_table():
    worst = answers(
        shoulder_raised=True, arm_abducted=True, arm_across=True, wrist="beyond_15", wrist_sideways=True,
        wrist_turned=True, neck_twisted=True, neck_side_bent=True, trunk_twisted=True, trunk_side_bent=True,
        legs_supported=False, on_one_leg=True, static=True, repeated=True, rapid=True, load_kg=50.0,
        load_handling="sudden", coupling="unacceptable",
    )  # fmt: skip
    at = posture(Activity.STANDING, trunk=80.0, neck=-20.0, arm=120.0, elbow=10.0, knee=90.0)
    assert rula(at, worst, TABLES).score == 7
    assert reba(at, worst, TABLES).score == 15
    best = posture()
    assert rula(best, answers(arm_supported=True), TABLES).score == 1
    assert reba(best, answers(arm_supported=True), TABLES).score == 1


# Ranges: noise and what is not known are seen


angles = st.floats(-60, 120, allow_nan=False)


@given(angles, angles, angles, st.floats(0, 130), st.floats(0, 25), st.sampled_from((rula, reba)))
def test_the_range_holds_the_score_and_that_of_every_value_within(trunk, neck, arm, elbow, err, scale):
    at = posture(Activity.STANDING, err=err, trunk=trunk, neck=neck, arm=arm, elbow=elbow)
    found = scale(at, NOBODY_ASKED, TABLES)
    assert found.least <= found.low <= found.score <= found.high <= found.most
    for share in (-1.0, -0.5, 0.5, 1.0):
        moved = {"trunk": trunk + share * err, "neck": neck - share * err, "arm": arm + share * err, "elbow": elbow}
        nearby = scale(posture(Activity.STANDING, **moved), NOBODY_ASKED, TABLES)
        assert found.low <= nearby.score <= found.high


def test_a_sure_value_has_no_range_and_one_at_an_edge_has():
    assert (lambda r: (r.low, r.high))(rula(posture(neck=5.0, err=1.0), NOBODY_ASKED, TABLES)) == (1, 1)
    near = rula(posture(arm=44.0, err=3.0), answers(), TABLES)
    assert (part_of(near, "upper arm").low, part_of(near, "upper arm").high) == (2, 3)
    assert near.low < near.high


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("load_kg", 20.0), ("wrist", "beyond_15"), ("wrist_turned", True), ("arm_supported", True),
        ("shoulder_raised", True), ("legs_supported", False), ("static", True), ("trunk_twisted", True),
        ("neck_side_bent", True), ("trunk_supported", True), ("coupling", "poor"), ("rapid", True),
        ("on_one_leg", True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("scale", [rula, reba])
def test_whatever_is_answered_lies_within_the_range_of_the_unknown(scale, key, value):
    at = posture(trunk=-12.0, neck=15.0, arm=30.0)
    open_, told = scale(at, NOBODY_ASKED, TABLES), scale(at, answers(**{key: value}), TABLES)
    assert open_.least <= told.score <= open_.most
    assert told.most - told.least <= open_.most - open_.least


def test_a_back_rest_that_nobody_was_asked_for_is_in_the_range_of_the_unknown():
    for told, least, most in ((NOBODY_ASKED, 1, 2), (answers(trunk_supported=False), 2, 2)):
        trunk = part_of(rula(posture(trunk=-12.0), told, TABLES), "trunk")
        assert (trunk.points, trunk.least, trunk.most) == (2, least, most)


# Answers, and what is said of them


def test_what_nobody_answered_is_assumed_and_named():
    found = rula(posture(), NOBODY_ASKED, TABLES)
    assert {"wrist", "load", "arm supported", "back rest", "legs supported", "trunk turned"} <= set(found.assumed)
    told = rula(posture(), answers(wrist="straight", load_kg=0.0), TABLES)
    assert not {"wrist", "load"} & set(told.assumed)
    assert part_of(told, "wrist").origin is Origin.ANSWERED


@pytest.mark.parametrize(
    ("given_", "points", "words"),
    [
        ({}, (0, 0, 3), "assumed: 0 kg, now and then"),
        ({"load_kg": 5.0}, (1, 1, 3), "answered: 5 kg; assumed: now and then"),
        ({"load_kg": 1.0}, (0, 0, 3), "answered: 1 kg; assumed: now and then"),
        ({"load_kg": 12.0}, (3, 3, 3), "answered: 12 kg; assumed: now and then"),
        ({"load_handling": "held_or_repeated"}, (0, 0, 3), "answered: held or repeated; assumed: 0 kg"),
        ({"load_handling": "sudden"}, (3, 3, 3), "answered: sudden; assumed: 0 kg"),
    ],
)
def test_a_load_of_which_only_a_part_was_answered_is_assumed(given_, points, words):
    part = part_of(rula(posture(), answers(**given_), TABLES), "load")
    assert ((part.points, part.least, part.most), part.words) == (points, words)
    assert part.origin is Origin.ASSUMED


@pytest.mark.parametrize("given_", [{"load_kg": 5.0, "load_handling": "sudden"}, {"load_kg": 0.0}])
def test_a_load_that_was_answered_whole_or_is_none_is_certain(given_):
    part = part_of(rula(posture(), answers(**given_), TABLES), "load")
    assert part.origin is Origin.ANSWERED
    assert part.least == part.points == part.most


def test_the_camera_answers_what_it_sees_and_an_answer_overrules_it():
    turned = posture(head_yaw_deg=-40.0)
    assert part_of(rula(turned, NOBODY_ASKED, TABLES), "neck turned").points == 1
    assert part_of(rula(turned, NOBODY_ASKED, TABLES), "neck turned").origin is Origin.MEASURED
    assert part_of(rula(turned, answers(neck_twisted=False), TABLES), "neck turned").points == 0


def test_a_posture_held_for_more_than_a_minute_is_static():
    assert steps_of(rula(posture(held_s=61.0), NOBODY_ASKED, TABLES))["muscle"] == 1
    assert steps_of(rula(posture(held_s=61.0), answers(static=False), TABLES))["muscle"] == 0
    assert steps_of(reba(posture(held_s=61.0), NOBODY_ASKED, TABLES))["activity"] == 1
    moved = replace(posture(held_s=120.0), held_s=30.0)
    assert part_of(reba(moved, NOBODY_ASKED, TABLES), "posture held for more than a minute").origin is Origin.MEASURED
    assert steps_of(reba(moved, NOBODY_ASKED, TABLES))["activity"] == 0
    photo = part_of(reba(posture(), NOBODY_ASKED, TABLES), "posture held for more than a minute")
    assert (photo.origin, photo.points, photo.most) == (Origin.ASSUMED, 0, 1)


def test_a_file_of_answers():
    text = 'schema_version = 1\nload_kg = 3\nwrist = "up_to_15"\narm_supported = true\n'
    found = read_answers(text, TABLES.questions, file="desk.toml")
    assert (found.load_kg, found.wrist, found.arm_supported) == (3.0, "up_to_15", True)
    assert found.asked == {"load_kg", "wrist", "arm_supported"}


def test_the_example_answers_nothing_and_filled_in_everything():
    assert read_answers(example(TABLES.questions), TABLES.questions, file="a") == NOBODY_ASKED
    keys = {question.key for question in TABLES.questions}
    lines = [
        line.removeprefix("# ") if line.removeprefix("# ").split(" = ")[0] in keys else line
        for line in example(TABLES.questions).splitlines()
    ]
    filled = read_answers("\n".join(lines), TABLES.questions, file="a")
    assert filled == replace(NOBODY_ASKED, asked=frozenset(keys))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("weight = 3", "weight: expected a known key"),
        ("load_kg = -1", "load_kg: expected a number, 0 or more, got -1"),
        ('load_kg = "light"', "load_kg: expected a number"),
        ('wrist = "bent"', "wrist: expected one of straight, up_to_15, beyond_15"),
        ('static = "yes"', "static: expected true or false"),
        ("static = ", "cannot be read as TOML"),
    ],
)
def test_a_wrong_answer_is_refused_with_file_and_key(line, said):
    with pytest.raises(DataError, match=r"desk\.toml") as fault:
        read_answers(f"schema_version = 1\n{line}\n", TABLES.questions, file="desk.toml")
    assert said in str(fault.value)


# What was not measured


def test_from_the_front_there_is_no_score():
    front = posture(trunk=math.nan, neck=math.nan, arm=math.nan)
    for scale in (rula, reba):
        found = scale(front, NOBODY_ASKED, TABLES)
        assert isinstance(found, Refused)
        assert "guess" in found.reason


def test_estimates_stand_in_for_nothing():
    front = posture(trunk=math.nan, trunk_inclination_est_deg=5.0, neck_inclination_est_deg=5.0)
    assert isinstance(rula(front, NOBODY_ASKED, TABLES), Refused)


def test_a_missing_neck_or_elbow_is_named_and_widens_the_range():
    found = rula(posture(neck=math.nan, elbow=math.nan), NOBODY_ASKED, TABLES)
    assert {said.split(":")[0] for said in found.not_measured} == {"neck", "elbow"}
    assert (part_of(found, "neck").points, part_of(found, "neck").most) == (1, 4)


def test_a_value_without_a_known_error_counts_as_not_measured():
    at = posture()
    blind = replace(at, measures=dict(at.measures) | {"trunk_inclination_deg": Measure(3.0, math.nan)})
    assert isinstance(rula(blind, NOBODY_ASKED, TABLES), Refused)


def test_without_an_own_upright_the_neck_is_held_against_the_usual_one():
    at = posture(neck=math.nan, neck_trunk_angle_deg=23.0, err=4.0)
    neck = part_of(rula(at, NOBODY_ASKED, TABLES), "neck")
    assert neck.points == 2  # 23 less 8
    assert (neck.low, neck.high) == (1, 3)  # the interval grows by what people differ
    upright = posture(neck=math.nan, neck_trunk_angle_deg=1.0)
    assert part_of(rula(upright, NOBODY_ASKED, TABLES), "neck").points == 1
    bent_back = posture(neck=math.nan, neck_trunk_angle_deg=-15.0)
    assert part_of(rula(bent_back, NOBODY_ASKED, TABLES), "neck").points == 4


def test_the_side_that_gives_more_is_reported():
    at = posture(arm=10.0, shoulder_flexion_right_deg=70.0, elbow_flexion_right_deg=80.0)
    assert rula(at, NOBODY_ASKED, TABLES).side == "right"
    assert rula(posture(), NOBODY_ASKED, TABLES).side == "left"


def test_the_arms_sign_is_used_where_it_is_seen():
    corner = posture(arm=math.nan, upper_arm_elevation_left_deg=50.0)
    assert part_of(rula(corner, NOBODY_ASKED, TABLES), "upper arm").points == 3


# Windows


def series(time_s: np.ndarray, **columns: object) -> MeasureSeries:
    n = len(time_s)
    value = np.full((n, len(NAMES)), np.nan)
    for name, column in columns.items():
        value[:, NAMES.index(name)] = column
    err = np.where(np.isnan(value), np.nan, 2.0)
    reason = np.where(np.isnan(value), np.int8(Reason.NOT_SEEN), np.int8(0))
    view = np.array([View.SIDE] * n, dtype=object)
    return MeasureSeries(NAMES, value, err, reason, view, np.full(n, 90.0))


def in_windows(time_s, activity, bias=0.0, **columns):
    kinds = np.array([activity] * len(time_s) if isinstance(activity, Activity) else activity, dtype=object)
    measured = series(time_s, **columns)
    return postures(measured, kinds, time_s, np.full(measured.value.shape, bias), TABLES.window)


def test_five_minutes_make_a_window_and_its_median_counts():
    time_s = np.arange(0, 700, 1.0)
    trunk = np.where(time_s < 300, 10.0, np.where(time_s % 7 == 0, 80.0, 30.0))
    found = in_windows(time_s, Activity.SITTING, trunk_inclination_deg=trunk)
    assert [(w.start_s, w.end_s, w.pictures) for w in found] == [(0, 299, 300), (300, 599, 300), (600, 699, 100)]
    assert [w.of("trunk_inclination_deg").value for w in found] == [10.0, 30.0, 30.0]
    assert found[0].of("trunk_inclination_deg").err == 2.0


def test_known_bias_is_taken_off():
    found = in_windows(np.arange(3.0), Activity.SITTING, bias=1.5, trunk_inclination_deg=10.0)
    assert found[0].of("trunk_inclination_deg").value == 8.5


def test_only_sitting_and_standing_that_fill_a_quarter_count():
    time_s = np.arange(100.0)
    kinds = [Activity.SITTING] * 60 + [Activity.STANDING] * 20 + [Activity.WALKING] * 20
    assert [w.activity for w in in_windows(time_s, kinds, trunk_inclination_deg=0.0)] == [Activity.SITTING]
    kinds = [Activity.SITTING] * 60 + [Activity.STANDING] * 40
    assert [w.activity for w in in_windows(time_s, kinds, trunk_inclination_deg=0.0)] == [
        Activity.SITTING, Activity.STANDING,
    ]  # fmt: skip
    assert in_windows(time_s, Activity.WALKING, trunk_inclination_deg=0.0) == []
    assert in_windows(np.zeros(0), Activity.SITTING) == []


def test_a_glimpse_is_no_median_and_says_why():
    trunk = np.where(np.arange(100) < 10, 5.0, np.nan)
    found = in_windows(np.arange(100.0), Activity.SITTING, trunk_inclination_deg=trunk)
    assert found[0].of("trunk_inclination_deg").reason == "a needed point is hidden"
    assert math.isnan(found[0].of("trunk_inclination_deg").value)


def test_how_long_a_posture_is_held():
    time_s = np.arange(0, 200, 0.5)
    swings = 9.0 * np.sin(time_s)
    assert in_windows(time_s, Activity.SITTING, trunk_inclination_deg=swings)[0].held_s == 199.5
    # A glance of a second does not end it; half a minute elsewhere does.
    glance = np.where((time_s >= 50) & (time_s < 51), 40.0, 0.0)
    assert in_windows(time_s, Activity.SITTING, trunk_inclination_deg=glance)[0].held_s == 199.5
    away = np.where((time_s >= 50) & (time_s < 80), 40.0, 0.0)
    assert in_windows(time_s, Activity.SITTING, trunk_inclination_deg=away)[0].held_s == 119.5
    assert in_windows(time_s, Activity.SITTING)[0].held_s == 0.0


# ROSA


def test_rosas_six_items():
    at = posture(trunk=-10.0, knee=90.0, neck=5.0, head_yaw_deg=0.0, neck_length_ratio=0.98, viewing_distance_cm=60.0,
                 upper_arm_elevation_left_deg=10.0)  # fmt: skip
    found = {item.id: item.verdict for item in rosa_items(at, TABLES)}
    assert list(found) == [
        "knee_angle", "back_position", "shoulders_raised", "elbow_reach", "neck_bend_and_turn", "screen_distance",
    ]  # fmt: skip
    assert set(found.values()) == {Verdict.WITHIN}


def test_rosa_says_unclear_across_an_edge_and_nothing_of_what_was_not_seen():
    at = posture(trunk=10.0, knee=95.0, neck=5.0, err=8.0)
    found = {item.id: item for item in rosa_items(at, TABLES)}
    assert found["knee_angle"].verdict is Verdict.UNCLEAR
    assert found["back_position"].verdict is Verdict.OUTSIDE
    assert found["screen_distance"].verdict is Verdict.NOT_MEASURED
    assert found["neck_bend_and_turn"].verdict is Verdict.UNCLEAR, "the turn was not seen"


# The file


def faulty(old: str, new: str) -> str:
    text = data_file("ergonomics.toml").read_text(encoding="utf-8")
    assert text.count(old) >= 1
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[[1, 2, 2, 2, 2, 3, 3, 3], ", "[[1, 2, 2, 2, 2, 3, 3], ", "table_a"),
        ("  [1, 2, 3, 3, 4, 5, 5],\n", "", "table_c: expected a grid of 8 x 7"),
        ("from = -20, to = 20, points = 1", "from = -30, to = 20, points = 1", "rows that do not overlap"),
        ("from = -20, to = 20, points = 1", "from = 20, to = -20, points = 1", "the lower edge first"),
        ("from = -20, to = 20, points = 1", "from = -20, above = -20, points = 1", "one lower and one upper edge"),
        ("points = 1", "points = 1.5", "a whole number"),
        ("no = 1, yes = 2", "no = 1, maybe = 2", "unknown"),
        ('"trunk_inclination_deg"', '"trunk_inclinatoin_deg"', "did you mean 'trunk_inclination_deg'"),
        ('["rula1993"]', '["rula1994"]', "did you mean 'rula1993'"),
    ],
)
def test_a_faulty_table_is_refused(old, new, said):
    with pytest.raises(DataError, match=r"ergonomics\.toml") as fault:
        load_ergonomics(faulty(old, new), NAMES, shipped_sources())
    assert said in str(fault.value)


def test_what_is_ours_is_marked_as_such():
    """The tolerances at the holes, and nothing that is published."""
    for scale in (TABLES.rula, TABLES.reba):
        assert not any(row.ours for key in ("upper_arm",) for row in scale.rows[key])
        assert [row.ours for row in scale.rows["lower_arm"]] == [True, False, False, False]
    assert [(r.low, r.high) for r in TABLES.rula.rows["neck"] if r.ours] == [(-5.0, 0.0)]
    assert [(r.low, r.high) for r in TABLES.rula.rows["trunk_supported"] if r.ours] == [(-30.0, 5.0)]


def test_rows_leave_no_gap_between_them():
    for scale in (TABLES.rula, TABLES.reba):
        for rows in (*scale.rows.values(), *scale.load.values()):
            ordered = sorted(rows, key=lambda row: row.low)
            for first, second in pairwise(ordered):
                assert first.high == second.low
                assert first.high_in != second.low_in


@pytest.mark.parametrize("claim", ["injur", "danger", "harm", "diagnos", "risk", "damage"])
def test_no_claim_of_harm(claim):
    assert claim not in data_file("ergonomics.toml").read_text(encoding="utf-8").lower()
