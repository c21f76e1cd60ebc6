"""Real people: proportions and clothes that no rendered body has."""

from __future__ import annotations

import numpy as np
import pytest

from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.measurer import Measurer
from posture_coach.pose.files import open_file
from posture_coach.pose.landmarker import Landmarker
from posture_coach.pose.passes import look_again
from posture_coach.pose.types import Mode, Model, PoseSeries

SITTING = (
    "sit_hunchback", "sit_hunchback_hf", "sit_kneeling", "sit_proper_4", "sit_recline", "sit_recline_hf",
    "sit_slouching_2", "sit_straight_flip", "sit_straight_hf",
)  # fmt: skip
OF_WHO_STANDS = ("body_lean_deg", "hip_forward_offset_ratio")


@pytest.fixture(scope="module")
def network():
    with Landmarker(Model.FULL, Mode.DETECTED) as full:
        yield full


@pytest.mark.parametrize("name", SITTING)
def test_who_sits_has_no_whole_body_lean(name, network, shared_folder, require):
    with open_file(require(shared_folder / "real" / "photos" / f"{name}.jpg")) as photo:
        frame = next(iter(photo))
    found = look_again(network, frame)
    assert found is not None
    at = [(frame.time_s, frame.index)]
    series = PoseSeries.of([found], at, size=frame.size, mode=Mode.DETECTED, model=Model.FULL)
    measured = Measurer(shipped_accuracy()).push(series)
    assert not np.isnan(measured.column("trunk_inclination_deg")[0])
    assert all(np.isnan(measured.column(one)[0]) for one in OF_WHO_STANDS)
