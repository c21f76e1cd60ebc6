"""The rules that judge time: what is shipped is whole, and a fault is named with file, table and key."""

from __future__ import annotations

import itertools

import pytest

from posture_coach.errors import DataError
from posture_coach.resources import data_file
from posture_coach.scoring.rules import load_rules, shipped_rules
from posture_coach.scoring.targets import shipped_sources

TEXT = data_file("windows.toml").read_text(encoding="utf-8")


def load(text):
    return load_rules(text, known_sources=shipped_sources())


def test_the_shipped_rules_weigh_time_more_than_angles():
    rules = shipped_rules()
    shares = rules.shares
    assert shares.posture + shares.variety + shares.breaks == pytest.approx(1.0)
    assert shares.variety + shares.breaks > shares.posture
    assert (shares.posture, shares.variety, shares.breaks) == (0.40, 0.25, 0.35)
    assert (rules.length_s, rules.least_seen_s) == (300.0, 60.0)


@pytest.mark.parametrize("name", ["shifts_per_h", "longest_still_min", "sitting_min", "standing_min"])
def test_the_bands_of_a_scale_leave_no_hole(name):
    scale = getattr(shipped_rules(), name)
    bands = sorted((*scale.good, *scale.caution, *scale.poor))
    assert bands[0][0] == 0.0
    assert all(one[1] == other[0] for one, other in itertools.pairwise(bands))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("length_s = 300.0", "length_s = 0.0", ["windows.toml", "window", "length_s"]),
        ("posture = 0.40", 'posture = "much"', ["windows.toml", "score", "posture"]),
        ("held_s = 10.0", "", ["windows.toml", "shift", "held_s"]),
        ("least_s = 1200.0", "least_s = 1200.0\nspare = 1", ["windows.toml", "variety", "spare"]),
        ('"akka2017", "engineering"]\nnote = "A change', '"nobody1900"]\nnote = "A change', ["shift", "nobody1900"]),
        ("caution = [[4.0, 8.0]]", "caution = [[8.0, 4.0]]", ["variety.shifts_per_h", "caution"]),
        ("[events]\nslumped_s = 60.0", "[events]\nslumped_s = -1.0", ["events", "slumped_s"]),
        ("bout_min = 1.0", "bout_min = 0.0", ["noise", "bout_min"]),
        ("look_back_days = 28", "look_back_days = 27.5", ["usual", "look_back_days", "whole number"]),
        ("worth_points = 2.0", "", ["suggestion", "worth_points"]),
        ('"buckley2015", "engineering"]\nnote = "Two', '"nobody2015"]\nnote = "Two', ["well", "nobody2015"]),
    ],
)
def test_a_fault_is_named(old, new, words):
    assert TEXT.count(old) == 1
    with pytest.raises(DataError) as error:
        load(TEXT.replace(old, new))
    assert all(word in str(error.value) for word in words), str(error.value)


def test_a_missing_table_is_named():
    with pytest.raises(DataError, match="breaks"):
        load(TEXT[: TEXT.index("[breaks]")])
