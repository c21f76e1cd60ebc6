"""Sessions made up for the history's tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import cache

import numpy as np

from benchmarks.office_days import seconds
from posture_coach.measures.definitions import NAMES
from posture_coach.pose.types import Mode, Model
from posture_coach.scoring.happenings import Happenings
from posture_coach.scoring.rules import shipped_rules
from posture_coach.scoring.targets import shipped_targets
from posture_coach.scoring.windows import Windows
from posture_coach.store.history.records import Batch, Origin, PlaceKept

RULES, TARGETS = shipped_rules(), shipped_targets(NAMES)
ZONE = timezone(timedelta(hours=1))
NOW = datetime(2026, 11, 24, 18, 0, tzinfo=ZONE)
DOCKED = PlaceKept("docked", "a" * 64, datetime(2026, 11, 1, tzinfo=UTC))


def origin(started_at=NOW - timedelta(hours=9), **changes):
    """Return where a session comes from."""
    values = {"source": "Camera 0", "model": Model.FULL, "mode": Mode.TRACKED, "program": "0.1.0"} | changes
    return Origin(started_at, **values)


def batches(length_s, seed=1, every_s=60):
    """Yield a session's records as a recorder hands them over, commit by commit."""
    for one in _made(length_s, seed, every_s):
        yield Batch([*one.seconds], [*one.windows], [*one.events])


@cache
def _made(length_s, seed, every_s):
    """Make them up once for all tests that ask for the same: it takes longer than to keep them."""
    windows, happenings, made = Windows(TARGETS, RULES), Happenings(RULES), [Batch()]
    for number, second in enumerate(seconds(np.random.default_rng(seed), length_s), 1):
        made[-1].seconds.append(second)
        made[-1].windows += windows.take(second)
        made[-1].events += happenings.push(second)
        if number % every_s == 0:
            made.append(Batch())
    made[-1].windows += windows.finish()
    made[-1].events += happenings.finish()
    return made
