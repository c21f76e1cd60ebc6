"""The real network: what is fed to it, what comes back, and the model files it trusts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading

import numpy as np
import pytest
from PIL import Image

from posture_coach.errors import ModelError
from posture_coach.pose import landmarker
from posture_coach.pose.landmarker import Landmarker, mode_for, model_bytes
from posture_coach.pose.types import Frame, Landmark, Mode, Model, PoseSeries
from posture_coach.resources import models_folder, samples_folder

RENDERED = "A_dev_side_d1_0_upright"
"""A rendered person seen from the side, whose points are known."""
CLEAR = [Landmark.NOSE, Landmark.LEFT_SHOULDER, Landmark.LEFT_HIP, Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE]


@pytest.fixture(scope="session")
def picture():
    with Image.open(samples_folder() / "sitting_upright.jpg") as image:
        return np.asarray(image.convert("RGB"))


@pytest.fixture
def lite():
    with Landmarker(Model.LITE, Mode.DETECTED) as network:
        yield network


@pytest.fixture
def models_copy(tmp_path, monkeypatch):
    """Put a copy of the smallest model where the landmarker looks for models."""
    for name in ("pose_landmarker_lite.task", "SHA256SUMS"):
        shutil.copy(models_folder() / name, tmp_path)
    monkeypatch.setattr(landmarker, "models_folder", lambda: tmp_path)
    return tmp_path


# What comes back


@pytest.mark.parametrize("model", Model)
def test_every_model_finds_the_points_of_a_rendered_person_in_pixels(shared_folder, require, model):
    with Image.open(require(shared_folder / "truth/stills" / f"{RENDERED}.jpg")) as image:
        picture = np.asarray(image.convert("RGB"))
    lines = require(shared_folder / "truth/truth.jsonl").read_text(encoding="utf-8").splitlines()
    (truth,) = (row for row in map(json.loads, lines) if row["id"] == RENDERED)
    with Landmarker(model, Mode.DETECTED) as network:
        pose = network.find(Frame(picture, 0.0, 0))
    np.testing.assert_allclose(pose.points_px[CLEAR], np.array(truth["px"])[CLEAR], atol=25)


@pytest.mark.parametrize("model", Model)
def test_a_pose_says_where_it_comes_from(picture, model):
    with Landmarker(model, Mode.DETECTED) as network:
        pose = network.find(Frame(picture, 1.5, 7))
    assert (pose.time_s, pose.index, pose.mode, pose.model) == (1.5, 7, Mode.DETECTED, model)
    assert (pose.height, pose.width) == picture.shape[:2]
    assert pose.points_px.shape == (33, 2)
    assert pose.world.shape == (33, 3)
    assert np.abs(pose.world[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP]].mean(axis=0)).max() < 0.02
    for sure in (pose.visibility, pose.presence):
        assert sure.shape == (33,)
        assert ((sure >= 0) & (sure <= 1)).all()
        assert sure[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]].max() > 0.5


def test_nobody_on_a_black_picture(lite):
    black = Frame(np.zeros((240, 320, 3), dtype=np.uint8), 0.0, 0)
    assert lite.find(black) is None
    assert lite.find_all(black) == []


def test_a_strided_picture_gives_the_points_of_the_contiguous_one(lite, picture):
    strided = picture[:, ::-1]
    assert not strided.flags.c_contiguous
    found = lite.find(Frame(strided, 0.0, 0))
    expected = lite.find(Frame(np.ascontiguousarray(strided), 0.0, 0))
    np.testing.assert_array_equal(found.points_px, expected.points_px)
    np.testing.assert_array_equal(found.world, expected.world)
    assert not np.allclose(found.points_px, lite.find(Frame(picture, 0.0, 0)).points_px, atol=5)


def test_everybody_is_found_up_to_as_many_as_were_asked_for(picture):
    two = Frame(np.concatenate([picture, picture], axis=1), 0.0, 0)
    with Landmarker(Model.FULL, Mode.DETECTED, people=3) as network:
        assert len(network.find_all(two)) == 2
        assert len(network.find_all(Frame(picture, 0.0, 0))) == 1
    with Landmarker(Model.FULL, Mode.DETECTED) as network:
        assert len(network.find_all(two)) == 1


def test_detected_mode_remembers_nothing(lite, picture):
    first, again = (lite.find(Frame(picture, t, 0)) for t in (5.0, 0.0))
    np.testing.assert_array_equal(first.points_px, again.points_px)


# Time stamps of tracked mode


@pytest.mark.parametrize(
    ("times_s", "ms"),
    [
        ((0.0, 0.0, 0.0), [0, 1, 2]),
        ((0.0, 0.0004, 0.0333), [0, 1, 33]),
        ((1.0, 0.9, 1.0, 1.1), [1000, 1001, 1002, 1100]),
    ],
    ids=["repeated", "closer than a millisecond", "running back"],
)
def test_time_stamps_are_whole_milliseconds_that_grow(picture, monkeypatch, times_s, ms):
    seen = []
    with Landmarker(Model.LITE, Mode.TRACKED) as network:
        real = network._network.detect_for_video
        monkeypatch.setattr(
            network._network, "detect_for_video", lambda image, at_ms: (seen.append(at_ms), real(image, at_ms))[1]
        )
        poses = [network.find(Frame(picture, t, i)) for i, t in enumerate(times_s)]
    assert seen == ms
    assert all(isinstance(at_ms, int) for at_ms in seen)
    # The pose keeps the frame's own time.
    series = PoseSeries.of(
        poses, [(p.time_s, p.index) for p in poses], size=poses[0].points_px.shape, mode=Mode.TRACKED, model=Model.LITE
    )
    assert series.time_s.tolist() == list(times_s)


@pytest.mark.parametrize(
    ("rate_hz", "mode"),
    [
        (None, Mode.DETECTED), (0.5, Mode.DETECTED), (9.99, Mode.DETECTED),
        (10.0, Mode.TRACKED), (29.97, Mode.TRACKED),
    ],
)  # fmt: skip
def test_the_person_is_tracked_only_where_pictures_follow_each_other_closely(rate_hz, mode):
    assert mode_for(rate_hz) is mode


# The model files


@pytest.mark.parametrize("model", Model)
def test_the_shipped_models_are_those_of_the_list(model):
    assert len(model_bytes(model)) > 1_000_000


def test_a_sound_copy_is_taken(models_copy):
    assert model_bytes(Model.LITE) == (models_copy / "pose_landmarker_lite.task").read_bytes()


def test_one_changed_byte_is_refused(models_copy):
    path = models_copy / "pose_landmarker_lite.task"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelError, match=r"pose_landmarker_lite\.task is not the file that was shipped"):
        Landmarker(Model.LITE, Mode.DETECTED)


def test_a_missing_model_is_named(models_copy):
    with pytest.raises(ModelError, match=r"pose_landmarker_full\.task cannot be read.*Reinstall"):
        model_bytes(Model.FULL)
    (models_copy / "SHA256SUMS").unlink()
    with pytest.raises(ModelError, match=r"SHA256SUMS"):
        model_bytes(Model.LITE)


def test_a_model_that_is_not_in_the_list_is_refused(models_copy):
    (models_copy / "SHA256SUMS").write_text("0" * 64 + "  pose_landmarker_full.task\n", encoding="utf-8")
    with pytest.raises(ModelError, match="not the file that was shipped"):
        model_bytes(Model.LITE)


@pytest.mark.parametrize("line", ["", "damaged", "one two three"])
def test_lines_of_the_list_that_are_no_pair_are_passed_over(models_copy, line):
    with (models_copy / "SHA256SUMS").open("a", encoding="utf-8") as sums:
        sums.write(line + "\n")
    assert model_bytes(Model.LITE)


def test_ctrl_c_in_the_making_of_a_picture_brings_no_complaint_of_the_half_made_one(lite, picture, monkeypatch):
    from mediapipe.tasks.python.core import mediapipe_c_bindings

    def pressed(*_):
        raise KeyboardInterrupt

    dropped, frame = [], Frame(picture, 0.0, 0)
    lite.find(frame)
    monkeypatch.setattr(sys, "unraisablehook", dropped.append)
    monkeypatch.setattr(mediapipe_c_bindings, "load_raw_library", pressed)
    with pytest.raises(KeyboardInterrupt):
        lite.find(frame)
    assert dropped == []


def test_the_network_starts_without_a_word_and_gives_the_terminal_back(picture, capfd):
    with Landmarker(Model.LITE, Mode.DETECTED) as network:
        network.find(Frame(picture, 0.0, 0))
    os.write(2, b"still here")
    assert capfd.readouterr().err == "still here"


def test_two_threads_may_load_mediapipe_at_once():
    code = (
        "import sys, threading\n"
        "from posture_coach.pose.landmarker import _mediapipe\n"
        "failed = []\n"
        "threading.excepthook = lambda why: failed.append(repr(why.exc_value))\n"
        "both = [threading.Thread(target=_mediapipe) for _ in range(2)]\n"
        "for thread in both: thread.start()\n"
        "for thread in both: thread.join()\n"
        "print(failed, 'sounddevice' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "[] False\n"


# Standard error


def stderr_is():
    """Return device and number of the file that standard error is."""
    now = os.fstat(2)
    return now.st_dev, now.st_ino


def test_two_that_are_quiet_at_once_and_leave_as_they_came_lose_no_standard_error():
    before, first, second = stderr_is(), landmarker._quiet_stderr(), landmarker._quiet_stderr()
    first.__enter__()
    nowhere = stderr_is()
    second.__enter__()
    first.__exit__(None, None, None)
    assert stderr_is() == nowhere != before, "quiet as long as one of them is"
    second.__exit__(None, None, None)
    assert stderr_is() == before


def test_two_networks_on_two_threads_bring_standard_error_back(picture):
    black, before = np.zeros((240, 320, 3), dtype=np.uint8), stderr_is()

    def look():
        with Landmarker(Model.LITE, Mode.DETECTED) as network:
            for i, shown in enumerate([black] * 20 + [picture] * 2):
                network.find(Frame(shown, i / 10, i))

    both = [threading.Thread(target=look) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert stderr_is() == before
    os.write(2, b"")


def test_without_a_standard_error_nothing_is_put_away():
    """As in a window without a console."""
    code = (
        "import os; os.close(2)\n"
        "from posture_coach.pose.landmarker import _quiet_stderr\n"
        "with _quiet_stderr(), _quiet_stderr(): print('went on')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True, timeout=60)
    assert done.stdout == "went on\n"
