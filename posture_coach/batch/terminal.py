"""The tables a run ends with on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from posture_coach.batch.names import printable
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
BEFORE = ", done before"


def show(outcomes: Sequence[Outcome], console: Console) -> None:
    """Print one table of all inputs, and of a single one its measures, time and walking too; then every warning."""
    if len(outcomes) == 1 and outcomes[0].status != "failed":
        console.print(_measures(outcomes[0].summary))
        console.print(Text(f"score: {outcomes[0].summary['score']['words']}", style="dim"))
        for words in _more(outcomes[0].summary):
            console.print(Text(printable(words), style="dim"))
    console.print(_inputs(outcomes))
    # All of a run are held against the same ones; an input that failed was against none.
    own = dict.fromkeys(target["id"] for outcome in outcomes for target in outcome.summary["own_targets"])
    if own:
        console.print(Text(f"held against own targets: {', '.join(own)}", style="dim"))
    for outcome in outcomes:
        for words in [outcome.message] if outcome.message else outcome.summary["warnings"]:
            console.print(Text.assemble((f"{printable(outcome.name)}: ", _STYLE[outcome.status]), printable(words)))


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


def _inputs(outcomes: Sequence[Outcome]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("input", "status", "seconds", "doing", "score (seen)", "median angles"):
        table.add_column(head, justify="right" if head in ("seconds", "score (seen)") else "left", overflow="fold")
    for outcome in outcomes:
        told = outcome.summary
        table.add_row(
            Text(printable(outcome.name)),
            Text.assemble((outcome.status, _STYLE[outcome.status]), (BEFORE if outcome.before else "", "dim")),
            f"{told['source']['duration_s']:.1f}" if told["pictures"]["analysed"] else "",
            _doing(told["activities"]),
            _score(told["score"]),
            Text(_headlines(told["measures"])),
        )
    return table


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


def _headlines(measures: dict[str, Any]) -> str:
    told = []
    for word, names in _HEADLINE:
        seen = [measures[name] for name in names if measures and measures[name]["median"] is not None]
        if seen:
            best = max(seen, key=lambda figures: figures["coverage"])
            err = "" if best["err"] is None else f" ± {best['err']:.0f}"
            told.append(f"{word} {best['median']:z.0f}{err}°")
    return ", ".join(told[:HEADLINES_AT_MOST]) or "nothing"


def figure(value: float | None, unit: str) -> str:
    """Write a value with as many decimals as its unit deserves."""
    return "" if value is None else f"{value:z.2f}" if unit in FINE else f"{value:z.1f}"
