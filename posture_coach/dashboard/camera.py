"""The one camera of all tabs: started and stopped with the server, kept from other processes by a lock."""

from __future__ import annotations

from pathlib import Path

from posture_coach.coach.keeping import keeper
from posture_coach.coach.lock import only_one_process
from posture_coach.coach.watch import Watch, Wish
from posture_coach.dashboard.live.message import pack
from posture_coach.errors import PostureCoachError
from posture_coach.pose.camera import find_cameras
from posture_coach.pose.sources import Camera
from posture_coach.resources import samples_folder
from posture_coach.scoring.targets import Targets
from posture_coach.store.files.own_targets import Held, OwnTargets

SAMPLE = "walk_side_rendered.mp4"
VIDEO_NAMES = (".mp4", ".mov", ".mkv", ".webm", ".avi")

_watch: Watch | None = None
_chosen: str | None = None
_place: str | None = None
_keep: bool | None = None


def choose(source: str | None, place: str | None = None, keep: bool | None = None) -> None:
    """Settle what `start` will watch: None is the first camera, or without one a sample; where, and whether to keep."""
    global _chosen, _place, _keep  # the server is one process, and this is its one camera
    _chosen, _place, _keep = source, place, keep


def start() -> None:
    """Begin to watch, as soon as somebody looks."""
    global _watch
    _watch = Watch(
        Wish(_chosen or first_source(), place=_place), pack, only_one_process, lambda who: OwnTargets().held(who),
        keeper(_keep),
    )  # fmt: skip


def stop() -> None:
    """Give the camera back."""
    global _watch
    if _watch is not None:
        _watch.close()
        _watch = None


def watch() -> Watch:
    """Return the watch that all tabs share.

    Raises
    ------
    PostureCoachError
        The server has not started it, or has stopped.
    """
    if _watch is None:
        raise PostureCoachError("The camera is not running. Start the dashboard with `posture-coach`.")
    return _watch


def held() -> Held:
    """Return what is held against: by the watch where it runs, else what the person's file says."""
    standing = _watch.status.held if _watch is not None else None
    return standing if standing is not None else OwnTargets().held()


def hold_against(person: str | None = None) -> None:
    """Read a person's targets anew, and let the watch score against them at once."""
    if _watch is not None:
        _watch.hold_against(person)


def own_targets() -> Targets | None:
    """Return what is held against; None where these are the shipped ones."""
    targets = held().targets
    return targets if targets.own else None


def sources() -> dict[str, str]:
    """Return what can be watched, by what it is called on the page: cameras first, then the samples."""
    found = {f"Camera {camera}": str(camera.path or camera.index) for camera in _cameras()}
    clips = sorted(path for path in samples_folder().iterdir() if path.suffix in VIDEO_NAMES)
    return found | {f"Sample: {path.stem.replace('_', ' ')}": str(path) for path in clips}


def first_source() -> str:
    """Return the first camera, or without one the sample that shows most."""
    cameras = _cameras()
    return str(cameras[0].path or cameras[0].index) if cameras else str(samples_folder() / SAMPLE)


def is_sample(source: str) -> bool:
    """Return whether a source is one of the bundled clips."""
    return Path(source).parent == samples_folder()


def _cameras() -> list[Camera]:
    try:
        return find_cameras()
    except PostureCoachError:  # a system library is missing; the page says so when a camera is asked for
        return []
