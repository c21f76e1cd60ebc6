"""Two periods beside each other, chosen freely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import streamlit as st

from posture_coach.activity.types import Activity
from posture_coach.dashboard.trends import charts
from posture_coach.dashboard.trends.changes_view import changes
from posture_coach.dashboard.trends.choice import Choice, nothing_kept
from posture_coach.dashboard.trends.figure import show
from posture_coach.dashboard.trends.history import READER
from posture_coach.dashboard.trends.html import note_html, verdicts_html
from posture_coach.dashboard.trends.measure_view import mean_of, measure_chosen, measured
from posture_coach.dashboard.trends.period import Period
from posture_coach.dashboard.trends.period_tables import DIGITS, without_glimpses
from posture_coach.dashboard.trends.table import Column, Table, columns, said
from posture_coach.dashboard.trends.verdicts import compared_measure
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.definitions import BY_NAME, UNIT_SIGN
from posture_coach.scoring.rules import shipped_rules
from posture_coach.store.history import reader
from posture_coach.store.history.reader import Several

Lane = Sequence[tuple[date, float]]
"""The days of a period, with a figure of each."""


def compare_view(choice: Choice, one: Period, other: Period) -> None:
    """Show two periods."""
    asked = READER.ask(lambda c: [reader.several(c, choice.about, span.first, span.last) for span in (one, other)])
    if asked is None or not (asked[0].days or asked[1].days):
        nothing_kept(choice, "either period")
        return
    before, after = (replace(found, days=without_glimpses(found.days, shipped_rules())) for found in asked)
    names = (one.words, other.words)
    _overlap(one, other)
    st.subheader("What has changed from the first to the second", anchor=False)
    changes(choice, before, after, names)
    _both(choice, "Score", "score", [[(day.day, day.score) for day in found.days] for found in (before, after)], names)
    _measure(choice, before, after, (one, other), names)


def _overlap(one: Period, other: Period) -> None:
    if one.first <= other.last and other.first <= one.last:
        st.info(
            "The two periods share days, which makes them look more alike than they are.", icon=":material/info:"
        )  # fmt: skip


def _measure(
    choice: Choice, before: Several, after: Several, spans: tuple[Period, Period], names: tuple[str, str]
) -> None:  # fmt: skip
    seen: dict[str, set[Activity]] = {
        name: before.measured.get(name, set()) | after.measured.get(name, set())
        for name in {**before.measured, **after.measured}
    }
    name, activity = measure_chosen(choice, Several([*before.days, *after.days], [], after.ways, seen))
    if not name:
        return
    row, found = BY_NAME[name], measured(choice, name, activity, spans)
    lanes = [[(day.day, day.median) for day in of] for of in found]
    _both(choice, f"{row.title} while {activity}", name, lanes, names, DIGITS[row.unit], UNIT_SIGN[row.unit])
    one = compared_measure(
        name, (found[0], found[1]), (before.ways, after.ways), shipped_accuracy(live=True),
        one_place=choice.about.place is not None,
    )  # fmt: skip
    st.html(note_html("Means of the days:") + verdicts_html([one]))


def _both(
    choice: Choice, title: str, name: str, lanes: Sequence[Lane], names: tuple[str, str], digits: int = 0,
    sign: str = "",
) -> None:  # fmt: skip
    means = [mean_of([value for _, value in lane]) for lane in lanes]
    told = [f"{said(mean, digits)}{sign if mean is not None else ''}" for mean in means]
    rows = [(f"period {k}", day, value) for k, lane in enumerate(lanes, 1) for day, value in lane]
    if not rows:
        return
    heads = columns(("period", "period"), ("day", "day"))
    table = Table(
        f"both-{name}", title, f"Mean of the days: {told[0]} in the first period, {told[1]} in the second.",
        (*heads, Column("value", title, digits)), tuple(rows),
    )  # fmt: skip
    named = [(f"period {k}", mean if mean is not None else float("nan")) for k, mean in enumerate(means, 1)]
    keys = ("Dot: a day. Stroke: the mean.", *(f"Period {k}: {name}." for k, name in enumerate(names, 1)))
    show(table, charts.both_chart(table, named, sign, is_score=name == "score"), keys, choice.file)
