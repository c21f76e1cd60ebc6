"""The picture of a story: opened again and looked at, pixel by pixel where it counts."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from posture_coach.activity.types import Activity
from posture_coach.paper.paper import DARK, LIGHT
from posture_coach.paper.story import DONE, LEFT_PX, PARTS, WIDTH_PX, Lane, Point, Sheet, story_picture

NAN = float("nan")
DAY = Sheet(
    "Tuesday 24 November 2026", "At docked", (("76", "score of 100", "fair: 58% judged"),) * 3, "What you did",
    (Lane("", ((9.0, 10.0, Activity.SITTING), (10.0, 11.0, Activity.STANDING), (12.0, 13.0, Activity.WALKING))),),
    (9, 13), "Score by hour", (Point(9, "", 80.0, 90.0, NAN, 60.0), Point(10, "", NAN, NAN, NAN, NAN)), (9, 13),
    ("You were in view for 3 hours.", "For the next time: get up."), "Evidence C: a review.", "No diagnosis.",
)  # fmt: skip


def rgb(colour):
    return tuple(int(colour[k : k + 2], 16) for k in (1, 3, 5))


def opened(content):
    with Image.open(io.BytesIO(content)) as image:
        return image.info, np.asarray(image.convert("RGB"))


def where(pixels, colour):
    """Return rows and columns of the pixels of one colour."""
    return np.nonzero((pixels == np.array(rgb(colour))).all(axis=2))


@pytest.fixture(scope="module")
def day():
    return opened(story_picture(DAY, "png"))


def test_it_says_in_its_metadata_what_it_shows_and_nothing_of_where_it_was_made(day):
    info, _ = day
    assert info["Title"] == DAY.title
    assert info["Description"] == "You were in view for 3 hours. For the next time: get up. Evidence C: a review."
    assert set(info) == {"Title", "Description", "dpi"}


def test_the_ribbon_stands_where_the_hours_are_and_has_a_gap_where_nothing_was_seen(day):
    _, pixels = day
    assert pixels.shape[1] == WIDTH_PX
    hour_px = (WIDTH_PX - 64 - LEFT_PX) / 4
    spans = {kind: (where(pixels, DONE[kind][0])[1]) for kind in (Activity.SITTING, Activity.STANDING)}
    rows, columns = where(pixels, DONE[Activity.WALKING][0])
    # The legend's small boxes stand further down.
    ribbon = columns[rows < rows.min() + 20]
    assert abs(ribbon.min() - (LEFT_PX + 3 * hour_px)) <= 2
    assert abs(ribbon.max() - (LEFT_PX + 4 * hour_px)) <= 2
    assert spans[Activity.SITTING].max() <= LEFT_PX + hour_px + 1
    gap = pixels[rows.min() + 60, round(LEFT_PX + 2.5 * hour_px)]
    assert tuple(gap) == rgb(LIGHT.ground)


def test_a_taller_box_is_more_movement_so_that_no_colour_is_needed(day):
    _, pixels = day
    high = {}
    for kind in (Activity.SITTING, Activity.STANDING, Activity.WALKING):
        rows, columns = where(pixels, DONE[kind][0])
        column = np.median(columns[rows < rows.min() + 20])
        high[kind] = int((np.abs(columns - column) < 1).sum())
    assert high[Activity.SITTING] < high[Activity.STANDING] < high[Activity.WALKING]


def test_a_score_that_is_not_known_has_neither_bar_nor_mark(day):
    _, pixels = day
    _, bars = where(pixels, LIGHT.bar)
    hour_px = (WIDTH_PX - 64 - LEFT_PX) / 4
    assert bars.max() < LEFT_PX + hour_px
    # Changes of position are known nowhere: the only mark of theirs is the legend's.
    rows, columns = where(pixels, PARTS[1][1])
    assert rows.max() - rows.min() < 20
    assert columns.max() - columns.min() < 20


def test_a_bar_is_as_high_as_its_score():
    tops = []
    for score in (20.0, 80.0):
        point = replace(DAY.points[0], score=score, posture=NAN, breaks=NAN)
        rows, columns = where(opened(story_picture(replace(DAY, points=(point,)), "png"))[1], LIGHT.bar)
        tops.append(rows[columns > LEFT_PX + 60].min())
    assert tops[0] - tops[1] == pytest.approx(0.6 * 300, abs=3)


def test_it_is_the_same_every_time_and_in_another_process(tmp_path):
    child = (
        "import hashlib, sys; from tests.test_paper import DAY; from posture_coach.paper.story import story_picture; "
        "print([hashlib.sha256(story_picture(DAY, kind)).hexdigest() for kind in ('png', 'svg')])"
    )
    # A settings file where the program runs must not change it.
    (tmp_path / "matplotlibrc").write_text("font.size: 30\nfigure.facecolor: red\n", encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", f"import sys; sys.path.insert(0, {sys.path[0]!r}); {child}"],
                          capture_output=True, text=True, check=True, cwd=tmp_path, timeout=300)  # fmt: skip
    assert done.stdout.strip() == str([hashlib.sha256(story_picture(DAY, kind)).hexdigest() for kind in ("png", "svg")])
    assert done.stderr == ""


def test_words_of_any_length_and_script_stay_within():
    long = replace(DAY, title="W" * 300, subtitle="At " + "長" * 200, words=("word " * 400, "x" * 900, "🙂 $a_b$ <b>"))
    _, pixels = opened(story_picture(long, "png"))
    assert pixels.shape[0] > 1600
    for margin in (pixels[:, :40], pixels[:, -40:], pixels[-20:]):
        assert (margin == 255).all()


def test_a_story_of_words_alone_is_a_picture_too():
    bare = replace(DAY, subtitle="", figures=(), lanes=(), points=(), grounds="")
    _, pixels = opened(story_picture(bare, "png"))
    assert pixels.shape == (800, WIDTH_PX, 3)
    assert (pixels < 100).any()


def test_a_dark_one_is_dark_and_its_words_stand_out():
    _, pixels = opened(story_picture(DAY, "png", DARK))
    assert tuple(pixels[5, 5]) == rgb(DARK.ground)
    for look in (LIGHT, DARK):
        assert contrast(look.ink, look.ground) >= 7
        assert contrast(look.quiet, look.ground) >= 4.5
        assert contrast(look.ink, look.bar) >= 7


def contrast(one, other):
    """Return the contrast of two colours as the Web Content Accessibility Guidelines reckon it."""
    light = []
    for colour in (one, other):
        parts = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (c / 255 for c in rgb(colour))]
        light.append(float(np.dot((0.2126, 0.7152, 0.0722), parts)))
    return (max(light) + 0.05) / (min(light) + 0.05)


def test_the_svg_is_one_with_the_same_title():
    root = ET.fromstring(story_picture(DAY, "svg"))
    assert root.tag.endswith("svg")
    assert DAY.title in "".join(root.itertext())
