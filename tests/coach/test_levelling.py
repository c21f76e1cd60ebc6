"""The stand of a live camera is read from its own pictures, beside the watching."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from posture_coach.coach.levelling import AGAIN_S, Levelling
from posture_coach.measures.calibration import Camera, UprightFrom
from posture_coach.pose.files import open_file
from posture_coach.pose.sources import SourceInfo
from posture_coach.pose.types import Frame
from posture_coach.pose.verticals import MAX_ROLL_DEG
from posture_coach.resources import samples_folder

ROOM = samples_folder() / "sit_to_stand_side_rendered.mp4"
ROLL_DEG = 1.2
PATIENCE_S = 30.0


@pytest.fixture(scope="module")
def room() -> tuple[list[Frame], SourceInfo]:
    with open_file(ROOM, fps=2) as source:
        frames = list(source)
        return frames, source.info


def turned(frame: Frame, by_deg: float) -> Frame:
    """Return the picture that a camera rolled clockwise by so much takes: its content turned the other way."""
    picture = Image.fromarray(frame.image).rotate(by_deg, Image.Resampling.BICUBIC, fillcolor=(128, 128, 128))
    return replace(frame, image=np.asarray(picture))


def watched(levelling: Levelling, frames: list[Frame], later_s: float = 0.0) -> Camera:
    """Show all pictures, then the last one again and again until the answer is there, which may come before."""
    for frame in frames:
        if (found := levelling.show(replace(frame, time_s=frame.time_s + later_s), None)) is not None:
            return found
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        found = levelling.show(replace(frames[-1], time_s=frames[-1].time_s + later_s), None)
        if found is not None:
            return found
        time.sleep(0.01)
    raise AssertionError("no answer")


ENDS_AT_ONCE = """
import time
import numpy as np
from posture_coach.coach import levelling
from posture_coach.pose.sources import Kind, SourceInfo
from posture_coach.pose.types import Frame

def slowly(*_):
    time.sleep(0.5)
    print("read to the end")
    return None, []

levelling.stand_of = slowly
level = levelling.Levelling(SourceInfo("camera", Kind.CAMERA, 64, 48, rate_hz=30.0))
for k in range(7):
    level.show(Frame(np.zeros((48, 64, 3), np.uint8), float(k), k), None)
"""


def test_a_program_that_ends_waits_for_what_is_being_read():
    """A thread that is cut off in the middle of OpenCV's work aborts the process."""
    ended = subprocess.run([sys.executable, "-c", ENDS_AT_ONCE], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "read to the end\n", "")


@pytest.mark.parametrize("roll_deg", [0.0, ROLL_DEG, -ROLL_DEG])
def test_the_roll_of_the_room_is_found(room, roll_deg):
    frames, info = room
    found = watched(Levelling(info), [turned(frame, roll_deg) for frame in frames])
    assert found.known_from is UprightFrom.LINES
    assert found.roll_deg == pytest.approx(roll_deg, abs=0.3)


def test_a_room_without_lines_leaves_the_camera_level(room):
    frames, info = room
    grey = [replace(frame, image=np.full_like(frame.image, 128)) for frame in frames]
    assert watched(Levelling(info), grey).known_from is UprightFrom.ASSUMED


def test_a_camera_that_seems_to_stand_askew_is_doubted_until_it_stands_level(room):
    frames, info = room
    levelling = Levelling(info)
    found = watched(levelling, [turned(frame, MAX_ROLL_DEG + 1.0) for frame in frames])
    assert (found.known_from, found.roll_deg) == (UprightFrom.ASSUMED, 0.0)
    assert found.roll_half_width_deg > MAX_ROLL_DEG
    assert "Put it level" in levelling.doubt
    assert watched(levelling, frames, later_s=AGAIN_S + frames[-1].time_s + 1.0).known_from is UprightFrom.LINES
    assert levelling.doubt == ""


def test_nothing_is_said_before_some_seconds_were_seen(room):
    frames, info = room
    levelling = Levelling(info)
    early = [frame for frame in frames if frame.time_s < 4.5]
    assert [levelling.show(frame, None) for frame in early] == [None] * len(early)
    assert levelling._at_work is None


def test_it_is_read_again_after_some_minutes_and_not_before(room):
    frames, info = room
    levelling = Levelling(info)
    first = watched(levelling, frames)
    between = [frame.time_s + AGAIN_S / 2 for frame in frames]
    assert all(levelling.show(replace(frames[0], time_s=at), None) is None for at in between)
    assert levelling._at_work is None
    tilted = [turned(frame, ROLL_DEG) for frame in frames]
    second = watched(levelling, tilted, later_s=AGAIN_S + frames[-1].time_s + 1.0)
    assert second.roll_deg - first.roll_deg == pytest.approx(ROLL_DEG, abs=0.3)
    assert all(a.time_s < b.time_s for a, b in pairwise(frames))
