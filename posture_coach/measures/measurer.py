"""Poses in, measures out: each with its error, or the reason why it cannot be measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from posture_coach.measures import desk
from posture_coach.measures.accuracy import Accuracy
from posture_coach.measures.calibration import LEVEL, Camera, levelled
from posture_coach.measures.definitions import BY_NAME, NAMES, TABLE, Definition, Relative
from posture_coach.measures.skeleton import Skeleton, build
from posture_coach.measures.types import MeasureSeries, Reason, Side, View
from posture_coach.measures.uncertainty import half_width
from posture_coach.measures.view import SIDE_MAX_BREADTH, ViewTracker, body_yaw_deg, breadth
from posture_coach.pose.lens import usual_focal_px
from posture_coach.pose.types import Landmark, Mode, Model, PoseSeries

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

EDGE_MARGIN = 0.01
"""Share of the picture at its edge where a point counts as outside: the network piles unseen points up there."""
UNFOLDED_FROM_DEG, UNFOLDED_TO_DEG = 35.0, 120.0
"""Body yaws from which sagittal measures are unfolded: nearer to the front every error more than doubles, and from
behind nothing was ever compared with the truth."""
_LEFT_POINTS = [point for point in Landmark if "LEFT" in point.name]
_RIGHT_POINTS = [point for point in Landmark if "RIGHT" in point.name]


@dataclass(frozen=True, slots=True)
class Baseline:
    """The person's own neutral posture.

    Parameters
    ----------
    values
        Mean of each measure that was seen, by public name, before anything relative is taken off.
    view
        From where it was taken: it holds for the same view alone.
    mode
        How the points were found; None where that is not known.
    same_recording
        Whether it was taken from the recording that is measured, so that lengths in the picture compare.
    slump
        The same of the person's deliberate slump; empty where none was taken.
    """

    values: Mapping[str, float]
    view: View
    mode: Mode | None = None
    same_recording: bool = True
    slump: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Scene:
    """What every row of the table needs of the same n pictures."""

    skeleton: Skeleton
    view: NDArray[np.object_]
    near: NDArray[np.object_]
    nobody: Bools
    outside: Bools
    weakness: Floats
    """(n, 33) the lower of visibility and presence."""
    far: Bools
    """(n, 33) points of the side turned away from the camera: hidden, so nothing is asked of them."""
    unfolds: Bools
    """(n,) whether the yaw is one from which the sagittal plane can be unfolded."""


@dataclass(slots=True)
class Measurer:
    """Measures one person over time; feed stretches in order, however they are cut.

    Parameters
    ----------
    accuracy
        Error constants and landmark offsets.
    baseline
        The person's own neutral, without which relative measures have no value.
    camera
        How the camera stands and sees.
    """

    accuracy: Accuracy
    baseline: Baseline | None = None
    camera: Camera = LEVEL
    _tracker: ViewTracker = field(default_factory=ViewTracker)

    def push(self, series: PoseSeries) -> MeasureSeries:
        """Measure the next n pictures."""
        seen, series = series, levelled(series, self.camera)
        scene, yaw = _scene(series, self._tracker, self.accuracy, seen)
        value = np.full((len(series), len(TABLE)), np.nan)
        err = np.full_like(value, np.nan)
        reason = np.zeros(value.shape, dtype=np.int8)
        for column, row in enumerate(TABLE):
            if row.estimated:
                continue
            raw = row.compute(scene.skeleton)
            why = _refusals(row, scene, raw, series.model)
            why[(why == Reason.NONE) & self._lacks_reference(row, scene.view)] = self._reference_reason(row)
            settled = self._settled(row, raw)
            wide = half_width(row, settled, scene.skeleton, series, scene.view, self.camera, self.accuracy)
            with np.errstate(invalid="ignore"):
                why[(why == Reason.NONE) & (wide > row.useful)] = Reason.TOO_UNCERTAIN
            why[(why == Reason.NONE) & np.isnan(wide)] = Reason.UNKNOWN_ERROR
            measured = why == Reason.NONE
            value[measured, column] = settled[measured]
            err[measured, column] = wide[measured]
            reason[:, column] = why
        for column, columns in _estimated(series, seen, scene, self.baseline, self.camera).items():
            value[:, column], err[:, column], reason[:, column] = columns
        return MeasureSeries(NAMES, value, err, reason, scene.view, yaw)

    def _settled(self, row: Definition, raw: Floats) -> Floats:
        """Take the person's own neutral, or the camera's focal length, into the raw value."""
        if row.relative is Relative.FOCAL_LENGTH:
            return raw * (self.camera.focal or np.nan)
        neutral = self.baseline.values.get(row.name, np.nan) if self.baseline else np.nan
        if row.relative is Relative.DIFFERENCE:
            return raw - neutral
        return raw / neutral if row.relative is Relative.RATIO and neutral > 0 else raw

    def _reference_reason(self, row: Definition) -> Reason:
        if row.relative is Relative.FOCAL_LENGTH:
            return Reason.NO_CAMERA_SCALE
        elsewhere = self.baseline is not None and not self.baseline.same_recording
        return Reason.OTHER_RECORDING if elsewhere and row.in_pixels else Reason.NO_BASELINE

    def _lacks_reference(self, row: Definition, view: NDArray[np.object_]) -> Bools:
        if row.relative is Relative.FOCAL_LENGTH:
            return np.full(len(view), self.camera.focal is None)
        if row.relative is Relative.NOTHING:
            return np.zeros(len(view), dtype=bool)
        neutral = self.baseline.values.get(row.name) if self.baseline else None
        if self.baseline is None or neutral is None or (row.relative is Relative.RATIO and neutral <= 0):
            return np.ones(len(view), dtype=bool)
        if row.in_pixels and not self.baseline.same_recording:
            return np.ones(len(view), dtype=bool)
        return np.asarray(view != self.baseline.view, dtype=bool)


def raw_values(series: PoseSeries, accuracy: Accuracy, camera: Camera = LEVEL) -> tuple[Floats, NDArray[np.object_]]:
    """Measure without taking anything relative off, as a baseline needs it.

    Returns
    -------
    value, view
        (n, m) in the order of `NAMES`, NaN where a point is not seen; and (n,) of `View`.
    """
    scene, _ = _scene(levelled(series, camera), ViewTracker(), accuracy, series)
    value = np.full((len(series), len(TABLE)), np.nan)
    for column, row in enumerate(TABLE):
        if row.estimated:
            continue
        raw = row.compute(scene.skeleton)
        value[:, column] = np.where(_refusals(row, scene, raw, series.model) == Reason.NONE, raw, np.nan)
    return value, scene.view


def _estimated(
    series: PoseSeries, seen: PoseSeries, scene: _Scene, baseline: Baseline | None, camera: Camera
) -> dict[int, tuple[Floats, Floats, NDArray[np.int8]]]:
    """Return value, half-width and code of `Reason`, (n,) each, by column, of what the desk camera estimates."""
    constants, pitched = desk.shipped_constants(), not math.isnan(camera.pitch_err_deg)
    own = None
    if baseline is not None and baseline.same_recording:
        focal = camera.focal or (usual_focal_px(series.width, series.height) if pitched else None)
        own = desk.own_upright(
            baseline.values, constants, slump=baseline.slump or None, pitch_deg=0.0 if pitched else None,
            focal=focal / max(series.width, series.height) if focal else None,
        )  # fmt: skip
    found = desk.estimate(desk.features(series, seen), own, constants, series.mode, series.model)
    columns = {}
    for name, value, err in zip(
        desk.NAMES, (found.trunk_deg, found.neck_deg), (found.trunk_err_deg, found.neck_err_deg), strict=True
    ):
        row, why = BY_NAME[name], found.reason.copy()
        if own is None and baseline is not None and not baseline.same_recording:
            why[:] = Reason.OTHER_RECORDING
        why[(why == Reason.NONE) & np.isnan(err)] = Reason.UNKNOWN_ERROR
        with np.errstate(invalid="ignore"):
            why[(why == Reason.NONE) & (err > row.useful)] = Reason.TOO_UNCERTAIN
        why[~np.isin(scene.view, list(row.views))] = Reason.NOT_FROM_HERE
        why[scene.nobody] = Reason.NOBODY
        measured = why == Reason.NONE
        columns[NAMES.index(name)] = np.where(measured, value, np.nan), np.where(measured, err, np.nan), why
    return columns


def _scene(series: PoseSeries, tracker: ViewTracker, accuracy: Accuracy, seen: PoseSeries) -> tuple[_Scene, Floats]:
    """Settle view, side and points; return them with the (n,) body yaw. `seen` is as the camera drew it: its edge."""
    yaw = body_yaw_deg(series)
    with np.errstate(invalid="ignore"):
        broad = breadth(series) > SIDE_MAX_BREADTH
    view, near = tracker.push(yaw, broad, series.time_s)
    x, y = seen.points_px[..., 0] / seen.width, seen.points_px[..., 1] / seen.height
    with np.errstate(invalid="ignore"):
        outside = (x < EDGE_MARGIN) | (x > 1 - EDGE_MARGIN) | (y < EDGE_MARGIN) | (y > 1 - EDGE_MARGIN)
    far = np.zeros(outside.shape, dtype=bool)
    far[np.ix_((view == View.SIDE) & (near == Side.LEFT), _RIGHT_POINTS)] = True
    far[np.ix_((view == View.SIDE) & (near == Side.RIGHT), _LEFT_POINTS)] = True
    skeleton = build(series, yaw, view, accuracy.offsets, accuracy.mixing)
    weakness = np.fmin(series.visibility, series.presence)
    with np.errstate(invalid="ignore"):
        unfolds = (np.abs(yaw) >= UNFOLDED_FROM_DEG) & (np.abs(yaw) <= UNFOLDED_TO_DEG)
    return _Scene(skeleton, view, near, ~series.detected, outside, weakness, far, unfolds), yaw


def _refusals(row: Definition, scene: _Scene, raw: Floats, model: Model) -> NDArray[np.int8]:
    """Return (n,) codes of `Reason`; the weightiest reason wins, so it is written last."""
    why = np.zeros(len(raw), dtype=np.int8)
    points = list(row.landmarks)
    near = ~scene.far[:, points]
    with np.errstate(invalid="ignore"):
        why[(raw < row.possible[0]) | (raw > row.possible[1])] = Reason.IMPOSSIBLE
    why[np.isnan(raw)] = Reason.UNDEFINED
    why[(near & (scene.weakness[:, points] < row.min_visibility)).any(axis=1)] = Reason.NOT_SEEN
    # A far point may be hidden, but it is half of a mid point: guessed outside the picture, it would drag it along.
    why[scene.outside[:, points].any(axis=1)] = Reason.OUT_OF_PICTURE
    if row.from_depth and model is Model.HEAVY:
        why[:] = Reason.SKEWED_DEPTH
    corner = (scene.view == View.OBLIQUE) & (row.plane == "sagittal")
    if row.side is not None:
        why[((scene.view == View.SIDE) | corner) & (scene.near != row.side)] = Reason.FAR_SIDE
    why[corner & ~scene.unfolds] = Reason.NOT_FROM_HERE
    why[~np.isin(scene.view, list(row.views))] = Reason.NOT_FROM_HERE
    why[scene.nobody] = Reason.NOBODY
    return why
