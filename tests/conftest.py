"""What several test files need."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from posture_coach.store.files.folder import FOLDER_VARIABLE

PROJECT = Path(__file__).resolve().parents[1]

# A busy machine is no error; and CI finds the same examples every time.
settings.register_profile("here", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("here")


@pytest.fixture(autouse=True, scope="session")
def _a_data_folder_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests, and the programs that they start, from what this user has kept."""
    before = os.environ.get(FOLDER_VARIABLE)
    os.environ[FOLDER_VARIABLE] = str(tmp_path_factory.mktemp("data"))
    yield
    os.environ.pop(FOLDER_VARIABLE)
    if before is not None:
        os.environ[FOLDER_VARIABLE] = before


@pytest.fixture(scope="session")
def project() -> Path:
    """Return the checkout's top folder."""
    return PROJECT


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """Return the folder with the ground truth and the real clips; `require` what you use of it."""
    return Path(os.environ.get("POSTURE_COACH_DATA") or PROJECT.parent / "shared")


@pytest.fixture(scope="session")
def require() -> Callable[[Path], Path]:
    """Return a check that a path is there: skipped by name on a laptop, failed in CI."""
    return required


def required(path: Path) -> Path:
    """Return the path, or end the test: a missing file must not pass for a tested one in CI."""
    if path.exists():
        return path
    if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
        pytest.fail(f"needs {path}")
    pytest.skip(f"needs {path}")
