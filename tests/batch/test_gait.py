"""The gait in a summary and its table of steps: by the schema, and from a video."""

from __future__ import annotations

import csv
import json
from itertools import pairwise

import jsonschema
import pytest

from posture_coach.activity.types import Activity
from posture_coach.batch import summary
from posture_coach.batch.analyse import Analysis
from posture_coach.batch.gait import gait_figures, gait_of, steps_table
from posture_coach.batch.results import process
from posture_coach.measures.calibration import LEVEL
from posture_coach.resources import data_file
from tests.activity.walkers import STRIDE_S
from tests.batch.made import SOURCE, STANDING, assessed, walk
from tests.clips import LONG_WALK, SITTING, SQUATS, cut, job, names_in, still_video

SCHEMA = json.loads(data_file("summary.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("drawing", [{}, {"yaw": -90.0}, {"yaw": 45.0}, {"hz": 12.0}, {"seconds": 3.5}], ids=str)
def test_a_walk_in_the_summary_fits_the_schema(drawing):
    analysis = walk(**drawing)
    walked = gait_of(analysis)
    assert walked is not None
    told = summary.whole(SOURCE, analysis.assessment, status="ok", warnings=[])
    told["gait"] = gait_figures(walked)
    jsonschema.validate(json.loads(json.dumps(told, allow_nan=False)), SCHEMA)


def test_the_summary_tells_pace_contacts_and_reasons():
    told = gait_figures(gait_of(walk()))
    assert told["cadence_spm"]["value"] == pytest.approx(120 / STRIDE_S, rel=0.002)
    assert set(told["cadence_spm"]) == {"value", "err", "n", "grades"}
    assert set(told["step_time_s"]) == {"value", "err", "n"}, "nothing is said of how long a step should take"
    assert told["cadence_spm"]["grades"] == ["good"]
    assert "grades" not in told["step_time_asymmetry_pct"], "too few steps"
    assert told["speed_m_s"] == {"value": None, "reason": told["speed_m_s"]["reason"]}
    assert [contact["side"] for contact in told["contacts"][:2]] == ["left", "right"]
    assert told["walks"][0]["contacts"] == len(told["contacts"])


def test_who_stands_has_no_gait():
    result = assessed([STANDING] * 60, hz=30.0)
    assert Activity.WALKING not in result.activity
    assert gait_of(Analysis(result, True, SOURCE, result.poses, LEVEL)) is None


def test_the_table_has_a_row_a_step_and_no_nan():
    walked = gait_of(walk())
    table = steps_table(walked)
    assert table.num_rows == len(walked.steps)
    assert table.column("stride_time_s").null_count == 2
    assert table.column("side").to_pylist() == [step.side.value for step in walked.steps]


def summary_of(samples, clip):
    return json.loads((samples / f"{clip.stem}.summary.json").read_text(encoding="utf-8"))


def test_a_video_of_a_walk_leaves_its_gait_and_its_steps(samples):
    summary = summary_of(samples, LONG_WALK)
    assert summary["status"] == "ok"
    jsonschema.validate(summary, SCHEMA)
    told = summary["gait"]
    with (samples / f"{LONG_WALK.stem}.steps.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == told["cadence_spm"]["n"]
    sides = [row["side"] for row in rows]
    assert all(a != b for a, b in pairwise(sides))
    assert 0.4 < float(rows[0]["step_time_s"]) < 0.9


def test_who_walks_or_exercises_is_looked_at_twice_and_nobody_else(samples, tmp_path):
    summary = summary_of(samples, LONG_WALK)
    walks, source = summary["gait"]["walks"], summary["source"]
    assert source["frames_looked_at_twice"] == pytest.approx(30 * sum(w["end_s"] - w["start_s"] for w in walks), abs=2)
    squats = summary_of(samples, SQUATS)
    assert squats["source"]["frames_looked_at_twice"] == squats["pictures"]["analysed"] == 65
    done = []
    still = process(job(still_video(tmp_path / "still.mp4", SITTING), tmp_path), done.append)
    assert still.summary["source"]["frames_looked_at_twice"] == 0
    assert max(done) == still.summary["pictures"]["analysed"]


def test_the_second_look_goes_on_telling_how_far_it_is(tmp_path):
    done = []
    outcome = process(job(cut(LONG_WALK, tmp_path / "walk.mp4", 120), tmp_path), done.append)
    assert outcome.summary["source"]["frames_looked_at_twice"] > 60
    assert done == list(range(1, len(done) + 1))
    assert len(done) >= 120 + outcome.summary["source"]["frames_looked_at_twice"]


def test_an_input_without_a_walk_leaves_no_table(tmp_path):
    earlier = tmp_path / f"{SITTING.stem}.steps.csv"
    earlier.write_text("of an earlier run", encoding="utf-8")
    outcome = process(job(SITTING, tmp_path, csv=True))
    assert "gait" not in outcome.summary
    assert not [name for name in names_in(tmp_path) if name.endswith(".steps.csv")]
