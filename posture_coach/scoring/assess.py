"""The whole chain in one place: poses in, readings out. The same for a photo, a video and the live camera.

::

    PoseSeries ──Measurer──▶ MeasureSeries ──recognise──▶ Activity ──Scorer──▶ ScoreSeries ──▶ Reading, Record
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from posture_coach.activity.recognise import Recogniser, recognise
from posture_coach.activity.types import Activity
from posture_coach.measures.accuracy import Accuracy
from posture_coach.measures.calibration import LEVEL, Camera
from posture_coach.measures.columns import VIEWS, view_numbers
from posture_coach.measures.definitions import NAMES, TABLE
from posture_coach.measures.measurer import Baseline, Measurer
from posture_coach.measures.types import Measure, MeasureSeries, View
from posture_coach.pose.types import Mode, Model, PoseSeries
from posture_coach.scoring.score import Score, Scorer, ScoreSeries
from posture_coach.scoring.targets import Targets

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

ROUNDING = 1e-9
AT_ONCE = 2000
"""So many pictures are measured and scored at once: what is reckoned on the way takes a hundred numbers a measure."""
PERSON = 1
"""Number of the measured person where nobody else was in view."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything known about one person in one picture.

    Parameters
    ----------
    assumed
        The legs are out of the picture: sitting is assumed.
    """

    time_s: float
    index: int
    person: int
    view: View
    body_yaw_deg: float
    activity: Activity
    assumed: bool
    measures: dict[str, Measure]
    score: Score


@dataclass(frozen=True, slots=True)
class Record:
    """What is worth keeping of a stretch of time, one second as a rule.

    Parameters
    ----------
    start_s, end_s
        Half-open interval.
    activity, view
        What held for most of it.
    score, coverage
        Means; NaN where nothing was scored.
    measures
        Mean value and mean half-width of what was measured.
    """

    start_s: float
    end_s: float
    person: int
    activity: Activity
    view: View
    score: float
    coverage: float
    measures: dict[str, Measure]


@dataclass(frozen=True, slots=True)
class Assessment:
    """The chain's result for n pictures of one person.

    Parameters
    ----------
    person
        His number: his place from the left among all who were in view when he was chosen.
    """

    poses: PoseSeries
    measures: MeasureSeries
    activity: NDArray[np.object_]
    assumed: Bools
    score: ScoreSeries
    person: int = PERSON

    def __len__(self) -> int:
        return len(self.poses)

    def part(self, start: int, stop: int) -> Assessment:
        """Return pictures start to stop, stop not included."""
        cut = slice(start, stop)
        return Assessment(
            self.poses.part(start, stop), self.measures.part(start, stop), self.activity[cut], self.assumed[cut],
            self.score.part(start, stop), self.person,
        )  # fmt: skip

    @classmethod
    def joined(cls, parts: Sequence[Assessment]) -> Assessment:
        """Put consecutive stretches of one person behind each other."""
        return cls(
            PoseSeries.joined([part.poses for part in parts]),
            MeasureSeries.joined([part.measures for part in parts]),
            np.concatenate([part.activity for part in parts]),
            np.concatenate([part.assumed for part in parts]),
            ScoreSeries.joined([part.score for part in parts]),
            parts[-1].person,
        )

    def reading(self, i: int) -> Reading:
        """Return what is known about picture i."""
        return Reading(
            float(self.poses.time_s[i]),
            int(self.poses.index[i]),
            self.person,
            self.measures.view[i],
            float(self.measures.body_yaw_deg[i]),
            self.activity[i],
            bool(self.assumed[i]),
            self.measures.at(i),
            self.score.explain(i),
        )

    def records(self, every_s: float = 1.0) -> Iterator[Record]:
        """Sum the pictures up, one record for each stretch of every_s that holds any."""
        # A sum of tenths may lie a hair below the whole it stands for.
        slot = np.floor(self.poses.time_s / every_s + ROUNDING)
        for number in np.unique(slot):
            yield self._record(np.flatnonzero(slot == number), float(number) * every_s, every_s)

    def _record(self, rows: NDArray[np.intp], start_s: float, every_s: float) -> Record:
        value, err = self.measures.value[rows], self.measures.err[rows]
        measured = {
            name: Measure(_mean(value[:, k]), _mean(err[:, k]))
            for k, name in enumerate(self.measures.names)
            if not np.isnan(value[:, k]).all()
        }
        return Record(
            start_s, start_s + every_s, self.person,
            _most(self.activity[rows]), _most(self.measures.view[rows]),
            _mean(self.score.score[rows]), _mean(self.score.coverage[rows]), measured,
        )  # fmt: skip


class Assessor:
    """Runs the chain on one person; feed stretches in the order of time.

    A file hands over all its poses at once and gets activities that look both ways in time. A live camera hands
    them over as they come: activities then look back only, so that a posture is told a second late, and an exercise
    with its third repetition.

    Parameters
    ----------
    accuracy
        Error constants and landmark offsets.
    targets
        What is held against.
    baseline
        The person's own neutral.
    camera
        How the camera stands and sees.
    live
        Whether the poses come bit by bit.
    """

    def __init__(
        self,
        accuracy: Accuracy,
        targets: Targets,
        baseline: Baseline | None = None,
        camera: Camera = LEVEL,
        *,
        live: bool = False,
    ) -> None:
        self._accuracy, self._baseline = accuracy, baseline
        self._measurer = Measurer(accuracy, baseline, camera)
        self._scorer = Scorer(targets, NAMES)
        # From the side the shoulders have no width to tell heights by.
        here = baseline is not None and baseline.same_recording and baseline.view is View.FRONT
        self._seated, self._camera = baseline.values if baseline and here else None, camera
        self._live = Recogniser(self._seated, camera) if live else None
        self._bias: dict[tuple[Mode, Model], Floats] = {}

    def hold_against(self, targets: Targets) -> None:
        """Score against these targets from the next picture on; what is measured and recognised goes on."""
        self._scorer = Scorer(targets, NAMES)

    def push(self, poses: PoseSeries) -> Assessment:
        """Assess the next n pictures."""
        seen = self._live.push(poses) if self._live else recognise(poses, self._seated, self._camera)
        starts = range(0, max(len(poses), 1), AT_ONCE)
        parts = [self._judged(poses.part(i, i + AT_ONCE), seen.label[i : i + AT_ONCE]) for i in starts]
        measures, score = parts[0]
        if len(parts) > 1:
            measures = MeasureSeries.joined([part for part, _ in parts])
            score = ScoreSeries.joined([part for _, part in parts])
        return Assessment(poses, measures, seen.label, seen.assumed, score)

    def _judged(self, poses: PoseSeries, label: NDArray[np.object_]) -> tuple[MeasureSeries, ScoreSeries]:
        """Measure and score the next n pictures, in which the person does what the labels say."""
        measures, how = self._measurer.push(poses), (poses.mode, poses.model)
        if how not in self._bias:
            self._bias[how] = bias_by_view(self._accuracy, *how)
        score = self._scorer.score(
            measures,
            label,
            baseline=self._baseline.values if self._baseline else None,
            bias=self._bias[how][view_numbers(measures.view)],
            time_s=poses.time_s,
        )
        return measures, score


def declared_bias(accuracy: Accuracy, view: NDArray[np.object_], mode: Mode, model: Model) -> Floats:
    """Return the (n, m) known mean error of each measure in the view it was seen from; 0 where none is known."""
    return bias_by_view(accuracy, mode, model)[view_numbers(view)]


def bias_by_view(accuracy: Accuracy, mode: Mode, model: Model) -> Floats:
    """Return the same (views, m) by the places in `VIEWS`."""
    bias = np.zeros((len(VIEWS), len(TABLE)))
    for column, row in enumerate(TABLE):
        for seen in row.views:
            error = accuracy.of(row.joint, seen, mode, model)
            if error is not None:
                bias[VIEWS.index(seen), column] = error.bias
    return bias


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def _most(labels: NDArray[np.object_]) -> Any:
    """Return the most frequent label; of equals, the one that comes first."""
    return Counter(labels.tolist()).most_common(1)[0][0]
