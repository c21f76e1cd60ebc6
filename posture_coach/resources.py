"""Where the files that come with the program lie, in a checkout and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
_PLACES = (PACKAGE / "_bundled", PACKAGE.parent)


def _shipped(name: str) -> Path:
    """Return a top-level folder: inside the package in a wheel, beside it in a checkout."""
    return next((place / name for place in _PLACES if (place / name).is_dir()), _PLACES[0] / name)


def models_folder() -> Path:
    """Return the folder with the pose models and their SHA256SUMS."""
    return _shipped("models")


def samples_folder() -> Path:
    """Return the folder with the sample clips."""
    return _shipped("sample_videos")


def calibration_folder() -> Path:
    """Return the folder with the printable board and the cameras' presets."""
    return _shipped("calibration")


def app_file() -> Path:
    """Return the dashboard's entry."""
    return next((place / "app.py" for place in _PLACES if (place / "app.py").is_file()), _PLACES[0] / "app.py")


def data_file(name: str) -> Path:
    """Return one of the package's data files (targets, sources, accuracy, schema)."""
    return PACKAGE / "data" / name
