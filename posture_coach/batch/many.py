"""Many videos on this machine: found in folders, analysed side by side, whatever dies on the way."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType
from typing import Any

from posture_coach.batch.results import Job, Outcome, failure, is_folder, process, without_media
from posture_coach.pose.files import open_file

MEDIA_NAMES = frozenset(
    [
        *(".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif", ".bmp", ".tif", ".tiff"),
        *(".mp4", ".m4v", ".mov", ".mkv", ".avi", ".webm", ".gif", ".mpg", ".mpeg", ".mts", ".m2ts", ".ts"),
        *(".wmv", ".flv", ".3gp", ".ogv", ".mjpeg", ".mjpg"),
    ]
)
"""Endings that are looked for in folders; a file named by itself may have any."""
ANNOTATED = (".annotated.mp4", ".annotated.jpg")
"""How the copies of an earlier run end."""
TELL_EVERY = 10
"""Pictures between two messages from a worker."""
WAIT_S = 0.1
GRACE_S, HURRY_S = 10.0, 2.0
"""How long a worker whose parent has gone, and one that is to end at once, may take to leave nothing half."""
FAILED = 1
ASK_AT_MOST = 200
"""Opening a file to ask its length takes some 10 ms: beyond this, the bar counts files only."""

Tell = Callable[[str, int], None]
"""Called with a job's stem and the number of its pictures done."""


class Stopped(BaseException):
    """The run was asked to end; a worker leaves its input without writing anything."""


@dataclass(frozen=True, slots=True)
class Input:
    """One file to analyse.

    Parameters
    ----------
    path
        As it was typed, or below the folder that was typed.
    listed
        What the list of the run calls it: its path below the folder that was named, else as it was typed; all as typed
        where two would be alike.
    """

    path: Path
    listed: str


def inputs(paths: Sequence[Path]) -> list[Input]:
    """Return the files to analyse: those named, and the videos and photos inside named folders, sorted, once each.

    Of a file and symbolic links to it the file is taken. A folder without a video or photo stands for itself, so that
    the run tells of it.

    Raises
    ------
    SourceNotFoundError
        There is nothing but folders without a video or photo.
    """
    found: dict[Path, tuple[Path, Path]] = {}
    for path in paths:
        for file, below in _meant(path):
            real = _real(file)
            if real not in found or (found[real][0].is_symlink() and not file.is_symlink()):
                found.pop(real, None)
                found[real] = file, below
    if found and all(is_folder(path) for path, _ in found.values()):
        raise without_media(next(iter(found.values()))[0])
    alike = len({below for _, below in found.values()}) < len(found)
    return [Input(path, (path if alike else below).as_posix()) for path, below in found.values()]


def _meant(path: Path) -> list[tuple[Path, Path]]:
    """Return the files that one name stands for, each with its path below that name."""
    if not is_folder(path):
        return [(path, path)]
    inside = sorted(file for file in path.rglob("*") if _is_media(file.relative_to(path)) and file.is_file())
    return [(file, file.relative_to(path)) for file in inside] or [(path, path)]


def _is_media(path: Path) -> bool:
    """Whether a file below a folder is meant: nothing of its path hidden, and no annotated copy of an earlier run."""
    hidden = any(part.startswith(".") for part in path.parts)
    return path.suffix.lower() in MEDIA_NAMES and not hidden and not path.name.endswith(ANNOTATED)


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # links in a circle
        return path.absolute()


def run(jobs: Sequence[Job], workers: int, tell: Tell = lambda _stem, _done: None) -> Generator[Outcome]:
    """Process all jobs; give outcomes as they come.

    Parameters
    ----------
    workers
        Processes to use; 1 works in this one. The results are the same, byte for byte.
    """
    if workers == 1 or len(jobs) <= 1:
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
    stop = context.RawValue("b", 0)  # an Event has a lock, which a process that is killed may take with it
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        min(workers, len(jobs)), mp_context=context, initializer=_begin, initargs=(messages, stop, str(Path.cwd()))
    )
    try:
        waiting: set[Future[Outcome]] = set()
        with _bare_main(), _spared(), suppress(BrokenProcessPool):  # a worker died meanwhile: no more are taken
            for job in jobs:
                waiting.add(pool.submit(_work, job))
        while waiting:
            finished, waiting = wait(waiting, timeout=WAIT_S)
            _pass_on(messages, tell)
            for future in finished:
                if not isinstance(future.exception(), BrokenProcessPool):
                    yield future.result()
    finally:
        with _unbroken(others):
            stop.value = 1
            pool.shutdown(wait=True, cancel_futures=True)
        _pass_on(messages, tell)


@contextmanager
def _spared() -> Iterator[None]:
    """Start workers to which Ctrl-C means nothing, from their first moment on, and none by half.

    Which thread a signal is given to is the system's choice, and Python hears it in the main one whatever that one
    blocks: so it is heard here, and counts once the workers stand.
    """
    heard: list[int] = []
    here = threading.current_thread() is threading.main_thread()  # only there signals arrive
    numbers = [n for n in (signal.SIGINT, signal.SIGTERM) if here and callable(signal.getsignal(n))]
    before = {number: signal.signal(number, lambda number, _frame: heard.append(number)) for number in numbers}
    try:
        with _deaf_children():
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if heard:
            signal.raise_signal(heard[0])


@contextmanager
def _deaf_children() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach."""
    if sys.platform == "win32":  # it cannot; there they are deaf from `_begin` on
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _unbroken(others: Collection[BaseProcess]) -> Iterator[None]:
    """Wait for workers to end, come what may: another Ctrl-C or SIGTERM hurries them, the next one kills them.

    Parameters
    ----------
    others
        Children of this process that are none of the workers.
    """
    if threading.current_thread() is not threading.main_thread():  # only there signals arrive
        yield
        return
    asked = 0

    def hurry(_number: int, _frame: object) -> None:
        nonlocal asked
        asked += 1
        for worker in set(multiprocessing.active_children()).difference(others):
            if asked == 1:
                worker.terminate()
            else:
                worker.kill()

    before = {number: signal.signal(number, hurry) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


@contextmanager
def _bare_main() -> Iterator[None]:
    """Start workers without the program's main module.

    They need nothing of it, and in the dashboard's process Streamlit puts the script of a page in its place, which
    every worker would run.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _pass_on(messages: Any, tell: Tell) -> None:
    while True:
        try:
            stem, done = messages.get_nowait()
        except queue.Empty:
            return
        tell(stem, done)


_messages: Any = None
_stop: Any = None
_leaving = threading.Event()
"""This worker ends as soon as its input has left nothing half."""
_at_work = threading.Lock()


def _begin(messages: Any, stop: Any, folder: str) -> None:
    """Prepare a worker process: Ctrl-C is the parent's to handle, and where the parent has gone nobody needs it."""
    global _messages, _stop  # the pool offers a worker no other place to keep them
    _messages, _stop = messages, stop
    messages.cancel_join_thread()  # the same of the queue's: nobody waits at the end to tell how far he was
    os.chdir(folder)  # inputs are called as they were typed
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _terminated)
    threading.Thread(target=_end_with_the_parent, name="end with the parent", daemon=True).start()


def _terminated(_number: int, _frame: object) -> None:
    threading.Thread(target=_leave, args=(HURRY_S,), daemon=True).start()


def _end_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    _leave(GRACE_S)


def _leave(grace_s: float) -> None:
    """End this worker, after so many seconds in the middle of its picture."""
    _leaving.set()
    _at_work.acquire(timeout=grace_s)
    os._exit(FAILED)


def _work(job: Job) -> Outcome:
    def progress(done: int) -> None:
        if _leaving.is_set() or _stop.value:
            raise Stopped
        if done % TELL_EVERY == 0:
            _messages.put((job.stem, done))

    with _at_work:
        try:
            return process(job, progress)
        except Stopped:
            if _leaving.is_set():
                os._exit(FAILED)
            raise


def expected_pictures(jobs: Sequence[Job]) -> dict[str, int]:
    """Return how many pictures each input will give, by stem; 0 where it does not say, or there are too many to ask."""
    return {job.stem: _expected(job) if len(jobs) <= ASK_AT_MOST else 0 for job in jobs}


def _expected(job: Job) -> int:
    try:
        with open_file(job.path) as source:
            frames, rate_hz = source.info.frames_expected or 0, source.info.rate_hz
    except Exception:  # noqa: BLE001 - the run itself will say what is wrong with it, and do the others
        return 0
    fps = job.settings.fps
    return round(frames * fps / rate_hz) if fps and rate_hz and fps < rate_hz else frames


def workers_for(count: int) -> int:
    """Return how many processes suit this machine and so many inputs."""
    return max(1, min(count, os.cpu_count() or 1))
