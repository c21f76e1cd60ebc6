"""What the trends page shows of a week, a month or a year."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from posture_coach.activity.types import Activity
from posture_coach.coach.story.day import is_judged
from posture_coach.coach.story.sitting import good_min
from posture_coach.coach.story.words import MINUTE_S
from posture_coach.dashboard.trends import charts
from posture_coach.dashboard.trends import period_tables as tables
from posture_coach.dashboard.trends.changes_view import changes
from posture_coach.dashboard.trends.choice import Choice, nothing_kept
from posture_coach.dashboard.trends.figure import show
from posture_coach.dashboard.trends.history import READER
from posture_coach.dashboard.trends.html import cards_html, note_html, period_cards
from posture_coach.dashboard.trends.measure_view import BASELINE, mean_of, measure_section
from posture_coach.dashboard.trends.period import Period
from posture_coach.scoring.rules import Rules, shipped_rules
from posture_coach.store.history import reader, trends
from posture_coach.store.history.reader import Several
from posture_coach.store.history.trends import Doing

FIRST_WEEKS = "The first two weeks"


def period_view(choice: Choice, period: Period, before: Period, which: str) -> None:
    """Show a week, a month or a year; `which` of them it is."""
    about, base = choice.about, choice.baseline
    asked = READER.ask(
        lambda c: [
            reader.several(c, about, span.first, span.last, closely=span is period) for span in (period, before, base)
        ]
    )
    if asked is None or not asked[0].days:
        nothing_kept(choice, period.words)
        return
    rules = shipped_rules()
    now, then, first = (replace(found, days=tables.without_glimpses(found.days, rules)) for found in asked)
    st.html(cards_html(period_cards(now.days, rules)))
    _few(len(now.days))
    if choice.activity is None:
        _score(choice, period, now, first, rules)
    else:
        _posture(choice, choice.activity, period)
    against, span = _against(choice, period, before, which, then, first)
    if against is not None:
        changes(choice, against, now, (span.words, period.words))
    if choice.activity is None:
        _parts_and_hours(choice, period, now, rules)
    _sitting_and_breaks(choice, period, now, rules)
    measure_section(choice, period, span, now, against if against is not None and against.days else None)


def _few(count: int) -> None:
    if count < tables.LEAST_DAYS:
        days = "One day has" if count == 1 else f"{count} days have"
        st.info(
            f"{days} something kept here. A trend needs {tables.LEAST_DAYS} days at least: come back, or look at a "
            "longer period.", icon=":material/hourglass_empty:",
        )  # fmt: skip


def _score(choice: Choice, period: Period, now: Several, first: Several, rules: Rules) -> None:
    score = tables.score_table(now.days, now.windows, period)
    mean = mean_of([day.score for day in first.days])
    point, inside = ("median of a week's days", "its days") if period.by_weeks else (
        "score of a day", f"its five-minute scores, kept for {choice.minutes_days} days",
    )  # fmt: skip
    keys = [f"Dot: the {point}. Bar: the middle half of {inside}."]
    if mean is not None:
        keys.append(f"{BASELINE}, {mean:.0f}.")
    if not all(is_judged(day, rules) for day in now.days):
        keys.append(f"A day has a score from {rules.days.enough_s / MINUTE_S:g} minutes on.")
    show(score, charts.spread_chart(score, period, "score", mean), keys, choice.file)


def _posture(choice: Choice, activity: Activity, period: Period) -> None:
    """Show posture during one activity: changes of position and breaks are of all of them."""
    found: list[Doing] = READER.ask(lambda c: trends.doing(c, choice.about, activity, period.first, period.last)) or []
    if not found:
        st.info(f"Nobody was seen {activity} in this time.", icon=":material/info:")
        return
    table = tables.posture_table(found, activity, period)
    keys = ["Changes of position and breaks are not of one activity: choose all of them to see the whole score."]
    if not any(one.scored_s for one in found):
        st.html(note_html(f"Posture is not scored while {activity}; the table has the hours."))
    show(table, charts.spread_chart(table, period, "score"), keys, choice.file)


def _against(
    choice: Choice, period: Period, before: Period, which: str, then: Several, first: Several
) -> tuple[Several | None, Period]:
    """Let choose what the period is held against: the one before, or the person's own baseline."""
    former = f"The {which} before"
    st.subheader("What has changed", anchor=False)
    chosen = st.segmented_control(
        "Against", (former, FIRST_WEEKS), default=former, required=True, key=f"trends_against_{which}",
        label_visibility="collapsed",
    )  # fmt: skip
    if chosen != FIRST_WEEKS:
        return then, before
    if choice.baseline.last >= period.first:
        st.html(note_html(
            f"The first two weeks ({choice.baseline.words}) reach into {period.words}: look at a later {which} to "
            "hold it against them."
        ))  # fmt: skip
        return None, choice.baseline
    return first, choice.baseline


def _parts_and_hours(choice: Choice, period: Period, now: Several, rules: Rules) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        parts = tables.parts_table(now.days, period)
        show(parts, charts.parts_chart(parts, charts.day_axis(period)), (charts.PART_KEY,), choice.file)
    with right:
        words = f"{period.words}, as far back as five minutes are kept ({choice.minutes_days} days)"
        hours = tables.hours_table(now.windows, words, rules)
        least_min = rules.days.least_hour_s / MINUTE_S
        keys = [f"Lighter is better; an hour needs {least_min:g} minutes in which somebody was seen."]
        show(hours, charts.map_chart(hours) if hours.rows else None, keys, choice.file)


def _sitting_and_breaks(choice: Choice, period: Period, now: Several, rules: Rules) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        bouts, good = tables.bouts_table(now.days, period, rules), good_min(rules)
        keys = ("Dot: the longest bout. Stroke: the median one.", f"Dashed: {good:.0f} minutes.")
        show(bouts, charts.period_bouts_chart(bouts, period, good), keys, choice.file)
    with right:
        breaks = tables.breaks_table(now.days, period, rules)
        told = "Bar: breaks taken. Stroke across: breaks planned."
        show(breaks, charts.breaks_chart(breaks, period), [told], choice.file)
    st.html(note_html(tables.planned_words(rules)))
