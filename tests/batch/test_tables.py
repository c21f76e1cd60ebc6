"""The table of one input: its columns, their types and meanings, and what stands where nothing was measured."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from posture_coach import __version__
from posture_coach.batch.tables import frames_table, write_csv, write_parquet
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.definitions import BY_NAME, NAMES
from posture_coach.measures.types import Reason
from posture_coach.pose.types import Landmark, Mode, Model
from posture_coach.scoring.own import merged
from posture_coach.scoring.targets import shipped_targets
from tests.batch.made import SITTING, STANDING, assessed, assessor, with_values
from tests.drawn import Body, draw

HEAD = ["time_s", "frame", "person", "activity", "view", "mode", "body_yaw_deg", "score", "coverage"]
COORDINATES = ["x_px", "y_px", "x_world", "y_world", "z_world", "visibility", "presence"]
TYPES = {"frame": pa.int64(), "person": pa.int64(), "activity": pa.string(), "view": pa.string(), "mode": pa.string()}


@pytest.fixture(scope="module")
def result():
    """Somebody who sits down, and leaves."""
    return assessed([STANDING] * 4 + [SITTING] * 20 + [None] * 12)


@pytest.fixture(scope="module")
def table(result):
    return frames_table(result)


def test_the_columns_are_those_of_the_design(table):
    measures = [column for name in NAMES for column in (name, f"{name}_err")]
    assert table.column_names == HEAD + measures
    assert {field.name: field.type for field in table.schema} == {
        name: TYPES.get(name, pa.float64()) for name in HEAD + measures
    }


def test_there_is_one_row_a_picture_in_its_order(table, result):
    assert table.num_rows == len(result)
    assert table["time_s"].to_pylist() == pytest.approx([i / 10 for i in range(36)])
    assert table["frame"].to_pylist() == list(range(36))
    assert table["person"].to_pylist() == [1] * 24 + [None] * 12
    second = frames_table(replace(result, person=2))
    assert second["person"].to_pylist() == [2] * 24 + [None] * 12
    assert table["activity"].to_pylist()[10:20] == ["sitting"] * 10
    assert table["activity"].to_pylist()[-3:] == ["away"] * 3
    assert table["view"].to_pylist()[0] == "side"
    assert table["mode"].to_pylist() == ["tracked"] * 36
    assert table["body_yaw_deg"].to_pylist()[0] == pytest.approx(90)


def test_every_value_is_the_assessments_own(table, result):
    for k, name in enumerate(NAMES):
        for column, values in ((name, result.measures.value[:, k]), (f"{name}_err", result.measures.err[:, k])):
            np.testing.assert_array_equal(np.array(table[column].to_pylist(), dtype=float), values)
    np.testing.assert_array_equal(np.array(table["score"].to_pylist(), dtype=float), result.score.score)
    np.testing.assert_array_equal(np.array(table["coverage"].to_pylist(), dtype=float), result.score.coverage)


def test_what_was_not_measured_is_null_and_never_zero_or_nan(table):
    for name in ("body_yaw_deg", "score", "trunk_inclination_deg", "trunk_inclination_deg_err"):
        assert table[name].to_pylist()[-1] is None, name
    for column in table.columns:
        assert not any(value != value for value in column.to_pylist())
    assert set(table["hip_flexion_right_deg"].to_pylist()) == {None}, "the far side is hidden"


def test_a_measured_zero_stays_zero():
    plain = assessed([STANDING] * 2)
    zero = with_values(plain, {"trunk_inclination_deg": [0.0, np.nan]})
    assert frames_table(zero)["trunk_inclination_deg"].to_pylist() == [0.0, None]


@pytest.mark.parametrize("name", NAMES)
def test_every_measure_carries_its_unit_and_definition(table, name):
    row = BY_NAME[name]
    meaning = table.schema.field(name).metadata[b"meaning"].decode()
    assert row.definition in meaning
    assert row.zero_and_sign in meaning
    assert meaning.endswith(f"[{row.unit}, {row.plane}]")
    assert table.schema.field(f"{name}_err").metadata[b"meaning"].decode() == f"95 % half-width of {name} [{row.unit}]"


@pytest.mark.parametrize("name", HEAD)
def test_every_other_column_carries_its_meaning(table, name):
    assert len(table.schema.field(name).metadata[b"meaning"]) > 10


@pytest.mark.parametrize(("mode", "model"), [(Mode.TRACKED, Model.FULL), (Mode.DETECTED, Model.LITE)])
def test_the_table_says_what_made_it(mode, model):
    metadata = frames_table(assessed([STANDING], mode=mode, model=model)).schema.metadata
    assert metadata == {
        b"program": f"posture-coach {__version__}".encode(),
        b"model": model.value.encode(),
        b"mode": mode.value.encode(),
    }


def test_landmarks_are_added_behind(result, table):
    wide = frames_table(result, landmarks=True)
    assert wide.column_names[: table.num_columns] == table.column_names
    assert wide.column_names[table.num_columns :] == [
        f"{point.name.lower()}_{name}" for point in Landmark for name in COORDINATES
    ]
    assert wide["left_hip_x_px"].to_pylist()[:5] == result.poses.points_px[:5, Landmark.LEFT_HIP, 0].tolist()
    assert wide["nose_z_world"].to_pylist()[:5] == result.poses.world[:5, Landmark.NOSE, 2].tolist()
    assert wide["nose_visibility"].to_pylist()[-1] is None
    assert wide.schema.field("nose_y_px").metadata[b"meaning"] == b"pixels from the top edge"


@pytest.mark.parametrize("landmarks", [False, True])
def test_csv_and_parquet_hold_the_same(result, tmp_path, landmarks):
    table = frames_table(result, landmarks=landmarks)
    write_parquet(table, tmp_path / "t.parquet")
    write_csv(table, tmp_path / "t.csv")
    read = pa.parquet.read_table(tmp_path / "t.parquet")
    assert read.equals(table, check_metadata=True)
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == table.column_names
    for row, expected in zip(rows, read.to_pylist(), strict=True):
        for name, value in expected.items():
            typed = row[name] if isinstance(value, str) else None if row[name] == "" else float(row[name])
            assert typed == value, name


def test_the_same_table_gives_the_same_bytes(result, tmp_path):
    for name in ("one", "two"):
        write_parquet(frames_table(result, landmarks=True), tmp_path / f"{name}.parquet")
        write_csv(frames_table(result, landmarks=True), tmp_path / f"{name}.csv")
    for ending in ("parquet", "csv"):
        assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes()


def test_nobody_at_all_gives_a_table_of_the_same_form(table):
    empty = frames_table(assessed([None] * 3))
    assert empty.schema.equals(table.schema)
    assert empty["person"].to_pylist() == [None] * 3
    assert set(empty["activity"].to_pylist()) == {"away"}


def test_a_missing_value_is_null_whatever_its_reason():
    front = assessed([Body(yaw_deg=0.0)] * 2)
    reasons = replace(front.measures, reason=np.full_like(front.measures.reason, Reason.NOT_SEEN))
    assert frames_table(replace(front, measures=reasons))["knee_flexion_left_deg"].to_pylist() == [None, None]


def test_it_names_the_targets_that_differed_from_the_shipped_ones():
    table = {"schema_version": 1, "targets": {"standing_trunk": {"weight": 1.0}, "standing_knee": {"used": False}}}
    own = merged(table, shipped_targets(NAMES), shipped_accuracy().mdc, file="x")
    metadata = frames_table(assessor(targets=own).push(draw([STANDING]))).schema.metadata
    assert metadata[b"own_targets"] == b"standing_trunk standing_knee"
