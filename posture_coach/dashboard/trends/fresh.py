"""An open page keeps up with what is kept: it looks now and then, and is built anew only for something new."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import streamlit as st

from posture_coach.activity.types import Activity
from posture_coach.dashboard.trends.history import READER
from posture_coach.errors import StoreError
from posture_coach.store.history import trends
from posture_coach.store.history.trends import About

EVERY_S = 30.0
"""What is kept comes every ten seconds: a page that changed so often could not be read."""
BY_ITSELF = "trends_by_itself"
"""In the session while the page is built anew though nobody has clicked."""

Stand = tuple[date, list[Mapping[Activity, int]]]


def today() -> date:
    """Return the day by the clock of this machine."""
    return datetime.now().astimezone().date()


def stand(about: About) -> Stand:
    """Return what there is of today: it differs with every second that is kept, and with the day."""
    now = today()
    found = READER.ask(lambda c: trends.days(c, about, now, now)) or []
    return now, [day.seconds for day in found]


def keep_up(about: About, shown: Stand | None) -> None:
    """Build the page anew when there is something else of today than is shown; None: the page shows a fault.

    While the history cannot be read, the page stays as it is.
    """

    @st.fragment(run_every=EVERY_S)
    def look() -> None:
        try:
            now = stand(about)
        except StoreError:
            return
        if now != shown:
            st.session_state[BY_ITSELF] = True
            st.rerun()

    look()
