"""What stands from a chair are held against: the published table, and the evidence's examples."""

from __future__ import annotations

import pytest

from posture_coach.errors import DataError
from posture_coach.resources import data_file
from posture_coach.scoring.chair_norms import Sex, Sitter, load_chair_norms, shipped_chair_norms
from posture_coach.scoring.targets import shipped_sources

NORMS = shipped_chair_norms()
TEXT = data_file("functional.toml").read_text(encoding="utf-8")
PUBLISHED = """
60-64 14 14-19 12 12-17
65-69 12 12-18 11 11-16
70-74 12 12-17 10 10-15
75-79 11 11-17 10 10-15
80-84 10 10-15  9  9-14
85-89  8  8-14  8  8-13
90-94  7  7-12  4  4-11
"""
"""Ages, men below, their middle half, women below, their middle half."""


@pytest.mark.parametrize(
    ("sex", "age", "stands", "below"),
    [(Sex.WOMAN, 66, 11, False), (Sex.WOMAN, 66, 10, True), (Sex.MAN, 62, 13, True), (Sex.MAN, 62, 14, False)],
)
def test_the_evidences_examples(sex, age, stands, below):
    assert NORMS.of(Sitter(sex, age)).is_below(stands) is below


@pytest.mark.parametrize("row", PUBLISHED.strip().splitlines())
def test_every_row_is_the_published_one(row):
    ages, *cells = row.split()
    for age in map(int, ages.split("-")):
        for sex, (below, usual) in ((Sex.MAN, cells[:2]), (Sex.WOMAN, cells[2:])):
            norm = NORMS.of(Sitter(sex, age))
            assert (norm.below, norm.usual) == (int(below), tuple(map(int, usual.split("-"))))


@pytest.mark.parametrize("age", [16, 59, 95])
def test_there_is_no_norm_where_none_is_agreed(age):
    assert NORMS.of(Sitter(Sex.WOMAN, age)) is None
    assert NORMS.change == 2


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("below_men = [14, ", "below_men = [", ["functional.toml", "chair_stand", "below_men", "7 ages"]),
        ("[12, 17], [11, 16], ", "[12], [11, 16], ", ["usual_women"]),
        ("change = 2", "change = 0", ["change"]),
        ('"rikli1999"', '"nobody1900"', ["nobody1900"]),
        ('evidence = "A"', 'evidence = "E"', ["evidence"]),
    ],
)
def test_a_fault_is_named(old, new, words):
    assert TEXT.count(old) == 1
    with pytest.raises(DataError) as error:
        load_chair_norms(TEXT.replace(old, new), known_sources=shipped_sources())
    assert all(word in str(error.value) for word in words), str(error.value)
