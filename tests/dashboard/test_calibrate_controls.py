"""The calibrate page as a function: what its form asks of the one camera, and its list of places."""

from __future__ import annotations

import dataclasses
import time
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from posture_coach.dashboard import camera
from posture_coach.dashboard.calibrate import run as calibrate_run
from posture_coach.pose.lens import shipped_presets
from posture_coach.store.files.folder import FOLDER_VARIABLE
from posture_coach.store.files.profiles import Places
from tests.cli.typed import PATIENCE_S
from tests.clips import LONG_WALK
from tests.store.test_profiles import PROFILE


def script():
    from posture_coach.dashboard.calibrate.page import calibrate_page

    calibrate_page()


@pytest.fixture
def places(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    return Places()


@pytest.fixture
def watch(places):
    assert places.all() == ([], [])
    camera.choose(str(LONG_WALK))
    camera.start()
    yield camera.watch()
    camera.stop()
    camera.choose(None)
    calibrate_run.forget()


def shown():
    run = AppTest.from_function(script, default_timeout=PATIENCE_S).run()
    assert not run.exception
    return run


def button(page, label):
    return next(each for each in page.button if each.label == label)


def test_begin_turns_the_camera_on_and_leads(watch):
    watch.pause()
    page = shown()
    button(page, "Begin").click().run()
    assert watch.wanted
    assert watch._upright._guided is not None


def test_a_webcam_that_is_chosen_gives_the_camera_its_focal_length(watch):
    c270 = shipped_presets()["logitech_c270"]
    watch.pause()
    page = shown()
    page.selectbox(key="calibrate_webcam").select("logitech_c270").run()
    button(page, "Begin").click().run()
    guided, until = watch._upright._guided, time.monotonic() + PATIENCE_S
    with watch.viewing():
        while not guided.begun:
            assert time.monotonic() < until, "no picture came"
            time.sleep(0.05)
        live = watch._session._live.info
    width, height = live.width, live.height
    assert (guided.camera.focal_px, guided.camera.focal_err) == (c270.focal_px(width, height), c270.err)


@pytest.mark.parametrize("place", ["", "   ", "\x1b\x07"])
def test_a_place_without_a_name_is_refused(watch, place):
    page = shown()
    page.text_input(key="calibrate_place").set_value(place).run()
    button(page, "Begin").click().run()
    assert "A place needs a name" in page.error[0].value
    assert watch._upright._guided is None


def test_places_are_listed_with_date_camera_and_age(watch, places):
    places.save(PROFILE)
    places.save(dataclasses.replace(PROFILE, place="home", taken_at=datetime.now(UTC) - timedelta(weeks=7)))
    page = shown()
    told = " ".join(each.value for each in page.caption)
    assert "HD Webcam, 1280x720" in told
    assert "Your upright at home is 7 weeks old" in told
    page.selectbox(key="calibrate_chosen").select("home").run()
    assert watch.status.wish.place == "home"
    page.selectbox(key="calibrate_chosen").select("the one where you sit").run()
    assert watch.status.wish.place is None


def test_a_damaged_place_is_told_and_hides_no_other(watch, places):
    assert watch.wanted
    places.save(PROFILE)
    (places.folder / "bad.toml").write_text("x = [", encoding="utf-8")
    page = shown()
    assert any("bad\\.toml is damaged" in each.value for each in page.warning)
    assert any("docked" in each.value for each in page.markdown)


def test_a_name_that_is_taken_is_refused(watch, places):
    assert watch.wanted
    places.save(PROFILE)
    places.save(dataclasses.replace(PROFILE, place="home"))
    page = shown()
    page.text_input(key="calibrate_name_0").set_value("HOME" if places.all()[0][0].place != "home" else "docked").run()
    next(each for each in page.button if each.key == "calibrate_name_0_do").click().run()
    assert "already" in page.error[0].value
    assert sorted(profile.place for profile in places.all()[0]) == ["docked", "home"]
