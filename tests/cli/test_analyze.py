"""`posture-coach analyze`: files in, tables out."""

from __future__ import annotations

import csv
import json
import shutil

import jsonschema
import pyarrow.parquet as pq
import pytest

from posture_coach.measures.definitions import NAMES
from posture_coach.resources import data_file
from tests.cli.typed import analysed, summary, typed
from tests.clips import SITTING, SLUMPED, SQUATS, WALK, cut, frames_of, names_in

SCHEMA = json.loads(data_file("summary.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Twenty frames of a walk."""
    return cut(WALK, tmp_path_factory.mktemp("clips") / "walk.mp4", 20, first=40)


@pytest.fixture(scope="module")
def everything(clip, tmp_path_factory):
    """All outputs of one clip, and what was said on the terminal."""
    out = tmp_path_factory.mktemp("everything")
    return out, analysed(clip, out, "--csv", "--landmarks", "--annotate", "--baseline", "0-0.3")


def test_each_input_gives_its_files_and_nothing_else(everything):
    out, ended = everything
    assert ended.code == 0, ended.said
    endings = ["annotated.mp4", "frames.csv", "frames.parquet", "summary.json"]
    assert names_in(out) == ["summary.csv", *(f"walk.{ending}" for ending in endings)]


def test_a_row_for_each_analysed_picture_with_values_and_errors(everything):
    out, _ = everything
    table = pq.read_table(out / "walk.frames.parquet")
    assert table.num_rows == 20
    assert {"time_s", "frame", "person", "activity", "view", "score", "coverage", "mode"} <= set(table.column_names)
    assert {*NAMES, *(f"{name}_err" for name in NAMES)} <= set(table.column_names)
    assert {"left_knee_x_px", "nose_visibility", "right_hip_z_world"} <= set(table.column_names)
    assert set(table["mode"].to_pylist()) == {"tracked"}
    trunk, err = (table[name].to_pylist() for name in ("trunk_inclination_deg", "trunk_inclination_deg_err"))
    assert [v is None for v in trunk] == [e is None for e in err]
    assert table["time_s"].to_pylist()[0] == 0.0


def test_the_csv_holds_what_the_parquet_holds(everything):
    out, _ = everything
    table = pq.read_table(out / "walk.frames.parquet")
    with (out / "walk.frames.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == table.column_names
    for name in table.column_names:
        for text, value in zip((row[name] for row in rows), table[name].to_pylist(), strict=True):
            assert (text == "") == (value is None)
            if isinstance(value, float):
                assert float(text) == pytest.approx(value)


def test_the_summary_fits_its_schema_and_names_program_model_and_source(everything, clip):
    out, _ = everything
    told = summary(out, "walk")
    jsonschema.Draft202012Validator(SCHEMA).validate(told)
    assert (told["status"], told["model"], told["mode"]) == ("ok", "lite", "tracked")
    assert told["source"]["name"] == clip.name
    assert told["source"]["frames_read"] == told["source"]["frames_declared"] == 20
    assert set(told["measures"]) == set(NAMES)
    assert told["measures"]["lateral_trunk_lean_deg"]["median"] is None
    assert told["measures"]["lateral_trunk_lean_deg"]["reason"]


def test_the_summary_keeps_what_is_needed_to_repeat_it(everything):
    out, _ = everything
    settings = summary(out, "walk")["settings"]
    assert settings == {
        "fps": None, "mirror": False, "rotate": 0, "baseline": [0.0, 0.3], "person": "largest", "height_cm": None,
    }  # fmt: skip


def test_the_annotated_copy_has_every_frame(everything):
    out, _ = everything
    assert len(list(frames_of(out / "walk.annotated.mp4"))) == 20


def test_the_terminal_shows_values_with_their_errors(everything):
    _, ended = everything
    assert "Trunk inclination (deg)" in ended.out
    assert "± 95 %" in ended.out


@pytest.fixture(scope="module")
def folder(clip, tmp_path_factory):
    """A folder of inputs, two of them with one stem, one of them broken."""
    place = tmp_path_factory.mktemp("inputs")
    (place / "second visit").mkdir()
    shutil.copy(clip, place / "walk.mp4")
    shutil.copy(SLUMPED, place / "second visit" / "walk.jpg")
    shutil.copy(SITTING, place / "photo.jpg")
    (place / "broken.mp4").write_text("no video")
    (place / "notes.txt").write_text("not looked at")
    return place


@pytest.fixture(scope="module")
def by_workers(folder, tmp_path_factory):
    """The folder analysed by one worker and by two."""
    runs = {}
    for workers in ("1", "2"):
        out = tmp_path_factory.mktemp(f"workers{workers}")
        ended = typed("analyze", folder, "--out", out, "--model", "lite", "--csv", "--workers", workers)
        runs[workers] = (out, ended)
    return runs


def test_the_same_bytes_whatever_the_number_of_workers(by_workers):
    (one, _), (two, _) = by_workers["1"], by_workers["2"]
    assert names_in(one) == names_in(two)
    for name in names_in(one):
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


def test_one_broken_input_is_named_and_stops_no_other(by_workers):
    out, ended = by_workers["2"]
    assert ended.code == 1
    assert "broken.mp4" in ended.said
    with (out / "summary.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    # In the order of the folder, whoever was done first.
    assert [row["input"] for row in rows] == ["broken.mp4", "photo.jpg", "walk.jpg", "walk.mp4"]
    assert [row["status"] for row in rows] == ["failed", "ok", "ok", "ok"]
    assert "not a video" in rows[0]["message"]
    assert summary(out, "broken")["status"] == "failed"


def test_two_inputs_of_one_stem_get_a_hash_each(by_workers):
    out, _ = by_workers["1"]
    stems = sorted(name.removesuffix(".summary.json") for name in names_in(out) if name.endswith(".summary.json"))
    assert stems[:2] == ["broken", "photo"]
    assert {stem.split("-")[0] for stem in stems[2:]} == {"walk"}
    assert len(stems) == 4


def test_a_photo_gives_one_row_in_detected_mode(by_workers):
    out, _ = by_workers["1"]
    table = pq.read_table(out / "photo.frames.parquet")
    assert table.num_rows == 1
    assert table["mode"].to_pylist() == ["detected"]
    assert table["activity"].to_pylist() == ["sitting"]


def test_fewer_pictures_a_second_are_detected_one_by_one(clip, tmp_path):
    assert analysed(clip, tmp_path, "--fps", "5").code == 0
    table = pq.read_table(tmp_path / "walk.frames.parquet")
    assert table["frame"].to_pylist() == [0, 6, 12, 18]
    assert set(table["mode"].to_pylist()) == {"detected"}


def test_mirror_swaps_the_sides(clip, once):
    (plain_out, plainly), (mirrored_out, in_the_mirror) = once(clip), once(clip, "--mirror")
    assert plainly.code == in_the_mirror.code == 0
    plain, mirrored = (summary(out, "walk")["measures"] for out in (plain_out, mirrored_out))
    assert plain["knee_flexion_left_deg"]["median"] is not None
    assert plain["knee_flexion_right_deg"]["reason"] == "far side hidden"
    assert mirrored["knee_flexion_left_deg"]["reason"] == "far side hidden"
    # The network does not see mirrored pictures quite as the others.
    assert mirrored["trunk_inclination_deg"]["median"] == pytest.approx(
        plain["trunk_inclination_deg"]["median"], abs=4.0
    )


def test_a_baseline_makes_relative_bands_scorable(tmp_path):
    without = analysed(SLUMPED, tmp_path / "without")
    with_it = analysed(SLUMPED, tmp_path / "with", "--baseline", str(SITTING))
    assert without.code == with_it.code == 0
    told = {name: summary(tmp_path / name, SLUMPED.stem) for name in ("without", "with")}
    assert told["without"]["measures"]["head_pitch_deg"]["median"] is None
    assert told["without"]["measures"]["head_pitch_deg"]["reason"] == "needs your own upright first"
    assert told["with"]["measures"]["head_pitch_deg"]["median"] is not None
    assert told["without"]["measures"]["trunk_inclination_deg"]["share_good"] is None
    assert told["with"]["measures"]["trunk_inclination_deg"]["share_good"] == 0.0, "slumped"
    assert told["with"]["score"]["coverage"] > told["without"]["score"]["coverage"]


@pytest.mark.parametrize(("shown", "seconds"), [("photo", "0-5"), ("clip", "0-0.5")])
def test_nothing_is_held_against_itself(shown, seconds, clip, tmp_path):
    path = SITTING if shown == "photo" else clip
    ended = analysed(path, tmp_path, "--baseline", seconds)
    assert ended.code == 0, ended.said
    told = summary(tmp_path, path.stem)
    assert told["measures"]["head_pitch_deg"]["median"] is None
    assert any("would be held against itself" in words for words in told["warnings"])


def test_progress_as_lines_of_json(clip, tmp_path):
    ended = analysed(clip, tmp_path, "--json-progress")
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert [line["done"] for line in lines if line["event"] == "progress"] == list(range(1, 21))
    assert lines[-1] == {"event": "finished", "results": "walk", "status": "ok"}


def test_results_of_an_earlier_run_are_replaced_only_by_whole_ones(clip, tmp_path):
    source = tmp_path / "walk.mp4"
    shutil.copy(clip, source)
    out = tmp_path / "results"
    assert analysed(source, out).code == 0
    before = {name: (out / name).read_bytes() for name in names_in(out)}
    source.unlink()
    assert analysed(source, out).code == 1
    for name in ("walk.frames.parquet", "walk.summary.json"):
        assert (out / name).read_bytes() == before[name]
    assert "failed" in (out / "summary.csv").read_text(encoding="utf-8")


def test_no_picture_is_written_unless_asked_for(tmp_path):
    assert analysed(SQUATS, tmp_path, "--fps", "1").code == 0
    assert {name.split(".", 1)[1] for name in names_in(tmp_path)} == {"csv", "frames.parquet", "summary.json"}
