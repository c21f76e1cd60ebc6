"""A day's or a week's story as one picture to keep: what was done when, the score, three figures, and the words.

Colours are those of the trends page, told apart by colour-blind eyes; nothing is told by colour alone: what was done
has its own height, each part its own mark.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from posture_coach.activity.types import Activity
from posture_coach.paper.paper import LIGHT, LINE, POINT_PX, Align, Kind, Look, Paper, drawing

WIDTH_PX, LEAST_HEIGHT_PX = 1200, 800
MARGIN_PX, GAP_PX = 64, 40
INNER_PX = WIDTH_PX - 2 * MARGIN_PX
LABEL_PX = 96
"""Room left of ribbon and chart for what their rows and lines are."""
LEFT_PX, FIELD_PX = float(MARGIN_PX + LABEL_PX), float(INNER_PX - LABEL_PX)
TITLE, FIGURE, HEAD, BODY, SMALL = 29.0, 40.0, 17.0, 16.0, 13.5
"""Sizes of letters in points, at 100 pixels an inch: the smallest can be read at arm's length on a screen."""
DONE: dict[Activity, tuple[str, float]] = {
    Activity.SITTING: ("#56b4e9", 0.5), Activity.STANDING: ("#009e73", 0.75), Activity.WALKING: ("#e69f00", 1.0),
    Activity.EXERCISING: ("#9a7fd6", 1.0), Activity.LYING: ("#cc79a7", 0.3), Activity.AWAY: ("#9a9fa5", 0.08),
    Activity.UNKNOWN: ("#6f757c", 0.18),
}  # fmt: skip
"""Colour and height of each activity."""
DONE_WORDS = {Activity.UNKNOWN: "not clear"}
PARTS = (("posture", "#2f7fc1", "o"), ("changes of position", "#c47a00", "s"), ("breaks", "#b3568f", "^"))
FULL = 100.0
DAY_LANE_PX, WEEK_LANE_PX, CHART_PX, AXIS_PX = 120, 40, 300, 34
LEGEND_PX, MARK_PX, HEAD_PX, FIGURES_PX = 40, 18, 38, 128
MOST_TICKS = 13


@dataclass(frozen=True, slots=True)
class Lane:
    """One day's ribbon: (from, to, what was done), in hours of its local day."""

    label: str
    stretches: tuple[tuple[float, float, Activity], ...]


@dataclass(frozen=True, slots=True)
class Point:
    """The score of an hour or a day.

    Parameters
    ----------
    at
        Hour, or number of the day from 0.
    score, posture, variety, breaks
        0 to 100; NaN where not known.
    """

    at: int
    label: str
    score: float
    posture: float
    variety: float
    breaks: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is drawn.

    Parameters
    ----------
    figures
        (what stands large, what it is, a word beneath), three or none.
    done_title
        What stands above the ribbons.
    hours
        First and last hour of the ribbons.
    points
        Scores of hours or of days.
    columns
        First column of their chart and the one after the last; `hours` where they are hours.
    words, grounds
        The story, and what its suggestion rests on, empty for none.
    """

    title: str
    subtitle: str
    figures: tuple[tuple[str, str, str], ...]
    done_title: str
    lanes: tuple[Lane, ...]
    hours: tuple[int, int]
    points_title: str
    points: tuple[Point, ...]
    columns: tuple[int, int]
    words: tuple[str, ...]
    grounds: str
    foot: str


def story_picture(sheet: Sheet, kind: Kind, look: Look = LIGHT) -> bytes:
    """Draw a story.

    Returns
    -------
    A PNG or SVG file, 1200 pixels wide and as high as the words need, 800 at least.
    """
    with drawing():
        paper = Paper(WIDTH_PX, look)
        foot = paper.lines(sheet.foot, INNER_PX, SMALL)
        foot_px = len(foot) * SMALL * POINT_PX * LINE + MARGIN_PX / 2.0
        end_px = _laid_out(paper, sheet)
        height_px = max(LEAST_HEIGHT_PX, math.ceil(end_px + GAP_PX / 2.0 + foot_px))
        _lines(paper, sheet.foot, height_px - foot_px, SMALL, colour=paper.look.quiet)
        told = " ".join(filter(None, (*sheet.words, sheet.grounds)))
        return paper.saved(kind, height_px, {"Title": sheet.title, "Description": told})


def _laid_out(paper: Paper, sheet: Sheet) -> float:
    """Put everything but the last lines on the paper; return where it ends."""
    y_px = _headed(paper, sheet, float(MARGIN_PX))
    if sheet.figures:
        y_px = _figures(paper, sheet, y_px)
    if sheet.lanes:
        y_px = _ribbon(paper, sheet, y_px)
    if sheet.points:
        y_px = _chart(paper, sheet, y_px)
    for sentence in sheet.words:
        y_px = _lines(paper, sentence, y_px, BODY) + 8.0
    return _lines(paper, sheet.grounds, y_px, SMALL, colour=paper.look.quiet) if sheet.grounds else y_px


def _headed(paper: Paper, sheet: Sheet, y_px: float) -> float:
    y_px = _lines(paper, sheet.title, y_px, TITLE, bold=True)
    if sheet.subtitle:
        y_px = _lines(paper, sheet.subtitle, y_px + 2.0, HEAD, colour=paper.look.quiet)
    return y_px + GAP_PX / 2.0


def _lines(paper: Paper, words: str, y_px: float, size: float, *, bold: bool = False, colour: str = "") -> float:
    """Write words over as many lines as they need; return where the next thing may stand."""
    for line in paper.lines(words, INNER_PX, size, bold=bold):
        paper.text(line, MARGIN_PX, y_px, size, bold=bold, colour=colour)
        y_px += size * POINT_PX * LINE
    return y_px


def _figures(paper: Paper, sheet: Sheet, y_px: float) -> float:
    each_px = INNER_PX / len(sheet.figures)
    room_px = each_px - 40.0
    for number, (value, label, note) in enumerate(sheet.figures):
        x_px = MARGIN_PX + number * each_px
        paper.box(x_px, y_px, 5.0, FIGURES_PX, paper.look.rule)
        paper.text(value, x_px + 20.0, y_px, paper.fitting(value, room_px, FIGURE, bold=True), bold=True)
        paper.text(label, x_px + 20.0, y_px + 68.0, paper.fitting(label, room_px, BODY))
        paper.text(note, x_px + 20.0, y_px + 102.0, paper.fitting(note, room_px, SMALL), colour=paper.look.quiet)
    return y_px + FIGURES_PX + GAP_PX


def _ribbon(paper: Paper, sheet: Sheet, y_px: float) -> float:
    paper.text(sheet.done_title, MARGIN_PX, y_px, paper.fitting(sheet.done_title, INNER_PX, HEAD, bold=True), bold=True)
    y_px += HEAD_PX
    one = len(sheet.lanes) == 1
    lane_px = DAY_LANE_PX if one else WEEK_LANE_PX
    for lane in sheet.lanes:
        paper.text(lane.label, MARGIN_PX, y_px + (lane_px - SMALL * POINT_PX) / 2.0, SMALL)
        _strip(paper, lane, sheet.hours, y_px, lane_px)
        y_px += lane_px if one else lane_px + 10.0
    _hour_axis(paper, sheet.hours, y_px)
    shown = {doing for lane in sheet.lanes for _, _, doing in lane.stretches}
    return _legend(paper, [kind for kind in DONE if kind in shown], y_px + AXIS_PX) + GAP_PX / 2.0


def _strip(paper: Paper, lane: Lane, hours: tuple[int, int], y_px: float, lane_px: float) -> None:
    first, last = hours
    paper.box(LEFT_PX, y_px + lane_px, FIELD_PX, 2.0, paper.look.rule)
    for start_h, end_h, doing in lane.stretches:
        start_px, end_px = (
            LEFT_PX + FIELD_PX * (min(max(hour, first), last) - first) / (last - first) for hour in (start_h, end_h)
        )
        colour, height = DONE[doing]
        paper.box(start_px, y_px + lane_px * (1.0 - height), end_px - start_px, lane_px * height, colour)


def _hour_axis(paper: Paper, hours: tuple[int, int], y_px: float) -> None:
    first, last = hours
    step = math.ceil((last - first) / (MOST_TICKS - 1))
    for hour in range(first, last + 1, step):
        ends: Align = "left" if hour == first else "right" if hour == last else "center"
        paper.text(
            f"{hour:02d}:00", LEFT_PX + FIELD_PX * (hour - first) / (last - first), y_px + 6.0, SMALL, align=ends
        )


def _legend(paper: Paper, shown: list[Activity], y_px: float) -> float:
    """Name what stands in the ribbon; return where the next thing may stand."""
    x_px = LEFT_PX
    for kind in shown:
        words = DONE_WORDS.get(kind, kind.value)
        colour, height = DONE[kind]
        high_px = max(MARK_PX * height, 3.0)
        paper.box(x_px, y_px + 7.0 + MARK_PX - high_px, MARK_PX, high_px, colour)
        paper.text(words, x_px + MARK_PX + 8.0, y_px + 6.0, SMALL)
        x_px += MARK_PX + 36.0 + paper.width_of(words, SMALL)
    return y_px + LEGEND_PX


def _chart(paper: Paper, sheet: Sheet, y_px: float) -> float:
    paper.text(sheet.points_title, MARGIN_PX, y_px, HEAD, bold=True)
    y_px = _marks(paper, y_px + HEAD_PX) + 8.0
    for level in (0.0, FULL / 2.0, FULL):
        line_px = y_px + CHART_PX * (1.0 - level / FULL)
        paper.box(LEFT_PX, line_px - 1.0, FIELD_PX, 2.0, paper.look.rule)
        paper.text(f"{level:.0f}", LEFT_PX - 14.0, line_px - 11.0, SMALL, colour=paper.look.quiet, align="right")
    first, last = sheet.columns
    each_px = FIELD_PX / (last - first)
    for point in sheet.points:
        middle_px = LEFT_PX + (point.at - first + 0.5) * each_px
        _column(paper, point, middle_px, each_px, y_px)
        paper.text(point.label, middle_px, y_px + CHART_PX + 6.0, SMALL, align="center")
    if sheet.columns == sheet.hours:
        _hour_axis(paper, sheet.hours, y_px + CHART_PX)
    return y_px + CHART_PX + AXIS_PX + GAP_PX


def _column(paper: Paper, point: Point, middle_px: float, each_px: float, y_px: float) -> None:
    """Draw one score with its parts; what is not known is left out."""
    if not math.isnan(point.score):
        high_px = CHART_PX * point.score / FULL
        paper.box(middle_px - 0.43 * each_px, y_px + CHART_PX - high_px, 0.86 * each_px, high_px, paper.look.bar)
        words = f"{point.score:.0f}"
        size = paper.fitting(words, 0.8 * each_px, HEAD, bold=True)
        paper.text(words, middle_px, y_px + CHART_PX - 36.0, size, bold=True, align="center")
    values = (point.posture, point.variety, point.breaks)
    for aside, value, (_, colour, shape) in zip((-0.22, 0.0, 0.22), values, PARTS, strict=True):
        if not math.isnan(value):
            paper.mark(shape, middle_px + aside * each_px, y_px + CHART_PX * (1.0 - value / FULL), colour)


def _marks(paper: Paper, y_px: float) -> float:
    """Name bar and marks; return where the next thing may stand."""
    x_px = LEFT_PX
    for words, colour, shape in (("score", paper.look.bar, ""), *PARTS):
        if shape:
            paper.mark(shape, x_px + MARK_PX / 2.0, y_px + 10.0, colour)
        else:
            paper.box(x_px, y_px + 1.0, MARK_PX, MARK_PX, colour)
        paper.text(words, x_px + MARK_PX + 8.0, y_px, SMALL)
        x_px += MARK_PX + 36.0 + paper.width_of(words, SMALL)
    return y_px + 30.0
