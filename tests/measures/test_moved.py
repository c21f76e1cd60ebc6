"""Whether chair or camera have moved: by geometry from in front, by size where that cannot be asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from posture_coach.measures import desk
from posture_coach.measures.calibration import LEVEL, Camera, levelled
from posture_coach.measures.measurer import Baseline
from posture_coach.measures.moved import how_moved
from posture_coach.measures.types import View
from posture_coach.measures.whereabouts import moved, whereabouts
from posture_coach.pose.types import Mode
from tests.drawn import Body, draw
from tests.measures.test_desk import FOCAL_PX, SLUMP, Sitter, pictures

BELOW = Sitter(pitch_deg=12, camera_height_m=0.4)
STANDS = {
    Sitter(): Camera(pitch_err_deg=1.0, focal_px=FOCAL_PX),
    BELOW: Camera(pitch_deg=12.0, pitch_err_deg=1.0, focal_px=FOCAL_PX),
}
"""How each camera stands, taken as known: a drawn face is not the network's face."""
LEANT_BACK = {"trunk_deg": -14, "neck_deg": -9}


def taken(sitter: Sitter) -> Baseline:
    seen = pictures(*[sitter] * 3)
    rows = desk.features(levelled(seen, STANDS[sitter]), seen)
    return Baseline(dict(zip(desk.FEATURES, rows.mean(axis=0).tolist(), strict=True)), View.FRONT, Mode.TRACKED)


def both(sitter: Sitter, **bent: float) -> tuple[str, str]:
    """Return what is said by geometry, and what would be by size."""
    seen, before = pictures(*[replace(sitter, **bent)] * 3), whereabouts(pictures(sitter))
    return how_moved(before, taken(sitter), STANDS[sitter], seen), moved(before, whereabouts(seen), View.FRONT)


@pytest.mark.parametrize("sitter", STANDS, ids=["level", "from below"])
@pytest.mark.parametrize(
    ("shift", "words"),
    [
        ({"nearer_m": 0.13}, "you fill 18 % more of the picture"),
        ({"nearer_m": -0.3}, "you fill 26 % less of the picture"),
        ({"lift_m": 0.14}, "you are higher in the picture"),
        ({"lift_m": -0.14}, "you are lower in the picture"),
        ({"aside_m": 0.25}, "you are further to the right of the picture"),
        ({"aside_m": -0.32, "nearer_m": -0.1}, "you are further to the left of the picture"),
    ],
)
def test_a_moved_chair_is_told_and_how(sitter, shift, words):
    assert both(sitter, **shift)[0] == words


@pytest.mark.parametrize(
    ("sitter", "bent", "by_size"),
    [
        (Sitter(), {}, ""),
        (Sitter(), {"trunk_deg": 20, "neck_deg": 14}, "24 % more"),
        (Sitter(), {"trunk_deg": -20, "neck_deg": -12}, "16 % less"),
        (BELOW, SLUMP, "25 % more"),
        (BELOW, {"trunk_deg": -20, "neck_deg": -12}, "15 % less"),
    ],
)
def test_postures_that_size_takes_for_a_moved_chair_are_none(sitter, bent, by_size):
    said, would_be_said = both(sitter, **bent)
    assert said == ""
    assert (by_size in would_be_said) if by_size else not would_be_said


def test_the_slump_that_was_taken_tells_how_the_camera_looks():
    before, slump = pictures(BELOW), pictures(replace(BELOW, **SLUMP))
    values = [dict(zip(desk.FEATURES, desk.features(seen)[0].tolist(), strict=True)) for seen in (before, slump)]
    # A face that hangs: by it alone the camera is thought to look down by 10 degrees, where it looks up by 12.
    values[0]["desk_face_tilt_ratio"] += 0.3
    own = Baseline(values[0], View.FRONT, Mode.TRACKED)
    assert how_moved(whereabouts(before), own, LEVEL, slump)
    assert not how_moved(whereabouts(before), replace(own, slump=values[1]), LEVEL, slump)


@pytest.mark.parametrize("view", [View.FRONT, View.SIDE])
def test_without_the_desks_features_or_from_elsewhere_size_tells(view):
    body = Body(yaw_deg=90.0 if view is View.SIDE else 0.0)
    before = whereabouts(draw([body] * 3, scale_px=260.0))
    own = taken(Sitter()) if view is View.SIDE else Baseline({"neck_length_ratio": 0.6}, view, Mode.TRACKED)
    for scale, words in ((1.08, ""), (1.2, "20 % more"), (0.8, "20 % less")):
        said = how_moved(before, replace(own, view=view), LEVEL, draw([body] * 3, scale_px=260.0 * scale))
        assert (words in said) if words else not said


def test_nobody_has_not_moved():
    before = whereabouts(pictures(Sitter()))
    for seen in (pictures(None, None), pictures(Sitter(aside_m=0.6))):
        assert how_moved(before, taken(Sitter()), LEVEL, seen) == ""
