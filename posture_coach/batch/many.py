"""Many videos on this machine: found in folders, analysed side by side, whatever dies on the way."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from posture_coach.batch.results import Job, Outcome, failure, process
from posture_coach.errors import SourceError, SourceNotFoundError
from posture_coach.pose.files import open_file

MEDIA_NAMES = frozenset(
    [
        *(".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif", ".bmp", ".tif", ".tiff"),
        *(".mp4", ".m4v", ".mov", ".mkv", ".avi", ".webm", ".gif", ".mpg", ".mpeg", ".mts", ".m2ts", ".ts"),
        *(".wmv", ".flv", ".3gp", ".ogv", ".mjpeg", ".mjpg"),
    ]
)
"""Endings that are looked for in folders; a file named by itself may have any."""
ANNOTATED = ".annotated."
TELL_EVERY = 10
"""Pictures between two messages from a worker."""
WAIT_S = 0.1
ASK_AT_MOST = 200
"""Opening a file to ask its length takes some 10 ms: beyond this, the bar counts files only."""

Tell = Callable[[str, int], None]
"""Called with a job's stem and the number of its pictures done."""


class Stopped(BaseException):
    """The run was asked to end; a worker leaves its input without writing anything."""


def inputs(paths: Sequence[Path]) -> list[Path]:
    """Return the files to analyse: those named, and the videos and photos inside named folders, sorted, once each.

    Raises
    ------
    SourceNotFoundError
        A name stands for nothing, or a folder holds no video or photo.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if _is_media(p) and p.is_file())
            if not inside:
                raise SourceNotFoundError(f"There is no video or photo in the folder {path}.")
        else:
            inside = [path]
        for file in inside:
            found.setdefault(file.resolve(), file.absolute())
    return list(found.values())


def _is_media(path: Path) -> bool:
    """Whether a file in a folder is meant: not hidden, and no annotated copy of an earlier run."""
    own = path.name.startswith(".") or ANNOTATED in path.name
    return path.suffix.lower() in MEDIA_NAMES and not own


def run(jobs: Sequence[Job], workers: int, tell: Tell = lambda _stem, _done: None) -> Iterator[Outcome]:
    """Process all jobs; give outcomes as they come.

    Parameters
    ----------
    workers
        Processes to use; 1 works in this one. The results are the same, byte for byte.
    """
    if workers == 1 or len(jobs) == 1:
        for job in jobs:
            yield process(job, lambda done, stem=job.stem: tell(stem, done))  # type: ignore[misc]
        return
    left = {job.stem: job for job in jobs}
    for outcome in _round(jobs, workers, tell):
        del left[outcome.stem]
        yield outcome
    # These were lost with a process that died (killed, out of memory). One of them may be the cause, so each is
    # tried once more by itself, where it can take no other with it.
    for job in left.values():
        again = list(_round([job], 1, tell))
        yield again[0] if again else failure(job, "The process that analysed it died, twice: too little memory?")


def _round(jobs: Sequence[Job], workers: int, tell: Tell) -> Iterator[Outcome]:
    """Process jobs in a fresh pool; those that a dead process takes with it give no outcome."""
    # A fresh interpreter for each worker: a forked one would inherit the network's threads in mid-flight.
    context = multiprocessing.get_context("spawn")
    messages: Any = context.Queue()
    stop = context.Event()
    pool = ProcessPoolExecutor(
        min(workers, len(jobs)), mp_context=context, initializer=_begin, initargs=(messages, stop)
    )
    try:
        waiting: set[Future[Outcome]] = {pool.submit(_work, job) for job in jobs}
        while waiting:
            finished, waiting = wait(waiting, timeout=WAIT_S)
            _pass_on(messages, tell)
            for future in finished:
                if not isinstance(future.exception(), BrokenProcessPool):
                    yield future.result()
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)
        _pass_on(messages, tell)


def _pass_on(messages: Any, tell: Tell) -> None:
    while True:
        try:
            stem, done = messages.get_nowait()
        except queue.Empty:
            return
        tell(stem, done)


_messages: Any = None
_stop: Any = None


def _begin(messages: Any, stop: Any) -> None:
    """Prepare a worker process: Ctrl-C is the parent's to handle."""
    global _messages, _stop  # the pool offers a worker no other place to keep them
    _messages, _stop = messages, stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _work(job: Job) -> Outcome:
    def progress(done: int) -> None:
        if _stop.is_set():
            raise Stopped
        if done % TELL_EVERY == 0:
            _messages.put((job.stem, done))

    return process(job, progress)


def expected_pictures(jobs: Sequence[Job]) -> dict[str, int]:
    """Return how many pictures each input will give, by stem; 0 where it does not say, or there are too many to ask."""
    return {job.stem: _expected(job) if len(jobs) <= ASK_AT_MOST else 0 for job in jobs}


def _expected(job: Job) -> int:
    try:
        with open_file(job.path) as source:
            frames, rate_hz = source.info.frames_expected or 0, source.info.rate_hz
    except SourceError:
        return 0  # the run itself will say what is wrong with it
    fps = job.settings.fps
    return round(frames * fps / rate_hz) if fps and rate_hz and fps < rate_hz else frames


def workers_for(count: int) -> int:
    """Return how many processes suit this machine and so many inputs."""
    return max(1, min(count, os.cpu_count() or 1))
