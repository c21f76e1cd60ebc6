"""The live page: the picture with the angles, what they mean, and how to steer the camera."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import streamlit as st

from posture_coach.coach.watch import Phase, Watch
from posture_coach.dashboard import camera
from posture_coach.dashboard.feed.view import picture_view
from posture_coach.dashboard.guard import TOKEN
from posture_coach.dashboard.live.route import PATH
from posture_coach.dashboard.words import MODEL_HELP, plain
from posture_coach.errors import PostureCoachError
from posture_coach.pose.sources import TURNS_DEG
from posture_coach.pose.types import Model
from posture_coach.store.files.settings import save, settings

STATE_EVERY_S = 2.0
FILE_CHOICE = "A video file …"
HINTS = (
    "Whole body: camera at hip height (about 1 m), 2.5 to 4 m away, its lens level.",
    "At the desk: camera at chest height. From the front it sees shoulder line, head tilt and turn, and breaks. Once "
    "it has your own upright, it also sees neck length and changes of position, and estimates how trunk and neck have "
    "changed. To measure trunk, neck and hip put it to your side.",
    "Plain light from the front, one person in view; close clothes and bare feet for assessments.",
    "Live looks at ten a second, enough at the desk. For walking and exercises record a video and use Analyze.",
    "Your own upright: sit comfortably for ten seconds, looking ahead. Leaning and nodding are judged against it.",
)
KEPT = "Angles and scores of each second, for your trends: on this machine alone, and no picture."
NOT_KEPT = "A played file is kept only where posture-coach was started with `--keep`."


live_view = picture_view("posture_coach_live", Path(__file__).parent)


def live_page() -> None:
    """Show the live page."""
    try:
        watch = camera.watch()
    except PostureCoachError as why:
        st.error(str(why))
        return
    _controls(watch)
    if camera.is_sample(watch.status.wish.source):
        st.caption("A bundled sample is played as if it were the camera. Choose a camera above to see yourself.")
    live_view(key="live", data={"path": PATH, "token": TOKEN})
    with st.expander("For numbers to rely on"):
        st.markdown("\n".join(f"- {hint}" for hint in HINTS))


@st.fragment(run_every=STATE_EVERY_S)
def camera_state() -> None:
    """Say on the other pages, where no picture shows it, whether the camera is on."""
    with st.container(key="camera-state"):
        watching = camera.watch().status.phase is Phase.WATCHING
        st.badge("watching" if watching else "camera off", color="green" if watching else "gray")


def _controls(watch: Watch) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if watch.wanted:
            st.button("Pause", icon=":material/pause:", on_click=watch.pause, help="Gives the camera back at once.")
        else:
            st.button("Start", icon=":material/play_arrow:", type="primary", on_click=watch.start)
        st.button(
            "Take my upright", icon=":material/airline_seat_recline_normal:", on_click=watch.take_neutral,
            disabled=not watch.wanted, help="Sit comfortably upright for ten seconds, looking ahead.",
        )  # fmt: skip
        with st.popover("Camera and picture", icon=":material/tune:"):
            _settings(watch)


def _settings(watch: Watch) -> None:
    """Show what the watch is doing now, whichever tab asked for it; what is changed here is asked of it at once."""
    wish, state = watch.status.wish, st.session_state
    _source(watch)
    state.update({"live_model": wish.model.value, "live_rotate": wish.rotate})
    st.selectbox(
        "Model", [model.value for model in Model], key="live_model", help=MODEL_HELP,
        on_change=lambda: watch.wish(model=Model(state.live_model)),
    )  # fmt: skip
    st.selectbox(
        "Turn clockwise", TURNS_DEG, key="live_rotate", format_func=lambda deg: f"{deg}°",
        on_change=lambda: watch.wish(rotate=state.live_rotate),
    )  # fmt: skip
    state.update({"live_mirror": wish.mirror, "live_skeleton_only": wish.skeleton_only})
    st.toggle(
        "Mirror", key="live_mirror", help="For a camera that shows you mirrored.",
        on_change=lambda: watch.wish(mirror=state.live_mirror),
    )  # fmt: skip
    st.toggle(
        "Skeleton only", key="live_skeleton_only", help="Shows the drawn person and nothing of the picture.",
        on_change=lambda: watch.wish(skeleton_only=state.live_skeleton_only),
    )  # fmt: skip
    _going_on(watch)


def _going_on(watch: Watch) -> None:
    """Show whether numbers are kept, and whether it goes on when nobody looks."""
    keeper, state = watch.status.keeper, st.session_state
    if keeper is not None:
        takes = keeper.takes(watch.status.wish.source)
        state["live_keep"] = keeper.on and takes
        st.toggle(
            "Keep my numbers", key="live_keep", on_change=lambda: _keep(watch, state.live_keep), disabled=not takes,
            help=KEPT if takes else NOT_KEPT,
        )  # fmt: skip
    state["live_unseen"] = watch.goes_on
    st.toggle(
        "Go on when this page is closed", key="live_unseen", on_change=lambda: watch.go_on(state.live_unseen),
        help="Watches, and keeps the camera, until you press Pause or end the program.",
    )  # fmt: skip


def _keep(watch: Watch, on: bool) -> None:
    """Keep or not from now on, also after the next start."""
    watch.keep(on)
    try:
        save(replace(settings(), keep=on))
    except PostureCoachError as why:
        st.toast(plain(str(why)))


def _source(watch: Watch) -> None:
    sources, state = camera.sources(), st.session_state
    wished = watch.status.wish.source
    known = next((name for name, source in sources.items() if source == wished), FILE_CHOICE)
    typing = state.get("live_source") == FILE_CHOICE
    state["live_source"] = FILE_CHOICE if typing else known

    def choose() -> None:
        if state.live_source != FILE_CHOICE:
            watch.wish(source=sources[state.live_source])

    st.selectbox("Camera", [*sources, FILE_CHOICE], key="live_source", on_change=choose)
    if state.live_source == FILE_CHOICE:
        state.setdefault("live_typed", "" if wished in sources.values() else wished)
        st.text_input(
            "File or stream", key="live_typed", placeholder="/home/me/clip.mp4 or rtsp://…",
            on_change=lambda: watch.wish(source=state.live_typed or wished),
        )  # fmt: skip
