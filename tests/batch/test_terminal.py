"""What a run ends with on the terminal: every input, every failure's words, nothing that a file name smuggles in."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from posture_coach.batch import summary
from posture_coach.batch.analyse import unread
from posture_coach.batch.gait import gait_figures, gait_of
from posture_coach.batch.over_time import over_time
from posture_coach.batch.results import Outcome
from posture_coach.batch.terminal import show
from posture_coach.measures.definitions import BY_NAME
from tests.batch.made import SITTING, STANDING, assessed, walk
from tests.drawn import Body
from tests.scoring.over_time import NECK, PITCH, TRUNK
from tests.scoring.over_time import assessed as held_for

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def outcome_of(bodies, name="clip.mp4", status="ok", warnings=(), duration_s=2.0):
    source = {"name": name, "duration_s": duration_s}
    return Outcome(name, name, status, "", summary.whole(source, assessed(bodies), status=status, warnings=[*warnings]))


def failed_of(name, reason):
    return Outcome(name, name, "failed", reason, summary.failed(unread(Path(name)), reason))


def shown(*outcomes, **console):
    stream = io.StringIO()
    show(outcomes, Console(file=stream, **{"width": 200, "highlight": False, **console}))
    return stream.getvalue()


def row_of(text, start):
    (row,) = (line for line in text.splitlines() if line.startswith(start))
    return row


def test_a_single_input_shows_what_was_measured_and_only_that():
    outcome = outcome_of([SITTING] * 20)
    text = shown(outcome)
    for name, figures in outcome.summary["measures"].items():
        title = BY_NAME[name].title
        assert (f"{title} (" in text) is (figures["median"] is not None), title
    figures = outcome.summary["measures"]["hip_flexion_left_deg"]
    row = row_of(text, "Hip flexion, left (deg)").split()
    assert row[4:6] == [f"{figures['median']:.1f}", f"{figures['err']:.1f}"]
    assert "100%" in row


def test_a_ratio_keeps_two_decimals_and_no_error_known_is_a_question_mark():
    text = shown(outcome_of([Body()] * 20))
    ratios = [line for line in text.splitlines() if "(ratio)" in line]
    assert all(re.search(r"\d\.\d\d\b", line) for line in ratios)


def test_a_single_walk_is_told_and_a_speed_that_was_asked_for_explained():
    analysis = walk()
    outcome = outcome_of([STANDING] * 20, "walk.mp4")
    outcome.summary["gait"] = gait_figures(gait_of(analysis))
    text = shown(outcome)
    cadence = outcome.summary["gait"]["cadence_spm"]
    assert f"walking: {cadence['n']} steps, {cadence['value']:.1f} ± {cadence['err']:.1f} a minute (good)" in text
    assert "left against right: step times differ by" in text
    assert "speed" not in text
    assert " a minute" not in shown(outcome, outcome), "a table of several has no room for it"
    outcome.summary["settings"] = {"height_cm": 172.0}
    assert f"speed: {outcome.summary['gait']['speed_m_s']['reason']}" in shown(outcome)


def test_a_long_recording_is_told_hour_by_hour():
    outcome = outcome_of([SITTING] * 20)
    assert "over its time" not in shown(outcome), "nobody was there for a minute"
    time_s = np.arange(2 * 4200) / 2.0
    outcome.summary.update(over_time(held_for(time_s, {TRUNK: 35.0, PITCH: 5.0, NECK: 0.0})))
    text = shown(outcome)
    session, hours = outcome.summary["session"], outcome.summary["hours"]
    assert f"over its time: {session['score']:.0f} (" in text
    assert f"0:00 to 1:00:00: {hours[0]['score']:.0f} (" in text
    assert f"1:00:00 to 1:10:00: {hours[1]['score']:.0f} (" in text
    for window in (session, *hours):
        window["why"][0]["title"] = "smuggled\x1b[2J"
    assert "\x1b[2J" not in shown(outcome)


def test_several_inputs_have_a_row_each_and_no_table_of_measures():
    text = shown(outcome_of([STANDING] * 20, "one.mp4"), outcome_of([None] * 20, "two.mp4"), failed_of("3.mp4", "gone"))
    assert "Hip flexion" not in text
    one, two, three = row_of(text, "one.mp4"), row_of(text, "two.mp4"), row_of(text, "3.mp4  ")
    assert re.search(r"one\.mp4 +ok +2\.0 +standing +\d+ \(\d+%\) +trunk -?\d+ ± \d+°, neck", one)
    assert re.search(r"two\.mp4 +ok +2\.0 +away +- +nothing", two)
    assert re.search(r"3\.mp4 +failed +- +nothing", three)


def test_every_failure_and_every_warning_is_told():
    outcomes = [failed_of(f"{i}.mp4", f"reason number {i}") for i in range(30)]
    outcomes += [outcome_of([STANDING] * 3, "p.mp4", "partial", ["cut off", "very dark"])]
    text = shown(*outcomes)
    for i in range(30):
        assert f"{i}.mp4: reason number {i}" in text
    assert "p.mp4: cut off" in text
    assert "p.mp4: very dark" in text


def test_a_single_failure_is_told():
    text = shown(failed_of("a.mp4", "is empty (0 bytes)"))
    assert "a.mp4: is empty (0 bytes)" in text
    assert text.count("is empty") == 1


def test_the_words_come_whole_on_a_narrow_terminal():
    reason = "There is no file a.mp4. Check the spelling and the folder."
    text = shown(failed_of("a.mp4", reason), outcome_of([STANDING] * 3, "a long name of a file.mp4"), width=60)
    assert reason in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 60
    assert all(word in text for word in ("long", "name")), "broken between words at most"


@pytest.mark.parametrize(
    ("name", "visible"),
    [
        ("clear\x1b[2J.mp4", r"clear\x1b[2J.mp4"),
        ("two\nlines.mp4", r"two\nlines.mp4"),
        ("bell\x07.mp4", r"bell\x07.mp4"),
        ("back\x08\x08.mp4", r"back\x08\x08.mp4"),
        ("c1\x9b31m.mp4", r"c1\x9b31m.mp4"),
        ("right‮4pm.exe", r"right\u202e4pm.exe"),
        ("bytes\udce9.mp4", r"bytes\udce9.mp4"),
    ],
)
def test_control_characters_in_a_name_are_made_visible(name, visible):
    text = shown(failed_of(name, f"There is no file {name}."), outcome_of([STANDING] * 2, name))
    assert text.count(visible) >= 3
    assert name not in text
    assert all(c.isprintable() or c == "\n" for c in text)


@pytest.mark.parametrize(
    "name", ["[red]not red[/red].mp4", "[/].mp4", ":smile:.mp4", "Größe 日本.mp4", "back\\[b].mp4"]
)
def test_a_name_is_shown_as_it_is_called(name):
    text = shown(failed_of(name, f"no file {name}"), outcome_of([STANDING] * 2, name, warnings=[f"see {name}"]))
    assert text.count(name) == 5, "an error that names it is not headed by it"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("x.mp4: the person is head down.", "a/x.mp4: the person is head down."),
        ("in/a/x.mp4 is empty (0 bytes).", "in/a/x.mp4 is empty (0 bytes)."),
        ("There is no file a/x.mp4. Look.", "There is no file a/x.mp4. Look."),
        ("The disk is full.", "a/x.mp4: The disk is full."),
        ("aa/x.mp4 is another.", "a/x.mp4: aa/x.mp4 is another."),
    ],
)
def test_a_failure_names_its_input_once(reason, said):
    failed = replace(failed_of("x.mp4", reason), listed="in/a/x.mp4")
    other = replace(outcome_of([STANDING] * 3, "x.mp4"), listed="in/b/x.mp4")
    text = shown(failed, other)
    assert text.splitlines()[-1] == said
    assert [line.split()[0] for line in text.splitlines()[1:3]] == ["a/x.mp4", "b/x.mp4"]


def test_what_was_done_before_says_so():
    outcome = outcome_of([STANDING] * 3)
    assert "done before" not in shown(outcome, outcome)
    again = replace(outcome, before=True)
    assert "ok, done before " in shown(outcome, again)
    assert re.search(r"ok, +\d.*\n +done before ", shown(outcome, again, width=80))


def test_names_and_angles_break_between_words_on_eighty_columns():
    names = ["2024-05-03_visit1_participant_0012_squats_front.mp4", "IMG 2024 05 slumped at the desk.jpg", "p.jpg"]
    body = Body(yaw_deg=90.0, hip_flexion_left_deg=90.0, knee_flexion_left_deg=90.0)
    outcomes = [replace(outcome_of([body] * 20, name), before=True) for name in names]
    text = shown(*outcomes, width=80)
    lines = text.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 2 + 3 * 4
    firsts = [line[: lines[1].index("status")].strip() for line in lines[2:]]
    assert [first for first in firsts if first] == [
        "2024-05-03_visit1_", "participant_0012_", "squats_front.mp4",
        "IMG 2024 05", "slumped at the", "desk.jpg", "p.jpg",
    ]  # fmt: skip
    angles = [line[lines[1].index("median") :].strip() for line in lines[2:]]
    assert all(re.fullmatch(r"[a-z ]+ -?\d+ ± \d+°,?", angle) for angle in angles if angle)
    wide = shown(*outcomes)
    assert all(name in wide for name in names), "where there is room, all on one line"


def test_colour_tells_how_it_ended():
    stream = io.StringIO()
    console = Console(file=stream, width=200, force_terminal=True, color_system="standard")
    show([outcome_of([STANDING] * 2, "good.mp4"), failed_of("bad.mp4", "gone")], console)
    assert "\x1b[32mok" in stream.getvalue()
    assert "\x1b[31mfailed" in stream.getvalue()
    assert "bad.mp4: gone" in ANSI.sub("", stream.getvalue())


def test_the_nearer_side_of_two_is_the_headline():
    outcome = outcome_of([Body(yaw_deg=-90.0, hip_flexion_left_deg=10.0, hip_flexion_right_deg=30.0)] * 20)
    median = outcome.summary["measures"]["hip_flexion_right_deg"]["median"]
    assert f"hip {median:.0f} ±" in shown(outcome, outcome)


def test_no_outcome_shows_no_row():
    assert "failed" not in shown()


def test_a_run_against_own_targets_says_so_once():
    assert "own targets" not in shown(outcome_of([STANDING] * 3))
    own = [{"id": "standing_trunk"}, {"id": "standing_knee"}]
    outcomes = [failed_of("1.mp4", "gone"), *(outcome_of([STANDING] * 3, f"{name}.mp4") for name in ("2", "3"))]
    for outcome in outcomes[1:]:
        outcome.summary["own_targets"] = own
    assert shown(*outcomes).count("held against own targets: standing_trunk, standing_knee") == 1
