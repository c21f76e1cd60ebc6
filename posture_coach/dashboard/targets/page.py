"""The page of the targets: what each activity is held against, and what a person has set instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from html import escape

import streamlit as st

from posture_coach.dashboard import camera
from posture_coach.dashboard.scored_page import PAGE_PX, SEEN_FROM, known_html
from posture_coach.dashboard.targets.edit import DONE, FAULT, OPEN, begin_anew, edit, open_editor
from posture_coach.dashboard.targets.html import STYLE, bands_html
from posture_coach.dashboard.words import plain
from posture_coach.errors import PostureCoachError
from posture_coach.measures.definitions import BY_NAME
from posture_coach.scoring.targets import JUDGED, Own, RelativeTo, Source, Target, shipped_sources
from posture_coach.store.files.own_targets import Held, OwnTargets, person_name, shipped

INTRODUCTION = """
Your angles are held against these bands. They describe, they do not diagnose: no posture has been shown to cause back
pain. Where a band does not suit you, or a physiotherapist has set you another one, change it here. What you change
holds at once, and wherever a score is shown it is said that it was held against own targets.
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One target on the page.

    Parameters
    ----------
    target
        What holds, or would if it were not switched off.
    own
        What was changed of it.
    """

    target: Target
    own: Own | None

    @property
    def off(self) -> bool:
        """Whether it is switched off."""
        return self.own is not None and not self.own.used


def targets_page() -> None:
    """Show the page."""
    camera.hold_against()  # the file may have been edited by hand
    held = camera.held()
    with st.container(horizontal_alignment="center"), st.container(width=PAGE_PX):
        st.html(STYLE)
        st.title("Targets", anchor=False)
        st.markdown(INTRODUCTION)
        _person(held)
        # A place of their own, whether there are any: what comes and goes would turn the tabs back to the first.
        with st.container():
            _notices(held)
        _all_of(held)


def _person(held: Held) -> None:
    """Show whose targets these are, and how to have none of one's own."""
    state = st.session_state
    state["targets_person"] = held.person

    def choose() -> None:
        tried(lambda: camera.hold_against(person_name(state.targets_person or "")))

    with st.container(horizontal=True, vertical_alignment="bottom"):
        people = OwnTargets().people()
        st.selectbox(
            "Whose targets", people if held.person in people else [*people, held.person],
            key="targets_person", on_change=choose, accept_new_options=True, width=240,
            help="Everybody on this machine can have their own: type a short name to add somebody. It begins with me.",
        )  # fmt: skip
        if held.targets.own:
            with st.popover("Back to the shipped ones", icon=":material/restart_alt:"):
                st.markdown("Forget everything that was changed? It cannot be had back.")
                st.button("Forget it all", on_click=_forget, args=(held.person,))
    standing = f"{held.words}. " if held.words else "" if held.problem else "These are the shipped targets. "
    st.caption(plain(f"{standing}The file: {OwnTargets().path(held.person)}"))


def _forget(person: str) -> None:
    def do() -> None:
        OwnTargets().back_to_shipped(person)
        camera.hold_against(person)
        st.session_state[DONE] = "All targets are the shipped ones again."

    tried(do)


def _notices(held: Held) -> None:
    """Say what was done or could not be, and what to do with a file that is damaged."""
    if FAULT in st.session_state:
        st.error(plain(st.session_state[FAULT]))
    if DONE in st.session_state:
        st.success(plain(st.session_state[DONE]), icon=":material/check:")
    if not held.problem:
        return
    st.error(plain(held.problem), icon=":material/error:")
    st.button(
        "Put the file aside and begin anew", on_click=_forget, args=(held.person,),
        help="It is kept beside, under a name that ends in .damaged.",
    )  # fmt: skip


def _all_of(held: Held) -> None:
    entries = _entries(held)
    tabs = st.tabs([kind.value.capitalize() for kind in JUDGED])
    for tab, activity in zip(tabs, JUDGED, strict=True):
        with tab:
            for entry in (entry for entry in entries if entry.target.activity is activity):
                with st.container(border=True, key=f"target-{entry.target.id}"):
                    _entry(held, entry)


def _entries(held: Held) -> list[Entry]:
    """Return every target in the order of the shipped table, those that were switched off in their places."""
    now = {target.id: target for target in held.targets.targets}
    own = {one.id: one for one in held.targets.own}
    now |= {target.id: target for target in held.targets.off}
    ids = dict.fromkeys([*(target.id for target in shipped().targets), *now])
    return [Entry(now[id_], own.get(id_)) for id_ in ids]


@cache
def _sources() -> dict[str, Source]:
    return shipped_sources()


def _entry(held: Held, entry: Entry) -> None:
    target, own = entry.target, entry.own
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(target.title), anchor=False, width="stretch")
        if own is not None:
            st.badge("switched off" if entry.off else "own", color="gray" if entry.off else "green")
    st.html(f'<div class="pc-who"><small>{escape(_about(target))}</small></div>')
    moved = own is not None and own.used and own.renumbered
    st.html(bands_html(target, own.shipped if own is not None and moved else None, off=entry.off))
    st.html(f'<div class="pc-who">{_known(entry)}</div>')
    if held.problem:
        return
    if st.session_state.get(OPEN) == target.id:
        edit(held.person, target, own)
        return
    with st.container(horizontal=True):
        st.button("Change", key=f"targets_change_{target.id}", on_click=open_editor, args=(target.id,))
        if own is not None:
            words = "Back to shipped" if own.shipped is not None else "Delete"
            st.button(
                words, key=f"targets_back_{target.id}", type="tertiary", on_click=_back, args=(held.person, target)
            )


def _about(target: Target) -> str:
    """Say what is measured, from where it is seen, and against what it is held."""
    row = BY_NAME[target.measures[0]]
    against = "the change from your own upright" if target.relative_to is RelativeTo.OWN_UPRIGHT else "the value itself"
    size = ", to either side alike" if target.magnitude else ""
    held = _held(target)
    return (
        f"{row.definition[:1].upper()}{row.definition[1:]}; {row.zero_and_sign}. Seen {SEEN_FROM[target.view]}. Judged "
        f"is {against}{size}. Weight {target.weight:g}.{held} Smallest change that counts: {target.mdc:g}"
        f"{'°' if target.unit == 'deg' else ''}."
    )


def _held(target: Target) -> str:
    if target.holding is None:
        return ""
    points = ", ".join(f"{seconds / 60:g} min at {value:g}°" for value, seconds in target.holding.points)
    return f" Caution may be held for {points}, then it counts as poor."


def _known(entry: Entry) -> str:
    target, own = entry.target, entry.own
    note = f"<small>{escape(target.note)}</small>" if target.note else ""
    if own is not None and entry.off:
        return f"<b>Switched off</b>, {escape(own.words)}. {escape(own.reason)}"
    before = ""
    if own is not None and own.renumbered and own.shipped is not None:
        before = f"<small>Shipped: {known_html(own.shipped, _sources())}</small>"
    if own is not None and own.renumbered and _narrow(target):
        note += "<small>Good is narrower than the smallest change that counts: no camera tells it surely.</small>"
    return f"{known_html(target, _sources())}{note}{before}"


def _narrow(target: Target) -> bool:
    low, high = target.good[0][0], target.good[-1][1]
    return high - (-high if target.magnitude else low) < target.mdc


def _back(person: str, target: Target) -> None:
    def do() -> None:
        OwnTargets().back(target.id, person)
        camera.hold_against(person)
        st.session_state[DONE] = f"{target.title}: as shipped again."

    tried(do)


def tried(act: Callable[[], object]) -> None:
    """Do something, and say on the page why it could not be done."""
    begin_anew()
    try:
        act()
    except PostureCoachError as why:
        st.session_state[FAULT] = str(why)
