"""docs/scoring.md is what its script writes from the data, so that neither drifts from the other."""

from __future__ import annotations

import pytest

from benchmarks import scoring_page
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.definitions import NAMES
from posture_coach.scoring import own
from posture_coach.scoring.happenings import KINDS
from posture_coach.scoring.own import own_targets
from posture_coach.scoring.rules import shipped_rules
from posture_coach.scoring.targets import shipped_sources, shipped_targets
from posture_coach.scoring.walking import shipped_norms

TEXT = scoring_page.page()


def test_the_page_is_what_the_script_writes():
    """`python -m benchmarks.scoring_page` writes it anew."""
    assert scoring_page.PAGE.read_text(encoding="utf-8") == TEXT
    assert "{{" not in TEXT


def test_every_target_stands_in_it_with_its_good_band():
    for target in shipped_targets(NAMES).targets:
        low, high = target.good[0]
        band = f"{low:g} to {high:g}"
        (line, *_) = [row for row in TEXT.splitlines() if row.startswith(f"| {target.title}") and band in row]
        assert f"| {target.weight:g} |" in line
        assert f"| {target.evidence} |" in line


@pytest.mark.parametrize(("name", "norm"), shipped_norms().items())
def test_every_figure_of_a_walk_stands_in_it_with_its_bands(name, norm):
    (line,) = [row for row in TEXT.splitlines() if f"| `{name}` |" in row]
    low, high = norm.good[0]
    assert f"| {low:g} to {high:g} |" in line
    assert f"| {norm.least_n} | {norm.mdc:g} | {norm.evidence} |" in line


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_stands_in_it(kind):
    assert kind in TEXT


def test_the_weights_and_lengths_are_those_of_the_data():
    rules = shipped_rules()
    assert f"({rules.shares.posture:.2f} · posture + {rules.shares.variety:.2f} · variety" in TEXT
    assert f"A window of {rules.length_s / 60:g} minutes" in TEXT


def test_every_source_that_is_named_is_cited():
    named = {key for target in shipped_targets(NAMES).targets for key in target.sources}
    for key in named:
        assert f"- `{key}`: {shipped_sources()[key].cite}" in TEXT


def test_the_example_of_own_targets_is_a_right_one_and_every_key_is_explained():
    example = TEXT.split("```toml\n", 1)[1].split("```", 1)[0]
    targets = own_targets(example, shipped_targets(NAMES), shipped_accuracy().mdc, file="example")
    assert [one.id for one in targets.own] == ["sitting_trunk", "standing_knee", "sitting_head_turn"]
    explained = TEXT.split("## Own targets", 1)[1].split("Refused", 1)[0]
    for key in {*own.CHANGES, *own.NEEDED, *own.ADDED}:
        assert f"`{key}`" in explained, key
