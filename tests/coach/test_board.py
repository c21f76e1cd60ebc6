"""The lens from files of the board: photos of it or a video, as a user has them."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from posture_coach.coach import board as module
from posture_coach.coach.board import lens_of
from posture_coach.errors import PostureCoachError
from tests.clips import SITTING, video
from tests.pose.test_board import POSES, WEBCAM, paper, seen


@pytest.fixture(scope="module")
def views():
    page = paper()
    return [np.repeat(seen(page, WEBCAM, pose, seed)[..., None], 3, axis=2) for seed, pose in enumerate(POSES)]


def test_photos_of_the_board_give_the_lens(views, tmp_path):
    files = []
    for number, view in enumerate(views):
        files.append(tmp_path / f"{number}.png")
        Image.fromarray(view).save(files[-1])
    measured = lens_of(files)
    assert measured.views_used == len(views)
    assert measured.lens.focal_x_px == pytest.approx(WEBCAM.focal_x_px, rel=0.01)


def test_a_video_of_it_is_looked_at_twice_a_second(views, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(module, "measure_lens", lambda pictures: asked.append(len(pictures)))
    shown = [view for view in views for _ in range(15)]
    lens_of([video(tmp_path / "board.mp4", shown, [i / 30 for i in range(len(shown))])])
    assert asked == [len(views)]


def test_pictures_without_the_board_are_told_with_what_to_do():
    with pytest.raises(PostureCoachError, match=r"The lens is not measured\. The board was not found in any picture"):
        lens_of([SITTING])
