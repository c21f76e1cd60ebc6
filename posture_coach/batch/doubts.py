"""What makes the numbers of an input doubtful, in sentences that say what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from posture_coach.activity.recognise import gaps
from posture_coach.activity.types import Activity
from posture_coach.measures.measurer import Baseline
from posture_coach.measures.types import View
from posture_coach.pose.checks import SMALL_TRUNK_PX, level, person_changes_s, trunk_px
from posture_coach.pose.lookout import Sight
from posture_coach.pose.roster import Roster
from posture_coach.pose.types import PoseSeries
from posture_coach.scoring.assess import Assessment
from posture_coach.scoring.windows import united

MOST = 1 / 2
TIMES_TOLD = 3
TIMES_TOLD_TO_S = 0.1

_NOBODY = "nobody was seen: is the person in view, large enough and lit?"
_NOT_SURELY = (
    "nobody was seen surely enough to be measured, though something there looks like a person: let hips and knees be "
    "seen as well as the head, nearer and well lit"
)


def doubts(
    result: Assessment, sights: Sequence[Sight], baseline: Baseline | None, roster: Roster | None = None
) -> list[str]:
    """Return every doubt, in the order of weight.

    Parameters
    ----------
    sights
        What the occasional looks at the whole picture found.
    baseline
        The own upright it was held against, if any.
    roster
        Who was in view; None: the measured person alone.
    """
    roster = roster or Roster()
    found = [*_of_recording(result.poses), *_of_pictures(sights), *_of_company(roster)]
    if not result.poses.detected.any():
        return [*found, _NOT_SURELY if any(sight.people for sight in sights) else _NOBODY]
    return [*found, *_of_baseline(baseline, result), *_of_person(result, roster), *_of_posture(result)]


def _of_recording(poses: PoseSeries) -> Iterator[str]:
    for i in gaps(poses.time_s).tolist():
        yield f"nothing was recorded from {poses.time_s[i]:.1f} to {poses.time_s[i + 1]:.1f} s"


def _of_pictures(sights: Sequence[Sight]) -> Iterator[str]:
    if sum(sight.dark for sight in sights) > MOST * len(sights):
        yield "the picture is very dark: put a light in front of the person"


def _of_company(roster: Roster) -> Iterator[str]:
    if roster.crowded_s:
        yield (
            f"more than one person in view from {roster.crowded_s[0]:.1f} to {roster.crowded_s[-1]:.1f} s: person "
            f"{roster.number} from the left is measured, the others are painted out before the network looks; choose "
            "with --person"
        )
    if roster.mixed_s:
        stretches = united(roster.mixed_s, apart_s=TIMES_TOLD_TO_S)[:TIMES_TOLD]
        times = ", ".join(f"{start_s:.1f} to {end_s:.1f}" for start_s, end_s in stretches)
        yield f"the measured person and another could not be told apart from {times} s: nothing is measured there"
    near_s = [time_s for time_s in roster.near_s if not roster.mixed(time_s)]
    if near_s:
        yield f"somebody was close to the measured person at {_times(near_s)}: check these numbers"


def _times(times_s: Sequence[float]) -> str:
    more = " and more" if len(times_s) > TIMES_TOLD else ""
    return ", ".join(f"{time_s:.1f}" for time_s in times_s[:TIMES_TOLD]) + " s" + more


def _of_baseline(baseline: Baseline | None, result: Assessment) -> Iterator[str]:
    if baseline is None:
        return
    if not (result.measures.view[result.poses.detected] == baseline.view).any():
        yield f"your own upright was seen from another side ({baseline.view.value}): it is not used here"
    if baseline.mode not in (None, result.poses.mode):
        yield (
            f"your own upright was {baseline.mode} and this is {result.poses.mode}: the two differ by one to three "
            "degrees; take it from the clip itself (--baseline 0-5)"
        )


def _of_person(result: Assessment, roster: Roster) -> Iterator[str]:
    poses = result.poses
    changes = person_changes_s(poses)
    if changes:
        yield f"the skeleton jumps at {_times(changes)}, as if to another person: check these numbers"
    missing = int((~poses.detected).sum())
    if missing:
        who = "the measured person was not found" if roster.crowded_s else "nobody was seen"
        yield f"{who} in {missing} of {len(poses)} pictures"
    if trunk_px(poses) < SMALL_TRUNK_PX:
        yield f"the person is small, with a trunk of {trunk_px(poses):.0f} pixels: move the camera nearer"


def _of_posture(result: Assessment) -> Iterator[str]:
    found = result.poses.detected
    if (result.measures.view[found] == View.OBLIQUE).mean() > MOST:
        yield "seen from a corner: angles are less sure than from the side or the front, or empty; turn the camera"
    if np.isin(result.activity[found], (Activity.UNKNOWN, Activity.LYING)).mean() > MOST:
        yield "mostly neither sitting, standing nor walking, so that little is scored"
    if level(result.poses):
        yield (
            "the body lies level in most pictures; if the person is upright, the picture lies on its side: try "
            "--rotate 90 or 270"
        )
    if result.assumed[found].mean() > MOST:
        yield "the legs are out of the picture: sitting is assumed, not seen"
