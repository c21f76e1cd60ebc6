"""One video or photo: from its pictures to an assessment, with everything that makes its numbers doubtful."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from posture_coach.batch.baseline import Stretch, neutral, within
from posture_coach.errors import DataError, PictureError
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.definitions import NAMES
from posture_coach.measures.measurer import Baseline
from posture_coach.measures.types import View
from posture_coach.pose.checks import SMALL_TRUNK_PX, people_among, person_changes_s, trunk_px, upside_down
from posture_coach.pose.files import open_file
from posture_coach.pose.landmarker import LOOKING_CONFIDENCE, Landmarker, mode_for
from posture_coach.pose.sources import Source
from posture_coach.pose.types import Frame, Mode, Model, Pose, PoseSeries
from posture_coach.scoring.assess import Assessment, Assessor
from posture_coach.scoring.targets import shipped_targets

LOOKS_AT_FIRST, LOOK_EVERY_AT_FIRST_S, LOOK_EVERY_S = 4, 1.0, 2.0
"""How often to look for a second person and for darkness: at 30 pictures a second a fortieth of the work, and more in
the first seconds, which may be all there is."""
DARK_LEVEL = 40.0
"""Mean brightness of 255 below which noise outweighs the person."""

Progress = Callable[[int], None]
"""Called with the number of pictures analysed so far; may raise to stop."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How inputs are analysed; the same for all of a run.

    Parameters
    ----------
    fps
        Analyse at most so many pictures a second; None: all.
    baseline
        Seconds of each clip, or a baseline made before; None: none.
    rotate
        Degrees clockwise, one of 0, 90, 180, 270.
    """

    model: Model = Model.FULL
    fps: float | None = None
    baseline: Stretch | Baseline | None = None
    mirror: bool = False
    rotate: int = 0


@dataclass(slots=True)
class Analysis:
    """What came of one input.

    Parameters
    ----------
    complete
        False where the source gave less than it declared.
    source
        What is told of it in the summary.
    """

    assessment: Assessment
    complete: bool
    source: dict[str, Any]
    warnings: list[str] = field(default_factory=list)


def analyse(path: Path, settings: Settings, progress: Progress = lambda _: None) -> Analysis:
    """Analyse one file.

    Raises
    ------
    SourceError
        No picture comes out of it.
    PictureError
        The pictures are upside down.
    ModelError
        The pose network does not start.
    """
    with open_file(path, fps=settings.fps, mirror=settings.mirror, rotate=settings.rotate) as source:
        series, scene = _poses(source, settings, progress)
        about = _about(path, source)
        report = source.report
    if upside_down(series):
        raise PictureError(f"{path.name}: the person is head down. Turn the picture with --rotate 180 and run again.")
    warnings = [*report.reasons, *report.warnings]
    baseline = settings.baseline
    if isinstance(baseline, Stretch):
        baseline = _own_baseline(series, baseline, warnings)
    assessment = Assessor(shipped_accuracy(), shipped_targets(NAMES), baseline, focal_px=source.info.focal_px).push(
        series
    )
    warnings += _doubts(assessment, scene)
    return Analysis(assessment, not report.partial, about, [as_text(words) for words in warnings])


def poses_of(path: Path, settings: Settings) -> PoseSeries:
    """Find the person in every picture of a file, and nothing more."""
    with open_file(path, fps=settings.fps, mirror=settings.mirror, rotate=settings.rotate) as source:
        return _poses(source, settings, lambda _: None)[0]


def named(path: Path) -> str:
    """Return a file's name as it can be written anywhere: bytes that are not text become question marks."""
    return as_text(path.name)


def as_text(words: str) -> str:
    """Return words that may hold a file's name as they can be written anywhere."""
    return words.encode("utf-8", "replace").decode("utf-8")


def unread(path: Path) -> dict[str, Any]:
    """Tell in the summary of a source from which nothing came."""
    try:
        digest = _sha256(path)
    except (OSError, ValueError):  # not there, not permitted, a folder; a zero byte in the name
        digest = None
    nothing = dict.fromkeys(("start_s", "duration_s", "frames_declared"))
    return {"name": named(path), "sha256": digest, "frames_read": 0, **nothing}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _about(path: Path, source: Source) -> dict[str, Any]:
    info, report = source.info, source.report
    return {
        "name": named(path),
        "sha256": _sha256(path),
        "kind": info.kind.value,
        "width": info.width,
        "height": info.height,
        "start_s": round(info.start_s, 6),
        "duration_s": round(report.duration_s, 6),
        "frames_read": report.frames_read,
        "frames_declared": report.frames_declared,
    }


@dataclass(slots=True)
class _Scene:
    """What the occasional look at the whole picture found."""

    people: list[int] = field(default_factory=list)
    brightness: list[float] = field(default_factory=list)


def _poses(source: Source, settings: Settings, progress: Progress) -> tuple[PoseSeries, _Scene]:
    rate_hz = source.info.rate_hz
    mode = mode_for(min(rate_hz, settings.fps) if rate_hz and settings.fps else rate_hz)
    poses: list[Pose | None] = []
    frames: list[tuple[float, int]] = []
    scene = _Scene()
    next_look_s = 0.0
    size = (0, 0)
    with Landmarker(settings.model, mode) as network, _probe() as probe:
        for frame in source:
            poses.append(network.find(frame))
            frames.append((frame.time_s, frame.index))
            if frame.time_s >= next_look_s:
                size = frame.size
                _look(frame, probe, scene)
                often = len(scene.people) < LOOKS_AT_FIRST
                next_look_s = frame.time_s + (LOOK_EVERY_AT_FIRST_S if often else LOOK_EVERY_S)
            progress(len(frames))
    return PoseSeries.of(poses, frames, size=size, mode=mode, model=settings.model), scene


def _probe() -> Landmarker:
    return Landmarker(Model.LITE, Mode.DETECTED, people=2, confidence=LOOKING_CONFIDENCE)


def _look(frame: Frame, probe: Landmarker, scene: _Scene) -> None:
    scene.people.append(people_among(probe.find_all(frame)))
    scene.brightness.append(float(frame.image[::8, ::8].mean()))


def _own_baseline(series: PoseSeries, stretch: Stretch, warnings: list[str]) -> Baseline | None:
    where = f"seconds {stretch.start_s:g} to {stretch.end_s:g}"
    try:
        return neutral(within(series, stretch), shipped_accuracy(), where)
    except DataError as why:
        warnings.append(str(why))
        return None


def _doubts(result: Assessment, scene: _Scene) -> list[str]:
    """Say what makes the numbers doubtful, in the order of weight."""
    poses = result.poses
    found = poses.detected
    doubts = []
    if np.median(scene.brightness) < DARK_LEVEL:
        doubts.append("the picture is very dark: put a light in front of the person")
    if not found.any():
        return [*doubts, "nobody was seen: is the person in view, large enough and lit?"]
    crowded = sum(count > 1 for count in scene.people)
    if crowded:
        doubts.append(
            f"more than one person in view in {crowded} of {len(scene.people)} looks: "
            "the numbers may belong to either; film one person alone"
        )
    changes = person_changes_s(poses)
    if changes:
        times = ", ".join(f"{t:.1f}" for t in changes[:3])
        doubts.append(f"the skeleton jumps at {times} s, as if to another person: check these numbers")
    if not found.all():
        doubts.append(f"nobody was seen in {(~found).sum()} of {len(found)} pictures")
    if trunk_px(poses) < SMALL_TRUNK_PX:
        doubts.append(f"the person is small, with a trunk of {trunk_px(poses):.0f} pixels: move the camera nearer")
    if (result.measures.view[found] == View.OBLIQUE).mean() > 1 / 2:
        doubts.append("seen from a corner: most angles need a view from the side or from the front; turn the camera")
    if result.assumed[found].mean() > 1 / 2:
        doubts.append("the legs are out of the picture: sitting is assumed, not seen")
    return doubts
