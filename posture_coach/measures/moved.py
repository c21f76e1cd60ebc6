"""Whether chair or camera have moved since an own upright was taken.

From in front the desk camera's geometry tells: it knows how far shoulders come by posture alone. What it cannot be
asked, another view or an upright without its features, is told by the person's size and place in the picture.
"""

from __future__ import annotations

from posture_coach.measures import desk
from posture_coach.measures.calibration import Camera, levelled
from posture_coach.measures.measurer import Baseline, desk_upright
from posture_coach.measures.types import View
from posture_coach.measures.whereabouts import Where, difference, moved, moved_aside, whereabouts
from posture_coach.pose.types import PoseSeries


def how_moved(before: Where, own: Baseline, camera: Camera, seen: PoseSeries) -> str:
    """Say in words how somebody sits elsewhere than for his upright; empty where he does not, or nobody knows.

    Parameters
    ----------
    before
        Where he was in the picture.
    own, camera
        What was taken of him, and how the camera stood.
    seen
        Some seconds of now, from pictures of the same size.
    """
    now = whereabouts(seen)
    upright = desk_upright(own, camera, seen.width, seen.height) if own.view is View.FRONT else None
    if upright is None:
        return moved(before, now, own.view)
    rows = desk.features(levelled(seen, camera), seen)
    if desk.moved(rows, upright, desk.shipped_constants()):
        return difference(before, now)
    return moved_aside(before, now, own.view)
