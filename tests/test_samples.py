"""The sample clips, end to end: what `sample_videos/expected.toml` demands, and files that keep their promises."""

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest

from posture_coach.measures.definitions import TABLE
from posture_coach.resources import data_file, samples_folder
from tests import PROJECT

SAMPLES = samples_folder()
EXPECTED = tomllib.loads((SAMPLES / "expected.toml").read_text(encoding="utf-8"))
CLIPS = sorted(p.name for p in SAMPLES.iterdir() if p.suffix in {".mp4", ".jpg"})


@pytest.fixture(scope="module")
def summaries(samples):
    """What was found in each sample."""
    told = [json.loads(path.read_text("utf-8")) for path in _told(samples)]
    return {one["source"]["name"]: one for one in told}


def _told(out: Path) -> list[Path]:
    return sorted(out.glob("*.summary.json"))


OTHER_MACHINE_DEG = 1.0
"""The network reckons a little differently on other processors: the ends of a swing differ by 0.6."""


def _id(entry):
    return "-".join(str(entry[key]) for key in ("clip", "measure", "statistic", "activity", "more") if key in entry)


def test_every_sample_is_analysed(summaries):
    assert sorted(summaries) == CLIPS
    assert {told["status"] for told in summaries.values()} == {"ok"}


def test_the_readme_shows_what_is_printed(summaries):
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    clip = re.search(r"analyze sample_videos/(\S+)\nmeasure", readme)[1]
    rows = re.findall(r"^(\S.*) \(deg\) +([-\d.]+) +([\d.]+) +([-\d.]+) … ([-\d.]+)", readme, re.MULTILINE)
    assert len(rows) >= 3
    told = summaries[clip]["measures"]
    for title, *shown in rows:
        (name,) = (row.name for row in TABLE if row.title == title)
        figures = [told[name][key] for key in ("median", "err", "p05", "p95")]
        assert [float(one) for one in shown] == pytest.approx(figures, abs=OTHER_MACHINE_DEG), title


@pytest.mark.parametrize("clip", CLIPS)
def test_summary_fits_its_schema(summaries, clip):
    schema = json.loads(data_file("summary.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(summaries[clip])


@pytest.mark.parametrize("entry", EXPECTED["expect"], ids=_id)
def test_value(summaries, entry):
    found = summaries[entry["clip"]]["measures"][entry["measure"]][entry["statistic"]]
    assert found == pytest.approx(entry["reference"], abs=entry["tolerance"])


@pytest.mark.parametrize("entry", EXPECTED["expect_activity"], ids=_id)
def test_activity(summaries, entry):
    told = summaries[entry["clip"]]
    total = sum(told["activities"].values())
    if total == 0:  # a photo
        assert list(told["activities"]) == [entry["activity"]]
    else:
        assert told["activities"].get(entry["activity"], 0.0) / total >= entry["at_least"]


@pytest.mark.parametrize("entry", EXPECTED["expect_order"], ids=_id)
def test_order(summaries, entry):
    more, less = (summaries[entry[key]]["measures"][entry["measure"]]["median"] for key in ("more", "less"))
    assert more - less >= entry["by"]


@pytest.mark.parametrize("entry", EXPECTED["expect_refusal"], ids=_id)
def test_refusal(summaries, entry):
    figures = summaries[entry["clip"]]["measures"][entry["measure"]]
    assert figures["median"] is None
    assert figures["coverage"] == 0.0
    assert figures["reason"]


def test_every_sample_is_attributed():
    notice = (Path(__file__).parent.parent / "NOTICE").read_text(encoding="utf-8")
    for clip in CLIPS:
        assert f"sample_videos/{clip}" in notice or (clip.endswith("_rendered.mp4") and "*_rendered.mp4" in notice)
