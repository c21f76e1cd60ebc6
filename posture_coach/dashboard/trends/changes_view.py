"""What has changed between some days and others, figure by figure, in words."""

from __future__ import annotations

import streamlit as st

from posture_coach.dashboard.trends.choice import Choice
from posture_coach.dashboard.trends.figure import show
from posture_coach.dashboard.trends.html import note_html, verdicts_html
from posture_coach.dashboard.trends.verdicts import cautions, compared, shared_reasons, verdict_table
from posture_coach.scoring.rules import shipped_rules
from posture_coach.store.history.reader import Several

RULE = "A change is told where it is beyond both what measuring twice may differ and what days differ by themselves."


def changes(choice: Choice, before: Several, after: Several, names: tuple[str, str]) -> None:
    """Show the verdicts; `names` of the days before and of those after."""
    if not before.days or not after.days:
        st.html(note_html(f"Nothing is kept of {names[1] if before.days else names[0]}: there is nothing to compare."))
        return
    one_place = choice.about.place is not None
    found = compared(before.days, after.days, before.ways, after.ways, shipped_rules(), one_place=one_place)
    table = verdict_table(found, names)
    st.html(
        note_html(f"Means of the days, {names[0]}, then {names[1]}. {table.words}") + verdicts_html(found)
        + note_html(*shared_reasons(found), *cautions(before.ways, after.ways), RULE)
    )  # fmt: skip
    show(table, None, file=choice.file, headed=False)
