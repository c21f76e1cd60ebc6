"""What the live page is sent for each picture: what was found, as JSON, and the drawn picture, as JPEG.

A message is four bytes with the length of the JSON, the JSON, and the JPEG (nothing where there is no picture).
"""

from __future__ import annotations

import json
import math
import time
from typing import Any

from posture_coach import drawing
from posture_coach.activity.types import Event
from posture_coach.coach.lately import Lately
from posture_coach.coach.watch import Status
from posture_coach.dashboard.words import SEEN_FROM
from posture_coach.measures.definitions import BY_NAME, UNIT_SIGN
from posture_coach.measures.types import Measure
from posture_coach.pose.types import Frame
from posture_coach.scoring.assess import Assessment, Reading
from posture_coach.scoring.score import Part, grade_of_score
from posture_coach.scoring.targets import Points, Target, Targets
from posture_coach.scoring.windows import REASONS_TOLD

LENGTH_BYTES = 4
QUALITY = 80
LONGEST_PX = 960
DECIMALS = {"ratio": 2}
LINES_TOLD = 2
"""More things at once that go on would be a reproach."""
LEAST_TOLD = 0.5
"""Points of a cause worth a word: less is shown as 0."""
GOING_ON = {
    "break_due": "{} without a break: a good moment to get up",
    "still": "Still for {}",
    "slumped": "Leaning forward for {}",
    "too_near": "Close to the screen for {}",
    "head_turned_left": "Head turned left for {}",
    "head_turned_right": "Head turned right for {}",
}
"""An invitation to move, not a fault."""
LOWER = "Sitting lower than your own upright for {}"
FORWARD_SHARE = 0.5
"""Of a slump's seconds: seen to go forward in fewer, all that is known is that it is lower; from the front it may be a
lean back."""


def pack(frame: Frame, assessment: Assessment, reading: Reading, status: Status) -> bytes:
    """Pack one picture with what was found in it, as the reading tells it."""
    found = bool(assessment.poses.detected[0])
    told = {
        **_status(status),
        "at_ms": time.time() * 1000.0,
        "time_s": round(frame.time_s, 3),
        "person": found,
        "people": [{"box": [round(edge, 4) for edge in each.box], "measured": each.measured} for each in status.people],
        "notes": _notes(status, reading, found=found),
        "activity": reading.activity.value,
        "view": SEEN_FROM[reading.view],
        "score": _score(reading, assessment.score.targets.points),
        "lately": _lately(status.lately),
        "measures": _measures(reading, assessment.score.targets) if found else [],
    }
    return packed(told, drawing.jpeg(_drawn(frame, assessment, reading, status), QUALITY, LONGEST_PX))


def without_picture(status: Status) -> bytes:
    """Pack how the watch stands where there is no picture."""
    return packed(_status(status), b"")


def beginning(status: Status, history: list[tuple[float, float]]) -> bytes:
    """Pack what a page that has just opened does not know: the scores so far, None where there was none."""
    scores = [[round(time_s, 3), None if math.isnan(score) else round(score)] for time_s, score in history]
    return packed({**_status(status), "history": scores}, b"")


def packed(told: dict[str, Any], jpeg: bytes) -> bytes:
    """Put a message together."""
    text = json.dumps(told, allow_nan=False).encode()
    return len(text).to_bytes(LENGTH_BYTES, "big") + text + jpeg


def _status(status: Status) -> dict[str, Any]:
    return {
        "phase": status.phase.value,
        "problem": status.problem,
        "neutral": status.neutral,
        "has_neutral": status.has_neutral,
        "analysed": status.analysed,
        "own_targets": status.held.words if status.held is not None else "",
        "kept": status.keeper.words if status.keeper is not None else "",
    }


def _drawn(frame: Frame, assessment: Assessment, reading: Reading, status: Status) -> Any:
    image = drawing.skeleton_ground(*frame.size) if status.wish.skeleton_only else frame.image.copy()
    if assessment.poses.detected[0]:
        points = assessment.poses.points_px[0]
        drawing.draw_skeleton(image, points, assessment.poses.sureness[0], reading)
        drawing.draw_angles(image, points, reading)
    return image


def _notes(status: Status, reading: Reading, *, found: bool) -> list[str]:
    """Say what makes the numbers doubtful, and what to do."""
    notes = [notice for notice in (status.upright.notice, status.upright.doubt) if notice]
    if status.held is not None and status.held.problem:
        notes.append(status.held.problem)
    if status.keeper is not None and status.keeper.problem:
        notes.append(status.keeper.problem)
    if status.sight is not None and status.sight.dark:
        notes.append("It is very dark: put a light in front of you.")
    if status.people:
        notes.append(_company(status, found=found))
    elif not found:
        notes.append("Nobody is in view: move into the picture, or turn the camera towards you.")
    if found and reading.assumed:
        notes.append("Your legs are out of the picture: sitting is assumed.")
    return notes


def _company(status: Status, *, found: bool) -> str:
    if not found:
        return "The measured person is not found: come into view, or choose whom to measure."
    if status.near:
        return "Somebody is close to the measured person: for as long as that lasts, check the numbers."
    return "Somebody else is in view: only the marked person is measured."


def _score(reading: Reading, points: Points) -> dict[str, Any]:
    value = reading.score.value
    if math.isnan(value):
        return {"value": None, "word": "no score", "grade": "none", "words": reading.score.words()}
    shown = round(value)  # as it is shown it is judged
    grade = grade_of_score(shown, points).name.lower()
    return {"value": shown, "word": grade, "grade": grade, "words": reading.score.words()}


def _lately(lately: Lately) -> dict[str, Any]:
    """Return the last minutes' score, why it is that, and one line of what goes on; None where there is none."""
    told: dict[str, Any] = {"score": None, "why": [], "line": ""}
    by_kind = {event.kind: event for event in lately.going_on}
    lines = [_going_on(by_kind[kind]) for kind in GOING_ON if kind in by_kind]
    told["line"] = " · ".join(lines[:LINES_TOLD])
    window = lately.window
    if window is None or math.isnan(window.score):
        return told
    length_s = window.end_s - window.start_s
    why = [
        f"{loss.title}: cost {loss.points:.0f} of 100"
        for loss in window.losses[:REASONS_TOLD]
        if loss.points >= LEAST_TOLD
    ]
    return told | {
        "score": round(window.score),
        "words": f"over {_lasted(length_s)}, {window.confidence}",
        "why": why or ["Nothing lowered it"],
    }


def _going_on(event: Event) -> str:
    # A break becomes due after a bout that has lasted already.
    lasted_s = event.evidence["most" if event.kind == "break_due" else "lasted_s"]
    lower = float(event.evidence.get("forward_share", 1.0)) < FORWARD_SHARE
    return (LOWER if lower else GOING_ON[event.kind]).format(_lasted(float(lasted_s)))


def _lasted(seconds: float) -> str:
    return f"{max(round(seconds / 60.0), 1)} min"


def _measures(reading: Reading, targets: Targets) -> list[dict[str, Any]]:
    """Return one entry a measure: the scored first, then the measured, then what could not be."""
    parts = reading.score.by_measure()
    by_id = {target.id: target for target in targets.targets}
    unscored = {name: why for id_, why in reading.score.not_scored for name in by_id[id_].measures}
    entries = [
        _measure(name, measure, parts.get(name), by_id) | {"unscored": unscored.get(name, "")}
        for name, measure in reading.measures.items()
    ]
    return sorted(entries, key=lambda entry: (entry["value"] is None, entry["grade"] == "none"))


def _measure(name: str, measure: Measure, part: Part | None, by_id: dict[str, Target]) -> dict[str, Any]:
    row = BY_NAME[name]
    told: dict[str, Any] = {"name": name, "title": row.title, "value": None, "grade": "none", "reason": measure.reason}
    if math.isnan(measure.value):
        return told
    decimals, unit = DECIMALS.get(row.unit, 0), UNIT_SIGN[row.unit]
    told |= {"value": measure.value, "text": f"{measure.value:z.{decimals}f}{unit}"}
    if not math.isnan(measure.err):
        told["err"] = f"± {measure.err:.{decimals}f}{unit}"
    if part is not None:
        told |= {"grade": part.grade.name.lower(), "perhaps": part.perhaps_words}
        told["band"] = _band(by_id[part.target_id], decimals, unit)
    return told


def _band(target: Target, decimals: int, unit: str) -> str:
    """Say what is good."""
    low, high = target.good[0][0], target.good[-1][1]
    own = " of your own upright" if target.relative_to.value == "own_upright" else ""
    size = "up to " if target.magnitude else f"{low:.{decimals}f} to "
    mine = " (own target)" if target.own is not None else ""
    return f"good: {size}{high:.{decimals}f}{unit}{own}{mine}"
