"""Two recordings held against each other: summaries of real ones, and every reason why something cannot be."""

from __future__ import annotations

import copy
import csv
import io
import json
import math
import os
import sys
from dataclasses import replace

import pytest
from rich.console import Console

from posture_coach.batch import summary
from posture_coach.batch.analyse import Settings, upright_of
from posture_coach.batch.baseline import Stretch
from posture_coach.batch.compare import (
    COLUMNS,
    ENDING,
    MOST_BYTES,
    ONE_VIEW,
    doubts,
    held,
    read,
    summary_at,
    write_csv,
)
from posture_coach.batch.compare_terminal import show, signed
from posture_coach.batch.results import process, write_json
from posture_coach.errors import DataError, OutputError
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.comparison import Verdict
from posture_coach.measures.definitions import BY_NAME, NAMES
from posture_coach.measures.types import View
from posture_coach.pose.types import Mode, Model
from tests.batch.made import SITTING as SITTING_DRAWN
from tests.batch.made import STANDING, assessed
from tests.clips import FAST, SITTING, SLUMPED, SQUATS, cut, job, must_have, still_video
from tests.drawn import Body

TRUNK, NECK, PITCH = "trunk_inclination_deg", "neck_inclination_deg", "head_pitch_deg"
SOURCE = {
    "name": "clip.mp4", "sha256": "0" * 64, "kind": "video", "width": 1280, "height": 720, "start_s": 0.0,
    "duration_s": 3.0, "frames_read": 30, "frames_declared": None,
    "camera": {"known_from": "lines", "roll_deg": 0.0, "pitch_deg": 0.0},
}  # fmt: skip
SETTINGS = {"fps": None, "mirror": False, "rotate": 0, "baseline": None, "person": "largest"}
REAL = Settings()
"""The model that is used unless another is asked for: the smallest leaves much of a photo too uncertain."""
CORNER = Body(yaw_deg=50.0)


@pytest.fixture(scope="session")
def analysed(tmp_path_factory):
    """Return a function that analyses a recording and gives its summary's path."""

    def run(path, settings=REAL):
        out = tmp_path_factory.mktemp("out")
        outcome = process(job(path, out, settings))
        assert outcome.status == "ok", outcome.message
        return out / f"{outcome.stem}{ENDING}"

    return run


@pytest.fixture(scope="session")
def upright(analysed):
    return analysed(SITTING)


@pytest.fixture(scope="session")
def slumped(analysed):
    return analysed(SLUMPED)


@pytest.fixture(scope="session")
def tracked(analysed, tmp_path_factory):
    """The upright photo as a video, so that the network follows it, with its own seconds as the own upright."""
    clip = still_video(tmp_path_factory.mktemp("clip") / "still.mp4", SITTING)
    return analysed(clip, replace(REAL, baseline=Stretch(0.0, 1.4)))


@pytest.fixture
def drawn(tmp_path):
    """Return a function that writes the summary of drawn people, with what is to be different in it."""

    def make(bodies, name="drawn", **different):
        whole = summary.whole(SOURCE, assessed(bodies), status="ok", warnings=[], settings=SETTINGS)
        return written(tmp_path / f"{name}{ENDING}", merged(whole, different))

    return make


def merged(told, different):
    """Return a summary with some keys exchanged, also further down."""
    for key, value in different.items():
        told[key] = merged(dict(told[key]), value) if isinstance(value, dict) and key in told else value
    return told


def written(path, told):
    write_json(path, told)
    return path


def changed(path, target, **different):
    """Copy a summary with some keys exchanged."""
    return written(target / f"copy{ENDING}", merged(json.loads(path.read_text(encoding="utf-8")), different))


def compared(before, after):
    """Return {measure: row}."""
    return {row.name: row for row in held(read(before), read(after), shipped_accuracy())}


def reasons(rows):
    return {name: row.comparison.reason for name, row in rows.items() if row.comparison.reason}


def shown(before, after, width=80, **console):
    stream = io.StringIO()
    one, other = read(before), read(after)
    show(one, other, held(one, other, shipped_accuracy()), Console(file=stream, width=width, **console))
    return stream.getvalue()


# Real recordings


@pytest.mark.parametrize("which", ["upright", "slumped", "tracked"])
def test_the_same_recording_twice_has_not_changed_in_anything(which, request):
    path = request.getfixturevalue(which)
    rows = compared(path, path)
    told = json.loads(path.read_text(encoding="utf-8"))["measures"]
    assert set(rows) == {name for name in NAMES if told[name]["median"] is not None}
    assert {TRUNK, NECK} <= set(rows)
    for name, row in rows.items():
        assert row.comparison.verdict in (Verdict.NOT_SURE, Verdict.NOT_COMPARABLE), name
        assert row.comparison.difference == 0.0 or row.comparison.reason, name
    assert rows[TRUNK].comparison.verdict is Verdict.NOT_SURE
    assert next(doubts(read(path), read(path))) == "both are of the same recording"


def test_who_slumps_has_changed_trunk_and_neck(upright, slumped):
    rows = compared(upright, slumped)
    for name in (TRUNK, NECK):
        told = rows[name].comparison
        assert told.verdict is Verdict.CHANGED, told.words
        assert told.difference > told.limit > 0, "forward"
    back = compared(slumped, upright)[TRUNK].comparison
    assert back.difference == -rows[TRUNK].comparison.difference
    assert rows["ankle_dorsiflexion_left_deg"].comparison.verdict is Verdict.NOT_SURE, "the feet stand where they stood"


def test_the_figures_are_the_summaries_and_the_limit_is_that_of_its_view_mode_and_model(upright, slumped):
    rows = compared(upright, slumped)
    seen = Mode.DETECTED, Model.FULL
    for name, row in rows.items():
        for path, figures in ((upright, row.before), (slumped, row.after)):
            told = json.loads(path.read_text(encoding="utf-8"))["measures"][name]
            if told["median"] is not None:
                assert (figures.median.value, figures.median.err) == (told["median"], told["err"])
                assert (figures.view, figures.share) == (told["view"], told["view_share"])
        if not row.comparison.reason:
            known = shipped_accuracy().of(BY_NAME[name].joint, row.before.view, *seen)
            assert row.comparison.limit >= known.change
            assert row.comparison.difference == row.after.median.value - row.before.median.value


def test_another_model_refuses_everything(analysed, upright):
    rows = compared(upright, analysed(SITTING, FAST))
    assert {row.comparison.verdict for row in rows.values()} == {Verdict.NOT_COMPARABLE}
    assert reasons(rows)[TRUNK] == "measured by different models (full and lite)"


def test_a_photo_does_not_compare_with_a_video_of_the_same(upright, tracked):
    rows = compared(upright, tracked)
    assert {row.comparison.verdict for row in rows.values()} == {Verdict.NOT_COMPARABLE}
    assert reasons(rows)[TRUNK].startswith("measured in different ways (detected and tracked)")


def test_what_is_seen_from_another_side_does_not_compare(analysed, upright, tmp_path):
    squats = analysed(cut(SQUATS, tmp_path / "squats.mp4", 8, times_s=[i / 5 for i in range(8)]))
    rows = compared(upright, squats)
    assert reasons(rows)["upper_arm_elevation_left_deg"] == "seen from different sides (side and oblique)"
    assert reasons(rows)["upper_arm_elevation_right_deg"].startswith("not measured before (")
    assert reasons(rows)["hip_flexion_left_deg"].startswith("not measured after (")


# Views that change within one recording


@pytest.mark.parametrize(("from_side", "refused"), [(30, False), (26, False), (18, True), (12, True)])
def test_a_median_over_two_views_compares_with_nothing(drawn, from_side, refused):
    mixed, plain = drawn([STANDING] * from_side + [CORNER] * (30 - from_side)), drawn([STANDING] * 30, "plain")
    figures = read(mixed).figures[TRUNK]
    assert (figures.share < ONE_VIEW) is refused
    told = compared(plain, mixed)[TRUNK].comparison
    if figures.view is not View.SIDE:
        assert told.reason == "seen from different sides (side and oblique)"
    elif refused:
        assert told.reason.startswith(f"seen from changing sides after (only {figures.share:.0%} from the side)")
    else:
        assert told.verdict is Verdict.NOT_SURE
    other_way = compared(mixed, plain)[TRUNK].comparison
    assert ("before" in other_way.reason) is ("after" in told.reason)


def test_the_share_of_the_view_is_that_of_the_measures_own_values(drawn):
    # Whole-body lean is measured from the side alone, so that the corner's pictures are none of its values.
    figures = read(drawn([STANDING] * 15 + [CORNER] * 15)).figures
    assert figures["body_lean_deg"].share == 1.0
    assert figures[TRUNK].share < ONE_VIEW


# Own uprights


def test_what_is_relative_to_the_same_seconds_of_the_same_file_compares(tracked):
    told = compared(tracked, tracked)[PITCH].comparison
    assert (told.verdict, told.difference) == (Verdict.NOT_SURE, 0.0)


def test_what_is_relative_to_another_recording_does_not_compare(analysed):
    settings = replace(REAL, baseline=upright_of(SITTING, REAL))
    before, after = analysed(SITTING, settings), analysed(SLUMPED, settings)
    rows = compared(before, after)
    assert reasons(rows)[PITCH].startswith("relative to own uprights that may differ")
    assert rows[TRUNK].comparison.verdict is Verdict.CHANGED, "against the vertical"


DOCKED = "place docked, taken 2026-11-20T09:00:00+00:00"


@pytest.mark.parametrize(
    ("before", "after", "sha256", "one"),
    [
        (DOCKED, DOCKED, "1" * 64, True),
        (DOCKED, DOCKED.replace("20T", "21T"), "1" * 64, False),
        ([0.0, 3.0], [0.0, 3.0], "1" * 64, False),
        ([0.0, 3.0], [0.0, 3.0], "0" * 64, True),
        ([0.0, 3.0], [0.0, 2.0], "0" * 64, False),
        ("another recording", "another recording", "0" * 64, False),
        (None, DOCKED, "0" * 64, False),
    ],
)
def test_only_the_same_own_upright_is_one(tracked, tmp_path, before, after, sha256, one):
    paths = []
    for name, baseline, digest in (("before", before, "0" * 64), ("after", after, sha256)):
        (tmp_path / name).mkdir()
        paths.append(changed(tracked, tmp_path / name, settings={"baseline": baseline}, source={"sha256": digest}))
    rows = compared(*paths)
    assert (PITCH not in reasons(rows)) is one
    assert TRUNK not in reasons(rows)


# What else may lie behind a difference


def doubts_of(before, after):
    return list(doubts(read(before), read(after)))


def test_two_recordings_of_one_kind_leave_no_doubt(drawn):
    assert doubts_of(drawn([STANDING] * 30), drawn([STANDING] * 30, "b", source={"sha256": "1" * 64})) == []


@pytest.mark.parametrize(
    ("different", "words"),
    [
        ({"program": {"version": "0.0.1"}}, "analysed by two versions of posture-coach ("),
        ({"source": {"width": 640, "height": 480}}, "pictures of 1280x720 before and 640x480 after"),
        ({"source": {"camera": {"known_from": "assumed"}}}, "how the camera stood is known before alone"),
        ({"activities": {"sitting": 9.0, "standing": 1.0}}, "mostly standing before and mostly sitting after"),
        ({"activities": {"standing": 7.0, "away": 3.0}}, "after: only 70% of it is standing"),
        ({"warnings": ["the picture is very dark"], "status": "partial"}, "after: the picture is very dark"),
    ],
)
def test_what_differs_besides_the_person_is_told(drawn, different, words):
    more = merged({"source": {"sha256": "1" * 64}}, different)
    (told,) = doubts_of(drawn([STANDING] * 30), drawn([STANDING] * 30, "b", **more))
    assert told.startswith(words)


def test_photos_of_no_duration_leave_no_doubt_about_what_was_done(upright, slumped):
    assert not any("mostly" in words or "medians" in words for words in doubts_of(upright, slumped))


# Reading


def test_a_summary_is_found_by_its_folder(upright):
    assert summary_at(upright) == summary_at(upright.parent) == upright


def test_a_folder_with_several_or_none_is_told(upright, tmp_path):
    with pytest.raises(DataError, match=r"There is no \*\.summary\.json in the folder .* Analyse a recording first"):
        summary_at(tmp_path)
    for name in ("b", "a"):
        (tmp_path / f"{name}{ENDING}").write_bytes(upright.read_bytes())
    with pytest.raises(DataError, match=rf"There are 2 summaries .* Name one of them, such as .*a{ENDING}"):
        summary_at(tmp_path)


def test_what_is_no_file_and_no_folder_is_told(tmp_path):
    with pytest.raises(DataError, match=r"gone is neither a file nor a folder\. Name a"):
        summary_at(tmp_path / "gone")
    with pytest.raises(DataError, match=r"cannot be opened: .*Name another"):
        summary_at(tmp_path / ("x" * 5000))


def test_a_pipe_is_told_and_not_waited_for(tmp_path):
    must_have(hasattr(os, "mkfifo") and sys.platform == "linux", "pipes")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match="is no ordinary file"):
        summary_at(tmp_path / "pipe")


@pytest.mark.parametrize("path", [SITTING, SQUATS], ids=lambda path: path.suffix)
def test_a_recording_is_to_be_analysed_first(path):
    with pytest.raises(DataError, match=r"is no summary\. Analyse the recording first, posture-coach analyze FILE"):
        read(path)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"a": 1' + "0" * 5000 + "}", "\ufffe"])
def test_what_is_no_json_is_damaged(tmp_path, text):
    path = tmp_path / f"clip{ENDING}"
    path.write_text(text, encoding="utf-16" if text == "\ufffe" else "utf-8")
    with pytest.raises(DataError, match=r"is damaged: it is not JSON\. Analyse the recording again"):
        read(path)


def test_what_is_too_large_is_not_read(tmp_path):
    path = tmp_path / f"clip{ENDING}"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(DataError, match="too large for a summary"):
        read(path)


@pytest.mark.parametrize(
    "told", [[], "posture-coach", {}, {"program": "posture-coach"}, {"program": {"name": "other"}}]
)
def test_what_another_program_wrote_is_told(tmp_path, told):
    with pytest.raises(DataError, match="was not written by posture-coach"):
        read(written(tmp_path / "any.json", told))


@pytest.mark.parametrize("version", [0, 2, "1", None, "\x1b[31m"])
def test_another_form_is_told(upright, tmp_path, version):
    with pytest.raises(DataError, match=r"this posture-coach reads form 1\. Analyse both recordings") as told:
        read(changed(upright, tmp_path, schema_version=version))
    assert str(told.value).isprintable()


def test_a_failed_recording_is_told_with_its_reason(tmp_path):
    empty = tmp_path / "\x1b[31mempty.mp4"
    empty.touch()
    assert process(job(empty, tmp_path)).status == "failed"
    with pytest.raises(DataError, match=r"nothing was measured in this recording: .*is empty \(0 bytes\)") as told:
        read(summary_at(tmp_path))
    assert str(told.value).isprintable()


def test_a_summary_from_before_views_were_kept_is_told(upright, tmp_path):
    told = json.loads(upright.read_text(encoding="utf-8"))
    for figures in told["measures"].values():
        del figures["view"], figures["view_share"]
    with pytest.raises(DataError, match=r"is damaged, or of an older posture-coach .*Analyse the recording again"):
        read(written(tmp_path / f"old{ENDING}", told))


JUNK = (None, True, -1, 1e999, math.nan, 10**400, "", "x", [], ["x"], {}, {"x": []})


def places(told, below=()):
    """Yield where in a summary something stands that a comparison may read."""
    for key, value in told.items():
        yield (*below, key)
        if isinstance(value, dict) and (below != ("measures",) or key in (TRUNK, "hip_flexion_right_deg")):
            yield from places(value, (*below, key))


def damaged(whole, above, key, junk):
    """Return a summary with one value exchanged, or gone."""
    told = inner = copy.deepcopy(whole)
    for part in above:
        inner = inner[part]
    if junk == "gone":
        del inner[key]
    else:
        inner[key] = junk
    return told


def words_of(path):
    """Return why a summary is refused; empty where it can be held against another."""
    try:
        one = read(path)
    except DataError as why:
        return str(why)
    assert list(doubts(one, one))
    held(one, one, shipped_accuracy())
    return ""


def test_no_damage_to_a_summary_ends_in_anything_but_words(upright, tmp_path):
    whole = json.loads(upright.read_text(encoding="utf-8"))
    path, refused = tmp_path / f"damaged{ENDING}", []
    for *above, key in list(places(whole)):
        for junk in (*JUNK, "gone"):
            words = words_of(written(path, damaged(whole, above, key, junk)))
            refused += [words] if words else []
    assert len(refused) > 100
    assert all(str(path) in words and words.endswith(".") for words in refused)


def test_a_measure_that_this_version_does_not_know_is_passed_over(upright, tmp_path):
    told = json.loads(upright.read_text(encoding="utf-8"))
    del told["measures"][NECK]
    told["measures"]["tail_wag_deg"] = told["measures"][TRUNK]
    rows = compared(upright, written(tmp_path / f"other{ENDING}", told))
    assert "tail_wag_deg" not in rows
    assert reasons(rows)[NECK] == "not measured after"


# On the terminal, and as CSV


def test_the_table_shows_what_has_changed_first_then_what_has_not_then_what_cannot_be_compared(upright, slumped):
    text = shown(upright, slumped)
    lines = text.splitlines()
    assert lines[0].split() == ["before", "sitting_upright.jpg", "detected,", "model", "full"]
    assert lines[1].startswith("after   sitting_slumped.jpg")
    starts = [line.rstrip() for line in lines]
    assert starts.index("Changed") < starts.index("No change you can be sure of")
    assert max(map(len, lines)) <= 80
    rows = compared(upright, slumped)
    row = rows[TRUNK]
    (line,) = (line for line in lines if "Trunk inclination" in line)
    assert line.split()[3:] == [
        f"{row.before.median.value:.1f}", "±", f"{row.before.median.err:.1f}",
        f"{row.after.median.value:.1f}", "±", f"{row.after.median.err:.1f}",
        f"{row.comparison.difference:+.1f}", f"{row.comparison.limit:.1f}",
    ]  # fmt: skip
    assert "Beyond its limit a difference is more than measuring one person twice gives" in " ".join(text.split())


def test_every_measure_that_was_seen_is_shown(upright, slumped, tracked):
    for before, after in ((upright, upright), (upright, slumped), (upright, tracked)):
        text = " ".join(shown(before, after, width=200).split())
        for name, row in compared(before, after).items():
            assert (f"{BY_NAME[name].title} (" in text) is not bool(row.comparison.reason), name
            assert BY_NAME[name].title in text


def test_measures_of_one_reason_stand_together(upright, tracked):
    text = " ".join(shown(upright, tracked).split())
    assert "No measure can be compared." in text
    assert "Cannot be compared Trunk inclination; Neck inclination;" in text
    assert text.count("measured in different ways") == 1
    assert "Beyond its limit" not in text


def test_an_error_that_is_not_known_is_a_question_mark(drawn):
    path = drawn([SITTING_DRAWN] * 30, measures={TRUNK: {"err": None}})
    (line,) = (line for line in shown(path, path).splitlines() if "Trunk inclination" in line)
    assert line.count("?") == 2


def test_no_name_reaches_the_terminal_with_control_characters(drawn):
    path = drawn([STANDING] * 30, source={"name": "\x1b[31mred\n[bold]x.mp4"}, warnings=["see \x07"])
    text = shown(path, path)
    assert all(c.isprintable() or c == "\n" for c in text)
    assert r"\x1b[31mred\n[bold]x.mp4" in text


@pytest.mark.parametrize(
    ("difference", "unit", "text"),
    [
        (3.04, "deg", "+3.0"),
        (-3.06, "deg", "-3.1"),
        (0.04, "deg", "0.0"),
        (-0.04, "deg", "0.0"),
        (-0.04, "ratio", "-0.04"),
    ],
)
def test_a_difference_has_its_sign_and_nothing_has_none(difference, unit, text):
    assert signed(difference, unit) == text


def test_the_csv_file_tells_the_same(upright, slumped, tmp_path):
    hidden = changed(slumped, tmp_path, measures={NECK: {"median": None, "view": None, "reason": "hidden"}})
    rows = compared(upright, hidden)
    target = tmp_path / "change.csv"
    write_csv(list(rows.values()), target)
    with target.open(encoding="utf-8", newline="") as file:
        table = {row["measure"]: row for row in csv.DictReader(file)}
    assert set(table) == set(rows)
    assert tuple(table[TRUNK]) == COLUMNS
    for name, row in rows.items():
        told, cells = row.comparison, table[name]
        assert (cells["verdict"], cells["reason"], cells["unit"]) == (told.verdict, told.reason, BY_NAME[name].unit)
        for key, value in (
            ("before", row.before.median.value), ("before_err", row.before.median.err),
            ("after", row.after.median.value), ("difference", told.difference), ("limit", told.limit),
        ):  # fmt: skip
            assert (cells[key] == "") is math.isnan(value), (name, key)
            assert math.isnan(value) or float(cells[key]) == pytest.approx(value, abs=5e-5)
    assert (table[TRUNK]["view"], table[TRUNK]["verdict"]) == ("side", "changed")
    assert [table[NECK][key] for key in ("after", "after_err", "difference", "limit", "view")] == [""] * 5
    assert (table[NECK]["verdict"], table[NECK]["reason"]) == ("cannot be compared", "not measured after (hidden)")
    assert table[NECK]["before"] != ""


def test_a_csv_file_that_cannot_be_written_names_its_option(tmp_path):
    with pytest.raises(OutputError, match=r"Choose another folder with --csv\."):
        write_csv([], tmp_path / "gone" / "change.csv")
