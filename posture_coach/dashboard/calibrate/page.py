"""The page that leads through a calibration, says what came of it, and looks after the places."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from posture_coach.coach.guide import ENDED, Phase
from posture_coach.coach.kept import kept
from posture_coach.coach.watch import Watch
from posture_coach.dashboard import camera
from posture_coach.dashboard.calibrate import run as calibrate_run
from posture_coach.dashboard.calibrate.places import places_list
from posture_coach.dashboard.calibrate.route import PATH
from posture_coach.dashboard.feed.view import picture_view
from posture_coach.dashboard.guard import TOKEN
from posture_coach.dashboard.words import plain
from posture_coach.errors import DataError, OutputError, PostureCoachError
from posture_coach.pose.lens import shipped_presets
from posture_coach.store.files.profiles import MAX_NAME, STATURE_CM

VIEW = "calibrate_view"
FORM = ("calibrate_place", "calibrate_height", "calibrate_webcam", "calibrate_marking")
WHAT_FOR = (
    "Half a minute at each place where you work: leaning, nodding and slumping are then held against your own upright "
    "there. Only numbers are kept, no picture."
)
HINTS = (
    "Put camera and chair where they will stay, and sit or stand as you will.",
    "Seen from the **side** it takes trunk, neck and head; from the **front** shoulders, head tilt and neck length.",
    "A door frame, a window or a shelf in the picture tells how the camera stands. Without one, mark what is upright.",
    "Your height is used where head and feet are seen: it tells how high the camera stands.",
)


calibrate_view = picture_view("posture_coach_calibrate", Path(__file__).parent)


def calibrate_page() -> None:
    """Show the page."""
    st.title("Calibrate", anchor=False)
    try:
        watch = camera.watch()
    except PostureCoachError as why:
        st.error(str(why))
        return
    guide, result = watch.status.upright.guide, calibrate_run.last()
    if result is not None and guide is not None and guide.phase is Phase.DONE:
        _keep_the_form()
        _result(watch, result)
    else:
        running = guide is not None and guide.phase not in ENDED and watch.wanted
        marking = _stop(watch) if running else _form(watch)
        calibrate_view(
            key=VIEW, data={"path": PATH, "token": TOKEN, "marking": marking},
            on_vertical_change=_nothing, on_ended_change=_nothing, on_began_change=_nothing,
        )  # fmt: skip
        if running:
            return
    places_list(watch)
    with st.expander("For numbers to rely on"):
        st.markdown("\n".join(f"- {hint}" for hint in HINTS))


def _nothing() -> None:
    """Let the page run again: what it shows has changed."""


def _keep_the_form() -> None:
    """Keep what was typed while other widgets stand where the form did.

    Only then: in a form that is shown, a value set anew would come back late over what is being typed.
    """
    for key in FORM:
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]


def _stop(watch: Watch) -> bool:
    _keep_the_form()
    st.button("Stop", icon=":material/stop:", on_click=watch.give_up, help="What was taken before still stands.")
    return False


def _form(watch: Watch) -> bool:
    """Show what is asked before; return whether a vertical is being marked."""
    state = st.session_state
    state.setdefault("calibrate_place", "my place")
    st.caption(WHAT_FOR)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Place", key="calibrate_place", max_chars=MAX_NAME, width=240, placeholder="docked")
        st.number_input(
            "Your height (cm)", *STATURE_CM, None, key="calibrate_height", step=1.0, format="%.0f", width=180,
            placeholder="not needed",
        )  # fmt: skip
        st.selectbox(
            "Webcam", shipped_presets(), None, key="calibrate_webcam", format_func=_webcam_name, width=240,
            placeholder="not needed", help="If it is one of these, your distance from the camera can be told.",
        )  # fmt: skip
        st.button("Begin", icon=":material/play_arrow:", type="primary", on_click=_begin, args=(watch,))
        marking = st.toggle(
            "Mark something upright", key="calibrate_marking",
            help="Click two points in the picture along a door frame, a window or a shelf, one above the other. With "
            "the keyboard: arrows move, Enter sets a point, Escape starts over.",
        )  # fmt: skip
    if "calibrate_problem" in state:
        st.error(plain(state.pop("calibrate_problem")))
    return bool(marking)


def _webcam_name(key: str) -> str:
    return shipped_presets()[key].name


def _begin(watch: Watch) -> None:
    state = st.session_state
    vertical = state.get(VIEW, {}).get("vertical") if state.get("calibrate_marking") else None
    try:
        calibrate_run.begin(
            watch, state.calibrate_place, state.calibrate_height, tuple(vertical) if vertical else None,
            shipped_presets().get(state.get("calibrate_webcam") or ""),
        )  # fmt: skip
    except (DataError, OutputError) as why:
        state.calibrate_problem = str(why)


def _result(watch: Watch, result: calibrate_run.Result) -> None:
    """Say in plain words what was taken."""
    told = kept(result.profile)
    st.success(plain(f"Your upright at {result.profile.place} is taken, {told.seen}."), icon=":material/check:")
    if told.good_for:
        st.markdown(f"**From now on held against it:** {', '.join(told.good_for)}.")
    st.markdown(" ".join(told.camera))
    for note in result.notes:
        st.warning(plain(note))
    st.table(
        {
            "Measure": [row.title for row in told.rows],
            "Upright": [row.value for row in told.rows],
            "± 95 %": [row.err for row in told.rows],
            "Slump": [row.slump for row in told.rows],
        },
        border="horizontal",
    )
    again = f"{told.again_at.astimezone():%d %B %Y}"
    st.caption(f"You are asked to take it again on {again}, or when chair or camera have moved.")
    st.button("Back", icon=":material/arrow_back:", on_click=_leave, args=(watch,))


def _leave(watch: Watch) -> None:
    calibrate_run.forget()
    watch.give_up()
