"""The live session on a terminal: a calm table for people, a line of JSON a second for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from rich.console import Console, Group
from rich.live import Live as Screen
from rich.table import Table
from rich.text import Text

from posture_coach.activity.types import Activity
from posture_coach.coach.upright import NOTHING_YET, Standing, Upright
from posture_coach.measures.definitions import BY_NAME
from posture_coach.scoring.assess import Assessment, Reading, Record
from posture_coach.scoring.bands import Grade
from posture_coach.scoring.steady import Steady

SCREENS_PER_S = 4
STYLE = {Grade.GOOD: "green", Grade.CAUTION: "yellow", Grade.POOR: "red"}
DIGITS = 3


def show(
    assessments: Iterable[Assessment], console: Console, title: str, until_s: float, upright: Upright | None = None
) -> None:
    """Show the newest reading until the source ends or until_s is reached, and what it is held against."""
    steady = Steady()
    with _whole_lines(console), Screen(console=console, refresh_per_second=SCREENS_PER_S, transient=False) as screen:
        for assessment in assessments:
            reading = steady.push(assessment)
            own = "   own targets" if assessment.score.targets.own else ""
            screen.update(_page(reading, f"{title}{own}", upright.standing if upright is not None else NOTHING_YET))
            if reading.time_s >= until_s:
                return


@contextmanager
def _whole_lines(console: Console) -> Iterator[None]:
    """End the last line, which a screen does on a terminal alone."""
    try:
        yield
    finally:
        if not console.is_terminal:
            console.line()


def write_lines(assessments: Iterable[Assessment], stream: TextIO, until_s: float) -> None:
    """Write one record a second as a line of JSON, until the source ends or until_s is reached."""
    second: list[Assessment] = []
    for assessment in assessments:
        time_s = float(assessment.poses.time_s[0])
        if second and math.floor(time_s) != math.floor(float(second[0].poses.time_s[0])):
            _tell(second, stream)
            second = []
        second.append(assessment)
        if time_s >= until_s:
            break
    if second:
        _tell(second, stream)


def warned(assessments: Iterable[Assessment], upright: Upright, stream: TextIO) -> Iterator[Assessment]:
    """Yield assessments, and write what is wrong with own upright or camera when that changes."""
    before: list[str] = []
    for assessment in assessments:
        now = [upright.standing.notice, upright.standing.doubt]
        stream.writelines(f"posture-coach: {notice}\n" for notice in now if notice and notice not in before)
        before = now
        yield assessment


def _tell(second: list[Assessment], stream: TextIO) -> None:
    for record in Assessment.joined(second).records():
        stream.write(json.dumps(_plain(record)) + "\n")
    stream.flush()


def _plain(record: Record) -> dict[str, Any]:
    return {
        "start_s": record.start_s,
        "end_s": record.end_s,
        "person": record.person,
        "activity": record.activity.value,
        "view": record.view.value,
        "score": _number(record.score),
        "coverage": _number(record.coverage),
        "measures": {name: {"value": _number(m.value), "err": _number(m.err)} for name, m in record.measures.items()},
    }


def _page(reading: Reading, title: str, standing: Standing) -> Group:
    score = reading.score
    told = "no score" if math.isnan(score.value) else f"score {score.value:.0f} of 100"
    head = Text.assemble(
        (f"{reading.activity.value}", "bold"), f", view: {reading.view.value}, {told} ({score.words()})"
    )
    if reading.activity is Activity.AWAY:
        head = Text("nobody in view", style="bold")
    table = Table(box=None, pad_edge=False)
    parts = score.by_measure()
    for name, measure in reading.measures.items():
        if not math.isnan(measure.value):
            digits = 2 if BY_NAME[name].unit == "ratio" else 1
            err = "" if math.isnan(measure.err) else f"± {measure.err:.{digits}f}"
            word = Text(parts[name].words, style=STYLE[parts[name].grade]) if name in parts else ""
            table.add_row(BY_NAME[name].title, f"{measure.value:z.{digits}f}", err, word)
    against = f"   held against: {standing.place}" if standing.place else ""
    notices = [Text(notice, style="yellow") for notice in (standing.notice, standing.doubt) if notice]
    return Group(Text(f"{title}{against}", style="dim"), *notices, head, table)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, DIGITS)
