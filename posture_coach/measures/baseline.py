"""The person's own neutral posture, averaged from pictures of it."""

from __future__ import annotations

import numpy as np

from posture_coach.errors import DataError
from posture_coach.measures import desk
from posture_coach.measures.accuracy import Accuracy
from posture_coach.measures.calibration import LEVEL, Camera, levelled
from posture_coach.measures.definitions import NAMES
from posture_coach.measures.measurer import Baseline, raw_values
from posture_coach.measures.types import View
from posture_coach.pose.types import PoseSeries

MIN_SHARE = 0.5
"""A measure seen in fewer of the pictures than this has no neutral."""


def neutral(series: PoseSeries, accuracy: Accuracy, where: str, camera: Camera = LEVEL) -> Baseline:
    """Average what was measured over pictures of the person's neutral posture.

    Parameters
    ----------
    where
        What the pictures are called in the message.
    camera
        How it stands, as it will be given when measuring.

    Raises
    ------
    DataError
        Nobody was seen there, or there are no pictures.
    """
    if not len(series):
        raise DataError(f"No baseline: there are no pictures in {where}. The recording is shorter than that.")
    if not series.detected.any():
        raise DataError(f"No baseline: nobody is seen in {where}. Choose seconds or a photo with the person upright.")
    value, view = raw_values(series, accuracy, camera)
    seen = [v for v in view.tolist() if v is not View.UNKNOWN]
    usual = max(sorted(set(seen)), key=seen.count)
    # Beside the measures stands what the desk camera's estimates are held against.
    value = np.hstack([value, desk.features(levelled(series, camera), series)])[view == usual]
    kept = (~np.isnan(value)).mean(axis=0) >= MIN_SHARE
    names = (*NAMES, *desk.FEATURES)
    values = {name: float(np.nanmean(value[:, k])) for k, name in enumerate(names) if kept[k]}
    return Baseline(values, usual, series.mode)
