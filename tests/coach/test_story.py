"""A day's words: what was seen is told, and nothing else."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posture_coach.activity.types import Activity
from posture_coach.coach.story.day import day_story
from posture_coach.coach.story.sheet import sheet_of
from posture_coach.coach.story.suggestions import NOTHING, shipped_suggestions
from posture_coach.coach.story.week import week_story
from posture_coach.coach.story.whose import YOU, Whose
from posture_coach.scoring.windows import Loss
from posture_coach.store.history.trends import Bout
from tests.coach.made_story import (
    DAY,
    HOUR_S,
    MINUTE_S,
    NAN,
    NINE,
    OFFSET_S,
    RULES,
    SLUMP,
    ZONE,
    day,
    hour,
    ribbon,
    told,
    utc,
    week,
)

SUGGESTIONS = shipped_suggestions(RULES)
PRAISE = re.compile(r"went well|best|higher|nothing that was judged|go on", re.IGNORECASE)
CLAIMS = re.compile(
    r"\b(spine|kyphosis|lordosis|craniovertebral|pelvic tilt|risk|injur\w*|healthy|unhealthy|damage|heal\w*|cures?|"
    r"prevents?|bad posture|wrong|should|must|fail\w*)\b",
    re.IGNORECASE,
)


def words(story):
    return " ".join(story.sentences)


def tell(*days, **changes):
    return day_story(told(*days, **changes), RULES, SUGGESTIONS)


def tell_week(*days, **changes):
    return week_story(week(*days, **changes), RULES, SUGGESTIONS)


# A whole day


def test_a_usual_day_is_told_from_beginning_to_end():
    story = tell(before=tuple(day(DAY - timedelta(days=k), score=79.0 + k % 3) for k in range(6, 0, -1)))
    assert (story.title, story.subtitle) == ("Tuesday 24 November 2026", "")
    assert story.sentences == (
        "You were in view for 7 hours, from 09:00 to 11:00; posture could be scored for 6 hours of it.",
        "You sat for 6 hours and stood for 1 hour; away from the camera for 20 minutes.",
        "The longest stretch of sitting was 45 minutes, from 14:00 to 14:45. You took 6 breaks from sitting; one "
        "every 30 minutes would make 12.",
        "What went well: no stretch of sitting over 60 minutes.",
        "The score is 80 of 100 (fair: 58% of the targets judged, averaged over the time), from posture 84, "
        "changes of position 70 and breaks 83.",
        "Hips and knees were not measured while sitting; the trunk's lean was estimated from the front.",
        "What lowered it most: slumped, by 6 points, above all from 09:00 to 09:10.",
        "The 6 scored days before averaged 80: no change you can be sure of.",
        "For the next time: lean against the backrest now and then, and change how you sit.",
    )
    assert story.suggestion is SUGGESTIONS["sitting_slump"]
    assert [figure.value for figure in story.figures] == ["80", "6 of 12", "45 min"]


def test_a_day_that_goes_on_is_told_up_to_now_and_suggests_for_what_is_left_of_it():
    noon, evening = (datetime(2026, 11, 24, at, 30, tzinfo=ZONE) for at in (12, 17))
    assert tell(now=noon).subtitle == "Up to 12:30"
    assert tell(now=noon).sentences[-1].startswith("For the rest of today: ")
    assert tell(now=evening).sentences[-1].startswith("For the next time: ")


def test_past_midnight_the_day_before_is_over():
    assert tell(now=datetime(2026, 11, 25, 0, 5, tzinfo=ZONE)).subtitle == ""


def test_a_place_is_named():
    assert tell(place="docked").subtitle == "At docked"
    assert tell(place="").subtitle == "Where no place was known"


# What was not seen


def test_a_day_without_anybody_is_neither_good_nor_bad():
    empty = day(judged_s=0, scored_s=0, score=NAN, posture=NAN, variety=NAN, breaks=NAN, coverage=NAN, losses=(),
                seconds={Activity.AWAY: 2 * HOUR_S}, bouts=())  # fmt: skip
    story = tell(empty, ribbons={}, measured={})
    assert story.sentences[:2] == ("Nobody was in view.", "Nobody was there for 2 hours.")
    assert "neither good nor bad" in story.sentences[2]
    assert (story.figures, story.suggestion) == ((), None)


def test_a_glimpse_of_a_day_is_not_judged():
    short = day(judged_s=600, scored_s=600, seconds={Activity.SITTING: 600}, bouts=(Bout(NINE, 600, False),))
    story = tell(short)
    assert "10 minutes of that was seen: too little to say how it went" in words(story)
    assert not PRAISE.search(words(story))
    assert (story.figures, story.suggestion) == ((), None)


def test_low_coverage_is_said_praises_nothing_and_compares_with_nothing():
    before = tuple(day(DAY - timedelta(days=k), score=60.0 + k) for k in range(1, 6))
    story = tell(day(coverage=0.08), before=before, hours=(hour(9, 60.0), hour(10, 90.0)))
    assert not re.search("before|higher|best", words(story))
    glimpses = tuple(replace(one, coverage=0.1) for one in before)
    assert "What is usual is not known yet" in words(tell(before=glimpses))
    assert "(a glimpse: 8% of the targets judged, averaged over the time)" in words(story)
    assert "With so little judged it is a glimpse" in words(story)
    assert story.suggestion is None


def test_a_time_without_a_record_is_told():
    parts = ((Activity.SITTING, 60), (None, 30), (Activity.SITTING, 60), (None, 4), (Activity.SITTING, 10))
    assert "Nothing was recorded from 10:00 to 10:30." in words(tell(ribbons={DAY: ribbon(*parts)}))
    more = ((Activity.SITTING, 10), (None, 10)) * 5 + ((Activity.SITTING, 5),)
    said = words(tell(ribbons={DAY: ribbon(*more)}, place="docked"))
    assert "Nothing was recorded here above all from 09:10 to 09:20" in said
    assert "50 minutes in all." in said


def test_a_walk_alone_has_no_breaks_to_praise():
    walk = day(judged_s=1800, scored_s=1700, seconds={Activity.WALKING: 1800}, bouts=(), variety=NAN, breaks=100.0,
               losses=())  # fmt: skip
    story = tell(walk, ribbons={DAY: ribbon((Activity.WALKING, 30))}, measured={"trunk_inclination_deg": {"walking"}})
    assert "You walked for 30 minutes." in story.sentences
    assert "breaks 100 (there was nothing to take a break from); changes of position not judged" in words(story)
    assert not re.search(r"[Ss]itting|sat|went well", words(story))
    assert [figure.note for figure in story.figures[1:]] == ["no sitting was seen"] * 2
    assert story.suggestion is None


def test_a_score_that_nothing_gave_is_none():
    story = tell(day(score=NAN, posture=NAN, variety=NAN, breaks=NAN, coverage=0.0, scored_s=0, losses=()))
    assert "Too little was in view for a score" in words(story)
    assert story.figures[0].value == "none"
    assert story.suggestion is None


@pytest.mark.parametrize(
    ("measured", "said"),
    [
        ({}, None),
        ({"trunk_inclination_deg": {Activity.SITTING}, "hip_flexion_left_deg": {Activity.SITTING}}, None),
        ({"trunk_inclination_deg": {Activity.SITTING}}, "Hips and knees were not measured while sitting."),
        ({"knee_flexion_right_deg": {Activity.SITTING}}, "The trunk's lean was not measured."),
        ({"head_roll_deg": {Activity.SITTING}}, "Hips and knees were not measured while sitting; nor was the "
         "trunk's lean."),
        ({"head_roll_deg": {Activity.STANDING}}, None),
    ],
)  # fmt: skip
def test_what_a_camera_did_not_see_of_a_sitter_is_said(measured, said):
    found = [one for one in tell(measured=measured).sentences if "trunk's lean" in one or "Hips" in one]
    assert found == ([said] if said else [])


def test_a_bout_that_no_break_ended_may_have_been_longer():
    open_ended = tell(day(bouts=(Bout(NINE, 2 * HOUR_S, False),)))
    assert "was at least 2 hours, " in words(open_ended)
    assert [figure.label for figure in open_ended.figures if "longest" in figure.label] == ["longest sitting, at least"]


# Clocks


def test_times_are_those_of_where_each_session_was():
    """Two sessions of one day, the second after a flight eight hours westwards."""
    morning, later = utc(8), utc(19)
    bouts = (Bout(morning, 30 * MINUTE_S, True), Bout(later, 50 * MINUTE_S, False))
    ribbons = {DAY: (*ribbon((Activity.SITTING, 30), start=morning), *ribbon((Activity.SITTING, 50), start=later))}
    story = tell(day(bouts=bouts), clocks=((morning, OFFSET_S), (later, -7 * OFFSET_S)), ribbons=ribbons)
    assert "at least 50 minutes, from 12:00 to 12:50." in words(story)


def test_where_no_clock_is_known_any_more_no_time_is_told():
    story = tell(day(losses=(SLUMP,)), clocks=(), ribbons={}, now=datetime(2027, 6, 1, tzinfo=ZONE))
    assert not re.search(r"\d\d:\d\d", words(story) + "".join(figure.note for figure in story.figures))


# What differs, only beyond the noise


@pytest.mark.parametrize(
    ("score", "said"),
    [
        (83.0, "no change you can be sure of"),
        (96.0, "this day is higher, by more than measuring errs and days differ"),
        (60.0, "this day is lower, by more than measuring errs and days differ"),
    ],
)
def test_a_day_differs_only_beyond_noise(score, said):
    before = tuple(day(DAY - timedelta(days=k), score=79.5 + k % 2) for k in range(6, 0, -1))
    assert f"averaged 80: {said}." in words(tell(day(score=score), before=before))
    unsure = words(tell(day(score=score), before=before, place_known=False))
    assert f"{said}, and the camera may have stood elsewhere." in unsure


def test_two_days_are_no_usual():
    before = (day(DAY - timedelta(days=1)), day(DAY - timedelta(days=2)), day(DAY - timedelta(days=3), judged_s=60))
    assert "What is usual is not known yet: it takes 3 days of more than a glimpse" in words(tell(before=before))


def test_an_hour_is_the_best_only_where_hours_differ_by_more_than_noise():
    assert "the best hour was 10:00 to 11:00, with 90" in words(tell(hours=(hour(9, 70.0), hour(10, 90.0))))
    assert "best hour" not in words(tell(hours=(hour(9, 88.0), hour(10, 90.0))))
    assert "best hour" not in words(tell(hours=(hour(9, 70.0), hour(10, 90.0, minutes=5))))
    assert "best hour" not in words(tell(hours=(hour(9, NAN), hour(10, 90.0))))


# Suggestions


def test_what_costs_hardly_anything_gives_no_suggestion_but_to_go_on():
    assert tell(day(losses=(replace(SLUMP, points=1.5),))).suggestion is SUGGESTIONS[NOTHING]
    assert (
        tell(day(losses=(replace(SLUMP, what="of another version", points=9.0), SLUMP))).suggestion
        is (SUGGESTIONS["sitting_slump"])
    )


def test_nobody_is_told_to_go_on_whose_day_was_not_seen():
    for thin in ({"coverage": 0.2}, {"variety": NAN}, {"seconds": {Activity.STANDING: 3 * HOUR_S}}):
        assert tell(day(losses=(), **thin)).suggestion is None


# Of somebody else

OTHERS = [Whose(2), Whose(2, "anna")]


def test_the_day_of_somebody_else_is_told_of_them():
    before = tuple(day(DAY - timedelta(days=k), score=79.0 + k % 3) for k in range(6, 0, -1))
    named = day_story(told(before=before, place="docked"), RULES, SUGGESTIONS, Whose(2, "anna"))
    assert named.subtitle == "Anna, at docked"
    assert named.sentences[:3] == (
        "Anna was in view for 7 hours, from 09:00 to 11:00; posture could be scored for 6 hours of it.",
        "Anna sat for 6 hours and stood for 1 hour; away from the camera for 20 minutes.",
        "The longest stretch of sitting was 45 minutes, from 14:00 to 14:45. Anna took 6 breaks from sitting; one "
        "every 30 minutes would make 12.",
    )
    assert named.sentences[-1] == (
        'To pass on for the next time: "lean against the backrest now and then, and change how you sit".'
    )


def test_without_a_name_nobody_is_named():
    found = day_story(told(), RULES, SUGGESTIONS, Whose(2))
    assert found.subtitle == "Person 2"
    assert found.sentences[0].startswith("In view for 7 hours, ")
    assert found.sentences[1].startswith("Sat for 6 hours and stood")
    assert "Took 6 breaks from sitting; one every" in found.sentences[2]
    of_week = week_story(week(), RULES, SUGGESTIONS, Whose(2))
    assert of_week.sentences[0].startswith("In view on 1 of 7 days; ")


@pytest.mark.parametrize(
    ("whose", "title"), [(YOU, "What you did"), (OTHERS[0], "What was done"), (OTHERS[1], "What Anna did")]
)
def test_the_picture_says_who_did_it(whose, title):
    of = told()
    assert sheet_of(of, day_story(of, RULES, SUGGESTIONS, whose)).done_title == title


# A week


def test_a_usual_week_is_told():
    days = [day(DAY - timedelta(days=k), score=80.0 + 2.0 * k) for k in (4, 3, 1, 0)]
    before = tuple(day(DAY - timedelta(days=k), score=81.0 + k % 2) for k in (11, 10, 8, 7))
    story = tell_week(*days, before=before)
    assert story.title == "18 to 24 November 2026"
    assert story.sentences == (
        "You were in view on 4 of 7 days; posture could be scored for 24 hours of 28 hours in view. Such a day had on "
        "average 6 hours of sitting, 1 hour of standing and 20 minutes away from the camera.",
        "The longest stretch of sitting was 45 minutes, on Friday. You took 24 breaks from sitting; one every 30 "
        "minutes would make 48.",
        "What went well: no stretch of sitting over 60 minutes on 4 of 4 days.",
        "The median of 4 scored days is 84 of 100 (fair: 58% of the targets judged, averaged over the time), the days "
        "between 80 and 88: "
        "posture 84, changes of position 70 and breaks 83.",
        "Hips and knees were not measured while sitting; the trunk's lean was estimated from the front.",
        "What lowered it most: slumped, by 6 points a day on average.",
        "The best day was Friday, with 88.",
        "The scored days averaged 84, those of the week before 82: no change you can be sure of.",
        "For the coming days: lean against the backrest now and then, and change how you sit.",
    )


def test_a_week_of_glimpses_is_not_judged():
    story = tell_week(day(judged_s=60), day(DAY - timedelta(days=2), judged_s=900))
    assert "none of them had so much: too little to say how the week went" in words(story)
    assert not PRAISE.search(words(story))
    assert story.figures == ()


def test_a_week_with_one_day_and_one_that_has_begun():
    story = tell_week(day(), now=datetime(2026, 11, 22, 12, tzinfo=ZONE))
    assert "on 1 of 5 days" in words(story)
    assert "The one day with a score had 80 of 100" in words(story)
    assert "when each has 3 days of more than a glimpse, measured alike at one place." in words(story)
    assert story.subtitle == "Up to 12:00"


def test_the_week_of_days_that_hardly_differ_has_no_best_day():
    days = [day(DAY - timedelta(days=k), score=80.0 + 0.5 * k) for k in range(4)]
    assert "best day" not in words(tell_week(*days))


# Whatever comes

PARTS = st.one_of(st.just(NAN), st.floats(0.0, 100.0))
SPANS = st.dictionaries(st.sampled_from(list(Activity)), st.integers(0, 10 * HOUR_S), max_size=7)
BOUTS = st.lists(st.builds(Bout, st.integers(NINE, NINE + 8 * HOUR_S), st.integers(60, 4 * HOUR_S), st.booleans()))
CAUSES = st.sampled_from([*SUGGESTIONS, "of_another_version"])
LOSSES = st.lists(
    st.builds(
        Loss, st.sampled_from(["posture", "variety", "breaks"]), CAUSES, st.just("Slumped"), st.floats(0.0, 40.0),
        st.lists(st.tuples(st.floats(NINE, NINE + 9000.0), st.floats(NINE + 9000.0, NINE + 20000.0)), max_size=4)
        .map(tuple),
    ), max_size=4,
).map(lambda found: tuple(sorted(found, key=lambda loss: -loss.points)))  # fmt: skip


@st.composite
def days(draw, of=DAY):
    """Return a day of which anything may be unknown, but whose numbers fit together."""
    seconds = draw(SPANS)
    judged = [Activity.SITTING, Activity.STANDING, Activity.WALKING]
    judged_s = sum(seconds.get(kind, 0) for kind in judged)
    score, posture, variety, breaks = (draw(PARTS) if judged_s else NAN for _ in range(4))
    if all(map(math.isnan, (posture, variety, breaks))):
        score = NAN
    return day(
        of, judged_s=judged_s, scored_s=draw(st.integers(0, judged_s)), score=score, posture=posture, variety=variety,
        breaks=breaks, coverage=NAN if math.isnan(score) else draw(st.floats(0.0, 1.0)), seconds=seconds,
        bouts=tuple(draw(BOUTS)) if seconds.get(Activity.SITTING) else (),
        losses=draw(LOSSES) if score == score else (),
    )  # fmt: skip


HOURS = st.lists(st.builds(hour, st.integers(9, 17), PARTS, st.floats(0.0, 60.0)), max_size=5)
SHOWN = st.lists(st.tuples(st.sampled_from([None, *Activity]), st.integers(1, 200)), min_size=1, max_size=6)
NOWS = st.datetimes(datetime(2026, 11, 24), datetime(2026, 12, 24)).map(lambda now: now.replace(tzinfo=ZONE))


def check(story):
    """Hold a story to what is true of every one."""
    said = " ".join((*story.sentences, story.subtitle, story.whose.done))
    if story.whose is not YOU:
        assert not re.search(r"\byou", said.partition("To pass on")[0], re.IGNORECASE), said
    figures = [words for figure in story.figures for words in (figure.value, figure.note)]
    said = " ".join(filter(None, (*story.sentences, story.title, story.subtitle, *figures)))
    assert not re.search(r"\b(nan|inf)\b|None|\{|\}|  | ,|\.\.|-\d", said), said
    assert not CLAIMS.search(said), said
    for sentence in story.sentences:
        assert sentence[0].isupper()
        assert sentence.endswith(".")
    begins = "For the " if story.whose is YOU else "To pass on for the "
    assert sum(sentence.startswith(begins) for sentence in story.sentences) == (story.suggestion is not None)


@given(days(), HOURS, SHOWN, NOWS, st.lists(days(DAY - timedelta(days=1)), max_size=5))
def test_whatever_a_day_was_its_words_are_whole_and_praise_only_what_was_seen(one, hours, shown, now, before):
    story = tell(one, hours=tuple(hours), ribbons={DAY: ribbon(*shown)}, now=now, before=tuple(before))
    check(story)
    said, sat = words(story), one.seconds.get(Activity.SITTING, 0)
    up_s = sum(one.seconds.get(kind, 0) for kind in (Activity.STANDING, Activity.WALKING))
    if sat < HOUR_S and up_s < 2 * HOUR_S:
        assert "went well" not in said
    if math.isnan(one.score):
        assert not re.search(r"best|higher|Nothing that was judged|For the", said)
    if one.judged_s < 20 * MINUTE_S:
        assert not PRAISE.search(said)
        assert story.figures == ()
    if story.suggestion is SUGGESTIONS[NOTHING]:
        assert one.coverage >= 0.3
    if one.score == one.score and one.judged_s >= 20 * MINUTE_S:
        assert f"{one.coverage:.0%} of the targets judged, averaged over the time" in said


@given(days(), SHOWN, NOWS, st.sampled_from(OTHERS))
def test_whatever_a_day_of_somebody_else_was_its_reader_is_not_spoken_to(one, shown, now, whose):
    check(day_story(told(one, ribbons={DAY: ribbon(*shown)}, now=now), RULES, SUGGESTIONS, whose))


@given(st.data(), NOWS, st.sampled_from([YOU, *OTHERS]))
def test_whatever_a_week_was_its_words_are_whole(data, now, whose):
    some = data.draw(st.sets(st.integers(0, 6), min_size=1))
    seven = [data.draw(days(DAY - timedelta(days=k))) for k in sorted(some, reverse=True)]
    story = week_story(week(*seven, now=now), RULES, SUGGESTIONS, whose)
    check(story)
    known = [one for one in seven if one.score == one.score and one.judged_s >= 20 * MINUTE_S]
    if not known:
        assert not PRAISE.search(words(story))
        assert (story.figures, story.suggestion) == ((), None)
    assert all("nan" not in figure.value for figure in story.figures)
