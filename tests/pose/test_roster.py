"""Who is who: drawn people walk about, and the chosen one stays the chosen one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from posture_coach.errors import DataError
from posture_coach.pose.roster import FORGOTTEN_S, Roster, choice_of
from tests.pose.people import GREEN, RED, someone

MIDDLE = np.array([1000.0, 360.0])
LOOK_S = 0.25


def looks(roster, *rows, start_s=0.0):
    """Let a roster look at rows of people, four times a second, measuring the chosen one where he should be."""
    for k, people in enumerate(rows):
        time_s = start_s + k * LOOK_S
        roster.look(people, time_s, MIDDLE)


def hip_x(roster):
    return float(roster.chosen.person.hip[0])


# Choosing


@pytest.mark.parametrize(("text", "choice"), [("largest", "largest"), ("centre", "centre"), ("1", 1), ("12", 12)])
def test_what_may_be_typed(text, choice):
    assert choice_of(text) == choice


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "left", "Largest", "²"])
def test_what_names_nobody(text):
    with pytest.raises(DataError, match="names nobody"):
        choice_of(text)


@pytest.mark.parametrize(
    ("choice", "x", "number"), [("largest", 1700, 3), ("centre", 1100, 2), (1, 300, 1), (2, 1100, 2), (3, 1700, 3)]
)
def test_the_one_who_is_meant_is_chosen_and_numbered_from_the_left(choice, x, number):
    roster = Roster(choice)
    people = [someone(1700, scale=1.4), someone(300), someone(1100, scale=0.9)]
    looks(roster, *[people] * 14)
    assert (hip_x(roster), roster.number, roster.most) == (pytest.approx(x), number, 3)
    assert not roster.late


def test_largest_is_who_is_largest_through_the_first_seconds():
    roster = Roster("largest")
    small, large = someone(300), someone(1500, scale=1.6)
    looks(roster, *[[small]] * 3, *[[small, large]] * 9)
    assert hip_x(roster) == 300
    looks(roster, [small, large], start_s=3.0)
    assert (hip_x(roster), roster.late) == (1500, True)
    again = roster.begun_again()
    assert (hip_x(again), again.number, again.late) == (1500, 2, False)
    assert again.begun_again().crowded


def test_a_short_clip_is_decided_at_its_end():
    roster = Roster("largest")
    looks(roster, [someone(300)], *[[someone(300), someone(1500, scale=1.6)]] * 6)
    roster.settle()
    assert (hip_x(roster), roster.late) == (1500, True)


def test_who_is_counted_from_the_left_is_waited_for():
    roster = Roster(2)
    looks(roster, *[[someone(300)]] * 4)
    assert roster.waits
    assert roster.crowded, "whoever is found is not the one"
    assert roster.chosen is None
    roster.settle()
    assert roster.waits
    looks(roster, *[[someone(300), someone(1500)]] * 2, start_s=1.0)
    assert (hip_x(roster), roster.waits) == (1500, False)
    assert roster.late, "the look before had seen him for the first time"


# Keeping


def test_alone_in_view_whoever_is_found_is_the_one():
    roster = Roster()
    looks(roster, [someone(300)], [someone(1500, GREEN, 1.8)], [], [someone(20, GREEN)])
    assert not roster.crowded
    assert not roster.unsure
    assert hip_x(roster) == 20


def test_somebody_new_must_be_seen_twice():
    roster = Roster()
    looks(roster, [someone(300)], [someone(300), someone(1500)])
    assert roster.unsure
    assert not roster.crowded
    looks(roster, [someone(300), someone(1500)], start_s=2 * LOOK_S)
    assert roster.crowded
    assert [round(person.hip[0]) for person in roster.bystanders(0.5)] == [1500]
    assert roster.crowded_s == [0.5]


@pytest.mark.parametrize("clothes", [(RED, GREEN), (RED, RED)])
@pytest.mark.parametrize("choice", [1, 2])
def test_two_who_pass_each_other_are_not_taken_for_each_other(clothes, choice):
    """In the middle only one of them is seen, and measuring goes on with the wrong one."""
    roster = Roster(choice)
    for k in range(13):
        left, right = 300 + 100 * k, 1500 - 100 * k
        people = [someone(left, clothes[0]), someone(right, clothes[1])]
        hidden = abs(left - right) < 150
        roster.look(people[:1] if hidden else people, k * LOOK_S, MIDDLE)
        if k == 6:
            wrong = people[2 - choice]
            roster.follow(wrong, k * LOOK_S + 0.01)
    assert hip_x(roster) == pytest.approx(1500 if choice == 1 else 300, abs=110), "where the last two looks saw him"
    assert roster.near_s or roster.mixed_s


def test_a_skeleton_on_somebody_else_is_not_the_chosen_one():
    roster = Roster(1)
    size = someone(0).size_px
    chosen, other = someone(300), someone(300 + 1.2 * size)
    looks(roster, [chosen, other])
    assert roster.is_chosen(someone(310), 0.03)
    assert not roster.is_chosen(someone(300 + 1.15 * size), 0.03), "nearer to the other"
    assert not roster.is_chosen(someone(300, scale=2.5), 0.03), "no such growth"
    assert not roster.is_chosen(someone(310), 2.0), "only a look can say who that is"


def test_the_chosen_one_is_found_again_by_his_looks_and_a_bystander_is_not_taken_for_him():
    for comes_back in ("chosen", "bystander"):
        roster = Roster(1)
        chosen, other = someone(300, RED), someone(1500, GREEN, 0.6)
        looks(roster, [chosen, other], [chosen, other])
        time_s = 2 * LOOK_S
        for _ in range(round(2 * FORGOTTEN_S / LOOK_S)):
            roster.look([], time_s, MIDDLE)
            time_s += LOOK_S
        assert roster.returns(time_s)
        back = someone(900, RED, 1.1) if comes_back == "chosen" else someone(900, GREEN, 0.65)
        looks(roster, [back], [back], start_s=time_s)
        assert roster.crowded == (comes_back == "bystander")
        assert (hip_x(roster) == 900) == (comes_back == "chosen")


def test_choosing_anew_when_the_chosen_one_has_gone_for_good():
    rows = [[someone(300), someone(1500)]] * 2 + [[someone(1500)]] * 60
    for again_s, x in ((10.0, 1500), (float("inf"), 300)):
        roster = Roster(1, again_s=again_s)
        looks(roster, *rows)
        assert hip_x(roster) == x


def test_a_choice_by_hand_exchanges_the_chosen_one_and_a_bystander():
    roster = Roster()
    looks(roster, *[[someone(300), someone(1500)]] * 2)
    for track, number in itertools.islice(zip(roster.tracks, (1, 2), strict=True), 2):
        roster.choose(track)
        assert (roster.chosen, roster.number) == (track, number)
        assert len(roster.bystanders(0.25)) == 1
