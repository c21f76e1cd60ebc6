"""What stands from a chair in thirty seconds are held against: `data/functional.toml`, checked line by line."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from posture_coach.resources import data_file
from posture_coach.scoring.checked_toml import Fields, parsed
from posture_coach.scoring.targets import shipped_sources

_LISTS = ("below_men", "below_women", "usual_men", "usual_women")
_KEYS = ("ages", *_LISTS, "change", "evidence", "provenance", "sources")


class Sex(StrEnum):
    """Whose norms are asked for: they were made for two."""

    WOMAN = "woman"
    MAN = "man"


@dataclass(frozen=True, slots=True)
class Sitter:
    """Who stands up from a chair."""

    sex: Sex
    age: int


@dataclass(frozen=True, slots=True)
class ChairNorm:
    """What is usual at some age.

    Parameters
    ----------
    below
        Fewer stands than this are below average.
    usual
        The middle half of people.
    """

    below: int
    usual: tuple[int, int]

    def is_below(self, stands: int) -> bool:
        """Whether so many stands are below average."""
        return stands < self.below


@dataclass(frozen=True, slots=True)
class ChairNorms:
    """The norms of all ages.

    Parameters
    ----------
    rows
        First and last year, then the norm of each sex.
    change
        Smallest difference between two tests to call a change.
    """

    rows: tuple[tuple[int, int, dict[Sex, ChairNorm]], ...]
    change: int
    note: str

    def of(self, sitter: Sitter) -> ChairNorm | None:
        """Return the norm for somebody, None where there is none for the age."""
        found = (norms for first, last, norms in self.rows if first <= sitter.age <= last)
        return next((norms[sitter.sex] for norms in found), None)


def shipped_chair_norms() -> ChairNorms:
    """Read what comes with the program."""
    path = data_file("functional.toml")
    return load_chair_norms(path.read_bytes(), known_sources=shipped_sources(), file=path.name)


def load_chair_norms(text: str | bytes, *, known_sources: Collection[str], file: str = "functional.toml") -> ChairNorms:
    """Check the text of a table of norms.

    Raises
    ------
    DataError
        At the first fault, naming file, table and key.
    """
    top = Fields(parsed(text, file), file, "top level", ("schema_version", "chair_stand"))
    f = Fields(top.all["chair_stand"], file, "chair_stand", _KEYS, ("note",))
    f.word("evidence")
    f.word("provenance")
    f.names("sources", known_sources, "source")
    ages, men, women = f.pairs("ages"), f.pairs("usual_men"), f.pairs("usual_women")
    for name in _LISTS:
        if len(f.items(name, "number")) != len(ages):
            raise f.wrong(name, f"one entry for each of {len(ages)} ages", len(f.all[name]))
    rows = []
    for k, (first, last) in enumerate(ages):
        norms = {
            sex: ChairNorm(int(f.all[below][k]), (int(usual[k][0]), int(usual[k][1])))
            for sex, below, usual in ((Sex.MAN, "below_men", men), (Sex.WOMAN, "below_women", women))
        }
        rows.append((int(first), int(last), norms))
    return ChairNorms(tuple(rows), f.whole("change"), f.text("note", ""))
