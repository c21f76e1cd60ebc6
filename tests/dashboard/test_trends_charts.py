"""The charts of the trends page: each is what Vega-Lite takes, says its numbers beside a point, tells no lie."""

from __future__ import annotations

from datetime import date, timedelta

import altair
import jsonschema
import pytest

from posture_coach.activity.types import Activity
from posture_coach.dashboard.trends import charts
from posture_coach.dashboard.trends import period_tables as tables
from posture_coach.dashboard.trends.day_tables import bout_table, hour_table, ribbon_table
from posture_coach.dashboard.trends.diary import diary_table, notes_html
from posture_coach.dashboard.trends.period import Span, around
from posture_coach.dashboard.trends.table import Column, Table, columns
from posture_coach.scoring.rules import shipped_rules
from posture_coach.store.history.trends import Bout, MeasureDay, Stretch, WindowScore
from posture_coach.store.sealed.diary import Entry
from tests.dashboard.test_trends_tables import HEAD, MONDAY, NO, WEEK, a_day, hour_of_day
from tests.store.made import NOW

RULES = shipped_rules()
YEAR = around(Span.YEAR, MONDAY)
DAYS = [a_day(0, 81.0), a_day(1, NO), a_day(2, 64.0, bouts=()), a_day(9, 77.0)]
WINDOWS = [WindowScore(MONDAY + timedelta(days=k), 9 + k, 1800, 70.0 + k) for k in range(4)]


def day_charts():
    hours = hour_table([hour_of_day(9, 60.0), hour_of_day(11, NO), hour_of_day(12, 80.0)], "Monday", RULES)
    stretches = [Stretch(9 * 3600, 10 * 3600, Activity.SITTING), Stretch(36000, 36600, Activity.AWAY)]
    ribbon = ribbon_table(stretches, {}, lambda _: 0, "x", "What you did")
    bouts = bout_table([Bout(9 * 3600, 2400, True), Bout(50000, 600, False)], lambda _: 0, RULES, "Monday")
    yield "hours", hours, charts.hour_scores_chart(hours)
    yield "parts of a day", hours, charts.parts_chart(hours, charts.hour_axis(hours.column("hour")))
    yield "ribbon", ribbon, charts.ribbon_chart(ribbon)
    yield "bouts of a day", bouts, charts.bout_chart(bouts, 30.0)


def period_charts():
    for words, period in (("week", WEEK), ("month", around(Span.MONTH, MONDAY)), ("year", YEAR)):
        score, parts = tables.score_table(DAYS, WINDOWS, period), tables.parts_table(DAYS, period)
        bouts, breaks = tables.bouts_table(DAYS, period, RULES), tables.breaks_table(DAYS, period, RULES)
        head = tables.measure_table([MeasureDay(MONDAY, -2.0, -4.0, 1.0, 60)], HEAD, Activity.SITTING, period)
        entries = diary_table([Entry(NOW, 3, None), Entry(NOW, None, 7, "a note")], period)
        yield f"score of a {words}", score, charts.spread_chart(score, period, "score", 72.0)
        yield f"parts of a {words}", parts, charts.parts_chart(parts, charts.day_axis(period))
        yield f"bouts of a {words}", bouts, charts.period_bouts_chart(bouts, period, 30.0)
        yield f"breaks of a {words}", breaks, charts.breaks_chart(breaks, period)
        yield f"measure of a {words}", head, charts.spread_chart(head, period, "median", 1.0, [(-5.0, 5.0)], "\u00b0")
        yield f"diary of a {words}", entries, charts.diary_chart(entries, period)


def other_charts():
    hours = tables.hours_table(WINDOWS, "x", RULES)
    both = Table(
        "both", "Score", "Words.", (*columns(("period", "period"), ("day", "day")), Column("value", "Score")),
        (("period 1", MONDAY, 71.0), ("period 2", MONDAY, 75.0)),
    )  # fmt: skip
    yield "map", hours, charts.map_chart(hours)
    yield "both", both, charts.both_chart(both, [("period 1", 71.0), ("period 2", NO)], "", is_score=True)


def one_lane(count):
    doing = [Activity.SITTING, Activity.STANDING][:count]
    stretches = [Stretch(3600 * k, 3600 * (k + 1), one) for k, one in enumerate(doing)]
    return charts.ribbon_chart(ribbon_table(stretches, {}, lambda _: 0, "x", "What you did"))


def one_weekday(count):
    windows = [WindowScore(MONDAY + timedelta(days=k), 9, 3600, 70.0) for k in range(count)]
    return charts.map_chart(tables.hours_table(windows, "x", RULES))


ALL = {name: (table, spec) for make in (day_charts, period_charts, other_charts) for name, table, spec in make()}


@pytest.mark.parametrize("name", ALL)
def test_a_chart_is_what_vega_lite_takes(name):
    _, spec = ALL[name]
    assert altair.LayerChart.from_dict(spec, validate=True).to_dict()["layer"]


def test_the_schema_catches_what_vega_lite_does_not_take():
    _, spec = ALL["map"]
    with pytest.raises(jsonschema.ValidationError):
        altair.LayerChart.from_dict({**spec, "layer": [{"mark": "no such mark"}]}, validate=True)


@pytest.mark.parametrize("name", ALL)
def test_beside_a_point_stands_what_the_table_says_of_it(name):
    table, spec = ALL[name]
    shown = [column for column in table.columns if not column.hidden]
    assert [tip["title"] for tip in spec["encoding"]["tooltip"]] == [column.label for column in shown]
    for row, line in zip(spec["data"]["values"], table.lines(), strict=True):
        assert [row[f"said_{column.name}"] for column in shown] == line


@pytest.mark.parametrize("name", ALL)
def test_layers_that_share_an_axis_agree_on_its_title(name):
    # One without a title takes it from all of them.
    titles = {
        layer["encoding"]["y"]["title"] for layer in ALL[name][1]["layer"] if "title" in layer["encoding"].get("y", {})
    }
    assert len(titles) <= 1
    if name.startswith("bouts"):
        assert titles == {"minutes"}
    if name.startswith("breaks"):
        assert titles == {"a day"}


@pytest.mark.parametrize(("width", "overlap"), [(310.0, 0.95), (440.0, 0.95), (920.0, 0.8)])
def test_dots_of_a_year_leave_room_between_them(width, overlap):
    dots = [layer["mark"] for _, spec in ALL.values() for layer in spec["layer"] if layer["mark"]["type"] == "point"]
    sizes = {dot["size"]["expr"] for dot in dots if isinstance(dot["size"], dict) and "/ 53" in dot["size"]["expr"]}
    assert sizes
    for size in sizes:
        clamp = {"clamp": lambda value, low, high: min(max(value, low), high), "pow": pow, "width": width}
        assert eval(size, clamp) ** 0.5 <= overlap * width / 53


@pytest.mark.parametrize("name", ALL)
def test_letters_can_be_read_at_arms_length(name):
    config = ALL[name][1]["config"]
    assert (
        min(config["axis"]["labelFontSize"], config["axis"]["titleFontSize"], config["legend"]["labelFontSize"]) >= 14
    )


@pytest.mark.parametrize(("make", "each"), [(one_lane, charts.LANE_PX), (one_weekday, charts.CELL_PX)])
def test_a_single_lane_is_as_high_as_one_of_many(make, each):
    assert make(2)["height"] - make(1)["height"] == each
    assert make(1)["height"] >= each + charts.AXIS_PX


def test_days_without_anything_have_their_place_on_the_axis():
    axis = charts.day_axis(WEEK)
    assert axis["scale"]["domain"] == [(MONDAY + timedelta(days=k)).isoformat() for k in range(7)]
    assert len(charts.day_axis(YEAR)["scale"]["domain"]) == 53


def test_a_score_that_is_not_known_is_not_drawn_as_none():
    _, spec = ALL["score of a week"]
    assert [row["score"] for row in spec["data"]["values"]] == [81.0, None, 64.0, 77.0]


def test_the_map_does_not_make_a_pattern_of_chance():
    _, spec = ALL["map"]
    low, high = spec["layer"][0]["encoding"]["color"]["scale"]["domain"]
    assert high - low >= 30


def test_the_diary_is_drawn_apart_from_any_score():
    for name, (table, spec) in ALL.items():
        names = {column.name for column in table.columns}
        assert not ({"pain", "comfort"} & names and {"score", "posture"} & names), name
        if name.startswith("diary"):
            y = spec["layer"][0]["encoding"]["y"]
            assert y["scale"]["domain"] == [0, 10]


def test_a_year_of_the_diary_is_told_by_the_medians_of_its_weeks():
    week, year = (ALL[f"diary of a {words}"][1]["layer"] for words in ("week", "year"))
    assert [layer["mark"]["type"] for layer in week] == ["point"]
    assert [layer["mark"]["type"] for layer in year] == ["point", "line"]
    assert year[1]["transform"][0]["groupby"] == ["week", "what"]


def test_the_newest_note_stands_first():
    told = notes_html([Entry(NOW, 3, note="the older"), Entry(NOW, 2), Entry(NOW, 3, note="the <newer>")])
    assert told.count("<li>") == 2
    assert told.index("the &lt;newer&gt;") < told.index("the older")


def test_each_part_of_the_score_differs_in_shape_and_dashes_not_in_colour_alone():
    for k in range(3):
        assert len({str(look[k]) for look in charts.PART_LOOK.values()}) == 3
    assert len({look[1] for look in charts.RATING_LOOK.values()}) == 2
    assert len(set(charts.ACTIVITY_COLOUR.values())) == len(Activity)


def test_a_day_is_a_word_that_no_time_zone_moves():
    assert charts.rows_of(ALL["score of a week"][0])[0]["day"] == date(2026, 3, 2).isoformat()
    assert charts.day_axis(WEEK)["type"] == "nominal"
