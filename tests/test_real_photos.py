"""Real people: proportions and clothes that no rendered body has."""

from __future__ import annotations

import numpy as np
import pytest

from posture_coach.activity.recognise import recognise
from posture_coach.activity.types import Activity
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


@pytest.fixture(params=SITTING)
def seated(request, network, shared_folder, require):
    """Find the person in one of the photos."""
    with open_file(require(shared_folder / "real" / "photos" / f"{request.param}.jpg")) as photo:
        frame = next(iter(photo))
    found = look_again(network, frame)
    assert found is not None
    at = [(frame.time_s, frame.index)]
    return PoseSeries.of([found], at, size=frame.size, mode=Mode.DETECTED, model=Model.FULL)


def test_who_sits_is_told_to_sit(seated):
    assert recognise(seated).label.tolist() == [Activity.SITTING]


def test_who_sits_has_no_whole_body_lean(seated):
    measured = Measurer(shipped_accuracy()).push(seated)
    assert not np.isnan(measured.column("trunk_inclination_deg")[0])
    assert all(np.isnan(measured.column(one)[0]) for one in OF_WHO_STANDS)
