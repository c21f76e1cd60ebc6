"""The file of error constants: read whole, or refused by name."""

from __future__ import annotations

import pytest

from posture_coach.errors import DataError
from posture_coach.measures.accuracy import Error, parse, shipped_accuracy
from posture_coach.measures.definitions import BY_NAME
from posture_coach.measures.skeleton import Offsets
from posture_coach.measures.types import View
from posture_coach.pose.types import Mode, Model

GOOD = """
[offsets]
hip_forward = -0.05
[mdc]
trunk_inclination_deg = 5
[[error]]
measure = "trunk_inclination_deg"
view = "side"
mode = "tracked"
model = "full"
bias = 1
half_width = 4
"""


def test_an_accuracy_file_is_read():
    accuracy = parse(GOOD, "a.toml")
    assert accuracy.offsets == Offsets(hip_forward=-0.05)
    assert accuracy.mdc == {"trunk_inclination_deg": 5.0}
    assert accuracy.of("trunk_inclination_deg", View.SIDE, Mode.TRACKED, Model.FULL) == Error(1.0, 4.0)
    assert accuracy.of("trunk_inclination_deg", View.FRONT, Mode.TRACKED, Model.FULL) is None


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("[mdc]", "[mdc"),
        ("[offsets]", "[elsewhere]"),
        ("[mdc]", "[mdd]"),
        ("[[error]]", "[[mistake]]"),
        ("half_width = 4\n", ""),
        ("half_width = 4", 'half_width = "wide"'),
        ('view = "side"', 'view = "sideways"'),
        ('mode = "tracked"', 'mode = "guessed"'),
        ('model = "full"', 'model = "huge"'),
        ("hip_forward", "hip_backward"),
        ("-0.05", "[1]"),
    ],
)
def test_a_broken_accuracy_file_is_named(good, bad):
    assert good in GOOD
    with pytest.raises(DataError, match=r"a\.toml"):
        parse(GOOD.replace(good, bad), "a.toml")


@pytest.mark.parametrize("table", ["offsets", "mdc"])
def test_a_number_where_a_table_should_be_is_named(table):
    text = {"offsets": "offsets = 3\nerror = []\n[mdc]", "mdc": "mdc = 3\nerror = []\n[offsets]"}[table]
    with pytest.raises(DataError, match=r"a\.toml"):
        parse(text, "a.toml")


def test_the_shipped_accuracy_names_measures_that_exist():
    accuracy = shipped_accuracy()
    joints = {row.joint: row for row in BY_NAME.values()}
    assert accuracy.errors
    for joint, view, _, _ in accuracy.errors:
        assert view in joints[joint].views
    assert set(accuracy.mdc) <= set(joints)
    assert all(error.half_width > 0 for error in accuracy.errors.values())
