"""Who is who: tracks and finds are paired, and a track knows its own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.pose.tracking import STRANGER, Track, paired
from tests.pose.people import GREEN, RED, someone


@given(st.integers(0, 4), st.integers(0, 4), st.randoms(use_true_random=False))
def test_pairs_are_as_many_as_can_be_and_cheaper_than_the_cheapest_first(rows, columns, random):
    costs = np.array([[random.random() for _ in range(columns)] for _ in range(rows)]).reshape(rows, columns)
    pairs = paired(costs)
    assert len(pairs) == min(rows, columns)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    total = sum(costs[pair] for pair in pairs)
    if rows == columns == 2:
        assert total == pytest.approx(min(costs[0, 0] + costs[1, 1], costs[0, 1] + costs[1, 0]))


def test_what_cannot_be_is_not_paired():
    assert paired(np.array([[np.inf, 1.0], [np.inf, np.inf]])) == [(0, 1)]


def test_a_track_goes_on_as_it_went_for_half_a_second():
    track = Track.of(someone(300), 0.0)
    for k in range(1, 31):
        track.move(someone(300 + 10 * k), k / 30)
    assert track.at(1.2).hip[0] == pytest.approx(660, abs=10)
    assert track.at(9.0).hip[0] == pytest.approx(750, abs=20)


def test_likeness_is_size_proportions_and_clothes():
    track = Track.of(someone(300), 0.0)
    assert track.unlike(someone(900)) == pytest.approx(0.0)
    assert track.unlike(someone(300, GREEN)) > 0.5
    assert track.unlike(someone(300, GREEN, 8.0)) > STRANGER
    assert track.unlike(someone(300, (np.nan,) * 3)) == pytest.approx(0.0), "clothes out of the picture"


def test_a_find_out_of_reach_or_of_a_stranger_costs_too_much():
    track, size = Track.of(someone(300), 0.0), someone(0).size_px
    assert np.isfinite(track.cost(someone(300 + size), 0.1))
    assert not np.isfinite(track.cost(someone(300 + 3 * size), 0.1))
    assert np.isfinite(track.cost(someone(300 + 3 * size), 1.0))
    assert not np.isfinite(track.cost(someone(300, GREEN, 8.0), 1.0))
    assert track.cost(someone(310, RED), 0.1) < track.cost(someone(310, GREEN), 0.1)
