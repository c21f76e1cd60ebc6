"""What the live page is sent: numbers with words that say what to do, and no picture that was not asked for."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import cv2
import numpy as np
import pytest

from posture_coach.coach.company import InView
from posture_coach.coach.lately import Minutes
from posture_coach.coach.upright import Standing
from posture_coach.coach.watch import Phase, Status, Wish
from posture_coach.dashboard.live.message import LENGTH_BYTES, LONGEST_PX, beginning, pack, without_picture
from posture_coach.dashboard.live.route import whom
from posture_coach.drawing import GRADE_COLOUR, PAPER
from posture_coach.measures.accuracy import shipped_accuracy
from posture_coach.measures.baseline import neutral
from posture_coach.measures.definitions import NAMES
from posture_coach.measures.measurer import Baseline
from posture_coach.measures.types import View
from posture_coach.pose.lookout import Sight
from posture_coach.pose.types import Frame
from posture_coach.scoring.bands import Grade
from posture_coach.scoring.own import merged
from posture_coach.scoring.steady import Steady
from posture_coach.store.files.own_targets import Held, shipped
from tests.batch.made import SITTING, STANDING, assessed, assessor
from tests.drawn import Body, draw
from tests.scoring import over_time

WATCHING = Status(Phase.WATCHING, Wish("0"))
GREY = 90


def frame(level=GREY, size=(1280, 720)):
    return Frame(np.full((size[1], size[0], 3), level, dtype=np.uint8), 1.5, 15)


def unpacked(message):
    length = int.from_bytes(message[:LENGTH_BYTES], "big")
    return json.loads(message[LENGTH_BYTES : LENGTH_BYTES + length]), message[LENGTH_BYTES + length :]


def packed(given, assessment, status):
    return pack(given, assessment, Steady().push(assessment), status)


def told(body, baseline=None, status=WATCHING):
    return unpacked(packed(frame(), assessed([body], baseline), status))[0]


HIP = "hip_flexion_left_deg"


def red(jpeg):
    """Count the pixels in the colour of poor."""
    image = cv2.cvtColor(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    return (np.abs(image.astype(int) - np.array(GRADE_COLOUR[Grade.POOR])).max(axis=2) < 40).sum()


def entry(message, name):
    (found,) = [measure for measure in message["measures"] if measure["name"] == name]
    return found


def test_every_measure_is_there_once_the_scored_first_and_the_missing_last():
    message = told(SITTING)
    assert sorted(measure["name"] for measure in message["measures"]) == sorted(NAMES)
    ranks = [(m["value"] is None, m["grade"] == "none") for m in message["measures"]]
    assert ranks == sorted(ranks)


def test_a_value_has_its_error_its_grade_and_what_would_be_good():
    hip = entry(told(SITTING), "hip_flexion_left_deg")
    assert hip["value"] == pytest.approx(90, abs=8)
    assert hip["text"].endswith("°")
    assert hip["err"].startswith("± ")
    assert hip["grade"] in ("good", "caution", "poor")
    assert hip["band"] == "good: 45 to 90°"


@pytest.mark.parametrize("hip_deg", [60.0, 85.0, 95.0])
def test_a_grade_says_what_it_may_be_too(hip_deg):
    (part,) = (
        part
        for part in assessed([replace(SITTING, hip_flexion_left_deg=hip_deg)]).reading(0).score.parts
        if part.measure == "hip_flexion_left_deg"
    )
    hip = entry(told(replace(SITTING, hip_flexion_left_deg=hip_deg)), "hip_flexion_left_deg")
    assert (hip["grade"], hip["perhaps"]) == (part.grade.name.lower(), part.perhaps_words)
    assert bool(hip["perhaps"]) == (hip_deg > 80.0)


def test_word_and_colours_are_those_that_are_told_steadily():
    steady, chain = Steady(), assessor()
    series = draw([replace(SITTING, hip_flexion_left_deg=degree) for degree in (60.0, 110.0)], hz=10.0)
    sent = [
        (one, unpacked(pack(frame(), one, steady.push(one), WATCHING)))
        for one in (chain.push(series.part(i, i + 1)) for i in range(2))
    ]
    assert [entry(message, HIP)["grade"] for _, (message, _) in sent] == ["good", "good"]
    assert [entry(message, HIP)["perhaps"] for _, (message, _) in sent] == ["", "perhaps poor"]
    last, (_, jpeg) = sent[-1]
    _, own = unpacked(packed(frame(), last, WATCHING))
    assert red(jpeg) < red(own) / 2, "the angle is drawn in another colour than its word has"


def test_nothing_is_never_minus_nothing():
    bodies = [replace(STANDING, trunk_inclination_deg=float(trunk)) for trunk in np.arange(-4, 4, 0.25)]
    shown = [measure for body in bodies for measure in told(body)["measures"] if measure["value"] is not None]
    assert any(-0.5 < measure["value"] < 0 for measure in shown if measure["text"].endswith("°"))
    assert [measure["text"] for measure in shown if re.match(r"-0(\.0+)?\D*$", measure["text"])] == []


def test_what_is_not_measured_says_why_and_what_to_do():
    message = told(SITTING)
    assert entry(message, "hip_flexion_right_deg")["reason"] == "far side hidden"
    assert "turn the camera" in entry(message, "shoulder_obliquity_deg")["reason"]


def test_what_is_measured_but_not_scored_says_why():
    trunk = entry(told(SITTING), "trunk_inclination_deg")
    assert (trunk["grade"], "upright" in trunk["unscored"]) == ("none", True)
    own = Baseline({"trunk_inclination_deg": trunk["value"]}, View.SIDE)
    scored = entry(told(SITTING, own), "trunk_inclination_deg")
    assert scored["grade"] == "good"
    assert scored["band"] == "good: -10 to 20° of your own upright"


def test_the_score_comes_with_a_word_and_what_it_rests_on():
    score = told(SITTING)["score"]
    assert score["word"] in ("good", "caution", "poor")
    assert "targets scored" in score["words"]
    corner = told(Body(yaw_deg=30.0))["score"]
    assert (corner["value"], corner["word"], corner["grade"]) == (None, "no score", "none")


def test_in_the_first_minute_the_last_minutes_say_nothing():
    assert told(SITTING)["lately"] == {"score": None, "why": [], "line": ""}


def test_the_last_minutes_are_told_with_why_and_what_goes_on():
    time_s = np.arange(2 * 60 * 35 + 1) / 2.0
    minutes = Minutes()
    lately = minutes.push(over_time.assessed(time_s, {over_time.TRUNK: 35.0, over_time.PITCH: 5.0}))
    message = told(SITTING, status=replace(WATCHING, lately=lately))["lately"]
    assert lately.window is not None
    assert message["score"] == round(lately.window.score)
    assert message["words"] == "over 5 min, " + lately.window.confidence
    assert 1 <= len(message["why"]) <= 3
    assert any(cause.startswith("Trunk lean: ") for cause in message["why"])
    assert message["line"] == "35 min without a break: a good moment to get up · Still for 35 min"


@pytest.mark.parametrize(("yaw_deg", "lean_deg", "line"), [
    (0.0, -25.0, "Sitting lower than your own upright for 2 min"),
    (0.0, 35.0, "Sitting lower than your own upright for 2 min"),
    (90.0, 35.0, "Leaning forward for 2 min"),
    (90.0, -25.0, ""),
])  # fmt: skip
def test_a_lean_goes_forward_only_where_that_was_seen(yaw_deg, lean_deg, line):
    upright, hip_deg = replace(SITTING, yaw_deg=yaw_deg), 90.0 + lean_deg
    leaning = replace(
        upright, trunk_inclination_deg=lean_deg, neck_inclination_deg=lean_deg, hip_flexion_left_deg=hip_deg,
        hip_flexion_right_deg=hip_deg,
    )  # fmt: skip
    own = neutral(draw([upright] * 3), shipped_accuracy(), "the upright seconds")
    lately = Minutes().push(assessed([leaning] * 110, own, hz=1.0))
    assert told(SITTING, status=replace(WATCHING, lately=lately))["lately"]["line"] == line


def test_activity_and_view_are_words():
    message = told(STANDING)
    assert (message["activity"], message["view"]) == ("standing", "seen from the side")


def test_nobody_in_view_is_told_and_nothing_is_measured():
    message = told(None)
    assert message["person"] is False
    assert message["measures"] == []
    assert "Nobody is in view" in message["notes"][0]


@pytest.mark.parametrize(
    ("sight", "words"),
    [(Sight(1, 10.0), "very dark"), (Sight(2, 100.0), ""), (Sight(1, 100.0), "")],
)
def test_what_makes_the_numbers_doubtful_is_told(sight, words):
    notes = " ".join(told(SITTING, status=replace(WATCHING, sight=sight))["notes"])
    assert words in notes
    assert bool(notes) == bool(words)


def test_a_camera_that_may_stand_askew_is_told_beside_what_the_own_upright_needs():
    standing = Standing(notice="Calibrate again.", doubt="Put it level.")
    assert told(SITTING, status=replace(WATCHING, upright=standing))["notes"] == ["Calibrate again.", "Put it level."]


TWO = (InView((0.1, 0.2, 0.4, 1.0), measured=True), InView((0.5, 0.25, 0.9, 1.0), measured=False))


def test_everybody_in_view_is_told_with_who_is_measured():
    message = told(SITTING, status=replace(WATCHING, people=TWO))
    assert message["people"] == [
        {"box": [0.1, 0.2, 0.4, 1.0], "measured": True}, {"box": [0.5, 0.25, 0.9, 1.0], "measured": False},
    ]  # fmt: skip
    assert "only the marked person is measured" in message["notes"][0]
    assert told(SITTING)["people"] == []


def test_a_measured_person_who_is_near_another_or_lost_is_told_with_what_to_do():
    near = told(SITTING, status=replace(WATCHING, people=TWO, near=True))
    assert "check the numbers" in near["notes"][0]
    lost = told(None, status=replace(WATCHING, people=TWO))["notes"]
    assert "choose whom to measure" in lost[0]
    assert not any("Nobody is in view" in note for note in lost)


def test_a_page_that_opens_gets_the_scores_so_far():
    message, jpeg = unpacked(beginning(WATCHING, [(0.1234, 80.4), (0.2, float("nan"))]))
    assert message["history"] == [[0.123, 80], [0.2, None]]
    assert jpeg == b""


def test_the_picture_is_a_jpeg_of_a_modest_size_with_the_person_drawn_in():
    _, jpeg = unpacked(packed(frame(), assessed([SITTING]), WATCHING))
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert max(image.shape[:2]) == LONGEST_PX
    assert (np.abs(image.astype(int) - GREY).max(axis=2) > 60).any(), "nothing is drawn"
    assert np.abs(image[:20].astype(int) - GREY).max() < 12, "and elsewhere it is the picture"


def test_skeleton_only_sends_nothing_of_the_picture():
    hidden = replace(WATCHING, wish=replace(WATCHING.wish, skeleton_only=True))
    _, jpeg = unpacked(packed(frame(200), assessed([SITTING]), hidden))
    image = cv2.cvtColor(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    assert np.abs(image[:20].astype(int) - np.array(PAPER)).max() < 12


def test_the_frame_itself_is_left_as_it_was():
    given = frame()
    packed(given, assessed([SITTING]), WATCHING)
    assert (given.image == GREY).all()


def test_without_a_picture_the_state_is_told():
    message, jpeg = unpacked(without_picture(Status(Phase.PROBLEM, Wish("0"), "Plug it in.", Standing(has=True))))
    assert (message["phase"], message["problem"], message["has_neutral"]) == ("problem", "Plug it in.", True)
    assert jpeg == b""


@pytest.mark.parametrize(
    ("said", "where"),
    [("[0.25, 0.5]", (0.25, 0.5)), ("[0, 1]", (0.0, 1.0)), ("2", 2), ("true", None), ("[1]", None), ("null", None),
     ("[[], 1]", None), ("{}", None), ("shown?", None), ("1e999", None), ("[NaN, 0.5]", None)],
)  # fmt: skip
def test_what_a_page_says_of_whom_to_measure(said, where):
    assert whom(said) == where


def test_own_targets_are_marked_and_a_damaged_file_is_told():
    target = next(t for t in shipped().targets if t.id == "sitting_hip")
    table = {"schema_version": 1, "targets": {target.id: {"weight": 1.0}}}
    own = merged(table, shipped(), shipped_accuracy().mdc, file="x")
    result = assessor(targets=own).push(draw([SITTING]))
    message = unpacked(packed(frame(), result, replace(WATCHING, held=Held("me", own))))[0]
    assert message["own_targets"] == "Own targets: 1 changed"
    assert entry(message, "hip_flexion_left_deg")["band"] == "good: 45 to 90° (own target)"
    assert "own target" not in entry(message, "knee_flexion_left_deg")["band"]
    told_of = told(SITTING, status=replace(WATCHING, held=Held("me", shipped(), "me.toml is damaged.")))
    assert told_of["own_targets"] == ""
    assert "me.toml is damaged." in told_of["notes"]
