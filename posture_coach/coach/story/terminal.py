"""A day's story on the terminal: the words, a ribbon of blocks, and a small table."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from posture_coach.activity.types import Activity
from posture_coach.coach.story.day import Story
from posture_coach.coach.story.sheet import sheet_of
from posture_coach.coach.story.sitting import longest, planned, taken
from posture_coach.coach.story.words import short
from posture_coach.paper.story import DONE, DONE_WORDS, Lane, Point, Sheet
from posture_coach.scoring.rules import Rules
from posture_coach.store.history.story import Told

BLOCKS = {
    Activity.SITTING: "▃", Activity.STANDING: "▅", Activity.WALKING: "█", Activity.EXERCISING: "▇", Activity.LYING: "▂",
    Activity.AWAY: "·", Activity.UNKNOWN: "?",
}  # fmt: skip
LETTERS = {
    Activity.SITTING: "-", Activity.STANDING: "=", Activity.WALKING: "#", Activity.EXERCISING: "*", Activity.LYING: "_",
    Activity.AWAY: ".", Activity.UNKNOWN: "?",
}  # fmt: skip
"""What stands for each activity where a terminal shows blocks, and where it does not: without colour too."""
MOST_CELLS_PER_H, WIDEST = 12, 100
HOUR_CHARS = 3
"""An hour and a space in the line beneath a ribbon."""
ROOMY = 64
"""A terminal of so many letters has room for the breaks of each day."""
UNKNOWN = "-"


def show(told: Told, story: Story, rules: Rules, console: Console) -> None:
    """Print a story."""
    sheet = sheet_of(told, story)
    console.print(Text(story.title, style="bold"))
    if story.subtitle:
        console.print(Text(story.subtitle, style="dim"))
    console.print()
    for sentence in story.sentences:
        console.print(Text(sentence))
    if story.suggestion is not None:
        console.print(Text(story.suggestion.grounds, style="dim"))
    if sheet.lanes:
        console.print()
        _show_ribbon(sheet, console)
    if sheet.points:
        console.print()
        roomy = told.first != told.last and console.width >= ROOMY
        console.print(_week_table(told, sheet, rules) if roomy else _small_table(sheet))


def cells(lane: Lane, hours: tuple[int, int], count: int) -> list[Activity | None]:
    """Return what each of `count` equal parts of the hours was spent with; None where nothing is known.

    Sitting yields to what took a quarter of a part: breaks are short, and they are what is looked for.
    """
    first, last = hours
    each = (last - first) / count
    spent: list[dict[Activity, float]] = [defaultdict(float) for _ in range(count)]
    for start_h, end_h, doing in lane.stretches:
        for k in range(max(0, math.floor((start_h - first) / each)), min(count, math.ceil((end_h - first) / each))):
            low = first + k * each
            spent[k][doing] += max(0.0, min(end_h, low + each) - max(start_h, low))
    return [_most(part, each) for part in spent]


def _most(spent: Mapping[Activity, float], each: float) -> Activity | None:
    moved = {doing: time for doing, time in spent.items() if doing is not Activity.SITTING and time >= each / 4.0}
    among = {doing: time for doing, time in (moved or spent).items() if time > 0.0}
    return max(among, key=lambda doing: among[doing], default=None)


def _show_ribbon(sheet: Sheet, console: Console) -> None:
    signs = LETTERS if console.options.ascii_only else BLOCKS
    labels = max(len(lane.label) for lane in sheet.lanes)
    before = labels + 1 if labels else 0
    count = _count(sheet.hours, min(console.width, WIDEST) - before)
    for lane in sheet.lanes:
        line = Text(f"{lane.label:<{before}}", no_wrap=True)
        for doing in cells(lane, sheet.hours, count):
            line.append(signs[doing] if doing else " ", style=DONE[doing][0] if doing else None)
        console.print(line)
    console.print(Text(" " * before + _hour_line(sheet.hours, count), no_wrap=True))
    shown = {doing for lane in sheet.lanes for _, _, doing in lane.stretches}
    parts = [Text.assemble((signs[k], DONE[k][0]), f" {DONE_WORDS.get(k, k.value)}") for k in DONE if k in shown]
    console.print(Text("  ").join(parts))


def _count(hours: tuple[int, int], room: int) -> int:
    """Return how many cells a ribbon has: the same number for each hour where there is room for one."""
    span = hours[1] - hours[0]
    per_hour = min(max(room, 1) // span, MOST_CELLS_PER_H)
    return span * per_hour if per_hour else max(room, 1)


def _hour_line(hours: tuple[int, int], count: int) -> str:
    """Return the hours beneath a ribbon, as many as there is room for."""
    first, last = hours
    line = ""
    for hour in range(first, last + 1):
        at = round((hour - first) * count / (last - first))
        if (not line or at >= len(line) + 1) and at + HOUR_CHARS - 1 <= count:
            line = f"{line:<{at}}{hour:02d}"
    return line


def _small_table(sheet: Sheet) -> Table:
    table = _table("day" if sheet.points[0].label else "hour", "score", "posture", "changes", "breaks")
    for point in sheet.points:
        table.add_row(point.label or f"{point.at:02d}:00", *_scores(point))
    return table


def _week_table(told: Told, sheet: Sheet, rules: Rules) -> Table:
    table = _table("day", "score", "posture", "changes", "breaks", "taken", "longest sitting")
    days = {(day.day - told.first).days: day for day in told.days}
    for point in sheet.points:
        day = days.get(point.at)
        bout = longest(day.bouts) if day else None
        breaks = f"{taken([day])} of {planned([day], rules)}" if day else UNKNOWN
        table.add_row(point.label, *_scores(point), breaks, short(bout.seconds) if bout else UNKNOWN)
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(first, no_wrap=True)
    for head in others:
        table.add_column(head, justify="right", no_wrap=True)
    return table


def _scores(point: Point) -> Sequence[str]:
    return list(_written((point.score, point.posture, point.variety, point.breaks)))


def _written(values: Sequence[float]) -> Iterator[str]:
    for value in values:
        yield UNKNOWN if math.isnan(value) else f"{value:.0f}"
