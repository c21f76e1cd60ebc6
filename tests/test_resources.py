"""Where the shipped files lie: beside the package in a checkout, inside it once installed."""

from __future__ import annotations

import pytest

from posture_coach import resources
from posture_coach.resources import PACKAGE, calibration_folder, data_file, models_folder, samples_folder

FOLDERS = [(models_folder, "models"), (samples_folder, "sample_videos"), (calibration_folder, "calibration")]


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Lay out an installed package and a checkout, both empty."""
    both = (tmp_path / "package" / "_bundled", tmp_path)
    both[0].mkdir(parents=True)
    monkeypatch.setattr(resources, "_PLACES", both)
    return both


def test_the_shipped_files_are_there():
    assert (models_folder() / "SHA256SUMS").is_file()
    assert sorted(path.name for path in models_folder().glob("*.task")) == [
        f"pose_landmarker_{size}.task" for size in ("full", "heavy", "lite")
    ]
    assert (samples_folder() / "expected.toml").is_file()


@pytest.mark.parametrize(
    "name", ["targets.toml", "sources.toml", "accuracy.toml", "ergonomics.toml", "summary.schema.json"]
)
def test_the_data_files_lie_in_the_package(name):
    assert data_file(name).is_file()
    assert data_file(name).parent == PACKAGE / "data"


@pytest.mark.parametrize(("folder", "name"), FOLDERS)
def test_in_a_checkout_they_lie_beside_the_package(places, folder, name):
    (places[1] / name).mkdir()
    assert folder() == places[1] / name


@pytest.mark.parametrize(("folder", "name"), FOLDERS)
def test_what_was_installed_with_the_package_comes_first(places, folder, name):
    for place in places:
        (place / name).mkdir()
    assert folder() == places[0] / name


@pytest.mark.parametrize(("folder", "name"), FOLDERS)
def test_a_file_of_that_name_is_not_taken_for_the_folder(places, folder, name):
    (places[0] / name).touch()
    (places[1] / name).mkdir()
    assert folder() == places[1] / name


@pytest.mark.parametrize(("folder", "name"), FOLDERS)
def test_where_there_is_none_the_path_names_where_it_should_be(places, folder, name):
    assert folder() == places[0] / name
    assert not folder().exists()


def test_nothing_depends_on_the_folder_one_stands_in(tmp_path, monkeypatch):
    before = (models_folder(), samples_folder(), data_file("targets.toml"))
    monkeypatch.chdir(tmp_path)
    assert (models_folder(), samples_folder(), data_file("targets.toml")) == before
    assert all(path.is_absolute() for path in before)
