"""What `posture-coach data` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from posture_coach.store.carried.check import Finding, Mended
    from posture_coach.store.carried.elsewhere import Elsewhere
    from posture_coach.store.carried.overview import Overview

UNITS = ("B", "kB", "MB", "GB")
STEP, ROUNDED_UP = 1000.0, 999.5
"""From the second one on three digits no longer tell a number from the next unit."""
WORDS = {
    "people": ("person", "people"), "profiles": ("place", "places"), "diary": ("diary entry", "diary entries"),
    "days": ("sum of a day", "sums of days"), "day_scores": ("score of a day", "scores of days"),
}  # fmt: skip
"""What one row of a table and several are called, where its name does not say it."""
COUNTED = ("seconds", "minutes", "windows", "events", "days", "day_scores", "diary")


def show_overview(found: Overview | None, address: str, path: Path | None, *, unreadable: bool) -> None:
    """Print what is kept, where, and what else there is of it."""
    from posture_coach.store.carried.copies import copies
    from posture_coach.store.files.own_files import own_files

    if found is not None:
        _show_history(found)
    elif unreadable:
        _line("History", f"{address}, which cannot be told about: see below")
    else:
        _line("History", f"none yet, at {address}; it begins with the first session kept")
    _lines("Also", [str(one) for one in own_files()] or ["no places, own targets or settings of yours"])
    _lines("Copies", [f"{copy.path}, {size(copy.size)}, {when(copy.made_at)}" for copy in copies(path)])
    _lines("Elsewhere", [told(one) for one in (found.elsewhere if found else ())])


def show_dropped() -> None:
    """Print whether anything that was dropped on *Analyze* is left on the disk."""
    from posture_coach.dashboard.analyze.store import default_root, runs

    left = [f"{folder}, {size(_size(folder))}: gone when its dashboard ends, or at the next start of one"
            for folder in runs(default_root())]  # fmt: skip
    _lines("Dropped", left or [f"nothing of Analyze is left in {default_root()}"])


def _size(folder: Path) -> int:
    """Return the bytes of all files below a folder, which may be going at this moment."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total


def show_kept_for(words: str) -> None:
    """Print how long what is kept."""
    _line("Kept for", words)


def _show_history(found: Overview) -> None:
    rows = found.rows
    span = f", {many(found.days, 'day')} from {found.first} to {found.last}" if found.first else ""
    _line("History", f"{found.where}, {size(found.size)}{', encrypted' if found.encrypted else ''}")
    whose = counts({name: rows[name] for name in ("people", "sessions")})
    _line("Holds", f"{whose or 'nothing'}{span}")
    _line("", counts({name: rows[name] for name in COUNTED}) or "no rows")


def told(one: Elsewhere) -> str:
    """Say what was written elsewhere."""
    return f"{one.path}: {one.what}, {when(one.at)}{'' if one.there else ' (no longer there)'}"


def show_finding(finding: Finding) -> None:
    """Print one thing that was looked at."""
    mark = {True: "ok", False: "WRONG", None: "note"}[finding.sound]
    typer.echo(f"{mark:<6}{finding.what:<12} {finding.found}")


def show_mended(done: Mended) -> None:
    """Print what was made anew."""
    windows = f"; {done.windows} windows of unfinished sessions" if done.windows else ""
    typer.echo(f"Made anew: {done.minutes:,} minutes, {done.days:,} days{windows}.")


def _lines(head: str, texts: Sequence[str]) -> None:
    for k, text in enumerate(texts):
        _line("" if k else head, text)


def _line(head: str, text: str) -> None:
    typer.echo(f"{head:<10} {text}")


def counts(rows: Mapping[str, int]) -> str:
    """Say how many rows of each table; nothing where there are none."""
    words = {name: WORDS.get(name, (name.removesuffix("s"), name)) for name in rows}
    return ", ".join(f"{count:,} {words[name][count > 1]}" for name, count in rows.items() if count)


def many(count: int, what: str) -> str:
    """Say how many."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def when(at: datetime) -> str:
    """Say a local time."""
    return f"{at:%Y-%m-%d %H:%M}"


def size(count: float) -> str:
    """Say how many bytes."""
    unit, *larger = UNITS
    while larger and count >= ROUNDED_UP:
        count /= STEP
        unit, *larger = larger
    return f"{count:.3g} {unit}"
