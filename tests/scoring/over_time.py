"""Somebody over minutes and hours, by what was measured: no picture needs to be drawn for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from posture_coach.activity.types import Activity
from posture_coach.measures.definitions import NAMES
from posture_coach.measures.types import MeasureSeries, Reason, View
from posture_coach.pose.types import POINTS, Mode, Model, PoseSeries
from posture_coach.scoring.assess import Assessment
from posture_coach.scoring.rules import shipped_rules
from posture_coach.scoring.score import Scorer
from posture_coach.scoring.seconds import Second
from posture_coach.scoring.targets import Targets, shipped_targets
from posture_coach.scoring.windows import Window, Windows

RULES = shipped_rules()
TARGETS = shipped_targets(NAMES)
SIT, STAND, WALK = Activity.SITTING, Activity.STANDING, Activity.WALKING
AWAY, UNKNOWN = Activity.AWAY, Activity.UNKNOWN
TRUNK, NECK, PITCH = "trunk_inclination_deg", "neck_inclination_deg", "head_pitch_deg"
UPRIGHT = {TRUNK: 0.0, NECK: 0.0}
"""The own upright that trunk and neck are held against."""


def second(at_s: float, activity: Activity = SIT, **values: float) -> Second:
    """Return a second in which only these were measured, and nothing was scored."""
    value = np.full(len(NAMES), np.nan)
    for name, number in values.items():
        value[NAMES.index(name)] = number
    return Second(at_s, activity, float("nan"), float("nan"), value, {}, {})


def assessed(
    time_s: np.ndarray,
    values: Mapping[str, np.ndarray | float],
    activity: Activity | Sequence[Activity] = SIT,
    err: float = 4.0,
    targets: Targets = TARGETS,
) -> Assessment:
    """Score n pictures in which these measures had these values, and nothing else was measured."""
    n, m = len(time_s), len(NAMES)
    value = np.full((n, m), np.nan)
    for name, column in values.items():
        value[:, NAMES.index(name)] = column
    half_width = np.where(np.isnan(value), np.nan, err)
    reason = np.where(np.isnan(value), np.int8(Reason.NOT_SEEN), np.int8(0))
    measures = MeasureSeries(
        NAMES, value, half_width, reason, np.array([View.SIDE] * n, dtype=object), np.full(n, 90.0)
    )  # fmt: skip
    kinds = np.array([activity] * n if isinstance(activity, Activity) else list(activity), dtype=object)
    score = Scorer(targets, NAMES).score(measures, kinds, baseline=UPRIGHT, time_s=time_s)
    poses = PoseSeries(
        640, 480, Mode.TRACKED, Model.FULL, time_s, np.arange(n), np.zeros((n, POINTS, 2)), np.zeros((n, POINTS, 3)),
        np.ones((n, POINTS)), np.ones((n, POINTS)),
    )  # fmt: skip
    return Assessment(poses, measures, kinds, np.zeros(n, dtype=bool), score)


def filmed(
    minutes: float, hz: float, values: Mapping[str, Callable[[np.ndarray], np.ndarray]], noise_deg: float = 0.0
) -> Assessment:
    """Assess measures that follow functions of time, sampled at some rate, with noise of their own for each picture."""
    time_s = np.arange(round(minutes * 60 * hz)) / hz
    rng = np.random.default_rng(round(hz * 10))
    return assessed(time_s, {n: f(time_s) + rng.normal(0, noise_deg, len(time_s)) for n, f in values.items()})


def windows_of(*parts: Assessment) -> list[Window]:
    """Return the windows of consecutive stretches."""
    one = Windows(TARGETS, RULES)
    found = [window for part in parts for window in one.push(part)]
    return [*found, *one.finish()]
