"""Changing one target on the page: its edges, weight and holding times, who set it and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import streamlit as st

from posture_coach.dashboard import camera
from posture_coach.dashboard.targets.html import rows_of
from posture_coach.dashboard.words import plain
from posture_coach.errors import PostureCoachError
from posture_coach.measures.definitions import UNIT_SIGN
from posture_coach.scoring.own import EDGES, GRADES, HEAVIEST, LONGEST
from posture_coach.scoring.targets import Own, Target
from posture_coach.store.files.own_targets import OwnTargets, shipped

OPEN = "targets_open"
"""Where the page remembers which target is being changed."""
PROBLEM, DONE, FAULT = "targets_problem", "targets_done", "targets_fault"
FIELD = "targets_edit_"
"""How the keys of all fields begin."""
STEP, FORMAT = {"deg": 1.0, "ratio": 0.01, "cm": 1.0}, {"deg": "%g", "ratio": "%.2f", "cm": "%g"}
FIELD_PX = 150
MINUTE_S = 60.0
LIGHTEST, SHORTEST_MIN = 0.1, 0.01
MISPLACED = "Not kept: an edge above is in the wrong place. Correct it, and save again."
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
    begin_anew()
    for key in [key for key in st.session_state if str(key).startswith(FIELD)]:
        del st.session_state[key]
    st.session_state[OPEN] = target_id


def begin_anew() -> None:
    """Forget what was said of the last thing done; not before: a page may be built twice for one click."""
    for key in (PROBLEM, DONE, FAULT, OPEN):
        st.session_state.pop(key, None)


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
    """Show the fields of one target; nothing of them is taken before Save, so that nothing typed is lost meanwhile."""
    with st.form("targets_form", border=False):
        _edges(target)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.number_input(
                "Weight", LIGHTEST, HEAVIEST, max(float(target.weight), LIGHTEST), 0.5, "%g", f"{FIELD}weight",
                "Share in the score: 1 is usual, 3 the heaviest of the shipped ones.", width=FIELD_PX,
            )  # fmt: skip
            _minutes(target)
        _words(target, own)
        if PROBLEM in st.session_state:
            st.error(plain(st.session_state[PROBLEM]))
        with st.container(horizontal=True):
            st.form_submit_button("Save", type="primary", on_click=_save, args=(person, target))
            st.form_submit_button("Cancel", on_click=begin_anew)


def _edges(target: Target) -> None:
    """Ask for the edges, and say beside each that was saved in the wrong place what is wrong with it."""
    lowest, highest = EDGES[target.unit]
    unit = UNIT_SIGN.get(target.unit, "").strip()
    with st.container(horizontal=True, vertical_alignment="top"):
        for number, edge in enumerate(edges_of(target)):
            if edge.fixed:
                continue
            with st.container(width=FIELD_PX, gap=None):
                st.number_input(
                    f"{edge.label} ({unit})" if unit else edge.label, lowest, highest, float(edge.value),
                    STEP[target.unit], FORMAT[target.unit], f"{FIELD}edge_{number}",
                )  # fmt: skip
                problem = edge_problem(typed_edges(target), number)
                if problem:
                    st.markdown(f":red[:small[{problem}]]")


def typed_edges(target: Target) -> list[float]:
    """Return the edges as they were typed; as they are where nothing was."""
    state = st.session_state
    return [
        round(float(state.get(f"{FIELD}edge_{number}", edge.value)), DIGITS)
        for number, edge in enumerate(edges_of(target))
    ]


def edge_problem(edges: Sequence[float], number: int) -> str:
    """Say what is wrong with one edge; empty where it lies between those beside it."""
    if number and not edges[number] > edges[number - 1]:
        return f"Must be above {edges[number - 1]:g}."
    last = len(edges) - 1
    # The outermost is not asked for: what has passed it is told at the one before.
    if number == last - 1 and not edges[number] < edges[last]:
        return f"Must be below {edges[last]:g}."
    return ""


def _words(target: Target, own: Own | None) -> None:
    """Ask who set it and why, for a note, and whether it is to be judged by at all."""
    was = own.shipped if own is not None else target
    note = target.note if own is not None and (was is None or target.note != was.note) else ""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Set by", own.set_by if own else "", 80, f"{FIELD}set_by", width=280,
            placeholder="your own name, or a physiotherapist's",
        )  # fmt: skip
        st.text_input("Why", own.reason if own else "", LONGEST, f"{FIELD}reason")
    st.text_input("Note", note, LONGEST, f"{FIELD}note")
    if was is not None:  # one of one's own is deleted instead
        st.toggle("Judge by it", own.used if own else True, f"{FIELD}used")


def _minutes(target: Target) -> None:
    """Ask how long caution may be held at the values where the limit is known."""
    sign = UNIT_SIGN.get(target.unit, "")
    for number, (value, seconds) in enumerate(target.holding.points if target.holding else ()):
        st.number_input(
            f"Minutes at {value:g}{sign}", SHORTEST_MIN, None, max(seconds / MINUTE_S, SHORTEST_MIN), 0.5, "%g",
            f"{FIELD}minutes_{number}", "Held for longer, caution counts as poor.", width=FIELD_PX,
        )  # fmt: skip


def _meant(target: Target) -> dict[str, Any]:
    """Return what was typed."""
    state, limit = st.session_state, target.holding
    held = [
        [value, round(state[f"{FIELD}minutes_{number}"] * MINUTE_S, DIGITS)]
        for number, (value, _) in enumerate(limit.points if limit else ())
    ]
    return {
        **bands_between(target, typed_edges(target)),
        "weight": state[f"{FIELD}weight"],
        "holding": held or None,
        **{key: state[f"{FIELD}{key}"] for key in ("set_by", "reason", "note")},
        "used": state.get(f"{FIELD}used", True),
    }


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


def _save(person: str, target: Target) -> None:
    """Keep what was typed, and hold against it at once; where an edge is in the wrong place, its field says so."""
    st.session_state.pop(PROBLEM, None)
    edges = typed_edges(target)
    if any(edge_problem(edges, number) for number in range(len(edges))):
        st.session_state[PROBLEM] = MISPLACED
        return
    own, meant = OwnTargets(), _meant(target)
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
    begin_anew()
    st.session_state[DONE] = f"{target.title}: " + ("kept, and held against from now on." if differs else "as shipped.")
