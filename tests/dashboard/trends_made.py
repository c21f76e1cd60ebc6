"""A history of some weeks for the tests of the trends page, written as the program writes its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np

from benchmarks.office_days import seconds
from posture_coach.activity.types import Activity
from posture_coach.measures.definitions import NAMES
from posture_coach.pose.types import Mode, Model
from posture_coach.scoring.happenings import Happenings
from posture_coach.scoring.rules import shipped_rules
from posture_coach.scoring.targets import shipped_targets
from posture_coach.scoring.windows import Windows
from posture_coach.store.history import sessions as history
from posture_coach.store.history.database import FILE_NAME, Database, address
from posture_coach.store.history.migrate import prepare
from posture_coach.store.history.records import Batch, Origin, PlaceKept
from tests.store.made import ZONE

RULES, TARGETS = shipped_rules(), shipped_targets(NAMES)
DESK = PlaceKept("desk", "d" * 64, datetime(2026, 1, 1, tzinfo=ZONE))
MONDAY = date(2026, 3, 2)
LENGTH_S = 5400
GOOD_WEEK, STILL_WEEK, LATER_WEEK, LONE_WEEK = (MONDAY + timedelta(days=days) for days in (0, 14, 21, 28))
"""Mondays: days with breaks; days that are sat through; days with breaks again; a single day, at no known place."""


def write_day(database, day, seed=1, length_s=LENGTH_S, *, still=False, place=DESK, person=None, hour=9):
    """Write a morning from nine o'clock on, in a single commit; `still`: it is sat through."""
    started = datetime.combine(day, time(hour), ZONE)
    origin = Origin(started, "Camera 0", Model.FULL, Mode.TRACKED, "0.1.0", place=place, person=person)
    windows, happenings, batch = Windows(TARGETS, RULES), Happenings(RULES), Batch()
    for second in seconds(np.random.default_rng(seed), length_s):
        one = replace(second, activity=Activity.SITTING) if still else second
        batch.seconds.append(one)
        batch.windows += windows.take(one)
        batch.events += happenings.push(one)
    batch.windows += windows.finish()
    batch.events += happenings.finish()
    with database.writing() as connection:
        session = history.begin(connection, origin)
        history.keep(connection, session, origin, batch)
        history.sum_up(connection, session)


def write_weeks(folder: Path) -> Path:
    """Write all the weeks; return the file."""
    path = folder / FILE_NAME
    with Database(address(f"sqlite:///{path}")) as database:
        prepare(database, datetime.combine(MONDAY, time(8), ZONE))
        for monday in (GOOD_WEEK, STILL_WEEK, LATER_WEEK):
            for k in range(3):
                write_day(database, monday + timedelta(days=k), seed=k + 1, still=monday == STILL_WEEK)
        write_day(database, LONE_WEEK, seed=5, place=None)
    return path
