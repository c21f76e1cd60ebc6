"""Stopped in the middle: what is finished stands, what is not leaves nothing that could pass for whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from posture_coach.cli.interruption import interruptible
from tests.cli.typed import PATIENCE_S, PROGRAM, Ended, environment, summary
from tests.clips import LONG_WALK, SITTING, must_have, names_in

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")

DONE = [f"{SITTING.stem}.frames.parquet", f"{SITTING.stem}.summary.json", "summary.csv"]


def started(out: Path, workers: int, *options: str) -> subprocess.Popen[str]:
    """Start on a photo, done at once, and on a clip that takes long."""
    command = [*PROGRAM, "analyze", str(SITTING), str(LONG_WALK), "--out", str(out), "--json-progress",
               "--model", "heavy", "--workers", str(workers), *options]  # fmt: skip
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(), start_new_session=True
    )


def wait_for_the_clip(process: subprocess.Popen[str]) -> None:
    """Return when the photo is done and the clip has begun."""
    photo_done = clip_begun = False
    assert process.stdout is not None
    for line in process.stdout:
        told = json.loads(line)
        photo_done |= told["event"] == "finished" and told["results"] == SITTING.stem
        clip_begun |= told["event"] == "progress" and told["results"] == LONG_WALK.stem
        if photo_done and clip_begun:
            return
    pytest.fail(f"ended too early: {process.stderr.read() if process.stderr else ''}")


@contextmanager
def running(out: Path, workers: int) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """Give the program in the middle of the clip, and its children."""
    must_have(sys.platform == "linux", "/proc, to see processes")
    process = started(out, workers)
    family: list[int] = []
    try:
        wait_for_the_clip(process)
        family = children(process)
        yield process, family
    finally:
        process.kill()
        process.communicate()
        for pid in filter(lives, family):
            with suppress(ProcessLookupError):  # it has ended meanwhile
                os.kill(pid, signal.SIGKILL)


def children(process: subprocess.Popen[str]) -> list[int]:
    """Return the processes that the program has started."""
    told = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in told.read_text().split()]


def lives(pid: int) -> bool:
    """Whether a process runs, and is not only left for its parent to count."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # gone before it was opened, or before it was read
        return False


def gone_soon(family: list[int]) -> None:
    """Wait for processes to end: each finishes the picture at hand first, which takes long on a busy machine."""
    deadline = time.monotonic() + PATIENCE_S
    while any(map(lives, family)):
        assert time.monotonic() < deadline, "workers live on"
        time.sleep(0.05)


def interrupted(out: Path, workers: int, number: signal.Signals, *options: str) -> Ended:
    """Start, send the signal to all processes as a terminal does, and wait for the end."""
    process = started(out, workers, *options)
    try:
        wait_for_the_clip(process)
        os.killpg(process.pid, number)
        said, err = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
    return Ended(process.returncode, said, err)


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_keeps_what_is_done_and_leaves_nothing_of_the_rest(tmp_path, workers):
    ended = interrupted(tmp_path, workers, signal.SIGINT)
    assert ended.code == 130, ended.said
    assert "1 of 2 inputs are done and written. The same command with --resume goes on" in ended.said
    assert "Traceback" not in ended.said
    assert names_in(tmp_path) == DONE
    assert summary(tmp_path, SITTING.stem)["status"] == "ok"


@pytest.mark.parametrize(("group", "workers"), [(True, 1), (True, 2), (False, 1), (False, 2)])
def test_a_second_ctrl_c_ends_it_too(tmp_path, group, workers):
    with running(tmp_path, workers) as (process, family):
        for _ in range(2):
            if group:
                os.killpg(process.pid, signal.SIGINT)
            else:
                process.send_signal(signal.SIGINT)
            time.sleep(0.02)
        said, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 130, said + err
        assert "Traceback" not in said + err
        gone_soon(family)
    assert names_in(tmp_path) == DONE


@pytest.mark.parametrize("workers", [1, 2])
def test_a_terminated_run_takes_its_workers_with_it_and_keeps_what_is_done(tmp_path, workers):
    with running(tmp_path, workers) as (process, family):
        process.terminate()
        said, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 143, said + err
        assert "1 of 2 inputs are done" in err
        gone_soon(family)
    assert names_in(tmp_path) == DONE


def test_workers_whose_program_was_killed_end_by_themselves(tmp_path):
    with running(tmp_path, 2) as (process, family):
        assert len(family) >= 3, "two workers, and who tidies up behind them"
        process.kill()
        process.wait(timeout=PATIENCE_S)
        gone_soon(family)
    assert names_in(tmp_path) == DONE[:2]


def test_ctrl_c_right_after_the_start_is_quiet(tmp_path):
    """The workers are still loading then."""
    process = started(tmp_path, 2)
    try:
        while len(children(process)) < 3:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        said, err = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
    assert process.returncode == 130, said + err
    assert "Traceback" not in said + err
    assert names_in(tmp_path) == []


def test_one_that_ignores_ctrl_c_goes_on_ignoring_it(tmp_path):
    """As behind a shell's & or nohup."""
    command = [*PROGRAM, "analyze", str(SITTING), "--out", str(tmp_path), "--model", "lite", "--json-progress"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment(),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )  # fmt: skip
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    assert process.stdout is not None
    assert (process.returncode, process.stdout.read().count("ok")) == (0, 1)
    process.stdout.close()


def test_a_killed_run_leaves_no_half_result(tmp_path):
    ended = interrupted(tmp_path, 1, signal.SIGKILL)
    assert ended.code == -signal.SIGKILL
    assert names_in(tmp_path) == DONE[:2]
    assert summary(tmp_path, SITTING.stem)["status"] == "ok"


def test_workers_end_with_the_program(tmp_path):
    with running(tmp_path, 2) as (process, family):
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_S)
        gone_soon(family)
    assert names_in(tmp_path) == DONE


class Ending:
    """An object whose end fails, as one that an interrupt left half made does."""

    def __del__(self):
        raise AttributeError("half made")


@pytest.mark.parametrize(("pressed", "told"), [(True, []), (False, ["half made"])])
def test_what_an_interrupt_left_half_made_complains_to_nobody(monkeypatch, pressed, told):
    heard = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: heard.append(str(what.exc_value)))
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with interruptible() as interruption:
            if pressed:
                with pytest.raises(KeyboardInterrupt):
                    signal.raise_signal(signal.SIGINT)
            Ending()
        assert interruption.code == (130 if pressed else 0)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert heard == told


class Pressed:
    """An object in whose end Ctrl-C is pressed: Python drops what is raised there."""

    def __del__(self):
        signal.raise_signal(signal.SIGINT)


def pressed_in_an_end():
    Pressed()
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        time.sleep(0.01)


def test_ctrl_c_that_python_drops_comes_once_more():
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with interruptible() as interruption:
            with pytest.raises(KeyboardInterrupt):
                pressed_in_an_end()
            assert interruption.code == 130
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
