"""What is watched live: a camera through OpenCV, a stream, or a file played as if it were a camera.

All are a `Live`: a thread of its own takes pictures and keeps the newest only, so that a slow reader is never behind.
A camera that is unplugged or a stream that breaks off is tried again and again, and never an error after opening.
OpenCV is imported here only when a camera is asked for: it needs a system library that a server may lack.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from posture_coach.errors import CameraError, SourceError
from posture_coach.pose.opencv import opencv
from posture_coach.pose.sources import Camera, Closing, Kind, LiveState, SourceInfo, Turn, is_url
from posture_coach.pose.types import Frame, Picture
from posture_coach.pose.video import Video, open_stream, open_video

Clock = Callable[[], float]

_DEVICES = Path("/dev")
_DEVICE_FACTS = Path("/sys/class/video4linux")
_DEVICE_NAME = re.compile(r"video(\d+)")
_PROBED = range(5)
"""Where the system lists no cameras, these numbers are tried."""
_SIZE_PX = (1280, 720)
"""Asked for; most cameras have it, and more pixels find no better points."""
_LOST_AFTER = 5
"""Failed reads in a row; single ones happen while a camera adapts to the light."""
_MISS_WAIT_S = 0.05
_RETRY_FIRST_S = 0.5
_RETRY_LONGEST_S = 10.0
_JOIN_S = 2.0
"""A driver may hang; the thread then ends by itself or with the program."""
_PACE_WAIT_S = 0.05
_SHORTEST_LOOP_S = 1 / 30
"""A file of one picture would otherwise spin."""
_SMALLEST_STEP_S = 0.001
"""The pose network counts whole milliseconds."""


class _Feed(Closing, ABC):
    """Where a `Live` takes its pictures; used by one thread at a time."""

    over = False
    """True once no picture will ever come again."""

    @abstractmethod
    def open(self) -> SourceInfo:
        """Open it, or raise a SourceError."""

    @abstractmethod
    def pictures(self, stop: threading.Event) -> Iterator[tuple[Picture, float | None]]:
        """Yield pictures with their own time, None for now, until the source is lost or over."""


class Live(Closing):
    """Something watched live. Made by `open_live`.

    `read` and the properties may be used from any thread. `Frame.index` counts the pictures that came, so that its
    gaps tell how many were passed over; `Frame.time_s` is 0 at the first and grows through losses and repetitions.
    """

    def __init__(self, feed: _Feed, clock: Clock) -> None:
        self._feed = feed
        self._clock = clock
        self._info = feed.open()
        self._news = threading.Condition()
        self._newest: Frame | None = None
        self._state = LiveState.WATCHING
        self._problem: str | None = None
        self._count = 0
        self._began_s = 0.0
        self._last_s = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="camera", daemon=True)
        self._thread.start()

    @property
    def info(self) -> SourceInfo:
        """What is known of it; size and rate as they were when it was opened first."""
        return self._info

    @property
    def state(self) -> LiveState:
        """What it is doing now."""
        return self._state

    @property
    def problem(self) -> str | None:
        """Why it is lost and what to do, in words; None while it is not."""
        return self._problem

    def read(self, timeout: float | None = None) -> Frame | None:
        """Return the newest picture not returned before, None if none came in time or none will come.

        Parameters
        ----------
        timeout
            Seconds to wait for one; None waits until one comes.
        """
        with self._news:
            self._news.wait_for(lambda: self._newest is not None or self._done, timeout)
            frame, self._newest = self._newest, None
            return frame

    @property
    def _done(self) -> bool:
        return self._state in (LiveState.ENDED, LiveState.CLOSED)

    def close(self) -> None:
        """Stop watching and free the camera."""
        self._stop.set()
        self._set(LiveState.CLOSED)
        if self._thread is not threading.current_thread():
            self._thread.join(_JOIN_S)

    def _watch(self) -> None:
        """Run on the camera's thread, which owns the feed."""
        wait_s = _RETRY_FIRST_S
        try:
            while not self._stop.is_set():
                before = self._count
                problem = self._take() or f"{self._info.name} gives no more pictures. Check its plug or its network."
                if self._feed.over:
                    self._set(LiveState.ENDED)
                    return
                self._set(LiveState.LOST, problem)
                wait_s = _RETRY_FIRST_S if self._count > before else min(2 * wait_s, _RETRY_LONGEST_S)
                self._stop.wait(wait_s)
        finally:
            self._feed.close()
            # Only a fault of this program leads here otherwise; whoever reads must not wait for ever.
            if not self._done:
                self._set(LiveState.ENDED)

    def _take(self) -> str | None:
        """Take pictures as long as they come; return why there are none."""
        try:
            if self._state is LiveState.LOST:
                self._feed.open()
            for image, own_s in self._feed.pictures(self._stop):
                self._publish(image, own_s)
        except SourceError as error:
            return str(error)
        finally:
            self._feed.close()
        return None

    def _publish(self, image: Picture, own_s: float | None) -> None:
        now_s = self._clock() if own_s is None else own_s
        if self._count == 0:
            self._began_s = now_s
        else:
            self._last_s = max(now_s - self._began_s, self._last_s + _SMALLEST_STEP_S)
        with self._news:
            self._newest = Frame(image, self._last_s, self._count)
            self._count += 1
        self._set(LiveState.WATCHING)

    def _set(self, state: LiveState, problem: str | None = None) -> None:
        with self._news:
            if self._state is not LiveState.CLOSED:
                self._state, self._problem = state, problem
            self._news.notify_all()


class _CameraFeed(_Feed):
    """A camera through OpenCV."""

    def __init__(self, device: str, turn: Turn) -> None:
        self._device = device
        self._turn = turn
        self._capture: Any = None  # cv2.VideoCapture, which is not imported here

    def open(self) -> SourceInfo:
        library = opencv()
        if sys.platform == "linux":
            path = str(_DEVICES / f"video{self._device}") if self._device.isdecimal() else self._device
            _check_device(Path(path))
            capture = library.VideoCapture(path, library.CAP_V4L2)
            # Raw pictures of this size come only some ten times a second over USB 2.
            capture.set(library.CAP_PROP_FOURCC, library.VideoWriter.fourcc(*"MJPG"))
        else:
            capture = library.VideoCapture(int(self._device) if self._device.isdecimal() else self._device)
        capture.set(library.CAP_PROP_FRAME_WIDTH, _SIZE_PX[0])
        capture.set(library.CAP_PROP_FRAME_HEIGHT, _SIZE_PX[1])
        # A camera in use opens, but gives no picture.
        there, image = capture.read()
        if not there:
            capture.release()
            raise CameraError(
                f"The camera {self._device} gives no picture: another program (a call, a browser) probably uses it, "
                "or this program may not (see the system's privacy settings). Close the other one."
            )
        self._capture = capture
        width, height = self._turn.size(image.shape[1], image.shape[0])
        rate_hz = capture.get(library.CAP_PROP_FPS)
        return SourceInfo(self._device, Kind.CAMERA, width, height, rate_hz=rate_hz if rate_hz > 0 else None)

    def pictures(self, stop: threading.Event) -> Iterator[tuple[Picture, float | None]]:
        library = opencv()
        misses = 0
        while self._capture is not None and misses < _LOST_AFTER and not stop.is_set():
            there, image = self._capture.read()
            if there:
                misses = 0
                yield self._turn.upright(library.cvtColor(image, library.COLOR_BGR2RGB)), None
            else:
                misses += 1
                stop.wait(_MISS_WAIT_S)

    def close(self) -> None:
        if self._capture is not None:
            self._capture.release()
            self._capture = None


class _VideoFeed(_Feed):
    """What the two feeds that come through PyAV have in common."""

    def __init__(self, opened: Callable[[], Video]) -> None:
        self._opened = opened
        self._video: Video | None = None

    def open(self) -> SourceInfo:
        self._video = self._opened()
        return self._video.info

    def close(self) -> None:
        if self._video is not None:
            self._video.close()
            self._video = None


class _FileFeed(_VideoFeed):
    """A video file, at the speed of its time stamps; from the beginning again if it repeats."""

    def __init__(self, opened: Callable[[], Video], clock: Clock, *, loop: bool) -> None:
        super().__init__(opened)
        self._clock = clock
        self._loop = loop
        self._offset_s = 0.0
        self._zero_s: float | None = None

    def pictures(self, stop: threading.Event) -> Iterator[tuple[Picture, float | None]]:
        self._zero_s = None
        while self._video is not None:
            for frame in self._video:
                own_s = self._offset_s + frame.time_s
                if not self._due(own_s, stop):
                    return
                yield frame.image, own_s
            self._offset_s += max(self._video.report.duration_s, _SHORTEST_LOOP_S)
            if not self._loop:
                # The last picture is shown its time, too.
                self.over = self._due(self._offset_s, stop)
                return
            self._video = self._opened()

    def _due(self, own_s: float, stop: threading.Event) -> bool:
        """Wait until it is time for a picture; return False if told to stop."""
        if self._zero_s is None:
            self._zero_s = self._clock() - own_s
        while (ahead_s := own_s + self._zero_s - self._clock()) > 0:
            if stop.wait(min(ahead_s, _PACE_WAIT_S)):
                return False
        return not stop.is_set()


class _StreamFeed(_VideoFeed):
    """A stream, whose pictures are stamped as they arrive."""

    def pictures(self, stop: threading.Event) -> Iterator[tuple[Picture, float | None]]:
        for frame in self._video or ():
            if stop.is_set():
                return
            yield frame.image, None


def open_live(
    source: str, *, loop: bool = True, mirror: bool = False, rotate: int = 0, clock: Clock = time.monotonic
) -> Live:
    """Open what the user named to watch live.

    Parameters
    ----------
    source
        A camera's number ("0") or device ("/dev/video0"), a stream's address ("rtsp://…"), or a video file, which
        is played at its own speed.
    loop
        Play a file again and again; time goes on growing.
    mirror, rotate
        See `posture_coach.pose.sources.Turn`.
    clock
        Seconds that never go back.

    Raises
    ------
    SourceError
        It is not there, busy, not permitted, or gives no picture; the message says which and what to do.
    MissingSystemPartError
        OpenCV lacks a system library.
    """
    if is_url(source):
        return Live(_StreamFeed(partial(open_stream, source, mirror=mirror, rotate=rotate)), clock)
    if is_camera(source):
        return Live(_CameraFeed(source, Turn(rotate, mirror)), clock)
    return Live(_FileFeed(partial(open_video, source, mirror=mirror, rotate=rotate), clock, loop=loop), clock)


def is_camera(source: str) -> bool:
    """Return whether the user named a camera, and not a stream or a file."""
    if is_url(source):
        return False
    return source.isdecimal() or Path(source).is_relative_to(_DEVICES) or stat.S_ISCHR(_mode(Path(source)))


def find_cameras(devices: Path = _DEVICES, facts: Path = _DEVICE_FACTS) -> list[Camera]:
    """List the cameras that this user may use.

    On Linux nothing is opened; elsewhere the first five numbers are tried.

    Parameters
    ----------
    devices, facts
        Where Linux keeps the devices and what it knows about them.
    """
    if sys.platform != "linux":
        return [Camera(index) for index in _PROBED if _opens(index)]
    found = ((_DEVICE_NAME.fullmatch(path.name), path) for path in devices.glob("video*"))
    cameras = [
        Camera(int(match[1]), str(path), _fact(facts, path, "name"))
        for match, path in found
        # A camera has further devices that give no pictures; the one that does is its first.
        if match and _permitted(path) and _fact(facts, path, "index") in ("", "0")
    ]
    return sorted(cameras, key=lambda camera: camera.index)


def _fact(facts: Path, device: Path, what: str) -> str:
    try:
        return (facts / device.name / what).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _opens(index: int) -> bool:
    capture = opencv().VideoCapture(index)
    try:
        return bool(capture.isOpened())
    finally:
        capture.release()


def _permitted(path: Path) -> bool:
    # What counts is the user the program acts as, where the system can be asked that.
    return os.access(path, os.R_OK | os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _mode(path: Path) -> int:
    """Return what kind of thing it is, 0 for nothing or nothing that can be seen."""
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return 0


def _check_device(path: Path) -> None:
    if not _mode(path):
        raise CameraError(f"There is no camera {path}. {_cameras_there()}")
    if not _permitted(path):
        raise CameraError(
            f"The camera {path} may not be used by this user. Run `sudo usermod -aG video $USER`, log out and in again."
        )
    if not stat.S_ISCHR(_mode(path)):
        raise CameraError(f"{path} is no camera. {_cameras_there()}")


def _cameras_there() -> str:
    if cameras := find_cameras():
        return f"There are: {', '.join(map(str, cameras))}."
    return (
        "No camera was found: plug one in, open its shutter, and see that it is switched on in the computer's settings."
    )
