"""The wheel holds everything: built here, unpacked elsewhere, it measures a photo."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.cli.typed import environment
from tests.conftest import PROJECT


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """Build the wheel and unpack it."""
    place = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)]
    done = subprocess.run(build, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = place.glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place / "site")
    return place / "site"


def test_models_samples_and_data_are_in_it_unchanged(unpacked):
    package = unpacked / "posture_coach"
    for folder in ("models", "calibration", "sample_videos"):
        for path in filter(Path.is_file, (PROJECT / folder).iterdir()):
            packed = package / "_bundled" / folder / path.name
            assert hashlib.sha256(packed.read_bytes()).digest() == hashlib.sha256(path.read_bytes()).digest()
    for path in (PROJECT / "posture_coach" / "data").iterdir():
        assert (package / "data" / path.name).read_bytes() == path.read_bytes()
    assert (package / "py.typed").exists()
    licences = {path.name for path in unpacked.rglob("licenses/*")}
    assert licences == {"LICENSE", "NOTICE"}


def test_it_measures_a_bundled_photo_far_from_the_checkout(unpacked, tmp_path):
    photo = unpacked / "posture_coach" / "_bundled" / "sample_videos" / "sitting_upright.jpg"
    command = [sys.executable, "-m", "posture_coach", "analyze", str(photo), "--out", str(tmp_path / "results")]
    # -P and the path put the unpacked wheel before the checkout that is installed for development.
    env = environment(PYTHONPATH=str(unpacked), PYTHONSAFEPATH="1")
    where = subprocess.run(
        [sys.executable, "-c", "import posture_coach; print(posture_coach.__file__)"],
        cwd=tmp_path, env=env, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert where.startswith(str(unpacked))
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "results" / "sitting_upright.summary.json").read_text(encoding="utf-8"))
    assert told["activities"] == {"sitting": 0.0}
