"""The places on the page *Calibrate*: which there are, which is held against, and how to rename or forget one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from posture_coach.coach.places import stale
from posture_coach.coach.watch import Watch
from posture_coach.dashboard.calibrate import run as calibrate_run
from posture_coach.dashboard.words import SEEN_FROM, plain
from posture_coach.errors import PostureCoachError
from posture_coach.store.files.profiles import MAX_NAME, Places, Profile

RECOGNISED = "the one where you sit"
FAULT = "calibrate_fault"


def places_list(watch: Watch) -> None:
    """Show the places."""
    profiles, problems = Places().all()
    if not profiles and not problems:
        return
    st.subheader("Your places", anchor=False)
    if FAULT in st.session_state:
        st.error(plain(st.session_state.pop(FAULT)))
    if profiles:
        _choice(watch, profiles)
    for number, profile in enumerate(profiles):
        with st.container(horizontal=True, vertical_alignment="center", key=f"place-{number}", border=True):
            _place(watch, profile, number)
    for problem in problems:
        st.warning(plain(problem))


def _choice(watch: Watch, profiles: list[Profile]) -> None:
    state, chosen = st.session_state, watch.status.wish.place
    names = [RECOGNISED, *(profile.place for profile in profiles)]
    state["calibrate_chosen"] = chosen if chosen in names else RECOGNISED

    def choose() -> None:
        name = state.calibrate_chosen
        watch.wish(place=None if name == RECOGNISED else name)

    st.selectbox("Held against", names, key="calibrate_chosen", on_change=choose, width=320)


def _place(watch: Watch, profile: Profile, number: int) -> None:
    here = watch.status.upright.place == profile.place
    with st.container(width="stretch", gap=None):
        st.markdown(f"**{plain(profile.place)}**" + ("  :green-badge[held against now]" if here else ""))
        eye = profile.seen_by
        st.caption(
            plain(
                f"{profile.taken_at.astimezone():%d %B %Y, %H:%M}, {SEEN_FROM[profile.own.view]}, {eye.source}, "
                f"{eye.width}x{eye.height}, model {eye.model}"
            )
        )
        old = stale(profile, datetime.now(UTC))
        if old:
            st.caption(plain(old))
    with st.popover("Rename", icon=":material/edit:"):
        key = f"calibrate_name_{number}"
        st.text_input("New name", key=key, max_chars=MAX_NAME)
        st.button("Rename", key=f"{key}_do", on_click=_tried, args=(_rename, watch, profile.place, key))
    with st.popover("Delete", icon=":material/delete:"):
        st.markdown(f"Forget {plain(profile.place)}? It cannot be had back.")
        st.button("Delete", key=f"calibrate_delete_{number}", on_click=_tried, args=(_delete, watch, profile.place, ""))


def _tried(act: Callable[[Watch, str, str], None], watch: Watch, place: str, key: str) -> None:
    try:
        act(watch, place, key)
    except PostureCoachError as why:
        st.session_state[FAULT] = str(why)


def _rename(watch: Watch, place: str, key: str) -> None:
    renamed = Places().rename(place, st.session_state.pop(key))
    calibrate_run.forget()
    watch.wish(place=renamed.place if watch.status.wish.place == place else watch.status.wish.place)
    watch.look_again()


def _delete(watch: Watch, place: str, _key: str) -> None:
    Places().delete(place)
    calibrate_run.forget()
    if watch.status.wish.place == place:
        watch.wish(place=None)
    watch.look_again()
