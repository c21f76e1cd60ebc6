"""What the trends page shows of one day: hour by hour, and to the minute."""

from __future__ import annotations

from typing import Any

import streamlit as st

from posture_coach.coach.story.day import is_judged
from posture_coach.coach.story.sitting import good_min
from posture_coach.dashboard.trends import charts
from posture_coach.dashboard.trends import period_tables as tables
from posture_coach.dashboard.trends.choice import Choice, nothing_kept
from posture_coach.dashboard.trends.day_tables import OffsetS, bout_table, hour_extremes, hour_table, ribbon_table
from posture_coach.dashboard.trends.figure import show
from posture_coach.dashboard.trends.history import READER
from posture_coach.dashboard.trends.html import cards_html, day_cards, note_html, parts_told
from posture_coach.dashboard.trends.measure_view import BASELINE, mean_of
from posture_coach.dashboard.trends.period import Period
from posture_coach.dashboard.trends.table import Table
from posture_coach.scoring.rules import Rules, shipped_rules
from posture_coach.store.history import reader, trends
from posture_coach.store.history.reader import OneDay
from posture_coach.store.history.trends import Day

HOLLOW = "Hollow: it ended out of view, and not with a break."


def day_view(choice: Choice, period: Period) -> None:
    """Show one day."""
    rules = shipped_rules()
    found, first_days = READER.ask(lambda c: _asked(c, choice, period, rules)) or (None, [])
    if found is None or found.day is None:
        nothing_kept(choice, period.words)
        return
    st.html(cards_html(day_cards(found.day, hour_extremes(found.hours, rules), rules)))
    if not found.hours and not found.ribbon:
        st.html(note_html(
            f"Hours and minutes are kept for {choice.minutes_days} days; of days before, their sums are."
        ))  # fmt: skip
        return
    _hours(choice, found, period, rules, mean_of([day.score for day in tables.without_glimpses(first_days, rules)]))
    ribbon = ribbon_table(found.ribbon, found.day.seconds, found.offset_s, period.words, choice.whose.done)
    show(ribbon, charts.ribbon_chart(ribbon), file=choice.file)
    _bouts(choice, found.day, found.offset_s, period, rules)


def _asked(connection: Any, choice: Choice, period: Period, rules: Rules) -> tuple[OneDay, list[Day]]:
    about, base = choice.about, choice.baseline
    return (
        reader.one_day(connection, about, period.first, rules), trends.days(connection, about, base.first, base.last),
    )  # fmt: skip


def _hours(choice: Choice, found: OneDay, period: Period, rules: Rules, mean: float | None) -> None:
    hours = hour_table(found.hours, period.words, rules)
    left, right = st.columns(2, gap="large")
    with left:
        keys = [] if mean is None else [f"{BASELINE}, {mean:.0f}."]
        show(hours, charts.hour_scores_chart(hours, mean) if hours.rows else None, keys, choice.file)
    with right:
        parts = Table("parts", "What the score is made of", _parts_words(found.day, rules), hours.columns, hours.rows)
        chart = charts.parts_chart(parts, charts.hour_axis(hours.column("hour"))) if hours.rows else None
        show(parts, chart, (charts.PART_KEY,), choice.file)


def _bouts(choice: Choice, day: Day, offset_s: OffsetS, period: Period, rules: Rules) -> None:
    bouts, good = bout_table(day.bouts, offset_s, rules, period.words), good_min(rules)
    keys = (f"Dashed: {good:.0f} minutes, as long as sitting in one go is good for.", HOLLOW)
    show(bouts, charts.bout_chart(bouts, good) if bouts.rows else None, keys, choice.file)
    st.html(note_html(tables.planned_words(rules)))


def _parts_words(day: Day | None, rules: Rules) -> str:
    """Say the day's own parts, as its card does: a mean over its time, which no middle of its hours is."""
    whole = f"; the whole day: {parts_told(day)}" if day is not None and is_judged(day, rules) else ""
    return f"The three parts of the score, hour by hour{whole}."
