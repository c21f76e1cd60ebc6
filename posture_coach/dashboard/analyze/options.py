"""How a dropped file is to be analysed, on its way from the page through the browser to the upload route."""

from __future__ import annotations

import math
from collections.abc import Mapping
from urllib.parse import urlencode

from posture_coach.activity.gait_types import HEIGHT_CM
from posture_coach.batch.analyse import Settings
from posture_coach.batch.baseline import Stretch
from posture_coach.errors import DataError
from posture_coach.pose.sources import TURNS_DEG
from posture_coach.pose.types import Model


def as_query(settings: Settings) -> str:
    """Write settings as the end of an address."""
    fields: dict[str, object] = {"model": settings.model.value, "rotate": settings.rotate}
    if settings.fps:
        fields["fps"] = settings.fps
    if settings.mirror:
        fields["mirror"] = 1
    if settings.height_cm is not None:
        fields["height"] = settings.height_cm
    if isinstance(settings.baseline, Stretch):
        fields |= {"from": settings.baseline.start_s, "to": settings.baseline.end_s}
    return urlencode(fields)


def from_query(fields: Mapping[str, str]) -> Settings:
    """Read settings back.

    Raises
    ------
    DataError
        A field holds what the page never sends.
    """
    try:
        settings = Settings(
            Model(fields.get("model", Model.FULL)),
            _number(fields["fps"]) if "fps" in fields else None,
            Stretch(_number(fields["from"]), _number(fields["to"])) if "to" in fields else None,
            mirror="mirror" in fields,
            rotate=int(fields.get("rotate", "0")),
            height_cm=_number(fields["height"]) if "height" in fields else None,
        )
    except (KeyError, ValueError) as why:
        raise DataError(f"These options are not the page's own ({why}). Reload the page.") from why
    if problem(settings):
        raise DataError(problem(settings))
    return settings


def problem(settings: Settings) -> str:
    """Say what is wrong with settings; empty where nothing is."""
    if settings.fps is not None and settings.fps <= 0:
        return "Pictures a second must be more than 0."
    if settings.rotate not in TURNS_DEG:
        return f"A picture is turned by one of {TURNS_DEG} degrees."
    if settings.height_cm is not None and not HEIGHT_CM[0] <= settings.height_cm <= HEIGHT_CM[1]:
        return f"A person's height is from {HEIGHT_CM[0]:g} to {HEIGHT_CM[1]:g} cm."
    own = settings.baseline
    if isinstance(own, Stretch) and not 0 <= own.start_s < own.end_s:
        return "Your own upright: the first second must come before the last."
    return ""


def in_words(settings: Settings) -> str:
    """Say how a file was, or is to be, analysed."""
    words = [f"model {settings.model.value}"]
    words.append(f"{settings.fps:g} pictures a second" if settings.fps else "every picture")
    if settings.mirror:
        words.append("mirrored back")
    if settings.rotate:
        words.append(f"turned by {settings.rotate}°")
    if isinstance(settings.baseline, Stretch):
        words.append(f"seconds {settings.baseline.start_s:g} to {settings.baseline.end_s:g} as own upright")
    if settings.height_cm is not None:
        words.append(f"a person of {settings.height_cm:g} cm")
    if settings.targets is not None:
        words.append("own targets")
    return ", ".join(words)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no number")
    return value
