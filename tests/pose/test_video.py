"""Videos: every frame once and in order, upright, at its own time, and what is missing is said."""

from __future__ import annotations

import gc
import http.server
import itertools
import os
import shutil
import subprocess
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.stream import Disposition
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.errors import SourceError, SourceNotFoundError, UnreadableSourceError
from posture_coach.pose.files import kind_of, open_file
from posture_coach.pose.sources import Grid, Kind, Stamps, Turn, is_url, without_password
from posture_coach.pose.video import open_stream, open_video

WIDTH, HEIGHT, BLOCK = 128, 96, 16
TICKS = 1000
"""Time stamps are given in milliseconds."""
RED_CORNER = (80, 8)
"""Row and column inside the red block at the bottom left."""


def numbered(number, width=WIDTH, height=HEIGHT):
    """Draw a number as eight black or white blocks along the top, and a red block at the bottom left."""
    image = np.full((height, width, 3), 90, dtype=np.uint8)
    for bit in range(8):
        image[:32, bit * BLOCK : (bit + 1) * BLOCK] = 255 if number >> bit & 1 else 0
    image[64:96, :32] = (220, 20, 20)
    return image


def number_in(image):
    """Read the number back."""
    return sum(1 << bit for bit in range(8) if image[4:28, bit * BLOCK + 4 : (bit + 1) * BLOCK - 4].mean() > 128)


def is_red(image, row, column):
    red, green, blue = (int(v) for v in image[row, column])
    return red > 150 and green < 90 and blue < 90


def make_clip(
    path,
    stamps_ms,
    codec="libx264",
    pix_fmt="yuv420p",
    shape=None,
    rotation=0,
    rate=25,
    sound_s=0.0,
    numbers=None,
    title="",
    **options,
):
    """Write numbered frames with these time stamps."""
    with av.open(str(path), "w", options={k: v for k, v in options.items() if k == "movflags"}) as out:
        out.metadata.update({"title": title} if title else {})
        stream = out.add_stream(codec, rate=rate, options={"g": "5", "bf": "0"} if codec == "libx264" else {})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, pix_fmt
        # These have no time stamps, only a rate.
        stream.time_base = stream.codec_context.time_base = Fraction(
            1, rate if path.suffix in (".avi", ".h264") else TICKS
        )
        if shape:
            stream.sample_aspect_ratio = stream.codec_context.sample_aspect_ratio = shape
        if rotation:
            stream.set_display_rotation(rotation)
        sound = out.add_stream("aac", rate=8000) if sound_s else None
        for number, ms in zip(numbers or itertools.count(), stamps_ms, strict=False):
            frame = av.VideoFrame.from_ndarray(numbered(number), format="rgb24")
            frame.pts, frame.time_base = ms, Fraction(1, TICKS)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
        if sound:
            silence = av.AudioFrame.from_ndarray(np.zeros((1, int(8000 * sound_s)), np.float32), "fltp", "mono")
            silence.sample_rate = 8000
            out.mux(sound.encode(silence))
            out.mux(sound.encode())
    return path


def every(ms, count):
    return [ms * i for i in range(count)]


def read(path, **options):
    with open_video(path, **options) as video:
        frames = list(video)
    return frames, video.info, video.report


def decoders():
    return [t for t in threading.enumerate() if t.name == "video decoder"]


def wait_until(what, seconds=5.0):
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.01)
    return what()


# Every frame, in order, with its own time


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [
        ("a.mp4", "libx264", "yuv420p"),
        ("a.mkv", "libx264", "yuv420p"),
        ("a.mov", "libx265", "yuv420p"),
        ("a.mp4", "libx265", "yuv420p10le"),
        ("a.webm", "libvpx-vp9", "yuv420p"),
        ("a.avi", "mjpeg", "yuvj420p"),
        ("a.gif", "gif", "rgb8"),
    ],
)
def test_every_container_gives_all_frames_in_order(tmp_path, name, codec, pix_fmt):
    frames, info, report = read(make_clip(tmp_path / name, every(40, 50), codec, pix_fmt, rate=25))
    assert [number_in(f.image) for f in frames] == list(range(50))
    assert [f.index for f in frames] == list(range(50))
    assert [f.time_s for f in frames] == pytest.approx([0.04 * i for i in range(50)], abs=0.006)
    assert (info.kind, info.width, info.height) == (Kind.VIDEO, WIDTH, HEIGHT)
    assert info.rate_hz == pytest.approx(25, rel=0.02)
    assert info.frames_expected == pytest.approx(50, abs=1)
    assert (report.frames_read, report.reasons, report.warnings) == (50, (), ())
    assert not report.partial
    assert report.duration_s == pytest.approx(2.0, abs=0.02)


def test_frames_are_rgb_bytes_in_one_piece(tmp_path):
    frames, _, _ = read(make_clip(tmp_path / "a.mp4", every(40, 3)))
    image = frames[0].image
    assert (image.dtype, image.shape, image.flags.c_contiguous) == (np.uint8, (HEIGHT, WIDTH, 3), True)
    assert is_red(image, *RED_CORNER)


def test_variable_frame_rate_keeps_its_own_times(tmp_path):
    stamps = [0, 33, 66, 166, 180, 700, 733, 1400]
    frames, _, report = read(make_clip(tmp_path / "a.mp4", stamps))
    assert [f.time_s for f in frames] == pytest.approx([s / 1000 for s in stamps], abs=1e-3)
    assert not report.partial


def test_time_counts_from_the_first_frame_and_the_start_is_kept(tmp_path):
    frames, info, report = read(make_clip(tmp_path / "a.mkv", [1500 + t for t in every(40, 30)]))
    assert (frames[0].time_s, info.start_s) == (0.0, 1.5)
    assert frames[-1].time_s == pytest.approx(29 * 0.04)
    assert info.frames_expected == pytest.approx(30, abs=1)
    assert not report.partial


def test_a_stream_without_time_stamps_uses_its_rate_and_says_so(tmp_path):
    frames, info, report = read(make_clip(tmp_path / "a.h264", every(100, 20), rate=10))
    assert info.rate_hz == 10
    assert [f.time_s for f in frames] == pytest.approx([0.1 * i for i in range(20)], abs=1e-6)
    assert (report.repaired, info.frames_expected) == (20, None)
    assert "20" in report.warnings[0]
    assert not report.partial


def test_two_joined_recordings_follow_each_other(tmp_path):
    piece = make_clip(tmp_path / "a.ts", every(40, 50), rate=25).read_bytes()
    (tmp_path / "twice.ts").write_bytes(piece + piece)
    frames, _, report = read(tmp_path / "twice.ts")
    assert [number_in(f.image) for f in frames] == [*range(50), *range(50)]
    assert [f.time_s for f in frames] == pytest.approx([0.04 * i for i in range(100)], abs=1e-3)
    assert report.repaired == 1


# Time stamps and the choice of frames, alone


def stamped(seconds, interval_s=0.1):
    stamps = Stamps(interval_s)
    return [stamps.next_s(None if s is None else Fraction(s).limit_denominator(10**6)) for s in seconds], stamps


def test_equal_backward_and_missing_stamps_are_repaired_without_moving_the_good_ones():
    times, stamps = stamped([5.0, 5.1, 5.1, 5.2, 5.15, 5.3, None, 5.5])
    assert times == pytest.approx([0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5])
    assert (stamps.repaired, stamps.start_s) == (3, 5.0)


@given(st.lists(st.one_of(st.none(), st.floats(-100, 100)), min_size=1, max_size=60))
def test_whatever_the_stamps_time_grows_from_zero(seconds):
    times, _ = stamped(seconds)
    assert times[0] == 0.0
    assert all(b > a for a, b in itertools.pairwise(times))


def taken(fps, times):
    grid = Grid(fps)
    return [i for i, t in enumerate(times) if grid.takes(t)]


@pytest.mark.parametrize("round_to", [None, 3, 2])
def test_a_lower_rate_takes_every_third_also_where_stamps_are_rounded(round_to):
    times = [i / 30 if round_to is None else round(i / 30, round_to) for i in range(300)]
    assert taken(None, times) == taken(30, times) == list(range(300))
    assert taken(10, times) == list(range(0, 300, 3))


@given(st.lists(st.floats(0.001, 0.5), min_size=1, max_size=200), st.floats(0.5, 60))
def test_never_more_frames_than_asked_for(steps, fps):
    times = list(itertools.accumulate(steps, initial=0.0))
    assert len(taken(fps, times)) <= times[-1] * fps + 2


def test_after_a_gap_the_first_frame_is_taken_and_the_grid_stays():
    assert taken(1, [0.0, 0.5, 1.0, 3.7, 3.9, 4.0, 4.5, 5.0]) == [0, 2, 3, 5, 7]


def test_fps_keeps_the_index_and_time_of_the_file(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", [round(1000 * i / 30) for i in range(30)])
    frames, _, report = read(clip, fps=10)
    assert [f.index for f in frames] == [number_in(f.image) for f in frames] == list(range(0, 30, 3))
    assert frames[1].time_s == pytest.approx(0.1, abs=1e-3)
    assert (report.frames_read, report.partial) == (30, False)


@pytest.mark.parametrize("fps", [0, -1, float("nan"), float("inf")])
def test_an_impossible_rate_is_refused(tmp_path, fps):
    with pytest.raises(ValueError, match="fps"):
        open_video(make_clip(tmp_path / "a.mp4", every(40, 3)), fps=fps)


# Upright


@pytest.mark.parametrize(("rotation", "corner"), [(90, (120, 80)), (180, (16, 120)), (-90, (8, 16))])
def test_the_files_own_rotation_is_applied(tmp_path, rotation, corner):
    """Counter-clockwise: the bottom left corner goes to the bottom right first."""
    frames, info, report = read(make_clip(tmp_path / "a.mp4", every(40, 5), rotation=rotation))
    assert is_red(frames[-1].image, *corner)
    assert frames[0].size == (info.width, info.height) == ((HEIGHT, WIDTH) if rotation % 180 else (WIDTH, HEIGHT))
    assert frames[0].image.flags.c_contiguous
    assert not report.partial


@pytest.mark.parametrize(("rotate", "corner"), [(90, (8, 16)), (180, (16, 120)), (270, (120, 80))])
def test_the_users_rotation_is_clockwise(tmp_path, rotate, corner):
    frames, info, _ = read(make_clip(tmp_path / "a.mp4", every(40, 2)), rotate=rotate)
    assert is_red(frames[0].image, *corner)
    assert frames[0].size == (info.width, info.height)


def test_rotations_add_up_and_mirroring_comes_last(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", every(40, 2), rotation=90)
    frames, _, _ = read(clip, rotate=90)
    assert number_in(frames[0].image) == 0
    assert is_red(frames[0].image, *RED_CORNER)
    frames, _, _ = read(clip, rotate=90, mirror=True)
    assert is_red(frames[0].image, RED_CORNER[0], WIDTH - RED_CORNER[1])
    assert frames[0].image.flags.c_contiguous


def test_a_rotation_between_quarters_is_refused():
    with pytest.raises(ValueError, match="45"):
        Turn(rotate=45)


def test_pixels_that_are_not_square_are_made_square(tmp_path):
    frames, info, _ = read(make_clip(tmp_path / "a.mp4", every(40, 3), shape=Fraction(3, 2)))
    assert frames[0].size == (info.width, info.height) == (192, HEIGHT)
    assert is_red(frames[0].image, 80, 40)


def test_nearly_square_pixels_are_left_alone(tmp_path):
    _, info, _ = read(make_clip(tmp_path / "a.mp4", every(40, 3), shape=Fraction(251, 250)))
    assert info.width == WIDTH


# What is missing is said


def with_a_damaged_middle(path):
    data = bytearray(make_clip(path, every(40, 60)).read_bytes())
    start = data.index(b"mdat") + 4
    middle = start + (data.index(b"moov") - start) // 2
    data[middle : middle + 600] = np.random.default_rng(7).bytes(600)
    path.write_bytes(data)
    return path


def test_a_damaged_middle_is_passed_over_and_counted(tmp_path):
    frames, _, report = read(with_a_damaged_middle(tmp_path / "a.mp4"))
    assert number_in(frames[-1].image) == 59
    assert report.damaged > 0
    assert report.partial
    assert any(f"damaged pieces: {report.damaged}" in reason for reason in report.reasons)


def test_a_cut_matroska_file_is_partial(tmp_path):
    clip = make_clip(tmp_path / "a.mkv", every(40, 100))
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size * 6 // 10])
    _, info, report = read(clip)
    assert 0 < report.frames_read < 90
    assert info.declared_s == pytest.approx(4.0, abs=0.05)
    assert any("declared 4.0 s" in reason for reason in report.reasons)


def test_a_cut_mp4_with_its_index_in_front_is_partial(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", every(40, 100), movflags="faststart")
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size * 6 // 10])
    _, _, report = read(clip)
    assert report.frames_declared == 100
    assert f"{report.frames_read} of 100 declared frames could be decoded" in report.reasons


@pytest.mark.parametrize(("name", "declared_s"), [("a.mkv", 2.0), ("a.flv", 2.9)])
def test_sound_that_runs_on_is_no_missing_picture(tmp_path, name, declared_s):
    _, info, report = read(make_clip(tmp_path / name, every(40, 50), sound_s=2.9))
    assert info.declared_s == pytest.approx(declared_s, abs=0.2)
    assert report.duration_s == pytest.approx(2.0, abs=0.05)
    assert not report.partial


def test_frames_hidden_by_a_trim_are_not_missing(tmp_path):
    clip, trimmed = make_clip(tmp_path / "a.mp4", every(40, 50)), tmp_path / "trimmed.mp4"
    with av.open(str(clip)) as source, av.open(str(trimmed), "w") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                # What lies before zero goes into an edit list, as phones do when a clip is trimmed.
                packet.pts, packet.dts = packet.pts - 3 * packet.duration, packet.dts - 3 * packet.duration
                packet.stream = stream
                out.mux(packet)
    frames, _, report = read(trimmed)
    assert (len(frames), report.frames_declared) == (47, 50)
    assert number_in(frames[0].image) == 3
    assert not report.partial


def test_frames_of_another_size_are_left_out(tmp_path):
    small = tmp_path / "small.h264"
    with av.open(str(small), "w") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(10):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")))
        out.mux(stream.encode())
    clip = make_clip(tmp_path / "a.h264", every(40, 20), rate=25)
    clip.write_bytes(clip.read_bytes() + small.read_bytes())
    frames, _, report = read(clip)
    assert {f.size for f in frames} == {(WIDTH, HEIGHT)}
    assert (len(frames), report.frames_read, report.resized) == (20, 20, 10)
    assert any("size" in reason and "10" in reason for reason in report.reasons)


def test_stopping_early_is_partial(tmp_path):
    with open_video(make_clip(tmp_path / "a.mp4", every(40, 60))) as video:
        next(iter(video))
    assert video.report.reasons == ("reading was stopped before the end",)


# Nothing to read


def text(path):
    path.write_text("this is not a video\n" * 40)


def empty(path):
    path.touch()


def no_index(path):
    make_clip(path, every(40, 20))
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"moov") - 4])


def only_sound(path):
    with av.open(str(path), "w", format="mp4") as out:
        stream = out.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), "fltp", "mono")
        frame.sample_rate = 8000
        out.mux(stream.encode(frame))
        out.mux(stream.encode())


def sound_with_a_cover(path):
    with av.open(str(path), "w", format="mp4") as out:
        stream, cover = out.add_stream("aac", rate=8000), out.add_stream("mjpeg")
        cover.width, cover.height, cover.pix_fmt = WIDTH, HEIGHT, "yuvj420p"
        cover.time_base = Fraction(1, 25)
        cover.disposition = Disposition.attached_pic
        out.mux(cover.encode(av.VideoFrame.from_ndarray(numbered(1), format="rgb24")))
        out.mux(cover.encode())
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), "fltp", "mono")
        frame.sample_rate = 8000
        out.mux(stream.encode(frame))
        out.mux(stream.encode())


def no_picture(path):
    make_clip(path, every(40, 20))
    data = bytearray(path.read_bytes())
    start, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    data[start:end] = bytes(end - start)
    path.write_bytes(data)


def folder(path):
    path.mkdir()


def pipe(path):
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "says", "advises"),
    [
        (text, "is not a video", "video player"),
        (empty, "is empty", "Copy it again"),
        (no_index, "has no index", "Copy it again"),
        (only_sound, "only sound", "Give a recording"),
        (sound_with_a_cover, "only sound", "Give a recording"),
        (no_picture, "no picture could be decoded", "video player"),
        (folder, "is a folder", "Name the videos"),
        pytest.param(
            pipe, "not an ordinary file", "Give a video", marks=pytest.mark.skipif(os.name == "nt", reason="no pipes")
        ),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_gives_no_picture_says_why_and_what_to_do(tmp_path, make, says, advises):
    path = tmp_path / "clip.mp4"
    make(path)
    with pytest.raises(UnreadableSourceError, match=says) as error:
        open_file(path)
    assert advises in str(error.value)
    assert str(path) in str(error.value)
    assert decoders() == []


@pytest.mark.parametrize("name", ["none.mp4", "no/such/folder/a.mp4", "zero\0byte.mp4", "x" * 5000])
def test_a_missing_file_is_not_found(tmp_path, name):
    with pytest.raises(SourceNotFoundError, match="There is no file"):
        open_file(str(tmp_path / name))


def test_an_address_is_not_taken_for_a_file():
    with pytest.raises(SourceError, match="can only be watched live") as error:
        open_file("rtsp://me:secret@camera/1")
    assert "secret" not in str(error.value)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="no user ids on this system")
def test_a_file_of_somebody_else_says_permission(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", every(40, 3))
    clip.chmod(0)
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    try:
        with pytest.raises(UnreadableSourceError, match="may not be read by this user"):
            open_file(clip)
    finally:
        os.seteuid(me)


def test_a_playlist_does_not_reach_the_network(tmp_path, server):
    address, asked = server(tmp_path)
    playlist = tmp_path / "list.mp4"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{address}/a.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(UnreadableSourceError):
        open_video(playlist)
    assert asked == []


# Names


@pytest.mark.parametrize(
    "name", ["a:b.mp4", "-i.mp4", 'it\'s "x".mp4', "two\nlines.mp4", "körper 体.mp4", "50%03d.mp4"]
)
def test_any_file_name_opens(tmp_path, monkeypatch, name):
    if os.name == "nt" and set(name) & set(':"\n'):
        pytest.skip("not a file name on Windows")
    shutil.copy(make_clip(tmp_path / "plain.mp4", every(40, 4)), tmp_path / name)
    monkeypatch.chdir(tmp_path)
    with open_file(name) as source:
        assert len(list(source)) == 4


def test_a_name_that_is_no_text_opens(tmp_path):
    clip = make_clip(tmp_path / "plain.mp4", every(40, 4))
    path = os.fsencode(tmp_path) + b"/caf\xe9.mp4"
    try:
        shutil.copy(os.fsencode(clip), path)
    except OSError:
        pytest.skip("this file system takes text only")
    assert len(read(os.fsdecode(path))[0]) == 4


def in_latin_1(clip):
    """Write the title TITLE as old cameras and programs do."""
    clip.write_bytes(clip.read_bytes().replace(b"TITLE", "Übung".encode("latin-1")))
    return clip


def test_a_title_that_is_no_utf_8_is_no_hindrance(tmp_path):
    clip = in_latin_1(make_clip(tmp_path / "a.avi", every(40, 4), "mjpeg", "yuvj420p", title="TITLE"))
    assert "Übung".encode("latin-1") in clip.read_bytes()
    assert [number_in(frame.image) for frame in read(clip)[0]] == [0, 1, 2, 3]


def test_nor_is_the_title_of_a_stream(tmp_path, server):
    in_latin_1(make_clip(tmp_path / "a.mkv", every(40, 4), title="TITLE"))
    address, _ = server(tmp_path)
    with open_stream(f"{address}/a.mkv") as video:
        assert len(list(video)) == 4


def test_kind_goes_by_content_not_by_name(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", every(40, 3))
    assert kind_of(clip.rename(tmp_path / "a.jpg")) is Kind.VIDEO
    assert kind_of(make_clip(tmp_path / "a.gif", every(40, 3), "gif", "rgb8")) is Kind.VIDEO
    assert kind_of(make_clip(tmp_path / "a.mjpeg", every(40, 3), "mjpeg", "yuvj420p")) is Kind.VIDEO
    with open_file(tmp_path / "a.jpg") as source:
        assert len(list(source)) == 3


# The thread


def test_leaving_early_frees_the_thread_and_the_file(tmp_path):
    with open_video(make_clip(tmp_path / "a.mp4", every(40, 60))) as video:
        for _ in video:
            break
    assert decoders() == []
    with pytest.raises(RuntimeError, match="once"):
        next(iter(video))


def test_an_error_where_frames_are_used_frees_the_thread(tmp_path):
    def fail(path):
        with open_video(path) as video:
            for frame in video:
                raise LookupError(frame.index)

    with pytest.raises(LookupError, match="0"):
        fail(make_clip(tmp_path / "a.mp4", every(40, 60)))
    assert decoders() == []


def test_an_abandoned_reader_frees_the_thread(tmp_path):
    frames = iter(open_video(make_clip(tmp_path / "a.mp4", every(40, 60))))
    next(frames)
    assert len(decoders()) == 1
    del frames
    gc.collect()
    assert wait_until(lambda: decoders() == [])


def test_decoding_runs_ahead_but_only_a_few_frames(tmp_path):
    with open_video(make_clip(tmp_path / "a.mp4", every(40, 60))) as video:
        frames = iter(video)
        next(frames)
        assert wait_until(lambda: video.report.frames_read >= 4)
        time.sleep(0.2)
        assert video.report.frames_read <= 8


def test_an_error_on_the_thread_reaches_the_reader(tmp_path, monkeypatch):
    with open_video(make_clip(tmp_path / "a.mp4", every(40, 60))) as video:

        def fails(*_args, **_options):
            raise MemoryError("no room for the picture")

        monkeypatch.setattr(Turn, "upright", fails)
        with pytest.raises(MemoryError, match="no room"):
            list(video)
    assert decoders() == []


def test_damage_makes_no_noise_on_stderr(tmp_path):
    clip = make_clip(tmp_path / "a.mp4", every(40, 60))
    data = bytearray(clip.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 400] = np.random.default_rng(7).bytes(400)
    clip.write_bytes(data)
    code = "import sys; from posture_coach.pose.files import open_file\nwith open_file(sys.argv[1]) as s: list(s)"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, str(clip)], capture_output=True, text=True, check=False, cwd=root, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


# Streams


@pytest.fixture
def server():
    """Return a function that serves a folder on this machine and lists what was asked for."""
    running = []

    def serve(directory):
        asked = []

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *args):
                super().__init__(*args, directory=str(directory))

            def log_message(self, *args):
                asked.append(args)

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        return f"http://127.0.0.1:{server.server_port}", asked

    yield serve
    for each in running:
        each.shutdown()
        each.server_close()


def test_a_stream_by_its_address(tmp_path, server):
    make_clip(tmp_path / "a.ts", every(40, 30), rate=25)
    address, _ = server(tmp_path)
    with open_stream(f"{address}/a.ts", mirror=True) as video:
        frames = list(video)
    assert (len(frames), video.info.kind, video.report.partial) == (30, Kind.STREAM, False)
    assert is_red(frames[0].image, RED_CORNER[0], WIDTH - RED_CORNER[1])
    assert video.info.frames_expected is None


def test_a_stream_that_stops_is_no_error(tmp_path, server):
    clip = make_clip(tmp_path / "a.ts", every(40, 60))
    address, _ = server(tmp_path)
    clip.write_bytes(clip.read_bytes()[:-3000])
    with open_stream(f"{address}/a.ts") as video:
        assert 0 < len(list(video)) < 60


def test_a_stream_nobody_answers_says_so_without_the_password(tmp_path, server):
    address, _ = server(tmp_path)
    with pytest.raises(UnreadableSourceError, match="gives no pictures") as error:
        open_stream(address.replace("//", "//me:secret@") + "/none.ts")
    assert "Check the address" in str(error.value)
    assert "secret" not in str(error.value)


def test_an_unknown_scheme_is_refused():
    with pytest.raises(SourceError, match="rtsp"):
        open_stream("file:///etc/passwd")


def test_what_is_an_address():
    assert [is_url(t) for t in ("rtsp://a/b", "HTTP://a", "c:\\a.mp4", "c://a", "a:b.mp4", "0")] == [True] * 2 + [
        False
    ] * 4
    assert without_password("rtsp://me:p%40ss@host:554/a@b") == "rtsp://host:554/a@b"


# Real clips


@pytest.fixture
def real(shared_folder, require):
    return lambda name: require(shared_folder / "real" / name)


@pytest.mark.parametrize(
    ("name", "frames", "duration_s"),
    [
        ("10bit.mp4", 25, 5.0), ("4k.mp4", 15, 3.0), ("h264.mkv", 65, 13.0), ("hevc.mov", 65, 13.0),
        ("mjpeg.avi", 25, 5.0), ("no_faststart.mp4", 65, 13.0), ("one_frame.mp4", 1, 0.2), ("small.gif", 40, 5.0),
        ("vfr.mp4", 49, 12.8), ("vp9.webm", 65, 13.0), ("rot90_metadata.mp4", 65, 13.0),
    ],
)  # fmt: skip
def test_whole_variants_are_whole(real, name, frames, duration_s):
    got, info, report = read(real(f"variants/squats5fps_{name}"))
    assert (len(got), report.reasons, report.warnings) == (frames, (), ())
    assert report.duration_s == pytest.approx(duration_s, abs=0.05)
    assert info.frames_expected == frames


@pytest.mark.parametrize(
    ("name", "frames", "damaged"), [("corrupt_middle.mp4", 63, 3), ("truncated_playable.mkv", 36, 0)]
)
def test_damaged_variants_are_partial(real, name, frames, damaged):
    """Of the three damaged pieces two are lost and one was decoded with gaps."""
    got, _, report = read(real(f"variants/squats5fps_{name}"))
    assert (len(got), report.damaged, report.partial) == (frames, damaged, True)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("audio_only", "only sound"), ("empty_file", "is empty"), ("text_named", "is not a video"),
        ("truncated_no_index", "has no index"), ("zero_frames", "no video track"),
    ],
)  # fmt: skip
def test_unreadable_variants_say_why(real, name, says):
    with pytest.raises(UnreadableSourceError, match=says):
        open_file(real(f"variants/squats5fps_{name}.mp4"))


def test_the_rotated_variant_looks_like_the_original(real):
    rotated, _, _ = read(real("variants/squats5fps_rot90_metadata.mp4"))
    original, _, _ = read(real("exercise/tfjs_squats_front_5fps.mp4"))
    difference = np.abs(rotated[30].image.astype(int) - original[30].image).mean()
    assert difference < 2


def test_a_late_start_is_kept(real):
    frames, info, _ = read(real("variants/walk_offset_start_pts.mp4"))
    assert frames[0].time_s == 0
    assert info.start_s == pytest.approx(1.866, abs=1e-3)


@pytest.mark.parametrize("name", ["walk/sports2d_walk_side_left.mp4", "variants/squats5fps_mjpeg.avi"])
def test_colours_are_those_of_another_decoder(real, name):
    path = real(name)
    other = cv2.VideoCapture(str(path))
    with open_video(path) as video:
        for frame in itertools.islice(video, 3):
            _, image = other.read()
            assert np.abs(frame.image.astype(int) - image[..., ::-1]).mean() < 1
    other.release()


def test_a_single_frame_is_found_by_its_time_from_a_key_frame(tmp_path):
    stamps_ms = [1000 + 40 * i + (7 if i % 3 == 0 else 0) for i in range(23)]
    clip = make_clip(tmp_path / "clip.mp4", stamps_ms)
    with open_file(clip) as source:
        frames = list(source)
    for frame in (frames[0], frames[4], frames[5], frames[13], frames[-1]):
        with open_file(clip) as source:
            found = source.frame_at(frame.time_s, frame.index)
        assert number_in(found.image) == number_in(frame.image) == frame.index
        assert (found.time_s, found.index) == (frame.time_s, frame.index)
    with open_file(clip) as source:
        assert source.frame_at(frames[5].time_s + 0.01, 5) is None, "there is no frame at this time"


def test_a_single_frame_is_looked_for_past_a_damaged_stretch(tmp_path):
    clip = with_a_damaged_middle(tmp_path / "clip.mp4")
    frames, _, _ = read(clip)
    found = []
    for frame in frames[1:]:
        with open_video(clip) as video:
            found.append(video.frame_at(frame.time_s, frame.index))
    same = [
        one is not None and np.array_equal(one.image, frame.image) for one, frame in zip(found, frames[1:], strict=True)
    ]
    lost = [one is None for one in found]
    assert [a or b for a, b in zip(same, lost, strict=True)] == [True] * len(found)
    assert 0 < sum(lost) < 10, "those whose key frame is damaged are found by reading in order alone"


def test_where_a_file_has_nothing_to_jump_by_there_is_no_single_frame(tmp_path):
    with open_video(make_clip(tmp_path / "a.h264", every(100, 20), rate=10)) as video:
        assert video.frame_at(0.5, 5) is None
