"""Bystanders are painted out softly; the chosen one, and everything else, stays as it was."""

from __future__ import annotations

import numpy as np
import pytest

from posture_coach.pose.painting import GREY, painted_out
from tests.pose.people import someone

WHITE = np.full((720, 1280, 3), 250, dtype=np.uint8)


def test_a_bystander_becomes_grey_and_the_rest_stays():
    person = someone(400)
    image = painted_out(WHITE, [person], None)
    inside = person.points_px.round().astype(int)
    assert (np.abs(image[inside[:, 1], inside[:, 0]].astype(int) - GREY) <= 1).all()
    left, top, right, bottom = (int(edge) for edge in person.box)
    reach = int(0.7 * person.size_px)
    untouched = image.copy()
    untouched[max(top - reach, 0) : bottom + reach, max(left - reach, 0) : right + reach] = 250
    assert (untouched == 250).all()
    assert (WHITE == 250).all(), "a new picture comes out"


def test_the_edge_is_soft():
    person = someone(400)
    row = painted_out(WHITE, [person], None)[int(person.hip[1]), :, 0].astype(int)
    assert len(np.unique(row)) > 4
    assert np.abs(np.diff(row)).max() < 60


def test_the_chosen_one_is_left_as_he_is_where_somebody_stands_behind_him():
    chosen, behind = someone(400), someone(400 + 0.3 * someone(0).size_px)
    image = painted_out(WHITE, [behind], chosen)
    at = chosen.points_px.round().astype(int)
    assert (image[at[:, 1], at[:, 0]] == 250).all()
    assert (image != 250).any()


@pytest.mark.parametrize("x", [-5000.0, -50.0, 1290.0, 9000.0])
def test_somebody_at_the_edge_or_beyond_is_no_trouble(x):
    assert painted_out(WHITE, [someone(x)], someone(640)).shape == WHITE.shape


def test_nobody_to_paint_out_changes_nothing():
    assert (painted_out(WHITE, [], someone(400)) == WHITE).all()
