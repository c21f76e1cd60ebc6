"""A calibration with its camera: what says how it stands, and a session that is held against what was taken."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import numpy as np
import pytest

from posture_coach.coach.guide import GIVEN_UP, Phase, Posture
from posture_coach.coach.guided import Guided
from posture_coach.coach.kept import kept
from posture_coach.coach.upright import Upright
from posture_coach.errors import DataError
from posture_coach.measures.calibration import Camera, UprightFrom
from posture_coach.measures.shrinkage import shrunk
from posture_coach.pose.lens import shipped_presets
from posture_coach.pose.types import Frame, Mode, Model
from posture_coach.store.files.profiles import Places, SeenBy
from tests.drawn import Body, draw

SIDE, SLUMP = Body(yaw_deg=90.0, trunk_inclination_deg=4.0), Body(yaw_deg=90.0, trunk_inclination_deg=25.0)
EYE = SeenBy("HD Webcam", 1280, 720, Model.FULL, Mode.TRACKED)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TRUNK = "trunk_inclination_deg"
HZ = 10.0
BLANK = np.full((720, 1280, 3), 128, dtype=np.uint8)


def lined(roll_deg):
    """A room with eight door frames, seen by a camera that is rolled so far."""
    y, x = np.mgrid[:720, :1280]
    place = (x - 640) * np.cos(np.radians(roll_deg)) - (y - 360) * np.sin(np.radians(roll_deg))
    return np.repeat(np.where((place // 75) % 2 == 0, 70, 190).astype(np.uint8)[..., None], 3, axis=2)


def led(guided, *stretches, image=BLANK):
    """Show bodies for some seconds each; return the last guide."""
    number, guide = 0, None
    for body, seconds in stretches:
        for _ in range(round(seconds * HZ)):
            poses = dataclasses.replace(draw([body]), time_s=np.array([number / HZ]))
            guide = guided.push(Frame(image, number / HZ, number), poses)
            number += 1
    return guide


def test_upright_lines_in_the_room_tell_how_the_camera_stands():
    guided = Guided((Posture.UPRIGHT,))
    assert led(guided, (SIDE, 12.3), image=lined(1.2)).phase is Phase.DONE
    assert guided.camera.known_from is UprightFrom.LINES
    assert guided.camera.roll_deg == pytest.approx(1.2, abs=0.1)
    told = kept(guided.profile("docked", EYE, NOW)).camera
    assert "known from upright lines in the room" in told[0]


def test_a_click_tells_it_too_in_shares_of_the_picture():
    guided = Guided((Posture.UPRIGHT,), vertical=(0.5, 0.1, 0.5 + 0.8 * np.tan(np.radians(3.0)) * 720 / 1280, 0.9))
    led(guided, (SIDE, 12.3))
    assert guided.camera.known_from is UprightFrom.CLICKED
    assert guided.camera.roll_deg == pytest.approx(3.0, abs=0.6)


def test_a_common_webcam_has_its_makers_focal_length_and_says_how_far_it_is_good():
    brio = shipped_presets()["logitech_brio_78"]
    known = Guided((Posture.UPRIGHT,), webcam=brio)
    led(known, (SIDE, 12.3), image=lined(1.2))
    assert known.camera.focal_px == pytest.approx(brio.focal_px(1280, 720))
    assert known.camera.focal_half_width == brio.err
    assert any(
        "Its focal length is its maker's, ± 7%" in said for said in kept(known.profile("docked", EYE, NOW)).camera
    )


def test_where_nothing_tells_it_is_taken_as_level_and_said():
    guided = Guided((Posture.UPRIGHT,))
    bent = (f"{joint}_flexion_{side}_deg" for joint in ("hip", "knee") for side in ("left", "right"))
    sitting = dataclasses.replace(SIDE, **dict.fromkeys(bent, 85.0))
    led(guided, (sitting, 12.3))
    assert guided.camera == Camera()
    assert any("door frame" in note for note in guided.notes)
    assert "taken as level" in kept(guided.profile("docked", EYE, NOW)).camera[0]


def test_a_camera_that_seems_to_stand_askew_is_kept_as_level_with_by_how_much_it_may_lean():
    guided = Guided((Posture.UPRIGHT,))
    bent = (f"{joint}_flexion_{side}_deg" for joint in ("hip", "knee") for side in ("left", "right"))
    led(guided, (dataclasses.replace(SIDE, **dict.fromkeys(bent, 85.0)), 12.3), image=lined(10.0))
    assert (guided.camera.known_from, guided.camera.roll_deg) == (UprightFrom.ASSUMED, 0.0)
    profile = guided.profile("docked", EYE, NOW)
    assert profile.camera.roll_half_width_deg == pytest.approx(10.0, abs=0.5)
    assert "may lean by up to 10" in kept(profile).camera[0]
    assert any("Level the camera" in note for note in guided.notes)


def test_no_picture_is_kept_longer_than_it_is_needed():
    guided = Guided((Posture.UPRIGHT,))
    led(guided, (SIDE, 8.0))
    assert 0 < len(guided._kept) <= 8
    left = Guided((Posture.UPRIGHT,))
    assert led(left, (SIDE, 8.0), (None, 3.0)).phase is Phase.EXPLAINING
    assert left._kept == []
    done = Guided((Posture.UPRIGHT,))
    assert led(done, (SIDE, 12.3)).phase is Phase.DONE
    assert done._kept == []


def test_what_a_profile_says():
    guided = Guided()
    assert led(guided, (SIDE, 12.3), (SLUMP, 12.1), (SIDE, 12.2)).phase is Phase.DONE
    profile = guided.profile("docked", EYE, NOW, 178.0)
    assert profile.neutral() == shrunk(profile.own, profile.spread, 10.0)
    told = kept(profile)
    (trunk,) = [row for row in told.rows if row.title == "Trunk inclination"]
    assert trunk.value == f"{profile.own.values[TRUNK]:.1f}°"
    assert trunk.slump == f"{profile.own.slump[TRUNK]:.1f}°"
    assert trunk.err.startswith("±")
    assert "Trunk inclination" in told.good_for
    assert "Knee flexion, left" not in told.good_for
    assert (told.again_at - NOW).days == 28
    assert any("focal length" in note or "tilt" in note for note in guided.notes), "why there is no camera height"


def test_from_in_front_it_serves_the_desk_cameras_estimates():
    guided = Guided((Posture.UPRIGHT,))
    led(guided, (Body(), 12.3))
    told = kept(guided.profile("docked", EYE, NOW))
    assert told.seen == "seen from the front"
    assert "Trunk, estimated by the desk camera" in told.good_for
    assert "Distance from the camera" not in [row.title for row in told.rows], "there is no focal length"


def test_nothing_comes_of_one_that_has_not_ended():
    guided = Guided()
    led(guided, (SIDE, 12.3))
    with pytest.raises(DataError, match="not finished"):
        guided.profile("docked", EYE, NOW)


# In a session


class Held:
    """A session that only notes what it is told to hold against."""

    def __init__(self):
        self.against = []
        self.doubt = ""

    def rebase(self, baseline, _camera=None):
        self.against.append(baseline)


def shown(upright, session, body, seconds, start_s=0.0):
    for k in range(round(seconds * HZ)):
        time_s = start_s + k / HZ
        poses = dataclasses.replace(draw([body]), time_s=np.array([time_s]))
        upright.push(session, Frame(BLANK, time_s, k), poses, None)


@pytest.fixture
def places(tmp_path):
    return Places(tmp_path)


def taken(places, place="docked"):
    guided = Guided((Posture.UPRIGHT,))
    led(guided, (SIDE, 12.3))
    profile = guided.profile(place, EYE, NOW)
    places.save(profile)
    return profile


def test_a_session_is_held_against_the_place_once_it_is_recognised(places):
    profile, session, upright = taken(places), Held(), Upright(lambda: places)
    upright.begin(session, EYE)
    shown(upright, session, SIDE, 2.5)
    assert (session.against, upright.standing.has) == ([], False)
    shown(upright, session, SIDE, 1.0, 2.5)
    assert session.against == [profile.neutral()]
    assert (upright.standing.has, upright.standing.place) == (True, "docked")


def test_what_makes_the_cameras_stand_doubtful_is_told_as_long_as_the_session_says_so():
    upright, session = Upright(Places), Held()
    told = []
    for session.doubt in ("", "It leans.", "It leans.", ""):
        shown(upright, session, SIDE, 0.1)
        told.append(upright.standing.doubt)
    assert told == ["", "It leans.", "It leans.", ""]


def test_a_place_that_is_renamed_or_deleted_is_no_longer_held_against(places):
    taken(places)
    session, upright = Held(), Upright(lambda: places)
    upright.begin(session, EYE)
    shown(upright, session, SIDE, 4.0)
    places.rename("docked", "home")
    upright.look_again()
    shown(upright, session, SIDE, 4.0, 4.0)
    assert (session.against[1], upright.standing.place) == (None, "home")
    places.delete("home")
    upright.look_again()
    shown(upright, session, SIDE, 4.0, 8.0)
    assert (session.against[-1], upright.standing.has, upright.standing.place) == (None, False, "")


def test_a_calibration_whose_pictures_break_off_ends_and_leaves_what_was_there(places):
    profile, session, upright = taken(places), Held(), Upright(lambda: places)
    upright.begin(session, EYE)
    upright.take(Guided(), lambda *_: pytest.fail("it was kept"))
    shown(upright, session, SIDE, 5.0)
    upright.begin(session, EYE)
    assert upright.standing.guide.phase is Phase.FAILED
    assert upright.standing.words == f"Not taken: The pictures broke off. {GIVEN_UP}"
    shown(upright, session, SIDE, 40.0)
    assert session.against == [profile.neutral()]


def test_one_that_waits_for_the_camera_begins_with_it(places):
    session, upright = Held(), Upright(lambda: places)
    upright.take(Guided((Posture.UPRIGHT,)))
    upright.begin(session, EYE)
    shown(upright, session, SIDE, 12.5)
    assert upright.standing.guide.phase is Phase.DONE
    assert (upright.standing.has, upright.standing.place) == (True, "")
