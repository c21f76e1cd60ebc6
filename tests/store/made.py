"""Sessions made up for the history's tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

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
    windows, happenings, batch = Windows(TARGETS, RULES), Happenings(RULES), Batch()
    for number, second in enumerate(seconds(np.random.default_rng(seed), length_s), 1):
        batch.seconds.append(second)
        batch.windows += windows.take(second)
        batch.events += happenings.push(second)
        if number % every_s == 0:
            yield batch
            batch = Batch()
    batch.windows += windows.finish()
    batch.events += happenings.finish()
    yield batch
