"""The page of what is kept, over time: a day hour by hour, a week, a month, a year, and two periods compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import streamlit as st

from posture_coach.activity.types import Activity
from posture_coach.coach.story.whose import YOU, Whose
from posture_coach.dashboard.trends.choice import DAY_KEY, Choice
from posture_coach.dashboard.trends.compare_view import compare_view
from posture_coach.dashboard.trends.day_view import day_view
from posture_coach.dashboard.trends.diary import SEALER, diary_section
from posture_coach.dashboard.trends.fresh import BY_ITSELF, keep_up, stand, today
from posture_coach.dashboard.trends.history import READER
from posture_coach.dashboard.trends.html import note_html, sketch_html
from posture_coach.dashboard.trends.period import BASELINE_DAYS, Period, Span, after, around, baseline, before
from posture_coach.dashboard.trends.period_view import period_view
from posture_coach.dashboard.trends.story_section import story_section
from posture_coach.dashboard.words import plain
from posture_coach.errors import StoreError
from posture_coach.store.files.own_targets import ME
from posture_coach.store.files.settings import settings
from posture_coach.store.history import trends
from posture_coach.store.history.trends import About
from posture_coach.store.sealed import people

STYLE = Path(__file__).with_name("page.css")
COMPARE = "Compare"
VIEWS = (*(span.value for span in Span), COMPARE)
EVERYWHERE, NOWHERE, EVERYTHING = "All places", "No known place", "All activities"
ACTIVITIES = (Activity.SITTING, Activity.STANDING, Activity.WALKING, Activity.EXERCISING, Activity.LYING)
INTRODUCTION = (
    "Sitting, standing and moving, from what this program has kept. No posture has been shown to cause back pain: look "
    "for what brings more movement, not for a perfect line."
)
MINE = 0
"""Stands for oneself among the numbers of people, which begin at 1."""
PERIOD_KEYS = ("trends_period_1", "trends_period_2")
DATE_PX, CHOICE_PX, RANGE_PX = 150, 220, 260
NOTHING_YET = """
**Nothing is kept yet.** To have something to look at:

1. Open *Live* and sit, stand or walk before the camera, or leave `posture-coach monitor` running on the terminal.
2. What is measured is kept as it comes, on this machine alone, unless keeping is switched off there.
3. Within a minute the day begins to show here, by itself. Hours come with the first five minutes, a trend needs three
   days.
"""
NOTHING_OF = """
**Nothing is kept of {called} yet.** `posture-coach monitor --of NAME` keeps what a camera sees of somebody else. The
day begins to show here within a minute; a trend needs three days.
"""


def trends_page() -> None:
    """Show the page."""
    st.html(STYLE)
    st.title("Trends", anchor=False)
    by_itself = st.session_state.pop(BY_ITSELF, False)
    try:
        _show(by_itself=by_itself)
    except StoreError as why:
        st.error(plain(str(why)), icon=":material/error:")
        keep_up(About(), None)


def _show(*, by_itself: bool) -> None:
    whose = _whose()
    about = About(whose.person)
    shown = stand(about)
    # However much stands in it: the diary has its place below, and what is being typed there stays.
    with st.container():
        period = _kept(whose, about)
    if period is not None:
        diary_section(READER, period, whose, by_itself=by_itself)
        if today() in period:
            keep_up(about, shown)


def _kept(whose: Whose, about: About) -> Period | None:
    """Show what is kept; return the days that are looked at, None where it is not one period."""
    known = READER.ask(lambda c: (trends.reach(c, about), trends.places(c, whose.person)))
    if known is None or known[0] is None:
        st.markdown(NOTHING_OF.format(called=plain(whose.called)) if whose.called else NOTHING_YET)
        st.html(sketch_html())
        return around(Span.WEEK, today())
    (first, last), places = known[0], known[1]
    st.html(note_html(INTRODUCTION))
    view = st.segmented_control(
        "Show", VIEWS, default=Span.DAY.value, required=True, key="trends_view", bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    if view == COMPARE:
        _compare(first, last, places, whose)
        return None
    span = Span(view or Span.DAY)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        period = _period(span, first, last)
        choice = _choice(span, period, places, (first, last), whose)
    now = "Today, " if period == around(Span.DAY, today()) else ""
    st.header(f"{now}{period.words}", anchor=False)
    if span is Span.DAY:
        day_view(choice, period)
    else:
        period_view(choice, period, before(span, period), span.value.lower())
    story_section(choice, period, span)
    return period


def _whose() -> Whose:
    """Let choose whose days, where those of others are kept; their names are sealed, and the diary's key opens them."""
    known = READER.ask(lambda c: people.listed(c, st.session_state.get(SEALER))) or []
    whose = {MINE: YOU, **{one.id: Whose(one.id, one.name) for one in known if one.name != ME}}
    if len(whose) == 1:
        return YOU
    number = st.selectbox(
        "Whose days", list(whose), format_func=lambda number: whose[number].called or "Mine", key="trends_person",
        width=CHOICE_PX, help="Names are sealed: open the diary below to read them.", on_change=_forget_days,
    )  # fmt: skip
    return whose[number]


def _forget_days() -> None:
    """Let go of the days that were chosen: those of somebody else are others."""
    for key in (DAY_KEY, *PERIOD_KEYS):
        st.session_state.pop(key, None)


def _period(span: Span, first: date, last: date) -> Period:
    """Let choose a day, and with it the period that it lies in; the newest day with something is shown at first."""
    state, newest = st.session_state, max(last, today())
    if DAY_KEY in state and not first <= (state[DAY_KEY] or first) <= newest:
        del state[DAY_KEY]

    def go(to: date) -> None:
        state[DAY_KEY] = min(max(to, first), newest)

    chosen = st.date_input(
        "Day" if span is Span.DAY else f"A day of the {span.value.lower()}", last, first, newest, key=DAY_KEY,
        bind="query-params", width=DATE_PX, format="YYYY-MM-DD",
    )  # fmt: skip
    period = around(span, chosen if isinstance(chosen, date) else last)
    former, later = before(span, period), after(span, period)
    for words, icon, to, ends in (
        ("Earlier", "chevron_left", former.last, former.last < first),
        ("Later", "chevron_right", later.first, later.first > newest),
    ):
        st.button(
            words, icon=f":material/{icon}:", on_click=go, args=(to,), disabled=ends, key=f"trends_{words.lower()}"
        )
    return period


def _choice(
    span: Span | None, period: Period, places: list[str], reach: tuple[date, date], whose: Whose
) -> Choice:  # fmt: skip
    """Let choose a place and an activity."""
    place, activity = EVERYWHERE, EVERYTHING
    if len(places) > 1:
        named = [EVERYWHERE, *(place or NOWHERE for place in places)]
        place = st.selectbox("Place", named, key="trends_place", bind="query-params", width=CHOICE_PX)
    if span not in (Span.DAY, None):
        activity = st.selectbox(
            "Activity", [EVERYTHING, *(str(one).capitalize() for one in ACTIVITIES)], key="trends_activity",
            bind="query-params", width=CHOICE_PX,
        )  # fmt: skip
    about = About(whose.person, None if place == EVERYWHERE else "" if place == NOWHERE else place)
    doing = None if activity == EVERYTHING else Activity(activity.lower())
    where = (f"-person-{whose.person}" if whose.person else "") + (f"-{place}" if about.place else "")
    file = f"posture-coach{where}-{period.first}{f'-{period.last}' if period.last != period.first else ''}-"
    return Choice(about, doing, baseline(reach[0]), reach, settings().minutes_days, file, whose)


def _compare(first: date, last: date, places: list[str], whose: Whose) -> None:
    """Compare two periods that are chosen freely."""
    fortnight = timedelta(days=BASELINE_DAYS - 1)
    latest = Period(max(first, last - fortnight), last)
    former_last = max(first, latest.first - timedelta(days=1))
    former = Period(max(first, former_last - fortnight), former_last)
    newest = max(last, today())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        spans = [
            _days(words, period, first, newest, key)
            for words, period, key in zip(("First period", "Second period"), (former, latest), PERIOD_KEYS, strict=True)
        ]
        choice = _choice(None, spans[1] or latest, places, (first, last), whose)
    if spans[0] is None or spans[1] is None:
        st.info("Choose a first and a last day for both periods.", icon=":material/date_range:")
        return
    compare_view(replace(choice, file=f"{choice.file}against-{spans[0].first}-"), spans[0], spans[1])


def _days(words: str, period: Period, first: date, newest: date, key: str) -> Period | None:
    if not all(first <= day <= newest for day in st.session_state.get(key) or ()):
        del st.session_state[key]
    chosen = st.date_input(
        words, (period.first, period.last), first, newest, key=key, format="YYYY-MM-DD", width=RANGE_PX,
        bind="query-params",
    )  # fmt: skip
    return Period(*chosen) if isinstance(chosen, tuple) and len(chosen) == 2 else None  # noqa: PLR2004 - two ends
