"""Watching live: newest picture only, time that grows, losses survived, and cameras that are not there named."""

from __future__ import annotations

import http.server
import itertools
import os
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from posture_coach.errors import CameraError, MissingSystemPartError, SourceNotFoundError, UnreadableSourceError
from posture_coach.pose.camera import find_cameras, open_live
from posture_coach.pose.sources import Camera, Kind, LiveState
from tests.pose.test_video import is_red, make_clip, number_in

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's camera devices")
no_cameras = pytest.mark.skipif(bool(find_cameras()), reason="there is a camera on this machine")


@pytest.fixture
def clip(tmp_path):
    """Return half a second of numbered frames, 25 a second."""
    return make_clip(tmp_path / "a.mp4", [40 * i for i in range(12)])


def take(live, count, timeout=5.0):
    return [live.read(timeout) for _ in range(count)]


def wait(come, seconds=20.0):
    """Wait until something has come, which it does soon unless it never does; return whether it has."""
    end = time.monotonic() + seconds
    while not come() and time.monotonic() < end:
        time.sleep(0.01)
    return come()


def until(live, state):
    wait(lambda: live.state is state)
    return live.state


def threads():
    """Return those that go on, after a while in which they may end."""

    def running():
        return [t for t in threading.enumerate() if t.name in ("camera", "video decoder")]

    wait(lambda: not running())
    return running()


# A file played as a camera


def test_a_file_is_played_at_its_own_speed(clip):
    now = [0.0]
    with open_live(str(clip), loop=False, clock=lambda: now[0]) as live:
        frames = [live.read(5)]
        for k in range(1, 12):
            assert live.read(0.1) is None, "not before its time"
            now[0] = 0.04 * k + 0.01
            frames.append(live.read(5))
        assert (live.read(0.2), live.state) == (None, LiveState.WATCHING), "the last one is shown its time, too"
        now[0] = 0.5
        assert (live.read(5), live.state) == (None, LiveState.ENDED)
    assert frames[-1].time_s == pytest.approx(0.44)
    assert all(number_in(f.image) == f.index == round(f.time_s / 0.04) for f in frames)
    assert (live.info.kind, live.info.width, live.info.height) == (Kind.VIDEO, 128, 96)


def test_a_file_that_is_not_repeated_ends(clip):
    began = time.monotonic()
    with open_live(str(clip), loop=False) as live:
        assert until(live, LiveState.ENDED) is LiveState.ENDED
        assert time.monotonic() - began > 0.4, "unless told otherwise it goes by real time"
        assert number_in(live.read(0).image) == 11
        assert live.read() is None
        assert live.problem is None


def test_a_repeated_file_goes_on_in_time(clip):
    with open_live(str(clip)) as live:
        frames = [live.read(5) for _ in range(30)]
        assert live.state is LiveState.WATCHING
    assert all(b.time_s > a.time_s and b.index > a.index for a, b in itertools.pairwise(frames))
    assert [number_in(f.image) for f in frames] == [f.index % 12 for f in frames]
    assert all(f.time_s == pytest.approx(0.04 * f.index, abs=0.002) for f in frames)


def test_a_slow_reader_gets_the_newest_picture(clip):
    now = [0.0]
    with open_live(str(clip), loop=False, clock=lambda: now[0]) as live:
        first = live.read(5)
        now[0] = 60.0
        assert until(live, LiveState.ENDED) is LiveState.ENDED
        second = live.read(0)
    assert (first.index, second.index, number_in(second.image)) == (0, 11, 11)


def test_a_picture_is_given_once(clip):
    with open_live(str(clip), loop=False) as live:
        assert until(live, LiveState.ENDED) is LiveState.ENDED
        assert live.read(0) is not None
        assert live.read(0) is None


def test_waiting_for_a_picture_ends_in_time(tmp_path):
    with open_live(str(make_clip(tmp_path / "a.mp4", [0, 5000]))) as live:
        assert live.read(5).index == 0
        began = time.monotonic()
        assert live.read(0.1) is None
        assert time.monotonic() - began < 2


def test_the_clock_sets_the_pace(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", [40 * i for i in range(75)])
    with open_live(str(clip), loop=False, clock=lambda: time.monotonic() * 20) as live:
        began = time.monotonic()
        assert until(live, LiveState.ENDED) is LiveState.ENDED
        assert time.monotonic() - began < 2.5, "three seconds by the real clock"
        assert live.read(0).time_s == pytest.approx(2.96)


def test_pictures_are_turned(clip):
    with open_live(str(clip), mirror=True) as live:
        assert is_red(live.read(5).image, 80, 120)
    with open_live(str(clip), rotate=90) as live:
        assert live.read(5).size == (live.info.width, live.info.height) == (96, 128)


def test_a_clip_of_one_picture_can_be_repeated(tmp_path):
    with open_live(str(make_clip(tmp_path / "a.ts", [0]))) as live:  # which does not say how long it lasts
        frames = take(live, 4)
    assert [number_in(f.image) for f in frames] == [0] * 4
    assert all(b.time_s - a.time_s > 0.01 for a, b in itertools.pairwise(frames))


def test_closing_ends_both_threads_and_wakes_the_reader(tmp_path):
    live = open_live(str(make_clip(tmp_path / "a.mp4", [0, 60_000])))
    assert live.read(5).index == 0
    threading.Timer(0.1, live.close).start()
    began = time.monotonic()
    assert live.read(20) is None
    assert time.monotonic() - began < 5
    live.close()
    assert live.state is LiveState.CLOSED
    assert threads() == []


def test_a_file_that_vanishes_is_lost_and_found_again(clip):
    data, now = clip.read_bytes(), [0.0]
    with open_live(str(clip), clock=lambda: now[0]) as live:
        assert live.read(5).index == 0
        clip.unlink()
        now[0] = 1.0
        assert until(live, LiveState.LOST) is LiveState.LOST
        assert "There is no file" in live.problem
        before = live.read(0)
        now[0] = 100.0
        clip.write_bytes(data)
        again = live.read(20)
        assert (before.index, again.index, number_in(again.image)) == (11, 12, 0)
        assert again.time_s > before.time_s
        assert until(live, LiveState.WATCHING) is LiveState.WATCHING
        assert live.problem is None
        # It goes on at its own speed and does not hurry after the time that was lost.
        assert live.read(0.5) is None
        now[0] += 0.05
        assert live.read(5).index == again.index + 1


@pytest.mark.parametrize(("name", "error"), [("none.mp4", SourceNotFoundError), ("text.mp4", UnreadableSourceError)])
def test_a_file_that_does_not_open_is_an_error_at_once(tmp_path, name, error):
    (tmp_path / "text.mp4").write_text("no video")
    with pytest.raises(error):
        open_live(str(tmp_path / name))
    assert threads() == []


# A stream


class Broadcast(http.server.BaseHTTPRequestHandler):
    """Sends the clip at a walking pace and hangs up."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        data = self.server.clip.read_bytes()
        for start in range(0, len(data), 2000):
            try:
                self.wfile.write(data[start : start + 2000])
            except OSError:
                return
            time.sleep(0.01)

    def log_message(self, *args):
        pass


def broadcast(clip, port=0):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Broadcast)
    server.daemon_threads, server.clip = True, clip
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def states_of(live, monkeypatch):
    """Return a list of what it does from now on: of what passes quickly nobody sees it in time."""
    heard, tell = [], live._set

    def heard_too(state, problem=None):
        tell(state, problem)
        heard.append(state)

    monkeypatch.setattr(live, "_set", heard_too)
    return heard


def test_a_stream_that_breaks_off_is_opened_again_when_it_is_back(tmp_path, monkeypatch):
    clip = make_clip(tmp_path / "a.ts", [40 * i for i in range(25)])
    server = broadcast(clip)
    with open_live(f"http://127.0.0.1:{server.server_port}/a.ts") as live:
        before = live.read(5)
        assert (live.info.kind, before is None) == (Kind.STREAM, False)
        server.shutdown()
        server.server_close()
        assert until(live, LiveState.LOST) is LiveState.LOST
        assert wait(lambda: "gives no pictures" in (live.problem or ""))
        assert "Check the address" in live.problem
        # It may have come in one piece, or been lost and opened again before the server was gone.
        before = live.read(0) or before
        heard = states_of(live, monkeypatch)
        server = broadcast(clip, server.server_port)
        again = live.read(20)
        assert again.time_s > before.time_s + 0.4
        assert again.index > before.index
        assert (again.index - before.index - 1) % 25 == number_in(again.image), "each one is counted, from the first on"
        assert wait(lambda: LiveState.WATCHING in heard)
    server.shutdown()
    server.server_close()


def test_time_grows_even_if_the_clock_stands_still(tmp_path):
    server = broadcast(make_clip(tmp_path / "a.ts", [40 * i for i in range(25)]))
    with open_live(f"http://127.0.0.1:{server.server_port}/a.ts", clock=lambda: 5.0) as live:
        frames = take(live, 5)
    assert all(b.time_s > a.time_s for a, b in itertools.pairwise(frames))
    server.shutdown()
    server.server_close()


def test_a_stream_nobody_answers_is_an_error_at_once():
    with pytest.raises(UnreadableSourceError, match="gives no pictures"):
        open_live("http://127.0.0.1:9/none")


# Cameras


@on_linux
@no_cameras
@pytest.mark.parametrize("source", ["0", "/dev/video0", "7"])
def test_an_absent_camera_is_named_and_what_to_do(source):
    with pytest.raises(CameraError, match="There is no camera /dev/video") as error:
        open_live(source)
    assert "plug one in" in str(error.value)
    assert threads() == []


@on_linux
def test_a_device_that_is_no_camera_gives_no_picture(capfd):
    with pytest.raises(CameraError, match="gives no picture"):
        open_live("/dev/null")
    assert capfd.readouterr() == ("", "")


@on_linux
def test_a_folder_of_devices_is_no_camera():
    with pytest.raises(CameraError, match="is no camera"):
        open_live("/dev/shm")


@pytest.fixture
def device():
    """Return a real character device of no driver, which nobody but root may use, in a folder all may enter."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "video3")
        path.parent.chmod(0o755)
        try:
            os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(81, 250))
        except (AttributeError, PermissionError):
            pytest.skip("only root may make devices")
        yield path


@pytest.fixture
def as_nobody():
    """Be a user without rights."""
    if not hasattr(os, "seteuid") or os.geteuid() != 0:
        pytest.skip("only root may become somebody else")
    os.seteuid(65534)
    yield
    os.seteuid(0)


@on_linux
def test_a_camera_of_somebody_else_advises_the_group(device, request):
    request.getfixturevalue("as_nobody")  # after the device was made
    with pytest.raises(CameraError, match="usermod -aG video"):
        open_live(str(device))
    assert find_cameras(device.parent) == []


def test_a_file_in_somebody_elses_folder_says_permission(clip, request):
    request.getfixturevalue("as_nobody")  # after the clip was made
    with pytest.raises(UnreadableSourceError, match="may not be read by this user"):
        open_live(str(clip))


@on_linux
def test_a_device_without_driver_gives_no_picture(device):
    with pytest.raises(CameraError, match="another program"):
        open_live(str(device))


@on_linux
def test_cameras_are_listed_with_their_names_and_without_their_side_devices(tmp_path):
    devices, facts = tmp_path / "dev", tmp_path / "facts"
    devices.mkdir()
    for name, index, called in [
        ("video10", "0", "Desk"),
        ("video2", "0", "Lid"),
        ("video3", "1", "Lid"),
        ("videox", "0", ""),
    ]:
        (devices / name).touch()
        (facts / name).mkdir(parents=True)
        (facts / name / "index").write_text(f"{index}\n")
        (facts / name / "name").write_text(f"{called}\n")
    (devices / "video11").touch()
    cameras = find_cameras(devices, facts)
    assert cameras == [
        Camera(2, str(devices / "video2"), "Lid"),
        Camera(10, str(devices / "video10"), "Desk"),
        Camera(11, str(devices / "video11")),
    ]
    assert str(cameras[0]) == f"{devices / 'video2'} (Lid)"
    assert find_cameras(tmp_path / "none") == []


@on_linux
def test_opencv_without_its_system_library_names_the_packages(tmp_path, monkeypatch):
    (tmp_path / "cv2.py").write_text("raise ImportError('libGL.so.1: cannot open shared object file')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "cv2", raising=False)
    with pytest.raises(MissingSystemPartError, match="does not load") as error:
        open_live("0")
    assert "libGL.so.1" in str(error.value)
    assert "sudo apt-get install -y libgl1 libglib2.0-0" in str(error.value)


def test_a_file_is_played_without_opencv(clip):
    code = (
        "import sys; sys.modules['cv2'] = None\n"
        "from posture_coach.pose.camera import open_live\n"
        "with open_live(sys.argv[1]) as live: print(live.read(5).size)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(clip)],
        capture_output=True, text=True, check=False, timeout=60, cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("(128, 96)\n", "")
