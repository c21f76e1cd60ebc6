"""The files that are analysed for the dashboard: one list for all tabs, one file after the other.

Each is worked on in a process of its own, which can be ended at once and keeps the server free for the live camera.
The registry may be used from any thread; what it hands out are snapshots. It knows nothing of Streamlit.
"""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from posture_coach.batch.analyse import Settings
from posture_coach.batch.names import safe_stem
from posture_coach.dashboard.analyze.worker import MODULE, Task

DIED = (
    "The process that worked on it was ended from outside, perhaps for lack of memory. "
    "Close other programs, or choose fewer pictures a second under Options, and analyse it again."
)
NOT_BEGUN = "It could not be started ({}). Free some space or memory, and analyse it again."
CANCELLED = "Cancelled; the file has been deleted."


class State(StrEnum):
    """How far something is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Work:
    """How far an analysis, or an annotated video, is.

    Parameters
    ----------
    done, expected
        Pictures; 0 expected where the file does not say.
    message
        Why it failed and what to do.
    """

    state: State = State.WAITING
    done: int = 0
    expected: int = 0
    message: str = ""

    @property
    def active(self) -> bool:
        """Whether something is still to come."""
        return self.state in (State.WAITING, State.RUNNING)

    @property
    def progress(self) -> float:
        """Share that is done, 0 to 1."""
        return min(1.0, self.done / self.expected) if self.expected else 0.0

    @property
    def words(self) -> str:
        """How far it is; who walks or exercises is looked at a second time."""
        if not self.expected:
            return f"{self.done} pictures"
        again = self.done - self.expected
        if again > 0:
            return f"{self.expected} pictures, {again} once more"
        return f"{self.done} of {self.expected} pictures"


@dataclass(frozen=True, slots=True)
class Job:
    """One file.

    Parameters
    ----------
    name
        What its owner calls it.
    upload
        Where it lies, in a folder of its own that goes when the job does.
    run
        How often it was analysed before, with other settings.
    video
        The annotated copy; None where none was asked for.
    video_shows_faces
        How that was asked for.
    """

    id: str
    name: str
    upload: Path
    settings: Settings
    run: int = 0
    analysis: Work = field(default_factory=Work)
    video: Work | None = None
    video_shows_faces: bool = False

    @property
    def state(self) -> State:
        """How far its analysis is."""
        return self.analysis.state

    @property
    def progress(self) -> float:
        """Share of its analysis that is done, 0 to 1."""
        return self.analysis.progress

    @property
    def message(self) -> str:
        """Why its analysis failed and what to do."""
        return self.analysis.message

    @property
    def active(self) -> bool:
        """Whether anything is still to come of it."""
        return self.analysis.active or (self.video is not None and self.video.active)

    @property
    def stem(self) -> str:
        """What its results are called."""
        return safe_stem(Path(self.name))

    @property
    def folder(self) -> Path:
        """Where its results lie."""
        return self.upload.parent / f"results-{self.run}"

    def result(self, ending: str) -> Path:
        """Return the path of one of its results."""
        return self.folder / f"{self.stem}{ending}"


@dataclass(frozen=True, slots=True)
class _Step:
    """What is worked on: a job's analysis, or with a name its annotated copy."""

    job_id: str
    video: str = ""


class Jobs:
    """All jobs. A thread of its own starts one process after the other, and listens to it."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._queue: deque[_Step] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._current: tuple[_Step, subprocess.Popen[bytes]] | None = None
        self._thread = threading.Thread(target=self._work, name="analyze jobs", daemon=True)
        self._thread.start()

    def all(self) -> list[Job]:
        """Return all jobs, the newest first."""
        with self._changed:
            return list(reversed(self._jobs.values()))

    def get(self, job_id: str | None) -> Job | None:
        """Return a job, None where there is none of that id."""
        with self._changed:
            return self._jobs.get(job_id or "")

    def process_id(self) -> int | None:
        """Return the process that works now, None where none does."""
        with self._changed:
            return self._current[1].pid if self._current else None

    def add(self, name: str, upload: Path, settings: Settings) -> str:
        """Line up a file, and return its job's id: the name of the folder that it alone lies in."""
        job = Job(upload.parent.name, name, upload, settings)
        with self._changed:
            self._jobs[job.id] = job
            self._line_up(_Step(job.id))
        return job.id

    def again(self, job_id: str, settings: Settings) -> None:
        """Analyse a file anew with other settings; what came of it before is deleted."""
        with self._changed:
            job = self._jobs.get(job_id)
            if job is None or job.active or job.state is State.CANCELLED:
                return
            shutil.rmtree(job.folder, ignore_errors=True)
            fresh = replace(job, settings=settings, run=job.run + 1, analysis=Work(), video=None)
            self._jobs[job_id] = fresh
            self._line_up(_Step(job_id))

    def make_video(self, job_id: str, ending: str, *, show_faces: bool) -> None:
        """Line up the annotated copy of a file that has been analysed."""
        with self._changed:
            job = self._jobs.get(job_id)
            if job is None or job.active or job.state is not State.DONE:
                return
            job.result(ending).unlink(missing_ok=True)
            self._jobs[job_id] = replace(job, video=Work(), video_shows_faces=show_faces)
            self._line_up(_Step(job_id, job.stem + ending))

    def cancel(self, job_id: str) -> None:
        """End what is being done for a job: of an analysis the file is deleted too, of a video only the video is."""
        with self._changed:
            job = self._jobs.get(job_id)
            if job is None or not job.active:
                return
            if job.analysis.active:
                self._jobs[job_id] = replace(job, analysis=Work(State.CANCELLED, message=CANCELLED))
            else:
                self._jobs[job_id] = replace(job, video=None)
            self._end(job)

    def discard(self, job_id: str) -> None:
        """Delete a job, its file and its results."""
        with self._changed:
            job = self._jobs.pop(job_id, None)
            if job is not None:
                self._end(job)

    def close(self) -> None:
        """End whatever is being done; safe to call twice."""
        with self._changed:
            self._closed = True
            self._queue.clear()
            if self._current:
                self._current[1].kill()
            self._changed.notify_all()
        self._thread.join()

    def _line_up(self, step: _Step) -> None:
        self._queue.append(step)
        self._changed.notify_all()

    def _end(self, job: Job) -> None:
        """End what is queued or running for a job. With the lock."""
        self._queue = deque(step for step in self._queue if step.job_id != job.id)
        if self._current and self._current[0].job_id == job.id:
            self._current[1].kill()  # the thread deletes the files, when the process has let go of them
        else:
            self._tidy(job)

    def _tidy(self, job: Job) -> None:
        """Delete the files of a job that is gone or was cancelled; of others what is half done. With the lock."""
        now = self._jobs.get(job.id)
        if now is None or now.state is State.CANCELLED:
            shutil.rmtree(job.upload.parent, ignore_errors=True)
        for draft in job.folder.glob("draft.*"):
            draft.unlink(missing_ok=True)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._queue)
                if self._closed:
                    return
                step = self._queue.popleft()
                job = self._jobs[step.job_id]
                try:
                    process = _begun(job, step)
                except OSError as why:  # the disk is full, or the system gives no more processes
                    self._note(step, state=State.FAILED, message=NOT_BEGUN.format(why.strerror or why))
                    continue
                self._current = step, process
                self._note(step, state=State.RUNNING)
            ended = self._listen(step, process)
            with self._changed:
                self._current = None
                if not ended:
                    self._note_death(step)
                self._tidy(job)
                self._changed.notify_all()

    def _listen(self, step: _Step, process: subprocess.Popen[bytes]) -> bool:
        """Take in what a process says until it ends; return whether it said how that was."""
        ended = False
        with process, _pipe(process.stdout) as lines:
            for line in lines:
                if line.endswith(b"\n"):  # the last one of a process that was killed may be half a line
                    ended |= self._take(step, json.loads(line))
        return ended

    def _take(self, step: _Step, told: dict[str, Any]) -> bool:
        """Note what a process said; return whether that was its last word."""
        with self._changed:
            if "finished" in told:
                self._note(step, state=State.DONE)
            elif "failed" in told:
                self._note(step, state=State.FAILED, message=told["failed"])
            else:
                self._note(step, **told)
                return False
        return True

    def _note_death(self, step: _Step) -> None:
        """Take a process that ended without a word for one that somebody else killed. With the lock.

        After its last word the same job may have been lined up anew, while the process was still on its way out.
        """
        work = self._work_of(step)
        if work and work.active:
            self._note(step, state=State.FAILED, message=DIED)

    def _work_of(self, step: _Step) -> Work | None:
        job = self._jobs.get(step.job_id)
        return None if job is None else job.video if step.video else job.analysis

    def _note(self, step: _Step, **changes: Any) -> None:
        """Change what is known of a step, unless it was cancelled meanwhile. With the lock."""
        work = self._work_of(step)
        if work is None or work.state is State.CANCELLED:
            return
        job, work = self._jobs[step.job_id], replace(work, **changes)
        self._jobs[step.job_id] = replace(job, video=work) if step.video else replace(job, analysis=work)


def _begun(job: Job, step: _Step) -> subprocess.Popen[bytes]:
    """Start the process. Not through `multiprocessing`: it would run the page's script again, as its main module."""
    job.folder.mkdir(mode=0o700, exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C in the terminal reaches the dashboard alone
    )
    task = Task(job.upload, job.name, job.stem, job.folder, job.settings, step.video, job.video_shows_faces)
    with suppress(BrokenPipeError):  # it died at once: told when it ends
        _pipe(process.stdin).write(pickle.dumps(task))
        _pipe(process.stdin).flush()
    return process


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None, "both ends were asked for"
    return pipe


_jobs: Jobs | None = None
_starting = threading.Lock()


def start() -> None:
    """Begin an empty list."""
    global _jobs  # the server is one process, and this is its one list
    with _starting:
        if _jobs is None:
            _jobs = Jobs()


def stop() -> None:
    """End whatever is being done, and forget the list."""
    global _jobs
    with _starting:
        if _jobs is not None:
            _jobs.close()
            _jobs = None


def jobs() -> Jobs | None:
    """Return the list that all tabs share; None where the server has not started it, or has stopped."""
    return _jobs
