"""Write `docs/ergonomics.md`: every table of the ergonomic scales as the program uses it. No data needed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from posture_coach.measures.definitions import NAMES
from posture_coach.resources import PACKAGE
from posture_coach.scoring.ergonomics.tables import (
    Ergonomics,
    Limits,
    Question,
    Row,
    Rows,
    Scale,
    shipped_ergonomics,
)
from posture_coach.scoring.targets import Source, shipped_sources

PAGE = PACKAGE.parent / "docs" / "ergonomics.md"
TEMPLATE = Path(__file__).with_suffix(".md")
PROVENANCE = {
    "seen": "numbers read in a work that uses them",
    "secondary": "numbers read in a work that cites them",
    "memory": "numbers from memory, to be verified",
    "engineering": "numbers chosen for this program",
}


def page() -> str:
    """Return the text of the page."""
    sources = shipped_sources()
    tables = shipped_ergonomics(NAMES, sources)
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, part in _parts(tables, sources).items():
        text = text.replace("{{" + name + "}}", part)
    return text


def _parts(tables: Ergonomics, sources: Mapping[str, Source]) -> dict[str, str]:
    window, rula, reba = tables.window, tables.rula, tables.reba
    wrists = [f"wrist {wrist}, twist {twist}" for wrist in range(1, 5) for twist in range(1, 3)]
    return {
        "window minutes": f"{window.longest_s / 60:g}",
        "window share": f"{window.least_share:.0%}",
        "static deg": f"{window.static_within_deg:g}",
        "static s": f"{window.static_s:g}",
        "usual neck": f"{tables.neck.usual_deg:g}",
        "usual neck error": f"{tables.neck.usual_err_deg:g}",
        "questions": questions(tables.questions),
        **_scale("rula", rula, sources),
        "rula a": cube(rula.tables[0].tolist(), "upper arm", "lower arm", wrists),
        "rula b": cube(rula.tables[1].tolist(), "neck", "trunk", ["legs 1", "legs 2"]),
        **_scale("reba", reba, sources),
        "reba a": cube(reba.tables[0].tolist(), "neck", "trunk", [f"legs {n}" for n in range(1, 5)]),
        "reba b": cube(reba.tables[1].tolist(), "upper arm", "lower arm", [f"wrist {n}" for n in range(1, 4)]),
        "rosa sources": cited(tables.rosa.sources, tables.rosa.provenance, sources),
        "rosa": table(["item", "neutral", "remark"], [
            [item.title, "; ".join(map(_limits, item.limits)), item.note] for item in tables.rosa.items
        ]),
    }  # fmt: skip


def _scale(name: str, scale: Scale, sources: Mapping[str, Source]) -> dict[str, str]:
    c = scale.tables[2].tolist()
    heads = ["", *map(str, range(1, len(c[0]) + 1))]
    return {
        f"{name} sources": cited(scale.sources, scale.provenance, sources),
        f"{name} rows": "\n\n".join(_rows(item, rows) for item, rows in scale.rows.items()),
        f"{name} answers": table(["answer", "points"], _answers(scale)),
        f"{name} load": table(["load", "kilograms", "points"], _loads(scale)),
        f"{name} c": table(heads, [[str(n), *map(str, row)] for n, row in enumerate(c, 1)]),
        f"{name} levels": table(["score", "level", "what the scale says, in our words"], [
            [f"{one.low}" if one.low == one.high else f"{one.low} to {one.high}", str(one.level), one.says]
            for one in scale.levels
        ]),
    }  # fmt: skip


def table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Return a table."""
    rows = [heads, ["---"] * len(heads), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def cube(cells: list[list[list[int]]], outer: str, inner: str, heads: Sequence[str]) -> str:
    """Return a grid of three dimensions as one table."""
    lines = [
        [str(n), str(m), *map(str, row)] for n, block in enumerate(cells, 1) for m, row in enumerate(block, 1)
    ]  # fmt: skip
    return table([outer, inner, *heads], lines)


def questions(asked: Sequence[Question]) -> str:
    """Return the questions with their keys, choices and defaults."""
    return table(["key", "question", "answers", "without one"], [
        [f"`{q.key}`", q.ask, _choices(q), f"`{str(q.default).lower()}`"] for q in asked
    ])  # fmt: skip


def _choices(question: Question) -> str:
    if question.choices:
        return ", ".join(f"`{choice}`" for choice in question.choices)
    return "`true`, `false`" if isinstance(question.default, bool) else "a number"


def cited(keys: Sequence[str], provenance: str, sources: Mapping[str, Source]) -> str:
    """Return where numbers come from."""
    works = "; ".join(f"{sources[key].cite}, {sources[key].where}, {sources[key].year}" for key in keys)
    return f"{works} ({PROVENANCE[provenance]})."


def _rows(item: str, rows: Rows) -> str:
    name = item.replace("_", " ")
    return table([f"{name}, degrees", "points", ""], [
        [_span(row), str(row.points), "ours" if row.ours else ""] for row in sorted(rows, key=lambda row: row.low)
    ])  # fmt: skip


def _span(row: Row) -> str:
    if math.isinf(row.low):
        return f"{'up to' if row.high_in else 'below'} {row.high:g}"
    if math.isinf(row.high):
        return f"{'from' if row.low_in else 'above'} {row.low:g}"
    first = f"{row.low:g}" if row.low_in else f"above {row.low:g}"
    return f"{first} to {row.high:g}" if row.high_in else f"{first} to below {row.high:g}"


def _answers(scale: Scale) -> Iterator[list[str]]:
    for key, points in scale.answers.items():
        yield [f"`{key}`", ", ".join(f"{word} {point}" for word, point in points.items())]


def _loads(scale: Scale) -> Iterator[list[str]]:
    for how, rows in scale.load.items():
        for row in rows:
            yield [how.replace("_", " "), _span(row), str(row.points)]


def _limits(limits: Limits) -> str:
    names = " or ".join(f"`{name}`" for name in limits.measures)
    if math.isinf(limits.low):
        return f"{names} up to {limits.high:g}"
    return f"{names} {limits.low:g} to {limits.high:g}" if limits.high < math.inf else f"{names} from {limits.low:g}"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"written: {PAGE}")


if __name__ == "__main__":
    main()
