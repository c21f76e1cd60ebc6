"""A day or a week in words on the trends page, and as a picture to keep."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from html import escape

import streamlit as st

from posture_coach.coach.story.day import Story
from posture_coach.coach.story.kept import Span as Of
from posture_coach.coach.story.kept import telling
from posture_coach.coach.story.sheet import sheet_of
from posture_coach.dashboard.trends.choice import Choice
from posture_coach.dashboard.trends.history import READER
from posture_coach.dashboard.trends.html import note_html
from posture_coach.dashboard.trends.period import Period, Span
from posture_coach.paper.paper import DARK, LIGHT
from posture_coach.paper.story import WIDTH_PX, Sheet, story_picture

TOLD = {Span.DAY: Of.DAY, Span.WEEK: Of.WEEK}
PICTURES_HELD = 4


def story_section(choice: Choice, period: Period, span: Span) -> None:
    """Tell a day or a week; months and years have no story, nor has what nothing is kept of."""
    if span not in TOLD:
        return
    found = telling(READER, choice.about, period.last, TOLD[span], datetime.now().astimezone(), choice.whose.name)
    if found is None:
        return
    st.subheader(f"The {span.value.lower()} in words", anchor=False)
    st.html(story_html(found.story))
    sheet, dark = sheet_of(found.told, found.story), st.context.theme.type == "dark"
    with st.container(horizontal=True, vertical_alignment="center"):
        shown = st.toggle("Show it as a picture", key="trends_story_shown")
        st.download_button(
            "Keep the picture", lambda: picture(sheet, dark=dark), f"{choice.file}story.png", "image/png",
            icon=":material/download:", on_click="ignore", key="trends_story_png",
            help="A PNG file with the words in it, as `posture-coach today --picture` makes it.",
        )  # fmt: skip
    if shown:
        alt = " ".join((found.story.title, *found.story.sentences))
        st.image(picture(sheet, dark=dark), width=WIDTH_PX, alt=alt, output_format="PNG")


def story_html(story: Story) -> str:
    """Return a story's sentences, and what its suggestion rests on."""
    said = " ".join(f"<p>{escape(words)}</p>" for words in (story.subtitle, *story.sentences) if words)
    grounds = note_html(story.suggestion.grounds) if story.suggestion is not None else ""
    return f'<section class="pc-story" aria-label="{escape(story.title)}">{said}{grounds}</section>'


@lru_cache(maxsize=PICTURES_HELD)
def picture(sheet: Sheet, *, dark: bool) -> bytes:
    """Return a story's picture; those drawn last are held, since a page runs again at every click."""
    return story_picture(sheet, "png", DARK if dark else LIGHT)
