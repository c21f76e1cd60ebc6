"""What a walk is held against: what is shipped is whole, a fault is named, and a verdict is as sure as its interval."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from posture_coach.activity.gait import VERDICT_STEPS, gait
from posture_coach.errors import DataError
from posture_coach.resources import data_file
from posture_coach.scoring.bands import Grade
from posture_coach.scoring.targets import shipped_sources
from posture_coach.scoring.walking import FIGURES, load_norms, shipped_norms, verdict
from tests.activity.walkers import walker

TEXT = data_file("gait.toml").read_text(encoding="utf-8")
NORMS = shipped_norms()
SYMMETRY = NORMS["step_time_asymmetry_pct"]
GOOD, CAUTION, POOR = Grade.GOOD, Grade.CAUTION, Grade.POOR


@pytest.mark.parametrize("name", FIGURES)
def test_the_shipped_bands_leave_no_hole_and_begin_at_nothing(name):
    norm = NORMS[name]
    bands = sorted((*norm.good, *norm.caution, *norm.poor))
    assert bands[0][0] == 0.0
    assert all(one[1] == other[0] for one, other in itertools.pairwise(bands))
    assert norm.mdc > 0


def test_left_against_right_needs_as_many_steps_as_its_words_say():
    assert SYMMETRY.least_n == VERDICT_STEPS


@pytest.mark.parametrize(
    ("left_s", "right_s", "percent", "grade"),
    [(0.50, 0.55, 9.5, CAUTION), (0.50, 0.50, 0.0, GOOD), (0.50, 0.53, 5.8, GOOD), (0.50, 0.56, 11.3, POOR)],
)
def test_the_evidences_symmetry_index_is_judged_as_it_says(left_s, right_s, percent, grade):
    told = 100.0 * 2.0 * abs(right_s - left_s) / (right_s + left_s)
    assert told == pytest.approx(percent, abs=0.05)
    assert verdict(SYMMETRY, told, 0.0, VERDICT_STEPS) == (grade,)


def test_a_drawn_walk_of_unlike_steps_gives_the_evidences_index_and_its_verdict():
    series = walker(30.0, stride_s=1.05, late_s=0.025)
    figure = gait(series, np.ones(len(series.time_s), dtype=bool)).figures["step_time_asymmetry_pct"]
    assert figure.value == pytest.approx(9.5, abs=0.5)
    assert figure.n >= VERDICT_STEPS
    grade, *perhaps = verdict(SYMMETRY, figure.value, figure.err, figure.n)
    assert grade is CAUTION
    assert perhaps == [GOOD, POOR], "hundredths of a second: the interval is wider than the band"


def test_too_few_steps_have_no_verdict():
    assert verdict(SYMMETRY, 30.0, 1.0, VERDICT_STEPS - 1) == ()
    assert verdict(SYMMETRY, 30.0, 1.0, VERDICT_STEPS) == (POOR,)


@pytest.mark.parametrize(
    ("value", "err", "grades"),
    [
        (110.0, 2.0, (GOOD,)), (96.9, 2.0, (GOOD,)), (96.0, 2.0, (GOOD, CAUTION)), (94.0, 2.0, (CAUTION, GOOD)),
        (79.0, 20.0, (POOR, GOOD, CAUTION)),
        (95.0, 0.0, (GOOD,)), (130.0, 0.0, (CAUTION,)), (150.0, 1.0, (POOR,)), (300.0, 1.0, ()),
    ],
)  # fmt: skip
def test_a_verdict_names_every_band_that_the_interval_reaches_into(value, err, grades):
    assert verdict(NORMS["cadence_spm"], value, err, 20) == grades


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('title = "Cadence"', "", ["gait.toml", "cadence_spm", "title"]),
        ("good = [[95.0, 130.0]]", "good = [[96.0, 130.0]]", ["cadence_spm", "good", "bands that meet"]),
        ('unit = "m/s"', 'unit = "km/h"', ["speed_m_s", "unit", "km/h"]),
        ("mdc = 0.10", "mdc = 0.0", ["speed_m_s", "mdc"]),
        ("least_n = 20", "least_n = 2.5", ["step_time_asymmetry_pct", "least_n"]),
        ('"robinson1987"', '"nobody1900"', ["step_time_asymmetry_pct", "nobody1900"]),
        ('mdc_from = "published"', 'mdc_from = "guessed"', ["speed_m_s", "mdc_from"]),
        ("[stance_ratio]", "[stance_share]", ["stance_share", "stance_ratio"]),
    ],
)
def test_a_fault_is_named(old, new, words):
    assert TEXT.count(old) == 1
    with pytest.raises(DataError) as error:
        load_norms(TEXT.replace(old, new), known_sources=shipped_sources())
    assert all(word in str(error.value) for word in words), str(error.value)
