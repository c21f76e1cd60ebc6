"""Two walks held against each other: what has changed, what has not, and every reason why something cannot be told."""

from __future__ import annotations

import copy
import csv
import io
import json
import math

import pytest
from rich.console import Console

from posture_coach.batch import summary
from posture_coach.batch.compare import ENDING, held, read, write_csv
from posture_coach.batch.compare_gait import PREFIX
from posture_coach.batch.compare_terminal import show
from posture_coach.batch.gait import gait_figures, gait_of
from posture_coach.batch.results import write_json
from posture_coach.errors import DataError
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.comparison import Verdict
from posture_coach.scoring.walking import FIGURES, shipped_norms
from tests.batch.made import SOURCE, walk
from tests.clips import LONG_WALK, WALK

NORMS = shipped_norms()
CADENCE, SYMMETRY, STANCE = (f"{PREFIX}{name}" for name in FIGURES[:3])
SETTINGS = {"baseline": None}
CAMERA = {"known_from": "lines", "roll_deg": 0.0, "pitch_deg": 0.0}


@pytest.fixture
def walked(tmp_path):
    """Return a function that writes the summary of somebody drawn who walks."""

    def make(name="walk", seconds=20.0, **drawing):
        analysis = walk(seconds, **drawing)
        source = {**SOURCE, "camera": CAMERA}
        told = summary.whole(source, analysis.assessment, status="ok", warnings=[], settings=SETTINGS)
        told["gait"] = gait_figures(gait_of(analysis))
        path = tmp_path / f"{name}{ENDING}"
        write_json(path, told)
        return path

    return make


def compared(before, after):
    """Return {figure: row} of the walks alone."""
    rows = held(read(before), read(after), shipped_accuracy())
    return {row.name: row for row in rows if row.name.startswith(PREFIX)}


def shown(before, after):
    stream = io.StringIO()
    one, other = read(before), read(after)
    show(one, other, held(one, other, shipped_accuracy()), Console(file=stream, width=120))
    return stream.getvalue()


def test_the_same_walk_twice_has_not_changed(walked):
    path = walked()
    rows = compared(path, path)
    assert set(rows) == {CADENCE, SYMMETRY, STANCE}, "what was told of neither is not shown"
    for row in rows.values():
        assert (row.comparison.verdict, row.comparison.difference) == (Verdict.NOT_SURE, 0.0)


def test_who_walks_slower_has_changed_and_the_limit_is_the_larger_of_two(walked):
    rows = compared(walked("quick"), walked("slow", stride_s=1.3))
    told = rows[CADENCE]
    assert told.comparison.verdict is Verdict.CHANGED
    assert told.comparison.difference == told.after.median.value - told.before.median.value < -NORMS["cadence_spm"].mdc
    assert told.comparison.limit == NORMS["cadence_spm"].mdc, "both half-widths together are less"
    even = rows[SYMMETRY]
    assert even.comparison.verdict is Verdict.NOT_SURE
    assert even.comparison.limit == pytest.approx(math.hypot(even.before.median.err, even.after.median.err))
    assert even.comparison.limit > NORMS["step_time_asymmetry_pct"].mdc


def test_who_limps_has_changed(walked):
    assert compared(walked("even"), walked("limp", late_s=0.12))[SYMMETRY].comparison.verdict is Verdict.CHANGED


def test_a_few_steps_do_not_compare(walked):
    rows = compared(walked("long"), walked("short", 8.0))
    steps = json.loads(walked("short", 8.0).read_text(encoding="utf-8"))["gait"]["step_time_asymmetry_pct"]["n"]
    assert rows[SYMMETRY].comparison.reason == f"{steps} steps after, 20 are needed to compare"
    assert rows[CADENCE].comparison.verdict is Verdict.NOT_SURE


def test_walks_from_different_sides_do_not_compare(walked):
    rows = compared(walked("side"), walked("front", front=True))
    assert rows[CADENCE].comparison.reason == "walks seen from different sides (side before, front after)"
    assert rows[STANCE].comparison.reason.startswith("not told after (")


def test_a_walk_and_no_walk_have_nothing_to_compare(walked, tmp_path):
    path = walked()
    told = json.loads(path.read_text(encoding="utf-8"))
    del told["gait"]
    write_json(tmp_path / f"stood{ENDING}", told)
    assert compared(path, tmp_path / f"stood{ENDING}") == {}
    assert "Cadence" not in shown(path, tmp_path / f"stood{ENDING}")


def test_the_terminal_and_the_table_hold_the_walk_after_the_measures(walked, tmp_path):
    before, after = walked("quick"), walked("slow", stride_s=1.3)
    text = shown(before, after)
    row = compared(before, after)[CADENCE]
    (line,) = (line for line in text.splitlines() if "Cadence (steps/min)" in line)
    assert f"{row.comparison.difference:.1f}" in line
    assert text.index("Changed") < text.index("Cadence") < text.index("No change you can be sure of")
    write_csv(held(read(before), read(after), shipped_accuracy()), tmp_path / "change.csv")
    with (tmp_path / "change.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["measure"]: row for row in csv.DictReader(file)}
    assert (rows[CADENCE]["unit"], rows[CADENCE]["view"], rows[CADENCE]["verdict"]) == ("steps/min", "side", "changed")
    assert float(rows[CADENCE]["before"]) == row.before.median.value
    assert list(rows)[-3:] == [CADENCE, SYMMETRY, STANCE]


JUNK = (None, True, -1, 1e999, 10**400, "", "x", [], ["x"], {}, {"x": []})


def test_no_damage_to_a_walk_ends_in_anything_but_words(walked, tmp_path):
    whole = json.loads(walked().read_text(encoding="utf-8"))
    path, refused = tmp_path / f"damaged{ENDING}", []
    places = [("gait",), ("gait", "walks"), *(("gait", name) for name in FIGURES)]
    places += [("gait", FIGURES[0], key) for key in ("value", "err", "n")]
    for *above, key in places:
        for junk in (*JUNK, "gone"):
            told = inner = copy.deepcopy(whole)
            for part in above:
                inner = inner[part]
            if junk == "gone":
                del inner[key]
            else:
                inner[key] = junk
            write_json(path, told)
            try:
                rows = compared(path, path)
            except DataError as why:
                refused.append(str(why))
            else:
                assert all(row.comparison.reason or not row.comparison.difference for row in rows.values())
    assert len(refused) > 60
    assert all(str(path) in words for words in refused)


def test_two_real_walks_are_held_against_each_other(samples):
    paths = [samples / f"{clip.stem}{ENDING}" for clip in (LONG_WALK, WALK)]
    same = compared(paths[0], paths[0])
    assert {row.comparison.verdict for row in same.values()} == {Verdict.NOT_SURE}
    rows = compared(*paths)
    assert rows[CADENCE].comparison.reason.endswith("steps after, 10 are needed to compare")
    assert "are needed to compare" in shown(*paths)
