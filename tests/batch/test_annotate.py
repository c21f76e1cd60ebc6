"""The annotated copy: the same pictures at the same times, wider by the panel, and no face to know anybody by."""

from __future__ import annotations

import itertools
from dataclasses import replace

import av
import numpy as np
import pytest
from PIL import Image

from posture_coach.batch.analyse import analyse
from posture_coach.batch.annotate import FACE_MEMORY_S, _Faces, annotate, annotated_suffix, lost
from posture_coach.drawing import face_of, panel_width
from posture_coach.errors import OutputError
from posture_coach.pose.files import open_file
from posture_coach.pose.types import Frame
from tests.clips import FAST, LONG_WALK, SITTING, SQUATS, frames_of, names_in

FEW = replace(FAST, fps=1.0)
UNEVEN_MS = (40, 200, 40, 100, 30, 50)


def annotated(path, target, settings=FEW, **options):
    """Analyse and annotate a file; return what was measured and the pictures with their times."""
    analysis = analyse(path, settings)
    annotate(path, analysis.assessment, settings, target, **options)
    return analysis.assessment, list(frames_of(target))


def originals(path, settings=FEW):
    with open_file(path, fps=settings.fps, mirror=settings.mirror, rotate=settings.rotate) as source:
        return list(source)


def face_in(image, points_px):
    """Return the middle of a face, where everybody who looks for it would cover it."""
    centre, reach = face_of(points_px)
    (left, top), (right, bottom) = ((centre + sign * 0.6 * reach).astype(int) for sign in (-1, 1))
    return image[top:bottom, left:right].astype(float)


def apart(one, other):
    """Return the mean difference of two pictures in levels of 255."""
    return float(np.abs(one - other).mean())


def likeness(one, other):
    """Return how much of the fine detail of one picture is in the other, 0 to 1."""
    fine = [np.concatenate([np.diff(part, axis=axis).ravel() for axis in (0, 1)]) for part in (one, other)]
    return float(np.corrcoef(*fine)[0, 1])


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    """Annotate a walk, with its faces covered and as they are."""
    out = tmp_path_factory.mktemp("walk")
    result, covered = annotated(LONG_WALK, out / "covered.mp4")
    annotate(LONG_WALK, result, FEW, out / "plain.mp4", show_face=True)
    return out, result, covered, list(frames_of(out / "plain.mp4"))


@pytest.fixture(scope="module")
def gif(tmp_path_factory):
    """Make a clip of odd size whose pictures stand for different times."""
    path = tmp_path_factory.mktemp("gif") / "uneven.gif"
    pictures = [Image.fromarray(i).resize((321, 241)) for _, i in itertools.islice(frames_of(LONG_WALK), 60, 66)]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=UNEVEN_MS)
    return path


@pytest.fixture(scope="module")
def uneven(gif, tmp_path_factory):
    return annotated(gif, tmp_path_factory.mktemp("uneven") / "uneven.mp4", FAST)


# The file


def test_it_is_what_every_browser_plays(walk):
    with av.open(str(walk[0] / "covered.mp4")) as file:
        (stream,) = file.streams
        assert "mp4" in file.format.name
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
    data = (walk[0] / "covered.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "it plays before the whole is there"


def test_every_analysed_picture_is_in_it_at_its_time(walk):
    _, result, covered, plain = walk
    assert len(result) == 12
    for pictures in (covered, plain):
        assert [time_s for time_s, _ in pictures] == pytest.approx(result.poses.time_s.tolist(), abs=1e-3)


def test_the_times_of_a_clip_of_uneven_rate_are_kept(uneven):
    result, pictures = uneven
    expected = [0.0, *itertools.accumulate(ms / 1000 for ms in UNEVEN_MS[:-1])]
    assert result.poses.time_s.tolist() == pytest.approx(expected, abs=1e-3)
    assert [time_s for time_s, _ in pictures] == pytest.approx(expected, abs=1e-3)


def test_an_odd_size_loses_its_last_row_and_column(gif, uneven):
    result, pictures = uneven
    assert (result.poses.width, result.poses.height) == (321, 241)
    assert len(pictures) == len(UNEVEN_MS)
    height, width = pictures[0][1].shape[:2]
    assert (height, width) == (240, (321 + panel_width(321, 241)) // 2 * 2)
    first = originals(gif, FAST)[0].image
    assert apart(pictures[0][1][:40, :40].astype(float), first[:40, :40]) < 6


def test_it_is_wider_by_the_panel_and_covers_nothing_of_the_picture(walk):
    result, plain = walk[1], walk[3]
    for (_, image), frame in zip(plain, originals(LONG_WALK), strict=True):
        assert image.shape == (480, 640 + panel_width(640, 480), 3)
        assert apart(image[:, :640].astype(float), frame.image) < 12, "the skeleton is all that was added"
    panels = [image[:, 640:].astype(float) for _, image in plain]
    assert max(apart(panels[0], panel) for panel in panels[1:]) > 0.5, "it tells the figures of each picture"
    assert result.poses.detected.any()


def test_pictures_are_turned_as_they_were_for_the_analysis(tmp_path):
    settings = replace(FEW, mirror=True, fps=0.2)
    _, pictures = annotated(SQUATS, tmp_path / "m.mp4", settings, show_face=True)
    corner = pictures[0][1][:100, :100].astype(float)
    assert apart(corner, originals(SQUATS, settings)[0].image[:100, :100]) < 6
    assert apart(corner, originals(SQUATS, replace(settings, mirror=False))[0].image[:100, :100]) > 6


def test_progress_counts_the_pictures(gif, tmp_path):
    result, counted = analyse(gif, FEW).assessment, []
    annotate(gif, result, FEW, tmp_path / "p.mp4", progress=counted.append)
    assert counted == list(range(1, len(result) + 1))


def test_a_folder_that_is_gone_is_told(gif, tmp_path):
    result = analyse(gif, FEW).assessment
    with pytest.raises(OutputError, match="cannot be encoded: No such file or directory"):
        annotate(gif, result, FEW, tmp_path / "gone" / "a.mp4")
    assert names_in(tmp_path) == []


# Faces


def test_faces_in_a_video_are_made_unrecognisable_or_stay_as_is_asked(walk):
    _, result, covered, plain = walk
    assert result.poses.detected.all()
    for row, frame in enumerate(originals(LONG_WALK)):
        points = result.poses.points_px[row]
        before, hidden, shown = (face_in(image, points) for image in (frame.image, covered[row][1], plain[row][1]))
        assert likeness(before, hidden) < 0.25, frame.time_s
        assert apart(before, hidden) > 15, frame.time_s
        assert likeness(before, shown) > 0.35, frame.time_s


def photo_of(path, target, **options):
    result = analyse(path, FAST).assessment
    annotate(path, result, FAST, target, **options)
    with Image.open(target) as image:
        assert image.format == "JPEG"
        return result, np.asarray(image)


def test_a_photo_gives_a_photo_with_its_panel_and_no_face(tmp_path):
    original = originals(SITTING)[0].image
    height, width = original.shape[:2]
    result, covered = photo_of(SITTING, tmp_path / "covered.jpg")
    _, plain = photo_of(SITTING, tmp_path / "plain.jpg", show_face=True)
    assert covered.shape == plain.shape == (height, width + panel_width(width, height), 3)
    points = result.poses.points_px[0]
    before, hidden, shown = (face_in(image, points) for image in (original, covered, plain))
    assert likeness(before, hidden) < 0.25
    assert apart(before, hidden) > 10
    assert likeness(before, shown) > 0.35, "but for the skeleton's neck"
    assert apart(covered[-80:, :80].astype(float), original[-80:, :80]) < 4, "and nothing far from it is changed"


def test_every_face_is_covered_and_not_only_the_measured_one(tmp_path):
    one = originals(SITTING)[0].image
    width = one.shape[1]
    Image.fromarray(np.concatenate([one, one[:, ::-1]], axis=1)).save(tmp_path / "two.png")
    alone = analyse(SITTING, FAST).assessment.poses.points_px[0]
    other = alone * [-1.0, 1.0] + [2 * width, 0.0]
    _, covered = photo_of(tmp_path / "two.png", tmp_path / "two.jpg")
    both = originals(tmp_path / "two.png")[0].image
    for points in (alone, other):
        assert likeness(face_in(both, points), face_in(covered, points)) < 0.25


def test_a_face_that_is_lost_stays_covered_for_a_second_beside_one_that_is_found():
    one = originals(SITTING)[0].image
    both = np.concatenate([one, one[:, ::-1]], axis=1)
    left_alone = both.copy()
    left_alone[:, one.shape[1] :] = 90
    with _Faces(FAST.model) as faces:
        first = faces.at(Frame(both, 0.0, 0), None)
        beside = faces.at(Frame(left_alone, FACE_MEMORY_S, 1), None)
        later = faces.at(Frame(left_alone, FACE_MEMORY_S + 0.1, 2), None)

    def right(found):
        return [tuple(centre) for centre, _ in found if centre[0] > one.shape[1]]

    assert len(first) == 2
    assert len(right(first)) == 1
    assert right(beside) == right(first), "shown at once where another is found"
    assert len(beside) == 2, "of who is found nothing is covered twice"
    assert len(later) == 1


def test_a_face_that_moves_on_leaves_nothing_covered_behind_it():
    def face(x):
        return np.array([x, 50.0]), 20.0

    kept = lost([face(110.0)], [(face(100.0), 0.0), (face(300.0), 0.0)], 0.1)
    assert [(centre[0], seen_s) for (centre, _), seen_s in kept] == [(300.0, 0.0)]


def test_a_picture_without_anybody_gets_its_panel_too(tmp_path):
    Image.new("RGB", (200, 100), (90, 90, 90)).save(tmp_path / "empty.png")
    result, picture = photo_of(tmp_path / "empty.png", tmp_path / "empty.jpg")
    assert not result.poses.detected.any()
    assert picture.shape == (100, 200 + panel_width(200, 100), 3)
    assert np.abs(picture[:, :190].astype(int) - 90).max() < 6
    assert picture[:, 200:].std() > 10


@pytest.mark.parametrize(("kind", "ending"), [("photo", ".annotated.jpg"), ("video", ".annotated.mp4")])
def test_the_ending_follows_the_kind(kind, ending):
    assert annotated_suffix(kind) == ending
