"""What every source of pictures has in common: what is known before and after reading, times, turning.

Photos and videos are opened by `posture_coach.pose.files.open_file`; a live camera, a stream, or a file played as a
camera by `posture_coach.pose.camera.open_live`.
"""

from __future__ import annotations

import re
import stat
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from posture_coach.errors import SourceError, SourceNotFoundError, UnreadableSourceError
from posture_coach.pose.turning import by_quarters, in_mirror
from posture_coach.pose.types import Frame, Picture

if TYPE_CHECKING:
    # Loads Pillow, which only photos need.
    from posture_coach.pose.recorded import Recorded

QUARTER_DEG = 90
TURNS_DEG = (0, 90, 180, 270)

_HEAD_BYTES = 16
"""Enough of a file's beginning to tell a photo from a video."""
_RESTART_S = 1.0
"""A time stamp this far back means that the container's clock was set anew; less is a stray stamp."""
_EARLY_S, _EARLY_STEPS = 0.006, 0.2
"""A frame may be this early, in seconds and in steps of the grid: a GIF rounds time stamps to 10 ms."""
_MEDIAN_FRAMES = 600

# A scheme of one letter is a Windows drive.
_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_PASSWORD = re.compile(r"(?<=://)[^/?#]*@")
_FOLDED = re.compile(r"(?<=:)/+")


class Kind(StrEnum):
    """What pictures come out of."""

    PHOTO = "photo"
    VIDEO = "video"
    STREAM = "stream"
    CAMERA = "camera"


class LiveState(StrEnum):
    """What a live source is doing."""

    WATCHING = "watching"
    LOST = "lost"
    """No pictures for now; it is being opened again and again."""
    ENDED = "ended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera this user may use: its number, its device (None where the system has none), its maker's name for it."""

    index: int
    path: str | None = None
    name: str = ""

    def __str__(self) -> str:
        device = self.path or str(self.index)
        return f"{device} ({self.name})" if self.name else device


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What is known before reading.

    Parameters
    ----------
    name
        What the user called it, without a password.
    width, height
        Pixels of the pictures as they come: upright, with square pixels.
    rate_hz
        Average rate the file itself has, whatever rate is asked for; None if it does not say.
    frames_declared
        Number of frames the file says it has, None if it does not say.
    declared_s
        Length the file says it has, None if it does not say.
    frames_expected
        `Frame.index` of the last frame will be about one less: for progress. None for no end or unknown.
    start_s
        The container's own time of the first frame; `Frame.time_s` counts from there.
    focal_px
        Focal length in pixels, from what a photo says about its camera; None if it does not say.
    recorded
        How the camera stood, from what a photo says; None if it does not say.
    """

    name: str
    kind: Kind
    width: int
    height: int
    rate_hz: float | None = None
    frames_declared: int | None = None
    declared_s: float | None = None
    frames_expected: int | None = None
    start_s: float = 0.0
    focal_px: float | None = None
    recorded: Recorded | None = None


@dataclass(frozen=True, slots=True)
class ReadReport:
    """What reading a source gave; final once its last frame was taken.

    Parameters
    ----------
    frames_read
        Frames decoded and usable, also those passed over because a lower rate was asked for.
    duration_s
        From the first frame to the end of the last.
    damaged
        Pieces that could not be decoded, and frames decoded with gaps.
    resized
        Frames left out because their size is not the first frame's.
    repaired
        Time stamps that were missing or did not grow, and were replaced.
    reasons
        Why not everything was read, in words; empty if everything was.
    warnings
        What else the reader of the numbers should know.
    """

    frames_read: int
    frames_declared: int | None
    duration_s: float
    damaged: int = 0
    resized: int = 0
    repaired: int = 0
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def partial(self) -> bool:
        """Whether something of the source is missing from what was read."""
        return bool(self.reasons)


class Stamps:
    """Time stamps as the container has them in, seconds from the first frame that strictly grow out."""

    def __init__(self, interval_s: float) -> None:
        self.start_s = 0.0
        self.last_s = 0.0
        self.repaired = 0
        self.longest_s = 0.0
        self._interval_s = interval_s
        self._recent: list[float] = []
        self._start: Fraction | None = None
        self._shift_s = 0.0

    def next_s(self, stamp: Fraction | None) -> float:
        """Return the time of the next frame."""
        if self._start is None:
            self._start = stamp or Fraction(0)
            self.start_s = float(self._start)
            self.repaired += stamp is None
            return 0.0
        time_s = self._repaired(None if stamp is None else float(stamp - self._start) + self._shift_s)
        self._note(time_s - self.last_s)
        self.last_s = time_s
        return time_s

    def _repaired(self, time_s: float | None) -> float:
        if time_s is not None and time_s > self.last_s:
            return time_s
        self.repaired += 1
        if time_s is None:
            return self.last_s + self._interval_s
        if time_s < self.last_s - _RESTART_S:
            # Two recordings joined: what follows belongs behind what was.
            self._shift_s += self.last_s + self._interval_s - time_s
            return self.last_s + self._interval_s
        # Half an interval leaves room before the next frame, whose own stamp is probably right.
        return self.last_s + self._interval_s / 2

    def _note(self, step_s: float) -> None:
        self.longest_s = max(self.longest_s, step_s)
        # The median of the beginning will do, and a stream may run for days.
        if len(self._recent) < _MEDIAN_FRAMES:
            self._recent.append(step_s)

    @property
    def median_s(self) -> float | None:
        """Median interval between frames, None before the second."""
        return sorted(self._recent)[len(self._recent) // 2] if self._recent else None


class Grid:
    """Chooses frames on a regular grid of times: the first at or after each due time."""

    def __init__(self, fps: float | None) -> None:
        self._fps = fps
        self._due = 0

    def takes(self, time_s: float) -> bool:
        """Return whether the frame is wanted."""
        if self._fps is None:
            return True
        steps = time_s * self._fps + min(_EARLY_S * self._fps, _EARLY_STEPS)
        if steps < self._due:
            return False
        self._due = int(steps) + 1
        return True


class Closing:
    """What is freed when its `with` is left."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free everything; safe to call twice."""


class Source(Closing, ABC):
    """A photo or a video file, open. Frames come once, in order; leaving the `with` frees the file."""

    @property
    @abstractmethod
    def info(self) -> SourceInfo:
        """What is known before reading."""

    @property
    @abstractmethod
    def report(self) -> ReadReport:
        """What was read so far."""

    @abstractmethod
    def __iter__(self) -> Iterator[Frame]: ...


@dataclass(frozen=True, slots=True)
class Turn:
    """How the user wants pictures turned.

    Parameters
    ----------
    rotate
        0, 90, 180 or 270 degrees clockwise, after what the file says about its own orientation.
    mirror
        Swap left and right, after rotating.
    """

    rotate: int = 0
    mirror: bool = False

    def __post_init__(self) -> None:
        if self.rotate not in TURNS_DEG:
            raise ValueError(f"rotate must be one of {TURNS_DEG} degrees clockwise, got {self.rotate}")

    def upright(self, image: Picture, *, metadata_deg: int = 0) -> Picture:
        """Return the picture turned, contiguous.

        Parameters
        ----------
        metadata_deg
            What the file says: degrees counter-clockwise that make the picture upright.
        """
        quarters = (metadata_deg - self.rotate) // QUARTER_DEG
        turned = by_quarters(image, quarters)
        return in_mirror(turned) if self.mirror else turned

    def size(self, width: int, height: int, *, metadata_deg: int = 0) -> tuple[int, int]:
        """Return width and height after turning."""
        sideways = (metadata_deg + self.rotate) // QUARTER_DEG % 2
        return (height, width) if sideways else (width, height)


def is_url(text: str) -> bool:
    """Return whether the user typed an address (``rtsp://…``) and not a path."""
    return _URL.match(text) is not None


def without_password(url: str) -> str:
    """Return the address as it may be shown and written down."""
    return _PASSWORD.sub("", url)


def only_live(url: str) -> str:
    """Return what is said to somebody who gives a stream's address where a file is wanted."""
    return (
        f"{without_password(url)} is a stream, not a file: it can only be watched live, with "
        "posture-coach monitor --source."
    )


def _unfolded(path: str) -> str | None:
    """Return the address that a path was made of, whose two slashes became one; None where it was made of none."""
    url = _FOLDED.sub("//", path, count=1)
    return url if is_url(url) else None


def check_file(path: str | Path) -> Path:
    """Return the absolute path of an ordinary, readable, non-empty file.

    Raises
    ------
    SourceNotFoundError
        There is nothing of that name.
    UnreadableSourceError
        It is a folder, a device, empty, or not permitted.
    """
    # Absolute, because a relative name with a colon would be taken for an address by the decoder.
    full = Path(path).absolute()
    try:
        status = full.stat()
        if stat.S_ISDIR(status.st_mode):
            raise UnreadableSourceError(f"{path} is a folder. Name the videos or photos in it.")
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableSourceError(f"{path} is not an ordinary file. Give a video or a photo.")
        with full.open("rb"):
            pass
    except PermissionError as error:
        raise UnreadableSourceError(
            f"{path} may not be read by this user. Give yourself the right to read it, or copy it elsewhere."
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        if (url := _unfolded(str(path))) is not None:
            raise SourceError(only_live(url)) from error
        raise SourceNotFoundError(f"There is no file {path}. Check the spelling and the folder.") from error
    if status.st_size == 0:
        raise UnreadableSourceError(
            f"{path} is empty (0 bytes): the recording or the copy failed. Copy it again from where it was made."
        )
    return full


def head_of(path: Path) -> bytes:
    """Return the first bytes of a file."""
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)
