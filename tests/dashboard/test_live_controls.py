"""The controls of the live page, as a function: what each does to the one camera."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from posture_coach.dashboard import camera
from posture_coach.pose.types import Model
from posture_coach.store.files.folder import FOLDER_VARIABLE
from posture_coach.store.files.settings import settings
from tests.cli.typed import PATIENCE_S
from tests.clips import LONG_WALK


def script():
    from posture_coach.dashboard.live.page import live_page

    live_page()


@pytest.fixture
def watch():
    """The camera of the server, watching a sample as soon as somebody looks."""
    camera.choose(str(LONG_WALK))
    camera.start()
    yield camera.watch()
    camera.stop()
    camera.choose(None)


@pytest.fixture
def page(watch):
    assert watch.wanted
    run = AppTest.from_function(script, default_timeout=PATIENCE_S).run()
    assert not run.exception
    return run


def button(page, label):
    (found,) = [each for each in page.button if each.label == label]
    return found


def widget(kind, label):
    (found,) = [each for each in kind if each.label == label]
    return found


def test_pause_and_start(page, watch):
    button(page, "Pause").click().run()
    assert not watch.wanted
    assert button(page, "Take my upright").disabled
    button(page, "Start").click().run()
    assert watch.wanted


def test_a_sample_is_called_one(page):
    assert any("bundled sample is played as if it were the camera" in caption.value for caption in page.caption)


@pytest.mark.parametrize(("label", "field"), [("Mirror", "mirror"), ("Skeleton only", "skeleton_only")])
def test_a_switch_changes_the_watch_and_back(page, watch, label, field):
    for value in (True, False):
        widget(page.toggle, label).set_value(value).run()
        assert getattr(watch.status.wish, field) is value
        assert not page.exception


def test_model_turn_and_source(page, watch):
    widget(page.selectbox, "Model").select("lite").run()
    widget(page.selectbox, "Turn clockwise").select(90).run()
    assert (watch.status.wish.model, watch.status.wish.rotate) == (Model.LITE, 90)
    widget(page.selectbox, "Camera").select("Sample: squats front").run()
    assert watch.status.wish.source.endswith("squats_front.mp4")
    assert watch.status.wish.model is Model.LITE, "and the rest stays as it was"


def test_a_file_is_watched_by_its_path(page, watch, tmp_path):
    widget(page.selectbox, "Camera").select("A video file …").run()
    assert watch.status.wish.source == str(LONG_WALK), "nothing changes before a path is typed"
    widget(page.text_input, "File or stream").set_value(str(tmp_path / "mine.mp4")).run()
    assert watch.status.wish.source == str(tmp_path / "mine.mp4")
    assert not any("bundled sample" in caption.value for caption in page.caption)


def test_going_on_unseen_is_asked_for(page, watch):
    assert not watch.goes_on
    widget(page.toggle, "Go on when this page is closed").set_value(True).run()
    assert watch.goes_on


def test_the_hints_say_where_to_put_the_camera(page):
    text = " ".join(each.value for each in page.markdown)
    assert "2.5 to 4 m away" in text
    assert "chest height" in text


def test_without_a_server_the_page_says_what_to_do():
    run = AppTest.from_function(script, default_timeout=PATIENCE_S).run()
    assert not run.exception
    assert "Start the dashboard with" in run.error[0].value


def test_keeping_is_a_switch_that_is_remembered(page, watch, tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert watch.status.keeper.on
    watch.wish(source="0")
    page.run()
    for value in (False, True):
        widget(page.toggle, "Keep my numbers").set_value(value).run()
        assert not page.exception
        assert watch.status.keeper.on is value
        assert settings().keep is value


def test_of_a_played_file_nothing_is_kept_and_the_switch_says_so(page, watch):
    switch = widget(page.toggle, "Keep my numbers")
    assert (switch.value, switch.disabled) == (False, True)
    assert "--keep" in switch.help
    assert watch.status.keeper.on, "what was settled for cameras stays"


def test_a_switch_that_cannot_be_remembered_says_so_and_holds_for_now(page, watch, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "file"))
    watch.wish(source="0")
    page.run()
    widget(page.toggle, "Keep my numbers").set_value(False).run()
    assert not watch.status.keeper.on
    assert "cannot be" in page.toast[0].value
