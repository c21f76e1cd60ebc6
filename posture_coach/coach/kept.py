"""What a profile says, for a person to read: what was taken, how surely, what for, and when it is asked again."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from posture_coach.coach.places import AGE
from posture_coach.measures import desk
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.calibration import Camera, UprightFrom
from posture_coach.measures.definitions import BY_NAME, NAMES, TABLE, UNIT_SIGN, Definition, Relative
from posture_coach.measures.types import View
from posture_coach.scoring.targets import RelativeTo, shipped_targets
from posture_coach.store.files.profiles import Profile

SEEN = {
    View.FRONT: "seen from the front",
    View.SIDE: "seen from the side",
    View.BACK: "seen from behind",
    View.OBLIQUE: "seen from a corner",
    View.UNKNOWN: "",
}
KNOWN_FROM = {
    UprightFrom.ASSUMED: "taken as level: nothing says how it stands",
    UprightFrom.LINES: "known from upright lines in the room",
    UprightFrom.STANDING: "known from you standing upright",
    UprightFrom.CLICKED: "known from the vertical that was clicked",
    UprightFrom.RECORDED: "known from the recording itself",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of the upright.

    Parameters
    ----------
    value, slump
        With their unit; the second empty where no slump was taken.
    err
        95 % half-width of the value; empty where it is not known.
    """

    title: str
    value: str
    err: str
    slump: str


@dataclass(frozen=True, slots=True)
class Kept:
    """All of it.

    Parameters
    ----------
    seen
        From where, in words.
    camera
        Sentences about how the camera stands and sees.
    good_for
        Titles of the measures that are now held against the own upright.
    again_at
        When it is asked for again.
    """

    seen: str
    rows: tuple[Row, ...]
    camera: tuple[str, ...]
    good_for: tuple[str, ...]
    again_at: datetime


def kept(profile: Profile) -> Kept:
    """Return what a profile says."""
    # Lengths in the picture say nothing to anybody before they are held against something.
    said = [row for row in TABLE if not row.in_pixels and row.relative is not Relative.FOCAL_LENGTH]
    rows = tuple(_row(profile, row) for row in said if row.name in profile.own.values)
    return Kept(SEEN[profile.own.view], rows, _camera(profile.camera), _good_for(profile), profile.taken_at + AGE)


def _row(profile: Profile, row: Definition) -> Row:
    error = shipped_accuracy(live=True).of(row.joint, profile.own.view, profile.seen_by.mode, profile.seen_by.model)
    value, slump = (table.get(row.name, math.nan) for table in (profile.own.values, profile.own.slump))
    return Row(
        row.title,
        _number(value, row.unit),
        f"±\N{NO-BREAK SPACE}{_number(error.half_width, row.unit)}" if error is not None else "",
        "" if math.isnan(slump) else _number(slump, row.unit),
    )


def _number(value: float, unit: str) -> str:
    return f"{value:z.2f}{UNIT_SIGN[unit]}" if unit == "ratio" else f"{value:z.1f}{UNIT_SIGN[unit]}"


def _camera(camera: Camera) -> tuple[str, ...]:
    how = KNOWN_FROM[camera.known_from]
    err = "" if math.isnan(camera.roll_err_deg) else f"{camera.roll_err_deg:.1f}°"
    if camera.known_from is not UprightFrom.ASSUMED:
        told = [f"The camera leans by {camera.roll_deg:.1f}°{err and f' ± {err}'}, {how}."]
    elif err:
        told = [f"The camera is taken as level, but may lean by up to {err}."]
    else:
        told = [f"The camera is {how}."]
    if camera.pitch_deg:
        told.append(f"It looks {'up' if camera.pitch_deg > 0 else 'down'} by {abs(camera.pitch_deg):.0f}°.")
    if camera.lens is not None:
        told.append("Its lens was measured.")
    elif camera.focal_px is not None:
        told.append(f"Its focal length is its maker's, ± {camera.focal_err:.0%}.")
    if camera.height_m is not None:
        height_err = "" if math.isnan(camera.height_err_m) else f" ± {camera.height_err_m:.2f}"
        told.append(f"It stands {camera.height_m:.2f}{height_err} m above the floor.")
    return tuple(told)


def _good_for(profile: Profile) -> tuple[str, ...]:
    """Return what needs an own upright and now has one."""
    needed = {name for name, row in BY_NAME.items() if row.relative in (Relative.DIFFERENCE, Relative.RATIO)}
    for target in shipped_targets(NAMES).targets:
        if target.relative_to is RelativeTo.OWN_UPRIGHT:
            needed.update(target.measures)
    has = set(profile.own.values)
    if has.issuperset(desk.FEATURES):
        has.update(name for name, row in BY_NAME.items() if row.estimated)
    return tuple(BY_NAME[name].title for name in NAMES if name in needed & has)
