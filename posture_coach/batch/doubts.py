"""What makes the numbers of an input doubtful, in sentences that say what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from posture_coach.activity.recognise import gaps
from posture_coach.activity.types import Activity
from posture_coach.measures.measurer import Baseline
from posture_coach.measures.types import View
from posture_coach.pose.checks import SMALL_TRUNK_PX, person_changes_s, trunk_px
from posture_coach.pose.lookout import Sight
from posture_coach.pose.types import PoseSeries
from posture_coach.scoring.assess import Assessment

MOST = 1 / 2
TIMES_TOLD = 3


def doubts(result: Assessment, sights: Sequence[Sight], baseline: Baseline | None) -> list[str]:
    """Return every doubt, in the order of weight.

    Parameters
    ----------
    sights
        What the occasional looks at the whole picture found.
    baseline
        The own upright it was held against, if any.
    """
    found = [*_of_recording(result.poses), *_of_pictures(sights)]
    if not result.poses.detected.any():
        return [*found, "nobody was seen: is the person in view, large enough and lit?"]
    return [*found, *_of_baseline(baseline, result), *_of_person(result), *_of_posture(result)]


def _of_recording(poses: PoseSeries) -> Iterator[str]:
    for i in gaps(poses.time_s).tolist():
        yield f"nothing was recorded from {poses.time_s[i]:.1f} to {poses.time_s[i + 1]:.1f} s"


def _of_pictures(sights: Sequence[Sight]) -> Iterator[str]:
    if sum(sight.dark for sight in sights) > MOST * len(sights):
        yield "the picture is very dark: put a light in front of the person"
    crowded = sum(sight.people > 1 for sight in sights)
    if crowded:
        yield (
            f"more than one person in view in {crowded} of {len(sights)} looks: "
            "the numbers may belong to either; film one person alone"
        )


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


def _of_person(result: Assessment) -> Iterator[str]:
    poses = result.poses
    changes = person_changes_s(poses)
    if changes:
        times = ", ".join(f"{t:.1f}" for t in changes[:TIMES_TOLD])
        yield f"the skeleton jumps at {times} s, as if to another person: check these numbers"
    missing = int((~poses.detected).sum())
    if missing:
        yield f"nobody was seen in {missing} of {len(poses)} pictures"
    if trunk_px(poses) < SMALL_TRUNK_PX:
        yield f"the person is small, with a trunk of {trunk_px(poses):.0f} pixels: move the camera nearer"


def _of_posture(result: Assessment) -> Iterator[str]:
    found = result.poses.detected
    if (result.measures.view[found] == View.OBLIQUE).mean() > MOST:
        yield "seen from a corner: most angles need a view from the side or from the front; turn the camera"
    if (result.activity[found] == Activity.UNKNOWN).mean() > MOST:
        yield (
            "mostly neither sitting, standing nor walking, so that little is scored; if the person is upright, the "
            "picture lies on its side: try --rotate 90 or 270"
        )
    if result.assumed[found].mean() > MOST:
        yield "the legs are out of the picture: sitting is assumed, not seen"
