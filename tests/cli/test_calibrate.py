"""`posture-coach calibrate`: a file played as the camera, from the first picture to the profile, and what ends it."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from posture_coach.coach.calibrate_terminal import large
from posture_coach.measures.types import View
from posture_coach.pose.lens import shipped_presets
from posture_coach.store.files.folder import FOLDER_VARIABLE
from posture_coach.store.files.profiles import Places
from tests.cli.typed import PATIENCE_S, PROGRAM, environment, summary, typed
from tests.clips import SITTING, SLUMPED, names_in, still_video, video

TRUNK = "trunk_inclination_deg"
FAST = ("--model", "lite")


LOADING_S = 4.0
HZ = 15.0
"""Of the clips: each picture goes through the network, and a machine that is busy keeps up with so many."""


def guided(path, *photos, seconds):
    """Write a clip in which nobody is in view until any machine has loaded the model, and then somebody who sits still.

    From when he is seen the guide counts: after 12 and 24 s it gives him two seconds to settle in the next posture, in
    the middle of which the photos change.
    """
    from PIL import Image

    nobody = path.with_suffix(".png")
    with Image.open(photos[0]) as opened:
        Image.new("RGB", opened.size, "grey").save(nobody)
    return still_video(path, nobody, *photos, seconds=(LOADING_S, *seconds), hz=HZ)


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="module")
def clip(clips):
    """Upright, slumped, and upright again: what the guide asks for, when it asks for it."""
    return guided(clips / "guided.mp4", SITTING, SLUMPED, SITTING, seconds=(13.2, 12.0, 15.0))


@pytest.fixture(scope="module")
def short(clips):
    """Long enough to be told to hold still, on a busy machine too."""
    return still_video(clips / "short.mp4", SITTING, seconds=(8.0,), hz=HZ)


@pytest.fixture(scope="module")
def taken(clip, tmp_path_factory):
    """The data folder of somebody who has calibrated, and what the program said to him."""
    home = tmp_path_factory.mktemp("home")
    told = ("--place", "docked", "--height-cm", "178", "--webcam", "logitech_c920")
    return home, typed("calibrate", "--source", clip, *told, env=at(home))


def at(home):
    return {FOLDER_VARIABLE: str(home)}


@pytest.fixture
def home(taken, tmp_path):
    """A copy of that folder, to be spoiled."""
    import shutil

    return shutil.copytree(taken[0], tmp_path / "home")


def files(home):
    return {path.name: path.read_bytes() for path in (home / "places").glob("*")}


def test_three_postures_are_led_through_and_kept(taken):
    home, ended = taken
    assert ended.code == 0, ended.said
    profile = Places(home / "places").get("docked")
    assert (profile.stature_cm, profile.own.view) == (178.0, View.SIDE)
    assert profile.own.slump[TRUNK] - profile.own.values[TRUNK] > 20.0
    c920 = shipped_presets()["logitech_c920"]
    assert (profile.camera.focal_px, profile.camera.focal_err) == (c920.focal_px(640, 360), c920.err)
    for said in (
        "1/3 Sit or stand comfortably upright", "2/3 Now let yourself slump", "3/3 Upright again",
        "Trunk inclination", "Taken seen from the side", "From now on held against it: Trunk inclination",
        "It is asked for again on", str(home), "Its focal length is its maker's, ± 7%",
    ):  # fmt: skip
        assert said in ended.said, said
    assert ended.err == ""


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--webcam", "c920"), "There are: logitech_c920 (Logitech C920)"),
        (("--webcam", "logitech_c920", "--lens", "board.jpg"), "a measured lens needs no --webcam"),
    ],
)
def test_a_webcam_that_is_not_known_or_not_needed_is_refused(tmp_path, options, words):
    ended = typed("calibrate", *options, env=at(tmp_path))
    assert ended.code == 2
    assert words in " ".join(re.sub(r"[│\s]+", " ", ended.said).split())


def test_the_list_names_place_date_and_camera(taken, clip):
    ended = typed("calibrate", "--list", env=at(taken[0]))
    assert ended.code == 0
    assert re.search(rf"docked +\d{{4}}-\d\d-\d\d \d\d:\d\d +side +{re.escape(str(clip))} +360x640 +full", ended.out)
    assert "There is no place yet" in typed("calibrate", "--list", env=at(taken[0] / "other")).said


def test_monitor_recognises_the_place_and_holds_against_it(taken, clip):
    ended = typed("monitor", "--source", clip, "--seconds", "14", env=at(taken[0]))
    assert ended.code == 0, ended.said
    assert "held against: docked" in ended.said
    assert re.search(r"Head pitch +-?\d", ended.out)
    lines = typed(
        "monitor", "--source", clip, "--seconds", "14", "--json-progress", "--place", "docked", env=at(taken[0])
    )
    last = json.loads(lines.out.splitlines()[-1])
    assert last["measures"]["head_pitch_deg"]["value"] == pytest.approx(0.0, abs=3.0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--place", "home"), "There is no place home. There are: docked."),
        (("--place", "docked", "--mirror"), "The profile docked was taken with left and right the other way round"),
        (("--place", "docked", "--rotate", "90"), "pictures of 360x640, and these have 640x360"),
        (("--place", "docked", *FAST), "was taken with the model full, whose angles do not mix with lite"),
        (("--place", "docked", "--fps", "5"), "--fps"),
    ],
)
def test_a_profile_that_does_not_hold_is_refused_with_the_reason(taken, clip, options, words):
    ended = typed("monitor", "--source", clip, "--seconds", "1", *options, env=at(taken[0]))
    assert ended.code == 2
    assert words in ended.said


def test_a_moved_chair_is_told_and_nothing_is_held_against(taken, clips):
    from PIL import Image

    picture = np.asarray(Image.open(SITTING).convert("RGB"))[::2, ::2]
    aside = np.ascontiguousarray(np.roll(picture, 90, axis=1))
    moved = video(clips / "moved.mp4", [aside] * 60, [i / 30 for i in range(60)])
    path = next((taken[0] / "places").glob("*.toml"))
    other = clips / "moved-home"
    (other / "places").mkdir(parents=True)
    text = path.read_text(encoding="utf-8").replace("guided.mp4", "moved.mp4")
    (other / "places" / path.name).write_text(text, encoding="utf-8")
    ended = typed("monitor", "--source", moved, "--seconds", "10", "--json-progress", env=at(other))
    assert "Camera or chair moved? At docked you are further to the right" in ended.err
    assert all("head_pitch_deg" not in json.loads(line)["measures"] for line in ended.out.splitlines())


def test_analyze_holds_a_recording_of_that_camera_against_the_place(taken, clips, tmp_path):
    out = tmp_path / "out"
    clip = still_video(tmp_path / "guided.mp4", SITTING, seconds=(4.0,))
    ended = typed("analyze", clip, "--place", "docked", "--out", out, "--workers", "1", env=at(taken[0]))
    assert ended.code == 0, ended.said
    told = summary(out, "guided")
    assert told["settings"]["baseline"].startswith("place docked, taken ")
    pitch = told["measures"]["head_pitch_deg"]
    assert pitch["median"] == pytest.approx(0.0, abs=3.0)
    small = video(clips / "small.mp4", [np.zeros((240, 320, 3), dtype=np.uint8)] * 3, [0.0, 0.1, 0.2])
    unlike = typed("analyze", small, "--place", "docked", "--out", out, "--workers", "1", env=at(taken[0]))
    assert "from pictures of 360x640, and these have 320x240. It is not used here." in unlike.said
    assert typed("analyze", clip, "--place", "gone", "--out", out, env=at(taken[0])).code == 2
    both = typed("analyze", clip, "--place", "docked", "--baseline", "0-5", "--out", out, env=at(taken[0]))
    assert (both.code, "--place" in both.said) == (2, True)


# What ends it, and leaves what was taken before


@pytest.mark.parametrize(
    ("make", "code", "words"),
    [
        (lambda folder: video(folder / "grey.mp4", *grey()), 1, "Nobody is in view. Move into the picture"),
        (lambda folder: still_video(folder / "s.mp4", SITTING, seconds=(4.0,)), 1, "has ended before all was taken"),
        (lambda folder: still_video(folder / "n.mp4", SITTING, seconds=(28.0,), hz=HZ), 1, "no different from upright"),
        (
            lambda folder: guided(folder / "c.mp4", SLUMPED, SITTING, seconds=(13.2, 14.8)), 1,
            "You sat straighter for the slump than for upright",
        ),
        (lambda folder: folder / "gone.mp4", 1, "There is no file"),
    ],
    ids=["nobody", "interrupted", "no slump", "contradictory", "no file"],
)  # fmt: skip
def test_what_goes_wrong_is_explained_and_the_old_profile_stays(home, tmp_path, make, code, words):
    before = files(home)
    ended = typed("calibrate", "--source", make(tmp_path), "--place", "docked", *FAST, env=at(home))
    assert ended.code == code, ended.said
    assert words in ended.said
    assert "Traceback" not in ended.said
    assert files(home) == before


def grey():
    return [np.full((240, 320, 3), 120, dtype=np.uint8)] * 150, [i / 30 for i in range(150)]


def test_two_people_are_told_and_the_old_profile_stays(home, tmp_path):
    from PIL import Image

    one = np.asarray(Image.open(SITTING).convert("RGB"))[::2, ::2]
    pair = np.concatenate([one, one[:, ::-1]], axis=1)
    both = video(tmp_path / "two.mp4", [pair] * 150, [i / 30 for i in range(150)])
    before = files(home)
    ended = typed("calibrate", "--source", both, "--place", "docked", *FAST, env=at(home))
    assert ended.code == 1
    assert "More than one person is in view. Let only one be seen" in ended.said
    assert files(home) == before


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
def test_an_interrupted_one_leaves_the_old_profile(home, clip, number, code):
    before = files(home)
    process = subprocess.Popen(
        [*PROGRAM, "calibrate", "--source", str(clip), "--place", "docked", *FAST],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(**at(home)),
    )  # fmt: skip
    try:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(number)
        _, err = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
    assert process.returncode == code
    if number == signal.SIGINT:
        assert err.strip() == "Interrupted: nothing was taken. What was taken before still stands."
    assert files(home) == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--place", ""), "needs a name"),
        (("--height-cm", "1.78"), "--height-cm"),
        (("--rotate", "45"), "--rotate"),
        (("--delete", "home"), "There is no place home. There are: docked."),
    ],
)
def test_unusable_arguments_are_told_before_anything_is_opened(taken, options, words):
    ended = typed("calibrate", "--source", "97", *options, env=at(taken[0]))
    assert ended.code == 2
    assert words in ended.said


def test_a_board_that_is_not_found_is_told_before_the_camera_is_opened(home):
    before = files(home)
    ended = typed("calibrate", "--source", "97", "--lens", SITTING, "--lens", SLUMPED, env=at(home))
    assert ended.code == 1
    assert "The lens is not measured. The board was not found in any picture." in ended.said
    assert files(home) == before


def test_a_damaged_profile_names_file_key_and_what_to_do(home, clip):
    (path,) = (home / "places").glob("*.toml")
    path.write_text(path.read_text(encoding="utf-8").replace("width = 360", 'width = "a"'), encoding="utf-8")
    damaged = path.read_bytes()
    for arguments in (("calibrate", "--list"), ("monitor", "--source", clip, "--place", "docked", "--seconds", "1")):
        ended = typed(*arguments, env=at(home))
        assert ended.code == 2
        assert f"{path} is damaged: seen_by.width: expected a whole number, got 'a'" in ended.said
        assert "Take it anew with `posture-coach calibrate --place NAME`" in ended.said
    unasked = typed("monitor", "--source", clip, "--seconds", "1", "--json-progress", env=at(home))
    assert unasked.code == 0
    assert "is damaged" in unasked.err
    assert path.read_bytes() == damaged


def test_delete_forgets_a_place(home):
    ended = typed("calibrate", "--delete", "Docked", env=at(home))
    assert (ended.code, names_in(home / "places")) == (0, [])


def test_a_folder_that_cannot_be_written_is_told_before_anybody_sits_still(tmp_path, clip):
    (tmp_path / "places").write_text("a file where the folder should be")
    ended = typed("calibrate", "--source", clip, env=at(tmp_path))
    assert ended.code == 1
    assert "1/3" not in ended.said
    assert "cannot be written" in ended.said
    assert FOLDER_VARIABLE in ended.said


# On a terminal


def test_seconds_are_large():
    assert large(7) == "██████\n    ██\n    ██\n    ██\n    ██"
    assert len({len(line) for line in large(10).splitlines()}) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_a_terminal_shows_the_title_and_large_seconds(short, tmp_path):
    master, slave = pty.openpty()
    env = environment(**at(tmp_path), TERM="xterm", COLUMNS="100", LINES="30")
    process = subprocess.Popen(
        [*PROGRAM, "calibrate", "--source", str(short), *FAST], stdout=slave, stderr=slave, stdin=slave, env=env
    )
    os.close(slave)
    screen, end_s = b"", time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        try:
            part = os.read(master, 65536)
        except OSError:  # the other side has closed it
            break
        screen += part
        if not part:
            break
    process.wait(PATIENCE_S)
    os.close(master)
    text = screen.decode("utf-8", "replace")
    assert "SIT OR STAND COMFORTABLY UPRIGHT" in text
    assert "1 of 3" in text
    assert "██  ██" in text
    assert "\a" in text, "no bell where what to do changes"
    assert process.returncode == 1
