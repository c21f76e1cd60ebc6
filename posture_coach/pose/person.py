"""One find of somebody in one picture: where he is, how large, and what he looks like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from posture_coach.geometry import distance, middle
from posture_coach.pose.checks import JUMP_TRUNKS, JUMP_TRUNKS_PER_S, SAME_PERSON_TRUNKS
from posture_coach.pose.types import Floats, Landmark, Picture

_SEGMENTS = ((("HIP", "KNEE"),), (("KNEE", "ANKLE"),), (("SHOULDER", "ELBOW"), ("ELBOW", "WRIST")))
_CLOTHES = np.linspace(0.2, 0.8, 4)
"""Where on the lines of trunk and thighs the colour of the clothes is looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One find of somebody in one picture.

    Parameters
    ----------
    points_px
        (33, 2) pixels.
    colours
        (2, 3) mean colour along trunk and thighs; NaN where it was not looked at or lies outside the picture.
    """

    points_px: Floats
    colours: Floats

    @classmethod
    def of(cls, points_px: Floats, image: Picture | None = None) -> Person:
        """Note a find, with the colours of the clothes where the picture is given."""
        return cls(points_px, np.full((2, 3), np.nan) if image is None else _colours(points_px, image))

    def moved(self, by_px: Floats) -> Person:
        """Return the same person elsewhere."""
        return Person(self.points_px + by_px, self.colours)

    @property
    def hip(self) -> Floats:
        """(2,) middle of the hips."""
        return middle(self.points_px[Landmark.LEFT_HIP], self.points_px[Landmark.RIGHT_HIP])

    @property
    def trunk_px(self) -> float:
        """Length of the trunk in the picture."""
        p = self.points_px
        return float(distance(self.hip, middle(p[Landmark.LEFT_SHOULDER], p[Landmark.RIGHT_SHOULDER])))

    @property
    def size_px(self) -> float:
        """The trunk's length, or what stands for it where the trunk points at the camera: the longest of some."""
        p = self.points_px
        shoulders = float(distance(p[Landmark.LEFT_SHOULDER], p[Landmark.RIGHT_SHOULDER]))
        return max(self.trunk_px, self._length(("HIP", "KNEE")), shoulders, 1.0)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of all points, in pixels; may reach out of the picture."""
        (left, top), (right, bottom) = self.points_px.min(axis=0), self.points_px.max(axis=0)
        return float(left), float(top), float(right), float(bottom)

    @property
    def shape(self) -> Floats:
        """(3,) logarithms of thigh, shank and arm over the size; of each the longer, less foreshortened side."""
        lengths = [sum(self._length(part) for part in parts) for parts in _SEGMENTS]
        return np.log(np.maximum(lengths, 1.0) / self.size_px)

    def apart(self, other: Person) -> float:
        """Return the distance between the hips, in the larger one's trunk lengths."""
        return float(distance(self.hip, other.hip)) / max(self.size_px, other.size_px)

    def _length(self, part: tuple[str, str]) -> float:
        p, (a, b) = self.points_px, part
        return max(float(distance(p[Landmark[f"{s}_{a}"]], p[Landmark[f"{s}_{b}"]])) for s in ("LEFT", "RIGHT"))


def _colours(points_px: Floats, image: Picture) -> Floats:
    hip, p = middle(points_px[Landmark.LEFT_HIP], points_px[Landmark.RIGHT_HIP]), points_px
    shoulder = middle(p[Landmark.LEFT_SHOULDER], p[Landmark.RIGHT_SHOULDER])
    lines = (((hip, shoulder),), tuple((p[Landmark[f"{s}_HIP"]], p[Landmark[f"{s}_KNEE"]]) for s in ("LEFT", "RIGHT")))
    return np.array([_mean_along(parts, image) for parts in lines])


def _mean_along(lines: Iterable[tuple[Floats, Floats]], image: Picture) -> Floats:
    at = np.concatenate([a + _CLOTHES[:, None] * (b - a) for a, b in lines]).astype(np.int64)
    height, width = image.shape[:2]
    inside = at[(at >= 0).all(axis=1) & (at[:, 0] < width) & (at[:, 1] < height)]
    if not len(inside):
        return np.full(3, np.nan)
    return np.asarray(image[inside[:, 1], inside[:, 0]].mean(axis=0), dtype=np.float64)


def distinct(people: Sequence[Person]) -> list[Person]:
    """Return the people of one picture without second finds of the same one."""
    kept: list[Person] = []
    for person in people:
        apart = (
            distance(person.hip, other.hip) > SAME_PERSON_TRUNKS * max(person.trunk_px, other.trunk_px)
            for other in kept
        )
        if all(apart):
            kept.append(person)
    return kept


def leaps(before: Person, after: Person, step_s: float) -> bool:
    """Return whether nobody could have come from there to here in this time."""
    size = max(before.trunk_px, after.trunk_px)
    return float(distance(before.hip, after.hip)) > size * max(JUMP_TRUNKS, JUMP_TRUNKS_PER_S * step_s)
