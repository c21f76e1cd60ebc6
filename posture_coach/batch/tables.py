"""The table of one input: a row for each analysed picture, as Parquet and CSV."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

from posture_coach import __version__
from posture_coach.measures.definitions import BY_NAME
from posture_coach.pose.types import Landmark
from posture_coach.scoring.assess import Assessment

_COORDINATES = {
    "x_px": "pixels from the left edge",
    "y_px": "pixels from the top edge",
    "x_world": "network's own body-sized estimate, to the right of the picture",
    "y_world": "network's own body-sized estimate, down",
    "z_world": "network's own body-sized estimate, away from the camera",
    "visibility": "network's own figure, 0-1",
    "presence": "network's own figure, 0-1",
}


def frames_table(result: Assessment, *, landmarks: bool = False) -> pa.Table:
    """Build the table: one row a picture and person.

    Parameters
    ----------
    landmarks
        Add the 33 points.

    Returns
    -------
    Columns time_s, frame, person, activity, view, mode, body_yaw_deg, score, coverage, then each measure and its
    `_err`; null where there is no value. Units and definitions stand in the metadata of the columns; the table's own
    names the program, model, mode, and the targets that differed from the shipped ones.
    """
    poses = result.poses
    found = poses.detected
    columns: list[tuple[pa.Field, pa.Array]] = [
        _column("time_s", poses.time_s, "seconds from the source's first frame"),
        _column("frame", poses.index, "number of the frame in the source, from 0"),
        _column(
            "person",
            pa.array(np.full(len(poses), result.person), mask=~found),
            "the measured person, counted from the left when he was chosen; null: not found",
        ),
        _column("activity", _words(result.activity), "what the person does"),
        _column("view", _words(result.measures.view), "from where the camera sees the person"),
        _column("mode", pa.array([poses.mode.value] * len(poses)), "how the points were found; never mix the two"),
        _column("body_yaw_deg", result.measures.body_yaw_deg, "0 faces the camera, + turned to the own right"),
        _column("score", result.score.score, "0-100 over the targets that could be scored"),
        _column("coverage", result.score.coverage, "share of the activity's targets that could be scored"),
    ]
    for k, name in enumerate(result.measures.names):
        row = BY_NAME[name]
        meaning = f"{row.definition}; {row.zero_and_sign} [{row.unit}, {row.plane}]"
        columns.append(_column(name, result.measures.value[:, k], meaning))
        columns.append(_column(f"{name}_err", result.measures.err[:, k], f"95 % half-width of {name} [{row.unit}]"))
    if landmarks:
        columns += _landmark_columns(result)
    return pa.Table.from_arrays(
        [array for _, array in columns], schema=pa.schema([field for field, _ in columns], metadata=_about(result))
    )


def _about(result: Assessment) -> dict[str, str]:
    """Return what no value of the table compares without."""
    poses, own = result.poses, " ".join(own.id for own in result.score.targets.own)
    about = {"program": f"posture-coach {__version__}", "model": poses.model.value, "mode": poses.mode.value}
    return {**about, "own_targets": own} if own else about


def marked(table: pa.Table, more: Mapping[str, str]) -> pa.Table:
    """Return the table with more in its own metadata."""
    return table.replace_schema_metadata({**table.schema.metadata, **{k.encode(): v.encode() for k, v in more.items()}})


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write the table; the same table gives the same bytes."""
    pa.parquet.write_table(table, path, compression="zstd")


def write_csv(table: pa.Table, path: Path) -> None:
    """Write the table as UTF-8 CSV with a header; nothing between the commas where there is no value."""
    pa.csv.write_csv(table, path)


def _landmark_columns(result: Assessment) -> list[tuple[pa.Field, pa.Array]]:
    poses = result.poses
    values = np.concatenate(
        [poses.points_px, poses.world, poses.visibility[..., None], poses.presence[..., None]], axis=2
    )
    return [
        _column(f"{point.name.lower()}_{name}", values[:, point, k], meaning)
        for point in Landmark
        for k, (name, meaning) in enumerate(_COORDINATES.items())
    ]


def _column(name: str, values: object, meaning: str) -> tuple[pa.Field, pa.Array]:
    array = values if isinstance(values, pa.Array) else pa.array(values, from_pandas=True)
    return pa.field(name, array.type, metadata={"meaning": meaning}), array


def _words(labels: NDArray[np.object_]) -> pa.Array:
    return pa.array([label.value for label in labels])
