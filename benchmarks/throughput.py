"""Speed of the whole `analyze` chain against the bare loop decode + cvtColor + mp.Image + detect.

    python benchmarks/throughput.py [--clip FILE] [--repeat 3] [--model full] [--rounds 5]

Whole processes, start-up included, alternate in one run, so that what else the machine does hits both alike. Only the
ratios mean anything; the first round warms the file cache and is left out. The clip is played several times over, since
a recording of a minute is a more usual input than one of twenty seconds; `--repeat 1` shows what the start costs.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
CLIP = PROJECT / "sample_videos" / "sit_to_stand_side_rendered.mp4"
PHOTO = PROJECT / "sample_videos" / "sitting_upright.jpg"

BARE = """
import sys, cv2, mediapipe as mp
from mediapipe.tasks.python import BaseOptions, vision
options = vision.PoseLandmarkerOptions(
    base_options=BaseOptions(model_asset_path=sys.argv[2]), running_mode=vision.RunningMode.VIDEO)
video, frames = cv2.VideoCapture(sys.argv[1]), 0
rate = video.get(cv2.CAP_PROP_FPS)
with vision.PoseLandmarker.create_from_options(options) as network:
    while True:
        there, picture = video.read()
        if not there:
            break
        image = mp.Image(image_format=mp.ImageFormat.SRGB, data=cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
        network.detect_for_video(image, round(1000 * frames / rate))
        frames += 1
print(frames)
"""


def bare(clip: Path, model: str) -> list[str]:
    """Return the command of the bare loop."""
    return [sys.executable, "-c", BARE, str(clip), str(PROJECT / "models" / f"pose_landmarker_{model}.task")]


def chain(clips: list[Path], model: str, out: Path, workers: int) -> list[str]:
    """Return the command of the whole chain."""
    inputs = [str(clip) for clip in clips]
    options = ["--model", model, "--out", str(out), "--workers", str(workers), "--json-progress"]
    return [sys.executable, "-m", "posture_coach", "analyze", *inputs, *options]


def repeated(clip: Path, times: int, target: Path) -> Path:
    """Write a clip several times behind each other, its packets unchanged."""
    import av

    with av.open(str(target), "w") as out, av.open(str(clip)) as source:
        stream = out.add_stream_from_template(source.streams.video[0])
        length = source.streams.video[0].duration
        for k in range(times):
            source.seek(0)
            for packet in source.demux(source.streams.video[0]):
                if packet.dts is None:
                    continue
                packet.pts, packet.dts, packet.stream = packet.pts + k * length, packet.dts + k * length, stream
                out.mux(packet)
    return target


def installed() -> dict[str, str]:
    """Return the environment of an installed program, whose byte code is kept from run to run."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def seconds(*commands: list[str]) -> float:
    """Run commands side by side and return how long the last one took."""
    begun = time.perf_counter()
    running = [subprocess.Popen(c, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=installed())
               for c in commands]  # fmt: skip
    codes = [process.wait() for process in running]
    if any(codes):
        raise SystemExit(f"a command failed: {codes}")
    return time.perf_counter() - begun


def compare(name: str, base: list[list[str]], ours: list[list[str]], frames: int, rounds: int) -> None:
    """Alternate the two and print the ratio of their frames per second."""
    ratios, speeds = [], []
    for k in range(rounds + 1):
        # Turn and turn about, so that neither always comes second.
        if k % 2:
            b, o = seconds(*base), seconds(*ours)
        else:
            o, b = seconds(*ours), seconds(*base)
        if k:
            ratios.append(b / o)
            speeds.append((frames / b, frames / o))
    told = ", ".join(f"{r:.2f}" for r in sorted(ratios))
    bare_fps, our_fps = (statistics.median(s[k] for s in speeds) for k in (0, 1))
    print(f"{name:<22} {statistics.median(ratios):5.2f}   ({told})   bare {bare_fps:.0f}, chain {our_fps:.0f} frames/s")


def peak_mb(command: list[str]) -> tuple[float, float]:
    """Return wall seconds and peak memory in MB of one command."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=installed())
    _, code, usage = os.wait4(process.pid, 0)
    if code:
        raise SystemExit(f"{command} failed")
    return time.perf_counter() - begun, usage.ru_maxrss / 1024


def frames_of(clip: Path) -> int:
    """Count the frames of a clip."""
    import av

    with av.open(str(clip)) as video:
        return sum(1 for _ in video.decode(video=0))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clip", type=Path, default=CLIP)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--model", default="full")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    packages = ("posture-coach", "mediapipe", "opencv-python", "av", "numpy")
    print("Python", platform.python_version(), *(f"{name} {version(name)}" for name in packages), sep="  ")
    frames = frames_of(given.clip) * given.repeat
    print(f"{given.clip.name} {given.repeat} times, {frames} frames, {given.model}, tracked, {os.cpu_count()} cores, "
          f"{given.rounds} rounds")  # fmt: skip
    print("\nframes per second, chain / bare loop (median, all rounds)")
    with tempfile.TemporaryDirectory() as folder:
        clip = repeated(given.clip, given.repeat, Path(folder) / f"clip{given.clip.suffix}")
        twin = Path(folder) / f"twin{given.clip.suffix}"
        twin.write_bytes(clip.read_bytes())
        out = Path(folder) / "results"
        one, two = chain([clip], given.model, out, 1), chain([clip, twin], given.model, out, 2)
        loop = bare(clip, given.model)
        compare("one worker", [loop], [one], frames, given.rounds)
        compare("two workers", [loop, bare(twin, given.model)], [two], 2 * frames, given.rounds)
        photo = [peak_mb(chain([PHOTO], given.model, out, 1)) for _ in range(given.rounds)]
        print(f"\nphoto to result        {statistics.median(s for s, _ in photo):.2f} s")
        print(f"peak memory, photo     {max(mb for _, mb in photo):.0f} MB")
        print(f"peak memory, clip      {peak_mb(one)[1]:.0f} MB (one worker)")
        print(f"peak memory, bare loop {peak_mb(loop)[1]:.0f} MB")
    helped = [seconds([sys.executable, "-m", "posture_coach", "--help"]) for _ in range(given.rounds)]
    empty = [seconds([sys.executable, "-c", "pass"]) for _ in range(given.rounds)]
    print(f"--help                 {statistics.median(helped):.2f} s (Python alone {statistics.median(empty):.2f} s)")


if __name__ == "__main__":
    main()
