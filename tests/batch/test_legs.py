"""Left and right of the legs in a rendered walk, analysed as a file is: the network takes one for the other there."""

from __future__ import annotations

import pytest

from benchmarks.legs import PAIRS, taken_for_the_other
from benchmarks.truth import _clip
from posture_coach.batch import analyse
from posture_coach.measures.legs import untangled


@pytest.mark.slow
def test_the_legs_of_a_rendered_walk_are_told_apart(shared_folder, require, monkeypatch):
    path = require(shared_folder / "truth" / "clips" / "C_dev_walk_lean15_side_d2.mp4")
    item = _clip(path.with_suffix(".json"))
    came = []
    monkeypatch.setattr(analyse, "untangled", lambda series: untangled(came.append(series) or series))
    found = analyse.analyse(path, analyse.Settings())
    (before,) = came
    assert taken_for_the_other(item, before, PAIRS["ankles"]) > 4, "the network errs here"
    for after in (found.raw, found.assessment.poses):
        assert taken_for_the_other(item, after, PAIRS["ankles"]) == 0
        knees = [taken_for_the_other(item, series, PAIRS["knees"]) for series in (before, after)]
        assert knees[1] < knees[0]
