"""The tables a run ends with on the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from posture_coach.batch.names import apart, printable
from posture_coach.batch.results import Outcome
from posture_coach.batch.telling import over_time, standing_up, walking
from posture_coach.measures.definitions import BY_NAME

_STYLE = {"ok": "green", "partial": "yellow", "failed": "red"}
_HEADLINE = (
    ("trunk", ("trunk_inclination_deg",)),
    ("neck", ("neck_inclination_deg",)),
    ("hip", ("hip_flexion_left_deg", "hip_flexion_right_deg")),
    ("knee", ("knee_flexion_left_deg", "knee_flexion_right_deg")),
    ("side lean", ("lateral_trunk_lean_deg",)),
    ("shoulder line", ("shoulder_obliquity_deg",)),
    ("head tilt", ("head_roll_deg",)),
)
HEADLINES_AT_MOST = 4
FINE = ("ratio", "m/s")
"""Units whose tenths are large."""
NARROW = 100
"""Columns below which words of the table go over two lines."""
AT_LEAST = 8
"""Columns of a name, and of angles, where there is room for nothing."""
_GAP = 2
_PIECE = re.compile(r"[^\s/\\_.-]*[\s/\\_.-]+|[^\s/\\_.-]+")
"""A word of a name with what parts it from the next."""


def show(outcomes: Sequence[Outcome], console: Console) -> None:
    """Print one table of all inputs, and of a single one its measures, time and walking too; then every warning."""
    if len(outcomes) == 1 and outcomes[0].status != "failed":
        console.print(_measures(outcomes[0].summary))
        console.print(Text(f"score: {outcomes[0].summary['score']['words']}", style="dim"))
        for words in _more(outcomes[0].summary):
            console.print(Text(printable(words), style="dim"))
    labels = [printable(label) for label in apart([outcome.listed or outcome.name for outcome in outcomes])]
    console.print(_inputs(outcomes, labels, console.width))
    # All of a run are held against the same ones; an input that failed was against none.
    own = dict.fromkeys(target["id"] for outcome in outcomes for target in outcome.summary["own_targets"])
    if own:
        console.print(Text(f"held against own targets: {', '.join(own)}", style="dim"))
    for outcome, label in zip(outcomes, labels, strict=True):
        for words in [outcome.message] if outcome.message else outcome.summary["warnings"]:
            console.print(_said(outcome, label, printable(words)))


def _said(outcome: Outcome, label: str, words: str) -> Text:
    """Return words about an input, with its name once: many an error has it already."""
    words = words.removeprefix(f"{printable(outcome.name)}: ")
    named = re.search(rf"(?<!\w){re.escape(label)}(?!\w)", words) if outcome.message else None
    told = Text(words if named else f"{label}: {words}")
    start, end = named.span() if named else (0, len(label) + 1)
    told.stylize(_STYLE[outcome.status], start, end)
    return told


def _more(summary: dict[str, Any]) -> Iterator[str]:
    """Yield what time and walking add to the figures of single pictures."""
    yield from over_time(summary)
    if "gait" in summary:
        settings = summary["settings"] or {}
        first, *more = walking(summary["gait"], asked=settings.get("height_cm") is not None)
        yield f"walking: {first}"
        yield from more
    if "chair_stand" in summary:
        yield standing_up(summary["chair_stand"])


def _inputs(outcomes: Sequence[Outcome], labels: Sequence[str], width: int) -> Table:
    """Return the table: names and angles share the room that the other columns leave, and break where words end."""
    space = "\n" if width < NARROW else " "
    heads = ("input", "status", "seconds", "doing", f"score{space}(seen)", "median angles")
    names, angles = [_pieces(label) for label in labels], [_headlines(one.summary["measures"]) for one in outcomes]
    cells = [_cells(outcome, space) for outcome in outcomes]
    between = sum(_GAP + max(map(_across, column)) for column in zip(map(Text, heads[1:-1]), *cells, strict=True))
    for_names, for_angles = _shared(width - between - _GAP, [*names, [heads[0]]], [*angles, [heads[-1]]])
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        right = head.startswith("s") and head != "status"
        table.add_column(head, justify="right" if right else "left", no_wrap=head in heads[1:-1], overflow="fold")
    for name, told, angle in zip(names, cells, angles, strict=True):
        table.add_row(_filled(name, for_names), *told, _filled(angle, for_angles))
    return table


def _cells(outcome: Outcome, space: str) -> tuple[Text, ...]:
    """Return what stands between an input's name and its angles."""
    told = outcome.summary
    return (
        Text.assemble(
            (outcome.status, _STYLE[outcome.status]), (f",{space}done before" if outcome.before else "", "dim")
        ),
        Text(f"{told['source']['duration_s']:.1f}" if told["pictures"]["analysed"] else ""),
        Text(_doing(told["activities"])),
        Text.from_markup(_score(told["score"])),
    )


def _across(cell: Text) -> int:
    return max(map(cell_len, cell.plain.split("\n")))


def _shared(room: int, names: Sequence[Sequence[str]], angles: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Return the width of names and of angles: what they need, else what the other leaves or half the room."""
    longest, most = (max(cell_len("".join(pieces)) for pieces in column) for column in (names, angles))
    for_names = min(longest, max(room - most, room // 2, AT_LEAST))
    return for_names, max(room - for_names, AT_LEAST)


def _pieces(name: str) -> list[str]:
    """Cut a name where it may go on in the next line; its ending stays with its last word."""
    stem, dot, ending = name.rpartition(".")
    *first, last = _PIECE.findall(stem) or [""]
    return [*first, f"{last}{dot}{ending}"]


def _filled(pieces: Sequence[str], width: int) -> Text:
    """Put pieces on as few lines as they need."""
    lines = [""]
    for piece in pieces:
        if lines[-1] and cell_len(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return Text("\n".join(line.rstrip() for line in lines))


def _measures(told: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("measure")
    for head in ("median", "± 95 %", "5-95 %", "seen", "good"):
        table.add_column(head, justify="right")
    for name, figures in told["measures"].items():
        if figures["median"] is None:
            continue
        row = BY_NAME[name]
        table.add_row(
            f"{row.title} [dim]({row.unit})[/dim]",
            figure(figures["median"], row.unit),
            figure(figures["err"], row.unit) or "?",
            f"{figure(figures['p05'], row.unit)} … {figure(figures['p95'], row.unit)}",
            f"{figures['coverage']:.0%}",
            "" if figures["share_good"] is None else f"{figures['share_good']:.0%}",
        )
    return table


def _doing(activities: dict[str, float]) -> str:
    return max(activities, key=lambda name: activities[name]) if activities else ""


def _score(score: dict[str, Any] | None) -> str:
    if not score or score["mean"] is None:
        return "-"
    return f"{score['mean']:.0f} [dim]({score['coverage']:.0%})[/dim]"


def _headlines(measures: dict[str, Any]) -> list[str]:
    told = []
    for word, names in _HEADLINE:
        seen = [measures[name] for name in names if measures and measures[name]["median"] is not None]
        if seen:
            best = max(seen, key=lambda figures: figures["coverage"])
            err = "" if best["err"] is None else f" ± {best['err']:.0f}"
            told.append(f"{word} {best['median']:z.0f}{err}°")
    *first, last = told[:HEADLINES_AT_MOST] or ["nothing"]
    return [*(f"{angle}, " for angle in first), last]


def figure(value: float | None, unit: str) -> str:
    """Write a value with as many decimals as its unit deserves."""
    return "" if value is None else f"{value:z.2f}" if unit in FINE else f"{value:z.1f}"
