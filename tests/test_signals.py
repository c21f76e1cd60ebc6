"""A label changes only after the new one has lasted; smoothing over time that need not be even."""

from __future__ import annotations

import time

import numpy as np
import pytest

from posture_coach.signals import Held, zero_lag


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


# Smoothing


def weighted(values, time_s, cutoff_hz):
    """Return the mean weighted by a Gaussian over time, of all pairs."""
    width_s = np.sqrt(np.log(2.0)) / (2 * np.pi * cutoff_hz)
    weight = np.exp(-0.5 * ((time_s[:, None] - time_s) / width_s) ** 2)
    return weight @ values / weight.sum(axis=1)


def noisy(count):
    return np.random.default_rng(4).normal(size=count)


@pytest.mark.parametrize("cutoff_hz", [0.8, 3.0, 6.0])
@pytest.mark.parametrize("tiny_step", [False, True])
def test_smoothing_is_a_gaussian_over_time(cutoff_hz, tiny_step):
    time_s = np.cumsum(np.tile([0.033, 0.034, 0.033, 0.02, 0.05], 40))
    time_s[100:] -= (time_s[100] - time_s[99] - 1 / 90_000) * tiny_step
    values = noisy(len(time_s))
    assert zero_lag(values, time_s, cutoff_hz) == pytest.approx(weighted(values, time_s, cutoff_hz), abs=2e-3)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_little_can_be_smoothed_too(count):
    smoothed = zero_lag(np.ones((count, 3)), np.arange(count) / 30.0, 6.0)
    assert smoothed == pytest.approx(np.ones((count, 3)))


def test_one_tiny_step_makes_smoothing_no_slower():
    even = np.arange(6000) / 30.0
    tiny = even - (even >= even[3000]) * (1 / 30.0 - 1 / 90_000)
    values, took_s = noisy(len(even)), []
    for time_s in (even, tiny):
        begin = time.perf_counter()
        zero_lag(values, time_s, 3.0)
        took_s.append(time.perf_counter() - begin)
    assert took_s[1] < 20 * took_s[0] + 0.1
