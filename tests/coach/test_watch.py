"""One watch for everybody who looks: it holds the source only while it is wanted and somebody looks."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from posture_coach.coach import watch as module
from posture_coach.coach.guide import ENDED, Posture
from posture_coach.coach.guided import Guided
from posture_coach.coach.upright import NEWS_S
from posture_coach.coach.watch import Phase, Watch, Wish
from posture_coach.errors import CameraError, OutputError
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.pose.types import Model
from posture_coach.scoring.own import merged
from posture_coach.store.files.folder import FOLDER_VARIABLE
from posture_coach.store.files.own_targets import Held, shipped
from posture_coach.store.files.profiles import Places
from tests.clips import LONG_WALK, SITTING, SQUATS, beside, frames_of, still_video

PATIENCE_S = 60.0
LITE = Wish(str(LONG_WALK), Model.LITE)


def until(done, what):
    end_s = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < end_s, what
        time.sleep(0.01)


def told(frame, assessment, _reading, status):
    """Pack what a test wants to know."""
    return f"{frame.time_s} {frame.size} {assessment.poses.model} {status.phase}".encode()


@pytest.fixture
def started(monkeypatch):
    """Make watches that end with the test, and forget quickly who has left."""
    monkeypatch.setattr(module, "GRACE_S", 0.0)
    made = []

    def start(wish=LITE, pack=told, **more):
        made.append(Watch(wish, pack, **more))
        return made[-1]

    yield start
    for watch in made:
        watch.close()


def source_threads():
    return [thread for thread in threading.enumerate() if thread.name in ("camera", "video decoder")]


def camera_threads():
    """Return those that last as long as a source is open: a clip is decoded by a new one wherever it begins again."""
    return [thread for thread in source_threads() if thread.name == "camera"]


def test_whoever_is_chosen_while_a_file_is_read_stays_chosen(started):
    reading, go_on = threading.Event(), threading.Event()

    def read(person):
        if person == "me" and threading.current_thread() is not threading.main_thread():
            reading.set()
            assert go_on.wait(PATIENCE_S)
        return Held(person, shipped())

    watch = started(held=read)
    again = threading.Thread(target=watch.hold_against)
    again.start()
    assert reading.wait(PATIENCE_S)
    watch.hold_against("anna")
    go_on.set()
    again.join()
    assert watch.status.held.person == "anna"


def test_nothing_is_opened_while_nobody_looks(started):
    left_by_others = source_threads()
    watch = started()
    assert watch.after(0, 0.5) is None
    assert watch.status.phase is Phase.PAUSED
    assert set(source_threads()) <= set(left_by_others)


def test_who_looks_gets_pictures_and_each_is_newer(started):
    watch = started()
    with watch.viewing():
        numbers = [0]
        for _ in range(5):
            numbers.append(watch.after(numbers[-1], PATIENCE_S).number)
        assert numbers == sorted(set(numbers))
        assert watch.status.phase is Phase.WATCHING
    until(lambda: not source_threads(), "the source is still open")
    until(lambda: watch.status.phase is Phase.PAUSED, "it does not say that it has paused")


def test_two_who_look_see_the_same_pictures_and_one_source(started):
    watch = started()
    with watch.viewing():
        with watch.viewing():
            one, two = watch.after(0, PATIENCE_S), watch.after(0, PATIENCE_S)
            assert two.number >= one.number
            assert len(camera_threads()) == 1
        last = watch.after(one.number, PATIENCE_S)
        assert watch.after(last.number, PATIENCE_S) is not None, "it ended with the first who left"


def test_pause_frees_the_source_and_start_takes_it_again(started):
    watch = started()
    with watch.viewing():
        first = watch.after(0, PATIENCE_S)
        watch.pause()
        until(lambda: not source_threads(), "the source is still open")
        assert watch.after(0, 0.2) is None, "an old picture is shown"
        watch.start()
        assert watch.after(first.number, PATIENCE_S) is not None


def test_told_to_go_on_it_watches_unseen(started):
    watch = started()
    watch.go_on(unseen=True)
    assert watch.after(0, PATIENCE_S) is not None
    watch.go_on(unseen=False)
    until(lambda: not source_threads(), "the source is still open")


def test_another_wish_opens_another_source_with_another_model(started):
    watch = started()
    with watch.viewing():
        assert b"(640, 480) lite" in watch.after(0, PATIENCE_S).packed
        watch.wish(source=str(SQUATS), model=Model.FULL)
        until(lambda: b"(720, 1280) full" in (watch.after(0, PATIENCE_S).packed), "the old source is still shown")


def test_what_is_only_drawn_otherwise_opens_nothing_anew(started):
    watch = started()
    with watch.viewing():
        watch.after(0, PATIENCE_S)
        (thread,) = camera_threads()
        watch.wish(skeleton_only=True)
        newest = watch.after(0, PATIENCE_S)
        watch.after(newest.number + 2, PATIENCE_S)
        assert thread.is_alive()
        assert watch.status.wish.skeleton_only


def test_a_missing_source_is_a_problem_told_and_a_new_wish_ends_it(started):
    watch = started(Wish("gone.mp4", Model.LITE))
    with watch.viewing():
        until(lambda: watch.status.phase is Phase.PROBLEM, "no problem is told")
        assert "There is no file gone.mp4" in watch.status.problem
        watch.wish(source=str(LONG_WALK))
        assert watch.after(0, PATIENCE_S) is not None
        assert watch.status.problem == ""


def test_a_pause_tells_of_no_problem_any_more(started):
    watch = started(Wish("gone.mp4", Model.LITE))
    with watch.viewing():
        until(lambda: watch.status.phase is Phase.PROBLEM, "no problem is told")
        watch.pause()
        until(lambda: watch.status.phase is Phase.PAUSED, "it does not pause")
        assert watch.status.problem == ""


def test_a_camera_of_another_process_is_a_problem_told(started):
    @contextmanager
    def taken():
        raise CameraError("Another one uses the camera.")
        yield

    watch = started(Wish("/dev/video0", Model.LITE), lock=taken)
    with watch.viewing():
        until(lambda: "Another one uses the camera" in watch.status.problem, "it is not told")


def test_a_fault_is_a_problem_told_and_the_watch_goes_on(started, caplog):
    @contextmanager
    def broken():
        raise PermissionError(13, "Permission denied", "camera.lock")
        yield

    watch = started(Wish("/dev/video0", Model.LITE), lock=broken)
    with watch.viewing():
        until(lambda: watch.status.phase is Phase.PROBLEM, "no problem is told")
        assert "please report it: PermissionError: [Errno 13] Permission denied" in watch.status.problem
        assert "Traceback" in caplog.text
        watch.wish(source=str(LONG_WALK))
        assert watch.after(0, PATIENCE_S) is not None


def test_a_file_needs_no_lock(started):
    watch = started(lock=lambda: pytest.fail("a file was locked"))
    with watch.viewing():
        assert watch.after(0, PATIENCE_S) is not None


def test_the_one_who_is_chosen_is_measured(started, tmp_path):
    """A walker twice, side by side."""
    twice = beside(*([image for _, image in frames_of(LONG_WALK)][:90] for _ in range(2)), tmp_path / "two.mp4", 90)

    def who(frame, assessment, _reading, status):
        left = assessment.poses.points_px[0, 0, 0] < frame.size[0] / 2
        return f"{[each.measured for each in status.people]} {assessment.person} {bool(left)}".encode()

    watch = started(Wish(str(twice), Model.LITE), who)
    watch.choose(1)  # before there is a picture it means nobody
    with watch.viewing():
        for where, wanted in ((2, b"[False, True] 2 False"), ((0.25, 0.5), b"[True, False] 1 True")):
            until(lambda: len(watch.status.people) == 2, "two people are not seen")
            watch.choose(where)
            until(lambda wanted=wanted: watch.after(0, PATIENCE_S).packed == wanted, f"{where} is not measured")
    watch.pause()
    until(lambda: watch.status.people == (), "nobody is in view of a camera that is off")


def test_close_ends_the_thread_and_wakes_who_waits(started):
    watch = started()
    waited = []
    waiter = threading.Thread(target=lambda: waited.append(watch.after(10**9, PATIENCE_S)))
    waiter.start()
    watch.close()
    waiter.join(PATIENCE_S)
    assert waited == [None]
    until(lambda: not source_threads(), "the source stays open")


@pytest.fixture
def hurried(monkeypatch, tmp_path):
    """Let postures be held for half a second, and keep places to the test."""
    monkeypatch.setattr("posture_coach.coach.calibrating.SETTLING_S", 0.2)
    monkeypatch.setattr("posture_coach.coach.calibrating.HOLDING_S", 0.5)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "data"))


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    return still_video(tmp_path_factory.mktemp("clips") / "still.mp4", SITTING)


def keep_docked(guided, eye):
    profile = guided.profile("docked", eye, datetime.now(UTC), 178.0)
    Places().save(profile)
    return profile


@pytest.mark.usefixtures("hurried")
def test_the_own_upright_is_taken_and_forgotten_with_the_view(started, still):
    watch = started(Wish(str(still), Model.LITE))
    with watch.viewing():
        watch.after(0, PATIENCE_S)
        watch.take_neutral()
        # The words come a moment after there is something to hold against.
        until(lambda: watch.status.neutral == "Your own upright is taken.", "it is not taken")
        assert watch.status.has_neutral
        assert watch.status.upright.place == "", "it belongs to this session alone"
        ended = watch.status.upright
        assert replace(ended, ended_s=ended.ended_s - NEWS_S).words == "", "it is told for ever"
        assert Places().all() == ([], [])
        watch.wish(skeleton_only=True)
        assert watch.status.has_neutral
        watch.wish(mirror=True)
        assert not watch.status.has_neutral


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(("before", "change"), [("docked", {"place": None}), (None, {"mirror": True})])
def test_a_calibration_right_after_a_change_of_the_view_does_not_break_off(started, still, before, change):
    watch = started(Wish(str(still), Model.LITE, fps=30.0))  # one picture after the other: one is always in work
    with watch.viewing():
        watch.calibrate(Guided((Posture.UPRIGHT,)), keep_docked)
        until(lambda: watch.status.upright.place == "docked", f"it is not kept: {watch.status.neutral}")
        watch.wish(place=before)
        assert watch.after(watch.status.analysed + 3, PATIENCE_S) is not None
        watch.wish(**change)
        watch.take_neutral()
        until(lambda: watch.status.upright.guide and watch.status.upright.guide.phase in ENDED, "it does not end")
        assert watch.status.neutral == "Your own upright is taken."


@pytest.mark.usefixtures("hurried")
def test_what_is_calibrated_is_kept_and_recognised_by_the_next_watch(started, still):
    watch = started(Wish(str(still), Model.LITE))
    with watch.viewing():
        watch.calibrate(Guided((Posture.UPRIGHT,)), keep_docked)
        until(lambda: watch.status.upright.place == "docked", f"it is not kept: {watch.status.neutral}")
    assert Places().get("docked").stature_cm == 178.0
    later = started(Wish(str(still), Model.LITE))
    with later.viewing():
        until(lambda: later.status.upright.place == "docked", f"it is not recognised: {later.status.upright}")
        assert later.status.has_neutral
        later.wish(place="gone")
        until(lambda: later.status.phase is Phase.PROBLEM, "a place that is not there is watched")
        assert "There is no place gone. There are: docked." in later.status.problem
        assert not later.status.has_neutral


@pytest.mark.usefixtures("hurried")
def test_a_calibration_that_cannot_be_kept_is_told_and_one_that_is_given_up_leaves_nothing(started, still):
    def full(_guided, _eye):
        raise OutputError("The disk is full.")

    watch = started(Wish(str(still), Model.LITE))
    with watch.viewing():
        watch.calibrate(Guided((Posture.UPRIGHT,)), full)
        until(lambda: "The disk is full." in watch.status.neutral, f"it is not told: {watch.status.neutral}")
        assert not watch.status.has_neutral
        watch.calibrate(Guided())
        until(lambda: watch.status.neutral.startswith("Sit or stand"), "it does not begin")
        watch.give_up()
        assert watch.status.neutral == ""
        watch.after(watch.status.analysed + 3, PATIENCE_S)
        assert (watch.status.neutral, watch.status.has_neutral) == ("", False)


def test_other_targets_are_taken_over_at_once_without_opening_anew(started):
    sets = {"me": shipped()}
    told_of = []

    def pack(_frame, assessment, _reading, status):
        told_of.append((assessment.score.targets, status.held.person))
        return b""

    watch = started(replace(LITE, fps=30.0), pack, held=lambda who: Held(who, sets[who]))
    with watch.viewing():
        watch.after(0, PATIENCE_S)
        threads = camera_threads()
        assert told_of[-1] == (shipped(), "me")
        table = {"schema_version": 1, "targets": {"walking_trunk": {"weight": 1.0}}}
        sets["anna"] = merged(table, shipped(), shipped_accuracy().mdc, file="x")
        until(lambda: watch.history(), "no score is kept")
        watch.hold_against("anna")
        until(lambda: told_of[-1] == (sets["anna"], "anna"), "it is not taken over")
        assert watch.after(watch.status.analysed + 3, PATIENCE_S) is not None
        assert camera_threads() == threads, "the source was opened anew"
        sets["anna"] = shipped()
        watch.hold_against()
        until(lambda: told_of[-1] == (shipped(), "anna"), "its own change is not taken over")


def test_targets_are_read_anew_when_watching_begins(started):
    now = [shipped()]
    watch = started(pack=lambda _f, assessment, _r, _s: str(len(assessment.score.targets.own)).encode(),
                    held=lambda who: Held(who, now[0]))  # fmt: skip
    table = {"schema_version": 1, "targets": {"walking_trunk": {"weight": 1.0}}}
    now[0] = merged(table, shipped(), shipped_accuracy().mdc, file="x")
    with watch.viewing():
        assert watch.after(0, PATIENCE_S).packed == b"1"
