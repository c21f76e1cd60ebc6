"""Changing one target on the page: its edges, weight and holding times, who set it and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import streamlit as st

from posture_coach.dashboard import camera
from posture_coach.dashboard.analyze_result import plain
from posture_coach.dashboard.targets_html import rows_of
from posture_coach.errors import PostureCoachError
from posture_coach.measures.definitions import UNIT_SIGN
from posture_coach.scoring.own import EDGES, GRADES, HEAVIEST, LONGEST
from posture_coach.scoring.targets import Own, Target
from posture_coach.store.own_targets import OwnTargets, shipped

OPEN = "targets_open"
"""Where the page remembers which target is being changed."""
PROBLEM, DONE = "targets_problem", "targets_done"
STEP, FORMAT = {"deg": 1.0, "ratio": 0.01, "cm": 1.0}, {"deg": "%g", "ratio": "%.2f", "cm": "%g"}
FIELD_PX = 150
MINUTE_S = 60.0
LIGHTEST, SHORTEST_MIN = 0.1, 0.01
DIGITS = 6
"""Decimals kept of what is typed: more would be the machine's own."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One edge between two bands, or where the outermost ends.

    Parameters
    ----------
    label
        What begins or ends there.
    fixed
        Whether it only says how far a body goes, and is not asked for.
    """

    value: float
    label: str
    fixed: bool


def open_editor(target_id: str) -> None:
    """Let one target be changed; what was typed for another is forgotten."""
    for key in [key for key in st.session_state if str(key).startswith("targets_edit_")]:
        del st.session_state[key]
    st.session_state[OPEN] = target_id


def edges_of(target: Target) -> list[Edge]:
    """Return the edges of a target's bands in ascending order."""
    rows = rows_of(target)
    grades = [name for _, _, name in rows]
    values = [rows[0][0], *(low for low, _, _ in rows[1:]), rows[-1][1]]
    edges = []
    for value, below, above in zip(values, ["", *grades], [*grades, ""], strict=True):
        outermost = not below or not above
        natural = target.magnitude and not below and value <= 0
        edges.append(Edge(value, _label(below, above), outermost and (natural or "poor" in (below, above))))
    return edges


def _label(below: str, above: str) -> str:
    """Name an edge by the better of what lies on its sides."""
    if not below or (above and GRADES.index(above) < GRADES.index(below)):
        return f"{above.capitalize()} from"
    return f"{below.capitalize()} to"


def bands_between(target: Target, edges: Sequence[float]) -> dict[str, list[list[float]]]:
    """Return the bands that lie between edges, in the order of the target's grades."""
    bands: dict[str, list[list[float]]] = {name: [] for name in GRADES}
    for (low, high), (_, _, name) in zip(pairwise(edges), rows_of(target), strict=True):
        bands[name].append([low, high])
    return bands


def edit(person: str, target: Target, own: Own | None) -> None:
    """Show the fields of one target."""
    edges, sound = _edges(target)
    if sound and _narrow(target, edges):
        st.caption(
            f"Good is narrower than the smallest change that counts ({target.mdc:g}): no camera tells it surely."
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        weight = st.number_input(
            "Weight", LIGHTEST, HEAVIEST, max(float(target.weight), LIGHTEST), 0.5, "%g", "targets_edit_weight",
            "Share in the score: 1 is usual, 3 the heaviest of the shipped ones.", width=FIELD_PX,
        )  # fmt: skip
        minutes = _minutes(target)
    meant = {**bands_between(target, edges), "weight": weight, "holding": minutes, **_words(target, own)}
    if PROBLEM in st.session_state:
        st.error(plain(st.session_state.pop(PROBLEM)))
    with st.container(horizontal=True):
        st.button("Save", type="primary", disabled=not sound, on_click=_save, args=(person, target, meant))
        st.button("Cancel", on_click=lambda: st.session_state.pop(OPEN, None))


def _narrow(target: Target, edges: Sequence[float]) -> bool:
    good = bands_between(target, edges)["good"]
    width = good[-1][1] - (-good[-1][1] if target.magnitude else good[0][0])
    return width < target.mdc


def _words(target: Target, own: Own | None) -> dict[str, Any]:
    """Ask who set it and why, for a note, and whether it is to be judged by at all."""
    was = own.shipped if own is not None else target
    note = target.note if own is not None and (was is None or target.note != was.note) else ""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        set_by = st.text_input(
            "Set by", own.set_by if own else "", 80, "targets_edit_set_by", width=280,
            placeholder="your own name, or a physiotherapist's",
        )  # fmt: skip
        reason = st.text_input("Why", own.reason if own else "", LONGEST, "targets_edit_reason")
    note = st.text_input("Note", note, LONGEST, "targets_edit_note")
    # One of one's own is deleted instead.
    used = was is None or st.toggle("Judge by it", own.used if own else True, "targets_edit_used")
    return {"set_by": set_by, "reason": reason, "note": note, "used": used}


def _edges(target: Target) -> tuple[list[float], bool]:
    """Ask for the edges, and say beside each what is wrong with it; return them and whether all are right."""
    lowest, highest = EDGES[target.unit]
    unit = UNIT_SIGN.get(target.unit, "").strip()
    values: list[float] = []
    wrong = False
    with st.container(horizontal=True, vertical_alignment="top"):
        for number, edge in enumerate(edges_of(target)):
            if edge.fixed:
                wrong |= bool(values) and _is_wrong(edge.value, values)
                values.append(edge.value)
                continue
            with st.container(width=FIELD_PX, gap=None):
                asked = st.number_input(
                    f"{edge.label} ({unit})" if unit else edge.label, lowest, highest, float(edge.value),
                    STEP[target.unit], FORMAT[target.unit], f"targets_edit_edge_{number}",
                )  # fmt: skip
                value = round(asked, DIGITS)
                wrong |= _is_wrong(value, values)
                values.append(value)
    return values, not wrong


def _is_wrong(value: float, before: Sequence[float]) -> bool:
    """Say below a field that it does not lie above the edge before it; return whether that is so."""
    if not before or value > before[-1]:
        return False
    st.markdown(f":red[:small[Must be above {before[-1]:g}.]]")
    return True


def _minutes(target: Target) -> list[list[float]] | None:
    """Ask how long caution may be held at the values where the limit is known; None where there is none."""
    if target.holding is None:
        return None
    sign = UNIT_SIGN.get(target.unit, "")
    asked = []
    for number, (value, seconds) in enumerate(target.holding.points):
        minutes = st.number_input(
            f"Minutes at {value:g}{sign}", SHORTEST_MIN, None, max(seconds / MINUTE_S, SHORTEST_MIN), 0.5, "%g",
            f"targets_edit_minutes_{number}", "Held for longer, caution counts as poor.", width=FIELD_PX,
        )  # fmt: skip
        asked.append([value, round(minutes * MINUTE_S, DIGITS)])
    return asked


def table_of(before: dict[str, Any], target: Target, meant: dict[str, Any], today: date) -> dict[str, Any]:
    """Return what is to stand in the file: of what was meant, that which differs from the shipped target.

    Parameters
    ----------
    before
        What stands there: keys that the page does not ask for stay.
    """
    was = next((one for one in shipped().targets if one.id == target.id), None)
    table = {key: value for key, value in before.items() if key not in meant}
    bands = {name: meant[name] for name in GRADES}
    differ = was is None or any(bands[name] != [list(band) for band in getattr(was, name)] for name in GRADES)
    if differ or "relative_to" in table:
        table |= bands
    if was is None or meant["weight"] != was.weight:
        table["weight"] = meant["weight"]
    if meant["holding"] is not None:
        limit = was.holding if was is not None else None
        if limit is None or meant["holding"] != [list(point) for point in limit.points]:
            table["holding"] = meant["holding"]
    elif before.get("holding") == "none":
        table["holding"] = "none"
    if not meant["used"]:
        table["used"] = False
    table |= {key: meant[key] for key in ("set_by", "reason", "note") if meant[key].strip()}
    return {**table, "set_on": today}


def _save(person: str, target: Target, meant: dict[str, Any]) -> None:
    own = OwnTargets()
    try:
        before = own.table(person).get(target.id, {})
        targets = own.change(target.id, table_of(before, target, meant, date.today()), person)
        differs = any(one.id == target.id for one in targets.own)
        if not differs:
            own.back(target.id, person)
    except PostureCoachError as why:
        st.session_state[PROBLEM] = str(why)
        return
    camera.hold_against(person)
    st.session_state.pop(OPEN, None)
    st.session_state[DONE] = f"{target.title}: " + ("kept, and held against from now on." if differs else "as shipped.")
