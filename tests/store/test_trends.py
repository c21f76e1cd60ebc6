"""Questions to the history, on both databases, held against what was written."""

from __future__ import annotations

import math
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from sqlalchemy import select

from posture_coach.activity.types import Activity
from posture_coach.pose.types import Mode, Model
from posture_coach.scoring.windows import longest
from posture_coach.store.files.settings import Settings
from posture_coach.store.history import retention, trends
from posture_coach.store.history import sessions as history
from posture_coach.store.history.records import window_of
from posture_coach.store.history.tables import MINUTES, SECONDS, SESSIONS, WINDOWS
from posture_coach.store.history.trends import About
from tests.store.made import DOCKED, NOW, RULES, batches, origin

TODAY, YESTERDAY = NOW.date(), NOW.date() - timedelta(days=1)


def write(database, source, length_s, seed):
    with database.writing() as connection:
        session = history.begin(connection, source)
        for batch in batches(length_s, seed, every_s=600):
            history.keep(connection, session, source, batch)
        history.sum_up(connection, session)


@pytest.fixture
def filled(database):
    """Return a history of yesterday at the dock, and of today there and elsewhere."""
    write(database, origin(NOW - timedelta(hours=33), place=DOCKED), 7200, 1)
    write(database, origin(place=DOCKED), 5400, 2)
    write(database, origin(NOW - timedelta(hours=3)), 3600, 3)
    return database


def test_an_empty_history_answers_everything_with_nothing(database):
    with database.reading() as connection:
        assert trends.reach(connection, About()) is None
        assert trends.places(connection) == []
        assert trends.days(connection, About(), YESTERDAY, TODAY) == []
        assert trends.hours(connection, About(), TODAY, RULES) == []
        assert trends.ribbon(connection, About(), TODAY) == []
        assert trends.events(connection, About(), YESTERDAY, TODAY) == []
        assert trends.measured(connection, About(), YESTERDAY, TODAY) == {}
        assert trends.clocks(connection, About(), TODAY, TODAY) == []


def test_how_far_it_reaches_and_where(filled):
    with filled.reading() as connection:
        assert trends.reach(connection, About()) == (YESTERDAY, TODAY)
        assert trends.reach(connection, About(place="")) == (TODAY, TODAY)
        assert trends.reach(connection, About(person=99)) is None
        assert trends.places(connection) == ["", "docked"]
        assert trends.ways(connection, About(), YESTERDAY, TODAY).places == ("", "docked")
        assert {offset for _, offset in trends.clocks(connection, About(), TODAY, TODAY)} == {3600}


def test_no_bout_is_longer_than_what_was_sat_in_all(database):
    write(database, origin(NOW - timedelta(hours=2) + timedelta(seconds=40)), 90, 1)
    with database.reading() as connection:
        (day,) = trends.days(connection, About(), TODAY, TODAY)
    assert [bout.seconds for bout in day.bouts] == [day.seconds[Activity.SITTING]]
    assert day.bouts[0].seconds <= 90


def test_a_day_puts_its_places_together_by_the_time_spent_there(filled):
    with filled.reading() as connection:
        yesterday, today = trends.days(connection, About(), YESTERDAY, TODAY)
        (docked,) = trends.days(connection, About(place="docked"), TODAY, TODAY)
        (elsewhere,) = trends.days(connection, About(place=""), TODAY, TODAY)
    assert (yesterday.day, today.day) == (YESTERDAY, TODAY)
    assert today.judged_s == docked.judged_s + elsewhere.judged_s
    weights = [docked.judged_s, elsewhere.judged_s]
    for name in ("score", "posture", "breaks"):
        parts = [getattr(docked, name), getattr(elsewhere, name)]
        assert getattr(today, name) == pytest.approx(np.average(parts, weights=weights))
    assert today.bouts == tuple(sorted((*docked.bouts, *elsewhere.bouts), key=lambda bout: bout.at))
    assert sum(today.seconds.values()) == 9000
    assert today.scored_s == docked.scored_s + elsewhere.scored_s
    with filled.reading() as connection:
        scores = connection.execute(
            select(SECONDS.c.score).join(SESSIONS, SESSIONS.c.id == SECONDS.c.session_id).where(SESSIONS.c.day == TODAY)
        ).scalars()  # fmt: skip
        assert today.scored_s == sum(not math.isnan(score) for score in scores)
    for kind, (count, _) in today.happened.items():
        assert count == docked.happened.get(kind, (0, 0))[0] + elsewhere.happened.get(kind, (0, 0))[0]
    assert sum(loss.points for loss in today.losses) == pytest.approx(100 - today.score, abs=0.5)
    assert any(len(loss.moments) > 1 for loss in today.losses)
    for loss in today.losses:
        parts = [one for one in (*docked.losses, *elsewhere.losses) if one.what == loss.what]
        assert loss.moments == longest(moment for one in parts for moment in one.moments), "no more than is told of one"


def test_a_measure_day_by_day_is_that_of_its_minutes(filled):
    with filled.reading() as connection:
        found = trends.measure(connection, About(place="docked"), "head_roll_deg", Activity.SITTING, YESTERDAY, TODAY)
        minutes = connection.execute(
            select(MINUTES.c.head_roll_deg).join(SESSIONS, SESSIONS.c.id == MINUTES.c.session_id).where(
                SESSIONS.c.day == YESTERDAY, MINUTES.c.activity == Activity.SITTING, MINUTES.c.seconds >= 15
            )
        ).scalars().all()  # fmt: skip
        assert "head_roll_deg" in trends.measured(connection, About(), YESTERDAY, TODAY)
        assert trends.measure(connection, About(), "body_lean_deg", Activity.SITTING, YESTERDAY, TODAY) == []
    assert [one.day for one in found] == [YESTERDAY, TODAY]
    assert found[0].median == pytest.approx(np.median(minutes), abs=0.01)
    assert found[0].minutes == len(minutes)
    assert found[0].low <= found[0].median <= found[0].high


def test_an_hour_is_local_and_holds_its_windows(filled):
    with filled.reading() as connection:
        hours = trends.hours(connection, About(), TODAY, RULES)
        rows = connection.execute(select(WINDOWS)).mappings().all()
    assert [(one.day, one.hour) for one in hours] == [(TODAY, 9), (TODAY, 10), (TODAY, 15)]
    nine = [window_of(row) for row in rows if 0 <= row["at"] - origin().second < 3600]
    scored = [window for window in nine if not math.isnan(window.posture)]
    judged = [sum(w.seconds.get(a, 0) for a in ("sitting", "standing", "walking")) for w in scored]
    assert hours[0].window.posture == pytest.approx(np.average([w.posture for w in scored], weights=judged))


def test_the_ribbon_is_whole_and_in_order(filled):
    with filled.reading() as connection:
        ribbon = trends.ribbon(connection, About(), TODAY)
        seconds = connection.execute(select(SECONDS.c.at, SECONDS.c.activity).order_by(SECONDS.c.at)).all()
    assert ribbon[0].at == origin().second
    for before, after in pairwise(ribbon):
        assert before.end_at <= after.at
        assert before.end_at < after.at or before.activity is not after.activity
    doing = dict(seconds)
    longest = max(ribbon, key=lambda one: one.end_at - one.at)
    inside = [doing[at] for at in range(longest.at, longest.end_at)]
    assert inside.count(longest.activity) > 0.9 * len(inside)


def test_what_happened_is_told_in_order(filled):
    with filled.reading() as connection:
        events = trends.events(connection, About(place="docked"), YESTERDAY, TODAY)
        only = trends.events(connection, About(), date(2020, 1, 1), date(2020, 1, 2))
    assert only == []
    assert events
    assert [event.start_s for event in events] == sorted(event.start_s for event in events)


def test_one_activity_day_by_day_is_the_time_and_the_posture_of_its_seconds(filled):
    with filled.reading() as connection:
        yesterday, today = trends.doing(connection, About(), Activity.SITTING, YESTERDAY, TODAY)
        (docked,) = trends.doing(connection, About(place="docked"), Activity.SITTING, TODAY, TODAY)
        assert trends.doing(connection, About(), Activity.EXERCISING, YESTERDAY, TODAY) == []
        chosen = select(SECONDS.c.score).join(SESSIONS, SESSIONS.c.id == SECONDS.c.session_id)
        chosen = chosen.where(SESSIONS.c.day == YESTERDAY, SECONDS.c.activity == Activity.SITTING)
        scores = connection.execute(chosen).scalars().all()
    assert (yesterday.day, yesterday.seconds, yesterday.scored_s) == (YESTERDAY, len(scores), len(scores))
    assert yesterday.posture == pytest.approx(np.mean(scores), abs=0.1)
    assert docked.seconds < today.seconds


def test_the_scores_of_windows_have_their_local_hour_and_leave_out_what_was_not_judged(filled):
    with filled.reading() as connection:
        scores = trends.window_scores(connection, About(), YESTERDAY, TODAY)
        hours = [hour for day in (YESTERDAY, TODAY) for hour in trends.hours(connection, About(), day, RULES)]
        rows = connection.execute(select(WINDOWS)).mappings().all()
    assert len(scores) == sum(not math.isnan(row["score"]) for row in rows) < len(rows)
    assert not any(math.isnan(one.score) for one in scores)
    assert {(one.day, one.hour) for one in scores} == {(one.day, one.hour) for one in hours}


def test_how_days_were_measured_is_known_when_their_sessions_are_gone(database):
    write(database, origin(NOW - timedelta(days=100), place=DOCKED, own_targets="b" * 64), 120, 1)
    write(database, origin(NOW - timedelta(days=100, hours=-1), model=Model.HEAVY, place=DOCKED), 120, 2)
    write(database, origin(mode=Mode.DETECTED), 120, 3)
    long_ago = TODAY - timedelta(days=100)
    with database.reading() as connection:
        before = trends.ways(connection, About(), long_ago, TODAY)
    assert retention.sweep(database, Settings(), TODAY) > 0
    with database.reading() as connection:
        assert trends.ways(connection, About(), long_ago, TODAY) == before
        then = trends.ways(connection, About(), long_ago, long_ago)
        here = trends.ways(connection, About(place="docked"), long_ago, TODAY)
    assert before == trends.Ways(("", "docked"), ("full", "heavy"), ("detected", "tracked"), ("", "b" * 64))
    assert then == here == trends.Ways(("docked",), ("full", "heavy"), ("tracked",), ("", "b" * 64))
