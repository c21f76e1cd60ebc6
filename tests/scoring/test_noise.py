"""By how much the measuring alone may move a day's posture: reckoned anew from the measured errors of the angles."""

from __future__ import annotations

import math

import numpy as np
import pytest

from posture_coach.activity.types import Activity
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.definitions import BY_NAME, NAMES
from posture_coach.measures.types import View
from posture_coach.pose.types import Mode, Model
from posture_coach.scoring.bands import edges, expected_points
from posture_coach.scoring.noise import score_limit
from posture_coach.scoring.rules import shipped_rules
from posture_coach.scoring.targets import shipped_targets

TARGETS, RULES = shipped_targets(NAMES), shipped_rules()
POINTS = np.array([0.0, TARGETS.points.good, TARGETS.points.caution, TARGETS.points.poor])
SEEN = tuple(view for view in View if view is not View.UNKNOWN)
TO_SD = 1 / 1.96
ROOM = 0.25
"""Of the width of good and caution, by which angles may lie outside them."""


def held(activity, view):
    """Yield (target, half-width, that of a change) of what is seen from a side."""
    for target in TARGETS.of(activity):
        row = BY_NAME[target.measures[0]]
        error = shipped_accuracy().of(row.joint, view, Mode.TRACKED, Model.FULL)
        if error and view in row.views:
            yield (
                target,
                error.half_width,
                math.sqrt(2) * error.half_width if math.isnan(error.change) else error.change,
            )


def span_of(target):
    ends = [end for band in (*target.good, *target.caution) for end in band if math.isfinite(end)]
    low, high = (-max(ends) if target.magnitude else min(ends)), max(ends)
    return low - ROOM * (high - low), high + ROOM * (high - low)


def moved(activity, view):
    """Return by how many points the score moves where every angle moves by one standard deviation, on average."""
    targets, half_width, change = zip(*held(activity, view), strict=True)
    bands, weight = edges(targets), np.array([target.weight for target in targets])
    low, high = np.array([span_of(target) for target in targets]).T
    values = np.random.default_rng(1).uniform(low, high, (4000, len(targets)))

    def score(of):
        return expected_points(of, np.broadcast_to(half_width, of.shape), bands, POINTS) @ weight / weight.sum()

    return float(np.abs(score(values + TO_SD * np.array(change)) - score(values)).mean())


def test_the_limit_of_posture_lies_among_what_the_measuring_moves_it_by():
    found = [moved(activity, view) for activity in (Activity.SITTING, Activity.STANDING) for view in SEEN]
    assert (min(found), max(found)) == pytest.approx((1.6, 5.0), abs=0.2)
    assert 2 * min(found) < RULES.noise.posture < 2 * max(found)
    assert 2 * moved(Activity.SITTING, View.FRONT) < RULES.noise.posture, "at a desk, where most days are seen"


def test_the_whole_score_is_surer_than_its_parts():
    noise = RULES.noise
    assert noise.breaks < score_limit(RULES) < min(noise.posture, noise.variety)
