"""Several looks at one photo, by the real network: where the points lie, mirrored, cut off at the edge, and nobody."""

from __future__ import annotations

import math
import tracemalloc
from dataclasses import dataclass, field, replace

import av
import numpy as np
import pytest
from PIL import Image

from posture_coach.pose.landmarker import Landmarker
from posture_coach.pose.passes import CUT_PX, CUT_SIZES, LEAST_LOOKS, VAGUE_SPREAD_TRUNKS, _Look, look_again
from posture_coach.pose.types import MIRROR_ORDER, POINTS, Frame, Landmark, Mode, Model, Pose
from posture_coach.resources import samples_folder

TRUNK = [Landmark.LEFT_HIP, Landmark.RIGHT_HIP, Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]
LOOKS = 2 + 2 * len(CUT_SIZES)
"""As it is, in the mirror, and both ways in each cut-out."""
BODY = [
    Landmark[f"{side}_{joint}"]
    for side in ("LEFT", "RIGHT")
    for joint in ("EAR", "SHOULDER", "HIP", "KNEE", "ANKLE")
]  # fmt: skip


@dataclass
class Watched:
    """The real network, with what it was shown; it may be told to see nobody in some looks."""

    network: Landmarker
    blind: tuple[int, ...] = ()
    shown: list[Frame] = field(default_factory=list)

    @property
    def model(self) -> Model:
        return self.network.model

    def find(self, frame: Frame) -> Pose | None:
        self.shown.append(frame)
        return None if len(self.shown) - 1 in self.blind else self.network.find(frame)


@pytest.fixture(scope="module")
def network():
    with Landmarker(Model.FULL, Mode.DETECTED) as full:
        yield full


@pytest.fixture(scope="module", params=["sitting_upright.jpg", "sitting_slumped.jpg"])
def photo(request) -> np.ndarray:
    with Image.open(samples_folder() / request.param) as image:
        return np.asarray(image.convert("RGB"))


def frame(picture: np.ndarray) -> Frame:
    return Frame(np.ascontiguousarray(picture), 0.0, 0)


def trunk_px(pose: Pose) -> float:
    p = pose.points_px
    hip = p[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP]].mean(axis=0)
    return float(np.linalg.norm(p[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]].mean(axis=0) - hip))


def apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.linalg.norm(one - other, axis=-1)


# Where the points lie


def test_several_looks_agree_with_one_and_with_each_other(network, photo):
    """A look that was put back wrongly would lie a trunk's length off, and drag the spread with it."""
    once, often = network.find(frame(photo)), look_again(network, frame(photo))
    assert once.spread_px is None
    assert often.spread_px.shape == (POINTS,)
    assert (often.spread_px > 0).all()
    assert often.spread_px[BODY].max() < 0.15 * trunk_px(once)
    assert np.median(often.spread_px[BODY]) < 0.06 * trunk_px(once)
    assert (apart(often.points_px, once.points_px)[BODY] < 2.5 * often.spread_px[BODY] + 1).all()
    assert apart(often.points_px, once.points_px)[BODY].max() < 0.1 * trunk_px(once)
    # Left stays left, right stays right, near stays near.
    assert apart(often.world, once.world)[BODY].max() < 0.12


def test_all_but_points_and_spread_is_that_of_the_first_look(network, photo):
    shown = Frame(photo, 2.5, 7)
    once, often = network.find(shown), look_again(network, shown)
    for name in ("time_s", "index", "width", "height", "mode", "model"):
        assert getattr(often, name) == getattr(once, name)
    np.testing.assert_array_equal(often.visibility, once.visibility)
    np.testing.assert_array_equal(often.presence, once.presence)


def test_the_photo_in_the_mirror_has_the_points_in_the_mirror(network, photo):
    """Of six looks three are mirrored, so nothing in the sum prefers a side; the network still trembles a little."""
    size = np.array([photo.shape[1], 0])
    plain, other = (look_again(network, frame(picture)) for picture in (photo, photo[:, ::-1]))
    once, once_other = (network.find(frame(picture)) for picture in (photo, photo[:, ::-1]))
    often = apart(other.points_px[MIRROR_ORDER] * [-1, 1] + size, plain.points_px)[BODY]
    single = apart(once_other.points_px[MIRROR_ORDER] * [-1, 1] + size, once.points_px)[BODY]
    assert often.mean() < 0.03 * trunk_px(plain)
    assert often.max() < 0.1 * trunk_px(plain)
    assert often.mean() < 0.6 * single.mean()
    np.testing.assert_allclose(other.world[MIRROR_ORDER] * [-1, 1, 1], plain.world, atol=0.08)


@pytest.mark.parametrize("times", [2, 3])
def test_a_larger_photo_of_the_same_has_larger_points_and_spread(network, photo, times):
    plain, other = (look_again(network, frame(np.kron(photo, np.ones((n, n, 1), np.uint8)))) for n in (1, times))
    assert apart(other.points_px / times, plain.points_px)[BODY].max() < 0.1 * trunk_px(plain)
    assert 0.4 < other.spread_px[BODY].mean() / times / plain.spread_px[BODY].mean() < 2.5


@pytest.mark.parametrize("edge", ["left", "right", "bottom"])
def test_a_person_at_the_edge_of_the_picture(network, photo, edge):
    """Cut-outs reach beyond the picture there, and points may lie outside it: no worse than one look."""
    whole = look_again(network, frame(photo)).points_px
    (left, top), (right, bottom) = whole[BODY].min(axis=0).astype(int), whole[BODY].max(axis=0).astype(int)
    rows = slice(0, bottom - (bottom - top) // 8) if edge == "bottom" else slice(None)
    columns = {"left": slice(left - 5, None), "right": slice(0, right + 5), "bottom": slice(None)}[edge]
    cut = photo[rows, columns]
    once, often = network.find(frame(cut)), look_again(network, frame(cut))
    assert (often.width, often.height) == (cut.shape[1], cut.shape[0])
    assert np.isfinite(often.points_px).all()
    moved, single = (apart(pose.points_px, whole - [columns.start or 0, 0])[TRUNK].mean() for pose in (often, once))
    assert moved < 0.12 * trunk_px(once)
    assert moved < 1.1 * single


def test_a_small_person_in_a_large_picture(network, photo):
    """The cut-outs show him as large as the network wants him."""
    wide = np.full((photo.shape[0] * 2, photo.shape[1] * 2, 3), 128, dtype=np.uint8)
    wide[photo.shape[0] // 2 :, photo.shape[1] :][: photo.shape[0], : photo.shape[1]] = photo
    plain, other = look_again(network, frame(photo)), look_again(network, frame(wide))
    offset = [photo.shape[1], photo.shape[0] // 2]
    assert apart(other.points_px - offset, plain.points_px)[BODY].max() < 0.08 * trunk_px(plain)


# By marks that can be found exactly

MARK_PX = 24


class Marks:
    """Finds a red, a green and a blue square exactly, where no network can say how exactly it finds a person.

    The red one stands for hips, ears and nose. Of the others, as in a person who faces the camera, the one further to
    the right is called left, in the mirror too.
    """

    def find(self, shown: Frame) -> Pose:
        bright = shown.image.astype(float)
        across, down = bright.sum(axis=0), bright.sum(axis=1)
        x, y = (((np.arange(len(s)) + 0.5)[:, None] * s).sum(axis=0) / s.sum(axis=0) for s in (across, down))
        red, *sides = np.column_stack([x, y])
        right, left = sorted(sides, key=lambda at: at[0])
        points = np.array([left if "LEFT" in point.name else right for point in Landmark])
        middle = ("HIP", "EAR")
        points[[Landmark.NOSE, *(Landmark[f"{side}_{joint}"] for side in ("LEFT", "RIGHT") for joint in middle)]] = red
        sure = np.ones(POINTS)
        return Pose(0.0, 0, *shown.size, Mode.DETECTED, Model.FULL, points, np.zeros((POINTS, 3)), sure, sure)


@pytest.mark.parametrize("reach_px", [60, 170, 400])
@pytest.mark.parametrize("shift", [(0, 0), (-90, 45)])
def test_every_look_is_put_back_where_it_was_seen(reach_px, shift):
    """Enlarged fourfold, about as it is, and made smaller."""
    centre = np.array([900, 700]) + shift
    picture = np.zeros((1400, 1800, 3), dtype=np.uint8)
    for channel, (x, y) in enumerate(((0.1, -1.0), (-0.9, 0.2), (0.8, 0.9))):
        column, row = (centre + np.array([x, y]) * reach_px).astype(int)
        picture[row : row + MARK_PX, column : column + MARK_PX, channel] = 200
    once, often = Marks().find(frame(picture)), look_again(Marks(), frame(picture))
    # Made smaller, a pixel of the cut-out is two or three of the photo.
    fine = max(1.0, CUT_SIZES[1] * 2 * reach_px / CUT_PX)
    assert apart(often.points_px, once.points_px).max() < 0.12 * fine
    assert often.spread_px.max() < 0.12 * fine


def filled_up(photo: np.ndarray, side: float, corner: tuple[float, float]) -> np.ndarray:
    """Cut out the plain way: the photo goes on by its edge as far as the cut-out reaches, and then it is made small."""
    low, high = (max(0, *(math.ceil(-c) for c in corner)), max(0, *(math.ceil(c + side) for c in corner)))
    wide = np.pad(photo, ((low, high), (low, high), (0, 0)), mode="edge")
    x, y = (c + low for c in corner)
    return np.asarray(
        Image.fromarray(wide).resize((CUT_PX,) * 2, Image.Resampling.BILINEAR, (x, y, x + side, y + side))
    )


@pytest.mark.parametrize(
    ("side", "corner", "most"),
    [
        (150.0, (20.3, 41.7), 0),
        (90.5, (-31.2, 10.0), 1),
        (700.0, (-123.4, -250.9), 1),
        (2900.0, (-2000.1, -77.7), 1),
        (2900.0, (60.2, -1450.0), 1),
        (400.0, (900.0, 20.0), 1),
        (400.0, (-500.0, -900.0), 1),
    ],
    ids=["inside", "enlarged", "around it", "left", "right", "beside it", "off its corner"],
)
def test_a_cut_out_beyond_the_edge_is_that_of_a_photo_filled_up_by_its_edge(photo, side, corner, most):
    """To one level of 255, which is rounding."""
    small = np.ascontiguousarray(photo[100:320, 60:300])
    cut = _Look(CUT_PX / side, corner, (CUT_PX, CUT_PX), mirrored=False).picture(small)
    assert cut.shape == (CUT_PX, CUT_PX, 3)
    assert np.abs(cut.astype(int) - filled_up(small, side, corner)).max() <= most


def test_a_close_up_takes_no_more_memory_than_a_few_photos():
    """Of head and shoulders alone, twelve million pixels: its hips, knees and feet lie far below."""
    close = np.full((4000, 3000, 3), 128, dtype=np.uint8)
    tracemalloc.start()
    _Look(CUT_PX / 29_500.0, (-13_000.0, -9_000.0), (CUT_PX, CUT_PX), mirrored=False).picture(close)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 3 * close.nbytes


# What the network is shown


def test_the_network_looks_six_times_at_contiguous_pictures(network, photo):
    watched = Watched(network)
    look_again(watched, frame(photo))
    assert len(watched.shown) == LOOKS == 6
    for look in watched.shown:
        assert look.image.flags.c_contiguous
        assert look.image.dtype == np.uint8
    sizes = [look.size for look in watched.shown]
    assert sizes == [(photo.shape[1], photo.shape[0])] * 2 + [(CUT_PX, CUT_PX)] * 4
    np.testing.assert_array_equal(watched.shown[1].image, photo[:, ::-1])
    for plain, mirrored in ((2, 3), (4, 5)):
        np.testing.assert_array_equal(watched.shown[mirrored].image, watched.shown[plain].image[:, ::-1])


def test_a_wider_cut_out_shows_the_person_smaller_and_both_in_the_middle(network, photo):
    watched = Watched(network)
    look_again(watched, frame(photo))
    narrow, wide = (network.find(watched.shown[i]) for i in (2, 4))
    assert trunk_px(narrow) / trunk_px(wide) == pytest.approx(CUT_SIZES[1] / CUT_SIZES[0], rel=0.1)
    for pose in (narrow, wide):
        middle = (pose.points_px.min(axis=0) + pose.points_px.max(axis=0)) / 2
        np.testing.assert_allclose(middle, CUT_PX / 2, atol=0.08 * CUT_PX)


def test_the_photo_itself_is_not_changed(network, photo):
    shown = frame(photo.copy())
    shown.image.flags.writeable = False
    look_again(network, shown)
    np.testing.assert_array_equal(shown.image, photo)


# Nobody, and too few


def test_nobody_is_nobody_after_one_look(network):
    watched = Watched(network)
    assert look_again(watched, Frame(np.zeros((240, 320, 3), dtype=np.uint8), 0.0, 0)) is None
    assert len(watched.shown) == 1


def test_who_is_not_found_at_first_is_looked_for_more_closely(network, photo):
    """Where the first look does not find him, a vague one says where to look, and the sure ones say where he is."""
    plain, unsure = (look_again(Watched(network, blind=blind), frame(photo)) for blind in ((), (0,)))
    assert apart(unsure.points_px, plain.points_px)[BODY].max() < 0.1 * trunk_px(plain)
    assert apart(unsure.world, plain.world)[BODY].max() < 0.12
    assert (unsure.width, unsure.height) == (photo.shape[1], photo.shape[0])
    assert unsure.spread_px.min() > VAGUE_SPREAD_TRUNKS * 0.9 * trunk_px(plain), "less sure than by its looks"
    assert look_again(Watched(network, blind=(0, 1)), frame(photo)) is not None
    assert look_again(Watched(network, blind=(0, 1, 2)), frame(photo)) is None, "the vague look is no witness"


@pytest.mark.parametrize("height_px", [1280, CUT_PX])
def test_who_is_lost_in_a_wide_grey_room_is_found_in_a_part_of_it(network, height_px):
    """A part that is as large as a cut-out is a part all the same."""
    with Image.open(samples_folder() / "sitting_upright.jpg") as image:
        grey = np.asarray(image.convert("L").convert("RGB").resize((height_px * 9 // 16, height_px)))
    height, width = grey.shape[:2]
    room = np.full((height, 6 * width, 3), 128, dtype=np.uint8)
    room[:, :width] = grey
    for wide, low, high in ((room, 0.0, 1.0), (room[:, ::-1], 5.0, 6.0)):
        assert network.find(frame(wide)) is None, "a room in which he is found at once shows nothing"
        pose = look_again(network, frame(wide))
        assert pose is not None
        assert (abs(pose.points_px[BODY, 0] / width - (low + high) / 2) < 0.6).all()


def test_who_is_found_too_rarely_is_not_believed(network, photo):
    assert look_again(Watched(network, blind=(1, 2, 3, 4)), frame(photo)) is None
    assert look_again(Watched(network, blind=(1, 2, 3)), frame(photo)) is not None


class Aside(Watched):
    """Finds somebody else in the look of that number."""

    astray = 0

    def find(self, shown: Frame) -> Pose | None:
        pose = super().find(shown)
        aside = len(self.shown) - 1 == self.astray
        return replace(pose, points_px=pose.points_px + trunk_px(pose)) if aside else pose


def test_a_look_that_finds_somebody_else_is_left_out(network, photo):
    plain = look_again(network, frame(photo))
    aside = Aside(network)
    aside.astray = 2
    without = look_again(Watched(network, blind=(2,)), frame(photo))
    other = look_again(aside, frame(photo))
    np.testing.assert_array_equal(other.points_px, without.points_px)
    assert not np.array_equal(other.points_px, plain.points_px)


def test_where_the_first_look_errs_the_others_agreement_counts(network, photo):
    plain, other = look_again(network, frame(photo)), look_again(Aside(network), frame(photo))
    assert apart(other.points_px, plain.points_px)[BODY].max() < 0.1 * trunk_px(plain)
    assert apart(other.world, plain.world)[BODY].max() < 0.12
    assert (other.width, other.height) == (photo.shape[1], photo.shape[0])


def test_where_every_look_finds_somebody_else_nobody_is_believed(network, photo):
    class Astray(Watched):
        def find(self, shown: Frame) -> Pose | None:
            pose = super().find(shown)
            return pose and replace(pose, points_px=pose.points_px + len(self.shown) * trunk_px(pose))

    assert look_again(Astray(network), frame(photo)) is None


@pytest.mark.parametrize("roll_deg", [3.0, 5.0, 6.0])
def test_a_small_body_in_a_large_one_is_not_believed(network, shared_folder, require, roll_deg):
    """A woman at her desk, from a corner, hips hidden: in one look her hips are drawn at her shoulders."""
    with Image.open(require(shared_folder / "truth" / "stills" / "A_dev_side_d6_4_slouch3.jpg")) as still:
        askew = np.asarray(still.rotate(roll_deg, Image.Resampling.BICUBIC, fillcolor=(170, 190, 200)))
    found = look_again(network, frame(askew))
    assert found is None or trunk_px(found) > 0.18 * askew.shape[0]


class Small(Watched):
    """Draws the body small below the head in the looks that are named, as the network does in cut-outs of portraits."""

    small: tuple[int, ...] = ()

    def find(self, frame: Frame) -> Pose | None:
        pose = super().find(frame)
        if pose is None or len(self.shown) - 1 not in self.small:
            return pose
        points = pose.points_px.copy()
        points[Landmark.LEFT_SHOULDER :] = 0.55 * points[Landmark.LEFT_SHOULDER :] + 0.45 * points[Landmark.NOSE]
        return replace(pose, points_px=points)


@pytest.fixture(scope="module")
def portrait():
    """Somebody at a desk, from in front."""
    with av.open(str(samples_folder() / "desk_webcam_rendered.mp4")) as clip:
        return next(clip.decode(video=0)).to_ndarray(format="rgb24")


def test_bodies_too_small_for_their_heads_are_left_out_though_they_agree(network, portrait):
    plain = look_again(network, frame(portrait))
    watched = Small(network)
    watched.small = (2, 3, 4, 5)
    pose = look_again(watched, frame(portrait))
    assert apart(pose.points_px, plain.points_px)[TRUNK].max() < 0.15 * trunk_px(plain)
    assert pose.spread_px.min() >= VAGUE_SPREAD_TRUNKS * trunk_px(pose) * 0.99, "two looks are unsure"


@pytest.mark.parametrize("small", [(0, 2, 3, 4, 5), (1, 2, 3, 4, 5)], ids=["first", "mirrored"])
def test_one_look_that_is_left_over_is_not_believed(network, portrait, small):
    watched = Small(network)
    watched.small = small
    assert look_again(watched, frame(portrait)) is None


def test_from_three_finds_on_there_is_a_spread(network, photo):
    assert LEAST_LOOKS == 3
    pose = look_again(Watched(network, blind=(1, 3, 5)), frame(photo))
    assert pose.spread_px is not None
    assert pose.spread_px[BODY].max() < 0.15 * trunk_px(pose)
