"""The page that analyses dropped videos and photos: a drop zone, the list of all tabs, and the open result."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import streamlit as st

from posture_coach.activity.gait_types import HEIGHT_CM
from posture_coach.batch.analyse import Settings
from posture_coach.batch.baseline import Stretch
from posture_coach.dashboard import camera
from posture_coach.dashboard import jobs as shared
from posture_coach.dashboard.analyze.data import forget
from posture_coach.dashboard.analyze.options import as_query, in_words, problem
from posture_coach.dashboard.analyze.result import show_result
from posture_coach.dashboard.analyze.routes import MAX_BYTES, PATH, TOO_LARGE, WORDS
from posture_coach.dashboard.guard import TOKEN
from posture_coach.dashboard.jobs import Job, Jobs, State
from posture_coach.dashboard.words import MODEL_HELP, plain
from posture_coach.pose.sources import TURNS_DEG
from posture_coach.pose.types import Model

HERE = Path(__file__).parent
OPEN = "job"
"""Name in the page's address of what is open."""
REMEMBERED, BY_ITSELF = "analyze_open", "analyze_by_itself"
"""Names in the session: what is open, and which file was opened without being chosen."""
POLL_S = 0.5
LIST_ROWS, ROW_PX, GAP_PX, EDGE_PX = 5, 40, 8, 16
"""The list is as high as so many whole rows; of more it is scrolled."""
LIST_PX = EDGE_PX + LIST_ROWS * (ROW_PX + GAP_PX) + 2
MODELS = (Model.FULL, Model.LITE, Model.HEAVY)
RATES = (0.0, 30.0, 15.0, 10.0, 5.0, 2.0)
PRIVATE = (
    "Files stay on this machine, in a folder that only you can read. A file is kept until you discard its result or "
    "the program ends; what a crash leaves behind is deleted at the next start."
)
FIRST_STEPS = (
    "**From the side** it measures trunk, neck, hips and knees; **from the front** side lean and head tilt.",
    "One person, whole body in view, plain light, camera level and still.",
    "Seconds in which the person is upright can serve as their **own upright**: see Options.",
)
NO_RESULT = (State.FAILED, State.CANCELLED)
STATES = {
    State.WAITING: ":material/hourglass_empty: waiting",
    State.RUNNING: ":material/progress_activity: analysing",
    State.DONE: ":material/check: done",
    State.FAILED: ":material/error: failed",
    State.CANCELLED: ":material/block: cancelled",
}


def _part(ending: str) -> str:
    return (HERE / f"drop{ending}").read_text(encoding="utf-8")


drop_zone = st.components.v2.component("posture_coach_drop", html=_part(".html"), css=_part(".css"), js=_part(".js"))


def analyze_page() -> None:
    """Show the page."""
    st.html(HERE / "page.css")
    st.title("Analyze", anchor=False)
    jobs = shared.jobs()
    if jobs is None:
        st.error("The program is ending. Start it again with `posture-coach`, and reload this page.")
        return
    settings = _drop()
    listed = jobs.all()
    if not listed:
        st.markdown("\n".join(f"- {step}" for step in FIRST_STEPS))
    job = _opened(jobs)
    if listed:
        _list(jobs, job)
    if job is not None:
        _open_job(jobs, job, settings)
    elif OPEN in st.query_params:
        st.info(
            "That result is gone: it was discarded, or the program was started anew. Drop the file again to have it."
        )
    elif listed:
        st.info("Choose a file in the list above to see its result.", icon=":material/arrow_upward:")


def _drop() -> Settings:
    """Show the drop zone and the options; return what is chosen."""
    zone = st.container()
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.popover("Options", icon=":material/tune:"):
            settings = replace(_options(), targets=camera.own_targets())
        st.caption(plain(f"{in_words(settings).capitalize()}."), width="stretch")
    if wrong := problem(settings):
        st.error(wrong)
        settings = replace(settings, baseline=None)
    with zone:
        drop_zone(
            key="analyze_drop",
            data={
                "path": PATH, "token": TOKEN, "options": as_query(settings),
                "most_bytes": MAX_BYTES, "too_large": WORDS[TOO_LARGE],
            },
            on_taken_change=_taken,
        )  # fmt: skip
        st.caption(PRIVATE)
    return settings


def _taken() -> None:
    """Open what was dropped: of several files the first, and where that is no good the next; see `_opened`."""
    taken = st.session_state["analyze_drop"].get("taken")
    if taken and taken["first"]:
        _open(taken["id"], by_itself=True)


def _options() -> Settings:
    model = st.selectbox(
        "Model", [model.value for model in MODELS], key="analyze_model",
        help=MODEL_HELP,
    )  # fmt: skip
    fps = st.selectbox(
        "Pictures a second", RATES, format_func=lambda rate: f"{rate:g} at most" if rate else "all", key="analyze_fps",
        help="Fewer are faster. Walking and exercises want all, or thirty.",
    )  # fmt: skip
    rotate = st.selectbox("Turn clockwise", TURNS_DEG, format_func=lambda deg: f"{deg}°", key="analyze_rotate")
    mirror = st.toggle("Mirror", key="analyze_mirror", help="For recordings that show the person mirrored.")
    height_cm = st.number_input(
        "Height of who walks (cm)", *HEIGHT_CM, value=None, step=1.0, format="%.0f", key="analyze_height",
        placeholder="not told", help="Gives a walk across the picture its speed and step length.",
    )  # fmt: skip
    own = st.toggle(
        "Own upright",
        key="analyze_own",
        help="Leaning and nodding are judged against the person's own upright posture.",
    )
    baseline = None
    if own:
        with st.container(horizontal=True):
            start_s = st.number_input("From second", 0.0, value=0.0, step=1.0, key="analyze_from")
            end_s = st.number_input("to second", 0.0, value=5.0, step=1.0, key="analyze_to")
        baseline = Stretch(start_s, end_s)
    return Settings(Model(model), fps or None, baseline, mirror=mirror, rotate=rotate, height_cm=height_cm)


def _opened(jobs: Jobs) -> Job | None:
    """Return the job of the page's address; coming back from another page, the one that was open before."""
    if OPEN not in st.query_params and jobs.get(st.session_state.get(REMEMBERED)):
        st.query_params[OPEN] = st.session_state[REMEMBERED]
    job = jobs.get(st.query_params.get(OPEN))
    if job is not None and job.state is State.FAILED and st.session_state.get(BY_ITSELF) == job.id:
        job = _next_good(jobs, job)
        _open(job.id, by_itself=True)
    if job is not None:
        st.session_state[REMEMBERED] = job.id
    return job


def _next_good(jobs: Jobs, failed: Job) -> Job:
    """Return the first file dropped after one that failed that may have a result; that one itself where none may."""
    later = takewhile(lambda each: each.id != failed.id, jobs.all())
    return next((each for each in reversed(list(later)) if each.state not in NO_RESULT), failed)


def _open(job_id: str, *, by_itself: bool = False) -> None:
    st.query_params[OPEN] = job_id
    st.session_state[BY_ITSELF] = job_id if by_itself else None


def _discard(jobs: Jobs, job_id: str) -> None:
    jobs.discard(job_id)
    forget()
    if st.query_params.get(OPEN) == job_id:
        del st.query_params[OPEN]
        st.session_state.pop(REMEMBERED, None)


def _list(jobs: Jobs, job: Job | None) -> None:
    """Show all files, kept up to date while something is to come."""
    listed = jobs.all()
    busy, many = any(each.active for each in listed), len(listed) > LIST_ROWS
    stood, opened = {each.id: _stand(each) for each in listed}, st.query_params.get(OPEN)

    def changed() -> bool:
        return {each.id: _stand(each) for each in jobs.all()} != stood or st.query_params.get(OPEN) != opened

    @st.fragment(run_every=POLL_S if busy else None)
    def files() -> None:
        if changed():
            st.rerun()
        if many:
            st.caption(f"{len(listed)} files, the newest first. Scroll the list for more.")
        with st.container(height=LIST_PX if many else "content", border=True, gap="xsmall", key="analyze_files"):
            for each in jobs.all():
                _entry(jobs, each, is_open=job is not None and each.id == job.id)

    files()


def _stand(job: Job) -> tuple[object, ...]:
    """Return what the page's build depends on: how far a job is, but not its progress."""
    return job.run, job.state, job.video.state if job.video else None


def _entry(jobs: Jobs, job: Job, *, is_open: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"analyze_row_{job.id}"):
        st.button(
            plain(job.name), key=f"analyze_open_{job.id}", type="secondary" if is_open else "tertiary",
            on_click=_open, args=(job.id,), help="Open" if not is_open else None,
        )  # fmt: skip
        st.markdown(f":small[{STATES[job.state]}]", width="content")
        if job.state is State.RUNNING:
            st.progress(job.progress, job.analysis.words, width=220)
        if job.analysis.active:
            st.button("Cancel", key=f"analyze_cancel_{job.id}", on_click=jobs.cancel, args=(job.id,))
        else:
            st.button(
                "Discard", key=f"analyze_discard_{job.id}", icon=":material/delete:", type="tertiary",
                on_click=_discard, args=(jobs, job.id), help="Deletes the file and its results.",
            )  # fmt: skip


def _open_job(jobs: Jobs, job: Job, settings: Settings) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(job.name), anchor=False, width="stretch")
        if not job.active and job.state is not State.CANCELLED:
            st.button(
                "Analyze again", key=f"analyze_again_{job.id}", icon=":material/refresh:", on_click=jobs.again,
                args=(job.id, settings), disabled=settings == job.settings,
                help="With what is chosen under Options now.",
            )  # fmt: skip
    if job.state is State.DONE:
        show_result(jobs, job)
    elif job.state is State.FAILED:
        st.error(plain(job.message), icon=":material/error:")
    elif job.state is State.CANCELLED:
        st.info(job.message)
    else:
        st.caption("The result stands here as soon as it is ready. You can go to another page meanwhile.")
