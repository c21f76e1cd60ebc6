"""The part of the page that tells of a walk: in words, as figures with their intervals, and step by step."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import pyarrow.csv as pv
import streamlit as st

from posture_coach.batch.telling import walking, with_err
from posture_coach.dashboard.analyze.html import capital, graded_html
from posture_coach.dashboard.analyze.worker import STEPS
from posture_coach.dashboard.jobs import Job
from posture_coach.scoring.perhaps import perhaps_words

Told = Mapping[str, Any]

FIGURES: dict[str, tuple[str, str, int, int]] = {
    "cadence_spm": ("Cadence", " steps/min", 1, 1),
    "step_time_left_s": ("Step onto the left foot", " s", 3, 1),
    "step_time_right_s": ("Step onto the right foot", " s", 3, 1),
    "stride_time_s": ("Stride", " s", 3, 1),
    "step_time_asymmetry_pct": ("Step times, left against right", " %", 1, 1),
    "stance_left_ratio": ("Left foot on the floor, of the stride", " %", 0, 100),
    "stance_right_ratio": ("Right foot on the floor, of the stride", " %", 0, 100),
    "double_support_ratio": ("Both feet on the floor, of the stride", " %", 0, 100),
    "trunk_lean_deg": ("Trunk lean", "°", 1, 1),
    "lateral_trunk_sway_deg": ("Sway of the trunk to each side", "°", 1, 1),
    "speed_m_s": ("Speed", " m/s", 2, 1),
    "step_length_m": ("Step length", " m", 2, 1),
}
"""By public name: title, unit, decimals, and how often the unit goes into the figure's own; the summary has more."""


def show_walk(job: Job, gait: Told) -> None:
    """Show what is told of a walk."""
    st.subheader("Walking", anchor=False)
    st.html(walk_html(gait))
    steps = job.result(STEPS)
    table = pv.read_csv(steps)
    if not table.num_rows:
        return
    with st.expander(f"Steps ({table.num_rows})"):
        st.dataframe(table, hide_index=True, height=240)
        st.download_button(
            "Steps (CSV)", lambda: steps.open("rb"), steps.name, "text/csv", key=f"analyze_get_steps_{job.id}",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip


def walk_html(gait: Told) -> str:
    """Return the sentences, a row for each figure with its interval, and why there is none of the others."""
    words = "".join(f"<p>{escape(capital(sentence))}.</p>" for sentence in walking(gait, asked=False))
    rows = "".join(_row(gait[name], *look) for name, look in FIGURES.items() if gait[name]["value"] is not None)
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("figure", "value ± 95 %", "verdict", "from"))
    table = f'<table class="pc-figures"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>' if rows else ""
    return f'<section class="pc-walk" aria-label="Walking">{words}{table}{_missing(gait)}</section>'


def _row(told: Told, title: str, unit: str, digits: int, times: int) -> str:
    shown = {"value": times * told["value"], "err": times * told["err"]}
    cells = f'<td class="pc-now">{with_err(shown, digits)}{unit}</td><td>{_verdict(told)}</td><td>{told["n"]}</td>'
    return f'<tr><th scope="row">{escape(title)}</th>{cells}</tr>'


def _verdict(told: Told) -> str:
    """Return the grade of the value as a mark, and in which bands it may lie too."""
    grade, *perhaps = told.get("grades", [""])
    return graded_html(grade, perhaps_words(perhaps)) if grade else ""


def _missing(gait: Told) -> str:
    """Say why figures are missing, those of one reason together."""
    if gait["cadence_spm"]["value"] is None:
        return ""
    titles: dict[str, list[str]] = {}
    for name, (title, *_) in FIGURES.items():
        if gait[name]["value"] is None:
            titles.setdefault(gait[name]["reason"], []).append(title)
    told = (f"{capital(', '.join(missing).lower())}: {reason}." for reason, missing in titles.items())
    return "".join(f'<p class="pc-quiet">{escape(sentence)}</p>' for sentence in told)
