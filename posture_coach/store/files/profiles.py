"""Places: what was taken of a person and a camera at one place (laptop at home, docked, standing desk), one file each.

A file is TOML that people can read and mend; `calibration/README.md` explains its keys. It holds numbers alone, no
picture. It appears whole or not at all, and what cannot be read is never written over by itself.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import tomli_w

from posture_coach.errors import DataError
from posture_coach.measures.calibration import LEVEL, Camera
from posture_coach.measures.measurer import Baseline
from posture_coach.measures.shrinkage import shrunk
from posture_coach.measures.whereabouts import Where
from posture_coach.pose.types import Mode, Model
from posture_coach.store.files.folder import FOLDER_MODE, data_folder
from posture_coach.store.files.typed_toml import FaultError, built, plain
from posture_coach.store.files.whole import explaining, try_folder, write_whole

if TYPE_CHECKING:
    # Loads the database, which an analysis does without.
    from posture_coach.store.history.records import PlaceKept

SCHEMA_VERSION = 1
ENDING = ".toml"
MAX_NAME = 60
SLUG_BYTES, HASH_DIGITS = 60, 8
STATURE_CM = (80.0, 250.0)
HEAD = "# A place of posture-coach. calibration/README.md of the program explains the keys; no picture is kept.\n"
ANEW = "Take it anew with `posture-coach calibrate --place NAME`, mend the file, or delete it."

_SLUG = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class SeenBy:
    """What pictures came from: angles of two of these do not compare.

    Parameters
    ----------
    source
        The camera's own name where it has one, else its number or device; a file's whole path; an address without
        its password.
    width, height
        Pixels of the pictures as they were measured, turned.
    """

    source: str
    width: int
    height: int
    model: Model
    mode: Mode
    mirror: bool = False
    rotate: int = 0


@dataclass(frozen=True, slots=True)
class Profile:
    """What was taken at one place.

    Parameters
    ----------
    place
        What the person calls it.
    taken_at
        With its time zone.
    seconds
        How long each posture was averaged.
    own
        The person's own upright and slump, as measured.
    spread
        Standard deviation of each measure while the upright was held.
    where
        Where the person was in the picture.
    stature_cm
        Body height, None where it was not given.
    """

    place: str
    taken_at: datetime
    seen_by: SeenBy
    own: Baseline
    where: Where
    seconds: float
    camera: Camera = LEVEL
    spread: Mapping[str, float] = field(default_factory=dict)
    stature_cm: float | None = None
    schema_version: int = SCHEMA_VERSION

    def neutral(self) -> Baseline:
        """Return what later pictures are held against: the own upright, as far as it can be relied on."""
        return shrunk(self.own, self.spread, self.seconds)


def misfit(profile: Profile, seen_by: SeenBy) -> str:
    """Say why a profile does not hold for what is being seen; empty where it does."""
    was = profile.seen_by
    differences = (
        (was.source != seen_by.source, f"of the camera {was.source}, and this is {seen_by.source}"),
        (
            (was.width, was.height) != (seen_by.width, seen_by.height),
            f"from pictures of {was.width}x{was.height}, and these have {seen_by.width}x{seen_by.height}",
        ),
        (was.rotate != seen_by.rotate, f"with pictures turned by {was.rotate}°, and these are by {seen_by.rotate}°"),
        (was.mirror != seen_by.mirror, "with left and right the other way round (--mirror)"),
        (was.model is not seen_by.model, f"with the model {was.model}, whose angles do not mix with {seen_by.model}"),
        (
            was.mode is not seen_by.mode,
            f"from {was.mode} points, whose angles do not mix with {seen_by.mode} ones: the rate of analysis "
            "(--fps) must be 10 or more in both or in neither",
        ),
    )
    why = [words for differs, words in differences if differs]
    return f"The profile {profile.place} was taken {why[0]}." if why else ""


def place_name(typed: str) -> str:
    """Return what somebody typed as a place's name, without what no line of a screen can show.

    Raises
    ------
    DataError
        Nothing is left of it, or it is too long.
    """
    readable = typed.encode("utf-8", "replace").decode("utf-8")
    shown = "".join(c if c.isprintable() else " " for c in unicodedata.normalize("NFC", readable))
    name = " ".join(shown.split())
    if not name or len(name) > MAX_NAME:
        raise DataError(f"A place needs a name of 1 to {MAX_NAME} letters, such as: docked.")
    return name


class Places:
    """The profiles of this user.

    Parameters
    ----------
    folder
        Where they lie; None: in this user's data folder.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or data_folder() / "places"

    def all(self) -> tuple[list[Profile], list[str]]:
        """Return every profile, newest first, and a sentence for every file that is none."""
        profiles, problems = [], []
        for path in sorted(self.folder.glob(f"*{ENDING}")):
            try:
                profiles.append(_read(path))
            except DataError as why:
                problems.append(str(why))
        return sorted(profiles, key=lambda profile: profile.taken_at, reverse=True), problems

    def get(self, place: str) -> Profile:
        """Return the profile of one place.

        Raises
        ------
        DataError
            There is none of that name, or its file is damaged; the message says what to do.
        """
        path = self._path(place)
        if path.exists():
            return _read(path)
        profiles, problems = self.all()
        known = ", ".join(profile.place for profile in profiles)
        there = f"There are: {known}." if known else "There is none yet: take one with `posture-coach calibrate`."
        raise DataError(" ".join([f"There is no place {place_name(place)}. {there}", *problems]))

    def kept(self, place: str) -> PlaceKept:
        """Return what the history refers to a place by.

        Raises
        ------
        DataError
            As `get`.
        """
        from posture_coach.store.history.records import PlaceKept

        profile, path = self.get(place), self._path(place)
        return PlaceKept(profile.place, hashlib.sha256(path.read_bytes()).hexdigest(), profile.taken_at)

    def has(self, place: str) -> bool:
        """Return whether there is a file for this place, readable or not."""
        return self._path(place).exists()

    def open(self) -> None:
        """See whether profiles can be kept, before somebody sits still for one.

        Raises
        ------
        OutputError
            They cannot.
        """
        try_folder(self.folder, FOLDER_MODE)

    def save(self, profile: Profile) -> Path:
        """Write a profile in the place of an older one of that name.

        Raises
        ------
        OutputError
            It cannot be written; the older one still stands.
        """
        profile = replace(profile, place=place_name(profile.place))
        path = self._path(profile.place)
        with explaining(path):
            self.folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            write_whole(path, HEAD + tomli_w.dumps(plain(profile)))
        return path

    def rename(self, place: str, to: str) -> Profile:
        """Give a place another name.

        Raises
        ------
        DataError
            There is no such place, or another one has the name.
        OutputError
            It cannot be written; all is as it was.
        """
        profile, old = replace(self.get(place), place=place_name(to)), self._path(place)
        new = self._path(to)
        if new != old and new.exists():
            raise DataError(f"There is a place {profile.place} already. Delete it first, or choose another name.")
        self.save(profile)
        if new != old:
            with explaining(old):
                old.unlink(missing_ok=True)
        return profile

    def delete(self, place: str) -> None:
        """Forget a place, also one whose file is damaged.

        Raises
        ------
        DataError
            There is none of that name.
        OutputError
            It may not be deleted.
        """
        if not self.has(place):
            self.get(place)
        with explaining(self._path(place)):
            self._path(place).unlink()

    def _path(self, place: str) -> Path:
        """Return a file name of plain letters; the hash keeps apart what they do not, upper and lower case aside."""
        name = place_name(place).casefold()
        slug = _SLUG.sub("-", name).strip("-").encode()[:SLUG_BYTES].decode("utf-8", "ignore")
        digest = hashlib.sha256(name.encode()).hexdigest()[:HASH_DIGITS]
        return self.folder / f"{slug or 'place'}-{digest}{ENDING}"


def _read(path: Path) -> Profile:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        if table.get("schema_version") != SCHEMA_VERSION:
            raise FaultError("schema_version", f"{SCHEMA_VERSION}", repr(table.get("schema_version")))
        profile = built(Profile, table)
        _check(profile)
    except OSError as why:
        raise DataError(f"{path} cannot be read: {why.strerror or why}. {ANEW}") from why
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, FaultError) as why:
        raise DataError(f"{path} is damaged: {why}. {ANEW}") from why
    return profile


def _check(profile: Profile) -> None:
    """Hold the values to what they can be."""
    camera = profile.camera
    limits: tuple[tuple[str, float | None, float, float], ...] = (
        ("seconds", profile.seconds, 0.0, 3600.0),
        ("stature_cm", profile.stature_cm, *STATURE_CM),
        ("seen_by.width", profile.seen_by.width, 1, 100_000),
        ("seen_by.height", profile.seen_by.height, 1, 100_000),
        ("camera.roll_deg", camera.roll_deg, -180.0, 180.0),
        ("camera.pitch_deg", camera.pitch_deg, -90.0, 90.0),
        ("camera.focal_px", camera.focal_px, 1.0, 1e6),
        ("camera.focal_err", camera.focal_err, 0.0, 1.0),
        ("camera.height_m", camera.height_m, 0.0, 20.0),
        ("camera.lens", camera.lens.focal_x_px if camera.lens else None, 1.0, 1e6),
    )
    for key, value, low, high in limits:
        if value is not None and not low <= value <= high:
            raise FaultError(key, f"{low:g} to {high:g}", value)
    if profile.taken_at.tzinfo is None:
        raise FaultError("taken_at", "a date and time with its time zone", profile.taken_at.isoformat())
