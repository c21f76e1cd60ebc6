"""What is looked at on a machine: sound here, and each thing that can be wrong is found and told, never a crash."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail

from posture_coach.doctor import CLASHING, PACKAGES, Finding, examine
from posture_coach.pose import landmarker
from posture_coach.pose.types import Model
from posture_coach.resources import models_folder
from posture_coach.store.files.folder import FOLDER_VARIABLE
from posture_coach.store.history import sessions as history
from posture_coach.store.history.database import FILE_NAME, Database, address
from posture_coach.store.history.migrate import prepare
from tests.clips import must_have, names_in
from tests.store.made import NOW, batches, origin
from tests.store.test_sealing import InMemory

LITE = "pose_landmarker_lite.task"


@pytest.fixture
def found(tmp_path):
    """Return a look at everything that gives the findings by name."""
    return lambda out=tmp_path: {finding.what: finding for finding in examine(out)}


@pytest.fixture
def models_copy(tmp_path, monkeypatch):
    """Put a copy of the models where they are looked for."""
    folder = tmp_path / "models"
    shutil.copytree(models_folder(), folder)
    monkeypatch.setattr(landmarker, "models_folder", lambda: folder)
    return folder


@contextmanager
def ordinary_user():
    """Be somebody whom permission bits bind, also where the tests run as root."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def wrong(findings):
    return {what for what, finding in findings.items() if finding.ok is False}


def test_this_machine_is_sound(found, tmp_path):
    findings = found(tmp_path / "results")
    assert [finding for finding in findings.values() if finding.ok is False] == []
    assert all(finding.found for finding in findings.values())
    assert set(PACKAGES) <= set(findings)
    assert {f"model {model.value}" for model in Model} <= set(findings)
    assert {"Python", "platform", "pose network", "network silence", "sample clips", "results", "data folder"} <= set(
        findings
    )
    assert findings["history"].ok is None
    assert findings["mediapipe"].found == importlib.metadata.version("mediapipe")
    assert "squats_front.mp4" in findings["sample clips"].found
    assert "connected" in findings["network silence"].found


def test_looking_leaves_nothing_behind(found, tmp_path):
    found(tmp_path / "results" / "deep")
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("damage", [b"", b"other"])
def test_a_damaged_model_is_found_and_stops_the_network(found, models_copy, damage):
    (models_copy / LITE).write_bytes(damage)
    findings = found()
    assert wrong(findings) == {"model lite", "pose network", "network silence"}
    for what in wrong(findings):
        assert f"{LITE} is not the file that was shipped. Reinstall posture-coach." in findings[what].found


def test_one_wrong_byte_in_a_model_is_found(found, models_copy):
    path = models_copy / "pose_landmarker_heavy.task"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert wrong(found()) == {"model heavy"}


def test_a_missing_model_is_found(found, models_copy):
    (models_copy / "pose_landmarker_full.task").unlink()
    findings = found()
    assert wrong(findings) == {"model full"}
    assert "cannot be read" in findings["model full"].found


@pytest.mark.parametrize("module", ["mediapipe", "av", "pyarrow", "pillow_heif", "cv2"])
def test_a_package_that_does_not_load_is_found(found, monkeypatch, module):
    distribution = next(name for name, its in PACKAGES.items() if its == module)
    monkeypatch.setitem(sys.modules, module, None)
    findings = found()
    assert findings[distribution].ok is False
    assert module in findings[distribution].found
    assert "results" in findings, "the rest is looked at all the same"


def test_a_package_that_is_not_installed_is_found_with_the_line_that_installs_it(found, monkeypatch):
    real = importlib.metadata.version

    def version(name):
        if name == "pyarrow":
            raise importlib.metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    assert found()["pyarrow"] == Finding("pyarrow", False, "missing: python -m pip install pyarrow")


@pytest.mark.parametrize("name", CLASHING)
def test_a_second_opencv_is_found(found, tmp_path, monkeypatch, name):
    facts = tmp_path / f"{name.replace('-', '_')}-4.9.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 4.9\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    findings = found()
    assert wrong(findings) == {name}
    assert f"pip uninstall {name} opencv-python" in findings[name].found


def test_a_machine_without_wheels_is_told(found, monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    findings = found()
    assert wrong(findings) == {"platform"}
    assert "riscv64: mediapipe 0.10.30 has wheels for Linux x86-64" in findings["platform"].found


# Folders


def test_a_folder_that_is_not_there_yet_can_be_made_where_the_one_above_can_be_written(found, tmp_path):
    assert found(tmp_path / "a" / "b")["results"] == Finding("results", True, str(tmp_path / "a" / "b"))


def test_a_relative_folder_is_looked_at_from_here(found, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert found(Path("results"))["results"].ok is True


@pytest.mark.parametrize("below", ["", "below"])
def test_a_file_in_the_folders_place_is_found(found, tmp_path, below):
    (tmp_path / "results").write_text("mine")
    findings = found(tmp_path / "results" / below)
    assert wrong(findings) == {"results"}
    assert str(tmp_path / "results") in findings["results"].found


def test_a_folder_that_nobody_may_write_is_found(found):
    must_have(sys.platform == "linux", "/proc")
    findings = found(Path("/proc/results"))
    assert wrong(findings) == {"results"}


@pytest.mark.skipif(sys.platform == "win32", reason="needs permission bits")
@pytest.mark.parametrize(("rights", "below"), [(0o500, ""), (0o500, "below"), (0o000, "below")])
def test_a_folder_without_permission_is_found(found, monkeypatch, rights, below):
    monkeypatch.setenv(FOLDER_VARIABLE, tempfile.gettempdir())
    with ordinary_user(), tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "closed"
        folder.mkdir()
        folder.chmod(rights)
        findings = found(folder / below)
        assert wrong(findings) == {"results"}
        assert findings["results"].found == f"{folder / below}: Permission denied"


def test_the_data_folder_is_looked_at(found, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "file" / "below"))
    findings = found()
    assert wrong(findings) == {"data folder"}
    assert str(tmp_path / "file" / "below") in findings["data folder"].found


def test_missing_samples_are_found(found, tmp_path, monkeypatch):
    (tmp_path / "none").mkdir()
    monkeypatch.setattr("posture_coach.doctor.samples_folder", lambda: tmp_path / "none")
    findings = found()
    assert wrong(findings) == {"sample clips"}
    assert "reinstall" in findings["sample clips"].found


def test_no_camera_is_worth_a_note_and_no_fault(found, monkeypatch):
    monkeypatch.setattr("posture_coach.pose.camera.find_cameras", list)
    assert found()["cameras"].ok is None


def test_a_history_is_told_with_its_days_and_a_damaged_one_with_what_to_do(found, monkeypatch, tmp_path):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "home"))
    with Database(address()) as database:
        prepare(database, NOW)
        with database.writing() as connection:
            session = history.begin(connection, origin())
            for batch in batches(60):
                history.keep(connection, session, origin(), batch)
    assert found()["history"] == Finding("history", True, f"yours is of {NOW.date()} to {NOW.date()}")
    assert found()["data folder"].found == str(tmp_path / "home")
    (tmp_path / "home" / FILE_NAME).write_bytes(b"no history" * 1000)
    damaged = found()["history"]
    assert damaged.ok is False
    assert "data restore" in damaged.found


@pytest.mark.parametrize(("backend", "ok"), [(InMemory, True), (fail.Keyring, None)], ids=["a desktop", "a server"])
def test_a_keyring_is_told_and_none_is_no_fault(found, backend, ok):
    before = keyring.get_keyring()
    keyring.set_keyring(backend())
    try:
        told = found()["system keyring"]
    finally:
        keyring.set_keyring(before)
    assert told.ok is ok
    assert ok or "passphrase" in told.found
