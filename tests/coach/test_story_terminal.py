"""The story on a terminal of any width: every line fits, and what is shown is what was done."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from rich.console import Console

from posture_coach.activity.types import Activity
from posture_coach.coach.story.day import day_story
from posture_coach.coach.story.sheet import hours_of, sheet_of
from posture_coach.coach.story.suggestions import shipped_suggestions
from posture_coach.coach.story.terminal import cells, show
from posture_coach.coach.story.week import week_story
from posture_coach.paper.story import Lane
from tests.coach.made_story import DAY, HOUR_S, NAN, OFFSET_S, RULES, day, hour, ribbon, told, utc, week

SUGGESTIONS = shipped_suggestions(RULES)


def shown(of, tell, width=100):
    console = Console(file=io.StringIO(), width=width, highlight=False, color_system=None)
    show(of, tell(of, RULES, SUGGESTIONS), RULES, console)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [20, 40, 79, 200])
def test_every_line_fits(width):
    of_day = told(hours=(hour(9, 80.0), hour(10, NAN), hour(11, 60.0)))
    of_week = week(day(DAY - timedelta(days=2)), day(), ribbons={DAY: ribbon()})
    for text in (shown(of_day, day_story, width), shown(of_week, week_story, width)):
        assert max(len(line.rstrip()) for line in text.splitlines()) <= width
        assert "nan" not in text


def test_a_day_has_a_ribbon_with_its_hours_and_a_row_for_each_hour():
    lines = shown(told(hours=(hour(9, 80.0), hour(10, NAN))), day_story).splitlines()
    # From nine to eleven, and an hour on each side, since a ribbon has four of twelve cells each.
    at = next(k for k, line in enumerate(lines) if line.split() == ["08", "09", "10", "11"])
    assert lines[at - 1].strip() == "▃" * 12 + "·" * 2 + "▅" * 10
    assert lines[at - 1].index("▃") == lines[at].index("09")
    assert "▃ sitting  ▅ standing  · away" in lines
    assert [line.split()[:2] for line in lines if line.endswith("-")] == [["09:00", "80"], ["10:00", "-"]]


def test_a_cell_shows_a_break_that_took_a_quarter_of_it():
    lane = Lane("", ((9.0, 9.75, Activity.SITTING), (9.75, 10.0, Activity.WALKING), (10.0, 10.9, Activity.SITTING)))
    assert cells(lane, (9, 12), 3) == [Activity.WALKING, Activity.SITTING, None]


def test_a_week_has_a_row_for_each_day_and_dashes_where_nothing_was_seen():
    lines = shown(week(day(DAY - timedelta(days=2))), week_story).splitlines()
    rows = [line.split() for line in lines if line.split()[:1] in [[name] for name in ("Wed", "Sun", "Tue")]]
    assert [row[:3] for row in rows] == [["Wed", "18", "-"], ["Sun", "22", "80"], ["Tue", "24", "-"]]
    assert "6 of 12" in " ".join(rows[1])


def test_hours_are_by_the_clock_of_each_session():
    """A flight westwards: the same day twice, once by each clock, and nothing falls out of it."""
    morning, later = utc(8), utc(19)
    parts = (*ribbon((Activity.SITTING, 30), start=morning), *ribbon((Activity.STANDING, 30), start=later))
    of = told(ribbons={DAY: parts}, clocks=((morning, OFFSET_S), (later, -7 * OFFSET_S)))
    assert hours_of(of, DAY) == ((9.0, 9.5, Activity.SITTING), (12.0, 12.5, Activity.STANDING))
    # With one clock for both, the first would lie on the day before: it is cut off, not drawn backwards.
    assert hours_of(told(ribbons={DAY: parts}, clocks=((morning - HOUR_S, -20 * HOUR_S),)), DAY) == ()


def test_a_day_too_short_to_judge_has_words_and_a_ribbon_but_no_scores():
    short = day(judged_s=600, score=90.0, seconds={Activity.SITTING: 600})
    of = told(short, hours=(hour(9, 90.0),))
    sheet = sheet_of(of, day_story(of, RULES, SUGGESTIONS))
    assert (sheet.figures, sheet.points) == ((), ())
    assert sheet.lanes
    assert "90" not in shown(of, day_story)
