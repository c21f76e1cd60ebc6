"""What is typed: help at once, clear words for what cannot be, and the exit codes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from posture_coach import __version__
from tests.cli.typed import environment, typed

HEAVY = ["mediapipe", "cv2", "streamlit", "numpy", "av", "PIL", "pyarrow", "dask", "sqlalchemy"]


@pytest.mark.parametrize("arguments", [["--help"], ["analyze", "--help"], ["monitor", "--help"], ["--version"]])
def test_help_comes_without_the_heavy_libraries(arguments):
    child = f"""
import json, sys
from posture_coach import cli
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


def test_the_help_names_every_command_and_what_it_is_for():
    ended = typed("--help")
    assert ended.code == 0
    for command in ("analyze", "monitor", "doctor"):
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
        (["analyze", "clip.mp4", "--fps", "nan"], "--fps"),
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
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_way_of_the_results_is_an_unusable_argument(tmp_path):
    (tmp_path / "results").write_text("a file")
    ended = typed("analyze", tmp_path / "clip.mp4", "--out", tmp_path / "results")
    assert ended.code == 2
    assert "Choose another folder with --out" in ended.said
    assert (tmp_path / "results").read_text() == "a file"


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
