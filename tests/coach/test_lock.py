"""The camera belongs to one process at a time."""

from __future__ import annotations

import subprocess
import sys

import pytest

from posture_coach.coach import lock
from posture_coach.errors import CameraError
from posture_coach.store.files.folder import FOLDER_VARIABLE
from tests.cli.typed import environment

HOLD = """
import sys
from posture_coach.coach.lock import only_one_process
with only_one_process():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    return tmp_path


@pytest.fixture
def holder(home):
    """Another process that holds the camera."""
    assert lock.lock_file().is_relative_to(home)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait(60)
    for stream in (process.stdin, process.stdout):
        stream.close()


@pytest.mark.usefixtures("holder")
def test_a_second_process_is_refused_and_told_what_to_do():
    with pytest.raises(CameraError, match="Close it there first"), lock.only_one_process():
        pytest.fail("two processes have the camera")


@pytest.mark.parametrize("end", ["close", "kill"])
def test_it_is_free_again_when_the_other_process_has_ended(holder, end):
    if end == "kill":
        holder.kill()
    else:
        holder.stdin.close()
    holder.wait(60)
    with lock.only_one_process():
        pass


def test_it_is_free_again_after_an_error_inside(home):
    with pytest.raises(ZeroDivisionError), lock.only_one_process():
        raise ZeroDivisionError
    with lock.only_one_process():
        assert lock.lock_file().is_relative_to(home)


@pytest.mark.usefixtures("holder")
def test_another_data_folder_is_no_other_camera(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "other"))
    with pytest.raises(CameraError, match="Close it there first"), lock.only_one_process():
        pytest.fail("two processes have the camera")


@pytest.mark.parametrize("in_the_way", ["folder", "file"])
def test_where_the_home_cannot_be_written_the_chosen_data_folder_stands_in(home, monkeypatch, in_the_way):
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    path = lock.lock_file()
    if in_the_way == "folder":
        path.parent.parent.mkdir(parents=True, exist_ok=True)
        path.parent.write_text("", encoding="utf-8")
    else:
        path.mkdir(parents=True)
    with pytest.raises(CameraError, match=FOLDER_VARIABLE), lock.only_one_process():
        pytest.fail("nothing keeps others from the camera")
    monkeypatch.setenv(FOLDER_VARIABLE, str(home / "other"))
    with lock.only_one_process():
        assert (home / "other" / path.name).is_file()
    with pytest.raises(FileNotFoundError), lock.only_one_process():
        raise FileNotFoundError
