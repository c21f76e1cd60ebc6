"""Seconds handed to a recorder, and what the history then holds, for the tests of what is never lost."""

from __future__ import annotations

import numpy as np
from sqlalchemy import select

from posture_coach.activity.types import Activity
from posture_coach.measures.definitions import NAMES
from posture_coach.scoring.seconds import Second
from posture_coach.store.history.database import Database, address
from posture_coach.store.history.tables import SECONDS, SESSIONS


def plain(start_s):
    """Return a second that is like any other."""
    return Second(float(start_s), Activity.SITTING, 80.0, 0.5, np.full(len(NAMES), 1.0), {}, {})


def hand_over(recorder, first, last):
    """Hand plain seconds to a recorder."""
    for start_s in range(first, last):
        recorder.take(plain(start_s))


def offsets(url):
    """Return the seconds that are kept, since their session's start, in the order of sessions and time."""
    with Database(address(str(url))) as database, database.reading() as connection:
        chosen = select(SECONDS.c.session_id, SECONDS.c.at - SESSIONS.c.started_at)
        joined = chosen.join(SESSIONS, SESSIONS.c.id == SECONDS.c.session_id)
        return [at for _, at in connection.execute(joined.order_by(SECONDS.c.session_id, SECONDS.c.at))]


def count(url, table):
    """Return how many rows a table has."""
    with Database(address(str(url))) as database, database.reading() as connection:
        return len(connection.execute(select(table)).all())
