"""What several test files need."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from posture_coach.resources import samples_folder
from posture_coach.store.files.folder import FOLDER_VARIABLE
from tests import PROJECT

# A busy machine is no error; and CI finds the same examples every time.
settings.register_profile("here", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("here")


def where_it_is_noon(now: datetime) -> str:
    """Return the name of the time zone, by whole hours, in which it is between noon and one."""
    return f"Etc/GMT{now.astimezone(UTC).hour - 12:+d}"


# A shell has what it starts with & ignore Ctrl-C, and every program that a test starts would go on ignoring it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Tests of today and yesterday take a while, and none of them is to begin on one day and end on the next.
# Before any test file is read: some say at once which day yesterday was.
if hasattr(time, "tzset"):
    os.environ["TZ"] = where_it_is_noon(datetime.now(UTC))
    time.tzset()


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


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the results of all samples, analysed once the way the README does it, tables as CSV too: to be read."""
    out = tmp_path_factory.mktemp("samples")
    command = [sys.executable, "-m", "posture_coach", "analyze", str(samples_folder()), "--out", str(out), "--csv"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return out


def required(path: Path) -> Path:
    """Return the path, or end the test: a missing file must not pass for a tested one in CI."""
    if path.exists():
        return path
    if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
        pytest.fail(f"needs {path}")
    pytest.skip(f"needs {path}")
