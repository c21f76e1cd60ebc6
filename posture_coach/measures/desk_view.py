"""What a webcam sees of a person at a desk from in front: the few sizes and places that posture is estimated from.

Pictures in, one row of plain features a picture out; `desk.py` makes movements and angles of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from posture_coach.geometry import direction_deg, distance, middle
from posture_coach.pose.checks import outside
from posture_coach.pose.types import Landmark, PoseSeries

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FEATURES = (
    "desk_shoulder_width_ratio", "desk_shoulder_x_ratio", "desk_shoulder_y_ratio",
    "desk_ear_x_ratio", "desk_ear_y_ratio", "desk_head_size_ratio",
    "desk_face_tilt_ratio", "desk_head_yaw_deg", "desk_shoulder_yaw_deg",
)  # fmt: skip
"""What is read from one picture; an own upright is the mean of each. Lengths and places are from the picture's centre,
over its longer side, so that its size does not matter; the face's tilt is over the head's breadth."""
WIDTH, SHOULDER_X, SHOULDER_Y, EAR_X, EAR_Y, HEAD, TILT, HEAD_YAW, SHOULDER_YAW = range(len(FEATURES))
"""Their columns."""
_SIZES = [WIDTH, HEAD]
_OF_THE_SHOULDERS = [WIDTH, SHOULDER_X, SHOULDER_Y, SHOULDER_YAW]

# A turned head looks narrower by the cosine of its turn, while the nose leaves its middle by the sine: together they
# give a breadth that the turn does not change. These are breadth and depth of adult heads, roughly; the fourth does
# the same for nodding.
EARS_OVER_NOSE_DEPTH = 1.3
EYES_OVER_NOSE_DEPTH = 0.95
FACE_OVER_NOSE_DROP = 0.5


def features(series: PoseSeries, seen: PoseSeries | None = None) -> Floats:
    """Read what the estimates need from n pictures.

    Parameters
    ----------
    seen
        The same pictures as the camera drew them, where they were levelled since: its edge hides shoulders.

    Returns
    -------
    (n, k) in the order of `FEATURES`. A row is NaN where nobody was found; only what needs the shoulders is NaN
    where one of them is out of the picture, and only a size where its points coincide.
    """
    p, side = series.points_px, float(max(series.width, series.height))
    centre = np.array([series.width, series.height]) / 2.0
    shoulder = middle(p[:, Landmark.LEFT_SHOULDER], p[:, Landmark.RIGHT_SHOULDER])
    ear = middle(p[:, Landmark.LEFT_EAR], p[:, Landmark.RIGHT_EAR])
    size, tilt, turn = _head(p)
    across = series.world[:, Landmark.LEFT_SHOULDER] - series.world[:, Landmark.RIGHT_SHOULDER]
    values = np.column_stack([
        distance(p[:, Landmark.LEFT_SHOULDER], p[:, Landmark.RIGHT_SHOULDER]) / side,
        (shoulder - centre) / side, (ear - centre) / side,
        size / side, tilt, turn, direction_deg(-across[:, 2], across[:, 0]),
    ])  # fmt: skip
    values[:, _OF_THE_SHOULDERS] = np.where(_outside(seen or series)[:, None], np.nan, values[:, _OF_THE_SHOULDERS])
    values[:, _SIZES] = np.where(values[:, _SIZES] > 0, values[:, _SIZES], np.nan)
    return values


def _outside(series: PoseSeries) -> Bools:
    """Return (n,) whether a shoulder is guessed at or beyond the picture's edge."""
    both = outside(series)[:, [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]]
    return np.asarray(both.any(axis=1), dtype=np.bool_)


def _head(p: Floats) -> tuple[Floats, Floats, Floats]:
    """Return (n,) size in pixels that turning does not change, tilt over the ears' distance, and turn in degrees.

    Size is the geometric mean of three lengths, each of which wanders by itself: ear to ear, eye to eye, eyes to
    mouth. Tilt is how far eyes, nose and mouth lie below the ears; it grows as the face looks down or is seen from
    above. Turn is + to the person's left.
    """
    left_ear, right_ear = p[:, Landmark.LEFT_EAR], p[:, Landmark.RIGHT_EAR]
    ears = distance(right_ear, left_ear)
    with np.errstate(invalid="ignore", divide="ignore"):
        along = (left_ear - right_ear) / ears[:, None]
    down = np.stack([-along[:, 1], along[:, 0]], axis=1)
    down *= np.where(down[:, 1] < 0, -1.0, 1.0)[:, None]
    ear = middle(left_ear, right_ear)
    eyes = middle(p[:, Landmark.LEFT_EYE], p[:, Landmark.RIGHT_EYE])
    mouth = middle(p[:, Landmark.MOUTH_LEFT], p[:, Landmark.MOUTH_RIGHT])
    nose = p[:, Landmark.NOSE]
    aside = np.sum((nose - ear) * along, axis=1)
    eye_drop, nose_drop, mouth_drop = (np.sum((point - ear) * down, axis=1) for point in (eyes, nose, mouth))
    breadth = np.hypot(ears, EARS_OVER_NOSE_DEPTH * aside)
    eye_to_eye = distance(p[:, Landmark.LEFT_EYE_OUTER], p[:, Landmark.RIGHT_EYE_OUTER])
    size = np.cbrt(
        breadth
        * np.hypot(eye_to_eye, EYES_OVER_NOSE_DEPTH * aside)
        * np.hypot(mouth_drop - eye_drop, FACE_OVER_NOSE_DROP * nose_drop)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        tilt = (eye_drop + nose_drop + mouth_drop) / 3.0 / breadth
    return size, tilt, direction_deg(EARS_OVER_NOSE_DEPTH * aside, ears)
