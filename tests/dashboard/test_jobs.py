"""The list of files that all tabs share, with real worker processes and real clips."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from pyarrow import parquet

from posture_coach.batch.annotate import annotated_suffix
from posture_coach.batch.results import process
from posture_coach.batch.summary import FINGERPRINT
from posture_coach.dashboard.analyze.worker import CSV, MODULE, PARQUET, SUMMARY, UPSIDE_DOWN, Task
from posture_coach.dashboard.jobs import CANCELLED, DIED, Jobs, State, Work
from tests.clips import FAST, LONG_WALK, SITTING, cut, job, names_in
from tests.dashboard.conftest import until

VIDEO = annotated_suffix("video")


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Half a second of somebody who walks."""
    return cut(LONG_WALK, tmp_path_factory.mktemp("clips") / "walk.mp4", 15)


@pytest.fixture
def jobs():
    registry = Jobs()
    yield registry
    registry.close()


@pytest.fixture
def dropped(tmp_path):
    """Give a copy of a file in a folder of its own, as the upload route leaves it."""

    def copied(path, room="one"):
        folder = tmp_path / room
        folder.mkdir(mode=0o700)
        (folder / f"upload{path.suffix}").write_bytes(path.read_bytes())
        return folder / f"upload{path.suffix}"

    return copied


def until_state(jobs, job_id, state):
    def reached():
        now = jobs.get(job_id)
        assert now.active or now.state is state, now.message
        return now.state is state

    until(reached, f"the job is never {state}")


def until_at_work(jobs, job_id):
    """Wait until pictures of a job are being analysed; return the process that does it."""
    until(lambda: jobs.get(job_id).analysis.done > 0, "nothing is analysed")
    return jobs.process_id()


def lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_results_are_those_of_the_command_line(jobs, dropped, clip, tmp_path):
    job_id = jobs.add("my walk.mp4", dropped(clip), FAST)
    until_state(jobs, job_id, State.DONE)
    done = jobs.get(job_id)
    plain = tmp_path / "plain"
    plain.mkdir()
    process(job(clip, plain, csv=True))
    assert done.result(CSV).read_bytes() == (plain / f"walk{CSV}").read_bytes()
    tables = [parquet.read_table(path) for path in (done.result(PARQUET), plain / f"walk{PARQUET}")]
    assert tables[0].equals(tables[1])
    told, own = (json.loads(path.read_text()) for path in (done.result(SUMMARY), plain / f"walk{SUMMARY}"))
    assert told["source"].pop("name") == "my walk.mp4"
    assert own["source"].pop("name") == "walk.mp4"
    assert own.pop(FINGERPRINT), "for --resume, which is of the command line"
    assert told == own
    assert done.result(CSV).name == f"my walk{CSV}"


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
def test_nobody_else_may_read_the_results(jobs, dropped, clip):
    job_id = jobs.add("walk.mp4", dropped(clip), FAST)
    until_state(jobs, job_id, State.DONE)
    folder = jobs.get(job_id).folder
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_progress_counts_pictures_to_the_number_expected(jobs, dropped, clip):
    job_id = jobs.add("walk.mp4", dropped(clip), FAST)
    until_state(jobs, job_id, State.DONE)
    work = jobs.get(job_id).analysis
    assert (work.done, work.expected, work.progress) == (15, 15, 1.0)


def test_two_files_wait_for_each_other(jobs, dropped, clip):
    first = jobs.add("first.mp4", dropped(clip, "a"), FAST)
    second = jobs.add("second.mp4", dropped(clip, "b"), FAST)
    seen = set()

    def both_done():
        now = {each.id: each.state for each in jobs.all()}  # of one moment
        states = now[first], now[second]
        seen.add(states)
        return states == (State.DONE, State.DONE)

    until(both_done, "not both are analysed")
    assert (State.RUNNING, State.WAITING) in seen
    assert (State.RUNNING, State.RUNNING) not in seen
    assert [each.name for each in jobs.all()] == ["second.mp4", "first.mp4"]


def test_cancel_ends_the_process_and_deletes_the_file(jobs, dropped, clip):
    upload = dropped(LONG_WALK, "a")
    job_id = jobs.add("long.mp4", upload, FAST)
    pid = until_at_work(jobs, job_id)
    after = jobs.add("next.mp4", dropped(clip, "b"), FAST)
    jobs.cancel(job_id)
    assert (jobs.get(job_id).state, jobs.get(job_id).message) == (State.CANCELLED, CANCELLED)
    until(lambda: not lives(pid), "the process goes on")
    until(lambda: not upload.parent.exists(), "the file is still there")
    until_state(jobs, after, State.DONE)
    assert jobs.get(job_id).state is State.CANCELLED


def test_a_file_cancelled_while_it_waits_is_never_begun(jobs, dropped, clip):
    first = jobs.add("first.mp4", dropped(clip, "a"), FAST)
    upload = dropped(clip, "b")
    second = jobs.add("second.mp4", upload, FAST)
    jobs.cancel(second)
    assert not upload.parent.exists()
    until_state(jobs, first, State.DONE)
    assert jobs.get(second).state is State.CANCELLED


def test_discard_leaves_nothing(jobs, dropped, clip):
    upload = dropped(clip)
    job_id = jobs.add("walk.mp4", upload, FAST)
    until_state(jobs, job_id, State.DONE)
    jobs.discard(job_id)
    assert jobs.get(job_id) is None
    until(lambda: not upload.parent.exists(), "the file is still there")


def test_discard_while_at_work_leaves_nothing_either(jobs, dropped):
    upload = dropped(LONG_WALK)
    job_id = jobs.add("long.mp4", upload, FAST)
    pid = until_at_work(jobs, job_id)
    jobs.discard(job_id)
    until(lambda: not lives(pid), "the process goes on")
    until(lambda: not upload.parent.exists(), "the file is still there")


@pytest.mark.parametrize(
    ("done", "expected", "told"),
    [(30, 0, "30 pictures"), (30, 90, "30 of 90 pictures"), (90, 90, "90 of 90 pictures"),
     (120, 90, "90 pictures, 30 once more")],
)  # fmt: skip
def test_how_far_it_is_makes_sense_while_who_walks_is_looked_at_again(done, expected, told):
    assert Work(State.RUNNING, done, expected).words == told


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_worker_is_a_failed_job_with_words_and_can_be_tried_again(jobs, dropped, clip):
    upload = dropped(LONG_WALK)
    job_id = jobs.add("long.mp4", upload, FAST)
    os.kill(until_at_work(jobs, job_id), signal.SIGKILL)
    until_state(jobs, job_id, State.FAILED)
    assert jobs.get(job_id).message == DIED
    upload.write_bytes(clip.read_bytes())
    jobs.again(job_id, FAST)
    until_state(jobs, job_id, State.DONE)


def test_again_uses_the_new_settings_and_deletes_the_old_results(jobs, dropped, clip):
    job_id = jobs.add("walk.mp4", dropped(clip), FAST)
    until_state(jobs, job_id, State.DONE)
    old = jobs.get(job_id).folder
    jobs.again(job_id, replace(FAST, fps=10.0))
    until_state(jobs, job_id, State.DONE)
    now = jobs.get(job_id)
    assert now.message == "", "the first process was on its way out when the second one was asked for"
    assert json.loads(now.result(SUMMARY).read_text())["pictures"]["analysed"] == 5
    assert now.folder != old
    assert not old.exists()


def test_an_unreadable_file_fails_in_words_that_name_it_as_its_owner_does(jobs, dropped, tmp_path):
    text = tmp_path / "notes.mp4"
    text.write_text("dear diary")
    job_id = jobs.add("holiday.mp4", dropped(text), FAST)
    until_state(jobs, job_id, State.FAILED)
    message = jobs.get(job_id).message
    assert message.startswith("holiday.mp4 is not a video")
    assert str(tmp_path) not in message


def test_a_person_upside_down_fails_with_what_to_do_on_the_page(jobs, dropped, tmp_path):
    Image.open(SITTING).convert("RGB").rotate(180).save(tmp_path / "photo.jpg")
    job_id = jobs.add("photo.jpg", dropped(tmp_path / "photo.jpg"), FAST)
    until_state(jobs, job_id, State.FAILED)
    assert jobs.get(job_id).message == UPSIDE_DOWN
    jobs.again(job_id, replace(FAST, rotate=180))
    until_state(jobs, job_id, State.DONE)


def test_the_annotated_copy_covers_faces_unless_they_are_to_be_shown(jobs, dropped):
    job_id = jobs.add("me.jpg", dropped(SITTING), FAST)
    until_state(jobs, job_id, State.DONE)
    ending = annotated_suffix("photo")
    pictures = {}
    for show_faces in (False, True):
        jobs.make_video(job_id, ending, show_faces=show_faces)
        until(lambda: not jobs.get(job_id).active, "the copy is never made")
        assert jobs.get(job_id).video.state is State.DONE, jobs.get(job_id).video.message
        pictures[show_faces] = np.asarray(Image.open(jobs.get(job_id).result(ending))).astype(int)
    assert (np.abs(pictures[False] - pictures[True]) > 40).any(), "no face is covered"


def test_cancelling_a_video_leaves_the_result(jobs, dropped):
    job_id = jobs.add("long.mp4", dropped(LONG_WALK), replace(FAST, fps=8.0))
    until_state(jobs, job_id, State.DONE)
    jobs.make_video(job_id, VIDEO, show_faces=False)
    until(lambda: jobs.get(job_id).video.done > 0, "nothing is drawn")
    pid = jobs.process_id()
    jobs.cancel(job_id)
    until(lambda: not lives(pid), "the process goes on")
    now = jobs.get(job_id)
    assert (now.state, now.video) == (State.DONE, None)
    until(lambda: not any("draft" in name or VIDEO in name for name in names_in(now.folder)), "half a video is left")
    assert now.result(CSV).exists()


def test_closing_ends_the_process(dropped):
    registry = Jobs()
    job_id = registry.add("long.mp4", dropped(LONG_WALK), FAST)
    pid = until_at_work(registry, job_id)
    registry.close()
    assert not lives(pid)
    registry.close()


def test_a_worker_ends_when_the_dashboard_is_gone(dropped, tmp_path):
    task = Task(dropped(LONG_WALK), "long.mp4", "long", tmp_path, FAST)
    with subprocess.Popen([sys.executable, "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        worker.stdin.write(pickle.dumps(task))
        worker.stdin.flush()
        while b'"done"' not in worker.stdout.readline():
            assert worker.poll() is None
        worker.stdin.close()
        worker.stdout.read()
    assert worker.returncode == 1
    assert not (tmp_path / f"long{SUMMARY}").exists()
