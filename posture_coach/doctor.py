"""Whether this machine can run the program: each part looked at, with what to do where one is wrong."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from posture_coach.errors import CameraError, MissingSystemPartError, ModelError, StoreError
from posture_coach.pose.landmarker import Landmarker, model_bytes
from posture_coach.pose.opencv import opencv
from posture_coach.pose.types import Frame, Mode, Model
from posture_coach.resources import samples_folder
from posture_coach.store.files.folder import data_folder

OLDEST_PYTHON = (3, 11)
SUPPORTED = {("Linux", "x86_64"), ("Windows", "AMD64"), ("Darwin", "arm64")}
"""What mediapipe 0.10.30 has wheels for."""
PACKAGES = {
    "mediapipe": "mediapipe",
    "opencv-python": "cv2",
    "numpy": "numpy",
    "av": "av",
    "pillow": "PIL",
    "pillow-heif": "pillow_heif",
    "pyarrow": "pyarrow",
    "platformdirs": "platformdirs",
    "filelock": "filelock",
    "tomli-w": "tomli_w",
    "sqlalchemy": "sqlalchemy",
    "alembic": "alembic",
    "cryptography": "cryptography",
    "keyring": "keyring",
    "streamlit": "streamlit",
    "typer": "typer",
    "rich": "rich",
}
CLASHING = ("opencv-contrib-python", "opencv-python-headless", "opencv-contrib-python-headless")
"""They write over opencv-python's files, and take them along when uninstalled."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    ok
        None where it is worth knowing but nothing is wrong (no camera on a server).
    """

    what: str
    ok: bool | None
    found: str


def examine(out: Path) -> Iterator[Finding]:
    """Look at everything, one finding after the other.

    Parameters
    ----------
    out
        Folder in which results would be written.
    """
    yield _python()
    yield _platform()
    yield from (_package(distribution, module) for distribution, module in PACKAGES.items())
    yield from _clashes()
    yield from (_model(model) for model in Model)
    yield _attempt("pose network", _network)
    yield _attempt("network silence", _silence)
    yield _samples()
    yield _writable("results", out)
    yield _writable("data folder", data_folder())
    yield _history()
    yield _keyring()
    yield _cameras()


def _python() -> Finding:
    version = platform.python_version()
    return Finding("Python", sys.version_info >= OLDEST_PYTHON, f"{version} at {sys.executable}")


def _platform() -> Finding:
    here = (platform.system(), platform.machine())
    told = " ".join(here)
    if here in SUPPORTED:
        return Finding("platform", True, told)
    return Finding(
        "platform", False, f"{told}: mediapipe 0.10.30 has wheels for Linux x86-64, Windows x64, macOS arm64"
    )


def _package(distribution: str, module: str) -> Finding:
    try:
        version = importlib.metadata.version(distribution)
        if module == "cv2":
            opencv()
        importlib.import_module(module)
    except importlib.metadata.PackageNotFoundError:
        return Finding(distribution, False, f"missing: python -m pip install {distribution}")
    except (ImportError, MissingSystemPartError) as why:
        return Finding(distribution, False, str(why))
    return Finding(distribution, True, version)


def _clashes() -> Iterator[Finding]:
    installed = {d.metadata["Name"].lower() for d in importlib.metadata.distributions() if d.metadata["Name"]}
    for name in CLASHING:
        if name in installed:
            yield Finding(name, False, f"clashes with opencv-python: python -m pip uninstall {name} opencv-python, "
                          "then python -m pip install --force-reinstall opencv-python")  # fmt: skip


def _model(model: Model) -> Finding:
    try:
        size = len(model_bytes(model))
    except ModelError as why:
        return Finding(f"model {model.value}", False, str(why))
    return Finding(f"model {model.value}", True, f"{size / 1e6:.0f} MB, SHA-256 as shipped")


def _attempt(what: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, attempt())
    except (ImportError, OSError, ModelError, MissingSystemPartError, RuntimeError) as why:
        return Finding(what, False, str(why))


def _blank() -> Frame:
    import numpy as np

    return Frame(np.zeros((64, 64, 3), dtype=np.uint8), 0.0, 0)


def _network() -> str:
    with Landmarker(Model.LITE, Mode.DETECTED) as network:
        network.find(_blank())
    return "starts and answers"


def _silence() -> str:
    """Run the network with Python's sockets watched: nothing may be looked up or connected to."""
    calls: list[str] = []

    def watch(event: str, _arguments: tuple[object, ...]) -> None:
        if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
            calls.append(event)

    sys.addaudithook(watch)
    _network()
    if calls:
        raise RuntimeError(f"something asked for the network: {', '.join(sorted(set(calls)))}")
    return "nothing was looked up or connected to from Python"


def _samples() -> Finding:
    clips = sorted(p.name for p in samples_folder().glob("*") if p.suffix in (".mp4", ".jpg"))
    return Finding("sample clips", bool(clips), ", ".join(clips) or "missing: reinstall posture-coach")


def _writable(what: str, folder: Path) -> Finding:
    try:
        place = next(p for p in (folder, *folder.parents) if p.exists())
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as why:
        return Finding(what, False, f"{folder}: {why.strerror}")
    return Finding(what, True, str(folder))


def _history() -> Finding:
    """Open what is kept of this user; nothing is made or changed."""
    # Imported here: a missing library is a finding of its own.
    try:
        from posture_coach.store.history.reader import Reader
        from posture_coach.store.history.trends import About, reach

        with closing(Reader()) as reader:
            days = reader.ask(lambda connection: reach(connection, About()))
    except (ImportError, StoreError) as why:
        return Finding("history", False, str(why))
    if days is None:
        return Finding("history", None, "none of yours yet: it begins when a camera is watched")
    return Finding("history", True, "yours is of {} to {}".format(*days))


def _keyring() -> Finding:
    """Ask for the keyring; nothing is put into it."""
    try:
        from posture_coach.store.sealed.system_keyring import usable
    except ImportError as why:
        return Finding("system keyring", False, str(why))
    if usable():
        return Finding("system keyring", True, "there is one, for the key that seals names and diary")
    return Finding("system keyring", None, "none, as on a server: a passphrase seals names and diary there")


def _cameras() -> Finding:
    # Imported here: the camera needs OpenCV, and with it a system library that a server may lack.
    try:
        from posture_coach.pose.camera import find_cameras

        cameras = find_cameras()
    except (ImportError, MissingSystemPartError, CameraError) as why:
        return Finding("cameras", None, str(why))
    if not cameras:
        denied = sorted(str(p) for p in Path("/dev").glob("video*") if not os.access(p, os.R_OK | os.W_OK))
        return Finding("cameras", None, f"no permission for {', '.join(denied)}" if denied else "none found")
    return Finding("cameras", True, ", ".join(str(camera) for camera in cameras))
