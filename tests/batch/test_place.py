"""A recording that is held against a place: what is taken from it, and what is said where nothing is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from posture_coach.batch.place import of_place
from posture_coach.measures.calibration import Camera, UprightFrom
from posture_coach.measures.whereabouts import whereabouts
from posture_coach.pose.lens import Lens
from posture_coach.pose.sources import Kind, SourceInfo
from posture_coach.pose.types import Mode, Model
from posture_coach.store.files.profiles import Profile, SeenBy
from tests.measures.test_desk import FOCAL_PX, SLUMP, Sitter, pictures
from tests.measures.test_moved import BELOW, STANDS, taken

EYE = SeenBy("HD Webcam", 640, 480, Model.FULL, Mode.TRACKED)
DOCKED = Profile(
    "docked", datetime(2026, 11, 24, tzinfo=UTC), EYE, taken(BELOW), whereabouts(pictures(BELOW)), 10.0, STANDS[BELOW]
)
TOLD = Camera(roll_deg=2.0, roll_err_deg=0.3, known_from=UprightFrom.LINES)
FILE = SourceInfo("day.mp4", Kind.VIDEO, 640, 480, rate_hz=10.0)


@pytest.mark.parametrize("bent", [{}, SLUMP])
def test_a_recording_of_that_camera_is_held_against_it_however_the_person_sits(bent):
    seen = pictures(*[replace(BELOW, **bent)] * 5)
    baseline, camera, said = of_place(DOCKED, seen, FILE, TOLD, mirror=False, rotate=0)
    assert (baseline, camera, said) == (DOCKED.neutral(), DOCKED.camera, [])


def test_what_is_held_against_an_upright_is_seen_by_the_camera_that_it_was_taken_with():
    ahead = Sitter()
    lens = Lens(1280, 960, 2.0 * FOCAL_PX, 2.0 * FOCAL_PX, 640.0, 480.0)
    assumed = replace(DOCKED, own=taken(ahead), where=whereabouts(pictures(ahead)), camera=Camera(lens=lens))
    baseline, camera, said = of_place(assumed, pictures(ahead), FILE, TOLD, mirror=False, rotate=0)
    assert baseline is not None, said
    assert (camera.lens, camera.roll_deg) == (lens, 0.0), "not by what the recording's own lines tell"


def test_a_moved_chair_is_told_and_nothing_is_held_against():
    seen = pictures(*[replace(BELOW, nearer_m=0.13)] * 5)
    baseline, camera, said = of_place(DOCKED, seen, FILE, TOLD, mirror=False, rotate=0)
    assert (baseline, camera) == (None, TOLD)
    assert said == [
        "camera or chair moved: you fill 18 % more of the picture than when the upright at docked was taken, "
        "so it is not used here"
    ]


def test_pictures_turned_the_other_way_are_not_of_that_place():
    baseline, _, said = of_place(DOCKED, pictures(BELOW), FILE, TOLD, mirror=True, rotate=0)
    assert baseline is None
    assert "left and right the other way round" in said[0]
