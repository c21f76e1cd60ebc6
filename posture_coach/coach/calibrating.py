"""Guided calibration: three postures of ten seconds, each held still, and what is wrong explained while it is.

The clock comes with the pictures, and there is no camera in here: hand over every pose in the order of time and show
the `Guide` that comes back. Nothing is kept before all of it is done, so that whatever ends it early changes nothing.

::

    waiting ──somebody alone──▶ settling 2 s ──▶ holding 10 s ──▶ next posture ──▶ done
       ▲                                             │
       └──────── explaining, at least 4 s ◀──────────┘ left, moved, turned, joined by somebody, no slump
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from posture_coach.coach.guide import (
    CONTRADICTORY,
    CORNER,
    DARK,
    ENDED,
    GIVEN_UP,
    HIPS,
    MOVED,
    NO_SLUMP,
    NOBODY,
    STILL_SLUMPED,
    TURNED,
    TWO,
    Guide,
    Phase,
    Posture,
)
from posture_coach.errors import DataError
from posture_coach.geometry import distance, middle
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.baseline import neutral
from posture_coach.measures.calibration import LEVEL, Camera
from posture_coach.measures.definitions import NAMES
from posture_coach.measures.measurer import Baseline, raw_values
from posture_coach.measures.types import Floats, View
from posture_coach.measures.view import SIDE_MAX_BREADTH, ViewTracker, body_yaw_deg, breadth
from posture_coach.measures.whereabouts import Where, whereabouts
from posture_coach.pose.lookout import Sight
from posture_coach.pose.types import Landmark, PoseSeries

SETTLING_S = 2.0
"""A tracked skeleton drifts by up to 3 degrees at first, and so does somebody who was just told to sit upright."""
HOLDING_S = 10.0
EXPLAINING_S = 4.0
"""Time to read a sentence and to do what it says."""
PATIENCE_S = 60.0
"""For somebody to come into view, and for others to leave it."""
MAX_TRIES = 3
"""Of one posture; then something is wrong that no further try will mend."""
AWAY_S = 1.0
"""The network loses people for a moment; somebody who leaves is gone for longer."""
TURNED_S = 1.0
LEAST_SHARE = 0.8
"""Of the pictures somebody must be seen in."""
STILL = 0.25
"""How far head or shoulders may move while a posture is held, in body sizes of some 40 cm: ten centimetres. Upright
people in the rendered desk clips, who sway and turn their heads a little, stay within 4 cm."""
SLUMPED, STRAIGHTENED = 0.04, -0.03
"""How far one must have sunk for a slump, and risen for its opposite, in body sizes. Upright stretches of the rendered
desk clips differ by 0.02, the slightest slump there by 0.11."""
HEAD = ("head_pitch_deg", "head_trunk_flexion_deg", "head_roll_deg", "head_yaw_deg")
"""What is taken while looking ahead, and not while sitting as one likes."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it.

    Parameters
    ----------
    spread
        Standard deviation of each measure while the upright was held.
    seconds
        How long each posture was held.
    """

    own: Baseline
    spread: dict[str, float]
    where: Where
    seconds: float


@dataclass(slots=True)
class _Try:
    """One posture being held."""

    begun_s: float
    parts: list[PoseSeries] = field(default_factory=list)
    first: PoseSeries | None = None

    def stretch(self) -> PoseSeries:
        return PoseSeries.joined(self.parts)


class Calibration:
    """Leads through the postures; see the module's head.

    Parameters
    ----------
    postures
        Which, in their order; the first must be the upright.
    """

    def __init__(self, postures: Sequence[Posture] = tuple(Posture)) -> None:
        self._postures = tuple(postures)
        self._held: dict[Posture, PoseSeries] = {}
        self._phase, self._problem = Phase.WAITING, ""
        self._try: _Try | None = None
        self._tries = 1
        self._since_s: float | None = None
        self._now_s = 0.0
        self._tracker = ViewTracker()
        self._view: View | None = None
        self._tracker_view = View.UNKNOWN
        self._notes: dict[str, None] = {}
        self._sunk = 0.0
        self._seen_s = self._straight_s = -math.inf
        self._sight: Sight | None = None

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to push."""
        return self._phase in ENDED

    @property
    def notes(self) -> tuple[str, ...]:
        """What the result lacks, and why."""
        return tuple(self._notes)

    @property
    def upright(self) -> PoseSeries:
        """What was seen while the upright was held, as the camera drew it."""
        return self._held[Posture.UPRIGHT]

    @property
    def posture(self) -> Posture:
        """What is to be held now."""
        return self._postures[min(len(self._held), len(self._postures) - 1)]

    def push(self, poses: PoseSeries, sight: Sight | None = None) -> Guide:
        """Take in one picture.

        Parameters
        ----------
        sight
            What the last look at the whole picture found, where there was one.
        """
        self._now_s = float(poses.time_s[-1])
        self._since_s = self._now_s if self._since_s is None else self._since_s
        self._sight = sight or self._sight
        if not self.ended:
            trouble = self._trouble(poses)
            {
                Phase.WAITING: self._wait, Phase.EXPLAINING: self._explain,
                Phase.SETTLING: self._settle, Phase.HOLDING: self._hold,
            }[self._phase](poses, trouble)  # fmt: skip
        return self._guide()

    def taken(self, camera: Camera = LEVEL) -> Taken:
        """Return what came of it.

        Parameters
        ----------
        camera
            How the camera stands and sees, which is taken out of the points first.

        Raises
        ------
        DataError
            It has not come to its end.
        """
        if self._phase is not Phase.DONE:
            raise DataError(f"The calibration is not finished. {GIVEN_UP}")
        accuracy, held = shipped_accuracy(live=True), self._held
        own = neutral(held[Posture.UPRIGHT], accuracy, "the seconds of sitting upright", camera)
        values = dict(own.values)
        if Posture.GAZE in held:
            ahead = neutral(held[Posture.GAZE], accuracy, "the seconds of looking ahead", camera)
            values |= {name: ahead.values[name] for name in HEAD if name in ahead.values and ahead.view is own.view}
        if Posture.SLUMP in held:
            slump = neutral(held[Posture.SLUMP], accuracy, "the seconds of slumping", camera)
            own = replace(own, slump=slump.values if slump.view is own.view else {})
        own = replace(own, values=values)
        spread = _spread(held[Posture.UPRIGHT], own, camera)
        return Taken(own, spread, whereabouts(held[Posture.UPRIGHT]), HOLDING_S)

    # What each phase does with a picture ----------------------------------------------------------------------------

    def _wait(self, _poses: PoseSeries, trouble: str) -> None:
        self._problem = trouble
        if not trouble:
            self._enter(Phase.SETTLING)
        elif self._spent_s > PATIENCE_S:
            self._fail(trouble)

    def _explain(self, poses: PoseSeries, trouble: str) -> None:
        if self._spent_s >= EXPLAINING_S:
            self._enter(Phase.WAITING)
            self._wait(poses, trouble)

    def _settle(self, _poses: PoseSeries, trouble: str) -> None:
        if trouble:
            self._enter(Phase.WAITING)
            self._problem = trouble
        elif self._spent_s >= SETTLING_S:
            self._enter(Phase.HOLDING)
            self._try = _Try(self._now_s)

    def _hold(self, poses: PoseSeries, trouble: str) -> None:
        assert self._try is not None
        self._try.parts.append(poses)
        trouble = trouble or self._stirred(poses)
        if not trouble and self._spent_s < HOLDING_S:
            return
        trouble = trouble or self._verdict(self._try.stretch())
        if trouble:
            self._repeat(trouble)
            return
        self._held[self.posture] = self._try.stretch()
        self._view = self._view or self._tracker_view
        self._tries = 1
        self._enter(Phase.DONE if len(self._held) == len(self._postures) else Phase.SETTLING)

    def _enter(self, phase: Phase) -> None:
        self._phase, self._since_s, self._problem = phase, self._now_s, ""

    @property
    def _spent_s(self) -> float:
        return self._now_s - (self._since_s or 0.0)

    def _repeat(self, trouble: str) -> None:
        self._tries += 1
        if self._tries > MAX_TRIES:
            self._fail(trouble)
            return
        self._enter(Phase.EXPLAINING)
        self._problem = trouble

    def _fail(self, trouble: str) -> None:
        self._enter(Phase.FAILED)
        self._problem = f"{trouble} {GIVEN_UP}"

    # What can be wrong ----------------------------------------------------------------------------------------------

    def _trouble(self, poses: PoseSeries) -> str:
        """Say what is wrong with what is in view, whatever is being held."""
        with np.errstate(invalid="ignore"):
            broad = breadth(poses) > SIDE_MAX_BREADTH
        views, _ = self._tracker.push(body_yaw_deg(poses), broad, poses.time_s)
        self._tracker_view = views[-1]
        if poses.detected[-1]:
            self._seen_s = self._now_s
        if self._tracker_view not in (View.OBLIQUE, View.UNKNOWN) and self._view in (None, self._tracker_view):
            self._straight_s = self._now_s
        if self._now_s - self._seen_s > AWAY_S:
            return NOBODY
        if self._sight is not None and self._sight.people > 1:
            return TWO
        if self._now_s - self._straight_s > TURNED_S:
            return CORNER if self._view is None else TURNED
        return ""

    def _stirred(self, poses: PoseSeries) -> str:
        """Say whether head or shoulders are no longer where they were when holding began."""
        assert self._try is not None
        if not poses.detected[-1]:
            return ""
        if self._try.first is None:
            self._try.first = poses
        begun, now = _anchors(self._try.first)[-1], _anchors(poses)[-1]
        return MOVED if (distance(begun, now) > STILL * _size_px(self._try.first)).any() else ""

    def _verdict(self, held: PoseSeries) -> str:
        """Say what is wrong with a posture that was held to its end."""
        if held.detected.mean() < LEAST_SHARE:
            return NOBODY
        if self.posture is Posture.UPRIGHT:
            self._note(held)
            return ""
        sunk = sunken(self._held[Posture.UPRIGHT], held, self._view or View.UNKNOWN)
        if self.posture is Posture.GAZE:
            return STILL_SLUMPED if sunk > max(SLUMPED, self._sunk / 2.0) else ""
        self._sunk = sunk
        if sunk < STRAIGHTENED:
            return CONTRADICTORY
        return NO_SLUMP if sunk < SLUMPED else ""

    def _note(self, held: PoseSeries) -> None:
        self._notes.clear()
        if self._tracker_view is View.SIDE and math.isnan(whereabouts(held).hip_y):
            self._notes[HIPS] = None
        if self._sight is not None and self._sight.dark:
            self._notes[DARK] = None

    def _guide(self) -> Guide:
        done, of = len(self._held), len(self._postures)
        holding = self._phase is Phase.HOLDING
        part = min(self._spent_s / HOLDING_S, 1.0) if holding else 0.0
        left_s = max(HOLDING_S - self._spent_s, 0.0) if holding else 0.0
        note = " ".join(self._notes)
        return Guide(
            self._phase, self.posture, min(done + 1, of), of, left_s, (done + part) / of, self._problem, note
        )  # fmt: skip


def sunken(upright: PoseSeries, later: PoseSeries, view: View) -> float:
    """Return how far somebody has sunk from upright, in body sizes; negative where he has risen.

    From the side what counts is how far the eyes have come down. From the front whoever slumps comes nearer, too, and
    a camera that looks up from below sees the eyes rise by it: there it is the shoulders' fall and growth.
    """
    before, now = whereabouts(upright), whereabouts(later)
    size = _size_px(upright) / upright.height
    if view is View.SIDE:
        return (now.eye_y - before.eye_y) / size
    return (now.shoulder_y - before.shoulder_y) / size + now.shoulder_width / before.shoulder_width - 1.0


def _anchors(poses: PoseSeries) -> Floats:
    """Return (n, 2, 2) pixels: the middle of the shoulders, and of the eyes."""
    p = poses.points_px
    shoulders = middle(p[:, Landmark.LEFT_SHOULDER], p[:, Landmark.RIGHT_SHOULDER])
    return np.stack([shoulders, middle(p[:, Landmark.LEFT_EYE], p[:, Landmark.RIGHT_EYE])], axis=1)


def _size_px(poses: PoseSeries) -> float:
    """Return a length of some 40 cm that is seen from everywhere: shoulder width, or twice the neck from the side."""
    p = poses.points_px[poses.detected]
    left, right = p[:, Landmark.LEFT_SHOULDER], p[:, Landmark.RIGHT_SHOULDER]
    ears = middle(p[:, Landmark.LEFT_EAR], p[:, Landmark.RIGHT_EAR])
    return float(np.median(np.maximum(distance(left, right), 2.0 * distance(middle(left, right), ears))))


def _spread(held: PoseSeries, own: Baseline, camera: Camera) -> dict[str, float]:
    """Return the standard deviation of every measure that has a neutral."""
    value, view = raw_values(held, shipped_accuracy(live=True), camera)
    kept = value[view == own.view]
    return {name: float(np.nanstd(kept[:, k])) for k, name in enumerate(NAMES) if name in own.values}
