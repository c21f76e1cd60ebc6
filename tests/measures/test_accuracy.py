"""The file of error constants: read whole, or refused by name."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from posture_coach.errors import DataError
from posture_coach.measures.accuracy import OTHER_MODE_WIDENING, Error, parse, shipped_accuracy
from posture_coach.measures.definitions import BY_NAME
from posture_coach.measures.skeleton import Mixing, Offsets
from posture_coach.measures.types import View
from posture_coach.pose.types import Mode, Model

GOOD = """
[offsets]
hip_forward = -0.05
[mixing]
lean_from_depth = 0.5
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


def numbers(error: Error) -> tuple[float, ...]:
    """Return what is always known of an error."""
    return error.bias, error.half_width, error.growth, error.typical


def test_an_accuracy_file_is_read():
    accuracy = parse(GOOD, "a.toml")
    assert accuracy.offsets == Offsets(hip_forward=-0.05)
    assert accuracy.mixing == Mixing(lean_from_depth=0.5)
    assert accuracy.mdc == {"trunk_inclination_deg": 5.0}
    assert numbers(accuracy.of("trunk_inclination_deg", View.SIDE, Mode.TRACKED, Model.FULL)) == (1.0, 4.0, 0.0, 4.0)
    assert accuracy.of("trunk_inclination_deg", View.FRONT, Mode.TRACKED, Model.FULL) is None


LIVE_TOO = (
    GOOD
    + """
[[error]]
measure = "trunk_inclination_deg"
view = "side"
mode = "tracked"
model = "full"
read = "live"
bias = 2
half_width = 6
"""
)


def test_poses_as_they_come_have_errors_of_their_own_where_these_are_known():
    place = ("trunk_inclination_deg", View.SIDE, Mode.TRACKED, Model.FULL)
    assert numbers(parse(LIVE_TOO, "a.toml").of(*place)) == (1.0, 4.0, 0.0, 4.0)
    assert numbers(parse(LIVE_TOO, "a.toml", live=True).of(*place)) == (2.0, 6.0, 0.0, 6.0)
    assert numbers(parse(GOOD, "a.toml", live=True).of(*place)) == (1.0, 4.0, 0.0, 4.0)


@pytest.mark.parametrize("model", list(Model))
def test_knees_of_legs_apart_are_less_sure_in_files_and_only_legs_are_asked(model):
    told = {
        joint for (joint, _, _, whose), error in shipped_accuracy().errors.items() if whose is model and error.apart
    }
    assert "knee_flexion_deg" in told
    assert told <= {"hip_flexion_deg", "knee_flexion_deg", "ankle_dorsiflexion_deg"}
    assert all(error.apart == 0.0 or view is View.SIDE for (_, view, _, _), error in shipped_accuracy().errors.items())


@pytest.mark.parametrize("model", list(Model))
def test_live_knees_that_pass_each_other_are_less_sure_than_in_a_file(model):
    knee = ("knee_flexion_deg", View.SIDE, Mode.TRACKED, model)
    assert shipped_accuracy(live=True).of(*knee).typical > shipped_accuracy().of(*knee).typical
    assert set(shipped_accuracy(live=True).errors) == set(shipped_accuracy().errors)


def test_knees_are_moved_on_in_files_alone():
    assert 0.01 <= shipped_accuracy().mixing.knee_lead_s <= 0.04
    assert shipped_accuracy(live=True).mixing == replace(shipped_accuracy().mixing, knee_lead_s=0.0)


GROWN = GOOD + "growth = 0.2\ntypical = 5.5\nchange = 3\napart = 2\n"


def test_growth_typical_width_and_that_of_a_change_are_read_where_they_are_given():
    error = parse(GROWN, "a.toml").of("trunk_inclination_deg", View.SIDE, Mode.TRACKED, Model.FULL)
    assert error == Error(1.0, 4.0, 0.2, 5.5, 3.0, 2.0)
    plain = parse(GOOD, "a.toml").of("trunk_inclination_deg", View.SIDE, Mode.TRACKED, Model.FULL)
    assert math.isnan(plain.change)
    assert plain.apart == 0.0


def test_an_error_known_in_one_mode_alone_serves_for_the_other_and_is_wider():
    other = parse(GROWN, "a.toml").of("trunk_inclination_deg", View.SIDE, Mode.DETECTED, Model.FULL)
    wide = OTHER_MODE_WIDENING
    assert wide > 1
    assert other.bias == 1.0
    assert (*numbers(other)[1:], other.change, other.apart) == pytest.approx(
        (4.0 * wide, 0.2 * wide, 5.5 * wide, 3.0 * wide, 2.0 * wide)
    )


@pytest.mark.parametrize(
    ("view", "model"), [(View.OBLIQUE, Model.FULL), (View.SIDE, Model.LITE), (View.BACK, Model.HEAVY)], ids=str
)
def test_no_error_is_borrowed_from_another_view_or_model(view, model):
    accuracy = parse(GOOD, "a.toml")
    assert [accuracy.of("trunk_inclination_deg", view, mode, model) for mode in Mode] == [None, None]


def test_the_own_mode_goes_before_the_other():
    both = parse(GOOD + GOOD[GOOD.index("[[error]]") :].replace("tracked", "detected").replace("4", "9"), "a.toml")
    assert both.of("trunk_inclination_deg", View.SIDE, Mode.TRACKED, Model.FULL).half_width == 4.0
    assert both.of("trunk_inclination_deg", View.SIDE, Mode.DETECTED, Model.FULL).half_width == 9.0


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("[mdc]", "[mdc"),
        ("[mixing]", "[mixed]"),
        ("lean_from_depth", "lean_from_breadth"),
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
        ("half_width = 4", 'half_width = 4\ngrowth = "fast"'),
        ("half_width = 4", "half_width = 4\ntypical = []"),
    ],
)
def test_a_broken_accuracy_file_is_named(good, bad):
    assert good in GOOD
    with pytest.raises(DataError, match=r"a\.toml"):
        parse(GOOD.replace(good, bad), "a.toml")


@pytest.mark.parametrize("table", ["offsets", "mixing", "mdc"])
def test_a_number_where_a_table_should_be_is_named(table):
    others = [name for name in ("offsets", "mixing", "mdc") if name != table]
    text = f"{table} = 3\nerror = []\n" + "".join(f"[{name}]\n" for name in others)
    assert parse(text.replace(f"{table} = 3", "") + f"[{table}]", "a.toml").errors == {}
    with pytest.raises(DataError, match=r"a\.toml"):
        parse(text, "a.toml")


def test_the_shipped_accuracy_names_measures_that_exist():
    accuracy = shipped_accuracy()
    joints = {row.joint: row for row in BY_NAME.values()}
    assert accuracy.errors
    for joint, view, _, _ in accuracy.errors:
        assert view in joints[joint].views
    assert set(accuracy.mdc) <= set(joints)
    for error in accuracy.errors.values():
        # What the picture itself adds may be all there is; the sum of both is never nothing.
        assert error.half_width >= 0
        assert error.growth >= 0
        assert error.typical > 0
        assert error.typical >= error.half_width
