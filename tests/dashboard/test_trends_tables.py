"""The numbers of the trends page: periods, tables and verdicts, from days whose answers are known."""

from __future__ import annotations

import csv
import io
import math
from datetime import date, timedelta

import numpy as np
import pytest

from posture_coach.activity.types import Activity
from posture_coach.coach.story.sitting import good_min
from posture_coach.coach.story.words import clock
from posture_coach.dashboard.trends import period_tables as tables
from posture_coach.dashboard.trends.day_tables import (
    bout_table,
    hour_extremes,
    hour_of,
    hour_table,
    ribbon_table,
)
from posture_coach.dashboard.trends.html import day_cards, note_html, period_cards, verdicts_html
from posture_coach.dashboard.trends.period import Period, Span, after, around, baseline, before
from posture_coach.dashboard.trends.table import NOTHING, Table, columns, said
from posture_coach.dashboard.trends.verdicts import (
    cautions,
    compared,
    compared_measure,
    shared_reasons,
    verdict_table,
)
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.comparison import Verdict
from posture_coach.measures.definitions import NAMES
from posture_coach.scoring.noise import score_limit
from posture_coach.scoring.rules import shipped_rules
from posture_coach.scoring.targets import JUDGED, RelativeTo, shipped_targets
from posture_coach.scoring.windows import Window
from posture_coach.store.history.trends import Bout, Day, Doing, Hour, MeasureDay, Stretch, Ways, WindowScore

RULES = shipped_rules()
MONDAY = date(2026, 3, 2)
WEEK = around(Span.WEEK, MONDAY)
HEAD = "head_roll_deg"
ALIKE = Ways(("desk",), ("full",), ("tracked",), ("",))
NO = float("nan")


def a_day(k, score=80.0, bouts=((1800, True),), seconds=None, **changes):
    sitting = sum(length for length, _ in bouts)
    values = {
        "day": MONDAY + timedelta(days=k), "judged_s": 7200, "scored_s": 3600, "score": score, "posture": score,
        "variety": score, "breaks": score, "coverage": 0.6, "seconds": seconds or {Activity.SITTING: sitting},
        "bouts": tuple(Bout(3600 * i, length, broken) for i, (length, broken) in enumerate(bouts)), "happened": {},
        "losses": (),
    }  # fmt: skip
    return Day(**values | changes)


# Periods


@pytest.mark.parametrize(
    ("span", "first", "last"),
    [
        (Span.DAY, "2026-02-28", "2026-02-28"), (Span.WEEK, "2026-02-23", "2026-03-01"),
        (Span.MONTH, "2026-02-01", "2026-02-28"), (Span.YEAR, "2026-01-01", "2026-12-31"),
    ],
)  # fmt: skip
def test_a_period_is_the_one_its_day_lies_in_and_its_neighbours_touch_it(span, first, last):
    day = date(2026, 2, 28)
    period = around(span, day)
    assert (str(period.first), str(period.last)) == (first, last)
    assert day in period
    assert before(span, period).last == period.first - timedelta(days=1)
    assert after(span, period).first == period.last + timedelta(days=1)
    assert before(span, after(span, period)) == period


def test_december_is_followed_by_january():
    assert after(Span.MONTH, around(Span.MONTH, date(2026, 12, 5))).words == "January 2027"


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (around(Span.DAY, MONDAY), "Monday, 2 March 2026"), (WEEK, "2 to 8 March 2026"),
        (around(Span.WEEK, date(2026, 3, 31)), "30 March to 5 April 2026"),
        (around(Span.WEEK, date(2026, 12, 31)), "28 December 2026 to 3 January 2027"),
        (around(Span.MONTH, MONDAY), "March 2026"), (around(Span.YEAR, MONDAY), "2026"),
    ],
)  # fmt: skip
def test_a_period_is_called_what_people_call_it(period, words):
    assert period.words == words


def test_a_year_is_told_by_weeks_and_a_month_by_days():
    year, month = around(Span.YEAR, MONDAY), around(Span.MONTH, MONDAY)
    assert (year.bucket, month.bucket) == ("week", "day")
    assert len(list(month.buckets())) == 31
    weeks = list(year.buckets())
    assert {day.weekday() for day in weeks} == {0}
    assert len(weeks) == 53, "the last days of a year lie in a week of their own"
    assert all(year.bucket_of(day) in weeks for day in (year.first, year.last))


# Numbers


def test_a_table_reads_alike_on_the_page_and_in_its_file():
    rows = (("a", 1.23456, 2), ("b", NO, None))
    table = Table("name", "Title", "Words.", columns(("what", "what"), ("value", "value (s)", 1), ("n", "times")), rows)
    assert table.heads == ["what", "value (s)", "times"]
    assert table.lines() == [["a", "1.2", "2"], ["b", NOTHING, NOTHING]]
    assert list(csv.reader(io.StringIO(table.csv()))) == [["what", "value", "n"], ["a", "1.235", "2"], ["b", "", ""]]


def test_no_text_of_a_file_is_a_formula_to_a_spreadsheet():
    rows = (("=cmd|' /C calc'!A0", -1.0), ("-1+1", None), ("'quoted", 2.0), ("plain", 3.0))
    table = Table("diary", "Diary", "Words.", columns(("note", "note"), ("value", "value")), rows)
    _, *read = csv.reader(io.StringIO(table.csv()))
    assert [line[0] for line in read] == ["'=cmd|' /C calc'!A0", "'-1+1", "''quoted", "plain"]
    assert read[0][1] == "-1.0", "a number is one"
    assert table.lines()[0][0] == "=cmd|' /C calc'!A0", "and on the page nothing is put before it"


def test_nothing_is_never_shown_as_a_number():
    assert said(NO, 1) == said(None, 0) == NOTHING
    assert said(-0.001, 0) == "0", "and no zero has a minus"


def test_a_day_tells_its_score_and_how_its_five_minutes_spread():
    windows = [WindowScore(MONDAY, 9, 300, score) for score in (60.0, 70.0, 80.0, 90.0, 100.0)]
    table = tables.score_table([a_day(0, 82.0)], windows, WEEK)
    assert table.rows == ((MONDAY, 82.0, 70.0, 80.0, 90.0, 2.0),)
    assert "82" in table.words


def test_a_week_of_a_year_tells_the_median_of_its_days():
    days = [a_day(k, score) for k, score in enumerate((60.0, 70.0, 90.0))] + [a_day(7, 50.0)]
    table = tables.score_table(days, [], around(Span.YEAR, MONDAY))
    assert [row[:5] for row in table.rows] == [
        (MONDAY, 70.0, 65.0, 70.0, 80.0), (MONDAY + timedelta(days=7), 50.0, 50.0, 50.0, 50.0),
    ]  # fmt: skip


def test_breaks_are_planned_as_often_as_sitting_in_one_go_is_good_for():
    assert good_min(RULES) == 30
    one = tables.sat([a_day(0, bouts=((3600, True), (1800, False), (1800, True)))], RULES)
    assert (one.seconds, one.taken, one.planned, one.longest_min, one.median_min) == (7200, 2, 4.0, 60.0, 30.0)
    nobody = tables.sat([a_day(0, bouts=())], RULES)
    assert nobody.planned == 0
    assert math.isnan(nobody.longest_min)


def test_breaks_of_a_week_are_a_days_mean():
    days = [a_day(0, bouts=((3600, True),)), a_day(1, bouts=((3600, True), (3600, True), (3600, True)))]
    table = tables.breaks_table(days, around(Span.YEAR, MONDAY), RULES)
    assert table.rows == ((MONDAY, 2.0, 4.0),)
    assert "4 taken, 8 planned" in table.words


def test_hours_are_weighted_by_how_much_of_somebody_was_seen():
    windows = [WindowScore(MONDAY, 9, 900, 90.0), WindowScore(MONDAY, 9, 300, 50.0), WindowScore(MONDAY, 10, 60, 0.0)]
    table = tables.hours_table(windows, "2 March", RULES)
    assert table.rows == (("Mon", "09:00", 80.0, 1),), "and a minute is no hour"


def test_hours_that_measuring_cannot_tell_apart_have_no_best():
    hours = [("Mon 09:00", 80.0), ("Mon 10:00", 83.0), ("Mon 11:00", 78.0)]
    apart, alike = tables.extremes(hours, 4.0), tables.extremes(hours, 6.0)
    assert apart.words == "Best: Mon 10:00, 83. Worst: Mon 11:00, 78."
    assert not alike.apart
    assert "No hour stands out" in alike.words
    assert tables.extremes(hours[:2], 1.0) is None


def test_what_is_drawn_as_good_is_what_the_target_holds_for_this_activity():
    targets = shipped_targets(NAMES)
    head = tables.good_of(targets, HEAD, Activity.SITTING)
    (target,) = [one for one in targets.of(Activity.SITTING) if HEAD in one.measures]
    assert max(high for _, high in head.bands) == target.good[0][1]
    assert min(low for low, _ in head.bands) == -target.good[0][1], "to either side alike"
    assert tables.good_of(targets, "head_yaw_deg", Activity.LYING).words.startswith("No target")


def test_a_target_from_ones_own_upright_draws_no_band_for_that_is_another_one_at_every_place():
    targets, own = shipped_targets(NAMES), set()
    for activity in JUDGED:
        held = targets.of(activity)
        absolute = {name for one in held if one.relative_to is RelativeTo.NONE for name in one.measures}
        own |= {(name, activity) for one in held for name in one.measures if name not in absolute}
    assert own
    for name, activity in own:
        good = tables.good_of(targets, name, activity)
        assert good.bands == ()
        assert "from the person's own upright" in good.words


def test_a_measure_keeps_its_quartiles_of_a_day_and_takes_those_of_days_for_a_week():
    days = [
        MeasureDay(MONDAY + timedelta(days=k), value, value - 1, value + 1, 60) for k, value in enumerate((1, 2, 5))
    ]
    by_day = tables.measure_table(days, HEAD, Activity.SITTING, WEEK)
    assert by_day.rows[0] == (MONDAY, 1.0, 0, 2, 60)
    by_week = tables.measure_table(days, HEAD, Activity.SITTING, around(Span.YEAR, MONDAY))
    assert by_week.rows == ((MONDAY, 2.0, 1.5, 3.5, 180),)


def test_posture_of_one_activity_says_how_long_that_was():
    doing = [Doing(MONDAY, 7200, 3600, 88.0), Doing(MONDAY + timedelta(days=1), 3600, 0, NO)]
    table = tables.posture_table(doing, Activity.STANDING, WEEK)
    assert [row[0] for row in table.rows] == [MONDAY, MONDAY + timedelta(days=1)]
    assert table.column("hours") == [2.0, 1.0]
    assert math.isnan(table.rows[1][1])


# A day to the minute


def hour_of_day(hour, score, seen_s=3600.0):
    seconds = {Activity.SITTING: seen_s}
    return Hour(MONDAY, hour, Window(0.0, 3600.0, seconds, score, score, score, score, 0.7, moves=(), losses=()))


def test_local_time_is_told_also_over_midnight():
    assert clock(0, 3600) == "01:00"
    assert clock(86400 - 60, 3600) == "00:59"
    assert clock(0, -5 * 3600) == "19:00"
    assert hour_of(1800, 3600) == 1.5


def test_the_best_hour_is_one_with_enough_of_somebody_in_it():
    hours = [hour_of_day(9, 60.0), hour_of_day(10, 80.0), hour_of_day(11, 70.0), hour_of_day(12, 100.0, 300.0)]
    found = hour_extremes(hours, RULES)
    assert (found.best, found.worst) == ("10:00", "09:00")
    table = hour_table(hours, "Monday", RULES)
    assert hour_table([], "Monday", RULES).words.endswith("The first hour comes with its first five minutes.")
    assert table.words.endswith("Best: 10:00, 80. Worst: 09:00, 60.")
    assert len(table.rows) == 4


def test_the_ribbon_names_what_was_done_the_longest_first():
    stretches = [
        Stretch(0, 3600, Activity.SITTING),
        Stretch(3600, 4200, Activity.AWAY),
        Stretch(4200, 9000, Activity.SITTING),
    ]
    spent = {Activity.AWAY: 620, Activity.SITTING: 8390, Activity.WALKING: 20}
    table = ribbon_table(stretches, spent, lambda _: 3600, "Monday", "What you did")
    assert table.words == "What you did on Monday: sitting 2 h 20 min and away 10 min."
    assert table.lines()[1] == ["02:00", "02:10", "away", "10"]
    assert table.column("start_h") == pytest.approx([1.0, 2.0, 2 + 1 / 6])


def test_what_ends_at_midnight_ends_with_its_day():
    stretches = [Stretch(86400 - 3600 - 1800, 86400 - 3600, Activity.SITTING)]
    table = ribbon_table(stretches, {Activity.SITTING: 1800}, lambda _: 3600, "Monday", "What you did")
    assert table.lines() == [["23:30", "24:00", "sitting", "30"]]
    assert table.column("end_h") == [24.0]


def test_bouts_say_what_ended_them():
    table = bout_table([Bout(0, 2400, True), Bout(7200, 600, False)], lambda _: 0, RULES, "Monday")
    assert table.lines() == [["00:00", "40", "a break"], ["02:00", "10", "out of view"]]
    assert "1 of them longer than 30 minutes; the longest took 40 minutes" in table.words
    assert (
        bout_table([Bout(0, 60, True)], lambda _: 0, RULES, "Monday").words
        == "1 bout of sitting on Monday; it took 1 minute."
    )
    assert bout_table([], lambda _: 0, RULES, "Monday").words == "No bout of sitting on Monday."


# Verdicts


def days_of(score, spread=1.0, start=0, n=5):
    return [a_day(start + k, score + spread * (k - (n - 1) / 2)) for k in range(n)]


def of(found, title):
    (one,) = [each for each in found if each.title == title]
    return one


def test_a_change_is_told_only_beyond_what_measuring_allows():
    limit = score_limit(RULES)
    for by, verdict in ((0.8 * limit, Verdict.NOT_SURE), (1.2 * limit, Verdict.CHANGED)):
        found = compared(days_of(70.0, 0.1), days_of(70.0 + by, 0.1, 14), ALIKE, ALIKE, RULES)
        assert of(found, "Score").change.verdict is verdict
        assert "measuring twice" in of(found, "Score").words


def test_a_change_is_told_only_beyond_what_days_vary_by():
    found = compared(days_of(60.0, 15.0), days_of(70.0, 15.0, 14), ALIKE, ALIKE, RULES)
    assert of(found, "Score").change.verdict is Verdict.NOT_SURE
    assert "that days differ by themselves" in of(found, "Score").words


def test_what_was_seen_from_elsewhere_is_not_compared_but_breaks_are():
    other = Ways(("", "sofa"), ("full",), ("tracked",), ("",))
    found = compared(days_of(50.0), days_of(90.0, start=14), ALIKE, other, RULES)
    refused = [one.title for one in found if one.change.verdict is Verdict.NOT_COMPARABLE]
    assert refused == ["Score", "Posture", "Changes of position"]
    assert of(found, "Breaks").change.verdict is Verdict.CHANGED
    (reason,) = shared_reasons(found)
    assert reason.startswith("Score, posture and changes of position cannot be compared: seen from different places")
    chosen = compared(days_of(50.0), days_of(90.0, start=14), ALIKE, other, RULES, one_place=True)
    assert of(chosen, "Score").change.verdict is Verdict.CHANGED


@pytest.mark.parametrize(
    ("ways", "words"),
    [
        (Ways(("desk",), ("heavy",), ("tracked",), ("",)), "different models (full and heavy)"),
        (Ways(("desk",), ("full",), ("detected",), ("",)), "measured in different ways"),
    ],
)
def test_what_was_measured_otherwise_is_not_compared(ways, words):
    found = compared(days_of(50.0), days_of(90.0, start=14), ALIKE, ways, RULES)
    assert words in of(found, "Score").words


def test_too_few_days_are_said_to_be_too_few():
    found = compared(days_of(50.0, n=2), days_of(90.0, start=14), ALIKE, ALIKE, RULES)
    assert "each period needs 3" in of(found, "Score").words
    assert verdict_table(found, ("before", "after")).words == "Nothing of it can be compared."


def test_other_targets_in_between_are_cautioned_of():
    own = Ways(("desk",), ("full",), ("tracked",), ("a" * 64,))
    assert cautions(ALIKE, ALIKE) == []
    assert "Own targets have changed" in cautions(ALIKE, own)[0]
    assert "no known place" in cautions(ALIKE, Ways(("",), ("full",), ("tracked",), ("",)))[0]


def test_a_measure_is_held_against_what_it_is_known_to_differ_by():
    days = [
        [MeasureDay(MONDAY + timedelta(days=k), value + 0.1 * k, value, value, 60) for k in range(4)]
        for value in (0.0, 9.0)
    ]
    one = compared_measure(HEAD, (days[0], days[1]), (ALIKE, ALIKE), shipped_accuracy())
    assert one.change.verdict is Verdict.CHANGED
    assert one.number(one.change.difference, sign=True) == "+9.0\N{DEGREE SIGN}"
    same = compared_measure(HEAD, (days[0], days[0]), (ALIKE, ALIKE), shipped_accuracy())
    assert same.change.verdict is Verdict.NOT_SURE
    assert same.change.limit > 1.0
    unknown = compared_measure("viewing_distance_cm", (days[0], days[1]), (ALIKE, ALIKE), shipped_accuracy())
    assert math.isnan(unknown.change.limit) == (unknown.change.verdict is Verdict.NOT_COMPARABLE)


def test_every_verdict_is_in_words_and_in_the_table():
    found = compared(days_of(50.0), days_of(90.0, start=14), ALIKE, ALIKE, RULES)
    table, html = verdict_table(found, ("before", "after")), verdicts_html(found)
    assert table.words.startswith("Changed: score, posture")
    for one, line in zip(found, table.lines(), strict=True):
        assert line[0] == one.title
        assert one.title in html
        assert line[3] == one.words


# Cards


def test_cards_say_what_was_taken_and_what_was_planned():
    day = a_day(0, bouts=((3600, True), (3600, False)), seconds={Activity.SITTING: 7200, Activity.STANDING: 1800})
    cards = {title: (figure, more) for title, figure, more in day_cards(day, None, RULES)}
    assert cards["Breaks taken"] == ("1", "planned 4")
    assert cards["Sitting"] == ("2 h 00 min", "standing 30 min")
    assert "Best hour" not in cards
    whole = {title: (figure, more) for title, figure, more in period_cards([day, day], RULES)}
    assert whole["Breaks a day"] == ("1.0", "planned 4.0")
    assert whole["Score, median of the days"] == ("80", "half of the days lie between 80 and 80")


def test_long_sitting_is_told_in_hours_on_a_card():
    cards = {title: (figure, more) for title, figure, more in period_cards([a_day(0, bouts=((24120, False),))], RULES)}
    assert cards["Longest bout of sitting"] == ("6 h 42 min", "median 6 h 42 min")


def test_one_day_is_told_as_one_day():
    one = a_day(0, 85.0)
    cards = {title: (figure, more) for title, figure, more in period_cards([one], RULES)}
    assert cards["Score"] == ("85", "of the one day that could be judged")
    assert cards["Sitting a day"] == ("30 min", "on the one day with something kept")
    assert period_cards([a_day(0, NO)], RULES)[0] == ("Score", NOTHING, "no day could be judged")
    assert tables.score_table([one], [], WEEK).words.endswith("day by day: 85, the only one known.")
    assert "one day: posture 85" in tables.parts_table([one], WEEK).words


def test_a_day_that_could_not_be_judged_shows_no_number():
    day = a_day(0, NO, coverage=NO)
    (score, *_) = day_cards(day, None, RULES)
    assert score[1] == NOTHING
    assert "nothing could be judged" in score[2]


def test_a_glimpse_of_a_day_has_hours_and_bouts_but_no_score():
    glimpse, whole = a_day(0, 95.0, judged_s=700), a_day(1, 80.0)
    (card, sitting, *_) = day_cards(glimpse, None, RULES)
    assert card == ("Score", NOTHING, "a day is judged from 20 min on, its hours as they come")
    assert sitting[1] == "30 min"
    shown = tables.without_glimpses([glimpse, whole], RULES)
    assert shown[1] is whole
    assert shown[0].bouts == glimpse.bouts
    windows = [WindowScore(MONDAY, 9, 300, 95.0), WindowScore(MONDAY + timedelta(days=1), 9, 300, 80.0)]
    table = tables.score_table(shown, windows, WEEK)
    assert [row[1:5] for row in table.lines()] == [[NOTHING] * 4, ["80"] * 4]
    assert len(tables.parts_table(shown, WEEK).rows) == 2


def test_names_of_places_cannot_become_markup():
    assert "<b>" not in note_html("a <b>place</b>")
    assert ">Run <code>a &lt;b&gt;</code>, or `wait.<" in note_html("Run `a <b>`, or `wait.")


def test_the_baseline_is_the_first_two_weeks():
    assert baseline(MONDAY) == Period(MONDAY, MONDAY + timedelta(days=13))
    assert np.isnan(tables.quartiles([])).all()
