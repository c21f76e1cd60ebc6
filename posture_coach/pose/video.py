"""Video files and streams through PyAV: in order, never seeking, decoded ahead on a thread of their own.

The decoder itself uses one thread on purpose. Several gave no more frames a second beside the pose network, lost the
frames around a damaged place (113 of 119 left instead of 115), and drew those there differently with every number
of threads, so that two machines would not have agreed.
"""

from __future__ import annotations

import itertools
import math
import queue
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from posture_coach.errors import SourceError, UnreadableSourceError
from posture_coach.pose.sources import (
    QUARTER_DEG,
    Grid,
    Kind,
    ReadReport,
    Source,
    SourceInfo,
    Stamps,
    Turn,
    check_file,
    head_of,
    without_password,
)
from posture_coach.pose.types import Frame, Picture

_FALLBACK_RATE_HZ = 30.0
"""Used between frames without time stamps when the file does not say its rate either."""
_ABSURD_RATE_HZ = 1000.0
"""From here on it is the clock's resolution, not a rate (browser recordings say 1000)."""
_MISSING_END_MEDIANS = 4.0
_MISSING_END_LONGEST = 1.5
"""A file ends early if more is missing than so many median, and so often the longest, intervals."""
_SOUND_OVERHANG_S = 2.0
"""Sound may run on this long after the pictures in containers that declare one length for both."""
_QUEUE_FRAMES = 4
"""Enough to even out slow frames; a 4K frame is 25 MB."""
_POLL_S = 0.05
_STREAM_JOIN_S = 1.0
"""A stream's thread may hang in the network until its time-out; it frees the stream itself then."""
_STREAM_TIMEOUT_S = 10.0
_SQUARE_TOLERANCE = 0.005
"""Pixels this nearly square (0.15 degrees at worst) are left alone: encoders round the ratio when scaling."""
_SQUARE_LIMITS = (0.25, 4.0)
"""Pixel shapes beyond these are a damaged header."""
_STREAM_SCHEMES = ("rtsp", "rtsps", "rtmp", "rtmps", "http", "https", "udp", "tcp", "srt", "rtp")
_MP4_BOXES = frozenset([b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"])
_BOX_NAME = slice(4, 8)
_DURATION_TAG = re.compile(r"(\d+):(\d+):(\d+(?:\.\d+)?)")
_MINUTE_S = 60
_SAME_S = 1e-6  # two times that differ by less are one frame's
_END = None


@dataclass(frozen=True, slots=True)
class _Declared:
    """What container and stream say of themselves; read before they are closed."""

    frames: int | None
    stream_s: float | None
    whole_s: float | None
    rate_hz: float | None
    pixel_ratio: float
    has_sound: bool

    @classmethod
    def of(cls, container: InputContainer, stream: VideoStream) -> _Declared:
        stream_s = float(stream.duration * (stream.time_base or 0)) if stream.duration else None
        whole_s = container.duration / av.time_base if container.duration else None
        if tag := _DURATION_TAG.match(stream.metadata.get("DURATION", "")):
            hours, minutes, seconds = tag.groups()
            whole_s = (int(hours) * _MINUTE_S + int(minutes)) * _MINUTE_S + float(seconds) or None
        # Without a length there is nothing to average over, and PyAV then reports a default.
        rate = stream.average_rate if stream_s or whole_s else stream.guessed_rate
        rate_hz = float(rate) if rate and 0 < rate < _ABSURD_RATE_HZ else None
        ratio = float(stream.sample_aspect_ratio or 1)
        square = not _SQUARE_LIMITS[0] <= ratio <= _SQUARE_LIMITS[1] or abs(ratio - 1) <= _SQUARE_TOLERANCE
        return cls(
            stream.frames or None, stream_s, whole_s, rate_hz,
            pixel_ratio=1.0 if square else ratio,
            has_sound=bool(container.streams.audio),
        )  # fmt: skip

    def length_s(self, start_s: float) -> float | None:
        """Return the declared length from the first frame on."""
        if self.stream_s is not None or self.whole_s is None:
            return self.stream_s
        # Matroska counts from its clock's zero.
        return self.whole_s - max(start_s, 0.0)

    def frames_expected(self, declared_s: float | None) -> int | None:
        by_time = round(declared_s * self.rate_hz) if declared_s and self.rate_hz else None
        # A trimmed clip may declare frames from before its beginning too.
        return min((n for n in (self.frames, by_time) if n), default=None)


class Video(Source):
    """A video file or stream, open: a `posture_coach.pose.sources.Source`.

    Made by `open_video` and `open_stream`. A thread of its own decodes ahead, a few frames at most; iterate once,
    from one thread.
    """

    def __init__(self, container: InputContainer, name: str, kind: Kind, *, fps: float | None, turn: Turn) -> None:
        self._container = container
        self._name = name
        self._live = kind is Kind.STREAM
        self._turn = turn
        self._grid = Grid(fps)
        self._stream = _video_stream(container, name)
        self._declared = _Declared.of(container, self._stream)
        self._stamps = Stamps(1 / (self._declared.rate_hz or _FALLBACK_RATE_HZ))
        self._decoded = self._damaged = self._resized = self._unshown = 0
        self._last_long_s, self._finished = 0.0, False
        self._stop = threading.Event()
        self._queue: queue.Queue[Frame | Exception | None] = queue.Queue(_QUEUE_FRAMES)
        self._thread: threading.Thread | None = None
        frames = self._raw_frames()
        self._first = self._first_of(frames)
        self._raw = itertools.chain([self._first], frames)
        # Angles would be wrong with pixels that are not square. Counter-clockwise degrees make the frame upright.
        self._square = round(self._first.width * self._declared.pixel_ratio), self._first.height
        self._metadata_deg = round(self._first.rotation / QUARTER_DEG) * QUARTER_DEG
        self._info = self._make_info(kind)

    @property
    def info(self) -> SourceInfo:
        """What is known before reading."""
        return self._info

    @property
    def report(self) -> ReadReport:
        """What was read so far, up to a few frames more than were taken; final after the last frame."""
        repaired = self._stamps.repaired
        return ReadReport(
            frames_read=self._decoded - self._resized,
            frames_declared=self._declared.frames,
            duration_s=self._end_s(),
            damaged=self._damaged,
            resized=self._resized,
            repaired=repaired,
            reasons=tuple(self._reasons()),
            warnings=(f"Time stamps missing or not growing, and replaced: {repaired}.",) if repaired else (),
        )

    def close(self) -> None:
        """Stop decoding and free the file; safe to call twice, or in the middle."""
        self._stop.set()
        if self._thread is None:
            self._container.close()
        elif self._thread is not threading.current_thread():  # the garbage collector runs on any thread
            self._thread.join(_STREAM_JOIN_S if self._live else None)

    def __iter__(self) -> Iterator[Frame]:
        if self._thread is not None or self._stop.is_set():
            raise RuntimeError("a video can be read once; open it again")
        self._thread = threading.Thread(target=self._decode_ahead, name="video decoder", daemon=True)
        self._thread.start()
        try:
            while (item := self._next_item()) is not _END:
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            self.close()

    def frame_at(self, time_s: float, index: int) -> Frame | None:
        """Jump to the key frame before a time and read on to the frame of that time; None where there is none.

        For a single look, which ends the reading: an analysis reads in order, since clips do not jump exactly.
        """
        base = self._stream.time_base
        if base is None:
            return None
        try:
            self._container.seek(int((self._info.start_s + time_s) / base), stream=self._stream, backward=True)
        except av.FFmpegError:  # bare H.264, for one, has nothing to jump by
            return None
        for raw in self._raw_frames():
            stamp = _stamp(raw)
            ahead_s = math.inf if stamp is None else float(stamp) - self._info.start_s - time_s
            if ahead_s > -_SAME_S:
                return Frame(self._picture(raw), time_s, index) if ahead_s < _SAME_S else None
        return None

    def _next_item(self) -> Frame | Exception | None:
        while not self._stop.is_set():
            try:
                return self._queue.get(timeout=_POLL_S)
            except queue.Empty:
                continue
        return _END

    def _decode_ahead(self) -> None:
        """Run on the decoder's thread, which owns the container from here on."""
        last: Exception | None = _END
        try:
            for frame in self._frames():
                if not self._hand_over(frame):
                    return
        except Exception as error:  # noqa: BLE001 - whatever it is, it is raised again where frames are taken
            last = error
        finally:
            self._container.close()
        self._hand_over(last)

    def _hand_over(self, item: Frame | Exception | None) -> bool:
        """Return False if nobody takes frames any more."""
        while not self._stop.is_set():
            try:
                self._queue.put(item, timeout=_POLL_S)
            except queue.Full:
                continue
            return True
        return False

    def _frames(self) -> Iterator[Frame]:
        """Yield what the user asked for: on the grid, upright, RGB."""
        for index, raw in enumerate(self._raw):
            if self._stop.is_set():
                return
            self._decoded += 1
            self._damaged += raw.is_corrupt
            self._last_long_s = float(raw.duration * (raw.time_base or 0))
            time_s = self._stamps.next_s(_stamp(raw))
            if (raw.width, raw.height) != (self._first.width, self._first.height):
                self._resized += 1
            elif self._grid.takes(time_s):
                yield Frame(self._picture(raw), time_s, index)
        self._finished = True

    def _picture(self, raw: VideoFrame) -> Picture:
        width, height = self._square
        # The type PyAV gives away covers its deep formats too; rgb24 is always bytes.
        image = cast(Picture, raw.to_ndarray(format="rgb24", width=width, height=height))
        return self._turn.upright(image, metadata_deg=self._metadata_deg)

    def _raw_frames(self) -> Iterator[VideoFrame]:
        """Decode in order; what is damaged is counted and passed over."""
        for packet in self._packets():
            self._unshown += packet.is_discard
            try:
                yield from packet.decode()
            except av.FFmpegError:
                self._damaged += 1

    def _packets(self) -> Iterator[av.Packet[VideoStream]]:
        try:
            yield from self._container.demux(self._stream)
        except av.FFmpegError:
            # Containers find their way behind damage by themselves; this is a disk or a network that is gone.
            self._damaged += 1

    def _first_of(self, frames: Iterator[VideoFrame]) -> VideoFrame:
        for first in frames:
            return first
        raise UnreadableSourceError(
            f"{self._name} holds a video track, but no picture could be decoded from it (damaged pieces: "
            f"{self._damaged}). Play it in a video player: if that shows nothing either, copy it again."
        )

    def _make_info(self, kind: Kind) -> SourceInfo:
        width, height = self._turn.size(*self._square, metadata_deg=self._metadata_deg)
        start_s = float(_stamp(self._first) or 0)
        declared_s = self._declared.length_s(start_s)
        return SourceInfo(
            self._name, kind, width, height,
            rate_hz=self._declared.rate_hz,
            frames_declared=self._declared.frames,
            declared_s=declared_s,
            frames_expected=None if self._live else self._declared.frames_expected(declared_s),
            start_s=start_s,
        )  # fmt: skip

    def _end_s(self) -> float:
        """Return when the last frame ends."""
        return self._stamps.last_s + max(self._last_long_s, self._stamps.median_s or 0.0)

    def _reasons(self) -> Iterator[str]:
        if self._live:
            return
        if not self._finished:
            yield "reading was stopped before the end"
            return
        expected = (self._declared.frames or 0) - self._unshown
        if self._decoded < expected:
            yield f"{self._decoded} of {expected} declared frames could be decoded"
        if self._damaged:
            yield f"damaged pieces: {self._damaged}"
        if self._resized:
            yield f"frames left out because their size is not the first one's: {self._resized}"
        declared_s = self._info.declared_s
        if declared_s and self._ends_early(declared_s):
            yield f"it ends at {self._end_s():.1f} s of a declared {declared_s:.1f} s"

    def _ends_early(self, declared_s: float) -> bool:
        median_s = self._stamps.median_s or self._end_s()
        slack_s = max(_MISSING_END_MEDIANS * median_s, _MISSING_END_LONGEST * self._stamps.longest_s)
        if self._declared.has_sound:
            slack_s = max(slack_s, _SOUND_OVERHANG_S)
        return self._end_s() < declared_s - slack_s


def open_video(path: str | Path, *, fps: float | None = None, mirror: bool = False, rotate: int = 0) -> Video:
    """Open a video file; see `posture_coach.pose.files.open_file`. Raises ValueError for the same `fps` and `rotate`.

    Raises
    ------
    SourceError
        It is not there, or no picture comes out of it; the message says why and what to do.
    """
    if fps is not None and not 0 < fps < math.inf:
        raise ValueError(f"fps must be a number above 0, got {fps}")
    turn = Turn(rotate, mirror)
    full = check_file(path)
    try:
        # Nothing but this file: a playlist in disguise must not reach the network or other files.
        container = av.open(str(full), options={"protocol_whitelist": "file"}, metadata_errors="replace")
    except av.FFmpegError as error:
        raise UnreadableSourceError(_why_not_video(path, head_of(full))) from error
    return _open(container, str(path), Kind.VIDEO, fps=fps, turn=turn)


def open_stream(url: str, *, mirror: bool = False, rotate: int = 0) -> Video:
    """Open a stream by its address, as the user typed it.

    It has no declared end and is never partial. Waiting for data ends after ten seconds, as if it were over.

    Raises
    ------
    SourceError
        The address is of no known kind, nobody answers, or no picture comes.
    """
    scheme, shown = url.split(":", 1)[0].lower(), without_password(url)
    if scheme not in _STREAM_SCHEMES:
        raise SourceError(f"{shown} is no address of a stream: these begin with {', '.join(_STREAM_SCHEMES)}.")
    options = {"rtsp_transport": "tcp", "fflags": "nobuffer"} if scheme.startswith("rtsp") else {}
    try:
        container = av.open(url, options=options, timeout=_STREAM_TIMEOUT_S, metadata_errors="replace")
    except av.FFmpegError as error:
        raise UnreadableSourceError(
            f"{shown} gives no pictures ({error.strerror}). Check the address, user and password, "
            "and that the camera is on and in the same network."
        ) from error
    return _open(container, shown, Kind.STREAM, fps=None, turn=Turn(rotate, mirror))


def _open(container: InputContainer, name: str, kind: Kind, *, fps: float | None, turn: Turn) -> Video:
    try:
        return Video(container, name, kind, fps=fps, turn=turn)
    except SourceError:
        container.close()
        raise


def _video_stream(container: InputContainer, name: str) -> VideoStream:
    # The cover picture of a sound file counts as video in its container.
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not streams:
        what = "only sound, no pictures" if container.streams.audio else "no video track"
        raise UnreadableSourceError(f"{name} holds {what}. Give a recording made with a camera.")
    stream = streams[0]
    if stream.codec_context is None:
        raise UnreadableSourceError(f"{name} is coded in a way unknown here. Save it as MP4 (H.264).")
    stream.thread_type = "NONE"
    stream.codec_context.thread_count = 1
    return stream


def _why_not_video(path: str | Path, head: bytes) -> str:
    if head[_BOX_NAME] in _MP4_BOXES:
        return (
            f"{path} has no index: its end is missing, because the recording or the copy was cut off. "
            "Copy it again from where it was recorded; if it is cut off there too, record anew."
        )
    return (
        f"{path} is not a video, whatever its name says, or its beginning is damaged. "
        "Play it in a video player: if that fails too, copy it again; if it plays, save it as MP4 (H.264)."
    )


def _stamp(raw: VideoFrame) -> Fraction | None:
    stamp = raw.pts if raw.pts is not None else raw.dts
    return None if stamp is None or raw.time_base is None else stamp * raw.time_base
