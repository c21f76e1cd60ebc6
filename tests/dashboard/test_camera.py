"""What the page offers to watch."""

from __future__ import annotations

import pytest

from posture_coach.dashboard import camera
from posture_coach.errors import MissingSystemPartError, PostureCoachError
from posture_coach.pose.sources import Camera
from posture_coach.resources import samples_folder


@pytest.fixture
def cameras(monkeypatch):
    def found(*cameras):
        monkeypatch.setattr(camera, "find_cameras", lambda: list(cameras))

    found()
    return found


def test_without_a_camera_a_sample_is_first_and_known_as_one(cameras):
    cameras()
    assert camera.is_sample(camera.first_source())
    assert camera.first_source() in camera.sources().values()


def test_a_camera_comes_before_the_samples(cameras):
    cameras(Camera(2, "/dev/video2", "Desk cam"))
    assert camera.first_source() == "/dev/video2"
    assert not camera.is_sample("/dev/video2")
    assert next(iter(camera.sources().items())) == ("Camera /dev/video2 (Desk cam)", "/dev/video2")


def test_every_clip_that_comes_along_is_offered(cameras):
    cameras()
    clips = {str(path) for path in samples_folder().glob("*.mp4")}
    assert clips <= set(camera.sources().values())


def test_a_missing_library_is_no_crash(monkeypatch):
    def broken():
        raise MissingSystemPartError("no libGL")

    monkeypatch.setattr(camera, "find_cameras", broken)
    assert camera.is_sample(camera.first_source())


def test_the_watch_lives_as_long_as_the_server(cameras):
    cameras()
    with pytest.raises(PostureCoachError, match="posture-coach"):
        camera.watch()
    camera.start()
    assert camera.watch() is camera.watch()
    camera.stop()
    with pytest.raises(PostureCoachError):
        camera.watch()
