"""What is typed: help at once, clear words for what cannot be, and the exit codes."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys

import pytest

from posture_coach import __version__
from posture_coach.resources import samples_folder
from tests.cli.typed import PATIENCE_S, PROGRAM, environment, typed
from tests.clips import SITTING, SLUMPED, must_have, names_in

HEAVY = ["mediapipe", "cv2", "streamlit", "numpy", "av", "PIL", "pyarrow", "dask", "sqlalchemy"]
ENDINGS = (".frames.parquet", ".summary.json")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["analyze", "--help"],
        ["compare", "--help"],
        ["monitor", "--help"],
        ["targets", "--help"],
        ["--version"],
    ],
)
def test_help_comes_without_the_heavy_libraries(arguments):
    child = f"""
import json, sys
from posture_coach.cli import app as cli
sys.argv = ["posture-coach", *{arguments!r}]
try:
    cli.main()
except SystemExit as ended:
    assert ended.code == 0, ended.code
print(json.dumps(sorted(set({HEAVY!r}) & set(sys.modules))))
"""
    done = subprocess.run(
        [sys.executable, "-c", child], capture_output=True, text=True, check=True, timeout=60, env=environment()
    )
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_an_analysis_and_its_workers_go_without_the_database():
    child = "import sys, posture_coach.batch.many; print({'sqlalchemy', 'alembic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True, check=True, env=environment())
    assert done.stdout.strip() == "set()"


def test_the_help_names_every_command_and_what_it_is_for():
    ended = typed("--help")
    assert ended.code == 0
    for command in ("analyze", "compare", "monitor", "doctor"):
        assert command in ended.out
    assert "Nothing leaves this machine" in ended.said


def test_the_version_is_the_packages():
    assert typed("--version").out.strip() == f"posture-coach {__version__}"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["analyze"], "Missing argument"),
        (["analyse", "clip.mp4"], "No such command"),
        (["analyze", "clip.mp4", "--rotate", "45"], "45 is not one of 0, 90, 180, 270"),
        (["analyze", "clip.mp4", "--model", "huge"], "'huge' is not one of"),
        (["analyze", "clip.mp4", "--fps", "0"], "greater than or equal to 0.1"),
        *(([command, "--fps", fps], "--fps") for command in ("analyze", "monitor") for fps in ("nan", "inf", "1e308")),
        *(
            (["analyze", "clip.mp4", "--height-cm", cm], "a person's height")
            for cm in ("30", "400", "-1", "nan", "inf")
        ),
        (["analyze", ""], "An input without a name"),
        (["analyze", "clip.mp4", ""], "An input without a name"),
        (["analyze", "rtsp://me:secret@host/x"], "rtsp://host/x is a stream, not a file"),
        (["analyze", "clip.mp4", "HTTP://me:se@cret@host/x"], "it can only be watched live"),
        (["analyze", "clip.mp4", "--baseline", "rtsp://me:secret@host/x"], "it can only be watched live"),
        (["analyze", "clip.mp4", "--workers", "0"], "greater than or equal to 1"),
        (["analyze", "clip.mp4", "--baseline", "5-1"], "the first second must come before the last"),
        (["analyze", "clip.mp4", "--baseline", "sitting"], "neither seconds like 0-5 nor a photo or video"),
        (["analyze", "clip.mp4", "--no-such-option"], "No such option"),
        (["monitor", "--rotate", "1"], "1 is not one of 0, 90, 180, 270"),
    ],
)
def test_unusable_arguments_end_with_2_and_name_the_fault(arguments, words, tmp_path):
    ended = typed(*arguments, folder=tmp_path)
    assert (ended.code, words in ended.said) == (2, True), ended.said
    assert "Traceback" not in ended.said
    assert "cret" not in ended.said, "the password"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_way_of_the_results_is_an_unusable_argument(tmp_path):
    (tmp_path / "results").write_text("a file")
    ended = typed("analyze", tmp_path / "clip.mp4", "--out", tmp_path / "results")
    assert ended.code == 2
    assert "Choose another folder with --out" in ended.said
    assert (tmp_path / "results").read_text() == "a file"


# Where nobody reads


MADE = sorted(["summary.csv", *(f"{photo.stem}{end}" for photo in (SITTING, SLUMPED) for end in ENDINGS)])


def unheard(out, *options, close):
    """Analyse two photos while nobody reads, close what is to be closed when it has begun, and wait for the end."""
    command = [*PROGRAM, "analyze", str(SITTING), str(SLUMPED), "--out", str(out), "--model", "lite", *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    ) as process:
        close(process)
        err = "" if process.stderr.closed else process.stderr.read().strip()
        return process.wait(timeout=PATIENCE_S), err


@pytest.mark.parametrize("workers", ["1", "2"])
def test_progress_that_nobody_reads_any_more_stops_nothing(tmp_path, workers):
    def close(process):
        assert json.loads(process.stdout.readline())
        process.stdout.close()

    assert unheard(tmp_path, "--json-progress", "--workers", workers, close=close) == (0, "")
    assert names_in(tmp_path) == MADE


@pytest.mark.parametrize("options", [(), ("--json-progress",)])
def test_a_reader_that_has_gone_costs_no_result(tmp_path, options):
    assert unheard(tmp_path, *options, close=lambda process: process.stdout.close()) == (0, "")
    assert names_in(tmp_path) == MADE


def test_two_readers_that_have_gone_cost_no_result(tmp_path):
    def close(process):
        process.stdout.close()
        process.stderr.close()

    assert unheard(tmp_path, close=close) == (0, "")
    assert names_in(tmp_path) == MADE


@pytest.mark.parametrize("options", [(), ("--json-progress",)])
@pytest.mark.parametrize("redirected", [">&-", "2>&-", ">/dev/full"])
def test_no_output_at_all_costs_no_result(tmp_path, options, redirected):
    must_have(sys.platform == "linux", "a shell and /dev/full")
    words = shlex.join([*PROGRAM, "analyze", str(SITTING), "--out", str(tmp_path), "--model", "lite", *options])
    done = subprocess.run(f"{words} {redirected}", shell=True, capture_output=True, text=True, env=environment())
    assert (done.returncode, done.stderr.strip()) == (0, "")
    assert "summary.csv" in names_in(tmp_path)


@pytest.mark.parametrize("options", [(), ("--json-progress",)])
def test_what_is_watched_into_a_full_disk_ends_in_words(options):
    must_have(sys.platform == "linux", "a shell and /dev/full")
    clip = samples_folder() / "desk_webcam_rendered.mp4"
    words = shlex.join([*PROGRAM, "monitor", "--source", str(clip), "--model", "lite", "--seconds", "3", *options])
    done = subprocess.run(f"{words} >/dev/full", shell=True, capture_output=True, text=True, env=environment())
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].endswith("a disk that is full. Free some space there.")
    assert "Traceback" not in done.stderr


def test_a_terminal_of_few_letters_shows_question_marks(tmp_path):
    shutil.copy(SITTING, tmp_path / "Größe 日本.jpg")
    env = {"PYTHONIOENCODING": "ascii"}
    ended = typed("analyze", "Größe 日本.jpg", "--out", "out", "--model", "lite", folder=tmp_path, env=env)
    assert (ended.code, ended.err.strip()) == (0, "")
    assert "Gr??e ??.jpg" in ended.out
    assert "? 95 %" in ended.out
    assert "summary.csv" in names_in(tmp_path / "out")


def test_a_list_that_cannot_be_written_is_told_below_the_tables(tmp_path):
    (tmp_path / "summary.csv").mkdir()
    ended = typed("analyze", SITTING, "--out", tmp_path, "--model", "lite")
    assert ended.code == 1
    assert "Trunk inclination" in ended.out
    assert "summary.csv cannot be written" in ended.err
    assert "Traceback" not in ended.said


# The doctor


def test_the_doctor_finds_this_machine_sound(tmp_path):
    ended = typed("doctor", "--out", tmp_path / "results", env={"HOME": str(tmp_path)})
    assert ended.code == 0, ended.said
    for part in ("Python", "opencv-python", "model heavy", "SHA-256 as shipped", "pose network", "network silence"):
        assert part in ended.out
    assert "WRONG" not in ended.out


def test_the_doctor_says_what_is_wrong_by_its_exit_code(tmp_path):
    (tmp_path / "results").write_text("a file")
    ended = typed("doctor", "--out", tmp_path / "results" / "below", env={"HOME": str(tmp_path)})
    assert ended.code == 1
    assert "WRONG" in ended.out
