"""Days made up for the tests of what is told of them."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta, timezone

from posture_coach.activity.types import Activity
from posture_coach.scoring.rules import shipped_rules
from posture_coach.scoring.variety import Moves
from posture_coach.scoring.windows import Loss, Window
from posture_coach.store.history.story import Told
from posture_coach.store.history.trends import Bout, Day, Hour, Stretch

RULES = shipped_rules()
DAY = date(2026, 11, 24)
ZONE = timezone(timedelta(hours=1))
OFFSET_S, MINUTE_S, HOUR_S = 3600, 60, 3600
NINE = int(datetime(2026, 11, 24, 9, tzinfo=ZONE).timestamp())
EVENING = datetime(2026, 11, 25, 8, 0, tzinfo=ZONE)
NAN = math.nan
AT_THE_DESK = {"head_roll_deg": {Activity.SITTING}, "trunk_inclination_est_deg": {Activity.SITTING}}
SLUMP = Loss("posture", "sitting_slump", "Slumped", 6.0, ((NINE, NINE + 600.0),))


def day(of=DAY, **changes):
    """Return a usual day: six hours of sitting with breaks, one of standing."""
    values = {
        "judged_s": 7 * HOUR_S, "scored_s": 6 * HOUR_S, "score": 80.0, "posture": 84.0, "variety": 70.0,
        "breaks": 83.0, "coverage": 0.58,
        "seconds": {Activity.SITTING: 6 * HOUR_S, Activity.STANDING: HOUR_S, Activity.AWAY: 20 * MINUTE_S},
        "bouts": tuple(Bout(NINE + k * HOUR_S, (20 + 5 * k) * MINUTE_S, True) for k in range(6)),
        "happened": {}, "losses": (SLUMP,),
    } | changes  # fmt: skip
    return Day(of, **values)


def told(*days, **changes):
    """Return what a day's story is told from."""
    values = {
        "first": DAY, "last": DAY, "days": days or (day(),), "hours": (), "ribbons": {DAY: ribbon()},
        "clocks": ((NINE, OFFSET_S),), "measured": AT_THE_DESK, "before": (), "place_known": True, "place": None,
        "now": EVENING,
    } | changes  # fmt: skip
    return Told(**values)


def week(*days, **changes):
    """Return what a week's story is told from."""
    return told(*days, **({"first": DAY - timedelta(days=6), "ribbons": {}} | changes))


def ribbon(*parts, start=NINE):
    """Return stretches one after the other; None is a time without a record."""
    found, at = [], start
    for doing, minutes in parts or ((Activity.SITTING, 60), (Activity.AWAY, 10), (Activity.STANDING, 50)):
        if doing is not None:
            found.append(Stretch(at, at + minutes * MINUTE_S, doing))
        at += minutes * MINUTE_S
    return tuple(found)


def hour(number, score, minutes=50.0):
    """Return one hour of the day."""
    start = NINE + (number - 9) * HOUR_S
    moves = Moves(NAN, NAN, 0.0, 0.0, 0.0, ())
    window = Window(
        start, start + HOUR_S, {Activity.SITTING: minutes * MINUTE_S}, score, NAN, NAN, score, 0.6, moves, ()
    )
    return Hour(DAY, number, window)


def utc(hours):
    """Return a moment of the day, in seconds since 1970 UTC."""
    return int((datetime(2026, 11, 24, tzinfo=UTC) + timedelta(hours=hours)).timestamp())
