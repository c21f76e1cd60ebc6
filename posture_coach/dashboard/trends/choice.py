"""What is chosen at the top of the trends page, and what to say where nothing is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import streamlit as st

from posture_coach.activity.types import Activity
from posture_coach.coach.story.whose import Whose
from posture_coach.dashboard.trends.period import Period
from posture_coach.dashboard.words import plain
from posture_coach.store.history.trends import About

DAY_KEY = "trends_day"
"""Of the day that is looked at, in the session and in the address."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen.

    Parameters
    ----------
    activity
        None: all of them.
    baseline
        The person's first two weeks.
    reach
        The first and the last day with anything kept.
    minutes_days
        For how many days minutes and windows are kept.
    file
        What the names of downloaded files begin with.
    whose
        Whose days it is about.
    """

    about: About
    activity: Activity | None
    baseline: Period
    reach: tuple[date, date]
    minutes_days: int
    file: str
    whose: Whose


def nothing_kept(choice: Choice, words: str) -> None:
    """Say that nothing is kept of some days, and lead to those of which something is."""
    place = choice.about.place
    here = "" if place is None else f" at {plain(place)}" if place else " of no known place"
    first, last = choice.reach
    st.info(
        f"Nothing is kept of {words}{here}. Something is of days from {first:%d %b %Y} to {last:%d %b %Y}.",
        icon=":material/event_busy:",
    )

    def go() -> None:
        st.session_state[DAY_KEY] = last

    st.button("Show the newest of them", on_click=go, icon=":material/last_page:", key="trends_newest")
