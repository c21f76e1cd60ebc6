"""What came of one file: score, warnings, the picture and the figures at the cursor, charts, table, downloads."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import BinaryIO

import pyarrow.parquet as pq
import streamlit as st

from posture_coach.batch.annotate import annotated_suffix
from posture_coach.batch.telling import over_time
from posture_coach.dashboard.analyze.charts import measure_chart
from posture_coach.dashboard.analyze.data import Result, Row, lacking, load, rows
from posture_coach.dashboard.analyze.html import (
    capital,
    chart_html,
    chart_words,
    figures_html,
    over_time_html,
    picture_html,
    ribbon_html,
    score_html,
)
from posture_coach.dashboard.analyze.picture import picture
from posture_coach.dashboard.analyze.walk import show_walk
from posture_coach.dashboard.analyze.worker import CSV, PARQUET, SUMMARY
from posture_coach.dashboard.jobs import Job, Jobs, State, Work
from posture_coach.dashboard.words import plain
from posture_coach.errors import PostureCoachError
from posture_coach.pose.sources import Kind

CHARTS_AT_FIRST = 4
CHARTED_FIRST = (
    "trunk_inclination_deg", "neck_inclination_deg", "hip_flexion_left_deg", "hip_flexion_right_deg",
    "knee_flexion_left_deg", "knee_flexion_right_deg", "lateral_trunk_lean_deg", "shoulder_obliquity_deg",
    "head_roll_deg",
)  # fmt: skip
ROWS_AT_MOST = 10_000
"""Rows that the table on the page shows; the files hold all."""
POLL_S = 0.5
_MIME = {CSV: "text/csv", PARQUET: "application/vnd.apache.parquet", SUMMARY: "application/json"}
_LABEL = {CSV: "CSV", PARQUET: "Parquet", SUMMARY: "Summary (JSON)"}


def show_result(jobs: Jobs, job: Job) -> None:
    """Show everything that came of a file."""
    try:
        result = load(job.folder, job.stem)
    except OSError:  # discarded or analysed anew in another tab a moment ago
        st.info("This result has just been deleted in another tab.", icon=":material/info:")
        return
    st.html(score_html(result))
    if told := list(over_time(result.summary)):
        st.html(over_time_html(told))
    if warnings := result.summary["warnings"]:
        bullet = "- " if len(warnings) > 1 else ""
        st.warning("\n".join(f"{bullet}{plain(capital(words))}" for words in warnings), icon=":material/info:")
    _at_the_cursor(job, result)
    if "gait" in result.summary:
        show_walk(job, result.summary["gait"])
    _not_measured(result)
    _table(job, len(result.assessment))
    _downloads(jobs, job, result)


@st.fragment
def _at_the_cursor(job: Job, result: Result) -> None:
    """Show the picture, the figures and the charts at the cursor; moving it runs this alone."""
    cursor_s = 0.0 if result.is_photo else _cursor(job, result)
    row = result.row_at(cursor_s)
    at_s = float(result.time_s[row])
    if not result.is_photo:
        st.html(ribbon_html(result, at_s))
    figures = rows(result, row)
    seen, told = st.columns([5, 6], gap="medium")
    with seen:
        _picture(job, result, row)
    with told:
        _figures(figures, is_photo=result.is_photo)
    if not result.is_photo and figures:
        _charts(job, result, figures, at_s)


def _cursor(job: Job, result: Result) -> float:
    last_s = float(result.time_s[-1])
    step_s = last_s / (len(result.assessment) - 1)
    return float(
        st.slider(
            "Cursor (seconds)", 0.0, last_s, step=step_s, format="%.2f s",
            key=f"analyze_cursor_{job.id}_{job.run}", help="Arrow keys move it by a picture.",
        )
    )  # fmt: skip


def _picture(job: Job, result: Result, row: int) -> None:
    place = st.container(key="analyze_picture")
    show_faces = st.toggle("Show faces", key=f"analyze_faces_{job.id}", help="Faces are made unrecognisable otherwise.")
    time_s = float(result.time_s[row])
    caption = "" if result.is_photo else f"At {time_s:.2f} s"
    try:
        jpeg = picture(job.upload, job.settings, result.assessment, row, show_faces=show_faces)
    except (PostureCoachError, OSError) as why:
        place.warning(plain(str(why)))
        return
    place.html(picture_html(jpeg, caption))


def _figures(figures: list[Row], *, is_photo: bool) -> None:
    if figures:
        st.html(figures_html(figures, is_photo=is_photo))
    else:
        st.info("Nothing could be measured. The reasons, and what to do, stand below.", icon=":material/info:")


def _charts(job: Job, result: Result, figures: list[Row], at_s: float) -> None:
    by_name = {row.name: row for row in figures}
    usual = [name for name in (*CHARTED_FIRST, *by_name) if name in by_name]
    chosen = st.multiselect(
        "Charts", list(by_name), list(dict.fromkeys(usual))[:CHARTS_AT_FIRST], key=f"analyze_charts_{job.id}_{job.run}",
        format_func=lambda name: by_name[name].definition.title,
    )  # fmt: skip
    for start in range(0, len(chosen), 2):
        for place, name in zip(st.columns(2, gap="medium"), chosen[start : start + 2], strict=False):
            with place:
                row = by_name[name]
                st.html(chart_html(row))
                told = f"{row.definition.title}: {chart_words(row)}"
                st.altair_chart(measure_chart(result, name, at_s), width="stretch", alt=told)
    if chosen:
        st.caption("Line: value, with its 95 % band. Green: good for what the person was doing. Gaps: not measured.")


def _not_measured(result: Result) -> None:
    missing = lacking(result)
    if missing:
        with st.expander(f"Not measured ({sum(len(titles) for _, titles in missing)}), why, and what to do"):
            st.markdown("\n".join(f"- **{plain(why)}** {plain(', '.join(titles))}" for why, titles in missing))


def _table(job: Job, length: int) -> None:
    with st.expander(f"Table ({length} {'row' if length == 1 else 'rows'})"):
        table = pq.read_table(job.result(PARQUET))
        every = -(-length // ROWS_AT_MOST)
        if every > 1:
            st.caption(f"Every {every}th row. The downloads hold all.")
            table = table.take(list(range(0, length, every)))
        st.dataframe(table, hide_index=True, height="auto" if length == 1 else 360)


def _downloads(jobs: Jobs, job: Job, result: Result) -> None:
    st.subheader("Downloads", anchor=False)
    with st.container(horizontal=True):
        for ending, label in _LABEL.items():
            _download(label, job.result(ending), _MIME[ending], f"analyze_get_{ending}_{job.id}")
    _video(jobs, job, result.summary["source"]["kind"])


def _download(label: str, path: Path, mime: str, key: str) -> None:
    def contents() -> BinaryIO:
        return path.open("rb")

    # A callable is asked when the button is pressed: nothing is read, or kept in memory, before.
    st.download_button(label, contents, path.name, mime, key=key, icon=":material/download:", on_click="ignore")


def _video(jobs: Jobs, job: Job, kind: str) -> None:
    what = "picture" if kind == Kind.PHOTO.value else "video"
    ending = annotated_suffix(kind)
    if job.video is not None and job.video.active:
        _video_coming(jobs, job.id, what)
        return
    if job.video is not None and job.video.state is State.FAILED:
        st.error(plain(job.video.message))
    with st.container(horizontal=True, vertical_alignment="center"):
        if job.video is not None and job.video.state is State.DONE:
            faces = "faces visible" if job.video_shows_faces else "faces unrecognisable"
            mime = "image/jpeg" if what == "picture" else "video/mp4"
            _download(f"Annotated {what}, {faces}", job.result(ending), mime, f"analyze_get_video_{job.id}")
        shown = st.session_state.get(f"analyze_video_faces_{job.id}", False)
        st.button(
            f"Make annotated {what}", key=f"analyze_make_video_{job.id}", icon=":material/draw:",
            on_click=partial(jobs.make_video, job.id, ending, show_faces=shown),
        )  # fmt: skip
        st.toggle("with faces visible", key=f"analyze_video_faces_{job.id}")


@st.fragment(run_every=POLL_S)
def _video_coming(jobs: Jobs, job_id: str, what: str) -> None:
    """Show how far it is; the page's list of files notes when it is there."""
    job = jobs.get(job_id)
    if job is not None and job.video is not None and job.video.active:
        st.progress(job.video.progress, _made(job.video, what))
        st.button("Cancel", key=f"analyze_stop_video_{job.id}", on_click=jobs.cancel, args=(job.id,))


def _made(work: Work, what: str) -> str:
    return f"Waiting to make the {what} …" if work.state is State.WAITING else f"Making the annotated {what} …"
