"""A label changes only after the new one has lasted."""

from __future__ import annotations

import pytest

from posture_coach.signals import Held


def pushed(held: Held[str], seen: str, hz: float = 10.0, start_s: float = 0.0) -> str:
    """Push one letter a picture; return the letters in force."""
    return "".join(held.push(letter, start_s + i / hz) for i, letter in enumerate(seen))


def test_there_is_no_label_before_the_first():
    assert Held[str](0.5).value is None


def test_the_first_label_holds_at_once():
    held = Held[str](0.5)
    assert held.push("a", 7.0) == "a" == held.value
    assert held.since_s == 7.0


@pytest.mark.parametrize(
    ("seen", "in_force"),
    [
        ("aaabbbbbbb", "aaaaaaaabb"),
        ("aaabbbbbaa", "aaaaaaaaaa"),
        ("aabbbabbbb", "aaaaaaaaaa"),
        ("aabbbccccc", "aaaaaaaaaa"),
        ("abbbbbbcccccca", "aaaaaabbbbbbcc"),
    ],
    ids=["taken over after 0.5 s", "too short", "a break starts anew", "neither lasted", "twice"],
)
def test_dwell_of_half_a_second_at_ten_hertz(seen, in_force):
    assert pushed(Held[str](0.5), seen) == in_force


def test_since_is_when_the_label_was_first_seen_not_when_it_was_taken_over():
    held = Held[str](0.5)
    pushed(held, "aaabbbbbbb")
    assert held.since_s == pytest.approx(0.3)


def test_a_candidate_leaves_since_alone():
    held = Held[str](0.5)
    pushed(held, "aaabb")
    assert held.since_s == 0.0


def test_time_counts_and_not_the_number_of_pictures():
    assert pushed(Held[str](0.5), "abbbb", hz=2.0) == "aabbb"
    assert pushed(Held[str](0.5), "a" + "b" * 40, hz=100.0) == "a" * 41


def test_without_dwell_it_follows_at_once():
    assert pushed(Held[str](0.0), "abac") == "abac"


def test_a_label_that_python_takes_for_false_is_held_too():
    held = Held[int](0.5)
    assert [held.push(label, t) for label, t in [(0, 0.0), (1, 0.1), (1, 0.5), (1, 0.6)]] == [0, 0, 0, 1]
    assert [held.push(label, t) for label, t in [(0, 0.7), (0, 1.2)]] == [1, 0]
