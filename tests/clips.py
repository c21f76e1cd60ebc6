"""Small real videos and photos for the tests, made with PyAV and Pillow, and how to read them back."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from posture_coach.batch.analyse import Settings
from posture_coach.batch.names import safe_stem
from posture_coach.batch.results import Job, Outputs
from posture_coach.pose.types import Model
from posture_coach.resources import samples_folder

SITTING = samples_folder() / "sitting_upright.jpg"
SLUMPED = samples_folder() / "sitting_slumped.jpg"
WALK = samples_folder() / "walk_side.mp4"
SQUATS = samples_folder() / "squats_front.mp4"
LONG_WALK = samples_folder() / "walk_side_rendered.mp4"
DESK_CLIP = samples_folder() / "desk_webcam_rendered.mp4"

TICKS = Fraction(1, 90_000)
FAST = Settings(model=Model.LITE)
"""The smallest network: for tests that ask what is written, not how good it is."""


def frames_of(path: Path) -> Iterator[tuple[float, np.ndarray]]:
    """Give (seconds as the container has them, RGB picture) of every frame."""
    with av.open(str(path)) as video:
        for frame in video.decode(video=0):
            yield float(frame.time or 0.0), frame.to_ndarray(format="rgb24")


def video(path: Path, pictures: Iterable[np.ndarray], times_s: Sequence[float]) -> Path:
    """Write an H.264 video with these pictures at these times."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=30, options={"crf": "18", "preset": "ultrafast"})
        stream.pix_fmt, stream.codec_context.time_base = "yuv420p", TICKS
        for number, (image, time_s) in enumerate(zip(pictures, times_s, strict=True)):
            if number == 0:
                stream.height, stream.width = image.shape[:2]
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
            frame.pts, frame.time_base = round(time_s / TICKS), TICKS
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


def still_video(path: Path, *photos: Path, seconds: Sequence[float] = (3.0,), hz: float = 30.0) -> Path:
    """Write photos of one size, each held for so long, as a video: people who do not move."""
    shown = []
    for photo, held_s in zip(photos, seconds, strict=True):
        with Image.open(photo) as opened:
            picture = np.asarray(opened.convert("RGB"))[::2, ::2]
        shown += [picture[: picture.shape[0] // 2 * 2, : picture.shape[1] // 2 * 2]] * round(held_s * hz)
    return video(path, shown, [i / hz for i in range(len(shown))])


def cut(sample: Path, path: Path, frames: int, *, first: int = 0, times_s: Sequence[float] | None = None) -> Path:
    """Write a stretch of a sample's frames as a new video, at 30 a second unless told when."""
    pictures = (image for _, image in itertools.islice(frames_of(sample), first, first + frames))
    return video(path, pictures, [i / 30 for i in range(frames)] if times_s is None else times_s)


def beside(left: Iterable[np.ndarray], right: Iterable[np.ndarray], path: Path, frames: int) -> Path:
    """Write two clips of one height side by side as one video, at 30 pictures a second."""
    pictures = (np.concatenate(pair, axis=1) for pair in itertools.islice(zip(left, right, strict=False), frames))
    return video(path, pictures, [i / 30 for i in range(frames)])


def job(path: Path, out: Path, settings: Settings = FAST, **outputs: bool) -> Job:
    """Return one input of a run."""
    return Job(path, safe_stem(path), out, settings, Outputs(**outputs))


def names_in(folder: Path) -> list[str]:
    """Return everything in a folder by name, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def in_ci() -> bool:
    """Whether a test that cannot run must fail instead of being skipped."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def must_have(condition: object, what: str) -> None:
    """End the test where a part of the system is missing: skipped by name on a laptop, failed in CI."""
    if condition:
        return
    if in_ci():
        pytest.fail(f"needs {what}")
    pytest.skip(f"needs {what}")


@contextmanager
def small_disk(folder: Path, kib: int = 256) -> Iterator[Path]:
    """Mount a file system of its own, with so little room, and take it away again."""
    import subprocess

    must_have(sys.platform == "linux" and os.geteuid() == 0, "root on Linux, to mount a small disk")
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(folder)], capture_output=True, text=True
    )
    must_have(mounted.returncode == 0, f"the right to mount a small disk ({mounted.stderr.strip()})")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path, leave_kib: int) -> None:
    """Leave so much room on a small disk."""
    room = os.statvfs(folder)
    free = room.f_bavail * room.f_frsize - leave_kib * 1024
    (folder / "filler").write_bytes(bytes(free))
