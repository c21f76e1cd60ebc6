"""The estimates at the desk webcam: drawn people before a pinhole camera, moved and bent by known amounts."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.errors import DataError
from posture_coach.measures import desk
from posture_coach.measures.desk_constants import PitchFrom, parse, shipped_constants
from posture_coach.measures.types import Reason
from posture_coach.pose.landmarker import Landmarker
from posture_coach.pose.types import MIRROR_ORDER, POINTS, Frame, Landmark, Mode, Model, PoseSeries
from posture_coach.resources import data_file

K = shipped_constants()
TRUNK, NECK, SHOULDERS = 0.48, 0.21, 0.36
UPRIGHT_NECK_DEG = 8.0
WIDTH, HEIGHT, FOCAL_PX = 640, 480, 448.0
FACE = {
    Landmark.LEFT_EAR: (0.075, 0.0, 0.0), Landmark.RIGHT_EAR: (-0.075, 0.0, 0.0), Landmark.NOSE: (0.0, 0.11, -0.02),
    Landmark.LEFT_EYE: (0.032, 0.085, 0.025), Landmark.RIGHT_EYE: (-0.032, 0.085, 0.025),
    Landmark.LEFT_EYE_OUTER: (0.05, 0.075, 0.025), Landmark.RIGHT_EYE_OUTER: (-0.05, 0.075, 0.025),
    Landmark.MOUTH_LEFT: (0.025, 0.09, -0.06), Landmark.MOUTH_RIGHT: (-0.025, 0.09, -0.06),
}  # fmt: skip
"""To the person's left, forward and up from the middle of the ears, metres."""


@dataclass(frozen=True)
class Sitter:
    """A person of plain sticks: trunk, neck, and a head that keeps facing ahead."""

    trunk_deg: float = 0.0
    neck_deg: float = 0.0
    slide_m: float = 0.0
    """Hips forward, as the pelvis slides in a slump."""
    shrink_m: float = 0.0
    """The trunk is shorter by this when it rounds."""
    nearer_m: float = 0.0
    lift_m: float = 0.0
    aside_m: float = 0.0
    head_turn_deg: float = 0.0
    shoulder_turn_deg: float = 0.0
    distance_m: float = 0.85
    camera_height_m: float = 0.6
    pitch_deg: float = 0.0

    def joints(self) -> dict[Landmark, np.ndarray]:
        """Left of the person, forward, up, from the hips of the upright."""
        trunk, neck = np.radians([self.trunk_deg, UPRIGHT_NECK_DEG + self.neck_deg])
        hip = np.array([self.aside_m, self.slide_m + self.nearer_m, self.lift_m])
        shoulder = hip + (TRUNK - self.shrink_m) * np.array([0.0, np.sin(trunk), np.cos(trunk)])
        ear = shoulder + NECK * np.array([0.0, np.sin(neck), np.cos(neck)])
        turn, body = np.radians([self.head_turn_deg, self.shoulder_turn_deg])
        half = SHOULDERS / 2 * np.array([np.cos(body), -np.sin(body), 0.0])
        spin = np.array([[np.cos(turn), -np.sin(turn), 0.0], [np.sin(turn), np.cos(turn), 0.0], [0.0, 0.0, 1.0]])
        face = {point: ear + spin @ np.array(place) for point, place in FACE.items()}
        return face | {Landmark.LEFT_SHOULDER: shoulder + half, Landmark.RIGHT_SHOULDER: shoulder - half}

    def seen(self) -> tuple[np.ndarray, np.ndarray]:
        """Points in the picture, and a world of the same shoulders: (33, 2), (33, 3)."""
        points, world = np.zeros((POINTS, 2)), np.zeros((POINTS, 3))
        tilt = np.radians(self.pitch_deg)
        for point, (left, forward, up) in self.joints().items():
            far, high = self.distance_m - forward, up - self.camera_height_m
            depth = far * np.cos(tilt) + high * np.sin(tilt)
            below = far * np.sin(tilt) - high * np.cos(tilt)
            points[point] = WIDTH / 2 + FOCAL_PX * left / depth, HEIGHT / 2 + FOCAL_PX * below / depth
            world[point] = left, -up, -forward
        return points, world


def pictures(*sitters: Sitter | None) -> PoseSeries:
    n = len(sitters)
    points, world = np.full((n, POINTS, 2), np.nan), np.full((n, POINTS, 3), np.nan)
    for i, sitter in enumerate(sitters):
        if sitter is not None:
            points[i], world[i] = sitter.seen()
    sure = np.ones((n, POINTS))
    return PoseSeries(
        WIDTH, HEIGHT, Mode.TRACKED, Model.FULL, np.arange(n) / 10, np.arange(n), points, world, sure, sure
    )


def means(*sitters: Sitter) -> dict[str, float]:
    return dict(zip(desk.FEATURES, desk.features(pictures(*sitters)).mean(axis=0).tolist(), strict=True))


def own(sitter: Sitter, **known: object) -> desk.Own:
    """The camera's tilt is taken as known: a drawn face is not the network's face."""
    settled = desk.own_upright(means(replace(sitter)), K, **({"pitch_deg": sitter.pitch_deg} | known))
    assert settled is not None
    return settled


def estimated(upright: Sitter, *sitters: Sitter | None, mode: Mode = Mode.TRACKED) -> desk.Estimate:
    return desk.estimate(desk.features(pictures(*sitters)), own(upright), K, mode, Model.FULL)


CAMERAS = [
    Sitter(),
    Sitter(pitch_deg=12, camera_height_m=0.4),
    Sitter(pitch_deg=-15, camera_height_m=0.85, distance_m=1.0),
]
SLUMP = {"trunk_deg": 12, "neck_deg": 30, "slide_m": 0.07, "shrink_m": 0.04}


# Postures and places


@pytest.mark.parametrize("camera", CAMERAS, ids=["level", "from below", "from above"])
def test_upright_is_no_change(camera):
    e = estimated(camera, camera)
    assert (e.trunk_deg[0], e.neck_deg[0]) == pytest.approx((0, 0), abs=1e-9)
    assert e.reason[0] == Reason.NONE


@pytest.mark.parametrize("camera", CAMERAS, ids=["level", "from below", "from above"])
@pytest.mark.parametrize("nearer", [-0.15, 0.06, 0.12])
def test_a_chair_moved_bends_no_neck(camera, nearer):
    e = estimated(camera, replace(camera, nearer_m=nearer))
    assert e.neck_deg[0] == pytest.approx(min(nearer, 0) / SHOULDERS * K.neck_back, abs=1.5)
    assert e.trunk_deg[0] < 1.5


@pytest.mark.parametrize("camera", CAMERAS, ids=["level", "from below", "from above"])
def test_a_slump_is_seen_however_the_camera_looks(camera):
    e = estimated(camera, replace(camera, **SLUMP))
    assert e.trunk_deg[0] == pytest.approx(12, abs=7)
    assert e.neck_deg[0] == pytest.approx(30, abs=10)


@pytest.mark.parametrize("camera", CAMERAS, ids=["level", "from below", "from above"])
@pytest.mark.parametrize("lean", [-15, 10, 22])
def test_a_lean_about_the_hips_is_mostly_trunk(camera, lean):
    bent = replace(camera, trunk_deg=lean, neck_deg=lean * (0.6 if lean < 0 else 1.1))
    e = estimated(camera, bent)
    assert e.trunk_deg[0] == pytest.approx(lean, abs=6)
    assert e.neck_deg[0] * lean > 0


def test_a_deeper_slump_reads_deeper():
    steps = [replace(CAMERAS[1], **{name: share * full for name, full in SLUMP.items()}) for share in (0, 0.3, 0.6, 1)]
    e = estimated(CAMERAS[1], *steps)
    assert (np.diff(e.trunk_deg) > 1).all()
    assert (np.diff(e.neck_deg) > 4).all()


def test_a_slump_in_a_chair_moved_nearer_is_still_one():
    e = estimated(CAMERAS[1], replace(CAMERAS[1], nearer_m=0.1), replace(CAMERAS[1], **SLUMP, nearer_m=0.1))
    assert e.neck_deg[1] > e.neck_deg[0] + 15


@given(st.floats(-20, 30), st.floats(-20, 45), st.floats(-0.1, 0.2), st.sampled_from(CAMERAS))
def test_the_trunk_never_comes_further_forward_than_the_neck(trunk, neck, nearer, camera):
    e = estimated(camera, replace(camera, trunk_deg=trunk, neck_deg=neck, nearer_m=nearer))
    if e.reason[0] == Reason.NONE:
        assert e.trunk_deg[0] <= max(e.neck_deg[0], 0) + 1e-9


def test_a_side_lean_is_no_slump():
    """The trunk turned about the hips to the side lowers the shoulders by its own circle alone."""
    series = pictures(Sitter())
    hip = np.array([WIDTH / 2, HEIGHT / 2 + FOCAL_PX * Sitter().camera_height_m / Sitter().distance_m])
    turn = np.radians(15)
    round_it = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    leant = replace(series, points_px=(series.points_px - hip) @ round_it.T + hip)
    e = desk.estimate(desk.features(leant), own(Sitter()), K, Mode.TRACKED, Model.FULL)
    assert abs(e.trunk_deg[0]) < 1
    assert abs(e.neck_deg[0]) < 3


def test_a_little_turn_of_the_head_changes_nothing():
    e = estimated(Sitter(), Sitter(head_turn_deg=20), Sitter(head_turn_deg=-20))
    assert np.abs(e.trunk_deg).max() < 3
    assert np.abs(e.neck_deg).max() < 5


# What must not matter


def test_the_size_of_the_picture_does_not_matter():
    small = pictures(Sitter(**SLUMP), Sitter())
    large = replace(small, width=2 * WIDTH, height=2 * HEIGHT, points_px=2 * small.points_px)
    np.testing.assert_allclose(desk.features(large), desk.features(small), atol=1e-12)


def test_a_mirrored_picture_gives_the_same():
    def mirrored(series: PoseSeries) -> PoseSeries:
        points = series.points_px[:, MIRROR_ORDER] * [-1, 1] + [WIDTH, 0]
        return replace(series, points_px=points, world=series.world[:, MIRROR_ORDER] * [-1, 1, 1])

    bent = pictures(Sitter(**SLUMP, head_turn_deg=12, aside_m=0.05))
    start = desk.own_upright(dict(zip(desk.FEATURES, desk.features(mirrored(pictures(Sitter())))[0], strict=True)), K,
                             pitch_deg=0.0)  # fmt: skip
    there = desk.estimate(desk.features(mirrored(bent)), start, K, Mode.TRACKED, Model.FULL)
    here = desk.estimate(desk.features(bent), own(Sitter()), K, Mode.TRACKED, Model.FULL)
    assert (there.trunk_deg[0], there.neck_deg[0]) == pytest.approx((here.trunk_deg[0], here.neck_deg[0]), abs=1e-9)


def test_one_picture_or_many_give_the_same():
    sitters = [Sitter(), Sitter(**SLUMP), None, Sitter(head_turn_deg=60), Sitter(nearer_m=0.1)]
    many = estimated(Sitter(), *sitters)
    for i, sitter in enumerate(sitters):
        one = estimated(Sitter(), sitter)
        assert one.reason[0] == many.reason[i]
        np.testing.assert_equal([one.trunk_deg[0], one.neck_err_deg[0]], [many.trunk_deg[i], many.neck_err_deg[i]])


# What the camera's tilt is known from


@pytest.mark.parametrize("pitch", [-14, -5, 6, 15])
def test_a_deliberate_slump_tells_how_the_camera_looks(pitch):
    upright = Sitter(pitch_deg=pitch, camera_height_m=0.6 - pitch / 80)
    # What a rendered slump does: shoulders sink by a third of the way they come forward.
    bent = replace(upright, trunk_deg=13, neck_deg=35, slide_m=0.08, shrink_m=0.05)
    by_face = desk.own_upright(means(upright), K)
    by_slump = desk.own_upright(means(upright), K, slump=means(bent))
    assert by_face is not None
    assert by_slump is not None
    assert (by_face.pitch_from, by_slump.pitch_from) == (PitchFrom.FACE, PitchFrom.SLUMP)
    off = [abs(np.degrees(found.pitch_rad) - pitch) for found in (by_face, by_slump)]
    assert off[1] < max(3, off[0] / 2)


def test_a_slump_that_is_none_says_nothing_of_the_camera():
    found = desk.own_upright(means(Sitter()), K, slump=means(Sitter(neck_deg=2)))
    assert found is not None
    assert found.pitch_from is PitchFrom.FACE


def test_a_face_seen_from_below_looks_up_at_a_camera_that_looks_up():
    low, high = (desk.own_upright(means(Sitter(camera_height_m=height)), K) for height in (0.45, 0.9))
    assert low is not None
    assert high is not None
    assert low.pitch_rad > high.pitch_rad


# What cannot be measured


@pytest.mark.parametrize(
    ("sitter", "reason"),
    [
        (None, Reason.NOBODY),
        (Sitter(head_turn_deg=50), Reason.NOT_FROM_HERE),
        (Sitter(shoulder_turn_deg=40), Reason.NOT_FROM_HERE),
        (Sitter(nearer_m=0.65), Reason.OUT_OF_PICTURE),
        (Sitter(lift_m=0.15), Reason.MOVED),
        (Sitter(lift_m=-0.12), Reason.MOVED),
        (Sitter(nearer_m=-0.4), Reason.MOVED),
        (Sitter(aside_m=0.5), Reason.OUT_OF_PICTURE),
        (Sitter(nearer_m=-0.1, aside_m=0.3), Reason.MOVED),
        (Sitter(nearer_m=0.36), Reason.MOVED),
    ],
)
def test_refusals(sitter, reason):
    e = estimated(Sitter(), Sitter(), sitter)
    assert e.reason.tolist() == [Reason.NONE, reason]
    for values in (e.trunk_deg, e.neck_deg, e.trunk_err_deg, e.neck_err_deg):
        assert np.isnan(values).tolist() == [False, True]


def test_without_an_own_upright_there_is_nothing():
    e = desk.estimate(desk.features(pictures(Sitter())), None, K, Mode.TRACKED, Model.FULL)
    assert e.reason.tolist() == [Reason.NO_BASELINE]
    assert np.isnan([e.trunk_deg, e.neck_deg]).all()


def test_an_upright_that_lacks_something_is_none():
    whole = means(Sitter())
    for name in desk.FEATURES:
        assert desk.own_upright({key: value for key, value in whole.items() if key != name}, K) is None
    assert desk.own_upright(means(Sitter(head_turn_deg=50)), K) is None
    assert desk.own_upright(whole | {"trunk_inclination_deg": 3.0}, K) is not None


def test_nobody_is_no_feature_at_all():
    rows = desk.features(pictures(None, Sitter()))
    assert np.isnan(rows).all(axis=1).tolist() == [True, False]
    assert np.isnan(rows).any(axis=1).tolist() == [True, False]


def test_points_that_coincide_are_no_number():
    rows = desk.features(replace(pictures(Sitter()), points_px=np.full((1, POINTS, 2), 200.0)))
    e = desk.estimate(rows, own(Sitter()), K, Mode.TRACKED, Model.FULL)
    assert np.isnan([e.trunk_deg[0], e.neck_deg[0]]).all()
    assert e.reason[0] == Reason.UNDEFINED


# The error


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("model", list(Model))
@pytest.mark.parametrize("pitch", list(PitchFrom))
def test_every_way_of_looking_has_its_error_and_it_grows_with_reach(mode, model, pitch):
    spread = K.spread[mode.value, model.value, pitch.value]
    assert (np.diff(spread.reach) > 0).all()
    for widths in (spread.trunk_deg, spread.neck_deg):
        assert 0 < widths[0] < widths[-1]
        assert (np.diff(widths) >= 0).all()


def test_a_way_of_looking_never_judged_has_no_error():
    e = desk.estimate(desk.features(pictures(Sitter())), own(Sitter()), replace(K, spread={}), Mode.TRACKED, Model.FULL)
    assert not np.isnan(e.trunk_deg[0])
    assert np.isnan([e.trunk_err_deg[0], e.neck_err_deg[0]]).all()


@pytest.mark.parametrize("cut", ["elevation_deg", "neck_fall", '"tracked"', "[constants]"])
def test_a_broken_file_is_named(cut):
    with pytest.raises(DataError, match=r"broken\.toml"):
        parse(data_file("desk.toml").read_text(encoding="utf-8").replace(cut, "wrong"), "broken.toml")


# Has the chair moved?


@pytest.mark.parametrize("camera", CAMERAS, ids=["level", "from below", "from above"])
def test_a_chair_moved_nearer_is_told_from_postures(camera):
    start = own(camera)

    def told(**bent: float) -> bool:
        stretch = [replace(camera, **bent, head_turn_deg=turn) for turn in (-3, 0, 3, 60)]
        return bool(desk.moved(desk.features(pictures(*stretch)), start, K))

    assert told(nearer_m=0.13)
    assert told(lift_m=0.14)
    assert told(aside_m=0.32, nearer_m=-0.1)
    assert not told()
    assert not told(**SLUMP)
    assert not told(trunk_deg=20, neck_deg=22)
    assert not told(neck_deg=20)
    assert not told(trunk_deg=-14, neck_deg=-9)


def test_nothing_seen_is_nothing_moved():
    assert not desk.moved(desk.features(pictures(None, Sitter(head_turn_deg=70))), own(Sitter()), K)


# The rendered people


@pytest.mark.slow
def test_a_rendered_day_at_the_desk(shared_folder, require):
    """Every fifth picture of one clip: half the error of "no change" at most, and the moved chair is no slump."""
    path = require(shared_folder / "truth" / "clips" / "E_dev_desk_tl_d2.mp4")
    story = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    series = looked_at(path, step=5)
    rows, label = desk.features(series), np.array([row["state"] for row in story["labels"]])[series.index]
    change = [np.array(story["angles"][name], dtype=float)[series.index] for name in ("trunk_sag", "neck_sag")]
    upright = (series.time_s > 1) & (series.time_s < 6)
    start = desk.own_upright(dict(zip(desk.FEATURES, rows[upright].mean(axis=0), strict=True)), K)
    e = desk.estimate(rows, start, K, series.mode, series.model)
    measured = (e.reason == Reason.NONE) & (series.time_s > 6)
    assert measured.sum() > 0.7 * (series.time_s > 6).sum()
    for found, err, true in zip((e.trunk_deg, e.neck_deg), (e.trunk_err_deg, e.neck_err_deg), change, strict=True):
        true = true - true[upright].mean()
        off = np.abs(found - true)[measured]
        assert off.mean() < np.abs(true[measured]).mean() / 2
        assert (off <= err[measured]).mean() > 0.9
    slumped = e.neck_deg[measured & np.isin(label, ["slouch1", "slouch2", "slouch3"])]
    nearer = e.neck_deg[measured & (label == "chair_near")]
    assert np.mean(slumped[:, None] > nearer) > 0.9
    assert desk.moved(rows[label == "chair_near"], start, K)
    assert not desk.moved(rows[(label == "upright") & (series.time_s > 6)], start, K)


def looked_at(path, step: int) -> PoseSeries:
    found, seen = [], []
    with av.open(str(path)) as video, Landmarker(Model.FULL, Mode.DETECTED) as landmarker:
        for index, picture in enumerate(video.decode(video=0)):
            if index % step == 0:
                frame = Frame(picture.to_ndarray(format="rgb24").astype(np.uint8), float(picture.time), index)
                found.append(landmarker.find(frame))
                seen.append((frame.time_s, index))
    return PoseSeries.of(found, seen, size=frame.size, mode=Mode.DETECTED, model=Model.FULL)
