"""What a summary holds of time and of walking, in a few sentences for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from posture_coach.activity.gait import VERDICT_STEPS
from posture_coach.scoring.perhaps import perhaps_words

SECONDS_A_MINUTE = MINUTES_AN_HOUR = 60
Told = Mapping[str, Any]


def over_time(summary: Told) -> Iterator[str]:
    """Yield the score of the whole with why, then each hour's where there are several; nothing where there is none."""
    session = summary["session"]
    if session is None or session["score"] is None:
        return
    yield f"over its time: {_window(session)}"
    for hour in summary["hours"]:
        yield f"  {_clock(hour['start_s'])} to {_clock(hour['end_s'])}: {_window(hour)}"


def _window(window: Told) -> str:
    if window["score"] is None:
        return "no score, too little of somebody was seen"
    because = "; ".join(_loss(loss) for loss in window["why"] if round(loss["points"]))
    return f"{window['score']:.0f} ({window['confidence']}): {because or 'nothing much lowered it'}"


def _loss(loss: Told) -> str:
    """Say what lowered a score by how much, and the longest stretch it came from."""
    points = f"{loss['title']} (-{loss['points']:.0f}"
    if not loss["moments"]:
        return f"{points})"
    start_s, end_s = max(loss["moments"], key=lambda moment: moment[1] - moment[0])
    return f"{points}, longest {_clock(start_s)} to {_clock(end_s)})"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), SECONDS_A_MINUTE)
    hours, minutes = divmod(minutes, MINUTES_AN_HOUR)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def walking(gait: Told, *, asked: bool) -> Iterator[str]:
    """Yield what is told of a walk, with intervals; or the reason why nothing is.

    Parameters
    ----------
    gait
        What stands under `gait` in a summary.
    asked
        Whether somebody told a height, so that a speed which is not told must be explained.
    """
    cadence, step, stance = gait["cadence_spm"], gait["step_time_s"], gait["stance_ratio"]
    if cadence["value"] is None:
        yield f"no steps are told: {cadence['reason']}"
        return
    pace = f"{cadence['n']} steps, {with_err(cadence, 1)} a minute{_graded(cadence)}"
    words = [pace, f"each of {with_err(step, 3)} s"]
    if stance["value"] is not None:
        share = f"{100 * stance['value']:.0f} ± {100 * stance['err']:.0f} %"
        words.append(f"a foot is on the floor {share} of the stride{_graded(stance)}")
    yield ", ".join(words)
    yield f"left against right: {symmetry(gait)}"
    speed = gait["speed_m_s"]
    if speed["value"] is not None:
        yield f"speed {with_err(speed, 2)} m/s{_graded(speed)}, steps of {with_err(gait['step_length_m'], 2)} m"
    elif asked:
        yield f"speed: {speed['reason']}"


def symmetry(gait: Told) -> str:
    """Say whether steps of left and right take differently long: a verdict only of enough steps."""
    told = gait["step_time_asymmetry_pct"]
    if told["value"] is None:
        return str(told["reason"])
    words = f"step times differ by {with_err(told, 1)} %"
    if told["n"] < VERDICT_STEPS:
        return f"{words}, {told['n']} steps: a verdict needs {VERDICT_STEPS}"
    words += _graded(told)
    if told["value"] <= told["err"]:
        return f"{words}: no difference you can be sure of"
    left, right = gait["step_time_left_s"]["value"], gait["step_time_right_s"]["value"]
    longer = "left" if left > right else "right"
    return f"{words}: the step onto the {longer} foot takes longer"


def standing_up(told: Told) -> str:
    """Say how often somebody stood up from a chair, and how that compares for age and sex."""
    words = f"{told['stands']} stands from a chair in {told['seen_s']:.0f} s"
    if told["reason"]:
        return f"{words}: {told['reason']}"
    low, high = told["usual"]
    below = "below average" if told["below_average"] else "not below average"
    return f"{words}: {below} for a {told['sex']} of {told['age']}, half of whom reach {low} to {high}"


def verdict(told: Told) -> str:
    """Say in which band a figure lies, and in which it may lie; empty where it is not judged."""
    first, *perhaps = told.get("grades", [""])
    return ", ".join(filter(None, (first, perhaps_words(perhaps))))


def _graded(told: Told) -> str:
    grade = verdict(told)
    return f" ({grade})" if grade else ""


def with_err(told: Told, digits: int) -> str:
    """Write a figure with its half-width."""
    return f"{told['value']:z.{digits}f} ± {told['err']:.{digits}f}"
