"""What the trends page shows of one day: hour by hour, and to the minute."""

from __future__ import annotations

import streamlit as st

from posture_coach.dashboard.trends import charts
from posture_coach.dashboard.trends import period_tables as tables
from posture_coach.dashboard.trends.choice import Choice, nothing_kept
from posture_coach.dashboard.trends.day_tables import bout_table, hour_extremes, hour_table, ribbon_table
from posture_coach.dashboard.trends.figure import show
from posture_coach.dashboard.trends.history import READER
from posture_coach.dashboard.trends.html import cards_html, day_cards, note_html
from posture_coach.dashboard.trends.period import Period
from posture_coach.dashboard.trends.table import Table, said
from posture_coach.scoring.noise import score_limit
from posture_coach.scoring.rules import Rules, shipped_rules
from posture_coach.store import reader
from posture_coach.store.reader import OneDay
from posture_coach.store.trends import Day

HOLLOW = "Hollow: it ended out of view, and not with a break."


def day_view(choice: Choice, period: Period) -> None:
    """Show one day."""
    rules = shipped_rules()
    found = READER.ask(lambda c: reader.one_day(c, choice.about, period.first, rules))
    if found is None or found.day is None:
        nothing_kept(choice, period.words)
        return
    st.html(cards_html(day_cards(found.day, hour_extremes(found.hours, score_limit(rules)), rules)))
    if not found.hours and not found.ribbon:
        st.html(note_html("Hours and minutes are kept for 90 days; of days before, their sums are."))
        return
    _hours(choice, found, period, rules)
    ribbon = ribbon_table(found.ribbon, found.utc_offset_s, period.words)
    show(ribbon, charts.ribbon_chart(ribbon), file=choice.file)
    _bouts(choice, found.day, found.utc_offset_s, period, rules)


def _hours(choice: Choice, found: OneDay, period: Period, rules: Rules) -> None:
    hours = hour_table(found.hours, period.words, score_limit(rules))
    left, right = st.columns(2, gap="large")
    with left:
        show(hours, charts.hour_scores_chart(hours) if hours.rows else None, file=choice.file)
    with right:
        parts = Table("parts", "What the score is made of", _parts_words(hours), hours.columns, hours.rows)
        chart = charts.parts_chart(parts, charts.hour_axis(hours.column("hour"))) if hours.rows else None
        show(parts, chart, (charts.PART_KEY,), choice.file)


def _bouts(choice: Choice, day: Day, utc_offset_s: int, period: Period, rules: Rules) -> None:
    bouts, good = bout_table(day.bouts, utc_offset_s, rules, period.words), tables.good_bout_min(rules)
    keys = (f"Dashed: {good:.0f} minutes, as long as sitting in one go is good for.", HOLLOW)
    show(bouts, charts.bout_chart(bouts, good) if bouts.rows else None, keys, choice.file)
    st.html(note_html(tables.planned_words(rules)))


def _parts_words(hours: Table) -> str:
    medians = [(title, tables.quartiles(hours.column(part))[1]) for part, title in tables.PART_TITLE.items()]
    told = ", ".join(f"{title} {said(value, 0)}" for title, value in medians)
    return f"The three parts of the score, hour by hour; medians: {told}."
