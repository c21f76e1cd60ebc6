"""Pictures turned and in the mirror, point for point as NumPy has them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from posture_coach.pose.turning import by_quarters, in_mirror
from tests.clips import SITTING

PICTURE = np.random.default_rng(1).integers(0, 256, (7, 5, 3), dtype=np.uint8)
VIEWS = {
    "whole": PICTURE,
    "part": PICTURE[1:6, 1:4],
    "every other point": PICTURE[::2, ::2],
    "turned": np.rot90(PICTURE),
    "one point": PICTURE[:1, :1],
}


def same(found, wanted):
    return found.flags.c_contiguous and found.dtype == np.uint8 and np.array_equal(found, wanted)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("quarters", range(-5, 6))
def test_every_point_is_where_it_belongs(view, quarters):
    picture = VIEWS[view]
    assert same(in_mirror(picture), picture[:, ::-1])
    assert same(by_quarters(picture, quarters), np.rot90(picture, quarters))


def test_a_picture_that_must_not_be_written_is_read():
    with Image.open(SITTING) as image:
        photo = np.asarray(image)
    assert not photo.flags.writeable
    assert same(in_mirror(photo), photo[:, ::-1])
    assert same(by_quarters(photo, 1), np.rot90(photo))
