"""Profiles of places: written whole, read with every key checked, refused where they do not hold."""

from __future__ import annotations

import dataclasses
import os
import sys
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from posture_coach.errors import DataError, OutputError
from posture_coach.measures.calibration import Camera, UprightFrom
from posture_coach.measures.measurer import Baseline
from posture_coach.measures.types import View
from posture_coach.measures.whereabouts import whereabouts
from posture_coach.pose.lens import Lens
from posture_coach.pose.types import Mode, Model
from posture_coach.store.files.folder import FOLDER_VARIABLE, data_folder
from posture_coach.store.files.profiles import Places, Profile, SeenBy, misfit, place_name
from tests.clips import fill, must_have, names_in, small_disk
from tests.drawn import Body, draw

TRUNK, NECK = "trunk_inclination_deg", "neck_inclination_deg"
SEEN_BY = SeenBy("HD Webcam", 1280, 720, Model.FULL, Mode.TRACKED)
OWN = Baseline({TRUNK: 6.3, NECK: 14.9}, View.SIDE, Mode.TRACKED, slump={TRUNK: 15.0})
LENS = Lens(1280, 720, 900.0, 901.0, 640.0, 360.0, (0.1, -0.2, 0.0, 0.0, 0.05))
PROFILE = Profile(
    "docked", datetime(2026, 11, 24, 8, 30, tzinfo=UTC), SEEN_BY, OWN,
    whereabouts(draw([Body()] * 3)), 10.0, Camera(1.5, -4.0, 0.3, UprightFrom.CLICKED, lens=LENS, height_m=0.9),
    {TRUNK: 0.4}, 178.0,
)  # fmt: skip


@pytest.fixture
def places(tmp_path):
    return Places(tmp_path / "places")


def only_file(places):
    (path,) = places.folder.glob("*.toml")
    return path


def test_what_is_saved_is_read_again(places):
    places.save(PROFILE)
    assert places.get("docked") == PROFILE
    assert places.all() == ([PROFILE], [])


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no error
@given(st.text(max_size=80))
def test_any_name_is_refused_or_becomes_one_plain_file_of_the_folder(tmp_path_factory, name):
    places = Places(tmp_path_factory.mktemp("p") / "places")
    try:
        shown = place_name(name)
    except DataError:
        assert len(unicodedata.normalize("NFC", name)) > 60 or not "".join(c for c in name if c.isprintable()).strip()
        return
    path = places.save(dataclasses.replace(PROFILE, place=name))
    assert path.parent == places.folder
    assert names_in(places.folder) == [path.name]
    assert not set(path.name) & set('/\\:*?"<>|\x00\n')
    assert len(path.name.encode()) < 100
    assert places.get(name).place == shown
    assert shown.isprintable()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "con", "a/b", "-rf", "\x1b[31mred", "\udcff", "日本 Tisch", "." * 9]
)
def test_hostile_names_stay_in_the_folder(places, name):
    assert places.save(dataclasses.replace(PROFILE, place=name)).parent == places.folder
    assert "\x1b" not in places.all()[0][0].place


def test_names_are_the_same_in_upper_and_lower_case_and_others_are_not(places):
    places.save(PROFILE)
    places.save(dataclasses.replace(PROFILE, place="DOCKED", stature_cm=None))
    places.save(dataclasses.replace(PROFILE, place="docked?"))
    assert sorted(profile.place for profile in places.all()[0]) == ["DOCKED", "docked?"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('model = "full"', 'model = "huge"', "seen_by.model: expected one of lite, full, heavy, got 'huge'"),
        ("width = 1280\n", 'width = "wide"\n', "width: expected a whole number, got 'wide'"),
        ("roll_deg = 1.5", "roll_deg = 500.0", "camera.roll_deg: expected -180 to 180, got 500.0"),
        ("stature_cm = 178.0", "stature_cm = 1.78", "stature_cm: expected 80 to 250, got 1.78"),
        (f"{TRUNK} = 6.3", f"{TRUNK} = nan", f"own.values.{TRUNK}: expected a finite number"),
        (f"{TRUNK} = 6.3", f"{TRUNK} = true", f"own.values.{TRUNK}: expected a number, got True"),
        ("mirror = false\n", "mirror = 0\n", "seen_by.mirror: expected true or false, got 0"),
        ("rotate = 0\n", "rotates = 0\n", "seen_by.rotates: expected a known key"),
        ('view = "side"\n', "", "own.view: expected a value, got nothing"),
        ("[where]", "[where", "is damaged"),
        ("schema_version = 1", "schema_version = 2", "schema_version: expected 1, got 2"),
        ("+00:00", "", "taken_at: expected a date and time with its time zone"),
    ],
)  # fmt: skip
def test_a_damaged_file_names_itself_the_key_and_what_to_do(places, old, new, words):
    path = places.save(PROFILE)
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    damaged = path.read_bytes()
    with pytest.raises(DataError) as caught:
        places.get("docked")
    for said in (str(path), words, "posture-coach calibrate --place"):
        assert said in str(caught.value)
    profiles, problems = places.all()
    assert (profiles, len(problems)) == ([], 1)
    assert path.read_bytes() == damaged, "it is left as it is"


def test_what_is_no_text_at_all_is_damaged_too_and_hides_no_other(places):
    path = places.save(PROFILE)
    places.save(dataclasses.replace(PROFILE, place="home"))
    path.write_bytes(b"\xff\xfe\x00")
    profiles, problems = places.all()
    assert [profile.place for profile in profiles] == ["home"]
    assert "is damaged" in problems[0]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"source": "Other"}, "of the camera HD Webcam, and this is Other"),
        ({"width": 640}, "pictures of 1280x720, and these have 640x720"),
        ({"rotate": 90}, "turned by 0°"),
        ({"mirror": True}, "--mirror"),
        ({"model": Model.LITE}, "do not mix with lite"),
        ({"mode": Mode.DETECTED}, "--fps"),
    ],
)
def test_a_profile_of_another_camera_is_refused_with_the_reason(changed, words):
    assert misfit(PROFILE, SEEN_BY) == ""
    why = misfit(PROFILE, dataclasses.replace(SEEN_BY, **changed))
    assert why.startswith("The profile docked was taken ")
    assert words in why


def test_a_missing_place_is_told_with_those_that_there_are(places):
    with pytest.raises(DataError, match="There is none yet: take one with `posture-coach calibrate`"):
        places.get("docked")
    places.save(PROFILE)
    with pytest.raises(DataError, match=r"no place home\. There are: docked"):
        places.get("home")
    with pytest.raises(DataError, match="no place home"):
        places.delete("home")


def test_rename_and_delete(places):
    places.save(PROFILE)
    places.save(dataclasses.replace(PROFILE, place="home"))
    with pytest.raises(DataError, match="There is a place Home already"):
        places.rename("docked", "Home")
    assert places.rename("docked", "Desk").place == "Desk"
    assert places.rename("desk", "DESK").place == "DESK"
    assert sorted(profile.place for profile in places.all()[0]) == ["DESK", "home"]
    places.delete("desk")
    only_file(places).write_text("damaged")
    places.delete("home")
    assert names_in(places.folder) == []


def test_a_full_disk_leaves_the_old_profile(tmp_path):
    with small_disk(tmp_path / "disk", kib=64) as disk:
        places = Places(disk)
        places.save(PROFILE)
        fill(disk, leave_kib=0)
        with pytest.raises(OutputError, match="What stood there before still does"):
            places.save(dataclasses.replace(PROFILE, stature_cm=160.0))
        assert places.get("docked") == PROFILE
        assert len(list(disk.glob("*.toml"))) == 1
        assert list(disk.glob(".place-*")) == []


def test_whether_they_can_be_kept_is_known_before_one_is_taken(tmp_path, places):
    places.open()
    assert (places.folder.is_dir(), names_in(places.folder)) == (True, [])
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutputError, match="choose another folder"):
        Places(tmp_path / "file").open()
    with small_disk(tmp_path / "disk", kib=64) as disk:
        fill(disk, leave_kib=0)
        with pytest.raises(OutputError, match="Free some space"):
            Places(disk).open()


def test_only_its_owner_may_read_it(places):
    must_have(sys.platform != "win32", "POSIX permissions")
    path = places.save(PROFILE)
    assert path.stat().st_mode & 0o077 == 0
    assert places.folder.stat().st_mode & 0o077 == 0


def test_the_folder_is_chosen_by_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert data_folder() == tmp_path
    monkeypatch.delenv(FOLDER_VARIABLE)
    assert data_folder().name == "posture-coach"


def test_the_file_can_be_read_by_people(places):
    text = places.save(PROFILE).read_text(encoding="utf-8")
    assert text.startswith("# A place of posture-coach.")
    assert f"{TRUNK} = 6.3" in text
    assert os.linesep in text or "\n" in text


def test_the_neutral_is_drawn_towards_everybodys_and_the_file_keeps_what_was_measured(places):
    places.save(PROFILE)
    kept = places.get("docked")
    assert kept.own.values[TRUNK] == 6.3
    assert 2.3 < kept.neutral().values[TRUNK] < 6.3
    assert isinstance(places.folder, Path)
