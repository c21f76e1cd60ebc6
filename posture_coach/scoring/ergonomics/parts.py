"""The points of single items: from a measure with its interval, from an answer, or assumed and said to be."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from posture_coach.measures.definitions import BY_NAME, UNIT_SIGN
from posture_coach.measures.types import Measure
from posture_coach.scoring.ergonomics.tables import Rows, Scale, UsualNeck, WindowRules, row_of
from posture_coach.scoring.ergonomics.types import UNKNOWN, Answers, Origin, Part, Posture

SEEN_BY_CAMERA = {
    "neck_twisted": "head_yaw_deg",
    "neck_side_bent": "head_roll_deg",
    "trunk_side_bent": "lateral_trunk_lean_deg",
}
"""Questions that the camera answers where it can, by the size of a measure; an answer that was given overrules it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One measure of the posture, and how it is called."""

    words: str
    measure: Measure

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return not math.isnan(self.measure.value)


def seen(posture: Posture, *names: str) -> Seen:
    """Return the first of the measures that has a value; else the first, with its reason."""
    name = next((n for n in names if not math.isnan(posture.of(n).value)), names[0])
    return Seen(_words(name, posture.of(name)), posture.of(name))


def neck_flexion(posture: Posture, usual: UsualNeck) -> Seen:
    """Return how far the neck is bent forward.

    Head against trunk, where the own neutral is known; else neck against trunk, less what upright adults show, with
    what they differ by added to the half-width in squares. Further back than that it counts from where people differ
    no more.
    """
    own = seen(posture, "head_trunk_flexion_deg")
    plain = seen(posture, "neck_trunk_angle_deg")
    if own.known or not plain.known:
        return own if own.known else plain
    value = plain.measure.value - usual.usual_deg
    # Bent back jumps to the most points at once, and an upright ear may well lie this far behind the usual place.
    value = value if value >= 0 else min(value + usual.usual_err_deg, 0.0)
    err = math.hypot(plain.measure.err, usual.usual_err_deg)
    words = f"{plain.words}; without an own upright, against the usual {usual.usual_deg:g}°: {value:z.1f} ± {err:.1f}°"
    return Seen(words, Measure(value, err))


def upper_arm(posture: Posture, side: str) -> Seen:
    """Return how far an arm is raised: with its sign from the side, else without."""
    return seen(posture, f"shoulder_flexion_{side}_deg", f"upper_arm_elevation_{side}_deg")


def _words(name: str, measure: Measure) -> str:
    row = BY_NAME[name]
    if math.isnan(measure.value):
        return f"{row.title}: {measure.reason}"
    return f"{row.title} {measure.value:z.1f} ± {measure.err:.1f}{UNIT_SIGN[row.unit]}"


def measured(item: str, what: str, rows: Rows, at: Seen, *, magnitude: bool = False) -> Part:
    """Return the points of a measure; the fewest of the rows where there is no value, or no row for it."""
    value = abs(at.measure.value) if magnitude else at.measure.value
    row = row_of(rows, value) if at.known else None
    if row is None:
        every = [one.points for one in rows]
        words = f"{at.words}, for which the scale has no row" if at.known else at.words
        return Part(item, what, min(every), min(every), min(every), min(every), max(every), Origin.UNSEEN, words)
    met = [one.points for one in rows if one.meets(value - at.measure.err, value + at.measure.err)]
    low, high = min(met), max(met)
    return Part(item, what, row.points, low, high, low, high, Origin.MEASURED, at.words, row.ours)


def answered(item: str, what: str, scale: Scale, key: str, answers: Answers) -> Part:
    """Return the points of an answer; where nobody was asked, those of the default."""
    points = scale.answers[key]
    value = getattr(answers, key)
    word = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    if key in answers.asked:
        return _certain(item, what, points[word], f"answered: {word}")
    return _assumed(item, what, points[word], points, f"assumed: {word}")


def looked(item: str, what: str, scale: Scale, key: str, answers: Answers, posture: Posture) -> Part:
    """Return the points of a question that the camera may answer."""
    at = seen(posture, SEEN_BY_CAMERA[key])
    if key in answers.asked or not at.known:
        return answered(item, what, scale, key, answers)
    return measured(item, what, scale.rows[key], at, magnitude=True)


def static(item: str, scale: Scale, answers: Answers, posture: Posture, rules: WindowRules) -> Part:
    """Return the points for a posture that is held: as answered, else as seen where the window is long enough."""
    what = "posture held for more than a minute"
    if "static" in answers.asked or posture.length_s < rules.static_s:
        return answered(item, what, scale, "static", answers)
    points = scale.answers["static"]["yes" if posture.held_s > rules.static_s else "no"]
    return replace(_certain(item, what, points, f"held for {posture.held_s:.0f} s"), origin=Origin.MEASURED)


def load(item: str, scale: Scale, answers: Answers) -> Part:
    """Return the points for what is held, lifted or pushed."""
    rows = scale.load[answers.load_handling]
    row = row_of(rows, answers.load_kg)
    points = row.points if row else 0
    said = {"load_kg": f"{answers.load_kg:g} kg", "load_handling": answers.load_handling.replace("_", " ")}
    known = {key for key in said if key in answers.asked}
    # Of nothing there is no handling.
    if known == set(said) or (known == {"load_kg"} and not answers.load_kg):
        return _certain(item, "load", points, f"answered: {', '.join(said.values())}")
    every = {"default": points} | {
        f"{key} {n}": row.points
        for key, rows in scale.load.items()
        if key == answers.load_handling or "load_handling" not in known
        for n, row in enumerate(rows)
        if "load_kg" not in known or row.meets(answers.load_kg, answers.load_kg)
    }
    words = [f"answered: {said[key]}" for key in known]
    words.append(f"assumed: {', '.join(said[key] for key in said if key not in known)}")
    return _assumed(item, "load", points, every, "; ".join(words))


def either(*parts: Part) -> Part:
    """Return one part for several of which any is enough: the one with most points, and of equals the least known."""
    first = max(parts, key=lambda part: (part.points, part.origin in UNKNOWN))
    return replace(
        first,
        what=" or ".join(part.what for part in parts),
        words="; ".join(part.words for part in parts),
        low=max(part.low for part in parts),
        high=max(part.high for part in parts),
        least=max(part.least for part in parts),
        most=max(part.most for part in parts),
    )


def _certain(item: str, what: str, points: int, words: str) -> Part:
    return Part(item, what, points, points, points, points, points, Origin.ANSWERED, words)


def _assumed(item: str, what: str, points: int, every: Mapping[str, int], words: str) -> Part:
    least, most = min(every.values()), max(every.values())
    return Part(item, what, points, points, points, least, most, Origin.ASSUMED, words)


def totals(parts: Sequence[Part], bounds: Mapping[str, tuple[int, int]], which: str) -> dict[str, int]:
    """Add the points of each item up, within the least and most that its table has a place for.

    Parameters
    ----------
    which
        points, low, high, least or most.
    """
    sums = dict.fromkeys(bounds, 0)
    for part in parts:
        sums[part.item] += getattr(part, which)
    return {item: min(max(sums[item], low), high) for item, (low, high) in bounds.items()}
