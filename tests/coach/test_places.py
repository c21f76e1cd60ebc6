"""Which place it is, and when what was taken there no longer holds."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from posture_coach.coach import places as module
from posture_coach.coach.places import MOVED_S, SEEN_S, Recognition, fitting, seen_by, source_name, stale
from posture_coach.errors import DataError
from posture_coach.measures.calibration import LEVEL, Camera, UprightFrom
from posture_coach.measures.measurer import Baseline
from posture_coach.measures.types import View
from posture_coach.measures.whereabouts import moved, whereabouts
from posture_coach.pose.sources import Camera as Found
from posture_coach.pose.sources import Kind, SourceInfo
from posture_coach.pose.types import Mode, Model
from posture_coach.store.files.profiles import Places, Profile, SeenBy
from tests.drawn import Body, draw
from tests.measures import test_moved
from tests.measures.test_desk import SLUMP, pictures

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HZ = 10.0
FRONT = Body()
EYE = SeenBy("HD Webcam", 1280, 720, Model.FULL, Mode.TRACKED)
HERE = {"centre": (640.0, 400.0), "scale_px": 260.0}
NEAR = {"centre": (640.0, 400.0), "scale_px": 330.0}
STANDING = {"centre": (500.0, 250.0), "scale_px": 200.0}
ROLLED = Camera(roll_deg=2.0, known_from=UprightFrom.LINES)


def taken(place, where=HERE, ago=timedelta(days=1), **changed):
    own = Baseline({"neck_length_ratio": 0.6}, View.FRONT, Mode.TRACKED)
    return dataclasses.replace(
        Profile(place, NOW - ago, EYE, own, whereabouts(draw([Body()] * 3, **where)), 10.0, ROLLED), **changed
    )


class Film:
    """Shows a recognition one picture after the other."""

    def __init__(self, *profiles):
        self.recognition = Recognition(profiles, NOW)
        self.pictures = 0

    def show(self, seconds, body=FRONT, **where):
        """Return how often what is held against changed."""
        changes = 0
        for _ in range(round(seconds * HZ)):
            poses = dataclasses.replace(draw([body], **where), time_s=np.array([self.pictures / HZ]))
            changes += self.recognition.push(poses)
            self.pictures += 1
        return changes


def test_nothing_is_held_against_before_somebody_was_seen_for_a_while():
    film = Film(taken("docked"))
    assert film.show(20.0, None) == film.show(SEEN_S - 0.2, **HERE) == 0
    assert (film.recognition.profile, film.recognition.baseline, film.recognition.notice) == (None, None, "")
    assert film.show(0.5, **HERE) == 1
    assert film.recognition.profile.place == "docked"
    assert film.recognition.baseline == film.recognition.profile.neutral()
    assert film.recognition.camera == ROLLED


def test_of_several_places_of_one_camera_it_is_the_one_where_the_person_sits():
    for where, place in ((HERE, "docked"), (STANDING, "standing desk")):
        film = Film(taken("standing desk", STANDING), taken("docked"))
        film.show(4.0, **where)
        assert film.recognition.profile.place == place


def test_a_moved_chair_is_told_before_anything_is_held_against_it_and_forgiven_when_back():
    film = Film(taken("docked"))
    assert film.show(10.0, **NEAR) == 0
    assert film.recognition.profile is None
    assert film.recognition.notice.startswith("Camera or chair moved? At docked you fill 27 % more")
    assert film.recognition.camera.roll_deg == 0.0, "how a moved camera stands is not known"
    assert film.show(4.0, **HERE) == 1
    assert film.recognition.profile is not None
    assert film.recognition.notice == ""


def test_bending_forward_for_a_while_is_no_moved_chair_and_a_minute_is():
    film = Film(taken("docked"))
    film.show(4.0, **HERE)
    assert film.show(MOVED_S - 10.0, **NEAR) == 0
    assert film.show(4.0, **HERE) == 0
    assert film.recognition.notice == ""
    assert film.show(MOVED_S + 10.0, **NEAR) == 1
    assert film.recognition.profile is None
    assert "moved" in film.recognition.notice


def test_slumping_at_the_desk_for_long_is_no_moved_chair():
    """Before a camera that looks up it draws like one."""
    eye = dataclasses.replace(EYE, width=640, height=480)
    upright, camera = test_moved.BELOW, test_moved.STANDS[test_moved.BELOW]
    where, slumped = whereabouts(pictures(upright)), dataclasses.replace(upright, **SLUMP)
    own = test_moved.taken(upright)
    place = dataclasses.replace(taken("docked"), seen_by=eye, own=own, camera=camera, where=where)
    assert moved(where, whereabouts(pictures(slumped)), View.FRONT)
    for sitter, held in ((slumped, True), (dataclasses.replace(upright, nearer_m=0.13), False)):
        recognition = Recognition.of(place, NOW)
        for k in range(round((MOVED_S + 10.0) * HZ)):
            recognition.push(dataclasses.replace(pictures(sitter), time_s=np.array([k / HZ])))
        assert (recognition.profile is not None, recognition.notice == "") == (held, held)


def test_an_old_upright_is_asked_for_again_and_still_used():
    film = Film(taken("docked", ago=timedelta(days=36)))
    film.show(4.0, **HERE)
    assert film.recognition.profile is not None
    assert film.recognition.notice.startswith("Your upright at docked is 5 weeks old.")


@pytest.mark.parametrize(("days", "words"), [(1, ""), (27, ""), (29, "4 weeks old"), (400, "57 weeks old")])
def test_age_is_told_in_weeks(days, words):
    said = stale(taken("docked", ago=timedelta(days=days)), NOW)
    assert (words in said) if words else not said


def test_without_profiles_there_is_nothing_to_recognise():
    film = Film()
    assert film.show(10.0, **HERE) == 0
    assert (film.recognition.notice, film.recognition.camera.roll_deg) == ("", LEVEL.roll_deg)


def test_profiles_of_another_camera_are_passed_over_and_refused_where_named(tmp_path):
    places = Places(tmp_path)
    places.save(taken("old", ago=timedelta(days=9)))
    places.save(taken("new"))
    places.save(taken("other", seen_by=dataclasses.replace(EYE, source="Other")))
    assert [profile.place for profile in fitting(places, EYE)[0]] == ["new", "old"]
    assert [profile.place for profile in fitting(places, EYE, "old")[0]] == ["old"]
    with pytest.raises(DataError, match=r"was taken of the camera Other.*Calibrate here under another name"):
        fitting(places, EYE, "other")
    with pytest.raises(DataError, match="There is no place gone"):
        fitting(places, EYE, "gone")


def test_a_camera_is_known_by_its_name_and_a_file_by_its_path(monkeypatch):
    monkeypatch.setattr(module, "find_cameras", lambda: [Found(2, "/dev/video2", "HD Webcam"), Found(4, "/dev/video4")])
    monkeypatch.setattr(module.sys, "platform", "linux")
    assert source_name("2") == source_name("/dev/video2") == "HD Webcam"
    assert source_name("/dev/video4") == "/dev/video4"
    assert source_name("clip.mp4") == str(Path("clip.mp4").absolute())
    assert source_name("rtsp://me:secret@camera/1") == "rtsp://camera/1"


def test_what_pictures_come_from_is_what_the_source_says():
    info = SourceInfo("clip.mp4", Kind.VIDEO, 640, 480, rate_hz=30.0)
    seen = seen_by("clip.mp4", info, Model.LITE, 5.0, mirror=True, rotate=90)
    assert (seen.width, seen.height, seen.model, seen.mode) == (640, 480, Model.LITE, Mode.DETECTED)
    assert (seen.mirror, seen.rotate) == (True, 90)
    assert seen_by("clip.mp4", info, Model.LITE, None).mode is Mode.TRACKED
