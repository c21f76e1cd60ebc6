"""The charts of the trends page, drawn from its tables, in Vega-Lite's own words.

Altair would write the same; it looks through each chart against its schema first, which takes longer than everything
else on the page. Colours are Okabe and Ito's, a little darker where a light page asks for it; whatever a colour says, a
place, a shape or a number says too. Days are words on the axis, not times: a browser in another time zone must not
move them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from posture_coach.activity.types import Activity
from posture_coach.dashboard.trends.period import WEEK_DAYS, Period
from posture_coach.dashboard.trends.period_tables import PART_TITLE, WEEKDAYS
from posture_coach.dashboard.trends.table import Table, said

Spec = dict[str, Any]

FONT_PX, NUMBER_PX = 14, 15
HEIGHT, LOW_HEIGHT = 240, 190
LANE_PX, CELL_PX, LEGEND_PX, AXIS_PX = 24, 30, 30, 56
DOT, DOT_ALONE, DOT_LEAST = 90, 110, 20
INK = {"labelColor": "currentColor", "titleColor": "currentColor", "labelOpacity": 0.8, "titleOpacity": 0.8}
"""Letters in the page's own colour: the grey that charts come with is too faint on a light page."""
LINE, NEUTRAL, GOOD = "#2b938a", "#808890", "#009e73"
DASHES = [7, 5]
PART_LOOK = {
    "posture": ("#2f7fc1", "circle", [1, 0]), "variety": ("#c47a00", "square", [7, 4]),
    "breaks": ("#b3568f", "triangle-up", [2, 3]),
}  # fmt: skip
"""Colour, shape and dashes of each part of the score."""
PART_KEY = "Circles: posture. Squares, dashed: changes of position. Triangles, dotted: breaks."
RATING_LOOK = {"pain": ("#d55e00", "diamond"), "comfort": ("#2f7fc1", "circle")}
ACTIVITY_COLOUR = {
    Activity.SITTING: "#56b4e9", Activity.STANDING: "#009e73", Activity.WALKING: "#e69f00",
    Activity.EXERCISING: "#9a7fd6", Activity.LYING: "#cc79a7", Activity.AWAY: "#9a9fa5", Activity.UNKNOWN: "#6f757c",
}  # fmt: skip
SITTING = ACTIVITY_COLOUR[Activity.SITTING]
MORNING_H, EVENING_H = 8.0, 18.0
"""A day's axis spans at least this: a single hour must not look like a whole day."""
MAP_COLOURS = "cividis"
"""Told apart by colour-blind eyes, and growing evenly lighter."""
MAP_LOW, MAP_HIGH = 60.0, 90.0
"""The map's colours span at least these scores: chance must not look like a pattern."""
TENS, TWENTIES = 10.0, 20.0
OUTLINED_PX = 12
"""A place on the axis no wider than that has no room for an outline."""
NARROW_PX = 420
"""A chart no wider has room for the name of every other month."""
MONTHS = "['Jan','Feb','Mar','Apr','May','Jun','Jul','Aug','Sep','Oct','Nov','Dec']"


def rows_of(table: Table) -> list[Spec]:
    """Return a table's rows as charts take them, with what is to be read beside a point."""
    return [
        {
            **{column.name: _plain(value) for column, value in zip(table.columns, row, strict=True)},
            **{
                f"said_{column.name}": said(value, column.digits)
                for column, value in zip(table.columns, row, strict=True) if not column.hidden
            },
        }
        for row in table.rows
    ]  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return None if value != value else value


def _tips(table: Table) -> list[Spec]:
    """Say beside the pointer what the table says of the point."""
    shown = [column for column in table.columns if not column.hidden]
    return [{"field": f"said_{column.name}", "type": "nominal", "title": column.label} for column in shown]


def _chart(table: Table, layers: Iterable[Spec], height: float, shared: Spec | None = None) -> Spec:
    """Put layers together, in letters large enough to be read at arm's length."""
    return {
        "data": {"values": rows_of(table)},
        "encoding": {"tooltip": _tips(table), **(shared or {})},
        "layer": list(layers), "height": height,
        "config": {
            "axis": {
                "labelFontSize": FONT_PX, "titleFontSize": FONT_PX, "labelLimit": 160, "titleFontWeight": 400, **INK,
            },
            "legend": {"labelFontSize": FONT_PX, "symbolSize": 140, "orient": "top", "title": None, **INK},
            "view": {"stroke": None},
        },
    }  # fmt: skip


def _layer(mark: str, look: Spec, encoding: Spec, **more: Any) -> Spec:
    return {"mark": {"type": mark, **look}, "encoding": encoding, **more}


def _y(field: str, scale: Spec | None = None, **axis: Any) -> Spec:
    title = axis.pop("title", None)
    found: Spec = {
        "field": field,
        "type": "quantitative",
        "title": title,
        "axis": {"tickCount": 5, "labelFlush": False, **axis},
    }
    return found | ({"scale": scale} if scale else {})


def _points_y(field: str, low: float = 0.0) -> Spec:
    return _y(field, {"domain": [low, 100], "nice": False, "zero": False})


def day_axis(period: Period) -> Spec:
    """Return an axis with every day or week of the period, so that days without anything show."""
    days = [day.isoformat() for day in period.buckets()]
    month, number = f"{MONTHS}[toNumber(slice(datum.value, 5, 7)) - 1]", "toNumber(slice(datum.value, 8))"
    if period.by_weeks:
        roomy = f"(width > {NARROW_PX} || toNumber(slice(datum.value, 5, 7)) % 2 == 1)"
        label = f"{number} <= {WEEK_DAYS} && {roomy} ? {month} : ''"
    elif len(days) <= WEEK_DAYS:
        label = f"{ {day: f'{date.fromisoformat(day):%a} {date.fromisoformat(day).day}' for day in days} }[datum.value]"
    else:
        label = f"{number} == 1 ? {month} : {number}"
    return _words_axis(period.bucket, days, label=label, overlap=not period.by_weeks)


def _dot(x: Spec, largest: float = DOT) -> Spec:
    """Return a size at which the dots of an axis with many places leave room between them."""
    return {"expr": f"clamp(pow(0.8 * width / {len(x['scale']['domain'])}, 2), {DOT_LEAST}, {largest})"}


def hour_axis(hours: Sequence[str]) -> Spec:
    """Return an axis with every hour from the first to the last."""
    numbers = [int(hour[:2]) for hour in hours]
    return _words_axis("hour", [f"{hour:02}:00" for hour in range(min(numbers), max(numbers) + 1)])


def _words_axis(field: str, every: list[str], label: str = "datum.label", *, overlap: bool = True) -> Spec:
    axis = {
        "labelExpr": label, "labelAngle": 0, "labelOverlap": overlap, "ticks": False, "grid": False, "labelPadding": 8,
        "labelFlush": False,
    }  # fmt: skip
    return {
        "field": field, "type": "nominal", "title": None, "sort": every, "scale": {"domain": every}, "axis": axis
    }  # fmt: skip


def _lanes(field: str, names: list[str]) -> Spec:
    axis = {"ticks": False, "domain": False, "labelFlush": False}
    return {
        "field": field, "type": "nominal", "title": None, "sort": names, "scale": {"domain": names}, "axis": axis
    }  # fmt: skip


def _rule(at: float, scale: Spec | None = None) -> Spec:
    """Return a dashed line across."""
    y: Spec = {"datum": at} | ({"scale": scale} if scale else {})
    look = {"color": NEUTRAL, "strokeWidth": 2, "strokeDash": DASHES}
    return {"data": {"values": [{}]}, "mark": {"type": "rule", **look}, "encoding": {"y": y, "tooltip": None}}


def _known(table: Table, *names: str) -> list[float]:
    return [value for name in names for value in table.column(name) if value is not None and value == value]


def spread_chart(
    table: Table, period: Period, value: str, baseline: float | None = None,
    good: Sequence[tuple[float, float]] = (), unit: str = "",
) -> Spec:  # fmt: skip
    """Draw a figure with its quartiles, its baseline, and what is good of it."""
    known = _known(table, value, "low", "high") + ([] if baseline is None else [baseline])
    low, high = (_below(known), 100.0) if value == "score" else _room(known)
    scale = {"domain": [low, high], "nice": False, "zero": False}
    x, y = day_axis(period), _y(value, scale, labelExpr=f"datum.label + '{unit}'")
    bands = [{"low": max(a, low), "high": min(b, high)} for a, b in good if b > low and a < high]
    ends = {"y": _y("low", scale), "y2": {"field": "high"}}
    bars = {
        "color": LINE, "fillOpacity": 0.35, "stroke": LINE, "width": {"band": 0.5}, "cornerRadius": 3,
        "strokeWidth": {"expr": f"width / {len(x['scale']['domain'])} < {OUTLINED_PX} ? 0 : 1"},
    }  # fmt: skip
    layers = [
        _layer("rect", {"color": GOOD, "opacity": 0.14}, {**ends, "tooltip": None}, data={"values": bands}),
        _layer("line", {"color": LINE, "strokeWidth": 1.5, "opacity": 0.6}, {"x": x, "y": y}),
        _layer("bar", bars, {"x": x, **ends}),
        _layer("point", {"color": LINE, "filled": True, "size": _dot(x), "opacity": 1}, {"x": x, "y": y}),
    ]
    return _chart(table, [*layers, *([] if baseline is None else [_rule(baseline, scale)])], HEIGHT)


def _below(scores: Sequence[float]) -> float:
    """Return where the axis of scores begins: dots and their spread may leave out what is far below them."""
    return max(0.0, (min(scores, default=0.0) - TENS) // TWENTIES * TWENTIES)


def _room(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = 0.12 * (high - low) or max(abs(high) * 0.1, 0.05)
    return low - room, high + room


def _looks(field: str, looks: Mapping[str, tuple[Any, ...]], names: list[str]) -> Spec:
    """Return colour and shape by name, in one legend."""
    one = {"field": field, "type": "nominal", "sort": names, "title": None, "legend": {"title": None}}
    colours, shapes = ([look[k] for look in looks.values()] for k in range(2))
    return {
        "color": {**one, "scale": {"domain": names, "range": colours}},
        "shape": {**one, "scale": {"domain": names, "range": shapes}},
    }


def parts_chart(table: Table, x: Spec) -> Spec:
    """Draw the three parts of the score, each with its own colour, shape and dashes."""
    names = list(PART_TITLE.values())
    low = _below(_known(table, *PART_TITLE))
    looks, y = _looks("named", PART_LOOK, names), _points_y("points", low)
    dash = {
        "field": "named", "type": "nominal", "sort": names, "legend": None,
        "scale": {"domain": names, "range": [look[2] for look in PART_LOOK.values()]},
    }  # fmt: skip
    line = {"x": x, "y": y, "color": {**looks["color"], "legend": None}, "strokeDash": dash}
    layers = [
        _layer("line", {"strokeWidth": 2, "opacity": 0.75}, line),
        _layer("point", {"filled": True, "size": _dot(x), "opacity": 1}, {"x": x, "y": y, **looks}),
    ]
    folded = [
        {"fold": list(PART_TITLE), "as": ["part", "points"]},
        {"calculate": f"{PART_TITLE}[datum.part]", "as": "named"},
    ]
    return _chart(table, layers, LOW_HEIGHT + LEGEND_PX) | {
        # Else lines would put their dashes around the legend's shapes.
        "transform": folded, "resolve": {"scale": {"color": "independent", "shape": "independent"}},
    }  # fmt: skip


def hour_scores_chart(table: Table, baseline: float | None = None) -> Spec:
    """Draw the score of each hour of a day, with its number, and its baseline."""
    x, y = hour_axis(table.column("hour")), _points_y("score")
    bars = {"color": LINE, "opacity": 0.7, "cornerRadiusEnd": 4, "width": {"band": 0.7}}
    # In a row above, where neither bars nor the dashed line run through them.
    numbers = {"fontSize": NUMBER_PX, "fontWeight": 600, "dy": -10, "color": "currentColor"}
    layers = [
        _layer("bar", bars, {"x": x, "y": y}),
        _layer("text", numbers, {"x": x, "y": {"value": 0}, "text": {"field": "said_score", "type": "nominal"}}),
    ]
    return _chart(table, [*layers, *([] if baseline is None else [_rule(baseline)])], LOW_HEIGHT)


def map_chart(table: Table) -> Spec:
    """Draw the score by weekday and hour."""
    seen, known = set(table.column("weekday")), _known(table, "score")
    days = [day for day in WEEKDAYS if day in seen]
    low, high = min(MAP_LOW, min(known) // TENS * TENS), max(MAP_HIGH, -(-max(known) // TENS) * TENS)
    places = {"x": hour_axis(table.column("hour")), "y": _lanes("weekday", days)}
    colour = {
        "field": "score", "type": "quantitative", "legend": None,
        "scale": {"scheme": MAP_COLOURS, "domain": [low, high], "clamp": True},
    }  # fmt: skip
    ink = {"condition": {"test": f"datum.score < {(low + high) / 2}", "value": "#ffffff"}, "value": "#101418"}
    cells = {"cornerRadius": 4, "height": {"band": 0.92}, "width": {"band": 0.94}}
    text = {"text": {"field": "said_score", "type": "nominal"}, "color": ink}
    layers = [
        _layer("rect", cells, {**places, "color": colour}),
        _layer("text", {"fontSize": NUMBER_PX, "fontWeight": 600}, {**places, **text}),
    ]
    return _chart(table, layers, CELL_PX * len(days) + AXIS_PX)


def _clock_axis(table: Table) -> Spec:
    low = int(min([MORNING_H, *table.column("start_h")]))
    high = -int(-max([EVENING_H, *table.column("end_h")]) // 1)
    axis = {
        "labelExpr": "pad(toString(datum.value), 2, '0', 'left') + ':00'", "tickMinStep": 1, "tickCount": 8,
        "labelOverlap": True, "labelFlush": False,
    }  # fmt: skip
    scale = {"domain": [low, high], "nice": False}
    return {"field": "start_h", "type": "quantitative", "title": None, "scale": scale, "axis": axis}


def ribbon_chart(table: Table) -> Spec:
    """Draw what somebody did, a lane for each activity, to the minute."""
    seen = set(table.column("activity"))
    lanes = [str(activity) for activity in ACTIVITY_COLOUR if str(activity) in seen]
    colour = {
        "field": "activity", "type": "nominal", "legend": None,
        "scale": {"domain": lanes, "range": [ACTIVITY_COLOUR[Activity(lane)] for lane in lanes]},
    }  # fmt: skip
    at = {"x": _clock_axis(table), "x2": {"field": "end_h"}, "y": _lanes("activity", lanes), "color": colour}
    bars = _layer("bar", {"cornerRadius": 2, "height": {"band": 0.72}}, at)
    return _chart(table, [bars], LANE_PX * len(lanes) + AXIS_PX)


def bout_chart(table: Table, good_min: float) -> Spec:
    """Draw each bout of sitting as long and as high as it lasted: hollow where no break ended it."""
    filled = {"condition": {"test": "datum.ended_by == 'a break'", "value": 0.75}, "value": 0.08}
    at = {
        "x": _clock_axis(table), "x2": {"field": "end_h"}, "y": _y("minutes", {"zero": True}, title="minutes"),
        "y2": {"datum": 0}, "fillOpacity": filled,
    }  # fmt: skip
    look = {"fill": SITTING, "stroke": SITTING, "strokeWidth": 2, "strokeOpacity": 1, "opacity": 1}
    return _chart(table, [_layer("rect", look, at), _rule(good_min)], LOW_HEIGHT)


def period_bouts_chart(table: Table, period: Period, good_min: float) -> Spec:
    """Draw the longest and the median bout of sitting."""
    # A layer without a title would take it from them all.
    x, y, median = day_axis(period), *(_y(name, title="minutes") for name in ("longest_min", "median_min"))
    stems = {"x": x, "y": y, "y2": {"field": "median_min"}}
    layers = [
        _layer("rule", {"color": SITTING, "strokeWidth": 3, "opacity": 0.6}, stems),
        _layer("tick", {"color": SITTING, "thickness": 3, "width": {"band": 0.5}}, {"x": x, "y": median}),
        _layer("point", {"color": SITTING, "filled": True, "size": _dot(x), "opacity": 1}, {"x": x, "y": y}),
        _rule(good_min),
    ]
    return _chart(table, layers, LOW_HEIGHT)


def breaks_chart(table: Table, period: Period) -> Spec:
    """Draw breaks taken as bars, and those planned as a stroke across."""
    x, y, planned = day_axis(period), *(_y(name, title="a day") for name in ("taken", "planned"))
    bars = {"color": LINE, "opacity": 0.8, "cornerRadiusEnd": 3, "width": {"band": 0.5}}
    strokes = {"color": NEUTRAL, "thickness": 4, "width": {"band": 0.8}}
    layers = [_layer("bar", bars, {"x": x, "y": y}), _layer("tick", strokes, {"x": x, "y": planned})]
    return _chart(table, layers, LOW_HEIGHT)


def diary_chart(table: Table, period: Period) -> Spec:
    """Draw pain and comfort, each by its own colour and shape; where weeks hold many entries, with their medians."""
    names = list(RATING_LOOK)
    x, y, looks = day_axis(period), _y("rating", {"domain": [0, 10], "nice": False}), _looks("what", RATING_LOOK, names)
    look = {"filled": True, "size": _dot(x, DOT_ALONE), "opacity": 0.5 if period.by_weeks else 0.9}
    layers = [_layer("point", look, {"x": x, "y": y, **looks})]
    if period.by_weeks:
        middle = {"op": "median", "field": "rating", "as": "rating"}
        line = {"x": x, "y": y, "color": {**looks["color"], "legend": None}, "tooltip": None}
        median = {"transform": [{"aggregate": [middle], "groupby": [period.bucket, "what"]}]}
        layers.append(_layer("line", {"strokeWidth": 2.5}, line, **median))
    told = [{"fold": names, "as": ["what", "rating"]}, {"filter": "isValid(datum.rating)"}]
    # Else the lines would have a legend of their own.
    apart = {"scale": {"color": "independent", "shape": "independent"}}
    return _chart(table, layers, LOW_HEIGHT) | {"transform": told, "resolve": apart}


def both_chart(table: Table, means: Sequence[tuple[str, float]], unit: str, *, is_score: bool) -> Spec:
    """Draw the days of two periods as dots in two lanes, with their means."""
    known, names = _known(table, "value"), [name for name, _ in means]
    domain = [_below(known), 100.0] if is_score else list(_room(known))
    x = _y("value", {"domain": domain, "nice": False, "zero": False}, labelExpr=f"datum.label + '{unit}'")
    lanes = _lanes("period", names)
    strokes = [{"period": name, "value": _plain(at)} for name, at in means]
    dots = {"color": LINE, "filled": True, "size": DOT_ALONE, "opacity": 0.75}
    layers = [
        _layer("point", dots, {"x": x, "y": lanes}),
        _layer(
            "tick", {"color": NEUTRAL, "thickness": 4, "height": {"band": 0.7}},
            {"x": x, "y": lanes, "tooltip": None}, data={"values": strokes},
        ),
    ]  # fmt: skip
    return _chart(table, layers, LANE_PX * len(names) + AXIS_PX)
