"""Many files side by side: which are taken, that the number of workers changes nothing, and what survives a death."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import threading
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from posture_coach.batch import many
from posture_coach.batch.many import ASK_AT_MOST, TELL_EVERY, expected_pictures, inputs, run, workers_for
from posture_coach.errors import SourceNotFoundError
from tests.clips import FAST, LONG_WALK, SITTING, SLUMPED, SQUATS, WALK, job, must_have, names_in

FEW = replace(FAST, fps=1.0)


class Deadly(type(Path())):
    """A file that takes the worker with it that opens it."""

    def open(self, *args, **kwargs):
        if multiprocessing.parent_process() is not None:
            os._exit(9)
        return super().open(*args, **kwargs)


def by_stem(outcomes):
    return {outcome.stem: outcome for outcome in outcomes}


def touched(*paths):
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


# What is taken


def found_in(*typed):
    return [found.path for found in inputs([Path(path) for path in typed])]


def listed(*typed):
    return [found.listed for found in inputs([Path(path) for path in typed])]


def test_folders_are_searched_to_the_bottom_and_sorted(tmp_path):
    wanted = [tmp_path / name for name in ("a/deep/down/x.mp4", "a/z.MOV", "b.JPeG", "c.ts", "Ü/é 日.webm")]
    touched(*wanted, *(tmp_path / name for name in ("notes.txt", "a/summary.json", "mp4", "x.mp4.part", "t.parquet")))
    assert found_in(tmp_path) == sorted(wanted)


def test_copies_of_an_earlier_run_are_no_inputs_and_photos_named_alike_are(tmp_path):
    own = [tmp_path / "anna.annotated.by.hand.jpg", tmp_path / "walk.mp4"]
    touched(*own, tmp_path / "walk.annotated.mp4", tmp_path / "anna.annotated.jpg")
    assert found_in(tmp_path) == sorted(own)


def test_nothing_hidden_is_looked_at_unless_it_is_named(tmp_path):
    hidden = tmp_path / ".kept" / "in" / ".deep" / "x.mp4"
    touched(hidden, tmp_path / "in" / ".deep" / "down" / "y.mp4", tmp_path / "in" / ".z.mp4", tmp_path / "in" / "a.mp4")
    assert found_in(tmp_path) == [tmp_path / "in" / "a.mp4"]
    assert found_in(hidden.parent) == [hidden], "a folder that is named is meant, however it is called"
    assert found_in(hidden) == [hidden]


def test_a_folder_called_like_a_video_and_a_dead_link_are_no_inputs(tmp_path):
    touched(tmp_path / "album.mp4" / "one.jpg")
    (tmp_path / "gone.mp4").symlink_to(tmp_path / "nowhere.mp4")
    assert found_in(tmp_path) == [tmp_path / "album.mp4" / "one.jpg"]


def test_of_a_file_and_links_to_it_the_file_is_taken(tmp_path):
    touched(tmp_path / "m.mp4", tmp_path / "z.mp4", tmp_path / "elsewhere" / "other.mp4")
    for link, target in (("a.mp4", "z.mp4"), ("zz.mp4", "z.mp4"), ("b.mp4", "elsewhere/other.mp4")):
        (tmp_path / link).symlink_to(target)
    assert [path.name for path in found_in(tmp_path)] == ["other.mp4", "m.mp4", "z.mp4"]
    assert found_in(tmp_path / "b.mp4") == [tmp_path / "b.mp4"], "a link that is named alone is what it is called"


def test_links_in_a_circle_and_names_too_long_are_left_to_be_told(tmp_path):
    for one, other in (("a.mp4", "b.mp4"), ("b.mp4", "a.mp4")):
        (tmp_path / one).symlink_to(other)
    odd = [tmp_path / "a.mp4", tmp_path / f"{'x' * 300}.mp4"]
    assert found_in(*odd) == odd


def test_what_is_named_itself_is_taken_whatever_it_is_called(tmp_path):
    touched(tmp_path / "recording.bin", tmp_path / "clip.mp4")
    missing = tmp_path / "missing.mp4"
    assert found_in(tmp_path / "recording.bin", missing) == [tmp_path / "recording.bin", missing]


def test_the_order_named_is_kept_and_each_file_comes_once_as_it_was_typed(tmp_path, monkeypatch):
    first, second = tmp_path / "a" / "first.mp4", tmp_path / "b" / "second.jpg"
    touched(first, second)
    monkeypatch.chdir(tmp_path)
    assert found_in("b", "a/first.mp4", tmp_path, second) == [Path("b/second.jpg"), Path("a/first.mp4")]


def test_a_file_comes_once_however_its_path_is_spelled(tmp_path, monkeypatch):
    touched(tmp_path / "a" / "clip.mp4")
    monkeypatch.chdir(tmp_path)
    assert [path.name for path in found_in("a", "a/../a/clip.mp4", "./a/clip.mp4")] == ["clip.mp4"]


def test_the_list_calls_files_by_their_path_below_the_named_folder(tmp_path, monkeypatch):
    touched(tmp_path / "a" / "deep" / "x.mp4", tmp_path / "a" / "y.mp4", tmp_path / "b" / "y.mp4")
    monkeypatch.chdir(tmp_path)
    assert listed(tmp_path / "a", "b/y.mp4") == ["deep/x.mp4", "y.mp4", "b/y.mp4"]
    assert listed("a", "b") == ["a/deep/x.mp4", "a/y.mp4", "b/y.mp4"], "as typed, where two would be alike"


def test_folders_without_media_alone_are_told_by_name(tmp_path):
    touched(tmp_path / "poor" / "notes.txt")
    with pytest.raises(SourceNotFoundError, match=f"no video or photo in the folder {tmp_path / 'poor'}"):
        inputs([tmp_path / "poor"])


def test_a_folder_without_media_among_others_is_a_failure_of_its_own(tmp_path):
    touched(tmp_path / "poor" / "notes.txt")
    shutil.copy(SITTING, tmp_path / "good.jpg")
    (tmp_path / "out").mkdir()
    found = found_in(tmp_path / "poor", tmp_path / "good.jpg")
    outcomes = by_stem(run([job(path, tmp_path / "out") for path in found], 1))
    assert {stem: outcome.status for stem, outcome in outcomes.items()} == {"poor": "failed", "good": "ok"}
    assert outcomes["poor"].message == f"There is no video or photo in the folder {tmp_path / 'poor'}."


def test_every_sample_is_found():
    assert {SITTING, SLUMPED, WALK, SQUATS, LONG_WALK} <= set(found_in(SITTING.parent))


# What is expected


def test_the_pictures_to_come_are_counted_at_the_rate_asked_for(tmp_path):
    (tmp_path / "text.mp4").write_text("no video")
    paths = [WALK, SQUATS, SITTING, tmp_path / "text.mp4", tmp_path / "missing.mp4"]
    assert list(expected_pictures([job(path, tmp_path) for path in paths]).values()) == [119, 65, 1, 0, 0]
    slower = [job(path, tmp_path, replace(FAST, fps=10.0)) for path in (WALK, SQUATS, SITTING)]
    assert expected_pictures(slower) == {"walk_side": 40, "squats_front": 65, "sitting_upright": 1}


def test_an_input_that_cannot_be_read_here_keeps_no_other_from_being_done(tmp_path, monkeypatch):
    """HEIC photos where their reader does not load are refused by another error than damaged files."""
    heic = tmp_path / "a.heic"
    pillow_heif.from_pillow(Image.open(SITTING).resize((160, 120))).save(heic)
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    jobs = [job(heic, tmp_path), job(SITTING, tmp_path)]
    assert expected_pictures(jobs) == {"a": 0, "sitting_upright": 1}
    assert [(outcome.stem, outcome.status) for outcome in run(jobs, 1)] == [("a", "failed"), ("sitting_upright", "ok")]


def test_too_many_files_are_not_asked(tmp_path):
    jobs = [replace(job(SITTING, tmp_path), stem=str(i)) for i in range(ASK_AT_MOST + 1)]
    assert expected_pictures(jobs) == dict.fromkeys(map(str, range(ASK_AT_MOST + 1)), 0)


def test_there_are_no_more_workers_than_files_or_cores():
    cores = os.cpu_count() or 1
    assert [workers_for(count) for count in (0, 1, 10_000)] == [1, 1, cores]


# Side by side


@pytest.fixture(scope="module")
def side_by_side(tmp_path_factory):
    """Run good and bad files with one worker and with two; give (folder, outcomes, what was told) of each."""
    place = tmp_path_factory.mktemp("many")
    (place / "text.mp4").write_text("no video")
    runs = []
    for workers in (1, 2):
        out = place / str(workers)
        out.mkdir()
        told = defaultdict(list)
        files = {WALK: FAST, SITTING: FAST, place / "text.mp4": FAST, SQUATS: replace(FEW, fps=2.0)}
        jobs = [job(path, out, settings, csv=True, annotate=path == SITTING) for path, settings in files.items()]
        outcomes = list(run(jobs, workers, lambda stem, done, told=told: told[stem].append(done)))
        runs.append((out, outcomes, told))
    return runs


def test_the_number_of_workers_changes_no_byte(side_by_side):
    (one, _, _), (two, _, _) = side_by_side
    assert names_in(one) == names_in(two)
    # Table twice and summary of each, the photo drawn on, the walk's steps, and the run's own table.
    assert len(names_in(one)) == 3 * 3 + 1 + 1 + 1
    for name in names_in(one):
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


def test_the_number_of_workers_changes_no_outcome(side_by_side):
    (_, one, _), (_, two, _) = side_by_side
    assert len(one) == len(two) == 4
    assert by_stem(one) == by_stem(two)
    assert {stem: outcome.status for stem, outcome in by_stem(one).items()} == {
        "walk_side": "ok", "sitting_upright": "ok", "text": "failed", "squats_front": "ok",
    }  # fmt: skip


def test_both_ways_tell_how_far_they_are(side_by_side):
    (_, _, one), (_, _, two) = side_by_side
    looks = 2 * 119  # he walks, and is looked at twice
    assert one["walk_side"] == list(range(1, looks + 1))
    assert one["sitting_upright"] == [1]
    assert two["walk_side"] == list(range(TELL_EVERY, looks + 1, TELL_EVERY))
    assert "text" not in {**one, **two}


def test_no_job_gives_no_outcome():
    assert list(run([], 1)) == []


# What dies


def test_ctrl_c_while_workers_are_started_counts_once_they_stand():
    """Pressed where another thread hears of it first, as the system may choose."""
    go, stood = threading.Event(), []
    other = threading.Thread(target=lambda: go.wait() and signal.raise_signal(signal.SIGINT))
    other.start()

    def start():
        with many._spared():
            go.set()
            other.join()
            time.sleep(0.1)
            stood.append("all")

    with pytest.raises(KeyboardInterrupt):
        start()
    assert stood == ["all"]


def test_a_worker_killed_at_work_costs_nothing(tmp_path, side_by_side):
    must_have(sys.platform != "win32", "SIGKILL")
    told = []

    begun = ("walk_side", TELL_EVERY)

    def kill_once(stem, done):
        if (stem, done) == begun and begun not in told:
            # Whichever it is, it is in the middle of a clip: one that is just writing would leave its draft.
            os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)
        told.append((stem, done))

    jobs = [job(path, tmp_path) for path in (WALK, SQUATS, SITTING)]
    outcomes = list(run(jobs, 2, kill_once))
    assert sorted(outcome.stem for outcome in outcomes) == sorted(job.stem for job in jobs)
    assert [(outcome.status, outcome.message) for outcome in outcomes] == [("ok", "")] * 3
    assert told.count(begun) == 2, "the one that was lost began anew"
    assert names_in(tmp_path) == sorted(f"{j.stem}.{end}" for j in jobs for end in ("frames.parquet", "summary.json"))
    undisturbed = side_by_side[0][0]
    for name in ("walk_side.frames.parquet", "walk_side.summary.json"):
        assert (tmp_path / name).read_bytes() == (undisturbed / name).read_bytes(), name
    assert multiprocessing.active_children() == []


class Slow(list):
    """Jobs whose first worker is killed before the second job is handed in."""

    def __iter__(self):
        for item in super().__iter__():
            yield item
            for worker in multiprocessing.active_children():
                worker.kill()
                worker.join()
                time.sleep(0.5)  # until the pool has heard of it


def test_a_worker_killed_while_jobs_are_handed_in_costs_nothing(tmp_path):
    jobs = Slow([job(SITTING, tmp_path), job(SLUMPED, tmp_path), job(tmp_path / "missing.mp4", tmp_path)])
    outcomes = by_stem(run(jobs, 2))
    assert {stem: outcome.status for stem, outcome in outcomes.items()} == {
        "sitting_upright": "ok", "sitting_slumped": "ok", "missing": "failed",
    }  # fmt: skip
    assert multiprocessing.active_children() == []


def test_a_file_that_kills_every_process_is_named_and_takes_no_other_with_it(tmp_path):
    shutil.copy(SLUMPED, tmp_path / "deadly.jpg")
    out = tmp_path / "out"
    out.mkdir()
    outcomes = by_stem(run([job(Deadly(tmp_path / "deadly.jpg"), out), job(SITTING, out), job(SQUATS, out, FEW)], 2))
    assert {stem: outcome.status for stem, outcome in outcomes.items()} == {
        "deadly": "failed", "sitting_upright": "ok", "squats_front": "ok",
    }  # fmt: skip
    assert outcomes["deadly"].name == "deadly.jpg"
    assert "died, twice" in outcomes["deadly"].message
    assert [name for name in names_in(out) if "deadly" in name] == ["deadly.summary.json"]
    assert multiprocessing.active_children() == []


def test_a_run_that_is_ended_keeps_what_is_done_and_leaves_nothing_half(tmp_path):
    Image.open(SITTING).resize((160, 120)).save(tmp_path / "small.jpg")
    out = tmp_path / "out"
    out.mkdir()
    outcomes = run([job(LONG_WALK, out, csv=True), job(tmp_path / "small.jpg", out)], 2)
    assert next(outcomes).stem == "small"
    outcomes.close()
    assert names_in(out) == ["small.frames.parquet", "small.summary.json"]
    assert multiprocessing.active_children() == []


def test_workers_need_nothing_of_the_main_module(tmp_path, monkeypatch):
    """In the dashboard's process the main module is a page's script, or one that is gone."""
    from types import ModuleType

    gone = ModuleType("__main__")
    gone.__file__ = str(tmp_path / "gone.py")
    monkeypatch.setitem(sys.modules, "__main__", gone)
    jobs = [job(SITTING, tmp_path / "out"), job(SLUMPED, tmp_path / "out")]
    (tmp_path / "out").mkdir()
    assert [outcome.status for outcome in run(jobs, 2)] == ["ok", "ok"]
    assert sys.modules["__main__"] is gone


def test_workers_read_what_was_typed_from_the_folder_it_was_typed_in(tmp_path, monkeypatch):
    for photo in (SITTING, SLUMPED):
        shutil.copy(photo, tmp_path)
    monkeypatch.chdir(tmp_path)
    outcomes = by_stem(run([job(Path(name), Path()) for name in (SITTING.name, SLUMPED.name, "gone.mp4")], 2))
    assert {outcome.status for outcome in outcomes.values()} == {"ok", "failed"}
    assert outcomes["gone"].message == "There is no file gone.mp4. Check the spelling and the folder."


def test_a_thread_may_run_workers_and_end_them(tmp_path):
    """Only the main one may touch signals."""
    Image.open(SITTING).resize((160, 120)).save(tmp_path / "small.jpg")
    (tmp_path / "out").mkdir()
    first = []

    def some():
        outcomes = run([job(LONG_WALK, tmp_path / "out"), job(tmp_path / "small.jpg", tmp_path / "out")], 2)
        first.append(next(outcomes))
        outcomes.close()

    thread = threading.Thread(target=some)
    thread.start()
    thread.join()
    assert [outcome.stem for outcome in first] == ["small"]
    assert multiprocessing.active_children() == []


def test_a_signal_means_afterwards_what_it_meant_before(tmp_path):
    def own(_number, _frame):
        pytest.fail("none was sent")

    before = {number: signal.signal(number, own) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        list(run([job(tmp_path / name, tmp_path) for name in ("one.mp4", "two.mp4")], 2))
        assert [signal.getsignal(number) for number in before] == [own, own]
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
