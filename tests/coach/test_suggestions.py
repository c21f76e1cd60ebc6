"""What may be suggested: each line checked, each cause of a lost point with something to try."""

from __future__ import annotations

import re

import pytest

from posture_coach.coach.story.suggestions import OF_TIME, load_suggestions, shipped_suggestions
from posture_coach.errors import DataError
from posture_coach.measures.definitions import NAMES
from posture_coach.scoring.rules import shipped_rules
from posture_coach.scoring.targets import shipped_sources, shipped_targets

RULES, SOURCES = shipped_rules(), shipped_sources()
TARGETS = {target.id: target for target in shipped_targets(NAMES).targets}
ONE = """
schema_version = 1
[[suggestion]]
for = ["still"]
words = "move before {still_min} minutes are over."
evidence = "C"
rests_on = "convention"
provenance = "engineering"
sources = ["akka2017"]
"""


def load(text):
    return load_suggestions(text, RULES, (*TARGETS, *OF_TIME, "nothing"), SOURCES, file="suggestions.toml")


def test_every_target_and_every_loss_of_time_has_a_suggestion():
    assert set(shipped_suggestions(RULES)) == {*TARGETS, *OF_TIME, "nothing"}


def test_each_is_an_invitation_with_its_grounds():
    for name, one in shipped_suggestions(RULES).items():
        assert one.words[0].islower(), name
        assert one.words.endswith("."), name
        assert not re.search(r"[{}]|\bpain\b|\bdon't\b|\bavoid\b|\bmust\b|\bstop\b", one.words), name
        assert re.fullmatch(r"Evidence [ABCD] \([a-z ']+\): .+[^.]\.", one.grounds), one.grounds
        assert one.sources, name
        # An outside work that is named in words is one of those that the sources name.
        years = {str(SOURCES[source].year) for source in one.sources}
        assert set(re.findall(r"\b20\d\d\b", one.rests_on)) <= years, name


def test_none_claims_better_evidence_than_what_it_follows_from():
    for name, one in shipped_suggestions(RULES).items():
        if name in TARGETS:
            assert one.evidence >= TARGETS[name].evidence, name


def test_edges_come_from_the_rules():
    assert load(ONE)["still"].words == "move before 20 minutes are over."


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("{still_min}", "{soon}", "no braces but those of"),
        ('"still"', '"stil"', "still"),
        ('"akka2017"', '"nobody2017"', "source"),
        ('evidence = "C"', 'evidence = "E"', "A, B, C, D"),
        ('rests_on = "convention"\n', "", "rests_on"),
        ('["still"]', '["still", "still"]', "once"),
    ],
)
def test_a_fault_names_its_line(old, new, why):
    with pytest.raises(DataError, match="suggestions") as caught:
        load(ONE.replace(old, new))
    assert why in str(caught.value)
