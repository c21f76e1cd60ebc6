"""One video or photo: from its pictures to an assessment, with everything that makes its numbers doubtful."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from posture_coach.activity.gait import around
from posture_coach.activity.gait_speed import NO_RULER, Ruler
from posture_coach.activity.types import Activity
from posture_coach.batch.baseline import Stretch, within
from posture_coach.batch.doubts import doubts
from posture_coach.batch.place import of_place
from posture_coach.errors import DataError, PictureError
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.baseline import neutral
from posture_coach.measures.calibration import Camera, UprightFrom
from posture_coach.measures.definitions import NAMES
from posture_coach.measures.legs import untangled
from posture_coach.measures.measurer import Baseline
from posture_coach.measures.stand import stand_of
from posture_coach.pose.album import Album
from posture_coach.pose.checks import upside_down
from posture_coach.pose.files import open_file
from posture_coach.pose.follow import Follower
from posture_coach.pose.landmarker import Landmarker, mode_for
from posture_coach.pose.lookout import Sight
from posture_coach.pose.passes import look_again
from posture_coach.pose.roster import Choice, Roster
from posture_coach.pose.second_look import in_the_mirror, together
from posture_coach.pose.smoothing import smoothed
from posture_coach.pose.sources import Kind, ReadReport, SourceInfo
from posture_coach.pose.still import moved
from posture_coach.pose.types import Bools, Model, PoseSeries, Stack
from posture_coach.scoring.assess import Assessment, Assessor
from posture_coach.scoring.targets import Targets, shipped_targets
from posture_coach.store.files.profiles import Profile

CM_PER_M = 100.0
MOST_OF_ITSELF = 0.5
"""Of the pictures, that may be the own upright of the others."""
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
        Seconds of each clip, a baseline made before, or what was taken at a place; None: none.
    rotate
        Degrees clockwise, one of 0, 90, 180, 270.
    person
        Who is measured where several people are in view.
    targets
        What is held against; None: the shipped ones.
    height_cm
        The person's, for the speed of a walk; None: not told.
    """

    model: Model = Model.FULL
    fps: float | None = None
    baseline: Stretch | Baseline | Profile | None = None
    mirror: bool = False
    rotate: int = 0
    person: Choice = "largest"
    targets: Targets | None = None
    height_cm: float | None = None

    def told(self) -> dict[str, Any]:
        """Return what a summary keeps of it, so that the analysis can be repeated."""
        own = self.baseline
        baseline: Any = [own.start_s, own.end_s] if isinstance(own, Stretch) else "another recording" if own else None
        if isinstance(own, Profile):
            baseline = f"place {own.place}, taken {own.taken_at.isoformat(timespec='seconds')}"
        return {
            "fps": self.fps, "mirror": self.mirror, "rotate": self.rotate, "baseline": baseline, "person": self.person,
            "height_cm": self.height_cm,
        }  # fmt: skip


@dataclass(slots=True)
class Analysis:
    """What came of one input.

    Parameters
    ----------
    complete
        False where the source gave less than it declared.
    source
        What is told of it in the summary.
    raw
        The poses before they were smoothed.
    camera
        How it stood.
    ruler
        What gives a walk its scale.
    """

    assessment: Assessment
    complete: bool
    source: dict[str, Any]
    raw: PoseSeries
    camera: Camera
    warnings: list[str] = field(default_factory=list)
    ruler: Ruler = NO_RULER


def analyse(path: Path, settings: Settings, progress: Progress = lambda _: None) -> Analysis:
    """Analyse one file.

    Raises
    ------
    SourceError
        No picture comes out of it.
    PictureError
        The pictures are upside down, or the person who was asked for is not in them.
    ModelError
        The pose network does not start.
    MissingSystemPartError
        OpenCV does not load, or what a HEIC photo needs.
    """
    found = _found(path, settings, progress)
    report = found.report
    if upside_down(found.series):
        raise PictureError(f"{path.name}: the person is head down. Turn the picture with --rotate 180 and run again.")
    warnings = [*report.reasons, *report.warnings]
    baseline, camera = _held_against(settings, found, warnings)
    camera = camera.at(found.series.width, found.series.height)
    targets = settings.targets or shipped_targets(NAMES)
    assessment = Assessor(shipped_accuracy(), targets, baseline, camera).push(found.series)
    if (moving := around(_moves(assessment), found.series.time_s)).any():
        found = _looked_again(path, settings, found, moving, progress)
        assessment = Assessor(shipped_accuracy(), targets, baseline, camera).push(found.series)
    assessment = replace(assessment, person=found.roster.number)
    warnings += doubts(assessment, found.sights, baseline, found.roster)
    about = _about(path, found) | {"camera": _told_camera(camera)}
    said = [as_text(words) for words in warnings]
    return Analysis(assessment, not report.partial, about, found.raw, camera, said, _ruler(settings, found.album))


def _ruler(settings: Settings, album: Album) -> Ruler:
    """Return what gives a walk its scale; whether the camera moved is asked only where there is one."""
    if settings.height_cm is None:
        return NO_RULER
    return Ruler(settings.height_cm / CM_PER_M, camera_moved=moved(album.pictures, album.people_px))


def _held_against(settings: Settings, found: _Found, warnings: list[str]) -> tuple[Baseline | None, Camera]:
    """Settle the own upright and the camera, and add to the warnings what is to be said of them."""
    own = settings.baseline
    camera, said = stand_of(found.album, found.info)
    warnings += said
    if isinstance(own, Profile):
        baseline, camera, said = of_place(
            own, found.series, found.info, camera, mirror=settings.mirror, rotate=settings.rotate
        )  # fmt: skip
        warnings += said
        return baseline, camera
    if isinstance(own, Stretch):
        return _own_baseline(found.series, own, camera, warnings), camera
    return (replace(own, same_recording=False) if own is not None else None), camera


def upright_of(path: Path, settings: Settings) -> Baseline:
    """Take the person's own upright from a recording of it; of several people the largest's.

    Raises
    ------
    DataError
        Nobody is in it.
    SourceError, PictureError, ModelError, MissingSystemPartError
        As for `analyse`; the picture, where the person is head down.
    """
    found = _found(path, replace(settings, person="largest"), lambda _: None)
    if upside_down(found.series):
        raise PictureError(f"{path.name}: the person is head down. Turn the picture upright and take it again.")
    camera, _ = stand_of(found.album, found.info)
    return neutral(found.series, shipped_accuracy(), path.name, camera)


def named(path: Path) -> str:
    """Return a file's name as it can be written anywhere: bytes that are not text become question marks."""
    return as_text(path.name or str(path))  # a folder may be typed as a dot


def as_text(words: str) -> str:
    """Return words that may hold a file's name as they can be written anywhere."""
    return words.encode("utf-8", "replace").decode("utf-8")


def unread(path: Path) -> dict[str, Any]:
    """Tell in the summary of a source from which nothing came."""
    try:
        # A pipe or a device would be read for ever.
        digest = _sha256(path) if path.is_file() else None
    except (OSError, ValueError):  # not permitted; a zero byte in the name
        digest = None
    nothing = dict.fromkeys(("start_s", "duration_s", "frames_declared"))
    return {"name": named(path), "sha256": digest, "frames_read": 0, **nothing}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _about(path: Path, found: _Found) -> dict[str, Any]:
    info, report = found.info, found.report
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
        "frames_looked_at_twice": found.twice,
    }


def _told_camera(camera: Camera) -> dict[str, Any]:
    """Return what a summary keeps of how the camera stood."""
    known = camera.known_from is not UprightFrom.ASSUMED
    return {
        "known_from": camera.known_from.value,
        "roll_deg": round(camera.roll_deg, 3) if known else None,
        "pitch_deg": round(camera.pitch_deg, 3) if known and not math.isnan(camera.pitch_err_deg) else None,
    }


@dataclass(frozen=True, slots=True)
class _Found:
    """What reading one input gave: the poses smoothed, and raw as they were before; left and right are put right.

    Parameters
    ----------
    twice
        Pictures that were looked at a second time.
    """

    series: PoseSeries
    raw: PoseSeries
    sights: list[Sight]
    roster: Roster
    info: SourceInfo
    report: ReadReport
    album: Album
    twice: int = 0


def _found(path: Path, settings: Settings, progress: Progress) -> _Found:
    """Find the person in all pictures, beginning anew where it is only known later who is meant."""
    found = _passed(path, settings, progress, settings.person)
    if found.roster.late:
        found = _passed(path, settings, progress, found.roster.begun_again())
    if found.roster.waits:
        most = found.roster.most
        there = f"{most} at most were seen at once" if most else "nobody was seen"
        raise PictureError(
            f"{path.name}: there is no person {settings.person}, {there}. Choose with --person largest, centre, or a "
            "smaller number."
        )
    return found


def _passed(path: Path, settings: Settings, progress: Progress, person: Choice | Roster) -> _Found:
    done, sights = count(1), list[Sight]()
    album = Album()
    with open_file(path, fps=settings.fps, mirror=settings.mirror, rotate=settings.rotate) as source:
        rate_hz = source.info.rate_hz
        mode = mode_for(min(rate_hz, settings.fps) if rate_hz and settings.fps else rate_hz)
        stack = Stack(mode, settings.model, (source.info.width, source.info.height))
        # A photo has no next picture that could even out what the network gets wrong.
        how = look_again if source.info.kind is Kind.PHOTO else Landmarker.find
        with Follower(settings.model, mode, person, how=how) as follower:
            for frame in source:
                pose = follower.find(frame)
                album.show(frame, pose)
                stack.push(pose, frame)
                if follower.sight is not None and follower.sight not in sights[-1:]:
                    sights.append(follower.sight)
                progress(next(done))
                if follower.roster.late:
                    break
            follower.roster.settle()
            roster = follower.roster
        seen = stack.series()
        mixed = np.array([roster.mixed(time_s) for time_s in seen.time_s.tolist()], dtype=np.bool_)
        series = untangled(seen.without(mixed) if mixed.any() else seen)
        return _Found(smoothed(series), series, sights, roster, source.info, source.report, album)


def _moves(assessment: Assessment) -> Bools:
    """Return (n,) where a second look is worth its time.

    A limp is told by hundredths of a second, and one foot told too early in every step would make one; and nowhere
    does the network err more than in exercises. Who is still is told by many pictures, and sits there for hours.
    """
    return np.asarray(np.isin(assessment.activity.astype(str), [Activity.WALKING, Activity.EXERCISING]))


def _looked_again(path: Path, settings: Settings, found: _Found, where: Bools, progress: Progress) -> _Found:
    """Look at some of the pictures once more, in the mirror."""
    done = count(len(found.raw) + 1)
    with open_file(path, fps=settings.fps, mirror=settings.mirror, rotate=settings.rotate) as source:
        again = in_the_mirror(source, found.raw, where, lambda: progress(next(done)))
    raw = together(found.raw, again)
    return replace(found, series=smoothed(raw), raw=raw, twice=int(where.sum()))


def _own_baseline(series: PoseSeries, stretch: Stretch, camera: Camera, warnings: list[str]) -> Baseline | None:
    where = f"seconds {stretch.start_s:g} to {stretch.end_s:g}"
    part = within(series, stretch)
    if len(part) > MOST_OF_ITSELF * len(series):
        warnings.append(
            f"No baseline: {where} are all or most of this, which would be held against itself. Choose fewer seconds, "
            "or name a photo or video of the person upright."
        )
        return None
    try:
        return neutral(part, shipped_accuracy(), where, camera)
    except DataError as why:
        warnings.append(str(why))
        return None
