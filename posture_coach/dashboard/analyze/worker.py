"""The process that analyses one file for the dashboard, or makes its annotated copy: `jobs.py` starts and ends it.

Its task comes on standard input, pickled; what it has to tell goes out on standard output, one JSON object a line. It
ends when its standard input does: a dashboard that was killed leaves no worker behind.
"""

from __future__ import annotations

import errno
import json
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from posture_coach.batch import summary
from posture_coach.batch.analyse import Settings, analyse
from posture_coach.batch.annotate import annotate
from posture_coach.batch.gait import gait_figures, gait_of, steps_table
from posture_coach.batch.many import expected_pictures
from posture_coach.batch.results import Job, Outputs, write_json
from posture_coach.batch.tables import frames_table, write_csv, write_parquet
from posture_coach.errors import PictureError, PostureCoachError, in_words
from posture_coach.scoring.assess import Assessment

MODULE = "posture_coach.dashboard.analyze.worker"
ASSESSMENT, SUMMARY, CSV, PARQUET = ".assessment", ".summary.json", ".frames.csv", ".frames.parquet"
STEPS = ".steps.csv"
TELL_EVERY = 5
"""Pictures between two messages."""
KINDNESS = 5
"""The live camera and the page come first."""
UPSIDE_DOWN = "The person is head down. Turn the picture by 180° under Options, then analyse it again."
DISK_FULL = "The disk is full. Free some space, then analyse it again."

Tell = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done.

    Parameters
    ----------
    path, name
        Where the file lies, and what its owner calls it.
    stem, folder
        What results are called, and where they go.
    video
        Name of the annotated copy to make of a file that was analysed before; empty: analyse it.
    """

    path: Path
    name: str
    stem: str
    folder: Path
    settings: Settings
    video: str = ""
    show_face: bool = False

    def result(self, ending: str) -> Path:
        """Return the path of one of the results."""
        return self.folder / f"{self.stem}{ending}"


def run(task: Task, tell: Tell) -> None:
    """Do it, and tell how it goes: `expected`, `done`, and at the end `finished` or `failed` with the reason."""
    try:
        _annotate(task, tell) if task.video else _analyse(task, tell)
    except PictureError:
        tell(failed=UPSIDE_DOWN)
    except PostureCoachError as why:
        tell(failed=_in_own_words(task, str(why)))
    except OSError as why:
        full = why.errno == errno.ENOSPC
        tell(failed=DISK_FULL if full else f"The result cannot be written: {why.strerror or why}.")
    except Exception as why:  # noqa: BLE001 - the page would wait for ever
        tell(failed=in_words(why))
    else:
        tell(finished=True)


def _analyse(task: Task, tell: Tell) -> None:
    job = Job(task.path, task.stem, task.folder, task.settings, Outputs())
    tell(expected=expected_pictures([job])[task.stem])
    analysis = analyse(task.path, task.settings, _telling(tell))
    table = frames_table(analysis.assessment)
    write_parquet(table, task.result(PARQUET))
    write_csv(table, task.result(CSV))
    task.result(ASSESSMENT).write_bytes(pickle.dumps(analysis.assessment, pickle.HIGHEST_PROTOCOL))
    told = summary.whole(
        {**analysis.source, "name": task.name},
        analysis.assessment,
        status="ok" if analysis.complete else "partial",
        warnings=[_in_own_words(task, words) for words in analysis.warnings],
        settings=task.settings.told(),
    )
    walked = gait_of(analysis)
    if walked is not None:
        told["gait"] = gait_figures(walked)
        write_csv(steps_table(walked), task.result(STEPS))
    write_json(task.result(SUMMARY), told)


def _annotate(task: Task, tell: Tell) -> None:
    result: Assessment = pickle.loads(task.result(ASSESSMENT).read_bytes())  # written above, by this program
    tell(expected=len(result))
    target = task.folder / task.video
    draft = target.with_name(f"draft{target.suffix}")
    try:
        annotate(task.path, result, task.settings, draft, show_face=task.show_face, progress=_telling(tell))
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _telling(tell: Tell) -> Callable[[int], None]:
    def progress(done: int) -> None:
        if done % TELL_EVERY == 0:
            tell(done=done)

    return progress


def _in_own_words(task: Task, words: str) -> str:
    """Call the file what its owner calls it."""
    for path in (str(task.path), task.path.name):
        words = words.replace(path, task.name)
    return words


def main() -> None:
    """Read the task and do it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the dashboard's, which ends this process
    os.umask(0o077)
    if hasattr(os, "nice"):
        os.nice(KINDNESS)
    # Whatever a library prints must not come between the messages.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    task: Task = pickle.load(sys.stdin.buffer)
    threading.Thread(target=_end_with_the_dashboard, daemon=True).start()

    def tell(**words: Any) -> None:
        out.write(json.dumps(words) + "\n")
        out.flush()

    run(task, tell)


def _end_with_the_dashboard() -> None:
    while os.read(sys.stdin.fileno(), 1):  # a buffered read would be in the way of an orderly end
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
