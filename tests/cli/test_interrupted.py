"""Stopped in the middle: what is finished stands, what is not leaves nothing that could pass for whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.typed import PATIENCE_S, PROGRAM, Ended, environment, summary
from tests.clips import LONG_WALK, SITTING, names_in

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")


def started(out: Path, workers: int) -> subprocess.Popen[str]:
    """Start on a photo, done at once, and on a clip that takes long."""
    command = [*PROGRAM, "analyze", str(SITTING), str(LONG_WALK), "--out", str(out), "--json-progress",
               "--model", "heavy", "--workers", str(workers)]  # fmt: skip
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


def interrupted(out: Path, workers: int, number: signal.Signals) -> Ended:
    """Start, send the signal to all processes as a terminal does, and wait for the end."""
    process = started(out, workers)
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
    assert "1 of 2 inputs are done" in ended.said
    assert "Traceback" not in ended.said
    assert names_in(tmp_path) == [f"{SITTING.stem}.frames.parquet", f"{SITTING.stem}.summary.json", "summary.csv"]
    assert summary(tmp_path, SITTING.stem)["status"] == "ok"


def test_a_killed_run_leaves_no_half_result(tmp_path):
    ended = interrupted(tmp_path, 1, signal.SIGKILL)
    assert ended.code == -signal.SIGKILL
    assert names_in(tmp_path) == [f"{SITTING.stem}.frames.parquet", f"{SITTING.stem}.summary.json"]
    assert summary(tmp_path, SITTING.stem)["status"] == "ok"


def test_workers_end_with_the_program(tmp_path):
    process = started(tmp_path, 2)
    wait_for_the_clip(process)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    workers = [int(pid) for pid in children.read_text().split()] if children.exists() else []
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE_S)
    deadline = time.monotonic() + PATIENCE_S
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        assert time.monotonic() < deadline, "workers live on"
        time.sleep(0.05)
