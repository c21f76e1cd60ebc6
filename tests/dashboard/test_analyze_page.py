"""What the page says in each of its states, run by Streamlit's own test driver."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import escape

import pytest
from streamlit.testing.v1 import AppTest

from posture_coach.dashboard import jobs as shared
from posture_coach.dashboard.analyze.data import load
from posture_coach.dashboard.analyze.page import BY_ITSELF
from posture_coach.dashboard.analyze.walk import FIGURES as WALK_FIGURES
from posture_coach.dashboard.analyze.worker import SUMMARY
from posture_coach.dashboard.jobs import State
from tests.clips import FAST, LONG_WALK, SITTING, WALK, cut, still_video
from tests.dashboard.conftest import until


def script():
    from posture_coach.dashboard.analyze.page import analyze_page

    analyze_page()


@pytest.fixture
def jobs():
    shared.start()
    yield shared.jobs()
    shared.stop()


@pytest.fixture
def analysed(jobs, tmp_path):
    """Give a job of a file with this content under this name, when it has ended."""

    def ended(path, name, settings=FAST):
        folder = tmp_path / name.replace("/", "_")
        folder.mkdir()
        upload = folder / f"upload{path.suffix}"
        upload.write_bytes(path.read_bytes())
        job_id = jobs.add(name, upload, settings)
        until(lambda: not jobs.get(job_id).active, "the analysis does not end")
        return jobs.get(job_id)

    return ended


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return cut(LONG_WALK, tmp_path_factory.mktemp("clips") / "walk.mp4", 20)


def shown(job_id=None):
    """Run the page, as a tab with this address does."""
    page = AppTest.from_function(script, default_timeout=60)
    if job_id:
        page.query_params["job"] = job_id
    page.run()
    assert [each.value for each in page.exception] == []
    return page


def html_of(page):
    return "".join(each.proto.body for each in page.get("html"))


def button(page, label):
    return next(each for each in page.button if each.label == label)


def markdown(page):
    return "\n".join(each.value for each in page.markdown)


@pytest.mark.usefixtures("jobs")
def test_the_empty_page_says_what_to_film_and_what_happens_to_files():
    page = shown()
    assert "From the side" in markdown(page)
    told = " ".join(each.value for each in page.caption)
    assert "kept until you discard its result or the program ends" in told
    assert "what a crash leaves behind is deleted at the next start" in told


def test_without_a_server_behind_it_the_page_says_how_to_start_it():
    assert "posture-coach" in shown().error[0].value


@pytest.mark.usefixtures("jobs")
def test_an_address_of_a_result_that_is_gone_says_so():
    assert "That result is gone" in shown("0123456789abcdef").info[0].value


def test_a_failed_file_says_why_and_what_to_do(analysed, tmp_path):
    text = tmp_path / "a.mp4"
    text.write_text("dear diary")
    job = analysed(text, "diary.mp4")
    assert job.state is State.FAILED
    page = shown(job.id)
    assert "is not a video" in page.error[0].value.replace("\\", "")
    assert "copy it again" in page.error[0].value
    assert str(tmp_path) not in page.error[0].value


def test_a_file_that_opened_by_itself_and_failed_gives_way_to_the_next_good_one(analysed, clip, tmp_path):
    text = tmp_path / "a.mp4"
    text.write_text("dear diary")
    bad, worse, good = analysed(text, "diary.mp4"), analysed(text, "letter.mp4"), analysed(clip, "walk.mp4")
    assert shown(bad.id).error, "who chooses it is told why it failed"
    page = AppTest.from_function(script, default_timeout=60)
    page.query_params["job"], page.session_state[BY_ITSELF] = bad.id, bad.id
    page.run()
    assert page.subheader[0].value == "walk\\.mp4"
    assert page.query_params["job"] == good.id
    button(page, "letter\\.mp4").click().run()
    assert page.query_params["job"] == worse.id
    assert page.error
    assert "Choose a file in the list above" in shown().info[0].value


def test_a_result_shows_everything_there_is(analysed, clip):
    job = analysed(clip, "walk.mp4")
    page = shown(job.id)
    html = html_of(page)
    assert 'data-measure="trunk_inclination_deg"' in html
    assert 'class="pc-ribbon"' in html
    assert 'aria-label="Score"' in html
    assert page.slider[0].max == pytest.approx(19 / 30)
    assert len(page.get("vega_lite_chart")) == 4
    assert [each.proto.label for each in page.get("download_button")] == ["CSV", "Parquet", "Summary (JSON)"]
    assert len(page.dataframe[0].value) == 20
    assert "Film from the front" in markdown(page).replace("\\", "")


def test_a_walk_has_a_section_with_its_figures_verdict_and_steps(analysed):
    job = analysed(WALK, "walk.mp4", replace(FAST, height_cm=165.0))
    told = json.loads(job.result(SUMMARY).read_text(encoding="utf-8"))["gait"]
    page = shown(job.id)
    assert "Walking" in [each.value for each in page.subheader]
    (html,) = (each.proto.body for each in page.get("html") if 'aria-label="Walking"' in each.proto.body)
    rows = dict(re.findall(r'<th scope="row">([^<]+)</th><td class="pc-now">([^<]+)</td>', html))
    for name, (title, unit, digits, times) in WALK_FIGURES.items():
        value = told[name]["value"]
        if value is None:
            assert title not in rows
            assert f"{title.lower()}" in html.lower()
            assert escape(told[name]["reason"]) in html
        else:
            assert rows[title] == f"{times * value:.{digits}f} ± {times * told[name]['err']:.{digits}f}{unit}"
    assert {"Cadence", "Stride", "Step times, left against right", "Trunk lean", "Speed", "Step length"} <= set(rows)
    assert "<p>Left against right: step times differ by" in html
    assert re.search(r'Speed</th><td class="pc-now">[^<]+</td><td><span class="pc-grade good">good</span></td>', html)
    steps = told["cadence_spm"]["n"]
    assert f"Steps ({steps})" in [each.label for each in page.expander]
    table = next(each.value for each in page.dataframe if "contact_s" in each.value)
    assert len(table) == steps
    assert "Steps (CSV)" in [each.proto.label for each in page.get("download_button")]


def test_who_does_not_walk_has_no_such_section_and_a_minute_has_a_score_of_its_own(analysed, tmp_path):
    page = shown(analysed(SITTING, "me.jpg").id)
    assert "Walking" not in [each.value for each in page.subheader]
    assert "over its time" not in html_of(page).lower()
    minute = still_video(tmp_path / "filmed.mp4", SITTING, seconds=(62.0,), hz=2.0)
    page = shown(analysed(minute, "minute.mp4", replace(FAST, fps=1.0)).id)
    assert re.search(r'aria-label="Over its time"><p>Over its time: \d+ \(', html_of(page))


def test_moving_the_cursor_changes_the_figures(analysed, clip):
    page = shown(analysed(clip, "walk.mp4").id)
    before = html_of(page)
    page.slider[0].set_value(0.5).run()
    assert "At 0.50 s" in html_of(page)
    assert html_of(page) != before


def test_a_photo_has_no_cursor_and_no_charts(analysed):
    page = shown(analysed(SITTING, "me.jpg").id)
    assert len(page.slider) == len(page.get("vega_lite_chart")) == 0
    assert 'data-measure="neck_inclination_deg"' in html_of(page)
    assert html_of(page).count("data:image/jpeg;base64,") == 1


def test_the_warnings_of_the_summary_are_shown(analysed, tmp_path):
    import numpy as np

    from tests.clips import video

    black = video(tmp_path / "b.mp4", [np.zeros((240, 320, 3), np.uint8)] * 9, [i / 30 for i in range(9)])
    page = shown(analysed(black, "night.mp4").id)
    assert "put a light in front of the person" in page.warning[0].value
    assert "Nobody was seen" in page.warning[0].value
    assert "Nothing could be measured" in page.info[0].value


def test_discard_deletes_the_file_and_closes_it(analysed, jobs, clip):
    job = analysed(clip, "walk.mp4")
    page = shown(job.id)
    assert load.cache_info().currsize
    button(page, "Discard").click().run()
    assert jobs.all() == []
    assert load.cache_info().currsize == 0, "the result is still in memory"
    until(lambda: not job.upload.parent.exists(), "the file is still there")
    assert "job" not in page.query_params
    assert "From the side" in markdown(page)


def test_analyze_again_is_offered_once_the_options_differ(analysed, jobs, clip):
    job = analysed(clip, "walk.mp4")
    page = shown(job.id)
    page.selectbox(key="analyze_model").set_value("lite").run()
    assert button(page, "Analyze again").disabled, "these are the options it was analysed with"
    page.toggle(key="analyze_mirror").set_value(True).run()
    button(page, "Analyze again").click().run()
    until(lambda: not jobs.get(job.id).active, "the analysis does not end")
    assert jobs.get(job.id).settings.mirror
    assert [each.value for each in page.exception] == []


@pytest.mark.usefixtures("jobs")
def test_seconds_in_the_wrong_order_are_said():
    page = shown()
    page.toggle(key="analyze_own").set_value(True).run()
    page.number_input(key="analyze_from").set_value(9.0).run()
    assert "first second must come before the last" in page.error[0].value


def test_the_annotated_video_is_made_with_faces_unrecognisable_by_default(analysed, jobs, clip):
    job = analysed(clip, "walk.mp4")
    page = shown(job.id)
    button(page, "Make annotated video").click().run()
    until(lambda: not jobs.get(job.id).active, "the video is never made")
    assert not jobs.get(job.id).video_shows_faces
    labels = [each.proto.label for each in shown(job.id).get("download_button")]
    assert "Annotated video, faces unrecognisable" in labels


def test_a_file_name_is_shown_as_it_is_and_never_as_a_picture(analysed, clip):
    page = shown(analysed(clip, "![x](http://evil.test/a.png).mp4").id)
    assert page.subheader[0].value == r"\!\[x\]\(http\://evil\.test/a\.png\)\.mp4"
