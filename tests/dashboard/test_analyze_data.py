"""What the page shows of a result: figures, bands, thinned lines, and the picture at the cursor."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from posture_coach.batch import summary
from posture_coach.batch.analyse import analyse
from posture_coach.batch.baseline import Stretch
from posture_coach.dashboard.analyze.charts import measure_chart
from posture_coach.dashboard.analyze.data import Result, figure, good_bands, lacking, rows, stretches, thinned
from posture_coach.dashboard.analyze.html import figures_html, ribbon_html, score_html
from posture_coach.dashboard.analyze.picture import _faces, frame_at, picture
from posture_coach.dashboard.words import plain
from posture_coach.drawing import face_of
from posture_coach.pose.files import open_file
from posture_coach.pose.types import Frame
from posture_coach.resources import samples_folder
from tests.clips import FAST, SITTING, cut, frames_of, video

CHAIR = samples_folder() / "sit_to_stand_side_rendered.mp4"


def result_of(path, settings=FAST):
    analysis = analyse(path, settings)
    told = summary.whole(analysis.source, analysis.assessment, status="ok", warnings=analysis.warnings)
    return Result(analysis.assessment, json.loads(json.dumps(told)))


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Four seconds of somebody who sits and stands up, with many key frames' worth of pictures between."""
    return cut(CHAIR, tmp_path_factory.mktemp("clips") / "chair.mp4", 120)


@pytest.fixture(scope="module")
def result(clip):
    return result_of(clip)


@pytest.fixture(scope="module")
def photo():
    return result_of(SITTING)


def test_a_short_line_is_drawn_whole():
    assert thinned(np.zeros(2000)).tolist() == list(range(2000))


def test_a_long_line_keeps_its_extremes_its_ends_and_its_gaps():
    values = np.sin(np.arange(100_000) / 500.0)
    values[54_321], values[7], values[90_000] = 9.0, -9.0, np.nan
    kept = thinned(values)
    assert len(kept) <= 2000
    assert {0, 99_999, 54_321, 7, 90_000} <= set(kept.tolist())
    assert (np.diff(kept) > 0).all()


def test_rows_hold_the_extremes_of_the_whole_file_and_the_value_at_the_cursor(result):
    i = 60
    shown = {row.name: row for row in rows(result, i)}
    values = result.assessment.measures.column("trunk_inclination_deg")
    row = shown["trunk_inclination_deg"]
    assert (row.low, row.median, row.high) == (np.nanmin(values), np.nanmedian(values), np.nanmax(values))
    assert row.now == values[i]
    assert row.median == pytest.approx(result.summary["measures"]["trunk_inclination_deg"]["median"], abs=1e-4)
    assert "trunk_inclination_deg" in figures_html(list(shown.values()), is_photo=False)
    assert f"{values[i]:.1f}° ±" in figures_html(list(shown.values()), is_photo=False)


def test_every_measure_is_either_shown_or_lacking_with_a_reason(result):
    shown = [row.definition.title for row in rows(result, 0)]
    missing = [title for _, titles in lacking(result) for title in titles]
    assert len(shown) + len(missing) == len(result.summary["measures"])
    assert not set(shown) & set(missing)
    why = {title: words for words, titles in lacking(result) for title in titles}
    assert why["Hip flexion, right"].startswith("Far side hidden. Film the other side")
    assert why["Side lean"].endswith("Film from the front.")
    assert "under Options" in why["Head pitch"]
    assert "--" not in "".join(why.values())


def test_the_cursor_picks_the_nearest_picture(result):
    assert result.row_at(0.0) == 0
    assert result.row_at(1.0) == 30
    assert result.row_at(99.0) == 119


def test_the_band_of_good_values_moves_with_the_own_upright(clip):
    own = result_of(clip, replace(FAST, baseline=Stretch(0.0, 1.0)))
    plain_bands, own_bands = (good_bands(each, "trunk_inclination_deg") for each in (result_of(clip), own))
    assert [band for band in plain_bands if band.start_s == 0.0] == [], "sitting is judged against the own upright"
    sitting = own_bands[0]
    values = own.assessment.measures.column("trunk_inclination_deg")
    neutral = np.nanmean(values[:30])
    assert sitting.high - sitting.low == pytest.approx(30.0)
    assert sitting.low + 10.0 == pytest.approx(neutral, abs=0.01)


def test_a_value_is_graded_good_exactly_inside_the_band(result):
    name = "hip_flexion_left_deg"
    values, grades = result.assessment.measures.column(name), result.assessment.score.measure_grades()
    grades = grades[:, result.assessment.measures.names.index(name)]
    for i in np.flatnonzero(grades):
        inside = any(
            band.start_s <= result.time_s[i] + 1e-4 < band.end_s and band.low <= values[i] < band.high
            for band in good_bands(result, name)
        )
        assert inside == (grades[i] == 1), i


def test_the_table_says_what_a_grade_may_be_too(result):
    parts = {i: result.assessment.reading(i).score.by_measure() for i in range(len(result.assessment))}
    unsure = next(i for i, by_name in parts.items() if any(part.perhaps for part in by_name.values()))
    html = figures_html(rows(result, unsure), is_photo=False)
    for name, part in parts[unsure].items():
        (line,) = (line for line in html.split("<tr ") if f'data-measure="{name}"' in line)
        assert f'{part.grade.name.lower()}</span><small class="pc-quiet">{part.perhaps_words or "&nbsp;"}<' in line


def test_nothing_is_never_minus_nothing():
    assert [figure(value, "ratio") for value in (-0.004, -0.006)] == ["0.00", "-0.01"]


def test_a_chart_leaves_gaps_open_and_marks_the_cursor(result):
    hole = result.assessment.measures.value.copy()
    hole[40:60] = np.nan
    broken = replace(result.assessment, measures=replace(result.assessment.measures, value=hole))
    spec = measure_chart(Result(broken, result.summary), "trunk_inclination_deg", 1.25).to_dict()
    sets = spec["datasets"].values()
    line = next(rows for rows in sets if "alone" in rows[0])
    assert [point["value"] is None for point in line] == [40 <= i < 60 for i in range(120)]
    assert any(rows == [{"time_s": 1.25}] for rows in sets)


def test_the_ribbon_covers_the_clip(result):
    told = ribbon_html(result, result.end_s / 2)
    for span in stretches(result):
        assert f"{span.word}, {span.start_s:.1f} to {span.end_s:.1f} s" in told
    assert 'style="left:50.000%"' in told


def test_the_score_is_told_with_its_words(result, photo):
    mean = result.summary["score"]["mean"]
    assert f">{round(mean)}<" in score_html(result)
    assert "targets scored" in score_html(result)
    assert "120 pictures analysed" in score_html(result)
    assert "Sitting, seen from the side." in score_html(photo)


def test_nobody_in_view_has_no_score_and_no_rows(tmp_path):
    pictures, times_s = [np.zeros((240, 320, 3), np.uint8)] * 12, [i / 30 for i in range(12)]
    empty = result_of(video(tmp_path / "black.mp4", pictures, times_s))
    assert rows(empty, 0) == []
    assert "no score" in score_html(empty)


# The picture at the cursor


def test_every_picture_is_found_by_its_time(clip):
    with open_file(clip) as source:
        for frame in source:
            found = frame_at(clip, FAST, frame.index, frame.time_s)
            assert (found.image == frame.image).all(), frame.index


def test_pictures_of_a_clip_with_uneven_times_a_turn_and_a_late_start_are_found(tmp_path):
    times_s = [5.0 + t for t in np.cumsum([0.0, *[0.02, 0.05, 0.11, 0.013] * 15]).tolist()]
    uneven = cut(CHAIR, tmp_path / "uneven.mkv", len(times_s), times_s=times_s)
    settings = replace(FAST, rotate=90, mirror=True)
    with open_file(uneven, rotate=90, mirror=True) as source:
        for frame in source:
            found = frame_at(uneven, settings, frame.index, frame.time_s)
            assert (found.image == frame.image).all(), frame.index


def test_a_long_clip_is_not_read_from_its_beginning(clip, monkeypatch):
    from posture_coach.dashboard.analyze import picture as analyze_picture

    opened = []
    real = analyze_picture.open_file
    monkeypatch.setattr(analyze_picture, "open_file", lambda *a, **k: opened.append(a) or real(*a, **k))
    frame_at(clip, FAST, 100, 100 / 30)
    assert len(opened) == 1, "the second opening is for reading it all"


def decoded(jpeg):
    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB")).astype(int)


def test_the_face_is_covered_unless_it_is_to_be_shown(clip, result):
    covered, shown = (decoded(picture(clip, FAST, result.assessment, 30, show_faces=show)) for show in (False, True))
    (x, y), reach = face_of(result.assessment.poses.points_px[30])
    changed = np.abs(covered - shown).max(axis=2) > 30
    ys, xs = np.nonzero(changed)
    assert len(ys), "no face is covered"
    assert (np.abs(xs - x) <= reach + 8).all()
    assert (np.abs(ys - y) <= reach + 8).all()
    bare = next(image for i, (_, image) in enumerate(frames_of(clip)) if i == 30).astype(int)
    assert np.abs(shown - bare)[changed].mean() < np.abs(covered - bare)[changed].mean(), "the wrong one is covered"


def test_the_measured_face_stays_covered_where_it_is_lost_beside_one_that_is_found(tmp_path):
    with Image.open(SITTING) as opened:
        one = np.asarray(opened.convert("RGB"))[::2, ::2]
    both = np.concatenate([one, one[:, ::-1]], axis=1)
    both = both[: both.shape[0] // 2 * 2, : both.shape[1] // 2 * 2]
    measured = analyse(video(tmp_path / "two.mp4", [both] * 4, [0.0, 0.1, 0.2, 0.3]), FAST).assessment
    (x, y), _ = face_of(measured.poses.points_px[2])
    middle, emptied = both.shape[1] // 2, both.copy()
    emptied[:, slice(middle, None) if x > middle else slice(0, middle)] = 90
    points = measured.poses.points_px.copy()
    points[3] = np.nan
    gone = replace(measured, poses=replace(measured.poses, points_px=points))
    covered = _faces(Frame(emptied, 0.3, 3), gone, 3)
    assert sorted((centre[0] > middle) == (x > middle) for centre, _ in covered) == [False, True]
    assert (x, y) in [tuple(centre) for centre, _ in covered]


def test_angles_are_drawn_into_the_picture(clip, result):
    drawn = decoded(picture(clip, FAST, result.assessment, 30, show_faces=True))
    bare = next(image for i, (_, image) in enumerate(frames_of(clip)) if i == 30).astype(int)
    changed = np.abs(drawn - bare).max(axis=2) > 60
    box = result.assessment.poses.points_px[30]
    xs = np.nonzero(changed)[1]
    assert changed.sum() > 500
    assert xs.min() >= box[:, 0].min() - 120
    assert xs.max() <= box[:, 0].max() + 120


def test_a_file_name_cannot_become_a_picture_or_a_link():
    assert plain("![x](http://evil.test/a.png)") == r"\!\[x\]\(http\://evil\.test/a\.png\)"


def test_a_command_in_a_message_is_code_and_a_lone_backtick_is_none():
    assert plain("Run `posture-coach data check`, or *wait*.") == r"Run `posture-coach data check`, or \*wait\*\."
    assert plain("a`b.mp4") == r"a\`b\.mp4"
