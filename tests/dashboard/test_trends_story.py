"""The story on the trends page: the words of `posture-coach today`, and its picture."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from posture_coach.coach.story.day import Story, day_story
from posture_coach.coach.story.kept import Span, telling
from posture_coach.coach.story.sheet import sheet_of
from posture_coach.coach.story.suggestions import shipped_suggestions
from posture_coach.dashboard.trends.history import READER
from posture_coach.dashboard.trends.story_section import picture, story_html
from posture_coach.store.files.folder import FOLDER_VARIABLE
from posture_coach.store.history import cipher
from posture_coach.store.history.database import URL_VARIABLE
from posture_coach.store.history.trends import About
from tests.coach.made_story import EVENING, RULES, told
from tests.dashboard.trends_made import LATER_WEEK, STILL_WEEK, write_weeks


def script():
    from posture_coach.dashboard.trends.page import trends_page

    trends_page()


@pytest.fixture(scope="module")
def weeks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("story_weeks")
    write_weeks(folder)
    return folder


@pytest.fixture(autouse=True)
def kept(weeks, monkeypatch):
    monkeypatch.setenv(FOLDER_VARIABLE, str(weeks))
    for name in (URL_VARIABLE, cipher.FILE_VARIABLE, cipher.OTHER_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    yield
    READER.close()


def page(**chosen):
    run = AppTest.from_function(script, default_timeout=120)
    for name, value in chosen.items():
        run.session_state[f"trends_{name}"] = value
    run.run()
    assert not run.exception
    return run


def story_of(run):
    """Return the story's own part of the page; None where there is none."""
    found = [each.proto.body for each in run.get("html") if 'class="pc-story"' in each.proto.body]
    return found[0] if found else None


@pytest.mark.parametrize(("view", "of", "last"), [("Day", Span.DAY, 0), ("Week", Span.WEEK, 6)])
def test_the_page_says_what_the_terminal_says(view, of, last):
    run = page(view=view, day=STILL_WEEK)
    found = telling(READER, About(), STILL_WEEK + timedelta(days=last), of, EVENING)
    assert story_of(run) == story_html(found.story)
    assert f"The {view.lower()} in words" in [one.value for one in run.subheader]
    assert not run.get("image"), "a picture is drawn only for who asks for it"


def test_a_month_has_no_story_and_neither_has_a_day_without_a_record():
    assert story_of(page(view="Month", day=STILL_WEEK)) is None
    assert story_of(page(view="Day", day=LATER_WEEK + timedelta(days=5))) is None


def test_the_picture_is_shown_with_its_words_for_who_asks():
    run = page(view="Day", day=STILL_WEEK, story_shown=True)
    (shown,) = run.get("image")
    found = telling(READER, About(), STILL_WEEK, Span.DAY, EVENING)
    assert found.story.sentences[0] in str(shown.proto)
    sheet = sheet_of(found.told, found.story)
    for dark, ground in ((False, 255), (True, 20)):
        with Image.open(io.BytesIO(picture(sheet, dark=dark))) as image:
            assert image.getpixel((2, 2))[0] == ground
            assert image.info["Title"] == found.story.title
    assert picture(sheet, dark=True) is picture(sheet, dark=True), "drawn once"


def test_a_place_is_no_markup():
    story = Story("A day", "At <b>desk</b> & more", ("You sat.",))
    assert "<p>At &lt;b&gt;desk&lt;/b&gt; &amp; more</p> <p>You sat.</p>" in story_html(story)
    suggested = day_story(told(), RULES, shipped_suggestions(RULES))
    assert "Evidence D (a default of this program&#x27;s own)" in story_html(suggested)
