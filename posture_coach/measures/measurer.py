"""Poses in, measures out: each with its error, or the reason why it cannot be measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from posture_coach.measures import columns, desk
from posture_coach.measures.accuracy import Accuracy
from posture_coach.measures.calibration import ASSUMED_ROLL_HALF_WIDTH_DEG, LEVEL, Camera, levelled
from posture_coach.measures.definitions import NAMES
from posture_coach.measures.scene import raw_measures, refusals, scene
from posture_coach.measures.types import MeasureSeries, Reason, View
from posture_coach.measures.uncertainty import Widths, half_widths, widths
from posture_coach.measures.view import ViewTracker
from posture_coach.pose.lens import usual_focal_px
from posture_coach.pose.types import Mode, Model, PoseSeries

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int8]

_STANDS_WRONGLY = np.isin(list(Reason), (Reason.NOBODY, Reason.NOT_FROM_HERE, Reason.OUT_OF_PICTURE))
"""By code of `Reason`, whether it says that the person stands wrongly for an estimate at all."""


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
    _widths: dict[tuple[Mode, Model], Widths] = field(default_factory=dict)
    _uprights: dict[tuple[int, int], desk.Own | None] = field(default_factory=dict)
    _own: Floats = field(init=False)
    _lacking: Codes = field(init=False)

    def __post_init__(self) -> None:
        values = self.baseline.values if self.baseline else {}
        self._own = np.array([values.get(name, np.nan) for name in NAMES])
        self._lacking = _lacking(self._own, self.baseline, self.camera)

    def push(self, series: PoseSeries) -> MeasureSeries:
        """Measure the next n pictures."""
        level = levelled(series, self.camera)
        here = scene(level, series, self._tracker, self.accuracy)
        raw = raw_measures(here)
        focal_px = self.camera.focal_at(series.width, series.height)
        value, reason = self._settled(raw, focal_px), refusals(here, raw, series.model)
        _because(reason, self._lacking[here.number])
        err = half_widths(self._known(series), value, here.skeleton, series, here.number, self.camera)
        found = self._estimated(level, series)
        for name, (estimate, width) in found.values.items():
            column = NAMES.index(name)
            value[:, column], err[:, column] = estimate, width
            # Where the person stands wrongly for an estimate at all is said already; the rest it knows best itself.
            said = reason[:, column]
            reason[:, column] = np.where(_STANDS_WRONGLY[said], said, found.reason)
        with np.errstate(invalid="ignore"):
            _because(reason, _too_wide(err, self.camera))
        _because(reason, np.where(np.isnan(err), np.int8(Reason.UNKNOWN_ERROR), np.int8(0)))
        refused = reason != Reason.NONE
        value[refused], err[refused] = np.nan, np.nan
        return MeasureSeries(NAMES, value, err, reason, here.view, here.skeleton.yaw_deg)

    def _settled(self, raw: Floats, focal_px: float | None) -> Floats:
        """Take the person's own neutral, or the camera's focal length, into the raw values."""
        value = raw.copy()
        value[:, columns.BY_FOCAL_LENGTH] *= focal_px or np.nan
        value[:, columns.DIFFERENCE] -= self._own[columns.DIFFERENCE]
        with np.errstate(invalid="ignore", divide="ignore"):
            value[:, columns.RATIO] /= self._own[columns.RATIO]
        return value

    def _known(self, series: PoseSeries) -> Widths:
        how = series.mode, series.model
        if how not in self._widths:
            self._widths[how] = widths(self.accuracy, *how)
        return self._widths[how]

    def _upright(self, width: int, height: int) -> desk.Own | None:
        if self.baseline is None:
            return None
        size = width, height
        if size not in self._uprights:
            self._uprights[size] = desk_upright(self.baseline, self.camera, *size)
        return self._uprights[size]

    def _estimated(self, level: PoseSeries, seen: PoseSeries) -> _Estimated:
        """Estimate from levelled points; `seen` is as the camera drew them."""
        if self.baseline is not None and not self.baseline.same_recording:
            return _no_estimate(len(seen), Reason.OTHER_RECORDING)
        own = self._upright(seen.width, seen.height)
        if own is None:
            return _no_estimate(len(seen), Reason.NO_BASELINE)
        found = desk.estimate(desk.features(level, seen), own, desk.shipped_constants(), seen.mode, seen.model)
        both = ((found.trunk_deg, found.trunk_err_deg), (found.neck_deg, found.neck_err_deg))
        return _Estimated(dict(zip(desk.NAMES, both, strict=True)), found.reason)


def _too_wide(err: Floats, camera: Camera) -> Codes:
    """Return (n, m) codes of `Reason` for half-widths that are of no use.

    It is the camera's fault where they would be of use with what every camera that was put down level may be off.
    """
    roll_deg = camera.roll_half_width_deg
    askew = max(roll_deg**2 - ASSUMED_ROLL_HALF_WIDTH_DEG**2, 0.0)
    usual = np.sqrt(err**2 - np.where(columns.AGAINST_GRAVITY, askew, 0.0))
    whose = np.where(usual > columns.USEFUL, np.int8(Reason.TOO_UNCERTAIN), np.int8(Reason.ASKEW))
    return np.where(err > columns.USEFUL, whose, np.int8(0))


def _because(reason: Codes, code: Codes) -> None:
    """Write (n, m) codes of `Reason` where there is no reason yet."""
    np.copyto(reason, code, where=reason == Reason.NONE)


def _lacking(own: Floats, baseline: Baseline | None, camera: Camera) -> Codes:
    """Return (views, m) codes of `Reason` for what a relative measure lacks."""
    why = np.zeros((len(columns.VIEWS), len(NAMES)), dtype=np.int8)
    relative = (columns.DIFFERENCE | columns.RATIO) & ~columns.ESTIMATED
    elsewhere = np.array([baseline is None or view is not baseline.view for view in columns.VIEWS])
    with np.errstate(invalid="ignore"):
        missing = np.isnan(own) | (columns.RATIO & ~(own > 0))
    why[relative & (missing | elsewhere[:, None])] = Reason.NO_BASELINE
    if baseline is not None and not baseline.same_recording:
        why[:, relative & columns.IN_PIXELS] = Reason.OTHER_RECORDING
    if not camera.focal_known:
        why[:, columns.BY_FOCAL_LENGTH] = Reason.NO_CAMERA_SCALE
    return why


def raw_values(series: PoseSeries, accuracy: Accuracy, camera: Camera = LEVEL) -> tuple[Floats, NDArray[np.object_]]:
    """Measure without taking anything relative off, as a baseline needs it.

    Returns
    -------
    value, view
        (n, m) in the order of `NAMES`, NaN where a point is not seen; and (n,) of `View`.
    """
    here = scene(levelled(series, camera), series, ViewTracker(), accuracy)
    raw = raw_measures(here)
    return np.where(refusals(here, raw, series.model) == Reason.NONE, raw, np.nan), here.view


# What the desk camera estimates -----------------------------------------------------------------------------------


def desk_upright(baseline: Baseline, camera: Camera, width: int, height: int) -> desk.Own | None:
    """Return what the desk camera's estimates from levelled points are held against, None where they cannot be.

    Parameters
    ----------
    width, height
        Of the pictures.
    """
    pitched = not math.isnan(camera.pitch_err_deg)
    focal = camera.focal_at(width, height) or (usual_focal_px(width, height) if pitched else None)
    return desk.own_upright(
        baseline.values, desk.shipped_constants(), slump=baseline.slump or None, pitch_deg=0.0 if pitched else None,
        focal=focal / max(width, height) if focal else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Estimated:
    """(n,) values and half-widths by name, and (n,) codes of `Reason`."""

    values: Mapping[str, tuple[Floats, Floats]]
    reason: Codes


def _no_estimate(n: int, why: Reason) -> _Estimated:
    unknown = np.full(n, np.nan)
    return _Estimated(dict.fromkeys(desk.NAMES, (unknown, unknown)), np.full(n, why, dtype=np.int8))
