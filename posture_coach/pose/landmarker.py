"""MediaPipe's pose network: a picture in, a `Pose` or None out. The only file that knows MediaPipe.

A landmarker belongs to one source: in tracked mode it remembers the last picture, so a second video would start
from the first one's person. Use it with `with`, so that the network's memory is given back.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from posture_coach.errors import ModelError
from posture_coach.pose.sources import Closing
from posture_coach.pose.types import POINTS, Frame, Mode, Model, Picture, Pose
from posture_coach.resources import models_folder

MIN_CONFIDENCE = 0.5
"""MediaPipe's default for finding, tracking and believing a pose; the accuracy tables were made with it."""
LOOKING_CONFIDENCE = 0.2
"""For telling how many people there are, and where their faces: at the default the network misses every other one."""
MS_PER_S = 1000
_SOUND = "sounddevice"
TRACKING_MIN_HZ = 10.0
"""Below this the tracked crop lags behind a moving body: `benchmarks/modes.py` has the curve."""


def mode_for(rate_hz: float | None) -> Mode:
    """Choose how to look for the person, by how many pictures are analysed in a second.

    Parameters
    ----------
    rate_hz
        None where it is not known (or there is one picture): then every picture is searched anew.
    """
    return Mode.TRACKED if rate_hz is not None and rate_hz >= TRACKING_MIN_HZ else Mode.DETECTED


def model_bytes(model: Model) -> bytes:
    """Read a pose model and make sure it is the one that was shipped.

    Raises
    ------
    ModelError
        The file is missing, or its SHA-256 is not the one in models/SHA256SUMS.
    """
    folder = models_folder()
    name = f"pose_landmarker_{model.value}.task"
    try:
        data = (folder / name).read_bytes()
        lines = (folder / "SHA256SUMS").read_text("utf-8").splitlines()
    except OSError as why:
        raise ModelError(f"The pose model {name} cannot be read ({why}). Reinstall posture-coach.") from why
    if [hashlib.sha256(data).hexdigest(), name] not in [line.split() for line in lines]:
        raise ModelError(f"The pose model {name} is not the file that was shipped. Reinstall posture-coach.")
    return data


class Landmarker(Closing):
    """Finds one person's 33 points in the pictures of one source.

    Parameters
    ----------
    model, mode
        Recorded in every pose: neither may change within one trend.
    people
        How many to look for. More than one only to tell how many there are, in `Mode.DETECTED`: never to measure.
    confidence
        From 0 to 1; other than the default never to measure.

    Raises
    ------
    ModelError
        The model is missing, damaged, or refused by the network.
    """

    def __init__(self, model: Model, mode: Mode, people: int = 1, confidence: float = MIN_CONFIDENCE) -> None:
        mp, tasks, vision = _mediapipe()
        self.model, self.mode = model, mode
        self._srgb, self._picture = mp.ImageFormat.SRGB, _half_made_is_quiet(mp.Image)
        self._last_ms = -1
        options = vision.PoseLandmarkerOptions(
            base_options=tasks.BaseOptions(model_asset_buffer=model_bytes(model)),
            running_mode=vision.RunningMode.VIDEO if mode is Mode.TRACKED else vision.RunningMode.IMAGE,
            num_poses=people,
            min_pose_detection_confidence=confidence,
            min_pose_presence_confidence=confidence,
            min_tracking_confidence=confidence,
        )
        self._noisy = True
        try:
            with _quiet_stderr():
                self._network = vision.PoseLandmarker.create_from_options(options)
        except (RuntimeError, ValueError) as why:
            raise ModelError(f"The pose network does not start: {why}. Run `posture-coach doctor`.") from why

    def close(self) -> None:
        """Give the network's memory back."""
        self._network.close()

    def find(self, frame: Frame) -> Pose | None:
        """Return the person in a picture, None where nobody is found.

        Pictures must come in the order of time in tracked mode.
        """
        return next(iter(self.find_all(frame)), None)

    def find_all(self, frame: Frame) -> list[Pose]:
        """Return everybody found, at most as many as were asked for; their order means nothing."""
        result = self._run(frame)
        return [
            self._pose(frame, points, world)
            for points, world in zip(result.pose_landmarks, result.pose_world_landmarks, strict=True)
        ]

    def _pose(self, frame: Frame, points: Any, world: Any) -> Pose:
        width, height = frame.size
        table = np.empty((POINTS, 7))
        for i, (p, w) in enumerate(zip(points, world, strict=True)):
            table[i] = (p.x * width, p.y * height, w.x, w.y, w.z, p.visibility, p.presence)
        return Pose(
            frame.time_s, frame.index, width, height, self.mode, self.model,
            table[:, :2], table[:, 2:5], table[:, 5], table[:, 6],
        )  # fmt: skip

    def _run(self, frame: Frame) -> Any:
        picture = self._picture(image_format=self._srgb, data=_contiguous(frame.image))
        if not self._noisy:
            return self._detect(picture, frame)
        with _quiet_stderr():
            result = self._detect(picture, frame)
        # The last note comes with the first person.
        self._noisy = not result.pose_landmarks
        return result

    def _detect(self, picture: Any, frame: Frame) -> Any:
        if self.mode is Mode.DETECTED:
            return self._network.detect(picture)
        # The network wants whole, growing milliseconds.
        self._last_ms = max(round(frame.time_s * MS_PER_S), self._last_ms + 1)
        return self._network.detect_for_video(picture, self._last_ms)


_loading = threading.Lock()
"""Two threads may start their first network at once."""


def _mediapipe() -> tuple[Any, Any, Any]:
    """Load MediaPipe: it takes a fifth of a second that --help should not cost.

    Its unused sound part would load a library that opens the sound devices and runs a compiler to find them; it does
    without where that library cannot be imported, so it cannot be for as long as MediaPipe loads.
    """
    unknown = object()
    with _loading:
        loaded = sys.modules.get(_SOUND, unknown)
        sys.modules[_SOUND] = None  # type: ignore[assignment]
        try:
            import mediapipe as mp
            from mediapipe.tasks import python as tasks
            from mediapipe.tasks.python import vision
        finally:
            del sys.modules[_SOUND]
            if loaded is not unknown:
                sys.modules[_SOUND] = loaded  # type: ignore[assignment]
    return mp, tasks, vision


def _half_made_is_quiet(image: Any) -> Any:
    """Return MediaPipe's kind of picture, whose end is as quiet as ever where Ctrl-C met it in the making.

    What it frees at its end is only named while it is made; without that name it prints a traceback of its own.
    """
    return type("Picture", (image,), {"_image_ptr": None})


_quiet_lock = threading.Lock()
_quiet = 0
"""How many are within `_quiet_stderr` now: two networks may run on two threads, and leave in the order they came."""
_stderr: int | None = None
"""The process's own standard error meanwhile."""


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Send what C++ writes to the terminal nowhere.

    The network's start, and its pictures up to the first person, print notes that concern nobody, and no setting turns
    them off. The whole process's standard error is away until then; Python's own errors are raised as ever.
    """
    global _quiet
    with _quiet_lock:
        if _quiet == 0:
            _put_away()
        _quiet += 1
    try:
        yield
    finally:
        with _quiet_lock:
            _quiet -= 1
            if _quiet == 0:
                _bring_back()


def _put_away() -> None:
    global _stderr
    sys.stderr.flush()
    try:
        _stderr = os.dup(2)
    except OSError:  # no standard error at all, as in a window without a console
        return
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)


def _bring_back() -> None:
    global _stderr
    if _stderr is not None:
        os.dup2(_stderr, 2)
        os.close(_stderr)
        _stderr = None


def _contiguous(image: Picture) -> Picture:
    """MediaPipe reads a strided array as other pixels, without a word."""
    return np.ascontiguousarray(image)
