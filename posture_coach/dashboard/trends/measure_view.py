"""One measure over some days, held against its target, the person's own baseline, and the days before."""

from __future__ import annotations

import streamlit as st

from posture_coach.activity.types import Activity
from posture_coach.dashboard import camera
from posture_coach.dashboard.trends import charts
from posture_coach.dashboard.trends import period_tables as tables
from posture_coach.dashboard.trends.choice import Choice
from posture_coach.dashboard.trends.figure import show
from posture_coach.dashboard.trends.history import READER
from posture_coach.dashboard.trends.html import note_html, verdicts_html
from posture_coach.dashboard.trends.period import Period
from posture_coach.dashboard.trends.table import said
from posture_coach.dashboard.trends.verdicts import compared_measure
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.definitions import BY_NAME, UNIT_SIGN
from posture_coach.store.history import trends
from posture_coach.store.history.reader import Several
from posture_coach.store.history.trends import MeasureDay

FIRST_MEASURES = ("trunk_inclination_deg", "neck_inclination_deg", "head_roll_deg", "viewing_distance_cm")
BASELINE = "Dashed: the mean of the first two weeks"


def measure_section(choice: Choice, period: Period, span: Period, now: Several, against: Several | None) -> None:
    """Show a measure that is chosen here; `span` is the one of `against`."""
    name, activity = measure_chosen(choice, now)
    if not name:
        return
    shown, former, base = measured(choice, name, activity, (period, span, choice.baseline))
    _chart(choice, name, activity, period, shown, mean_of([day.median for day in base]))
    if against is not None:
        one = compared_measure(
            name, (former, shown), (against.ways, now.ways), shipped_accuracy(live=True),
            one_place=choice.about.place is not None,
        )  # fmt: skip
        st.html(note_html(f"Means of the days, {span.words} and {period.words}:") + verdicts_html([one]))


def measure_chosen(choice: Choice, now: Several) -> tuple[str, Activity]:
    """Let choose one of the measures that there are; return it, and what was done while it was measured."""
    there = {
        name: doing for name, doing in now.measured.items()
        if name in BY_NAME and (choice.activity is None or choice.activity in doing)
    }  # fmt: skip
    if not there:
        return "", Activity.SITTING
    names = [*(name for name in FIRST_MEASURES if name in there), *(n for n in BY_NAME if n in there)]
    name = st.selectbox(
        "Measure", list(dict.fromkeys(names)), format_func=lambda one: BY_NAME[one].title, key="trends_measure",
        width=420, help="Measures that were seen in these days; the page Measures explains each.",
    )  # fmt: skip
    return name, choice.activity or tables.main_activity(now.days, there[name])


def measured(choice: Choice, name: str, activity: Activity, spans: tuple[Period, ...]) -> list[list[MeasureDay]]:
    """Return a measure day by day in each of some spans."""
    found = READER.ask(
        lambda c: [trends.measure(c, choice.about, name, activity, span.first, span.last) for span in spans]
    )
    return found if name and found is not None else [[] for _ in spans]


def mean_of(values: list[float]) -> float | None:
    """Return the mean of some days; None where they are too few."""
    known = [value for value in values if value == value]
    return sum(known) / len(known) if len(known) >= tables.LEAST_DAYS else None


def _chart(
    choice: Choice, name: str, activity: Activity, period: Period, shown: list[MeasureDay], mean: float | None
) -> None:  # fmt: skip
    row, good = BY_NAME[name], tables.good_of(camera.held().targets, name, activity)
    table = tables.measure_table(shown, name, activity, period)
    digits, sign = tables.DIGITS[row.unit], UNIT_SIGN[row.unit]
    within = "its days" if period.by_weeks else "its minutes"
    keys = [f"Dot: the median of a {period.bucket}. Bar: the middle half of {within}."]
    if mean is not None:
        keys.append(f"{BASELINE}, {said(mean, digits)}{sign}.")
    keys.append(f"Green: {good.words}." if good.bands else good.words)
    keys.append(f"Zero and sign: {row.zero_and_sign}.")
    show(table, charts.spread_chart(table, period, "median", mean, good.bands, sign), keys, choice.file)
