"""The chart of one measure over an analysed file.

Colours are Okabe and Ito's, told apart by colour-blind eyes, and legible on a light and on a dark page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import pyarrow as pa

from posture_coach.dashboard.analyze.data import Good, Result, good_bands, thinned
from posture_coach.measures.definitions import BY_NAME, UNIT_SIGN
from posture_coach.measures.types import Floats

LINE, GOOD, CURSOR = "#2b938a", "#009e73", "#d55e00"
HEIGHT = 170
LEAST_S = 1e-3
AXIS_PX = 40
"""Room for the numbers beside a chart, the same in all, so that they stand exactly below each other."""
ROOM = 0.08
LEAST_SPAN = {"deg": 10.0, "ratio": 0.1, "cm": 10.0}
"""A chart spans at least so much: noise must not look like a movement."""


def measure_chart(result: Result, name: str, cursor_s: float) -> Any:
    """Draw one measure: its value with the 95 % band, what is good, and the cursor. Gaps stay open."""
    value, err = result.assessment.measures.column(name), result.assessment.measures.err
    err = err[:, result.assessment.measures.names.index(name)]
    unit = BY_NAME[name].unit
    low, high = _span(value, err, LEAST_SPAN[unit])
    x = _time_axis(result)
    scale = alt.Scale(domain=[low, high], nice=False, zero=False)
    y = alt.Y("value:Q", scale=scale, title=None, axis=_axis(UNIT_SIGN[unit], minExtent=AXIS_PX, maxExtent=AXIS_PX))
    base = alt.Chart(_line_table(result, value, err))
    layers = [
        _good_layer(good_bands(result, name), low, high, x),
        base.mark_area(color=LINE, opacity=0.2, clip=True).encode(x, y, alt.Y2("high:Q"))
        .transform_calculate(value="datum.low"),
        base.mark_line(color=LINE, strokeWidth=1.6, clip=True).encode(x, y),
        base.mark_point(color=LINE, size=14, filled=True, clip=True).transform_filter("datum.alone").encode(x, y),
        _cursor(cursor_s),
    ]  # fmt: skip
    return alt.layer(*layers).properties(height=HEIGHT)


def _time_axis(result: Result) -> alt.X:
    scale = alt.Scale(domain=[0.0, max(result.end_s, LEAST_S)], nice=False)
    return alt.X("time_s:Q", title=None, scale=scale, axis=_axis(" s", grid=False, tickCount=8))


def _axis(unit: str, **more: Any) -> alt.Axis:
    return alt.Axis(labelExpr=f"datum.label + '{unit}'", **more)


def _cursor(cursor_s: float) -> Any:
    table = pa.table({"time_s": [cursor_s]})
    return alt.Chart(table).mark_rule(color=CURSOR, strokeWidth=1.5).encode(alt.X("time_s:Q"))


def _line_table(result: Result, value: Floats, err: Floats) -> Any:
    kept = thinned(value)
    v, e = value[kept], np.nan_to_num(err[kept])
    gap = np.isnan(np.concatenate([[np.nan], v, [np.nan]]))
    columns = {"time_s": result.time_s[kept], "value": v, "low": v - e, "high": v + e}
    table = {name: pa.array(column, from_pandas=True) for name, column in columns.items()}
    return pa.table({**table, "alone": pa.array(gap[:-2] & gap[2:] & ~gap[1:-1])})


def _span(value: Floats, err: Floats, least: float) -> tuple[float, float]:
    band = np.nan_to_num(err)
    low, high = float(np.nanmin(value - band)), float(np.nanmax(value + band))
    room = max((high - low) * ROOM, (least - (high - low)) / 2.0)
    return low - room, high + room


def _good_layer(bands: Sequence[Good], low: float, high: float, x: alt.X) -> Any:
    shown = [band for band in bands if band.high > low and band.low < high]
    table = pa.table(
        {
            "time_s": pa.array([band.start_s for band in shown], pa.float64()),
            "end_s": pa.array([band.end_s for band in shown], pa.float64()),
            "value": pa.array([max(band.low, low) for band in shown], pa.float64()),
            "high": pa.array([min(band.high, high) for band in shown], pa.float64()),
        }
    )
    rect = alt.Chart(table).mark_rect(color=GOOD, opacity=0.13, clip=True)
    return rect.encode(x, alt.X2("end_s"), alt.Y("value:Q"), alt.Y2("high"))
