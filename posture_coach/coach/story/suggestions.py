"""What a day's story may suggest, by what lowered the score most: `data/suggestions.toml`, checked line by line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from posture_coach.measures.definitions import NAMES
from posture_coach.resources import data_file
from posture_coach.scoring.checked_toml import Fields, parsed
from posture_coach.scoring.rules import Rules
from posture_coach.scoring.targets import shipped_sources, shipped_targets

OF_TIME = ("shifts", "still", "sitting_bout", "standing_bout")
"""What a score loses over time; everything else is a target's id."""
NOTHING = "nothing"
EVIDENCE = {
    "A": "reviews or large norms", "B": "single studies or standards", "C": "convention among experts",
    "D": "a default of this program's own",
}  # fmt: skip
_KEYS = ("for", "words", "evidence", "rests_on", "provenance", "sources")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing to try.

    Parameters
    ----------
    words
        Go on after "For the next time: ".
    rests_on
        The same as its sources, in words.
    evidence, provenance, sources
        As of a target.
    """

    words: str
    evidence: str
    rests_on: str
    provenance: str
    sources: tuple[str, ...]
    note: str = ""

    @property
    def grounds(self) -> str:
        """What it rests on, as a sentence."""
        return f"Evidence {self.evidence} ({EVIDENCE[self.evidence]}): {self.rests_on}."


def shipped_suggestions(rules: Rules) -> dict[str, Suggestion]:
    """Read the suggestions that come with the program, by what they follow from."""
    path = data_file("suggestions.toml")
    known = [target.id for target in shipped_targets(NAMES).targets]
    return load_suggestions(path.read_bytes(), rules, (*known, *OF_TIME, NOTHING), shipped_sources(), file=path.name)


def load_suggestions(
    text: str | bytes, rules: Rules, known: Collection[str], known_sources: Collection[str], *, file: str
) -> dict[str, Suggestion]:
    """Check the text of a table of suggestions.

    Raises
    ------
    DataError
        At the first fault, naming file, table and key.
    """
    top = Fields(parsed(text, file), file, "top level", ("schema_version", "suggestion"))
    edges = _edges(rules)
    found: dict[str, Suggestion] = {}
    for number, table in enumerate(top.items("suggestion", "suggestion"), 1):
        f = Fields(table, file, f"suggestion {number}", _KEYS, ("note",))
        words = _filled(f, edges)
        told = Suggestion(
            words, f.word("evidence", EVIDENCE), f.text("rests_on"), f.word("provenance"),
            f.names("sources", known_sources, "source"), f.text("note", ""),
        )  # fmt: skip
        for name in f.names("for", known, "cause"):
            if name in found:
                raise f.wrong("for", "each cause in one suggestion", repr(name))
            found[name] = told
    return found


def _filled(f: Fields, edges: Mapping[str, str]) -> str:
    try:
        return f.text("words").format_map(edges)
    except (KeyError, ValueError, IndexError) as why:
        raise f.wrong("words", f"no braces but those of {', '.join(edges)}", why) from why


def _edges(rules: Rules) -> dict[str, str]:
    return {
        "sitting_min": f"{rules.sitting_min.good[-1][1]:g}", "standing_min": f"{rules.standing_min.good[-1][1]:g}",
        "still_min": f"{rules.longest_still_min.good[-1][1]:g}", "shifts": f"{rules.shifts_per_h.good[0][0]:g}",
    }  # fmt: skip
