"""Left and right of the legs in a rendered walk, analysed as a file is: the network takes one for the other there."""

from __future__ import annotations

import json

import numpy as np
import pytest

from posture_coach.batch import analyse
from posture_coach.measures.legs import untangled
from posture_coach.pose.types import Landmark

KNEES = [Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE]
ANKLES = [Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE]
CLEARLY = 0.3
"""How much nearer the points lie to the other leg's, as a share of how far the legs are apart."""


def confused(series, true, points) -> int:
    """Return the number of pictures in which a pair of points lies nearer to the true ones of the other legs."""
    found = series.points_px[:, points]
    as_told, exchanged = (np.linalg.norm(found - true[:, pair], axis=2).sum(axis=1) for pair in (points, points[::-1]))
    apart = np.linalg.norm(true[:, points[0]] - true[:, points[1]], axis=1)
    return int((exchanged < as_told - CLEARLY * apart).sum())


@pytest.mark.slow
def test_the_legs_of_a_rendered_walk_are_told_apart(shared_folder, require, monkeypatch):
    path = require(shared_folder / "truth" / "clips" / "C_dev_walk_lean15_side_d2.mp4")
    true = np.array(json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["px"])
    came = []
    monkeypatch.setattr(analyse, "untangled", lambda series: untangled(came.append(series) or series))
    found = analyse.analyse(path, analyse.Settings())
    (before,) = came
    assert confused(before, true, ANKLES) > 4, "the network errs here"
    for after in (found.raw, found.assessment.poses):
        assert confused(after, true, ANKLES) == 0
        assert confused(after, true, KNEES) < confused(before, true, KNEES)
